//! The server over real connections, on both engines. Files are named after the paths they call; `app` is the vocabulary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access_log;
mod app;
mod chat;
mod client;
mod log;
mod world;

mod activities;
mod documents;
mod doors;
mod download;
mod edge;
mod emergency_access;
mod events;
mod family;
mod files;
mod forms;
mod group_chat;
mod hidden_names;
mod ids;
mod invitations;
mod notes;
mod pages;
mod passwords;
mod security;
mod sessions;
mod set_up;
mod sign_in;
mod updates;
mod users;
mod walk;
