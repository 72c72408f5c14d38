//! A sheet with a heading.

use leptos::prelude::*;

/// A card. With a `title` it is a region of that name.
#[component]
pub fn Card(
    /// Its heading; none when the content has one of its own.
    #[prop(optional, into)]
    title: String,
    /// The heading's id; must be unique on the page when there is a title.
    #[prop(optional, into)]
    id: String,
    /// What stands at the right of the heading.
    #[prop(optional)]
    actions: Option<Children>,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    let named = (!title.is_empty() && !id.is_empty()).then(|| id.clone());
    let head = (!title.is_empty()).then(|| {
        let id = (!id.is_empty()).then_some(id);
        view! {
            <header class="card-head">
                <h2 id=id>{title}</h2>
                {actions.map(|actions| view! { <div class="card-actions">{actions()}</div> })}
            </header>
        }
    });
    view! {
        <section class="card" aria-labelledby=named>
            {head}
            {children()}
        </section>
    }
}
