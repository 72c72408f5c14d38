//! `portico migrate`: brings the database up to date and stops.

use super::{say, serve, with_database};
use crate::{config::Config, failure::Failure};

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    with_database(config, async |database| {
        serve::migrate(database).await?;
        say(&format!("{} is up to date.", config.database));
        Ok(())
    })
    .await
}
