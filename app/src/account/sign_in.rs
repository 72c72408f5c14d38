//! `/sign-in` and `/console/sign-in`: two doors of one house.

use domain::account::Door;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use services::Ctx;

use super::{Gate, words as say};
use crate::portal::Draft;
use crate::{
    components::{Button, Kind, PasswordField, TextField},
    forms::{Answer, DoorForm, Hidden, Refused},
};

/// The page.
#[component]
pub fn SignIn(
    /// Which door.
    door: Door,
) -> impl IntoView {
    let answer = Answer::of(DOOR);
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let next = answer.value_or("next", &next);
    // Whoever is still signed in did not sign out: a link of somebody else's forgets nothing.
    let nobody = use_context::<Ctx>().is_none_or(|ctx| ctx.actor().is_err());
    let signed_out = nobody && use_query_map().with_untracked(|query| query.get("signed-out").is_some());
    let lead = if signed_out { say::SIGNED_OUT } else { "" };
    let eyebrow = match door {
        Door::Portal => say::SIGN_IN_PORTAL,
        Door::Console => say::SIGN_IN_CONSOLE,
    };
    view! {
        <Gate title=say::SIGN_IN eyebrow=eyebrow lead=lead foot=Box::new(move || view! { <OtherDoor door=door/> }.into_any())>
            // What was typed is not kept for the next person.
            {signed_out.then(|| view! { <Draft records=Vec::new() signed_out=true/> })}
            <SignInForm door=door page=door.sign_in() next=next answer=answer button=say::SIGN_IN/>
        </Gate>
    }
}

/// Where the form goes.
pub const DOOR: &str = "/api/account/sign_in";

/// Email, password, button; also on the page of an invitation to somebody who has an account.
#[component]
pub fn SignInForm(
    /// Which door.
    door: Door,
    /// The page the form stands on.
    #[prop(into)]
    page: String,
    /// Where to go on to.
    #[prop(into)]
    next: String,
    /// What came back.
    answer: Answer,
    /// What the button says.
    button: &'static str,
) -> impl IntoView {
    let forgot = match door {
        Door::Portal => "/forgot-password",
        Door::Console => "/console/forgot-password",
    };
    view! {
        <DoorForm door=DOOR page=page>
            <Refused answer=answer.clone()/>
            <Hidden name="door" value=door.code()/>
            <Hidden name="next" value=next/>
            <div class="fields">
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
                <PasswordField name="password" label=say::PASSWORD error=answer.error("password")/>
            </div>
            <div class="form-end">
                <Button kind=Kind::Main submit=true>{button}</Button>
                <a href=forgot>{say::FORGOT}</a>
            </div>
        </DoorForm>
    }
}

#[component]
fn OtherDoor(door: Door) -> impl IntoView {
    match door {
        Door::Portal => view! {
            <p>{say::NO_ACCOUNT}</p>
            <p>{say::OTHER_CONSOLE}" "<a href=Door::Console.sign_in()>{say::TO_CONSOLE_DOOR}</a></p>
            <p><a href="/help">{say::HELP}</a></p>
        }
        .into_any(),
        Door::Console => view! {
            <p>{say::OTHER_PORTAL}" "<a href=Door::Portal.sign_in()>{say::TO_PORTAL_DOOR}</a></p>
            <p><a href="/help/practice">{say::HELP_PRACTICE}</a></p>
        }
        .into_any(),
    }
}
