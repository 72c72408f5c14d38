//! Door: the first run.
#![allow(clippy::too_many_arguments, reason = "a plain form posts flat fields; not every build sees the function")]

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, domain::practice::NewPracticeForm, services::set_up};

/// Makes the group, its first location and its owner, and signs the owner in.
#[server(endpoint = "set_up")]
pub async fn set_up(
    code: String,
    group_name: String,
    #[server(default)] group_phone: String,
    location_name: String,
    time_zone: String,
    #[server(default)] title: String,
    first_name: String,
    last_name: String,
    #[server(default)] profession: String,
    #[server(default)] practises: String,
    email: String,
    email_again: String,
    password: String,
) -> Result<(), AppError> {
    let form = NewPracticeForm {
        group_name,
        group_phone,
        location_name,
        time_zone,
        title,
        first_name,
        last_name,
        profession,
        practises,
    };
    answer("", |ctx| async move { set_up::set_up(&ctx, &code, &form, &email, &email_again, &password).await }).await?;
    leptos_axum::redirect("/console");
    Ok(())
}
