//! With whom a note is shared, who has read it, and a look at it as the patient would see it.

use domain::{
    ids::{PatientId, UserId},
    note::{NotePage, NoteSharing, PortalReader, Reader, Share, ShareForm, SharedWith},
    person::with_profession,
    time::Time,
};
use leptos::{prelude::*, task::spawn_local};

use super::editor::Present;
use crate::{
    api,
    components::{Button, Card, Dialog, Icon, Kind, Notice, Tone, When},
    console::{
        confirm::Confirm,
        desk::use_desk,
        form::{Form, Line},
        load::{Load, load},
        patients::seen_as::seen_as,
        picker::{Finding, Found, picker},
        words,
    },
    error::AppError,
    notes::NoteSheet,
};

/// What is being done with a note.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Look,
    WithPatient,
    WithColleague,
}

/// The card beside a note of one's own.
pub fn card(shown: NotePage, present: Present, page: Load<NotePage>) -> AnyView {
    let desk = use_desk();
    let doing = RwSignal::new(None::<Doing>);
    let Present { patient: id, note, .. } = present;
    let NotePage { patient_from, may, sharing, .. } = shown.clone();
    let NoteSharing { colleagues, open, portal, readers } = sharing.unwrap_or_default();
    // What is shared is published with it: what is missing is said where it is typed, not in the dialog.
    let begin = move |what: Doing| {
        if present.is_whole() {
            doing.set(Some(what));
        }
    };
    let any_share = !colleagues.is_empty();
    let patient = patient(patient_from, &portal);
    let with_patient = (may.share_with_patient && patient_from.is_none()).then(|| {
        view! { <Button icon="user-check" press=move |_| begin(Doing::WithPatient)>{words::SHARE_WITH_PATIENT}</Button> }
    });
    let from_patient = may.withdraw.then(|| withdraw(present, page));
    let with_colleague = may.share_with_colleagues.then(|| {
        view! { <Button icon="users" press=move |_| begin(Doing::WithColleague)>{words::SHARE_WITH_COLLEAGUE}</Button> }
    });
    let stop = move |user: UserId| {
        spawn_local(async move {
            match api::notes::unshare_with(id, note, user).await {
                Ok(()) => desk.toasts.say(words::UNSHARED),
                Err(error) => desk.refused(&error),
            }
            page.again();
        });
    };
    let people: Vec<_> =
        colleagues.into_iter().map(|one| colleague(one, may.edit.then_some(Callback::new(stop)))).collect();
    let list = match any_share {
        true => view! { <ul class="note-people">{people}</ul> }.into_any(),
        false => view! { <p class="muted">{words::NO_COLLEAGUES}</p> }.into_any(),
    };
    let has_read = match readers.is_empty() {
        true => view! { <p class="muted">{words::NOBODY_HAS_READ}</p> }.into_any(),
        false => view! { <ul class="note-people">{readers.into_iter().map(reader).collect_view()}</ul> }.into_any(),
    };
    let close = move |done: bool| {
        doing.set(None);
        if done {
            page.again();
        }
    };
    view! {
        <aside class="column">
            <Card title=words::WHO_READS id="who-reads">
                <div class="note-part">
                    <h3>{words::THE_PATIENT_SIDE}</h3>
                    {patient}
                    <div class="buttons">
                        <Button icon="eye" press=move |_| doing.set(Some(Doing::Look))>{words::AS_PATIENT}</Button>
                        {with_patient}
                        {from_patient}
                    </div>
                </div>
                <div class="note-part">
                <h3>{words::COLLEAGUES}</h3>
                {list}
                {(any_share && !open).then(|| view! { <Notice tone=Tone::Warn><p>{words::SHARING_IS_OFF}</p></Notice> })}
                <div class="buttons">{with_colleague}</div>
                </div>
            </Card>
            <Card title=words::WHO_HAS_READ id="who-has-read">{has_read}</Card>
        </aside>
        {move || doing.get().map(|what| match what {
            Doing::Look => look(shown.clone(), present, doing),
            Doing::WithPatient => view! { <WithPatient present=present on_close=close/> }.into_any(),
            Doing::WithColleague => with_one(present, close),
        })}
    }
    .into_any()
}

/// The button that takes a note back from the patient.
pub fn withdraw(present: Present, page: Load<NotePage>) -> AnyView {
    let desk = use_desk();
    let asking = RwSignal::new(false);
    view! {
        <Button icon="eye-off" press=move |_| asking.set(true)>{words::STOP_SHARING}</Button>
        {move || asking.get().then(|| view! {
            <Confirm
                title=words::UNSHARE_PATIENT_TITLE
                text=words::UNSHARE_PATIENT_TEXT
                button=words::STOP_SHARING
                danger=true
                act=move || api::notes::unshare_with_patient(present.patient, present.note)
                on_close=move |done| {
                    asking.set(false);
                    if done {
                        desk.toasts.say(words::UNSHARED);
                        page.again();
                    }
                }
            />
        })}
    }
    .into_any()
}

/// Is this moment still to come?
pub fn is_to_come(at: Time) -> bool {
    at.millis() as f64 > js_sys::Date::now()
}

/// Whether the patient sees it, and who of the portal does.
fn patient(from: Option<Time>, portal: &[PortalReader]) -> AnyView {
    let shared = from.is_some_and(|from| !is_to_come(from));
    let since = from.map(|at| {
        let text = if is_to_come(at) { words::WILL_BE_WITH_PATIENT } else { words::IS_WITH_PATIENT };
        view! { <p><span class="badge badge-good"><Icon name="user-check"/>{text}" "<When at=at/></span></p> }
    });
    let people = portal.iter().map(|one| {
        let icon = if one.sees { "eye" } else { "eye-off" };
        view! { <li><span><Icon name=icon/><span>{words::portal_reader(&one.email, one.kind, one.sees, shared)}</span></span></li> }
    });
    let people = people.collect_view();
    view! {
        {match since {
            Some(since) => since.into_any(),
            None => view! { <p class="muted">{words::NOT_WITH_PATIENT}</p> }.into_any(),
        }}
        {if portal.is_empty() {
            view! { <p class="muted">{words::NOBODY_IN_PORTAL}</p> }.into_any()
        } else {
            view! { <ul class="note-people">{people}</ul> }.into_any()
        }}
    }
    .into_any()
}

fn colleague(one: SharedWith, stop: Option<Callback<UserId>>) -> AnyView {
    let SharedWith { user, name, profession, share, at } = one;
    let label = words::stop_sharing_with(&name);
    // What was shared with all of them ends with all of them.
    let stop = stop.filter(|_| share == Share::This).map(|stop| {
        view! { <Button kind=Kind::Quiet icon="x" name=label press=move |_| stop.run(user)>{words::STOP_SHARING}</Button> }
    });
    view! {
        <li>
            <span><span><b dir="auto">{name}</b>" "<span class="muted">{profession}", "{words::share(share)}", "<When at=at/></span></span></span>
            {stop}
        </li>
    }
    .into_any()
}

fn reader(one: Reader) -> AnyView {
    let Reader { name, in_portal, number, at } = one;
    let icon = if in_portal { "smartphone" } else { "user" };
    view! {
        <li><span><Icon name=icon/><span><b dir="auto">{name}</b>" "<span class="muted">{words::read_version(number)}", "<When at=at/></span></span></span></li>
    }
    .into_any()
}

/// The note as the patient would see it, and who that is (B-04).
fn look(shown: NotePage, present: Present, doing: RwSignal<Option<Doing>>) -> AnyView {
    let portal = shown.sharing.map(|sharing| sharing.portal).unwrap_or_default();
    let shared = shown.patient_from.is_some_and(|from| !is_to_come(from));
    let preview = load(move || async move {
        present.kept().await?;
        api::notes::as_patient(present.patient, present.note).await
    });
    let people =
        portal.iter().map(|one| view! { <li>{words::portal_reader(&one.email, one.kind, one.sees, shared)}</li> });
    let people = people.collect_view();
    let none = people.is_empty();
    view! {
        <Dialog title=words::AS_PATIENT id="as-patient" on_close=move |()| doing.set(None)>
            <div class="dialog-body">
                <p class="muted">{words::AS_PATIENT_TEXT}</p>
                {preview.view(6, move |own| {
                    let by = with_profession(&own.author, &own.profession);
                    let when = view! { <When at=own.written_at/> }.into_any();
                    seen_as(&portal, view! { <NoteSheet text=own.text by=by when=when/> }.into_any())
                })}
                <h3>{words::AS_PATIENT_WHO}</h3>
                {if none {
                    view! { <p class="muted">{words::NOBODY_IN_PORTAL}</p> }.into_any()
                } else {
                    view! { <ul class="note-people">{people}</ul> }.into_any()
                }}
            </div>
            <footer class="dialog-foot"><Button press=move |_| doing.set(None)>{words::CLOSE}</Button></footer>
        </Dialog>
    }
    .into_any()
}

/// The dialog that shares a note with the patient.
#[component]
fn WithPatient(present: Present, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let Present { patient: id, note, .. } = present;
    let form = Form::new("share-note", &note.to_string(), vec![("on", String::new())]);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = ShareForm { on: form.value("on") };
        let share = async move { api::notes::share_with_patient(id, note, present.kept().await?, typed).await };
        form.send(share, move |_| {
            desk.toasts.say(words::SHARED);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    view! {
        <Dialog title=words::SHARE_WITH_PATIENT id="share-with-patient" on_close=move |()| on_close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    <p>{words::SHARE_TEXT}</p>
                    {form.text("on", words::SHARE_ON, Line::of("date").hint(words::SHARE_ON_HINT))}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true icon="user-check" busy=form.busy>{words::SHARE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// The dialog that shares one note with a colleague.
fn with_one(present: Present, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> AnyView {
    let share = move |user: UserId| -> Sharing {
        let Present { patient: id, note, .. } = present;
        Box::pin(async move { api::notes::share_with(id, note, present.kept().await?, user).await.map(drop) })
    };
    choose(present.patient, words::SHARE_WITH_COLLEAGUE, "", Box::new(share), None, Callback::new(on_close))
}

/// The dialog that shares all of one's notes about the patient, and ends that.
pub fn share_all(id: PatientId, open: RwSignal<bool>) -> AnyView {
    let share = move |user: UserId| -> Sharing { Box::pin(async move { api::notes::share_all(id, user).await }) };
    let shares = load(move || api::notes::all_shares(id));
    let close = move |_| open.set(false);
    choose(id, words::SHARE_ALL_TITLE, words::SHARE_ALL_TEXT, Box::new(share), Some(shares), Callback::new(close))
}

/// What shares with one colleague.
type Sharing = std::pin::Pin<Box<dyn Future<Output = Result<(), AppError>>>>;

fn choose(
    id: PatientId,
    title: &'static str,
    text: &'static str,
    share: Box<dyn Fn(UserId) -> Sharing + Send + Sync>,
    shares: Option<Load<Vec<SharedWith>>>,
    on_close: Callback<bool>,
) -> AnyView {
    let desk = use_desk();
    let chosen = RwSignal::new(None::<Found>);
    let error = RwSignal::new(None::<AppError>);
    let busy = RwSignal::new(false);
    let share = StoredValue::new(share);
    let search = move |text: String| -> Finding {
        Box::pin(async move {
            let found = api::notes::colleagues(id, text).await?.into_iter();
            Ok(found.map(|one| Found { id: one.user.to_string(), name: one.name, more: one.profession }).collect())
        })
    };
    let none = Signal::derive(move || chosen.with(Option::is_none));
    let go = move |_| {
        let Some(user) = chosen.get_untracked().and_then(|found| found.id.parse().ok()) else { return };
        busy.set(true);
        error.set(None);
        let asked = share.with_value(|share| share(user));
        spawn_local(async move {
            let answer = asked.await;
            let _ = busy.try_set(false);
            match answer {
                Ok(()) => {
                    desk.toasts.say(words::SHARED);
                    on_close.run(true);
                }
                Err(problem) => {
                    desk.failed(&problem);
                    let _ = error.try_set(Some(problem));
                }
            }
        });
    };
    let stop = Callback::new(move |user: UserId| {
        spawn_local(async move {
            match api::notes::unshare_all(id, user).await {
                Ok(()) => desk.toasts.say(words::UNSHARED),
                Err(error) => desk.refused(&error),
            }
            if let Some(shares) = shares {
                shares.again();
            }
        });
    });
    let present = shares.map(|shares| {
        shares.view(2, move |list: Vec<SharedWith>| {
            if list.is_empty() {
                return view! { <p class="muted">{words::SHARED_WITH_NOBODY}</p> }.into_any();
            }
            let rows = list.into_iter().map(|one| {
                let (user, name) = (one.user, one.name.clone());
                view! {
                    <li>
                        <span><span><b dir="auto">{one.name}</b>" "<span class="muted">{one.profession}", "<When at=one.at/></span></span></span>
                        <Button kind=Kind::Quiet icon="x" name=words::stop_sharing_with(&name) press=move |_| stop.run(user)>{words::STOP_SHARING}</Button>
                    </li>
                }
            });
            view! { <ul class="note-people">{rows.collect_view()}</ul> }.into_any()
        })
    });
    view! {
        <Dialog title=title id="share-notes" on_close=move |()| on_close.run(false)>
            <div class="dialog-body">
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
                {present}
                {move || error.get().map(|error| view! { <Notice tone=Tone::Danger live=true><p>{words::error(&error)}</p></Notice> })}
                {picker("colleague", words::FIND_COLLEAGUE, words::NO_COLLEAGUE_FOUND, true, Box::new(search), chosen)}
                {move || chosen.get().map(|found| view! {
                    <p role="status">{words::CHOSEN}" "<strong dir="auto">{found.name}</strong></p>
                })}
            </div>
            <footer class="dialog-foot">
                <Button press=move |_| on_close.run(false)>{words::CANCEL}</Button>
                <Button kind=Kind::Main icon="users" busy=busy disabled=none press=go>{words::SHARE}</Button>
            </footer>
        </Dialog>
    }
    .into_any()
}
