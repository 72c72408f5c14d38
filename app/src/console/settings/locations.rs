//! Settings > Locations: where the group sees patients, and when.

use domain::{
    limits,
    location::{DAYS, Location, LocationForm},
};
use leptos::prelude::*;

use super::NotForYou;
use crate::{
    api,
    components::{Button, Choice, Dialog, Empty, Icon, Kind, Table, acts, column, lesser, time_zones, zone_city},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        frame::Head,
        load::load,
        words,
    },
};

/// The Locations page.
#[component]
pub fn Locations() -> impl IntoView {
    if !use_desk().start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let locations = load(api::locations::list);
    // Some(None) is a new one.
    let editing = RwSignal::new(drafts::was_open("location:new").then_some(None::<Location>));
    let row = move |place: Location| {
        if drafts::was_open(&format!("location:{}", place.id)) {
            editing.set(Some(Some(place.clone())));
        }
        let name = words::edit_named(&place.name);
        let (to_edit, to_open) = (place.clone(), place.clone());
        let hours: Vec<_> = words::opening_hours(&place.hours);
        view! {
            <tr>
                <th scope="row">
                    <button type="button" class="link-button" dir="auto" on:click=move |_| editing.set(Some(Some(to_open.clone())))>
                        {place.name}
                    </button>
                </th>
                <td class="wrap" dir="auto">{words::or_none(place.address)}</td>
                <td class="number lesser">{words::or_none(place.phone)}</td>
                <td class="lesser">{zone_city(&place.time_zone)}</td>
                <td class="wrap lesser">{if hours.is_empty() {
                    words::or_none(String::new())
                } else {
                    hours.into_iter().map(|line| view! { <span class="row-line">{line}</span> }).collect::<Vec<_>>().into_any()
                }}</td>
                <td class="acts">
                    <button type="button" class="icon-button" aria-label=name.clone() title=name
                        on:click=move |_| editing.set(Some(Some(to_edit.clone())))><Icon name="pencil"/></button>
                </td>
            </tr>
        }
    };
    let new = move || {
        view! { <Button kind=Kind::Main icon="plus" press=move |_| editing.set(Some(None))>{words::ADD_LOCATION}</Button> }
            .into_any()
    };
    view! {
        <Head title=words::LOCATIONS up=("/console/settings", words::SETTINGS) action=Box::new(new)/>
        {locations.view(4, move |list| {
            if list.is_empty() {
                return view! { <Empty title=words::NO_LOCATIONS><p>{words::NO_LOCATIONS_TEXT}</p>{new()}</Empty> }.into_any();
            }
            let rows: Vec<_> = list.into_iter().map(row).collect();
            let columns = vec![
                column(words::NAME),
                column(words::ADDRESS),
                lesser(words::PHONE),
                lesser(words::TIME_ZONE),
                lesser(words::OPENING_HOURS),
                acts(words::ACTIONS),
            ];
            view! { <Table caption=words::LOCATIONS columns=columns>{rows}</Table> }.into_any()
        })}
        {move || editing.get().map(|place| edit(place, Callback::new(move |look_again: bool| {
            editing.set(None);
            if look_again {
                locations.again();
            }
        })))}
    }
    .into_any()
}

fn fields(form: LocationForm) -> Values {
    let LocationForm { name, time_zone, address, phone, hours } = form;
    let mut values = vec![("name", name), ("time_zone", time_zone), ("address", address), ("phone", phone)];
    values.extend(DAYS.into_iter().zip(hours));
    values
}

/// The dialog that adds or changes a location.
fn edit(place: Option<Location>, on_close: Callback<bool>) -> AnyView {
    let desk = use_desk();
    let id = place.as_ref().map(|place| place.id);
    let version = place.as_ref().map_or(0, |place| place.version);
    let about = id.map_or_else(|| "new".to_owned(), |id| id.to_string());
    let start = place.map(|place| LocationForm::of(&place)).unwrap_or_default();
    let mut zones = time_zones(words::CHOOSE);
    if !zones.iter().any(|zone| zone.value == start.time_zone) {
        zones.push(Choice::new(start.time_zone.clone(), start.time_zone.clone()));
    }
    let form = Form::versioned("location", &about, version, fields(start));
    form.follow(move || async move {
        let newer = api::locations::list().await?.into_iter().find(|place| Some(place.id) == id);
        Ok(newer.map(|place| (place.version, fields(LocationForm::of(&place)))))
    });
    // After a look at the newer version the list behind is old.
    let close = move |saved: bool| on_close.run(saved || form.version() != version);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = LocationForm {
            name: form.value("name"),
            time_zone: form.value("time_zone"),
            address: form.value("address"),
            phone: form.value("phone"),
            hours: DAYS.map(|day| form.value(day)),
        };
        let version = form.version();
        let ask = async move {
            match id {
                Some(id) => api::locations::save(id, version, typed).await,
                None => api::locations::add(typed).await.map(|_| ()),
            }
        };
        form.send(ask, move |()| {
            desk.toasts.say(words::SAVED);
            on_close.run(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        close(false);
    };
    let title = if id.is_some() { words::EDIT_LOCATION } else { words::ADD_LOCATION };
    let name = Line { longest: limits::NAME, ..Line::default() };
    // That they may be blank is said once, above them.
    let hours = Line { unmarked: true, ..Line::default() };
    let days: Vec<_> = DAYS.into_iter().zip(words::DAYS).map(|(day, label)| form.text(day, label, hours)).collect();
    view! {
        <Dialog title=title id="edit-location" wide=true on_close=move |()| close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    <div class="fields-pair">
                        {form.text("name", words::NAME, name.required())}
                        {form.select("time_zone", words::TIME_ZONE, zones, "")}
                        {form.text("address", words::ADDRESS, Line { longest: limits::LINE, ..Line::default() })}
                        {form.text("phone", words::PHONE, Line::of("tel"))}
                    </div>
                    <fieldset class="fieldset">
                        <legend>{words::OPENING_HOURS}</legend>
                        <p class="card-text">{words::OPENING_HOURS_HINT}</p>
                        <div class="fields-pair">{days}</div>
                    </fieldset>
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
