//! With whom a note is shared: the patient, from now or from a day on; colleagues, this note or all of its author's about this
//! patient. And how the patient would see it, before that (B-04).

use domain::{
    access::{
        Access, EditNote, EnterGroup, ListNotes, ReadNote, ShareNote, ShareWithColleagues, WithdrawNote, WriteNotes,
    },
    audit::{Action, Entry},
    error::Conflict,
    form::Completeness,
    ids::{NoteId, PatientId, UserId},
    limits,
    note::{NoteForm, NoteSharing, OwnNote, Reader, ShareForm, SharedWith},
    notification::{News, Notification},
    relationship::PractitionerChoice,
};

use super::{author::Own, note_facts, note_it, notes_facts};
use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    in_portal, patients,
    ports::{Hint, NoteShare, Reading, Work},
};

/// With whom a note is shared, who of the portal could see it, and who has read it.
pub(super) async fn of(ctx: &Ctx, work: &mut dyn Work, access: &Access<EditNote>, open: bool) -> Result<NoteSharing> {
    let colleagues = work.list_note_shares(access).await?.into_iter().map(shared).collect();
    let readers = work.list_note_readers(access).await?.into_iter().map(reader).collect();
    let portal = in_portal::readers(ctx, work, access.patient()).await?;
    Ok(NoteSharing { colleagues, open, portal, readers })
}

fn shared(share: NoteShare) -> SharedWith {
    let NoteShare { user, name, profession, share, at } = share;
    SharedWith { user, name: name.shown(), profession, share, at }
}

fn reader(reading: Reading) -> Reader {
    let Reading { user, email, number, at } = reading;
    let in_portal = user.is_none();
    let name = user.map(|name| name.shown()).or(email).unwrap_or_default();
    Reader { name, in_portal, number, at }
}

/// What was typed is published before it is shared (decision 9), if it is whole: so the patient reads what the author last saw.
async fn published(ctx: &Ctx, own: &mut Own, version: i64) -> Result<i64> {
    let Some(draft) = &own.note.draft else { return Ok(version) };
    // What was typed says what was published: there is nothing to correct.
    if own.note.published.as_ref().is_some_and(|latest| latest.text == *draft) {
        own.note.draft = None;
        own.note.saved_at = None;
        return Ok(version);
    }
    let text = NoteForm::from(own.note.writing()).check(Completeness::Whole)?;
    let access = Access::<ReadNote>::from(&own.access);
    note_it(ctx, own.work.as_mut(), &access, Action::NotePublished, "").await?;
    own.publish(ctx, version, text).await
}

/// Shares a note with the patient and whoever else sees what is shared, from now or from a day on. A draft is published with it.
/// Tells the next version.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], or a [`Conflict`]: a private note, nobody who could see it, or
/// changed meanwhile.
pub async fn share_with_patient(
    ctx: &Ctx,
    patient: PatientId,
    id: NoteId,
    version: i64,
    form: &ShareForm,
) -> Result<i64> {
    may_share(ctx, patient, id).await?;
    let mut own = Own::open(ctx, patient, id, Action::NoteShared, "patient").await?;
    let today = patients::today(ctx, own.work.as_mut()).await?;
    let from = match form.check(today)? {
        None => None,
        Some(day) => {
            let start = days::start_of(day, &time_zone(ctx, own.work.as_mut()).await?, 0);
            Some(start.ok_or_else(|| Error::fault("a day without a beginning"))?)
        }
    };
    if own.note.private {
        return Err(Conflict::NoteIsPrivate.into());
    }
    let version = published(ctx, &mut own, version).await?;
    own.note = own.note.share_with_patient(Some(from.unwrap_or_else(|| ctx.now())))?;
    if !in_portal::tell(ctx, own.work.as_mut(), own.access.group(), patient, from).await? {
        return Err(Conflict::NobodyInPortal.into());
    }
    own.save(version).await
}

/// Where the practice is; UTC when nobody said.
async fn time_zone(ctx: &Ctx, work: &mut dyn Work) -> Result<String> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let first = work.list_locations(&enter).await?.into_iter().next();
    Ok(first.map_or_else(|| "UTC".to_owned(), |location| location.time_zone))
}

/// May the caller begin to share it? Asked in a unit of work of its own, which reads only.
async fn may_share(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<Access<ShareNote>> {
    let mut work = ctx.read().await?;
    let facts = note_facts(ctx, work.as_mut(), patient, id).await?;
    Ok(ctx.actor()?.may(ShareNote, &facts)?)
}

/// Ends that at once, whatever is being typed into it (PT-03). Pages of the portal that show it look again.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn unshare_with_patient(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<()> {
    let mut work = ctx.begin().await?;
    let facts = note_facts(ctx, work.as_mut(), patient, id).await?;
    let access = ctx.actor()?.may(WithdrawNote, &facts)?;
    note_it(ctx, work.as_mut(), &Access::<ReadNote>::from(&access), Action::NoteUnshared, "patient").await?;
    if work.withdraw_note(&access).await? {
        in_portal::ring(ctx, work.as_mut(), patient).await?;
    }
    work.save().await?;
    Ok(())
}

/// Shares a note with a colleague. A draft is published with it; tells the note's version.
///
/// # Errors
/// [`Error::NotFound`], also for a colleague it cannot be shared with; [`Error::Forbidden`], also while the group does not share
/// notes (S0-40); [`Error::Invalid`] for a draft that is not whole; [`Conflict::TooManyShares`].
pub async fn share_with(ctx: &Ctx, patient: PatientId, id: NoteId, version: i64, user: UserId) -> Result<i64> {
    let share = may_share(ctx, patient, id).await?;
    let mut own = Own::open(ctx, patient, id, Action::NoteShared, &user.to_string()).await?;
    let facts = notes_facts(ctx, own.work.as_mut(), patient).await?;
    let with = ctx.actor()?.may(ShareWithColleagues, &facts)?;
    let colleague = own.work.find_note_colleague(&with, user).await?.ok_or(Error::NotFound)?;
    if own.work.list_note_shares(&own.access).await?.len() >= limits::NOTE_SHARES as usize {
        return Err(Conflict::TooManyShares.into());
    }
    // What was published is shared as it is, whatever its author went on typing elsewhere.
    let version = match own.note.published {
        Some(_) => own.note.version,
        None => published(ctx, &mut own, version).await?,
    };
    if own.work.share_note(&share, &with, user, ctx.now()).await? {
        tell(ctx, own.work.as_mut(), &with, user).await?;
        own.work.hint(Hint::Bell(colleague.account));
    }
    own.work.save().await?;
    Ok(version)
}

async fn tell(ctx: &Ctx, work: &mut dyn Work, with: &Access<ShareWithColleagues>, user: UserId) -> Result<()> {
    let news = News::NotesShared { patient: with.patient() };
    let notification = Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
    work.notify_colleague(with, user, &notification).await?;
    Ok(())
}

/// Ends that at once.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn unshare_with(ctx: &Ctx, patient: PatientId, id: NoteId, user: UserId) -> Result<()> {
    let mut own = Own::open(ctx, patient, id, Action::NoteUnshared, &user.to_string()).await?;
    if own.work.unshare_note(&own.access, user).await? {
        own.work.save().await?;
    }
    Ok(())
}

/// With whom the caller shares all notes about the patient.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn all_shares(ctx: &Ctx, patient: PatientId) -> Result<Vec<SharedWith>> {
    let mut work = ctx.read().await?;
    let facts = notes_facts(ctx, work.as_mut(), patient).await?;
    let access = ctx.actor()?.may(ListNotes, &facts)?;
    Ok(work.list_all_notes_shares(&access).await?.into_iter().map(shared).collect())
}

/// Whom notes about the patient can be shared with, whose name begins so.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn colleagues(ctx: &Ctx, patient: PatientId, text: &str) -> Result<Vec<PractitionerChoice>> {
    let mut work = ctx.read().await?;
    let facts = notes_facts(ctx, work.as_mut(), patient).await?;
    let access = ctx.actor()?.may(ShareWithColleagues, &facts)?;
    let found = work.list_note_colleagues(&access, text).await?.into_iter();
    Ok(found
        .map(|user| PractitionerChoice { user: user.id, name: user.name.shown(), profession: user.profession })
        .collect())
}

/// Shares all of the caller's notes about the patient, also those to come, with a colleague: but for drafts and private ones.
///
/// # Errors
/// As [`share_with`].
pub async fn share_all(ctx: &Ctx, patient: PatientId, user: UserId) -> Result<()> {
    let mut work = ctx.begin().await?;
    let facts = notes_facts(ctx, work.as_mut(), patient).await?;
    let access = ctx.actor()?.may(ShareWithColleagues, &facts)?;
    let list = ctx.actor()?.may(ListNotes, &facts)?;
    let colleague = work.find_note_colleague(&access, user).await?.ok_or(Error::NotFound)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::AllNotesShared, patient);
    work.audit(&Entry { detail: user.to_string(), ..entry }).await?;
    if work.list_all_notes_shares(&list).await?.len() >= limits::NOTE_SHARES as usize {
        return Err(Conflict::TooManyShares.into());
    }
    if work.share_all_notes(&access, user, ctx.now()).await? {
        tell(ctx, work.as_mut(), &access, user).await?;
        work.hint(Hint::Bell(colleague.account));
    }
    work.save().await?;
    Ok(())
}

/// Ends that at once: also while the group does not share, and by who may share no more.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn unshare_all(ctx: &Ctx, patient: PatientId, user: UserId) -> Result<()> {
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = ctx.actor()?.may(WriteNotes, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::AllNotesUnshared, patient);
    work.audit(&Entry { detail: user.to_string(), ..entry }).await?;
    if work.unshare_all_notes(&access, user).await? {
        work.save().await?;
    }
    Ok(())
}

/// The note as the patient's portal shows it, or would: what was typed since the last version is shown as if it were published
/// (B-04). For its author, who is about to share it.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn as_patient(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<OwnNote> {
    let mut own = Own::open(ctx, patient, id, Action::NotePreviewed, "").await?;
    let access = Access::<ReadNote>::from(&own.access);
    let (author, profession) = own.work.lookup_author(&access).await?.ok_or(Error::NotFound)?;
    let time_zone = time_zone(ctx, own.work.as_mut()).await?;
    own.work.save().await?;
    let text = own.note.writing();
    let written_at = own.note.published.as_ref().map_or_else(|| ctx.now(), |version| version.at);
    Ok(OwnNote { id, text, author: author.shown(), profession, written_at, changed_at: None, time_zone })
}
