//! What patients change in their own record, one thing at a time, each with the value they saw and the value they want
//! (decision 8), and what the practice makes of it.
//!
//! | file | what is in it |
//! |---|---|
//! | `field` | the fields a patient may change |
//! | `subject` | what one change is about: a field, a contact, or their order |
//! | `form` | the portal's form, and what is wished for in it |
//! | `views` | what the portal and the practice are shown |

mod field;
mod form;
mod subject;
mod views;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{field::*, form::*, subject::*, views::*};
use crate::{
    emergency,
    error::{Conflict, Invalid, Problem},
    ids::{AccountId, ContactId, PatientId, UpdateId, UserId},
    limits,
    time::Time,
};

/// Health data stands in no log.
macro_rules! unspoken {
    ($($name:ident),+ $(,)?) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}
use unspoken;

/// What becomes of a change that a patient makes in the portal: a group's setting (S0-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is written to the record at once (S0-34).
    Auto,
    /// A user of the practice approves or rejects it first (S0-35).
    #[default]
    Approval,
    /// It is not taken (S0-38).
    Disabled,
}

impl Mode {
    /// The three values, in the order forms show them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Approval, Self::Disabled];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Approval => "approval",
            Self::Disabled => "disabled",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|mode| mode.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// What becomes of changes that wait when the group does not want to be asked any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// They go on waiting for somebody to decide.
    Keep,
    /// They are approved; where the practice changed the field meanwhile they go on waiting.
    Apply,
    /// They are not accepted.
    Reject,
}

impl Waiting {
    /// Every choice, in the order forms show them.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Apply, Self::Reject];

    /// The code, as forms send it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Apply => "apply",
            Self::Reject => "reject",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`], also when nothing was chosen.
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|choice| choice.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// What became of a change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody has to decide.
    Waiting,
    /// It was written at once, because the group wants it so.
    Applied {
        /// When.
        at: Time,
    },
    /// Somebody approved it.
    Approved {
        /// When.
        at: Time,
        /// Who.
        by: UserId,
        /// What was written: what the patient wanted, or what that user made of it.
        put: String,
        /// What the record said before, with all that is needed to take the decision back.
        replaced: String,
    },
    /// Somebody did not accept it.
    Rejected {
        /// When.
        at: Time,
        /// Who.
        by: UserId,
        /// Why, for the patient to read; may be empty.
        reason: String,
    },
    /// The patient changed the same thing again before anybody decided, or took it back.
    Superseded {
        /// When.
        at: Time,
    },
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Outcome {
    /// The code, as stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Applied { .. } => "applied",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Superseded { .. } => "superseded",
        }
    }
}

impl Outcome {
    /// When it was decided or replaced; none while it waits.
    #[must_use]
    pub const fn at(&self) -> Option<Time> {
        match self {
            Self::Waiting => None,
            Self::Applied { at } | Self::Approved { at, .. } | Self::Rejected { at, .. } | Self::Superseded { at } => {
                Some(*at)
            }
        }
    }
}

/// A change of one thing that a portal user asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Its id; later ones sort after earlier ones.
    pub id: UpdateId,
    /// Whose record.
    pub patient: PatientId,
    /// What it is about.
    pub subject: Subject,
    /// What the record said when the portal user changed it.
    pub had: String,
    /// What they want it to say.
    pub wanted: String,
    /// Who asked.
    pub by: AccountId,
    /// When.
    pub at: Time,
    /// What became of it.
    pub outcome: Outcome,
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Update({}, {}, {:?})", self.id, self.subject.topic().code(), self.outcome)
    }
}

impl Update {
    /// Did the practice change it since the portal user saw it? Then it is never overwritten without a look.
    #[must_use]
    pub fn conflicts_with(&self, record: &Record) -> bool {
        let now = self.subject.of(record);
        !self.subject.same(&now, &self.had) && !self.subject.same(&now, &self.wanted)
    }

    /// Is it an order that names somebody whom the record does not have and who is asked for by one of these? To approve it now
    /// would lose their place.
    #[must_use]
    pub fn is_early(&self, record: &Record, waiting: &[Self]) -> bool {
        let Ok(order) = emergency::order_from_code(&self.wanted) else { return false };
        let here = emergency::order(&record.contacts);
        let asked = |id: &ContactId| waiting.iter().any(|other| other.subject == Subject::Contact(*id));
        self.subject == Subject::Order && order.iter().any(|id| !here.contains(id) && asked(id))
    }

    /// May nobody approve it together with others? `waiting`: all that waits of this patient.
    #[must_use]
    pub fn needs_look(&self, record: &Record, waiting: &[Self]) -> bool {
        self.conflicts_with(record)
            || self.is_early(record, waiting)
            || self.subject.is_somebody_else(record, &self.wanted)
    }

    /// Approves it: gives the record as it is then. `saw` is what the record said when the decision was made, `put` what is
    /// written in place of what the patient wanted, if that is something else.
    ///
    /// # Errors
    /// [`Conflict::DecidedMeanwhile`], [`Conflict::ChangedMeanwhile`] when the record says something else by now, or what is
    /// wrong with `put`.
    pub fn approve(
        self,
        record: &Record,
        saw: &str,
        put: Option<&str>,
        by: UserId,
        at: Time,
    ) -> Result<(Self, Record), Refused> {
        self.waits()?;
        if self.subject.reviewed(record) != saw {
            return Err(Refused::Conflict(Conflict::ChangedMeanwhile));
        }
        let mut after = record.clone();
        self.subject.put(&mut after, put.unwrap_or(&self.wanted)).map_err(Refused::Invalid)?;
        let outcome = Outcome::Approved { at, by, put: self.subject.of(&after), replaced: self.subject.kept(record) };
        Ok((Self { outcome, ..self }, after))
    }

    /// Does not accept it: the record stays as it is (S0-37).
    ///
    /// # Errors
    /// [`Conflict::DecidedMeanwhile`].
    pub fn reject(self, reason: String, by: UserId, at: Time) -> Result<Self, Refused> {
        self.waits()?;
        Ok(Self { outcome: Outcome::Rejected { at, by, reason }, ..self })
    }

    /// Takes a decision back, by whoever made it, for a minute: it waits again, and the record says what it said before.
    ///
    /// # Errors
    /// [`Conflict::TooLateToUndo`], also for what somebody else decided; [`Conflict::ChangedMeanwhile`] when the record was
    /// changed since.
    pub fn undo(self, record: &Record, by: UserId, now: Time) -> Result<(Self, Record), Refused> {
        let mut after = record.clone();
        if self.undo_until(by).is_none_or(|end| now >= end) {
            return Err(Refused::Conflict(Conflict::TooLateToUndo));
        }
        if let Outcome::Approved { put, replaced, .. } = &self.outcome {
            if self.subject.of(record) != *put {
                return Err(Refused::Conflict(Conflict::ChangedMeanwhile));
            }
            self.subject.restore(&mut after, replaced).map_err(Refused::Invalid)?;
        }
        Ok((Self { outcome: Outcome::Waiting, ..self }, after))
    }

    /// Until when this user may take the decision back.
    #[must_use]
    pub fn undo_until(&self, user: UserId) -> Option<Time> {
        match self.outcome {
            Outcome::Approved { at, by, .. } | Outcome::Rejected { at, by, .. } if by == user => {
                Some(at + limits::UNDO)
            }
            Outcome::Approved { .. }
            | Outcome::Rejected { .. }
            | Outcome::Waiting
            | Outcome::Applied { .. }
            | Outcome::Superseded { .. } => None,
        }
    }

    fn waits(&self) -> Result<(), Refused> {
        match self.outcome {
            Outcome::Waiting => Ok(()),
            Outcome::Applied { .. }
            | Outcome::Approved { .. }
            | Outcome::Rejected { .. }
            | Outcome::Superseded { .. } => Err(Refused::Conflict(Conflict::DecidedMeanwhile)),
        }
    }
}

/// Why a decision is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The present state does not allow it.
    Conflict(Conflict),
    /// What was to be written cannot be.
    Invalid(Invalid),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        background::Background,
        emergency::EmergencyContact,
        patient::{Contact, ContactDetails, DetailsForm},
        time::Date,
    };

    fn record(mobile: &str) -> Record {
        let form = DetailsForm { legal_first: "Lien".into(), mobile: mobile.into(), ..DetailsForm::default() };
        Record {
            details: form.check(Date::new(2026, 11, 27).unwrap()).unwrap(),
            background: Background::default(),
            contacts: Vec::new(),
        }
    }

    fn user(n: u128) -> UserId {
        uuid::Uuid::from_u128(n).into()
    }

    fn asked(subject: impl Into<Subject>, had: &str, wanted: &str) -> Update {
        let id = |n| uuid::Uuid::from_u128(n);
        Update {
            id: id(1).into(),
            patient: id(2).into(),
            subject: subject.into(),
            had: had.into(),
            wanted: wanted.into(),
            by: id(3).into(),
            at: Time::from_millis(0),
            outcome: Outcome::Waiting,
        }
    }

    const NOW: Time = Time::from_millis(1_000);

    // S0-36, S0-37: an approval writes, a rejection does not; either happens once (RC-02).
    #[test]
    fn a_decision_is_taken_once() {
        let before = record("0400 000 001");
        let update = asked(Field::Mobile, "0400 000 001", "0400 000 002");
        let (done, after) = update.clone().approve(&before, "0400 000 001", None, user(1), NOW).unwrap();
        assert_eq!(Field::Mobile.of(&after), "0400 000 002");
        let gone = Err(Refused::Conflict(Conflict::DecidedMeanwhile));
        assert_eq!(done.clone().approve(&after, "0400 000 002", None, user(1), NOW).map(drop), gone);
        assert_eq!(done.reject(String::new(), user(1), NOW).map(drop), gone);
        let rejected = update.reject("Too long".into(), user(1), NOW).unwrap();
        assert_eq!(OwnState::of(&rejected), Some(OwnState::Rejected { at: NOW, reason: "Too long".into() }));
        assert_eq!(rejected.approve(&before, "0400 000 001", None, user(1), NOW).map(drop), gone);
    }

    // Decision 8, B-03: what the practice changed meanwhile is shown as a conflict and never overwritten unseen.
    #[test]
    fn what_changed_meanwhile_is_not_overwritten_unseen() {
        let update = asked(Field::Mobile, "0400 000 001", "0400 000 002");
        let theirs = record("0400 000 003");
        assert!(!update.conflicts_with(&record("0400 000 001")) && update.conflicts_with(&theirs));
        assert!(!update.conflicts_with(&record("0400 000 002")), "they agree already");
        let unseen = update.clone().approve(&theirs, "0400 000 001", None, user(1), NOW);
        assert_eq!(unseen.map(drop), Err(Refused::Conflict(Conflict::ChangedMeanwhile)));
        let (edited, after) = update.approve(&theirs, "0400 000 003", Some("0400 000 004"), user(1), NOW).unwrap();
        assert_eq!(Field::Mobile.of(&after), "0400 000 004");
        assert_eq!(OwnState::of(&edited), Some(OwnState::Edited { at: NOW }));
    }

    #[test]
    fn a_decision_is_taken_back_within_a_minute_by_whoever_made_it() {
        let before = record("0400 000 001");
        let update = asked(Field::Mobile, "0400 000 001", "0400 000 002");
        let (done, after) = update.clone().approve(&before, "0400 000 001", None, user(1), NOW).unwrap();
        let late = Err(Refused::Conflict(Conflict::TooLateToUndo));
        assert_eq!(done.clone().undo(&after, user(2), NOW).map(drop), late);
        assert_eq!(done.clone().undo(&after, user(1), NOW + limits::UNDO).map(drop), late);
        assert_eq!(update.clone().undo(&after, user(1), NOW).map(drop), late, "nothing was decided");
        let changed = done.clone().undo(&record("0400 000 009"), user(1), NOW);
        assert_eq!(changed.map(drop), Err(Refused::Conflict(Conflict::ChangedMeanwhile)));
        assert_eq!(done.undo(&after, user(1), NOW), Ok((update.clone(), before.clone())));
        let rejected = update.clone().reject(String::new(), user(1), NOW).unwrap();
        assert_eq!(rejected.undo(&before, user(1), NOW), Ok((update, before)));
    }

    fn typed(pairs: &[(Field, &str, &str)]) -> ProfileForm {
        let mut form = ProfileForm::default();
        for (field, seen, value) in pairs {
            form.seen.insert(*field, (*seen).to_owned());
            form.values.insert(*field, (*value).to_owned());
        }
        form
    }

    #[test]
    fn only_what_was_touched_is_a_wish_and_is_checked() {
        let mut old = record("");
        old.details.phone = "no number at all".into();
        let form = typed(&[
            (Field::Phone, "no number at all", "no number at all "),
            (Field::Mobile, "", " 0400 000 002 "),
            (Field::SocialMore, "a\nb", "a\r\nb"),
        ]);
        let wishes = form.wishes(&old).unwrap();
        assert_eq!(wishes, [Wish { subject: Field::Mobile.into(), had: String::new(), wanted: "0400 000 002".into() }]);
        let bad = typed(&[(Field::Phone, "no number at all", "none"), (Field::FundNumber, "", "<1>")]);
        let invalid = bad.wishes(&old).unwrap_err();
        assert_eq!(invalid.of("phone"), Some(Problem::NotAPhone));
        assert_eq!(invalid.of("fund_number"), Some(Problem::NotACardNumber));
    }

    #[test]
    fn a_postcode_is_looked_at_with_its_country() {
        let mut old = record("");
        old.details.address.postcode = "2041".into();
        let form = typed(&[(Field::Country, "", "United Kingdom")]);
        assert_eq!(form.wishes(&old).unwrap_err().of("postcode"), Some(Problem::NotAPostcode));
        let both = typed(&[(Field::Country, "", "UK"), (Field::Postcode, "2041", "SW1A 1AA")]);
        assert_eq!(both.wishes(&old).unwrap().len(), 2);
    }

    // An untouched country that waits decides the postcode, and a page with an older value is told from the record.
    #[test]
    fn what_the_page_said_goes_along() {
        let mut old = record("0400 000 001");
        old.details.address.country = "Australia".into();
        let mut form = typed(&[(Field::Country, "UK", "UK"), (Field::Postcode, "", "SW1A 1AA")]);
        form.had.insert(Field::Country, "Australia".into());
        assert_eq!(form.wishes(&old).unwrap().len(), 1);
        assert_eq!(form.touched(), "postcode");
        let long = "x".repeat(limits::SOCIAL + 1);
        for strange in [long.as_str(), "a\u{202e}b", "a\0b"] {
            let form = typed(&[(Field::Mobile, strange, "0400 000 002")]);
            assert!(form.wishes(&old).is_err(), "{strange:?}");
        }
    }

    #[test]
    fn what_is_taken_back_needs_not_be_allowed_today() {
        let mut before = record("");
        before.details.mobile = "no number at all".into();
        let update = asked(Field::Mobile, "no number at all", "0400 000 002");
        let (done, after) = update.clone().approve(&before, "no number at all", None, user(1), NOW).unwrap();
        assert_eq!(done.undo(&after, user(1), NOW), Ok((update, before)));
    }

    #[test]
    fn every_field_has_its_code_and_keeps_what_is_put_into_it() {
        for &field in Field::ALL {
            assert_eq!(Field::from_code(field.code()), Some(field));
            assert_eq!(serde_json::to_string(&field).unwrap(), format!("\"{}\"", field.code()));
            let mut record = record("");
            let value = match field {
                Field::Gender => "other",
                Field::Mobile | Field::Phone => "0400 000 002",
                Field::Email => "lien@example.org",
                _ => "A1",
            };
            field.put(&mut record, value).unwrap();
            assert_eq!(field.of(&record), value, "{field:?}");
            assert_eq!(Field::ALL.iter().filter(|other| other.of(&record) == value).count(), 1, "{field:?}");
        }
    }

    fn contact(n: u128, email: bool) -> Contact {
        let details = ContactDetails {
            name: format!("Contact {n}"),
            relationship: "Friend".into(),
            email: email.then(|| "ada@example.org".parse().unwrap()),
            phone: "0400 000 001".into(),
            emergency: true,
        };
        Contact { id: uuid::Uuid::from_u128(n).into(), details, rank: i64::try_from(n).unwrap(), version: 3 }
    }

    fn with(contacts: &[Contact]) -> Record {
        Record { contacts: contacts.to_vec(), ..record("") }
    }

    fn approved(update: &Update, record: &Record) -> (Update, Record) {
        let saw = update.subject.of(record);
        update.clone().approve(record, &saw, None, user(1), NOW).unwrap()
    }

    // S0-18: added, changed and removed as a whole; what is taken back is as it was, to the letter.
    #[test]
    fn contacts_are_added_changed_and_removed() {
        let before = with(&[contact(1, false), contact(2, true)]);
        let wanted = |name: &str| {
            EmergencyContact { name: name.into(), relationship: "Aunt".into(), phone: "0400 000 009".into() }.code()
        };
        let subject = |n: u128| Subject::Contact(uuid::Uuid::from_u128(n).into());
        let ids = |record: &Record| record.contacts.iter().map(|one| one.details.name.clone()).collect::<Vec<_>>();
        let cases = [
            (asked(subject(3), "", &wanted("Ada")), vec!["Contact 1", "Contact 2", "Ada"]),
            (asked(subject(1), &subject(1).of(&before), &wanted("Bea")), vec!["Bea", "Contact 2"]),
            (asked(subject(1), &subject(1).of(&before), ""), vec!["Contact 2"]),
            (asked(subject(2), &subject(2).of(&before), ""), vec!["Contact 1", "Contact 2"]),
            (
                asked(Subject::Order, &Subject::Order.of(&before), "con_00000000000000000000000000000002"),
                vec!["Contact 2", "Contact 1"],
            ),
        ];
        for (update, expected) in cases {
            assert!(!update.conflicts_with(&before));
            let (done, after) = approved(&update, &before);
            assert_eq!(ids(&after), expected);
            assert!(matches!(OwnState::of(&done), Some(OwnState::Accepted { .. })));
            let (again, back) = done.undo(&after, user(1), NOW).unwrap();
            assert_eq!(again, update);
            assert_eq!(ids(&back), ids(&before));
            assert!(back.contacts.iter().all(|one| one.details.emergency));
        }
        // Whom the practice writes to stays a contact, with the address, and is not called any more.
        let (_, after) = approved(&asked(subject(2), &subject(2).of(&before), ""), &before);
        let kept = after.contacts.iter().find(|one| one.id == contact(2, true).id).unwrap();
        assert!(kept.details.email.is_some() && !kept.details.emergency && subject(2).of(&after).is_empty());
    }

    #[test]
    fn a_contact_that_was_changed_here_meanwhile_is_a_conflict() {
        let before = with(&[contact(1, false), contact(2, false), contact(3, false)]);
        let subject = Subject::Contact(contact(1, false).id);
        let update = asked(subject, &subject.of(&before), "");
        let mut changed = before.clone();
        changed.contacts[0].details.phone = "0400 000 007".into();
        assert!(update.conflicts_with(&changed));
        assert!(!update.conflicts_with(&with(&[])), "they agree already");
        // An order is in conflict when the practice put the same people into another order, not when one came or went.
        let code = |of: &[u128]| {
            emergency::order_code(&of.iter().map(|n| uuid::Uuid::from_u128(*n).into()).collect::<Vec<_>>())
        };
        let order = asked(Subject::Order, &code(&[1, 2, 3]), &code(&[3, 1, 2]));
        assert!(!order.conflicts_with(&with(&[contact(1, false), contact(3, false), contact(4, false)])));
        let mut swapped = before.clone();
        Subject::Order.put(&mut swapped, &code(&[2, 1, 3])).unwrap();
        assert!(order.conflicts_with(&swapped));
    }

    // What others did to a contact within the minute is theirs: undo takes back what the patient had asked for, and no more.
    #[test]
    fn undo_takes_back_no_more_than_was_approved() {
        let before = with(&[contact(1, false), contact(2, true)]);
        let subject = |n: u128| Subject::Contact(uuid::Uuid::from_u128(n).into());
        let ada = EmergencyContact { name: "Ada".into(), relationship: "Aunt".into(), phone: "0400 000 009".into() };
        let email = |contact: &mut Contact| contact.details.email = Some("new@example.org".parse().unwrap());
        // An address that came meanwhile stays: of somebody who was changed, and of somebody who was added.
        let (changed, mut after) = approved(&asked(subject(1), &subject(1).of(&before), &ada.code()), &before);
        email(&mut after.contacts[0]);
        let (_, back) = changed.undo(&after, user(1), NOW).unwrap();
        assert_eq!(
            (back.contacts[0].details.name.as_str(), back.contacts[0].details.email.is_some()),
            ("Contact 1", true)
        );
        let (added, mut after) = approved(&asked(subject(3), "", &ada.code()), &before);
        email(after.contacts.iter_mut().find(|one| one.id == contact(3, false).id).unwrap());
        let (_, back) = added.undo(&after, user(1), NOW).unwrap();
        let kept = back.contacts.iter().find(|one| one.id == contact(3, false).id).unwrap();
        assert!(!kept.details.emergency && kept.details.email.is_some());
        // What the practice wrote about somebody who is not called any more is kept, and they are called again, in their place.
        let (gone, mut after) = approved(&asked(subject(2), &subject(2).of(&before), ""), &before);
        after.contacts.iter_mut().find(|one| one.id == contact(2, true).id).unwrap().details.phone =
            "0400 000 008".into();
        let (_, back) = gone.undo(&after, user(1), NOW).unwrap();
        assert_eq!(
            (back.contacts[1].details.phone.as_str(), back.contacts[1].details.emergency),
            ("0400 000 008", true)
        );
        // An order that was accepted since stays.
        let (changed, mut after) = approved(&asked(subject(1), &subject(1).of(&before), &ada.code()), &before);
        Subject::Order.put(&mut after, &emergency::order_code(&[contact(2, true).id, contact(1, false).id])).unwrap();
        let (_, back) = changed.clone().undo(&after, user(1), NOW).unwrap();
        assert_eq!(back.contacts.len(), 2);
        assert_eq!(Subject::Order.of(&back), emergency::order_code(&[contact(1, false).id, contact(2, true).id]));
    }

    // Somebody whom the practice keeps without calling them is not removed, and not overwritten unseen.
    #[test]
    fn whom_the_practice_keeps_is_seen_by_who_decides() {
        let called = with(&[contact(1, false)]);
        let subject = Subject::Contact(contact(1, false).id);
        let had = subject.of(&called);
        let mut kept = called.clone();
        kept.contacts[0].details.emergency = false;
        let gone = asked(subject, &had, "");
        assert!(!gone.conflicts_with(&kept), "nobody calls them: that is what was wanted");
        let (_, after) = gone.approve(&kept, &subject.reviewed(&kept), None, user(1), NOW).unwrap();
        assert_eq!(after, kept);
        let ada = EmergencyContact { name: "Ada".into(), relationship: "Aunt".into(), phone: "0400 000 009".into() };
        let changed = asked(subject, &had, &ada.code());
        assert!(changed.conflicts_with(&kept) && subject.reviewed(&kept).ends_with(NOT_CALLED));
        let unseen = changed.clone().approve(&kept, "", None, user(1), NOW);
        assert_eq!(unseen.map(drop), Err(Refused::Conflict(Conflict::ChangedMeanwhile)));
        // An address on file is the first one's: another name needs a look.
        assert!(subject.is_somebody_else(&with(&[contact(1, true)]), &ada.code()));
        assert!(!subject.is_somebody_else(&called, &ada.code()));
        let same = EmergencyContact { name: "contact 1".into(), ..ada };
        assert!(!subject.is_somebody_else(&with(&[contact(1, true)]), &same.code()));
    }

    #[test]
    fn people_are_decided_about_before_their_order() {
        let record = with(&[contact(1, false)]);
        let code = emergency::order_code(&[contact(2, false).id, contact(1, false).id]);
        let order = asked(Subject::Order, &Subject::Order.of(&record), &code);
        let added = asked(Subject::Contact(contact(2, false).id), "", "Ada\nAunt\n0400 000 009");
        assert!(order.is_early(&record, std::slice::from_ref(&added)));
        assert!(!order.is_early(&record, &[]), "nobody asks for them any more: they are passed over");
        assert!(!order.is_early(&with(&[contact(1, false), contact(2, false)]), std::slice::from_ref(&added)));
        assert!(!added.is_early(&record, std::slice::from_ref(&added)));
    }

    #[test]
    fn every_topic_has_its_code() {
        for topic in Topic::all() {
            assert_eq!(Topic::from_code(topic.code()), Some(topic));
        }
        assert_eq!(Topic::from_code("status"), None);
    }

    #[test]
    fn contacts_are_not_without_end() {
        let many: Vec<_> = (1..=u128::from(limits::CONTACTS)).map(|n| contact(n, false)).collect();
        let mut record = with(&many);
        let one = EmergencyContact { name: "Ada".into(), relationship: "Aunt".into(), phone: "0400 000 009".into() };
        let added = Subject::Contact(uuid::Uuid::from_u128(99).into()).put(&mut record, &one.code());
        assert_eq!(added.unwrap_err().of("name"), Some(Problem::TooMany));
        assert_eq!(record, with(&many));
    }

    proptest! {
        // What is refused leaves the record as it was; what is kept is kept as it would be shown and typed again.
        #[test]
        fn whatever_is_typed(at in 0..Field::ALL.len(), text in any::<String>()) {
            let (field, before) = (Field::ALL[at], record("0400 000 001"));
            let mut after = before.clone();
            if field.put(&mut after, &text).is_err() {
                prop_assert_eq!(&after, &before);
            } else {
                let kept = field.of(&after);
                let mut again = after.clone();
                prop_assert_eq!(field.put(&mut again, &kept), Ok(()));
                prop_assert_eq!(again, after);
            }
        }
    }
}
