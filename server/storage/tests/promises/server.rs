//! Promises about PostgreSQL as a server that can fall silent, and about several servers of ours on it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::time::Span;
use services::ports::{Hint, Store, StoreError, Stored};
use sqlx::{Connection as _, Executor as _, PgConnection};
use storage::{DatabaseUrl, Migrated, OpenError, SchemaState, testing};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};

use crate::world::{NOW, World};

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

/// `user:password`, `host:port` and the database's name.
fn parts(url: &str) -> (String, String, String) {
    let rest = url.trim_start_matches("postgres://");
    let (user, rest) = rest.rsplit_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    (user.to_owned(), host.to_owned(), name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_reach_the_other_server() {
    let database = testing::postgres().await;
    let world = World::new(&database).await;
    let other = storage::open(database.url()).await.unwrap();
    let mut hints = other.store().hints();
    let mut work = world.begin().await;
    work.hint(Hint::Bell(world.mira.account));
    work.save().await.unwrap();
    let heard = timeout(Duration::from_secs(1), hints.recv()).await.expect("within a second");
    assert_eq!(heard, Ok(Hint::Bell(world.mira.account)));
    other.close().await;
}

// R-22 in small: the server ends every connection at once, as it does when it restarts.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_the_server_is_survived() {
    let database = testing::postgres().await;
    let store = database.store();
    let mut hints = store.hints();
    let url = database.url_text();
    for round in 0..5 {
        // Several connections lie idle in the pool.
        let views = [store.read().await.unwrap(), store.read().await.unwrap(), store.read().await.unwrap()];
        drop(views);
        write(&*store, &format!("before {round}")).await.unwrap();
        let mut at_work = store.begin().await.unwrap();
        at_work.count_try("at work", NOW, Span::hours(1)).await.unwrap();
        let mut killer = PgConnection::connect(&url).await.unwrap();
        killer
            .execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await
            .unwrap();
        assert!(matches!(at_work.save().await, Err(StoreError::Unavailable(_))), "never acknowledged");
        // No request after that fails: dead connections are passed over.
        for n in 0..10 {
            write(&*store, &format!("after {round} {n}")).await.unwrap();
        }
        assert!(is_there(&*store, &format!("before {round}")).await);
        assert!(!is_there(&*store, "at work").await);
    }
    // B-11: hints are heard again by themselves, and before that whoever waits for one is told to look, since some were missed.
    let (mut missed, mut heard) = (false, false);
    for _ in 0..20 {
        let mut work = store.begin().await.unwrap();
        work.hint(Hint::Mail);
        work.save().await.unwrap();
        while let Ok(Ok(hint)) = timeout(Duration::from_millis(250), hints.recv()).await {
            missed |= hint == Hint::Missed;
            heard |= hint == Hint::Mail;
        }
        if heard {
            break;
        }
    }
    assert!(heard && missed, "within five seconds: {heard} {missed}");
}

/// Carries bytes to the server and back, until it is told to fall silent.
struct Proxy {
    port: u16,
    silent: Arc<AtomicBool>,
    /// How long a new connection takes, in milliseconds.
    slow: Arc<AtomicU64>,
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    silent: Arc<AtomicBool>,
) {
    let mut bytes = vec![0; 16_384];
    loop {
        let Ok(read) = from.read(&mut bytes).await else { return };
        while silent.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(20)).await;
        }
        if read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

impl Proxy {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (silent, slow) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (told, takes) = (Arc::clone(&silent), Arc::clone(&slow));
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (server, told) = (server.clone(), Arc::clone(&told));
                let takes = Duration::from_millis(takes.load(Ordering::SeqCst));
                tokio::spawn(async move {
                    sleep(takes).await;
                    let Ok(server) = TcpStream::connect(&server).await else { return };
                    let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
                    tokio::spawn(carry(client_in, server_out, Arc::clone(&told)));
                    tokio::spawn(carry(server_in, client_out, told));
                });
            }
        });
        Self { port, silent, slow }
    }
}

// the network falls silent without a word. Each request ends within six seconds, and all is well within five
// seconds of its return.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_network_hangs_nobody() {
    let database = testing::postgres().await;
    let (user, host, name) = parts(&database.url_text());
    let proxy = Proxy::to(host).await;
    let url: DatabaseUrl = format!("postgres://{user}@127.0.0.1:{}/{name}", proxy.port).parse().unwrap();
    let through = storage::open(&url).await.unwrap();
    let store = through.store();
    write(&*store, "before").await.unwrap();
    let mut at_work = store.begin().await.unwrap();
    at_work.count_try("at work", NOW, Span::hours(1)).await.unwrap();

    proxy.silent.store(true, Ordering::SeqCst);
    let mut requests = tokio::task::JoinSet::new();
    requests.spawn(async move {
        let started = Instant::now();
        (at_work.save().await, started.elapsed())
    });
    for n in 0..60_u64 {
        let store = through.store();
        requests.spawn(async move {
            sleep(Duration::from_millis(n * 100)).await;
            let started = Instant::now();
            let answer = if n % 2 == 0 { write(&*store, "during").await } else { store.ping().await };
            (answer, started.elapsed())
        });
    }
    for (answer, took) in requests.join_all().await {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert!(took < Duration::from_secs(6), "{took:?}");
    }
    proxy.silent.store(false, Ordering::SeqCst);
    let back = Instant::now();
    while write(&*store, "after").await.is_err() {
        assert!(back.elapsed() < Duration::from_secs(5), "{:?}", back.elapsed());
    }
    assert!(is_there(&*store, "before").await);
    let mut hints = store.hints();
    let mut heard = false;
    while !heard && back.elapsed() < Duration::from_secs(30) {
        let mut work = store.begin().await.unwrap();
        work.hint(Hint::Mail);
        work.save().await.unwrap();
        heard = matches!(timeout(Duration::from_millis(500), hints.recv()).await, Ok(Ok(Hint::Mail)));
    }
    assert!(heard, "hints come again");
    through.close().await;
}

// R-22 under load: many wait while the server is away, and connections to it take a while when it is back. They are made all the
// same, though whoever waits has waited long.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_waits_does_not_keep_the_server_away() {
    let database = testing::postgres().await;
    let (user, host, name) = parts(&database.url_text());
    let proxy = Proxy::to(host).await;
    let url: DatabaseUrl = format!("postgres://{user}@127.0.0.1:{}/{name}", proxy.port).parse().unwrap();
    let through = storage::open(&url).await.unwrap();
    write(&*through.store(), "before").await.unwrap();
    proxy.silent.store(true, Ordering::SeqCst);
    let written = Arc::new(AtomicU64::new(0));
    let mut crowd = tokio::task::JoinSet::new();
    for n in 0..200_u64 {
        let (store, written) = (through.store(), Arc::clone(&written));
        crowd.spawn(async move {
            sleep(Duration::from_millis(n * 25)).await;
            loop {
                if store.ping().await.is_ok() {
                    written.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
    }
    sleep(Duration::from_secs(12)).await;
    // What was connected is gone, and whatever comes next takes a while.
    proxy.slow.store(700, Ordering::SeqCst);
    let mut killer = PgConnection::connect(&database.url_text()).await.unwrap();
    killer
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
    proxy.silent.store(false, Ordering::SeqCst);
    let before = written.load(Ordering::SeqCst);
    sleep(Duration::from_secs(10)).await;
    let served = written.load(Ordering::SeqCst) - before;
    crowd.abort_all();
    assert!(served > 1_000, "within ten seconds: {served}");
    through.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_held_by_another_is_waited_for_and_told_in_time() {
    let database = testing::postgres().await;
    let store = database.store();
    let mut first = store.begin().await.unwrap();
    first.count_try("key", NOW, Span::hours(1)).await.unwrap();
    let started = Instant::now();
    let answer = write(&*store, "key").await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    assert!(started.elapsed() < Duration::from_secs(6));
    first.save().await.unwrap();
    write(&*store, "key").await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_opened_says_why_and_what_to_do() {
    let database = testing::postgres_unopened();
    let (user, host, _) = parts(&database.url_text());
    let open = async |url: String| error(storage::open(&url.parse().unwrap()).await);
    let told = open(format!("postgres://{user}@{host}/no_such_database")).await;
    assert!(matches!(told, OpenError::NoSuchDatabase { .. }), "{told}");
    let told = open(format!("postgres://portico:wrong@{host}/postgres")).await;
    assert!(matches!(told, OpenError::Refused { .. }), "{told}");
    assert!(!told.to_string().contains("wrong"), "{told}");
    // Nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let started = Instant::now();
    let told = open(format!("postgres://{user}@127.0.0.1:{port}/portico")).await;
    assert!(matches!(told, OpenError::Unreachable { .. }), "{told}");
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_is_migrated_once() {
    let database = testing::postgres_unopened();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = database.url().clone();
        all.spawn(async move {
            let database = storage::open(&url).await.unwrap();
            database.migrate().await.unwrap();
            let state = database.schema().await.unwrap();
            database.close().await;
            state
        });
    }
    assert!(all.join_all().await.into_iter().all(|state| state == SchemaState::UpToDate));
    let again = storage::open(database.url()).await.unwrap();
    assert_eq!(again.migrate().await.unwrap(), Migrated { applied: 0 });
    again.close().await;
}

// R-03 (its last part)
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_and_foreign_tables_are_refused() {
    let mut database = testing::postgres().await;
    database.close().await;
    let mut connection = PgConnection::connect(&database.url_text()).await.unwrap();
    connection
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', TRUE, '\\x00', 0)",
        )
        .await
        .unwrap();
    assert!(matches!(error(storage::open(database.url()).await), OpenError::NewerSchema));

    let foreign = testing::postgres_unopened();
    let mut connection = PgConnection::connect(&foreign.url_text()).await.unwrap();
    connection.execute("CREATE TABLE songs (id BIGINT)").await.unwrap();
    assert!(matches!(error(storage::open(foreign.url()).await), OpenError::NotOurs));
}

// R-08 on PostgreSQL
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_into_an_empty_database_only() {
    let home = tempfile::tempdir().unwrap();
    let source = testing::postgres().await;
    World::new(&source).await;
    write(&*source.store(), "acknowledged").await.unwrap();
    let backup = home.path().join("portico.dump");
    source.database().backup(&backup).await.unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&backup).unwrap().permissions()) & 0o777,
        0o600
    );
    assert!(matches!(error(source.database().backup(&backup).await), OpenError::TargetExists(_)));
    assert!(matches!(error(storage::restore(&backup, source.url()).await), OpenError::NotEmpty(_)));

    let mut target = testing::postgres_unopened();
    storage::restore(&backup, target.url()).await.unwrap();
    target.open().await.unwrap();
    assert_eq!(target.database().schema().await.unwrap(), SchemaState::UpToDate);
    assert!(is_there(&*target.store(), "acknowledged").await);
    assert!(target.store().read().await.unwrap().unscoped_any_group().await.unwrap());

    let text = home.path().join("letter.txt");
    std::fs::write(&text, "Dear Sir or Madam").unwrap();
    let empty = testing::postgres_unopened();
    assert!(matches!(error(storage::restore(&text, empty.url()).await), OpenError::BadBackup { .. }));
}
