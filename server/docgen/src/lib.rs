//! Paper: what is printed, as plain data, and (with the feature `pdf`) the PDF that is made of it.
//!
//! To add a kind of paper: a struct in `paper.rs` and a line in [`Paper`], its template in `templates/`, a test in
//! `tests/`. A template is ours and is part of the program; what people typed reaches it as data only, so that it is
//! text and never an instruction.

mod code;
mod paper;
#[cfg(feature = "pdf")]
mod press;

#[cfg(feature = "pdf")]
pub use self::press::{Unprinted, pdf};
pub use self::{
    code::Code,
    paper::{Document, Handout, Item, Paper, Section},
};
