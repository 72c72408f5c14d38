//! A real table: a caption for screen readers, a sticky head, rows of one height.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// One column's heading.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// What it says; read out even where it is not shown.
    pub name: &'static str,
    /// Its class, the same as that of its cells; may be empty.
    pub class: &'static str,
}

/// A column whose heading is shown.
#[must_use]
pub const fn column(name: &'static str) -> Column {
    Column { name, class: "" }
}

/// A column of lesser weight, left out on narrow screens.
#[must_use]
pub const fn lesser(name: &'static str) -> Column {
    Column { name, class: "lesser" }
}

/// A column of buttons.
#[must_use]
pub const fn acts(name: &'static str) -> Column {
    Column { name, class: "acts" }
}

/// A column of ticks.
#[must_use]
pub const fn ticks(name: &'static str) -> Column {
    Column { name, class: "tick" }
}

/// A table. The arrow keys go up and down its rows, from link to link.
#[component]
pub fn Table(
    /// What it lists.
    #[prop(into)]
    caption: String,
    /// Its columns.
    columns: Vec<Column>,
    /// Its rows: `<tr>` elements.
    children: Children,
) -> impl IntoView {
    let heads = columns
        .into_iter()
        .map(|Column { name, class }| {
            let unseen = ["acts", "tick"].contains(&class);
            view! { <th scope="col" class=class><span class:unseen=unseen>{name}</span></th> }
        })
        .collect::<Vec<_>>();
    view! {
        <div class="table-frame">
            <table class="table" on:keydown=by_arrows>
                <caption class="unseen">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}

fn by_arrows(event: ev::KeyboardEvent) {
    let down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    let row = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .filter(|element| element.matches("a, button").unwrap_or_default())
        .and_then(|element| element.closest("tr").ok().flatten());
    let next = row.and_then(|row| if down { row.next_element_sibling() } else { row.previous_element_sibling() });
    let link = next
        .and_then(|row| row.query_selector("a, button").ok().flatten())
        .and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        event.prevent_default();
        let _ = link.focus();
    }
}
