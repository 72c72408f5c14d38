//! Asking for a link that sets a password, and what is said afterwards: the same to everybody (AN-04).

use domain::account::Door;
use leptos::prelude::*;

use super::{Gate, words as say};
use crate::{
    components::{Button, Kind, LinkButton, TextField},
    forms::{Answer, DoorForm, Hidden, Refused},
};

const DOOR: &str = "/api/passwords/request_link";

const fn page(door: Door) -> &'static str {
    match door {
        Door::Portal => "/forgot-password",
        Door::Console => "/console/forgot-password",
    }
}

/// Asks for the address.
#[component]
pub fn ForgotPassword(
    /// From which side.
    door: Door,
) -> impl IntoView {
    let answer = Answer::of(DOOR);
    view! {
        <Gate title=say::FORGOT_TITLE lead=say::FORGOT_LEAD>
            <DoorForm door=DOOR page=page(door)>
                <Refused answer=answer.clone()/>
                <Hidden name="door" value=door.code()/>
                <TextField
                    name="email"
                    label=say::EMAIL
                    kind="email"
                    autocomplete="username"
                    required=true
                    autofocus=answer.refusal().is_none()
                    value=answer.value("email")
                    error=answer.error("email")
                />
                <div class="form-end">
                    <Button kind=Kind::Main submit=true>{say::SEND_LINK}</Button>
                    <a href=door.sign_in()>{say::BACK_TO_SIGN_IN}</a>
                </div>
            </DoorForm>
        </Gate>
    }
}

/// What is said afterwards.
#[component]
pub fn LinkSent(
    /// From which side.
    door: Door,
) -> impl IntoView {
    view! {
        <Gate title=say::SENT_TITLE lead=say::SENT_LEAD>
            <p class="gate-help">{say::SENT_HELP}</p>
            <div class="form-end">
                <LinkButton href=door.sign_in()>{say::BACK_TO_SIGN_IN}</LinkButton>
                <a href=page(door)>{say::ASK_AGAIN}</a>
            </div>
        </Gate>
    }
}
