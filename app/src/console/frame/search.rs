//! Search Patients, at top left: a combobox with its list.

use std::time::Duration;

use domain::patient::PatientRow;
use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use crate::{
    api,
    components::Icon,
    console::{
        desk::use_desk,
        nav::{self, Tab},
        words,
    },
    error::AppError,
};

/// How long after the last key the search begins.
const PAUSE: Duration = Duration::from_millis(150);

/// The search field. `/` leads to it from anywhere.
#[component]
pub fn Search() -> impl IntoView {
    let desk = use_desk();
    let may = desk.start().may;
    let field = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let found = RwSignal::new(None::<Result<Vec<PatientRow>, AppError>>);
    let active = RwSignal::new(None::<usize>);
    let turn = StoredValue::new(0_u32);
    let waiting = StoredValue::new(None::<TimeoutHandle>);

    let stop_waiting = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    let ask = move || {
        let asked = text.get_untracked();
        let own = turn
            .try_update_value(|turn| {
                *turn += 1;
                *turn
            })
            .unwrap_or_default();
        spawn_local(async move {
            let answer = api::patients::search(asked).await;
            // An answer to what was typed before comes too late.
            if turn.try_get_value() != Some(own) {
                return;
            }
            if let Err(error) = &answer {
                desk.failed(error);
            }
            active.set(None);
            found.set(Some(answer));
        });
    };
    let close = move || {
        stop_waiting();
        turn.update_value(|turn| *turn += 1);
        open.set(false);
        active.set(None);
    };
    let on_input = move |event| {
        text.set(event_target_value(&event));
        stop_waiting();
        if text.with_untracked(|text| text.trim().is_empty()) {
            found.set(None);
            close();
            return;
        }
        open.set(true);
        waiting.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    };
    let leave = move |to: String| {
        text.set(String::new());
        found.set(None);
        close();
        if let Some(field) = field.get_untracked() {
            let _ = field.blur();
        }
        desk.nav.go(&to);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let rows = found.with_untracked(|found| match found {
            Some(Ok(rows)) => rows.iter().map(|row| row.id).collect(),
            _ => Vec::new(),
        });
        let last = rows.len().checked_sub(1);
        match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                open.set(text.with_untracked(|text| !text.trim().is_empty()));
                active.update(|at| *at = last.map(|last| at.map_or(0, |at| if at >= last { 0 } else { at + 1 })));
            }
            "ArrowUp" => {
                event.prevent_default();
                active.update(|at| *at = last.map(|last| at.map_or(last, |at| if at == 0 { last } else { at - 1 })));
            }
            "Enter" => {
                event.prevent_default();
                // With nothing chosen, the only one found is meant.
                let chosen = active.get_untracked().or((rows.len() == 1).then_some(0));
                if let Some(id) = chosen.and_then(|at| rows.get(at)) {
                    leave(nav::patient(*id, Tab::Summary));
                } else if rows.is_empty() || !text.with_untracked(|text| text.trim().is_empty()) {
                    stop_waiting();
                    ask();
                }
            }
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                close();
            }
            "Escape" => {
                text.set(String::new());
                if let Some(field) = field.get_untracked() {
                    let _ = field.blur();
                }
            }
            _ => {}
        }
    };
    let said = move || match found.get() {
        Some(Ok(rows)) if open.get() => words::found(rows.len(), may.names_hidden),
        _ => String::new(),
    };
    let option = move |at: usize, row: PatientRow| {
        let here = move || active.get() == Some(at);
        let to = nav::patient(row.id, Tab::Summary);
        let facts = [row.birth_date.map(|date| date.long()).unwrap_or_default(), row.phone];
        let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        view! {
            <li
                id=format!("found-{at}")
                role="option"
                aria-selected=move || if here() { "true" } else { "false" }
                on:mousemove=move |_| if !here() { active.set(Some(at)) }
                // Before the field loses the focus.
                on:mousedown=move |event| {
                    event.prevent_default();
                    leave(to.clone());
                }
            >
                <span class="found-name" dir="auto">{row.shown}</span>
                {words::status_badge(row.status)}
                <span class="found-facts">{facts.join(" · ")}</span>
            </li>
        }
    };
    let list = move || {
        let found = found.get()?;
        Some(match found {
            Ok(rows) if rows.is_empty() => view! {
                <li class="found-none" role="option" aria-disabled="true" aria-selected="false">{words::none_found(may.names_hidden)}</li>
            }
            .into_any(),
            Ok(rows) => rows.into_iter().enumerate().map(|(at, row)| option(at, row)).collect::<Vec<_>>().into_any(),
            Err(error) => view! {
                <li class="found-none" role="option" aria-disabled="true" aria-selected="false">{words::error(&error)}</li>
            }
            .into_any(),
        })
    };
    let nobody = move || found.with(|found| matches!(found, Some(Ok(rows)) if rows.is_empty()));
    view! {
        <div class="search" role="search">
            <Icon name="search"/>
            <input
                node_ref=field
                id="search"
                class="search-field"
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                placeholder=words::SEARCH_PATIENTS
                aria-label=words::SEARCH_PATIENTS
                aria-autocomplete="list"
                aria-controls="found"
                aria-expanded=move || if open.get() && found.with(Option::is_some) { "true" } else { "false" }
                aria-activedescendant=move || active.get().map(|at| format!("found-{at}"))
                maxlength=domain::limits::SEARCH_TEXT.to_string()
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=on_key
                on:focus=move |_| open.set(found.with_untracked(Option::is_some))
                on:blur=move |_| close()
            />
            <kbd aria-hidden="true">"/"</kbd>
            <div class="search-sheet" hidden=move || !open.get() || found.with(Option::is_none)>
                <ul id="found" role="listbox" aria-label=words::PATIENTS>{list}</ul>
                {move || (may.add_patients && nobody()).then(|| view! {
                    <a
                        class="search-add"
                        href="/console/patients/new"
                        on:mousedown=move |event| {
                            event.prevent_default();
                            leave("/console/patients/new".to_owned());
                        }
                    >
                        <Icon name="user-plus"/>
                        {words::ADD_PATIENT}
                    </a>
                })}
            </div>
            <p class="unseen" role="status">{said}</p>
        </div>
    }
}
