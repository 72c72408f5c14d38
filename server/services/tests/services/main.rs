//! The services on real storage, SQLite and PostgreSQL, with a faked world around them: one file per noun.
//!
//! PostgreSQL is used when `TEST_POSTGRES_URL` names one (`scripts/with-postgres`); without it its half is skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[macro_use]
mod engines;
mod access_log;
mod accounts;
mod activities;
mod ages;
mod answers;
mod audit;
mod bulk;
mod chat;
mod demo;
mod documents;
mod emergency_access;
mod files;
mod forms;
mod group_chat;
mod handout;
mod history;
mod invitations;
mod locations;
mod mails;
mod memberships;
mod note_templates;
mod notes;
mod passwords;
mod patients;
mod portal_users;
mod relationships;
mod reminders;
mod reports;
mod secrets;
mod set_up;
mod settings;
mod templates;
mod town;
mod unusual;
mod updates;
mod users;
mod vault;
mod walls;
mod world;
