//! Finding one of many by a few letters: a field, and under it the first that fit, as buttons.

use std::{pin::Pin, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{desk::use_desk, words};
use crate::{api, components::TextField, error::AppError};

/// How long after the last key the search begins.
const PAUSE: Duration = Duration::from_millis(300);
/// The most that are offered.
const MOST: usize = 6;

/// One that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id, as text.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What tells it apart from others of the name; may be empty.
    pub more: String,
}

/// What a search gives.
pub type Finding = Pin<Box<dyn Future<Output = Result<Vec<Found>, AppError>>>>;

/// How what fits is found.
pub type Search = Box<dyn Fn(String) -> Finding + Send + Sync>;

/// The field and what fits. `at_once` offers the first ones before anything is typed; `nobody` says that none fits.
pub fn picker(
    id: &'static str,
    label: &'static str,
    nobody: &'static str,
    at_once: bool,
    search: Search,
    chosen: RwSignal<Option<Found>>,
) -> AnyView {
    let desk = use_desk();
    let search = StoredValue::new(search);
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Result<Vec<Found>, AppError>>);
    let turn = StoredValue::new(0_u32);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    Effect::new(move |before: Option<()>| {
        let typed = text.get();
        stop();
        turn.update_value(|turn| *turn += 1);
        let own = turn.get_value();
        if typed.trim().is_empty() && !(at_once && chosen.with_untracked(Option::is_none)) {
            found.set(None);
            return;
        }
        let ask = move || {
            let Some(asked) = search.try_with_value(|search| search(typed)) else { return };
            spawn_local(async move {
                let answer = asked.await;
                // An answer to what was typed before comes too late.
                if turn.try_get_value() != Some(own) {
                    return;
                }
                if let Err(error) = &answer {
                    desk.failed(error);
                }
                found.set(Some(answer));
            });
        };
        if before.is_none() {
            ask();
        } else {
            waiting.set_value(set_timeout_with_handle(ask, PAUSE).ok());
        }
    });
    let list = move || {
        let rows = match found.get()? {
            Ok(rows) if rows.is_empty() => {
                return Some(view! { <p class="muted" role="status">{nobody}</p> }.into_any());
            }
            Ok(rows) => rows,
            Err(error) => {
                return Some(view! { <p class="field-error" role="status">{words::error(&error)}</p> }.into_any());
            }
        };
        let rows: Vec<_> = rows
            .into_iter()
            .take(MOST)
            .map(|row| {
                let own = row.clone();
                let choose = move |_| {
                    chosen.set(Some(own.clone()));
                    found.set(None);
                    text.set(String::new());
                    // The button goes away; the keyboard stays here.
                    let field = document().get_element_by_id(id);
                    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                        let _ = field.focus();
                    }
                };
                view! {
                    <li><button type="button" on:click=choose><span dir="auto">{row.name}</span><span class="muted" dir="auto">{row.more}</span></button></li>
                }
            })
            .collect();
        Some(view! { <ul class="choices">{rows}</ul> }.into_any())
    };
    view! {
        <div class="picker">
            <TextField name="find" id=id kind="search" label=label bind=text required=true/>
            {list}
        </div>
    }
    .into_any()
}

/// Patients whom one may see, by name, telephone or birth date.
pub fn patients(text: String) -> Finding {
    Box::pin(async move {
        let rows = api::patients::search(text).await?;
        let found = |row: domain::patient::PatientRow| Found {
            id: row.id.to_string(),
            name: row.shown,
            more: row.birth_date.map(|date| date.long()).unwrap_or_default(),
        };
        Ok(rows.into_iter().map(found).collect())
    })
}
