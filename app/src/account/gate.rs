//! The arch that the pages before the house stand in.

use leptos::prelude::*;
use leptos_meta::{ServerMetaContext, Title};

use super::words as say;
use crate::components::{Arch, Icon};

/// One page before the house: the mark, a heading, and what is asked.
#[component]
pub fn Gate(
    /// The heading, and the document's title.
    #[prop(into)]
    title: String,
    /// A line above the heading: whose door this is.
    #[prop(optional, into)]
    eyebrow: String,
    /// Below the heading.
    #[prop(optional, into)]
    lead: String,
    /// A wider arch, for long forms.
    #[prop(optional)]
    wide: bool,
    /// What stands outside the arch, under it.
    #[prop(optional)]
    foot: Option<Children>,
    /// What is asked.
    children: Children,
) -> impl IntoView {
    let class = if wide { "gate gate-wide" } else { "gate" };
    view! {
        <DocumentTitle title=title.clone()/>
        <div class=class>
            <main id="main" class="gate-arch">
                <div class="gate-mark"><Arch/><span class="gate-name">{say::PRODUCT}</span></div>
                <header class="gate-head">
                    {(!eyebrow.is_empty()).then(|| view! { <p class="gate-eyebrow">{eyebrow}</p> })}
                    <h1>{title}</h1>
                    {(!lead.is_empty()).then(|| view! { <p class="gate-lead">{lead}</p> })}
                </header>
                <div class="gate-body">{children()}</div>
            </main>
            {foot.map(|foot| view! { <footer class="gate-foot">{foot()}</footer> })}
        </div>
    }
}

/// The document's title; nothing where the document has written its own.
#[component]
pub fn DocumentTitle(
    /// The page's own part of it.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    use_context::<ServerMetaContext>().is_some().then(|| {
        let title = format!("{title} · {}", say::PRODUCT);
        view! { <Title text=title/> }
    })
}

/// A link that calls the practice; nothing when it gave no number.
#[component]
pub fn CallPractice(
    /// Its number; may be empty.
    phone: String,
) -> impl IntoView {
    // What a telephone can dial; the rest is for reading.
    let dial: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (!dial.is_empty()).then(|| {
        view! {
            <a class="button call" href=format!("tel:{dial}")>
                <Icon name="phone"/>
                <span>{say::CALL}" "{phone}</span>
            </a>
        }
    })
}
