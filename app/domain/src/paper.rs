//! What is printed.

use serde::{Deserialize, Serialize};

/// A PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The file, in base64.
    pub base64: String,
}
