//! Practices that ask the person to join them (S4-31), with yes and no (S4-32).

use domain::{
    ids::UserId,
    user::{Offer, Offers as Asked},
};
use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    api,
    components::{Button, Icon, Kind, When},
    console::{desk::use_desk, frame::focus_on_title, load::load, words},
};

/// The list; nothing when nobody asks. `some` learns whether somebody does.
#[component]
pub fn Offers(some: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let rung = desk.rung();
    let offers = load(move || api::refresh(rung.again(), api::memberships::offers()));
    let value = offers.value();
    Effect::new(move || some.set(value.with(|offers| offers.as_ref().is_some_and(|offers| !offers.is_empty()))));
    let answering = RwSignal::new(None::<UserId>);
    let place = NodeRef::<html::Div>::new();
    let answered = StoredValue::new(false);
    // The button that was pressed is gone with its line: the focus goes on from where it stood.
    Effect::new(move || {
        value.track();
        if answered.try_update_value(std::mem::take) == Some(true) {
            request_animation_frame(move || focus_on(place));
        }
    });
    let answer = move |user: UserId, join: bool, group: String| {
        if answering.get_untracked().is_some() {
            return;
        }
        answering.set(Some(user));
        spawn_local(async move {
            let answer = if join { api::memberships::accept(user).await } else { api::memberships::reject(user).await };
            let _ = answering.try_set(None);
            answered.try_set_value(answer.is_ok());
            match answer {
                Ok(()) if join => {
                    desk.look_at_groups();
                    desk.toasts.say(words::joined(&group));
                }
                Ok(()) => desk.toasts.say(words::declined(&group)),
                Err(error) => desk.refused(&error),
            }
            desk.look_at_bell();
            // The bell and the page may both show it.
            desk.rings.update(|rings| *rings += 1);
        });
    };
    let line = move |offer: Offer| {
        let user = offer.user;
        let (yes, no) = (offer.group_name.clone(), offer.group_name.clone());
        let (accept, reject) = (words::join_named(&offer.group_name), words::decline_named(&offer.group_name));
        let busy = Signal::derive(move || answering.get() == Some(user));
        view! {
            <li class="line offer">
                <Icon name="building-2"/>
                <div>
                    <p class="line-text" dir="auto">{words::offer(&offer)}</p>
                    <When at=offer.at/>
                    <div class="buttons">
                        <Button kind=Kind::Main busy=busy name=accept press=move |_| answer(user, true, yes.clone())>
                            {words::ACCEPT}
                        </Button>
                        <Button busy=busy name=reject press=move |_| answer(user, false, no.clone())>
                            {words::REJECT}
                        </Button>
                    </div>
                </div>
            </li>
        }
    };
    let list = move || {
        let Asked { list, unproven } = value.get().filter(|offers| !offers.is_empty())?;
        if unproven {
            return Some(view! { <ul class="lines offers" aria-label=words::OFFERS><Unproven/></ul> }.into_any());
        }
        let lines: Vec<_> = list.into_iter().map(line).collect();
        Some(view! { <ul class="lines offers" aria-label=words::OFFERS>{lines}</ul> }.into_any())
    };
    view! { <div tabindex="-1" class="offers-place" node_ref=place>{list}</div> }
}

/// In place of what is not shown yet: why, and how to come to see it.
#[component]
fn Unproven() -> impl IntoView {
    let desk = use_desk();
    let (busy, sent) = (RwSignal::new(false), RwSignal::new(false));
    let send = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::memberships::prove_mailbox().await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    let _ = sent.try_set(true);
                    desk.toasts.say(words::PROOF_SENT);
                }
                Err(error) => desk.refused(&error),
            }
        });
    };
    view! {
        <li class="line offer">
            <Icon name="building-2"/>
            <div>
                <p class="line-text">{words::ASKED_UNPROVEN}</p>
                <p class="line-note">{move || if sent.get() { words::PROOF_SENT } else { words::PROOF_WHY }}</p>
                <div class="buttons">
                    <Button kind=Kind::Main busy=busy press=send>
                        {move || if sent.get() { words::PROOF_AGAIN } else { words::PROOF_SEND }}
                    </Button>
                </div>
            </div>
        </li>
    }
}

/// Puts the focus there, or when nothing is left there on the page's title.
fn focus_on(place: NodeRef<html::Div>) {
    let lost = || document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    // Whoever went on meanwhile is left alone.
    if let Some(place) = place.get_untracked().filter(|_| lost()) {
        let _ = place.focus();
    }
    if lost() {
        focus_on_title();
    }
}

/// The list on a card of its own; no card when nobody asks.
#[component]
pub fn OffersCard(some: RwSignal<bool>) -> impl IntoView {
    view! { <div class="card offers-card" hidden=move || !some.get()><Offers some=some/></div> }
}
