//! Who may know of a patient's files, send them, open them and see to them. Lists, downloads, counts and news all go by it; the
//! SQL of lists says the same by the reach that `list_own_files` gives, and a test compares the two.

use super::{
    actor::{By, Who},
    explain::Because,
    proof::{Access, OnPatient, OwnFile, OwnFilesReach},
    rights::{
        AddFiles, Decision, GrantFacts, PatientFacts, SendOwnFiles, edit_own_record, edit_patient, hidden, user,
        view_form_answers, view_own_record, view_patient, writes, yes,
    },
};
use crate::{
    grant::Level,
    ids::{AccountId, FileId, GroupId, PatientId, UserId},
};

/// What must be known to decide about one file in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFileFacts {
    /// The portal user's grant.
    pub grant: GrantFacts,
    /// Which file, from the row: of the grant's patient.
    pub file: FileId,
    /// Who sent it through the portal; none when the practice added it.
    pub sent_by: Option<AccountId>,
    /// Does the practice show it in the portal?
    pub shared: bool,
}

/// That a file came, of what kind and how large; neither its name nor what is in it.
pub(super) fn view_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    view_patient(who, facts)
}

/// Files are for those who treat the patient, as answers are: a referral is for the practitioner whose patient it makes one.
pub(super) fn read_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    view_form_answers(who, facts)
}

/// Also for the front desk, which scans what it does not read.
pub(super) fn add_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    edit_patient(who, facts)
}

pub(super) fn manage_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = read_files(who, facts)?;
    writes(user(who)?)?;
    Ok(seen)
}

/// Whoever may act for the patient, also who is here for appointments only: a referral comes with the first of them.
pub(super) fn send_own_files(who: &Who, facts: &GrantFacts) -> Decision<super::OwnRecord> {
    edit_own_record(who, facts)
}

/// What one sent oneself; and all that the portal shows for who sees what is shared.
pub(super) fn list_own_files(who: &Who, facts: &GrantFacts) -> Decision<OwnFilesReach> {
    let seen = view_own_record(who, facts)?;
    let all = facts.reach().is_some_and(|reach| reach.level == Level::Clinical);
    yes(OwnFilesReach { of: seen.scope, all }, seen.because)
}

/// Refused without a word that there is such a file (PT-06).
pub(super) fn read_own_file(who: &Who, facts: &OwnFileFacts) -> Decision<OwnFile> {
    let reach = list_own_files(who, &facts.grant)?;
    let own = facts.sent_by == Some(reach.scope.of.account);
    let shown = facts.shared || facts.sent_by.is_some();
    if !(own || reach.scope.all && shown) {
        return Err(hidden(Because::NotShared));
    }
    yes(OwnFile { of: reach.scope.of, file: facts.file }, reach.because)
}

/// That somebody may send files about one patient: a user of the console, or a portal user. Earned only by [`AddFiles`] or
/// [`SendOwnFiles`].
#[derive(Debug, Clone)]
pub struct SendingFiles {
    group: GroupId,
    patient: PatientId,
    user: Option<UserId>,
    account: AccountId,
    by: By,
}

impl SendingFiles {
    /// The only group whose rows may be touched.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The only patient whose rows may be touched.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        self.patient
    }

    /// The user of the console, when it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The portal user's account, when it is one.
    #[must_use]
    pub fn portal(&self) -> Option<AccountId> {
        if self.user.is_none() { Some(self.account) } else { None }
    }

    /// Who earned it, for the audit trail.
    #[must_use]
    pub const fn by(&self) -> &By {
        &self.by
    }
}

impl From<&Access<AddFiles>> for SendingFiles {
    fn from(access: &Access<AddFiles>) -> Self {
        let by = access.by.clone();
        Self { group: access.group(), patient: access.patient(), user: Some(access.user()), account: by.account, by }
    }
}

impl From<&Access<SendOwnFiles>> for SendingFiles {
    fn from(access: &Access<SendOwnFiles>) -> Self {
        Self {
            group: access.group(),
            patient: access.patient(),
            user: None,
            account: access.account(),
            by: access.by.clone(),
        }
    }
}
