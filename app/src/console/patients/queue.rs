//! What waits in the whole group, oldest first: narrowed to one kind of change, and decided about one or many at once (B-03).

use std::{collections::BTreeSet, time::Duration};

use domain::{
    ids::{PatientId, UpdateId},
    limits,
    page::{Page, PageRequest},
    update::{Picked, QueueFilter, QueueRow, Settled, Topic},
    user::{Level, Role},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    components::{
        Button, Choice, Dialog, Empty, Kind, Notice, SelectField, Table, Tone, When, column, focus_first_field, lesser,
        ticks,
    },
    console::{
        desk::use_desk,
        filters::Filters,
        form::Form,
        frame::Head,
        load::Pages,
        nav::{self, Tab},
        words,
    },
    error::AppError,
};

const UP: (&str, &str) = ("/console/patients", words::PATIENTS);

/// What was decided just now, and what of it can still be taken back.
#[derive(Clone, PartialEq)]
struct Lately {
    said: String,
    done: Vec<(PatientId, UpdateId)>,
}

/// The page.
#[component]
pub fn Queue() -> impl IntoView {
    let desk = use_desk();
    let (nav, level) = (desk.nav, desk.start().level);
    let filter = Memo::new(move |_| QueueFilter {
        topic: Topic::from_code(&nav.query("topic")),
        mine: nav.query("mine") == "yes",
    });
    let filters = Filters::of(nav, &["topic", "mine"]);
    let total = RwSignal::new(None::<u32>);
    let newer = RwSignal::new(false);
    let pages = Pages::new();
    let picks = RwSignal::new(BTreeSet::<UpdateId>::new());
    let fetch = move |page: PageRequest| async move {
        let queue = api::updates::queue(filter.get_untracked(), page).await?;
        let _ = total.try_set(Some(queue.total));
        let _ = newer.try_set(false);
        Ok::<Page<QueueRow>, AppError>(queue.changes)
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    pages.follow(
        move || {
            let filter = filter.get();
            picks.update(BTreeSet::clear);
            format!("{filter:?}")
        },
        ask,
    );
    // Somebody else decided, or something came: the count is looked at, and the list when somebody asks for it.
    let rung = desk.rung();
    Effect::new(move |before: Option<()>| {
        let by_itself = rung.again();
        if before.is_some() && filter.get_untracked() == QueueFilter::default() {
            spawn_local(async move {
                let count = api::refresh(by_itself, api::updates::count()).await;
                let differs = count.ok().is_some_and(|count| total.try_get_untracked().flatten() != Some(count));
                let _ = newer.try_set(differs);
            });
        } else if before.is_some() {
            newer.set(true);
        }
    });

    let lately = RwSignal::new(None::<Lately>);
    let turn = StoredValue::new(0_u32);
    let busy = RwSignal::new(false);
    let rejecting = RwSignal::new(false);
    let done = move |answer: Result<Settled, AppError>, say: fn(usize, usize) -> String| {
        let _ = busy.try_set(false);
        match answer {
            Ok(Settled { done, left }) => {
                picks.update(BTreeSet::clear);
                lately.set(Some(Lately { said: say(done.len(), left), done }));
                // After the minute there is nothing to take back.
                let own = turn.try_update_value(|turn| {
                    *turn += 1;
                    *turn
                });
                let end = Duration::from_millis(limits::UNDO.as_millis().unsigned_abs());
                set_timeout(
                    move || {
                        if turn.try_get_value() == own {
                            nothing_to_undo(lately);
                        }
                    },
                    end,
                );
            }
            Err(error) => desk.refused(&error),
        }
        ask(false);
        desk.look_at_bell();
    };
    let picked = move || -> Vec<QueueRow> {
        let ticked = picks.get_untracked();
        let rows = pages.rows.with_untracked(|rows| rows.clone().unwrap_or_default());
        rows.into_iter().filter(|row| ticked.contains(&row.row.update.id)).collect()
    };
    let ids = move || -> Vec<_> { picked().iter().map(|row| (row.row.update.patient, row.row.update.id)).collect() };
    let approve = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let of = |row: &QueueRow| {
            let update = &row.row.update;
            Picked { patient: update.patient, id: update.id, saw: row.row.now.clone() }
        };
        let picked = picked().iter().map(of).collect();
        spawn_local(async move { done(api::updates::approve_some(picked).await, words::approved_some) });
    };
    let undo = move |these: Vec<(PatientId, UpdateId)>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::updates::undo_some(these).await;
            done(answer, words::undone_some);
            nothing_to_undo(lately);
        });
    };

    let reject = move |reason: String| api::updates::reject_some(ids(), reason);
    let rejected = move |settled: Option<Settled>| {
        rejecting.set(false);
        if let Some(settled) = settled {
            done(Ok(settled), words::rejected_some);
        }
    };

    let draw = move |rows: Vec<QueueRow>| {
        if rows.is_empty() {
            return if filters.any() {
                view! {
                    <Empty title=words::NOTHING_MATCHES>
                        <p>{words::NO_UPDATES_OF_KIND}</p>
                        <Button press=move |_| filters.clear()>{words::SHOW_ALL}</Button>
                    </Empty>
                }
                .into_any()
            } else {
                view! { <Empty title=words::NO_UPDATES><p>{words::NO_QUEUE_TEXT}</p></Empty> }.into_any()
            };
        }
        table(rows, picks)
    };
    let shown = move || {
        let total = total.get()?;
        Some(words::waiting_in_all(total))
    };
    let mut topics = vec![Choice::new("", words::EVERY_KIND)];
    topics.extend(Topic::all().map(|topic| Choice::new(topic.code(), words::topic(topic))));
    let whose = (level.role() == Role::Practitioner && level != Level::Personal).then(|| {
        let choices = vec![Choice::new("", words::ALL_PATIENTS_OF_GROUP), Choice::new("yes", words::OWN_PATIENTS)];
        view! { <SelectField name="mine" id="filter-mine" label=words::WHOSE choices=choices bind=filters.field("mine") required=true/> }
    });
    view! {
        <Head title=words::QUEUE up=UP/>
        <form class="filters" role="search" aria-label=words::FILTER_QUEUE on:submit=|event| event.prevent_default()>
            <SelectField name="topic" id="filter-topic" label=words::KIND_OF_CHANGE choices=topics bind=filters.field("topic") required=true/>
            {whose}
            <p class="filters-count" role="status">{shown}</p>
        </form>
        {move || newer.get().then(|| view! {
            <Notice live=true>
                <p>{words::QUEUE_CHANGED}</p>
                <Button icon="refresh-cw" press=move |_| ask(false)>{words::LOOK_AGAIN}</Button>
            </Notice>
        })}
        {move || lately.get().map(|Lately { said, done }| view! {
            <Notice tone=Tone::Success live=true>
                <p>{said}</p>
                {(!done.is_empty()).then(|| {
                    view! { <Button icon="undo-2" busy=busy press=move |_| undo(done.clone())>{words::UNDO}</Button> }
                })}
            </Notice>
        })}
        {bar(pages, picks, busy, approve, move || rejecting.set(true))}
        {pages.view(10, ask, draw)}
        {move || rejecting.get().then(|| view! {
            <Reject
                count=ids().len()
                send=reject
                on_close=rejected
            />
        })}
    }
}

fn nothing_to_undo(lately: RwSignal<Option<Lately>>) {
    let _ = lately.try_update(|lately| {
        if let Some(lately) = lately {
            lately.done.clear();
        }
    });
}

/// How many are ticked, and what can be done with them.
fn bar(
    pages: Pages<QueueRow>,
    picks: RwSignal<BTreeSet<UpdateId>>,
    busy: RwSignal<bool>,
    approve: impl Fn(leptos::ev::MouseEvent) + Copy + Send + Sync + 'static,
    reject: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let ids = move || {
        pages.rows.with(|rows| {
            rows.iter().flatten().filter(|row| row.row.needs_no_look()).map(|row| row.row.update.id).collect::<Vec<_>>()
        })
    };
    // No more than are decided about at once.
    let ids = move || ids().into_iter().take(limits::QUEUE_PICKED).collect::<Vec<_>>();
    let count = Memo::new(move |_| ids().len());
    let ticked = Memo::new(move |_| picks.with(BTreeSet::len));
    let none = Memo::new(move |_| ticked.get() == 0);
    (move || {
        (count.get() > 0).then(|| {
            view! {
                <div class="pick-bar">
                    <label class="pick-all">
                        <input
                            type="checkbox"
                            prop:checked=move || ticked.get() == count.get()
                            prop:indeterminate=move || (1..count.get()).contains(&ticked.get())
                            on:change=move |event| {
                                let all = if event_target_checked(&event) { untrack(ids) } else { Vec::new() };
                                picks.set(all.into_iter().collect());
                            }
                        />
                        {words::TICK_SHOWN}
                    </label>
                    <p role="status">{move || words::changes_ticked(ticked.get())}</p>
                    {move || (!none.get()).then(|| view! {
                        <Button kind=Kind::Main icon="check" busy=busy press=approve>{words::APPROVE_TICKED}</Button>
                        <Button icon="ban" press=move |_| reject()>{words::REJECT_TICKED}</Button>
                    })}
                </div>
            }
        })
    })
    .into_any()
}

fn table(rows: Vec<QueueRow>, picks: RwSignal<BTreeSet<UpdateId>>) -> AnyView {
    let clock = use_desk().clock;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let open = row.row.needs_no_look();
            let QueueRow { shown, row } = row;
            let update = row.update;
            let (id, subject) = (update.id, update.subject);
            let to = nav::patient(update.patient, Tab::Updates);
            let tick = words::tick_change(&shown, &words::subject(&update));
            let notes = [
                (row.conflict, words::IN_CONFLICT),
                (row.access_over, words::ACCESS_IS_OVER),
                (row.somebody_else, words::ANOTHER_NAME),
                (row.people_first, words::NAMES_SOMEBODY_NEW),
                (!row.may_decide, words::YOUR_OWN),
            ];
            let note = notes.into_iter().find(|(is, _)| *is).map(|(_, note)| note);
            let at = update.at;
            view! {
                <tr class="row-link">
                    <td class="tick">
                        {open.then(|| view! {
                            <input
                                type="checkbox"
                                aria-label=tick
                                prop:checked=move || picks.with(|picks| picks.contains(&id))
                                on:change=move |event| {
                                    let ticked = event_target_checked(&event);
                                    picks.update(|picks| {
                                        if ticked { picks.insert(id); } else { picks.remove(&id); }
                                    });
                                }
                            />
                        })}
                    </td>
                    <th scope="row" class="long" title=shown.clone()><a href=to dir="auto">{shown.clone()}</a></th>
                    <td class="wrap" dir="auto">
                        {words::subject(&update)}
                        {note.map(|note| view! { " "<span class="badge badge-warn">{note}</span> })}
                    </td>
                    <td class="wrap lines-kept lesser" dir="auto">{words::value(subject, &row.people, &row.now)}</td>
                    <td class="wrap lines-kept" dir="auto">{words::value(subject, &row.people, &update.wanted)}</td>
                    <td class="lesser"><When at=at/>" "<span class="muted">{move || words::age_of_change(clock.days_since(at))}</span></td>
                </tr>
            }
        })
        .collect();
    let columns = vec![
        ticks(words::TICKED),
        column(words::NAME),
        column(words::WHAT_CHANGES),
        lesser(words::IN_THE_RECORD),
        column(words::WANTED),
        lesser(words::ASKED_AT),
    ];
    view! { <Table caption=words::QUEUE columns=columns>{rows}</Table> }.into_any()
}

/// The dialog that asks why, once for all.
#[component]
fn Reject<F>(
    count: usize,
    send: impl Fn(String) -> F + Copy + Send + Sync + 'static,
    on_close: impl Fn(Option<Settled>) + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<Settled, AppError>> + 'static,
{
    let form = Form::new("reject-updates", "all", vec![("reason", String::new())]);
    let post = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(send(form.value("reason")), move |settled| on_close(Some(settled)));
    };
    let give_up = move |_| {
        form.discard();
        on_close(None);
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    view! {
        <Dialog title=words::reject_many(count) id="reject-updates" on_close=move |()| on_close(None)>
            <form class=form.class() novalidate on:submit=post>
                <div class="dialog-body">
                    {form.notices()}
                    <p class="muted">{words::REJECT_MANY_TEXT}</p>
                    {form.area("reason", words::REASON, words::REASON_HINT, false, limits::REASON)}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::REJECT_CHANGE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
