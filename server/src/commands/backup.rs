//! `portico backup <file>`: writes everything in the database to a new file, also while the server runs.

use std::path::Path;

use super::{database, say, with_database};
use crate::{config::Config, failure::Failure};

/// The last of all: whoever is being served goes first.
const PRIORITY: i32 = 19;

pub(super) async fn run(config: &Config, file: &Path) -> Result<(), Failure> {
    // Refused, it is a backup that takes more of the processor; no reason not to have one.
    let _ = rustix::process::nice(PRIORITY);
    with_database(config, async |database| database.backup(file).await.map_err(|error| self::database(&error))).await?;
    say(&format!("Wrote {}. Keep the secret key too, but apart from it.", file.display()));
    Ok(())
}
