//! A town to test in: one engine's database, the faked world, a practice with its owner, and the people the tests need.
//!
//! The vocabulary: `let town = Town::new(engine).await; let practice = town.practice().await;` then
//! `practice.owner`, `town.user(…)`, `town.patient(…)`, `town.invite(…)`, `town.post().await` (the mail worker runs).

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use domain::{
    access::EnterGroup,
    account::{Account, Door, PasswordHash, SessionClock},
    email::Email,
    ids::{AccountId, GroupId, InvitationId, LocationId, PatientId, SessionId, UserId},
    invitation::{InvitationRow, InviteForm},
    location::{Location, OpeningHours},
    page::PageRequest,
    patient::DetailsForm,
    person::UserName,
    practice::{Group, PatientAccessForm},
    user::{AccessSettings, Level, User, UserState},
};
use services::{
    Ctx, Origin, Services, SessionChange,
    files::FileRoom,
    hashing::Hasher,
    invitations, mails, patients,
    ports::{Letter, NewSession, Work},
    sessions, tokens,
};

use crate::{
    engines::Engine,
    vault::{FakeScanner, MemoryVault},
    world::{FakeChance, FakeClock, FakeMailer, FakePrinter, FakeSafe, FakeStationery},
};

/// A password that is good enough everywhere.
pub const PASSWORD: &str = "seven lanterns over water";

pub struct Town {
    pub services: Arc<Services>,
    pub clock: Arc<FakeClock>,
    pub random: Arc<FakeChance>,
    pub mailer: Arc<FakeMailer>,
    pub safe: Arc<FakeSafe>,
    pub vault: Arc<MemoryVault>,
    pub scanner: Arc<FakeScanner>,
    pub engine: Engine,
    streets: AtomicU64,
    /// Of the sessions that were met, so that they can be met again.
    tokens: Mutex<Vec<(SessionId, String)>>,
}

/// A group and its owner, a practitioner with full access.
pub struct Staff {
    pub group: GroupId,
    pub owner: Ctx,
}

impl Town {
    pub async fn new(engine: Engine) -> Self {
        let clock = Arc::new(FakeClock::new());
        let random = Arc::new(FakeChance::new());
        let mailer = Arc::new(FakeMailer::new());
        let safe = Arc::new(FakeSafe::new());
        let vault = Arc::new(MemoryVault::new(clock.clone()));
        let scanner = Arc::new(FakeScanner::new());
        let services = Services {
            files: FileRoom::new(vault.clone(), scanner.clone()),
            store: engine.store(),
            clock: clock.clone(),
            random: random.clone(),
            safe: safe.clone(),
            mailer: mailer.clone(),
            mail_writer: Arc::new(FakeStationery),
            printer: Arc::new(FakePrinter),
            hasher: Hasher::new(),
            courtesy: Arc::default(),
            base_url: "https://portal.example.org".to_owned(),
            set_up_code: "abcd-efgh".to_owned(),
        };
        Self {
            services: Arc::new(services),
            clock,
            random,
            mailer,
            safe,
            vault,
            scanner,
            engine,
            streets: AtomicU64::new(1),
            tokens: Mutex::default(),
        }
    }

    /// Somebody at an address of the network, not signed in.
    pub fn anon_at(&self, address: &str) -> Ctx {
        let origin = Origin { address: address.to_owned(), agent: "test browser".to_owned() };
        Ctx::new(Arc::clone(&self.services), origin, None)
    }

    /// Somebody at an address nobody else has.
    pub fn anon(&self) -> Ctx {
        let n = self.streets.fetch_add(1, Ordering::SeqCst);
        self.anon_at(&format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255))
    }

    /// What time it is.
    pub fn now(&self) -> domain::time::Time {
        self.anon().now()
    }

    pub async fn begin(&self) -> Box<dyn Work> {
        self.services.store.begin().await.unwrap()
    }

    pub async fn read(&self) -> Box<dyn Work> {
        self.services.store.read().await.unwrap()
    }

    /// A practice group with a location and an owner.
    pub async fn practice(&self) -> Staff {
        self.practice_called("Harbour Health", "owner@harbour.example").await
    }

    pub async fn practice_called(&self, name: &str, owner: &str) -> Staff {
        let now = self.anon().now();
        let group: GroupId = self.services.random.id().into();
        let mut work = self.begin().await;
        let practice = Group { id: group, name: name.to_owned(), phone: "02 5550 0001".to_owned() };
        work.unscoped_add_group(&practice, now).await.unwrap();
        let location = Location {
            id: self.services.random.id().into(),
            name: "Main Street".to_owned(),
            time_zone: "Australia/Sydney".to_owned(),
            address: String::new(),
            phone: String::new(),
            hours: OpeningHours::default(),
            version: 0,
        };
        work.unscoped_add_location(group, &location, now).await.unwrap();
        work.save().await.unwrap();
        let owner = self.user(group, owner, Level::Full).await;
        Staff { group, owner }
    }

    /// A user of the group, signed in at the console.
    pub async fn user(&self, group: GroupId, email: &str, level: Level) -> Ctx {
        self.user_with(group, email, level, AccessSettings::default(), UserState::Active).await.unwrap()
    }

    /// As [`Town::user`]; nobody comes back when the user is deactivated.
    pub async fn user_with(
        &self,
        group: GroupId,
        email: &str,
        level: Level,
        settings: AccessSettings,
        state: UserState,
    ) -> Option<Ctx> {
        let account = self.account(email, None).await;
        let user = User {
            id: self.services.random.id().into(),
            group,
            account,
            name: UserName { title: "Dr".to_owned(), first: "Mira".to_owned(), last: "Anand".to_owned() },
            profession: "Physiotherapist".to_owned(),
            registration: String::new(),
            level,
            settings,
            state,
            since: self.anon().now(),
            version: 0,
        };
        let mut work = self.begin().await;
        work.unscoped_add_user(&user, self.anon().now()).await.unwrap();
        work.save().await.unwrap();
        let token = self.session(account, Door::Console, Some(user.id)).await;
        self.with_token(&token).await
    }

    /// The same person with what is true by now, as at the next request of an open session.
    pub async fn again(&self, ctx: &Ctx) -> Option<Ctx> {
        let actor = ctx.actor().unwrap();
        let mut tokens = self.tokens.lock().unwrap().clone();
        tokens.retain(|(session, _)| *session == actor.session());
        self.with_token(&tokens.pop()?.1).await
    }

    /// The account of this address, made if there is none.
    pub async fn account(&self, email: &str, password: Option<&PasswordHash>) -> AccountId {
        let email: Email = email.parse().unwrap();
        let mut work = self.begin().await;
        if let Some(account) = work.find_account(&email).await.unwrap() {
            return account.id;
        }
        let account = Account { id: self.services.random.id().into(), email, password_hash: password.cloned() };
        work.add_account(&account, self.anon().now()).await.unwrap();
        work.prove_mailbox(account.id, self.anon().now()).await.unwrap();
        work.save().await.unwrap();
        account.id
    }

    pub async fn stored_account(&self, email: &str) -> Option<Account> {
        self.read().await.find_account(&email.parse().unwrap()).await.unwrap()
    }

    /// Gives an account its password.
    pub async fn set_password(&self, email: &str, password: &str) {
        let hash = self.services.hasher.hash(password).await.unwrap();
        let account = self.stored_account(email).await.unwrap();
        let mut work = self.begin().await;
        assert!(work.set_password(account.id, account.password_hash.as_ref(), &hash, self.anon().now()).await.unwrap());
        work.save().await.unwrap();
    }

    /// A session without the work of signing in.
    pub async fn session(&self, account: AccountId, door: Door, user: Option<UserId>) -> String {
        let (token, hash) = tokens::make(&*self.services.random);
        let now = self.anon().now();
        let session = NewSession {
            id: self.services.random.id().into(),
            token: hash,
            account,
            clock: SessionClock::open(door, now),
            user,
            origin: "10.0.0.0".to_owned(),
            agent: "test browser".to_owned(),
        };
        let mut work = self.begin().await;
        work.add_session(&session).await.unwrap();
        work.save().await.unwrap();
        token
    }

    /// Who holds this cookie; nobody when its session does not live.
    pub async fn with_token(&self, token: &str) -> Option<Ctx> {
        let origin = self.anon().origin;
        let living = sessions::resolve(&self.services, token, &origin, true, None).await.unwrap()?;
        self.tokens.lock().unwrap().push((living.id, token.to_owned()));
        Some(Ctx::new(Arc::clone(&self.services), origin, Some(living.actor)).proved(Some(living.proved_at)))
    }

    /// Who holds this cookie, in a tab that acts as this membership.
    pub async fn with_token_as(&self, token: &str, user: UserId) -> Option<Ctx> {
        let origin = self.anon().origin;
        let living = sessions::resolve(&self.services, token, &origin, true, Some(user)).await.unwrap()?;
        Some(Ctx::new(Arc::clone(&self.services), origin, Some(living.actor)).proved(Some(living.proved_at)))
    }

    /// The group's first location.
    pub async fn location(&self, by: &Ctx) -> LocationId {
        let enter = by.actor().unwrap().may(EnterGroup, &()).unwrap();
        self.read().await.list_locations(&enter).await.unwrap()[0].id
    }

    /// What the browser does with the answer: it comes back with the cookie it was given.
    pub async fn follow(&self, ctx: &Ctx) -> Ctx {
        let token = token_of(ctx).expect("no session was opened");
        self.with_token(&token).await.expect("the session does not live")
    }

    /// A patient whom this user added.
    pub async fn patient(&self, by: &Ctx, first: &str, last: &str) -> PatientId {
        patients::add(by, &details(first, last)).await.unwrap()
    }

    pub async fn invite(&self, by: &Ctx, patient: PatientId, email: &str) -> InvitationId {
        invitations::invite(by, patient, &form(email)).await.unwrap()
    }

    /// The mail worker runs.
    pub async fn post(&self) {
        mails::deliver_due(&self.services, &|| false).await.unwrap();
    }

    /// The invitation's row on the Access tab.
    pub async fn row(&self, by: &Ctx, patient: PatientId, id: InvitationId) -> InvitationRow {
        let page = invitations::list(by, patient, &PageRequest::default()).await.unwrap();
        page.rows.into_iter().find(|row| row.id == id).unwrap()
    }

    /// The patient's latest invitation.
    pub async fn last_invitation(&self, by: &Ctx, patient: PatientId) -> InvitationId {
        invitations::list(by, patient, &PageRequest::default()).await.unwrap().rows[0].id
    }

    /// Delivers what waits and takes the token out of the last letter to this address that carries one.
    pub async fn link_to(&self, email: &str) -> String {
        self.post().await;
        let letters = self.mailer.to(email);
        let carries = |letter: &&Letter| letter.text.contains("/invitation/") || letter.text.contains("/new-password/");
        link_in(letters.iter().rfind(carries).expect("no letter came"))
    }

    /// Invites and accepts: a portal user, signed in.
    pub async fn portal_user(&self, by: &Ctx, patient: PatientId, email: &str) -> Ctx {
        self.invite(by, patient, email).await;
        let token = self.link_to(email).await;
        let ctx = self.anon();
        invitations::accept(&ctx, &token, PASSWORD).await.unwrap();
        self.follow(&ctx).await
    }
}

/// The token that the answer gave to the browser, if it opened a session.
pub fn token_of(ctx: &Ctx) -> Option<String> {
    match ctx.take_session_change()? {
        SessionChange::Opened { token, .. } => Some(token),
        SessionChange::Ended => None,
    }
}

/// The token at the end of the letter's link.
pub fn link_in(letter: &Letter) -> String {
    let link = letter.text.lines().find(|line| line.starts_with("https://portal.example.org/")).expect("no link");
    link.rsplit('/').next().unwrap().to_owned()
}

pub fn form(email: &str) -> InviteForm {
    InviteForm { email: email.to_owned(), email_again: email.to_owned(), ..InviteForm::default() }
}

pub fn details(first: &str, last: &str) -> DetailsForm {
    DetailsForm {
        legal_first: first.to_owned(),
        legal_last: last.to_owned(),
        birth_date: "1984-05-17".to_owned(),
        mobile: "+61 491 570 156".to_owned(),
        ..DetailsForm::default()
    }
}

/// On a busy machine's PostgreSQL some of many at once wait longer than the store's five seconds and are told "later":
/// for a place in the pool, or for a row that another holds.
pub fn overloaded<T>(answer: &services::Result<T>) -> bool {
    let Err(services::Error::Unavailable(Some(cause))) = answer else { return false };
    let cause = format!("{cause:?}");
    ["PoolTimedOut", "57014", "55P03"].iter().any(|kind| cause.contains(kind))
}

/// Settings > General > Patient Access, as the dialog types it.
pub fn access_form(invitations: bool, link_hours: u32) -> PatientAccessForm {
    PatientAccessForm {
        invitations: if invitations { "yes".into() } else { String::new() },
        link_hours: link_hours.to_string(),
        reminders: "yes".into(),
        updates: "approval".into(),
        note_sharing: Some("yes".into()),
        ..PatientAccessForm::default()
    }
}
