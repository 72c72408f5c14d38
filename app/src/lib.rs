//! What people see, and the doors between page and practice.
//!
//! | room | what is in it | built for |
//! |---|---|---|
//! | [`api`] | server functions, one file per noun | all |
//! | [`error`], [`words`] | what can go wrong, and how it is said | all |
//! | [`routes`] | the one table of pages | all |
//! | [`components`] | the parts that every page is built from | all |
//! | [`portal`] | the patients' pages; only its islands reach the browser | server, portal |
//! | `account` | sign in, passwords, invitations, the first run | server |
//! | `help` | two guides: the patients', and the practice's | server |
//! | `questions` | a question of a form, as a field and as a line that is read | server, console |
//! | `files` | sending files | server, console |
//! | `notes`, `documents`, `activities` | a note, a document and a home activity as they are read | server, console |
//! | `forms`, `dates` | forms that come back with what was typed; moments in words | server |
//! | `shell` | the document around every page | server |
//! | `console` | the practice's side, a single-page application | console |
//!
//! To add a page to the portal: its line in [`routes`], its file in `portal/` or `account/`, its words in the `words.rs`
//! beside it, its route in `shell.rs`.

#![recursion_limit = "512"]

pub mod api;
pub mod components;
pub mod error;
pub mod routes;
pub mod words;

#[cfg(feature = "console")]
pub mod console;

#[cfg(any(feature = "ssr", feature = "portal"))]
pub mod portal;

#[cfg(any(feature = "ssr", feature = "console"))]
pub mod activities;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod documents;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod files;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod notes;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod questions;

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod dates;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod help;
#[cfg(feature = "ssr")]
pub mod shell;
