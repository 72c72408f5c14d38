//! The portal's side: what the record says of the person, and changing it (S0-04, S0-17 to S0-19).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    access::{Access, EditOwnRecord, PatientFacts, Relationship, ViewOwnClinical, ViewOwnRecord, explain},
    audit::{Action, Entry},
    emergency::EmergencyContact,
    error::{Conflict, Problem, Refusal},
    grant::Kind,
    ids::{GroupId, PatientId, UserId},
    limits,
    notification::{News, Notification},
    patient::{Details, Patient},
    person::PatientName,
    text,
    time::Time,
    update::{
        Elsewhere, Field, Mode, Outcome, OwnField, OwnProfile, OwnState, OwnUpdate, ProfileForm, Record, Subject, Told,
        Update, Wish,
    },
    user::{Role, User},
};

use super::history;
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    ports::{GrantRecord, Work},
    users,
};

/// A portal user at a record of which they see what was shared.
pub(crate) struct Visit {
    /// That they may see it.
    pub access: Access<ViewOwnRecord>,
    /// That they may change it.
    edit: Option<Access<EditOwnRecord>>,
    kind: Kind,
    /// What becomes of a change.
    pub mode: Mode,
    patient: Patient,
    /// What the record says.
    pub record: Record,
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

    pub async fn read(ctx: &Ctx, work: &mut dyn Work, grant: GrantRecord) -> Result<Self> {
        let (access, edit, kind) = Self::may(ctx, grant)?;
        let (patient, _) = work.lookup_own_record(&access).await?.ok_or(Error::NotFound)?;
        let background = work.lookup_own_background(&access).await?;
        let mode = work.own_update_mode(&access).await?;
        let contacts = work.list_own_contacts(&access).await?;
        let record = Record { details: patient.details.clone(), background, contacts };
        Ok(Self { access, edit, kind, mode, patient, record })
    }

    pub async fn note(&self, ctx: &Ctx, work: &mut dyn Work, action: Action, detail: String) -> Result<()> {
        let access = &self.access;
        let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
        work.audit(&Entry { detail, ..entry }).await?;
        Ok(())
    }

    /// Where the practice is; UTC where nobody said.
    pub async fn time_zone(&self, work: &mut dyn Work) -> Result<String> {
        Ok(work.own_time_zone(&self.access).await?.unwrap_or_else(|| "UTC".to_owned()))
    }

    /// What the patient is called.
    pub fn called(&self) -> String {
        self.patient.details.name.shown()
    }

    /// When the record was made.
    pub fn added_at(&self) -> Time {
        self.patient.added_at
    }

    /// May this reader change anything?
    pub fn takes(&self) -> bool {
        self.edit.is_some() && self.mode != Mode::Disabled
    }

    /// May this reader change this? The address for mail is the patient's own (PX-05).
    fn may_edit(&self, subject: Subject) -> bool {
        self.takes() && (subject != Field::Email.into() || self.kind == Kind::Own)
    }

    /// Of each subject the change that was asked for last, and where it stands.
    pub async fn latest(&self, work: &mut dyn Work) -> Result<BTreeMap<Subject, OwnUpdate>> {
        let mut latest = BTreeMap::new();
        for update in work.list_own_updates(&self.access).await? {
            let Some(state) = OwnState::of(&update) else { continue };
            let newer = latest.get(&update.subject).is_none_or(|known: &OwnUpdate| known.id < update.id);
            if newer {
                let Update { id, subject, had, wanted, at, .. } = update;
                latest.insert(subject, OwnUpdate { id, had, wanted, at, state });
            }
        }
        Ok(latest)
    }
}

pub(super) async fn grant(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<GrantRecord> {
    work.find_own_grant(ctx.actor()?.account(), patient).await?.ok_or(Error::NotFound)
}

/// What the record says, and where the changes stand that were asked for. What was decided about counts as seen.
///
/// # Errors
/// [`crate::Error::NotFound`] when this person may not see it.
pub async fn profile(ctx: &Ctx, patient: PatientId) -> Result<OwnProfile> {
    let mut work = ctx.services.store.begin().await?;
    let (visit, profile) = look(ctx, work.as_mut(), patient).await?;
    visit.note(ctx, work.as_mut(), Action::OwnProfileViewed, String::new()).await?;
    work.mark_own_updates_seen(&visit.access, Told::Details, ctx.now()).await?;
    work.save().await?;
    Ok(profile)
}

/// The same, with nothing written down and nothing seen.
pub(crate) async fn look(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<(Visit, OwnProfile)> {
    let grant = grant(ctx, work, patient).await?;
    let visit = Visit::read(ctx, work, grant).await?;
    let mut latest = visit.latest(work).await?;
    let elsewhere = elsewhere(ctx, work, &visit).await?;
    let time_zone = visit.time_zone(work).await?;
    let about_contacts = |subject: &Subject| matches!(subject, Subject::Contact(_) | Subject::Order);
    let contacts_wait = latest.iter().any(|(subject, last)| about_contacts(subject) && last.state == OwnState::Waiting);
    let field = |field: Field| OwnField {
        field,
        value: field.of(&visit.record),
        last: latest.remove(&field.into()),
        may_edit: visit.may_edit(field.into()),
    };
    let Details { name, birth_date, .. } = &visit.patient.details;
    let profile = OwnProfile {
        legal_name: format!("{} {}", name.legal_first, name.legal_last).trim().to_owned(),
        birth_date: *birth_date,
        fields: Field::ALL.iter().copied().map(field).collect(),
        emergency_contacts: visit.record.contacts.iter().filter_map(EmergencyContact::of).collect(),
        contacts_wait,
        mode: visit.mode,
        may_edit: visit.takes(),
        elsewhere,
        time_zone,
    };
    Ok((visit, profile))
}

/// The same person's records with other practices that this reader may change as well.
pub(super) async fn elsewhere(ctx: &Ctx, work: &mut dyn Work, visit: &Visit) -> Result<Vec<Elsewhere>> {
    if !visit.takes() {
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
        if same_person(visit, &other) && other.takes() {
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
/// look only, or the field is the patient's own (PX-05); [`crate::Error::Invalid`] with all that is wrong;
/// [`Conflict::ChangedMeanwhile`] when the practice was faster.
pub async fn save(ctx: &Ctx, patient: PatientId, form: &ProfileForm, also: &[PatientId]) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let asked = Asked::open(ctx, work.as_mut(), patient, also, &form.touched()).await?;
    let wishes = form.wishes(&asked.main.record)?;
    asked.check(&wishes)?;
    if wishes.is_empty() {
        // Nothing was touched: nothing happened, and nothing is written down.
        return Ok(());
    }
    for visit in asked.all() {
        let here = visit.access.patient() == patient;
        let wishes = wishes.iter().map(|wish| {
            // Of another practice's record the person saw nothing: what it says now is what it said.
            let had = if here { wish.had.clone() } else { wish.subject.of(&visit.record) };
            Wish { had, ..wish.clone() }
        });
        change(ctx, work.as_mut(), visit, wishes.collect()).await?;
    }
    work.save().await?;
    Ok(())
}

/// Records that somebody asks to change, read behind the locks of their groups' chains.
pub(super) struct Asked {
    /// The one whose page it is.
    pub main: Visit,
    others: Vec<Visit>,
}

impl Asked {
    pub async fn open(
        ctx: &Ctx,
        work: &mut dyn Work,
        patient: PatientId,
        also: &[PatientId],
        detail: &str,
    ) -> Result<Self> {
        let here = grant(ctx, work, patient).await?;
        let group = here.grant.group;
        let mut all: BTreeMap<(GroupId, PatientId), GrantRecord> = BTreeMap::from([((group, patient), here)]);
        // Named twice is named once.
        let also: BTreeSet<_> = also.iter().copied().filter(|other| *other != patient).collect();
        if also.len() > limits::ALSO {
            return Err(Error::field("also", Problem::TooMany));
        }
        for other in &also {
            let found = grant(ctx, work, *other).await?;
            all.insert((found.grant.group, *other), found);
        }
        // Chains are locked in the order of the groups, and records are read behind the lock.
        for grant in all.values() {
            let (access, edit, _) = Visit::may(ctx, grant.clone())?;
            edit.ok_or(Error::Forbidden(Refusal::ReadOnly))?;
            let entry = audit::entry(ctx, access.by(), access.group(), Action::UpdateAsked, access.patient());
            work.audit(&Entry { detail: detail.to_owned(), ..entry }).await?;
        }
        let mut visits = BTreeMap::new();
        for (key, grant) in all {
            let grant = work.find_own_grant(grant.grant.account, grant.grant.patient).await?.ok_or(Error::NotFound)?;
            visits.insert(key, Visit::read(ctx, work, grant).await?);
        }
        let main = visits.remove(&(group, patient)).ok_or(Error::NotFound)?;
        Ok(Self { main, others: visits.into_values().collect() })
    }

    pub fn all(&self) -> impl Iterator<Item = &Visit> {
        std::iter::once(&self.main).chain(&self.others)
    }

    /// May all of it be asked for, everywhere?
    pub fn check(&self, wishes: &[Wish]) -> Result<()> {
        if self.all().any(|visit| visit.mode == Mode::Disabled) {
            return Err(Error::Forbidden(Refusal::UpdatesOff));
        }
        if self.others.iter().any(|visit| !same_person(&self.main, visit)) {
            return Err(Error::NotFound);
        }
        if self.all().any(|visit| wishes.iter().any(|wish| !visit.may_edit(wish.subject))) {
            return Err(Error::Forbidden(Refusal::NotYours));
        }
        Ok(())
    }
}

/// Writes what may be written at once, and has the rest wait.
pub(super) async fn change(ctx: &Ctx, work: &mut dyn Work, visit: &Visit, wishes: Vec<Wish>) -> Result<()> {
    let access = visit.edit.as_ref().ok_or(Error::Forbidden(Refusal::ReadOnly))?;
    let (mut after, mut waits, mut applied) = (visit.record.clone(), Vec::new(), Vec::new());
    for Wish { subject, had, wanted } in wishes {
        let replaced = work.supersede_own_update(access, subject, ctx.now()).await?;
        let now = subject.of(&visit.record);
        if now == wanted {
            if replaced {
                visit.note(ctx, work, Action::UpdateTakenBack, subject.topic().code().to_owned()).await?;
            }
            continue;
        }
        // What the practice changed meanwhile is not overwritten unseen, whatever the setting says.
        let outcome = match visit.mode {
            // Nor is anything written that does not fit what waits: a postcode whose country somebody has to look at.
            Mode::Auto
                if subject.same(&now, &had)
                    && !subject.is_somebody_else(&visit.record, &wanted)
                    && subject.put(&mut after, &wanted).is_ok() =>
            {
                applied.push(subject.topic().code());
                Outcome::Applied { at: ctx.now() }
            }
            Mode::Auto | Mode::Approval => {
                waits.push(subject);
                Outcome::Waiting
            }
            Mode::Disabled => return Err(Error::Forbidden(Refusal::UpdatesOff)),
        };
        let id = ctx.services.random.id().into();
        let (patient, by) = (access.patient(), access.account());
        work.add_own_update(access, &Update { id, patient, subject, had, wanted, by, at: ctx.now(), outcome }).await?;
    }
    if after != visit.record {
        visit.note(ctx, work, Action::PatientChanged, applied.join(" ")).await?;
        write(ctx, work, visit, access, after).await?;
    }
    if !waits.is_empty() {
        return tell(ctx, work, visit, &waits).await;
    }
    // What was taken back, or counts now, is nobody's to decide any more.
    let left = work.list_own_updates(&visit.access).await?;
    let left = left.iter().filter(|update| update.outcome == Outcome::Waiting);
    let left: Vec<_> = left.map(|update| update.subject).collect();
    if left.is_empty() {
        work.forget_own_update_news(access, None, ctx.now()).await?;
    } else {
        let told = work.list_own_told_reviewers(&visit.access).await?;
        let done = nothing_left(told, access.patient(), &left);
        work.forget_own_update_news(access, Some(&done), ctx.now()).await?;
    }
    Ok(())
}

/// Those of these users for whom none of what waits is to decide about.
pub(super) fn nothing_left(
    told: Vec<(User, Option<Relationship>)>,
    patient: PatientId,
    waits: &[Subject],
) -> Vec<UserId> {
    let done = told.into_iter().filter(|(user, relationship)| !decides(user, *relationship, patient, waits));
    done.map(|(user, _)| user.id).collect()
}

/// Makes the record what it is to be.
async fn write(
    ctx: &Ctx,
    work: &mut dyn Work,
    visit: &Visit,
    access: &Access<EditOwnRecord>,
    after: Record,
) -> Result<()> {
    let before = &visit.record;
    history::keep_own(ctx, work, access, before, &after).await?;
    let mut saved = true;
    if after.details != before.details || after.background != before.background {
        let patient = Patient { details: after.details, ..visit.patient.clone() };
        saved &= work.save_own_patient(access, &patient, ctx.now()).await?;
    }
    if after.background != before.background {
        work.save_own_background(access, &after.background).await?;
    }
    if after.contacts != before.contacts {
        saved &= work.save_own_contacts(access, &before.contacts, &after.contacts, ctx.now()).await?;
    }
    if saved { Ok(()) } else { Err(Conflict::ChangedMeanwhile.into()) }
}

/// Tells those who decide: whoever treats the patient, administrators, and who may do everything (S0-35).
async fn tell(ctx: &Ctx, work: &mut dyn Work, visit: &Visit, waits: &[Subject]) -> Result<()> {
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

fn decides(user: &User, relationship: Option<Relationship>, patient: PatientId, waits: &[Subject]) -> bool {
    let near = relationship.is_some() || user.level.role() == Role::Administrator || user.level.is_full();
    let facts = PatientFacts { group: user.group, patient, relationship, emergency: false };
    let may = explain::on_patient(&users::who(user), &facts);
    let may = |right: &str| may.iter().any(|one| one.right == right && one.may);
    near && may("EditPatient") && (may("ViewSocialHistory") || waits.iter().any(|subject| !subject.topic().is_social()))
}
