//! What wakes up in the browser. To keep a patient's first load small, islands here call the browser directly instead of a
//! server function (half the WASM), take nothing from the server but their place (what is handed to an island is read by
//! a JSON library: 15 KB), and keep their few words here.

use leptos::prelude::*;

const OVER: &str = "You were signed out.";
const OVER_LEAD: &str = "Nothing is shown any more. Sign in again to go on.";
const SIGN_IN: &str = "Sign in again";
const SOON: &str = "Are you still there?";
const SOON_LEAD: &str = "In two minutes you are signed out.";
const STAY: &str = "Stay signed in";
const PRINT: &str = "Print";

/// Tells the practice that a person saw the invitation's page. A program that only fetches the page never does: it has
/// to be run, and looked at.
#[island]
pub fn Opened() -> impl IntoView {
    #[cfg(feature = "portal")]
    Effect::new(browser::when_seen);
}

/// Listens to the live stream while the page is open: says when the session is about to end, with a way to stay (WCAG
/// 2.2.1), and covers the page when it ended elsewhere or ran out (SS-01).
#[island]
pub fn Live() -> impl IntoView {
    let over = RwSignal::new(false);
    let soon = RwSignal::new(false);
    #[cfg(feature = "portal")]
    Effect::new(move || browser::listen(over, soon));
    // Back to this page afterwards; an address that is no page of ours leads Home.
    let sign_in = move || {
        #[cfg(feature = "portal")]
        if over.get() {
            return format!("/sign-in?next={}", location().pathname().unwrap_or_default());
        }
        String::from("/sign-in")
    };
    let stay = move |_| {
        #[cfg(feature = "portal")]
        browser::stay();
        soon.set(false);
    };
    view! {
        <div class="over" role="alert" hidden=move || !soon.get()>
            <p><b>{SOON}</b>" "{SOON_LEAD}</p>
            <button type="button" class="button button-main" on:click=stay>{STAY}</button>
        </div>
        <div class="over" role="alert" hidden=move || !over.get()>
            <p><b>{OVER}</b>" "{OVER_LEAD}</p>
            <a class="button button-main" href=sign_in>{SIGN_IN}</a>
        </div>
    }
}

/// Keeps what is typed into a form of answers a moment after the last key, and says when it was kept. Without scripts there is
/// the button for it.
#[island]
pub fn Autosave() -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "portal")]
    Effect::new(move || browser::keep(said));
    view! { <p class="autosaved" role="status">{move || said.get()}</p> }
}

/// Prints the page, where scripts run: without them the browser's own menu does.
#[island]
pub fn Print() -> impl IntoView {
    let awake = RwSignal::new(false);
    #[cfg(feature = "portal")]
    Effect::new(move || set_timeout(move || awake.set(true), std::time::Duration::ZERO));
    let print = move |_| {
        #[cfg(feature = "portal")]
        drop(window().print());
    };
    view! { <p class="print" hidden=move || !awake.get()><button type="button" class="button" on:click=print>{PRINT}</button></p> }
}

#[cfg(feature = "portal")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
    use web_sys::{Event, EventSource, RequestInit, Response, UrlSearchParams, VisibilityState};

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

    /// The token is the end of the page's address. A page drawn again after a refusal has another address: it was counted
    /// when it came first, and what its address ends in would count as a guessed link.
    fn beacon() {
        let Ok(path) = location().pathname() else { return };
        let Some(token) = path.strip_prefix("/invitation/") else { return };
        if let Ok(fields) = UrlSearchParams::new() {
            fields.append("token", token);
            let navigator = window().navigator();
            let _ = navigator.send_beacon_with_opt_url_search_params("/api/invitations/opened", Some(&fields));
        }
    }

    /// An act that lengthens the session; what became of it, the stream tells.
    pub fn stay() {
        if let Ok(nothing) = UrlSearchParams::new() {
            let navigator = window().navigator();
            let _ = navigator.send_beacon_with_opt_url_search_params("/api/account/stay", Some(&nothing));
        }
    }

    const KEPT: &str = "Saved at";
    const NOT_KEPT: &str = "Not saved just now. It is tried again when you go on typing.";

    /// How long after the last key what was typed is kept.
    const PAUSE: std::time::Duration = std::time::Duration::from_secs(4);

    /// Keeps what is typed into the form, until it is sent.
    pub fn keep(said: RwSignal<String>) {
        let Some(form) = document().query_selector("form[action^='/api/forms/answer']").ok().flatten() else { return };
        // Each key counts: only the timer of the last one finds its own number.
        let keys = std::rc::Rc::new(std::cell::Cell::new(0_u32));
        let heard = {
            let form = form.clone();
            Closure::<dyn Fn(Event)>::new(move |event: Event| {
                let own = keys.get() + 1;
                keys.set(own);
                if event.type_() == "submit" {
                    return;
                }
                let (keys, form) = (keys.clone(), form.clone());
                set_timeout(
                    move || {
                        if keys.get() == own {
                            send(&form, said);
                        }
                    },
                    PAUSE,
                );
            })
        };
        for word in ["input", "submit"] {
            let _ = form.add_event_listener_with_callback(word, heard.as_ref().unchecked_ref());
        }
        heard.forget();
    }

    fn send(form: &web_sys::Element, said: RwSignal<String>) {
        let Some(fields) = fields(form) else { return };
        fields.set("wish", "save");
        let post = RequestInit::new();
        post.set_method("POST");
        post.set_body(&fields);
        let answered = Closure::<dyn FnMut(JsValue)>::new(move |answer: JsValue| {
            let kept = answer.dyn_ref::<Response>().is_some_and(Response::ok);
            let now = js_sys::Date::new_0().to_locale_time_string("en-GB");
            let now = String::from(now);
            said.set(if kept { format!("{KEPT} {}", now.get(..5).unwrap_or(&now)) } else { NOT_KEPT.to_owned() });
        });
        let _ = window().fetch_with_str_and_init("/api/forms/answer", &post).then2(&answered, &answered);
        answered.forget();
    }

    /// What the form would post: `new URLSearchParams(new FormData(form))`.
    fn fields(form: &web_sys::Element) -> Option<UrlSearchParams> {
        let make = |class: &str, from: &JsValue| {
            let class = js_sys::Reflect::get(&window(), &JsValue::from_str(class)).ok()?;
            let class = class.dyn_into::<js_sys::Function>().ok()?;
            js_sys::Reflect::construct(&class, &js_sys::Array::of1(from)).ok()
        };
        make("URLSearchParams", &make("FormData", form)?)?.dyn_into().ok()
    }

    /// Opens the stream; the browser itself connects again after a lost network. `over` means that it need not.
    pub fn listen(over: RwSignal<bool>, soon: RwSignal<bool>) {
        let Ok(stream) = EventSource::new("/events") else { return };
        let rung = std::cell::Cell::new(false);
        let heard = {
            let stream = stream.clone();
            Closure::<dyn Fn(Event)>::new(move |event: Event| match event.type_().as_str() {
                "over" => {
                    stream.close();
                    end(over, soon);
                }
                "error" => {
                    if stream.ready_state() == EventSource::CLOSED {
                        refused(over, soon);
                    }
                }
                // The first comes with the stream: the page was drawn a moment ago.
                "bell" => {
                    if rung.replace(true) {
                        look_again();
                    }
                }
                // For the pages of messages, which ask what there is.
                "chat" => {
                    if let Ok(news) = Event::new("portico-chat") {
                        let _ = window().dispatch_event(&news);
                    }
                }
                word => soon.set(word != "stays"),
            })
        };
        for word in ["soon", "last", "stays", "over", "bell", "chat", "error"] {
            let _ = stream.add_event_listener_with_callback(word, heard.as_ref().unchecked_ref());
        }
        heard.forget();
    }

    /// Something about this person changed: a record that is not open to them any more is not shown any more (PX-02); else they
    /// are told that something came. The server looks at nothing for it.
    fn look_again() {
        let look = RequestInit::new();
        look.set_method("HEAD");
        let answered = Closure::<dyn FnMut(JsValue)>::new(|answer: JsValue| {
            match answer.dyn_ref::<Response>().map(Response::status) {
                Some(404) => drop(location().reload()),
                Some(200) => {
                    if let Ok(Some(news)) = document().query_selector("[data-news]") {
                        let _ = news.remove_attribute("hidden");
                    }
                }
                _ => {}
            }
        });
        let here = location().pathname().unwrap_or_default();
        let _ = window().fetch_with_str_and_init(&here, &look).then2(&answered, &answered);
        answered.forget();
    }

    /// The page stays as it is, for what was typed on it; nothing of it is seen any more.
    fn end(over: RwSignal<bool>, soon: RwSignal<bool>) {
        if let Some(body) = document().body() {
            body.set_class_name("is-over");
        }
        soon.set(false);
        over.set(true);
    }

    /// The stream was refused: because the session is over, or for a while only.
    fn refused(over: RwSignal<bool>, soon: RwSignal<bool>) {
        let look = RequestInit::new();
        look.set_method("HEAD");
        let answered = Closure::<dyn FnMut(JsValue)>::new(move |answer: JsValue| {
            if answer.dyn_ref::<Response>().is_some_and(|answer| answer.status() == 401) {
                end(over, soon);
            } else {
                set_timeout(move || listen(over, soon), std::time::Duration::from_secs(10));
            }
        });
        // Unreachable is no answer either: it is tried again.
        let _ = window().fetch_with_str_and_init("/events", &look).then2(&answered, &answered);
        answered.forget();
    }
}
