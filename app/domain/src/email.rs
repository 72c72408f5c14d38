//! An email address, checked once.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// A well-formed address as the person gave it. Two addresses are the same when they fold to the same text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// The form under which addresses are compared and found: lower case.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// As the person gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address and its confirmation, which must be the same (S1-07, S1-08).
    ///
    /// # Errors
    /// [`Problem`] of the address, or [`Problem::Differs`] for the confirmation.
    pub fn confirmed(address: &str, confirmation: &str) -> Result<Self, EmailProblem> {
        let email: Self = address.parse().map_err(EmailProblem::Address)?;
        if confirmation.trim().is_empty() {
            return Err(EmailProblem::Confirmation(Problem::Missing));
        }
        match confirmation.parse::<Self>() {
            Ok(same) if same == email => Ok(email),
            _ => Err(EmailProblem::Confirmation(Problem::Differs)),
        }
    }
}

/// Which of the two entries is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailProblem {
    /// The address.
    Address(Problem),
    /// Its confirmation.
    Confirmation(Problem),
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for Email {}

impl FromStr for Email {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        // Quoted local parts, literal hosts and non-ASCII addresses are lawful, unused by people, and loved by attackers.
        let plain = text.is_ascii()
            && text.len() <= 254
            && !text.contains(|c: char| c.is_ascii_control() || " \"<>()[],;:\\".contains(c));
        let domain_has_dot = text.rsplit_once('@').is_some_and(|(_, host)| host.contains('.'));
        if plain && domain_has_dot && email_address::EmailAddress::is_valid(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Problem::NotAnEmail)
        }
    }
}

impl TryFrom<String> for Email {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map_err(|_| "not an email address")
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

/// The address says who is a patient: it is not for logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_shape_is_checked() {
        for good in ["a@b.co", "First.Last+tag@sub.example.org", " padded@example.org "] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "a@b@c.org",
            "a b@c.org",
            "a@[127.0.0.1]",
            "\"a b\"@c.org",
            "a@c.org\nBcc: x@y.z",
            "a@c.org,b@c.org",
            "jürgen@c.org",
            "<a@c.org>",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }

    // S1-07, S1-08: the address is asked for twice, and both must be the same.
    #[test]
    fn the_confirmation_must_be_the_same_address() {
        assert!(Email::confirmed("Ann@Example.org", "ann@example.org").is_ok());
        assert_eq!(
            Email::confirmed("ann@example.org", "anne@example.org").unwrap_err(),
            EmailProblem::Confirmation(Problem::Differs)
        );
        assert_eq!(Email::confirmed("ann@example.org", "").unwrap_err(), EmailProblem::Confirmation(Problem::Missing));
        assert_eq!(Email::confirmed("ann", "ann").unwrap_err(), EmailProblem::Address(Problem::NotAnEmail));
    }

    #[test]
    fn an_address_does_not_reach_the_log() {
        assert!(!format!("{:?}", "ann@example.org".parse::<Email>().unwrap()).contains("ann"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,80}") {
            if let Ok(email) = text.parse::<Email>() {
                prop_assert!(!email.as_str().contains(['\r', '\n', ' ']));
            }
        }
    }
}
