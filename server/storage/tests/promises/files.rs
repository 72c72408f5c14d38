//! Promises about SQLite's files: their modes, locks, backups and restores, and errors a person understands.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::time::Span;
use services::ports::{Store, StoreError, Stored};
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use storage::{DatabaseUrl, Migrated, OpenError, SchemaState, testing};
use tokio::time::{Instant, sleep};

use crate::world::{NOW, World, token};

fn file_of(database: &testing::TestDatabase) -> PathBuf {
    let url = database.url_text();
    PathBuf::from(url.trim_start_matches("sqlite://").split('?').next().unwrap())
}

fn url(path: &Path) -> DatabaseUrl {
    format!("sqlite://{}?mode=rwc", path.display()).parse().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn write(store: &dyn Store, key: &str) -> Stored<()> {
    let mut work = store.begin().await?;
    work.count_try(key, NOW, Span::hours(1)).await?;
    work.save().await
}

async fn is_there(store: &dyn Store, key: &str) -> bool {
    store.read().await.unwrap().tries(key, NOW).await.unwrap().is_some()
}

#[track_caller]
fn error<T>(answer: Result<T, OpenError>) -> OpenError {
    match answer {
        Ok(_) => panic!("no error"),
        Err(error) => error,
    }
}

/// How many migrations there are.
pub fn migrations() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count()
}

// DB-09
#[tokio::test]
async fn files_are_for_their_owner_only() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("new/data/portico.db");
    let database = storage::open(&url(&path)).await.unwrap();
    assert_eq!(database.schema().await.unwrap(), SchemaState::Empty);
    assert_eq!(database.migrate().await.unwrap(), Migrated { applied: migrations() });
    assert_eq!(database.migrate().await.unwrap(), Migrated { applied: 0 });
    assert_eq!(database.schema().await.unwrap(), SchemaState::UpToDate);
    write(&*database.store(), "x").await.unwrap();
    let backup = home.path().join("backup.db");
    database.backup(&backup).await.unwrap();
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for ending in ["", "-wal", "-shm", "-lock"] {
        let file = PathBuf::from(format!("{}{ending}", path.display()));
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(&backup), 0o600);
    database.close().await;
}

#[tokio::test]
async fn what_cannot_be_opened_says_why_and_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let missing: DatabaseUrl = format!("sqlite:{}", home.path().join("no.db").display()).parse().unwrap();
    let told = error(storage::open(&missing).await).to_string();
    assert!(told.contains("no.db") && told.contains("mode=rwc"), "{told}");
    assert!(!home.path().join("no.db").exists());

    // A folder that cannot be made: there is a file in its place. (As root every folder can be written.)
    fs::write(home.path().join("file"), "x").unwrap();
    let told = error(storage::open(&url(&home.path().join("file/portico.db"))).await);
    assert!(matches!(told, OpenError::Folder { .. }), "{told}");
    assert!(told.to_string().contains("cannot be written"), "{told}");

    let other = home.path().join("letter.txt");
    fs::write(&other, "Dear Sir or Madam, ".repeat(100)).unwrap();
    let told = error(storage::open(&url(&other)).await);
    assert!(matches!(told, OpenError::NotADatabase(_)), "{told}");
    assert_eq!(fs::read_to_string(&other).unwrap(), "Dear Sir or Madam, ".repeat(100));

    let foreign = home.path().join("foreign.db");
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", foreign.display())).await.unwrap();
    connection.execute("CREATE TABLE songs (id INTEGER)").await.unwrap();
    connection.close().await.unwrap();
    assert!(matches!(error(storage::open(&url(&foreign)).await), OpenError::NotOurs));

    assert!(matches!(error(storage::open(&url(home.path())).await), OpenError::File { .. }));
}

// R-03 (its last part): a newer schema is refused and nothing is touched.
#[tokio::test]
async fn a_newer_schema_is_refused_untouched() {
    let mut database = testing::sqlite().await;
    write(&*database.store(), "x").await.unwrap();
    database.close().await;
    let path = file_of(&database);
    let mut connection = SqliteConnection::connect(&database.url_text()).await.unwrap();
    connection
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', TRUE, x'00', 0)",
        )
        .await
        .unwrap();
    connection.close().await.unwrap();
    let before = fs::read(&path).unwrap();
    let told = error(storage::open(database.url()).await);
    assert!(matches!(told, OpenError::NewerSchema), "{told}");
    assert!(told.to_string().contains("Nothing was touched"));
    assert!(fs::read(&path).unwrap() == before, "not a byte");
    // Nor is it restored from.
    let target = path.with_file_name("restored.db");
    assert!(matches!(error(storage::restore(&path, &url(&target)).await), OpenError::NewerSchema));
    assert!(!target.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_migrate_at_once_both_succeed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("portico.db");
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = url(&path);
        all.spawn(async move {
            let database = storage::open(&url).await.unwrap();
            let applied = database.migrate().await.unwrap().applied;
            database.close().await;
            applied
        });
    }
    assert_eq!(all.join_all().await.into_iter().sum::<usize>(), migrations());
}

/// Another program that holds the write lock for so long.
async fn hold(url: &str, time: Duration) -> tokio::task::JoinHandle<()> {
    let mut other = SqliteConnection::connect(url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    tokio::spawn(async move {
        sleep(time).await;
        other.execute("ROLLBACK").await.unwrap();
    })
}

// for three seconds everybody waits and succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_lock_of_another_program_is_waited_for() {
    let database = testing::sqlite().await;
    let held = hold(&database.url_text(), Duration::from_secs(3)).await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let store = database.store();
        writers.spawn(async move { write(&*store, &format!("{n}")).await });
    }
    for answer in writers.join_all().await {
        answer.unwrap();
    }
    held.await.unwrap();
}

// after five seconds everybody is told, readers notice nothing, and soon after the release all is well.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_lock_of_another_program_is_told_in_time() {
    let database = testing::sqlite().await;
    write(&*database.store(), "before").await.unwrap();
    let held = hold(&database.url_text(), Duration::from_secs(12)).await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..20_u64 {
        let store = database.store();
        writers.spawn(async move {
            sleep(Duration::from_millis(n * 200)).await;
            let started = Instant::now();
            (write(&*store, "during").await, started.elapsed())
        });
    }
    let reading = Instant::now();
    while reading.elapsed() < Duration::from_secs(4) {
        let started = Instant::now();
        assert!(is_there(&*database.store(), "before").await);
        assert!(started.elapsed() < Duration::from_millis(500));
        sleep(Duration::from_millis(50)).await;
    }
    for (answer, took) in writers.join_all().await {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert!(took < Duration::from_millis(5_500), "{took:?}");
    }
    held.await.unwrap();
    let started = Instant::now();
    write(&*database.store(), "after").await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert!(!is_there(&*database.store(), "during").await);
}

// everything acknowledged before the backup began is in it, and it is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_holds_what_was_acknowledged() {
    let database = testing::sqlite().await;
    let path = file_of(&database);
    let acknowledged = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = tokio::spawn({
        let (store, acknowledged, stop) = (database.store(), acknowledged.clone(), stop.clone());
        async move {
            let mut n = 0;
            while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                write(&*store, &format!("write {n}")).await.unwrap();
                n += 1;
                acknowledged.store(n, std::sync::atomic::Ordering::SeqCst);
            }
        }
    });
    for round in 0..5 {
        sleep(Duration::from_millis(50)).await;
        let before = acknowledged.load(std::sync::atomic::Ordering::SeqCst);
        assert!(before > 0);
        let backup = path.with_file_name(format!("backup{round}.db"));
        database.database().backup(&backup).await.unwrap();
        assert!(matches!(error(database.database().backup(&backup).await), OpenError::TargetExists(_)));
        let target = path.with_file_name(format!("restored{round}.db"));
        storage::restore(&backup, &url(&target)).await.unwrap();
        assert_eq!(mode(&target), 0o600);
        let restored = storage::open(&url(&target)).await.unwrap();
        assert_eq!(restored.schema().await.unwrap(), SchemaState::UpToDate);
        let mut view = restored.store().read().await.unwrap();
        for n in 0..before {
            assert!(view.tries(&format!("write {n}"), NOW).await.unwrap().is_some(), "{n} of {before}");
        }
        drop(view);
        write(&*restored.store(), "it serves").await.unwrap();
        restored.close().await;
    }
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    writer.await.unwrap();
    let left: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains(".part") || name.contains(".restore"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing half-done is left");
}

#[tokio::test]
async fn a_restore_never_overwrites_data_and_takes_no_bad_backup() {
    let source = testing::sqlite().await;
    World::new(&source).await;
    let backup = file_of(&source).with_file_name("backup.db");
    source.database().backup(&backup).await.unwrap();

    // Open elsewhere.
    let mut target = testing::sqlite().await;
    let path = file_of(&target);
    assert!(matches!(error(storage::restore(&backup, target.url()).await), OpenError::InUse(_)));
    // Migrated but empty: may be replaced.
    target.close().await;
    storage::restore(&backup, target.url()).await.unwrap();
    target.open().await.unwrap();
    assert!(target.store().read().await.unwrap().unscoped_any_group().await.unwrap());
    // Now it has data.
    target.close().await;
    let before = fs::read(&path).unwrap();
    assert!(matches!(error(storage::restore(&backup, target.url()).await), OpenError::NotEmpty(_)));
    assert!(fs::read(&path).unwrap() == before);

    let fresh = path.with_file_name("fresh.db");
    for (name, bytes) in [
        ("text", b"Dear Sir or Madam".repeat(100)),
        ("empty", Vec::new()),
        ("cut", fs::read(&backup).unwrap()[..40_000].to_vec()),
        ("torn", {
            let mut bytes = fs::read(&backup).unwrap();
            for byte in &mut bytes[20_480..28_672] {
                *byte ^= 0x5a;
            }
            bytes
        }),
    ] {
        let bad = path.with_file_name(name);
        fs::write(&bad, bytes).unwrap();
        let told = error(storage::restore(&bad, &url(&fresh)).await);
        assert!(matches!(told, OpenError::BadBackup { .. }), "{name}: {told}");
        assert!(!fresh.exists(), "{name}");
    }
    let told = error(storage::restore(&path.with_file_name("nowhere"), &url(&fresh)).await);
    assert!(told.to_string().contains("no such file"), "{told}");
}

// DB-01: the raw files hold hashes of tokens, and after a mail has left not even the sealed token.
#[tokio::test]
async fn tokens_are_not_in_the_files() {
    let mut database = testing::sqlite().await;
    let world = World::new(&database).await;
    let secret = b"sealed-token-that-must-be-forgotten";
    let mail = services::ports::QueuedMail {
        id: crate::world::id(),
        kind: domain::mail::Kind::PasswordLink,
        group: None,
        invitation: None,
        link: 0,
        account: world.mira.account,
        to: crate::world::email("mira@example.org"),
        sealed: Some(secret.to_vec()),
        made_at: NOW,
        due_at: NOW,
        tries: 0,
    };
    let mut work = world.begin().await;
    work.add_mail(&mail).await.unwrap();
    work.save().await.unwrap();
    let mut work = world.begin().await;
    work.unscoped_mail_sent(mail.id, NOW).await.unwrap();
    work.save().await.unwrap();
    let path = file_of(&database);
    let backup = path.with_file_name("backup.db");
    database.database().backup(&backup).await.unwrap();
    database.close().await;
    for file in [&path, &backup] {
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", file.display());
    }
    let _ = token();
}
