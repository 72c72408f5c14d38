//! WHO MAY, all of it. Code elsewhere says what it does; only this room says who may.
//!
//! - [`actor`]: who is asking
//! - [`rights`]: every right, one `match` each, and the table of them that a test prints to `docs/rights.md`
//! - [`proof`]: what a granted right is turned into; storage asks for the proof, never for a bare id
//! - [`notes`]: who may know of a note, read, change and share it
//! - [`documents`]: who may read and write a document
//! - [`activities`]: who may read, assign and tick off a home activity
//! - [`chat`]: who may read a conversation, begin one and write in it
//! - [`group_chat`]: who may read a conversation between users, begin one, write in it and see to it
//! - [`files`]: who may know of a file, send, open and see to it
//! - [`emergency`]: who may open a record in an emergency
//! - [`explain`]: why somebody may or may not, by the same code
//!
//! To add a right: a line in `rights::rights!`, its `decide`, its row in the matrix test, its place in [`explain`].

pub mod activities;
pub mod actor;
pub mod chat;
#[cfg(test)]
mod dice;
pub mod documents;
pub mod emergency;
pub mod explain;
pub mod files;
pub mod group_chat;
pub mod notes;
pub mod proof;
pub mod rights;

pub use activities::OwnActivityFacts;
pub use actor::{Actor, By, Face, UserFace, Waits, Who};
pub use chat::{ConversationFacts, InConversation, OwnConversationFacts, StartFacts, Writing};
pub use documents::OwnDocumentFacts;
pub use explain::{Because, Explanation};
pub use files::{OwnFileFacts, SendingFiles};
pub use group_chat::{GroupChatFacts, GroupConversationFacts};
pub use notes::{NoteFacts, NotesFacts, OwnNoteFacts};
pub use proof::{
    Access, Denied, Granted, InGroup, Inviting, NotesReach, OnConversation, OnGroupConversation, OnNote, OnPatient,
    OwnActivity, OwnConversation, OwnDocument, OwnFile, OwnFilesReach, OwnNote, OwnRecord, Refused,
};
pub use rights::*;
