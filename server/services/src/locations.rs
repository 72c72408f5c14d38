//! Where the group sees patients.

use domain::{
    access::{Access, EnterGroup, ManageLocations},
    audit::Action,
    error::{Conflict, Invalid, Problem},
    ids::LocationId,
    limits,
    location::{Location, LocationForm},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
};

/// The group's locations, by name.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx) -> Result<Vec<Location>> {
    let access = ctx.actor()?.may(ManageLocations, &())?;
    Ok(ctx.look().await?.list_locations(&Access::<EnterGroup>::from(&access)).await?)
}

/// Adds one.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add(ctx: &Ctx, form: &LocationForm) -> Result<LocationId> {
    let access = ctx.actor()?.may(ManageLocations, &())?;
    let location = checked(form, ctx.services.random.id().into(), 0)?;
    let mut work = ctx.begin().await?;
    // The entry locks the group's chain: of two who add the last one at once, the second counts the first's.
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::LocationAdded, location.id)).await?;
    if work.list_locations(&Access::<EnterGroup>::from(&access)).await?.len() >= limits::LOCATIONS {
        return Err(Error::field("name", Problem::TooMany));
    }
    work.add_location(&access, &location, ctx.now()).await?;
    work.save().await?;
    Ok(location.id)
}

/// Changes one. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`], or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save(ctx: &Ctx, id: LocationId, version: i64, form: &LocationForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageLocations, &())?;
    let location = checked(form, id, version)?;
    let mut work = ctx.begin().await?;
    let all = work.list_locations(&Access::<EnterGroup>::from(&access)).await?;
    if !all.iter().any(|one| one.id == id) {
        return Err(Error::NotFound);
    }
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::LocationChanged, id)).await?;
    if !work.save_location(&access, &location).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

fn checked(form: &LocationForm, id: LocationId, version: i64) -> Result<Location> {
    let mut invalid = Invalid::default();
    let location = form.check(&mut invalid, id, version);
    if invalid.of("time_zone").is_none() && jiff::tz::TimeZone::get(form.time_zone.trim()).is_err() {
        invalid.add("time_zone", Problem::NotATimeZone);
    }
    match location {
        Some(location) if invalid.fields.is_empty() => Ok(location),
        _ => Err(invalid.into()),
    }
}
