//! One type for each kind of id. In text an id carries its kind (`pat_…`) and refuses another's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// The text was not an id of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(Uuid);

            impl $name {
                /// What every text of this kind starts with.
                pub const PREFIX: &'static str = $prefix;

                /// Wraps a raw id: for storage and for the maker of new ids only.
                #[must_use]
                pub const fn from_uuid(raw: Uuid) -> Self {
                    Self(raw)
                }

                /// The raw id, as stored.
                #[must_use]
                pub const fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl From<Uuid> for $name {
                fn from(raw: Uuid) -> Self {
                    Self(raw)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}_{}", Self::PREFIX, self.0.simple())
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(self, f)
                }
            }

            impl FromStr for $name {
                type Err = NotAnId;

                fn from_str(text: &str) -> Result<Self, NotAnId> {
                    let raw = text
                        .strip_prefix(Self::PREFIX)
                        .and_then(|rest| rest.strip_prefix('_'))
                        .filter(|rest| rest.len() == 32)
                        .ok_or(NotAnId)?;
                    Uuid::try_parse(raw).map(Self).map_err(|_| NotAnId)
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    to.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                    text.parse().map_err(de::Error::custom)
                }
            }
        )+

        #[cfg(test)]
        const PREFIXES: &[&str] = &[$($prefix),+];
    };
}

ids! {
    /// One human's sign-in.
    AccountId = "acc";
    /// A practice group: the tenant.
    GroupId = "grp";
    /// A place where a group sees patients.
    LocationId = "loc";
    /// A membership: account × group, a user of the console.
    UserId = "usr";
    /// A patient's record in one group.
    PatientId = "pat";
    /// A person attached to a patient.
    ContactId = "con";
    /// A portal grant: account × patient.
    GrantId = "gra";
    /// An invitation to the portal.
    InvitationId = "inv";
    /// An invitation of many patients at once.
    BulkId = "blk";
    /// A report that a user keeps.
    SavedReportId = "srp";
    /// A text with merge fields.
    TemplateId = "tpl";
    /// A form that people are asked to fill in.
    FormId = "frm";
    /// A form that was sent to somebody.
    FormRequestId = "frq";
    /// A change of a record that its patient asked for.
    UpdateId = "upd";
    /// A note about a patient.
    NoteId = "not";
    /// A text that notes begin with.
    NoteTemplateId = "ntp";
    /// A record that was opened in an emergency.
    EmergencyId = "emg";
    /// A file about a patient.
    FileId = "fil";
    /// A document about a patient.
    DocumentId = "doc";
    /// A home activity.
    ActivityId = "act";
    /// A conversation.
    ConversationId = "cnv";
    /// A conversation between users of a group.
    GroupConversationId = "gcv";
    /// A message, by the device that sent it: sent again, it is the same one.
    MessageId = "msg";
    /// One change of what a record says, as it is kept.
    ChangeId = "chg";
    /// One line behind the bell.
    NotificationId = "ntf";
    /// A mail on its way out.
    MailId = "mai";
    /// A signed-in device.
    SessionId = "ses";
    /// An emailed link that sets a password.
    PasswordLinkId = "pwl";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_has_its_own_prefix() {
        let mut seen = PREFIXES.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), PREFIXES.len());
    }

    #[test]
    fn an_id_refuses_another_kinds_text() {
        let patient = PatientId::from_uuid(Uuid::from_u128(7));
        assert!(patient.to_string().parse::<AccountId>().is_err());
        assert!("pat_".parse::<PatientId>().is_err());
        assert!("00000000000000000000000000000007".parse::<PatientId>().is_err());
    }

    proptest! {
        #[test]
        fn text_and_back(raw in any::<u128>()) {
            let id = PatientId::from_uuid(Uuid::from_u128(raw));
            prop_assert_eq!(id.to_string().parse::<PatientId>(), Ok(id));
        }

        #[test]
        fn any_other_text_is_refused_without_a_panic(text in ".*") {
            prop_assume!(!text.starts_with("pat_"));
            prop_assert!(text.parse::<PatientId>().is_err());
        }
    }
}
