//! `portico keys`: which keys there are, a first one, a new one in front (S0-21). What is in a file is never touched, and nothing is
//! written over: a key that is missing leaves what it sealed closed, and nothing else.

use std::sync::Arc;

use services::{Services, files::keys, ports::Random as _};

use super::{say, serve, with_database};
use crate::{
    config::{AppUrl, Config, Keys},
    failure::{Code, Failure},
    safe::{KeyRing, SecretKey, key_name},
    start::{KEY_FILE, Post, read_key_file, services, write_key_file},
    world::MachineChance,
};

pub(super) async fn run(config: &Config, what: Keys) -> Result<(), Failure> {
    match what {
        Keys::List => list(config).await,
        Keys::Create => create(config),
        Keys::Rotate { groups } => rotate(config, groups).await,
    }
}

fn ring(config: &Config) -> Result<Option<KeyRing>, Failure> {
    match &config.keys {
        Some(ring) => Ok(Some(ring.clone())),
        None => read_key_file(&config.data_dir),
    }
}

async fn with_services(
    config: &Config,
    act: impl AsyncFnOnce(&Arc<Services>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    with_database(config, async move |database| {
        serve::migrate(database).await?;
        let app_url = AppUrl::local(config.listen_addr.port());
        act(&services(config, database.store(), &app_url, Post::Configured).await?).await
    })
    .await
}

async fn list(config: &Config) -> Result<(), Failure> {
    let Some(ring) = ring(config)? else { return Err(no_key(config)) };
    for (number, key) in ring.all().enumerate() {
        say(&format!("{}  {}", key.name(), if number == 0 { "seals" } else { "opens what is older" }));
    }
    with_services(config, async |services| {
        let report = keys::report(services).await.map_err(|error| failed(&error))?;
        say(&format!("Keys of groups: {} sealed by the first key, {} by older ones.", report.current, report.older));
        if report.missing.is_empty() {
            return Ok(());
        }
        let missing: Vec<_> =
            report.missing.iter().map(|(group, id)| format!("{group} needs {}", key_name(*id))).collect();
        Err(Failure::new(
            Code::Keys,
            format!("keys are missing: {}", missing.join("; ")),
            "The files of these groups cannot be opened until it is back. Nothing of them is lost.",
            "Put the key back as a further line of the key file, from where you keep it apart from your backups.",
        ))
    })
    .await
}

fn create(config: &Config) -> Result<(), Failure> {
    if config.keys.is_some() {
        return Err(Failure::setting("SECRET_KEY", "is set, so no file of keys is used", "Unset it first."));
    }
    if read_key_file(&config.data_dir)?.is_some() {
        return Err(Failure::new(
            Code::Usage,
            format!("there is a {} already", config.data_dir.join(KEY_FILE).display()),
            "Nothing was changed.",
            "To put a new key in front of it: portico keys rotate",
        ));
    }
    let ring = KeyRing::new(SecretKey(MachineChance.secret()), Vec::new());
    write_key_file(&config.data_dir, &ring)?;
    say(&format!("Made {}. Keep a copy of it apart from your backups.", ring.current().name()));
    Ok(())
}

async fn rotate(config: &Config, groups: bool) -> Result<(), Failure> {
    let Some(ring) = ring(config)? else { return Err(no_key(config)) };
    let mut config = config.clone();
    if config.keys.is_none() {
        let turned = ring.turned(SecretKey(MachineChance.secret()));
        // First the file: what the new key seals can be opened, whenever this is broken off.
        write_key_file(&config.data_dir, &turned)?;
        say(&format!("{} seals from now on.", turned.current().name()));
        config.keys = Some(turned);
    }
    with_services(&config, async |services| {
        let sealed = keys::seal_anew(services).await.map_err(|error| failed(&error))?;
        say(&format!("Sealed the keys of groups anew: {sealed}."));
        if groups {
            let files = keys::turn_group_keys(services).await.map_err(|error| failed(&error))?;
            say(&format!("Every group has a new key; sealed the keys of files anew: {files}."));
        }
        say("The older keys still open links that wait to be mailed: keep them in the file for a month.");
        Ok(())
    })
    .await
}

/// Says in the log which groups' files stay closed. The server goes on: nothing else needs the key that is missing.
pub(super) async fn warn_of_missing(services: &Services) -> Result<(), Failure> {
    let report = keys::report(services).await.map_err(|error| failed(&error))?;
    for (group, id) in report.missing {
        tracing::error!(%group, key = key_name(id), "a key is missing: the files of this group stay closed until it is back");
    }
    Ok(())
}

fn no_key(config: &Config) -> Failure {
    Failure::new(
        Code::Files,
        format!("{} is not there", config.data_dir.join(KEY_FILE).display()),
        "Nothing was changed.",
        "Put it back, or make a first one with: portico keys create",
    )
}

fn failed(error: &services::Error) -> Failure {
    Failure::new(
        Code::Database,
        format!("it could not be done: {error}"),
        "What was done by then stays done; nothing was lost.",
        "See the lines above, and run it again.",
    )
}
