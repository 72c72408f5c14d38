//! What just happened, said once at the edge of the screen, and read out.

use std::time::Duration;

use leptos::prelude::*;

use super::Icon;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    id: u32,
    text: String,
    link: Option<(String, &'static str)>,
}

/// What happened lately.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    count: StoredValue<u32>,
}

impl Default for Toasts {
    fn default() -> Self {
        Self { shown: RwSignal::new(Vec::new()), count: StoredValue::new(0) }
    }
}

impl Toasts {
    /// Says it.
    pub fn say(self, text: impl Into<String>) {
        self.show(text.into(), None);
    }

    /// Says it, with a link to where it happened: its address and its text.
    pub fn say_with(self, text: impl Into<String>, href: String, link: &'static str) {
        self.show(text.into(), Some((href, link)));
    }

    fn show(self, text: String, link: Option<(String, &'static str)>) {
        let Some(id) = self.count.try_update_value(|count| {
            *count += 1;
            *count
        }) else {
            return;
        };
        self.shown.update(|shown| {
            shown.push(Toast { id, text, link });
            if shown.len() > 3 {
                shown.remove(0);
            }
        });
        self.leave_later(id);
    }

    /// It goes after a while, but not from under somebody's pointer or focus.
    fn leave_later(self, id: u32) {
        let leave = move || {
            let held = document().query_selector(".toasts:hover, .toasts:focus-within").ok().flatten().is_some();
            if held { self.leave_later(id) } else { self.drop(id) }
        };
        set_timeout(leave, Duration::from_secs(8));
    }

    fn drop(self, id: u32) {
        let _ = self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Where toasts are shown.
#[component]
pub fn Toaster(
    /// What to show.
    toasts: Toasts,
    /// The name of the button that takes one away.
    #[prop(default = "Dismiss")]
    dismiss: &'static str,
) -> impl IntoView {
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let(toast)>
                <div class="toast">
                    <Icon name="circle-check"/>
                    <p>{toast.text}</p>
                    {toast.link.map(|(href, text)| view! {
                        <a href=href on:click=move |_| toasts.drop(toast.id)>{text}</a>
                    })}
                    <button type="button" class="icon-button" aria-label=dismiss title=dismiss on:click=move |_| toasts.drop(toast.id)>
                        <Icon name="x"/>
                    </button>
                </div>
            </For>
        </div>
    }
}
