//! Passwords: forgotten, set by a link, changed.

use domain::{
    access::{Face, Waits},
    account::{Account, Door, PasswordHash},
    audit::{Action, Entry},
    email::Email,
    error::{Conflict, Problem},
    ids::{AccountId, PasswordLinkId},
    limits, mail,
    views::PasswordLinkPage,
};

use crate::{
    accounts, audit,
    context::Ctx,
    error::{Error, Result},
    hashing, invitations, mails,
    ports::{Hint, PasswordLink, Work},
    sessions, throttle, tokens,
};

/// Mails a link that sets a password, if the address has an account that may use one: also when none was ever set
/// (decision 3). Answers the same for every address, and does as much work for it (AN-04); the mail leaves by the outbox.
/// Who asks more than a few times in an hour gets the same answer and no further mail (rule 17). The link leads back to the
/// side of `door`.
///
/// # Errors
/// [`crate::Error::TooMany`], or [`crate::Error::Invalid`] when the text is no address.
pub async fn request_link(ctx: &Ctx, email: &str, door: Door) -> Result<()> {
    let email: Email = email.parse().map_err(|problem| Error::field("email", problem))?;
    throttle::count(ctx, "password_link", Some(email.as_str())).await?;

    let now = ctx.now();
    let (token, hash) = tokens::make(&*ctx.services.random);
    let id = PasswordLinkId::from_uuid(ctx.services.random.id());
    let mut work = ctx.services.store.begin().await?;
    let found = work.find_account(&email).await?;
    let may = match &found {
        Some(account) => may_have_link(work.as_mut(), account.id, account.password_hash.is_some()).await?,
        None => may_have_link(work.as_mut(), AccountId::from_uuid(uuid::Uuid::nil()), true).await?,
    };
    let account = found.filter(|_| may);
    let subject = account.as_ref().map(|account| account.id.to_string()).unwrap_or_default();
    let limit = (limits::PASSWORD_MAILS, limits::PASSWORD_MAILS_WINDOW);
    let room = throttle::room(ctx, work.as_mut(), "password_mail", email.as_str(), limit).await?;
    if let Some(account) = account.filter(|_| room) {
        let expires_at = now + limits::PASSWORD_LINK_LIFE;
        let link = PasswordLink { id, account: account.id, made_at: now, expires_at, used_at: None, door };
        work.add_password_link(&link, &hash).await?;
        work.add_mail(&mails::about_account(ctx, &account, mail::Kind::PasswordLink, Some(&token))).await?;
    } else {
        // As many statements, as many new rows, and a look into the outbox as well; the rows are swept away.
        work.use_password_link(id, now).await?;
        for row in ["link", "mail"] {
            work.count_try(&format!("nobody:{row}:{id}"), now, limits::THROTTLE_WINDOW).await?;
        }
        work.hint(Hint::Mail);
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
pub(crate) async fn may_have_link(work: &mut dyn Work, id: AccountId, has_password: bool) -> Result<bool> {
    // All is asked, whatever the first answers: the time it takes tells nothing (AN-04).
    let member = !work.list_own_groups(id).await?.is_empty();
    let holder = !work.list_grants(id).await?.is_empty();
    let invited = !work.unscoped_list_open_invitations(id).await?.is_empty();
    let practitioner = work.is_practitioner(id).await?;
    // Deactivated practitioners have no portal to be invited to (decision 5).
    Ok(member || has_password && holder || invited && !practitioner)
}

/// Mails the owner of an account that somebody tried to make it anew (AN-24); once a day is enough.
///
/// # Errors
/// Storage's.
pub(crate) async fn tell_account_exists(ctx: &Ctx, account: &Account) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let limit = (1, limits::ACCOUNT_EXISTS_WINDOW);
    if throttle::room(ctx, work.as_mut(), "account_exists", account.email.as_str(), limit).await? {
        work.add_mail(&mails::about_account(ctx, account, mail::Kind::AccountExists, None)).await?;
        work.save().await?;
    }
    Ok(())
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
        for open in invitations::open_for_password_link(ctx, work.as_mut(), &account).await? {
            if let Some(group) = work.unscoped_lookup_group(open.invitation.group).await?
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
    Ok(may_have_link(work, account.id, account.password_hash.is_some()).await?.then_some((link, account)))
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
    let (link, _) = find_live(ctx, work.as_mut(), token).await?.ok_or(Error::NotFound)?;
    let account = work.lock_account(link.account).await?.ok_or(Error::NotFound)?;
    if !work.use_password_link(link.id, now).await? {
        return Err(Error::NotFound);
    }
    let mut accepted = false;
    if account.password_hash.is_some() {
        work.add_mail(&mails::about_account(ctx, &account, mail::Kind::PasswordChanged, None)).await?;
    } else {
        for open in invitations::open_for_password_link(ctx, work.as_mut(), &account).await? {
            if !invitations::accept_by_password_link(ctx, work.as_mut(), open).await? {
                return Ok(None);
            }
            accepted = true;
        }
    }
    if !work.set_password(account.id, account.password_hash.as_ref(), hash, now).await? {
        return Ok(None);
    }
    work.prove_mailbox(account.id, now).await?;
    work.end_sessions(account.id, None, now).await?;
    work.audit(&audit::outside(ctx, account.id, Action::PasswordSet, account.id)).await?;
    // To the side where it was asked for, or the other one; who accepted an invitation goes to see what it opened.
    let (first, second) = match link.door {
        Door::Console if !accepted => (Door::Console, Door::Portal),
        Door::Console | Door::Portal => (Door::Portal, Door::Console),
    };
    let way_in = match accounts::way_in(work.as_mut(), account.id, first).await? {
        Some(way_in) => way_in,
        None => accounts::way_in(work.as_mut(), account.id, second).await?.ok_or(Error::NotFound)?,
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
    work.lock_account(account.id).await?;
    let entry = audit::outside(ctx, actor.by().actor, Action::PasswordSet, account.id);
    work.audit(&Entry { group: actor.user().map(|user| user.group), ..entry }).await?;
    let clock = accounts::clock_here(ctx, work.as_mut()).await?;
    // Somebody else changed it while the hash was computed.
    if !work.set_password(account.id, account.password_hash.as_ref(), &hash, now).await? {
        return Err(Error::field("current", Problem::WrongPassword));
    }
    work.end_sessions(account.id, None, now).await?;
    let user = actor.user().map(|user| user.user);
    let change = sessions::renew(ctx, work.as_mut(), &account, clock, user).await?;
    work.add_mail(&mails::about_account(ctx, &account, mail::Kind::PasswordChanged, None)).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(())
}

/// Replaces a temporary password by one that its owner chose (S4-24): the one thing that can be done with it (PR-21). The
/// account's other sessions end, and this one gets a new token.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `password`; [`domain::error::Conflict::NoTemporaryPassword`].
pub async fn choose(ctx: &Ctx, password: &str) -> Result<Door> {
    let actor = ctx.actor()?;
    if *actor.face() != Face::Lobby(Waits::Password) {
        return Err(Conflict::NoTemporaryPassword.into());
    }
    let mut work = ctx.services.store.read().await?;
    let account = work.lookup_account(actor.account()).await?.ok_or(Error::NotSignedIn)?;
    let words = own_words(work.as_mut(), &account).await?;
    drop(work);
    throttle::count(ctx, "choose_password", Some(account.email.as_str())).await?;
    ctx.services.hasher.check(password, words).await?;
    // The one that somebody else knows is none of one's own.
    if ctx.services.hasher.verify(password, account.password_hash.as_ref()).await? {
        return Err(Error::field("password", Problem::SamePassword));
    }
    let hash = ctx.services.hasher.hash(password).await?;

    let now = ctx.now();
    let mut work = ctx.services.store.begin().await?;
    work.lock_account(account.id).await?;
    work.audit(&audit::outside(ctx, account.id, Action::PasswordSet, account.id)).await?;
    let clock = accounts::clock_here(ctx, work.as_mut()).await?;
    // Replaced by a link from a mail while the hash was computed.
    if !work.set_password(account.id, account.password_hash.as_ref(), &hash, now).await? {
        return Err(Conflict::NoTemporaryPassword.into());
    }
    work.end_sessions(account.id, None, now).await?;
    let way_in = accounts::way_in(work.as_mut(), account.id, clock.door).await?.ok_or(Error::NotSignedIn)?;
    let user = way_in.user().map(|user| user.id);
    let change = sessions::open_with(ctx, work.as_mut(), &account, clock, user).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(clock.door)
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
    for facts in work.list_grants(account.id).await?.into_iter().take(RECORDS) {
        if let Some(name) = work.unscoped_lookup_patient_name(facts.grant.id).await? {
            texts.extend([format!("{} {}", name.legal_first, name.legal_last), name.preferred]);
        }
        groups.push(facts.grant.group);
    }
    for user in work.list_own_groups(account.id).await?.into_iter().map(|own| own.user).take(RECORDS) {
        texts.push(format!("{} {}", user.name.first, user.name.last));
        groups.push(user.group);
    }
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        if let Some(group) = work.unscoped_lookup_group(group).await? {
            texts.push(group.name);
        }
    }
    Ok(hashing::known_words(texts.iter().map(String::as_str)))
}
