//! The person signed in: who, where, how it looks, the way out.

use domain::account::Door;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{Icon, Menu},
    console::{desk::use_desk, drafts, words},
};

const THEME: &str = "portico.theme";

fn theme() -> String {
    let kept = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(THEME).ok().flatten());
    kept.filter(|theme| theme == "light" || theme == "dark").unwrap_or_default()
}

/// Puts on the look that was chosen on this device; without a choice the system's.
pub fn apply_theme() {
    let Some(root) = document().document_element() else { return };
    match theme().as_str() {
        "" => root.remove_attribute("data-theme").unwrap_or_default(),
        theme => root.set_attribute("data-theme", theme).unwrap_or_default(),
    }
}

fn choose_theme(theme: &str) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let _ = if theme.is_empty() { storage.remove_item(THEME) } else { storage.set_item(THEME, theme) };
    }
    apply_theme();
}

/// The person's menu.
#[component]
pub fn Person() -> impl IntoView {
    let desk = use_desk();
    let start = desk.start();
    let initials = words::initials(&start.user_name);
    let to_portal = move |_| {
        spawn_local(async move {
            match api::account::switch_door(Door::Portal).await {
                Ok(door) => {
                    drafts::clear_all();
                    let _ = window().location().assign(door.home());
                }
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
        });
    };
    let chosen = RwSignal::new(theme());
    let look = move |value: &'static str, text: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="theme"
                    value=value
                    prop:checked=move || chosen.with(|chosen| chosen == value)
                    on:change=move |_| {
                        choose_theme(value);
                        chosen.set(value.to_owned());
                    }
                />
                <span>{text}</span>
            </label>
        }
    };
    let label = words::person_menu(&start.user_name);
    let button = move || view! { <span class="initials" aria-hidden="true">{initials.clone()}</span> };
    view! {
        <Menu label=label button=button class="person">
            <div class="person-who">
                <p class="person-name" dir="auto">{start.user_name.clone()}</p>
                <p>{start.profession.clone()}</p>
                <p dir="auto">{move || desk.practice.get()}</p>
            </div>
            <fieldset class="looks">
                <legend>{words::LOOK}</legend>
                <div>
                    {look("light", words::LIGHT)}
                    {look("dark", words::DARK)}
                    {look("", words::SYSTEM)}
                </div>
            </fieldset>
            <ul class="menu-list">
                <li><a href="/console/account"><Icon name="user"/>{words::YOUR_ACCOUNT}</a></li>
                {start.also_portal.then(|| view! {
                    <li><button type="button" on:click=to_portal><Icon name="arrow-left-right"/>{words::TO_PORTAL}</button></li>
                })}
                <li><a href="/help/practice" target="_blank" rel="noopener"><Icon name="external-link"/>{words::HELP}</a></li>
                <li>
                    <button type="button" on:click=move |_| desk.shortcuts.set(true)>
                        <Icon name="info"/>
                        {words::SHORTCUTS}
                    </button>
                </li>
                <li><button type="button" on:click=move |_| desk.sign_out()><Icon name="log-out"/>{words::SIGN_OUT}</button></li>
            </ul>
        </Menu>
    }
}
