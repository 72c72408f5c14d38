//! Portal grants: account × patient.

use async_trait::async_trait;
use domain::{
    access::{Access, EditPatient, EnterGroup, GrantFacts, Inviting, ViewOwnRecord, ViewPatientAccess},
    email::Email,
    grant::{AgeChange, AgeRules, Birthdays, Grant},
    ids::{AccountId, ContactId, GrantId, GroupId, PatientId},
    invitation::Invitation,
    patient::{Patient, Status},
    person::PatientName,
    practice::Group,
    time::{Date, Time},
};

use super::Stored;
use crate::days;

/// What decides beside a grant whether it is open: where the patient stands, and how old they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Where the patient stands with the practice.
    pub status: Status,
    /// The patient's birth date.
    pub birth_date: Option<Date>,
    /// The group's rules about ages.
    pub rules: AgeRules,
    /// Where the practice is.
    pub time_zone: Option<String>,
    /// Does the patient use the portal with an account of their own?
    pub patient_uses_portal: bool,
}

impl About {
    /// The birthdays that matter, as moments where the practice is.
    #[must_use]
    pub fn birthdays(&self) -> Birthdays {
        let moment = |age: Option<u8>| {
            let day = self.birth_date?.birthday(age?)?;
            days::start_of(day, self.time_zone.as_deref().unwrap_or("UTC"), 0)
        };
        Birthdays { steps_down_at: moment(self.rules.steps_down), ends_at: moment(self.rules.ends) }
    }
}

/// A grant, and what decides beside it whether it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRecord {
    /// The grant.
    pub grant: Grant,
    /// About its patient.
    pub about: About,
}

impl GrantRecord {
    /// What rights are decided by, at a moment.
    #[must_use]
    pub fn at(self, now: Time) -> GrantFacts {
        let ages = self.about.birthdays();
        let About { status, patient_uses_portal, .. } = self.about;
        GrantFacts { grant: self.grant, status, ages, patient_uses_portal, now }
    }
}

/// One of the records an account holds a grant for, as a list of them shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRecord {
    /// The grant and what decides whether it opens.
    pub record: GrantRecord,
    /// The patient's name.
    pub name: PatientName,
    /// The practice group's name.
    pub practice: String,
    /// The practice group's telephone.
    pub phone: String,
}

/// A portal user of one patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalUserRecord {
    /// The grant.
    pub grant: Grant,
    /// The account's address.
    pub email: Email,
    /// The last invitation to this grant.
    pub invitation: Option<Invitation>,
}

/// Everybody who uses one patient's portal, or was asked to, and what decides whether their access is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalUsers {
    /// About the patient.
    pub about: About,
    /// Who, those whose access is over last; otherwise latest given first; at most [`domain::limits::PORTAL_USERS`].
    pub users: Vec<PortalUserRecord>,
}

/// A group that has rules about ages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAges {
    /// The group.
    pub group: GroupId,
    /// Its rules.
    pub rules: AgeRules,
    /// Where it is.
    pub time_zone: Option<String>,
}

/// Birthdays that are coming, and what they change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComingAge {
    /// In which group.
    pub group: GroupId,
    /// The age that is reached.
    pub age: u8,
    /// What it does to the access of others.
    pub change: AgeChange,
    /// The first day and the last on which those who reach it were born.
    pub born: (Date, Date),
}

/// Who may act in the portal for whom. Adding and saving a grant keeps the patient's portal state true.
#[async_trait]
pub trait Grants {
    /// The grant of this account for the patient at hand.
    async fn find_grant(&mut self, access: &Inviting, account: AccountId) -> Stored<Option<Grant>>;

    /// A new grant for the patient at hand. Clashes on account × patient.
    async fn add_grant(&mut self, access: &Inviting, grant: &Grant, at: Time) -> Stored<()>;

    /// Gives a grant anew: who the person is, how far it reaches, from when; the person agrees anew. False when it is
    /// suspended.
    async fn give_grant_again(&mut self, access: &Inviting, grant: &Grant, at: Time) -> Stored<bool>;

    /// Saves how far a grant reaches and where it stands. `seen` is the state the caller saw; false when it is another one
    /// meanwhile.
    async fn save_grant(&mut self, access: &Inviting, grant: &Grant, seen: &Grant, at: Time) -> Stored<bool>;

    /// The patient's portal users, those whose access is over among them.
    async fn list_portal_users(&mut self, access: &Access<ViewPatientAccess>) -> Stored<Option<PortalUsers>>;

    /// The same for who may change them.
    async fn list_changeable_portal_users(&mut self, access: &Inviting) -> Stored<Option<PortalUsers>>;

    /// What the portal user of this address is known by at a patient whom the caller may see; the patient's own name for a
    /// patient. None for whomever else.
    async fn find_portal_user(&mut self, access: &Access<EnterGroup>, email: &Email) -> Stored<Option<String>>;

    /// A contact of the patient is gone: the grants stay, as of somebody who is no contact.
    async fn forget_contact(&mut self, access: &Access<EditPatient>, contact: ContactId) -> Stored<()>;

    /// The grant that an invitation activates.
    async fn unscoped_lookup_grant(&mut self, id: GrantId) -> Stored<Option<GrantRecord>>;

    /// The name of the patient that a grant is for: the person's own name is refused as a password.
    async fn unscoped_lookup_patient_name(&mut self, id: GrantId) -> Stored<Option<PatientName>>;

    /// Saves a grant's state on behalf of the person invited. False when it was suspended or ended meanwhile.
    async fn unscoped_save_grant(&mut self, grant: &Grant, at: Time) -> Stored<bool>;

    /// The groups that have rules about ages, in the order of their ids, those after `after`, at most
    /// [`domain::limits::AGE_GROUPS_STEP`].
    async fn unscoped_list_age_rules(&mut self, after: Option<GroupId>) -> Stored<Vec<GroupAges>>;

    /// Open grants of patients who reach that age and of those who act for them, which were not told of it yet; they are
    /// marked as told. At most [`domain::limits::AGE_NOTICES_STEP`]; of two servers one gets a grant.
    async fn unscoped_take_age_notices(&mut self, coming: &ComingAge, now: Time) -> Stored<Vec<GrantId>>;

    /// The grants of those who act for a patient, oldest first, at most 100.
    async fn unscoped_list_acting(&mut self, group: GroupId, patient: PatientId) -> Stored<Vec<GrantRecord>>;

    /// All grants of an account, oldest first, at most 100: what its own portal is made of.
    async fn list_grants(&mut self, account: AccountId) -> Stored<Vec<GrantRecord>>;

    /// The same with names, for the person to choose from.
    async fn list_own_records(&mut self, account: AccountId) -> Stored<Vec<OwnRecord>>;

    /// The grant of this account for this patient.
    async fn find_own_grant(&mut self, account: AccountId, patient: PatientId) -> Stored<Option<GrantRecord>>;

    /// The patient one may see in the portal, and their practice.
    async fn lookup_own_record(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Option<(Patient, Group)>>;
}
