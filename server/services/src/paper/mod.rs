//! What is printed goes out as a file; [`record`] prints what is written about a patient.

pub mod record;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use docgen::Paper;
use domain::paper::File;

use crate::{
    context::Ctx,
    error::{Error, Result},
    ports::Unprinted,
};

/// Prints.
///
/// # Errors
/// [`Error::TooMany`] when too much is being printed already.
pub(crate) async fn bytes(ctx: &Ctx, paper: Paper) -> Result<Vec<u8>> {
    ctx.services.printer.print(paper).await.map_err(|error| match error {
        Unprinted::Busy { retry_after } => Error::TooMany { retry_after },
        Unprinted::Fault(cause) => Error::Fault(cause),
    })
}

/// The same for a script to save.
///
/// # Errors
/// As [`bytes`].
pub(crate) async fn print(ctx: &Ctx, paper: Paper) -> Result<File> {
    Ok(File { base64: STANDARD.encode(bytes(ctx, paper).await?) })
}
