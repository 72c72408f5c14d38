//! Chat: conversations between a practitioner and those who act for a patient in the portal (S2, decision 10), and what is
//! written in them.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    grant,
    ids::{ConversationId, MessageId, PatientId},
    limits,
    page::Page,
    person::PatientName,
    text,
    time::{Date, Time},
};

/// What must be switched on for a message to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The group's: group chat, and chat with patients (S2-06, S2-08).
    pub practice: bool,
    /// The patient's, in this group (S2-16, S2-24). It is off until a practitioner begins a conversation (S2-03).
    pub patient: bool,
    /// Does anybody use the patient's portal who sees what is shared (S2-04)?
    pub reachable: bool,
}

/// Whether a conversation can go on, and if not, what is in the way; in the order in which it would have to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It goes on.
    Open,
    /// The practice does not chat with patients at present.
    PracticeOff,
    /// Nobody uses the patient's portal who would see it.
    NotInPortal,
    /// Chat is switched off for this patient.
    PatientOff,
}

impl Switches {
    /// Where a conversation stands by these.
    #[must_use]
    pub const fn standing(self) -> Standing {
        match (self.practice, self.reachable, self.patient) {
            (false, _, _) => Standing::PracticeOff,
            (true, false, _) => Standing::NotInPortal,
            (true, true, false) => Standing::PatientOff,
            (true, true, true) => Standing::Open,
        }
    }
}

/// What a practice says about its answers to patients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// Within how many hours it usually answers; 0 when it does not say.
    pub promised_hours: u32,
    /// The number to call in an emergency; may be empty.
    pub emergency_number: String,
    /// What answers by itself while the practice is closed; nothing does when it is empty.
    pub away: String,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

/// The dialog that changes it, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepliesForm {
    /// Within how many hours; nothing or 0 for no promise.
    pub promised_hours: String,
    /// The number to call in an emergency.
    pub emergency_number: String,
    /// What answers by itself.
    pub away: String,
}

impl RepliesForm {
    /// Checks the fields.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, version: i64) -> Result<Replies, Invalid> {
        let mut invalid = Invalid::default();
        let hours = match self.promised_hours.trim() {
            "" => Ok(0),
            typed => typed.parse().ok().filter(|hours| *hours <= limits::CHAT_PROMISE_MOST).ok_or(Problem::OutOfRange),
        };
        let hours = invalid.check("promised_hours", hours);
        let number = text::optional_line(&self.emergency_number, limits::CHAT_EMERGENCY_NUMBER);
        let number = invalid.check("emergency_number", number);
        let away = invalid.check("away", text::paragraphs(&self.away, limits::CHAT_AWAY));
        match (hours, number, away) {
            (Some(promised_hours), Some(emergency_number), Some(away)) => {
                Ok(Replies { promised_hours, emergency_number, away, version })
            }
            _ => Err(invalid),
        }
    }
}

/// What whoever writes to a practice is told of its answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answering {
    /// Within how many hours it usually answers; 0 when it does not say.
    pub promised_hours: u32,
    /// The number to call in an emergency; may be empty.
    pub emergency_number: String,
    /// Is no location open at this moment? Not where no opening hours are known.
    pub closed: bool,
}

/// Who wrote a message, as it is stored. Set by the server, never by whoever sends (PT-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A user of the practice.
    Practice,
    /// A portal user.
    Portal,
}

/// A message as it is typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessageForm {
    /// What it says.
    pub body: String,
}

/// What people write to each other is in no log.
impl std::fmt::Debug for MessageForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageForm").finish_non_exhaustive()
    }
}

impl MessageForm {
    /// Checks it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<String, Invalid> {
        let mut invalid = Invalid::default();
        let body = text::paragraphs(&self.body, limits::CHAT_MESSAGE).and_then(|body| {
            // What is only space would be a bubble with nothing in it.
            if body.is_empty() { Err(Problem::Missing) } else { Ok(body) }
        });
        invalid.check("body", body).ok_or(invalid)
    }
}

/// Whoever takes part for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalPerson {
    /// The name they go by: their own, a contact's, or the address when neither is known.
    pub name: String,
    /// Who they are to the patient.
    pub kind: grant::Kind,
    /// What they are to the patient, in the words of whoever let them in; empty for the patient.
    pub relationship: String,
}

/// Who wrote a message, as the other side reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// Whoever reads it.
    Own,
    /// A user of the practice.
    User {
        /// Their name.
        name: String,
        /// What they practise.
        profession: String,
    },
    /// Somebody of the portal.
    Portal(PortalPerson),
    /// Somebody of the portal of whom nothing is known any more.
    Gone,
}

/// One message, as it is read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its place in the conversation: 1, 2, 3 … without a gap.
    pub number: i64,
    /// Chosen by the device that sent it: sent twice, it is one message.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// What it says; empty when it was withdrawn.
    pub body: String,
    /// When the server stored it.
    pub sent_at: Time,
    /// Was it withdrawn? Its place stays.
    pub withdrawn: bool,
    /// Was it sent by itself, while the practice was closed?
    pub automatic: bool,
}

/// Which messages are asked for. By their numbers, which have no gaps: who asks again after the last they have misses none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The latest ones.
    #[default]
    Latest,
    /// Those before this number, the latest of them.
    Before(i64),
    /// Those after this number, the earliest of them.
    After(i64),
}

/// Some of the messages, in order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messages<M = Message> {
    /// The messages, in order.
    pub rows: Vec<M>,
    /// Is there anything before the first of these?
    pub earlier: bool,
    /// Is there anything after the last of these?
    pub later: bool,
}

impl<M> Default for Messages<M> {
    fn default() -> Self {
        Self { rows: Vec::new(), earlier: false, later: false }
    }
}

impl<M> Messages<M> {
    /// These, of a conversation whose last one has this number; they are numbered without gaps.
    #[must_use]
    pub fn of(rows: Vec<M>, last: i64, number: impl Fn(&M) -> i64) -> Self {
        let earlier = rows.first().is_some_and(|first| number(first) > 1);
        let later = rows.last().is_some_and(|row| number(row) < last);
        Self { rows, earlier, later }
    }
}

/// Somebody who has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMark {
    /// Who.
    pub person: PortalPerson,
    /// Up to which message.
    pub number: i64,
    /// When.
    pub at: Time,
}

/// How many messages a user has not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// In conversations with patients.
    pub patients: i64,
    /// In conversations with colleagues.
    pub colleagues: i64,
}

impl Unread {
    /// All of them.
    #[must_use]
    pub const fn all(self) -> i64 {
        self.patients.saturating_add(self.colleagues)
    }
}

/// What there is for a page of the console that is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The messages asked for.
    pub messages: Messages,
    /// How far each person of the portal has read by now.
    pub marks: Vec<ReadMark>,
    /// The numbers of those that were withdrawn, the last withdrawn first.
    pub withdrawn: Vec<i64>,
    /// Can it go on by now?
    pub standing: Standing,
    /// Since when a message of the portal waits for an answer, if one does.
    pub waits_since: Option<Time>,
}

/// Which conversations a practitioner sees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConversationFilter {
    /// Words of the patient's name (S2-12).
    pub text: String,
    /// The one that waits longest first, instead of the latest (S2-13)?
    pub oldest_first: bool,
    /// Those that cannot go on as well (S2-15)?
    pub inactive: bool,
    /// Only those in which somebody of the portal waits for an answer?
    pub waiting: bool,
}

/// A conversation in the practitioner's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRow {
    /// Its id.
    pub id: ConversationId,
    /// With whose portal.
    pub patient: PatientId,
    /// The patient's name.
    pub name: String,
    /// The beginning of the last message; none when there is none, or it was withdrawn.
    pub last: Option<String>,
    /// Was the last one withdrawn?
    pub withdrawn: bool,
    /// When it was written, or when the conversation was begun.
    pub at: Time,
    /// Messages that the practitioner has not read.
    pub unread: i64,
    /// Since when a message of the portal waits for an answer, if one does.
    pub waits_since: Option<Time>,
    /// Can it go on?
    pub standing: Standing,
}

/// The practitioner's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversations {
    /// The rows.
    pub rows: Page<ConversationRow>,
    /// Does the practice chat with patients at present?
    pub on: bool,
    /// May the caller begin a conversation?
    pub may_start: bool,
}

/// One conversation, as its practitioner sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationPage {
    /// Its id.
    pub id: ConversationId,
    /// With whose portal.
    pub patient: PatientId,
    /// The patient's name.
    pub name: String,
    /// Can it go on?
    pub standing: Standing,
    /// May the caller write?
    pub may_write: bool,
    /// How far the caller had read before this.
    pub read: i64,
    /// The messages asked for.
    pub messages: Messages,
    /// How far each person of the portal has read.
    pub marks: Vec<ReadMark>,
    /// Since when a message of the portal waits for an answer, if one does.
    pub waits_since: Option<Time>,
}

/// A patient whom a conversation can be begun with, or why it cannot (S2-04, S2-05).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The patient.
    pub patient: PatientId,
    /// The name.
    pub name: PatientName,
    /// The day of birth: two patients may have one name.
    pub birth_date: Option<Date>,
    /// Does anybody use the portal who would see it?
    pub reachable: bool,
}

/// A conversation in the portal's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnConversationRow {
    /// Its id.
    pub id: ConversationId,
    /// The practitioner's name.
    pub with: String,
    /// What they practise.
    pub profession: String,
    /// The beginning of the last message; none when there is none, or it was withdrawn.
    pub last: Option<String>,
    /// Was the last one withdrawn?
    pub withdrawn: bool,
    /// When it was written, or when the conversation was begun.
    pub at: Time,
    /// Messages that this portal user has not read.
    pub unread: i64,
}

/// The portal's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnConversations {
    /// The rows.
    pub rows: Page<OwnConversationRow>,
    /// The zone that times are told in.
    pub time_zone: String,
}

/// One conversation in the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnConversation {
    /// Its id.
    pub id: ConversationId,
    /// The practitioner's name.
    pub with: String,
    /// What they practise.
    pub profession: String,
    /// Can it go on? What the practice has switched off is told in the same words as what it has switched off for one patient.
    pub standing: Standing,
    /// May this portal user write, or only look?
    pub may_write: bool,
    /// How far they had read before this.
    pub read: i64,
    /// The messages asked for.
    pub messages: Messages,
    /// The id of the next message that this page sends: sent twice, it is one message.
    pub next: MessageId,
    /// When an answer can be expected.
    pub answering: Answering,
    /// The zone that times are told in.
    pub time_zone: String,
}

/// What whoever sent a message is told: it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its place in the conversation.
    pub number: i64,
    /// When it was stored.
    pub at: Time,
}

/// The beginning of a message, for a list.
#[must_use]
pub fn beginning(body: &str) -> String {
    let line = body.lines().next().unwrap_or_default();
    match line.char_indices().nth(limits::CHAT_BEGINNING) {
        None if line.len() == body.len() => line.to_owned(),
        None => format!("{line} …"),
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_in_the_way_is_said_in_the_order_of_mending() {
        let on = Switches { practice: true, patient: true, reachable: true };
        assert_eq!(on.standing(), Standing::Open);
        assert_eq!(Switches { patient: false, ..on }.standing(), Standing::PatientOff);
        assert_eq!(Switches { patient: false, reachable: false, ..on }.standing(), Standing::NotInPortal);
        assert_eq!(Switches { practice: false, patient: false, reachable: false }.standing(), Standing::PracticeOff);
    }

    #[test]
    fn a_message_says_something() {
        let check = |body: &str| MessageForm { body: body.into() }.check();
        assert_eq!(check(" Hello\r\nthere \n").unwrap(), "Hello\nthere");
        for nothing in ["", " ", "\n\n\t"] {
            assert_eq!(check(nothing).unwrap_err().of("body"), Some(Problem::Missing), "{nothing:?}");
        }
        assert!(check(&"x".repeat(limits::CHAT_MESSAGE)).is_ok());
        assert_eq!(check(&"x".repeat(limits::CHAT_MESSAGE + 1)).unwrap_err().of("body"), Some(Problem::TooLong));
    }

    #[test]
    fn a_promise_is_a_number_of_hours() {
        let form = |hours: &str| RepliesForm { promised_hours: hours.into(), ..RepliesForm::default() };
        for (typed, hours) in [("", 0), (" 0", 0), ("24 ", 24), ("336", 336)] {
            assert_eq!(
                form(typed).check(3).unwrap(),
                Replies { promised_hours: hours, version: 3, ..Replies::default() }
            );
        }
        for wrong in ["337", "-1", "1.5", "soon"] {
            assert_eq!(form(wrong).check(0).unwrap_err().of("promised_hours"), Some(Problem::OutOfRange), "{wrong}");
        }
        let long = RepliesForm { emergency_number: "1".repeat(41), away: "x".repeat(501), ..RepliesForm::default() };
        let invalid = long.check(0).unwrap_err();
        assert_eq!(["emergency_number", "away"].map(|name| invalid.of(name)), [Some(Problem::TooLong); 2]);
    }

    #[test]
    fn what_was_written_is_in_no_log() {
        let form = MessageForm { body: "it hurts".into() };
        assert!(!format!("{form:?}").contains("hurts"));
    }

    proptest! {
        #[test]
        fn the_beginning_is_short_and_of_one_line(body in "(.|\n){0,400}") {
            let short = beginning(&body);
            prop_assert!(short.chars().count() <= limits::CHAT_BEGINNING + 2);
            prop_assert!(short.lines().count() <= 1);
        }
    }
}
