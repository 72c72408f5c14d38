//! The patient's side: what was shared, and nothing of the rest (S0-22, S0-23).

use domain::{
    access::{Access, GrantFacts, ReadOwnNote, ViewOwnClinical, ViewOwnRecord},
    audit::{Action, Entry},
    ids::{NoteId, PatientId},
    note::{OwnNote, OwnNoteRow, OwnNotes},
    page::PageRequest,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{ListedOwnNote, Work},
};

async fn enter(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<(Access<ViewOwnClinical>, GrantFacts)> {
    let actor = ctx.actor()?;
    let facts = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
    Ok((actor.may(ViewOwnClinical, &facts)?, facts))
}

async fn time_zone(work: &mut dyn Work, access: &Access<ViewOwnClinical>) -> Result<String> {
    Ok(work.own_time_zone(&Access::<ViewOwnRecord>::from(access)).await?.unwrap_or_else(|| "UTC".to_owned()))
}

/// What was shared with the patient by now, what came last first.
///
/// # Errors
/// [`Error::NotFound`] when this person may not open what is shared of the record.
pub async fn list_own(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<OwnNotes> {
    let mut work = ctx.services.store.begin().await?;
    let (access, notes) = look_through(ctx, work.as_mut(), patient, page).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::NotesListed, patient)).await?;
    work.save().await?;
    Ok(notes)
}

/// The same, with nothing written down.
pub(crate) async fn look_through(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    page: &PageRequest,
) -> Result<(Access<ViewOwnClinical>, OwnNotes)> {
    let (access, _) = enter(ctx, work, patient).await?;
    let row = |note: ListedOwnNote| {
        let ListedOwnNote { id, title, category, author, shared_at, at, unread } = note;
        OwnNoteRow { id, title, category, author: author.shown(), shared_at, at, unread }
    };
    let notes = work.list_own_notes(&access, ctx.now(), page).await?.map(row);
    let time_zone = time_zone(work, &access).await?;
    Ok((access, OwnNotes { notes, time_zone }))
}

/// Does the portal still show this note? Asked by a page that was left open, so nothing counts as read.
///
/// # Errors
/// As [`open_own`].
pub async fn still_open(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<()> {
    let mut work = ctx.services.store.read().await?;
    let (seen, grant) = enter(ctx, work.as_mut(), patient).await?;
    let facts = work.own_note_facts(&seen, id, &grant).await?.ok_or(Error::NotFound)?;
    ctx.actor()?.may(ReadOwnNote, &facts)?;
    Ok(())
}

/// One note as the portal shows it, with nothing written down; and which version that is.
pub(crate) async fn look(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    id: NoteId,
) -> Result<(Access<ReadOwnNote>, OwnNote, i64)> {
    let (seen, grant) = enter(ctx, work, patient).await?;
    let facts = work.own_note_facts(&seen, id, &grant).await?.ok_or(Error::NotFound)?;
    let access = ctx.actor()?.may(ReadOwnNote, &facts)?;
    let shared = work.lookup_own_note(&access).await?.ok_or(Error::NotFound)?;
    let time_zone = time_zone(work, &seen).await?;
    let number = shared.version.number;
    let note = OwnNote {
        id,
        text: shared.version.text,
        author: shared.author.shown(),
        profession: shared.profession,
        written_at: shared.written_at,
        changed_at: (number > 1).then_some(shared.version.at),
        time_zone,
    };
    Ok((access, note, number))
}

/// Keeps that this person read this version, and how.
pub(crate) async fn said_read(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadOwnNote>,
    number: i64,
    action: Action,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    work.audit(&Entry { detail: access.note().to_string(), ..entry }).await?;
    work.own_note_read(access, number, ctx.now()).await?;
    Ok(())
}

/// One note. Its author sees that it was read.
///
/// # Errors
/// [`Error::NotFound`]: also for a draft, a private note, and one that is not shared, or not any more (PT-01, PT-03).
pub async fn open_own(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<OwnNote> {
    let mut work = ctx.services.store.begin().await?;
    let (access, note, number) = look(ctx, work.as_mut(), patient, id).await?;
    said_read(ctx, work.as_mut(), &access, number, Action::NoteViewed).await?;
    work.save().await?;
    Ok(note)
}
