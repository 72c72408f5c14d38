//! Users of the console: memberships of accounts in a practice group, how far their access reaches, their states.

use serde::{Deserialize, Serialize};

use crate::{
    email::{Email, EmailProblem},
    error::{Conflict, Invalid, Problem},
    ids::{AccountId, GroupId, LocationId, UserId},
    limits,
    person::UserName,
    text,
    time::Time,
};

/// What a user is in the group; fixed once set (S4-18: exactly these two).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees patients.
    Practitioner,
    /// Non-practising staff.
    Administrator,
}

impl Role {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Practitioner, Self::Administrator];

    /// The code, as forms carry it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Practitioner => "practitioner",
            Self::Administrator => "administrator",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|role| role.code() == code).ok_or(Problem::NotAChoice)
    }

    /// The professions to choose from (S4-19).
    #[must_use]
    pub const fn professions(self) -> &'static [&'static str] {
        match self {
            Self::Practitioner => &PRACTITIONERS,
            Self::Administrator => &ADMINISTRATORS,
        }
    }
}

/// Titles to choose from (S4-17); none is a choice too.
pub const TITLES: [&str; 9] = ["Dr", "Prof", "A/Prof", "Ms", "Mr", "Mrs", "Miss", "Mx", "Sr"];

/// What practitioners practise.
const PRACTITIONERS: [&str; 37] = [
    "Acupuncturist",
    "Art therapist",
    "Audiologist",
    "Chiropractor",
    "Counsellor",
    "Dental hygienist",
    "Dentist",
    "Dermatologist",
    "Diabetes educator",
    "Dietitian",
    "Exercise physiologist",
    "General practitioner",
    "Genetic counsellor",
    "Massage therapist",
    "Mental health nurse",
    "Midwife",
    "Music therapist",
    "Myotherapist",
    "Naturopath",
    "Neurologist",
    "Nurse",
    "Nurse practitioner",
    "Occupational therapist",
    "Optometrist",
    "Orthoptist",
    "Orthotist or prosthetist",
    "Osteopath",
    "Paediatrician",
    "Pharmacist",
    "Physiotherapist",
    "Podiatrist",
    "Psychiatrist",
    "Psychologist",
    "Psychotherapist",
    "Social worker",
    "Speech pathologist",
    "Other practitioner",
];

/// What administrators do.
const ADMINISTRATORS: [&str; 10] = [
    "Accounts officer",
    "Bookkeeper",
    "Clinic coordinator",
    "IT support",
    "Medical secretary",
    "Owner",
    "Practice assistant",
    "Practice manager",
    "Receptionist",
    "Other administrator",
];

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

    /// Does it reach everything, users and settings included? A group always has an active user of such a level (AD-04).
    #[must_use]
    pub const fn is_full(self) -> bool {
        match self {
            Self::Full | Self::AdminFull => true,
            Self::Personal
            | Self::OwnAndContacts
            | Self::Clinical
            | Self::CalendarContacts
            | Self::CalendarContactsFinance => false,
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

/// Single settings on top of a level (S4-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// Sees pseudonyms instead of patients' names (administrators only).
    pub hide_names: bool,
    /// May look, not change.
    pub read_only: bool,
    /// May see what users did.
    pub view_history: bool,
    /// May export what they may see.
    pub export_data: bool,
    /// May not share notes.
    pub no_note_sharing: bool,
}

impl AccessSettings {
    /// What an owner starts with.
    pub const OWNER: Self =
        Self { hide_names: false, read_only: false, view_history: true, export_data: true, no_note_sharing: false };

    /// The settings that mean something for a role: who treats a patient knows the name; who does not practise has no notes
    /// to share.
    #[must_use]
    pub const fn of(self, role: Role) -> Self {
        match role {
            Role::Practitioner => Self { hide_names: false, ..self },
            Role::Administrator => Self { no_note_sharing: false, ..self },
        }
    }
}

/// Where a membership stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Asked to join; sees nothing of the group yet (S4-33).
    Invited,
    /// Works in the group.
    Active,
    /// Did not want to join, or the invitation was taken back.
    Rejected,
    /// Works there no more; never deleted (S4-14).
    Deactivated,
}

impl UserState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Invited, Self::Active, Self::Rejected, Self::Deactivated];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Rejected => "rejected",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|state| state.code() == code).ok_or(Problem::NotAChoice)
    }
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
    /// The number their profession is registered under (practitioners only, S4-20); may be empty.
    pub registration: String,
    /// How far access reaches; says the role too.
    pub level: Level,
    /// Single settings on top.
    pub settings: AccessSettings,
    /// Where the membership stands.
    pub state: UserState,
    /// Since when it stands there.
    pub since: Time,
    /// Counts the saves: two people editing at once do not overwrite each other.
    pub version: i64,
}

impl User {
    fn turn(self, state: UserState, at: Time) -> Self {
        Self { state, since: at, ..self }
    }

    /// The person joins the group (S4-32).
    ///
    /// # Errors
    /// [`Conflict::NotInvited`] when they are not asked to.
    pub fn accept(self, at: Time) -> Result<Self, Conflict> {
        match self.state {
            UserState::Invited => Ok(self.turn(UserState::Active, at)),
            UserState::Active | UserState::Rejected | UserState::Deactivated => Err(Conflict::NotInvited),
        }
    }

    /// The person does not join.
    ///
    /// # Errors
    /// [`Conflict::NotInvited`] when they are not asked to.
    pub fn reject(self, at: Time) -> Result<Self, Conflict> {
        match self.state {
            UserState::Invited => Ok(self.turn(UserState::Rejected, at)),
            UserState::Active | UserState::Rejected | UserState::Deactivated => Err(Conflict::NotInvited),
        }
    }

    /// The group asks again, after a no.
    ///
    /// # Errors
    /// [`Conflict::ChangedMeanwhile`] when there was no no.
    pub fn invite_again(self, at: Time) -> Result<Self, Conflict> {
        match self.state {
            UserState::Rejected => Ok(self.turn(UserState::Invited, at)),
            UserState::Invited | UserState::Active | UserState::Deactivated => Err(Conflict::ChangedMeanwhile),
        }
    }

    /// Access ends (S4-15). One who may do everything must be lowered first, so that this is never done by a slip. An
    /// invitation that is not answered yet is taken back: as if the person had said no.
    ///
    /// # Errors
    /// [`Conflict::LowerFirst`], or [`Conflict::ChangedMeanwhile`] when there is no access to end.
    pub fn deactivate(self, at: Time) -> Result<Self, Conflict> {
        match self.state {
            UserState::Active if self.level.is_full() => Err(Conflict::LowerFirst),
            UserState::Active => Ok(self.turn(UserState::Deactivated, at)),
            UserState::Invited => Ok(self.turn(UserState::Rejected, at)),
            UserState::Rejected | UserState::Deactivated => Err(Conflict::ChangedMeanwhile),
        }
    }

    /// They work there again.
    ///
    /// # Errors
    /// [`Conflict::ChangedMeanwhile`] when they were not deactivated.
    pub fn reactivate(self, at: Time) -> Result<Self, Conflict> {
        match self.state {
            UserState::Deactivated => Ok(self.turn(UserState::Active, at)),
            UserState::Invited | UserState::Active | UserState::Rejected => Err(Conflict::ChangedMeanwhile),
        }
    }
}

/// What can be set of a user, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDetails {
    /// What they are called.
    pub name: UserName,
    /// One of the role's professions, or what it was before.
    pub profession: String,
    /// Practitioners only.
    pub registration: String,
    /// How far access reaches.
    pub level: Level,
    /// Single settings on top.
    pub settings: AccessSettings,
    /// Where they work, at least one (S4-04).
    pub locations: Vec<LocationId>,
}

/// What can be set of a user, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserForm {
    /// Title; may be empty.
    pub title: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Profession.
    pub profession: String,
    /// Registration number; ignored for administrators.
    pub registration: String,
    /// The level's code.
    pub level: String,
    /// What is ticked on top.
    pub settings: AccessSettings,
    /// The locations that are ticked.
    pub locations: Vec<LocationId>,
}

impl UserForm {
    /// The form that would give these details.
    #[must_use]
    pub fn of(user: &User, locations: Vec<LocationId>) -> Self {
        Self {
            title: user.name.title.clone(),
            first_name: user.name.first.clone(),
            last_name: user.name.last.clone(),
            profession: user.profession.clone(),
            registration: user.registration.clone(),
            level: user.level.code().to_owned(),
            settings: user.settings,
            locations,
        }
    }

    /// Checks the fields for somebody of this role. `before` is who stands there already: a title or a profession that is
    /// not on the list any more may stay.
    pub fn check(&self, invalid: &mut Invalid, role: Role, before: Option<&User>) -> Option<UserDetails> {
        let name = UserName::check(invalid, &self.title, &self.first_name, &self.last_name);
        // S4-17: one of the list.
        let fits = |title: &str| {
            title.is_empty() || TITLES.contains(&title) || before.is_some_and(|user| user.name.title == title)
        };
        let name = name.and_then(|name| {
            let checked = if fits(&name.title) { Ok(name) } else { Err(Problem::NotAChoice) };
            invalid.check("title", checked)
        });
        let before = before.map_or("", |user| user.profession.as_str());
        let profession = self.profession.trim();
        let profession = if profession.is_empty() {
            Err(Problem::Missing)
        } else if profession == before || role.professions().contains(&profession) {
            Ok(profession.to_owned())
        } else {
            Err(Problem::NotAChoice)
        };
        let profession = invalid.check("profession", profession);
        // S4-20: what an administrator's form says of it is ignored.
        let registration = match role {
            Role::Practitioner => {
                invalid.check("registration", text::optional_line(&self.registration, limits::REGISTRATION))
            }
            Role::Administrator => Some(String::new()),
        };
        let level = Level::from_code(&self.level);
        let level = invalid.check(
            "level",
            level.and_then(|level| if level.role() == role { Ok(level) } else { Err(Problem::NotAChoice) }),
        );
        let mut locations = self.locations.clone();
        locations.sort_unstable();
        locations.dedup();
        let locations = match locations.len() {
            0 => Err(Problem::NoneChosen),
            1..=limits::LOCATIONS => Ok(locations),
            _ => Err(Problem::TooMany),
        };
        let locations = invalid.check("locations", locations);
        Some(UserDetails {
            name: name?,
            profession: profession?,
            registration: registration?,
            level: level?,
            settings: self.settings.of(role),
            locations: locations?,
        })
    }
}

/// The dialog that adds a user, as typed; the temporary password travels beside it, so that no form that is printed
/// somewhere holds one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewUserForm {
    /// The role's code.
    pub role: String,
    /// The sign-in name.
    pub email: String,
    /// The same again (S4-21).
    pub email_again: String,
    /// Everything else.
    pub user: UserForm,
}

/// A user to be added, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The sign-in name.
    pub email: Email,
    /// Everything else.
    pub details: UserDetails,
}

impl NewUserForm {
    /// Checks every field, noting what is wrong.
    pub fn check(&self, invalid: &mut Invalid) -> Option<NewUser> {
        let role = invalid.check("role", Role::from_code(&self.role));
        let email = match Email::confirmed(&self.email, &self.email_again) {
            Ok(email) => Some(email),
            Err(EmailProblem::Address(problem)) => invalid.check("email", Err(problem)),
            Err(EmailProblem::Confirmation(problem)) => invalid.check("email_again", Err(problem)),
        };
        let details = role.and_then(|role| self.user.check(invalid, role, None));
        Some(NewUser { email: email?, details: details? })
    }
}

/// Which users of the group are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserFilter {
    /// The beginning of a first or last name.
    pub text: String,
    /// Only these.
    pub role: Option<Role>,
    /// Only these.
    pub state: Option<UserState>,
}

/// One line of the Users page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// Which user.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The sign-in name.
    pub email: String,
    /// What they do.
    pub profession: String,
    /// How far access reaches; says the role too.
    pub level: Level,
    /// Single settings on top.
    pub settings: AccessSettings,
    /// Where the membership stands.
    pub state: UserState,
    /// Since when.
    pub since: Time,
    /// The password is still the one that whoever added them chose.
    pub temporary_password: bool,
}

/// A user's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPage {
    /// The user.
    pub user: User,
    /// The sign-in name.
    pub email: String,
    /// Where they work.
    pub locations: Vec<LocationId>,
    /// Is this the caller's own membership?
    pub own: bool,
    /// Is this the only active user left who may do everything (AD-04)?
    pub last_full: bool,
    /// Have they not chosen a password of their own yet?
    pub temporary_password: bool,
}

/// What became of adding a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Added {
    /// New to the system: in the group at once (S4-28).
    Joined(UserId),
    /// Has an account: asked to join (S4-31).
    Invited(UserId),
}

/// A group that asks the signed-in person to join (S4-31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The membership that is offered.
    pub user: UserId,
    /// The group.
    pub group_name: String,
    /// How far access would reach; says the role too.
    pub level: Level,
    /// Since when it waits.
    pub at: Time,
}

/// What waits for the signed-in person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offers {
    /// The groups that ask.
    pub list: Vec<Offer>,
    /// Some ask, and nothing of them is shown: it is not known yet whether whoever signed in reads the mail of the address
    /// that was asked. Somebody else may have typed it, together with a temporary password (PR-21).
    pub unproven: bool,
}

impl Offers {
    /// Does nobody ask?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.unproven
    }
}

/// A group that the signed-in person works in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The membership.
    pub user: UserId,
    /// The group's name.
    pub group_name: String,
    /// What they do there.
    pub profession: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn location(n: u128) -> LocationId {
        Uuid::from_u128(n).into()
    }

    fn form() -> NewUserForm {
        NewUserForm {
            role: "practitioner".into(),
            email: "tom@example.org".into(),
            email_again: "Tom@Example.org".into(),
            user: UserForm {
                first_name: "Tom".into(),
                last_name: "Okafor".into(),
                profession: "Physiotherapist".into(),
                registration: "PHY0001".into(),
                level: "clinical".into(),
                locations: vec![location(1), location(1)],
                ..UserForm::default()
            },
        }
    }

    fn problems(form: &NewUserForm) -> Vec<(String, Problem)> {
        let mut invalid = Invalid::default();
        form.check(&mut invalid);
        invalid.fields.into_iter().map(|entry| (entry.field, entry.problem)).collect()
    }

    fn user(state: UserState, level: Level) -> User {
        let id = Uuid::from_u128(1);
        User {
            id: id.into(),
            group: id.into(),
            account: id.into(),
            name: UserName { title: String::new(), first: "Tom".into(), last: "Okafor".into() },
            profession: String::new(),
            registration: String::new(),
            level,
            settings: AccessSettings::default(),
            state,
            since: Time::from_millis(0),
            version: 0,
        }
    }

    #[test]
    fn codes_read_back() {
        assert!(Level::ALL.into_iter().all(|level| Level::from_code(level.code()) == Ok(level)));
        assert!(Role::ALL.into_iter().all(|role| Role::from_code(role.code()) == Ok(role)));
        assert!(UserState::ALL.into_iter().all(|state| UserState::from_code(state.code()) == Ok(state)));
    }

    // S4-17 to S4-21, S4-26, S4-27
    #[test]
    fn the_dialogs_fields_are_checked() {
        let mut invalid = Invalid::default();
        let new = form().check(&mut invalid).unwrap();
        assert!(invalid.fields.is_empty());
        assert_eq!(new.details.locations, [location(1)]);
        let broken = NewUserForm { email_again: "other@example.org".into(), ..form() };
        assert_eq!(problems(&broken), [("email_again".into(), Problem::Differs)]);
        let broken = NewUserForm { role: "surgeon".into(), ..form() };
        assert_eq!(problems(&broken), [("role".into(), Problem::NotAChoice)]);
        let user = UserForm { first_name: " ".into(), profession: "Wizard".into(), locations: vec![], ..form().user };
        let broken = NewUserForm { user, ..form() };
        assert_eq!(
            problems(&broken),
            [
                ("first_name".into(), Problem::Missing),
                ("profession".into(), Problem::NotAChoice),
                ("locations".into(), Problem::NoneChosen),
            ]
        );
    }

    // S4-18: a level of the other role is none.
    #[test]
    fn a_level_belongs_to_its_role() {
        for role in Role::ALL {
            for level in Level::ALL {
                let profession = role.professions()[0].to_owned();
                let user = UserForm { level: level.code().into(), profession, ..form().user };
                let found = problems(&NewUserForm { role: role.code().into(), user, ..form() });
                assert_eq!(found.is_empty(), level.role() == role, "{role:?} {level:?} {found:?}");
            }
        }
    }

    // S4-20: ignored for administrators; hidden names are theirs alone.
    #[test]
    fn what_the_role_does_not_have_is_ignored() {
        let all = AccessSettings {
            hide_names: true,
            read_only: true,
            view_history: true,
            export_data: true,
            no_note_sharing: true,
        };
        let user = UserForm {
            level: "calendar_contacts".into(),
            profession: "Receptionist".into(),
            settings: all,
            ..form().user
        };
        let admin = NewUserForm { role: "administrator".into(), user, ..form() };
        let details = admin.check(&mut Invalid::default()).unwrap().details;
        assert_eq!(details.registration, "");
        assert!(details.settings.hide_names && !details.settings.no_note_sharing);
        let user = UserForm { settings: all, ..form().user };
        let details = NewUserForm { user, ..form() }.check(&mut Invalid::default()).unwrap().details;
        assert!(!details.settings.hide_names && details.settings.no_note_sharing);
    }

    // S4-17, S4-19: selections; what stood there before a list changed may stay.
    #[test]
    fn titles_and_professions_are_chosen_from_a_list() {
        for role in Role::ALL {
            let mut all = role.professions().to_vec();
            all.dedup();
            assert_eq!(all.len(), role.professions().len());
        }
        let odd = UserForm { profession: "Herbalist".into(), ..form().user };
        let count = UserForm { title: "Count".into(), ..form().user };
        let mut stands = user(UserState::Active, Level::Personal);
        stands.profession = "Herbalist".into();
        stands.name.title = "Count".into();
        for (form, field) in [(odd, "profession"), (count, "title")] {
            assert!(form.check(&mut Invalid::default(), Role::Practitioner, Some(&stands)).is_some());
            let mut invalid = Invalid::default();
            assert!(form.check(&mut invalid, Role::Practitioner, None).is_none());
            assert_eq!(invalid.of(field), Some(Problem::NotAChoice));
        }
    }

    // S4-15: who may do everything is lowered first.
    #[test]
    fn one_who_may_do_everything_is_not_deactivated_at_one_go() {
        let at = Time::from_millis(9);
        for level in Level::ALL {
            let answer = user(UserState::Active, level).deactivate(at);
            assert_eq!(answer.is_ok(), !level.is_full(), "{level:?}");
        }
        assert!(user(UserState::Invited, Level::Full).deactivate(at).is_ok(), "an invitation is taken back at one go");
    }

    proptest! {
        /// invited → active → deactivated, invited → rejected, and nothing else; the time of the last turn is kept.
        #[test]
        fn a_membership_turns_only_as_it_may(turns in proptest::collection::vec(0u8..5, 0..40)) {
            let mut now = user(UserState::Invited, Level::Clinical);
            for (at, turn) in turns.into_iter().enumerate() {
                let at = Time::from_millis(i64::try_from(at).unwrap() + 1);
                let before = now.clone();
                let after = match turn {
                    0 => before.clone().accept(at),
                    1 => before.clone().reject(at),
                    2 => before.clone().invite_again(at),
                    3 => before.clone().deactivate(at),
                    _ => before.clone().reactivate(at),
                };
                let allowed = match (before.state, turn) {
                    (UserState::Invited, 0) => Some(UserState::Active),
                    (UserState::Invited, 1) => Some(UserState::Rejected),
                    (UserState::Rejected, 2) => Some(UserState::Invited),
                    (UserState::Active, 3) => Some(UserState::Deactivated),
                    (UserState::Invited, 3) => Some(UserState::Rejected),
                    (UserState::Deactivated, 4) => Some(UserState::Active),
                    _ => None,
                };
                prop_assert_eq!(after.as_ref().ok().map(|user| user.state), allowed);
                if let Ok(after) = after {
                    prop_assert_eq!(after.since, at);
                    now = after;
                }
            }
        }
    }
}
