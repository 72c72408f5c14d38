//! Why a command ended without doing what it was asked: what happened, what it means, what to do, and an exit code.

use std::{fmt, process::ExitCode};

/// How a command can end badly. The numbers are promised in `portico --help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Something nobody foresaw.
    Fault = 1,
    /// The command line or the configuration.
    Usage = 2,
    /// The database cannot be opened or does not answer.
    Database = 3,
    /// The database was made by a newer Portico.
    NewerSchema = 4,
    /// `verify` found something wrong.
    Verify = 5,
    /// A file or folder cannot be read or written.
    Files = 6,
    /// The address to listen on cannot be had.
    Listen = 7,
    /// `keys list` found that one is missing.
    Keys = 8,
}

/// A command's bad end, in words for the operator.
#[derive(Debug)]
pub struct Failure {
    /// Which.
    pub code: Code,
    /// What happened.
    pub what: String,
    /// What it means.
    pub means: String,
    /// What to do.
    pub help: String,
}

impl Failure {
    /// In the operator's words; each a sentence or two.
    pub fn new(code: Code, what: impl Into<String>, means: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, what: what.into(), means: means.into(), help: help.into() }
    }

    /// A setting that cannot be.
    pub fn setting(name: &str, what: impl fmt::Display, help: impl Into<String>) -> Self {
        Self::new(Code::Usage, format!("{name} {what}"), "Nothing was started and nothing was changed.", help)
    }

    /// The exit code for the shell.
    #[must_use]
    pub fn exit(&self) -> ExitCode {
        ExitCode::from(self.code as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "portico: {}", self.what)?;
        if !self.means.is_empty() {
            writeln!(f, "  {}", self.means)?;
        }
        write!(f, "  {}", self.help)
    }
}

impl std::error::Error for Failure {}
