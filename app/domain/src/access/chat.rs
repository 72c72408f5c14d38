//! Who may read a conversation with a patient, begin one and write in it, on both sides: the one decision behind lists, pages,
//! counts, streams and news of them. The SQL of lists says the same; a test compares the two.

use std::ops::Deref;

use super::{
    actor::Who,
    explain::Because,
    proof::{Access, OnConversation, OnPatient, OwnConversation, Refused},
    rights::{
        Decision, GrantFacts, PatientFacts, ReadConversation, ReadOwnConversation, WriteConversation,
        WriteOwnConversation, edit_own_record, hidden, no, only_read, user, view_own_clinical, view_patient, writes,
        yes,
    },
};
use crate::{
    chat::{Standing, Switches},
    error::Refusal,
    ids::{AccountId, ConversationId, GroupId, PatientId, UserId},
    user::Role,
};

/// What must be known to decide whether a conversation may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartFacts {
    /// The patient, and how the asking user and they belong together.
    pub of: PatientFacts,
    /// What is switched on.
    pub switches: Switches,
}

/// What must be known to decide about one conversation in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationFacts {
    /// Its patient, and how the asking user and they belong together.
    pub of: PatientFacts,
    /// Which conversation, from the row: with the facts' patient.
    pub conversation: ConversationId,
    /// Whose it is.
    pub practitioner: UserId,
    /// What is switched on.
    pub switches: Switches,
}

/// What must be known to decide about one conversation in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnConversationFacts {
    /// The portal user's grant.
    pub grant: GrantFacts,
    /// Which conversation, from the row: of the grant's patient.
    pub conversation: ConversationId,
    /// What is switched on.
    pub switches: Switches,
}

/// That somebody reads one conversation, on either side. Earned only by [`ReadConversation`] or [`ReadOwnConversation`].
#[derive(Debug, Clone, Copy)]
pub struct InConversation {
    group: GroupId,
    patient: PatientId,
    conversation: ConversationId,
    account: AccountId,
    user: Option<UserId>,
}

impl InConversation {
    /// The only group whose rows may be touched.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The only patient whose rows may be touched.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        self.patient
    }

    /// The only conversation whose rows may be touched.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// The account of whoever earned it.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The user of the console, when it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        self.user
    }
}

impl From<&Access<ReadConversation>> for InConversation {
    fn from(access: &Access<ReadConversation>) -> Self {
        Self {
            group: access.group(),
            patient: access.patient(),
            conversation: access.conversation(),
            account: access.by.account,
            user: Some(access.user()),
        }
    }
}

impl From<&Access<ReadOwnConversation>> for InConversation {
    fn from(access: &Access<ReadOwnConversation>) -> Self {
        Self {
            group: access.group(),
            patient: access.patient(),
            conversation: access.conversation(),
            account: access.account(),
            user: None,
        }
    }
}

/// That somebody writes in one conversation, on either side. Earned only by [`WriteConversation`] or [`WriteOwnConversation`].
#[derive(Debug, Clone, Copy)]
pub struct Writing(InConversation);

impl Deref for Writing {
    type Target = InConversation;

    fn deref(&self) -> &InConversation {
        &self.0
    }
}

impl From<&Access<WriteConversation>> for Writing {
    fn from(access: &Access<WriteConversation>) -> Self {
        Self(InConversation::from(&Access::<ReadConversation>::from(access)))
    }
}

impl From<&Access<WriteOwnConversation>> for Writing {
    fn from(access: &Access<WriteOwnConversation>) -> Self {
        Self(InConversation::from(&Access::<ReadOwnConversation>::from(access)))
    }
}

/// What a switch refuses. That nobody uses the portal is no matter of who asks: it is said where the message is typed.
fn switched_on(switches: Switches) -> Result<(), Refused> {
    match switches.standing() {
        Standing::PracticeOff => Err(no(Refusal::ChatOff, Because::ChatOff)),
        Standing::PatientOff => Err(no(Refusal::ChatOffForPatient, Because::ChatOffForPatient)),
        Standing::NotInPortal if !switches.patient => Err(no(Refusal::ChatOffForPatient, Because::ChatOffForPatient)),
        Standing::NotInPortal | Standing::Open => Ok(()),
    }
}

/// Practitioners only (S2-02). To begin one switches chat on for the patient (S2-23), so that switch is in nobody's way; an
/// emergency is no reason to write to somebody.
pub(super) fn start_conversation(who: &Who, facts: &StartFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, &facts.of)?;
    let user = user(who)?;
    match user.level.role() {
        Role::Practitioner => {}
        Role::Administrator => return Err(no(Refusal::Level, Because::PractitionersOnly)),
    }
    writes(user)?;
    only_read(&seen)?;
    switched_on(Switches { patient: true, ..facts.switches })?;
    Ok(seen)
}

/// One's own, and a patient whom one may see. Refused without a word that there is such a conversation.
pub(super) fn read_conversation(who: &Who, facts: &ConversationFacts) -> Decision<OnConversation> {
    let on = view_patient(who, &PatientFacts { emergency: false, ..facts.of })?;
    if user(who)?.user != facts.practitioner {
        return Err(hidden(Because::NotTakingPart));
    }
    yes(OnConversation { on: on.scope, conversation: facts.conversation }, on.because)
}

pub(super) fn write_conversation(who: &Who, facts: &ConversationFacts) -> Decision<OnConversation> {
    let seen = read_conversation(who, facts)?;
    let user = user(who)?;
    match user.level.role() {
        Role::Practitioner => {}
        // Whoever became an administrator meanwhile reads what they wrote.
        Role::Administrator => return Err(no(Refusal::Level, Because::PractitionersOnly)),
    }
    writes(user)?;
    switched_on(facts.switches)?;
    Ok(seen)
}

/// Whoever sees what is shared of the record. What is switched off keeps its history readable (S2-21).
pub(super) fn read_own_conversation(who: &Who, facts: &OwnConversationFacts) -> Decision<OwnConversation> {
    let seen = view_own_clinical(who, &facts.grant)?;
    yes(OwnConversation { of: seen.scope, conversation: facts.conversation }, seen.because)
}

/// And acts for the patient, while it is switched on (S2-19, PT-09).
pub(super) fn write_own_conversation(who: &Who, facts: &OwnConversationFacts) -> Decision<OwnConversation> {
    let seen = read_own_conversation(who, facts)?;
    edit_own_record(who, &facts.grant)?;
    // Whether it is off for all or for them is the practice's own matter.
    switched_on(facts.switches).map_err(|refused| no(Refusal::ChatOff, refused.because))?;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{Actor, Denied, Face, Relationship, StartConversation, UserFace, dice::Dice},
        grant::{Birthdays, Grant, Kind, Level as Seen, Role as Acts, State, Terms},
        patient::Status,
        time::Time,
        user::{AccessSettings, Level},
    };

    /// Cases of each side.
    const CASES: u32 = 300_000;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn actor(face: Face) -> Actor {
        Actor::unscoped_from_session(id(5), id(4), String::new(), face)
    }

    fn switches(dice: &mut Dice) -> Switches {
        Switches { practice: dice.below(4) != 0, patient: dice.below(4) != 0, reachable: dice.below(4) != 0 }
    }

    /// S2-02, S2-06, PR-09, in plain words: a practitioner who may see the patient otherwise than in an emergency reads what is
    /// theirs, and writes and begins when they may change things and chat is on; to begin asks no switch of the patient's.
    #[test]
    fn practitioners_begin_and_go_on_with_conversations_of_their_own() {
        let mut dice = Dice(0x2545_F491_4F6C_DD1D);
        let mut granted = [0_u32; 3];
        for _ in 0..CASES {
            let settings =
                AccessSettings { hide_names: dice.coin(), read_only: dice.below(4) == 0, ..AccessSettings::default() };
            let level = dice.one(&Level::ALL);
            let face = UserFace { group: id(1), user: id(2), level, settings };
            let relationship = dice.one(&[
                None,
                Some(Relationship::Automatic),
                Some(Relationship::Granted),
                Some(Relationship::Revoked),
            ]);
            let group = id(if dice.below(8) == 0 { 7 } else { 1 });
            let emergency = dice.below(3) == 0;
            let of = PatientFacts { group, patient: id(9), relationship, emergency };
            let switches = switches(&mut dice);
            let practitioner = id(if dice.below(4) == 0 { 3 } else { 2 });
            let facts = ConversationFacts { of, conversation: id(8), practitioner, switches };
            let asks = actor(Face::User(face));
            let start = asks.may(StartConversation, &StartFacts { of, switches }).map(|access| access.patient());
            let read = asks.may(ReadConversation, &facts).map(|access| access.conversation());
            let write = asks.may(WriteConversation, &facts).map(|access| access.conversation());

            let theirs = matches!(relationship, Some(Relationship::Automatic | Relationship::Granted));
            let hidden = group != id(1) || relationship == Some(Relationship::Revoked);
            let sees = !hidden && (level != Level::Personal || theirs);
            let practises = matches!(level, Level::Personal | Level::OwnAndContacts | Level::Clinical | Level::Full);
            assert_eq!(
                read,
                if sees && practitioner == id(2) { Ok(id(8)) } else { Err(Denied::NotFound) },
                "{facts:?}"
            );
            let refused = |switched_on: bool, patient_on: bool| {
                if !practises {
                    Some(Refusal::Level)
                } else if settings.read_only {
                    Some(Refusal::ReadOnly)
                } else if !switched_on {
                    Some(Refusal::ChatOff)
                } else if !patient_on {
                    Some(Refusal::ChatOffForPatient)
                } else {
                    None
                }
            };
            let writes = match (read, refused(switches.practice, switches.patient)) {
                (Ok(_), Some(refusal)) => Err(Denied::Forbidden(refusal)),
                (read, _) => read,
            };
            assert_eq!(write, writes, "{facts:?} {face:?}");
            // Only an emergency opens the patient: then it is read and not written to.
            let by_emergency = !hidden && !sees && emergency;
            let starts = match refused(switches.practice, true) {
                _ if !sees && !by_emergency => Err(Denied::NotFound),
                Some(refusal @ (Refusal::Level | Refusal::ReadOnly)) => Err(Denied::Forbidden(refusal)),
                _ if by_emergency => Err(Denied::Forbidden(Refusal::ReadOnly)),
                Some(refusal) => Err(Denied::Forbidden(refusal)),
                None => Ok(id(9)),
            };
            assert_eq!(start, starts, "{facts:?} {face:?}");
            for (count, is) in granted.iter_mut().zip([start.is_ok(), read.is_ok(), write.is_ok()]) {
                *count += u32::from(is);
            }
        }
        assert!(granted.iter().all(|count| (CASES / 20..CASES).contains(count)), "{granted:?}");
    }

    /// S2-19, S2-21, PT-09, PX-04, in plain words: whoever was let in and sees what is shared reads on, whatever is switched
    /// off; they write when they act for the patient and chat is on for the practice and the patient.
    #[test]
    fn the_portal_reads_on_and_writes_while_chat_is_on() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut granted = [0_u32; 2];
        for _ in 0..CASES {
            let at = Time::from_millis(0);
            let state =
                dice.one(&[State::Invited, State::Activated { at }, State::Suspended { at }, State::Ended { at }]);
            let status = dice.one(&[Status::Active, Status::Inactive, Status::Blocked]);
            let account = id(if dice.below(6) == 0 { 6 } else { 5 });
            let (role, level) =
                (dice.one(&[Acts::View, Acts::Edit]), dice.one(&[Seen::Administrative, Seen::Clinical]));
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
            let switches = switches(&mut dice);
            let facts = OwnConversationFacts { grant, conversation: id(8), switches };
            let asks = actor(Face::Portal);
            let read = asks.may(ReadOwnConversation, &facts).map(|access| access.conversation());
            let write = asks.may(WriteOwnConversation, &facts).map(|access| access.conversation());
            let lets_in = matches!(state, State::Activated { .. })
                && status != Status::Blocked
                && level == Seen::Clinical
                && account == id(5);
            let seen = if lets_in { Ok(id(8)) } else { Err(Denied::NotFound) };
            assert_eq!(read, seen, "{facts:?}");
            let writes = match seen {
                Ok(_) if role == Acts::View => Err(Denied::Forbidden(Refusal::ReadOnly)),
                Ok(_) if !switches.practice || !switches.patient => Err(Denied::Forbidden(Refusal::ChatOff)),
                seen => seen,
            };
            assert_eq!(write, writes, "{facts:?}");
            granted[0] += u32::from(read.is_ok());
            granted[1] += u32::from(write.is_ok());
        }
        assert!(granted.iter().all(|count| (CASES / 100..CASES / 2).contains(count)), "{granted:?}");
    }
}
