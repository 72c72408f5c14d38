//! Every right there is, and who holds it. One `match` for each.

use std::marker::PhantomData;

use super::{
    actor::{Actor, UserFace},
    proof::{Access, Denied, InGroup, OnPatient, OwnRecord},
};
use crate::{
    error::Refusal,
    grant::Grant,
    ids::{GroupId, PatientId},
    patient::Status,
    practice::Level,
};

mod sealed {
    pub trait Sealed {}
}

/// A right. The list is closed: it is the one below.
pub trait Right: sealed::Sealed + Copy {
    /// What must be known to decide.
    type Subject;
    /// How far a proof of it reaches.
    type Scope;
    /// Its name in the printed matrix and in the audit trail.
    const NAME: &'static str;

    /// Who holds it.
    ///
    /// # Errors
    /// [`Denied`], with what the caller may be told.
    fn decide(actor: &Actor, subject: &Self::Subject) -> Result<Self::Scope, Denied>;
}

/// How a practitioner and a patient belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relationship {
    /// Made by an appointment, an invoice or a note.
    Automatic,
    /// Given by somebody who may.
    Granted,
    /// Taken away: hides the patient from the practitioner entirely.
    Revoked,
}

impl Relationship {
    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Granted => "granted",
            Self::Revoked => "revoked",
        }
    }

    /// Reads a code. An unknown one hides the patient: fail closed.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "automatic" => Self::Automatic,
            "granted" => Self::Granted,
            _ => Self::Revoked,
        }
    }
}

/// What must be known of a patient to decide about a user's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatientFacts {
    /// The patient's group, from the row.
    pub group: GroupId,
    /// Which patient.
    pub patient: PatientId,
    /// How the asking user and the patient belong together, if they do.
    pub relationship: Option<Relationship>,
}

/// What must be known to decide about a portal user's rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFacts {
    /// The grant, from the row.
    pub grant: Grant,
    /// Where the patient stands with the practice.
    pub status: Status,
}

impl Actor {
    /// Asks for a right; what comes back is the proof that storage wants.
    ///
    /// # Errors
    /// [`Denied`], with what the caller may be told.
    pub fn may<R: Right>(&self, _right: R, subject: &R::Subject) -> Result<Access<R>, Denied> {
        R::decide(self, subject).map(|scope| Access { scope, by: self.by(), right: PhantomData })
    }
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident($subject:ty) -> $scope:ty = $decide:path;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name;

            impl sealed::Sealed for $name {}

            impl Right for $name {
                type Subject = $subject;
                type Scope = $scope;
                const NAME: &'static str = stringify!($name);

                fn decide(actor: &Actor, subject: &$subject) -> Result<$scope, Denied> {
                    $decide(actor, subject)
                }
            }
        )+

        /// The names of all rights, for the test that compares the matrix.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];
    };
}

rights! {
    /// Be in the console of the group the session is in; see one's own notifications.
    EnterGroup(()) -> InGroup = enter_group;
    /// See the list of patients and search it.
    ListPatients(()) -> InGroup = enter_group;
    /// Add a patient.
    AddPatient(()) -> InGroup = add_patient;
    /// See a patient's contact details and profile.
    ViewPatient(PatientFacts) -> OnPatient = view_patient;
    /// Change a patient's details and contacts.
    EditPatient(PatientFacts) -> OnPatient = edit_patient;
    /// See who was invited to the patient's portal and what became of it.
    ViewPatientAccess(PatientFacts) -> OnPatient = view_patient;
    /// Invite to the patient's portal; resend, revoke.
    InvitePatient(PatientFacts) -> OnPatient = invite_patient;
    /// See and change the group's settings.
    ManageSettings(()) -> InGroup = manage_settings;
    /// See and change communication templates.
    ManageTemplates(()) -> InGroup = manage_settings;
    /// See mail that cannot be delivered, and try it again.
    ManageMail(()) -> InGroup = manage_settings;
    /// See one's own record in the portal, or that of a person one acts for.
    ViewOwnRecord(GrantFacts) -> OwnRecord = view_own_record;
}

fn user(actor: &Actor) -> Result<&UserFace, Denied> {
    actor.user().ok_or(Denied::Forbidden(Refusal::Door))
}

fn in_group(user: &UserFace) -> InGroup {
    InGroup {
        group: user.group,
        user: user.user,
        own_only: user.level == Level::Personal,
        names_hidden: names_hidden(user),
    }
}

/// Only an administrator's names can be hidden; who treats a patient knows the name.
fn names_hidden(user: &UserFace) -> bool {
    match user.level {
        Level::Personal | Level::OwnAndContacts | Level::Clinical | Level::Full => false,
        Level::CalendarContacts | Level::CalendarContactsFinance | Level::AdminFull => user.settings.hide_names,
    }
}

fn writes(user: &UserFace) -> Result<(), Denied> {
    if user.settings.read_only { Err(Denied::Forbidden(Refusal::ReadOnly)) } else { Ok(()) }
}

fn knows_names(user: &UserFace) -> Result<(), Denied> {
    if names_hidden(user) { Err(Denied::Forbidden(Refusal::NamesHidden)) } else { Ok(()) }
}

fn enter_group(actor: &Actor, (): &()) -> Result<InGroup, Denied> {
    Ok(in_group(user(actor)?))
}

fn add_patient(actor: &Actor, (): &()) -> Result<InGroup, Denied> {
    let user = user(actor)?;
    writes(user)?;
    knows_names(user)?;
    Ok(in_group(user))
}

fn manage_settings(actor: &Actor, (): &()) -> Result<InGroup, Denied> {
    let user = user(actor)?;
    match user.level {
        Level::Full | Level::AdminFull => {}
        Level::Personal
        | Level::OwnAndContacts
        | Level::Clinical
        | Level::CalendarContacts
        | Level::CalendarContactsFinance => return Err(Denied::Forbidden(Refusal::Level)),
    }
    writes(user)?;
    Ok(in_group(user))
}

fn view_patient(actor: &Actor, facts: &PatientFacts) -> Result<OnPatient, Denied> {
    let user = user(actor)?;
    if user.group != facts.group {
        return Err(Denied::NotFound);
    }
    let seen = match (user.level, facts.relationship) {
        (_, Some(Relationship::Revoked)) | (Level::Personal, None) => false,
        (_, Some(Relationship::Automatic | Relationship::Granted)) => true,
        (
            Level::OwnAndContacts
            | Level::Clinical
            | Level::Full
            | Level::CalendarContacts
            | Level::CalendarContactsFinance
            | Level::AdminFull,
            None,
        ) => true,
    };
    if !seen {
        return Err(Denied::NotFound);
    }
    Ok(OnPatient { group: facts.group, patient: facts.patient, user: user.user, names_hidden: names_hidden(user) })
}

fn edit_patient(actor: &Actor, facts: &PatientFacts) -> Result<OnPatient, Denied> {
    let scope = view_patient(actor, facts)?;
    let user = user(actor)?;
    writes(user)?;
    knows_names(user)?;
    Ok(scope)
}

fn invite_patient(actor: &Actor, facts: &PatientFacts) -> Result<OnPatient, Denied> {
    edit_patient(actor, facts)
}

fn view_own_record(actor: &Actor, facts: &GrantFacts) -> Result<OwnRecord, Denied> {
    if actor.user().is_some() {
        return Err(Denied::Forbidden(Refusal::Door));
    }
    let grant = &facts.grant;
    let open = match facts.status {
        Status::Active | Status::Inactive => grant.opens(),
        Status::Blocked | Status::Deceased => false,
    };
    if !open || grant.account != actor.account() {
        return Err(Denied::NotFound);
    }
    Ok(OwnRecord { group: grant.group, patient: grant.patient, grant: grant.id, account: grant.account })
}

// A stronger right over a patient contains the weaker one.
macro_rules! contains {
    ($($strong:ident => $weak:ident;)+) => {
        $(impl From<&Access<$strong>> for Access<$weak> {
            fn from(strong: &Access<$strong>) -> Self {
                Self { scope: strong.scope, by: strong.by.clone(), right: PhantomData }
            }
        })+
    };
}

contains! {
    EditPatient => ViewPatient;
    InvitePatient => ViewPatient;
    InvitePatient => ViewPatientAccess;
    ViewPatientAccess => ViewPatient;
    AddPatient => ListPatients;
    ManageMail => EnterGroup;
    ManageTemplates => EnterGroup;
    ManageSettings => EnterGroup;
    ListPatients => EnterGroup;
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use uuid::Uuid;

    use super::*;
    use crate::{
        access::Face,
        grant::{Kind, State},
        practice::AccessSettings,
        time::Time,
    };

    fn group(n: u128) -> GroupId {
        Uuid::from_u128(n).into()
    }

    fn user_actor(level: Level, settings: AccessSettings) -> Actor {
        let face = UserFace { group: group(1), user: Uuid::from_u128(2).into(), level, settings };
        Actor::unscoped_from_session(
            Uuid::from_u128(3).into(),
            Uuid::from_u128(4).into(),
            String::new(),
            Face::User(face),
        )
    }

    fn portal_actor(account: u128) -> Actor {
        Actor::unscoped_from_session(
            Uuid::from_u128(account).into(),
            Uuid::from_u128(4).into(),
            String::new(),
            Face::Portal,
        )
    }

    fn facts(group_number: u128, relationship: Option<Relationship>) -> PatientFacts {
        PatientFacts { group: group(group_number), patient: Uuid::from_u128(9).into(), relationship }
    }

    fn grant_facts(account: u128, state: State, status: Status) -> GrantFacts {
        let id = Uuid::from_u128(1);
        let grant = Grant {
            id: id.into(),
            group: id.into(),
            patient: id.into(),
            account: Uuid::from_u128(account).into(),
            kind: Kind::Own,
            state,
        };
        GrantFacts { grant, status }
    }

    /// The printed policy, which `docs/rights.md` must repeat to the letter.
    fn matrix() -> String {
        let mut out = String::from("| who | relationship |");
        for name in NAMES {
            let _ = write!(out, " {name} |");
        }
        out.push_str("\n|---|---|");
        out.push_str(&"---|".repeat(NAMES.len()));
        out.push('\n');
        let variants = [
            ("", AccessSettings::default()),
            (", read-only", AccessSettings { read_only: true, hide_names: false }),
            (", names hidden", AccessSettings { read_only: false, hide_names: true }),
        ];
        for level in Level::ALL {
            for (suffix, settings) in variants {
                for (related, relationship) in [
                    ("none", None),
                    ("automatic", Some(Relationship::Automatic)),
                    ("granted", Some(Relationship::Granted)),
                    ("revoked", Some(Relationship::Revoked)),
                ] {
                    let actor = user_actor(level, settings);
                    let on = facts(1, relationship);
                    let _ = write!(out, "| {}{suffix} | {related} |", level.code());
                    row(&mut out, &actor, &on, &grant_facts(3, State::Invited, Status::Active));
                }
            }
        }
        let at = Time::from_millis(0);
        for (who, state) in [
            ("portal, invited", State::Invited),
            ("portal, activated", State::Activated { at }),
            ("portal, suspended", State::Suspended { at }),
        ] {
            for status in Status::ALL {
                let _ = write!(out, "| {who} | patient {} |", status.code());
                row(&mut out, &portal_actor(7), &facts(1, None), &grant_facts(7, state, status));
            }
        }
        out
    }

    fn row(out: &mut String, actor: &Actor, on: &PatientFacts, grant: &GrantFacts) {
        fn cell<T>(answer: Result<T, Denied>) -> &'static str {
            match answer {
                Ok(_) => "yes",
                Err(Denied::NotFound) => "not found",
                Err(Denied::Forbidden(Refusal::Level)) => "no: level",
                Err(Denied::Forbidden(Refusal::ReadOnly)) => "no: read-only",
                Err(Denied::Forbidden(Refusal::NamesHidden)) => "no: names hidden",
                Err(Denied::Forbidden(Refusal::Door)) => "no: other side",
            }
        }
        let cells = [
            cell(actor.may(EnterGroup, &())),
            cell(actor.may(ListPatients, &())),
            cell(actor.may(AddPatient, &())),
            cell(actor.may(ViewPatient, on)),
            cell(actor.may(EditPatient, on)),
            cell(actor.may(ViewPatientAccess, on)),
            cell(actor.may(InvitePatient, on)),
            cell(actor.may(ManageSettings, &())),
            cell(actor.may(ManageTemplates, &())),
            cell(actor.may(ManageMail, &())),
            cell(actor.may(ViewOwnRecord, grant)),
        ];
        assert_eq!(cells.len(), NAMES.len(), "a right is missing from the matrix");
        for cell in cells {
            let _ = write!(out, " {cell} |");
        }
        out.push('\n');
    }

    #[test]
    fn the_printed_matrix_is_the_policy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights.md");
        let page = format!(
            "# Who may what\n\nPrinted by a test of `app/domain/src/access/rights.rs` from the code that decides; \
             do not edit. After a change of policy run the test with `UPDATE=1` and review the difference.\n\n{}",
            matrix()
        );
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == page, "docs/rights.md differs from the policy: run this test with UPDATE=1 and review");
    }

    // PR-05: another group's patient is not there, whatever the level and the relationship.
    #[test]
    fn another_groups_patient_is_not_found() {
        for level in Level::ALL {
            for relationship in [None, Some(Relationship::Automatic), Some(Relationship::Granted)] {
                let actor = user_actor(level, AccessSettings::default());
                let other = facts(2, relationship);
                assert_eq!(actor.may(ViewPatient, &other).err(), Some(Denied::NotFound));
                assert_eq!(actor.may(InvitePatient, &other).err(), Some(Denied::NotFound));
                assert_eq!(actor.may(EditPatient, &other).err(), Some(Denied::NotFound));
            }
        }
    }

    #[test]
    fn a_grant_opens_only_to_its_own_account() {
        let at = Time::from_millis(0);
        let facts = grant_facts(7, State::Activated { at }, Status::Active);
        assert!(portal_actor(7).may(ViewOwnRecord, &facts).is_ok());
        assert_eq!(portal_actor(8).may(ViewOwnRecord, &facts).err(), Some(Denied::NotFound));
    }
}
