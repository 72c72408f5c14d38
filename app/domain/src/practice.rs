//! The practice group, its locations, its users, and its settings.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    ids::{AccountId, GroupId, LocationId, UserId},
    limits,
    person::UserName,
    text,
    time::Span,
};

/// A practice group: the tenant. Data never crosses groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// What patients know it by.
    pub name: String,
    /// The number patients ring; may be empty.
    pub phone: String,
}

/// A place where a group sees patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// What patients know it by.
    pub name: String,
    /// IANA time zone, in which its times are shown (decision 12).
    pub time_zone: String,
    /// Address in one line; may be empty.
    pub address: String,
    /// Telephone; may be empty.
    pub phone: String,
}

/// What a user is in the group; fixed once set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees patients.
    Practitioner,
    /// Non-practising staff.
    Administrator,
}

/// How far a user's access reaches (decision 7). The pairs of role and level that exist are fixed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Practitioner: own patients only.
    Personal,
    /// Practitioner: own records, and the contact details of others' patients.
    OwnAndContacts,
    /// Practitioner: every record.
    Clinical,
    /// Practitioner: everything, settings included.
    Full,
    /// Administrator: calendar and contacts.
    CalendarContacts,
    /// Administrator: calendar, contacts and finance.
    CalendarContactsFinance,
    /// Administrator: everything, settings included.
    AdminFull,
}

impl Level {
    /// Every level, practitioners' first.
    pub const ALL: [Self; 7] = [
        Self::Personal,
        Self::OwnAndContacts,
        Self::Clinical,
        Self::Full,
        Self::CalendarContacts,
        Self::CalendarContactsFinance,
        Self::AdminFull,
    ];

    /// The role that a level belongs to.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Personal | Self::OwnAndContacts | Self::Clinical | Self::Full => Role::Practitioner,
            Self::CalendarContacts | Self::CalendarContactsFinance | Self::AdminFull => Role::Administrator,
        }
    }

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::OwnAndContacts => "own_and_contacts",
            Self::Clinical => "clinical",
            Self::Full => "full",
            Self::CalendarContacts => "calendar_contacts",
            Self::CalendarContactsFinance => "calendar_contacts_finance",
            Self::AdminFull => "admin_full",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|level| level.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// Single settings on top of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct AccessSettings {
    /// Sees pseudonyms instead of patients' names (administrators only).
    pub hide_names: bool,
    /// May look, not change.
    pub read_only: bool,
}

/// Where a membership stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Works in the group.
    Active,
    /// Works there no more; never deleted (S4-14).
    Deactivated,
}

/// A user of the console: account × group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The group.
    pub group: GroupId,
    /// Whose membership.
    pub account: AccountId,
    /// What they are called.
    pub name: UserName,
    /// `Physiotherapist`, `Practice manager` …; may be empty.
    pub profession: String,
    /// How far access reaches; says the role too.
    pub level: Level,
    /// Single settings on top.
    pub settings: AccessSettings,
    /// Where the membership stands.
    pub state: UserState,
}

/// The group's Patient Access settings that work today (decision 1). One row for the group (S0-30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientAccess {
    /// May users invite patients to the portal (S0-31)? On in a new group (S0-06).
    pub invitations: bool,
    /// How long an invitation's link lives (decision 2).
    pub link_life: Span,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

impl Default for PatientAccess {
    fn default() -> Self {
        Self { invitations: true, link_life: limits::LINK_LIFE, version: 0 }
    }
}

impl PatientAccess {
    /// Checks a link life given in hours.
    ///
    /// # Errors
    /// [`Problem::OutOfRange`] outside 1 hour to 30 days.
    pub fn check_link_life(hours: u32) -> Result<Span, Problem> {
        if hours > 24 * 30 {
            return Err(Problem::OutOfRange);
        }
        let life = Span::hours(hours);
        if (limits::LINK_LIFE_SHORTEST..=limits::LINK_LIFE_LONGEST).contains(&life) {
            Ok(life)
        } else {
            Err(Problem::OutOfRange)
        }
    }
}

/// What patients know the practice by, as Settings > General shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticeDetails {
    /// The group's name.
    pub name: String,
    /// The group's telephone; may be empty.
    pub phone: String,
    /// How long its consoles may be left alone, in minutes (decision 15).
    pub idle_minutes: u32,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

/// The dialog that changes it, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PracticeForm {
    /// The group's name.
    pub name: String,
    /// The group's telephone.
    pub phone: String,
    /// How long its consoles may be left alone, in minutes.
    pub idle_minutes: String,
}

impl PracticeForm {
    /// Checks the fields.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, version: i64) -> Result<PracticeDetails, Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.check("name", text::line(&self.name, limits::NAME));
        let phone = invalid.check("phone", text::phone(&self.phone));
        let idle_minutes = invalid.check("idle_minutes", idle_minutes(&self.idle_minutes));
        match (name, phone, idle_minutes) {
            (Some(name), Some(phone), Some(idle_minutes)) => Ok(PracticeDetails { name, phone, idle_minutes, version }),
            _ => Err(invalid),
        }
    }
}

fn idle_minutes(typed: &str) -> Result<u32, Problem> {
    let minutes = typed.trim().parse().map_err(|_| Problem::OutOfRange)?;
    let allowed = limits::CONSOLE_IDLE_LEAST..=limits::CONSOLE_IDLE_MOST;
    if allowed.contains(&minutes) { Ok(minutes) } else { Err(Problem::OutOfRange) }
}

/// The first-run form, checked: the group, its first location, its owner.
#[derive(Debug, Clone)]
pub struct NewPractice {
    /// The group's name.
    pub group_name: String,
    /// The group's telephone; may be empty.
    pub group_phone: String,
    /// The first location's name.
    pub location_name: String,
    /// The first location's time zone; the server checks that it exists.
    pub time_zone: String,
    /// The owner.
    pub owner: UserName,
    /// What the owner practises; may be empty. An owner who practises is a Practitioner, else an Administrator.
    pub profession: String,
    /// Whether the owner sees patients.
    pub practises: bool,
}

/// The first-run form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPracticeForm {
    /// The group's name.
    pub group_name: String,
    /// The group's telephone.
    #[serde(default)]
    pub group_phone: String,
    /// The first location's name.
    pub location_name: String,
    /// The first location's time zone.
    pub time_zone: String,
    /// The owner's title.
    #[serde(default)]
    pub title: String,
    /// The owner's first name.
    pub first_name: String,
    /// The owner's last name.
    pub last_name: String,
    /// The owner's profession.
    #[serde(default)]
    pub profession: String,
    /// `yes` when the owner sees patients.
    #[serde(default)]
    pub practises: String,
}

impl NewPracticeForm {
    /// Checks every field, noting what is wrong.
    pub fn check(&self, invalid: &mut Invalid) -> Option<NewPractice> {
        let group_name = invalid.check("group_name", text::line(&self.group_name, limits::NAME));
        let group_phone = invalid.check("group_phone", text::phone(&self.group_phone));
        let location_name = invalid.check("location_name", text::line(&self.location_name, limits::NAME));
        let time_zone = invalid.check("time_zone", text::line(&self.time_zone, 60));
        let owner = UserName::check(invalid, &self.title, &self.first_name, &self.last_name);
        let profession = invalid.check("profession", text::optional_line(&self.profession, limits::NAME));
        Some(NewPractice {
            group_name: group_name?,
            group_phone: group_phone?,
            location_name: location_name?,
            time_zone: time_zone?,
            owner: owner?,
            profession: profession?,
            practises: self.practises == "yes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S0-06: in a new group the portal is on; all that is left is to invite.
    #[test]
    fn a_new_group_may_invite_at_once() {
        let settings = PatientAccess::default();
        assert!(settings.invitations);
        // S3-20
        assert_eq!(settings.link_life, Span::hours(24));
    }

    #[test]
    fn link_life_is_an_hour_to_thirty_days() {
        assert_eq!(PatientAccess::check_link_life(0), Err(Problem::OutOfRange));
        assert_eq!(PatientAccess::check_link_life(1), Ok(Span::hours(1)));
        assert_eq!(PatientAccess::check_link_life(720), Ok(Span::days(30)));
        assert_eq!(PatientAccess::check_link_life(721), Err(Problem::OutOfRange));
        assert_eq!(PatientAccess::check_link_life(u32::MAX), Err(Problem::OutOfRange));
    }

    #[test]
    fn level_codes_read_back() {
        for level in Level::ALL {
            assert_eq!(Level::from_code(level.code()), Ok(level));
        }
    }
}
