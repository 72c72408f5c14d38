//! Users of the group: add, change, deactivate, and why they may or may not.
//!
//! Whatever changes somebody's access asks for a fresh proof of the password (AD-08), is written down with what changed,
//! and holds from the next request of every open session on: sessions read the membership anew each time.

use domain::{
    access::{
        Access, EnterGroup, Explanation, Face, ManageUsers, Right as _, UserFace, ViewPatient, Waits, Who, explain,
    },
    account::Account,
    audit::{Action, Entry},
    email::Email,
    error::{Conflict, Invalid, Problem},
    ids::{AccountId, LocationId, PatientId, UserId},
    limits, mail,
    notification::{AccessChange, News, Notification},
    page::{Page, PageRequest},
    patient::Status,
    time::Time,
    user::{Added, NewUser, NewUserForm, Role, User, UserDetails, UserFilter, UserForm, UserPage, UserRow, UserState},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    hashing, mails, memberships, patients,
    ports::{Clash, Hint, StoreError, UserRecord, Work},
};

/// One page of the group's users.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx, filter: &UserFilter, page: &PageRequest) -> Result<Page<UserRow>> {
    let access = ctx.actor()?.may(ManageUsers, &())?;
    let filter = UserFilter { text: filter.text.chars().take(limits::SEARCH_TEXT).collect(), ..filter.clone() };
    let page = ctx.read().await?.list_users(&access, &filter, page).await?;
    Ok(page.map(|UserRecord { user, email, temporary_password }| UserRow {
        id: user.id,
        name: user.name.shown(),
        email: email.as_str().to_owned(),
        profession: user.profession,
        level: user.level,
        settings: user.settings,
        state: user.state,
        since: user.since,
        temporary_password,
    }))
}

/// One user.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn page(ctx: &Ctx, id: UserId) -> Result<UserPage> {
    let access = ctx.actor()?.may(ManageUsers, &())?;
    let mut work = ctx.read().await?;
    let record = work.lookup_user(&access, id).await?.ok_or(Error::NotFound)?;
    let locations = work.list_user_locations(&access, id).await?;
    let last_full = manages(&record.user) && work.count_managers(&access).await? <= 1;
    Ok(UserPage {
        own: record.user.id == access.user(),
        email: record.email.as_str().to_owned(),
        temporary_password: record.temporary_password,
        user: record.user,
        locations,
        last_full,
    })
}

/// Does this user work here and may manage users? A group always has one who does (AD-04).
fn manages(user: &User) -> bool {
    user.state == UserState::Active && ManageUsers::decide(&who(user), &()).is_ok()
}

/// Adds a user. Somebody new to the system is in the group at once, signs in with the temporary password, and gets a
/// welcome mail and tips (S4-28 to S4-30). Who has an account is asked to join instead, and nothing about the account is
/// touched: a password that was typed is not looked at (S4-22, S4-25, S4-31).
///
/// # Errors
/// [`crate::Error::Invalid`], [`crate::Error::StepUp`].
pub async fn add(ctx: &Ctx, form: &NewUserForm, password: &str, password_again: &str) -> Result<Added> {
    let access = ctx.actor()?.may(ManageUsers, &())?;
    let mut invalid = Invalid::default();
    let Some(new) = form.check(&mut invalid) else {
        // Said in one go with the rest; whether a password is wanted at all depends on an address that is not known yet.
        if password != password_again {
            invalid.add("password_again", Problem::PasswordsDiffer);
        }
        return Err(invalid.into());
    };
    ctx.proved_lately()?;
    let known = ctx.look().await?.find_account(&new.email).await?;
    // Hashed before the unit of work is open; who turns out to have an account by then keeps their own.
    let hash = match known {
        Some(_) => None,
        None => Some(temporary(ctx, &new, password, password_again).await?),
    };

    // Every group: what the account is linked to elsewhere counts (decision 5).
    let mut work = ctx.services.store.begin().await?;
    let id = UserId::from_uuid(ctx.services.random.id());
    let account = held(work.as_mut(), &new.email).await?;
    let action = if account.is_some() { Action::UserInvited } else { Action::UserAdded };
    let entry = audit::entry(ctx, access.by(), access.group(), action, id);
    work.audit(&Entry { detail: access_text(&new.details), ..entry }).await?;
    still_manages(work.as_mut(), &access).await?;
    if work.count_users(&access).await? >= i64::from(limits::USERS) {
        return Err(Error::field("email", Problem::TooMany));
    }
    let added = match (account, hash) {
        (Some(account), _) => {
            may_join(work.as_mut(), &access, &account, new.details.level.role(), ctx.now()).await?;
            let user = user(ctx, &access, id, account.id, &new.details, UserState::Invited);
            keep(ctx, work.as_mut(), &access, &user, &new.details.locations).await?;
            work.add_mail(&mails::about_user(ctx, &account, &user, mail::Kind::JoinGroup, ctx.now())).await?;
            work.hint(Hint::Bell(account.id));
            tell_managers(ctx, work.as_mut(), &access, id, AccessChange::Asked).await?;
            Added::Invited(id)
        }
        (None, Some(hash)) => {
            let email = new.email.clone();
            let account =
                Account { id: AccountId::from_uuid(ctx.services.random.id()), email, password_hash: Some(hash) };
            work.add_account(&account, ctx.now()).await.map_err(taken_meanwhile)?;
            work.mark_temporary_password(account.id, ctx.now()).await?;
            let user = user(ctx, &access, id, account.id, &new.details, UserState::Active);
            keep(ctx, work.as_mut(), &access, &user, &new.details.locations).await?;
            work.add_mail(&mails::about_user(ctx, &account, &user, mail::Kind::Welcome, ctx.now())).await?;
            tips(ctx, work.as_mut(), &account, &user).await?;
            tell_managers(ctx, work.as_mut(), &access, id, AccessChange::Given).await?;
            Added::Joined(id)
        }
        // The account was there a moment ago. Accounts are never removed, so this is a fault.
        (None, None) => return Err(Error::fault("an account went away")),
    };
    work.save().await?;
    Ok(added)
}

/// The account of an address, if there is one, held until the unit of work ends: what it is linked to stays as it is seen
/// here (decision 5). Before any chain.
///
/// # Errors
/// Storage's.
pub(crate) async fn held(work: &mut dyn Work, email: &Email) -> Result<Option<Account>> {
    match work.find_account(email).await? {
        Some(account) => Ok(work.lock_account(account.id).await?),
        None => Ok(None),
    }
}

/// The hash of the temporary password, checked like every password.
async fn temporary(
    ctx: &Ctx,
    new: &NewUser,
    password: &str,
    password_again: &str,
) -> Result<domain::account::PasswordHash> {
    if password.is_empty() {
        return Err(Error::field("password", Problem::Missing));
    }
    if password != password_again {
        return Err(Error::field("password_again", Problem::PasswordsDiffer));
    }
    let name = &new.details.name;
    let words = hashing::known_words([new.email.as_str(), &name.first, &name.last]);
    ctx.services.hasher.check(password, words).await?;
    ctx.services.hasher.hash(password).await
}

/// Somebody made the account in this very moment: the next try asks its owner to join.
fn taken_meanwhile(error: StoreError) -> Error {
    match error {
        StoreError::Clash(Clash::AccountEmail) => Error::Unavailable(None),
        other => other.into(),
    }
}

/// Two short tips, some days apart, for who is new to the system; whether they are still wanted is asked when they leave.
async fn tips(ctx: &Ctx, work: &mut dyn Work, account: &Account, user: &User) -> Result<()> {
    for (kind, wait) in [mail::Kind::FirstTip, mail::Kind::SecondTip].into_iter().zip(limits::TIPS) {
        work.add_mail(&mails::about_user(ctx, account, user, kind, ctx.now() + wait)).await?;
    }
    Ok(())
}

/// May this account be asked to join, in this role?
async fn may_join(
    work: &mut dyn Work,
    access: &Access<ManageUsers>,
    account: &Account,
    role: Role,
    now: Time,
) -> Result<()> {
    if work.find_user(access, account.id).await?.is_some() {
        return Err(Error::field("email", Problem::AlreadyUser));
    }
    if memberships::holds_portal(work, account.id, role, now).await? {
        return Err(Error::field("email", Problem::PortalEmail));
    }
    Ok(())
}

fn user(
    ctx: &Ctx,
    access: &Access<ManageUsers>,
    id: UserId,
    account: AccountId,
    details: &UserDetails,
    state: UserState,
) -> User {
    let UserDetails { name, profession, registration, level, settings, .. } = details.clone();
    let (group, since) = (access.group(), ctx.now());
    User { id, group, account, name, profession, registration, level, settings, state, since, version: 0 }
}

async fn keep(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ManageUsers>,
    user: &User,
    locations: &[LocationId],
) -> Result<()> {
    match work.add_user(access, user, ctx.now()).await {
        Ok(()) => {}
        Err(StoreError::Clash(Clash::UserOfAccount)) => return Err(Error::field("email", Problem::AlreadyUser)),
        Err(error) => return Err(error.into()),
    }
    save_locations(work, access, user.id, locations).await
}

async fn save_locations(
    work: &mut dyn Work,
    access: &Access<ManageUsers>,
    id: UserId,
    locations: &[LocationId],
) -> Result<()> {
    // Another group's location, or none at all, is no choice.
    let kept = work.save_user_locations(access, id, locations).await?;
    let all = u64::try_from(locations.len()).is_ok_and(|wanted| wanted == kept);
    if all { Ok(()) } else { Err(Error::field("locations", Problem::NotAChoice)) }
}

/// A user's access, for the trail.
fn access_text(details: &UserDetails) -> String {
    let settings = details.settings;
    let on = [
        (settings.hide_names, "hide_names"),
        (settings.read_only, "read_only"),
        (settings.view_history, "view_history"),
        (settings.export_data, "export_data"),
        (settings.no_note_sharing, "no_note_sharing"),
    ];
    let mut text = format!("level={}", details.level.code());
    for (_, name) in on.into_iter().filter(|(on, _)| *on) {
        text.push(' ');
        text.push_str(name);
    }
    text
}

/// Changes a user's details and access, from the next request of their open sessions on. `version` is the version the
/// caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`], [`crate::Error::StepUp`], or a [`domain::error::Conflict`]: one's own access is for somebody
/// else to change (AD-02), and the last user who may do everything stays one (AD-04).
pub async fn save(ctx: &Ctx, id: UserId, version: i64, form: &UserForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageUsers, &())?;
    let mut work = ctx.begin().await?;
    let before = work.lookup_user(&access, id).await?.ok_or(Error::NotFound)?.user;
    let mut invalid = Invalid::default();
    let Some(details) = form.check(&mut invalid, before.level.role(), Some(&before)) else {
        return Err(invalid.into());
    };
    let access_changes = (details.level, details.settings) != (before.level, before.settings);
    if access_changes && before.id == access.user() {
        return Err(Conflict::Yourself.into());
    }
    ctx.proved_lately()?;
    // The entry locks the group's chain: of two who lower each other, the second is counted after the first.
    let entry = audit::entry(ctx, access.by(), access.group(), Action::UserChanged, id);
    let detail = if access_changes { access_text(&details) } else { "details".to_owned() };
    work.audit(&Entry { detail, ..entry }).await?;
    still_manages(work.as_mut(), &access).await?;
    let after = User { level: details.level, settings: details.settings, ..before.clone() };
    if manages(&before) && !manages(&after) && work.count_managers(&access).await? <= 1 {
        return Err(Conflict::LastFull.into());
    }
    let UserDetails { name, profession, registration, level, settings, locations } = details;
    let account = before.account;
    let user = User { name, profession, registration, level, settings, version, ..before };
    save_or_conflict(work.as_mut(), &access, &user).await?;
    save_locations(work.as_mut(), &access, id, &locations).await?;
    if access_changes {
        tell_managers(ctx, work.as_mut(), &access, id, AccessChange::Changed).await?;
    }
    // Their open consoles draw what they may do now.
    work.hint(Hint::Bell(account));
    work.save().await?;
    Ok(())
}

/// The caller may have been lowered or deactivated since this request began, and waited for its turn: then it comes too
/// late (PR-18). Asked after the entry, which holds the group's chain: nobody changes it any more.
///
/// # Errors
/// [`domain::error::Conflict::ChangedMeanwhile`].
pub(crate) async fn still_manages(work: &mut dyn Work, access: impl Into<Access<EnterGroup>>) -> Result<()> {
    let own = work.lookup_own_user(&access.into()).await?;
    if own.as_ref().is_some_and(manages) { Ok(()) } else { Err(Conflict::ChangedMeanwhile.into()) }
}

/// The others who manage users hear of a change of somebody's access (AD-02). Whose it is sees it for themselves.
async fn tell_managers(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ManageUsers>,
    user: UserId,
    how: AccessChange,
) -> Result<()> {
    for manager in work.other_managers(access, user).await? {
        let news = News::AccessChanged { user, how };
        let told = Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
        work.notify(access, manager, &told).await?;
    }
    Ok(())
}

async fn save_or_conflict(work: &mut dyn Work, access: &Access<ManageUsers>, user: &User) -> Result<()> {
    if work.save_user(access, user).await? { Ok(()) } else { Err(Conflict::ChangedMeanwhile.into()) }
}

/// What all changes of a membership's state have in common.
async fn turn(
    ctx: &Ctx,
    id: UserId,
    version: i64,
    action: Action,
    change: fn(User, Time) -> std::result::Result<User, Conflict>,
) -> Result<(Box<dyn Work>, Access<ManageUsers>, User)> {
    let access = ctx.actor()?.may(ManageUsers, &())?;
    // Every group: what the account is linked to elsewhere counts (decision 5).
    let mut work = ctx.services.store.begin().await?;
    let before = work.lookup_user(&access, id).await?.ok_or(Error::NotFound)?.user;
    if before.id == access.user() {
        return Err(Conflict::Yourself.into());
    }
    // Their sessions are at stake, and what the account is linked to.
    work.lock_account(before.account).await?;
    let user = User { version, ..change(before, ctx.now())? };
    ctx.proved_lately()?;
    let action = if (action, user.state) == (Action::UserDeactivated, UserState::Rejected) {
        Action::UserInvitationRevoked
    } else {
        action
    };
    work.audit(&audit::entry(ctx, access.by(), access.group(), action, id)).await?;
    still_manages(work.as_mut(), &access).await?;
    save_or_conflict(work.as_mut(), &access, &user).await?;
    Ok((work, access, user))
}

/// Ends a user's access, on every device and every open stream at once (S4-15, PR-18); an invitation that was not answered
/// is taken back. Nothing is deleted (S4-14).
///
/// # Errors
/// [`crate::Error::StepUp`], or a [`domain::error::Conflict`] that says what must be done first.
pub async fn deactivate(ctx: &Ctx, id: UserId, version: i64) -> Result<()> {
    let (mut work, access, user) = turn(ctx, id, version, Action::UserDeactivated, User::deactivate).await?;
    work.end_user_sessions(&access, id, ctx.now()).await?;
    work.end_emergencies_of(&Access::from(&access), id, None, ctx.now()).await?;
    tell_managers(ctx, work.as_mut(), &access, id, AccessChange::Ended).await?;
    work.hint(Hint::Bell(user.account));
    work.save().await?;
    Ok(())
}

/// Gives a user's access back.
///
/// # Errors
/// [`crate::Error::StepUp`], or a [`domain::error::Conflict`].
pub async fn reactivate(ctx: &Ctx, id: UserId, version: i64) -> Result<()> {
    let (mut work, access, user) = turn(ctx, id, version, Action::UserReactivated, User::reactivate).await?;
    if memberships::holds_portal(work.as_mut(), user.account, user.level.role(), ctx.now()).await? {
        return Err(Conflict::PortalNow.into());
    }
    tell_managers(ctx, work.as_mut(), &access, id, AccessChange::Given).await?;
    work.save().await?;
    Ok(())
}

/// Asks somebody who said no, or whose invitation was taken back, again.
///
/// # Errors
/// [`crate::Error::StepUp`], or a [`domain::error::Conflict`].
pub async fn invite_again(ctx: &Ctx, id: UserId, version: i64) -> Result<()> {
    let (mut work, access, user) = turn(ctx, id, version, Action::UserInvited, User::invite_again).await?;
    if memberships::holds_portal(work.as_mut(), user.account, user.level.role(), ctx.now()).await? {
        return Err(Conflict::PortalNow.into());
    }
    let account = work.lookup_account(user.account).await?.ok_or(Error::NotFound)?;
    work.add_mail(&mails::about_user(ctx, &account, &user, mail::Kind::JoinGroup, ctx.now())).await?;
    tell_managers(ctx, work.as_mut(), &access, id, AccessChange::Asked).await?;
    work.hint(Hint::Bell(user.account));
    work.save().await?;
    Ok(())
}

/// What a user may do in the group, or with a patient over that patient, and why or why not (B-16). Asked of the code that
/// decides, about the user as they stand now.
///
/// # Errors
/// [`crate::Error::NotFound`] for a user or a patient that the caller may not see.
pub async fn explain(ctx: &Ctx, id: UserId, patient: Option<PatientId>) -> Result<Vec<Explanation>> {
    let actor = ctx.actor()?;
    let access = actor.may(ManageUsers, &())?;
    let mut work = ctx.begin().await?;
    let UserRecord { user, temporary_password, .. } = work.lookup_user(&access, id).await?.ok_or(Error::NotFound)?;
    let enter = Access::<EnterGroup>::from(&access);
    let settings = work.lookup_patient_access(&enter).await?;
    let emergencies = work.emergency_hours(&enter).await?.is_some();
    let over = match patient {
        Some(patient) => {
            let own = patients::facts(ctx, work.as_mut(), patient).await?;
            let view = actor.may(ViewPatient, &own)?;
            let status = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?.patient.details.status;
            let facts = work.patient_facts_of(&access, id, patient, ctx.now()).await?.ok_or(Error::NotFound)?;
            Some((facts, status))
        }
        None => None,
    };
    let entry = audit::entry(ctx, access.by(), access.group(), Action::AccessExplained, id);
    let detail = patient.map(|patient| patient.to_string()).unwrap_or_default();
    work.audit(&Entry { detail, ..entry }).await?;
    work.save().await?;
    // As their session would be.
    let who = if temporary_password { Who { face: Face::Lobby(Waits::Password), ..who(&user) } } else { who(&user) };
    let mut all = match over {
        Some((facts, _)) => explain::on_patient(&who, &facts),
        None => explain::in_group(&who),
    };
    let status = over.map_or(Status::Active, |(_, status)| status);
    explain::stand_in_the_way(&mut all, &settings, emergencies, status);
    if let Some(because) = explain::outside(&user) {
        for one in &mut all {
            (one.may, one.because) = (false, because);
        }
    }
    Ok(all)
}

/// The user as rights see one who has signed in. It earns no proof.
pub(crate) const fn who(user: &User) -> Who {
    let face = UserFace { group: user.group, user: user.id, level: user.level, settings: user.settings };
    Who { account: user.account, face: Face::User(face) }
}
