//! What users did, out of the group's audit trail, as those who may see it are shown it. Looking at it is written down too.

use std::collections::HashMap;

use domain::{
    access::{Access, EnterGroup, ExportData, PatientFacts, ViewHistory, ViewPatient},
    audit::{Action, Entry},
    history::{Chosen, Doer, Export, HistoryFilter, HistoryRow, Shown, UserChoice},
    ids::{PatientId, UserId},
    limits,
    page::{Page, PageRequest},
    time::Time,
    user::User,
};

use crate::{
    audit,
    context::Ctx,
    csv, days,
    error::{Error, Result},
    notifications, patients,
    ports::{ChainedEntry, TrailFilter, Work},
    unusual,
};

/// One page, latest first.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn list(ctx: &Ctx, filter: &HistoryFilter, page: &PageRequest) -> Result<Page<HistoryRow>> {
    let access = ctx.actor()?.may(ViewHistory, &())?;
    // Searched without the writer: two filters that meet may look through the whole trail.
    let mut work = ctx.read().await?;
    if !may_know(ctx, work.as_mut(), filter).await? {
        return Ok(Page { rows: Vec::new(), next: None });
    }
    let filter = trail_filter(work.as_mut(), &access, filter).await?;
    let page = work.list_trail(&access, &filter, page).await?;
    let (page, patients) = named(work.as_mut(), &access, page).await?;
    drop(work);
    let mut work = ctx.begin().await?;
    notifications::names_shown(ctx, work.as_mut(), &Access::from(&access), patients).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::HistoryViewed, &filter.subject);
    work.audit(&Entry { detail: format!("count={}", page.rows.len()), ..entry }).await?;
    work.save().await?;
    Ok(page)
}

/// Users to choose from: those whose first or last name begins with a text.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn users(ctx: &Ctx, text: &str) -> Result<Vec<UserChoice>> {
    let access = ctx.actor()?.may(ViewHistory, &())?;
    let text: String = text.chars().take(limits::SEARCH_TEXT).collect();
    let found = ctx.read().await?.search_users(&access, &text).await?;
    let choice = |user: User| UserChoice { id: user.id, name: user.name.shown(), profession: user.profession };
    Ok(found.into_iter().map(choice).collect())
}

/// The names of those whom a filter asks for.
///
/// # Errors
/// [`crate::Error::Forbidden`].
pub async fn chosen(ctx: &Ctx, user: Option<UserId>, patient: Option<PatientId>) -> Result<Chosen> {
    let access = ctx.actor()?.may(ViewHistory, &())?;
    let enter = Access::<EnterGroup>::from(&access);
    let mut work = ctx.begin().await?;
    let patients = notifications::read_names(work.as_mut(), &enter, patient.into_iter().collect()).await?;
    notifications::names_shown(ctx, work.as_mut(), &enter, patients.len()).await?;
    let user = match user {
        Some(user) => work.lookup_colleague(&enter, user).await?.map(|user| user.name.shown()),
        None => None,
    };
    work.save().await?;
    Ok(Chosen { user, patient: patients.into_values().next() })
}

/// The same as a table for a spreadsheet, at most [`limits::EXPORT`] rows.
///
/// # Errors
/// [`crate::Error::Forbidden`] without the right to see it and the right to export; [`crate::Error::StepUp`] (AD-08).
pub async fn export(ctx: &Ctx, filter: &HistoryFilter) -> Result<Export> {
    let actor = ctx.actor()?;
    let access = actor.may(ViewHistory, &())?;
    actor.may(ExportData, &())?;
    ctx.proved_lately()?;
    let mut csv = String::from("number,time (UTC),who,what,patient,user,detail,address,emergency\r\n");
    let (mut rows, mut patients) = (0, 0);
    let mut page = PageRequest { after: None, limit: Some(limits::PAGE_MOST) };
    let more = loop {
        // Anew for each page: an export holds up nobody.
        let mut work = ctx.read().await?;
        if !may_know(ctx, work.as_mut(), filter).await? {
            break false;
        }
        let trail = trail_filter(work.as_mut(), &access, filter).await?;
        let found = work.list_trail(&access, &trail, &page).await?;
        let (found, named) = named(work.as_mut(), &access, found).await?;
        patients += named;
        for row in &found.rows {
            line(&mut csv, row);
            rows += 1;
        }
        if found.next.is_none() || rows >= limits::EXPORT {
            break found.next.is_some();
        }
        page.after = found.next;
    };
    let mut work = ctx.begin().await?;
    notifications::names_shown(ctx, work.as_mut(), &Access::from(&access), patients).await?;
    let subject = filter.patient.map(|patient| patient.to_string()).unwrap_or_default();
    let entry = audit::entry(ctx, access.by(), access.group(), Action::HistoryExported, &subject);
    work.audit(&Entry { detail: format!("count={rows}"), ..entry }).await?;
    unusual::exported(ctx, work.as_mut(), &Access::from(&access), rows).await?;
    work.save().await?;
    Ok(Export { csv, rows, more })
}

/// Whoever asks about one patient must be somebody who may know that there is such a patient (PR-01).
async fn may_know(ctx: &Ctx, work: &mut dyn Work, filter: &HistoryFilter) -> Result<bool> {
    let Some(patient) = filter.patient else { return Ok(true) };
    match patients::facts(ctx, work, patient).await {
        // An emergency opens the record, not what was done with it.
        Ok(facts) => Ok(ctx.actor()?.may(ViewPatient, &PatientFacts { emergency: false, ..facts }).is_ok()),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn trail_filter(
    work: &mut dyn Work,
    access: &Access<ViewHistory>,
    filter: &HistoryFilter,
) -> Result<TrailFilter> {
    let zone = work.list_locations(&Access::<EnterGroup>::from(access)).await?.into_iter().next();
    let zone = zone.map_or_else(|| "UTC".to_owned(), |location| location.time_zone);
    let to = filter.to.and_then(|day| days::start_of(day, &zone, 1));
    Ok(TrailFilter {
        actor: filter.user.map(|user| user.to_string()).unwrap_or_default(),
        subject: filter.patient.map(|patient| patient.to_string()).unwrap_or_default(),
        action: filter.action,
        from: filter.from.and_then(|day| days::start_of(day, &zone, 0)),
        to,
    })
}

/// The entries with the names that this caller may know, and how many patients are among them.
async fn named(
    work: &mut dyn Work,
    access: &Access<ViewHistory>,
    page: Page<ChainedEntry>,
) -> Result<(Page<HistoryRow>, usize)> {
    let enter = Access::<EnterGroup>::from(access);
    let (mut patient_ids, mut user_ids) = (Vec::new(), Vec::new());
    for entry in &page.rows {
        patient_ids.extend(entry.subject.parse::<PatientId>());
        let texts = [entry.actor.as_str(), &entry.subject].into_iter().chain(entry.detail.split(' '));
        user_ids.extend(texts.filter_map(|text| text.parse::<UserId>().ok()));
    }
    // Some of them may be of nobody in this group, or of patients whom the reader may not see: those stay without a name.
    let patients = notifications::read_names(work, &enter, patient_ids).await?;
    user_ids.sort_unstable();
    user_ids.dedup();
    let mut users = HashMap::new();
    for some in user_ids.chunks(200) {
        users.extend(work.some_users(&enter, some).await?.into_iter().map(|(id, name)| (id, name.shown())));
    }
    let user = |text: &str| {
        let id: UserId = text.parse().ok()?;
        users.get(&id).map(|name| Shown { id, name: name.clone() })
    };
    let shown = patients.len();
    let page = page.map(|entry| HistoryRow {
        seq: entry.seq,
        at: Time::from_millis(entry.at),
        who: match user(&entry.actor) {
            Some(user) => Doer::User(user),
            None if entry.actor.is_empty() => Doer::Nobody,
            None => Doer::PortalUser,
        },
        action: Action::from_code(&entry.action),
        patient: entry
            .subject
            .parse()
            .ok()
            .and_then(|id: PatientId| patients.get(&id).map(|name| Shown { id, name: name.clone() })),
        user: user(&entry.subject).or_else(|| entry.detail.split(' ').find_map(user)),
        detail: if enter.names_hidden() && unusual::names_somebody(&entry.detail) {
            String::new()
        } else {
            entry.detail.split(' ').filter(|word| !is_id(word)).collect::<Vec<_>>().join(" ")
        },
        origin: entry.origin,
        emergency: entry.emergency,
    });
    Ok((page, shown))
}

/// `usr_…`, `inv_…`: says something to programs only.
fn is_id(word: &str) -> bool {
    word.split_once('_').is_some_and(|(kind, rest)| {
        kind.len() == 3 && rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn line(csv: &mut String, row: &HistoryRow) {
    let who = match &row.who {
        Doer::User(user) => user.name.as_str(),
        Doer::PortalUser => "portal user",
        Doer::Nobody => "",
    };
    let name = |shown: &Option<Shown<PatientId>>| shown.as_ref().map(|shown| shown.name.clone()).unwrap_or_default();
    csv::row(
        csv,
        &[
            row.seq.to_string(),
            stamp(row.at),
            who.to_owned(),
            row.action.map_or("", Action::code).to_owned(),
            name(&row.patient),
            row.user.as_ref().map(|shown| shown.name.clone()).unwrap_or_default(),
            row.detail.clone(),
            row.origin.clone(),
            if row.emergency { "yes" } else { "" }.to_owned(),
        ],
    );
}

fn stamp(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map(|stamp| stamp.to_string()).unwrap_or_default()
}
