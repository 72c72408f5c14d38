//! Hints: "look again". The truth is in the database; a lost hint costs time, never data.

use std::{fmt, str::FromStr};

use domain::ids::{AccountId, SessionId};

/// Something changed that an open page or a worker may want to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// An account's notifications changed.
    Bell(AccountId),
    /// Something was written or read in an account's conversations.
    Chat(AccountId),
    /// A session ended.
    SessionEnded(SessionId),
    /// There is mail to send.
    Mail,
    /// There is a bulk invitation to go on with.
    Bulk,
    /// Others were said that this server did not hear: whoever waits for one looks once.
    Missed,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bell(account) => write!(f, "bell {account}"),
            Self::Chat(account) => write!(f, "chat {account}"),
            Self::SessionEnded(session) => write!(f, "session {session}"),
            Self::Mail => f.write_str("mail"),
            Self::Bulk => f.write_str("bulk"),
            Self::Missed => f.write_str("missed"),
        }
    }
}

/// The text was no hint, perhaps of a newer server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAHint;

impl FromStr for Hint {
    type Err = NotAHint;

    fn from_str(text: &str) -> Result<Self, NotAHint> {
        match text.split_once(' ') {
            Some(("bell", id)) => id.parse().map(Self::Bell).map_err(|_| NotAHint),
            Some(("chat", id)) => id.parse().map(Self::Chat).map_err(|_| NotAHint),
            Some(("session", id)) => id.parse().map(Self::SessionEnded).map_err(|_| NotAHint),
            None if text == "mail" => Ok(Self::Mail),
            None if text == "bulk" => Ok(Self::Bulk),
            None if text == "missed" => Ok(Self::Missed),
            _ => Err(NotAHint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let id = uuid::Uuid::from_u128(5);
        let of_somebody = [Hint::Bell(id.into()), Hint::Chat(id.into()), Hint::SessionEnded(id.into())];
        for hint in of_somebody.into_iter().chain([Hint::Mail, Hint::Bulk, Hint::Missed]) {
            assert_eq!(hint.to_string().parse(), Ok(hint));
        }
        assert_eq!("something newer".parse::<Hint>(), Err(NotAHint));
    }
}
