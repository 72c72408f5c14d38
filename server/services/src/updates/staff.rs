//! The practice's side: which changes wait, deciding about them, and taking a decision back (S0-36, S0-37).

use std::collections::BTreeSet;

use domain::{
    access::{Access, By, EditPatient, ManageSettings, PatientFacts, ViewContacts, ViewPatient, ViewSocialHistory},
    audit::{Action, Entry},
    emergency::{self, EmergencyContact},
    error::{Conflict, Problem, Refusal},
    ids::{AccountId, ContactId, PatientId, UpdateId},
    limits, mail,
    page::{Page, PageRequest},
    patient::Patient,
    text,
    time::Time,
    update::{Outcome, Record, Refused, Subject, Update, UpdateRow, Verdict, Waiting},
};

use super::{history, portal::nothing_left};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    mails, patients,
    ports::{Clash, Hint, ListedUpdate, StoreError, Work},
    unusual,
};

/// What a reader may do with the changes of one patient.
pub(super) struct Reach {
    /// That they may see the patient.
    pub view: Access<ViewPatient>,
    edits: bool,
    /// That they may read how the patient lives.
    pub social: bool,
    /// As whom they look: marked, when only an emergency shows a part of it.
    by: By,
}

impl Reach {
    pub fn of(ctx: &Ctx, facts: &PatientFacts) -> Result<Self> {
        let actor = ctx.actor()?;
        let view = Access::<ViewPatient>::from(&actor.may(ViewContacts, facts)?);
        let edits = actor.may(EditPatient, facts).is_ok();
        let social = actor.may(ViewSocialHistory, facts).ok();
        let by = social.as_ref().map_or_else(|| view.by(), Access::by).clone();
        Ok(Self { view, edits, social: social.is_some(), by })
    }

    pub const fn by(&self) -> &By {
        &self.by
    }

    pub fn shows(&self, update: &Update) -> bool {
        self.social || !update.subject.topic().is_social()
    }
}

/// The record, as changes see it, and the patient it belongs to.
pub(super) async fn record(work: &mut dyn Work, access: &Access<ViewPatient>) -> Result<(Patient, Record)> {
    let patient = work.lookup_patient(access).await?.ok_or(Error::NotFound)?.patient;
    let background = work.lookup_background(access).await?;
    let contacts = work.list_contacts(access).await?;
    let record = Record { details: patient.details.clone(), background, contacts };
    Ok((patient, record))
}

/// The patient's changes that wait, oldest first.
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] for callers who see no names; [`crate::Error::StepUp`] as for the
/// profile.
pub async fn waiting(ctx: &Ctx, patient: PatientId) -> Result<Vec<UpdateRow>> {
    let (reach, mut work) = open(ctx, patient).await?;
    let (_, record) = record(work.as_mut(), &reach.view).await?;
    let listed = work.list_waiting_updates(&reach.view).await?;
    let over = access_over(ctx, work.as_mut(), patient, listed.iter().map(|listed| listed.update.by)).await?;
    work.save().await?;
    let people = people(&record, &listed);
    let all: Vec<_> = listed.iter().map(|listed| listed.update.clone()).collect();
    let shown = listed.into_iter().filter(|listed| reach.shows(&listed.update));
    shown.map(|listed| row(ctx, &reach, &record, &people, &over, &all, listed)).collect()
}

/// Of an order the names of those who stand in it; nobody else's.
pub(super) fn people_of(subject: Subject, people: &[(ContactId, String)], orders: &[&str]) -> Vec<(ContactId, String)> {
    if subject != Subject::Order {
        return Vec::new();
    }
    let named: Vec<_> = orders.iter().flat_map(|code| emergency::order_from_code(code).unwrap_or_default()).collect();
    people.iter().filter(|(id, _)| named.contains(id)).cloned().collect()
}

/// The names of the record's contacts and of those who are asked for.
pub(super) fn people(record: &Record, listed: &[ListedUpdate]) -> Vec<(ContactId, String)> {
    let asked = listed.iter().filter_map(|listed| {
        let contact = EmergencyContact::from_code(&listed.update.wanted).ok()?;
        Some((listed.update.subject.contact()?, contact.name))
    });
    let here = record.contacts.iter().map(|contact| (contact.id, contact.details.name.clone()));
    here.chain(asked).collect()
}

/// Those that were decided about, latest first.
///
/// # Errors
/// As [`waiting`].
pub async fn decided(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<UpdateRow>> {
    let (reach, mut work) = open(ctx, patient).await?;
    let (_, record) = record(work.as_mut(), &reach.view).await?;
    let Page { rows, next } = work.list_decided_updates(&reach.view, page).await?;
    work.save().await?;
    let people = people(&record, &rows);
    let shown = rows.into_iter().filter(|listed| reach.shows(&listed.update));
    let rows =
        shown.map(|listed| row(ctx, &reach, &record, &people, &BTreeSet::new(), &[], listed)).collect::<Result<_>>()?;
    Ok(Page { rows, next })
}

pub(super) async fn open(ctx: &Ctx, patient: PatientId) -> Result<(Reach, Box<dyn Work>)> {
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let reach = Reach::of(ctx, &facts)?;
    let mut work = unusual::opened(ctx, work, &reach.view, &facts).await?;
    work.audit(&audit::entry(ctx, reach.by(), reach.view.group(), Action::UpdatesViewed, patient)).await?;
    Ok((reach, work))
}

/// Those of these accounts that cannot open the record any more: a change of theirs is not approved without a look.
pub(super) async fn access_over(
    ctx: &Ctx,
    work: &mut dyn Work,
    patient: PatientId,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<BTreeSet<AccountId>> {
    let mut over = BTreeSet::new();
    for account in accounts.collect::<BTreeSet<_>>() {
        let grant = work.find_own_grant(account, patient).await?;
        if grant.is_none_or(|grant| grant.at(ctx.now()).open().is_none()) {
            over.insert(account);
        }
    }
    Ok(over)
}

pub(super) fn row(
    ctx: &Ctx,
    reach: &Reach,
    record: &Record,
    people: &[(ContactId, String)],
    over: &BTreeSet<AccountId>,
    waiting: &[Update],
    listed: ListedUpdate,
) -> Result<UpdateRow> {
    let actor = ctx.actor()?;
    let ListedUpdate { update, email, kind, decided_by } = listed;
    let waits = update.outcome == Outcome::Waiting;
    let undo = update.undo_until(reach.view.user()).filter(|end| reach.edits && ctx.now() < *end);
    Ok(UpdateRow {
        now: update.subject.reviewed(record),
        people: people_of(update.subject, people, &[&update.subject.of(record), &update.had, &update.wanted]),
        people_first: waits && update.is_early(record, waiting),
        somebody_else: waits && update.subject.is_somebody_else(record, &update.wanted),
        conflict: waits && update.conflicts_with(record),
        access_over: waits && over.contains(&update.by),
        may_decide: waits && reach.edits && update.by != actor.account(),
        undo_until: undo,
        decided_by: decided_by.map(|name| name.shown()).unwrap_or_default(),
        update,
        email,
        kind,
    })
}

/// How many changes of this patient wait that the caller may see.
///
/// # Errors
/// Storage's.
pub(crate) async fn waiting_here(ctx: &Ctx, work: &mut dyn Work, facts: &PatientFacts) -> Result<usize> {
    let Ok(reach) = Reach::of(ctx, facts) else { return Ok(0) };
    let listed = work.list_waiting_updates(&reach.view).await?;
    Ok(listed.iter().filter(|listed| reach.shows(&listed.update)).count())
}

/// Somebody who may decide, and a record behind the lock of the group's chain.
struct Desk {
    access: Access<EditPatient>,
    reach: Reach,
    patient: Patient,
    record: Record,
}

impl Desk {
    async fn sit(ctx: &Ctx, work: &mut dyn Work, id: PatientId, action: Action, detail: String) -> Result<Self> {
        let facts = patients::facts(ctx, work, id).await?;
        let access = ctx.actor()?.may(EditPatient, &facts)?;
        let reach = Reach::of(ctx, &facts)?;
        let entry = audit::entry(ctx, access.by(), access.group(), action, id);
        work.audit(&Entry { detail, ..entry }).await?;
        let (patient, record) = record(work, &reach.view).await?;
        Ok(Self { access, reach, patient, record })
    }

    /// The change, if the caller may know of it and decide about it.
    async fn update(&self, ctx: &Ctx, work: &mut dyn Work, id: UpdateId) -> Result<Update> {
        let found = work.lookup_update(&self.reach.view, id).await?;
        let update = found.filter(|update| self.reach.shows(update)).ok_or(Error::NotFound)?;
        // Nobody approves their own (PT-13): an administrator may be a patient as well.
        if update.by == ctx.actor()?.account() {
            return Err(Error::Forbidden(Refusal::OwnUpdate));
        }
        Ok(update)
    }

    /// Keeps what became of a change, and the record as it is then.
    async fn keep(
        &mut self,
        ctx: &Ctx,
        work: &mut dyn Work,
        from: &Outcome,
        done: &Update,
        after: Record,
    ) -> Result<()> {
        // What is approved as it was wanted is the wish of whoever asked; all else is the practice's own doing.
        let asked = match &done.outcome {
            Outcome::Approved { put, .. } if done.subject.same(put, &done.wanted) => Some(done.by),
            _ => None,
        };
        let saved = work.save_update(&self.access, done, from).await.map_err(|error| match error {
            StoreError::Clash(Clash::UpdateWaiting) => Conflict::ChangedMeanwhile.into(),
            other => Error::from(other),
        })?;
        if !saved {
            return Err(Conflict::DecidedMeanwhile.into());
        }
        history::keep(ctx, work, &self.access, asked, &self.record, &after).await?;
        let Record { details, background, contacts } = &after;
        if *details != self.record.details || *background != self.record.background {
            self.patient.details = details.clone();
            if !work.save_patient(&self.access, &self.patient, ctx.now()).await? {
                return Err(Conflict::ChangedMeanwhile.into());
            }
            self.patient.version += 1;
        }
        if *background != self.record.background {
            work.save_background(&self.access, background).await?;
        }
        if *contacts != self.record.contacts {
            if !work.save_contacts(&self.access, &self.record.contacts, contacts, ctx.now()).await? {
                return Err(Conflict::ChangedMeanwhile.into());
            }
            self.record = record(work, &self.reach.view).await?.1;
            return Ok(());
        }
        self.record = after;
        Ok(())
    }

    /// Whoever asked gets one mail, however many are decided about.
    async fn tell(&self, ctx: &Ctx, work: &mut dyn Work, asked: AccountId) -> Result<()> {
        let group = self.access.group();
        work.hint(Hint::Bell(asked));
        if work.mail_again(group, asked, mail::Kind::UpdatesDecided, ctx.now(), ctx.now() + limits::UNDO).await? {
            return Ok(());
        }
        let account = work.lookup_account(asked).await?;
        let account = account.ok_or_else(|| Error::fault("a change without its account"))?;
        work.add_mail(&mails::about_updates(ctx, &account, group)).await?;
        Ok(())
    }

    /// The bell says nothing of changes any more to whom none waits that they may decide about. `at`: when it was decided, by
    /// which it is found again.
    async fn leave(&self, work: &mut dyn Work, at: Time) -> Result<()> {
        let waits: Vec<_> = self.waiting(work).await?.into_iter().map(|update| update.subject).collect();
        if waits.is_empty() {
            work.forget_update_news(&self.access, None, at).await?;
        } else {
            let told = work.list_told_reviewers(&self.access).await?;
            let done = nothing_left(told, self.access.patient(), &waits);
            work.forget_update_news(&self.access, Some(&done), at).await?;
        }
        Ok(())
    }

    /// All that waits of this patient.
    async fn waiting(&self, work: &mut dyn Work) -> Result<Vec<Update>> {
        let listed = work.list_waiting_updates(&self.reach.view).await?;
        Ok(listed.into_iter().map(|listed| listed.update).collect())
    }
}

/// Decides about one change.
///
/// # Errors
/// [`Conflict::DecidedMeanwhile`] when somebody else was faster (RC-02), [`Conflict::ChangedMeanwhile`] when the record says
/// something else than the caller saw; [`crate::Error::Invalid`] naming `put` or `reason`; [`crate::Error::Forbidden`] for
/// one's own (PT-13).
pub async fn decide(ctx: &Ctx, patient: PatientId, id: UpdateId, verdict: &Verdict) -> Result<()> {
    let action = match verdict {
        Verdict::Approve { .. } => Action::UpdateApproved,
        Verdict::Reject { .. } => Action::UpdateRejected,
    };
    let mut work = ctx.begin().await?;
    let mut desk = Desk::sit(ctx, work.as_mut(), patient, action, id.to_string()).await?;
    let update = desk.update(ctx, work.as_mut(), id).await?;
    let (by, now) = (desk.access.user(), ctx.now());
    let (done, after) = match verdict {
        Verdict::Approve { .. } if update.is_early(&desk.record, &desk.waiting(work.as_mut()).await?) => {
            return Err(Conflict::PeopleFirst.into());
        }
        Verdict::Approve { saw, put } => update.approve(&desk.record, saw, put.as_deref(), by, now).map_err(refused)?,
        Verdict::Reject { reason } => {
            let reason = text::paragraphs(reason, limits::REASON).map_err(|problem| Error::field("reason", problem))?;
            let done = update.reject(reason, by, now).map_err(refused)?;
            (done, desk.record.clone())
        }
    };
    desk.keep(ctx, work.as_mut(), &Outcome::Waiting, &done, after).await?;
    desk.tell(ctx, work.as_mut(), done.by).await?;
    desk.leave(work.as_mut(), now).await?;
    work.save().await?;
    Ok(())
}

fn refused(why: Refused) -> Error {
    match why {
        Refused::Conflict(conflict) => conflict.into(),
        Refused::Invalid(invalid) => invalid.into(),
    }
}

/// Approves those of these changes that can be approved without a further look, and tells which: what the practice changed
/// meanwhile, or what the caller did not see so, goes on waiting.
///
/// # Errors
/// [`crate::Error::NotFound`] or [`crate::Error::Forbidden`].
pub async fn approve_all(ctx: &Ctx, patient: PatientId, seen: &[(UpdateId, String)]) -> Result<Vec<UpdateId>> {
    let seen: Vec<_> = seen.iter().map(|(id, saw)| (*id, Some(saw.as_str()))).collect();
    approve(ctx, patient, &seen).await
}

/// Without what somebody saw it is approved by what the record says behind the lock.
async fn approve(ctx: &Ctx, patient: PatientId, seen: &[(UpdateId, Option<&str>)]) -> Result<Vec<UpdateId>> {
    let mut work = ctx.begin().await?;
    let mut desk = Desk::sit(ctx, work.as_mut(), patient, Action::UpdatesViewed, "approve_all".to_owned()).await?;
    let (by, now) = (desk.access.user(), ctx.now());
    // In the order of the subjects: a country before its postcode, people before whom to ring first.
    let mut waiting: Vec<_> = work.list_waiting_updates(&desk.reach.view).await?;
    waiting.sort_by_key(|listed| listed.update.subject);
    let account = ctx.actor()?.account();
    let over = access_over(ctx, work.as_mut(), patient, waiting.iter().map(|listed| listed.update.by)).await?;
    let mut approved = Vec::new();
    for ListedUpdate { update, .. } in waiting {
        let Some((_, saw)) = seen.iter().find(|(id, _)| *id == update.id) else { continue };
        let own = update.by == account || over.contains(&update.by);
        let look = update.needs_look(&desk.record, &desk.waiting(work.as_mut()).await?);
        if !desk.reach.shows(&update) || own || look {
            continue;
        }
        let now_says = update.subject.reviewed(&desk.record);
        let Ok((done, after)) = update.approve(&desk.record, saw.unwrap_or(&now_says), None, by, now) else { continue };
        let entry = audit::entry(ctx, desk.access.by(), desk.access.group(), Action::UpdateApproved, patient);
        work.audit(&Entry { detail: done.id.to_string(), ..entry }).await?;
        desk.keep(ctx, work.as_mut(), &Outcome::Waiting, &done, after).await?;
        desk.tell(ctx, work.as_mut(), done.by).await?;
        approved.push(done.id);
    }
    if approved.is_empty() {
        return Ok(approved);
    }
    desk.leave(work.as_mut(), now).await?;
    work.save().await?;
    Ok(approved)
}

/// Takes one's own decision back, within a minute.
///
/// # Errors
/// [`Conflict::TooLateToUndo`], or [`Conflict::ChangedMeanwhile`] when the record or the wish was changed since.
pub async fn undo(ctx: &Ctx, patient: PatientId, id: UpdateId) -> Result<()> {
    let mut work = ctx.begin().await?;
    let mut desk = Desk::sit(ctx, work.as_mut(), patient, Action::UpdateUndone, id.to_string()).await?;
    let update = desk.update(ctx, work.as_mut(), id).await?;
    let from = update.outcome.clone();
    let (again, after) = update.undo(&desk.record, desk.access.user(), ctx.now()).map_err(refused)?;
    desk.keep(ctx, work.as_mut(), &from, &again, after).await?;
    // It waits again: whose line behind the bell went with the decision, has it again.
    if let Outcome::Approved { at, .. } | Outcome::Rejected { at, .. } = from {
        work.recall_update_news(&desk.access, at).await?;
    }
    work.save().await?;
    Ok(())
}

/// The group does not want to be asked any more: what becomes of the changes that wait. In steps, each a unit of work of its
/// own: whatever is left when it is cut off goes on waiting, and shows.
///
/// # Errors
/// Storage's.
pub(crate) async fn settle(ctx: &Ctx, access: &Access<ManageSettings>, choice: Waiting) -> Result<()> {
    if choice == Waiting::Keep {
        return Ok(());
    }
    let (mut after, end) = (None, ctx.now() + limits::SETTLE);
    // Whoever saves the setting waits for it: what is left then is decided about in the group's list.
    while ctx.now() < end {
        let some = ctx.read().await?.list_group_updates(access, after).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = Some(last.id);
        for update in some {
            match one(ctx, &update, choice).await {
                // Hidden from whoever saves the setting, their own, in conflict, or decided about by now: it goes on waiting.
                Ok(()) | Err(Error::NotFound | Error::Forbidden(_) | Error::Conflict(_) | Error::Invalid(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

async fn one(ctx: &Ctx, update: &Update, choice: Waiting) -> Result<()> {
    match choice {
        Waiting::Keep => Ok(()),
        Waiting::Reject => {
            let verdict = Verdict::Reject { reason: String::new() };
            decide(ctx, update.patient, update.id, &verdict).await
        }
        // What needs a look goes on waiting; for the rest it does not matter what anybody saw.
        Waiting::Apply => approve(ctx, update.patient, &[(update.id, None)]).await.map(drop),
    }
}

/// Whether changes wait that the setting leaves nobody to ask about: then the form must say what becomes of them.
///
/// # Errors
/// [`crate::Error::Invalid`] naming `waiting`.
pub(crate) fn chosen(count: i64, code: &str) -> Result<Waiting> {
    if count == 0 {
        return Ok(Waiting::Keep);
    }
    Waiting::from_code(code).map_err(|problem: Problem| Error::field("waiting", problem))
}
