//! Reminders before an invitation's link runs out.
//!
//! Only the hash of a link's token is kept, so a reminder brings a new token for the same link: both open the same door, for
//! as long as the link lives. When it is due stands with the invitation, not in the outbox: thousands who were invited at once
//! do not wait there a second time, and no token lies sealed for days.

use domain::{ids::InvitationId, mail};

use super::carrying;
use crate::{context::Services, error::Result, tokens};

/// Queues the reminders that are due. Of several servers that see the same one, one queues it, in the unit of work that takes
/// the mark away: killed before, it is due still; killed after, it is queued.
///
/// # Errors
/// Storage's.
pub(crate) async fn remind_due(services: &Services, stopping: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    loop {
        let due = services.store.look().await?.unscoped_list_reminders(services.clock.now()).await?;
        if due.is_empty() {
            return Ok(());
        }
        for id in due {
            if stopping() {
                return Ok(());
            }
            remind(services, id).await?;
        }
    }
}

/// One unit of work for each: it holds no two invitations at once, so it can wait for nobody who holds the other.
async fn remind(services: &Services, id: InvitationId) -> Result<()> {
    let now = services.clock.now();
    let mut work = services.store.begin().await?;
    // The mark is taken first: what is read then is what nobody changes any more before this is saved.
    if !work.unscoped_take_reminder(id, now).await? {
        return Ok(());
    }
    if let Some(invitation) = work.unscoped_lookup_invitation(id).await?
        && invitation.is_worth_reminding(now)
        && work.unscoped_lookup_patient_access(invitation.group).await?.reminders
    {
        let (token, hash) = tokens::make(&*services.random);
        work.unscoped_add_token(&invitation, &hash).await?;
        work.add_mail(&carrying(services, mail::Kind::Reminder, &invitation, &token)).await?;
    }
    work.save().await?;
    Ok(())
}
