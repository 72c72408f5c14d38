//! What the console needs before it draws anything.

use domain::{
    access::{
        AddPatient, EnterGroup, ExportData, InvitePatients, ManageSettings, ReviewUpdates, SeekInEmergency, ViewHistory,
    },
    user::UserState,
    views::{ConsoleRights, ConsoleStart},
};

use crate::{
    context::Ctx,
    error::{Error, Result},
    memberships, notifications,
};

/// Who the user is, where, and what they may do.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn start(ctx: &Ctx) -> Result<ConsoleStart> {
    let actor = ctx.actor()?;
    let access = actor.may(EnterGroup, &())?;
    // Every group: the switcher shows them.
    let mut work = ctx.services.store.read().await?;
    let user = work.lookup_own_user(&access).await?.ok_or(Error::NotFound)?;
    let group = work.lookup_group(&access).await?.ok_or(Error::NotFound)?;
    let locations = work.list_locations(&access).await?;
    let own = work.list_own_groups(actor.account()).await?;
    let offers = own.iter().filter(|own| own.user.state == UserState::Invited).count();
    let unread = notifications::together(work.unread_notifications(&access).await?, offers);
    let grants = work.list_grants(actor.account()).await?;
    let account = work.lookup_account(actor.account()).await?.ok_or(Error::NotFound)?;
    let anybody_invited = work.any_invitation(&access).await?;
    Ok(ConsoleStart {
        user: user.id,
        user_name: user.name.shown(),
        profession: user.profession,
        level: user.level,
        settings: user.settings,
        memberships: memberships::joined(&own),
        group: group.id,
        group_name: group.name,
        time_zone: locations.into_iter().next().map_or_else(|| "UTC".to_owned(), |location| location.time_zone),
        unread,
        may: ConsoleRights {
            add_patients: actor.may(AddPatient, &()).is_ok(),
            invite_patients: actor.may(InvitePatients, &()).is_ok(),
            review_updates: actor.may(ReviewUpdates, &()).is_ok(),
            manage: actor.may(ManageSettings, &()).is_ok(),
            names_hidden: access.names_hidden(),
            view_history: actor.may(ViewHistory, &()).is_ok(),
            export_data: actor.may(ExportData, &()).is_ok(),
            emergency: actor.may(SeekInEmergency, &()).is_ok(),
        },
        also_portal: grants.into_iter().any(|record| record.at(ctx.now()).reach().is_some()),
        email: account.email.as_str().to_owned(),
        nobody_invited_yet: !anybody_invited,
    })
}
