//! The Updates tab: what was changed in the portal, old beside new, and deciding about it (S0-35, S0-36, B-03).

use domain::{
    emergency::EmergencyContact,
    ids::{PatientId, UpdateId},
    limits,
    patient::Profile,
    person::Gender,
    profile_history::ChangeRow,
    update::{self, Field, Outcome, Subject, UpdateRow, Verdict},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{
        Button, Card, Choice, Clock, Dialog, Empty, Icon, Kind, Notice, Table, Tone, When, acts, column,
        focus_first_field, lesser,
    },
    console::{
        desk::use_desk,
        form::{Form, Line},
        load::{Load, Pages, load},
        words,
    },
    error::AppError,
};

/// What somebody is about to do with one change.
#[derive(Clone, PartialEq)]
enum Doing {
    /// Write something else.
    Edit(UpdateRow),
    /// Reject it, with a reason.
    Reject(UpdateRow),
}

/// The Updates tab.
#[component]
pub fn Updates(id: PatientId, profile: Load<Profile>) -> impl IntoView {
    let desk = use_desk();
    let rung = desk.rung_about(id);
    let waiting = load(move || api::refresh(rung.again(), api::updates::waiting(id)));
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::updates::decided(id, page));
    };
    Effect::new(move || ask(false));
    let doing = RwSignal::new(None::<Doing>);
    let busy = RwSignal::new(false);
    // Counts what was decided here: the history looks again.
    let decisions = RwSignal::new(0_u32);
    let look = move || {
        decisions.update(|count| *count += 1);
        waiting.again();
        ask(false);
        profile.again();
        desk.look_at_bell();
    };
    let done = move |answer: Result<(), AppError>, said: &str| {
        let _ = busy.try_set(false);
        match answer {
            Ok(()) => desk.toasts.say(said),
            Err(error) => desk.refused(&error),
        }
        look();
    };
    let decide = Callback::new(move |(update, verdict, said): (UpdateId, Verdict, &'static str)| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move { done(api::updates::decide(id, update, verdict).await, said) });
    });
    let undo = move |update: UpdateId| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move { done(api::updates::undo(id, update).await, words::UNDONE) });
    };
    let approve_all = move |seen: Vec<(UpdateId, String)>| {
        let asked = seen.len();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::updates::approve_all(id, seen).await;
            let said = answer.as_ref().map(|count| words::approved_some(*count, asked.saturating_sub(*count)));
            let said = said.unwrap_or_default();
            done(answer.map(drop), &said);
        });
    };
    let draw = move |rows: Vec<UpdateRow>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NO_UPDATES><p>{words::NO_UPDATES_TEXT}</p></Empty> }.into_any();
        }
        let plain = rows.iter().filter(|row| row.needs_no_look());
        let seen: Vec<_> = plain.map(|row| (row.update.id, row.now.clone())).collect();
        let all = (seen.len() > 1).then(|| {
            view! {
                <div class="buttons">
                    <Button icon="check" busy=busy press=move |_| approve_all(seen.clone())>{words::APPROVE_ALL}</Button>
                </div>
            }
        });
        let rows: Vec<_> = rows.into_iter().map(|row| change(row, doing, decide)).collect();
        view! { {all}<ul class="changes">{rows}</ul> }.into_any()
    };
    let decided = move |rows: Vec<UpdateRow>| {
        if rows.is_empty() {
            return view! { <p class="card-text">{words::DECIDED_EMPTY}</p> }.into_any();
        }
        let columns = vec![
            column(words::UPDATES),
            column(words::WANTED),
            column(words::OUTCOME),
            lesser(words::ASKED_AT),
            acts(words::ACTIONS),
        ];
        let rows: Vec<_> = rows.into_iter().map(|row| past(row, desk.clock, undo)).collect();
        view! { <Table caption=words::DECIDED columns=columns>{rows}</Table> }.into_any()
    };
    view! {
        <div class="stack">
            <Card title=words::UPDATES id="updates">
                <p class="card-text">{words::UPDATES_TEXT}</p>
                {waiting.view(4, draw)}
            </Card>
            <Card title=words::DECIDED id="decided">{pages.view(3, ask, decided)}</Card>
            <Changes id=id decisions=decisions/>
        </div>
        {move || doing.get().map(|what| {
            let close = move |done: bool| {
                doing.set(None);
                if done {
                    look();
                }
            };
            match what {
                Doing::Edit(row) => view! { <Edit id=id row=row on_close=close/> }.into_any(),
                Doing::Reject(row) => view! { <Reject id=id row=row on_close=close/> }.into_any(),
            }
        })}
    }
}

/// One change: what the record says beside what is wanted, and what can be done.
fn change(
    row: UpdateRow,
    doing: RwSignal<Option<Doing>>,
    decide: Callback<(UpdateId, Verdict, &'static str)>,
) -> AnyView {
    let update = row.update.clone();
    let (id, subject) = (update.id, update.subject);
    let value = |code: &str| words::value(subject, &row.people, code);
    let (now, wanted, saw) = (value(&row.now), value(&update.wanted), value(&update.had));
    let approve = {
        let saw = row.now.clone();
        move |_| decide.run((id, Verdict::Approve { saw: saw.clone(), put: None }, words::APPROVED))
    };
    let (take, keep) = match row.conflict {
        true => (words::TAKE_THEIRS, words::KEEP_OURS),
        false => (words::APPROVE, words::REJECT_CHANGE),
    };
    let (edited, rejected) = (row.clone(), row.clone());
    let heading = format!("update-{id}");
    let labelled = heading.clone();
    view! {
        <li class="change" aria-labelledby=labelled>
            <h3 id=heading dir="auto">{words::subject(&update)}</h3>
            <p class="muted"><When at=update.at/>" "<span dir="auto">{words::asked_by(&row.email, row.kind)}</span></p>
            <dl class="change-values">
                <div><dt>{words::IN_THE_RECORD}</dt><dd dir="auto">{now}</dd></div>
                <div class="change-wanted"><dt>{words::WANTED}</dt><dd dir="auto">{wanted}</dd></div>
            </dl>
            {row.access_over.then(|| view! { <Notice tone=Tone::Warn><p>{words::ACCESS_OVER}</p></Notice> })}
            {row.conflict.then(|| view! { <Notice tone=Tone::Warn><p>{words::conflict(&saw)}</p></Notice> })}
            {row.somebody_else.then(|| view! { <Notice tone=Tone::Warn><p>{words::SOMEBODY_ELSE}</p></Notice> })}
            {row.people_first.then(|| view! { <Notice><p>{words::PEOPLE_FIRST}</p></Notice> })}
            {if row.may_decide {
                // Who is to go cannot be written anew, nor can an order.
                let gone = subject.contact().is_some() && update.wanted.is_empty();
                let edits = subject != Subject::Order && !gone;
                view! {
                    <div class="buttons">
                        {(!row.people_first).then(|| view! {
                            <Button kind=Kind::Main icon="check" name=words::of_change(take, &update) press=approve>{take}</Button>
                        })}
                        {edits.then(|| view! {
                            <Button icon="pencil" name=words::of_change(words::EDIT_AND_APPROVE, &update)
                                press=move |_| doing.set(Some(Doing::Edit(edited.clone())))>{words::EDIT_AND_APPROVE}</Button>
                        })}
                        <Button icon="ban" name=words::of_change(keep, &update)
                            press=move |_| doing.set(Some(Doing::Reject(rejected.clone())))>{keep}</Button>
                    </div>
                }.into_any()
            } else {
                ().into_any()
            }}
        </li>
    }
    .into_any()
}

/// One that was decided about.
fn past(row: UpdateRow, clock: Clock, undo: impl Fn(UpdateId) + Copy + Send + Sync + 'static) -> AnyView {
    let (update, people) = (row.update, row.people);
    let id = update.id;
    let value = |code: &str| words::value(update.subject, &people, code);
    let (class, icon, word) = words::update_outcome(&update.outcome);
    let decided_at = update.outcome.at();
    let said = match &update.outcome {
        Outcome::Rejected { reason, .. } => reason.clone(),
        Outcome::Approved { put, .. } if !update.subject.same(put, &update.wanted) => value(put),
        _ => String::new(),
    };
    view! {
        <tr>
            <th scope="row" dir="auto">{words::subject(&update)}</th>
            <td class="wrap lines-kept" dir="auto">{value(&update.wanted)}</td>
            <td class="wrap">
                <span class=class><Icon name=icon/>{word}</span>
                {(!row.decided_by.is_empty()).then(|| view! { <span class="muted" dir="auto">{words::by(&row.decided_by)}</span> })}
                {decided_at.map(|at| view! { " "<span class="muted"><When at=at/></span> })}
                {(!said.is_empty()).then(|| view! { <p class="muted" dir="auto">{said}</p> })}
            </td>
            <td class="lesser"><When at=update.at/></td>
            <td class="acts">
                {row.undo_until.map(|end| {
                    let name = words::of_change(words::UNDO, &update);
                    move || (!clock.is_past(end)).then(|| view! {
                        <Button kind=Kind::Quiet icon="undo-2" name=name.clone() press=move |_| undo(id)>{words::UNDO}</Button>
                    })
                })}
            </td>
        </tr>
    }
    .into_any()
}

/// What the record said before, by whoever it was changed.
#[component]
fn Changes(id: PatientId, decisions: RwSignal<u32>) -> impl IntoView {
    let rung = use_desk().rung_about(id);
    let pages = Pages::new();
    let look = move |by_itself: bool, after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::refresh(by_itself, api::updates::history(id, page)));
    };
    let ask = move |after: bool| look(false, after);
    Effect::new(move || {
        decisions.track();
        look(rung.again(), false);
    });
    let draw = move |rows: Vec<ChangeRow>| {
        if rows.is_empty() {
            return view! { <p class="card-text">{words::NO_CHANGES}</p> }.into_any();
        }
        let row = |row: ChangeRow| {
            let value = |code: &str| words::changed_value(row.what, &row.people, code);
            view! {
                <tr>
                    <th scope="row" dir="auto">{words::changed(row.what, &row.before, &row.after)}</th>
                    <td class="wrap lines-kept lesser" dir="auto">{value(&row.before)}</td>
                    <td class="wrap lines-kept" dir="auto">{value(&row.after)}</td>
                    <td class="wrap" dir="auto">{words::changed_by(&row.by, row.approved_by.as_ref())}</td>
                    <td class="lesser"><When at=row.at/></td>
                </tr>
            }
        };
        let columns = vec![
            column(words::WHAT_CHANGES),
            lesser(words::BEFORE),
            column(words::AFTER),
            column(words::BY),
            lesser(words::WHEN),
        ];
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        view! { <Table caption=words::CHANGED_LATELY columns=columns>{rows}</Table> }.into_any()
    };
    view! { <Card title=words::CHANGED_LATELY id="history">{pages.view(3, ask, draw)}</Card> }
}

/// The dialog in which something else is written.
#[component]
fn Edit(id: PatientId, row: UpdateRow, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let UpdateRow { update: update::Update { id: update, subject, wanted, .. }, now, .. } = row;
    let contact = EmergencyContact::from_code(&wanted).unwrap_or_default();
    let start = match subject {
        Subject::Field(_) | Subject::Order => vec![("put", wanted)],
        Subject::Contact(_) => {
            vec![("name", contact.name), ("relationship", contact.relationship), ("phone", contact.phone)]
        }
    };
    let form = Form::new("edit-update", &update.to_string(), start);
    let saw = StoredValue::new(now);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let put = match subject {
            Subject::Field(_) | Subject::Order => form.value("put"),
            Subject::Contact(_) => EmergencyContact {
                name: form.value("name"),
                relationship: form.value("relationship"),
                phone: form.value("phone"),
            }
            .code(),
        };
        let verdict = Verdict::Approve { saw: saw.get_value(), put: Some(put) };
        form.send(api::updates::decide(id, update, verdict), move |()| {
            desk.toasts.say(words::APPROVED);
            on_close(true);
        });
    };
    let line = |longest: usize| Line { longest, ..Line::default() };
    let control = match subject {
        Subject::Field(Field::Gender) => {
            let genders =
                Gender::ALL.into_iter().map(|gender| Choice::new(gender.code(), words::gender(gender))).collect();
            form.select("put", words::field(Field::Gender), genders, "")
        }
        Subject::Field(field) if field.is_social() => form.area("put", words::field(field), "", false, limits::SOCIAL),
        Subject::Field(_) | Subject::Order => form.text("put", words::topic(subject.topic()), line(limits::LINE)),
        Subject::Contact(_) => view! {
            {form.text("name", words::NAME, line(limits::NAME).required())}
            {form.text("relationship", words::RELATIONSHIP, line(limits::RELATIONSHIP).required())}
            {form.text("phone", words::PHONE, Line::of("tel").required())}
        }
        .into_any(),
    };
    dialog(words::EDIT_TITLE, words::EDIT_TEXT, words::APPROVE, form, control, send, on_close)
}

/// The dialog that asks why.
#[component]
fn Reject(id: PatientId, row: UpdateRow, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let update = row.update.id;
    let form = Form::new("reject-update", &update.to_string(), vec![("reason", String::new())]);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let verdict = Verdict::Reject { reason: form.value("reason") };
        form.send(api::updates::decide(id, update, verdict), move |()| {
            desk.toasts.say(words::REJECTED);
            on_close(true);
        });
    };
    let control = form.area("reason", words::REASON, words::REASON_HINT, false, limits::REASON);
    dialog(words::REJECT_TITLE, words::REJECT_TEXT, words::REJECT_CHANGE, form, control, send, on_close)
}

fn dialog(
    title: &'static str,
    text: &'static str,
    button: &'static str,
    form: Form,
    control: AnyView,
    send: impl Fn(leptos::ev::SubmitEvent) + Send + Sync + 'static,
    on_close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> AnyView {
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    view! {
        <Dialog title=title id="decide-update" on_close=move |()| on_close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    <p class="muted">{text}</p>
                    {control}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{button}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
