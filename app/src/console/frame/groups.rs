//! The practice groups that the person works in, and going from one to another without signing in again (S4-12).

use domain::{ids::UserId, user::Membership};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{Icon, Menu},
    console::{desk::use_desk, drafts, words},
    error::AppError,
};

/// The switcher; nothing for who works in one group only.
#[component]
pub fn Groups() -> impl IntoView {
    let desk = use_desk();
    let several = Memo::new(move |_| desk.memberships.with(|all| all.len() > 1));
    move || several.get().then(switcher)
}

fn switcher() -> AnyView {
    let desk = use_desk();
    let here = desk.start().user;
    let busy = RwSignal::new(false);
    let go = move |user: UserId| {
        if user == here || busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match api::memberships::switch(user).await {
                Ok(()) => {
                    // What is typed stays where it was typed: each group has its own drafts.
                    drafts::stay_in(user);
                    let _ = window().location().assign("/console");
                }
                Err(error) => {
                    busy.set(false);
                    if error == AppError::NotSignedIn {
                        desk.failed(&error);
                    }
                    desk.toasts.say(words::error(&error));
                    desk.look_at_groups();
                }
            }
        });
    };
    let row = move |Membership { user, group_name, profession }: Membership| {
        let current = user == here;
        view! {
            <li>
                <button type="button" aria-current=current.then_some("true") on:click=move |_| go(user)>
                    <Icon name=if current { "check" } else { "building-2" }/>
                    <span class="group-name">
                        <span dir="auto">{group_name}</span>
                        <span class="muted" dir="auto">{profession}</span>
                    </span>
                </button>
            </li>
        }
    };
    let rows = move || desk.memberships.get().into_iter().map(row).collect::<Vec<_>>();
    let label = Signal::derive(move || words::groups_menu(&desk.practice.get()));
    let button = move || {
        view! {
            <Icon name="building-2"/>
            <span class="group-here" dir="auto">{move || desk.practice.get()}</span>
            <Icon name="chevrons-up-down"/>
        }
    };
    view! {
        <Menu label=label button=button class="groups">
            <header class="menu-head"><h2>{words::GROUPS}</h2></header>
            <ul class="menu-list">{rows}</ul>
        </Menu>
    }
    .into_any()
}
