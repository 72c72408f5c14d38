//! What each level may do (decision 7): one table, folded until it is asked for.

use leptos::prelude::*;

use crate::{
    components::{Icon, Table, column},
    console::words,
};

/// The table.
pub fn view() -> AnyView {
    let rows: Vec<_> = words::LEVEL_TABLE
        .iter()
        .map(|(what, cells)| {
            let cells: Vec<_> = cells.iter().map(|cell| view! { <td class="wrap">{*cell}</td> }).collect();
            view! { <tr><th scope="row" class="wrap">{*what}</th>{cells}</tr> }
        })
        .collect();
    let mut columns = vec![column(words::MAY_VIEW_AND_EDIT)];
    columns.extend(words::LEVEL_COLUMNS.map(column));
    view! {
        <details class="levels">
            <summary><Icon name="chevron-right"/>{words::LEVELS}</summary>
            <Table caption=words::LEVELS columns=columns>{rows}</Table>
            <p class="muted">{words::LEVELS_TEXT}</p>
        </details>
    }
    .into_any()
}
