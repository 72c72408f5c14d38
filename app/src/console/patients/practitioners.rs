//! Which practitioners belong to a patient: whom it was granted to, from whom it is hidden, who treats it; and who may do
//! what, and why (B-16). For those who manage access.

use domain::{
    access::Relationship,
    ids::{PatientId, UserId},
    relationship::{RelationshipRow, Wanted},
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Icon, Kind, Table, acts, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        load::Pages,
        picker::{Finding, Found, picker},
        settings::explain,
        words,
    },
};

/// A change that is asked back about: with whom, their name, what was seen of it, and what shall become of it.
type Change = (UserId, String, Option<Relationship>, Wanted);

/// The section.
pub fn section(patient: PatientId) -> AnyView {
    let desk = use_desk();
    let pages = Pages::new();
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::relationships::list(patient, page));
    };
    pages.follow(String::new, ask);
    let changing = RwSignal::new(None::<Change>);
    let adding = RwSignal::new(false);
    // Counts what was changed here: who may do what is asked again.
    let changed = RwSignal::new(0_u32);
    let add: Children = Box::new(move || {
        view! { <Button icon="plus" press=move |_| adding.set(true)>{words::ADD_PRACTITIONER}</Button> }.into_any()
    });
    let draw = move |rows: Vec<RelationshipRow>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NO_PRACTITIONERS><p>{words::NO_PRACTITIONERS_TEXT}</p></Empty> }
                .into_any();
        }
        let rows: Vec<_> = rows.into_iter().map(|of| row(of, changing)).collect();
        let columns = vec![
            column(words::NAME),
            lesser(words::PROFESSION),
            lesser(words::ACCESS_LEVEL),
            column(words::RELATION),
            acts(words::ACTIONS),
        ];
        view! { <Table caption=words::PRACTITIONERS columns=columns>{rows}</Table> }.into_any()
    };
    view! {
        <Card title=words::PRACTITIONERS id="practitioners" actions=add>
            <p class="card-text">{words::PRACTITIONERS_TEXT}</p>
            {pages.view(3, ask, draw)}
        </Card>
        {explain::on_patient(patient, changed)}
        {move || adding.get().then(|| choose(patient, adding, changing))}
        {move || changing.get().map(|(user, name, seen, wanted)| {
            let (title, text, button) = words::relation_change(seen, wanted, &name);
            view! {
                <Confirm
                    title=title
                    text=text
                    button=button
                    danger=wanted == Wanted::Revoked
                    act=move || api::relationships::set(patient, user, seen, wanted)
                    on_close=move |done: bool| {
                        changing.set(None);
                        if done {
                            desk.toasts.say(words::ACCESS_CHANGED);
                            desk.patients_changed();
                            changed.update(|changed| *changed += 1);
                        }
                        ask(false);
                    }
                />
            }
        })}
    }
    .into_any()
}

fn row(row: RelationshipRow, changing: RwSignal<Option<Change>>) -> AnyView {
    let RelationshipRow { user, name, profession, level, active, relationship, own } = row;
    let (class, icon) = match relationship {
        Relationship::Automatic => ("badge badge-info", "heart-pulse"),
        Relationship::Granted => ("badge badge-good", "check"),
        Relationship::Revoked => ("badge badge-warn", "eye-off"),
    };
    let button = |wanted: Wanted, icon: &'static str, text: &'static str| {
        let (label, name) = (words::relation_change(Some(relationship), wanted, &name).0, name.clone());
        let ask = move |_| changing.set(Some((user, name.clone(), Some(relationship), wanted)));
        view! { <Button kind=Kind::Quiet icon=icon name=label press=ask>{text}</Button> }.into_any()
    };
    let grant = || button(Wanted::Granted, "check", words::GRANT);
    // Nobody hides a patient from themselves: they could not take it back.
    let hide = || (!own).then(|| button(Wanted::Revoked, "eye-off", words::HIDE));
    let undo = |text| button(Wanted::Neither, "undo-2", text);
    let acts = match relationship {
        Relationship::Automatic => view! { {grant()}{hide()} }.into_any(),
        Relationship::Granted => view! { {hide()}{undo(words::REMOVE_GRANT)} }.into_any(),
        Relationship::Revoked => view! { {grant()}{undo(words::STOP_HIDING)} }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" dir="auto">
                {name.clone()}
                {(!active).then(|| view! { <span class="badge">{words::NOT_WORKING_HERE}</span> })}
            </th>
            <td class="lesser" dir="auto">{profession}</td>
            <td class="lesser">{words::level(level)}</td>
            <td><span class=class><Icon name=icon/>{words::relation(relationship)}</span></td>
            <td class="acts">{acts}</td>
        </tr>
    }
    .into_any()
}

/// The dialog that chooses a practitioner and what shall become of it.
fn choose(patient: PatientId, adding: RwSignal<bool>, changing: RwSignal<Option<Change>>) -> AnyView {
    let chosen = RwSignal::new(None::<Found>);
    let search = move |text: String| -> Finding {
        Box::pin(async move {
            let found = api::relationships::practitioners(patient, text).await?;
            Ok(found
                .into_iter()
                .map(|one| Found { id: one.user.to_string(), name: one.name, more: one.profession })
                .collect())
        })
    };
    let none = Signal::derive(move || chosen.with(Option::is_none));
    let go = move |wanted: Wanted| {
        let Some(found) = chosen.get_untracked() else { return };
        let Ok(user) = found.id.parse() else { return };
        adding.set(false);
        changing.set(Some((user, found.name, None, wanted)));
    };
    view! {
        <Dialog title=words::ADD_PRACTITIONER id="add-practitioner" on_close=move |()| adding.set(false)>
            <div class="dialog-body">
                {picker("practitioner", words::FIND_PRACTITIONER, words::NO_PRACTITIONER_FOUND, true, Box::new(search), chosen)}
                {move || chosen.get().map(|found| view! {
                    <p role="status">{words::CHOSEN}" "<strong dir="auto">{found.name}</strong></p>
                })}
            </div>
            <footer class="dialog-foot">
                <Button press=move |_| adding.set(false)>{words::CANCEL}</Button>
                <Button kind=Kind::Danger icon="eye-off" disabled=none press=move |_| go(Wanted::Revoked)>{words::HIDE_PATIENT}</Button>
                <Button kind=Kind::Main icon="check" disabled=none press=move |_| go(Wanted::Granted)>{words::GRANT_ACCESS}</Button>
            </footer>
        </Dialog>
    }
    .into_any()
}
