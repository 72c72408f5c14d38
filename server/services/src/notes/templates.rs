//! Templates that notes begin with. Whoever manages templates writes them, for the whole group; whoever may write notes about a
//! patient begins one with them.

use domain::{
    access::{Access, EnterGroup, ManageTemplates, ViewPatient, WriteNotes},
    audit::Action,
    error::{Conflict, Problem},
    ids::{NoteTemplateId, PatientId},
    limits,
    note::NoteForm,
    note_template::{NoteContext, NoteTemplate, NoteTemplateChoice, NoteTemplateForm, NoteValues},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    patients,
    ports::{Clash, StoreError},
    unusual,
};

/// The group's templates by name.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(ctx: &Ctx) -> Result<Vec<NoteTemplateChoice>> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    Ok(ctx.read().await?.list_note_templates(&Access::<EnterGroup>::from(&access)).await?)
}

/// One of them, to be changed.
///
/// # Errors
/// [`Error::Forbidden`] or [`Error::NotFound`].
pub async fn open(ctx: &Ctx, id: NoteTemplateId) -> Result<NoteTemplate> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let template = ctx.read().await?.lookup_note_template(&Access::<EnterGroup>::from(&access), id).await?;
    template.ok_or(Error::NotFound)
}

/// Adds one; an unknown merge field is refused.
///
/// # Errors
/// [`Error::Forbidden`] or [`Error::Invalid`].
pub async fn add(ctx: &Ctx, form: &NoteTemplateForm) -> Result<NoteTemplateId> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let (name, category, body) = form.check()?;
    let mut work = ctx.begin().await?;
    let template = NoteTemplate { id: ctx.services.random.id().into(), name, category, body, version: 0 };
    // The entry locks the group's chain: of two who add the last template at once, the second counts the first's.
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateAdded, template.id)).await?;
    if work.list_note_templates(&Access::<EnterGroup>::from(&access)).await?.len() >= limits::TEMPLATES as usize {
        return Err(Error::field("name", Problem::TooMany));
    }
    work.add_note_template(&access, &template, ctx.now()).await.map_err(name_taken)?;
    work.save().await?;
    Ok(template.id)
}

/// Changes one. `version` is the version the caller saw; notes already begun with it are not touched.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Invalid`] or [`Conflict::ChangedMeanwhile`].
pub async fn save(ctx: &Ctx, id: NoteTemplateId, version: i64, form: &NoteTemplateForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let (name, category, body) = form.check()?;
    let mut work = ctx.begin().await?;
    work.lookup_note_template(&Access::<EnterGroup>::from(&access), id).await?.ok_or(Error::NotFound)?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateChanged, id)).await?;
    let template = NoteTemplate { id, name, category, body, version };
    if !work.save_note_template(&access, &template, ctx.now()).await.map_err(name_taken)? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Removes one. `version` is the version the caller saw; notes already begun with it are not touched.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`] or [`Conflict::ChangedMeanwhile`].
pub async fn remove(ctx: &Ctx, id: NoteTemplateId, version: i64) -> Result<()> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let mut work = ctx.begin().await?;
    work.lookup_note_template(&Access::<EnterGroup>::from(&access), id).await?.ok_or(Error::NotFound)?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateRemoved, id)).await?;
    if !work.remove_note_template(&access, id, version).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// What a note about this patient can begin with, by name.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn offered(ctx: &Ctx, patient: PatientId) -> Result<Vec<NoteTemplateChoice>> {
    let actor = ctx.actor()?;
    let mut view = ctx.read().await?;
    let facts = patients::facts(ctx, view.as_mut(), patient).await?;
    actor.may(WriteNotes, &facts)?;
    Ok(view.list_note_templates(&actor.may(EnterGroup, &())?).await?)
}

/// The note that a template begins about this patient, with its fields filled in. Nothing is kept yet.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], or [`Error::Invalid`] naming `template` when it has become too long.
pub async fn begin(ctx: &Ctx, patient: PatientId, id: NoteTemplateId) -> Result<NoteForm> {
    let actor = ctx.actor()?;
    let enter = actor.may(EnterGroup, &())?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let seen = Access::<ViewPatient>::from(&actor.may(WriteNotes, &facts)?);
    let mut work = unusual::opened(ctx, work, &seen, &facts).await?;
    let template = work.lookup_note_template(&enter, id).await?.ok_or(Error::NotFound)?;
    let record = work.lookup_patient(&seen).await?.ok_or(Error::NotFound)?;
    let user = work.lookup_own_user(&enter).await?.ok_or(Error::NotFound)?;
    let group = work.lookup_group(&enter).await?.ok_or(Error::NotFound)?;
    let today = patients::today(ctx, work.as_mut()).await?;
    let details = &record.patient.details;
    let (full_name, author) = (details.name.shown(), user.name.shown());
    let values = NoteValues::from(NoteContext {
        called: details.name.called(),
        full_name: &full_name,
        birth_date: details.birth_date,
        author: &author,
        profession: &user.profession,
        practice: &group.name,
        today,
    });
    let note = template.begin(&values).map_err(|problem| Error::field("template", problem))?;
    work.audit(&audit::entry(ctx, seen.by(), seen.group(), Action::PatientViewed, patient)).await?;
    work.save().await?;
    Ok(note)
}

fn name_taken(error: StoreError) -> Error {
    match error {
        StoreError::Clash(Clash::NoteTemplateName) => Error::field("name", Problem::NameTaken),
        other => other.into(),
    }
}
