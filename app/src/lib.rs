//! What people see, and the doors between page and practice.
//!
//! | room | what is in it | built for |
//! |---|---|---|
//! | [`api`] | server functions, one file per noun | all |
//! | [`error`], [`words`] | what can go wrong, and how it is said | all |
//! | [`routes`] | the one table of pages | all |

pub mod api;
#[cfg(feature = "console")]
pub mod console;
pub mod error;
pub mod routes;
pub mod shell;
pub mod words;
