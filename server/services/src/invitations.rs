//! Invitations to the portal: invite, resend, revoke, accept.

use domain::{
    access::{Access, EnterGroup, GrantFacts, InvitePatient, ViewPatient, ViewPatientAccess},
    account::{Account, Door},
    audit::{Action, Entry},
    error::{Conflict, Problem},
    grant::{Grant, Kind, State as GrantState},
    ids::{AccountId, InvitationId, MailId, PatientId},
    invitation::{Events, Invitation, InvitationRow, Invite, InviteForm, InviteStart, LinkPage, State},
    mail,
    notification::{News, Notification},
    page::{Page, PageRequest},
    patient::Status,
    practice::{Group, PatientAccess},
    template::{self, TemplateChoice},
};

use crate::{
    accounts::{self, WayIn},
    audit,
    context::Ctx,
    error::{Error, Result},
    passwords, patients,
    ports::{Clash, QueuedMail, StoreError, Work},
    templates, throttle, tokens,
};

/// What the dialog starts with.
///
/// # Errors
/// [`crate::Error::NotFound`], or a [`domain::error::Conflict`] that says why nobody can be invited.
pub async fn start(ctx: &Ctx, patient: PatientId) -> Result<InviteStart> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let settings = invitations_on(work.as_mut(), &access).await?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    check_status(record.patient.details.status)?;
    let open = work.open_invitations(&Access::<ViewPatientAccess>::from(&access)).await?;
    let now = ctx.now();
    let pending = open.iter().any(|one| one.kind == Kind::Own && one.check_live(now).is_ok());

    let details = &record.patient.details;
    let values = templates::values(work.as_mut(), &access, details.name.called(), &details.name.shown()).await?;
    let enter = actor.may(EnterGroup, &())?;
    let choices = work.templates(&enter).await?.into_iter().filter_map(|template| {
        let body = template::merge(&template.body, &values).ok()?;
        Some(TemplateChoice { id: template.id, name: template.name, body })
    });
    let start = InviteStart {
        patient: details.name.shown(),
        email: details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        link_hours: settings.link_life.as_millis() / 3_600_000,
        pending,
        templates: choices.collect(),
    };
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, patient)).await?;
    work.save().await?;
    Ok(start)
}

async fn invitations_on(work: &mut dyn Work, access: &Access<InvitePatient>) -> Result<PatientAccess> {
    let settings = work.unscoped_patient_access(access.group()).await?;
    if settings.invitations { Ok(settings) } else { Err(Conflict::InvitationsOff.into()) }
}

const fn check_status(status: Status) -> std::result::Result<(), Conflict> {
    match status {
        Status::Active | Status::Inactive => Ok(()),
        Status::Blocked => Err(Conflict::PatientBlocked),
        Status::Deceased => Err(Conflict::PatientDeceased),
    }
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
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let invite = form.check()?;
    let now = ctx.now();
    let id = InvitationId::from_uuid(ctx.services.random.id());

    // The entry comes before the change, here as everywhere: it locks the group's chain, so that of two who invite at
    // once the second sees the first, and nobody who holds a row waits for the chain.
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationMade, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    let settings = invitations_on(work.as_mut(), &access).await?;
    let view = Access::<ViewPatient>::from(&access);
    let record = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?;
    check_status(record.patient.details.status)?;
    if work.contacts(&view).await?.iter().any(|contact| contact.details.email.as_ref() == Some(&invite.email)) {
        return Err(Error::field("email", Problem::ContactEmail));
    }
    let Some((account, grant)) = account_and_grant(ctx, work.as_mut(), &access, &invite).await? else {
        return Ok(None);
    };
    revoke_earlier(ctx, work.as_mut(), &access).await?;

    let name = &record.patient.details.name;
    let values = templates::values(work.as_mut(), &access, name.called(), &name.shown()).await?;
    let body = chosen_text(ctx, work.as_mut(), form, invite.message).await?;
    let message = template::merge(&body, &values).map_err(|problem| Error::field("message", problem))?;
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
        links: 1,
        events: Events::default(),
    };
    let (token, hash) = tokens::make(&*ctx.services.random);
    work.add_invitation(&access, &invitation, &hash).await?;
    work.add_mail(&mail_with(ctx, &invitation, &token)).await?;
    work.save().await?;
    Ok(Some(id))
}

/// The message; when none was typed but a template chosen, the template's text.
async fn chosen_text(ctx: &Ctx, work: &mut dyn Work, form: &InviteForm, message: String) -> Result<String> {
    let Some(id) = form.template.filter(|_| message.is_empty()) else { return Ok(message) };
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let template = work.lookup_template(&enter, id).await?;
    template.map(|template| template.body).ok_or_else(|| Error::field("template", Problem::NotAChoice))
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
    for earlier in work.open_invitations(&Access::<ViewPatientAccess>::from(access)).await? {
        if earlier.kind != Kind::Own {
            continue;
        }
        if let Ok(revoked) = earlier.revoke(ctx.now()) {
            // False when it was accepted in this moment: then it stays accepted.
            work.save_invitation(access, &revoked, None).await?;
        }
    }
    Ok(())
}

fn mail_with(ctx: &Ctx, invitation: &Invitation, token: &str) -> QueuedMail {
    let id = MailId::from_uuid(ctx.services.random.id());
    QueuedMail {
        id,
        kind: mail::Kind::Invitation,
        group: Some(invitation.group),
        invitation: Some(invitation.id),
        link: invitation.links,
        account: invitation.account,
        to: invitation.email.clone(),
        sealed: Some(ctx.services.safe.seal(token.as_bytes(), &id.to_string())),
        made_at: ctx.now(),
        tries: 0,
    }
}

/// The patient's invitations, latest first (B-06).
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<InvitationRow>> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(ViewPatientAccess, &facts)?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    let settings = work.unscoped_patient_access(access.group()).await?;
    let may_act = actor.may(InvitePatient, &facts).is_ok();
    let may_send = may_act && settings.invitations && check_status(record.patient.details.status).is_ok();
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
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(work.as_mut(), actor, patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationResent, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    let see = Access::<ViewPatientAccess>::from(&access);
    let invitation = work.lookup_invitation(&see, id).await?.ok_or(Error::NotFound)?;
    let settings = invitations_on(work.as_mut(), &access).await?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    check_status(record.patient.details.status)?;
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
    let mut work = ctx.services.store.begin().await?;
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

/// An invitation, found by one of its links, with all that decides about it.
struct InvitationByLink {
    invitation: Invitation,
    facts: GrantFacts,
    account: Account,
    group: Group,
    /// Is it the invitation's last link?
    last_link: bool,
    /// Is the address a practitioner's now (decision 5)?
    practitioner: bool,
}

impl InvitationByLink {
    async fn find(work: &mut dyn Work, token: &str) -> Result<Option<Self>> {
        let Some(hash) = tokens::hash(token) else { return Ok(None) };
        let Some(found) = work.unscoped_find_invitation(&hash).await? else { return Ok(None) };
        let invitation = found.invitation;
        let missing = || Error::fault("an invitation without its grant, account or group");
        let facts = work.unscoped_grant(invitation.grant).await?.ok_or_else(missing)?;
        let account = work.lookup_account(invitation.account).await?.ok_or_else(missing)?;
        let group = work.unscoped_group(invitation.group).await?.ok_or_else(missing)?;
        let practitioner = work.is_practitioner(account.id).await?;
        let last_link = found.link == invitation.links;
        Ok(Some(Self { invitation, facts, account, group, last_link, practitioner }))
    }

    /// Is the link at the door good at this moment?
    fn check(&self, ctx: &Ctx) -> std::result::Result<(), Conflict> {
        let live = self.invitation.check_live(ctx.now());
        match live {
            Err(conflict @ (Conflict::AlreadyAccepted | Conflict::Revoked)) => return Err(conflict),
            _ if closed(&self.facts) => return Err(Conflict::Revoked),
            Err(conflict) => return Err(conflict),
            Ok(()) => {}
        }
        if !self.last_link {
            return Err(Conflict::Expired);
        }
        if self.practitioner { Err(Conflict::PractitionerNow) } else { Ok(()) }
    }
}

/// Is the record shut, whatever the link says?
pub(crate) const fn closed(facts: &GrantFacts) -> bool {
    matches!(facts.status, Status::Blocked | Status::Deceased)
        || matches!(facts.grant.state, GrantState::Suspended { .. })
}

/// What the page behind a link shows. Changes nothing: mail scanners open links too.
///
/// # Errors
/// [`crate::Error::TooMany`] after too many unknown links from one address (AN-06).
pub async fn link_page(ctx: &Ctx, token: &str) -> Result<LinkPage> {
    let behind = InvitationByLink::find(ctx.services.store.read().await?.as_mut(), token).await?;
    let Some(behind) = behind else {
        throttle::count_guess(ctx).await?;
        return Ok(LinkPage::Unknown);
    };
    let check = behind.check(ctx);
    let Group { name: practice, phone, .. } = behind.group;
    Ok(match check {
        Err(Conflict::AlreadyAccepted) => LinkPage::Used { practice, phone },
        Err(Conflict::Expired) => LinkPage::Expired { practice, phone },
        Err(Conflict::PractitionerNow) => LinkPage::PractitionerNow { practice, phone },
        Err(_) => LinkPage::Revoked { practice, phone },
        Ok(()) if behind.account.password_hash.is_none() => {
            LinkPage::SetPassword { practice, expires_at: behind.invitation.expires_at }
        }
        Ok(()) => match ctx.maybe_actor() {
            Some(actor) if actor.account() == behind.account.id => LinkPage::Confirm { practice },
            other => LinkPage::SignIn { practice, other_signed_in: other.is_some() },
        },
    })
}

/// A person saw the page: it was opened.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn opened(ctx: &Ctx, token: &str) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let Some(behind) = InvitationByLink::find(work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    if behind.check(ctx).is_err() || behind.invitation.events.opened_at.is_some() {
        return Ok(());
    }
    let opened = behind.invitation.open(ctx.now())?;
    work.unscoped_save_invitation(&opened, None).await?;
    work.save().await?;
    Ok(())
}

/// Accepts by setting a first password, and signs in at the portal.
///
/// # Errors
/// [`crate::Error::NotFound`] for an unknown link, [`domain::error::Conflict`] for a dead one or for an account that has a
/// password ([`domain::error::Conflict::SignInFirst`]), [`crate::Error::Invalid`] for the password.
pub async fn accept(ctx: &Ctx, token: &str, password: &str) -> Result<Door> {
    let mut work = ctx.services.store.read().await?;
    let Some(behind) = InvitationByLink::find(work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    check_first(ctx, &behind)?;
    let words = passwords::own_words(work.as_mut(), &behind.account).await?;
    drop(work);
    ctx.services.hasher.check(password, words).await?;
    let hash = ctx.services.hasher.hash(password).await?;

    let now = ctx.now();
    let mut work = ctx.services.store.begin().await?;
    let behind = InvitationByLink::find(work.as_mut(), token).await?.ok_or(Error::NotFound)?;
    check_first(ctx, &behind)?;
    let account = behind.account;
    let accepted = behind.invitation.activate(now)?;
    if !finish(ctx, work.as_mut(), accepted, behind.facts.grant).await? {
        return Err(lost(ctx, work.as_mut(), token).await?.into());
    }
    work.set_password(account.id, &hash, now).await?;
    work.audit(&audit::outside(ctx, account.id, Action::PasswordSet, account.id)).await?;
    let change = accounts::enter(ctx, work.as_mut(), &account, &WayIn::Portal, Action::SignedIn).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(Door::Portal)
}

/// Good, and the account has no password yet? Whoever has one proves it by signing in (AN-24).
fn check_first(ctx: &Ctx, behind: &InvitationByLink) -> std::result::Result<(), Conflict> {
    behind.check(ctx)?;
    if behind.account.password_hash.is_some() { Err(Conflict::SignInFirst) } else { Ok(()) }
}

/// Accepts with the account that is signed in, which must be the one invited (PX-10).
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn confirm(ctx: &Ctx, token: &str) -> Result<Door> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.begin().await?;
    let Some(behind) = InvitationByLink::find(work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    behind.check(ctx)?;
    if actor.account() != behind.account.id {
        return Err(Conflict::OtherAccount.into());
    }
    let accepted = behind.invitation.activate(ctx.now())?;
    if !finish(ctx, work.as_mut(), accepted, behind.facts.grant).await? {
        return Err(lost(ctx, work.as_mut(), token).await?.into());
    }
    let change = match actor.door() {
        Door::Portal => None,
        Door::Console => Some(accounts::cross(ctx, work.as_mut(), &behind.account, &WayIn::Portal).await?),
    };
    work.save().await?;
    if let Some(change) = change {
        ctx.change_session(change);
    }
    Ok(Door::Portal)
}

/// What somebody else made of the invitation in the moment of accepting.
async fn lost(ctx: &Ctx, work: &mut dyn Work, token: &str) -> Result<Conflict> {
    let behind = InvitationByLink::find(work, token).await?;
    Ok(behind.and_then(|behind| behind.check(ctx).err()).unwrap_or(Conflict::AlreadyAccepted))
}

/// Saves an accepted invitation: its grant opens, the inviting user is told (S1-12), the trail says so. False when it was
/// accepted or revoked meanwhile (RC-04): then the unit of work is to be dropped.
async fn finish(ctx: &Ctx, work: &mut dyn Work, accepted: Invitation, grant: Grant) -> Result<bool> {
    let now = ctx.now();
    let entry = audit::outside(ctx, accepted.account, Action::InvitationAccepted, accepted.patient);
    work.audit(&Entry { group: Some(accepted.group), detail: accepted.id.to_string(), ..entry }).await?;
    if !work.unscoped_save_invitation(&accepted, None).await? {
        return Ok(false);
    }
    if !work.unscoped_save_grant(&grant.activate(now), now).await? {
        return Err(Error::fault("the grant of an accepted invitation was not saved"));
    }
    let news = News::InvitationAccepted { patient: accepted.patient, invitation: accepted.id };
    let notification = Notification { id: ctx.services.random.id().into(), news, at: now, read_at: None };
    work.unscoped_notify(accepted.group, accepted.inviter, &notification).await?;
    Ok(true)
}

/// An invitation that a link which sets a first password accepts as well.
pub(crate) struct Open {
    pub(crate) invitation: Invitation,
    grant: Grant,
}

/// The invitations that such a link accepts: those out to this address whose record is open.
///
/// # Errors
/// Storage's.
pub(crate) async fn open_for_password_link(work: &mut dyn Work, account: &Account) -> Result<Vec<Open>> {
    if work.is_practitioner(account.id).await? {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for invitation in work.unscoped_open_invitations_of(account.id).await? {
        if invitation.email != account.email {
            continue;
        }
        if let Some(facts) = work.unscoped_grant(invitation.grant).await?
            && !closed(&facts)
        {
            all.push(Open { invitation, grant: facts.grant });
        }
    }
    // Chains of several groups are always locked in one order.
    all.sort_by_key(|open| open.invitation.group);
    Ok(all)
}

/// Accepts one of them (S3-21). False when it was accepted or revoked in this very moment: then the unit of work is to be
/// dropped.
///
/// # Errors
/// Storage's.
pub(crate) async fn accept_by_password_link(ctx: &Ctx, work: &mut dyn Work, open: Open) -> Result<bool> {
    let accepted = open.invitation.activate_by_password_link(ctx.now())?;
    finish(ctx, work, accepted, open.grant).await
}

/// Mails a fresh link for an expired invitation, to the invited address only (decision 2). Answers the same whatever
/// became of the invitation.
///
/// # Errors
/// [`crate::Error::TooMany`].
pub async fn renew(ctx: &Ctx, token: &str) -> Result<()> {
    throttle::count(ctx, "renew", None).await?;
    let mut work = ctx.services.store.begin().await?;
    let Some(behind) = InvitationByLink::find(work.as_mut(), token).await? else { return Ok(()) };
    if behind.practitioner {
        return Err(Conflict::PractitionerNow.into());
    }
    let now = ctx.now();
    // An older link counts as expired too; but when a newer mail waits to leave already, it is the fresh one.
    let wanted = match behind.invitation.state(now) {
        State::Expired(_) => true,
        State::Sent(_) | State::Failed(_) | State::Opened(_) => !behind.last_link,
        State::Queued | State::Activated(_) | State::Revoked(_) => false,
    };
    let settings = work.unscoped_patient_access(behind.group.id).await?;
    if !wanted || closed(&behind.facts) || !settings.invitations {
        return Ok(());
    }
    let renewed = behind.invitation.renew(now, settings.link_life)?;
    let entry = audit::outside(ctx, renewed.account, Action::InvitationResent, renewed.patient);
    work.audit(&Entry { group: Some(renewed.group), detail: renewed.id.to_string(), ..entry }).await?;
    let (token, hash) = tokens::make(&*ctx.services.random);
    if !work.unscoped_save_invitation(&renewed, Some(&hash)).await? {
        return Ok(());
    }
    work.add_mail(&mail_with(ctx, &renewed, &token)).await?;
    work.save().await?;
    Ok(())
}
