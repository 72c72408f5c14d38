//! How practitioners and a patient belong together: grant, hide, take back.

use domain::{
    access::{Access, EnterGroup, ManageRelationships, Relationship},
    access_log::Part,
    audit::{Action, Entry},
    error::Conflict,
    ids::{PatientId, UserId},
    limits,
    page::{Page, PageRequest},
    relationship::{PractitionerChoice, RelationshipRow, Wanted},
    user::{Role, User, UserState},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    patients,
    ports::{Hint, Work},
    users,
};

async fn may(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<Access<ManageRelationships>> {
    let facts = patients::facts(ctx, work, patient).await?;
    Ok(ctx.actor()?.may(ManageRelationships, &facts)?)
}

/// One page of the practitioners who have a relationship with the patient, by last name.
///
/// # Errors
/// [`crate::Error::NotFound`], [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<RelationshipRow>> {
    let mut work = ctx.begin().await?;
    let access = may(ctx, work.as_mut(), patient).await?;
    let page = work.list_relationships(&access, page).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, patient);
    work.audit(&Entry { detail: Part::Practitioners.detail().to_owned(), ..entry }).await?;
    work.save().await?;
    let row = |(user, relationship): (User, Relationship)| RelationshipRow {
        own: user.id == access.user(),
        user: user.id,
        name: user.name.shown(),
        profession: user.profession,
        level: user.level,
        active: user.state == UserState::Active,
        relationship,
    };
    Ok(page.map(row))
}

/// The practitioners who have none, whose first or last name begins with a text.
///
/// # Errors
/// [`crate::Error::NotFound`], [`crate::Error::Forbidden`].
pub async fn practitioners(ctx: &Ctx, patient: PatientId, text: &str) -> Result<Vec<PractitionerChoice>> {
    let mut work = ctx.read().await?;
    let access = may(ctx, work.as_mut(), patient).await?;
    let text: String = text.chars().take(limits::SEARCH_TEXT).collect();
    let users = work.list_unrelated(&access, &text).await?;
    let choice =
        |user: User| PractitionerChoice { user: user.id, name: user.name.shown(), profession: user.profession };
    Ok(users.into_iter().map(choice).collect())
}

/// Grants the patient to a practitioner, hides it from one, or takes either back: from the practitioner's next request on.
/// `seen` is what the caller saw before.
///
/// # Errors
/// [`crate::Error::NotFound`], [`crate::Error::StepUp`], or a [`domain::error::Conflict`]: nobody hides a patient from
/// themselves, since they could not undo it.
pub async fn set(
    ctx: &Ctx,
    patient: PatientId,
    user: UserId,
    seen: Option<Relationship>,
    wanted: Wanted,
) -> Result<()> {
    let mut work = ctx.begin().await?;
    let access = may(ctx, work.as_mut(), patient).await?;
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let found = work.lookup_colleague(&enter, user).await?.ok_or(Error::NotFound)?;
    if found.level.role() != Role::Practitioner {
        return Err(Conflict::NotAPractitioner.into());
    }
    if user == access.user() && wanted == Wanted::Revoked {
        return Err(Conflict::Yourself.into());
    }
    ctx.proved_lately()?;
    let action = match wanted {
        Wanted::Granted => Action::PatientGranted,
        Wanted::Revoked => Action::PatientHidden,
        Wanted::Neither => Action::PatientAccessUndone,
    };
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail: user.to_string(), ..entry }).await?;
    users::still_manages(work.as_mut(), enter).await?;
    // Two who hide the patient from each other at once: the second comes too late.
    let access = match may(ctx, work.as_mut(), patient).await {
        Err(Error::NotFound | Error::Forbidden(_)) => return Err(Conflict::ChangedMeanwhile.into()),
        again => again?,
    };
    if work.find_relationship(&access, user).await? != seen {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    if wanted == Wanted::Revoked {
        // What an emergency opened is closed for good: it does not come back when this is undone.
        let enter = ctx.actor()?.may(EnterGroup, &())?;
        work.end_emergencies_of(&enter, user, Some(patient), ctx.now()).await?;
    }
    let done = match wanted {
        Wanted::Granted => work.set_relationship(&access, user, Relationship::Granted).await?,
        Wanted::Revoked => work.set_relationship(&access, user, Relationship::Revoked).await?,
        Wanted::Neither => work.remove_relationship(&access, user).await?,
    };
    if !done {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.hint(Hint::Bell(found.account));
    work.save().await?;
    Ok(())
}
