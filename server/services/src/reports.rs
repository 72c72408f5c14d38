//! Reports: patients found by what is known of them (S1-18 to S1-20).

use domain::{
    access::{Access, EnterGroup, ExportData, ListPatients},
    audit::{Action, Entry},
    error::Problem,
    history::Export,
    ids::SavedReportId,
    limits,
    page::{Page, PageRequest},
    report::{CaseLoad, CaseLoadForm, CaseLoadRow, ReportChoices, SavedReport},
    text,
    time::Date,
    user::User,
};

use crate::{
    audit,
    context::Ctx,
    csv, days,
    error::{Error, Result},
    patients,
    ports::{CaseLoadFilter, Clash, PatientRecord, StoreError, Work},
    unusual,
};

/// What can be chosen in the dialog that asks for a report.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn choices(ctx: &Ctx) -> Result<ReportChoices> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let enter = Access::<EnterGroup>::from(&access);
    let mut work = ctx.read().await?;
    let practitioners = work.list_practitioners(&enter).await?;
    let locations = work.list_locations(&enter).await?;
    // Two may have one name.
    let called = |user: &User| match user.profession.as_str() {
        "" => user.name.shown(),
        profession => format!("{}, {profession}", user.name.shown()),
    };
    Ok(ReportChoices {
        practitioners: practitioners.iter().map(|user| (user.id, called(user))).collect(),
        locations: locations.into_iter().map(|location| (location.id, location.name)).collect(),
    })
}

/// One page of a case load. It may be short, or empty, and yet have a cursor: there is more to look at.
///
/// # Errors
/// [`crate::Error::Invalid`] in the fields of the form.
pub async fn case_load(ctx: &Ctx, form: &CaseLoadForm, page: &PageRequest) -> Result<Page<CaseLoadRow>> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let asked = form.check(access.names_hidden())?;
    // Looked for without the writer, who is needed for the entry alone.
    let mut work = ctx.read().await?;
    let today = patients::today(ctx, work.as_mut()).await?;
    let filter = filter(work.as_mut(), &access, asked, today).await?;
    let found = look(work.as_mut(), &access, &filter, page).await?;
    drop(work);
    // Once when it is begun, and for each page that shows somebody: who looks on for what is rare writes nothing.
    if page.after.is_none() || !found.rows.is_empty() {
        let mut work = ctx.begin().await?;
        let entry = audit::entry(ctx, access.by(), access.group(), Action::ReportRun, "");
        // How many, never what was asked for: the text of a search is a name.
        work.audit(&Entry { detail: format!("case_load count={}", found.rows.len()), ..entry }).await?;
        work.save().await?;
    }
    let hidden = access.names_hidden();
    Ok(found.map(|record| row(record, hidden, today)))
}

/// What a case load finds, without an entry of its own: for a job that goes on with it.
///
/// # Errors
/// [`crate::Error::Invalid`]; storage's.
pub(crate) async fn found(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ListPatients>,
    form: &CaseLoadForm,
    page: &PageRequest,
) -> Result<Page<PatientRecord>> {
    let asked = form.check(access.names_hidden())?;
    let today = patients::today(ctx, work).await?;
    let filter = filter(work, access, asked, today).await?;
    look(work, access, &filter, page).await
}

/// The same as a table for a spreadsheet, at most [`limits::EXPORT`] rows.
///
/// # Errors
/// [`crate::Error::Invalid`]; [`crate::Error::Forbidden`] without the right to export; [`crate::Error::StepUp`] (AD-08).
pub async fn export_case_load(ctx: &Ctx, form: &CaseLoadForm) -> Result<Export> {
    let actor = ctx.actor()?;
    let access = actor.may(ListPatients, &())?;
    actor.may(ExportData, &())?;
    ctx.proved_lately()?;
    let hidden = access.names_hidden();
    let asked = form.check(hidden)?;
    let mut csv = String::from("patient,age,email,status,portal\r\n");
    let mut rows = 0;
    let mut page = PageRequest::default();
    let mut looks = 0;
    let more = loop {
        page.limit = Some(limits::PAGE_MOST.min(limits::EXPORT - rows));
        looks += 1;
        // Anew for each page: an export holds up nobody.
        let mut work = ctx.read().await?;
        let today = patients::today(ctx, work.as_mut()).await?;
        let filter = filter(work.as_mut(), &access, asked.clone(), today).await?;
        let found = look(work.as_mut(), &access, &filter, &page).await?;
        drop(work);
        for record in found.rows {
            let row = row(record, hidden, today);
            let age = row.age.map(|age| age.to_string()).unwrap_or_default();
            let (status, portal) = (row.status.code().to_owned(), row.portal.code().to_owned());
            csv::row(&mut csv, &[row.shown, age, row.email, status, portal]);
            rows += 1;
        }
        if found.next.is_none() || rows >= limits::EXPORT || looks >= limits::EXPORT_LOOKS {
            break found.next.is_some();
        }
        page.after = found.next;
    };
    let mut work = ctx.begin().await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::ReportExported, "");
    work.audit(&Entry { detail: format!("case_load count={rows}"), ..entry }).await?;
    unusual::exported(ctx, work.as_mut(), &Access::from(&access), rows).await?;
    work.save().await?;
    Ok(Export { csv, rows, more })
}

/// The reports that the caller keeps, by name. Of one that asks for what the caller may not ask for any more no filter is
/// told: it may hold a name.
///
/// # Errors
/// [`crate::Error::NotSignedIn`].
pub async fn saved(ctx: &Ctx) -> Result<Vec<SavedReport>> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let mut all = ctx.look().await?.list_saved_reports(&access).await?;
    for report in &mut all {
        report.form.take_if(|form| form.check(access.names_hidden()).is_err());
    }
    Ok(all)
}

/// Keeps a report under a name.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `name`, or in the fields of the form.
pub async fn save(ctx: &Ctx, name: &str, form: &CaseLoadForm) -> Result<SavedReportId> {
    let actor = ctx.actor()?;
    let access = actor.may(ListPatients, &())?;
    let name = text::line(name, limits::NAME).map_err(|problem| Error::field("name", problem))?;
    form.check(access.names_hidden())?;
    let id = SavedReportId::from(ctx.services.random.id());
    let mut work = ctx.begin().await?;
    // Of two who keep the last one at once in two tabs, the second counts the first's.
    work.lock_account(actor.account()).await?;
    if work.list_saved_reports(&access).await?.len() >= limits::SAVED_REPORTS as usize {
        return Err(Error::field("name", Problem::TooMany));
    }
    work.add_saved_report(&access, id, &name, form, ctx.now()).await.map_err(name_taken)?;
    work.save().await?;
    Ok(id)
}

/// Calls one of the caller's reports differently.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `name`; [`crate::Error::NotFound`].
pub async fn rename(ctx: &Ctx, id: SavedReportId, name: &str) -> Result<()> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let name = text::line(name, limits::NAME).map_err(|problem| Error::field("name", problem))?;
    let mut work = ctx.begin().await?;
    if !work.rename_saved_report(&access, id, &name).await.map_err(name_taken)? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    Ok(())
}

/// Removes one of the caller's reports.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn remove(ctx: &Ctx, id: SavedReportId) -> Result<()> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let mut work = ctx.begin().await?;
    if !work.remove_saved_report(&access, id).await? {
        return Err(Error::NotFound);
    }
    work.save().await?;
    Ok(())
}

fn name_taken(error: StoreError) -> Error {
    match error {
        StoreError::Clash(Clash::SavedReportName) => Error::field("name", Problem::NameTaken),
        other => other.into(),
    }
}

/// Looks on while the page is not full, a few times.
async fn look(
    work: &mut dyn Work,
    access: &Access<ListPatients>,
    filter: &CaseLoadFilter,
    page: &PageRequest,
) -> Result<Page<PatientRecord>> {
    let mut found = work.list_case_load(access, filter, page).await?;
    let wanted = page.rows() as usize;
    for _ in 1..limits::LOOKS {
        let missing = wanted.saturating_sub(found.rows.len());
        if missing == 0 || found.next.is_none() {
            break;
        }
        let on = PageRequest { after: found.next.take(), limit: u32::try_from(missing).ok() };
        let further = work.list_case_load(access, filter, &on).await?;
        found.rows.extend(further.rows);
        found.next = further.next;
    }
    Ok(found)
}

/// Ages become birth dates, and the first day becomes its first moment, by the clock of the group's first location.
async fn filter(
    work: &mut dyn Work,
    access: &Access<ListPatients>,
    asked: CaseLoad,
    today: Date,
) -> Result<CaseLoadFilter> {
    let added_from = match asked.added_since {
        None => None,
        Some(day) => {
            let zone = work.list_locations(&Access::<EnterGroup>::from(access)).await?.into_iter().next();
            let zone = zone.map_or_else(|| "UTC".to_owned(), |location| location.time_zone);
            let start = days::start_of(day, &zone, 0);
            Some(start.ok_or_else(|| Error::field("added_since", Problem::NotADate))?)
        }
    };
    Ok(CaseLoadFilter {
        practitioner: asked.practitioner,
        location: asked.location,
        status: asked.status,
        portal: asked.portal,
        email: asked.email,
        born_after: asked.age_to.map(|age| years_before(today, age + 1)),
        born_by: asked.age_from.map(|age| years_before(today, age)),
        added_from,
        text: asked.text,
    })
}

/// This day so many years ago, as birth dates are stored. It need not be a day of the calendar: 29 February of a common year
/// stands where it should between its neighbours.
fn years_before(today: Date, years: i16) -> String {
    format!("{:04}-{:02}-{:02}", (today.year() - years).max(0), today.month(), today.day())
}

fn row(record: PatientRecord, names_hidden: bool, today: Date) -> CaseLoadRow {
    let PatientRecord { patient, portal } = record;
    let shown = patients::shown(&patient, names_hidden);
    let details = patient.details;
    CaseLoadRow {
        id: patient.id,
        shown,
        age: details.birth_date.filter(|_| !names_hidden).map(|date| date.age_on(today)),
        has_email: details.email.is_some(),
        email: details.email.filter(|_| !names_hidden).map(String::from).unwrap_or_default(),
        status: details.status,
        portal,
        added_at: patient.added_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The same as `Date::age_on`, for every pair of a birth date and a day.
    #[test]
    fn ages_are_birth_dates() {
        let day = |year, month, day| Date::new(year, month, day).unwrap();
        let days = [(2, 28), (2, 29), (3, 1), (7, 15), (12, 31), (1, 1)];
        let all = (2019..=2029).flat_map(|year| days.map(move |(month, at)| Date::new(year, month, at)));
        let all: Vec<Date> = all.flatten().collect();
        for today in [day(2028, 2, 29), day(2029, 2, 28), day(2029, 3, 1), day(2030, 1, 1)] {
            for born in all.iter().filter(|born| **born <= today) {
                let age = born.age_on(today);
                for (from, to) in [(0, 0), (0, 5), (1, 1), (3, 9)] {
                    let text = born.to_string();
                    let fits = text <= years_before(today, from) && text > years_before(today, to + 1);
                    assert_eq!(fits, (from..=to).contains(&age), "born {born}, {age} on {today}, {from} to {to}");
                }
            }
        }
    }
}
