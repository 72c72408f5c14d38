//! Behind an invitation's link: who invites, what it means, what to do. Nobody learns from it who the patient is.

use domain::{account::Door, invitation::LinkPage, time::Time};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::Ctx;

use super::{
    Gate,
    gate::CallPractice,
    sign_in::{self, SignInForm},
    words as say,
};
use crate::{
    api,
    components::{Button, Kind, LinkButton, Notice, PasswordField, Tone},
    dates,
    forms::{Answer, DoorForm, Hidden, Refused},
    portal::Opened,
    shell::Trouble,
};

const ACCEPT: &str = "/api/invitations/accept";
const CONFIRM: &str = "/api/invitations/confirm";
const RENEW: &str = "/api/invitations/renew";
const SIGN_OUT: &str = "/api/account/sign_out";

/// The page.
#[component]
pub fn Invitation() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    let now = use_context::<Ctx>().map(|ctx| ctx.now());
    Suspend::new(async move {
        match api::invitations::link_page(token.clone()).await {
            Ok(page) => view! { <InvitationView page=page token=token now=now/> }.into_any(),
            Err(error) => view! { <Trouble error=error/> }.into_any(),
        }
    })
}

/// The page, once it is known where the invitation stands.
#[component]
pub fn InvitationView(
    /// Where it stands.
    page: LinkPage,
    /// The link's token.
    token: String,
    /// What time it is, to say how long the link still works.
    now: Option<Time>,
) -> impl IntoView {
    let here = format!("/invitation/{token}");
    match page {
        LinkPage::Unknown => view! {
            <Gate title=say::UNKNOWN_TITLE lead=say::UNKNOWN_LEAD>
                <div class="form-end">
                    <LinkButton href="/sign-in">{say::BACK_TO_SIGN_IN}</LinkButton>
                </div>
            </Gate>
        }
        .into_any(),
        LinkPage::SetPassword { practice, expires_at, other_signed_in } => {
            let answer = Answer::of(ACCEPT);
            let left = now.map(|now| say::works_for(&dates::left(expires_at, now)));
            view! {
                <Gate title=say::invites(&practice) lead=say::INVITES_LEAD foot=Box::new(move || unexpected(left).into_any())>
                    {other_signed_in.then(|| view! {
                        <Notice tone=Tone::Warn title=say::OTHER_TITLE><p>{say::OTHER_LEAVES}</p></Notice>
                    })}
                    <DoorForm door=ACCEPT page=here>
                        <Refused answer=answer.clone()/>
                        <Hidden name="token" value=token/>
                        <h2>{say::FIRST_PASSWORD}</h2>
                        <p class="form-note">{say::FIRST_PASSWORD_EMAIL}</p>
                        <PasswordField
                            name="password"
                            label=say::PASSWORD
                            new=true
                            hint=say::PASSWORD_HINT
                            error=answer.error("password")
                        />
                        <div class="form-end">
                            <Button kind=Kind::Main submit=true>{say::ACCEPT}</Button>
                        </div>
                    </DoorForm>
                    <Opened/>
                </Gate>
            }
            .into_any()
        }
        LinkPage::Confirm { practice, email } => view! {
            <Gate title=say::invites(&practice) lead=say::CONFIRM_LEAD foot=Box::new(|| unexpected(None).into_any())>
                <DoorForm door=CONFIRM page=here.clone()>
                    <Refused answer=Answer::of(CONFIRM)/>
                    // PX-10: which account it is.
                    <p class="form-note">{say::CONFIRM_AS}" "<b>{email}</b></p>
                    <Hidden name="token" value=token/>
                    <div class="form-end">
                        <Button kind=Kind::Main submit=true>{say::ACCEPT}</Button>
                    </div>
                </DoorForm>
                <div class="gate-else">
                    <p>{say::NOT_YOU}</p>
                    <DoorForm door=SIGN_OUT page=here.clone()>
                        <Hidden name="next" value=here/>
                        <Button submit=true>{say::SIGN_OUT}</Button>
                    </DoorForm>
                </div>
                <Opened/>
            </Gate>
        }
        .into_any(),
        LinkPage::SignIn { practice, other_signed_in: false } => view! {
            <Gate title=say::invites(&practice) lead=say::HAVE_ACCOUNT foot=Box::new(|| unexpected(None).into_any())>
                <SignInForm
                    door=Door::Portal
                    page=here.clone()
                    next=here
                    answer=Answer::of(sign_in::DOOR)
                    button=say::SIGN_IN_TO_ACCEPT
                />
                <Opened/>
            </Gate>
        }
        .into_any(),
        LinkPage::SignIn { practice, other_signed_in: true } => view! {
            <Gate title=say::invites(&practice) foot=Box::new(|| unexpected(None).into_any())>
                <Notice tone=Tone::Warn title=say::OTHER_TITLE><p>{say::OTHER_LEAD}</p></Notice>
                <DoorForm door=SIGN_OUT page=here.clone()>
                    <Hidden name="next" value=here/>
                    <div class="form-end">
                        <Button kind=Kind::Main submit=true>{say::SIGN_OUT}</Button>
                    </div>
                </DoorForm>
                <Opened/>
            </Gate>
        }
        .into_any(),
        LinkPage::PractitionerNow { practice, phone } => view! {
            <Gate title=say::PRACTITIONER_TITLE lead=say::practitioner(&practice)>
                <CallPractice phone=phone/>
            </Gate>
        }
        .into_any(),
        LinkPage::Used { practice, phone } => view! {
            <Gate title=say::USED_TITLE lead=say::used(&practice)>
                <div class="form-end">
                    <LinkButton href="/sign-in" kind=Kind::Main>{say::SIGN_IN}</LinkButton>
                    <CallPractice phone=phone/>
                </div>
            </Gate>
        }
        .into_any(),
        LinkPage::Expired { practice, phone } => view! {
            <Gate title=say::EXPIRED_TITLE lead=say::expired(&practice)>
                <DoorForm door=RENEW page=here>
                    <Refused answer=Answer::of(RENEW)/>
                    <Hidden name="token" value=token/>
                    <div class="form-end">
                        <Button kind=Kind::Main submit=true icon="send">{say::RENEW}</Button>
                        <CallPractice phone=phone/>
                    </div>
                </DoorForm>
            </Gate>
        }
        .into_any(),
        LinkPage::Revoked { practice, phone } => view! {
            <Gate title=say::REVOKED_TITLE lead=say::revoked(&practice)>
                <CallPractice phone=phone/>
            </Gate>
        }
        .into_any(),
    }
}

fn unexpected(left: Option<String>) -> impl IntoView {
    view! {
        {left.map(|left| view! { <p>{left}</p> })}
        <p>{say::UNEXPECTED}</p>
    }
}

/// After a fresh link was asked for: the same whatever became of the invitation.
#[component]
pub fn FreshLinkSent() -> impl IntoView {
    view! {
        <Gate title=say::FRESH_TITLE lead=say::FRESH_LEAD>
            <p class="gate-help">{say::SENT_HELP}</p>
            <div class="form-end">
                <LinkButton href="/sign-in">{say::BACK_TO_SIGN_IN}</LinkButton>
            </div>
        </Gate>
    }
}
