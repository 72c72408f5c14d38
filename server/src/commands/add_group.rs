//! `portico add-group`: another practice group on the same server. Safe while it runs.

use domain::{practice::NewPracticeForm, user::Added};
use services::set_up;

use super::{say, serve, with_database};
use crate::{
    config::{AddGroup, AppUrl, Config},
    failure::{Code, Failure},
    start::{Post, services},
};

pub(super) async fn run(config: &Config, group: AddGroup) -> Result<(), Failure> {
    with_database(config, async move |database| {
        serve::migrate(database).await?;
        let app_url = config.app_url.clone().unwrap_or_else(|| AppUrl::local(config.listen_addr.port()));
        let services = services(config, database.store(), &app_url, Post::Configured)?;
        let form = NewPracticeForm {
            group_name: group.name,
            location_name: group.location,
            time_zone: group.time_zone,
            first_name: group.first_name,
            last_name: group.last_name,
            practises: if group.practises { "yes".to_owned() } else { String::new() },
            ..NewPracticeForm::default()
        };
        let added = set_up::add_group(&services, &form, &group.owner).await.map_err(|error| wrong(&error))?;
        let (name, owner, origin) = (form.group_name, group.owner, app_url.origin());
        say(&match added {
            Added::Joined(_) => {
                format!("{name} is there. {owner} sets a password at {origin}/console/forgot-password and signs in.")
            }
            Added::Invited(_) => {
                format!("{name} is there. {owner} has an account, and is asked to join after signing in.")
            }
        });
        Ok(())
    })
    .await
}

/// In words for the operator: what is wrong with which of the flags.
fn wrong(error: &services::Error) -> Failure {
    match error {
        services::Error::Invalid(invalid) => {
            let fields: Vec<_> = invalid
                .fields
                .iter()
                .map(|entry| format!("{}: {}", entry.field.replace('_', "-"), app::words::problem(entry.problem)))
                .collect();
            Failure::new(Code::Usage, "the group cannot be added".to_owned(), fields.join("; "), "Nothing was changed.")
        }
        services::Error::Conflict(conflict) => {
            let why = app::words::conflict(*conflict);
            Failure::new(Code::Usage, "the group cannot be added".to_owned(), why, "Nothing was changed.")
        }
        other => Failure::new(Code::Database, format!("the group could not be added: {other}"), "", "Try again."),
    }
}
