//! Who is asking: made from a living session and nowhere else.

use crate::{
    account::Door,
    ids::{AccountId, GroupId, SessionId, UserId},
    user::{AccessSettings, Level},
};

/// A signed-in person, on one side of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    who: Who,
    session: SessionId,
    origin: String,
}

/// The part of an actor that rights are decided by. By itself it earns no proof: only an [`Actor`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub account: AccountId,
    /// As whom.
    pub face: Face,
}

/// Which side of the house, and as whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// In the console, as a user of one group.
    User(UserFace),
    /// At the console's door: signed in, but not let in yet.
    Lobby(Waits),
    /// In the portal. About whom is in each request, never here (decision 18).
    Portal,
}

/// What somebody in the lobby waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// A password of their own in place of the temporary one (PR-21).
    Password,
    /// A group to be in: they were asked to join one, and have not answered.
    Group,
}

/// A user of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserFace {
    /// The group the session is in.
    pub group: GroupId,
    /// The membership.
    pub user: UserId,
    /// How far access reaches.
    pub level: Level,
    /// Single settings on top.
    pub settings: AccessSettings,
}

/// Who did it, for the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The user's or account's id as text.
    pub actor: String,
    /// The account.
    pub account: AccountId,
    /// The membership, in the console.
    pub user: Option<UserId>,
    /// The network address of the request.
    pub origin: String,
    /// Is it done only because a record was opened in an emergency (PR-04)? Marks the entries of it.
    pub emergency: bool,
}

impl Who {
    /// The user of the console, if it is one.
    #[must_use]
    pub const fn user(&self) -> Option<&UserFace> {
        match &self.face {
            Face::User(user) => Some(user),
            Face::Lobby(_) | Face::Portal => None,
        }
    }
}

impl Actor {
    /// Makes an actor out of a session that was just found alive. Only `services::sessions` calls this; a test reads
    /// the sources and fails when anyone else does.
    #[must_use]
    pub const fn unscoped_from_session(account: AccountId, session: SessionId, origin: String, face: Face) -> Self {
        Self { who: Who { account, face }, session, origin }
    }

    /// What rights are decided by.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The account signed in.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.who.account
    }

    /// The session it is signed in with.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The network address of the request.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// As whom.
    #[must_use]
    pub const fn face(&self) -> &Face {
        &self.who.face
    }

    /// The user of the console, if it is one.
    #[must_use]
    pub const fn user(&self) -> Option<&UserFace> {
        self.who.user()
    }

    /// The side of the house.
    #[must_use]
    pub const fn door(&self) -> Door {
        match self.who.face {
            Face::User(_) | Face::Lobby(_) => Door::Console,
            Face::Portal => Door::Portal,
        }
    }

    /// Who did it, for the audit trail.
    #[must_use]
    pub fn by(&self) -> By {
        By {
            actor: self.user().map_or_else(|| self.account().to_string(), |user| user.user.to_string()),
            account: self.account(),
            user: self.user().map(|user| user.user),
            origin: self.origin.clone(),
            emergency: false,
        }
    }
}
