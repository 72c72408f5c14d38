//! What wakes up in the browser. To keep a patient's first load small, islands here call the browser directly instead of a
//! server function (half the WASM), take nothing from the server but their place (what is handed to an island is read by
//! a JSON library: 15 KB), and keep their few words here.

use leptos::prelude::*;

const OVER: &str = "You are signed out.";
const OVER_LEAD: &str = "What you see may be out of date. Sign in again to go on.";
const SIGN_IN: &str = "Sign in";

/// Tells the practice that a person saw the invitation's page. A program that only fetches the page never does: it has
/// to be run, and looked at.
#[island]
pub fn Opened() -> impl IntoView {
    #[cfg(feature = "portal")]
    Effect::new(browser::when_seen);
}

/// Listens to the live stream while the page is open, and says so when the session ends elsewhere or runs out.
#[island]
pub fn Live() -> impl IntoView {
    let over = RwSignal::new(false);
    #[cfg(feature = "portal")]
    Effect::new(move || browser::listen(over));
    // Back to this page afterwards; an address that is no page of ours leads Home.
    let sign_in = move || {
        #[cfg(feature = "portal")]
        if over.get() {
            return format!("/sign-in?next={}", location().pathname().unwrap_or_default());
        }
        String::from("/sign-in")
    };
    view! {
        <div class="over" role="alert" hidden=move || !over.get()>
            <p><b>{OVER}</b>" "{OVER_LEAD}</p>
            <a class="button button-main" href=sign_in>{SIGN_IN}</a>
        </div>
    }
}

#[cfg(feature = "portal")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast as _, closure::Closure};
    use web_sys::{EventSource, UrlSearchParams, VisibilityState};

    /// Sends the beacon now, or when the page comes to the front for the first time.
    pub fn when_seen() {
        if document().visibility_state() == VisibilityState::Visible {
            return beacon();
        }
        let sent = std::cell::Cell::new(false);
        let seen = Closure::<dyn Fn()>::new(move || {
            if document().visibility_state() == VisibilityState::Visible && !sent.replace(true) {
                beacon();
            }
        });
        let _ = document().add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
        seen.forget();
    }

    /// The token is the end of the page's address.
    fn beacon() {
        let Ok(path) = location().pathname() else { return };
        let Some(token) = path.rsplit('/').next() else { return };
        if let Ok(fields) = UrlSearchParams::new() {
            fields.append("token", token);
            let navigator = window().navigator();
            let _ = navigator.send_beacon_with_opt_url_search_params("/api/invitations/opened", Some(&fields));
        }
    }

    /// Opens the stream; the browser itself connects again after a lost network. `over` means that it need not.
    pub fn listen(over: RwSignal<bool>) {
        let Ok(stream) = EventSource::new("/events") else { return };
        let ended = {
            let stream = stream.clone();
            Closure::<dyn Fn()>::new(move || {
                stream.close();
                over.set(true);
            })
        };
        let _ = stream.add_event_listener_with_callback("over", ended.as_ref().unchecked_ref());
        ended.forget();
    }
}
