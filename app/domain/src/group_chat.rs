//! Group chat: what the users of one practice group write to each other (decision 10). Messages are those of [`chat`](crate::chat).

use serde::{Deserialize, Serialize};

use crate::{
    chat::{Message, Messages},
    error::{Invalid, Problem},
    ids::{GroupConversationId, UserId},
    limits,
    page::Page,
    text,
    time::Time,
};

/// A conversation of several, as it is begun. One between two has no name and takes no form.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupConversationForm {
    /// What it is called.
    pub name: String,
    /// The colleagues who take part from the beginning, besides whoever begins it.
    pub members: Vec<UserId>,
}

/// The name of one, as it is typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupNameForm {
    /// What it shall be called.
    pub name: String,
}

/// What colleagues call a conversation is theirs: it is in no log.
impl std::fmt::Debug for GroupConversationForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupConversationForm").field("members", &self.members).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for GroupNameForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupNameForm").finish_non_exhaustive()
    }
}

impl GroupNameForm {
    /// Checks it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<String, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check("name", text::line(&self.name, limits::GROUP_CHAT_NAME)).ok_or(invalid)
    }
}

impl GroupConversationForm {
    /// Checks it: the name, and the colleagues, each once and without whoever begins.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, own: UserId) -> Result<(String, Vec<UserId>), Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", text::line(&self.name, limits::GROUP_CHAT_NAME));
        let mut members: Vec<UserId> = self.members.iter().copied().filter(|user| *user != own).collect();
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            invalid.add("members", Problem::NoneChosen);
        }
        // Whoever begins it is a member too.
        if members.len() >= limits::GROUP_CHAT_MEMBERS {
            invalid.add("members", Problem::TooMany);
        }
        match name {
            Some(name) if invalid.fields.is_empty() => Ok((name, members)),
            _ => Err(invalid),
        }
    }
}

/// One line of a conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// What somebody wrote.
    Message(Message),
    /// What somebody did with the conversation.
    Trace(Trace),
}

impl Line {
    /// Its place in the conversation: 1, 2, 3 … without a gap.
    #[must_use]
    pub const fn number(&self) -> i64 {
        match self {
            Self::Message(message) => message.number,
            Self::Trace(trace) => trace.number,
        }
    }
}

/// What was done with a conversation stands in its place among the messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Its place in the conversation.
    pub number: i64,
    /// Who did it; empty for whoever reads it.
    pub by: Option<String>,
    /// What.
    pub what: Done,
    /// When.
    pub at: Time,
}

/// What can be done with a conversation of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// A colleague was added; nothing for whoever reads it.
    Added(Option<String>),
    /// They left.
    Left,
    /// It is called differently from here on.
    Renamed(String),
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// The name.
    pub name: String,
    /// What they do.
    pub profession: String,
    /// Do they work in the group? Who does not reads nothing.
    pub active: bool,
    /// Is it whoever asks?
    pub own: bool,
    /// Up to which line they have read.
    pub read: i64,
    /// Since when they have read that far, if they have read at all.
    pub read_at: Option<Time>,
}

/// A conversation in somebody's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupConversationRow {
    /// Its id.
    pub id: GroupConversationId,
    /// Its name; of one between two, the colleague's.
    pub name: String,
    /// Is it one of several?
    pub named: bool,
    /// The beginning of the last message; none when there is none, or it was withdrawn.
    pub last: Option<String>,
    /// Was the last one withdrawn?
    pub withdrawn: bool,
    /// When it was written, or when the conversation began for whoever asks.
    pub at: Time,
    /// Messages that they have not read.
    pub unread: i64,
    /// Are they mentioned in one of those?
    pub mentioned: bool,
}

/// Somebody's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupConversations {
    /// The rows.
    pub rows: Page<GroupConversationRow>,
    /// Is group chat switched on?
    pub on: bool,
}

/// One conversation, as a member sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupConversationPage {
    /// Its id.
    pub id: GroupConversationId,
    /// Is it one of several?
    pub named: bool,
    /// How far the caller had read before this.
    pub read: i64,
    /// What is in it, and who takes part.
    pub now: GroupNews,
}

/// What there is for a page that is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupNews {
    /// Its name by now; of one between two, the colleague's.
    pub name: String,
    /// The lines asked for.
    pub lines: Messages<Line>,
    /// Who takes part, and how far they have read by now.
    pub members: Vec<Member>,
    /// The numbers of the messages that were withdrawn, the last withdrawn first.
    pub withdrawn: Vec<i64>,
    /// Is group chat switched on?
    pub on: bool,
}

/// Who of these is mentioned: `@` and the name as it is shown, whatever its case. Of names that begin alike the longest counts, and
/// everybody who bears it.
#[must_use]
pub fn mentioned(body: &str, names: &[(UserId, String)]) -> Vec<UserId> {
    let mut found = Vec::new();
    for (at, _) in body.match_indices('@') {
        // What stands in the middle of a word is an address.
        if body[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let said: Vec<_> = names.iter().filter(|(_, name)| begins_with(&body[at + 1..], name)).collect();
        let longest = said.iter().map(|(_, name)| name.chars().count()).max().unwrap_or_default();
        found.extend(said.iter().filter(|(_, name)| name.chars().count() == longest).map(|(user, _)| *user));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Does a text begin with this name, and not with a longer word?
fn begins_with(text: &str, name: &str) -> bool {
    let mut rest = text.chars();
    let same =
        name.chars().all(|wanted| rest.next().is_some_and(|found| found.to_lowercase().eq(wanted.to_lowercase())));
    same && !name.is_empty() && !rest.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn user(n: u128) -> UserId {
        Uuid::from_u128(n).into()
    }

    fn names() -> Vec<(UserId, String)> {
        let all = ["Dr Mira Anand", "Tom", "Tom Birch", "Zoë Ó'Brien", "Tom Birch"];
        (1..).zip(all).map(|(n, name)| (user(n), name.to_owned())).collect()
    }

    #[test]
    fn a_conversation_of_several_has_a_name_and_several() {
        let check =
            |name: &str, members: Vec<UserId>| GroupConversationForm { name: name.into(), members }.check(user(1));
        assert_eq!(
            check(" Front desk ", vec![user(3), user(2), user(3), user(1)]),
            Ok(("Front desk".to_owned(), vec![user(2), user(3)]))
        );
        assert_eq!(check(" ", vec![user(2)]).unwrap_err().of("name"), Some(Problem::Missing));
        assert_eq!(
            check(&"x".repeat(limits::GROUP_CHAT_NAME + 1), vec![user(2)]).unwrap_err().of("name"),
            Some(Problem::TooLong)
        );
        assert_eq!(check("x\ny", vec![user(2)]).unwrap_err().of("name"), Some(Problem::BadCharacters));
        for nobody in [vec![], vec![user(1)]] {
            assert_eq!(check("x", nobody).unwrap_err().of("members"), Some(Problem::NoneChosen));
        }
        let many = |count: u128| (2..2 + count).map(user).collect::<Vec<_>>();
        assert!(check("x", many(49)).is_ok());
        assert_eq!(check("x", many(50)).unwrap_err().of("members"), Some(Problem::TooMany));
        let name = GroupNameForm { name: "x".repeat(limits::GROUP_CHAT_NAME) };
        assert_eq!(name.check(), Ok(name.name.clone()));
    }

    #[test]
    fn what_it_is_called_is_in_no_log() {
        let (form, name) =
            (GroupConversationForm { name: "Lien".into(), members: vec![] }, GroupNameForm { name: "Lien".into() });
        assert!(!format!("{form:?} {name:?}").contains("Lien"));
    }

    #[test]
    fn an_at_and_a_name_mention_somebody() {
        let who = |body: &str| mentioned(body, &names());
        assert_eq!(who("Hello @Dr Mira Anand, are you there?"), [user(1)]);
        assert_eq!(who("(@dr mira anand)\n@ZOË Ó'BRIEN"), [user(1), user(4)]);
        assert_eq!(who("@Tom!"), [user(2)]);
        // The longest name, and everybody of that name.
        assert_eq!(who("@Tom Birch"), [user(3), user(5)]);
        assert_eq!(who("@Tom Birches and @Tom and @Tom"), [user(2)]);
        for nobody in ["Tom", "@ Tom", "@Tommy", "mail@Tom", "@", "@Dr Mira", ""] {
            assert!(who(nobody).is_empty(), "{nobody}");
        }
        assert!(mentioned("@ @", &[(user(1), String::new())]).is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_written_mentions_members_at_most_once(body in "(.|\n|@|@Tom|@Tom Birch){0,60}") {
            let found = mentioned(&body, &names());
            prop_assert!(found.is_sorted() && found.windows(2).all(|two| two[0] != two[1]));
            prop_assert!(found.iter().all(|user| names().iter().any(|(known, _)| known == user)));
            prop_assert!(body.contains('@') || found.is_empty());
        }

        #[test]
        fn a_mention_is_found_wherever_it_stands(before in "[a-z @\n]{0,20}", after in "[ .,!?\n@]{1}[a-z ]{0,20}") {
            let found = mentioned(&format!("{before} @Dr Mira Anand{after}"), &names());
            prop_assert!(found.contains(&user(1)));
        }
    }
}
