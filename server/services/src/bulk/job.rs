//! The job: gives those who were chosen their places, and sees to the places, step by step.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{
    access::{Access, Actor, EnterGroup, InvitePatient, InvitePatients, Inviting, ListPatients, Right as _},
    account::Account,
    audit::{Action, Entry},
    bulk::{self, Bulk, Outcome, Selection, Stage, Standing},
    email::Email,
    grant::{Grant, Kind, State as GrantState},
    ids::{AccountId, InvitationId, PatientId},
    invitation::{Events, Invitation, remind_at},
    limits::{BULK_STEP, BULK_STEP_CROWDED},
    page::PageRequest,
    practice::PatientAccess,
    template::{self, MergeValues},
};

use crate::{
    audit,
    context::{Ctx, Origin, Services},
    error::{Error, Result},
    invitations,
    ports::{BulkPlace, Candidate, Clash, HeldAccount, Invited, StoreError, Work},
    reports, sessions, templates, tokens,
};

/// Steps that are on their way at the same time: while one waits for the disk, the next is prepared.
const LANES: usize = 2;

/// Goes on with what there is to go on with, a step of each in turn, until nothing is left or `stopping` says so.
///
/// # Errors
/// Storage's.
pub async fn work(services: &Arc<Services>, stopping: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    let lanes = (0..LANES).map(|_| lane(services, stopping));
    // Every lane runs to its end, also when another meets an error.
    for outcome in futures::future::join_all(lanes).await {
        outcome?;
    }
    Ok(())
}

async fn lane(services: &Arc<Services>, stopping: &(dyn Fn() -> bool + Sync)) -> Result<()> {
    while !stopping() && step(services).await? {}
    Ok(())
}

/// One step of the one that waited longest; false when there is nothing to do.
async fn step(services: &Arc<Services>) -> Result<bool> {
    // Looked at before the write lock is asked for: most of the time there is nothing.
    if !services.store.look().await?.unscoped_bulk_waits().await? {
        return Ok(false);
    }
    let turn = services.courtesy.turn().await;
    let size = if turn.crowded() { BULK_STEP_CROWDED } else { BULK_STEP };
    // Every group: what an account is linked to elsewhere counts (decision 5).
    let mut work = services.store.begin().await?;
    let Some(bulk) = work.unscoped_take_bulk().await? else { return Ok(false) };
    let failed = match see_to(services, work, bulk.clone(), size).await {
        Ok(true) => return Ok(true),
        Ok(false) => None,
        Err(error) => Some(error),
    };
    // The others need not wait for what cannot go on; what fails again and again is stopped.
    if let Some(error) = &failed {
        tracing::error!(bulk = %bulk.id, %error, "a step of a bulk invitation failed");
    }
    let mut work = services.store.begin().await?;
    work.unscoped_put_bulk_behind(&bulk, services.clock.now()).await?;
    work.save().await?;
    match failed {
        // Nor does the next one go better while the database does not answer.
        Some(error @ Error::Unavailable(_)) => Err(error),
        Some(_) | None => Ok(true),
    }
}

/// One step; false when somebody else made the same account or grant in this moment, and it is to be begun anew.
async fn see_to(services: &Arc<Services>, mut work: Box<dyn Work>, mut bulk: Bulk, size: u32) -> Result<bool> {
    // As things stand now: a right that was taken away meanwhile is gone.
    let actor = sessions::of_job(work.as_mut(), bulk.group, bulk.user, &bulk.origin).await?;
    let origin = Origin { address: bulk.origin.clone(), agent: String::new() };
    let ctx = Ctx::new(Arc::clone(services), origin, actor);
    let now = ctx.now();
    match bulk.stage {
        Stage::Gathering => gather(&ctx, work.as_mut(), &mut bulk, size).await?,
        Stage::Running => {
            if !invite(&ctx, work.as_mut(), &mut bulk, size).await? {
                return Ok(false);
            }
        }
        Stage::Ready | Stage::Stopped | Stage::Done => return Ok(true),
    }
    work.unscoped_save_bulk(&bulk, now).await?;
    work.save().await?;
    Ok(true)
}

/// Gives some more of those chosen a place.
async fn gather(ctx: &Ctx, work: &mut dyn Work, bulk: &mut Bulk, size: u32) -> Result<()> {
    let may = ctx.maybe_actor().and_then(|actor| Some((actor, actor.may(InvitePatients, &()).ok()?)));
    let (Some((actor, access)), Some(selection)) = (may, bulk.selection.clone()) else {
        // Whoever began it may not invite any more: half of it would look like all.
        (bulk.stage, bulk.selection, bulk.cursor) = (Stage::Stopped, None, None);
        return Ok(());
    };
    let (chosen, ended) = match selection {
        Selection::These(all) => {
            let begin = bulk.total as usize;
            let end = all.len().min(begin + size as usize);
            let before: HashSet<PatientId> = all.iter().take(begin).copied().collect();
            (again_marked(all.get(begin..end).unwrap_or_default(), before), end == all.len())
        }
        Selection::All { report, but } => {
            let page = PageRequest { after: bulk.cursor.take(), limit: Some(size) };
            let found = reports::found(ctx, work, &Access::<ListPatients>::from(&access), &report, &page).await?;
            bulk.cursor = found.next;
            let ids = found.rows.iter().map(|record| record.patient.id).filter(|id| !but.contains(id));
            (ids.map(|id| (id, false)).collect(), bulk.cursor.is_none())
        }
    };
    let places = foreseen(ctx, work, actor, &access, bulk.total, &chosen).await?;
    work.unscoped_add_bulk_places(bulk, &places).await?;
    bulk.total += u32::try_from(places.len()).unwrap_or(0);
    if ended {
        (bulk.stage, bulk.selection, bulk.cursor) = (Stage::Ready, None, None);
    }
    Ok(())
}

/// With each whether it stood in the list before.
fn again_marked(ids: &[PatientId], mut before: HashSet<PatientId>) -> Vec<(PatientId, bool)> {
    ids.iter().map(|id| (*id, !before.insert(*id))).collect()
}

/// What would become of each, as things stand.
async fn foreseen(
    ctx: &Ctx,
    work: &mut dyn Work,
    actor: &Actor,
    access: &Access<InvitePatients>,
    so_far: u32,
    chosen: &[(PatientId, bool)],
) -> Result<Vec<BulkPlace>> {
    let settings = work.lookup_patient_access(&Access::<EnterGroup>::from(access)).await?;
    let ids: Vec<PatientId> = chosen.iter().map(|(id, _)| *id).collect();
    let candidates = by_id(work.list_candidates(access, &ids).await?);
    let accounts = by_email(work.hold_accounts(&addresses(candidates.values())).await?);
    let place = |((id, again), place): (&(PatientId, bool), u32)| {
        let candidate = candidates.get(id);
        let outcome = match candidate {
            _ if *again => Outcome::Twice,
            None => Outcome::NoAccess,
            Some(of) => judge(ctx, actor, &settings, of, &accounts).map_or_else(|no| no, |_| Outcome::Invited),
        };
        BulkPlace { place, patient: candidate.map(|of| of.facts.patient), outcome, invitation: None }
    };
    Ok(chosen.iter().zip(so_far + 1..).map(place).collect())
}

/// The proof that this patient may be invited, or what becomes of them instead.
fn judge(
    ctx: &Ctx,
    actor: &Actor,
    settings: &PatientAccess,
    of: &Candidate,
    accounts: &HashMap<String, HeldAccount>,
) -> std::result::Result<Access<InvitePatient>, Outcome> {
    let Ok(access) = actor.may(InvitePatient, &of.facts) else {
        return Err(InvitePatient::decide(actor.who(), &of.facts)
            .map_or_else(|refused| Outcome::of_refusal(refused.because), |_| Outcome::NoAccess));
    };
    let standing = Standing {
        status: of.status,
        email: of.email.as_ref(),
        practitioner: of.email.as_ref().and_then(|email| accounts.get(&email.folded())).is_some_and(|a| a.practitioner),
        contacts: &of.contacts,
        grants: &of.grants,
        open: &of.open,
    };
    match bulk::outcome(settings, &standing, ctx.now()) {
        Outcome::Invited => Ok(access),
        other => Err(other),
    }
}

fn by_id(candidates: Vec<Candidate>) -> HashMap<PatientId, Candidate> {
    candidates.into_iter().map(|of| (of.facts.patient, of)).collect()
}

fn by_email(accounts: Vec<HeldAccount>) -> HashMap<String, HeldAccount> {
    accounts.into_iter().map(|held| (held.account.email.folded(), held)).collect()
}

fn addresses<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Vec<Email> {
    candidates.filter_map(|of| of.email.clone()).collect()
}

/// Sees to some more places; false when it is to be tried anew.
async fn invite(ctx: &Ctx, work: &mut dyn Work, bulk: &mut Bulk, size: u32) -> Result<bool> {
    let places = work.unscoped_next_bulk_places(bulk, size).await?;
    let Some(last) = places.last() else {
        (bulk.stage, bulk.ended_at) = (Stage::Done, Some(ctx.now()));
        return Ok(true);
    };
    let seen = last.place;
    let came = match ctx.maybe_actor().map(|actor| (actor, actor.may(InvitePatients, &()))) {
        Some((actor, Ok(access))) => match invite_these(ctx, work, bulk, actor, &access, &places).await? {
            Some(came) => came,
            None => return Ok(false),
        },
        // The right is gone: nobody else is invited, and each place says why.
        gone => {
            let because = gone.and_then(|(actor, _)| InvitePatients::decide(actor.who(), &()).err());
            let outcome = because.map_or(Outcome::NoAccess, |refused| Outcome::of_refusal(refused.because));
            let of = |place: &BulkPlace| if place.outcome == Outcome::Twice { Outcome::Twice } else { outcome };
            places.iter().map(|place| BulkPlace { outcome: of(place), ..*place }).collect()
        }
    };
    work.unscoped_save_bulk_places(bulk, &places, &came).await?;
    bulk.seen = seen;
    if bulk.seen == bulk.total {
        (bulk.stage, bulk.ended_at) = (Stage::Done, Some(ctx.now()));
    }
    Ok(true)
}

/// What came of these places. None when somebody else was faster with an account or a grant.
async fn invite_these(
    ctx: &Ctx,
    work: &mut dyn Work,
    bulk: &Bulk,
    actor: &Actor,
    access: &Access<InvitePatients>,
    places: &[BulkPlace],
) -> Result<Option<Vec<BulkPlace>>> {
    let ids: Vec<PatientId> = places.iter().filter_map(|place| place.patient).collect();
    // Accounts are held before the chain, here as everywhere. What was read before the chain was held is read again when
    // somebody wrote to the group meanwhile.
    let end = work.chain_end(access).await?;
    let mut candidates = by_id(work.list_candidates(access, &ids).await?);
    let accounts = by_email(work.hold_accounts(&addresses(candidates.values())).await?);
    if work.hold_chain(access).await? != end {
        let before = candidates;
        candidates = by_id(work.list_candidates(access, &ids).await?);
        let same = |id: &PatientId| candidates.get(id).map(|of| &of.email) == before.get(id).map(|of| &of.email);
        // Whoever started it may have lost the right in that moment.
        let now = sessions::of_job(work, bulk.group, bulk.user, &bulk.origin).await?;
        if !ids.iter().all(same) || now.as_ref().map(Actor::who) != Some(actor.who()) {
            return Ok(None);
        }
    }
    let enter = Access::<EnterGroup>::from(access);
    let settings = work.lookup_patient_access(&enter).await?;
    let values = templates::values(work, &enter, "", "").await?;

    let mut making =
        Making { ctx, bulk, settings: &settings, values, accounts, invited: Vec::new(), entries: Vec::new() };
    let mut came = Vec::with_capacity(places.len());
    // A report whose patients are renamed while it is gone through may give somebody two places.
    let mut here = HashSet::new();
    for place in places {
        let candidate = place.patient.and_then(|id| candidates.get(&id));
        let outcome = match candidate {
            _ if place.outcome == Outcome::Twice => Err(Outcome::Twice),
            Some(of) if !here.insert(of.facts.patient) => Err(Outcome::Twice),
            None => Err(Outcome::NoAccess),
            Some(of) => match judge(ctx, actor, &settings, of, &making.accounts) {
                Ok(proof) => making.one(work, access, proof, of).await?,
                Err(outcome) => Err(outcome),
            },
        };
        came.push(match outcome {
            Ok(id) => BulkPlace { outcome: Outcome::Invited, invitation: Some(id), ..*place },
            Err(outcome) => BulkPlace { outcome, ..*place },
        });
    }
    let Making { invited, entries, .. } = making;
    // The chain is held: each sees what was written before.
    work.audit_all(access.group(), &entries).await?;
    match work.add_invited(access, &invited, ctx.now()).await {
        Ok(()) => Ok(Some(came)),
        Err(StoreError::Clash(Clash::AccountEmail | Clash::GrantOfAccount)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The invitations of one step.
struct Making<'a> {
    ctx: &'a Ctx,
    bulk: &'a Bulk,
    settings: &'a PatientAccess,
    values: MergeValues,
    /// By address; those made in this step too, since a family may share one.
    accounts: HashMap<String, HeldAccount>,
    invited: Vec<Invited>,
    entries: Vec<Entry>,
}

impl Making<'_> {
    /// One invitation, to be stored with the others; or why there is none.
    async fn one(
        &mut self,
        work: &mut dyn Work,
        access: &Access<InvitePatients>,
        proof: Access<InvitePatient>,
        of: &Candidate,
    ) -> Result<std::result::Result<InvitationId, Outcome>> {
        let Some(email) = of.email.clone() else { return Ok(Err(Outcome::NoEmail)) };
        self.values.patient_first_name = of.name.called().to_owned();
        self.values.patient_full_name = of.name.shown();
        let Ok(message) = template::message(&self.bulk.message, &self.values) else {
            return Ok(Err(Outcome::MessageTooLong));
        };
        let (now, random) = (self.ctx.now(), &self.ctx.services.random);
        let known = self.accounts.get(&email.folded()).map(|held| held.account.id);
        let new = known.is_none().then(|| Account {
            id: AccountId::from_uuid(random.id()),
            email: email.clone(),
            password_hash: None,
        });
        let account =
            new.as_ref().map_or_else(|| known.unwrap_or(AccountId::from_uuid(uuid::Uuid::nil())), |new| new.id);
        if let Some(account) = &new {
            let held = HeldAccount { account: account.clone(), practitioner: false };
            self.accounts.insert(email.folded(), held);
        }
        let earlier = of.grants.iter().find(|grant| grant.account == account);
        if earlier.is_some_and(|grant| grant.kind != Kind::Own || grant.state != GrantState::Invited) {
            return Ok(Err(Outcome::InPortal));
        }
        self.revoke_dead(work, &proof, of).await?;
        let made =
            earlier.is_none().then(|| Grant::own(random.id().into(), proof.group(), proof.patient(), account, now));
        let Some(grant) = made.as_ref().or(earlier).map(|grant| grant.id) else { return Ok(Err(Outcome::NoAccess)) };
        let invitation = Invitation {
            id: InvitationId::from_uuid(random.id()),
            group: proof.group(),
            patient: proof.patient(),
            grant,
            account,
            kind: Kind::Own,
            email,
            inviter: access.user(),
            given_by: None,
            message,
            invited_at: now,
            expires_at: now + self.settings.link_life,
            remind_at: remind_at(now, self.settings.link_life),
            links: 1,
            events: Events::default(),
        };
        let (token, hash) = tokens::make(&**random);
        let entry = audit::entry(self.ctx, proof.by(), proof.group(), Action::InvitationMade, proof.patient());
        self.entries.push(Entry { detail: invitation.id.to_string(), ..entry });
        let id = invitation.id;
        let mail = invitations::mail_with(self.ctx, &invitation, &token);
        self.invited.push(Invited { access: proof, account: new, grant: made, invitation, token: hash, mail });
        Ok(Ok(id))
    }

    /// Earlier links of this patient that do not work any more are taken back, as by any new invitation.
    async fn revoke_dead(&mut self, work: &mut dyn Work, proof: &Access<InvitePatient>, of: &Candidate) -> Result<()> {
        for dead in of.open.iter().filter(|one| one.kind == Kind::Own) {
            if let Ok(revoked) = dead.clone().revoke(self.ctx.now())
                && work.save_invitation(&Inviting::from(proof), &revoked, None).await?
            {
                let entry =
                    audit::entry(self.ctx, proof.by(), proof.group(), Action::InvitationRevoked, proof.patient());
                self.entries.push(Entry { detail: dead.id.to_string(), ..entry });
            }
        }
        Ok(())
    }
}
