//! The pages, fetched when they are first shown: what somebody never opens costs them nothing. Pages that
//! are used together are one piece of WASM (`patients`, `record`, `chat`, `reports`, `settings`, `forms`, `users`, `own`); what several pieces need is a piece
//! too, and few pieces make few of those (P-13).
//!
//! A piece may fail to arrive: the network is away, or a new version of the server knows it by another name. Then the page
//! says so, and offers to try again.

use domain::ids::{
    ActivityId, BulkId, ConversationId, DocumentId, FormId, GroupConversationId, NoteId, PatientId, UserId,
};
use leptos::{
    prelude::*,
    reactive::computed::ScopedFuture,
    task::spawn_local,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::{
    account, chat, desk::use_desk, frame, history, nav::Place, notifications, patients, reports, settings, words,
};
use crate::components::{Button, Empty, Kind, Skeleton};

/// A page, if its code arrived.
type Fetched = Result<AnyView, SplitLoaderError>;

#[wasm_split(patients, wasm_split_path = leptos::wasm_split, fallible)]
fn patient_list() -> Fetched {
    Ok(view! { <patients::Patients/> }.into_any())
}

#[wasm_split(patients, wasm_split_path = leptos::wasm_split, fallible)]
fn new_patient() -> Fetched {
    Ok(view! { <patients::NewPatient/> }.into_any())
}

#[wasm_split(patients, wasm_split_path = leptos::wasm_split, fallible)]
fn emergency() -> Fetched {
    Ok(view! { <patients::Emergency/> }.into_any())
}

#[wasm_split(patients, wasm_split_path = leptos::wasm_split, fallible)]
fn updates() -> Fetched {
    Ok(view! { <patients::Queue/> }.into_any())
}

#[wasm_split(patients, wasm_split_path = leptos::wasm_split, fallible)]
fn patient(id: PatientId) -> Fetched {
    Ok(view! { <patients::Profile id=id/> }.into_any())
}

#[wasm_split(record, wasm_split_path = leptos::wasm_split, fallible)]
fn notes(patient: PatientId, note: Option<NoteId>) -> Fetched {
    Ok(match note {
        Some(note) => view! { <patients::Note id=patient note=note/> }.into_any(),
        None => view! { <patients::Notes id=patient/> }.into_any(),
    })
}

/// The Notes tab of a profile: whoever opens patients only to see their details downloads none of it.
pub fn notes_tab(patient: PatientId, note: Option<NoteId>) -> AnyView {
    later(move || notes(patient, note))
}

#[wasm_split(record, wasm_split_path = leptos::wasm_split, fallible)]
fn documents(patient: PatientId, document: Option<DocumentId>, may_read: bool) -> Fetched {
    Ok(match document {
        Some(document) => view! { <patients::Document id=patient document=document/> }.into_any(),
        None => view! { <patients::Documents id=patient may_read=may_read/> }.into_any(),
    })
}

#[wasm_split(record, wasm_split_path = leptos::wasm_split, fallible)]
fn activities(patient: PatientId, activity: Option<ActivityId>) -> Fetched {
    Ok(match activity {
        Some(activity) => view! { <patients::Activity id=patient activity=activity/> }.into_any(),
        None => view! { <patients::Activities id=patient/> }.into_any(),
    })
}

/// The Home activities tab, in the same manner.
pub fn activities_tab(patient: PatientId, activity: Option<ActivityId>) -> AnyView {
    later(move || activities(patient, activity))
}

/// The Documents tab, which writes as the Notes tab does.
pub fn documents_tab(patient: PatientId, document: Option<DocumentId>, may_read: bool) -> AnyView {
    later(move || documents(patient, document, may_read))
}

#[wasm_split(chat, wasm_split_path = leptos::wasm_split, fallible)]
fn chats() -> Fetched {
    Ok(view! { <chat::Chats/> }.into_any())
}

#[wasm_split(chat, wasm_split_path = leptos::wasm_split, fallible)]
fn conversation(id: ConversationId) -> Fetched {
    Ok(view! { <chat::Conversation id=id/> }.into_any())
}

#[wasm_split(chat, wasm_split_path = leptos::wasm_split, fallible)]
fn colleagues() -> Fetched {
    Ok(view! { <chat::Colleagues/> }.into_any())
}

#[wasm_split(chat, wasm_split_path = leptos::wasm_split, fallible)]
fn group_conversation(id: GroupConversationId) -> Fetched {
    Ok(view! { <chat::GroupConversation id=id/> }.into_any())
}

#[wasm_split(reports, wasm_split_path = leptos::wasm_split, fallible)]
fn reports() -> Fetched {
    Ok(view! { <reports::Reports/> }.into_any())
}

#[wasm_split(reports, wasm_split_path = leptos::wasm_split, fallible)]
fn case_load() -> Fetched {
    Ok(view! { <reports::CaseLoad/> }.into_any())
}

#[wasm_split(reports, wasm_split_path = leptos::wasm_split, fallible)]
fn bulk(id: BulkId) -> Fetched {
    Ok(view! { <reports::Bulk id=id/> }.into_any())
}

#[wasm_split(settings, wasm_split_path = leptos::wasm_split, fallible)]
fn user_history() -> Fetched {
    Ok(view! { <history::History/> }.into_any())
}

#[wasm_split(own, wasm_split_path = leptos::wasm_split, fallible)]
fn all_notifications() -> Fetched {
    Ok(view! { <notifications::Notifications/> }.into_any())
}

#[wasm_split(settings, wasm_split_path = leptos::wasm_split, fallible)]
fn setting(place: Place) -> Fetched {
    Ok(match place {
        Place::General => view! { <settings::General/> }.into_any(),
        Place::Templates => view! { <settings::Templates/> }.into_any(),
        Place::Handout => view! { <settings::Handout/> }.into_any(),
        Place::Emergencies => view! { <settings::Emergencies/> }.into_any(),
        Place::Mail => view! { <settings::Mail/> }.into_any(),
        Place::Locations => view! { <settings::Locations/> }.into_any(),
        _ => view! { <settings::Settings/> }.into_any(),
    })
}

#[wasm_split(forms, wasm_split_path = leptos::wasm_split, fallible)]
fn forms() -> Fetched {
    Ok(view! { <settings::Forms/> }.into_any())
}

#[wasm_split(forms, wasm_split_path = leptos::wasm_split, fallible)]
fn form(id: FormId) -> Fetched {
    Ok(view! { <settings::FormEditor id=id/> }.into_any())
}

#[wasm_split(users, wasm_split_path = leptos::wasm_split, fallible)]
fn users() -> Fetched {
    Ok(view! { <settings::Users/> }.into_any())
}

#[wasm_split(users, wasm_split_path = leptos::wasm_split, fallible)]
fn user(id: UserId) -> Fetched {
    Ok(view! { <settings::User id=id/> }.into_any())
}

#[wasm_split(own, wasm_split_path = leptos::wasm_split, fallible)]
fn own_account() -> Fetched {
    Ok(view! { <account::Account/> }.into_any())
}

/// The page at the present address.
#[component]
pub fn Page() -> impl IntoView {
    let nav = use_desk().nav;
    let place = Memo::new(move |_| Place::of(&nav.path()));
    move || match place.get() {
        Place::Home => view! { <super::home::Home/> }.into_any(),
        Place::Patients => later(patient_list),
        Place::NewPatient => later(new_patient),
        Place::Updates => later(updates),
        Place::Emergency => later(emergency),
        Place::Patient(id) => later(move || patient(id)),
        Place::Chat => later(chats),
        Place::Conversation(id) => later(move || conversation(id)),
        Place::Colleagues => later(colleagues),
        Place::GroupConversation(id) => later(move || group_conversation(id)),
        Place::Reports => later(reports),
        Place::CaseLoad => later(case_load),
        Place::Bulk(id) => later(move || bulk(id)),
        Place::History => later(user_history),
        Place::Notifications => later(all_notifications),
        place @ (Place::Settings
        | Place::General
        | Place::Templates
        | Place::Handout
        | Place::Emergencies
        | Place::Mail
        | Place::Locations) => later(move || setting(place)),
        Place::Forms => later(forms),
        Place::Form(id) => later(move || form(id)),
        Place::Users => later(users),
        Place::User(id) => later(move || user(id)),
        Place::Account => later(own_account),
        Place::Nowhere => view! { <super::Nowhere/> }.into_any(),
    }
}

/// A page whose code may have to be fetched. One that is here already is drawn at once.
fn later<F>(page: impl Fn() -> F + Copy + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = Fetched> + 'static,
{
    let again = RwSignal::new(0_u32);
    (move || {
        again.track();
        let here = RwSignal::new(false);
        let drawn = StoredValue::new_local(None::<AnyView>);
        // What the page makes lives as long as this place, although it is made later.
        spawn_local(ScopedFuture::new_untracked(async move {
            let page = page().await.unwrap_or_else(|_| view! { <Unfetched again=again/> }.into_any());
            drawn.try_set_value(Some(page));
            here.try_set(true);
        }));
        move || {
            let page = here.get().then(|| drawn.try_update_value(Option::take).flatten()).flatten();
            page.unwrap_or_else(|| view! { <Skeleton lines=6/> }.into_any())
        }
    })
    .into_any()
}

/// In place of a page whose code did not arrive.
#[component]
fn Unfetched(again: RwSignal<u32>) -> impl IntoView {
    let nav = use_desk().nav;
    let once_more = move |_| {
        nav.await_heading();
        again.update(|again| *again += 1);
    };
    view! {
        <frame::Head title=words::UNFETCHED/>
        <Empty title=words::UNFETCHED_TITLE>
            <p>{words::UNFETCHED_TEXT}</p>
            <Button kind=Kind::Main press=once_more>{words::TRY_AGAIN}</Button>
            <Button press=move |_| reload()>{words::RELOAD}</Button>
        </Empty>
    }
}

/// Asks the server for the console anew, and with it for the pieces of the version that it has now.
fn reload() {
    let _ = window().location().reload();
}
