//! Who may read a conversation between users of a group, begin one, write in it and see to it: the one decision behind lists, pages,
//! counts, streams and news of them. The SQL of lists says the same; a test compares the two.
//!
//! Whatever the level and the settings: what colleagues write to each other is no patient's record, and nobody reads along.

use super::{
    actor::Who,
    explain::Because,
    proof::{InGroup, OnGroupConversation, Refused},
    rights::{Decision, hidden, in_group, no, user, yes},
};
use crate::{
    error::Refusal,
    ids::{GroupConversationId, GroupId, UserId},
};

/// What must be known to decide whether a conversation may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupChatFacts {
    /// Is group chat switched on in the group of whoever asks?
    pub on: bool,
}

/// What must be known to decide about one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupConversationFacts {
    /// Its group, from the row.
    pub group: GroupId,
    /// Which conversation.
    pub conversation: GroupConversationId,
    /// The member whose row was found when whoever asks was looked for among them.
    pub member: Option<UserId>,
    /// Is it one of several, with a name?
    pub named: bool,
    /// Is group chat switched on?
    pub on: bool,
}

fn switched_on(on: bool) -> Result<(), Refused> {
    if on { Ok(()) } else { Err(no(Refusal::ChatOff, Because::GroupChatOff)) }
}

/// Everybody who works in the group.
pub(super) fn start_group_conversation(who: &Who, facts: &GroupChatFacts) -> Decision<InGroup> {
    let user = user(who)?;
    switched_on(facts.on)?;
    yes(in_group(user), Because::Level)
}

/// Whoever takes part. Refused without a word that there is such a conversation; what is switched off stays readable.
pub(super) fn read_group_conversation(who: &Who, facts: &GroupConversationFacts) -> Decision<OnGroupConversation> {
    let user = user(who)?;
    if user.group != facts.group {
        return Err(hidden(Because::OtherGroup));
    }
    if facts.member != Some(user.user) {
        return Err(hidden(Because::NotTakingPart));
    }
    yes(OnGroupConversation { of: in_group(user), conversation: facts.conversation }, Because::TakingPart)
}

pub(super) fn write_group_conversation(who: &Who, facts: &GroupConversationFacts) -> Decision<OnGroupConversation> {
    let seen = read_group_conversation(who, facts)?;
    switched_on(facts.on)?;
    Ok(seen)
}

/// One between two has nothing that could be seen to: it is as if it were not there.
pub(super) fn manage_group_conversation(who: &Who, facts: &GroupConversationFacts) -> Decision<OnGroupConversation> {
    let seen = read_group_conversation(who, facts)?;
    if !facts.named {
        return Err(hidden(Because::BetweenTwo));
    }
    switched_on(facts.on)?;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{
            Actor, Denied, Face, ManageGroupConversation, ReadGroupConversation, StartGroupConversation, UserFace,
            Waits, WriteGroupConversation, dice::Dice,
        },
        user::{AccessSettings, Level},
    };

    const CASES: u32 = 100_000;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn actor(face: Face) -> Actor {
        Actor::unscoped_from_session(id(5), id(4), String::new(), face)
    }

    /// Decision 10, in plain words: whoever takes part in a conversation of their own group reads it, whatever is switched off;
    /// they write while group chat is on, and see to one of several then; everybody begins then. No level and no setting matters.
    #[test]
    fn members_read_and_write_and_nobody_else_does() {
        let mut dice = Dice(0x1234_5678_9ABC_DEF1);
        let mut granted = [0_u32; 4];
        for _ in 0..CASES {
            let settings = AccessSettings {
                hide_names: dice.coin(),
                read_only: dice.coin(),
                view_history: dice.coin(),
                export_data: dice.coin(),
                no_note_sharing: dice.coin(),
            };
            let level = dice.one(&Level::ALL);
            let asks = actor(Face::User(UserFace { group: id(1), user: id(2), level, settings }));
            let facts = GroupConversationFacts {
                group: id(if dice.below(6) == 0 { 7 } else { 1 }),
                conversation: id(8),
                member: dice.one(&[Some(id(2)), Some(id(2)), Some(id(3)), None]),
                named: dice.coin(),
                on: dice.coin(),
            };
            let start = asks.may(StartGroupConversation, &GroupChatFacts { on: facts.on }).map(|access| access.group());
            let read = asks.may(ReadGroupConversation, &facts).map(|access| access.conversation());
            let write = asks.may(WriteGroupConversation, &facts).map(|access| access.conversation());
            let manage = asks.may(ManageGroupConversation, &facts).map(|access| access.conversation());

            let off = Denied::Forbidden(Refusal::ChatOff);
            let takes_part = facts.group == id(1) && facts.member == Some(id(2));
            let seen = if takes_part { Ok(id(8)) } else { Err(Denied::NotFound) };
            assert_eq!(read, seen, "{facts:?}");
            assert_eq!(write, if takes_part && !facts.on { Err(off) } else { seen }, "{facts:?}");
            let managed = match (takes_part && facts.named, facts.on) {
                (false, _) => Err(Denied::NotFound),
                (true, false) => Err(off),
                (true, true) => Ok(id(8)),
            };
            assert_eq!(manage, managed, "{facts:?}");
            assert_eq!(start, if facts.on { Ok(id(1)) } else { Err(off) }, "{facts:?}");
            for (count, is) in granted.iter_mut().zip([start.is_ok(), read.is_ok(), write.is_ok(), manage.is_ok()]) {
                *count += u32::from(is);
            }
        }
        assert!(granted.iter().all(|count| (CASES / 20..CASES).contains(count)), "{granted:?}");
    }

    // The portal has no way in, nor has who was not let into the console yet.
    #[test]
    fn it_is_for_users_only() {
        let facts =
            GroupConversationFacts { group: id(1), conversation: id(8), member: Some(id(2)), named: true, on: true };
        for face in [Face::Portal, Face::Lobby(Waits::Password), Face::Lobby(Waits::Group)] {
            let asks = actor(face);
            assert!(asks.may(StartGroupConversation, &GroupChatFacts { on: true }).is_err());
            assert!(asks.may(ReadGroupConversation, &facts).is_err());
            assert!(asks.may(WriteGroupConversation, &facts).is_err());
            assert!(asks.may(ManageGroupConversation, &facts).is_err());
        }
    }
}
