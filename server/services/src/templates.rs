//! Communication templates: create, edit, preview with a real patient (S1-10).

use domain::{
    access::{Access, EnterGroup, ManageTemplates, ViewPatient},
    audit::Action,
    error::{Conflict, Problem},
    ids::{PatientId, TemplateId},
    limits, person,
    template::{self, MergeValues, Template, TemplateForm},
    text,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    patients,
    ports::{Clash, StoreError, Work},
    unusual,
};

/// The group's templates by name.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx) -> Result<Vec<Template>> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    Ok(ctx.read().await?.list_templates(&Access::<EnterGroup>::from(&access)).await?)
}

/// Adds a template; an unknown merge field is refused.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add(ctx: &Ctx, form: &TemplateForm) -> Result<TemplateId> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let (name, body) = form.check()?;
    let mut work = ctx.begin().await?;
    let template = Template { id: ctx.services.random.id().into(), name, body, version: 0 };
    // The entry locks the group's chain: of two who add the last template at once, the second counts the first's.
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateAdded, template.id)).await?;
    if work.list_templates(&Access::<EnterGroup>::from(&access)).await?.len() >= limits::TEMPLATES as usize {
        return Err(Error::field("name", Problem::TooMany));
    }
    work.add_template(&access, &template, ctx.now()).await.map_err(name_taken)?;
    work.save().await?;
    Ok(template.id)
}

/// Changes a template. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`] or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save(ctx: &Ctx, id: TemplateId, version: i64, form: &TemplateForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let (name, body) = form.check()?;
    let mut work = ctx.begin().await?;
    work.lookup_template(&Access::<EnterGroup>::from(&access), id).await?.ok_or(Error::NotFound)?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateChanged, id)).await?;
    let template = Template { id, name, body, version };
    if !work.save_template(&access, &template, ctx.now()).await.map_err(name_taken)? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Removes a template; mails already written with it are not touched. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::NotFound`] or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn remove(ctx: &Ctx, id: TemplateId, version: i64) -> Result<()> {
    let access = ctx.actor()?.may(ManageTemplates, &())?;
    let mut work = ctx.begin().await?;
    work.lookup_template(&Access::<EnterGroup>::from(&access), id).await?.ok_or(Error::NotFound)?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateRemoved, id)).await?;
    if !work.remove_template(&access, id, version).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// The text as it would read for this patient, sent by the caller.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `body`, or [`crate::Error::NotFound`] for the patient.
pub async fn preview(ctx: &Ctx, body: &str, patient: PatientId) -> Result<String> {
    let actor = ctx.actor()?;
    let enter = Access::<EnterGroup>::from(&actor.may(ManageTemplates, &())?);
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ViewPatient, &facts)?;
    let mut work = unusual::opened(ctx, work, &access, &facts).await?;
    let record = work.lookup_patient(&access).await?.ok_or(Error::NotFound)?;
    let body = text::paragraphs(body, limits::MESSAGE).map_err(|problem| Error::field("body", problem))?;
    let values = if access.names_hidden() {
        let pseudonym = person::pseudonym(record.patient.number);
        values(work.as_mut(), &enter, &pseudonym, &pseudonym).await?
    } else {
        let name = &record.patient.details.name;
        values(work.as_mut(), &enter, name.called(), &name.shown()).await?
    };
    let preview = template::message(&body, &values).map_err(|problem| Error::field("body", problem))?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, patient)).await?;
    work.save().await?;
    Ok(preview)
}

fn name_taken(error: StoreError) -> Error {
    match error {
        StoreError::Clash(Clash::TemplateName) => Error::field("name", Problem::NameTaken),
        other => other.into(),
    }
}

/// What merge fields stand for when the holder of this right writes about this patient.
///
/// # Errors
/// Storage's.
pub(crate) async fn values(
    work: &mut dyn Work,
    enter: &Access<EnterGroup>,
    first_name: &str,
    full_name: &str,
) -> Result<MergeValues> {
    let user = work.lookup_own_user(enter).await?.ok_or(Error::NotFound)?;
    let group = work.lookup_group(enter).await?.ok_or(Error::NotFound)?;
    Ok(MergeValues {
        patient_first_name: first_name.to_owned(),
        patient_full_name: full_name.to_owned(),
        user_name: user.name.shown(),
        user_profession: user.profession,
        practice_name: group.name,
        practice_phone: group.phone,
    })
}
