//! The heart: the words of the practice and its rules. No I/O, no clock, no page.
//!
//! | room | what is in it |
//! |---|---|
//! | [`ids`] | one type for each kind of id; an id refuses another kind's text |
//! | [`time`] | moments, dates, lengths of time; never "now" |
//! | [`text`] | folding for search, checked text, merge fields |
//! | [`email`] | an address, checked once |
//! | [`person`] | names, sex, and how a name is shown to whom |
//! | [`practice`] | practice group and its settings |
//! | [`profile_history`] | what a record said before, when it was changed and by whom |
//! | [`user`] | users of the console: roles, levels, states |
//! | [`relationship`] | how a practitioner and a patient belong together |
//! | [`location`] | where a group sees patients, and when |
//! | [`history`] | what users did, as it is shown |
//! | [`patient`] | patient and contact, their states and forms |
//! | [`account`] | sign-in, passwords, sessions: the rules only |
//! | [`grant`] | who may act in the portal for which patient |
//! | [`invitation`] | the emailed link that activates a grant |
//! | [`report`] | patients found by what is known of them |
//! | [`bulk`] | inviting many patients at once |
//! | [`template`] | texts with merge fields |
//! | [`form`] | what people are asked to fill in, and what they answered |
//! | [`notification`] | what the bell says |
//! | [`mail`] | mail that leaves, and what became of it |
//! | [`audit`] | what is written down about every read and change |
//! | [`access_log`] | who opened a record, as the patient is shown it |
//! | [`access`] | WHO MAY: actors, rights, proofs |
//! | [`emergency_access`] | opening a record in an emergency: the reason, the time |
//! | [`emergency`] | whom to call in an emergency, and in what order |
//! | [`error`] | what can be wrong with what a person typed or asked |
//! | [`page`] | cursors |
//! | [`limits`] | every size, count and length of time in one place |
//! | [`views`] | what the first pages of each side start with |
//!
//! To add a noun: a file here named after it, its id in `ids.rs`, its rights in `access/rights.rs`.

pub mod access;
pub mod access_log;
pub mod account;
pub mod activity;
pub mod audit;
pub mod background;
pub mod bulk;
pub mod chat;
pub mod document;
pub mod email;
pub mod emergency;
pub mod emergency_access;
pub mod error;
pub mod family;
pub mod file;
pub mod form;
pub mod grant;
pub mod group_chat;
pub mod handout;
pub mod history;
pub mod ids;
pub mod invitation;
pub mod limits;
pub mod location;
pub mod mail;
pub mod note;
pub mod note_template;
pub mod notification;
pub mod page;
pub mod paper;
pub mod patient;
pub mod person;
pub mod practice;
pub mod profile_history;
pub mod relationship;
pub mod report;
pub mod template;
pub mod text;
pub mod time;
pub mod update;
pub mod user;
pub mod views;
