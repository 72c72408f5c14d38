//! Where sealed files are kept: in a folder of this machine, or in a bucket that several servers share. Nothing here
//! can read them, and nothing here knows whose they are.

pub mod local;
pub mod s3;

#[cfg(test)]
mod promises;

use services::ports::VaultError;

pub use local::LocalVault;
pub use s3::{S3Settings, S3Vault};

/// The longest name.
const LONGEST: usize = 64;

/// Small letters, digits, dot and dash, no dot in front: such a name leads nowhere else, in a folder or in a bucket.
fn is_name(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
}

/// Refuses what is no name of ours; it would be a fault, and must not lead out of the vault.
fn check(name: &str) -> Result<(), VaultError> {
    if is_name(name) { Ok(()) } else { Err(VaultError::Unavailable(format!("not a name of ours: {name:?}").into())) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    // UP-06
    #[tokio::test]
    async fn a_folder_keeps_the_promises() {
        let folder = tempfile::tempdir().unwrap();
        promises::all(|part| Arc::new(LocalVault::open(folder.path().join(part)).unwrap())).await;
    }
}
