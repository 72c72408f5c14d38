//! The practice's side: invite, list, resend, revoke.

use domain::{
    access::{Access, EnterGroup, InvitePatient, Inviting, SendForms, ViewPatient, ViewPatientAccess},
    audit::{Action, Entry},
    email::Email,
    error::{Conflict, Problem},
    grant::{Kind, Person, Terms, TermsTyped},
    ids::{ContactId, InvitationId, PatientId},
    invitation::{InvitationRow, Invite, InviteForm, InviteStart, Invitee, State},
    page::{Page, PageRequest},
    patient::{Contact, ContactDetails},
    template::{self, TemplateChoice},
    time::Time,
};

use super::{
    mail_with,
    making::{self, Wanted},
};
use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    forms, patients, portal_users,
    ports::Work,
    templates, tokens, unusual, users,
};

/// What the dialog starts with.
///
/// # Errors
/// [`crate::Error::NotFound`], or a [`domain::error::Conflict`] that says why nobody can be invited.
pub async fn start(ctx: &Ctx, patient: PatientId) -> Result<InviteStart> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts).await?;
    let enter = actor.may(EnterGroup, &())?;
    let settings = work.lookup_patient_access(&enter).await?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    settings.invites_to(record.patient.details.status)?;
    let open = work.list_open_invitations(&Inviting::from(&access)).await?;
    let now = ctx.now();
    let pending = open.iter().any(|one| one.kind == Kind::Own && one.check_live(now).is_ok());

    let present = work.list_changeable_portal_users(&Inviting::from(&access)).await?.ok_or(Error::NotFound)?;
    let ages = present.about.birthdays();
    let zone = present.about.time_zone.as_deref();
    let to_come = |birthday: Time| (now < birthday).then(|| days::day_in(birthday, zone)).flatten();
    let details = &record.patient.details;
    let values = templates::values(work.as_mut(), &enter, details.name.called(), &details.name.shown()).await?;
    let forms = forms::sendable(work.as_mut(), &enter).await?;
    let templates = work.list_templates(&enter).await?;
    let choices = templates.into_iter().map(|one| TemplateChoice { id: one.id, name: one.name, body: one.body });
    let start = InviteStart {
        patient: details.name.shown(),
        email: details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        link_hours: settings.link_life.as_millis() / 3_600_000,
        pending,
        templates: choices.collect(),
        values,
        forms,
        steps_down_on: ages.steps_down_at.and_then(to_come),
        grown_up_on: ages.ends_at.and_then(to_come),
    };
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientViewed, patient)).await?;
    work.save().await?;
    Ok(start)
}

/// Times a unit of work is begun anew because somebody else made the same account or grant at the same moment.
const ATTEMPTS: u32 = 3;

/// Invites the patient. The mail leaves by the outbox; whoever was invited before and has not accepted yet is invited
/// again, and the earlier link stops working.
///
/// # Errors
/// [`domain::error::Conflict`] or [`crate::Error::Invalid`]: S1-04, S1-08, S1-15, PX-14.
pub async fn invite(ctx: &Ctx, patient: PatientId, form: &InviteForm) -> Result<InvitationId> {
    for _ in 0..ATTEMPTS {
        if let Some(id) = try_invite(ctx, patient, form).await? {
            return Ok(id);
        }
    }
    Err(Error::Unavailable(None))
}

/// One unit of work; none when somebody else was faster with the same account or grant.
async fn try_invite(ctx: &Ctx, patient: PatientId, form: &InviteForm) -> Result<Option<InvitationId>> {
    let actor = ctx.actor()?;
    // Every group: what the account is linked to elsewhere counts (decision 5).
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let inviting = Inviting::from(&access);
    let Invite { invitee, message, forms, forms_message } = form.check(patients::today(ctx, work.as_mut()).await?)?;
    let id = InvitationId::from_uuid(ctx.services.random.id());
    // Held before the chain: that the address is no practitioner's stays so until the grant is there (decision 5).
    users::held(work.as_mut(), invitee.email()).await?;

    // The entry comes before the change, here as everywhere: it locks the group's chain, so that of two who invite at
    // once the second sees the first, and nobody who holds a row of the group waits for the chain.
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationMade, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    let enter = actor.may(EnterGroup, &())?;
    let settings = work.lookup_patient_access(&enter).await?;
    let view = Access::<ViewPatient>::from(&access);
    let record = work.lookup_patient(&view).await?.ok_or(Error::NotFound)?;
    settings.invites_to(record.patient.details.status)?;
    let contacts = work.list_contacts(&view).await?;
    let name = &record.patient.details.name;
    let values = templates::values(work.as_mut(), &enter, name.called(), &name.shown()).await?;
    let message = template::message(&message, &values).map_err(|problem| Error::field("message", problem))?;
    let zone = work.list_locations(&enter).await?.into_iter().next().map(|location| location.time_zone);
    let who = who(invitee, &contacts)?;
    let wanted = Wanted {
        kind: who.kind,
        contact: who.contact,
        name: who.name,
        relationship: who.relationship,
        email: who.email,
        terms: who.terms.map_or(Terms::OWN, |typed| portal_users::terms(typed, zone.as_deref())),
        message,
        inviter: access.user(),
        life: settings.link_life,
    };
    let before = work.list_changeable_portal_users(&inviting).await?.ok_or(Error::NotFound)?;
    let Some((_, grant)) = making::make(ctx, work.as_mut(), &inviting, id, wanted, &before).await? else {
        return Ok(None);
    };
    // S3-29, S3-31: forms may go along; they show once the person is in.
    if !forms.is_empty() {
        let access = actor.may(SendForms, &facts)?;
        forms::ask(ctx, work.as_mut(), &access, &grant, &forms, &forms_message).await?;
    }
    work.save().await?;
    Ok(Some(id))
}

/// Who is invited, as the record knows them.
struct Known {
    kind: Kind,
    contact: Option<ContactId>,
    name: String,
    relationship: String,
    email: Email,
    /// The patient's own have none.
    terms: Option<TermsTyped>,
}

/// Holds what was typed against the patient's contacts.
fn who(invitee: Invitee, contacts: &[Contact]) -> Result<Known> {
    let of_a_contact = |email: &Email| contacts.iter().any(|contact| contact.details.email.as_ref() == Some(email));
    match invitee {
        // PX-14: a patient's address that is a contact's would give the contact the patient's own place.
        Invitee::Patient(email) | Invitee::Other { person: Person { email, .. }, .. } if of_a_contact(&email) => {
            Err(Error::field("email", Problem::ContactEmail))
        }
        Invitee::Patient(email) => Ok(Known {
            kind: Kind::Own,
            contact: None,
            name: String::new(),
            relationship: String::new(),
            email,
            terms: None,
        }),
        Invitee::Contact { id, seen, terms } => {
            let contact = contacts.iter().find(|contact| contact.id == id).ok_or(Error::NotFound)?;
            // S3-27: what was confirmed is what the mail goes to.
            if contact.details.email.as_ref() != Some(&seen) {
                return Err(Conflict::ChangedMeanwhile.into());
            }
            let ContactDetails { name, relationship, .. } = contact.details.clone();
            Ok(Known { kind: Kind::Contact, contact: Some(id), name, relationship, email: seen, terms: Some(terms) })
        }
        Invitee::Other { person: Person { name, relationship, email }, terms } => {
            Ok(Known { kind: Kind::Other, contact: None, name, relationship, email, terms: Some(terms) })
        }
    }
}

/// The patient's invitations, latest first (B-06).
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn list(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<Page<InvitationRow>> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ViewPatientAccess, &facts)?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    let settings = work.lookup_patient_access(&actor.may(EnterGroup, &())?).await?;
    let may_act = actor.may(InvitePatient, &facts).is_ok();
    let may_send = may_act && settings.invites_to(record.patient.details.status).is_ok();
    let now = ctx.now();
    let page = work.list_invitations(&access, page).await?.map(|(one, inviter)| {
        let state = one.state(now);
        InvitationRow {
            id: one.id,
            email: if access.names_hidden() { String::new() } else { one.email.as_str().to_owned() },
            kind: one.kind,
            by_family: one.given_by.is_some(),
            // The patient's own grant has no name.
            inviter: match (one.given_by, inviter.is_empty()) {
                // A portal user's name gives the patient's away.
                (Some(_), _) if access.names_hidden() => String::new(),
                (Some(_), true) => record.patient.details.name.shown(),
                _ => inviter,
            },
            invited_at: one.invited_at,
            expires_at: one.expires_at,
            links: one.links,
            failure: matches!(state, State::Failed(_)).then_some(one.events.failure).flatten(),
            state,
            may_resend: may_send && state.may_resend(),
            may_revoke: may_act && state.may_revoke(),
        }
    });
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::InvitationsViewed, patient)).await?;
    work.save().await?;
    Ok(page)
}

/// Sends a new link; the one before stops working.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn resend(ctx: &Ctx, patient: PatientId, id: InvitationId) -> Result<()> {
    let actor = ctx.actor()?;
    // Every group: what the account is linked to elsewhere counts (decision 5).
    let mut work = ctx.services.store.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationResent, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;

    let see = Access::<ViewPatientAccess>::from(&access);
    let invitation = work.lookup_invitation(&see, id).await?.ok_or(Error::NotFound)?;
    let enter = actor.may(EnterGroup, &())?;
    let settings = work.lookup_patient_access(&enter).await?;
    let record = work.lookup_patient(&Access::<ViewPatient>::from(&access)).await?.ok_or(Error::NotFound)?;
    settings.invites_to(record.patient.details.status)?;
    if work.is_practitioner(invitation.account).await? {
        return Err(Conflict::PractitionerNow.into());
    }
    let renewed = invitation.renew(ctx.now(), settings.link_life)?;
    let (token, hash) = tokens::make(&*ctx.services.random);
    if !work.save_invitation(&Inviting::from(&access), &renewed, Some(&hash)).await? {
        return Err(ended_meanwhile(ctx, work.as_mut(), &see, id).await?);
    }
    work.add_mail(&mail_with(ctx, &renewed, &token)).await?;
    work.save().await?;
    Ok(())
}

/// Takes an invitation back; its link stops working at once and a waiting mail does not leave.
///
/// # Errors
/// [`domain::error::Conflict`].
pub async fn revoke(ctx: &Ctx, patient: PatientId, id: InvitationId) -> Result<()> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(InvitePatient, &facts)?;
    let see = Access::<ViewPatientAccess>::from(&access);
    let invitation = work.lookup_invitation(&see, id).await?.ok_or(Error::NotFound)?;
    let revoked = invitation.revoke(ctx.now())?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::InvitationRevoked, patient);
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    if !work.save_invitation(&Inviting::from(&access), &revoked, None).await? {
        return Err(ended_meanwhile(ctx, work.as_mut(), &see, id).await?);
    }
    work.save().await?;
    Ok(())
}

/// Why it could not be saved: somebody was faster.
async fn ended_meanwhile(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ViewPatientAccess>,
    id: InvitationId,
) -> Result<Error> {
    let invitation = work.lookup_invitation(access, id).await?.ok_or(Error::NotFound)?;
    Ok(match invitation.state(ctx.now()) {
        State::Activated(_) => Conflict::AlreadyAccepted,
        State::Revoked(_) => Conflict::Revoked,
        State::Queued | State::Sent(_) | State::Failed(_) | State::Opened(_) | State::Expired(_) => {
            Conflict::ChangedMeanwhile
        }
    }
    .into())
}
