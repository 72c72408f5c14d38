//! Invitations to the portal.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, Inviting, ViewPatientAccess},
    ids::{AccountId, InvitationId},
    invitation::Invitation,
    mail::Failure,
    page::{Page, PageRequest},
    time::Time,
};

use super::{Stored, TokenHash};

/// An invitation as found by one of its links.
#[derive(Debug, Clone)]
pub struct FoundInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// Which of its links was it? Only the last one (`invitation.links`) works.
    pub link: i64,
}

/// Invitations. Keeps the patient's portal state true.
#[async_trait]
pub trait Invitations {
    /// A new invitation and the hash of its first link's token.
    async fn add_invitation(&mut self, access: &Inviting, invitation: &Invitation, token: &TokenHash) -> Stored<()>;

    /// One invitation of the patient at hand.
    async fn lookup_invitation(
        &mut self,
        access: &Access<ViewPatientAccess>,
        id: InvitationId,
    ) -> Stored<Option<Invitation>>;

    /// Was anybody of the group's patients ever invited?
    async fn any_invitation(&mut self, access: &Access<EnterGroup>) -> Stored<bool>;

    /// The patient's invitations, latest first, with the name of who invited: a user, or the portal user's as the grant has
    /// it (empty for the patient). The cursor is the id of the last row.
    async fn list_invitations(
        &mut self,
        access: &Access<ViewPatientAccess>,
        page: &PageRequest,
    ) -> Stored<Page<(Invitation, String)>>;

    /// The patient's invitations that were neither accepted nor revoked, latest first, at most 50.
    async fn list_open_invitations(&mut self, access: &Inviting) -> Stored<Vec<Invitation>>;

    /// Saves an invitation, and with `token` a new link for it. False when it was accepted or revoked meanwhile, or
    /// another link was made for it.
    async fn save_invitation(
        &mut self,
        access: &Inviting,
        invitation: &Invitation,
        token: Option<&TokenHash>,
    ) -> Stored<bool>;

    /// The invitation that this token was made for, whatever became of it.
    async fn unscoped_find_invitation(&mut self, token: &TokenHash) -> Stored<Option<FoundInvitation>>;

    /// The invitation that a mail carries.
    async fn unscoped_lookup_invitation(&mut self, id: InvitationId) -> Stored<Option<Invitation>>;

    /// Invitations of this account that were neither accepted nor revoked, latest first, at most 50.
    async fn unscoped_list_open_invitations(&mut self, account: AccountId) -> Stored<Vec<Invitation>>;

    /// Saves on behalf of the person invited or of the mail worker: one `UPDATE … WHERE` it is neither accepted nor
    /// revoked. False when it was, so that of fifty who accept at once one does (RC-04).
    async fn unscoped_save_invitation(&mut self, invitation: &Invitation, token: Option<&TokenHash>) -> Stored<bool>;

    /// Invitations whose reminder is due, the one that waited longest first, at most [`domain::limits::REMINDERS_STEP`].
    async fn unscoped_list_reminders(&mut self, now: Time) -> Stored<Vec<InvitationId>>;

    /// Takes away the mark that a reminder is due; false when it was not, because somebody else was faster, the invitation
    /// was answered or a newer link was made.
    async fn unscoped_take_reminder(&mut self, id: InvitationId, now: Time) -> Stored<bool>;

    /// One more token for the invitation's present link.
    async fn unscoped_add_token(&mut self, invitation: &Invitation, token: &TokenHash) -> Stored<()>;

    /// Notes that the present link's mail left, or why it cannot; does nothing when a newer link was made meanwhile.
    async fn unscoped_mail_outcome(
        &mut self,
        id: InvitationId,
        link: i64,
        outcome: Result<(), Failure>,
        at: Time,
    ) -> Stored<()>;
}
