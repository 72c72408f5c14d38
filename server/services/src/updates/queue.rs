//! The whole group's changes that wait: oldest first, and several decided about at once.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use domain::{
    access::{Access, EditPatient, EnterGroup, PatientFacts, Relationship, ReviewUpdates, ViewSocialHistory},
    audit::{self as trail, Action},
    error::Problem,
    ids::{PatientId, UpdateId},
    limits,
    page::{Page, PageRequest},
    time::Span,
    update::{Picked, Queue, QueueFilter, QueueRow, Record, Settled, Verdict},
};

use super::staff::{self, Reach, access_over, approve_all, decide, record, undo};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{ListedUpdate, SocialReach, Work},
    unusual,
};

/// Of whom the caller reads how they live, whatever patient it is: what the right itself says of one.
fn social_reach(ctx: &Ctx, access: &Access<ReviewUpdates>) -> Result<SocialReach> {
    let actor = ctx.actor()?;
    let nobody = PatientId::from(uuid::Uuid::nil());
    let may = |relationship| {
        let facts = PatientFacts { group: access.group(), patient: nobody, relationship, emergency: false };
        actor.may(ViewSocialHistory, &facts).is_ok()
    };
    Ok(match (may(None), may(Some(Relationship::Granted))) {
        (true, _) => SocialReach::Everybody,
        (false, true) => SocialReach::Treated,
        (false, false) => SocialReach::Nobody,
    })
}

/// One page of the changes that wait and that the caller may decide about, and how many there are.
///
/// # Errors
/// [`crate::Error::Forbidden`] for who may not decide; [`crate::Error::StepUp`] as for the profile, when more records are shown
/// within the hour than anybody opens.
pub async fn queue(ctx: &Ctx, filter: &QueueFilter, page: &PageRequest) -> Result<Queue> {
    let actor = ctx.actor()?;
    let access = actor.may(ReviewUpdates, &())?;
    let social = social_reach(ctx, &access)?;
    let mut view = ctx.read().await?;
    let total = view.count_updates_queue(&access, social, filter).await?;
    let Page { rows: found, next } = view.list_updates_queue(&access, social, filter, page).await?;
    let mut sights = BTreeMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for listed in found {
        let patient = listed.update.patient;
        let sight = match sights.entry(patient) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Sight::of(ctx, view.as_mut(), &access, patient).await?),
        };
        // What may be seen is decided by the right, not by the statement that looked.
        let Some(sight) = sight else { continue };
        if sight.reach.shows(&listed.update) {
            rows.push(sight.row(ctx, view.as_mut(), listed).await?);
        }
    }
    drop(view);
    // Only what is written down needs the one writer: each record of which something is shown is opened, as by its own page.
    let mut work = ctx.begin().await?;
    let shown: BTreeSet<_> = rows.iter().map(|row: &QueueRow| row.row.update.patient).collect();
    for sight in sights.values().flatten().filter(|sight| shown.contains(&sight.facts.patient)) {
        work = sight.open(ctx, work).await?;
    }
    work.save().await?;
    Ok(Queue { changes: Page { rows, next }, total })
}

/// How many wait in all, counted up to [`limits::QUEUE_COUNTED`]. Nobody's record is looked at by it.
///
/// # Errors
/// As [`queue`].
pub async fn count(ctx: &Ctx) -> Result<u32> {
    let access = ctx.actor()?.may(ReviewUpdates, &())?;
    let social = social_reach(ctx, &access)?;
    Ok(ctx.read().await?.count_updates_queue(&access, social, &QueueFilter::default()).await?)
}

/// A patient of whom something waits.
struct Sight {
    facts: PatientFacts,
    reach: Reach,
    record: Record,
    /// All that waits of this patient, also what the caller is not shown.
    waiting: Vec<ListedUpdate>,
    shown: String,
}

impl Sight {
    async fn of(
        ctx: &Ctx,
        work: &mut dyn Work,
        access: &Access<ReviewUpdates>,
        patient: PatientId,
    ) -> Result<Option<Self>> {
        let enter = Access::<EnterGroup>::from(access);
        let Some(facts) = work.patient_facts(&enter, patient, ctx.now()).await? else { return Ok(None) };
        if ctx.actor()?.may(EditPatient, &facts).is_err() {
            return Ok(None);
        }
        let reach = Reach::of(ctx, &facts)?;
        let (known, record) = record(work, &reach.view).await?;
        let waiting = work.list_waiting_updates(&reach.view).await?;
        Ok(Some(Self { facts, reach, record, waiting, shown: known.details.name.shown() }))
    }

    async fn row(&self, ctx: &Ctx, work: &mut dyn Work, listed: ListedUpdate) -> Result<QueueRow> {
        let over = access_over(ctx, work, listed.update.patient, [listed.update.by].into_iter()).await?;
        let people = staff::people(&self.record, &self.waiting);
        let waiting: Vec<_> = self.waiting.iter().map(|listed| listed.update.clone()).collect();
        let row = staff::row(ctx, &self.reach, &self.record, &people, &over, &waiting, listed)?;
        Ok(QueueRow { shown: self.shown.clone(), row })
    }

    /// Counts it among the records that the caller opened (PR-14), and writes down that they looked; within an hour once.
    async fn open(&self, ctx: &Ctx, work: Box<dyn Work>) -> Result<Box<dyn Work>> {
        let view = &self.reach.view;
        let mut work = unusual::opened(ctx, work, view, &self.facts).await?;
        let looked = format!("queue:{}:{}", view.user(), view.patient());
        if work.tries(&looked, ctx.now()).await?.is_none() {
            work.count_try(&looked, ctx.now(), Span::hours(1)).await?;
            let entry = audit::entry(ctx, self.reach.by(), view.group(), Action::UpdatesViewed, view.patient());
            work.audit(&trail::Entry { detail: "queue".to_owned(), ..entry }).await?;
        }
        Ok(work)
    }
}

fn few_enough(picked: usize) -> Result<()> {
    if picked > limits::QUEUE_PICKED { Err(Error::field("picked", Problem::TooMany)) } else { Ok(()) }
}

/// Approves those of these that need no further look, patient by patient, each in a unit of work of its own.
///
/// # Errors
/// [`crate::Error::Forbidden`] for who may not decide; [`crate::Error::Invalid`] for too many. What is not there, hidden, the
/// caller's own, in conflict or decided about by now is left, and counted.
pub async fn approve_some(ctx: &Ctx, picked: &[Picked]) -> Result<Settled> {
    ctx.actor()?.may(ReviewUpdates, &())?;
    few_enough(picked.len())?;
    let mut by_patient: BTreeMap<PatientId, Vec<(UpdateId, String)>> = BTreeMap::new();
    for Picked { patient, id, saw } in picked {
        by_patient.entry(*patient).or_default().push((*id, saw.clone()));
    }
    let mut settled = Settled::default();
    for (patient, seen) in by_patient {
        let done = left(approve_all(ctx, patient, &seen).await)?.unwrap_or_default();
        settled.done.extend(done.into_iter().map(|id| (patient, id)));
    }
    settled.left = picked.len().saturating_sub(settled.done.len());
    Ok(settled)
}

/// Rejects these, with one reason for all.
///
/// # Errors
/// As [`approve_some`]; [`crate::Error::Invalid`] naming `reason`.
pub async fn reject_some(ctx: &Ctx, picked: &[(PatientId, UpdateId)], reason: &str) -> Result<Settled> {
    ctx.actor()?.may(ReviewUpdates, &())?;
    few_enough(picked.len())?;
    let verdict = Verdict::Reject { reason: reason.to_owned() };
    let mut settled = Settled::default();
    for (patient, id) in picked {
        match left(decide(ctx, *patient, *id, &verdict).await)? {
            Some(()) => settled.done.push((*patient, *id)),
            None => settled.left += 1,
        }
    }
    Ok(settled)
}

/// Takes one's own decisions back, within a minute.
///
/// # Errors
/// As [`approve_some`].
pub async fn undo_some(ctx: &Ctx, picked: &[(PatientId, UpdateId)]) -> Result<Settled> {
    ctx.actor()?.may(ReviewUpdates, &())?;
    few_enough(picked.len())?;
    let mut settled = Settled::default();
    // The last one first: a postcode before its country.
    for (patient, id) in picked.iter().rev() {
        match left(undo(ctx, *patient, *id).await)? {
            Some(()) => settled.done.push((*patient, *id)),
            None => settled.left += 1,
        }
    }
    Ok(settled)
}

/// What keeps one change from being decided about leaves it, and the others go on.
fn left<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound | Error::Forbidden(_) | Error::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
