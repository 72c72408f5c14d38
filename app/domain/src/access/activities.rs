//! Who may see a patient's home activities, assign them, and tick one off in the portal: the one decision behind lists, pages,
//! counts and news of them. The SQL of lists says the same; a test compares the two.

use super::{
    actor::Who,
    explain::Because,
    proof::{OnPatient, OwnActivity},
    rights::{
        Decision, GrantFacts, PatientFacts, edit_own_record, hidden, only_read, user, view_form_answers,
        view_own_clinical, writes, yes,
    },
};
use crate::ids::ActivityId;

/// What must be known to decide about one home activity in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnActivityFacts {
    /// The portal user's grant.
    pub grant: GrantFacts,
    /// Which activity, from the row: of the grant's patient.
    pub activity: ActivityId,
    /// Was it taken back?
    pub withdrawn: bool,
}

/// Home activities are for those who treat the patient, and for clinical and full access, as answers are.
pub(super) fn read_activities(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    view_form_answers(who, facts)
}

pub(super) fn assign_activities(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = read_activities(who, facts)?;
    writes(user(who)?)?;
    only_read(&seen)?;
    Ok(seen)
}

/// Refused without a word that there is such an activity: what was taken back was meant for somebody else.
pub(super) fn read_own_activity(who: &Who, facts: &OwnActivityFacts) -> Decision<OwnActivity> {
    let seen = view_own_clinical(who, &facts.grant)?;
    if facts.withdrawn {
        return Err(hidden(Because::NotShared));
    }
    yes(OwnActivity { of: seen.scope, activity: facts.activity }, seen.because)
}

/// Whoever may read it and act for the patient.
pub(super) fn do_own_activity(who: &Who, facts: &OwnActivityFacts) -> Decision<OwnActivity> {
    let seen = read_own_activity(who, facts)?;
    edit_own_record(who, &facts.grant)?;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{
            Actor, AssignActivities, Denied, DoOwnActivity, Face, ReadActivities, ReadDocuments, ReadOwnActivity,
            Relationship, UserFace, WriteDocuments, dice::Dice,
        },
        error::Refusal,
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

    /// What a patient is asked to do at home is as near to them as what is written about them.
    #[test]
    fn activities_are_read_and_assigned_by_whom_documents_are() {
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
            let read = asks.may(ReadActivities, &facts).map(drop);
            let assign = asks.may(AssignActivities, &facts).map(drop);
            assert_eq!(read, asks.may(ReadDocuments, &facts).map(drop), "{facts:?} {face:?}");
            assert_eq!(assign, asks.may(WriteDocuments, &facts).map(drop), "{facts:?} {face:?}");
            granted[0] += u32::from(read.is_ok());
            granted[1] += u32::from(assign.is_ok());
        }
        assert!(granted.iter().all(|count| (CASES / 20..CASES).contains(count)), "{granted:?}");
    }

    /// S3-11, PX-04: in plain words, whoever was let in and sees what is shared reads what was assigned and not taken back; who
    /// may also act for the patient ticks it off, and who may only look is told so.
    #[test]
    fn the_portal_reads_what_was_assigned_and_who_acts_ticks_it_off() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut granted = [0_u32; 2];
        for _ in 0..CASES {
            let at = Time::from_millis(0);
            let state =
                dice.one(&[State::Invited, State::Activated { at }, State::Suspended { at }, State::Ended { at }]);
            let status = dice.one(&[Status::Active, Status::Inactive, Status::Blocked]);
            let account = id(if dice.below(6) == 0 { 6 } else { 5 });
            let (role, level) =
                (dice.one(&[Role::View, Role::Edit]), dice.one(&[Level::Administrative, Level::Clinical]));
            let kind = dice.one(&[Kind::Contact, Kind::Other]);
            let terms = Terms { role, level, ..Terms::OWN };
            let grant = Grant { kind, terms, state, ..Grant::own(id(3), id(1), id(9), account, at) };
            let grant = GrantFacts {
                grant,
                status,
                ages: Birthdays::default(),
                patient_uses_portal: false,
                now: Time::from_millis(1_000),
            };
            let withdrawn = dice.below(3) == 0;
            let facts = OwnActivityFacts { grant, activity: id(8), withdrawn };
            let asks = actor(Face::Portal);
            let read = asks.may(ReadOwnActivity, &facts).map(|access| access.activity());
            let done = asks.may(DoOwnActivity, &facts).map(|access| access.activity());
            let lets_in = matches!(state, State::Activated { .. })
                && status != Status::Blocked
                && level == Level::Clinical
                && account == id(5);
            let seen = if lets_in && !withdrawn { Ok(id(8)) } else { Err(Denied::NotFound) };
            assert_eq!(read, seen, "{facts:?}");
            let acts = match (seen, role) {
                (Ok(_), Role::View) => Err(Denied::Forbidden(Refusal::ReadOnly)),
                (seen, _) => seen,
            };
            assert_eq!(done, acts, "{facts:?}");
            granted[0] += u32::from(read.is_ok());
            granted[1] += u32::from(done.is_ok());
        }
        assert!(granted.iter().all(|count| (CASES / 100..CASES / 2).contains(count)), "{granted:?}");
    }
}
