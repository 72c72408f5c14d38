//! What a record said before: every value, when it was changed, and by whom.

use serde::{Deserialize, Serialize};

use crate::{
    access_log::Visitor,
    ids::{AccountId, ChangeId, ContactId, PatientId, UserId},
    page::Page,
    time::Time,
    update::{Record, Subject, Topic},
};

/// What was changed: what the patient may change, and what only the practice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The name in law.
    LegalName,
    /// The birth date.
    BirthDate,
    /// What the patient may change, too.
    Subject(Subject),
}

impl What {
    const LEGAL_NAME: &'static str = "legal_name";
    const BIRTH_DATE: &'static str = "birth_date";

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::LegalName => Self::LEGAL_NAME,
            Self::BirthDate => Self::BIRTH_DATE,
            Self::Subject(subject) => subject.topic().code(),
        }
    }

    /// Is it for those who treat the patient only?
    #[must_use]
    pub fn is_social(self) -> bool {
        matches!(self, Self::Subject(subject) if subject.topic().is_social())
    }

    /// Which contact, when it is one.
    #[must_use]
    pub const fn contact(self) -> Option<ContactId> {
        match self {
            Self::LegalName | Self::BirthDate => None,
            Self::Subject(subject) => subject.contact(),
        }
    }

    /// Of a code and a contact.
    #[must_use]
    pub fn new(code: &str, contact: Option<ContactId>) -> Option<Self> {
        match code {
            Self::LEGAL_NAME => Some(Self::LegalName),
            Self::BIRTH_DATE => Some(Self::BirthDate),
            topic => Subject::new(Topic::from_code(topic)?, contact).map(Self::Subject),
        }
    }

    /// What a record says of it.
    #[must_use]
    pub fn of(self, record: &Record) -> String {
        let details = &record.details;
        match self {
            Self::LegalName => format!("{} {}", details.name.legal_first, details.name.legal_last).trim().to_owned(),
            Self::BirthDate => details.birth_date.map(|date| date.to_string()).unwrap_or_default(),
            Self::Subject(subject) => subject.of(record),
        }
    }
}

/// One thing that says something else than before.
#[derive(Clone, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub what: What,
    /// What the record said, as [`What::of`] says it.
    pub before: String,
    /// What it says now.
    pub after: String,
}

impl std::fmt::Debug for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Difference({:?})", self.what)
    }
}

/// All that differs between a record before and after. A list of people whose order changed because somebody came or went has
/// changed by that alone.
#[must_use]
pub fn differences(before: &Record, after: &Record) -> Vec<Difference> {
    let people = before.contacts.iter().chain(&after.contacts).map(|contact| Subject::Contact(contact.id));
    let mut people: Vec<_> = people.collect();
    people.sort_unstable();
    people.dedup();
    let fields = crate::update::Field::ALL.iter().copied().map(Subject::Field);
    let subjects = fields.chain(people).chain([Subject::Order]);
    let all = [What::LegalName, What::BirthDate].into_iter().chain(subjects.map(What::Subject));
    all.filter_map(|what| {
        let difference = Difference { what, before: what.of(before), after: what.of(after) };
        let same = match what {
            What::Subject(subject) => subject.same(&difference.before, &difference.after),
            What::LegalName | What::BirthDate => difference.before == difference.after,
        };
        (!same).then_some(difference)
    })
    .collect()
}

/// A difference that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id; later ones sort after earlier ones.
    pub id: ChangeId,
    /// Whose record.
    pub patient: PatientId,
    /// What differs.
    pub difference: Difference,
    /// When.
    pub at: Time,
    /// The portal user who changed it, or who asked for it.
    pub account: Option<AccountId>,
    /// The user of the practice who changed or approved it, or took that back.
    pub user: Option<UserId>,
}

/// A page of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileHistory {
    /// What was changed, latest first.
    pub changes: Page<ChangeRow>,
    /// When the record was made: what never changed has said so since.
    pub added_at: Time,
    /// Where the practice is: times are shown by its clock.
    pub time_zone: String,
}

/// A change as its readers are shown it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// What.
    pub what: What,
    /// What the record said.
    pub before: String,
    /// What it said from then on.
    pub after: String,
    /// When.
    pub at: Time,
    /// Who changed it, or asked for it.
    pub by: Visitor,
    /// Who of the practice approved what a portal user asked for.
    pub approved_by: Option<Visitor>,
    /// The names of those whom an order names, as far as they are known.
    pub people: Vec<(ContactId, String)>,
}

impl std::fmt::Debug for ChangeRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChangeRow({:?}, {:?})", self.what, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        background::Background,
        emergency,
        patient::{Contact, ContactDetails, DetailsForm},
        time::Date,
        update::Field,
    };

    fn record(form: &DetailsForm) -> Record {
        let details = form.check(Date::new(2026, 11, 27).unwrap()).unwrap();
        Record { details, background: Background::default(), contacts: Vec::new() }
    }

    fn contact(n: u128) -> Contact {
        let details = ContactDetails {
            name: format!("C{n}"),
            relationship: "Friend".into(),
            email: None,
            phone: "0400 000 001".into(),
            emergency: true,
        };
        Contact { id: uuid::Uuid::from_u128(n).into(), details, rank: i64::try_from(n).unwrap(), version: 0 }
    }

    // B-01: every value; a status is the practice's own and is not told.
    #[test]
    fn all_that_differs_is_told() {
        let form = DetailsForm { legal_first: "Lien".into(), city: "Glebe".into(), ..DetailsForm::default() };
        let before = record(&form);
        assert!(differences(&before, &before).is_empty());
        let form = DetailsForm {
            legal_last: "Nguyen".into(),
            birth_date: "1990-02-28".into(),
            status: "blocked".into(),
            city: String::new(),
            ..form
        };
        let mut after = record(&form);
        after.contacts = vec![contact(1)];
        let told: Vec<_> =
            differences(&before, &after).into_iter().map(|one| (one.what, one.before, one.after)).collect();
        let expected = [
            (What::LegalName, "Lien", "Lien Nguyen"),
            (What::BirthDate, "", "1990-02-28"),
            (What::Subject(Field::City.into()), "Glebe", ""),
            (What::Subject(Subject::Contact(contact(1).id)), "", "C1\nFriend\n0400 000 001"),
        ];
        let expected = expected.map(|(what, before, after)| (what, before.to_owned(), after.to_owned()));
        assert_eq!(told, expected);
    }

    #[test]
    fn whom_to_ring_first_changes_when_somebody_changes_places() {
        let mut before = record(&DetailsForm { legal_first: "Lien".into(), ..DetailsForm::default() });
        before.contacts = vec![contact(1), contact(2)];
        let mut after = before.clone();
        emergency::put_order(&mut after.contacts, &[contact(2).id]);
        let told = differences(&before, &after);
        assert_eq!(told.iter().map(|one| one.what).collect::<Vec<_>>(), [What::Subject(Subject::Order)]);
    }

    #[test]
    fn every_kind_has_its_code() {
        let id = contact(1).id;
        let subjects = Topic::all().map(|topic| Subject::new(topic, (topic == Topic::Contact).then_some(id)).unwrap());
        for what in [What::LegalName, What::BirthDate].into_iter().chain(subjects.map(What::Subject)) {
            assert_eq!(What::new(what.code(), what.contact()), Some(what));
        }
        assert_eq!(What::new("status", None), None);
    }
}
