//! The demo group: 3 practitioners, 2 administrators, 2 locations and 200 believable patients.

mod people;

use std::sync::Arc;

use domain::{
    access::{Access, Actor, AddPatient, EditPatient, InvitePatient, ManageTemplates, PatientFacts},
    account::{Account, Door, PasswordHash, SessionClock},
    audit::{Action, Entry},
    email::Email,
    error::Invalid,
    grant::{Grant, Kind, State},
    ids::{AccountId, GroupId, PatientId, UserId},
    invitation::{Events, Invitation},
    mail::{self, Failure},
    notification::{News, Notification},
    patient::{Contact, Patient},
    person::UserName,
    practice::{AccessSettings, Group, Level, Location, User, UserState},
    template::Template,
    time::{Span, Time},
};

use crate::{
    audit,
    context::{Ctx, Origin, Services},
    error::{Error, Result},
    patients,
    ports::{NewSession, QueuedMail, Work},
    sessions, tokens,
};

/// A demo person who can sign in.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// What they are, for the list printed at the start.
    pub who: &'static str,
    /// Their email.
    pub email: &'static str,
    /// Their password.
    pub password: &'static str,
}

/// The password of everybody in the demo.
const PASSWORD: &str = "lighthouse tour 2026";

/// Who can sign in, in the order they are printed.
const PEOPLE: [DemoPerson; 6] = [
    person("Practitioner, full access", "mira.anand@example.org"),
    person("Practitioner, clinical access", "tom.okafor@example.org"),
    person("Practitioner, own patients only", "saoirse.kelly@example.org"),
    person("Administrator, full access; also uses the portal", "grace.lim@example.org"),
    person("Administrator, calendar and contacts", "ben.walker@example.org"),
    person("Patient, at the portal's door", "lien.nguyen@example.org"),
];

const fn person(who: &'static str, email: &'static str) -> DemoPerson {
    DemoPerson { who, email, password: PASSWORD }
}

/// The users, in the order of [`PEOPLE`]: title, first name, last name, profession, level.
const USERS: [(&str, &str, &str, &str, Level); 5] = [
    ("Dr", "Mira", "Anand", "General practitioner", Level::Full),
    ("", "Tom", "Okafor", "Physiotherapist", Level::Clinical),
    ("", "Saoirse", "Kelly", "Psychologist", Level::Personal),
    ("", "Grace", "Lim", "Practice manager", Level::AdminFull),
    ("", "Ben", "Walker", "Receptionist", Level::CalendarContacts),
];

/// How many of the users are practitioners; they come first.
const PRACTITIONERS: usize = 3;

const TEMPLATES: [(&str, &str); 3] = [
    (
        "Welcome",
        "Dear {{patient.first_name}},\n\nwelcome to {{practice.name}}. In the portal you will find your appointments and \
         what we share with you, and you can write to us.\n\nKind regards\n{{sender.name}}",
    ),
    (
        "Before your first visit",
        "Dear {{patient.first_name}},\n\nplease look over your contact details in the portal before you come. If anything \
         is unclear, ring us: {{practice.phone}}.\n\n{{sender.name}}, {{sender.profession}}",
    ),
    ("Short and simple", "{{patient.full_name}}, your portal at {{practice.name}} is ready."),
];

/// Fills an empty database with the demo group; tells who can sign in. Does nothing when there is a group already; then it
/// tells who can sign in if that group is the demo.
///
/// # Errors
/// Storage's.
pub async fn fill(services: &Arc<Services>) -> Result<Vec<DemoPerson>> {
    let mut work = services.store.read().await?;
    if work.unscoped_any_group().await? {
        let is_demo = work.find_account(&email(PEOPLE[0].email)?).await?.is_some();
        return Ok(if is_demo { PEOPLE.to_vec() } else { Vec::new() });
    }
    drop(work);

    let ctx = Ctx::new(Arc::clone(services), Origin::default(), None);
    let password = services.hasher.hash(PASSWORD).await?;
    let (group, tokens) = people_and_places(&ctx, &password).await?;
    let mut actors = Vec::with_capacity(tokens.len());
    for token in tokens {
        let living = sessions::resolve(services, &token, &Origin::default(), false).await?;
        actors.push(living.ok_or_else(|| Error::fault("a session that was just opened does not live"))?.actor);
    }

    let mut work = services.store.begin().await?;
    let first = add_patients(&ctx, work.as_mut(), &actors).await?;
    add_templates(&ctx, work.as_mut(), &actors).await?;
    add_portal(&ctx, work.as_mut(), group, &actors, &first, &password).await?;
    for actor in &actors {
        work.end_session(actor.account(), actor.session(), ctx.now()).await?;
    }
    work.save().await?;
    Ok(PEOPLE.to_vec())
}

/// The group, its locations and its users, each with an open session: patients are added by somebody who may.
async fn people_and_places(ctx: &Ctx, password: &PasswordHash) -> Result<(GroupId, Vec<String>)> {
    let (now, random) = (ctx.now(), &ctx.services.random);
    let mut work = ctx.services.store.begin().await?;
    work.unscoped_claim_set_up(now).await?;
    let group =
        Group { id: random.id().into(), name: "Harbour & Hill Health".to_owned(), phone: "(02) 5550 4100".to_owned() };
    work.unscoped_add_group(&group, now).await?;
    for (name, time_zone, address, phone) in [
        ("Harbour Street", "Australia/Sydney", "12 Harbour Street, Balmain NSW 2041", "(02) 5550 4100"),
        ("Hill Road", "Australia/Adelaide", "3 Hill Road, Glenelg SA 5045", "(08) 5550 4200"),
    ] {
        let location = Location {
            id: random.id().into(),
            name: name.to_owned(),
            time_zone: time_zone.to_owned(),
            address: address.to_owned(),
            phone: phone.to_owned(),
        };
        work.unscoped_add_location(group.id, &location, now).await?;
    }
    let mut open = Vec::new();
    for (person, (title, first, last, profession, level)) in PEOPLE.iter().zip(USERS) {
        let account =
            Account { id: random.id().into(), email: email(person.email)?, password_hash: Some(password.clone()) };
        work.add_account(&account, now).await?;
        let user = User {
            id: random.id().into(),
            group: group.id,
            account: account.id,
            name: UserName { title: title.to_owned(), first: first.to_owned(), last: last.to_owned() },
            profession: profession.to_owned(),
            level,
            settings: AccessSettings::default(),
            state: UserState::Active,
        };
        work.unscoped_add_user(&user, now).await?;
        if open.is_empty() {
            let entry = audit::outside(ctx, user.id, Action::GroupCreated, group.id);
            work.audit(&Entry { group: Some(group.id), detail: "demo".to_owned(), ..entry }).await?;
        }
        open.push(session(ctx, work.as_mut(), account.id, user.id).await?);
    }
    work.save().await?;
    Ok((group.id, open))
}

async fn session(ctx: &Ctx, work: &mut dyn Work, account: AccountId, user: UserId) -> Result<String> {
    let (token, hash) = tokens::make(&*ctx.services.random);
    let now = ctx.now();
    let session = NewSession {
        id: ctx.services.random.id().into(),
        token: hash,
        account,
        clock: SessionClock::open(Door::Console, now),
        user: Some(user),
        origin: String::new(),
        agent: "demo".to_owned(),
    };
    work.add_session(&session).await?;
    Ok(token)
}

/// Everybody, each with the practitioner who treats them; tells the ids in the order they were drawn.
async fn add_patients(ctx: &Ctx, work: &mut dyn Work, actors: &[Actor]) -> Result<Vec<PatientId>> {
    let now = ctx.now();
    let day = |time| patients::day_in(time, Some("Australia/Sydney"));
    let today = day(now).ok_or_else(|| Error::fault("the clock shows no day of the calendar"))?;
    let mut ids = Vec::with_capacity(people::PATIENTS);
    for (at, (person, actor)) in
        people::draw(today).into_iter().zip(actors.iter().take(PRACTITIONERS).cycle()).enumerate()
    {
        let access = actor.may(AddPatient, &())?;
        let spread = i64::try_from(at).unwrap_or(0);
        let patient = Patient {
            id: ctx.services.random.id().into(),
            // All different, and looking as drawn ones do: 7919 is a prime.
            number: 100_000 + (spread + 1) * 7_919 % 900_000,
            details: person.details.check(today)?,
            version: 0,
            added_at: now,
        };
        work.add_patient(&access, &patient, patients::treats(actor)).await?;
        work.audit(&audit::entry(ctx, access.by(), access.group(), Action::PatientAdded, patient.id)).await?;
        ids.push(patient.id);
        let edit: Access<EditPatient> = actor.may(EditPatient, &facts_of(actor, access.group(), patient.id))?;
        for contact in person.contacts {
            let contact = Contact { id: ctx.services.random.id().into(), details: contact.check()?, version: 0 };
            work.add_contact(&edit, &contact, now).await?;
        }
    }
    Ok(ids)
}

/// What storage would say of a patient whom this actor has just added.
fn facts_of(actor: &Actor, group: GroupId, patient: PatientId) -> PatientFacts {
    PatientFacts { group, patient, relationship: patients::treats(actor) }
}

async fn add_templates(ctx: &Ctx, work: &mut dyn Work, actors: &[Actor]) -> Result<()> {
    let owner = actors.first().ok_or_else(|| Error::fault("the demo has no owner"))?;
    let access = owner.may(ManageTemplates, &())?;
    for (name, body) in TEMPLATES {
        let template =
            Template { id: ctx.services.random.id().into(), name: name.to_owned(), body: body.to_owned(), version: 0 };
        work.add_template(&access, &template, ctx.now()).await?;
        work.audit(&audit::entry(ctx, access.by(), access.group(), Action::TemplateAdded, template.id)).await?;
    }
    Ok(())
}

/// What became of a demo invitation.
#[derive(Clone, Copy)]
enum Fate {
    Activated,
    Sent,
    Opened,
    Failed,
    Expired,
    Revoked,
}

/// Two people who use the portal, and invitations in every state, all by the first practitioner.
async fn add_portal(
    ctx: &Ctx,
    work: &mut dyn Work,
    group: GroupId,
    actors: &[Actor],
    patients: &[PatientId],
    password: &PasswordHash,
) -> Result<()> {
    let owner = actors.first().ok_or_else(|| Error::fault("the demo has no owner"))?;
    let now = ctx.now();
    let fates = [
        (0, Fate::Activated, PEOPLE[5].email, Span::days(6)),
        (1, Fate::Activated, PEOPLE[3].email, Span::days(4)),
        (3, Fate::Sent, "m.alrashid@example.com", Span::hours(2)),
        (4, Fate::Opened, "noor.haddad@example.org", Span::hours(5)),
        (5, Fate::Expired, "billie.fcv@example.org", Span::days(3)),
        (6, Fate::Failed, "tenzin@example.org", Span::hours(1)),
        (9, Fate::Revoked, "tane.terangi@example.com", Span::days(2)),
    ];
    for (at, fate, address, ago) in fates {
        let Some(patient) = patients.get(at) else { continue };
        let access = owner.may(InvitePatient, &facts_of(owner, group, *patient))?;
        let invited_at = now - ago;
        let account = portal_account(ctx, work, address, matches!(fate, Fate::Activated).then_some(password)).await?;
        let grant = Grant {
            id: ctx.services.random.id().into(),
            group,
            patient: *patient,
            account: account.id,
            kind: Kind::Own,
            state: State::Invited,
        };
        work.add_grant(&access, &grant, invited_at).await?;
        let invitation = Invitation {
            id: ctx.services.random.id().into(),
            group,
            patient: *patient,
            grant: grant.id,
            account: account.id,
            kind: Kind::Own,
            email: account.email,
            inviter: access.user(),
            message: String::new(),
            invited_at,
            expires_at: invited_at + Span::hours(24),
            links: 1,
            events: Events::default(),
        };
        // Nobody has this token: a demo link is got by sending it again.
        let (_, hash) = tokens::make(&*ctx.services.random);
        work.add_invitation(&access, &invitation, &hash).await?;
        let entry = audit::entry(ctx, access.by(), group, Action::InvitationMade, patient);
        work.audit(&Entry { at: now, detail: invitation.id.to_string(), ..entry }).await?;
        settle(ctx, work, fate, invitation, grant).await?;
    }
    Ok(())
}

async fn portal_account(
    ctx: &Ctx,
    work: &mut dyn Work,
    address: &str,
    password: Option<&PasswordHash>,
) -> Result<Account> {
    let email = email(address)?;
    if let Some(account) = work.find_account(&email).await? {
        return Ok(account);
    }
    let account = Account { id: ctx.services.random.id().into(), email, password_hash: password.cloned() };
    work.add_account(&account, ctx.now()).await?;
    Ok(account)
}

/// Lets happen what happened to this invitation.
async fn settle(ctx: &Ctx, work: &mut dyn Work, fate: Fate, invitation: Invitation, grant: Grant) -> Result<()> {
    let soon = invitation.invited_at + Span::minutes(1);
    let later = invitation.invited_at + Span::minutes(40);
    let Invitation { id, patient, account, inviter, group, .. } = invitation;
    let with = |events: Events| Invitation { events, ..invitation.clone() };
    let sent = Events { sent_at: Some(soon), ..Events::default() };
    match fate {
        Fate::Sent | Fate::Expired => {
            work.unscoped_mail_outcome(id, 1, Ok(()), soon).await?;
        }
        Fate::Opened => {
            work.unscoped_save_invitation(&with(Events { opened_at: Some(later), ..sent }), None).await?;
        }
        Fate::Revoked => {
            work.unscoped_save_invitation(&with(Events { revoked_at: Some(later), ..sent }), None).await?;
        }
        Fate::Activated => {
            work.unscoped_save_invitation(&with(Events { activated_at: Some(later), ..sent }), None).await?;
            work.unscoped_save_grant(&grant.activate(later), later).await?;
            tell(ctx, work, group, inviter, News::InvitationAccepted { patient, invitation: id }, later).await?;
            let entry = audit::outside(ctx, account, Action::InvitationAccepted, patient);
            work.audit(&Entry { group: Some(group), detail: id.to_string(), ..entry }).await?;
        }
        Fate::Failed => {
            let mail = QueuedMail {
                id: ctx.services.random.id().into(),
                kind: mail::Kind::Invitation,
                group: Some(group),
                invitation: Some(id),
                link: 1,
                account,
                to: invitation.email.clone(),
                sealed: None,
                made_at: invitation.invited_at,
                tries: 0,
            };
            work.add_mail(&mail).await?;
            work.unscoped_park_mail(mail.id, Failure::Rejected, soon).await?;
            work.unscoped_mail_outcome(id, 1, Err(Failure::Rejected), soon).await?;
            tell(ctx, work, group, inviter, News::InvitationFailed { patient, invitation: id }, soon).await?;
        }
    }
    Ok(())
}

async fn tell(ctx: &Ctx, work: &mut dyn Work, group: GroupId, user: UserId, news: News, at: Time) -> Result<()> {
    let notification = Notification { id: ctx.services.random.id().into(), news, at, read_at: None };
    work.unscoped_notify(group, user, &notification).await?;
    Ok(())
}

fn email(text: &str) -> Result<Email> {
    text.parse().map_err(|problem| Error::Invalid(Invalid::field("email", problem)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::check_strength;

    #[test]
    fn the_demo_keeps_the_rules_of_the_house() {
        assert_eq!(check_strength(PASSWORD, &["harbour", "hill", "health", "portico", "mira", "anand"]), Ok(()));
        for (name, body) in TEMPLATES {
            let form = domain::template::TemplateForm { name: name.into(), body: body.into() };
            assert!(form.check().is_ok(), "{name}");
        }
        for person in PEOPLE {
            assert!(email(person.email).is_ok());
        }
    }
}
