//! Who may read a patient's documents, write them, and read one in the portal: the one decision behind lists, pages, counts, news
//! and files of them. The SQL of lists says the same; a test compares the two.

use super::{
    actor::Who,
    explain::Because,
    proof::{Access, OnPatient, OwnDocument},
    rights::{
        Decision, GrantFacts, PatientFacts, ReadDocuments, hidden, only_read, user, view_form_answers,
        view_own_clinical, writes, yes,
    },
};
use crate::ids::DocumentId;

/// What must be known to decide about one document in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDocumentFacts {
    /// The portal user's grant.
    pub grant: GrantFacts,
    /// Which document, from the row: of the grant's patient.
    pub document: DocumentId,
    /// Is it completed, and not taken back?
    pub completed: bool,
    /// Does the practice hide its type in the portal (S3-09)?
    pub hidden: bool,
}

/// Documents are for those who treat the patient, and for clinical and full access, as answers are; drafts among them.
pub(super) fn read_documents(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    view_form_answers(who, facts)
}

impl Access<ReadDocuments> {
    /// Are drafts kept from this reader? What colleagues have not finished is not for an emergency, as with notes.
    #[must_use]
    pub const fn finished_only(&self) -> bool {
        self.by().emergency
    }
}

pub(super) fn write_documents(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = read_documents(who, facts)?;
    writes(user(who)?)?;
    only_read(&seen)?;
    Ok(seen)
}

/// Refused without a word that there is such a document: a draft, one that was taken back, one of a hidden type (S3-09, S3-10).
pub(super) fn read_own_document(who: &Who, facts: &OwnDocumentFacts) -> Decision<OwnDocument> {
    let seen = view_own_clinical(who, &facts.grant)?;
    if !facts.completed || facts.hidden {
        return Err(hidden(Because::NotShared));
    }
    yes(OwnDocument { of: seen.scope, document: facts.document }, seen.because)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{
            Actor, Denied, Face, ManageFiles, ReadDocuments, ReadFiles, ReadOwnDocument, Relationship, UserFace,
            WriteDocuments, dice::Dice,
        },
        grant::{Birthdays, Grant, Kind, Level, Role, State, Terms},
        patient::Status,
        time::Time,
        user::{self, AccessSettings},
    };

    /// Cases of each side.
    const CASES: u32 = 300_000;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn actor(face: Face) -> Actor {
        Actor::unscoped_from_session(id(5), id(4), String::new(), face)
    }

    /// What is written about a patient and what was sent are as near to them: the rule of files has a reference of its own.
    #[test]
    fn documents_are_read_and_written_by_whom_files_are() {
        let mut dice = Dice(0x2545_F491_4F6C_DD1D);
        let mut granted = [0_u32; 2];
        for _ in 0..CASES {
            let settings = AccessSettings {
                hide_names: dice.below(4) == 0,
                read_only: dice.below(4) == 0,
                no_note_sharing: dice.coin(),
                view_history: dice.coin(),
                export_data: dice.coin(),
            };
            let face = UserFace { group: id(1), user: id(2), level: dice.one(&user::Level::ALL), settings };
            let relationship = dice.one(&[
                None,
                Some(Relationship::Automatic),
                Some(Relationship::Granted),
                Some(Relationship::Revoked),
            ]);
            let group = id(if dice.below(8) == 0 { 7 } else { 1 });
            let facts = PatientFacts { group, patient: id(9), relationship, emergency: dice.below(3) == 0 };
            let asks = actor(Face::User(face));
            let (read, write) = (asks.may(ReadDocuments, &facts).map(drop), asks.may(WriteDocuments, &facts).map(drop));
            assert_eq!(read, asks.may(ReadFiles, &facts).map(drop), "{facts:?} {face:?}");
            assert_eq!(write, asks.may(ManageFiles, &facts).map(drop), "{facts:?} {face:?}");
            granted[0] += u32::from(read.is_ok());
            granted[1] += u32::from(write.is_ok());
        }
        assert!(granted.iter().all(|count| (CASES / 20..CASES).contains(count)), "{granted:?}");
    }

    /// S3-09, S3-10: in plain words, whoever was let in and sees what is shared reads what is completed and
    /// of no hidden type; all else is not there.
    #[test]
    fn the_portal_reads_what_is_completed_and_not_hidden() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut granted = 0_u32;
        for _ in 0..CASES {
            let at = Time::from_millis(0);
            let state =
                dice.one(&[State::Invited, State::Activated { at }, State::Suspended { at }, State::Ended { at }]);
            let level = dice.one(&[Level::Administrative, Level::Clinical]);
            let account = id(if dice.below(6) == 0 { 6 } else { 5 });
            let terms = Terms { role: dice.one(&[Role::View, Role::Edit]), level, ..Terms::OWN };
            let kind = dice.one(&[Kind::Contact, Kind::Other]);
            let grant = Grant { kind, terms, state, ..Grant::own(id(3), id(1), id(9), account, at) };
            let grant = GrantFacts {
                grant,
                status: Status::Active,
                ages: Birthdays::default(),
                patient_uses_portal: false,
                now: Time::from_millis(1_000),
            };
            let (completed, hidden) = (dice.coin(), dice.coin());
            let facts = OwnDocumentFacts { grant, document: id(8), completed, hidden };
            let decided = actor(Face::Portal).may(ReadOwnDocument, &facts).map(|access| access.document());
            let lets_in = matches!(state, State::Activated { .. }) && level == Level::Clinical && account == id(5);
            let expected = if lets_in && completed && !hidden { Ok(id(8)) } else { Err(Denied::NotFound) };
            assert_eq!(decided, expected, "{facts:?}");
            granted += u32::from(decided.is_ok());
        }
        assert!((CASES / 100..CASES / 2).contains(&granted), "{granted}");
    }
}
