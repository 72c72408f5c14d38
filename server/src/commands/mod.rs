//! The commands of the program, one file each.

mod add_group;
mod backup;
mod demo;
mod keys;
mod migrate;
mod restore;
mod serve;
mod verify;

use std::io::{self, Write as _};

use storage::{Database, OpenError};

use crate::{
    config::{Command, Config},
    failure::{Code, Failure},
    log,
};

/// Runs one command to its end.
///
/// # Errors
/// The command's own, in words for the operator.
pub fn run(config: Config, command: Command) -> Result<(), Failure> {
    let to = match command {
        Command::Serve | Command::Demo => log::To::Output,
        _ => log::To::Error,
    };
    log::start(&config, to)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(Code::Fault, format!("the machine gives no threads: {error}"), "", "Check its limits.")
    })?;
    runtime.block_on(async {
        match command {
            Command::Serve => serve::run(&config).await,
            Command::Migrate => migrate::run(&config).await,
            Command::Backup { file } => backup::run(&config, &file).await,
            Command::Restore { file } => restore::run(&config, &file).await,
            Command::AddGroup(group) => add_group::run(&config, group).await,
            Command::AddOwner(owner) => add_group::run_owner(&config, owner).await,
            Command::Keys(keys) => keys::run(&config, keys).await,
            Command::Verify { head } => verify::run(&config, &head).await,
            Command::Demo => demo::run(&config).await,
        }
    })
}

/// Says a line to whoever ran the command.
fn say(line: &str) {
    // Nobody to tell when the output is closed.
    let _ = writeln!(io::stdout(), "{line}");
}

async fn open(config: &Config) -> Result<Database, Failure> {
    storage::open(&config.database).await.map_err(|error| database(&error))
}

/// A database that cannot be opened, in words for the operator. Storage's own words say what to do.
fn database(error: &OpenError) -> Failure {
    let code = match error {
        OpenError::BadUrl(_) => Code::Usage,
        OpenError::NewerSchema => Code::NewerSchema,
        OpenError::Folder { .. } | OpenError::File { .. } | OpenError::TargetExists(_) => Code::Files,
        _ => Code::Database,
    };
    let mut cause = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        cause = error.to_string();
        source = error.source();
    }
    let detail = if cause.is_empty() { cause } else { format!("The cause: {cause}") };
    Failure::new(code, error.to_string(), detail, "Nothing was changed.")
}

/// Runs `work` and closes the database behind it, whatever came out.
async fn with_database<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Database) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = open(config).await?;
    let outcome = work(&database).await;
    database.close().await;
    outcome
}

/// Ends when the operating system asks the program to stop.
async fn asked_to_stop() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = ctrl_c => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
