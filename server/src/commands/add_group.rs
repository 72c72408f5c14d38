//! `portico add-group` and `portico add-owner`: another practice group on the same server, and another owner of one. Safe
//! while it runs.

use std::sync::Arc;

use domain::{practice::NewPracticeForm, user::Added};
use services::{Services, set_up};

use super::{say, serve, with_database};
use crate::{
    config::{AddGroup, AddOwner, AppUrl, Config, Owner},
    failure::{Code, Failure},
    start::{Post, services},
};

pub(super) async fn run(config: &Config, group: AddGroup) -> Result<(), Failure> {
    with_services(config, async move |services, app_url| {
        let form = NewPracticeForm {
            group_name: group.name,
            location_name: group.location,
            time_zone: group.time_zone,
            ..form(&group.owner)
        };
        let (id, added) =
            set_up::add_group(services, &form, &group.owner.owner).await.map_err(|error| wrong(&error))?;
        say(&format!("{} ({id}) is there. {}", form.group_name, next(added, &group.owner.owner, app_url)));
        Ok(())
    })
    .await
}

pub(super) async fn run_owner(config: &Config, command: AddOwner) -> Result<(), Failure> {
    with_services(config, async move |services, app_url| {
        let added = set_up::add_owner(services, command.group, &form(&command.owner), &command.owner.owner).await;
        say(&next(added.map_err(|error| wrong(&error))?, &command.owner.owner, app_url));
        Ok(())
    })
    .await
}

async fn with_services(
    config: &Config,
    act: impl AsyncFnOnce(&Arc<Services>, &AppUrl) -> Result<(), Failure>,
) -> Result<(), Failure> {
    with_database(config, async move |database| {
        serve::migrate(database).await?;
        let app_url = config.app_url.clone().unwrap_or_else(|| AppUrl::local(config.listen_addr.port()));
        let services = services(config, database.store(), &app_url, Post::Configured).await?;
        act(&services, &app_url).await
    })
    .await
}

fn form(owner: &Owner) -> NewPracticeForm {
    NewPracticeForm {
        first_name: owner.first_name.clone(),
        last_name: owner.last_name.clone(),
        practises: if owner.practises { "yes".to_owned() } else { String::new() },
        ..NewPracticeForm::default()
    }
}

/// What the owner does next.
fn next(added: Added, owner: &str, app_url: &AppUrl) -> String {
    match added {
        Added::Joined(_) => {
            format!("{owner} sets a password at {}/console/forgot-password and signs in.", app_url.origin())
        }
        Added::Invited(_) => format!("{owner} has an account, and is asked to join after signing in."),
    }
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
            Failure::new(Code::Usage, "nothing can be added".to_owned(), fields.join("; "), "Nothing was changed.")
        }
        services::Error::Conflict(conflict) => {
            let why = app::words::conflict(*conflict);
            Failure::new(Code::Usage, "nothing can be added".to_owned(), why, "Nothing was changed.")
        }
        services::Error::NotFound => Failure::new(
            Code::Usage,
            "there is no such group".to_owned(),
            "",
            "`portico verify` prints the ids of all groups (grp_...).",
        ),
        other => Failure::new(Code::Database, format!("nothing could be added: {other}"), "", "Try again."),
    }
}
