//! The vocabulary: `let app = App::start(engine).await; let practitioner = app.practitioner().await; …`
//!
//! Two groups, `a` and `b`. Every name and note in them holds a canary, `CNRY-<group>-<patient>-<column>`; a persona fails
//! the test that shows it one it may not see, in whatever answer.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::{
    access::{
        Actor, ConversationFacts, EditOwnRecord, Face, GrantFacts, GroupChatFacts, GroupConversationFacts,
        InvitePatient, ManageRelationships, ManageSettings, ManageUsers, OpenInEmergency, OwnConversationFacts,
        PatientFacts, Relationship, SendForms, StartConversation, StartFacts, StartGroupConversation, UserFace,
        ViewOwnRecord, WriteConversation, WriteGroupConversation, WriteOwnConversation,
    },
    account::{Account, Door, PasswordHash, SessionClock},
    chat::Switches,
    grant::{Birthdays, Grant, State},
    ids::{AccountId, EmergencyId, GroupId, UserId},
    limits::FILE_PIECE,
    location::{Location, OpeningHours},
    mail::{self, Failure},
    notification::{News, Notification},
    patient::Status,
    person::UserName,
    practice::{Group, PatientAccess},
    time::Span,
    update::{Field, Outcome, Update},
    user::{AccessSettings, Level, User, UserState},
};
use serde_json::json;
use server::{
    config::AppUrl,
    http::Settings,
    mail::Templates,
    printing::Press,
    safe::{KeyRing, KeySafe, SecretKey},
    start::{Running, start},
    vault::LocalVault,
    world::MachineChance,
};
use services::{
    Services,
    files::FileRoom,
    hashing::Hasher,
    ports::{Clock as _, NewGroupConversation, NewSession, QueuedMail, Random},
};
use storage::{Database, testing::TestDatabase};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::OnceCell,
    time::timeout,
};

use crate::{
    client::{Request, Response, form},
    log,
    world::{TestClock, TestMailer, TestScanner, token},
};

pub const PASSWORD: &str = "quiet harbour lantern 7";
pub const NEW_PASSWORD: &str = "seven green bicycles sing";

#[derive(Debug, Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Every test that looks at data runs on both.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A server with two practice groups, and its database.
pub struct App {
    pub address: SocketAddr,
    pub services: Arc<Services>,
    pub clock: Arc<TestClock>,
    pub mailer: Arc<TestMailer>,
    pub scanner: Arc<TestScanner>,
    /// Gone when the test is.
    database: TestDatabase,
    /// Where files are kept; gone when the test is.
    folder: tempfile::TempDir,
    running: Option<Running>,
    networks: AtomicU32,
    pub group_a: GroupId,
    pub group_b: GroupId,
}

/// The users of the groups, by their email.
pub const USERS: [(&str, char, Level, AccessSettings); 11] = [
    ("full@a.example.org", 'a', Level::Full, NO_SETTINGS),
    ("clinical@a.example.org", 'a', Level::Clinical, NO_SETTINGS),
    ("personal@a.example.org", 'a', Level::Personal, NO_SETTINGS),
    ("own@a.example.org", 'a', Level::OwnAndContacts, NO_SETTINGS),
    ("finance@a.example.org", 'a', Level::CalendarContactsFinance, NO_SETTINGS),
    ("auditor@a.example.org", 'a', Level::AdminFull, AccessSettings::OWNER),
    ("calendar@a.example.org", 'a', Level::CalendarContacts, NO_SETTINGS),
    ("admin@a.example.org", 'a', Level::AdminFull, NO_SETTINGS),
    ("hidden@a.example.org", 'a', Level::CalendarContacts, AccessSettings { hide_names: true, ..NO_SETTINGS }),
    ("reader@a.example.org", 'a', Level::Full, AccessSettings { read_only: true, ..NO_SETTINGS }),
    ("full@b.example.org", 'b', Level::Full, NO_SETTINGS),
];

pub const NO_SETTINGS: AccessSettings = AccessSettings {
    hide_names: false,
    read_only: false,
    view_history: false,
    export_data: false,
    no_note_sharing: false,
};

async fn password_hash(hasher: &Hasher) -> PasswordHash {
    static HASH: OnceCell<PasswordHash> = OnceCell::const_new();
    HASH.get_or_init(|| async { hasher.hash(PASSWORD).await.unwrap() }).await.clone()
}

impl App {
    /// With both groups.
    pub async fn start(engine: Engine) -> Self {
        let app = Self::empty(engine).await;
        app.seed().await;
        app
    }

    /// As it is at the first run.
    pub async fn empty(engine: Engine) -> Self {
        Self::with(engine, Some("x-forwarded-for")).await
    }

    /// At the first run, with a proxy's header that is believed, or with none.
    pub async fn with(engine: Engine, client_ip_header: Option<&str>) -> Self {
        log::start();
        log::secret(PASSWORD);
        log::secret(NEW_PASSWORD);
        let database = match engine {
            Engine::Sqlite => storage::testing::sqlite().await,
            Engine::Postgres => storage::testing::postgres().await,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (clock, mailer) = (Arc::new(TestClock::new()), Arc::new(TestMailer::default()));
        let scanner = Arc::new(TestScanner::default());
        let random: Arc<dyn Random> = Arc::new(MachineChance);
        let key = SecretKey([7; 32]);
        let folder = tempfile::tempdir().unwrap();
        let services = Arc::new(Services {
            store: database.store(),
            clock: Arc::clone(&clock) as _,
            safe: Arc::new(KeySafe::new(KeyRing::new(key.clone(), Vec::new()), Arc::clone(&random))),
            files: FileRoom::new(
                Arc::new(LocalVault::open(folder.path().to_owned()).unwrap()),
                Arc::clone(&scanner) as _,
            ),
            mailer: Arc::clone(&mailer) as _,
            mail_writer: Arc::new(Templates::new().unwrap()),
            printer: Arc::new(Press::default()),
            hasher: Hasher::new(),
            courtesy: Arc::default(),
            base_url: format!("http://{address}"),
            set_up_code: key.set_up_code(),
            random,
        });
        let settings = Settings {
            app_url: AppUrl::local(address.port()),
            client_ip_header: client_ip_header.map(|name| name.parse().unwrap()),
            mailbox: None,
        };
        let running = Some(start(&services, settings, listener).unwrap());
        let id = || services.random.id().into();
        let (group_a, group_b) = (id(), id());
        let networks = AtomicU32::new(1);
        Self { address, clock, mailer, scanner, database, folder, running, networks, group_a, group_b, services }
    }

    async fn seed(&self) {
        let hash = password_hash(&self.services.hasher).await;
        let now = self.clock.now();
        let mut work = self.services.store.begin().await.unwrap();
        work.unscoped_claim_set_up(now).await.unwrap();
        for (id, name) in [(self.group_a, "Practice Alpha"), (self.group_b, "Practice Beta")] {
            let group = Group { id, name: name.into(), phone: "020 7946 0000".into() };
            work.unscoped_add_group(&group, now).await.unwrap();
            let location = Location {
                id: self.services.random.id().into(),
                name: "Main street".into(),
                time_zone: "Europe/London".into(),
                address: String::new(),
                phone: String::new(),
                hours: OpeningHours::default(),
                version: 0,
            };
            work.unscoped_add_location(id, &location, now).await.unwrap();
        }
        for (email, group, level, settings) in USERS {
            let account = Account {
                id: self.services.random.id().into(),
                email: email.parse().unwrap(),
                password_hash: Some(hash.clone()),
            };
            work.add_account(&account, now).await.unwrap();
            work.prove_mailbox(account.id, now).await.unwrap();
            let user = User {
                id: self.services.random.id().into(),
                group: if group == 'a' { self.group_a } else { self.group_b },
                account: account.id,
                name: UserName {
                    title: "Dr".into(),
                    first: email.split('@').next().unwrap().into(),
                    last: "Test".into(),
                },
                profession: "Physiotherapist".into(),
                registration: String::new(),
                level,
                settings,
                state: UserState::Active,
                since: now,
                version: 0,
            };
            work.unscoped_add_user(&user, now).await.unwrap();
        }
        work.save().await.unwrap();
    }

    /// Somebody nobody knows, on a network of their own.
    pub fn anon(&self) -> Persona {
        let n = self.networks.fetch_add(1, Ordering::Relaxed);
        Persona {
            server: self.address,
            network: format!("198.51.{}.{}", n / 250, n % 250 + 1),
            cookie: Mutex::default(),
            device: Mutex::default(),
            may_see: Vec::new(),
        }
    }

    /// A user of the console, signed in.
    pub async fn user(&self, email: &str) -> Persona {
        let mut user = self.anon();
        user.may_see.push(if email.contains("@b.") { "CNRY-b-" } else { "CNRY-a-" }.to_owned());
        if email.starts_with("hidden@") {
            user.may_see.clear();
        }
        user.sign_in("console", email, PASSWORD).await.is(200);
        user
    }

    /// A user of group `a`, not stored yet.
    pub fn user_row(&self, account: AccountId, level: Level, state: UserState) -> User {
        User {
            id: self.services.random.id().into(),
            group: self.group_a,
            account,
            name: UserName { title: String::new(), first: "Some".into(), last: "Body".into() },
            profession: "Physiotherapist".into(),
            registration: String::new(),
            level,
            settings: NO_SETTINGS,
            state,
            since: self.clock.now(),
            version: 0,
        }
    }

    /// Adds a user to group `a` behind everybody's back.
    pub async fn add_user(&self, email: &str, level: Level, settings: AccessSettings, state: UserState) -> User {
        let account =
            Account { id: self.services.random.id().into(), email: email.parse().unwrap(), password_hash: None };
        let user = User { settings, ..self.user_row(account.id, level, state) };
        let mut work = self.services.store.begin().await.unwrap();
        work.add_account(&account, self.clock.now()).await.unwrap();
        work.unscoped_add_user(&user, self.clock.now()).await.unwrap();
        work.save().await.unwrap();
        user
    }

    /// Makes a user and a patient belong together, as appointments will by themselves.
    pub async fn relate(&self, user: &User, patient: &str, relationship: Relationship) {
        let face = UserFace { group: user.group, user: user.id, level: Level::Full, settings: NO_SETTINGS };
        let session = self.services.random.id().into();
        let actor = Actor::unscoped_from_session(user.account, session, String::new(), Face::User(face));
        let facts =
            PatientFacts { group: user.group, patient: patient.parse().unwrap(), relationship: None, emergency: false };
        let access = actor.may(ManageRelationships, &facts).unwrap();
        let mut work = self.services.store.begin().await.unwrap();
        assert!(work.set_relationship(&access, user.id, relationship).await.unwrap());
        work.save().await.unwrap();
    }

    /// Somebody else of the group opens the patient's record in an emergency; nobody is told of it.
    pub async fn opened_in_emergency(&self, colleague: &User, patient: &str) -> String {
        let id: EmergencyId = self.services.random.id().into();
        let email = format!("{id}@near.example.org").parse().unwrap();
        let account = Account { id: self.services.random.id().into(), email, password_hash: None };
        let near = User { group: colleague.group, ..self.user_row(account.id, Level::Personal, UserState::Active) };
        let face = UserFace { group: near.group, user: near.id, level: near.level, settings: NO_SETTINGS };
        let actor =
            Actor::unscoped_from_session(account.id, self.services.random.id().into(), String::new(), Face::User(face));
        let patient = patient.parse().unwrap();
        let facts = PatientFacts { group: near.group, patient, relationship: None, emergency: false };
        let access = actor.may(OpenInEmergency, &facts).unwrap();
        let now = self.clock.now();
        let mut work = self.services.store.begin().await.unwrap();
        work.add_account(&account, now).await.unwrap();
        work.unscoped_add_user(&near, now).await.unwrap();
        work.open_emergency(&access, id, "Found unconscious", now, now + Span::hours(4)).await.unwrap();
        work.save().await.unwrap();
        id.to_string()
    }

    /// A form is published, sent to the portal user who was invited for this patient, and returned; gives its id and that of
    /// what was sent. Nobody is told of it.
    pub async fn returned_form(&self, by: &Persona, user: &User, patient: &str, title: &str) -> (String, String) {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let question = json!({ "key": "reason", "label": "Why?", "kind": "long_text" });
        let sections = json!([{ "title": "About you", "questions": [question] }]);
        let draft = json!({ "title": title, "definition": { "sections": sections } });
        let form = text(&by.call("forms/add", json!({ "form": draft })).await.is(200).json());
        by.call("forms/publish", json!({ "id": form, "version": 0, "form": draft })).await.is(200);
        let start = by.call("forms/send_start", json!({ "patient": patient })).await.is(200).json();
        let to = text(&start["people"][0]["grant"]);
        let send = json!({ "to": to, "forms": [form], "message": "Please" });
        by.call("forms/send", json!({ "patient": patient, "form": send })).await.is(200);
        let page = json!({ "after": null, "limit": null });
        let sent = by.call("forms/requests", json!({ "patient": patient, "page": page })).await.is(200).json();
        let request = text(&sent["rows"][0]["id"]);
        let (portal, facts) = self.at_the_portal(user, patient).await;
        let own = portal.may(ViewOwnRecord, &facts).unwrap();
        let mut work = self.services.store.begin().await.unwrap();
        assert!(work.submit_own_form(&own, request.parse().unwrap(), &[], self.clock.now()).await.unwrap());
        work.save().await.unwrap();
        (form, request)
    }

    /// The portal user who was invited for this patient changes the city, which waits. Nobody is told of it.
    pub async fn waiting_update(&self, user: &User, patient: &str) -> String {
        let (portal, facts) = self.at_the_portal(user, patient).await;
        let own = portal.may(EditOwnRecord, &facts).unwrap();
        let update = Update {
            id: self.services.random.id().into(),
            patient: patient.parse().unwrap(),
            subject: Field::City.into(),
            had: String::new(),
            wanted: "Elsewhere".into(),
            by: facts.grant.account,
            at: self.clock.now(),
            outcome: Outcome::Waiting,
        };
        let mut work = self.services.store.begin().await.unwrap();
        work.add_own_update(&own, &update).await.unwrap();
        work.save().await.unwrap();
        update.id.to_string()
    }

    /// The group chats with patients, and this user with whoever was invited for this patient: each wrote something.
    pub async fn conversation(&self, user: &User, patient: &str, body: &str) -> String {
        let face = UserFace { group: user.group, user: user.id, level: Level::Full, settings: NO_SETTINGS };
        let session = self.services.random.id().into();
        let actor = Actor::unscoped_from_session(user.account, session, String::new(), Face::User(face));
        let (portal, grant) = self.at_the_portal(user, patient).await;
        let patient = patient.parse().unwrap();
        let of = PatientFacts { group: user.group, patient, relationship: None, emergency: false };
        let switches = Switches { practice: true, patient: true, reachable: true };
        let conversation = self.services.random.id().into();
        let manage = actor.may(ManageSettings, &()).unwrap();
        let start = actor.may(StartConversation, &StartFacts { of, switches }).unwrap();
        let facts = ConversationFacts { of, conversation, practitioner: user.id, switches };
        let write = actor.may(WriteConversation, &facts).unwrap();
        let own = portal.may(WriteOwnConversation, &OwnConversationFacts { grant, conversation, switches }).unwrap();
        let now = self.clock.now();
        let mut work = self.services.store.begin().await.unwrap();
        let settings = work.unscoped_lookup_patient_access(user.group).await.unwrap();
        let settings = PatientAccess { group_chat: true, patient_chat: true, ..settings };
        assert!(work.save_patient_access(&manage, &settings, now).await.unwrap());
        work.switch_chat_on(&start).await.unwrap();
        work.add_conversation(&start, conversation, now).await.unwrap();
        work.add_message(&(&write).into(), self.services.random.id().into(), body, now).await.unwrap();
        work.add_message(&(&own).into(), self.services.random.id().into(), body, now).await.unwrap();
        work.save().await.unwrap();
        conversation.to_string()
    }

    /// A conversation between users, of which this one alone is a member, with a message in it.
    pub async fn group_conversation(&self, user: &User, name: &str) -> String {
        let face = UserFace { group: user.group, user: user.id, level: user.level, settings: user.settings };
        let session = self.services.random.id().into();
        let actor = Actor::unscoped_from_session(user.account, session, String::new(), Face::User(face));
        let start = actor.may(StartGroupConversation, &GroupChatFacts { on: true }).unwrap();
        let conversation = self.services.random.id().into();
        let member = Some(user.id);
        let facts = GroupConversationFacts { group: user.group, conversation, member, named: true, on: true };
        let write = actor.may(WriteGroupConversation, &facts).unwrap();
        let now = self.clock.now();
        let new = NewGroupConversation::Named(name, &[]);
        let mut work = self.services.store.begin().await.unwrap();
        work.add_group_conversation(&start, conversation, new, now).await.unwrap();
        work.add_group_message(&write, self.services.random.id().into(), name, &[], now).await.unwrap();
        work.save().await.unwrap();
        conversation.to_string()
    }

    /// Whoever was invited for this patient, as if they had accepted.
    async fn at_the_portal(&self, user: &User, patient: &str) -> (Actor, GrantFacts) {
        let face = UserFace { group: user.group, user: user.id, level: Level::Full, settings: NO_SETTINGS };
        let actor = |account, face| {
            Actor::unscoped_from_session(account, self.services.random.id().into(), String::new(), face)
        };
        let facts =
            PatientFacts { group: user.group, patient: patient.parse().unwrap(), relationship: None, emergency: false };
        let access = actor(user.account, Face::User(face)).may(SendForms, &facts).unwrap();
        let mut work = self.services.store.read().await.unwrap();
        let (grant, _) = work.list_recipients(&access, self.clock.now()).await.unwrap().remove(0);
        let grant = Grant { state: State::Activated { at: self.clock.now() }, ..grant };
        let portal = actor(grant.account, Face::Portal);
        let facts = GrantFacts {
            grant,
            status: Status::Active,
            ages: Birthdays::default(),
            patient_uses_portal: false,
            now: self.clock.now(),
        };
        (portal, facts)
    }

    /// Sets a user's access behind everybody's back.
    pub async fn save_user(&self, user: &User) {
        let face = UserFace { group: user.group, user: user.id, level: Level::Full, settings: NO_SETTINGS };
        let session = self.services.random.id().into();
        let actor = Actor::unscoped_from_session(user.account, session, String::new(), Face::User(face));
        let access = actor.may(ManageUsers, &()).unwrap();
        let mut work = self.services.store.begin().await.unwrap();
        assert!(work.save_user(&access, user).await.unwrap());
        work.save().await.unwrap();
    }

    /// Tells a user that an invitation of this patient failed, and leaves its mail stuck; true when both are there.
    pub async fn news_and_stuck_mail(&self, user: &User, patient: &str) -> bool {
        let at = self.clock.now();
        let mut work = self.services.store.begin().await.unwrap();
        let access = {
            let face = UserFace { group: user.group, user: user.id, level: Level::Full, settings: NO_SETTINGS };
            let session = self.services.random.id().into();
            let actor = Actor::unscoped_from_session(user.account, session, String::new(), Face::User(face));
            let patient = patient.parse().unwrap();
            let facts = PatientFacts { group: user.group, patient, relationship: None, emergency: false };
            actor.may(InvitePatient, &facts).unwrap()
        };
        let Some(invitation) = work.list_open_invitations(&(&access).into()).await.unwrap().into_iter().next() else {
            return false;
        };
        let news = News::InvitationFailed { patient: invitation.patient, invitation: invitation.id };
        let notification = Notification { id: self.services.random.id().into(), news, at, read_at: None };
        work.unscoped_notify(user.group, user.id, &notification).await.unwrap();
        let mail = QueuedMail {
            id: self.services.random.id().into(),
            kind: mail::Kind::Invitation,
            group: Some(user.group),
            invitation: Some(invitation.id),
            link: invitation.links,
            account: invitation.account,
            to: invitation.email.clone(),
            sealed: None,
            made_at: at,
            // Not for the worker of this server.
            due_at: at + Span::days(400),
            tries: 0,
        };
        work.add_mail(&mail).await.unwrap();
        work.unscoped_park_mail(mail.id, Failure::Rejected, at).await.unwrap();
        work.save().await.unwrap();
        true
    }

    /// The same without the work of signing in.
    pub async fn user_at_once(&self, email: &str) -> Persona {
        let account = self.account(email).await;
        let user = self.services.store.read().await.unwrap().list_own_groups(account).await.unwrap();
        let mut persona = self.session(account, Door::Console, user.first().map(|own| own.user.id)).await;
        if !email.starts_with("hidden@") {
            persona.may_see.push(if email.contains("@b.") { "CNRY-b-" } else { "CNRY-a-" }.to_owned());
        }
        persona
    }

    /// Somebody with a session of this account.
    pub async fn session(&self, account: AccountId, door: Door, user: Option<UserId>) -> Persona {
        let (token, hash) = services::tokens::make(&*self.services.random);
        log::secret(&token);
        let session = NewSession {
            id: self.services.random.id().into(),
            token: hash,
            account,
            clock: SessionClock::open(door, self.clock.now()),
            user,
            origin: String::new(),
            agent: String::new(),
        };
        let mut work = self.services.store.begin().await.unwrap();
        work.add_session(&session).await.unwrap();
        work.save().await.unwrap();
        let persona = self.anon();
        persona.set_cookie(Some(&token));
        persona
    }

    /// A practitioner of group `a` with full access.
    pub async fn practitioner(&self) -> Persona {
        self.user("full@a.example.org").await
    }

    /// Adds a patient to the persona's group; every field holds a canary.
    pub async fn patient(&self, practitioner: &Persona, group: char, number: u32) -> String {
        let canary = |column: &str| format!("CNRY-{group}-{number}-{column}");
        let form = serde_json::json!({
            "legal_first": canary("first"), "legal_last": canary("last"), "birth_date": "1990-02-03",
            "email": patient_email(group, number), "street": canary("street"), "city": canary("city"),
        });
        let added = practitioner.call("patients/add", serde_json::json!({ "form": form })).await.is(200);
        added.json().as_str().unwrap().to_owned()
    }

    /// Invites the patient's own address and gives the token in the mail.
    pub async fn invite(&self, practitioner: &Persona, patient: &str, email: &str) -> String {
        let letters = self.mailer.to(email).len();
        let form = serde_json::json!({ "email": email, "email_again": email, "message": "" });
        let body = serde_json::json!({ "patient": patient, "form": form });
        practitioner.call("invitations/invite", body).await.is(200);
        token(&self.mailer.wait(email, letters + 1).await)
    }

    /// A portal user who was invited and has accepted, signed in. Sees the canaries of their own record.
    pub async fn portal_user(&self, practitioner: &Persona, group: char, number: u32) -> (Persona, String) {
        let patient = self.patient(practitioner, group, number).await;
        let token = self.invite(practitioner, &patient, &patient_email(group, number)).await;
        let mut person = self.anon();
        person.may_see.push(format!("CNRY-{group}-{number}-"));
        person.post("invitations/accept", &[("token", &token), ("password", NEW_PASSWORD)]).await.is(200);
        (person, patient)
    }

    /// Somebody who acts for the first patient of group `a`, or only looks, and has accepted.
    pub async fn proxy(&self, by: &Persona, patient: &str, email: &str, role: &str, level: &str) -> Persona {
        let terms = json!({ "role": role, "level": level, "manages": "" });
        let form = json!({ "whom": "other", "name": "Ada", "email": email, "email_again": email, "terms": terms });
        by.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200);
        let token = token(&self.mailer.wait(email, 1).await);
        let mut person = self.anon();
        person.may_see.push("CNRY-a-1-".to_owned());
        person.post("invitations/accept", &[("token", &token), ("password", NEW_PASSWORD)]).await.is(200);
        person
    }

    /// The account of an address.
    pub async fn account(&self, email: &str) -> AccountId {
        let mut work = self.services.store.read().await.unwrap();
        work.find_account(&email.parse().unwrap()).await.unwrap().unwrap().id
    }

    /// Another server on the same database: a store, an edge and workers of its own, as in another process.
    pub async fn beside(&self) -> Beside {
        let database = storage::open(self.database.url()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let one = &self.services;
        let services = Arc::new(Services {
            store: database.store(),
            clock: Arc::clone(&one.clock),
            random: Arc::clone(&one.random),
            safe: Arc::clone(&one.safe),
            files: FileRoom::new(Arc::clone(&one.files.vault), Arc::clone(&one.files.scanner)),
            mailer: Arc::clone(&one.mailer),
            mail_writer: Arc::clone(&one.mail_writer),
            printer: Arc::clone(&one.printer),
            hasher: Hasher::new(),
            courtesy: Arc::default(),
            base_url: one.base_url.clone(),
            set_up_code: one.set_up_code.clone(),
        });
        let client_ip_header = Some("x-forwarded-for".parse().unwrap());
        let settings = Settings { app_url: AppUrl::local(address.port()), client_ip_header, mailbox: None };
        Beside { address, running: start(&services, settings, listener).unwrap(), database }
    }

    pub fn later(&self, span: Span) {
        self.clock.advance(span);
    }

    /// Everything that lies where files are kept.
    pub fn kept_files(&self) -> Vec<PathBuf> {
        all_in(self.folder.path())
    }

    /// Where what is in this file lies.
    pub fn kept_file(&self, file: &str) -> PathBuf {
        let name = file.strip_prefix("fil_").unwrap();
        self.folder.path().join(&name[name.len() - 2..]).join(name)
    }

    /// The files of the database, if it is one that has some here.
    pub fn database_files(&self) -> Vec<PathBuf> {
        let url = self.database.url_text();
        let file = url.strip_prefix("sqlite://").and_then(|rest| rest.split('?').next());
        file.map(|file| all_in(Path::new(file).parent().unwrap())).unwrap_or_default()
    }

    /// Stops the server; the database stays until this is dropped.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

fn all_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { all_in(&path) } else { vec![path] }).collect()
}

/// The other server.
pub struct Beside {
    address: SocketAddr,
    running: Running,
    database: Database,
}

impl Beside {
    pub async fn stop(self) {
        self.running.stop().await;
        self.database.close().await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            log::check();
        }
    }
}

pub fn patient_email(group: char, number: u32) -> String {
    format!("patient{number}@{group}.example.net")
}

/// Somebody with a browser.
pub struct Persona {
    server: SocketAddr,
    network: String,
    cookie: Mutex<Option<String>>,
    device: Mutex<Option<String>>,
    /// The beginnings of the canaries that may be shown to them.
    pub may_see: Vec<String>,
}

impl Persona {
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub fn set_cookie(&self, token: Option<&str>) {
        *self.cookie.lock().unwrap() = token.map(str::to_owned);
    }

    /// What tells this browser apart.
    pub fn device(&self) -> Option<String> {
        self.device.lock().unwrap().clone()
    }

    pub fn set_device(&self, token: Option<&str>) {
        *self.device.lock().unwrap() = token.map(str::to_owned);
    }

    /// The same session in another browser.
    pub fn copy(&self) -> Self {
        Self {
            server: self.server,
            network: self.network.clone(),
            cookie: Mutex::new(self.cookie()),
            device: Mutex::default(),
            may_see: self.may_see.clone(),
        }
    }

    /// The same session at the other server.
    pub fn at(&self, beside: &Beside) -> Self {
        Self { server: beside.address, ..self.copy() }
    }

    /// A request of this browser, ready to be made stranger.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let mut request = Request::new(method, path).header("x-forwarded-for", &self.network);
        let device = self.device().map(|device| format!("__Host-portico-device={device}"));
        let cookie = self.cookie().map(|cookie| format!("__Host-portico={cookie}"));
        let cookies: Vec<String> = device.into_iter().chain(cookie).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", &cookies.join("; "));
        }
        if method != "GET" {
            request =
                request.header("origin", &format!("http://{}", self.server)).header("sec-fetch-site", "same-origin");
        }
        request
    }

    /// Sends a request, keeps the cookies, and looks at every byte that comes back.
    #[track_caller]
    pub fn send(&self, request: Request) -> impl Future<Output = Response> {
        let place = std::panic::Location::caller();
        async move {
            let response = request.send(self.server).await;
            self.look_at(&response, &format!("{} {} at {place}", request.method, request.path));
            for cookie in response.all("set-cookie") {
                let (name, rest) = cookie.split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                log::secret(value);
                let value = Some(value).filter(|value| !value.is_empty());
                match name {
                    "__Host-portico" => self.set_cookie(value),
                    "__Host-portico-device" => self.set_device(value),
                    other => panic!("a cookie nobody knows: {other}"),
                }
            }
            response
        }
    }

    fn look_at(&self, response: &Response, what: &str) {
        let text = String::from_utf8_lossy(&response.raw);
        for (at, _) in text.match_indices("CNRY-") {
            let canary: String = text[at..].chars().take(24).collect();
            assert!(self.may_see.iter().any(|start| canary.starts_with(start)), "{canary} is not for this eye: {what}");
        }
        // SS-08: a token is in its cookie and nowhere else.
        for cookie in self.cookie().into_iter().chain(self.device()) {
            assert!(!response.text().contains(&cookie), "a token is in the body: {what}");
            assert!(!response.location().contains(&cookie), "a token is in an address: {what}");
        }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> impl Future<Output = Response> {
        self.send(self.request("GET", path).header("accept", "text/html"))
    }

    /// Calls a door as a script does, with JSON.
    #[track_caller]
    pub fn call(&self, door: &str, body: serde_json::Value) -> impl Future<Output = Response> {
        let request = self.request("POST", &format!("/api/{door}")).header("accept", "application/json");
        self.send(request.body("application/json", body.to_string()))
    }

    /// Calls a door as a script does, with form fields.
    #[track_caller]
    pub fn post(&self, door: &str, fields: &[(&str, &str)]) -> impl Future<Output = Response> {
        let request = self.request("POST", &format!("/api/{door}")).header("accept", "application/json");
        self.send(request.body("application/x-www-form-urlencoded", form(fields)))
    }

    /// Posts a plain form that stands on `page`, as a browser without scripts does.
    #[track_caller]
    pub fn form(&self, door: &str, page: &str, fields: &[(&str, &str)]) -> impl Future<Output = Response> {
        let request = self.request("POST", &format!("/api/{door}?page={page}")).header("accept", "text/html");
        self.send(request.body("application/x-www-form-urlencoded", form(fields)))
    }

    /// Announces a file of so many bytes.
    pub async fn begin_file(&self, patient: &str, name: &str, size: u64) -> Response {
        let form = json!({ "name": name, "category": "referral", "size": size });
        self.call("files/begin", json!({ "patient": patient, "form": form })).await
    }

    /// Sends one piece of it.
    #[track_caller]
    pub fn piece(&self, patient: &str, file: &str, number: u64, bytes: &[u8]) -> impl Future<Output = Response> {
        let request = self.request("PUT", &format!("/uploads/{patient}/{file}/{number}"));
        self.send(request.header("accept", "application/json").body("application/octet-stream", bytes))
    }

    /// Announces a file and sends all of it but the last step; gives its id.
    pub async fn almost_send_file(&self, patient: &str, name: &str, bytes: &[u8]) -> String {
        let begun = self.begin_file(patient, name, bytes.len() as u64).await.is(200).json();
        let file = begun["id"].as_str().unwrap().to_owned();
        for (number, piece) in (0..).zip(bytes.chunks(FILE_PIECE as usize)) {
            self.piece(patient, &file, number, piece).await.is(200);
        }
        file
    }

    /// Sends a file about a patient; gives its id.
    pub async fn send_file(&self, patient: &str, name: &str, bytes: &[u8]) -> String {
        let file = self.almost_send_file(patient, name, bytes).await;
        self.call("files/finish", json!({ "patient": patient, "id": file })).await.is(200);
        file
    }

    pub async fn sign_in(&self, door: &str, email: &str, password: &str) -> Response {
        self.post("account/sign_in", &[("door", door), ("email", email), ("password", password), ("next", "")]).await
    }

    /// Is the cookie worth anything?
    pub async fn is_signed_in(&self) -> bool {
        self.post("account/devices", &[]).await.status == 200
    }

    /// Opens the stream of live events.
    pub async fn events(&self) -> Events {
        let stream = self.request("GET", "/events").header("accept", "text/event-stream").open(self.server).await;
        let mut events = Events { lines: BufReader::new(stream) };
        assert!(events.line().await.unwrap().starts_with("HTTP/1.1 200"));
        while !events.line().await.unwrap().is_empty() {}
        events
    }
}

/// An open stream of live events.
pub struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    /// The next line, none at the end of the stream.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.lines.read_line(&mut line).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
        }
    }

    /// The name of the next event within this time; none when the stream ends before.
    pub async fn next(&mut self, within: Duration) -> Option<String> {
        let event = async {
            loop {
                let line = self.line().await?;
                if let Some(name) = line.strip_prefix("event: ") {
                    return Some(name.to_owned());
                }
            }
        };
        timeout(within, event).await.expect("no event in time")
    }

    /// A stream begins with a word for each thing to look at: whoever comes back may have missed something.
    pub async fn begins(&mut self) {
        for word in ["bell", "chat"] {
            assert_eq!(self.next(Duration::from_secs(1)).await.as_deref(), Some(word));
        }
    }

    /// Nothing but comments comes within this time.
    pub async fn is_silent(&mut self, during: Duration) -> bool {
        timeout(during, self.next(during * 2)).await.is_err()
    }

    /// Everything until the stream ends.
    pub async fn rest(&mut self, within: Duration) -> String {
        let all = async {
            let mut text = String::new();
            while let Some(line) = self.line().await {
                text.push_str(&line);
                text.push('\n');
            }
            text
        };
        timeout(within, all).await.expect("the stream does not end")
    }
}
