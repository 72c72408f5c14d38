//! The trail: its hash, its verification, and refusals.

use crate::{error::Result, house::Ctx, ports::Store};

/// What was found in one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// The chain's name.
    pub chain: String,
    /// How many entries were checked.
    pub entries: i64,
    /// The hash of the last good entry, in hex.
    pub head: String,
    /// The number of the first entry that is wrong, and what is wrong with it.
    pub fault: Option<(i64, String)>,
}

/// The hash of an entry's canonical text, in hex.
#[must_use]
pub fn hash(canonical: &str) -> String {
    use std::fmt::Write as _;

    use sha2::{Digest as _, Sha256};
    Sha256::digest(canonical.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Checks every chain from its first entry to its head.
///
/// # Errors
/// Storage's.
pub async fn verify(store: &dyn Store) -> Result<Vec<ChainReport>> {
    todo!()
}

/// Writes down that a signed-in caller was refused: which door, the object's id as sent, why. Does nothing when nobody is
/// signed in.
///
/// # Errors
/// Storage's.
pub async fn denied(ctx: &Ctx, door: &str, object: &str, reason: &str) -> Result<()> {
    todo!()
}
