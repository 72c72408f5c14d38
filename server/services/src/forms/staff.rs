//! The practice's side: make, publish and put away forms; send them, take them back, read what was answered.

use docgen::Paper;
use domain::{
    access::{Access, EnterGroup, ExportData, ManageForms, SendForms, ViewFormAnswers, ViewForms, ViewPatient},
    audit::{Action, Entry},
    error::{Conflict, Problem},
    form::{
        Completeness, Form, FormAnswers, FormChoice, FormDraft, FormPage, FormRequest, FormRequestRow, FormRow,
        FormState, Question, Recipient, RequestState, Section, SendChoices, SendForm, Version, words,
    },
    grant::{Grant, Level, Reach, Role, State as GrantState},
    ids::{FormId, FormRequestId, PatientId},
    limits, mail,
    page::{Page, PageRequest},
    paper::File,
    time::Date,
};

use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    mails, paper, patients,
    ports::{About, Clash, StoreError, Work},
    unusual,
};

/// The group's forms: those in use by title, then those put away.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx) -> Result<Vec<FormRow>> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    Ok(ctx.read().await?.list_forms(&Access::<EnterGroup>::from(&access)).await?)
}

/// One form, for its editor: the draft, or what was published when there is none.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn open(ctx: &Ctx, id: FormId) -> Result<FormPage> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    let enter = Access::<EnterGroup>::from(&access);
    let mut work = ctx.read().await?;
    let form = work.lookup_form(&enter, id).await?.ok_or(Error::NotFound)?;
    let state = form.state();
    let definition = match (form.draft, form.published) {
        (Some(draft), _) => draft,
        (None, Some(number)) => {
            let published = work.lookup_form_version(&enter, id, number).await?;
            published.ok_or_else(|| Error::fault("a form without its published version"))?.definition
        }
        (None, None) => return Err(Error::fault("a form without a draft and a version")),
    };
    Ok(FormPage { id, title: form.title, state, definition, version: form.version })
}

/// Adds a form, as a draft.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add(ctx: &Ctx, draft: &FormDraft) -> Result<FormId> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    let FormDraft { title, definition } = draft.check(Completeness::Draft)?;
    let mut work = ctx.begin().await?;
    let id = FormId::from_uuid(ctx.services.random.id());
    // The entry locks the group's chain: of two who add the last form at once, the second counts the first's.
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::FormAdded, id)).await?;
    if work.list_forms(&Access::<EnterGroup>::from(&access)).await?.len() >= limits::FORMS as usize {
        return Err(Error::field("title", Problem::TooMany));
    }
    let form = Form { id, title, draft: Some(definition), published: None, archived_at: None, version: 0 };
    work.add_form(&access, &form, ctx.now()).await.map_err(title_taken)?;
    work.save().await?;
    Ok(id)
}

/// Keeps a draft, whole or not. What was published stays as it is. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::Invalid`], [`Conflict::FormArchived`] or [`Conflict::ChangedMeanwhile`].
pub async fn save(ctx: &Ctx, id: FormId, version: i64, draft: &FormDraft) -> Result<()> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    let FormDraft { title, definition } = draft.check(Completeness::Draft)?;
    let mut work = ctx.begin().await?;
    let form = writable(work.as_mut(), &access, id).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::FormChanged, id)).await?;
    let form = Form { title, draft: Some(definition), version, ..form };
    if !work.save_form(&access, &form, ctx.now()).await.map_err(title_taken)? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Publishes what is given as the form's next version, which never changes from then on; tells its number. What was sent
/// before keeps the version it was sent in.
///
/// # Errors
/// [`crate::Error::Invalid`] when the form is not whole, [`Conflict::FormArchived`] or [`Conflict::ChangedMeanwhile`].
pub async fn publish(ctx: &Ctx, id: FormId, version: i64, draft: &FormDraft) -> Result<i64> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    let FormDraft { title, definition } = draft.check(Completeness::Whole)?;
    let mut work = ctx.begin().await?;
    let form = writable(work.as_mut(), &access, id).await?;
    let number = form.published.unwrap_or(0) + 1;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::FormPublished, id);
    work.audit(&Entry { detail: format!("version={number}"), ..entry }).await?;
    let form = Form { title: title.clone(), draft: None, published: Some(number), version, ..form };
    if !work.save_form(&access, &form, ctx.now()).await.map_err(title_taken)? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.add_form_version(&access, id, &Version { number, title, definition }, ctx.now()).await?;
    work.save().await?;
    Ok(number)
}

/// Puts a form away: it cannot be sent any more. What was sent can still be answered.
///
/// # Errors
/// [`Conflict::FormArchived`] or [`Conflict::ChangedMeanwhile`].
pub async fn archive(ctx: &Ctx, id: FormId, version: i64) -> Result<()> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    let mut work = ctx.begin().await?;
    let form = writable(work.as_mut(), &access, id).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::FormArchived, id)).await?;
    let form = Form { archived_at: Some(ctx.now()), version, ..form };
    if !work.save_form(&access, &form, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Takes a form that was put away into use again.
///
/// # Errors
/// [`Conflict::FormTitleTaken`] or [`Conflict::ChangedMeanwhile`].
pub async fn restore(ctx: &Ctx, id: FormId, version: i64) -> Result<()> {
    let access = ctx.actor()?.may(ManageForms, &())?;
    let mut work = ctx.begin().await?;
    let form = work.lookup_form(&Access::<EnterGroup>::from(&access), id).await?.ok_or(Error::NotFound)?;
    if form.archived_at.is_none() {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::FormRestored, id)).await?;
    let form = Form { archived_at: None, version, ..form };
    let saved = work.save_form(&access, &form, ctx.now()).await.map_err(|error| match error {
        StoreError::Clash(Clash::FormTitle) => Conflict::FormTitleTaken.into(),
        other => Error::from(other),
    })?;
    if !saved {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

async fn writable(work: &mut dyn Work, access: &Access<ManageForms>, id: FormId) -> Result<Form> {
    let form = work.lookup_form(&Access::<EnterGroup>::from(access), id).await?.ok_or(Error::NotFound)?;
    form.writable()?;
    Ok(form)
}

fn title_taken(error: StoreError) -> Error {
    match error {
        StoreError::Clash(Clash::FormTitle) => Error::field("title", Problem::NameTaken),
        other => other.into(),
    }
}

/// What the dialog that sends forms starts with.
///
/// # Errors
/// [`crate::Error::NotFound`], or a [`Conflict`] that says why nothing can be sent.
pub async fn send_start(ctx: &Ctx, patient: PatientId) -> Result<SendChoices> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(SendForms, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    patients::living(work.as_mut(), &Access::<ViewPatient>::from(&access)).await?;
    let forms = sendable(work.as_mut(), &actor.may(EnterGroup, &())?).await?;
    let person = |(grant, email): (Grant, String)| {
        let active = matches!(grant.state, GrantState::Activated { .. });
        Recipient { grant: grant.id, email, kind: grant.kind, active }
    };
    let people = recipients(ctx, work.as_mut(), &access).await?.into_iter().map(person).collect();
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, patient)).await?;
    work.save().await?;
    Ok(SendChoices { forms, people })
}

/// The forms that can be sent, by title.
///
/// # Errors
/// Storage's.
pub(crate) async fn sendable(work: &mut dyn Work, enter: &Access<EnterGroup>) -> Result<Vec<FormChoice>> {
    let all = work.list_forms(enter).await?.into_iter();
    let published = all.filter(|form| matches!(form.state, FormState::Published { .. }));
    Ok(published.map(|form| FormChoice { id: form.id, title: form.title }).collect())
}

/// Sends forms to one portal user of the patient.
///
/// # Errors
/// [`crate::Error::Invalid`] or a [`Conflict`].
pub async fn send(ctx: &Ctx, patient: PatientId, form: &SendForm) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(SendForms, &facts)?;
    let (to, forms, message) = form.check()?;
    patients::living(work.as_mut(), &Access::<ViewPatient>::from(&access)).await?;
    let people = recipients(ctx, work.as_mut(), &access).await?;
    let found = people.into_iter().find(|(grant, _)| grant.id == to);
    let (grant, _) = found.ok_or_else(|| Error::field("to", Problem::NotAChoice))?;
    ask(ctx, work.as_mut(), &access, &grant, &forms, &message).await?;
    // Who was only invited so far has that mail; and one that has not left yet says the same.
    if matches!(grant.state, GrantState::Activated { .. })
        && !work.mail_again(access.group(), grant.account, mail::Kind::FormsAsked, ctx.now(), ctx.now()).await?
    {
        let account = work.lookup_account(grant.account).await?;
        let account = account.ok_or_else(|| Error::fault("a grant without its account"))?;
        work.add_mail(&mails::about_forms(ctx, &account, access.group())).await?;
    }
    work.save().await?;
    Ok(())
}

/// Those who could fill a form in, once they have accepted: the patient's age may have narrowed what others see.
async fn recipients(ctx: &Ctx, work: &mut dyn Work, access: &Access<SendForms>) -> Result<Vec<(Grant, String)>> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let details =
        work.lookup_patient(&Access::<ViewPatient>::from(access)).await?.ok_or(Error::NotFound)?.patient.details;
    let about = About {
        status: details.status,
        birth_date: details.birth_date,
        rules: work.lookup_patient_access(&enter).await?.ages,
        time_zone: work.list_locations(&enter).await?.into_iter().next().map(|location| location.time_zone),
        patient_uses_portal: false,
    };
    let (ages, now) = (about.birthdays(), ctx.now());
    let all = work.list_recipients(access, now).await?.into_iter();
    let fills_in = |grant: &Grant| {
        let accepted = Grant { state: GrantState::Activated { at: now }, ..grant.clone() };
        accepted.reach(&ages, now) == Some(Reach { role: Role::Edit, level: Level::Clinical })
    };
    Ok(all.filter(|(grant, _)| fills_in(grant)).collect())
}

/// Asks the portal user of this grant for these forms, inside the caller's unit of work. Whoever has not accepted the
/// invitation yet sees them once they do. `message` is checked already; it stands over each of the forms (S3-30).
///
/// # Errors
/// [`crate::Error::Invalid`] naming `forms`, or a [`Conflict`]; then the unit of work is not to be saved.
pub(crate) async fn ask(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<SendForms>,
    grant: &Grant,
    forms: &[FormId],
    message: &str,
) -> Result<()> {
    if grant.patient != access.patient() || grant.group != access.group() {
        return Err(Error::fault("a form was to be sent to another patient's portal user"));
    }
    if matches!(grant.state, GrantState::Suspended { .. } | GrantState::Ended { .. }) {
        return Err(Conflict::AccessSuspended.into());
    }
    if (grant.terms.role, grant.terms.level) != (Role::Edit, Level::Clinical) {
        return Err(Error::field("forms", Problem::NotForThem));
    }
    let forms = domain::form::several(forms).map_err(|problem| Error::field("forms", problem))?;
    // The entries lock the group's chain: of two who send the last form at once, the second counts the first's.
    let requests: Vec<(FormId, FormRequestId)> =
        forms.into_iter().map(|form| (form, FormRequestId::from_uuid(ctx.services.random.id()))).collect();
    for (form, request) in &requests {
        let entry = audit::entry(ctx, access.by(), access.group(), Action::FormSent, access.patient());
        work.audit(&Entry { detail: format!("{request} {form}"), ..entry }).await?;
    }
    let asked = work.count_asked_forms(access, grant.id).await?;
    let more = i64::try_from(requests.len()).unwrap_or(i64::MAX);
    if asked.saturating_add(more) > i64::from(limits::FORMS_ASKED) {
        return Err(Conflict::TooManyForms.into());
    }
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    for (id, request) in requests {
        let form = work.lookup_form(&enter, id).await?.ok_or_else(|| Error::field("forms", Problem::NotAChoice))?;
        let number = form.sendable()?;
        let request = FormRequest {
            id: request,
            form: id,
            number,
            title: form.title,
            grant: grant.id,
            message: message.to_owned(),
            asked_by: access.user(),
            asked_at: ctx.now(),
            state: RequestState::Asked,
        };
        work.add_form_request(access, &request).await?;
    }
    Ok(())
}

/// What was sent for the patient, latest first, and where it stands.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn requests(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<FormRequestRow>> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ViewForms, &facts)?;
    let may_read = actor.may(ViewFormAnswers, &facts).is_ok();
    let may_send = actor.may(SendForms, &facts).is_ok();
    let page = work.list_form_requests(&access, page).await?.map(|listed| {
        let request = listed.request;
        FormRequestRow {
            id: request.id,
            title: request.title,
            number: request.number,
            email: if access.names_hidden() { String::new() } else { listed.email },
            kind: listed.kind,
            asked_by: listed.asked_by.shown(),
            asked_at: request.asked_at,
            may_view: may_read && matches!(request.state, RequestState::Submitted { .. }),
            may_withdraw: may_send && request.state.open().is_ok(),
            state: request.state,
        }
    });
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::FormsListed, patient)).await?;
    work.save().await?;
    Ok(page)
}

/// A returned form with its answers.
///
/// # Errors
/// [`crate::Error::NotFound`], also while it is not returned: a draft is the portal user's alone.
pub async fn answers(ctx: &Ctx, patient: PatientId, id: FormRequestId) -> Result<FormAnswers> {
    let (form, _, work) = returned(ctx, patient, id, Action::FormViewed).await?;
    work.save().await?;
    Ok(form)
}

/// The same as a file, for those who may take what they see out of the program.
///
/// # Errors
/// As [`answers`]; [`crate::Error::Forbidden`] without the right to export; [`crate::Error::StepUp`] (AD-08);
/// [`crate::Error::TooMany`] when too much is being printed already.
pub async fn pdf(ctx: &Ctx, patient: PatientId, id: FormRequestId) -> Result<File> {
    let (form, access, mut work) = returned(ctx, patient, id, Action::FormPrinted).await?;
    // Asked after the right to see it, so that nobody learns by it what is there.
    ctx.actor()?.may(ExportData, &())?;
    ctx.proved_lately()?;
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let practice = work.lookup_group(&enter).await?.ok_or(Error::NotFound)?.name;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    let zone = work.list_locations(&enter).await?.into_iter().next().map(|location| location.time_zone);
    work.save().await?;
    let details = record.patient.details;
    let returned_on = days::day_in(form.submitted_at, zone.as_deref()).map(Date::long).unwrap_or_default();
    let born = details.birth_date.map(Date::long);
    paper::print(ctx, sheet(form, practice, &details.name.shown(), born.as_deref(), &returned_on)).await
}

/// A returned form on paper.
fn sheet(form: FormAnswers, practice: String, name: &str, born: Option<&str>, returned_on: &str) -> Paper {
    let FormAnswers { title, number, email, definition, answers, .. } = form;
    let item = |question: Question| {
        let answer = answers.iter().find(|one| one.key == question.key).map(|one| &one.answer);
        let answer = words::answer(&question, answer).unwrap_or_else(|| words::NOT_ANSWERED.to_owned());
        docgen::Item { label: question.label, answer: Some(answer), ..docgen::Item::default() }
    };
    let section = |section: Section| docgen::Section {
        title: section.title,
        help: String::new(),
        text: String::new(),
        items: section.questions.into_iter().map(item).collect(),
    };
    Paper::Document(docgen::Document {
        language: "en".to_owned(),
        practice,
        lines: vec![words::about(name, born), words::returned(&email, returned_on)],
        sections: definition.sections.into_iter().map(section).collect(),
        footer: words::footer(&title, number, name),
        title,
    })
}

/// A returned form for whoever may read it, who is written down for it.
async fn returned(
    ctx: &Ctx,
    patient: PatientId,
    id: FormRequestId,
    action: Action,
) -> Result<(FormAnswers, Access<ViewFormAnswers>, Box<dyn Work>)> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ViewFormAnswers, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    let listed = work.lookup_form_request(&Access::<ViewForms>::from(&access), id).await?.ok_or(Error::NotFound)?;
    let RequestState::Submitted { at: submitted_at } = listed.request.state else { return Err(Error::NotFound) };
    let (definition, answers) = work.lookup_form_answers(&access, id).await?.ok_or(Error::NotFound)?;
    let entry = audit::entry(ctx, access.by(), access.group(), action, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    let (title, number) = (listed.request.title, listed.request.number);
    let form = FormAnswers { title, number, email: listed.email, kind: listed.kind, submitted_at, definition, answers };
    Ok((form, access, work))
}

/// Takes a form back that was not returned yet.
///
/// # Errors
/// [`Conflict::FormReturned`] or [`Conflict::FormWithdrawn`].
pub async fn withdraw(ctx: &Ctx, patient: PatientId, id: FormRequestId) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(SendForms, &facts)?;
    let see = Access::<ViewForms>::from(&access);
    let listed = work.lookup_form_request(&see, id).await?.ok_or(Error::NotFound)?;
    listed.request.state.open()?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::FormWithdrawn, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    if !work.withdraw_form_request(&access, id, ctx.now()).await? {
        // Somebody was faster: what they did says why not.
        let listed = work.lookup_form_request(&see, id).await?.ok_or(Error::NotFound)?;
        listed.request.state.open()?;
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}
