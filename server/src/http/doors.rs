//! The door list, `server/doors.toml`: every way in and who may pass. What is not on the list is not served.

use std::collections::BTreeMap;

use app::error::AppError;
use domain::{account::Door as Side, error::Refusal};
use serde::Deserialize;
use services::Ctx;

/// Who may pass a door. What a user may do behind it is decided by the services; this is the wall in front of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Everybody.
    Public,
    /// Whoever is signed in, on either side.
    SignedIn,
    /// Portal users.
    Portal,
    /// Users of a group.
    Console,
}

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who may pass.
    pub who: Who,
    /// The right that the service behind it asks for, if it asks for one; see `docs/rights.md`.
    pub right: Option<String>,
    /// Called by open pages by themselves: no human act, lengthens no session (decision 15).
    #[serde(default)]
    pub background: bool,
    /// The fields of its form that stand in it again when it was refused. All others are forgotten: passwords, codes and
    /// whatever comes to be asked for later.
    #[serde(default)]
    pub keeps: Vec<String>,
}

/// The whole list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doors {
    /// Server functions, by their path under `/api/`.
    pub api: BTreeMap<String, Entry>,
    /// Pages.
    pub page: BTreeMap<String, Entry>,
    /// Everything else.
    pub route: BTreeMap<String, Entry>,
}

impl Doors {
    /// Reads the list that is built in.
    ///
    /// # Errors
    /// When it cannot be read; a test keeps that from ever being the case.
    pub fn read() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../doors.toml"))
    }

    /// The server function with this whole path.
    #[must_use]
    pub fn door(&self, path: &str) -> Option<&Entry> {
        self.api.get(path.strip_prefix("/api/")?)
    }
}

impl Who {
    /// May this caller pass?
    ///
    /// # Errors
    /// [`AppError::NotSignedIn`], or [`AppError::Forbidden`] for a caller of the other side.
    pub fn check(self, ctx: &Ctx) -> Result<(), AppError> {
        let side = ctx.maybe_actor().map(|actor| actor.door());
        match (self, side) {
            (Self::Public, _)
            | (Self::SignedIn, Some(_))
            | (Self::Portal, Some(Side::Portal))
            | (Self::Console, Some(Side::Console)) => Ok(()),
            (_, None) => Err(AppError::NotSignedIn),
            (_, Some(_)) => Err(AppError::Forbidden(Refusal::Door)),
        }
    }
}
