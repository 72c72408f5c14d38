//! Promises about migrations: both engines come to the same tables, and what the versions before wrote is carried over.

use std::collections::BTreeSet;

use domain::{
    access::Relationship,
    account::{Door, PasswordHash},
    ids::{AccountId, GroupId, InvitationId, NotificationId, PatientId, SessionId, UserId},
    location::OpeningHours,
    notification::{News, Notification},
    page::PageRequest,
    patient::PatientFilter,
    person::UserName,
    practice::MessageSettings,
    user::{AccessSettings, Level, User, UserFilter, UserState},
};
use services::ports::TokenHash;
use sqlx::{Connection as _, PgConnection, SqliteConnection, query, query_as};
use storage::testing::{self, TestDatabase};
use uuid::Uuid;

use crate::world::{NOW, actor, id, later, may_enter, may_list, may_manage_settings, may_manage_users, token};

/// A PostgreSQL condition or type as SQLite writes it: without the brackets and casts that PostgreSQL adds.
fn plain(sql: &str) -> String {
    let sql = sql.replace("::text", "").replace("public.", "").replace("USING btree ", "");
    sql.chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect()
}

// What the engines say of themselves, not the files: a change may be made in another way on each.
#[tokio::test(flavor = "multi_thread")]
async fn both_engines_come_to_the_same_tables() {
    let [sqlite, postgres] = testing::databases().await;
    let mut sqlite = SqliteConnection::connect(&sqlite.url_text()).await.unwrap();
    let mut postgres = PgConnection::connect(&postgres.url_text()).await.unwrap();

    let of_sqlite: Vec<(String, String, bool)> = query_as(
        "SELECT t.name, c.name, c.\"notnull\" = 1 FROM sqlite_schema t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '_sqlx_%'",
    )
    .fetch_all(&mut sqlite)
    .await
    .unwrap();
    let of_postgres: Vec<(String, String, bool)> = query_as(
        "SELECT table_name::text, column_name::text, is_nullable = 'NO' FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '_sqlx_%'",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    assert!(of_sqlite.len() > 150, "{}", of_sqlite.len());
    assert_eq!(BTreeSet::from_iter(of_sqlite), BTreeSet::from_iter(of_postgres));

    let of_sqlite: Vec<(String,)> = query_as("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .fetch_all(&mut sqlite)
        .await
        .unwrap();
    let of_postgres: Vec<(String,)> =
        query_as("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'")
            .fetch_all(&mut postgres)
            .await
            .unwrap();
    let indexes = |rows: Vec<(String,)>| rows.into_iter().map(|(sql,)| plain(&sql)).collect::<BTreeSet<_>>();
    let of_sqlite = indexes(of_sqlite);
    assert!(of_sqlite.len() > 40, "{}", of_sqlite.len());
    assert_eq!(of_sqlite, indexes(of_postgres));

    // Foreign keys: from which table to which, and by how many columns.
    let of_sqlite: Vec<(String, String, i64, String)> = query_as(
        "SELECT t.name, f.\"table\", COUNT(*), f.on_delete FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f
         WHERE t.type = 'table' GROUP BY t.name, f.id",
    )
    .fetch_all(&mut sqlite)
    .await
    .unwrap();
    let of_postgres: Vec<(String, String, i64, String)> = query_as(
        "SELECT conrelid::regclass::text, confrelid::regclass::text, cardinality(conkey)::bigint,
             CASE confdeltype WHEN 'c' THEN 'CASCADE' ELSE 'NO ACTION' END
         FROM pg_constraint WHERE contype = 'f'",
    )
    .fetch_all(&mut postgres)
    .await
    .unwrap();
    let sorted = |mut keys: Vec<(String, String, i64, String)>| {
        keys.sort();
        keys
    };
    assert!(of_sqlite.len() > 30, "{}", of_sqlite.len());
    assert_eq!(sorted(of_sqlite), sorted(of_postgres));
}

/// What a practice of version 0001 holds, as that version wrote it.
struct Before {
    group: GroupId,
    /// The owner; a practitioner; one who is gone; an administrator with every right.
    accounts: [AccountId; 4],
    users: [UserId; 4],
    patient: PatientId,
    invitation: InvitationId,
    notifications: [NotificationId; 2],
    session: SessionId,
    token: TokenHash,
    user_token: TokenHash,
}

impl Before {
    fn new() -> Self {
        Self {
            group: id(),
            accounts: [id(), id(), id(), id()],
            users: [id(), id(), id(), id()],
            patient: id(),
            invitation: id(),
            notifications: [id(), id()],
            session: id(),
            token: token(),
            user_token: token(),
        }
    }
}

/// Runs a statement of either engine with these values.
macro_rules! insert {
    ($connection:ident, $sql:literal $(, $value:expr)* $(,)?) => {
        query($sql)$(.bind($value))*.execute(&mut *$connection).await.unwrap()
    };
}

/// Writes [`Before`] through a connection of either engine.
macro_rules! write_before {
    ($before:expr, $connection:expr) => {{
        let (before, connection): (&Before, _) = ($before, $connection);
        let (group, now) = (before.group.uuid(), NOW.millis());
        insert!(connection, "INSERT INTO practice_groups (id, name, phone, version, added_at) VALUES ($1, 'Old', '', 0, $2)", group, now);
        insert!(
            connection,
            "INSERT INTO patient_access_settings (group_id, invitations, link_life_ms, version, saved_at)
             VALUES ($1, $2, 86400000, 0, $3)",
            group,
            true,
            now,
        );
        insert!(
            connection,
            "INSERT INTO locations (group_id, id, name, name_folded, time_zone, address, phone, added_at)
             VALUES ($1, $2, 'Main', 'main', 'Europe/London', '', '', $3)",
            group,
            id::<Uuid>(),
            now,
        );
        let people = [
            ("Mira", "ÄNAND", "full", None),
            ("Noor", "Khan", "personal", None),
            ("Gone", "O'Brien", "clinical", Some(later(500).millis())),
            ("Alex", "Alder", "admin_full", None),
        ];
        for (n, (first, last, level, deactivated_at)) in people.into_iter().enumerate() {
            insert!(
                connection,
                "INSERT INTO accounts (id, email, email_folded, password_hash, password_set_at, added_at)
                 VALUES ($1, $2, $2, '$argon2id$x', $3, $3)",
                before.accounts[n].uuid(),
                format!("{}@example.org", first.to_lowercase()),
                now,
            );
            insert!(
                connection,
                "INSERT INTO users (
                     group_id, id, account_id, title, first_name, last_name, profession, level, hide_names, read_only,
                     added_at, deactivated_at
                 ) VALUES ($1, $2, $3, 'Dr', $4, $5, 'Herbalist', $6, $7, $8, $9, $10)",
                group,
                before.users[n].uuid(),
                before.accounts[n].uuid(),
                first,
                last,
                level,
                level == "admin_full",
                level == "personal",
                later(i64::try_from(n).unwrap()).millis(),
                deactivated_at,
            );
        }
        insert!(
            connection,
            "INSERT INTO sessions (id, token_hash, account_id, user_id, door, opened_at, last_act_at, origin, agent)
             VALUES ($1, $2, $3, $4, 'console', $5, $6, '', '')",
            before.session.uuid(),
            before.token.0.to_vec(),
            before.accounts[0].uuid(),
            before.users[0].uuid(),
            now,
            later(1_000).millis(),
        );
        insert!(
            connection,
            "INSERT INTO sessions (id, token_hash, account_id, user_id, door, opened_at, last_act_at, origin, agent)
             VALUES ($1, $2, $3, $4, 'console', $5, $5, '', '')",
            id::<Uuid>(),
            before.user_token.0.to_vec(),
            before.accounts[2].uuid(),
            before.users[2].uuid(),
            now,
        );
        insert!(
            connection,
            "INSERT INTO patients (
                 group_id, id, number, number_text, sort_name, legal_first, legal_last, preferred, gender, mobile, phone,
                 street, city, region, postcode, country, status, portal_state, version, added_at, changed_at
             ) VALUES (
                 $1, $2, 1, '000001', 'lee ann', 'Ann', 'Lee', '', 'unknown', '', '', '', '', '', '', '', 'active', 'none', 0,
                 $3, $3
             )",
            group,
            before.patient.uuid(),
            now,
        );
        for word in ["ann", "lee"] {
            insert!(
                connection,
                "INSERT INTO patient_words (group_id, word, sort_name, patient_id) VALUES ($1, $2, 'lee ann', $3)",
                group,
                word,
                before.patient.uuid(),
            );
        }
        insert!(
            connection,
            "INSERT INTO practitioner_relationships (group_id, user_id, patient_id, kind, sort_name)
             VALUES ($1, $2, $3, 'automatic', 'lee ann')",
            group,
            before.users[1].uuid(),
            before.patient.uuid(),
        );
        let grant: Uuid = id();
        insert!(
            connection,
            "INSERT INTO portal_grants (group_id, id, patient_id, account_id, kind, added_at, changed_at)
             VALUES ($1, $2, $3, $4, 'own', $5, $5)",
            group,
            grant,
            before.patient.uuid(),
            before.accounts[3].uuid(),
            now,
        );
        insert!(
            connection,
            "INSERT INTO password_links (id, token_hash, account_id, made_at, expires_at, used_at, door)
             VALUES ($1, $2, $3, $4, $4, $4, 'console')",
            id::<Uuid>(),
            id::<Uuid>().as_bytes().repeat(2),
            before.accounts[2].uuid(),
            now,
        );
        insert!(
            connection,
            "INSERT INTO invitations (
                 group_id, id, patient_id, grant_id, account_id, kind, email, inviter_id, message, invited_at, expires_at, links
             ) VALUES ($1, $2, $3, $4, $5, 'own', 'a@example.org', $6, '', $7, $7, 1)",
            group,
            before.invitation.uuid(),
            before.patient.uuid(),
            grant,
            before.accounts[3].uuid(),
            before.users[0].uuid(),
            now,
        );
        for (notification, what, read_at) in [
            (before.notifications[0], "invitation_accepted", Some(later(9).millis())),
            (before.notifications[1], "invitation_failed", None),
        ] {
            insert!(
                connection,
                "INSERT INTO notifications (
                     group_id, id, user_id, what, patient_id, invitation_id, happened_at, read_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                group,
                notification.uuid(),
                before.users[0].uuid(),
                what,
                before.patient.uuid(),
                before.invitation.uuid(),
                later(5).millis(),
                read_at,
            );
        }
    }};
}

/// A database of version 0001 with rows in it, opened and migrated by this program.
async fn migrated(mut database: TestDatabase, before: &Before) -> TestDatabase {
    let url = database.url_text();
    if database.engine() == "sqlite" {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        // As the program's own connections.
        query("PRAGMA foreign_keys = ON").execute(&mut connection).await.unwrap();
        sqlx::migrate!("migrations/sqlite").run_direct(Some(1), &mut connection, false).await.unwrap();
        write_before!(before, &mut connection);
        connection.close().await.unwrap();
    } else {
        let mut connection = crate::world::postgres(&url).await.unwrap();
        sqlx::migrate!("migrations/postgres").run_direct(Some(1), &mut connection, false).await.unwrap();
        write_before!(before, &mut connection);
        connection.close().await.unwrap();
    }
    database.open().await.unwrap();
    assert_eq!(database.database().migrate().await.unwrap().applied, crate::files::migrations() - 1);
    database
}

fn full(before: &Before) -> User {
    User {
        id: before.users[0],
        group: before.group,
        account: before.accounts[0],
        name: UserName { title: "Dr".into(), first: "Mira".into(), last: "ÄNAND".into() },
        profession: "Herbalist".into(),
        registration: String::new(),
        level: Level::Full,
        settings: AccessSettings::OWNER,
        state: UserState::Active,
        since: NOW,
        version: 0,
    }
}

//
async fn what_0001_wrote_is_carried_over(database: TestDatabase) {
    let before = Before::new();
    let database = migrated(database, &before).await;
    let store = database.store();
    let mira = full(&before);
    let may = may_manage_users(&mira);
    let mut work = store.begin().await.unwrap();

    // Users: their state from when they were deactivated, and what a full level could do from the beginning.
    let user = async |work: &mut dyn services::ports::Work, n: usize| {
        work.lookup_user(&may, before.users[n]).await.unwrap().unwrap()
    };
    assert_eq!(user(&mut *work, 0).await.user, mira);
    let noor = user(&mut *work, 1).await;
    assert_eq!((noor.email.as_str(), noor.temporary_password), ("noor@example.org", false));
    let noor = noor.user;
    assert_eq!((noor.state, noor.since), (UserState::Active, later(1)));
    assert_eq!(noor.settings, AccessSettings { read_only: true, ..AccessSettings::default() });
    let gone = user(&mut *work, 2).await.user;
    assert_eq!((gone.state, gone.since), (UserState::Deactivated, later(500)));
    let alex = user(&mut *work, 3).await.user;
    assert_eq!(alex.settings, AccessSettings { hide_names: true, ..AccessSettings::OWNER });
    assert_eq!(work.count_managers(&may).await.unwrap(), 2);
    assert_eq!(work.list_memberships(before.accounts[0]).await.unwrap(), std::slice::from_ref(&mira));
    assert_eq!(work.list_memberships(before.accounts[2]).await.unwrap(), []);
    // The list: sorted and found nearly as it will be, and as it is from the first save on.
    let found = async |work: &mut dyn services::ports::Work, text: &str| {
        let filter = UserFilter { text: text.into(), ..UserFilter::default() };
        let page = work.list_users(&may, &filter, &PageRequest::default()).await.unwrap();
        page.rows.into_iter().map(|record| record.user.name.first).collect::<Vec<_>>()
    };
    assert_eq!(found(&mut *work, "").await.len(), 4);
    assert_eq!(found(&mut *work, "KHAN").await, ["Noor"]);
    assert_eq!(found(&mut *work, "noor k").await, ["Noor"]);
    assert!(work.save_user(&may, &mira).await.unwrap());
    assert_eq!(found(&mut *work, "anand m").await, ["Mira"]);

    // Sessions go on: proved when they were opened, and who was deactivated stays out.
    let session = work.find_session(&before.token, None).await.unwrap().unwrap();
    assert_eq!((session.id, session.proved_at, session.outside), (before.session, NOW, false));
    assert_eq!((session.clock.idle, session.temporary_password), (Door::Console.idle(), false));
    assert_eq!(session.user.map(|user| user.id), Some(before.users[0]));
    let session = work.find_session(&before.user_token, None).await.unwrap().unwrap();
    assert_eq!(session.user.map(|user| user.state), Some(UserState::Deactivated));
    let account = work.lookup_account(before.accounts[0]).await.unwrap().unwrap();
    assert_eq!(account.password_hash, Some(PasswordHash("$argon2id$x".into())));
    assert!(!work.tips_stopped(before.accounts[0]).await.unwrap());
    // Who used a link reads their mail.
    for (n, proved) in [false, false, true, false].into_iter().enumerate() {
        assert_eq!(work.mailbox_proved(before.accounts[n]).await.unwrap(), proved, "{n}");
    }

    // The bell says what it said.
    let bell = work.list_notifications(&may_enter(&mira), &PageRequest::default()).await.unwrap().rows;
    let (patient, invitation) = (before.patient, before.invitation);
    let told = |n: usize, news, read_at| Notification { id: before.notifications[n], news, at: later(5), read_at };
    assert_eq!(
        bell,
        [
            told(1, News::InvitationFailed { patient, invitation }, None),
            told(0, News::InvitationAccepted { patient, invitation }, Some(later(9))),
        ]
    );
    assert_eq!(work.unread_notifications(&may_enter(&mira)).await.unwrap(), 1);
    let news = News::MembershipAccepted { user: noor.id };
    let new = Notification { id: id(), news, at: later(9), read_at: None };
    work.unscoped_notify(before.group, mira.id, &new).await.unwrap();

    // Places and messages begin as in a new group.
    let places = work.list_locations(&may_enter(&mira)).await.unwrap();
    assert_eq!((places[0].name.as_str(), &places[0].hours, places[0].version), ("Main", &OpeningHours::default(), 0));
    let messages = work.lookup_messages(&may_manage_settings(&mira), NOW).await.unwrap();
    assert_eq!(messages, MessageSettings::default());
    assert!(work.save_messages(&may_manage_settings(&mira), &messages, NOW).await.unwrap());

    // A relationship from before keeps that it was automatic.
    let facts = work.patient_facts(&may_enter(&mira), before.patient, NOW).await.unwrap().unwrap();
    let may_relate = actor(&mira).may(domain::access::ManageRelationships, &facts).unwrap();
    assert!(work.set_relationship(&may_relate, noor.id, Relationship::Revoked).await.unwrap());
    assert!(work.remove_relationship(&may_relate, noor.id).await.unwrap());
    let related = work.list_relationships(&may_relate, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(related, [(noor.clone(), Relationship::Automatic)]);

    // Patients are found by several words, in the whole group and among one's own.
    for user in [&mira, &noor] {
        for (text, found) in [("lee an", 1), ("lee bo", 0)] {
            let filter = PatientFilter { text: text.into(), status: None };
            let page = work.list_patients(&may_list(user), &filter, &PageRequest::default()).await.unwrap();
            assert_eq!(page.rows.len(), found, "{text}");
        }
    }
    work.save().await.unwrap();
}

// A server of the version before, which runs beside during an update, writes its rows as ever.
async fn the_version_before_writes_beside(database: TestDatabase) {
    let (before, later_rows) = (Before::new(), Before::new());
    let database = migrated(database, &before).await;
    let url = database.url_text();
    // Of another practice, and at other addresses: emails are unique.
    let move_away = "UPDATE accounts SET email_folded = email_folded || '.au'";
    crate::world::run(&url, move_away).await.unwrap();
    if database.engine() == "sqlite" {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        write_before!(&later_rows, &mut connection);
        connection.close().await.unwrap();
    } else {
        let mut connection = crate::world::postgres(&url).await.unwrap();
        write_before!(&later_rows, &mut connection);
        connection.close().await.unwrap();
    }
    let mira = full(&later_rows);
    let mut work = database.store().begin().await.unwrap();
    let user = work.unscoped_lookup_user(later_rows.group, later_rows.users[0]).await.unwrap().unwrap();
    assert_eq!((user.state, user.level, user.version), (UserState::Active, Level::Full, 0));
    let messages = work.lookup_messages(&may_manage_settings(&mira), NOW).await.unwrap();
    assert_eq!(messages, MessageSettings::default());
    assert_eq!(work.list_notifications(&may_enter(&mira), &PageRequest::default()).await.unwrap().rows.len(), 2);
    assert_eq!(work.list_locations(&may_enter(&mira)).await.unwrap().len(), 1);
    assert!(work.find_session(&later_rows.token, None).await.unwrap().unwrap().user.is_some());
    assert_eq!(work.list_memberships(later_rows.accounts[0]).await.unwrap().len(), 1);
}

mod sqlite {
    #[tokio::test(flavor = "multi_thread")]
    async fn what_0001_wrote_is_carried_over() {
        super::what_0001_wrote_is_carried_over(storage::testing::sqlite_unopened()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_version_before_writes_beside() {
        super::the_version_before_writes_beside(storage::testing::sqlite_unopened()).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread")]
    async fn what_0001_wrote_is_carried_over() {
        super::what_0001_wrote_is_carried_over(storage::testing::postgres_unopened()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_version_before_writes_beside() {
        super::the_version_before_writes_beside(storage::testing::postgres_unopened()).await;
    }
}
