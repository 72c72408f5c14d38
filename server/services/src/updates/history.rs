//! What a record said before: kept with every change, shown to whoever may see the record (B-01).

use domain::{
    access::{Access, EditOwnRecord, EditPatient, ManageOwnAccess, ViewOwnRecord},
    access_log::{Part, Visitor},
    audit::Action,
    emergency::EmergencyContact,
    grant::Kind,
    ids::{AccountId, ContactId, PatientId},
    page::{Page, PageRequest},
    profile_history::{Change, ChangeRow, Difference, ProfileHistory, What, differences},
    update::Record,
};

use super::{
    portal::{Visit, grant},
    staff::{open, people_of, record},
};
use crate::{
    context::Ctx,
    error::Result,
    ports::{ListedChange, Work},
};

fn change(ctx: &Ctx, patient: PatientId, difference: Difference) -> Change {
    Change { id: ctx.services.random.id().into(), patient, difference, at: ctx.now(), account: None, user: None }
}

/// Keeps what differs after a user of the practice changed a record; `asked` is the portal user whose wish it was.
///
/// # Errors
/// Storage's.
pub(crate) async fn keep(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<EditPatient>,
    asked: Option<AccountId>,
    before: &Record,
    after: &Record,
) -> Result<()> {
    for difference in differences(before, after) {
        let change = change(ctx, access.patient(), difference);
        work.add_profile_change(access, &Change { account: asked, user: Some(access.user()), ..change }).await?;
    }
    Ok(())
}

/// Keeps what differs after a portal user changed it.
pub(super) async fn keep_own(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<EditOwnRecord>,
    before: &Record,
    after: &Record,
) -> Result<()> {
    for difference in differences(before, after) {
        let change = change(ctx, access.patient(), difference);
        work.add_own_profile_change(access, &Change { account: Some(access.account()), ..change }).await?;
    }
    Ok(())
}

/// One page of it, latest first, for the patient and who sees the record with them.
///
/// # Errors
/// [`crate::Error::NotFound`] for whoever may not see it.
pub async fn own_history(ctx: &Ctx, patient: PatientId, after: Option<String>) -> Result<ProfileHistory> {
    let mut work = ctx.services.store.begin().await?;
    let (visit, history) = look(ctx, work.as_mut(), patient, after).await?;
    visit.note(ctx, work.as_mut(), Action::OwnProfileViewed, Part::Profile.detail().to_owned()).await?;
    work.save().await?;
    Ok(history)
}

/// The same, with nothing written down.
pub(crate) async fn look(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    after: Option<String>,
) -> Result<(Visit, ProfileHistory)> {
    let grant = grant(ctx, work, patient).await?;
    let knows = ctx.actor()?.may(ManageOwnAccess, &grant.clone().at(ctx.now())).is_ok();
    let visit = Visit::read(ctx, work, grant).await?;
    let access: &Access<ViewOwnRecord> = &visit.access;
    let page = work.list_own_profile_changes(access, &PageRequest { after, limit: None }).await?;
    let time_zone = visit.time_zone(work).await?;
    let reader = Some(access.account());
    let changes = rows(page, &visit.record, reader, knows, true, visit.called());
    let added_at = visit.added_at();
    Ok((visit, ProfileHistory { changes, added_at, time_zone }))
}

/// The same for users of the practice.
///
/// # Errors
/// As [`super::waiting`].
pub async fn history(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<ChangeRow>> {
    let (reach, mut work) = open(ctx, patient).await?;
    let (known, record) = record(work.as_mut(), &reach.view).await?;
    let found = work.list_profile_changes(&reach.view, reach.social, page).await?;
    work.save().await?;
    Ok(rows(found, &record, None, true, reach.social, known.details.name.shown()))
}

/// As they are shown. `reader`: the portal user who reads; `knows`: do they know who else may see the record; `social`: do they
/// read how the patient lives; `called`: what the patient is called.
fn rows(
    page: Page<ListedChange>,
    record: &Record,
    reader: Option<AccountId>,
    knows: bool,
    social: bool,
    called: String,
) -> Page<ChangeRow> {
    let people = people(record, &page.rows);
    // A field that this reader does not read stands in no row, whatever the statement that looked found.
    let Page { rows, next } = page;
    let shown = rows.into_iter().filter(|listed| social || !listed.change.difference.what.is_social());
    let page = Page { rows: shown.collect(), next };
    page.map(|listed| {
        let ListedChange { change, user, portal } = listed;
        let staff =
            user.map(|(name, profession, level)| Visitor::User { name: name.shown(), profession, role: level.role() });
        let asked = change.account.map(|account| match portal {
            _ if Some(account) == reader => Visitor::You,
            Some((Kind::Own, ..)) => Visitor::PortalUser { name: called.clone(), relationship: String::new() },
            Some((Kind::Contact | Kind::Other, name, relationship)) if knows => {
                Visitor::PortalUser { name, relationship }
            }
            Some((Kind::Contact | Kind::Other, ..)) | None => Visitor::Somebody,
        });
        let (by, approved_by) = match (asked, staff) {
            (Some(asked), staff) => (asked, staff),
            (None, Some(staff)) => (staff, None),
            (None, None) => (Visitor::Program, None),
        };
        let Difference { what, before, after } = change.difference;
        let people = match what {
            What::Subject(subject) => people_of(subject, &people, &[&before, &after]),
            What::LegalName | What::BirthDate => Vec::new(),
        };
        ChangeRow { what, before, after, at: change.at, by, approved_by, people }
    })
}

/// The names of the record's contacts, and of those who come or go on this page.
fn people(record: &Record, listed: &[ListedChange]) -> Vec<(ContactId, String)> {
    let here = record.contacts.iter().map(|contact| (contact.id, contact.details.name.clone()));
    let told = listed.iter().filter_map(|listed| {
        let Difference { what, before, after } = &listed.change.difference;
        let contact = [after, before].into_iter().find_map(|code| EmergencyContact::from_code(code).ok())?;
        Some((what.contact()?, contact.name))
    });
    here.chain(told).collect()
}
