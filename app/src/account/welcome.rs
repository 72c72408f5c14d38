//! `/welcome`: at the console's door, signed in and not let in yet. First a password of one's own in place of the temporary
//! one (PR-21), then practices that ask one to join (S4-31, S4-32).

use domain::{
    account::Door,
    user::{Membership, Offer, Offers},
    views::Lobby,
};
use leptos::prelude::*;

use super::{Gate, words as say};
use crate::{
    api,
    components::{Button, Kind, PasswordField, Username},
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
    shell::Trouble,
};

const HERE: &str = "/welcome";
const CHOOSE: &str = "/api/passwords/choose";
const ANSWER: &str = "/api/memberships/answer";
const SIGN_OUT: &str = "/api/account/sign_out";

/// The page.
#[component]
pub fn Welcome() -> impl IntoView {
    let (chosen, answered) = (Answer::of(CHOOSE), Answer::of(ANSWER));
    Suspend::new(async move {
        match api::memberships::lobby().await {
            Ok(lobby) => view! { <WelcomeView lobby=lobby chosen=chosen answered=answered/> }.into_any(),
            Err(error) => {
                if error == AppError::NotSignedIn {
                    leptos_axum::redirect(Door::Console.sign_in());
                }
                view! { <Trouble error=error/> }.into_any()
            }
        }
    })
}

/// The page, once it is known what somebody waits for.
#[component]
pub fn WelcomeView(
    /// What they wait for.
    lobby: Lobby,
    /// What came back of the password.
    chosen: Answer,
    /// What came back of an answer to a practice.
    answered: Answer,
) -> impl IntoView {
    let Lobby { email, temporary_password, offers, groups } = lobby;
    let signed_in_as = email.clone();
    let foot = Box::new(move || view! { <p>{say::SIGNED_IN_AS}" "<b>{signed_in_as}</b></p> }.into_any());
    if temporary_password {
        return view! {
            <Gate title=say::OWN_PASSWORD_TITLE lead=say::OWN_PASSWORD_LEAD foot=foot>
                <DoorForm door=CHOOSE page=HERE>
                    <Refused answer=chosen.clone()/>
                    <Username email=email/>
                    <PasswordField
                        name="password"
                        label=say::NEW_PASSWORD
                        new=true
                        hint=say::PASSWORD_HINT
                        error=chosen.error("password")
                    />
                    <div class="form-end">
                        <Button kind=Kind::Main submit=true>{say::OWN_PASSWORD}</Button>
                    </div>
                </DoorForm>
                <Leave/>
            </Gate>
        }
        .into_any();
    }
    if offers.is_empty() && groups.is_empty() {
        return view! {
            <Gate title=say::NO_OFFER_TITLE lead=say::NO_OFFER_LEAD foot=foot>
                <Refused answer=answered/>
                <Leave/>
            </Gate>
        }
        .into_any();
    }
    let Offers { list: offers, unproven } = offers;
    let (title, lead) = if !offers.is_empty() {
        (say::OFFERS_TITLE, say::OFFERS_LEAD)
    } else if unproven && groups.is_empty() {
        (say::OFFERS_TITLE, say::UNPROVEN_LEAD)
    } else {
        (say::GROUPS_TITLE, say::GROUPS_LEAD)
    };
    let open = groups.into_iter().map(|group| view! { <GroupCard group=group/> }).collect_view();
    let cards = offers.into_iter().map(|offer| view! { <OfferCard offer=offer/> }).collect_view();
    view! {
        <Gate title=title lead=lead foot=foot>
            <Refused answer=answered/>
            {open}
            {cards}
            {unproven.then(|| view! { <Unproven/> })}
            <Leave/>
        </Gate>
    }
    .into_any()
}

/// One practice, with yes and no.
#[component]
fn OfferCard(offer: Offer) -> impl IntoView {
    let Offer { user, group_name, level, .. } = offer;
    let (join, decline) = (say::join_named(&group_name), say::decline_named(&group_name));
    view! {
        <section class="gate-offer">
            <h2 dir="auto">{group_name}</h2>
            <p class="form-note">{say::offered(level)}</p>
            <DoorForm door=ANSWER page=HERE>
                <Hidden name="user" value=user.to_string()/>
                <div class="form-end">
                    <Button kind=Kind::Main submit=true attr:name="join" attr:value="yes" attr:aria-label=join>{say::JOIN}</Button>
                    <Button submit=true attr:aria-label=decline>{say::DECLINE}</Button>
                </div>
            </DoorForm>
        </section>
    }
}

/// In place of practices that are not shown yet: why, and the way to come to see them.
#[component]
fn Unproven() -> impl IntoView {
    view! {
        <section class="gate-offer">
            <h2>{say::UNPROVEN_TITLE}</h2>
            <p class="form-note">{say::UNPROVEN}</p>
            <p><a href="/console/forgot-password">{say::UNPROVEN_LINK}</a></p>
        </section>
    }
}

/// A practice that was joined already, to go in.
#[component]
fn GroupCard(group: Membership) -> impl IntoView {
    let Membership { user, group_name, profession } = group;
    view! {
        <section class="gate-offer">
            <h2 dir="auto">{group_name}</h2>
            <p class="form-note">{profession}</p>
            <DoorForm door=ANSWER page=HERE>
                <Hidden name="user" value=user.to_string()/>
                <Hidden name="join" value="yes"/>
                <div class="form-end">
                    <Button kind=Kind::Main submit=true>{say::TO_CONSOLE}</Button>
                </div>
            </DoorForm>
        </section>
    }
}

/// The way out.
#[component]
fn Leave() -> impl IntoView {
    view! {
        <div class="gate-else">
            <p>{say::LATER}</p>
            <DoorForm door=SIGN_OUT page=HERE>
                <Button submit=true>{say::SIGN_OUT}</Button>
            </DoorForm>
        </div>
    }
}
