//! Who opened or changed a patient's record, for the patient and whoever manages access for them (B-01). Looking at it is
//! written down too.

use std::collections::HashMap;

use domain::{
    access::{Access, Inviting, ManageOwnAccess, ViewAccessLog, ViewOwnRecord},
    access_log::{AccessLog, Part, Visit, Visitor, is_looking_around, is_of_forms, is_told},
    audit::{Action, Entry},
    grant::Kind,
    ids::{AccountId, PatientId, UserId},
    limits,
    page::{Page, PageRequest},
    time::Time,
    user::User,
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    portal_users,
    ports::{ChainedEntry, PortalUserRecord, PortalUsers, Work},
};

/// One page, latest first; `after` is where the page before ended. A page may be short, and even empty, where much was left
/// out: more follows as long as it says so.
///
/// # Errors
/// [`crate::Error::NotFound`] for whoever may not see it (PT-33).
pub async fn list(ctx: &Ctx, patient: PatientId, after: Option<String>) -> Result<AccessLog> {
    let mut view = ctx.services.store.read().await?;
    let (access, log) = look(ctx, view.as_mut(), patient, after).await?;
    drop(view);
    // Only the entry needs the one writer.
    let mut work = ctx.services.store.begin().await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::AccessLogViewed, patient);
    work.audit(&Entry { detail: format!("count={}", log.visits.rows.len()), ..entry }).await?;
    work.save().await?;
    Ok(log)
}

/// The same, with nothing written down.
pub(crate) async fn look(
    ctx: &Ctx,
    view: &mut dyn Work,
    patient: PatientId,
    after: Option<String>,
) -> Result<(Access<ViewAccessLog>, AccessLog)> {
    let actor = ctx.actor()?;
    let record = view.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?;
    let time_zone = record.about.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let access = actor.may(ViewAccessLog, &record.at(ctx.now()))?;
    let manage = Access::<ManageOwnAccess>::from(&access);
    let PortalUsers { users, .. } =
        view.list_changeable_portal_users(&Inviting::from(&manage)).await?.ok_or(Error::NotFound)?;
    let (own, _) = view.lookup_own_record(&Access::<ViewOwnRecord>::from(&access)).await?.ok_or(Error::NotFound)?;
    let reader = Reader::new(&access, own.details.name.shown(), users);
    let page = entries(view, &reader, after).await?;
    let visits = reader.visits(view, page).await?;
    Ok((access, AccessLog { visits, time_zone }))
}

/// Looks through the patient's entries until a page of what the reader is told is full, or long enough.
async fn entries(work: &mut dyn Work, reader: &Reader<'_>, after: Option<String>) -> Result<Page<ChainedEntry>> {
    let mut told = Vec::new();
    let mut look = PageRequest { after, limit: Some(limits::PAGE_MOST) };
    for _ in 0..limits::ACCESS_LOG_LOOKS {
        let found = work.list_own_trail(reader.access, &look).await?;
        told.extend(found.rows.into_iter().filter(|entry| reader.is_told(entry)));
        look.after = found.next;
        if told.len() > limits::ACCESS_LOG as usize || look.after.is_none() {
            break;
        }
    }
    let page = Page::from_rows(told, limits::ACCESS_LOG, |entry| entry.seq.to_string());
    // A short page goes on after what was looked through.
    Ok(Page { next: page.next.or(look.after), ..page })
}

/// Who reads the log, and whom they know.
struct Reader<'a> {
    access: &'a Access<ViewAccessLog>,
    /// What the patient is called.
    own: String,
    /// The patient's portal users, those whose access is over among them.
    users: Vec<PortalUserRecord>,
    /// May they hear of forms?
    forms: bool,
}

impl<'a> Reader<'a> {
    fn new(access: &'a Access<ViewAccessLog>, own: String, users: Vec<PortalUserRecord>) -> Self {
        // What a patient was asked in their own portal stays theirs when the practice has closed it (PX-06).
        let patients = users.iter().find(|user| user.grant.kind == Kind::Own);
        let forms = patients.is_none_or(|user| user.grant.id == access.grant());
        Self { access, own, users, forms }
    }

    fn is_self(&self, entry: &ChainedEntry) -> bool {
        entry.actor == self.access.by().actor
    }

    fn is_told(&self, entry: &ChainedEntry) -> bool {
        Action::from_code(&entry.action).is_some_and(|action| {
            is_told(action)
                && (self.forms || !is_of_forms(action))
                && !(self.is_self(entry) && is_looking_around(action))
        })
    }

    async fn visits(&self, work: &mut dyn Work, page: Page<ChainedEntry>) -> Result<Page<Visit>> {
        let mut ids: Vec<UserId> = page.rows.iter().filter_map(|entry| entry.actor.parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        let staff = work.some_users_of_practice(self.access, &ids).await?;
        let staff: HashMap<UserId, User> = staff.into_iter().map(|user| (user.id, user)).collect();
        let visit = |entry: ChainedEntry| {
            let what = Action::from_code(&entry.action)?;
            let (at, part) = (Time::from_millis(entry.at), Part::of(&entry.detail));
            Some(Visit { at, who: self.visitor(&entry, &staff), what, part, emergency: entry.emergency })
        };
        Ok(Page { rows: page.rows.into_iter().filter_map(visit).collect(), next: page.next })
    }

    fn visitor(&self, entry: &ChainedEntry, staff: &HashMap<UserId, User>) -> Visitor {
        if self.is_self(entry) {
            return Visitor::You;
        }
        if let Some(user) = entry.actor.parse().ok().and_then(|id: UserId| staff.get(&id)) {
            let (name, profession) = (user.name.shown(), user.profession.clone());
            return Visitor::User { name, profession, role: user.level.role() };
        }
        let Ok(account) = entry.actor.parse::<AccountId>() else { return Visitor::Program };
        match self.users.iter().find(|user| user.grant.account == account) {
            Some(user) => Visitor::PortalUser {
                name: portal_users::name(&user.grant, &self.own),
                relationship: user.grant.relationship.clone(),
            },
            None => Visitor::Somebody,
        }
    }
}
