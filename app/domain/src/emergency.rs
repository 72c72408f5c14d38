//! Whom to call in an emergency, and in what order: the part of a record's contacts that patients change themselves. A
//! contact's address for mail is not theirs to change: invitations go there.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::ContactId,
    limits,
    patient::{Contact, ContactDetails},
    text,
};

/// Somebody to call, as patients say it: the form as typed, and what is kept of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmergencyContact {
    /// The name.
    pub name: String,
    /// `Mother`, `Neighbour` …
    pub relationship: String,
    /// Telephone.
    pub phone: String,
}

impl fmt::Debug for EmergencyContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmergencyContact(…)")
    }
}

impl EmergencyContact {
    /// What a record says; nothing of a contact who is not called in an emergency.
    #[must_use]
    pub fn of(contact: &Contact) -> Option<Self> {
        let ContactDetails { name, relationship, phone, emergency, .. } = contact.details.clone();
        emergency.then_some(Self { name, relationship, phone })
    }

    /// Checks every field. Without a number nobody can be called.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", text::line(&self.name, limits::NAME));
        let relationship = invalid.check("relationship", text::line(&self.relationship, limits::RELATIONSHIP));
        let phone = text::phone(&self.phone).and_then(|phone| match phone.is_empty() {
            true => Err(Problem::Missing),
            false => Ok(phone),
        });
        let phone = invalid.check("phone", phone);
        match (name, relationship, phone) {
            (Some(name), Some(relationship), Some(phone)) => Ok(Self { name, relationship, phone }),
            _ => Err(invalid),
        }
    }

    /// As a change keeps it: a line each.
    #[must_use]
    pub fn code(&self) -> String {
        [self.name.as_str(), &self.relationship, &self.phone].join("\n")
    }

    /// Reads what [`EmergencyContact::code`] wrote.
    ///
    /// # Errors
    /// [`Problem::NotInForm`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        match code.split('\n').collect::<Vec<_>>().as_slice() {
            [name, relationship, phone] => Ok(Self {
                name: (*name).to_owned(),
                relationship: (*relationship).to_owned(),
                phone: (*phone).to_owned(),
            }),
            _ => Err(Problem::NotInForm),
        }
    }
}

/// Puts contacts as every list shows them: those called in an emergency in their order, then the others by name.
pub fn sort(contacts: &mut [Contact]) {
    contacts.sort_by_cached_key(|contact| {
        (!contact.details.emergency, contact.rank, text::fold(&contact.details.name), contact.id)
    });
}

/// Those who are called, in their order.
#[must_use]
pub fn order(contacts: &[Contact]) -> Vec<ContactId> {
    let mut contacts: Vec<_> = contacts.iter().filter(|contact| contact.details.emergency).cloned().collect();
    sort(&mut contacts);
    contacts.iter().map(|contact| contact.id).collect()
}

/// The rank behind everybody who is called already.
#[must_use]
pub fn last_rank(contacts: &[Contact]) -> i64 {
    let called = contacts.iter().filter(|contact| contact.details.emergency);
    called.map(|contact| contact.rank).max().map_or(0, |rank| rank + 1)
}

/// Puts them in this order. Who is not named comes last, as they were; who is not called is passed over.
pub fn put_order(contacts: &mut [Contact], wanted: &[ContactId]) {
    let now = order(contacts);
    let named = wanted.iter().filter(|id| now.contains(id));
    let rest = now.iter().filter(|id| !wanted.contains(id));
    let all: Vec<_> = named.chain(rest).copied().collect();
    for contact in contacts.iter_mut().filter(|contact| contact.details.emergency) {
        let rank = all.iter().position(|id| *id == contact.id).unwrap_or(all.len());
        contact.rank = i64::try_from(rank).unwrap_or(i64::MAX);
    }
    sort(contacts);
}

/// An order as a change keeps it.
#[must_use]
pub fn order_code(order: &[ContactId]) -> String {
    order.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Reads what [`order_code`] wrote; nobody stands in it twice.
///
/// # Errors
/// [`Problem::NotInForm`]; [`Problem::TooMany`].
pub fn order_from_code(code: &str) -> Result<Vec<ContactId>, Problem> {
    let mut order = Vec::new();
    for id in code.split_whitespace() {
        let id = id.parse().map_err(|_| Problem::NotInForm)?;
        if order.contains(&id) {
            return Err(Problem::NotInForm);
        }
        if order.len() >= limits::CONTACTS as usize {
            return Err(Problem::TooMany);
        }
        order.push(id);
    }
    Ok(order)
}

/// Do two orders say the same of those who stand in both?
#[must_use]
pub fn same_order(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (order_from_code(one), order_from_code(other)) else { return one == other };
    let of_both = |these: &[ContactId], those: &[ContactId]| -> Vec<ContactId> {
        these.iter().filter(|id| those.contains(id)).copied().collect()
    };
    of_both(&one, &other) == of_both(&other, &one)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contact(n: u128, name: &str, emergency: bool) -> Contact {
        let details = ContactDetails {
            name: name.into(),
            relationship: "Friend".into(),
            email: None,
            phone: "0400 000 001".into(),
            emergency,
        };
        Contact { id: uuid::Uuid::from_u128(n).into(), details, rank: 0, version: 0 }
    }

    fn named(contacts: &[Contact]) -> Vec<&str> {
        contacts.iter().map(|contact| contact.details.name.as_str()).collect()
    }

    // S0-18
    #[test]
    fn whoever_is_rung_stands_first_and_in_order() {
        let mut contacts =
            vec![contact(1, "Zoe", false), contact(2, "Ben", true), contact(3, "Ada", true), contact(4, "Kim", false)];
        sort(&mut contacts);
        assert_eq!(named(&contacts), ["Ada", "Ben", "Kim", "Zoe"]);
        let ben_first = order_from_code(&order_code(&[contacts[1].id, contacts[0].id])).unwrap();
        put_order(&mut contacts, &ben_first);
        assert_eq!(named(&contacts), ["Ben", "Ada", "Kim", "Zoe"]);
        contacts.push(Contact { rank: last_rank(&contacts), ..contact(5, "Aaron", true) });
        sort(&mut contacts);
        assert_eq!(named(&contacts), ["Ben", "Ada", "Aaron", "Kim", "Zoe"]);
    }

    #[test]
    fn an_order_is_compared_by_whom_both_name() {
        let code =
            |of: &[u128]| order_code(&of.iter().map(|n| uuid::Uuid::from_u128(*n).into()).collect::<Vec<ContactId>>());
        assert!(same_order(&code(&[1, 2]), &code(&[1, 3, 2])) && !same_order(&code(&[1, 2]), &code(&[2, 3, 1])));
        assert_eq!(order_from_code(&format!("{0} {0}", code(&[1]))), Err(Problem::NotInForm));
        assert_eq!(order_from_code("con_1"), Err(Problem::NotInForm));
    }

    #[test]
    fn nobody_is_rung_without_a_number() {
        let form = EmergencyContact { name: " Ada ".into(), relationship: String::new(), phone: String::new() };
        let invalid = form.check().unwrap_err();
        assert_eq!(invalid.of("phone"), Some(Problem::Missing));
        assert_eq!(invalid.of("relationship"), Some(Problem::Missing));
        let form = EmergencyContact { relationship: "Aunt".into(), phone: "0400 000 001".into(), ..form };
        assert_eq!(form.check().unwrap().name, "Ada");
        assert_eq!(EmergencyContact::from_code(&form.code()), Ok(form));
        assert_eq!(EmergencyContact::from_code("Ada\nAunt\n0400 000 001\na@b.example"), Err(Problem::NotInForm));
    }

    proptest! {
        // Nobody gets lost or named twice, whatever is asked for.
        #[test]
        fn an_order_loses_nobody(rung in proptest::collection::vec(any::<bool>(), 0..6), wanted in proptest::collection::vec(0..9_u128, 0..9)) {
            let mut contacts: Vec<_> =
                rung.iter().enumerate().map(|(n, rung)| contact(n as u128, "N", *rung)).collect();
            let before = order(&contacts);
            let wanted: Vec<ContactId> = wanted.into_iter().map(|n| uuid::Uuid::from_u128(n).into()).collect();
            put_order(&mut contacts, &wanted);
            let (mut one, mut other) = (before, order(&contacts));
            one.sort_unstable();
            other.sort_unstable();
            prop_assert_eq!(one, other);
            prop_assert_eq!(contacts.len(), rung.len());
        }
    }
}
