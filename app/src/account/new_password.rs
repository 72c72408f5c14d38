//! Behind a link that sets a password.

use domain::views::PasswordLinkPage;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{Gate, words as say};
use crate::{
    api,
    components::{Button, Kind, LinkButton, Notice, PasswordField},
    forms::{Answer, DoorForm, Hidden, Refused},
    shell::Trouble,
};

const DOOR: &str = "/api/passwords/set_by_link";

/// The page.
#[component]
pub fn NewPassword() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    let answer = Answer::of(DOOR);
    Suspend::new(async move {
        match api::passwords::link_page(token.clone()).await {
            Ok(page) => view! { <NewPasswordView page=page token=token answer=answer/> }.into_any(),
            Err(error) => view! { <Trouble error=error/> }.into_any(),
        }
    })
}

/// The page, once it is known what the link is worth.
#[component]
pub fn NewPasswordView(
    /// What the link is worth.
    page: PasswordLinkPage,
    /// The link's token.
    token: String,
    /// What came back.
    answer: Answer,
) -> impl IntoView {
    let PasswordLinkPage::Live { accepts } = page else {
        return view! {
            <Gate title=say::DEAD_TITLE lead=say::DEAD_LEAD>
                <div class="form-end">
                    <LinkButton href="/forgot-password" kind=Kind::Main>{say::ASK_AGAIN}</LinkButton>
                    <a href="/sign-in">{say::BACK_TO_SIGN_IN}</a>
                </div>
            </Gate>
        }
        .into_any();
    };
    let here = format!("/new-password/{token}");
    view! {
        <Gate title=say::CHOOSE_TITLE lead=say::CHOOSE_LEAD>
            <DoorForm door=DOOR page=here>
                <Refused answer=answer.clone()/>
                {(!accepts.is_empty()).then(|| view! { <Notice><p>{say::accepts(&accepts)}</p></Notice> })}
                <Hidden name="token" value=token/>
                <PasswordField
                    name="password"
                    label=say::NEW_PASSWORD
                    new=true
                    hint=say::PASSWORD_HINT
                    error=answer.error("password")
                />
                <div class="form-end">
                    <Button kind=Kind::Main submit=true>{say::CHOOSE}</Button>
                </div>
            </DoorForm>
        </Gate>
    }
    .into_any()
}
