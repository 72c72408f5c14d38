//! The side of whoever was asked: see what is asked, fill it in, return it, and read it again (S3-13, S3-14).

use domain::{
    access::{Access, EditOwnRecord, ViewOwnClinical, ViewOwnRecord},
    audit::{Action, Entry},
    error::{Conflict, Invalid},
    form::{Answered, Completeness, Definition, FormRequest, OwnForm, OwnFormRow, OwnForms, Raw},
    ids::{FormRequestId, PatientId},
    notification::{News, Notification},
    page::PageRequest,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::Work,
};

/// A portal user at a record.
struct Visit {
    access: Access<ViewOwnRecord>,
    answers: bool,
}

impl Visit {
    async fn begin(ctx: &Ctx, patient: PatientId) -> Result<(Self, Box<dyn Work>)> {
        let mut work = ctx.services.store.begin().await?;
        Ok((Self::enter(ctx, work.as_mut(), patient).await?, work))
    }

    async fn enter(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<Self> {
        let actor = ctx.actor()?;
        let facts = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
        // Answers are health data: who is here for appointments and invoices does not learn of forms.
        let access = Access::<ViewOwnRecord>::from(&actor.may(ViewOwnClinical, &facts)?);
        let answers = actor.may(EditOwnRecord, &facts).is_ok();
        Ok(Self { access, answers })
    }

    async fn list(&self, work: &mut dyn Work, page: &PageRequest) -> Result<OwnForms> {
        let asked = work.list_own_asked_forms(&self.access).await?;
        let returned = work.list_own_returned_forms(&self.access, page).await?;
        let time_zone = self.time_zone(work).await?;
        Ok(OwnForms { asked: asked.into_iter().map(row).collect(), returned: returned.map(row), time_zone })
    }

    async fn open(&self, work: &mut dyn Work, id: FormRequestId) -> Result<OwnForm> {
        let (request, definition, filled) = work.lookup_own_form(&self.access, id).await?.ok_or(Error::NotFound)?;
        let time_zone = self.time_zone(work).await?;
        let may_answer = self.may_answer() && request.state.open().is_ok();
        let FormRequest { title, message, asked_at, state, .. } = request;
        Ok(OwnForm { id, title, message, asked_at, state, definition, filled, may_answer, time_zone })
    }

    /// May this portal user fill in and return what is asked of them? The one place that says so.
    const fn may_answer(&self) -> bool {
        self.answers
    }

    async fn note(&self, ctx: &Ctx, work: &mut dyn Work, action: Action, detail: String) -> Result<()> {
        let access = &self.access;
        let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
        work.audit(&Entry { detail, ..entry }).await?;
        Ok(())
    }

    async fn time_zone(&self, work: &mut dyn Work) -> Result<String> {
        Ok(work.own_time_zone(&self.access).await?.unwrap_or_else(|| "UTC".to_owned()))
    }
}

/// What is asked of this portal user, and a page of what they returned.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not open the record.
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<OwnForms> {
    let (visit, mut work) = Visit::begin(ctx, patient).await?;
    visit.note(ctx, work.as_mut(), Action::FormsListed, String::new()).await?;
    let forms = visit.list(work.as_mut(), page).await?;
    work.save().await?;
    Ok(forms)
}

/// The same, with nothing written down.
pub(crate) async fn look_through(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    page: &PageRequest,
) -> Result<OwnForms> {
    Visit::enter(ctx, work, patient).await?.list(work, page).await
}

fn row(request: FormRequest) -> OwnFormRow {
    let FormRequest { id, title, message, asked_at, state, .. } = request;
    OwnFormRow { id, title, message, asked_at, state }
}

/// One form: to be filled in, or as it was returned.
///
/// # Errors
/// [`crate::Error::NotFound`], also for what was asked of somebody else (PT-14).
pub async fn open(ctx: &Ctx, patient: PatientId, id: FormRequestId) -> Result<OwnForm> {
    let (visit, mut work) = Visit::begin(ctx, patient).await?;
    let form = visit.open(work.as_mut(), id).await?;
    visit.note(ctx, work.as_mut(), Action::FormViewed, id.to_string()).await?;
    work.save().await?;
    Ok(form)
}

/// The same, with nothing written down.
pub(crate) async fn look(ctx: &Ctx, work: &mut dyn Work, patient: PatientId, id: FormRequestId) -> Result<OwnForm> {
    Visit::enter(ctx, work, patient).await?.open(work, id).await
}

/// Keeps what was typed, valid or not.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`Conflict::FormReturned`] or [`Conflict::FormWithdrawn`]; [`crate::Error::Invalid`] for what
/// the form does not ask or offer.
pub async fn save(ctx: &Ctx, patient: PatientId, id: FormRequestId, typed: &Raw) -> Result<()> {
    let (visit, mut work) = Visit::begin(ctx, patient).await?;
    let (_, definition) = asked(&visit, work.as_mut(), id).await?;
    definition.answers(typed, Completeness::Draft)?;
    keep(ctx, &visit, work.as_mut(), id, typed).await?;
    work.save().await?;
    Ok(())
}

/// Returns the form. What was typed is kept as a draft even when it cannot be returned yet, so that nothing is lost.
///
/// # Errors
/// As [`save`]; [`crate::Error::Invalid`] also for what is missing or wrong, each under its question's key.
pub async fn submit(ctx: &Ctx, patient: PatientId, id: FormRequestId, typed: &Raw) -> Result<()> {
    let (visit, mut work) = Visit::begin(ctx, patient).await?;
    let (request, definition) = asked(&visit, work.as_mut(), id).await?;
    definition.answers(typed, Completeness::Draft)?;
    match definition.answers(typed, Completeness::Whole) {
        Ok(answers) => give(ctx, &visit, work.as_mut(), &request, &answers).await?,
        Err(invalid) => return refused(ctx, &visit, work, id, typed, invalid).await,
    }
    work.save().await?;
    Ok(())
}

async fn refused(
    ctx: &Ctx,
    visit: &Visit,
    mut work: Box<dyn Work>,
    id: FormRequestId,
    typed: &Raw,
    invalid: Invalid,
) -> Result<()> {
    keep(ctx, visit, work.as_mut(), id, typed).await?;
    work.save().await?;
    Err(invalid.into())
}

/// The form, if an answer to it is still waited for.
async fn asked(visit: &Visit, work: &mut dyn Work, id: FormRequestId) -> Result<(FormRequest, Definition)> {
    let (request, definition, _) = work.lookup_own_form(&visit.access, id).await?.ok_or(Error::NotFound)?;
    if !visit.may_answer() {
        return Err(Error::NotFound);
    }
    request.state.open()?;
    Ok((request, definition))
}

async fn keep(ctx: &Ctx, visit: &Visit, work: &mut dyn Work, id: FormRequestId, typed: &Raw) -> Result<()> {
    visit.note(ctx, work, Action::FormSaved, id.to_string()).await?;
    if work.save_own_form(&visit.access, id, typed, ctx.now()).await? {
        return Ok(());
    }
    Err(ended_meanwhile(visit, work, id).await?)
}

async fn give(
    ctx: &Ctx,
    visit: &Visit,
    work: &mut dyn Work,
    request: &FormRequest,
    answers: &[Answered],
) -> Result<()> {
    let access = &visit.access;
    visit.note(ctx, work, Action::FormReturned, request.id.to_string()).await?;
    if !work.submit_own_form(access, request.id, answers, ctx.now()).await? {
        return Err(ended_meanwhile(visit, work, request.id).await?);
    }
    let news = News::FormReturned { patient: access.patient(), request: request.id };
    let notification = Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
    work.notify_practice(access, request.asked_by, &notification).await?;
    Ok(())
}

/// Why it could not be saved: somebody was faster.
async fn ended_meanwhile(visit: &Visit, work: &mut dyn Work, id: FormRequestId) -> Result<Error> {
    let (request, ..) = work.lookup_own_form(&visit.access, id).await?.ok_or(Error::NotFound)?;
    Ok(request.state.open().err().unwrap_or(Conflict::ChangedMeanwhile).into())
}
