//! Passwords: forgotten, set by a link, changed.

use domain::{
    account::{Account, Door, PasswordHash},
    audit::{Action, Entry},
    email::Email,
    error::Problem,
    ids::MailId,
    limits, mail,
    views::PasswordLinkPage,
};

use crate::{
    accounts, audit,
    context::Ctx,
    error::{Error, Result},
    hashing, invitations,
    ports::{PasswordLink, QueuedMail, Work},
    sessions, throttle, tokens,
};

/// Mails a link that sets a password, if the address has an account that may use one: also when none was ever set
/// (decision 3). Answers the same for every address (AN-04); the mail leaves by the outbox.
///
/// # Errors
/// [`crate::Error::TooMany`], or [`crate::Error::Invalid`] when the text is no address.
pub async fn request_link(ctx: &Ctx, email: &str) -> Result<()> {
    let email: Email = email.parse().map_err(|problem| Error::field("email", problem))?;
    throttle::count(ctx, "password_link", Some(email.as_str())).await?;

    let mut work = ctx.services.store.begin().await?;
    let account = match work.find_account(&email).await? {
        Some(account) if may_have_link(work.as_mut(), &account).await? => Some(account),
        _ => None,
    };
    let subject = account.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
    if let Some(account) = account {
        let now = ctx.now();
        let (token, hash) = tokens::make(&*ctx.services.random);
        let link = PasswordLink {
            id: ctx.services.random.id().into(),
            account: account.id,
            made_at: now,
            expires_at: now + limits::PASSWORD_LINK_LIFE,
            used_at: None,
        };
        work.add_password_link(&link, &hash).await?;
        work.add_mail(&mail_about(ctx, &account, mail::Kind::PasswordLink, Some(&token))).await?;
    }
    work.audit(&audit::outside(ctx, "", Action::PasswordLinkRequested, subject)).await?;
    work.save().await?;
    Ok(())
}

/// May this account set a password by a link? It must have a side to go to afterwards: an active membership, an open
/// invitation, or portal grants that it used before.
///
/// # Errors
/// Storage's.
pub(crate) async fn may_have_link(work: &mut dyn Work, account: &Account) -> Result<bool> {
    if !work.memberships(account.id).await?.is_empty() {
        return Ok(true);
    }
    if account.password_hash.is_some() && !work.grants_of(account.id).await?.is_empty() {
        return Ok(true);
    }
    // Deactivated practitioners have no portal to be invited to (decision 5).
    Ok(!work.unscoped_open_invitations_of(account.id).await?.is_empty() && !work.is_practitioner(account.id).await?)
}

fn mail_about(ctx: &Ctx, account: &Account, kind: mail::Kind, token: Option<&str>) -> QueuedMail {
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
        tries: 0,
    }
}

/// What the page behind such a link shows. Changes nothing.
///
/// # Errors
/// [`crate::Error::TooMany`].
pub async fn link_page(ctx: &Ctx, token: &str) -> Result<PasswordLinkPage> {
    let mut work = ctx.services.store.read().await?;
    let Some((_, account)) = find_live(ctx, work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Ok(PasswordLinkPage::Dead);
    };
    let mut accepts = Vec::new();
    if account.password_hash.is_none() {
        for open in invitations::open_for_password_link(work.as_mut(), &account).await? {
            if let Some(group) = work.unscoped_group(open.invitation.group).await?
                && !accepts.contains(&group.name)
            {
                accepts.push(group.name);
            }
        }
    }
    Ok(PasswordLinkPage::Live { accepts })
}

/// The link behind a token and its account, if it works now.
///
/// # Errors
/// Storage's.
pub(crate) async fn find_live(ctx: &Ctx, work: &mut dyn Work, token: &str) -> Result<Option<(PasswordLink, Account)>> {
    let Some(hash) = tokens::hash(token) else { return Ok(None) };
    let Some(link) = work.find_password_link(&hash).await? else { return Ok(None) };
    if link.used_at.is_some() || ctx.now() >= link.expires_at {
        return Ok(None);
    }
    let Some(account) = work.lookup_account(link.account).await? else { return Ok(None) };
    // What was lost since the link was made is not won back by it (PR-18).
    Ok(may_have_link(work, &account).await?.then_some((link, account)))
}

/// Sets the password, uses the link up, ends every other session (SS-02), signs in, and, for an account that never had
/// a password, accepts its open invitations (S3-21). Mails "your password was changed" to an account that had one.
///
/// # Errors
/// [`crate::Error::NotFound`] for a dead link, [`crate::Error::Invalid`] for the password.
pub async fn set_by_link(ctx: &Ctx, token: &str, password: &str) -> Result<Door> {
    let mut work = ctx.services.store.read().await?;
    let Some((_, account)) = find_live(ctx, work.as_mut(), token).await? else {
        drop(work);
        throttle::count_guess(ctx).await?;
        return Err(Error::NotFound);
    };
    let words = own_words(work.as_mut(), &account).await?;
    drop(work);
    ctx.services.hasher.check(password, words).await?;
    let hash = ctx.services.hasher.hash(password).await?;

    // An invitation may be accepted by its own link in this very moment: then it is looked at anew.
    for _ in 0..ATTEMPTS {
        if let Some(door) = try_set(ctx, token, &hash).await? {
            return Ok(door);
        }
    }
    Err(Error::Unavailable(None))
}

/// Times the unit of work is begun anew because something it rests on changed meanwhile.
const ATTEMPTS: u32 = 3;

/// One unit of work; none when it must be begun anew.
async fn try_set(ctx: &Ctx, token: &str, hash: &PasswordHash) -> Result<Option<Door>> {
    let now = ctx.now();
    let mut work = ctx.services.store.begin().await?;
    let (link, account) = find_live(ctx, work.as_mut(), token).await?.ok_or(Error::NotFound)?;
    if !work.use_password_link(link.id, now).await? {
        return Err(Error::NotFound);
    }
    if account.password_hash.is_some() {
        work.add_mail(&mail_about(ctx, &account, mail::Kind::PasswordChanged, None)).await?;
    } else {
        for open in invitations::open_for_password_link(work.as_mut(), &account).await? {
            if !invitations::accept_by_password_link(ctx, work.as_mut(), open).await? {
                return Ok(None);
            }
        }
    }
    work.set_password(account.id, hash, now).await?;
    work.end_sessions(account.id, None, now).await?;
    work.audit(&audit::outside(ctx, account.id, Action::PasswordSet, account.id)).await?;
    // Whoever works in a console and is nobody's portal user goes there; everybody else to the portal.
    let way_in = match accounts::way_in(work.as_mut(), account.id, Door::Portal).await? {
        Some(portal) => portal,
        None => accounts::way_in(work.as_mut(), account.id, Door::Console).await?.ok_or(Error::NotFound)?,
    };
    let change = accounts::enter(ctx, work.as_mut(), &account, &way_in, Action::SignedIn).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(Some(way_in.door()))
}

/// Changes the password of the signed-in account; its other sessions end, and this one gets a new token (SS-02).
///
/// # Errors
/// [`crate::Error::Invalid`] naming `current` or `password`.
pub async fn change(ctx: &Ctx, current: &str, password: &str) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.services.store.read().await?;
    let account = work.lookup_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
    let words = own_words(work.as_mut(), &account).await?;
    drop(work);
    // Who holds a stolen session guesses here no faster than at the door.
    throttle::count(ctx, "change_password", Some(account.email.as_str())).await?;
    let candidate: String = current.chars().take(limits::PASSWORD_LONGEST + 1).collect();
    if !ctx.services.hasher.verify(&candidate, account.password_hash.as_ref()).await? {
        return Err(Error::field("current", Problem::WrongPassword));
    }
    ctx.services.hasher.check(password, words).await?;
    let hash = ctx.services.hasher.hash(password).await?;

    let now = ctx.now();
    let mut work = ctx.services.store.begin().await?;
    let unchanged = work.lookup_account(account.id).await?.is_some_and(|stored| stored == account);
    if !unchanged {
        return Err(Error::field("current", Problem::WrongPassword));
    }
    let clock = accounts::clock_here(ctx, work.as_mut()).await?;
    work.set_password(account.id, &hash, now).await?;
    work.end_sessions(account.id, None, now).await?;
    let user = actor.user().map(|user| user.user);
    let change = sessions::open_with(ctx, work.as_mut(), &account, clock, user).await?;
    work.add_mail(&mail_about(ctx, &account, mail::Kind::PasswordChanged, None)).await?;
    let entry = audit::outside(ctx, actor.by().actor, Action::PasswordSet, account.id);
    work.audit(&Entry { group: actor.user().map(|user| user.group), ..entry }).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(())
}

/// How many of an account's records are looked through for names.
const RECORDS: usize = 20;

/// The words that somebody who knows this person would try: address, names, practices (decision 16).
///
/// # Errors
/// Storage's.
pub(crate) async fn own_words(work: &mut dyn Work, account: &Account) -> Result<Vec<String>> {
    let mut texts = vec![account.email.as_str().to_owned()];
    let mut groups = Vec::new();
    for facts in work.grants_of(account.id).await?.into_iter().take(RECORDS) {
        if let Some(name) = work.unscoped_patient_name(facts.grant.id).await? {
            texts.extend([format!("{} {}", name.legal_first, name.legal_last), name.preferred]);
        }
        groups.push(facts.grant.group);
    }
    for user in work.memberships(account.id).await?.into_iter().take(RECORDS) {
        texts.push(format!("{} {}", user.name.first, user.name.last));
        groups.push(user.group);
    }
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        if let Some(group) = work.unscoped_group(group).await? {
            texts.push(group.name);
        }
    }
    Ok(hashing::known_words(texts.iter().map(String::as_str)))
}
