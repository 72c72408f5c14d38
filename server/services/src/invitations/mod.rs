//! Invitations to the portal: the practice invites, resends and revokes (`staff`); the invited person opens a link,
//! accepts, confirms or asks for a fresh one (`link`); whoever does neither is
//! reminded once (`remind`).

mod link;
pub(crate) mod making;
mod remind;
mod staff;

use domain::{ids::MailId, invitation::Invitation, mail};

pub use self::{
    link::{accept, confirm, link_page, opened, renew},
    staff::{invite, list, resend, revoke, start},
};
pub(crate) use self::{
    link::{accept_by_password_link, open_for_password_link},
    remind::remind_due,
};
use crate::{
    context::{Ctx, Services},
    ports::QueuedMail,
};

/// The mail that carries the invitation's last link.
pub(crate) fn mail_with(ctx: &Ctx, invitation: &Invitation, token: &str) -> QueuedMail {
    carrying(&ctx.services, mail::Kind::Invitation, invitation, token)
}

/// A mail that carries a token of the invitation's last link.
fn carrying(services: &Services, kind: mail::Kind, invitation: &Invitation, token: &str) -> QueuedMail {
    let (id, now) = (MailId::from_uuid(services.random.id()), services.clock.now());
    QueuedMail {
        id,
        kind,
        group: Some(invitation.group),
        invitation: Some(invitation.id),
        link: invitation.links,
        account: invitation.account,
        to: invitation.email.clone(),
        sealed: Some(services.safe.seal(token.as_bytes(), &id.to_string())),
        made_at: now,
        due_at: now,
        tries: 0,
    }
}
