//! One throwaway database, on either engine, with a back door past the services: what an insider with SQL could do.

use std::sync::Arc;

use domain::audit::Action;
use services::ports::{ChainedEntry, Store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, postgres::PgConnectOptions};
use storage::testing::TestDatabase;

/// Makes two tests of each story, one for each engine.
macro_rules! on_both_engines {
    ($($story:ident,)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::town::Town::new(crate::engines::Engine::sqlite().await).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::town::Town::new(crate::engines::Engine::postgres().await).await).await;
            })+
        }
    };
}

pub struct Engine(TestDatabase);

enum Insider {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Engine {
    pub async fn sqlite() -> Self {
        Self(storage::testing::sqlite().await)
    }

    pub async fn postgres() -> Self {
        Self(storage::testing::postgres().await)
    }

    pub fn store(&self) -> Arc<dyn Store> {
        self.0.store()
    }

    pub fn is_sqlite(&self) -> bool {
        self.0.engine() == "sqlite"
    }

    async fn insider(&self) -> Insider {
        let url = self.0.url_text();
        match self.0.engine() {
            "sqlite" => Insider::Sqlite(SqliteConnection::connect(&url).await.unwrap()),
            _ => {
                // Sees every group, as the program's tools do.
                let options: PgConnectOptions = url.parse().unwrap();
                let options = options.options([("portico.scope", "every")]);
                Insider::Postgres(PgConnection::connect_with(&options).await.unwrap())
            }
        }
    }

    /// Runs a statement behind the services' back.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.insider().await {
            Insider::Sqlite(mut connection) => {
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
            Insider::Postgres(mut connection) => {
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
        }
    }

    async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.insider().await {
            Insider::Sqlite(mut connection) => sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap(),
            Insider::Postgres(mut connection) => sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap(),
        }
    }

    /// The texts that a query finds.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.insider().await {
            Insider::Sqlite(mut connection) => sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap(),
            Insider::Postgres(mut connection) => sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap(),
        }
    }

    /// Rows in a table.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Mails that left.
    pub async fn mails_sent(&self) -> i64 {
        self.number("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL").await
    }

    /// Entries of this kind in all chains.
    pub async fn audited(&self, action: Action) -> i64 {
        self.number(&format!("SELECT count(*) FROM audit_entries WHERE action = '{}'", action.code())).await
    }

    /// A whole chain.
    pub async fn chain(&self, chain: &str) -> Vec<ChainedEntry> {
        self.store().read().await.unwrap().unscoped_chain(chain, 0, 10_000).await.unwrap()
    }

    /// The keys under which tries are counted.
    pub async fn throttle_keys(&self) -> Vec<String> {
        self.texts("SELECT key FROM throttle").await
    }

    async fn unlock_the_trail(&self) {
        match self.0.engine() {
            "sqlite" => {
                for name in self.texts("SELECT name FROM sqlite_master WHERE type = 'trigger'").await {
                    self.execute(&format!("DROP TRIGGER {name}")).await;
                }
            }
            _ => self.execute("ALTER TABLE audit_entries DISABLE TRIGGER ALL").await,
        }
    }

    /// Changes entries of a chain: `SET … WHERE …`.
    pub async fn tamper(&self, chain: &str, change: &str) {
        self.unlock_the_trail().await;
        self.execute(&format!("UPDATE audit_entries {change} AND chain = '{chain}'")).await;
    }

    /// Removes entries of a chain.
    pub async fn tamper_remove(&self, chain: &str, which: &str) {
        self.unlock_the_trail().await;
        self.execute(&format!("DELETE FROM audit_entries WHERE {which} AND chain = '{chain}'")).await;
    }

    /// From now on no entry can be written.
    pub async fn break_the_trail(&self) {
        self.execute("ALTER TABLE audit_entries RENAME TO audit_entries_gone").await;
    }

    /// Everything that is stored: SQLite's file and its log, byte for byte; every row of every table of PostgreSQL.
    pub async fn dump(&self) -> Dump {
        if self.0.engine() == "sqlite" {
            let url = self.0.url_text();
            let path = url.strip_prefix("sqlite://").unwrap().split('?').next().unwrap();
            let mut bytes = std::fs::read(path).unwrap();
            bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
            return Dump(bytes);
        }
        let tables = self.texts("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").await;
        assert!(tables.len() > 10, "{tables:?}");
        let mut bytes = Vec::new();
        for table in tables {
            for row in self.texts(&format!("SELECT t::text FROM {table} t")).await {
                bytes.extend(row.as_bytes());
                bytes.push(b'\n');
            }
        }
        Dump(bytes)
    }
}

/// The bytes of a database.
pub struct Dump(Vec<u8>);

impl Dump {
    pub fn contains(&self, wanted: &[u8]) -> bool {
        self.0.windows(wanted.len()).any(|window| window == wanted)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}
