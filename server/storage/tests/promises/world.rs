//! A small world to test in: a group, its people, and the proofs they earn.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::{
    access::{
        Access, Actor, AddPatient, EditPatient, EnterGroup, Face, InvitePatient, ListPatients, ManageForms,
        ManageLocations, ManageMail, ManageRelationships, ManageSettings, ManageTemplates, ManageUsers, Relationship,
        ReviewUpdates, UserFace, ViewHistory, ViewPatient, ViewPatientAccess,
    },
    account::{Account, PasswordHash},
    email::Email,
    grant::Grant,
    ids::{AccountId, GroupId, PatientId, UserId},
    invitation::{Events, Invitation},
    limits,
    location::{Location, OpeningHours},
    patient::{Details, DetailsForm, Patient},
    person::UserName,
    practice::Group,
    time::{Date, Time},
    user::{AccessSettings, Level, User, UserState},
};
use services::ports::{Store, StoreError, Stored, TokenHash, Work};
use sqlx::Connection as _;
use storage::testing::TestDatabase;
use uuid::Uuid;

/// An ordinary moment.
pub const NOW: Time = Time::from_millis(1_790_000_000_000);

/// So many milliseconds after [`NOW`].
pub fn later(millis: i64) -> Time {
    Time::from_millis(NOW.millis() + millis)
}

/// A new id, which sorts after those made before.
pub fn id<T: From<Uuid>>() -> T {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let count = COUNTER.fetch_add(1, Ordering::SeqCst);
    Uuid::from_u128((1_790_000_000_000_u128 << 80) | (7 << 76) | (2 << 62) | u128::from(count)).into()
}

/// A new token's hash.
pub fn token() -> TokenHash {
    let raw: Uuid = id();
    let mut hash = [7; 32];
    hash[..16].copy_from_slice(raw.as_bytes());
    TokenHash(hash)
}

pub fn email(text: &str) -> Email {
    text.parse().unwrap()
}

pub fn account(address: &str) -> Account {
    Account { id: id(), email: email(address), password_hash: Some(PasswordHash("$argon2id$x".into())) }
}

/// Two people of one group, another group beside it.
pub struct World {
    pub store: Arc<dyn Store>,
    pub group: GroupId,
    /// A practitioner with every right.
    pub mira: User,
    /// A practitioner who sees only their own patients.
    pub noor: User,
    /// An administrator who sees no names.
    pub alex: User,
    /// The owner of another group.
    pub other: User,
}

impl World {
    pub async fn new(database: &TestDatabase) -> Self {
        let store = database.store();
        let mut work = store.begin().await.unwrap();
        let (group, elsewhere): (GroupId, GroupId) = (id(), id());
        for (group, name) in [(group, "Harbour & Hill"), (elsewhere, "Elsewhere")] {
            work.unscoped_add_group(&Group { id: group, name: name.into(), phone: "02 9999 0000".into() }, NOW)
                .await
                .unwrap();
            let location = Location {
                id: id(),
                name: format!("{name} Main"),
                time_zone: "Australia/Sydney".into(),
                address: String::new(),
                phone: String::new(),
                hours: OpeningHours::default(),
                version: 0,
            };
            work.unscoped_add_location(group, &location, NOW).await.unwrap();
        }
        let mut users = Vec::new();
        for (address, group, level, hide_names) in [
            ("mira@example.org", group, Level::Full, false),
            ("noor@example.org", group, Level::Personal, false),
            ("alex@example.org", group, Level::AdminFull, true),
            ("other@example.org", elsewhere, Level::Full, false),
        ] {
            let account = account(address);
            work.add_account(&account, NOW).await.unwrap();
            let user = User {
                id: id(),
                group,
                account: account.id,
                name: UserName { title: "Dr".into(), first: address.into(), last: "Anand".into() },
                profession: "Physiotherapist".into(),
                registration: "PHY0001".into(),
                level,
                settings: AccessSettings { hide_names, view_history: level.is_full(), ..AccessSettings::default() },
                state: UserState::Active,
                since: NOW,
                version: 0,
            };
            work.unscoped_add_user(&user, NOW).await.unwrap();
            users.push(user);
        }
        work.save().await.unwrap();
        let [mira, noor, alex, other] = <[User; 4]>::try_from(users).unwrap();
        Self { store, group, mira, noor, alex, other }
    }

    /// The other group, seen from inside.
    pub fn elsewhere(&self) -> Self {
        let [mira, noor, alex] = std::array::from_fn(|_| self.other.clone());
        Self { store: Arc::clone(&self.store), group: self.other.group, mira, noor, alex, other: self.mira.clone() }
    }

    pub async fn begin(&self) -> Box<dyn Work> {
        self.store.begin().await.unwrap()
    }

    pub async fn read(&self) -> Box<dyn Work> {
        self.store.read().await.unwrap()
    }

    /// A patient of this name, added by Mira, who thereby treats them only if `own`.
    pub async fn patient(&self, first: &str, last: &str) -> Patient {
        let patient = patient(first, last);
        self.add(&patient, None).await;
        patient
    }

    pub async fn add(&self, patient: &Patient, relationship: Option<Relationship>) {
        let mut work = self.begin().await;
        let may = actor(&self.mira).may(AddPatient, &()).unwrap();
        work.add_patient(&may, patient, relationship).await.unwrap();
        work.save().await.unwrap();
    }

    /// Says how a user and a patient belong together.
    pub async fn relate(&self, user: &User, patient: PatientId, relationship: Relationship) {
        let mut work = self.begin().await;
        // Noor may edit only those she treats already: the proof is earned as somebody of level Full with her id.
        let face =
            UserFace { group: user.group, user: user.id, level: Level::Full, settings: AccessSettings::default() };
        let actor = Actor::unscoped_from_session(user.account, id(), "127.0.0.1".into(), Face::User(face));
        let facts = domain::access::PatientFacts { group: user.group, patient, relationship: None, emergency: false };
        let may = actor.may(EditPatient, &facts).unwrap();
        work.save_relationship(&may, relationship).await.unwrap();
        work.save().await.unwrap();
    }

    pub async fn may_view(&self, user: &User, patient: PatientId) -> Access<ViewPatient> {
        (&self.may_edit(user, patient).await).into()
    }

    pub async fn may_edit(&self, user: &User, patient: PatientId) -> Access<EditPatient> {
        let facts = self.read().await.patient_facts(&may_enter(user), patient, NOW).await.unwrap().unwrap();
        actor(user).may(EditPatient, &facts).unwrap()
    }

    pub async fn may_invite(&self, user: &User, patient: PatientId) -> Access<InvitePatient> {
        let facts = self.read().await.patient_facts(&may_enter(user), patient, NOW).await.unwrap().unwrap();
        actor(user).may(InvitePatient, &facts).unwrap()
    }

    pub async fn may_relate(&self, user: &User, patient: PatientId) -> Access<ManageRelationships> {
        let facts = self.read().await.patient_facts(&may_enter(user), patient, NOW).await.unwrap().unwrap();
        actor(user).may(ManageRelationships, &facts).unwrap()
    }

    pub async fn may_see_access(&self, user: &User, patient: PatientId) -> Access<ViewPatientAccess> {
        (&self.may_invite(user, patient).await).into()
    }

    /// Facts about this patient as the other group would have them.
    pub fn stranger_facts(&self, patient: PatientId) -> domain::access::PatientFacts {
        domain::access::PatientFacts { group: self.other.group, patient, relationship: None, emergency: false }
    }

    /// A proof over this patient of the other group's owner: earned with facts as the other group would have them.
    pub fn stranger_may_invite(&self, patient: PatientId) -> Access<InvitePatient> {
        actor(&self.other).may(InvitePatient, &self.stranger_facts(patient)).unwrap()
    }

    pub fn stranger_may_relate(&self, patient: PatientId) -> Access<ManageRelationships> {
        actor(&self.other).may(ManageRelationships, &self.stranger_facts(patient)).unwrap()
    }

    pub fn stranger_may_edit(&self, patient: PatientId) -> Access<EditPatient> {
        actor(&self.other).may(EditPatient, &self.stranger_facts(patient)).unwrap()
    }

    /// A person with an account and an invited grant for this patient.
    pub async fn grant(&self, patient: PatientId, address: &str) -> Grant {
        let may = self.may_invite(&self.mira, patient).await;
        let person = account(address);
        let grant = Grant::own(id(), self.group, patient, person.id, NOW);
        let mut work = self.begin().await;
        work.add_account(&person, NOW).await.unwrap();
        work.add_grant(&(&may).into(), &grant, NOW).await.unwrap();
        work.save().await.unwrap();
        grant
    }

    /// An invitation that is out, and its link's token.
    pub async fn invitation(&self, grant: &Grant) -> (Invitation, TokenHash) {
        let may = self.may_invite(&self.mira, grant.patient).await;
        let invitation = invitation(grant, self.mira.id);
        let token = token();
        let mut work = self.begin().await;
        work.add_invitation(&(&may).into(), &invitation, &token).await.unwrap();
        work.save().await.unwrap();
        (invitation, token)
    }
}

pub fn invitation(grant: &Grant, inviter: UserId) -> Invitation {
    Invitation {
        id: id(),
        group: grant.group,
        patient: grant.patient,
        grant: grant.id,
        account: grant.account,
        kind: grant.kind,
        email: email("lien@example.org"),
        inviter,
        given_by: None,
        message: "Hello Lien".into(),
        invited_at: NOW,
        expires_at: NOW + limits::LINK_LIFE,
        remind_at: None,
        links: 1,
        events: Events::default(),
    }
}

pub fn details(first: &str, last: &str) -> Details {
    let form = DetailsForm { legal_first: first.into(), legal_last: last.into(), ..DetailsForm::default() };
    form.check(Date::new(2026, 11, 23).unwrap()).unwrap()
}

pub fn patient(first: &str, last: &str) -> Patient {
    static NUMBER: AtomicU64 = AtomicU64::new(100_000);
    let number = i64::try_from(NUMBER.fetch_add(1, Ordering::SeqCst)).unwrap();
    Patient { id: id(), number, details: details(first, last), version: 1, added_at: NOW }
}

pub fn actor(user: &User) -> Actor {
    let face = UserFace { group: user.group, user: user.id, level: user.level, settings: user.settings };
    Actor::unscoped_from_session(user.account, id(), "127.0.0.1".into(), Face::User(face))
}

pub fn portal_actor(account: AccountId) -> Actor {
    Actor::unscoped_from_session(account, id(), "127.0.0.1".into(), Face::Portal)
}

pub fn may_enter(user: &User) -> Access<EnterGroup> {
    actor(user).may(EnterGroup, &()).unwrap()
}

pub fn may_list(user: &User) -> Access<ListPatients> {
    actor(user).may(ListPatients, &()).unwrap()
}

pub fn may_add(user: &User) -> Access<AddPatient> {
    actor(user).may(AddPatient, &()).unwrap()
}

pub fn may_manage_settings(user: &User) -> Access<ManageSettings> {
    actor(user).may(ManageSettings, &()).unwrap()
}

pub fn may_review(user: &User) -> Access<ReviewUpdates> {
    actor(user).may(ReviewUpdates, &()).unwrap()
}

pub fn may_manage_users(user: &User) -> Access<ManageUsers> {
    actor(user).may(ManageUsers, &()).unwrap()
}

pub fn may_manage_locations(user: &User) -> Access<ManageLocations> {
    actor(user).may(ManageLocations, &()).unwrap()
}

pub fn may_view_history(user: &User) -> Access<ViewHistory> {
    actor(user).may(ViewHistory, &()).unwrap()
}

pub fn may_manage_templates(user: &User) -> Access<ManageTemplates> {
    actor(user).may(ManageTemplates, &()).unwrap()
}

pub fn may_manage_forms(user: &User) -> Access<ManageForms> {
    actor(user).may(ManageForms, &()).unwrap()
}

pub fn may_manage_mail(user: &User) -> Access<ManageMail> {
    actor(user).may(ManageMail, &()).unwrap()
}

/// A user of this name in a group, with an account that must be added first.
pub fn user(group: GroupId, account: &Account, first: &str, last: &str, level: Level) -> User {
    User {
        id: id(),
        group,
        account: account.id,
        name: UserName { title: String::new(), first: first.into(), last: last.into() },
        profession: "Physiotherapist".into(),
        registration: String::new(),
        level,
        settings: AccessSettings::default(),
        state: UserState::Active,
        since: NOW,
        version: 0,
    }
}

/// The clash that a statement ended in.
#[track_caller]
pub fn clash<T: std::fmt::Debug>(answer: Stored<T>) -> services::ports::Clash {
    match answer {
        Err(StoreError::Clash(clash)) => clash,
        other => panic!("no clash: {other:?}"),
    }
}

/// A connection of its own to PostgreSQL, which sees every group as the program's tools do.
pub async fn postgres(url: &str) -> Result<sqlx::PgConnection, sqlx::Error> {
    let options: sqlx::postgres::PgConnectOptions = url.parse()?;
    sqlx::PgConnection::connect_with(&options.options([("portico.scope", "every")])).await
}

/// Runs a statement over a connection of its own, as the app's own user.
pub async fn run(url: &str, sql: &'static str) -> Result<(), sqlx::Error> {
    if url.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(url).await?;
        sqlx::query(sql).execute(&mut connection).await.map(|_| ())
    } else {
        let mut connection = postgres(url).await?;
        sqlx::query(sql).execute(&mut connection).await.map(|_| ())
    }
}

/// What a statement counts.
pub async fn count(url: &str, sql: &'static str) -> i64 {
    let (counted,): (i64,) = if url.starts_with("sqlite") {
        let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
        sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
    } else {
        let mut connection = postgres(url).await.unwrap();
        sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
    };
    counted
}

/// How SQLite goes about a statement.
pub async fn plan(url: &str, sql: &str) -> String {
    let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    steps.into_iter().map(|(.., step)| step + "\n").collect()
}
