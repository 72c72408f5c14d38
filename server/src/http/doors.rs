//! The door list, `server/doors.toml`: every way in and who may pass. What is not on the list is not served.

use std::collections::BTreeMap;

use app::error::AppError;
use domain::{
    access::{Face, Waits},
    account::Door as Side,
    error::Refusal,
};
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

/// Whom the lobby lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lobby {
    /// Everybody in it, also who has not replaced a temporary password yet (PR-21).
    Everybody,
    /// Who was asked to join a group and has not answered.
    Group,
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
    /// May it be passed from the lobby, by somebody who is signed in at the console and not let in yet?
    pub lobby: Option<Lobby>,
    /// May its body be longer than those of other doors?
    #[serde(default)]
    pub long: bool,
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

    /// The route that is neither a page nor a server function, by the name that the list gives it.
    #[must_use]
    pub fn route(&self, name: &str) -> Option<&Entry> {
        self.route.get(name)
    }

    /// The server function with this whole path.
    #[must_use]
    pub fn door(&self, path: &str) -> Option<&Entry> {
        self.api.get(path.strip_prefix("/api/")?)
    }
}

impl Entry {
    /// May this caller pass?
    ///
    /// # Errors
    /// [`AppError::NotSignedIn`], or [`AppError::Forbidden`] for a caller of the other side or in the lobby.
    pub fn check(&self, ctx: &Ctx) -> Result<(), AppError> {
        if self.who != Who::Public
            && let Some(Face::Lobby(waits)) = ctx.maybe_actor().map(|actor| *actor.face())
        {
            return match (waits, self.lobby) {
                (_, Some(Lobby::Everybody)) | (Waits::Group, Some(Lobby::Group)) => Ok(()),
                (Waits::Password, _) => Err(AppError::Forbidden(Refusal::TemporaryPassword)),
                (Waits::Group, None) => Err(AppError::Forbidden(Refusal::NoGroup)),
            };
        }
        self.who.check(ctx)
    }
}

impl Who {
    fn check(self, ctx: &Ctx) -> Result<(), AppError> {
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
