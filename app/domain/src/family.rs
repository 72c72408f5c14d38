//! The patient's and the family's side of portal access: who can see a record, and letting somebody in (S0-26, S0-27).

use serde::{Deserialize, Serialize};

use crate::{
    error::Invalid,
    grant::{Person, PortalUser, Terms, TermsForm, TermsTyped},
    time::Date,
};

/// "Let somebody see this record", as a portal user types it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FamilyForm {
    /// The person's name.
    pub name: String,
    /// What they are to the patient.
    pub relationship: String,
    /// Their address.
    pub email: String,
    /// The same again.
    pub email_again: String,
    /// A code of [`crate::grant::Level`].
    pub level: String,
    /// A code of [`crate::grant::Role`].
    pub role: String,
    /// The last day; may be empty.
    pub last_day: String,
}

impl FamilyForm {
    /// Checks every field. `today` is the day where the practice is.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, today: Date) -> Result<(Person, TermsTyped), Invalid> {
        let mut invalid = Invalid::default();
        let email = [self.email.as_str(), self.email_again.as_str()];
        let person = Person::check(&mut invalid, &self.name, &self.relationship, email);
        let terms = TermsForm {
            role: self.role.clone(),
            level: self.level.clone(),
            // Who lets somebody in does not let them let others in (PX-12).
            manages: String::new(),
            last_day: self.last_day.clone(),
        };
        let terms = terms.check(&mut invalid, today);
        person.zip(terms).ok_or(invalid)
    }
}

/// Somebody who can see the record besides the reader, or was asked to, or could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyPerson {
    /// Who, how far, and where they stand; the address only when the reader may end their access.
    pub person: PortalUser,
    /// May the reader end their access?
    pub may_end: bool,
    /// Did the reader let them in?
    pub mine: bool,
}

/// "People who can see this record".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyPage {
    /// May the reader let somebody in?
    pub may_invite: bool,
    /// How far the reader's own access reaches: nobody is let in further.
    pub most: Terms,
    /// Everybody besides the reader, those whose access is over last.
    pub people: Vec<FamilyPerson>,
}

#[cfg(test)]
mod tests {
    use super::*;

    // PX-12: whatever is typed, nobody is let in who may let others in.
    #[test]
    fn who_is_let_in_lets_nobody_in() {
        let form = FamilyForm {
            name: "Rosa Vidal".into(),
            relationship: "grandmother".into(),
            email: "rosa@example.org".into(),
            email_again: "rosa@example.org".into(),
            level: "administrative".into(),
            role: "view".into(),
            last_day: String::new(),
        };
        let (person, terms) = form.check(Date::new(2026, 11, 27).unwrap()).unwrap();
        assert_eq!((person.name.as_str(), terms.manages), ("Rosa Vidal", false));
    }
}
