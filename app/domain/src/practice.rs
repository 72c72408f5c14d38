//! The practice group and its settings.

use serde::{Deserialize, Serialize};

use crate::{
    document::DocumentTypes,
    email::Email,
    error::{Conflict, Invalid, Problem},
    grant::AgeRules,
    ids::GroupId,
    limits,
    patient::Status,
    person::UserName,
    text,
    time::Span,
    update::Mode,
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

/// The group's Patient Access settings that work today (decision 1). One row for the group (S0-30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientAccess {
    /// May users invite patients to the portal (S0-31)? On in a new group (S0-06).
    pub invitations: bool,
    /// How long an invitation's link lives (decision 2).
    pub link_life: Span,
    /// At what ages of the patient the access of parents and others steps down or ends.
    pub ages: AgeRules,
    /// Is the invited person reminded before the link runs out?
    pub reminders: bool,
    /// What becomes of the changes that patients make in the portal (S0-33).
    pub updates: Mode,
    /// May practitioners share their notes with colleagues (S0-39)? While not, nothing that was shared is readable.
    pub note_sharing: bool,
    /// The types of documents that the portal does not show (S3-09).
    pub hidden_documents: DocumentTypes,
    /// May users of the group write to each other?
    pub group_chat: bool,
    /// May practitioners write to patients (S2-06)? Only while group chat is on (S2-08).
    pub patient_chat: bool,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

impl Default for PatientAccess {
    fn default() -> Self {
        Self {
            invitations: true,
            link_life: limits::LINK_LIFE,
            ages: AgeRules::default(),
            reminders: true,
            updates: Mode::default(),
            note_sharing: true,
            hidden_documents: DocumentTypes::default(),
            group_chat: true,
            patient_chat: false,
            version: 0,
        }
    }
}

impl PatientAccess {
    /// May anybody be invited to the record of a patient of this status?
    ///
    /// # Errors
    /// A [`Conflict`] that says why nobody may.
    pub const fn invites_to(&self, status: Status) -> Result<(), Conflict> {
        if !self.invitations {
            return Err(Conflict::InvitationsOff);
        }
        match status {
            Status::Active | Status::Inactive => Ok(()),
            Status::Blocked => Err(Conflict::PatientBlocked),
            Status::Deceased => Err(Conflict::PatientDeceased),
        }
    }

    /// Is chat with patients on? What a server of another version left behind does not count without group chat.
    #[must_use]
    pub const fn chats_with_patients(&self) -> bool {
        self.group_chat && self.patient_chat
    }

    /// Checks that one switch does not go without the other (S2-08).
    ///
    /// # Errors
    /// [`Problem::NeedsGroupChat`] beside the field.
    pub fn check_chats(&self) -> Result<(), Invalid> {
        if self.patient_chat && !self.group_chat {
            return Err(Invalid::field("patient_chat", Problem::NeedsGroupChat));
        }
        Ok(())
    }

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

/// The dialog that changes them, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatientAccessForm {
    /// `yes` when patients may be invited.
    pub invitations: String,
    /// How long a link lives, in hours.
    pub link_hours: String,
    /// From which birthday on others see appointments and invoices only; never when empty.
    pub steps_down: String,
    /// On which birthday the access of others ends; never when empty.
    pub ends: String,
    /// `yes` when whoever is invited is reminded before the link runs out.
    pub reminders: String,
    /// A mode's code, for what patients change in the portal.
    pub updates: String,
    /// `yes` when practitioners may share notes with colleagues; none leaves it as it is, for pages that do not know it yet.
    pub note_sharing: Option<String>,
    /// Codes of the types of documents that the portal does not show, with spaces between; none leaves it as it is.
    pub hidden_documents: Option<String>,
    /// `yes` when users may write to each other; none leaves it as it is.
    pub group_chat: Option<String>,
    /// `yes` when practitioners may write to patients; none leaves it as it is.
    pub patient_chat: Option<String>,
    /// What becomes of changes that wait, where nobody will be asked any more: a [`crate::update::Waiting`]'s code.
    pub waiting: String,
}

impl PatientAccessForm {
    /// Keeps what a page did not ask for, since it was loaded before there was such a setting.
    pub fn leave_unsaid(&self, settings: &mut PatientAccess, kept: &PatientAccess) {
        if self.note_sharing.is_none() {
            settings.note_sharing = kept.note_sharing;
        }
        if self.hidden_documents.is_none() {
            settings.hidden_documents = kept.hidden_documents;
        }
        if self.group_chat.is_none() {
            settings.group_chat = kept.group_chat;
        }
        if self.patient_chat.is_none() {
            settings.patient_chat = kept.patient_chat;
        }
    }

    /// Checks the fields.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, version: i64) -> Result<PatientAccess, Invalid> {
        let mut invalid = Invalid::default();
        let hours = self.link_hours.trim().parse().map_err(|_| Problem::OutOfRange);
        let link_life = invalid.check("link_hours", hours.and_then(PatientAccess::check_link_life));
        let ages = AgeRules::check(&mut invalid, &self.steps_down, &self.ends);
        let updates = invalid.check("updates", Mode::from_code(&self.updates));
        let hidden = DocumentTypes::from_codes(self.hidden_documents.as_deref().unwrap_or_default());
        let hidden_documents = invalid.check("hidden_documents", hidden);
        match (link_life, ages, updates, hidden_documents) {
            (Some(link_life), Some(ages), Some(updates), Some(hidden_documents)) => {
                let (invitations, reminders) = (self.invitations == "yes", self.reminders == "yes");
                let note_sharing = self.note_sharing.as_deref() == Some("yes");
                let group_chat = self.group_chat.as_deref() == Some("yes");
                let patient_chat = self.patient_chat.as_deref() == Some("yes");
                Ok(PatientAccess {
                    invitations,
                    link_life,
                    ages,
                    reminders,
                    updates,
                    note_sharing,
                    hidden_documents,
                    group_chat,
                    patient_chat,
                    version,
                })
            }
            _ => Err(invalid),
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
    /// For how many hours a record is opened in an emergency (PR-04); 0 when none is.
    pub emergency_hours: u32,
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
    /// For how many hours a record is opened in an emergency; 0 for not at all. None from a page that does not know of it.
    pub emergency_hours: Option<String>,
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
        let idle_minutes = invalid
            .check("idle_minutes", number(&self.idle_minutes, limits::CONSOLE_IDLE_LEAST..=limits::CONSOLE_IDLE_MOST));
        let emergency_hours = match &self.emergency_hours {
            None => Some(limits::EMERGENCY_HOURS),
            Some(hours) => invalid.check("emergency_hours", number(hours, 0..=limits::EMERGENCY_HOURS_MOST)),
        };
        match (name, phone, idle_minutes, emergency_hours) {
            (Some(name), Some(phone), Some(idle_minutes), Some(emergency_hours)) => {
                Ok(PracticeDetails { name, phone, idle_minutes, emergency_hours, version })
            }
            _ => Err(invalid),
        }
    }
}

/// How the group writes to its patients: one row for the group, shared by all its users (S4-09, S4-10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSettings {
    /// The name its mails come from; the group's own when empty.
    pub sender: String,
    /// Where answers go; nowhere when there is none.
    pub reply_to: Option<Email>,
    /// The most mails to patients in a calendar month, in UTC; any number when there is none.
    pub monthly_credit: Option<u32>,
    /// Mails sent in this month so far.
    pub used: u32,
    /// Are patients reminded of appointments?
    pub reminders: bool,
    /// How long before an appointment, in hours.
    pub reminder_hours: u32,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

impl Default for MessageSettings {
    fn default() -> Self {
        Self {
            sender: String::new(),
            reply_to: None,
            monthly_credit: None,
            used: 0,
            reminders: true,
            reminder_hours: 24,
            version: 0,
        }
    }
}

/// The dialog that changes it, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageForm {
    /// The name its mails come from.
    pub sender: String,
    /// Where answers go.
    pub reply_to: String,
    /// The most mails in a month.
    pub monthly_credit: String,
    /// `yes` when patients are reminded.
    pub reminders: String,
    /// How long before an appointment, in hours.
    pub reminder_hours: String,
}

impl MessageForm {
    /// Checks the fields.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, version: i64) -> Result<MessageSettings, Invalid> {
        let mut invalid = Invalid::default();
        let sender = invalid.check("sender", text::optional_line(&self.sender, limits::NAME));
        let reply_to = match self.reply_to.trim() {
            "" => Some(None),
            typed => invalid.check("reply_to", typed.parse().map(Some)),
        };
        let monthly_credit = match self.monthly_credit.trim() {
            "" => Some(None),
            typed => invalid.check("monthly_credit", number(typed, 0..=limits::CREDIT_MOST).map(Some)),
        };
        let hours = invalid.check("reminder_hours", number(&self.reminder_hours, 1..=limits::REMINDER_HOURS_MOST));
        match (sender, reply_to, monthly_credit, hours) {
            (Some(sender), Some(reply_to), Some(monthly_credit), Some(reminder_hours)) => Ok(MessageSettings {
                sender,
                reply_to,
                monthly_credit,
                used: 0,
                reminders: self.reminders == "yes",
                reminder_hours,
                version,
            }),
            _ => Err(invalid),
        }
    }
}

fn number(typed: &str, allowed: std::ops::RangeInclusive<u32>) -> Result<u32, Problem> {
    let number = typed.trim().parse().map_err(|_| Problem::OutOfRange)?;
    if allowed.contains(&number) { Ok(number) } else { Err(Problem::OutOfRange) }
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
    pub owner: NewOwner,
}

/// Somebody who is to own a group, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOwner {
    /// The name.
    pub name: UserName,
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
        let time_zone = invalid.check("time_zone", text::line(&self.time_zone, limits::TIME_ZONE));
        let owner = self.check_owner(invalid);
        Some(NewPractice {
            group_name: group_name?,
            group_phone: group_phone?,
            location_name: location_name?,
            time_zone: time_zone?,
            owner: owner?,
        })
    }

    /// Checks what it says of the owner alone.
    pub fn check_owner(&self, invalid: &mut Invalid) -> Option<NewOwner> {
        let name = UserName::check(invalid, &self.title, &self.first_name, &self.last_name);
        let profession = invalid.check("profession", text::optional_line(&self.profession, limits::NAME));
        Some(NewOwner { name: name?, profession: profession?, practises: self.practises == "yes" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S0-06: in a new group the portal is on; all that is left is to invite.
    #[test]
    fn a_new_group_may_invite_at_once() {
        let settings = PatientAccess::default();
        assert!(settings.invitations && settings.reminders);
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
}
