//! The cellar: everything between the network and the services, and the commands of the program.
//!
//! | room | what is in it |
//! |---|---|
//! | [`config`] | flags and environment, read once and checked whole |
//! | [`commands`] | `serve`, `migrate`, `backup`, `restore`, `verify`, `keys`, `demo` |
//! | [`start`] | a running server, for the commands and for tests |
//! | [`http`] | the edge: connections, security, sessions, pages, forms, files, live events |
//! | [`mail`] | what letters say and how they leave |
//! | [`vault`], [`scanner`] | where sealed files are kept; who looks for viruses in them |
//! | [`printing`] | PDFs, off the async threads and bounded |
//! | [`jobs`] | work beside the requests |
//! | [`world`], [`safe`] | the real clock and random; the safe for secrets |
//! | [`failure`], [`log`], [`limits`], [`html`] | bad ends in words; the log; every bound of the edge; escaping |
//!
//! No rule of the practice lives here: those are in `domain` and `services`.

pub mod commands;
pub mod config;
pub mod failure;
pub mod html;
pub mod http;
pub mod jobs;
pub mod limits;
pub mod log;
pub mod mail;
pub mod printing;
pub mod safe;
pub mod scanner;
pub mod start;
pub mod vault;
pub mod world;
