//! The patient's side: the files that one sent, and what the portal shows besides.

use domain::{
    access::{Access, GrantFacts, ListOwnFiles, SendOwnFiles, ViewOwnRecord},
    audit::Action,
    file::{OwnFileRow, OwnFiles},
    ids::{AccountId, PatientId},
    page::PageRequest,
};

use super::room;
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{FileSender, ListedFile, Work},
};

/// The asking portal user's grant.
pub(super) async fn grant(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<GrantFacts> {
    let account = ctx.actor()?.account();
    Ok(work.find_own_grant(account, patient).await?.ok_or(Error::NotFound)?.at(ctx.now()))
}

/// The files that this portal user sees, latest first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list_own(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<OwnFiles> {
    let mut work = ctx.services.store.begin().await?;
    let (access, files) = look_through(ctx, work.as_mut(), patient, page).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::FilesListed, patient)).await?;
    work.save().await?;
    Ok(files)
}

/// The same, with nothing written down.
pub(crate) async fn look_through(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    page: &PageRequest,
) -> Result<(Access<ListOwnFiles>, OwnFiles)> {
    let actor = ctx.actor()?;
    let facts = grant(ctx, work, patient).await?;
    let access = actor.may(ListOwnFiles, &facts)?;
    let account = access.account();
    let files = work.list_own_files(&access, page).await?.map(|file| row(file, account));
    let room = match actor.may(SendOwnFiles, &facts) {
        Ok(send) => Some(room(&work.count_files(&(&send).into()).await?)),
        Err(_) => None,
    };
    let time_zone = work.own_time_zone(&actor.may(ViewOwnRecord, &facts)?).await?;
    Ok((access, OwnFiles { files, room, time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()) }))
}

fn row(file: ListedFile, account: AccountId) -> OwnFileRow {
    let (own, from_practice) = match file.sender {
        FileSender::Practice(_) => (false, true),
        FileSender::Portal { account: sender, .. } => (sender == account, false),
    };
    OwnFileRow {
        id: file.id,
        name: file.name.into(),
        kind: file.kind,
        category: file.category,
        size: file.size,
        state: file.state,
        own,
        from_practice,
        at: if from_practice { file.shared_at.unwrap_or(file.added_at) } else { file.added_at },
        unread: file.unread,
    }
}
