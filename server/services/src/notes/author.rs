//! What its author does with a note: write, publish, throw away, keep private.

use domain::{
    access::{Access, EditNote, ReadNote, ViewPatient, WriteNotes},
    audit::{Action, Entry},
    error::Conflict,
    form::Completeness,
    ids::{NoteId, PatientId},
    note::{Note, NoteForm, NoteText},
};

use super::{note_facts, note_it};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    in_portal, patients,
    ports::Work,
    unusual,
};

/// Begins a note, as a draft that only its author sees. An empty one of the author's is gone on with.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] or [`Error::Invalid`].
pub async fn begin(ctx: &Ctx, patient: PatientId, form: &NoteForm) -> Result<NoteId> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(WriteNotes, &facts)?;
    let text = form.check(Completeness::Draft)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    // One that was begun and left empty is gone on with: nobody collects them.
    if text.title.is_empty()
        && text.body.is_empty()
        && let Some(id) = work.find_empty_note(&access).await?
    {
        return Ok(id);
    }
    let id = NoteId::from_uuid(ctx.services.random.id());
    let entry = audit::entry(ctx, access.by(), access.group(), Action::NoteSaved, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    let note = Note {
        id,
        patient,
        author: access.user(),
        draft: Some(text),
        saved_at: Some(ctx.now()),
        published: None,
        private: false,
        patient_from: None,
        version: 0,
    };
    work.add_note(&access, &note, ctx.now()).await?;
    work.save().await?;
    Ok(id)
}

/// A note of the caller's own, to be changed.
pub(super) struct Own {
    pub access: Access<EditNote>,
    pub note: Note,
    pub work: Box<dyn Work>,
}

impl Own {
    /// Opens it. The entry of the trail comes first: two who save at once follow each other.
    pub async fn open(ctx: &Ctx, patient: PatientId, id: NoteId, action: Action, more: &str) -> Result<Self> {
        let mut work = ctx.begin().await?;
        let facts = note_facts(ctx, work.as_mut(), patient, id).await?;
        let access = ctx.actor()?.may(EditNote, &facts)?;
        note_it(ctx, work.as_mut(), &Access::<ReadNote>::from(&access), action, more).await?;
        let note = work.lookup_note(&Access::<ReadNote>::from(&access)).await?.ok_or(Error::NotFound)?;
        Ok(Self { access, note, work })
    }

    /// Saves what it became, if nobody changed it since the caller saw `version`; tells the next version.
    pub async fn save(mut self, version: i64) -> Result<i64> {
        let saved = self.work.save_note(&self.access, &Note { version, ..self.note }).await?;
        if !saved {
            return Err(Conflict::ChangedMeanwhile.into());
        }
        self.work.save().await?;
        Ok(version + 1)
    }

    /// Publishes this text as the next version, in the unit of work.
    pub async fn publish(&mut self, ctx: &Ctx, version: i64, text: NoteText) -> Result<i64> {
        let note = Note { version, ..self.note.clone() }.publish(text, ctx.now())?;
        let latest = note.published.clone().ok_or_else(|| Error::fault("a published note without its version"))?;
        if !self.work.publish_note(&self.access, &note, &latest).await? {
            return Err(Conflict::ChangedMeanwhile.into());
        }
        self.note = Note { version: version + 1, ..note };
        Ok(version + 1)
    }
}

/// Keeps what was typed, whole or not; tells the next version. What was published stays as it is (PR-07).
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for a colleague's note, [`Error::Invalid`] or [`Conflict::ChangedMeanwhile`].
pub async fn keep(ctx: &Ctx, patient: PatientId, id: NoteId, version: i64, form: &NoteForm) -> Result<i64> {
    let mut own = Own::open(ctx, patient, id, Action::NoteSaved, "").await?;
    own.note.draft = Some(form.check(Completeness::Draft)?);
    own.note.saved_at = Some(ctx.now());
    own.save(version).await
}

/// Publishes what was typed as the next version; tells the next version of the note. Every earlier one is kept.
///
/// # Errors
/// As [`keep`]; [`Error::Invalid`] also when it has no title or no text; [`Conflict::NothingChanged`].
pub async fn publish(ctx: &Ctx, patient: PatientId, id: NoteId, version: i64, form: &NoteForm) -> Result<i64> {
    let mut own = Own::open(ctx, patient, id, Action::NotePublished, "").await?;
    let text = form.check(Completeness::Whole)?;
    let next = own.publish(ctx, version, text).await?;
    if own.note.patient_from.is_some_and(|from| from <= ctx.now()) {
        in_portal::tell(ctx, own.work.as_mut(), own.access.group(), own.access.patient(), None).await?;
    }
    own.work.save().await?;
    Ok(next)
}

/// Throws away what was typed and not published: the note, when it never was.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Conflict::NotePublished`] when nothing was typed since, or
/// [`Conflict::ChangedMeanwhile`].
pub async fn discard(ctx: &Ctx, patient: PatientId, id: NoteId, version: i64) -> Result<()> {
    let mut own = Own::open(ctx, patient, id, Action::NoteDiscarded, "").await?;
    if own.note.published.is_none() {
        if !own.work.remove_note(&own.access, version).await? {
            return Err(Conflict::ChangedMeanwhile.into());
        }
        own.work.save().await?;
        return Ok(());
    }
    if own.note.draft.is_none() {
        return Err(Conflict::NotePublished.into());
    }
    own.note.draft = None;
    own.note.saved_at = None;
    own.save(version).await.map(drop)
}

/// Keeps a note from colleagues it was not shared with by itself, and from the patient, at once and whatever is being typed into
/// it; or not any more. Tells the next version.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn set_private(ctx: &Ctx, patient: PatientId, id: NoteId, private: bool) -> Result<i64> {
    let more = if private { "private" } else { "open" };
    let mut own = Own::open(ctx, patient, id, Action::NotePrivacyChanged, more).await?;
    if own.note.patient_from.is_some() {
        in_portal::ring(ctx, own.work.as_mut(), patient).await?;
    }
    own.note = own.note.keep_private(private);
    let version = own.note.version;
    own.save(version).await
}
