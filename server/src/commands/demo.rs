//! `portico demo`: fills an empty database with a practice that does not exist, and serves it.

use std::sync::Arc;

use services::{demo, set_up};

use super::{asked_to_stop, say, serve, with_database};
use crate::{
    config::Config,
    failure::{Code, Failure},
    http::Settings,
    mail::{Mailbox, mailbox::write_atomically},
    start::{Post, cannot_write, services, start},
};

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let (listener, app_url) = serve::listen(config)?;
    with_database(config, async move |database| {
        serve::migrate(database).await?;
        let mailbox = match &config.smtp {
            Some(_) => None,
            None => {
                let folder = config.data_dir.join("mailbox");
                let mailbox = Mailbox::open(&folder, app_url.host()).map_err(|error| cannot_write(&folder, &error))?;
                Some(Arc::new(mailbox))
            }
        };
        let post = mailbox.clone().map_or(Post::Configured, Post::Caught);
        let services = services(config, database.store(), &app_url, post).await?;
        let trouble = |error: services::Error| {
            Failure::new(Code::Database, format!("the demo could not be made: {error}"), "", "Check the database.")
        };
        // A mailbox page shows every mail to everybody: never in front of a real practice.
        let marker = config.data_dir.join("demo");
        if set_up::needed(&services).await.map_err(trouble)? {
            write_atomically(&marker, b"made by `portico demo`\n").map_err(|error| cannot_write(&marker, &error))?;
        } else if !marker.exists() {
            return Err(Failure::new(
                Code::Usage,
                format!("{} holds a practice that `portico demo` did not make", config.database),
                "The demo shows every mail to everybody, so it does not serve it. Nothing was changed.",
                "Use `portico serve`, or set DATA_DIR to an empty folder.",
            ));
        }
        let people = demo::fill(&services).await.map_err(trouble)?;
        let settings = Settings {
            app_url: app_url.clone(),
            client_ip_header: config.client_ip_header.clone(),
            mailbox: mailbox.clone(),
        };
        let running = start(&services, settings, listener)?;
        serve::announce(&running, &app_url);
        let origin = app_url.origin();
        say("");
        say(&format!("  Console   {origin}/console"));
        say(&format!("  Portal    {origin}/"));
        if mailbox.is_some() {
            say(&format!("  Mailbox   {origin}/demo/mailbox"));
        }
        say("");
        for person in people {
            say(&format!("  {:<56} {:<32} {}", person.who, person.email, person.password));
        }
        say("");
        say("  Ctrl+C stops it. What you do is kept; to start afresh, delete the data folder.");
        say("");
        asked_to_stop().await;
        running.stop().await;
        Ok(())
    })
    .await
}
