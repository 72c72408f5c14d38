//! What the first pages of each side start with. Written per audience: nothing here is a database row.

use serde::{Deserialize, Serialize};

use crate::{
    account::Door,
    grant::{Kind, Reach},
    ids::{GrantId, GroupId, PatientId, UserId},
    time::Date,
    user::{AccessSettings, Level, Membership, Offers},
};

/// What the console needs before it draws anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleStart {
    /// The signed-in user.
    pub user: UserId,
    /// Their name.
    pub user_name: String,
    /// Their profession; may be empty.
    pub profession: String,
    /// How far their access reaches.
    pub level: Level,
    /// Single settings on top.
    pub settings: AccessSettings,
    /// The groups they work in, this one included, oldest first; with more than one the top bar switches.
    pub memberships: Vec<Membership>,
    /// The group they are in.
    pub group: GroupId,
    /// Its name.
    pub group_name: String,
    /// The time zone of its first location, in which times are shown.
    pub time_zone: String,
    /// Unread notifications and unanswered invitations to join a group, counted up to 100.
    pub unread: i64,
    /// What they may do; the console draws only what is here.
    pub may: ConsoleRights,
    /// Does this person also use the portal? Then the menu offers to switch.
    pub also_portal: bool,
    /// The email they sign in with, for password managers.
    pub email: String,
    /// Was nobody of the group's patients invited yet? Then Home shows the first steps.
    pub nobody_invited_yet: bool,
}

/// What a user may do in the group at large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConsoleRights {
    /// Add a patient.
    pub add_patients: bool,
    /// Invite patients to the portal, many at once too.
    pub invite_patients: bool,
    /// Decide about what patients changed, across the group.
    pub review_updates: bool,
    /// See and change users, settings, templates and parked mail.
    pub manage: bool,
    /// Sees pseudonyms instead of names.
    pub names_hidden: bool,
    /// See what users did.
    pub view_history: bool,
    /// Open a record in an emergency that they do not reach otherwise.
    pub emergency: bool,
    /// Export what one may see.
    pub export_data: bool,
}

/// One record a portal user may open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalRecord {
    /// Whose record.
    pub patient: PatientId,
    /// By which grant it is open to the portal user: one for each of those who see the same record.
    pub grant: GrantId,
    /// What to call the patient.
    pub shown: String,
    /// The practice that keeps it.
    pub practice: String,
    /// Who the portal user is to the patient.
    pub kind: Kind,
    /// How far the portal user's access reaches now.
    pub reach: Reach,
    /// The day on which it steps down to appointments and invoices, if it will.
    pub steps_down_on: Option<Date>,
    /// Its last whole day, if it ends by itself.
    pub last_day: Option<Date>,
    /// May the portal user let others see this record?
    pub manages: bool,
    /// May the portal user see who looked at it?
    pub sees_log: bool,
}

/// What every page of the portal shows around its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalFrame {
    /// The record this page is about.
    pub record: PortalRecord,
    /// How many forms this portal user is asked for.
    pub asked_forms: i64,
    /// How many notes that were shared this person has not read; none before whoever is here for appointments.
    pub unread_notes: i64,
    /// How many completed documents this person has not read, likewise.
    pub unread_documents: i64,
    /// How many they have read and are asked to say so.
    pub unconfirmed_documents: i64,
    /// How many messages this person has not read, likewise.
    pub unread_messages: i64,
    /// How many home activities this person has not read as they are now, likewise.
    pub unread_activities: i64,
    /// How many are due today and not ticked off.
    pub due_activities: i64,
    /// How many files that the practice shared this person has not opened, likewise.
    pub unread_files: i64,
    /// How much of what this portal user asked to change was decided about since they looked at their details.
    pub answered_details: u32,
    /// The same of whom to ring in an emergency.
    pub answered_contacts: u32,
    /// The practice's telephone; may be empty.
    pub practice_phone: String,
    /// What to call the person signed in: the patient's own name, or nothing for somebody acting for them.
    pub greet: String,
    /// All records this person may open, this one included.
    pub records: Vec<PortalRecord>,
    /// Does this person also work in a console? Then the account page offers to switch.
    pub also_console: bool,
}

/// A live invitation shown to its signed-in owner, to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalStart {
    /// All records this person may open; the first is where Home goes.
    pub records: Vec<PortalRecord>,
    /// Does this person also work in a console?
    pub also_console: bool,
    /// The email they sign in with, for password managers.
    pub email: String,
}

/// What the page behind a link that sets a password shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordLinkPage {
    /// Unknown, used or expired: names nobody.
    Dead,
    /// Works; setting a password also accepts the invitations of these practices.
    Live {
        /// Names of practices whose open invitation is accepted with it.
        accepts: Vec<String>,
    },
}

/// Where a person goes after signing in or setting a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// The side of the house.
    pub door: Door,
}

/// What somebody in the lobby is shown: signed in at the console, and not let in yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lobby {
    /// The email they sign in with.
    pub email: String,
    /// Must a temporary password be replaced first?
    pub temporary_password: bool,
    /// The groups that ask them to join.
    pub offers: Offers,
    /// The groups they work in: one that was joined elsewhere meanwhile waits to be entered.
    pub groups: Vec<Membership>,
}
