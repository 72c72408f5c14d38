//! The first run: the group, its first location, its owner; and further groups of the same server.

use std::sync::Arc;

use domain::{
    account::Account,
    audit::{Action, Entry},
    email::{Email, EmailProblem},
    error::{Conflict, Invalid, Problem},
    ids::{AccountId, GroupId},
    location::{Location, OpeningHours},
    mail,
    practice::{Group, NewOwner, NewPractice, NewPracticeForm},
    user::{AccessSettings, Added, Level, User, UserState},
};
use sha2::{Digest as _, Sha256};

use crate::{
    accounts::{self, WayIn},
    audit,
    context::{Ctx, Origin, Services},
    error::{Error, Result},
    hashing, mails, memberships,
    ports::{Clash, Hint, StoreError, Work},
    throttle, users,
};

/// Is there no group yet?
///
/// # Errors
/// Storage's.
pub async fn needed(services: &Services) -> Result<bool> {
    Ok(!services.store.read().await?.unscoped_any_group().await?)
}

/// Makes the group, its first location and its owner, and signs the owner in at the console. Works once, whoever else
/// tries at the same moment (RC-10), and only with the code from the log.
///
/// # Errors
/// [`domain::error::Conflict::AlreadySetUp`], or [`crate::Error::Invalid`].
pub async fn set_up(
    ctx: &Ctx,
    code: &str,
    form: &NewPracticeForm,
    email: &str,
    email_again: &str,
    password: &str,
) -> Result<()> {
    if !needed(&ctx.services).await? {
        return Err(Conflict::AlreadySetUp.into());
    }
    if !same(code.trim(), &ctx.services.set_up_code) {
        throttle::count_guess(ctx).await?;
        return Err(Error::field("code", Problem::WrongCode));
    }
    let mut invalid = Invalid::default();
    let practice = form.check(&mut invalid);
    if invalid.of("time_zone").is_none() && jiff::tz::TimeZone::get(form.time_zone.trim()).is_err() {
        invalid.add("time_zone", Problem::NotATimeZone);
    }
    let email = match Email::confirmed(email, email_again) {
        Ok(email) => Some(email),
        Err(EmailProblem::Address(problem)) => invalid.check("email", Err(problem)),
        Err(EmailProblem::Confirmation(problem)) => invalid.check("email_again", Err(problem)),
    };
    let mut texts = vec![form.group_name.as_str(), &form.first_name, &form.last_name, &form.location_name];
    texts.extend(email.as_ref().map(Email::as_str));
    match ctx.services.hasher.check(password, hashing::known_words(texts)).await {
        Ok(()) => {}
        Err(Error::Invalid(wrong)) => invalid.fields.extend(wrong.fields),
        Err(error) => return Err(error),
    }
    let (Some(practice), Some(email), true) = (practice, email, invalid.fields.is_empty()) else {
        return Err(invalid.into());
    };
    let hash = ctx.services.hasher.hash(password).await?;

    let now = ctx.now();
    let (group, location) = rooms(ctx, &practice);
    let account = Account { id: ctx.services.random.id().into(), email, password_hash: Some(hash) };
    let owner = owner(ctx, &group, account.id, practice.owner, UserState::Active);

    let mut work = ctx.services.store.begin().await?;
    match work.unscoped_claim_set_up(now).await {
        Ok(()) => {}
        Err(StoreError::Clash(Clash::SetUp)) => return Err(Conflict::AlreadySetUp.into()),
        Err(error) => return Err(error.into()),
    }
    if work.unscoped_any_group().await? {
        return Err(Conflict::AlreadySetUp.into());
    }
    work.unscoped_add_group(&group, now).await?;
    work.unscoped_add_location(group.id, &location, now).await?;
    work.add_account(&account, now).await.map_err(|error| match error {
        StoreError::Clash(Clash::AccountEmail) => Error::field("email", Problem::NameTaken),
        other => other.into(),
    })?;
    work.unscoped_add_user(&owner, now).await?;
    work.unscoped_save_user_locations(group.id, owner.id, &[location.id]).await?;
    let entry = audit::outside(ctx, owner.id, Action::GroupCreated, group.id);
    work.audit(&Entry { group: Some(group.id), ..entry }).await?;
    let way_in = WayIn::Console(Box::new(owner));
    let change = accounts::enter(ctx, work.as_mut(), &account, &way_in, Action::SignedIn).await?;
    work.save().await?;
    ctx.change_session(change);
    Ok(())
}

/// Another practice group on this server, for the operator: its first location and its owner. An owner who has an account
/// is asked to join, as anybody would be; somebody new sets a password by "Forgot password".
///
/// # Errors
/// [`crate::Error::Invalid`] in the fields of the first-run page; [`domain::error::Conflict::PortalNow`] for a practitioner
/// whose address uses a portal (decision 5).
pub async fn add_group(services: &Arc<Services>, form: &NewPracticeForm, email: &str) -> Result<(GroupId, Added)> {
    let ctx = Ctx::new(Arc::clone(services), Origin::default(), None);
    let mut invalid = Invalid::default();
    let practice = form.check(&mut invalid);
    if invalid.of("time_zone").is_none() && jiff::tz::TimeZone::get(form.time_zone.trim()).is_err() {
        invalid.add("time_zone", Problem::NotATimeZone);
    }
    let email: Option<Email> = invalid.check("email", email.parse());
    let (Some(practice), Some(email), true) = (practice, email, invalid.fields.is_empty()) else {
        return Err(invalid.into());
    };
    let now = ctx.now();
    let (group, location) = rooms(&ctx, &practice);
    let mut work = services.store.begin().await?;
    let (account, state) = owners_account(&ctx, work.as_mut(), email, level(practice.owner.practises)).await?;
    let owner = owner(&ctx, &group, account.id, practice.owner, state);
    let entry = audit::outside(&ctx, "", Action::GroupCreated, group.id);
    work.unscoped_add_group(&group, now).await?;
    work.audit(&Entry { group: Some(group.id), detail: "operator".to_owned(), ..entry }).await?;
    work.unscoped_add_location(group.id, &location, now).await?;
    work.unscoped_add_user(&owner, now).await?;
    work.unscoped_save_user_locations(group.id, owner.id, &[location.id]).await?;
    tell_owner(&ctx, work.as_mut(), &account, &owner).await?;
    work.save().await?;
    Ok((group.id, added(&owner)))
}

/// One more user who may do everything, for the operator of a group that nobody manages any more: whoever was asked to own
/// it said no, or cannot be reached (AD-04). An account is asked to join; somebody new sets a password by "Forgot password".
///
/// # Errors
/// [`crate::Error::NotFound`] for a group that is not there; [`crate::Error::Invalid`] in the fields of the first-run page,
/// also for an address that is or was a user of the group; [`domain::error::Conflict::Managed`] where somebody can add users;
/// [`domain::error::Conflict::PortalNow`] as in [`add_group`].
pub async fn add_owner(services: &Arc<Services>, group: GroupId, form: &NewPracticeForm, email: &str) -> Result<Added> {
    let ctx = Ctx::new(Arc::clone(services), Origin::default(), None);
    let now = ctx.now();
    let mut invalid = Invalid::default();
    let new = form.check_owner(&mut invalid);
    let email: Option<Email> = invalid.check("email", email.parse());
    let (Some(new), Some(email)) = (new, email) else { return Err(invalid.into()) };
    let mut work = services.store.begin().await?;
    let group = work.unscoped_lookup_group(group).await?.ok_or(Error::NotFound)?;
    let (account, state) = owners_account(&ctx, work.as_mut(), email, level(new.practises)).await?;
    let owner = owner(&ctx, &group, account.id, new, state);
    let action = if state == UserState::Active { Action::UserAdded } else { Action::UserInvited };
    let entry = audit::outside(&ctx, "", action, owner.id);
    let detail = format!("operator level={}", owner.level.code());
    work.audit(&Entry { group: Some(group.id), detail, ..entry }).await?;
    if work.unscoped_count_managers(group.id).await? > 0 {
        return Err(Conflict::Managed.into());
    }
    work.unscoped_add_user(&owner, now).await.map_err(|error| match error {
        StoreError::Clash(Clash::UserOfAccount) => Error::field("email", Problem::AlreadyUser),
        other => other.into(),
    })?;
    let places: Vec<_> = work.unscoped_list_locations(group.id).await?.into_iter().map(|place| place.id).collect();
    work.unscoped_save_user_locations(group.id, owner.id, &places).await?;
    tell_owner(&ctx, work.as_mut(), &account, &owner).await?;
    work.save().await?;
    Ok(added(&owner))
}

/// The account of whoever is to own a group, made if there is none, and how they are a user of it: who has one is asked.
async fn owners_account(ctx: &Ctx, work: &mut dyn Work, email: Email, level: Level) -> Result<(Account, UserState)> {
    if let Some(account) = users::held(work, &email).await? {
        if memberships::holds_portal(work, account.id, level.role(), ctx.now()).await? {
            return Err(Conflict::PortalNow.into());
        }
        return Ok((account, UserState::Invited));
    }
    let account = Account { id: ctx.services.random.id().into(), email, password_hash: None };
    work.add_account(&account, ctx.now()).await?;
    Ok((account, UserState::Active))
}

async fn tell_owner(ctx: &Ctx, work: &mut dyn Work, account: &Account, owner: &User) -> Result<()> {
    let kind = if owner.state == UserState::Active { mail::Kind::Welcome } else { mail::Kind::JoinGroup };
    work.add_mail(&mails::about_user(ctx, account, owner, kind, ctx.now())).await?;
    work.hint(Hint::Bell(account.id));
    Ok(())
}

fn added(owner: &User) -> Added {
    if owner.state == UserState::Active { Added::Joined(owner.id) } else { Added::Invited(owner.id) }
}

/// How far an owner's access reaches: as far as any.
const fn level(practises: bool) -> Level {
    if practises { Level::Full } else { Level::AdminFull }
}

/// A new group and its first location.
fn rooms(ctx: &Ctx, practice: &NewPractice) -> (Group, Location) {
    let random = &ctx.services.random;
    let (name, phone) = (practice.group_name.clone(), practice.group_phone.clone());
    let group = Group { id: random.id().into(), name, phone: phone.clone() };
    let location = Location {
        id: random.id().into(),
        name: practice.location_name.clone(),
        time_zone: practice.time_zone.clone(),
        address: String::new(),
        phone,
        hours: OpeningHours::default(),
        version: 0,
    };
    (group, location)
}

/// Its owner, who may do everything.
fn owner(ctx: &Ctx, group: &Group, account: AccountId, new: NewOwner, state: UserState) -> User {
    User {
        id: ctx.services.random.id().into(),
        group: group.id,
        account,
        name: new.name,
        profession: new.profession,
        registration: String::new(),
        level: level(new.practises),
        settings: AccessSettings::OWNER,
        state,
        since: ctx.now(),
        version: 0,
    }
}

/// Compares without telling by the time taken how much was right.
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (Sha256::digest(one.as_bytes()), Sha256::digest(other.as_bytes()));
    one.iter().zip(other.iter()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_compared_whole() {
        assert!(same("abcd-efgh", "abcd-efgh"));
        for other in ["", "abcd-efg", "abcd-efgi", "abcd-efghi", "ABCD-EFGH"] {
            assert!(!same("abcd-efgh", other), "{other}");
        }
    }
}
