//! "Invite to patient portal" for many at once: what will become of each, the message, and the start (S1-22 to S1-26).

use domain::{
    bulk::{BulkPatient, BulkStart, BulkView, Outcome, Selection, Stage},
    ids::BulkId,
};
use leptos::prelude::*;

use super::bulk::{address, watched};
use crate::{
    api,
    components::{Button, Dialog, Icon, Kind, Notice, Skeleton, Tone, focus_first_field},
    console::{
        desk::use_desk,
        form::Form,
        load::{Pages, load},
        message, words,
    },
};

/// The dialog.
#[component]
pub fn InviteMany(
    /// Who is ticked.
    selection: Selection,
    /// Called when it closes.
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let selection = StoredValue::new(selection);
    let start = load(move || api::bulk::open(selection.get_value()));
    view! {
        <Dialog title=words::INVITE_MANY id="invite-many" wide=true on_close=move |()| on_close()>
            <div class="loaded">
                {start.view(6, move |start| view! { <Foreseen start=start on_close=on_close/> }.into_any())}
            </div>
        </Dialog>
    }
}

/// Waits until it is known what will become of each, and shows it.
#[component]
fn Foreseen(start: BulkStart, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let view = watched(start.id);
    let ready =
        Memo::new(move |_| view.value().with(|view| view.as_ref().is_some_and(|view| !view.stage.is_at_work())));
    let so_far = move || view.value().with(|view| words::looked_at(view.as_ref()));
    move || {
        let seen = ready.get().then(|| view.value().get_untracked()).flatten();
        match seen {
            Some(seen) if seen.stage != Stage::Ready => view! {
                <div class="dialog-body"><Notice tone=Tone::Warn live=true>{words::GATHERING_ENDED}</Notice></div>
                <footer class="dialog-foot"><Button press=move |_| on_close()>{words::CANCEL}</Button></footer>
            }
            .into_any(),
            Some(seen) => view! { <Asking start=start.clone() seen=seen on_close=on_close/> }.into_any(),
            None => view! {
                <div class="dialog-body">
                    <p role="status">{so_far}</p>
                    {move || view.failure().get().map(|error| view! {
                        <Notice tone=Tone::Danger live=true>
                            <p>{words::error(&error)}</p>
                            <Button press=move |_| view.again()>{words::TRY_AGAIN}</Button>
                        </Notice>
                    })}
                    <Skeleton lines=4/>
                </div>
                <footer class="dialog-foot"><Button press=move |_| on_close()>{words::CANCEL}</Button></footer>
            }
            .into_any(),
        }
    }
}

#[component]
fn Asking(start: BulkStart, seen: BulkView, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let BulkStart { id, templates, link_hours } = start;
    let invited = seen.count(Outcome::Invited);
    let form = Form::new("invite-many", "", vec![("template", String::new()), ("message", String::new())]);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::bulk::start(id, form.value("message")), move |()| {
            desk.toasts.say(words::inviting(invited));
            on_close();
            desk.nav.go(&address(id));
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close();
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    let others: Vec<_> =
        seen.outcomes.iter().filter(|(outcome, _)| *outcome != Outcome::Invited).map(|one| line(id, *one)).collect();
    let others = (!others.is_empty()).then(|| {
        view! {
            <section aria-labelledby="not-invited">
                <h3 id="not-invited">{words::NOT_INVITED}</h3>
                <p class="muted">{words::NOT_INVITED_TEXT}</p>
                <ul class="outcomes">{others}</ul>
            </section>
        }
    });
    let fields = (invited > 0).then(|| {
        view! {
            // S3-23: above the message, which may be long.
            <Notice tone=Tone::Warn>{words::PHI_WARNING_MANY}</Notice>
            {message::fields(form, templates, words::MANY_MESSAGE_HINT)}
            <p class="muted">{words::link_lives(link_hours)}</p>
        }
    });
    let go = (invited > 0).then(|| {
        view! {
            <Button kind=Kind::Main icon="send" submit=true busy=form.busy>{words::invite_these(invited)}</Button>
        }
    });
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                <p class="foreseen" role="status">{words::foreseen(&seen)}</p>
                {others}
                {fields}
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                {go}
            </footer>
        </form>
    }
}

/// How many come to this; opened, who.
fn line(id: BulkId, (outcome, count): (Outcome, u32)) -> AnyView {
    let open = RwSignal::new(false);
    let names = move || {
        open.get().then(|| {
            let pages = Pages::new();
            let ask = move |after: bool| {
                let page = if after { pages.following() } else { pages.first() };
                pages.take(after, api::bulk::patients(id, Some(outcome), page));
            };
            pages.follow(String::new, ask);
            let draw = |rows: Vec<BulkPatient>| {
                let names = rows.into_iter().map(|row| {
                    let name = row.patient.map_or_else(|| words::UNSEEN_PATIENT.to_owned(), |(_, name)| name);
                    view! { <li dir="auto">{name}</li> }
                });
                view! { <ul class="outcome-names">{names.collect::<Vec<_>>()}</ul> }.into_any()
            };
            pages.view(2, ask, draw)
        })
    };
    let toggled = move |event: web_sys::Event| {
        let details = event
            .target()
            .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlDetailsElement>(target).ok());
        open.set(details.is_some_and(|details| details.open()));
    };
    view! {
        <li>
            <details on:toggle=toggled>
                <summary><Icon name="chevron-right"/>{words::counted(outcome, count)}</summary>
                {names}
            </details>
        </li>
    }
    .into_any()
}

/// Was it started?
pub const fn started(stage: Stage) -> bool {
    matches!(stage, Stage::Running | Stage::Stopped | Stage::Done)
}
