//! `portico restore <file>`: makes the database from a backup, where there is none yet.

use std::path::Path;

use super::{database, say};
use crate::{config::Config, failure::Failure};

pub(super) async fn run(config: &Config, file: &Path) -> Result<(), Failure> {
    storage::restore(file, &config.database).await.map_err(|error| database(&error))?;
    say(&format!("Restored {} from {}.", config.database, file.display()));
    Ok(())
}
