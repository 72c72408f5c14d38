//! Asks before something is ended or taken away; the button names what will happen.

use std::pin::Pin;

use leptos::{prelude::*, task::spawn_local};

use super::{desk::use_desk, proof::Proof, words};
use crate::{
    components::{Button, Dialog, Kind, Notice, Tone},
    error::AppError,
};

/// The question. `act` does it; `on_close` is called when it is done or given up, with whether it is done.
#[component]
pub fn Confirm<F>(
    /// The question.
    #[prop(into)]
    title: String,
    /// What it means.
    #[prop(into)]
    text: String,
    /// What will happen, on the button.
    button: &'static str,
    /// It takes something away.
    #[prop(optional)]
    danger: bool,
    /// Does it.
    act: impl Fn() -> F + Copy + Send + Sync + 'static,
    /// Done, or given up.
    on_close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<(), AppError>> + 'static,
{
    let act: Act = Box::new(move || Box::pin(act()));
    question(title, text, button, danger, StoredValue::new(act), Callback::new(on_close))
}

/// What is done when the answer is yes.
type Act = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), AppError>>>> + Send + Sync>;

/// The part of it that is the same for every question: written once, it is downloaded once.
fn question(
    title: String,
    text: String,
    button: &'static str,
    danger: bool,
    act: StoredValue<Act>,
    on_close: Callback<bool>,
) -> AnyView {
    let desk = use_desk();
    let busy = RwSignal::new(false);
    let proof = Proof::new("confirm");
    let error = RwSignal::new(None::<AppError>);
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let asked = act.with_value(|act| act());
        spawn_local(async move {
            let answer = match proof.give().await {
                Ok(()) => asked.await,
                Err(problem) => Err(problem),
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => on_close.run(true),
                Err(problem) if proof.is_asked_by(&problem) => {}
                Err(problem) => {
                    desk.failed(&problem);
                    let _ = error.try_set(Some(problem));
                }
            }
        });
    };
    let kind = if danger { Kind::Danger } else { Kind::Main };
    view! {
        <Dialog title=title id="confirm-title" on_close=move |()| on_close.run(false)>
            // A form, so that the key that ends a field sends the password when it is asked for.
            <form novalidate on:submit=go>
                <div class="dialog-body">
                    <p>{text}</p>
                    {move || error.get().map(|error| view! {
                        <Notice tone=Tone::Danger live=true>{words::error(&error)}</Notice>
                    })}
                    {proof.view()}
                </div>
                <footer class="dialog-foot">
                    <Button press=move |_| on_close.run(false)>{words::CANCEL}</Button>
                    <Button kind=kind submit=true busy=busy>{button}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
