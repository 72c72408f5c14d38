//! Which migrations the database knows.

use sqlx::{Database, migrate::Migrator};

use super::Db;
use crate::{OpenError, SchemaState};

type Connection = <Db as Database>::Connection;

/// The migrations the database has had, oldest first. The table must be there.
async fn applied(connection: &mut Connection) -> Result<Vec<i64>, sqlx::Error> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT version
         FROM _sqlx_migrations
         ORDER BY version",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

/// Compares what the database has had with what the program knows. `tables` is what is in the database at all.
pub(crate) async fn state(
    connection: &mut Connection,
    migrator: &Migrator,
    tables: &[String],
) -> Result<SchemaState, OpenError> {
    if tables.is_empty() {
        return Ok(SchemaState::Empty);
    }
    if !tables.iter().any(|table| table == "_sqlx_migrations") {
        return Err(OpenError::NotOurs);
    }
    let applied = applied(connection).await.map_err(OpenError::other)?;
    if applied.iter().any(|version| !migrator.version_exists(*version)) {
        return Ok(SchemaState::Newer);
    }
    let missing = migrator.iter().filter(|migration| !applied.contains(&migration.version)).count();
    Ok(match (applied.len(), missing) {
        (0, _) => SchemaState::Empty,
        (_, 0) => SchemaState::UpToDate,
        (_, missing) => SchemaState::Behind(missing),
    })
}
