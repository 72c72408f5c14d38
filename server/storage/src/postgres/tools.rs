//! The database as a whole: migrating, and backing up and restoring with PostgreSQL's own programs.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use sqlx::{Connection as _, PgConnection, migrate::Migrator};

use super::{
    engine::{EVERY_GROUP, PgStore, connect},
    schema,
};
use crate::{
    Migrated, OpenError, SchemaState,
    sqlite::disk::{beside, file_error, private, put_in_place},
    url::Server,
};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// An open database.
pub(crate) struct Whole {
    server: Box<Server>,
    store: Arc<PgStore>,
}

impl Whole {
    pub(crate) async fn open(server: &Server) -> Result<Self, OpenError> {
        Ok(Self { server: Box::new(server.clone()), store: Arc::new(PgStore::connect(server).await?) })
    }

    pub(crate) fn store(&self) -> Arc<PgStore> {
        Arc::clone(&self.store)
    }

    pub(crate) async fn schema(&self) -> Result<SchemaState, OpenError> {
        let mut connection = connect(&self.server).await?;
        let state = state(&mut connection).await;
        let _ = connection.close().await;
        state
    }

    /// Each migration in a transaction of its own, all under an advisory lock: of two servers that start at once the
    /// second one waits, and then finds nothing left to do.
    pub(crate) async fn migrate(&self) -> Result<Migrated, OpenError> {
        let mut connection = connect(&self.server).await?;
        let applied = match state(&mut connection).await? {
            SchemaState::Newer => return Err(OpenError::NewerSchema),
            SchemaState::Empty => MIGRATOR.iter().count(),
            SchemaState::Behind(missing) => missing,
            SchemaState::UpToDate => 0,
        };
        // `run` wants an `Acquire` of every lifetime; this is what it calls.
        MIGRATOR.run_direct(None, &mut connection, false).await?;
        let _ = connection.close().await;
        Ok(Migrated { applied })
    }

    /// A consistent copy by `pg_dump`, in its own format.
    pub(crate) async fn backup(&self, to: &Path) -> Result<(), OpenError> {
        if to.exists() {
            return Err(OpenError::TargetExists(to.to_path_buf()));
        }
        let copy = beside(to, "part");
        let file = private().write(true).create_new(true).open(&copy).map_err(file_error(&copy))?;
        let server = Server { shown: in_every_group(&self.server.shown), ..(*self.server).clone() };
        let mut command = self::command("pg_dump", &server);
        // Of what row-level security would keep back, the scope shows everything.
        command.args(["--format=custom", "--no-owner", "--no-privileges", "--enable-row-security"]).stdout(file);
        let done = run("pg_dump", command).await.and_then(|_| put_in_place(&copy, to));
        if done.is_err() {
            let _ = std::fs::remove_file(&copy);
        }
        done
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// Reads a backup into an empty database, in one transaction.
pub(crate) async fn restore(from: &Path, server: &Server) -> Result<(), OpenError> {
    let bad = |detail: String| OpenError::BadBackup { path: from.to_path_buf(), detail };
    if !from.is_file() {
        return Err(bad("there is no such file".to_owned()));
    }
    // What the backup has had, before anything is touched.
    let mut command = Command::new("pg_restore");
    command.args(["--data-only", "--table=_sqlx_migrations", "--file=-"]).arg(from).stdout(Stdio::piped());
    let listed = run("pg_restore", command).await.map_err(|error| match error {
        OpenError::Tool { detail, .. } => bad(detail),
        other => other,
    })?;
    let had = versions(&listed);
    if had.is_empty() {
        return Err(bad("it is not a backup of Portico".to_owned()));
    }
    if had.iter().any(|version| !MIGRATOR.version_exists(*version)) {
        return Err(OpenError::NewerSchema);
    }
    let mut connection = connect(server).await?;
    let tables = tables(&mut connection).await?;
    let _ = connection.close().await;
    if !tables.is_empty() {
        return Err(OpenError::NotEmpty(server.shown.clone()));
    }
    let mut command = self::command("pg_restore", server);
    command.args(["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]).arg(from);
    run("pg_restore", command).await.map(|_| ())
}

/// The first column of the rows that `pg_restore` prints for the table of migrations.
fn versions(printed: &str) -> Vec<i64> {
    printed
        .lines()
        .skip_while(|line| !line.starts_with("COPY "))
        .skip(1)
        .take_while(|line| *line != "\\.")
        .filter_map(|line| line.split('\t').next()?.parse().ok())
        .collect()
}

/// The address, with the scope of every group. In the address and not in the environment, which counts for nothing where
/// the address has options already: a backup would be without a row of any group, and nobody would be told.
fn in_every_group(address: &str) -> String {
    let scope = format!("-c%20portico.scope%3D{EVERY_GROUP}");
    let (place, parameters) = address.split_once('?').unwrap_or((address, ""));
    let mut parameters: Vec<String> = parameters.split('&').filter(|one| !one.is_empty()).map(str::to_owned).collect();
    match parameters.iter_mut().find(|one| one.starts_with("options=")) {
        Some(options) => options.extend(["%20", &scope]),
        None => parameters.push(format!("options={scope}")),
    }
    format!("{place}?{}", parameters.join("&"))
}

/// A program of PostgreSQL's, aimed at this database. The password goes by the environment: an argument can be seen by
/// everyone on the machine.
fn command(program: &'static str, server: &Server) -> Command {
    let mut command = Command::new(program);
    command.arg(format!("--dbname={}", server.shown));
    if let Some(password) = &server.password {
        command.env("PGPASSWORD", password);
    }
    command.env("PGCONNECT_TIMEOUT", "5").arg("--no-password");
    command
}

/// Runs the program to its end, on a thread of its own.
async fn run(program: &'static str, mut command: Command) -> Result<String, OpenError> {
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let done = tokio::task::spawn_blocking(move || command.spawn().and_then(|child| child.wait_with_output())).await;
    match done.map_err(OpenError::other)? {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(OpenError::ToolMissing(program)),
        Err(error) => Err(OpenError::other(error)),
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => {
            let detail = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(OpenError::Tool { tool: program, detail })
        }
    }
}

/// The tables in the schema that Portico uses.
async fn tables(connection: &mut PgConnection) -> Result<Vec<String>, OpenError> {
    let tables: Vec<(String,)> = sqlx::query_as(
        "SELECT tablename::text
         FROM pg_tables
         WHERE schemaname = current_schema()
         ORDER BY tablename",
    )
    .fetch_all(connection)
    .await
    .map_err(OpenError::other)?;
    Ok(tables.into_iter().map(|(name,)| name).collect())
}

async fn state(connection: &mut PgConnection) -> Result<SchemaState, OpenError> {
    let tables = tables(connection).await?;
    schema::state(connection, &MIGRATOR, &tables).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_migrations_are_read() {
        let printed =
            "SET x = 1;\nCOPY public._sqlx_migrations (version, description) FROM stdin;\n1\tfirst\n20\tnext\n\\.\n9\n";
        assert_eq!(versions(printed), [1, 20]);
        assert_eq!(versions("nothing"), Vec::<i64>::new());
    }

    #[test]
    fn options_of_the_address_stay() {
        let scope = "-c%20portico.scope%3Devery";
        assert_eq!(in_every_group("postgres://host/db"), format!("postgres://host/db?options={scope}"));
        assert_eq!(
            in_every_group("postgres://host/db?sslmode=require&options=-csearch_path%3Dx"),
            format!("postgres://host/db?sslmode=require&options=-csearch_path%3Dx%20{scope}")
        );
    }
}
