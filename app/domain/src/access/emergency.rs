//! Who may open a record in an emergency (PR-04): a practitioner who would not read all of it otherwise. What is opened is read,
//! never changed, and ends by itself; whoever was kept from the patient on purpose is kept from it in an emergency too.

use super::{
    actor::{UserFace, Who},
    explain::Because,
    proof::{InGroup, OnPatient, Refused},
    rights::{Decision, PatientFacts, in_group, no, user, view_patient, yes},
};
use crate::{error::Refusal, user::Level};

/// Neither front desk nor finance treats anybody; who reads every record needs no emergency.
fn treats_without_reading_all(user: &UserFace) -> Result<(), Refused> {
    match user.level {
        Level::Personal | Level::OwnAndContacts => Ok(()),
        Level::Clinical | Level::Full => Err(no(Refusal::NotNeeded, Because::Level)),
        Level::CalendarContacts | Level::CalendarContactsFinance | Level::AdminFull => {
            Err(no(Refusal::Level, Because::PractitionersOnly))
        }
    }
}

pub(super) fn seek_in_emergency(who: &Who, (): &()) -> Decision<InGroup> {
    let user = user(who)?;
    treats_without_reading_all(user)?;
    yes(in_group(user), Because::Level)
}

/// Whoever could not know of the patient learns nothing from being refused: another group's, and one who was hidden, are not there.
pub(super) fn open_in_emergency(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, &PatientFacts { emergency: true, ..*facts })?;
    treats_without_reading_all(user(who)?)?;
    yes(seen.scope, Because::Level)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{
            Actor, AddFiles, AssignActivities, Denied, EditPatient, Face, InvitePatient, ListNotes, ManageFiles,
            ManageRelationships, NotesFacts, OpenInEmergency, ReadActivities, ReadDocuments, ReadFiles, Relationship,
            Right, SeekInEmergency, SendForms, ShareWithColleagues, ViewContacts, ViewFormAnswers, ViewInvoices,
            ViewPatient, ViewSocialHistory, Waits, WriteDocuments, WriteNotes,
        },
        user::AccessSettings,
    };

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn actor(level: Level, settings: AccessSettings) -> Actor {
        let face = Face::User(UserFace { group: id(1), user: id(2), level, settings });
        Actor::unscoped_from_session(id(5), id(4), String::new(), face)
    }

    fn facts(group: u128, relationship: Option<Relationship>, emergency: bool) -> PatientFacts {
        PatientFacts { group: id(group), patient: id(9), relationship, emergency }
    }

    const PLAIN: AccessSettings = AccessSettings {
        hide_names: false,
        read_only: false,
        view_history: false,
        export_data: false,
        no_note_sharing: false,
    };

    // PR-04: practitioners who do not read all of it; who was kept from the patient is told what a stranger is told.
    #[test]
    fn it_is_for_practitioners_who_do_not_reach_the_record() {
        let opens = |level, on: &PatientFacts| actor(level, PLAIN).may(OpenInEmergency, on).map(drop);
        let related = [None, Some(Relationship::Automatic), Some(Relationship::Granted)];
        for on in related.map(|relationship| facts(1, relationship, false)) {
            for level in [Level::Personal, Level::OwnAndContacts] {
                assert_eq!(opens(level, &on), Ok(()), "{level:?} {on:?}");
            }
            for level in [Level::Clinical, Level::Full] {
                assert_eq!(opens(level, &on), Err(Denied::Forbidden(Refusal::NotNeeded)), "{level:?} {on:?}");
            }
            for level in [Level::CalendarContacts, Level::CalendarContactsFinance, Level::AdminFull] {
                assert_eq!(opens(level, &on), Err(Denied::Forbidden(Refusal::Level)), "{level:?} {on:?}");
            }
        }
        for level in Level::ALL {
            for on in [facts(2, None, true), facts(1, Some(Relationship::Revoked), true)] {
                assert_eq!(opens(level, &on), Err(Denied::NotFound), "{level:?} {on:?}");
            }
        }
        for waits in [Waits::Password, Waits::Group] {
            let lobby = Actor::unscoped_from_session(id(5), id(4), String::new(), Face::Lobby(waits));
            assert!(
                lobby.may(SeekInEmergency, &()).is_err() && lobby.may(OpenInEmergency, &facts(1, None, true)).is_err()
            );
        }
    }

    // PR-04: what an emergency opens is read, marked, and changed by nobody.
    #[test]
    fn it_opens_for_reading_and_marks() {
        fn marked<R: Right>(actor: &Actor, right: R, subject: &R::Subject) -> Option<bool> {
            actor.may(right, subject).ok().map(|access| access.by().emergency)
        }
        let on = facts(1, None, true);
        let notes = NotesFacts { patient: on, sharing: true };
        for level in [Level::Personal, Level::OwnAndContacts] {
            for settings in [PLAIN, AccessSettings { read_only: true, ..PLAIN }] {
                let asks = actor(level, settings);
                for read in [
                    marked(&asks, ListNotes, &notes),
                    marked(&asks, ReadDocuments, &on),
                    marked(&asks, ReadActivities, &on),
                    marked(&asks, ReadFiles, &on),
                    marked(&asks, ViewFormAnswers, &on),
                    marked(&asks, ViewSocialHistory, &on),
                ] {
                    assert_eq!(read, Some(true), "{level:?}");
                }
                // The level of the second shows who the patient is anyway.
                let only_by_emergency = Some(level == Level::Personal);
                assert_eq!(marked(&asks, ViewPatient, &on), only_by_emergency);
                assert_eq!(marked(&asks, ViewContacts, &on), only_by_emergency);
            }
            let asks = actor(level, PLAIN);
            let refused = Some(Denied::Forbidden(Refusal::ReadOnly));
            assert_eq!(asks.may(WriteDocuments, &on).err(), refused);
            assert_eq!(asks.may(AssignActivities, &on).err(), refused);
            assert_eq!(asks.may(ManageFiles, &on).err(), refused);
        }
        let asks = actor(Level::Personal, PLAIN);
        let refused = Some(Denied::Forbidden(Refusal::ReadOnly));
        assert_eq!(asks.may(EditPatient, &on).err(), refused);
        assert_eq!(asks.may(InvitePatient, &on).err(), refused);
        assert_eq!(asks.may(SendForms, &on).err(), refused);
        assert_eq!(asks.may(AddFiles, &on).err(), refused);
        assert_eq!(asks.may(WriteNotes, &on).err(), refused);
        assert_eq!(asks.may(ShareWithColleagues, &notes).err(), refused);
        assert_eq!(asks.may(ManageRelationships, &on).err(), Some(Denied::Forbidden(Refusal::Level)));
        assert_eq!(asks.may(ViewInvoices, &on).err(), Some(Denied::NotFound));
    }

    // PR-04: nobody but a practitioner who was not kept from the patient has anything of it.
    #[test]
    fn it_opens_nothing_else() {
        for level in Level::ALL {
            for relationship in
                [None, Some(Relationship::Automatic), Some(Relationship::Granted), Some(Relationship::Revoked)]
            {
                if matches!(level, Level::Personal | Level::OwnAndContacts)
                    && relationship != Some(Relationship::Revoked)
                {
                    continue;
                }
                let asks = actor(level, PLAIN);
                let read = |emergency| {
                    let on = facts(1, relationship, emergency);
                    let notes = asks.may(ListNotes, &NotesFacts { patient: on, sharing: true });
                    (
                        asks.may(ViewPatient, &on).map(drop),
                        asks.may(ReadFiles, &on).map(drop),
                        notes.map(|access| (access.all(), access.by().emergency)),
                    )
                };
                assert_eq!(read(true), read(false), "{level:?} {relationship:?}");
            }
        }
    }
}
