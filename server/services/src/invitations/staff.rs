//! The practice's side: invite, list, resend, revoke.

use domain::{
    access::{Access, EnterGroup, InvitePatient, ViewPatient, ViewPatientAccess},
    account::Account,
    audit::{Action, Entry},
    error::{Conflict, Problem},
    grant::{Grant, Kind, State as GrantState},
    ids::{AccountId, InvitationId, PatientId},
    invitation::{Events, Invitation, InvitationRow, Invite, InviteForm, InviteStart, State, remind_at},
    page::{Page, PageRequest},
    template::{self, TemplateChoice},
};

use super::mail_with;
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    patients,
    ports::{Clash, StoreError, Work},
    templates, tokens, unusual, users,
};

/// What the dialog starts with.
///
/// # Errors
/// [`crate::Error::NotFound`], or a [`domain::error::Conflict`] that says why nobody can be invited.
pub async fn start(ctx: &Ctx, patient: PatientId) -> Result<InviteStart> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    let enter = actor.may(EnterGroup, &())?;
    let settings = work.lookup_patient_access(&enter).await?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    settings.invites_to(record.patient.details.status)?;
    let open = work.list_open_invitations(&Access::<ViewPatientAccess>::from(&access)).await?;
    let now = ctx.now();
    let pending = open.iter().any(|one| one.kind == Kind::Own && one.check_live(now).is_ok());

    let details = &record.patient.details;
    let values = templates::values(work.as_mut(), &enter, details.name.called(), &details.name.shown()).await?;
    let templates = work.list_templates(&enter).await?;
    let choices = templates.into_iter().map(|one| TemplateChoice { id: one.id, name: one.name, body: one.body });
    let start = InviteStart {
        patient: details.name.shown(),
        email: details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        link_hours: settings.link_life.as_millis() / 3_600_000,
        pending,
        templates: choices.collect(),
        values,
    };
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, patient)).await?;
    work.save().await?;
    Ok(start)
}

/// Times a unit of work is begun anew because somebody else made the same account or grant at the same moment.
const ATTEMPTS: u32 = 3;

/// Invites the patient. The mail leaves by the outbox; whoever was invited before and has not accepted yet is invited
/// again, and the earlier link stops working.
///
/// # Errors
/// [`domain::error::Conflict`] or [`crate::Error::Invalid`]: S1-04, S1-08, S1-15, PX-14.
pub async fn invite(ctx: &Ctx, patient: PatientId, form: &InviteForm) -> Result<InvitationId> {
    for _ in 0..ATTEMPTS {
        if let Some(id) = try_invite(ctx, patient, form).await? {
            return Ok(id);
        }
    }
    Err(Error::Unavailable(None))
}

/// One unit of work; none when somebody else was faster with the same account or grant.
async fn try_invite(ctx: &Ctx, patient: PatientId, form: &InviteForm) -> Result<Option<InvitationId>> {
    let actor = ctx.actor()?;
    // Every group: what the account is linked to elsewhere counts (decision 5).
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let invite = form.check()?;
    let now = ctx.now();
    let id = InvitationId::from_uuid(ctx.services.random.id());
    // Held before the chain: that the address is no practitioner's stays so until the grant is there (decision 5).
    users::held(work.as_mut(), &invite.email).await?;

    // The entry comes before the change, here as everywhere: it locks the group's chain, so that of two who invite at
    // once the second sees the first, and nobody who holds a row of the group waits for the chain.
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationMade, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    let enter = actor.may(EnterGroup, &())?;
    let settings = work.lookup_patient_access(&enter).await?;
    let view = Access::<ViewPatient>::from(&access);
    let record = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?;
    settings.invites_to(record.patient.details.status)?;
    if work.list_contacts(&view).await?.iter().any(|contact| contact.details.email.as_ref() == Some(&invite.email)) {
        return Err(Error::field("email", Problem::ContactEmail));
    }
    let Some((account, grant)) = account_and_grant(ctx, work.as_mut(), &access, &invite).await? else {
        return Ok(None);
    };
    revoke_earlier(ctx, work.as_mut(), &access).await?;

    let name = &record.patient.details.name;
    let values = templates::values(work.as_mut(), &enter, name.called(), &name.shown()).await?;
    let message = template::message(&invite.message, &values).map_err(|problem| Error::field("message", problem))?;
    let invitation = Invitation {
        id,
        group: access.group(),
        patient,
        grant: grant.id,
        account,
        kind: Kind::Own,
        email: invite.email,
        inviter: access.user(),
        message,
        invited_at: now,
        expires_at: now + settings.link_life,
        remind_at: remind_at(now, settings.link_life),
        links: 1,
        events: Events::default(),
    };
    let (token, hash) = tokens::make(&*ctx.services.random);
    work.add_invitation(&access, &invitation, &hash).await?;
    work.add_mail(&mail_with(ctx, &invitation, &token)).await?;
    work.save().await?;
    Ok(Some(id))
}

/// The account of the address and its grant for the patient, each made when there is none. None when somebody else made
/// one of them in the same moment.
async fn account_and_grant(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<InvitePatient>,
    invite: &Invite,
) -> Result<Option<(AccountId, Grant)>> {
    let now = ctx.now();
    let account = match work.find_account(&invite.email).await? {
        Some(account) => {
            // Of whatever group and whether active or not: the answer is the same and tells nothing more (PR-06).
            if work.is_practitioner(account.id).await? {
                return Err(Error::field("email", Problem::PractitionerEmail));
            }
            account.id
        }
        None => {
            let id = AccountId::from_uuid(ctx.services.random.id());
            let account = Account { id, email: invite.email.clone(), password_hash: None };
            match work.add_account(&account, now).await {
                Ok(()) => id,
                Err(StoreError::Clash(Clash::AccountEmail)) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    };
    if let Some(grant) = work.find_grant(access, account).await? {
        return match grant.state {
            GrantState::Invited => Ok(Some((account, grant))),
            GrantState::Activated { .. } | GrantState::Suspended { .. } => {
                Err(Error::field("email", Problem::AlreadyInPortal))
            }
        };
    }
    let grant = Grant {
        id: ctx.services.random.id().into(),
        group: access.group(),
        patient: access.patient(),
        account,
        kind: Kind::Own,
        state: GrantState::Invited,
    };
    match work.add_grant(access, &grant, now).await {
        Ok(()) => Ok(Some((account, grant))),
        Err(StoreError::Clash(Clash::GrantOfAccount)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A new invitation takes the place of those that are out: their links stop working, their waiting mails do not leave.
async fn revoke_earlier(ctx: &Ctx, work: &mut dyn Work, access: &Access<InvitePatient>) -> Result<()> {
    for earlier in work.list_open_invitations(&Access::<ViewPatientAccess>::from(access)).await? {
        if earlier.kind != Kind::Own {
            continue;
        }
        let id = earlier.id;
        // False when it was accepted in this moment: then it stays accepted.
        if let Ok(revoked) = earlier.revoke(ctx.now())
            && work.save_invitation(access, &revoked, None).await?
        {
            let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationRevoked, access.patient());
            work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
        }
    }
    Ok(())
}

/// The patient's invitations, latest first (B-06).
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<InvitationRow>> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(ViewPatientAccess, &facts)?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    let settings = work.lookup_patient_access(&actor.may(EnterGroup, &())?).await?;
    let may_act = actor.may(InvitePatient, &facts).is_ok();
    let may_send = may_act && settings.invites_to(record.patient.details.status).is_ok();
    let now = ctx.now();
    let page = work.list_invitations(&access, page).await?.map(|(one, inviter)| {
        let state = one.state(now);
        InvitationRow {
            id: one.id,
            email: if access.names_hidden() { String::new() } else { one.email.as_str().to_owned() },
            kind: one.kind,
            inviter: inviter.shown(),
            invited_at: one.invited_at,
            expires_at: one.expires_at,
            links: one.links,
            failure: matches!(state, State::Failed(_)).then_some(one.events.failure).flatten(),
            state,
            may_resend: may_send && state.may_resend(),
            may_revoke: may_act && state.may_revoke(),
        }
    });
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::InvitationsViewed, patient)).await?;
    work.save().await?;
    Ok(page)
}

/// Sends a new link; the one before stops working.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn resend(ctx: &Ctx, patient: PatientId, id: InvitationId) -> Result<()> {
    let actor = ctx.actor()?;
    // Every group: what the account is linked to elsewhere counts (decision 5).
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationResent, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    let see = Access::<ViewPatientAccess>::from(&access);
    let invitation = work.lookup_invitation(&see, id).await?.ok_or(Error::NotFound)?;
    let enter = actor.may(EnterGroup, &())?;
    let settings = work.lookup_patient_access(&enter).await?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    settings.invites_to(record.patient.details.status)?;
    if work.is_practitioner(invitation.account).await? {
        return Err(Conflict::PractitionerNow.into());
    }
    let renewed = invitation.renew(ctx.now(), settings.link_life)?;
    let (token, hash) = tokens::make(&*ctx.services.random);
    if !work.save_invitation(&access, &renewed, Some(&hash)).await? {
        return Err(ended_meanwhile(ctx, work.as_mut(), &see, id).await?);
    }
    work.add_mail(&mail_with(ctx, &renewed, &token)).await?;
    work.save().await?;
    Ok(())
}

/// Takes an invitation back; its link stops working at once and a waiting mail does not leave.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn revoke(ctx: &Ctx, patient: PatientId, id: InvitationId) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let see = Access::<ViewPatientAccess>::from(&access);
    let invitation = work.lookup_invitation(&see, id).await?.ok_or(Error::NotFound)?;
    let revoked = invitation.revoke(ctx.now())?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationRevoked, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    if !work.save_invitation(&access, &revoked, None).await? {
        return Err(ended_meanwhile(ctx, work.as_mut(), &see, id).await?);
    }
    work.save().await?;
    Ok(())
}

/// Why it could not be saved: somebody was faster.
async fn ended_meanwhile(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ViewPatientAccess>,
    id: InvitationId,
) -> Result<Error> {
    let invitation = work.lookup_invitation(access, id).await?.ok_or(Error::NotFound)?;
    Ok(match invitation.state(ctx.now()) {
        State::Activated(_) => Conflict::AlreadyAccepted,
        State::Revoked(_) => Conflict::Revoked,
        State::Queued | State::Sent(_) | State::Failed(_) | State::Opened(_) | State::Expired(_) => {
            Conflict::ChangedMeanwhile
        }
    }
    .into())
}
