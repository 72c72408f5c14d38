//! The worker that empties the outbox, and what does not get through.

use std::{sync::Arc, time::Duration};

use domain::{
    access::{Access, EnterGroup, ManageMail},
    account::{Account, Door},
    audit::Action,
    error::Conflict,
    grant::{self, Reach},
    ids::{GroupId, InvitationId, MailId},
    invitation::State,
    limits::{self, MAIL_LEASE, PASSWORD_LINK_LIFE, TIPS, UPDATES_PAUSE},
    mail::{self, Failure, Kind, StuckMail, StuckMails},
    notification::{News, Notification},
    page::PageRequest,
    time::{Span, Time},
    user::{Role, User, UserState},
};
use tokio::sync::Mutex;

use crate::{
    audit,
    context::{Ctx, Origin, Services},
    days,
    error::{Error, Result},
    in_portal, invitations, notifications, passwords, portal_users,
    ports::{AccessChange, Hint, Letter, MailContent, QueuedMail, Work, Written},
};

/// Mails on their way at the same time: one that hangs holds up one lane, not the others.
const LANES: usize = 4;
/// How long a mail has the way for itself. Quick ones go one after the other, each noted as sent before the next leaves,
/// so that a killed server repeats one mail and not one of every lane.
const WAY: Duration = Duration::from_secs(2);
/// How long the mail server may take for one letter; well within [`MAIL_LEASE`].
const SMTP_PATIENCE: Duration = Duration::from_secs(30);
/// A decision so long before the last one belongs to the same mail.
const DECIDED_LATELY: Span = Span::hours(1);
/// A mail without an end of its own is given up after this.
const GIVE_UP: Span = Span::hours(24);

/// Sends what is due, and tells when to look again at the latest. What a mail says is written now, from what is true now:
/// a revoked or accepted invitation sends nothing (rule 11). Run by any number of servers. Once `stopping` says so, no
/// further mail is taken; those on their way are seen to their end.
///
/// # Errors
/// Storage's.
pub async fn deliver_due(services: &Arc<Services>, stopping: &(dyn Fn() -> bool + Sync)) -> Result<Option<Time>> {
    // What is due to be said of invitations goes into the outbox first. Should that fail, mail leaves all the same.
    if let Err(error) = invitations::remind_due(services, stopping).await {
        tracing::warn!(%error, "reminders of invitations cannot be queued; trying again soon");
    }
    let way = Mutex::new(());
    let lanes = (0..LANES).map(|_| lane(services, &way, stopping));
    // Every lane runs to its end, also when another meets an error.
    for outcome in futures::future::join_all(lanes).await {
        outcome?;
    }
    Ok(services.store.look().await?.unscoped_next_mail().await?)
}

async fn lane(services: &Arc<Services>, way: &Mutex<()>, stopping: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    while !stopping()
        && let Some(mail) = claim(services).await?
    {
        deliver(services, &mail, way).await?;
    }
    Ok(())
}

async fn claim(services: &Services) -> Result<Option<QueuedMail>> {
    // Looked at before the write lock is asked for: most of the time there is nothing.
    let now = services.clock.now();
    if services.store.look().await?.unscoped_next_mail().await?.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let _turn = services.courtesy.turn().await;
    let mut work = services.store.begin().await?;
    let mail = work.unscoped_claim_mail(now, MAIL_LEASE, 1).await?.pop();
    work.save().await?;
    Ok(mail)
}

/// What shall become of a mail.
enum Fate {
    /// It is sent.
    Send(MailContent),
    /// It shall not leave any more. `failed`: the person gets nothing though something is open; the list shows why.
    Drop { failed: Option<Failure> },
    /// It cannot be written.
    Park(Failure),
}

async fn deliver(services: &Arc<Services>, mail: &QueuedMail, way: &Mutex<()>) -> Result<()> {
    let way = way.lock().await;
    let turn = services.courtesy.turn().await;
    let fate = {
        let mut work = services.store.read().await?;
        match mail.kind {
            Kind::Invitation => invitation(services, work.as_mut(), mail).await?,
            Kind::Reminder => reminder(services, work.as_mut(), mail).await?,
            Kind::FormsAsked => forms_asked(services, work.as_mut(), mail).await?,
            Kind::UpdatesDecided => updates_decided(services, work.as_mut(), mail).await?,
            Kind::RecordShared | Kind::RecordOpens => record_shared(services, work.as_mut(), mail).await?,
            Kind::MessagesWait => messages_wait(services, work.as_mut(), mail).await?,
            Kind::AgeNotice => age_notice(services, work.as_mut(), mail).await?,
            Kind::PasswordLink => password_link(services, work.as_mut(), mail).await?,
            Kind::PasswordChanged => {
                lasting(services, mail, |link| MailContent::PasswordChanged { link }, "forgot-password")
            }
            Kind::AccountExists => lasting(services, mail, |link| MailContent::AccountExists { link }, "sign-in"),
            Kind::NewDevice => lasting(services, mail, |link| MailContent::NewDevice { link }, "forgot-password"),
            Kind::Welcome | Kind::JoinGroup | Kind::FirstTip | Kind::SecondTip => {
                membership(services, work.as_mut(), mail).await?
            }
        }
    };
    // What goes to patients goes in the group's name, and out of the group's credit (S4-09).
    let messages = match mail.group.filter(|_| mail.kind.is_for_portal_users()) {
        Some(group) => Some(services.store.look().await?.unscoped_lookup_messages(group, services.clock.now()).await?),
        None => None,
    };
    let used_up =
        messages.as_ref().is_some_and(|messages| messages.monthly_credit.is_some_and(|most| messages.used >= most));
    let fate = match fate {
        // The invitation itself has left: nobody need do anything about this one.
        Fate::Send(_) if used_up && mail.kind == Kind::Reminder => Fate::Drop { failed: None },
        Fate::Send(_) if used_up => Fate::Park(Failure::CreditUsed),
        fate => fate,
    };
    let content = match fate {
        Fate::Send(content) => content,
        Fate::Drop { failed } => return forget(services, mail, failed).await,
        Fate::Park(failure) => return park(services, mail, failure).await,
    };
    let Written { from_name, subject, text, html } = services.mail_writer.write(&content);
    let reply_to = messages.as_ref().and_then(|messages| messages.reply_to.clone());
    let from_name = messages.map(|messages| messages.sender).filter(|sender| !sender.is_empty()).unwrap_or(from_name);
    let letter = Letter { id: mail.id, to: mail.to.clone(), from_name, reply_to, subject, text, html };
    // A mail server takes what it takes, and nobody else's work waits for it.
    drop(turn);
    let mut sending = services.mailer.send(&letter);
    // Held until the outcome is noted; a slow mail server's other mails need not wait for it.
    let (sent, _way) = match tokio::time::timeout(WAY, &mut sending).await {
        Ok(sent) => (sent, Some(way)),
        Err(_) => {
            drop(way);
            (tokio::time::timeout(SMTP_PATIENCE - WAY, sending).await.unwrap_or(Err(Failure::Unreachable)), None)
        }
    };
    let _turn = services.courtesy.turn().await;
    match sent {
        Ok(()) => sent_now(services, mail).await,
        Err(failure) if failure.passes() => defer(services, mail, failure).await,
        Err(failure) => park(services, mail, failure).await,
    }
}

/// Is the invitation still open, and is this its last link?
async fn invitation(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let now = services.clock.now();
    let Some(id) = mail.invitation else { return Ok(GONE) };
    let Some(invitation) = work.unscoped_lookup_invitation(id).await? else { return Ok(GONE) };
    if invitation.links != mail.link {
        return Ok(GONE);
    }
    match invitation.check_live(now) {
        Ok(()) => {}
        Err(Conflict::Expired) => return Ok(Fate::Drop { failed: Some(Failure::GaveUp) }),
        Err(_) => return Ok(GONE),
    }
    let record = work.unscoped_lookup_grant(invitation.grant).await?;
    let closed = record.is_none_or(|record| record.at(now).closed());
    if closed || work.is_practitioner(invitation.account).await? {
        return Ok(Fate::Drop { failed: Some(Failure::HeldBack) });
    }
    let missing = || Error::fault("an invitation without its group or account");
    let group = work.unscoped_lookup_group(invitation.group).await?.ok_or_else(missing)?;
    let account = work.lookup_account(invitation.account).await?.ok_or_else(missing)?;
    // Whom the family invites, no user of the practice does; and of the family nobody is named (decision 14).
    let inviter = match invitation.given_by {
        None => work.unscoped_lookup_user(invitation.group, invitation.inviter).await?,
        Some(_) => None,
    };
    let Some(token) = opened(services, mail) else { return Ok(Fate::Park(Failure::KeyMissing)) };
    Ok(Fate::Send(MailContent::Invitation {
        practice: group.name,
        phone: group.phone,
        inviter: inviter.map(|user| user.name.shown()).unwrap_or_default(),
        message: invitation.message.clone(),
        link: format!("{}/invitation/{token}", services.base_url),
        hours: rounded(invitation.expires_at.since(now), Span::hours(1)),
        has_password: account.password_hash.is_some(),
    }))
}

/// Is a reminder still wanted, of a link that is still the last one and that nobody has seen?
async fn reminder(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(id) = mail.invitation else { return Ok(GONE) };
    let Some(invitation) = work.unscoped_lookup_invitation(id).await? else { return Ok(GONE) };
    let unseen = matches!(invitation.state(services.clock.now()), State::Sent(_));
    let settings = work.unscoped_lookup_patient_access(invitation.group).await?;
    if !unseen || !settings.reminders || !settings.invitations {
        return Ok(GONE);
    }
    // The rest is as for the invitation itself; what holds that back is no news here.
    Ok(match self::invitation(services, work, mail).await? {
        Fate::Send(MailContent::Invitation { practice, phone, inviter, link, hours, has_password, .. }) => {
            Fate::Send(MailContent::Reminder { practice, phone, inviter, link, hours, has_password })
        }
        Fate::Park(failure) => Fate::Park(failure),
        Fate::Send(_) | Fate::Drop { .. } => GONE,
    })
}

/// Is anything still waiting for this person that they may fill in?
async fn forms_asked(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(group) = mail.group else { return Ok(GONE) };
    let mut waits = false;
    for record in work.list_grants(mail.account).await?.into_iter().filter(|record| record.grant.group == group) {
        let facts = record.at(services.clock.now());
        let fills_in = facts.open() == Some(Reach { role: grant::Role::Edit, level: grant::Level::Clinical });
        waits = waits || fills_in && work.unscoped_forms_wait(group, facts.grant.id).await?;
    }
    if !waits {
        return Ok(GONE);
    }
    if late(services, mail, mail.made_at) {
        return Ok(Fate::Park(Failure::GaveUp));
    }
    let group = work.unscoped_lookup_group(group).await?.ok_or_else(|| Error::fault("a form without its group"))?;
    let link = format!("{}{}", services.base_url, Door::Portal.sign_in());
    Ok(Fate::Send(MailContent::FormsAsked { practice: group.name, phone: group.phone, link }))
}

/// Is anything shared by now that this person may see and has not read?
async fn record_shared(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(group) = mail.group else { return Ok(GONE) };
    let now = services.clock.now();
    let hidden = work.unscoped_lookup_patient_access(group).await?.hidden_documents;
    // A practice's day may be another one, by a day at most.
    let today = days::day_in(now, None).ok_or_else(|| Error::fault("the clock shows no day of the calendar"))?;
    let mut waits = false;
    for record in work.list_grants(mail.account).await?.into_iter().filter(|record| record.grant.group == group) {
        let facts = record.at(now);
        let sees = facts.open().is_some_and(|reach| reach.level == grant::Level::Clinical);
        let patient = facts.grant.patient;
        waits = waits || sees && work.unscoped_notes_wait(group, patient, mail.account, now).await?;
        waits = waits || sees && work.unscoped_files_wait(group, patient, mail.account).await?;
        waits = waits || sees && work.unscoped_documents_wait(group, patient, mail.account, hidden).await?;
        waits = waits || sees && work.unscoped_activities_wait(group, patient, mail.account, today).await?;
    }
    if !waits {
        return Ok(GONE);
    }
    if late(services, mail, mail.made_at) {
        return Ok(Fate::Park(Failure::GaveUp));
    }
    let group = work.unscoped_lookup_group(group).await?.ok_or_else(|| Error::fault("a note without its group"))?;
    let link = format!("{}{}", services.base_url, Door::Portal.sign_in());
    Ok(Fate::Send(MailContent::RecordShared { practice: group.name, phone: group.phone, link }))
}

/// Is there a message that this person may read and has not read?
async fn messages_wait(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(group) = mail.group else { return Ok(GONE) };
    let until = services.clock.now() - limits::CHAT_REMINDER;
    let mut waits = false;
    for record in work.list_grants(mail.account).await?.into_iter().filter(|record| record.grant.group == group) {
        let patient = record.grant.patient;
        let sees = in_portal::sees(&record.at(services.clock.now()));
        waits = waits || sees && work.unscoped_messages_wait(group, patient, mail.account, until).await?;
    }
    if !waits {
        return Ok(GONE);
    }
    if late(services, mail, mail.made_at) {
        return Ok(Fate::Park(Failure::GaveUp));
    }
    let group = work.unscoped_lookup_group(group).await?.ok_or_else(|| Error::fault("a message without its group"))?;
    let link = format!("{}{}", services.base_url, Door::Portal.sign_in());
    Ok(Fate::Send(MailContent::MessagesWait { practice: group.name, phone: group.phone, link }))
}

/// Was anything decided, and not taken back, about a record that this person still sees?
async fn updates_decided(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(group) = mail.group else { return Ok(GONE) };
    let mut decided = false;
    for record in work.list_grants(mail.account).await?.into_iter().filter(|record| record.grant.group == group) {
        let patient = record.grant.patient;
        let sees = record.at(services.clock.now()).open().is_some_and(|reach| reach.level == grant::Level::Clinical);
        let since = mail.made_at - DECIDED_LATELY;
        decided = decided || sees && work.unscoped_updates_decided(group, patient, mail.account, since).await?;
    }
    if !decided {
        return Ok(GONE);
    }
    if late(services, mail, mail.due_at) {
        return Ok(Fate::Park(Failure::GaveUp));
    }
    let group = work.unscoped_lookup_group(group).await?.ok_or_else(|| Error::fault("a change without its group"))?;
    let link = format!("{}{}", services.base_url, Door::Portal.sign_in());
    Ok(Fate::Send(MailContent::UpdatesDecided { practice: group.name, phone: group.phone, link }))
}

/// Does an age of a patient still change something soon: what this person sees, or who sees their own record?
async fn age_notice(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(group) = mail.group else { return Ok(GONE) };
    let changes = |record| portal_users::told_of(record, services.clock.now());
    let (mut own, mut others) = (false, false);
    for record in work.list_grants(mail.account).await?.into_iter().filter(|record| record.grant.group == group) {
        let patient = record.grant.patient;
        match changes(record) {
            None => {}
            Some(grant::Kind::Contact | grant::Kind::Other) => others = true,
            Some(grant::Kind::Own) => {
                let acting = work.unscoped_list_acting(group, patient).await?;
                own = own || acting.into_iter().any(|record| changes(record).is_some());
            }
        }
    }
    let change = match (own, others) {
        (false, false) => return Ok(GONE),
        (true, false) => AccessChange::Own,
        (false, true) => AccessChange::Others,
        (true, true) => AccessChange::Both,
    };
    if late(services, mail, mail.made_at) {
        return Ok(Fate::Park(Failure::GaveUp));
    }
    let group = work.unscoped_lookup_group(group).await?.ok_or_else(|| Error::fault("a grant without its group"))?;
    let link = format!("{}{}", services.base_url, Door::Portal.sign_in());
    Ok(Fate::Send(MailContent::AgeNotice { practice: group.name, phone: group.phone, link, change }))
}

/// The invitation whose own mail this is: what becomes of a reminder changes nothing about it.
fn carried(mail: &QueuedMail) -> Option<InvitationId> {
    mail.invitation.filter(|_| mail.kind == Kind::Invitation)
}

/// Does the link still work, for an account that may still use it?
async fn password_link(services: &Arc<Services>, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    // Its token may be swept away already.
    if services.clock.now() >= mail.made_at + PASSWORD_LINK_LIFE {
        return Ok(Fate::Drop { failed: None });
    }
    let Some(token) = opened(services, mail) else { return Ok(Fate::Park(Failure::KeyMissing)) };
    let job = Ctx::new(Arc::clone(services), Origin::default(), None);
    let live: Option<(_, Account)> = passwords::find_live(&job, work, &token).await?;
    let Some((link, _)) = live else { return Ok(Fate::Drop { failed: None }) };
    Ok(Fate::Send(MailContent::PasswordLink {
        link: format!("{}/new-password/{token}", services.base_url),
        minutes: rounded(link.expires_at.since(services.clock.now()), Span::minutes(1)),
    }))
}

/// Was this mail tried for as long as is worth it? Whoever tries it again by hand has it tried once at least.
fn late(services: &Services, mail: &QueuedMail, due: Time) -> bool {
    mail.tries > 1 && services.clock.now() >= due + GIVE_UP
}

/// A mail that stays true, but not for ever worth sending.
fn lasting(services: &Services, mail: &QueuedMail, content: impl Fn(String) -> MailContent, page: &str) -> Fate {
    if late(services, mail, mail.made_at) {
        return Fate::Park(Failure::GaveUp);
    }
    Fate::Send(content(format!("{}/{page}", services.base_url)))
}

/// What a user is told about their membership, as long as it is so: who was deactivated meanwhile, or has answered, gets
/// nothing; tips only who wants them.
async fn membership(services: &Services, work: &mut dyn Work, mail: &QueuedMail) -> Result<Fate> {
    const GONE: Fate = Fate::Drop { failed: None };
    let Some(group) = mail.group else { return Ok(GONE) };
    let Some(user) = work.unscoped_find_user(group, mail.account).await? else { return Ok(GONE) };
    let wanted = match mail.kind {
        Kind::JoinGroup => UserState::Invited,
        _ => UserState::Active,
    };
    if user.state != wanted {
        return Ok(GONE);
    }
    // Tips are for the first days; the others wait in the console for somebody to try them again.
    let due = match mail.kind {
        Kind::FirstTip => mail.made_at + TIPS[0],
        Kind::SecondTip => mail.made_at + TIPS[1],
        _ => mail.made_at,
    };
    let tip = matches!(mail.kind, Kind::FirstTip | Kind::SecondTip);
    if tip && services.clock.now() >= due + GIVE_UP {
        return Ok(GONE);
    }
    if late(services, mail, due) {
        return Ok(Fate::Park(Failure::GaveUp));
    }
    let missing = || Error::fault("a membership without its group");
    let practice = work.unscoped_lookup_group(group).await?.ok_or_else(missing)?.name;
    let link = format!("{}/console/sign-in", services.base_url);
    Ok(Fate::Send(match mail.kind {
        Kind::JoinGroup => MailContent::JoinGroup { practice, link },
        Kind::FirstTip | Kind::SecondTip => {
            if work.tips_stopped(mail.account).await? {
                return Ok(GONE);
            }
            let number = if mail.kind == Kind::FirstTip { 1 } else { 2 };
            let practises = user.level.role() == Role::Practitioner;
            let stop = format!("{}/console/account", services.base_url);
            MailContent::Tip { practice, number, practises, link, stop }
        }
        _ => MailContent::Welcome { practice, name: user.name.shown(), email: mail.to.as_str().to_owned(), link },
    }))
}

fn opened(services: &Services, mail: &QueuedMail) -> Option<String> {
    let secret = services.safe.open(mail.sealed.as_deref()?, &mail.id.to_string())?;
    String::from_utf8(secret).ok()
}

/// Whole units, to the nearest, and never none: "24 hours" is said of a link that was made a second ago.
fn rounded(span: Span, unit: Span) -> i64 {
    ((span.as_millis() + unit.as_millis() / 2) / unit.as_millis()).max(1)
}

async fn sent_now(services: &Services, mail: &QueuedMail) -> Result<()> {
    let now = services.clock.now();
    let mut work = services.store.begin().await?;
    work.unscoped_mail_sent(mail.id, now).await?;
    // What was to be shared from a day on is shared by now: open pages look again.
    if mail.kind == Kind::RecordOpens {
        work.hint(Hint::Bell(mail.account));
    }
    if let Some(invitation) = carried(mail) {
        work.unscoped_mail_outcome(invitation, mail.link, Ok(()), now).await?;
    }
    if let Some(group) = mail.group.filter(|_| mail.kind.is_for_portal_users()) {
        work.unscoped_count_message(group, now).await?;
    }
    work.save().await?;
    Ok(())
}

async fn forget(services: &Services, mail: &QueuedMail, failed: Option<Failure>) -> Result<()> {
    let mut work = services.store.begin().await?;
    // One that was asked for again meanwhile stays, and is taken anew when its lease ends.
    work.unscoped_drop_mail(mail).await?;
    if let (Some(invitation), Some(failure)) = (carried(mail), failed) {
        work.unscoped_mail_outcome(invitation, mail.link, Err(failure), services.clock.now()).await?;
        tell_inviter(services, work.as_mut(), invitation, mail.link).await?;
    }
    work.save().await?;
    if let Some(failure) = failed {
        tracing::warn!(mail = %mail.id, failure = failure.code(), "a mail was not delivered, and shall not be any more");
    }
    Ok(())
}

/// Tried again until what it carries is over: an outage of any length ends with every mail delivered.
async fn defer(services: &Services, mail: &QueuedMail, failure: Failure) -> Result<()> {
    let mut work = services.store.begin().await?;
    let due = services.clock.now() + mail::backoff(mail.tries);
    work.unscoped_defer_mail(mail.id, failure, due).await?;
    work.save().await?;
    Ok(())
}

async fn park(services: &Services, mail: &QueuedMail, failure: Failure) -> Result<()> {
    let now = services.clock.now();
    let mut work = services.store.begin().await?;
    work.unscoped_park_mail(mail.id, failure, now).await?;
    if let Some(id) = carried(mail) {
        work.unscoped_mail_outcome(id, mail.link, Err(failure), now).await?;
        tell_inviter(services, work.as_mut(), id, mail.link).await?;
    }
    work.save().await?;
    tracing::warn!(mail = %mail.id, failure = failure.code(), "a mail cannot be delivered");
    Ok(())
}

async fn tell_inviter(services: &Services, work: &mut dyn Work, id: InvitationId, link: i64) -> Result<()> {
    let Some(invitation) = work.unscoped_lookup_invitation(id).await? else { return Ok(()) };
    // A newer link is on its way, or the invitation was accepted or taken back: nobody needs to do anything about this
    // one. That its life is over changes nothing: the patient never got it.
    let over = matches!(invitation.state(services.clock.now()), State::Activated(_) | State::Revoked(_));
    if invitation.links != link || over {
        return Ok(());
    }
    let news = News::InvitationFailed { patient: invitation.patient, invitation: id };
    let notification = Notification { id: services.random.id().into(), news, at: services.clock.now(), read_at: None };
    work.unscoped_notify(invitation.group, invitation.inviter, &notification).await?;
    Ok(())
}

/// A mail to an account about itself. `token` is of the link it carries, if it carries one.
pub(crate) fn about_account(ctx: &Ctx, account: &Account, kind: Kind, token: Option<&str>) -> QueuedMail {
    let id = MailId::from_uuid(ctx.services.random.id());
    QueuedMail {
        id,
        kind,
        group: None,
        invitation: None,
        link: 0,
        account: account.id,
        to: account.email.clone(),
        sealed: token.map(|token| ctx.services.safe.seal(token.as_bytes(), &id.to_string())),
        made_at: ctx.now(),
        due_at: ctx.now(),
        tries: 0,
    }
}

/// A mail to a portal user about what the practice asks of them.
pub(crate) fn about_forms(ctx: &Ctx, account: &Account, group: GroupId) -> QueuedMail {
    QueuedMail { group: Some(group), ..about_account(ctx, account, Kind::FormsAsked, None) }
}

/// A mail to a portal user that something was shared, or will be from a moment on.
pub(crate) fn about_record(ctx: &Ctx, account: &Account, group: GroupId, from: Option<Time>) -> QueuedMail {
    let kind = if from.is_some() { Kind::RecordOpens } else { Kind::RecordShared };
    let mail = about_account(ctx, account, kind, None);
    // It counts as made when it says something new: from then on it is tried for as long as others.
    let due_at = from.unwrap_or(mail.due_at);
    QueuedMail { group: Some(group), made_at: due_at, due_at, ..mail }
}

/// A mail to a portal user that a message was not read. It waits until they had the time to.
pub(crate) fn about_messages(ctx: &Ctx, account: &Account, group: GroupId, due_at: Time) -> QueuedMail {
    let mail = about_account(ctx, account, Kind::MessagesWait, None);
    QueuedMail { group: Some(group), made_at: due_at, due_at, ..mail }
}

/// A mail to a portal user that changes were decided about. It waits until the last word is likely said, and until a decision
/// cannot be taken back any more.
pub(crate) fn about_updates(ctx: &Ctx, account: &Account, group: GroupId) -> QueuedMail {
    let mail = about_account(ctx, account, Kind::UpdatesDecided, None);
    QueuedMail { group: Some(group), due_at: mail.made_at + UPDATES_PAUSE, ..mail }
}

/// A mail to a portal user about an age at which access changes.
pub(crate) fn about_age(ctx: &Ctx, account: &Account, group: GroupId) -> QueuedMail {
    QueuedMail { group: Some(group), ..about_account(ctx, account, Kind::AgeNotice, None) }
}

/// A mail to a user about their membership, not before `due_at`.
pub(crate) fn about_user(ctx: &Ctx, account: &Account, user: &User, kind: Kind, due_at: Time) -> QueuedMail {
    QueuedMail { group: Some(user.group), due_at, ..about_account(ctx, account, kind, None) }
}

/// Mails that do not get through, latest first: given up, or tried several times in vain. The group's own, and those
/// about accounts of its users and of its patients' portals.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<StuckMails> {
    let access = ctx.actor()?.may(ManageMail, &())?;
    let mut work = ctx.begin().await?;
    let page = work.list_stuck_mails(&access, page).await?;
    let ids = page.rows.iter().filter_map(|row| row.patient).collect();
    let names = notifications::names(ctx, work.as_mut(), &Access::<EnterGroup>::from(&access), ids).await?;
    work.save().await?;
    let page = page.map(|row| {
        let patient = row.patient.and_then(|patient| names.get(&patient).cloned());
        StuckMail {
            id: row.id,
            kind: row.kind,
            invitation: row.invitation,
            about: patient.or_else(|| row.user.map(|user| user.shown())).unwrap_or_default(),
            failure: row.failure,
            tries: row.tries,
            trouble: row.trouble,
        }
    });
    Ok(StuckMails { configured: ctx.services.mailer.configured(), page })
}

/// Tries a parked mail again.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn retry(ctx: &Ctx, id: MailId) -> Result<()> {
    let access = ctx.actor()?.may(ManageMail, &())?;
    let mut work = ctx.begin().await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::MailRetried, id)).await?;
    if !work.retry_mail(&access, id, ctx.now()).await? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_are_told_to_the_nearest_unit() {
        let hour = Span::hours(1);
        assert_eq!(rounded(Span::hours(24), hour), 24);
        assert_eq!(rounded(Span::minutes(24 * 60 - 1), hour), 24);
        assert_eq!(rounded(Span::minutes(23 * 60 + 20), hour), 23);
        assert_eq!(rounded(Span::seconds(1), hour), 1);
    }
}
