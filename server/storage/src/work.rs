//! The unit of work's way to the database: one statement at a time, and none after one has failed.
//!
//! PostgreSQL ends a transaction at its first error, SQLite does not; here both do. Giving a statement up half-way
//! (its future was dropped) counts as a failure too, since nobody knows what became of it.

use services::ports::Stored;
use sqlx::{
    Database, FromRow,
    query::{Query, QueryAs},
};

use super::{Db, SqlWork, engine};

type Arguments = <Db as Database>::Arguments;
type Row = <Db as Database>::Row;

impl SqlWork {
    /// Runs a statement; tells how many rows it touched.
    pub(super) async fn execute(&mut self, query: Query<'_, Db, Arguments>) -> Stored<u64> {
        let connection = self.connection()?;
        let answer = engine::within(query.execute(connection)).await;
        self.heard(answer).map(|done| done.rows_affected())
    }

    /// The first row, if there is one.
    pub(super) async fn find<T>(&mut self, query: QueryAs<'_, Db, T, Arguments>) -> Stored<Option<T>>
    where
        T: for<'r> FromRow<'r, Row> + Send + Unpin,
    {
        let connection = self.connection()?;
        let answer = engine::within(query.fetch_optional(connection)).await;
        self.heard(answer)
    }

    /// The one row that is always there, such as a count.
    pub(super) async fn one<T>(&mut self, query: QueryAs<'_, Db, T, Arguments>) -> Stored<T>
    where
        T: for<'r> FromRow<'r, Row> + Send + Unpin,
    {
        let connection = self.connection()?;
        let answer = engine::within(query.fetch_one(connection)).await;
        self.heard(answer)
    }

    /// All rows. The statement says how many at most.
    pub(super) async fn all<T>(&mut self, query: QueryAs<'_, Db, T, Arguments>) -> Stored<Vec<T>>
    where
        T: for<'r> FromRow<'r, Row> + Send + Unpin,
    {
        let connection = self.connection()?;
        let answer = engine::within(query.fetch_all(connection)).await;
        self.heard(answer)
    }
}
