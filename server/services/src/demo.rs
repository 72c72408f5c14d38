//! The demo group: 3 practitioners, 2 administrators, 2 locations and 200 believable patients.

mod forms;
mod people;

use std::sync::Arc;

use bytes::Bytes;
use domain::{
    access::{
        Access, Actor, AddPatient, EditPatient, EnterGroup, InvitePatient, Inviting, ManageSettings, ManageTemplates,
        PatientFacts, SendForms,
    },
    account::{Account, Door, PasswordHash, SessionClock},
    activity::ActivityForm,
    audit::{Action, Entry},
    background::BackgroundForm,
    chat::{MessageForm, RepliesForm, Window},
    document::{DocumentForm, DocumentType},
    email::Email,
    emergency::EmergencyContact,
    emergency_access::ReasonForm,
    error::Invalid,
    file::FileForm,
    grant::{Grant, Kind},
    group_chat::GroupConversationForm,
    ids::{AccountId, FormId, GroupId, LocationId, MessageId, PatientId, UserId},
    invitation::{Events, Invitation},
    limits,
    location::{Location, OpeningHours},
    mail::{self, Failure},
    note::{Category, NoteForm, ShareForm},
    note_template::NoteTemplateForm,
    notification::{News, Notification},
    page::PageRequest,
    patient::{Contact, Patient},
    person::UserName,
    practice::{Group, PatientAccess},
    template::Template,
    time::{Span, Time},
    update::{Field, ProfileForm},
    user::{AccessSettings, Level, User, UserState},
};

use crate::{
    activities, audit, chat,
    context::{Ctx, Origin, Services},
    documents, emergency_access,
    error::{Error, Result},
    files, group_chat, notes, notifications, patients,
    ports::{NewSession, QueuedMail, Work},
    sessions, tokens, updates,
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
const PEOPLE: [DemoPerson; 8] = [
    person("Practitioner, full access", "mira.anand@example.org"),
    person("Practitioner, clinical access; works in two groups", "tom.okafor@example.org"),
    person("Practitioner, own patients only; asked to join a group", "saoirse.kelly@example.org"),
    person("Administrator, full access; also uses the portal", "grace.lim@example.org"),
    person("Administrator, calendar and contacts", "ben.walker@example.org"),
    person("Patient, at the portal's door", "lien.nguyen@example.org"),
    person("Owner of a second group", "priya.raman@example.org"),
    person("Administrator there, patients' names hidden", "sam.ortiz@example.org"),
];

const fn person(who: &'static str, email: &'static str) -> DemoPerson {
    DemoPerson { who, email, password: PASSWORD }
}

/// A user of the demo: email, name, profession, registration number, level.
struct Worker {
    email: &'static str,
    name: [&'static str; 3],
    profession: &'static str,
    registration: &'static str,
    level: Level,
    settings: AccessSettings,
    state: UserState,
}

const fn worker(
    email: &'static str,
    name: [&'static str; 3],
    profession: &'static str,
    registration: &'static str,
    level: Level,
) -> Worker {
    let settings = if level.is_full() { AccessSettings::OWNER } else { NO_SETTINGS };
    Worker { email, name, profession, registration, level, settings, state: UserState::Active }
}

const NO_SETTINGS: AccessSettings = AccessSettings {
    hide_names: false,
    read_only: false,
    view_history: false,
    export_data: false,
    no_note_sharing: false,
};

/// The users of the demo group.
const USERS: [Worker; 5] = [
    worker("mira.anand@example.org", ["Dr", "Mira", "Anand"], "General practitioner", "MED0001234567", Level::Full),
    worker("tom.okafor@example.org", ["", "Tom", "Okafor"], "Physiotherapist", "PHY0002345678", Level::Clinical),
    worker("saoirse.kelly@example.org", ["", "Saoirse", "Kelly"], "Psychologist", "PSY0003456789", Level::Personal),
    worker("grace.lim@example.org", ["", "Grace", "Lim"], "Practice manager", "", Level::AdminFull),
    worker("ben.walker@example.org", ["", "Ben", "Walker"], "Receptionist", "", Level::CalendarContacts),
];

/// The users of the second group: its owner, one who works in both groups, one who was asked to join, and an administrator
/// who sees no names.
const SECOND_USERS: [Worker; 4] = [
    worker("priya.raman@example.org", ["", "Priya", "Raman"], "Podiatrist", "POD0004567890", Level::Full),
    worker("tom.okafor@example.org", ["", "Tom", "Okafor"], "Physiotherapist", "PHY0002345678", Level::OwnAndContacts),
    Worker {
        state: UserState::Invited,
        ..worker(
            "saoirse.kelly@example.org",
            ["", "Saoirse", "Kelly"],
            "Psychologist",
            "PSY0003456789",
            Level::Clinical,
        )
    },
    Worker {
        settings: AccessSettings { hide_names: true, ..NO_SETTINGS },
        ..worker("sam.ortiz@example.org", ["", "Sam", "Ortiz"], "Accounts officer", "", Level::CalendarContactsFinance)
    },
];

/// When the demo's locations are open.
const OPEN: &str = "8:30–12:30, 13:30–17:30\n8:30–12:30, 13:30–17:30\n8:30–13:00\n8:30–12:30, 13:30–19:00\n8:30–16:00";

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
    let mut work = services.store.begin().await?;
    work.unscoped_claim_set_up(ctx.now()).await?;
    let first_group =
        group(&ctx, work.as_mut(), "Harbour & Hill Health", "(02) 5550 4100", &PLACES, &USERS, &password).await?;
    let second_group = group(
        &ctx,
        work.as_mut(),
        "Riverside Allied Health",
        "(03) 5550 4300",
        &SECOND_PLACES,
        &SECOND_USERS,
        &password,
    )
    .await?;
    work.save().await?;
    let actors = signed_in(services, first_group.tokens).await?;
    let others = signed_in(services, second_group.tokens).await?;

    let owner = actors.first().ok_or_else(|| Error::fault("the demo has no owner"))?;
    let owner = Ctx::new(Arc::clone(services), Origin::default(), Some(owner.clone()));
    let forms = add_forms(&owner).await?;

    let mut work = services.store.begin().await?;
    let all = people::draw(today(&ctx)?);
    let first = add_patients(&ctx, work.as_mut(), &actors, PRACTITIONERS, &all).await?;
    add_templates(&ctx, work.as_mut(), &actors).await?;
    add_portal(&ctx, work.as_mut(), first_group.id, &actors, &first, &password).await?;
    send_forms(&owner, work.as_mut(), &first, &forms).await?;
    // The second group has patients of its own; that some are the same people is nobody's business in either.
    add_patients(&ctx, work.as_mut(), &others, 2, all.get(SECOND_PATIENTS).unwrap_or_default()).await?;
    let mut tokens = Vec::new();
    for person in [&PEOPLE[5], &PEOPLE[3]] {
        let account = work.find_account(&email(person.email)?).await?;
        let account = account.ok_or_else(|| Error::fault("the demo has no portal user"))?.id;
        tokens.push(session(&ctx, work.as_mut(), account, None).await?);
    }
    work.save().await?;
    let portal = signed_in(services, tokens).await?;
    if let ([lien, grace], [patient, other, ..]) = (portal.as_slice(), first.as_slice()) {
        let at_portal = |actor: &Actor| Ctx::new(Arc::clone(services), Origin::default(), Some(actor.clone()));
        change_details(&owner, &at_portal(lien), *patient).await?;
        if let [mira, tom, ..] = actors.as_slice() {
            add_notes(&at_portal(mira), &at_portal(tom), *patient).await?;
            add_documents(&at_portal(mira), *patient).await?;
            notes::templates::add(&at_portal(mira), &first_visit()).await?;
            add_activities(&at_portal(mira), &at_portal(lien), *patient).await?;
            send_referral(&at_portal(lien), *patient).await?;
            write_messages(&owner, &at_portal(mira), &at_portal(lien), *patient).await?;
            // Whoever was told has seen it: the bell of a demo tells of what is done in it.
            for actor in &actors {
                match files::list(&at_portal(actor), *patient, &PageRequest::default()).await {
                    Ok(_) | Err(Error::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        ask(&at_portal(grace), *other, &[(Field::Mobile, "0491 570 110")]).await?;
    }
    if let [mira, tom, saoirse, grace, ..] = actors.as_slice() {
        let [mira, tom, saoirse, grace] =
            [mira, tom, saoirse, grace].map(|one| Ctx::new(Arc::clone(services), Origin::default(), Some(one.clone())));
        talk_among_colleagues(&mira, &tom, &grace).await?;
        have_an_emergency(&saoirse, &grace, &mira, &first).await?;
    }
    let mut work = services.store.begin().await?;
    // Nobody is written to because a demo begins.
    for mail in work.unscoped_claim_mail(ctx.now(), Span::minutes(1), 10).await? {
        work.unscoped_drop_mail(&mail).await?;
    }
    for actor in actors.iter().chain(&others).chain(&portal) {
        work.end_session(actor.account(), actor.session(), ctx.now()).await?;
    }
    work.save().await?;
    Ok(PEOPLE.to_vec())
}

/// Somebody fell ill who is not the practitioner's patient; an administrator looked at that since.
async fn have_an_emergency(by: &Ctx, reviewer: &Ctx, other: &Ctx, patients: &[PatientId]) -> Result<()> {
    for patient in patients {
        // Not one of their own.
        if !matches!(patients::profile(by, *patient).await, Err(Error::NotFound)) {
            continue;
        }
        let reason =
            "Fainted at the front desk while waiting for the lift. I needed to know what she takes.".to_owned();
        emergency_access::open(by, *patient, &ReasonForm { reason }).await?;
        patients::profile(by, *patient).await?;
        emergency_access::end_own(by, *patient).await?;
        for opened in emergency_access::list(reviewer, &PageRequest::default()).await?.rows {
            emergency_access::review(reviewer, opened.id).await?;
        }
        for told in [reviewer, other] {
            let bell = notifications::list(told, &PageRequest::default()).await?.rows;
            for row in bell.into_iter().filter(|row| matches!(row.news, News::EmergencyOpened { .. })) {
                notifications::mark_read(told, Some(row.id)).await?;
            }
        }
        break;
    }
    Ok(())
}

/// The practice knows who pays for somebody, and she changed some of what it knows: it waits for somebody to decide.
async fn change_details(owner: &Ctx, portal: &Ctx, patient: PatientId) -> Result<()> {
    let page = patients::background(owner, patient).await?;
    let known = BackgroundForm {
        fund: "Harbour Mutual".to_owned(),
        fund_number: "4417 2208".to_owned(),
        occupation: "Teaches at a primary school".to_owned(),
        ..BackgroundForm::default()
    };
    patients::save_background(owner, patient, page.version, &known).await?;
    let wanted =
        [(Field::Mobile, "0491 570 159"), (Field::FundNumber, "4417 2280"), (Field::Activity, "Swims twice a week")];
    ask(portal, patient, &wanted).await?;
    let kim = EmergencyContact {
        name: "Kim Nguyễn".to_owned(),
        relationship: "Sister".to_owned(),
        phone: "0491 570 737".to_owned(),
    };
    updates::save_contact(portal, patient, None, "", &kim, &[]).await
}

/// A practitioner wrote about somebody who uses the portal: one note is shared with her, one is being written; a colleague wrote
/// one as well.
async fn add_notes(mira: &Ctx, tom: &Ctx, patient: PatientId) -> Result<()> {
    let form = |title: &str, category: Category, body: &str| NoteForm {
        title: title.to_owned(),
        category: category.code().to_owned(),
        body: body.to_owned(),
    };
    let first = form(
        "First appointment",
        Category::Consultation,
        "Pain at the outside of the right ankle since a fall two weeks ago. Walks without help; stairs are slow.\n\n\
         No swelling today. Bends the foot up less far than the other one.",
    );
    let id = notes::begin(mira, patient, &first).await?;
    notes::publish(mira, patient, id, 0, &first).await?;
    let plan = form(
        "What you can do at home",
        Category::Summary,
        "You hurt your ankle, and it heals well. It may ache after long walks: that is no harm.\n\n\
         Walk every day, a little longer each week.\nStand on one leg while you brush your teeth.\n\n\
         Ring us when it swells, or when you cannot put your weight on it.",
    );
    let id = notes::begin(mira, patient, &plan).await?;
    notes::share_with_patient(mira, patient, id, 0, &ShareForm::default()).await?;
    notes::begin(mira, patient, &form("Next time", Category::Plan, "Ask about the stairs at school.")).await?;
    let food = form("Food diary", Category::Assessment, "Brought a diary of seven days. Eats little in the morning.");
    let id = notes::begin(tom, patient, &food).await?;
    notes::publish(tom, patient, id, 0, &food).await.map(drop)
}

/// A letter is completed, whose reader is asked to confirm that they read it; a plan is being written.
async fn add_documents(mira: &Ctx, patient: PatientId) -> Result<()> {
    let form = |title: &str, kind: DocumentType, body: &str, asks: &str| DocumentForm {
        title: title.to_owned(),
        kind: kind.code().to_owned(),
        body: body.to_owned(),
        asks: asks.to_owned(),
    };
    let letter = form(
        "Letter to your employer",
        DocumentType::Letter,
        "To whom it may concern\n\n\
         Lien Nguyễn hurt her right ankle and is being treated at our practice. Until the end of the month she should work \
         sitting down where that can be done, and not carry more than five kilograms.\n\n\
         We see her again in three weeks.",
        "yes",
    );
    let id = documents::begin(mira, patient, &letter).await?;
    documents::complete(mira, patient, id, 1, &letter).await?;
    let plan = form("Plan for the autumn", DocumentType::Plan, "Weeks 1 to 4: walk every day.", "");
    documents::begin(mira, patient, &plan).await.map(drop)
}

/// What notes of a first visit begin with.
fn first_visit() -> NoteTemplateForm {
    NoteTemplateForm {
        name: "First visit".to_owned(),
        category: Category::Assessment.code().to_owned(),
        body: "{{patient.full_name}}, {{patient.age}} years, seen on {{today}}.\n\nWhat brings them here:\n\nWhat was found:\n\n\
               What we do next:"
            .to_owned(),
    }
}

/// One exercise is done on most days, one just began, and one is over.
async fn add_activities(mira: &Ctx, lien: &Ctx, patient: PatientId) -> Result<()> {
    let today = today(mira)?;
    let ago = |days: u16| today.and_before(days).last().unwrap_or(today).to_string();
    let form = |title: &str, dose: &str, days: &str, from: String, instructions: &str| ActivityForm {
        title: title.to_owned(),
        dose: dose.to_owned(),
        instructions: instructions.to_owned(),
        days: days.to_owned(),
        from,
        ..ActivityForm::default()
    };
    let raises = form(
        "Calf raises",
        "3 times 12, morning and evening",
        "mon tue wed thu fri sat sun",
        ago(9),
        "Stand behind a chair and hold on to it. Rise slowly onto the balls of both feet, count to two, and come down slowly.\n\n\
         Stop when it hurts more than a little, and tell us.",
    );
    let id = activities::assign(mira, patient, &raises).await?;
    for (day, note) in
        today.and_before(6).zip(["", "Easy by now", "", "A little sore in the evening", "", "", ""]).skip(1)
    {
        if day.day() % 4 != 0 {
            activities::done(lien, patient, id, day, note).await?;
        }
    }
    let balance = form(
        "Balance on one leg",
        "3 times 30 seconds each side",
        "mon wed fri",
        ago(0),
        "Stand on the right foot, close to a wall. When 30 seconds are easy, close your eyes.",
    );
    activities::assign(mira, patient, &balance).await?;
    let walks =
        form("Short walks", "10 minutes", "mon tue wed thu fri sat sun", ago(40), "On level ground, with your stick.");
    let over = activities::assign(mira, patient, &ActivityForm { until: ago(12), ..walks }).await?;
    activities::open_own(lien, patient, over).await.map(drop)
}

/// The practice chats with patients, and a practitioner with one of them; both have read what was written.
async fn write_messages(owner: &Ctx, mira: &Ctx, lien: &Ctx, patient: PatientId) -> Result<()> {
    let mut work = owner.begin().await?;
    let access = owner.actor()?.may(ManageSettings, &())?;
    let settings = work.lookup_patient_access(&Access::<EnterGroup>::from(&access)).await?;
    let settings = PatientAccess { patient_chat: true, ..settings };
    if !work.save_patient_access(&access, &settings, owner.now()).await? {
        return Err(Error::fault("the demo's settings changed meanwhile"));
    }
    work.save().await?;
    let answers =
        RepliesForm { promised_hours: "48".to_owned(), emergency_number: "000".to_owned(), ..RepliesForm::default() };
    chat::save_replies(owner, 0, &answers).await?;
    let id = chat::start(mira, patient).await?;
    let fresh = || MessageId::from(owner.services.random.id());
    let text = |body: &str| MessageForm { body: body.to_owned() };
    let first = text("Hello Lien, how is the ankle after the first week?\n\nPlease tell me if the calf raises hurt.");
    chat::send(mira, id, fresh(), &first).await?;
    let answer = text("Much better! Only a little sore in the evening. May I walk to work again?");
    chat::send_own(lien, patient, id, fresh(), &answer).await?;
    chat::read(mira, id, 2).await?;
    chat::send(mira, id, fresh(), &text("Yes, ten minutes on level ground, with your stick.")).await?;
    chat::open_own(lien, patient, id, Window::Latest).await.map(drop)
}

/// Three colleagues talk; of what was said last one has read nothing.
async fn talk_among_colleagues(mira: &Ctx, tom: &Ctx, grace: &Ctx) -> Result<()> {
    let user = |ctx: &Ctx| Ok::<_, Error>(ctx.actor()?.user().ok_or(Error::NotSignedIn)?.user);
    let form = GroupConversationForm { name: "Front desk".to_owned(), members: vec![user(mira)?, user(tom)?] };
    let id = group_chat::begin(grace, &form).await?;
    let say = async |by: &Ctx, body: &str| {
        let form = MessageForm { body: body.to_owned() };
        group_chat::send(by, id, MessageId::from(by.services.random.id()), &form).await
    };
    say(grace, "The printer at reception is repaired. Thank you for your patience!").await?;
    say(mira, "Wonderful. Could somebody order paper as well?").await?;
    group_chat::read(mira, id, 2).await?;
    say(tom, "Ordered, it comes on Thursday.").await?;
    group_chat::read(tom, id, 3).await?;
    group_chat::read(grace, id, 3).await
}

/// A photo of a referral, as a phone takes one.
const REFERRAL: &[u8] = include_bytes!("demo/referral.jpg");

/// Somebody sent the photo of a referral from the portal.
async fn send_referral(portal: &Ctx, patient: PatientId) -> Result<()> {
    let form =
        FileForm { name: "Referral.jpg".to_owned(), category: "referral".to_owned(), size: REFERRAL.len() as u64 };
    let upload = files::begin(portal, patient, &form).await?;
    for (number, piece) in (0..).zip(REFERRAL.chunks(limits::FILE_PIECE as usize)) {
        files::piece(portal, patient, upload.id, number, Bytes::from_static(piece)).await?;
    }
    files::finish(portal, patient, upload.id).await.map(drop)
}

/// Somebody at the portal types these into their details, and sends them.
async fn ask(portal: &Ctx, patient: PatientId, wanted: &[(Field, &str)]) -> Result<()> {
    let mut form = ProfileForm::default();
    for own in updates::profile(portal, patient).await?.fields {
        form.values.insert(own.field, own.value.clone());
        form.seen.insert(own.field, own.value);
    }
    form.values.extend(wanted.iter().map(|(field, value)| (*field, (*value).to_owned())));
    updates::save(portal, patient, &form, &[]).await
}

/// Which of those who were drawn the second group has.
const SECOND_PATIENTS: std::ops::Range<usize> = 150..190;

async fn signed_in(services: &Arc<Services>, tokens: Vec<String>) -> Result<Vec<Actor>> {
    let mut actors = Vec::with_capacity(tokens.len());
    for token in tokens {
        let living = sessions::resolve(services, &token, &Origin::default(), false, None).await?;
        actors.push(living.ok_or_else(|| Error::fault("a session that was just opened does not live"))?.actor);
    }
    Ok(actors)
}

fn today(ctx: &Ctx) -> Result<domain::time::Date> {
    let today = crate::days::day_in(ctx.now(), Some("Australia/Sydney"));
    today.ok_or_else(|| Error::fault("the clock shows no day of the calendar"))
}

/// A location: name, time zone, address, telephone.
type Place = [&'static str; 4];

const PLACES: [Place; 2] = [
    ["Harbour Street", "Australia/Sydney", "12 Harbour Street, Balmain NSW 2041", "(02) 5550 4100"],
    ["Hill Road", "Australia/Adelaide", "3 Hill Road, Glenelg SA 5045", "(08) 5550 4200"],
];

const SECOND_PLACES: [Place; 1] =
    [["River Walk", "Australia/Melbourne", "80 River Walk, Richmond VIC 3121", "(03) 5550 4300"]];

/// A group that was just made.
struct Made {
    id: GroupId,
    locations: Vec<LocationId>,
    users: usize,
    /// Of open sessions, of those who work there already.
    tokens: Vec<String>,
}

/// A group, its locations and its users, each with an open session: patients are added by somebody who may.
async fn group(
    ctx: &Ctx,
    work: &mut dyn Work,
    name: &str,
    phone: &str,
    places: &[Place],
    workers: &[Worker],
    password: &PasswordHash,
) -> Result<Made> {
    let (now, random) = (ctx.now(), &ctx.services.random);
    let group = Group { id: random.id().into(), name: name.to_owned(), phone: phone.to_owned() };
    work.unscoped_add_group(&group, now).await?;
    let mut made = Made { id: group.id, locations: Vec::new(), users: 0, tokens: Vec::new() };
    for [name, time_zone, address, phone] in places {
        let location = Location {
            id: random.id().into(),
            name: (*name).to_owned(),
            time_zone: (*time_zone).to_owned(),
            address: (*address).to_owned(),
            phone: (*phone).to_owned(),
            hours: OpeningHours::from_code(OPEN).map_err(|problem| Error::field("hours", problem))?,
            version: 0,
        };
        work.unscoped_add_location(group.id, &location, now).await?;
        made.locations.push(location.id);
    }
    for worker in workers {
        let account = account(ctx, work, worker.email, Some(password)).await?;
        let [title, first, last] = worker.name.map(str::to_owned);
        let user = User {
            id: random.id().into(),
            group: group.id,
            account: account.id,
            name: UserName { title, first, last },
            profession: worker.profession.to_owned(),
            registration: worker.registration.to_owned(),
            level: worker.level,
            settings: worker.settings,
            state: worker.state,
            since: now,
            version: 0,
        };
        work.unscoped_add_user(&user, now).await?;
        if made.users == 0 {
            let entry = audit::outside(ctx, user.id, Action::GroupCreated, group.id);
            work.audit(&Entry { group: Some(group.id), detail: "demo".to_owned(), ..entry }).await?;
        }
        made.users += 1;
        // Everybody works at every place but the last practitioner, who has one.
        let here =
            if made.users == PRACTITIONERS { made.locations.get(..1).unwrap_or_default() } else { &made.locations };
        work.unscoped_save_user_locations(group.id, user.id, here).await?;
        if user.state == UserState::Active {
            made.tokens.push(session(ctx, work, account.id, Some(user.id)).await?);
        }
    }
    Ok(made)
}

/// A session of a user at the console, or without one of a portal user.
async fn session(ctx: &Ctx, work: &mut dyn Work, account: AccountId, user: Option<UserId>) -> Result<String> {
    let (token, hash) = tokens::make(&*ctx.services.random);
    let now = ctx.now();
    let session = NewSession {
        id: ctx.services.random.id().into(),
        token: hash,
        account,
        clock: SessionClock::open(if user.is_some() { Door::Console } else { Door::Portal }, now),
        user,
        origin: String::new(),
        agent: "demo".to_owned(),
    };
    work.add_session(&session).await?;
    Ok(token)
}

/// These people, each with the practitioner who treats them; tells the ids in their order.
async fn add_patients(
    ctx: &Ctx,
    work: &mut dyn Work,
    actors: &[Actor],
    practitioners: usize,
    all: &[people::Person],
) -> Result<Vec<PatientId>> {
    let now = ctx.now();
    let today = today(ctx)?;
    let mut ids = Vec::with_capacity(all.len());
    for (at, (person, actor)) in all.iter().zip(actors.iter().take(practitioners).cycle()).enumerate() {
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
        for contact in &person.contacts {
            let id = ctx.services.random.id().into();
            let contact = Contact { id, details: contact.check()?, rank: 0, version: 0 };
            work.add_contact(&edit, &contact, now).await?;
        }
    }
    Ok(ids)
}

/// What storage would say of a patient whom this actor has just added.
fn facts_of(actor: &Actor, group: GroupId, patient: PatientId) -> PatientFacts {
    PatientFacts { group, patient, relationship: patients::treats(actor), emergency: false }
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

/// The forms of the group, published.
async fn add_forms(owner: &Ctx) -> Result<Vec<FormId>> {
    let mut ids = Vec::new();
    for form in forms::all() {
        let id = crate::forms::add(owner, &form).await?;
        crate::forms::publish(owner, id, 0, &form).await?;
        ids.push(id);
    }
    Ok(ids)
}

/// The patient at the portal's door is asked for the first form.
async fn send_forms(owner: &Ctx, work: &mut dyn Work, patients: &[PatientId], forms: &[FormId]) -> Result<()> {
    let (Some(patient), Some(form)) = (patients.first(), forms.first()) else { return Ok(()) };
    let actor = owner.actor()?;
    let facts = patients::facts(owner, work, *patient).await?;
    let access = actor.may(SendForms, &facts)?;
    let Some((grant, _)) = work.list_recipients(&access, owner.now()).await?.into_iter().next() else { return Ok(()) };
    crate::forms::ask(owner, work, &access, &grant, &[*form], FORM_MESSAGE).await
}

/// What the demo says to it (S3-30).
const FORM_MESSAGE: &str = "Please fill this in before your first visit. It takes about ten minutes, and you can stop and \
     go on later.";

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
        let account = account(ctx, work, address, matches!(fate, Fate::Activated).then_some(password)).await?;
        let grant = Grant::own(ctx.services.random.id().into(), group, *patient, account.id, invited_at);
        work.add_grant(&Inviting::from(&access), &grant, invited_at).await?;
        let invitation = Invitation {
            id: ctx.services.random.id().into(),
            group,
            patient: *patient,
            grant: grant.id,
            account: account.id,
            kind: Kind::Own,
            email: account.email,
            inviter: access.user(),
            given_by: None,
            message: String::new(),
            invited_at,
            expires_at: invited_at + Span::hours(24),
            remind_at: None,
            links: 1,
            events: Events::default(),
        };
        // Nobody has this token: a demo link is got by sending it again.
        let (_, hash) = tokens::make(&*ctx.services.random);
        work.add_invitation(&Inviting::from(&access), &invitation, &hash).await?;
        let entry = audit::entry(ctx, access.by(), group, Action::InvitationMade, patient);
        work.audit(&Entry { at: now, detail: invitation.id.to_string(), ..entry }).await?;
        settle(ctx, work, fate, invitation, grant).await?;
    }
    Ok(())
}

async fn account(ctx: &Ctx, work: &mut dyn Work, address: &str, password: Option<&PasswordHash>) -> Result<Account> {
    let email = email(address)?;
    if let Some(account) = work.find_account(&email).await? {
        return Ok(account);
    }
    let account = Account { id: ctx.services.random.id().into(), email, password_hash: password.cloned() };
    work.add_account(&account, ctx.now()).await?;
    // The people of the demo read their mail; who never set a password proves it by setting one.
    if password.is_some() {
        work.prove_mailbox(account.id, ctx.now()).await?;
    }
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
                due_at: invitation.invited_at,
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
