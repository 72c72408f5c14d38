//! Patients: list, search, profile, contacts. Every read and change leaves an audit entry in the same unit of work.

use domain::{
    access::{
        Access, Actor, AddPatient, EditPatient, EnterGroup, InvitePatient, ListNotes, ListPatients, NotesFacts,
        OpenInEmergency, PatientFacts, ReadActivities, ReadDocuments, Relationship, ViewContacts, ViewPatient,
        ViewPatientAccess, ViewSocialHistory,
    },
    access_log::Part,
    audit::{Action, Entry},
    background::{Background, BackgroundForm, BackgroundPage, SocialHistory},
    emergency,
    error::{Conflict, Problem},
    ids::{ContactId, PatientId},
    limits,
    page::{Page, PageRequest},
    patient::{
        Contact, ContactForm, Details, DetailsForm, Patient, PatientFilter, PatientRow, Profile, ProfileRights, Status,
    },
    person, text,
    time::Date,
    update::Record,
    user::Role,
};

use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    ports::{Clash, PatientRecord, Random, StoreError, Work},
    unusual, updates,
};

/// What is needed to decide about the caller's rights over this patient.
///
/// # Errors
/// [`Error::NotFound`] when there is no such patient in the caller's group.
pub(crate) async fn facts(ctx: &Ctx, work: &mut dyn Work, id: PatientId) -> Result<PatientFacts> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    work.patient_facts(&enter, id, ctx.now()).await?.ok_or(Error::NotFound)
}

/// Nothing is asked of, or written to, somebody who died or is blocked: nobody could open it.
///
/// # Errors
/// A [`Conflict`] that says so.
pub(crate) async fn living(work: &mut dyn Work, access: &Access<ViewPatient>) -> Result<()> {
    let record = work.lookup_patient(access).await?.ok_or(Error::NotFound)?;
    match record.patient.details.status {
        Status::Active | Status::Inactive => Ok(()),
        Status::Blocked => Err(Conflict::PatientBlocked.into()),
        Status::Deceased => Err(Conflict::PatientDeceased.into()),
    }
}

/// What to call the patient before this caller: the name, or the pseudonym.
#[must_use]
pub(crate) fn shown(patient: &Patient, names_hidden: bool) -> String {
    if names_hidden { person::pseudonym(patient.number) } else { patient.details.name.shown() }
}

/// One page of the patients the caller may see.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, filter: &PatientFilter, page: &PageRequest) -> Result<Page<PatientRow>> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let filter = PatientFilter { text: filter.text.chars().take(limits::SEARCH_TEXT).collect(), ..filter.clone() };
    let mut work = ctx.begin().await?;
    let page = work.list_patients(&access, &filter, page).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientsListed, "");
    // How many, never whom or what was searched for: the text of a search is a name.
    work.audit(&Entry { detail: format!("count={}", page.rows.len()), ..entry }).await?;
    work.save().await?;
    let hidden = access.names_hidden();
    Ok(page.map(|record| row(record, hidden)))
}

fn row(record: PatientRecord, names_hidden: bool) -> PatientRow {
    let PatientRecord { patient, portal } = record;
    let shown = shown(&patient, names_hidden);
    let Details { birth_date, email, mobile, phone, status, .. } = patient.details;
    let (birth_date, phone, email) = if names_hidden {
        (None, String::new(), String::new())
    } else {
        let phone = if mobile.is_empty() { phone } else { mobile };
        (birth_date, phone, email.map(String::from).unwrap_or_default())
    };
    PatientRow { id: patient.id, shown, birth_date, phone, email, status, portal }
}

/// What the search field in the top bar shows: at most [`domain::limits::SEARCH_ROWS`].
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn search(ctx: &Ctx, text: &str) -> Result<Vec<PatientRow>> {
    ctx.actor()?.may(ListPatients, &())?;
    if text::fold(text).is_empty() {
        return Ok(Vec::new());
    }
    let filter = PatientFilter { text: text.to_owned(), status: None };
    let page = PageRequest { after: None, limit: Some(limits::SEARCH_ROWS) };
    Ok(list(ctx, &filter, &page).await?.rows)
}

/// A patient's profile and what the caller may do with it.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::StepUp`] after more records than anybody opens within an hour (PR-14).
pub async fn profile(ctx: &Ctx, id: PatientId) -> Result<Profile> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(ViewPatient, &facts)?;
    let mut work = unusual::opened(ctx, work, &access, &facts).await?;
    let PatientRecord { patient, portal } = work.lookup_patient(&access).await?.ok_or(Error::NotFound)?;
    let settings = work.lookup_patient_access(&actor.may(EnterGroup, &())?).await?;
    let today = today(ctx, work.as_mut()).await?;
    let enter = actor.may(EnterGroup, &())?;
    let may_open =
        !facts.emergency && actor.may(OpenInEmergency, &facts).is_ok() && work.emergency_hours(&enter).await?.is_some();
    let emergency = if facts.emergency {
        let open = work.list_own_emergencies(&enter, ctx.now()).await?;
        open.into_iter().find(|(patient, _)| *patient == id).map(|(_, until)| until)
    } else {
        None
    };
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, id)).await?;
    let updates = updates::waiting_here(ctx, work.as_mut(), &facts).await?;
    work.save().await?;

    let hidden = access.names_hidden();
    let status = patient.details.status;
    let invitable = match status {
        Status::Active | Status::Inactive => settings.invitations,
        Status::Blocked | Status::Deceased => false,
    };
    let may = ProfileRights {
        edit: actor.may(EditPatient, &facts).is_ok(),
        invite: invitable && actor.may(InvitePatient, &facts).is_ok(),
        see_access: actor.may(ViewPatientAccess, &facts).is_ok(),
        see_social: actor.may(ViewSocialHistory, &facts).is_ok(),
        // Whether the group shares makes no difference to whether there is a tab.
        see_documents: actor.may(ReadDocuments, &facts).is_ok(),
        see_activities: actor.may(ReadActivities, &facts).is_ok(),
        see_notes: actor.may(ListNotes, &NotesFacts { patient: facts, sharing: false }).is_ok(),
        emergency: may_open,
    };
    Ok(Profile {
        id,
        shown: shown(&patient, hidden),
        age: patient.details.birth_date.filter(|_| !hidden).map(|date| date.age_on(today)),
        status,
        portal,
        updates,
        version: patient.version,
        added_at: patient.added_at,
        may,
        emergency,
        details: (!hidden).then_some(patient.details),
    })
}

/// Times a number is drawn anew because another patient of the group has it.
const ATTEMPTS: u32 = 12;

/// Adds a patient.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add(ctx: &Ctx, form: &DetailsForm) -> Result<PatientId> {
    let actor = ctx.actor()?;
    let access = actor.may(AddPatient, &())?;
    for attempt in 0..ATTEMPTS {
        let mut work = ctx.begin().await?;
        let details = form.check(today(ctx, work.as_mut()).await?)?;
        let patient = Patient {
            id: ctx.services.random.id().into(),
            number: number(&*ctx.services.random, attempt),
            details,
            version: 0,
            added_at: ctx.now(),
        };
        work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientAdded, patient.id)).await?;
        match work.add_patient(&access, &patient, treats(actor)).await {
            Ok(()) => {}
            Err(StoreError::Clash(Clash::PatientNumber)) => continue,
            Err(error) => return Err(error.into()),
        }
        work.save().await?;
        return Ok(patient.id);
    }
    Err(Error::fault("no free patient number was found"))
}

/// A practitioner who adds a patient treats them.
pub(crate) fn treats(actor: &Actor) -> Option<Relationship> {
    match actor.user()?.level.role() {
        Role::Practitioner => Some(Relationship::Granted),
        Role::Administrator => None,
    }
}

/// A random number for the pseudonym: six digits, and nine when six are hard to find.
fn number(random: &dyn Random, attempt: u32) -> i64 {
    let [a, b, c, d, e, f, g, ..] = random.secret();
    let random = i64::from_le_bytes([a, b, c, d, e, f, g, 0]);
    if attempt < 4 { 100_000 + random % 900_000 } else { 100_000_000 + random % 900_000_000 }
}

/// Changes a patient's details. `version` is the version the caller saw.
///
/// # Errors
/// [`domain::error::Conflict::ChangedMeanwhile`] when somebody else was faster (RC-05).
pub async fn save(ctx: &Ctx, id: PatientId, version: i64, form: &DetailsForm) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(EditPatient, &facts)?;
    let details = form.check(today(ctx, work.as_mut()).await?)?;
    let before = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?.patient;
    let changed = changed_fields(&before.details, &details);
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientChanged, id);
    work.audit(&Entry { detail: changed, ..entry }).await?;
    let saw = said(&before, Background::default(), Vec::new());
    let patient = Patient { details, version, ..before };
    if !work.save_patient(&access, &patient, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    updates::keep(ctx, work.as_mut(), &access, None, &saw, &said(&patient, Background::default(), Vec::new())).await?;
    work.save().await?;
    Ok(())
}

/// A record as its history compares it; what is not about to change may be left out on both sides.
fn said(patient: &Patient, background: Background, contacts: Vec<Contact>) -> Record {
    Record { details: patient.details.clone(), background, contacts }
}

/// Who pays, and how the patient lives as far as the caller may see it.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] for callers who see no names: a card's number gives them away;
/// [`crate::Error::StepUp`] as for the profile.
pub async fn background(ctx: &Ctx, id: PatientId) -> Result<BackgroundPage> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(ViewContacts, &facts)?;
    let view = Access::<ViewPatient>::from(&access);
    let mut work = unusual::opened(ctx, work, &view, &facts).await?;
    let social = actor.may(ViewSocialHistory, &facts).ok();
    let sees_social = social.is_some();
    let mut background = work.lookup_background(&view).await?;
    if !sees_social {
        background.social = SocialHistory::default();
    }
    let version = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?.patient.version;
    // Marked, when only an emergency shows a part of it.
    let by = social.as_ref().map_or_else(|| access.by(), Access::by);
    let entry = audit::entry(ctx, by, access.group(), Action::PatientViewed, id);
    let part = if sees_social { Part::Background } else { Part::Funding };
    work.audit(&Entry { detail: part.detail().to_owned(), ..entry }).await?;
    work.save().await?;
    Ok(BackgroundPage { background, sees_social, version })
}

/// Changes it. `version` is the version of the record that the caller saw. What the caller may not see stays as it is.
///
/// # Errors
/// [`crate::Error::Invalid`]; [`domain::error::Conflict::ChangedMeanwhile`] when somebody else was faster (RC-05).
pub async fn save_background(ctx: &Ctx, id: PatientId, version: i64, form: &BackgroundForm) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(EditPatient, &facts)?;
    let mut wanted = form.check()?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientChanged, id);
    let view = Access::<ViewPatient>::from(&access);
    let before = work.lookup_background(&view).await?;
    if actor.may(ViewSocialHistory, &facts).is_err() {
        wanted.social = before.social.clone();
    }
    let differs = [("funding", before.funding != wanted.funding), ("social_history", before.social != wanted.social)];
    let detail: Vec<_> = differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
    work.audit(&Entry { detail: detail.join(" "), ..entry }).await?;
    let patient = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?.patient;
    // The version moves with everything that the record says.
    let saw = said(&patient, before, Vec::new());
    let wanted_record = said(&patient, wanted.clone(), Vec::new());
    if !work.save_patient(&access, &Patient { version, ..patient }, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save_background(&access, &wanted).await?;
    updates::keep(ctx, work.as_mut(), &access, None, &saw, &wanted_record).await?;
    work.save().await?;
    Ok(())
}

/// The names of the fields that differ, for the trail.
fn changed_fields(before: &Details, after: &Details) -> String {
    let (old, new) = (DetailsForm::of(before), DetailsForm::of(after));
    let fields = [
        ("legal_first", old.legal_first != new.legal_first),
        ("legal_last", old.legal_last != new.legal_last),
        ("preferred", old.preferred != new.preferred),
        ("birth_date", old.birth_date != new.birth_date),
        ("gender", old.gender != new.gender),
        ("email", old.email != new.email),
        ("mobile", old.mobile != new.mobile),
        ("phone", old.phone != new.phone),
        ("street", old.street != new.street),
        ("city", old.city != new.city),
        ("region", old.region != new.region),
        ("postcode", old.postcode != new.postcode),
        ("country", old.country != new.country),
        ("status", old.status != new.status),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

/// The patient's contacts.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] for callers who see no names: a contact's name gives the
/// patient's away; [`crate::Error::StepUp`] as for the profile.
pub async fn contacts(ctx: &Ctx, id: PatientId) -> Result<Vec<Contact>> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(ViewContacts, &facts)?;
    let view = Access::<ViewPatient>::from(&access);
    let mut work = unusual::opened(ctx, work, &view, &facts).await?;
    let contacts = work.list_contacts(&view).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, id);
    work.audit(&Entry { detail: Part::Contacts.detail().to_owned(), ..entry }).await?;
    work.save().await?;
    Ok(contacts)
}

/// Adds a contact.
///
/// # Errors
/// [`crate::Error::Invalid`].
pub async fn add_contact(ctx: &Ctx, id: PatientId, form: &ContactForm) -> Result<ContactId> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(EditPatient, &facts)?;
    let details = form.check()?;
    let id = ctx.services.random.id().into();
    // The entry locks the group's chain: of two who add the last contact at once, the second counts the first's.
    write_down(ctx, work.as_mut(), &access, Action::ContactAdded, id).await?;
    let others = work.list_contacts(&Access::<ViewPatient>::from(&access)).await?;
    if others.len() >= limits::CONTACTS as usize {
        return Err(Error::field("name", Problem::TooMany));
    }
    let rank = if details.emergency { emergency::last_rank(&others) } else { 0 };
    let contact = Contact { id, details, rank, version: 0 };
    work.add_contact(&access, &contact, ctx.now()).await?;
    keep_contacts(ctx, work.as_mut(), &access, others).await?;
    work.save().await?;
    Ok(contact.id)
}

/// Changes a contact. `version` is the version the caller saw.
///
/// # Errors
/// [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn save_contact(
    ctx: &Ctx,
    id: PatientId,
    contact: ContactId,
    version: i64,
    form: &ContactForm,
) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(EditPatient, &facts)?;
    let details = form.check()?;
    write_down(ctx, work.as_mut(), &access, Action::ContactChanged, contact).await?;
    let all = work.list_contacts(&Access::<ViewPatient>::from(&access)).await?;
    let before = all.iter().find(|one| one.id == contact).ok_or(Error::NotFound)?;
    // Who is called from now on is called last.
    let rank = match (before.details.emergency, details.emergency) {
        (false, true) => emergency::last_rank(&all),
        (true, true) => before.rank,
        (_, false) => 0,
    };
    if !work.save_contact(&access, &Contact { id: contact, details, rank, version }, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    keep_contacts(ctx, work.as_mut(), &access, all).await?;
    work.save().await?;
    Ok(())
}

/// Removes a contact. `version` is the version the caller saw.
///
/// # Errors
/// [`crate::Error::NotFound`] or [`domain::error::Conflict::ChangedMeanwhile`].
pub async fn remove_contact(ctx: &Ctx, id: PatientId, contact: ContactId, version: i64) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = facts(ctx, work.as_mut(), id).await?;
    let access = actor.may(EditPatient, &facts)?;
    write_down(ctx, work.as_mut(), &access, Action::ContactRemoved, contact).await?;
    let all = work.list_contacts(&Access::<ViewPatient>::from(&access)).await?;
    if !all.iter().any(|one| one.id == contact) {
        return Err(Error::NotFound);
    }
    // Who was let in as a contact stays in, as somebody who is none: to take that away is a step of its own.
    work.forget_contact(&access, contact).await?;
    if !work.remove_contact(&access, contact, version).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    keep_contacts(ctx, work.as_mut(), &access, all).await?;
    work.save().await?;
    Ok(())
}

/// Keeps what became of those who are called in an emergency.
async fn keep_contacts(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<EditPatient>,
    before: Vec<Contact>,
) -> Result<()> {
    let view = Access::<ViewPatient>::from(access);
    let patient = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?.patient;
    let after = work.list_contacts(&view).await?;
    let (before, after) = (said(&patient, Background::default(), before), said(&patient, Background::default(), after));
    updates::keep(ctx, work, access, None, &before, &after).await
}

async fn write_down(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<EditPatient>,
    action: Action,
    contact: ContactId,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    work.audit(&Entry { detail: contact.to_string(), ..entry }).await?;
    Ok(())
}

/// The time zone of the group's first location.
pub(crate) async fn time_zone(ctx: &Ctx, work: &mut dyn Work) -> Result<Option<String>> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    Ok(work.list_locations(&enter).await?.into_iter().next().map(|location| location.time_zone))
}

/// The day it is at the group's first location.
pub(crate) async fn today(ctx: &Ctx, work: &mut dyn Work) -> Result<Date> {
    let zone = time_zone(ctx, work).await?;
    days::day_in(ctx.now(), zone.as_deref()).ok_or_else(|| Error::fault("the clock shows no day of the calendar"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trail_names_fields_not_what_is_in_them() {
        let today = Date::new(2026, 11, 23).unwrap();
        let form = DetailsForm { legal_first: "Lien".into(), ..DetailsForm::default() };
        let other = DetailsForm { mobile: "0491 570 156".into(), status: "blocked".into(), ..form.clone() };
        let changed = changed_fields(&form.check(today).unwrap(), &other.check(today).unwrap());
        assert_eq!(changed, "mobile status");
    }
}
