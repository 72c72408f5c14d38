//! `portico serve`: brings the database up to date, then serves until told to stop.

use services::{audit, set_up};
use storage::Database;
use tokio::net::TcpListener;

use super::{asked_to_stop, database, keys, with_database};
use crate::{
    config::{AppUrl, Config},
    failure::{Code, Failure},
    http::{Settings, edge, files::Site},
    start::{Post, Running, cannot_listen, services, start},
};

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let (listener, app_url) = listen(config)?;
    with_database(config, async move |database| {
        migrate(database).await?;
        let services = services(config, database.store(), &app_url, Post::Configured).await?;
        audit::catch_up(&services).await.map_err(|error| silent(&error))?;
        keys::warn_of_missing(&services).await?;
        let needs_set_up = set_up::needed(&services).await.map_err(|error| silent(&error))?;
        let settings =
            Settings { app_url: app_url.clone(), client_ip_header: config.client_ip_header.clone(), mailbox: None };
        let running = start(&services, settings, listener)?;
        announce(&running, &app_url);
        if needs_set_up {
            let (place, code) = (format!("{}/set-up", app_url.origin()), &services.set_up_code);
            tracing::info!(place, code, "nothing is set up yet: open this page and type this code");
        }
        asked_to_stop().await;
        tracing::info!("stopping");
        running.stop().await;
        Ok(())
    })
    .await
}

fn silent(error: &services::Error) -> Failure {
    let what = format!("the database does not answer: {error}");
    Failure::new(Code::Database, what, "", "Check it and try again.")
}

/// Takes the address before the database is touched: what cannot be served is not changed.
pub(super) fn listen(config: &Config) -> Result<(TcpListener, AppUrl), Failure> {
    let wrong = |error: &std::io::Error| cannot_listen(&config.listen_addr.to_string(), error);
    let listener = edge::listen(config.listen_addr).map_err(|error| wrong(&error))?;
    let port = listener.local_addr().map_err(|error| wrong(&error))?.port();
    Ok((listener, config.app_url.clone().unwrap_or_else(|| AppUrl::local(port))))
}

pub(super) async fn migrate(database: &Database) -> Result<(), Failure> {
    database.migrate().await.map_err(|error| self::database(&error)).map(drop)
}

pub(super) fn announce(running: &Running, app_url: &AppUrl) {
    if Site::embedded().is_empty() {
        tracing::warn!("this program was built without its stylesheets and scripts; pages work but look bare");
    }
    if !running.address.ip().is_loopback() && app_url.loopback() {
        tracing::warn!("APP_URL is not set: only this machine itself is answered");
    }
    tracing::info!(listening = %running.address, address = app_url.origin(), "serving");
}
