//! The portal's side: what the record says of the person, and changing it (S0-04, S0-17, S0-19).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    access::{Access, EditOwnRecord, PatientFacts, Relationship, ViewOwnClinical, ViewOwnRecord, explain},
    audit::{Action, Entry},
    error::{Conflict, Problem, Refusal},
    grant::Kind,
    ids::{GroupId, PatientId},
    limits,
    notification::{News, Notification},
    patient::{Details, Patient},
    person::PatientName,
    text,
    update::{
        Elsewhere, Field, Mode, Outcome, OwnField, OwnProfile, OwnState, OwnUpdate, ProfileForm, Record, Update, Wish,
    },
    user::{Role, User},
};

use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{GrantRecord, Work},
    users,
};

/// A portal user at a record of which they see what was shared.
struct Visit {
    access: Access<ViewOwnRecord>,
    /// That they may change it.
    edit: Option<Access<EditOwnRecord>>,
    kind: Kind,
    mode: Mode,
    patient: Patient,
    record: Record,
}

impl Visit {
    /// A proof earned from what storage says of the grant. The record is read by [`Visit::read`].
    fn may(ctx: &Ctx, grant: GrantRecord) -> Result<(Access<ViewOwnRecord>, Option<Access<EditOwnRecord>>, Kind)> {
        let actor = ctx.actor()?;
        let facts = grant.at(ctx.now());
        // Who is here for appointments and invoices does not learn how the person lives.
        let access = Access::<ViewOwnRecord>::from(&actor.may(ViewOwnClinical, &facts)?);
        Ok((access, actor.may(EditOwnRecord, &facts).ok(), facts.grant.kind))
    }

    async fn read(ctx: &Ctx, work: &mut dyn Work, grant: GrantRecord) -> Result<Self> {
        let (access, edit, kind) = Self::may(ctx, grant)?;
        let (patient, _) = work.lookup_own_record(&access).await?.ok_or(Error::NotFound)?;
        let background = work.lookup_own_background(&access).await?;
        let mode = work.own_update_mode(&access).await?;
        let record = Record { details: patient.details.clone(), background };
        Ok(Self { access, edit, kind, mode, patient, record })
    }

    async fn note(&self, ctx: &Ctx, work: &mut dyn Work, action: Action, detail: String) -> Result<()> {
        let access = &self.access;
        let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
        work.audit(&Entry { detail, ..entry }).await?;
        Ok(())
    }

    /// May this reader change this field? The address for mail is the patient's own (PX-05).
    fn may_edit(&self, field: Field) -> bool {
        let own = field != Field::Email || self.kind == Kind::Own;
        own && self.edit.is_some() && self.mode != Mode::Disabled
    }
}

async fn grant(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<GrantRecord> {
    work.find_own_grant(ctx.actor()?.account(), patient).await?.ok_or(Error::NotFound)
}

/// What the record says, and where the changes stand that were asked for.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not see it.
pub async fn profile(ctx: &Ctx, patient: PatientId) -> Result<OwnProfile> {
    let mut work = ctx.services.store.begin().await?;
    let grant = grant(ctx, work.as_mut(), patient).await?;
    let visit = Visit::read(ctx, work.as_mut(), grant).await?;
    visit.note(ctx, work.as_mut(), Action::OwnProfileViewed, String::new()).await?;
    let mut latest = BTreeMap::new();
    for update in work.list_own_updates(&visit.access).await? {
        let Some(state) = OwnState::of(&update) else { continue };
        let newer = latest.get(&update.field).is_none_or(|known: &OwnUpdate| known.id < update.id);
        if newer {
            let Update { id, field, wanted, at, .. } = update;
            latest.insert(field, OwnUpdate { id, wanted, at, state });
        }
    }
    let elsewhere = elsewhere(ctx, work.as_mut(), &visit).await?;
    let time_zone = work.own_time_zone(&visit.access).await?.unwrap_or_else(|| "UTC".to_owned());
    work.save().await?;
    let field = |field: Field| OwnField {
        field,
        value: field.of(&visit.record),
        last: latest.remove(&field),
        may_edit: visit.may_edit(field),
    };
    let Details { name, birth_date, .. } = &visit.patient.details;
    Ok(OwnProfile {
        legal_name: format!("{} {}", name.legal_first, name.legal_last).trim().to_owned(),
        birth_date: *birth_date,
        fields: Field::ALL.iter().copied().map(field).collect(),
        mode: visit.mode,
        may_edit: visit.edit.is_some() && visit.mode != Mode::Disabled,
        elsewhere,
        time_zone,
    })
}

/// The same person's records with other practices that this reader may change as well.
async fn elsewhere(ctx: &Ctx, work: &mut dyn Work, visit: &Visit) -> Result<Vec<Elsewhere>> {
    if visit.edit.is_none() || visit.mode == Mode::Disabled {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for own in work.list_own_records(ctx.actor()?.account()).await? {
        if own.record.grant.patient == visit.access.patient() {
            continue;
        }
        // Most are somebody else's: what is compared is read only where the name is the same.
        if legal(&own.name) != legal(&visit.patient.details.name) && own.record.grant.kind != Kind::Own {
            continue;
        }
        let Ok(other) = Visit::read(ctx, work, own.record).await else { continue };
        if same_person(visit, &other) && other.edit.is_some() && other.mode != Mode::Disabled {
            found.push(Elsewhere { patient: other.access.patient(), practice: own.practice, mode: other.mode });
        }
    }
    Ok(found)
}

/// The name in law, which nobody changes from the portal.
fn legal(name: &PatientName) -> String {
    text::fold(&format!("{} {}", name.legal_first, name.legal_last))
}

/// Is it the same person's record? One's own are; of others, those of one name and birth date.
fn same_person(one: &Visit, other: &Visit) -> bool {
    let who = |visit: &Visit| (legal(&visit.patient.details.name), visit.patient.details.birth_date);
    match (one.kind, other.kind) {
        (Kind::Own, Kind::Own) => true,
        (Kind::Own, _) | (_, Kind::Own) => false,
        (Kind::Contact | Kind::Other, Kind::Contact | Kind::Other) => {
            one.patient.details.birth_date.is_some() && who(one) == who(other)
        }
    }
}

/// Changes the record, or asks the practice to: at this practice, and at the others that are named (decision 8).
///
/// # Errors
/// [`crate::Error::NotFound`]; [`crate::Error::Forbidden`] when the practice takes no changes (S0-38, PT-12), the reader may
/// look only, or the field is the patient's own (PX-05); [`crate::Error::Invalid`] with all that is wrong.
pub async fn save(ctx: &Ctx, patient: PatientId, form: &ProfileForm, also: &[PatientId]) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let here = grant(ctx, work.as_mut(), patient).await?;
    let group = here.grant.group;
    let mut all: BTreeMap<(GroupId, PatientId), GrantRecord> = BTreeMap::from([((group, patient), here)]);
    // Named twice is named once.
    let also: BTreeSet<_> = also.iter().copied().filter(|other| *other != patient).collect();
    if also.len() > limits::ALSO {
        return Err(Error::field("also", Problem::TooMany));
    }
    for other in &also {
        let found = grant(ctx, work.as_mut(), *other).await?;
        all.insert((found.grant.group, *other), found);
    }
    // Chains are locked in the order of the groups, and records are read behind the lock.
    for grant in all.values() {
        let (access, edit, _) = Visit::may(ctx, grant.clone())?;
        edit.ok_or(Error::Forbidden(Refusal::ReadOnly))?;
        let entry = audit::entry(ctx, access.by(), access.group(), Action::UpdateAsked, access.patient());
        work.audit(&Entry { detail: form.touched(), ..entry }).await?;
    }
    let mut visits = BTreeMap::new();
    for (key, grant) in all {
        let grant = work.find_own_grant(grant.grant.account, grant.grant.patient).await?.ok_or(Error::NotFound)?;
        visits.insert(key, Visit::read(ctx, work.as_mut(), grant).await?);
    }
    let main = visits.get(&(group, patient)).ok_or(Error::NotFound)?;
    let wishes = form.wishes(&main.record)?;
    if visits.values().any(|visit| visit.mode == Mode::Disabled) {
        return Err(Error::Forbidden(Refusal::UpdatesOff));
    }
    if visits.values().any(|visit| visit.access.patient() != patient && !same_person(main, visit)) {
        return Err(Error::NotFound);
    }
    if visits.values().any(|visit| wishes.iter().any(|wish| !visit.may_edit(wish.field))) {
        return Err(Error::Forbidden(Refusal::NotYours));
    }
    if wishes.is_empty() {
        // Nothing was touched: nothing happened, and nothing is written down.
        return Ok(());
    }
    for visit in visits.into_values() {
        let wishes = wishes.iter().map(|wish| {
            // Of another practice's record the person saw nothing: what it says now is what it said.
            let had = match visit.access.patient() == patient {
                true => wish.had.clone(),
                false => wish.field.of(&visit.record),
            };
            Wish { had, ..wish.clone() }
        });
        let wishes = wishes.collect();
        change(ctx, work.as_mut(), visit, wishes).await?;
    }
    work.save().await?;
    Ok(())
}

/// Writes what may be written at once, and has the rest wait.
async fn change(ctx: &Ctx, work: &mut dyn Work, visit: Visit, wishes: Vec<Wish>) -> Result<()> {
    let access = visit.edit.as_ref().ok_or(Error::Forbidden(Refusal::ReadOnly))?;
    let (mut after, mut waits, mut applied) = (visit.record.clone(), Vec::new(), Vec::new());
    for Wish { field, had, wanted } in wishes {
        let replaced = work.supersede_own_update(access, field, ctx.now()).await?;
        let now = field.of(&visit.record);
        if now == wanted {
            if replaced {
                visit.note(ctx, work, Action::UpdateTakenBack, field.code().to_owned()).await?;
            }
            continue;
        }
        // What the practice changed meanwhile is not overwritten unseen, whatever the setting says.
        let outcome = match visit.mode {
            // Nor is anything written that does not fit what waits: a postcode whose country somebody has to look at.
            Mode::Auto if now == had && field.put(&mut after, &wanted).is_ok() => {
                applied.push(field.code());
                Outcome::Applied { at: ctx.now() }
            }
            Mode::Auto | Mode::Approval => {
                waits.push(field);
                Outcome::Waiting
            }
            Mode::Disabled => return Err(Error::Forbidden(Refusal::UpdatesOff)),
        };
        let id = ctx.services.random.id().into();
        let (patient, by) = (access.patient(), access.account());
        work.add_own_update(access, &Update { id, patient, field, had, wanted, by, at: ctx.now(), outcome }).await?;
    }
    if after != visit.record {
        visit.note(ctx, work, Action::PatientChanged, applied.join(" ")).await?;
        let patient = Patient { details: after.details, ..visit.patient.clone() };
        if !work.save_own_patient(access, &patient, ctx.now()).await? {
            return Err(Conflict::ChangedMeanwhile.into());
        }
        if after.background != visit.record.background {
            work.save_own_background(access, &after.background).await?;
        }
    }
    if !waits.is_empty() {
        return tell(ctx, work, &visit, &waits).await;
    }
    // What was taken back, or counts now, is nobody's to decide any more.
    let left = work.list_own_updates(&visit.access).await?;
    if left.iter().all(|update| update.outcome != Outcome::Waiting) {
        work.forget_own_update_news(access, ctx.now()).await?;
    }
    Ok(())
}

/// Tells those who decide: whoever treats the patient, administrators, and who may do everything (S0-35).
async fn tell(ctx: &Ctx, work: &mut dyn Work, visit: &Visit, waits: &[Field]) -> Result<()> {
    let access = &visit.access;
    for (user, relationship) in work.list_reviewers(access).await? {
        if !decides(&user, relationship, access.patient(), waits) {
            continue;
        }
        let news = News::UpdatesWaiting { patient: access.patient() };
        let notification = Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
        work.notify_practice(access, user.id, &notification).await?;
    }
    Ok(())
}

fn decides(user: &User, relationship: Option<Relationship>, patient: PatientId, waits: &[Field]) -> bool {
    let near = relationship.is_some() || user.level.role() == Role::Administrator || user.level.is_full();
    let facts = PatientFacts { group: user.group, patient, relationship };
    let may = explain::on_patient(&users::who(user), &facts);
    let may = |right: &str| may.iter().any(|one| one.right == right && one.may);
    near && may("EditPatient") && (may("ViewSocialHistory") || waits.iter().any(|field| !field.is_social()))
}
