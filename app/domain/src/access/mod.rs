//! WHO MAY, all of it. Code elsewhere says what it does; only this room says who may.
//!
//! - [`actor`]: who is asking
//! - [`rights`]: every right, one `match` each, and the table of them that a test prints to `docs/rights.md`
//! - [`proof`]: what a granted right is turned into; storage asks for the proof, never for a bare id
//!
//! To add a right: a line in `rights::rights!`, its `decide`, its row in the matrix test.

pub mod actor;
pub mod proof;
pub mod rights;

pub use actor::{Actor, By, Face, UserFace};
pub use proof::{Access, Denied, InGroup, OnPatient, OwnRecord};
pub use rights::*;
