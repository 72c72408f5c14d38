//! What the console needs before it draws anything.

use domain::{
    access::{AddPatient, EnterGroup, ManageSettings},
    views::{ConsoleRights, ConsoleStart},
};

use crate::{
    context::Ctx,
    error::{Error, Result},
};

/// Who the user is, where, and what they may do.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn start(ctx: &Ctx) -> Result<ConsoleStart> {
    let actor = ctx.actor()?;
    let access = actor.may(EnterGroup, &())?;
    let mut work = ctx.services.store.read().await?;
    let user = work.lookup_own_user(&access).await?.ok_or(Error::NotFound)?;
    let group = work.lookup_group(&access).await?.ok_or(Error::NotFound)?;
    let locations = work.list_locations(&access).await?;
    let unread = work.unread_notifications(&access).await?;
    let grants = work.list_grants(actor.account()).await?;
    let account = work.lookup_account(actor.account()).await?.ok_or(Error::NotFound)?;
    let anybody_invited = work.any_invitation(&access).await?;
    Ok(ConsoleStart {
        user: user.id,
        user_name: user.name.shown(),
        profession: user.profession,
        level: user.level,
        group: group.id,
        group_name: group.name,
        time_zone: locations.into_iter().next().map_or_else(|| "UTC".to_owned(), |location| location.time_zone),
        unread,
        may: ConsoleRights {
            add_patients: actor.may(AddPatient, &()).is_ok(),
            manage: actor.may(ManageSettings, &()).is_ok(),
            names_hidden: access.names_hidden(),
        },
        also_portal: grants.iter().any(|facts| facts.grant.opens()),
        email: account.email.as_str().to_owned(),
        nobody_invited_yet: !anybody_invited,
    })
}
