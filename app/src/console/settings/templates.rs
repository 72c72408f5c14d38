//! Settings > Templates: texts with merge fields, previewed with a real patient (S1-10), and those that notes begin with.

use std::time::Duration;

use domain::{
    limits,
    template::{MergeField, Template, TemplateForm},
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{NotForYou, note_templates::NoteTemplates};
use crate::{
    api,
    components::{Button, Dialog, Empty, Icon, Kind, Table, acts, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        drafts,
        form::{Form, Line},
        frame::Head,
        load::load,
        picker::{Found, patients, picker},
        words,
    },
    error::AppError,
};

/// How long after the last key the preview follows.
const PAUSE: Duration = Duration::from_millis(300);

/// The Templates page.
#[component]
pub fn Templates() -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let templates = load(api::templates::list);
    // Some(None) is a new one.
    let editing = RwSignal::new(drafts::was_open("template:new").then_some(None::<Template>));
    let removing = RwSignal::new(None::<Template>);
    let row = move |template: Template| {
        if drafts::was_open(&format!("template:{}", template.id)) {
            editing.set(Some(Some(template.clone())));
        }
        let (edit, remove) = (words::edit_named(&template.name), words::remove_named(&template.name));
        let (to_edit, to_open, to_remove) = (template.clone(), template.clone(), template.clone());
        view! {
            <tr>
                <th scope="row">
                    <button type="button" class="link-button" dir="auto" on:click=move |_| editing.set(Some(Some(to_open.clone())))>
                        {template.name}
                    </button>
                </th>
                <td class="lesser clip" dir="auto">{template.body}</td>
                <td class="acts">
                    <button type="button" class="icon-button" aria-label=edit.clone() title=edit
                        on:click=move |_| editing.set(Some(Some(to_edit.clone())))><Icon name="pencil"/></button>
                    <button type="button" class="icon-button" aria-label=remove.clone() title=remove
                        on:click=move |_| removing.set(Some(to_remove.clone()))><Icon name="trash-2"/></button>
                </td>
            </tr>
        }
    };
    let action = Box::new(move || {
        view! { <Button kind=Kind::Main icon="plus" press=move |_| editing.set(Some(None))>{words::NEW_TEMPLATE}</Button> }.into_any()
    });
    view! {
        <Head title=words::TEMPLATES up=("/console/settings", words::SETTINGS) action=action/>
        {templates.view(4, move |list| {
            if list.is_empty() {
                return view! {
                    <Empty title=words::NO_TEMPLATES>
                        <p>{words::NO_TEMPLATES_TEXT}</p>
                        <Button kind=Kind::Main icon="plus" press=move |_| editing.set(Some(None))>{words::NEW_TEMPLATE}</Button>
                    </Empty>
                }.into_any();
            }
            let rows: Vec<_> = list.into_iter().map(row).collect();
            let columns = vec![column(words::NAME), lesser(words::TEXT), acts(words::ACTIONS)];
            view! { <Table caption=words::TEMPLATES columns=columns>{rows}</Table> }.into_any()
        })}
        <NoteTemplates/>
        {move || editing.get().map(|template| view! {
            <Edit
                template=template
                on_close=move |saved: bool| {
                    editing.set(None);
                    if saved {
                        templates.again();
                    }
                }
            />
        })}
        {move || removing.get().map(|template| {
            let (id, version) = (template.id, template.version);
            view! {
                <Confirm
                    title=words::remove_template(&template.name)
                    text=words::REMOVE_TEMPLATE_TEXT
                    button=words::REMOVE_TEMPLATE
                    danger=true
                    act=move || api::templates::remove(id, version)
                    on_close=move |done| {
                        removing.set(None);
                        if done {
                            desk.toasts.say(words::TEMPLATE_REMOVED);
                        }
                        // Given up, too: somebody else may have changed it meanwhile.
                        templates.again();
                    }
                />
            }
        })}
    }
    .into_any()
}

/// The dialog that makes or changes a template.
#[component]
fn Edit(template: Option<Template>, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let id = template.as_ref().map(|template| template.id);
    let about = id.map_or_else(|| "new".to_owned(), |id| id.to_string());
    let shown = |template: Template| (template.version, vec![("name", template.name), ("body", template.body)]);
    let (version, start) = template.map_or_else(|| (0, vec![("name", String::new()), ("body", String::new())]), shown);
    let form = Form::versioned("template", &about, version, start);
    form.follow(move || async move {
        let newer = api::templates::list().await?.into_iter().find(|template| Some(template.id) == id);
        Ok(newer.map(shown))
    });
    // After a look at the newer version the list behind is old.
    let close = move |saved: bool| on_close(saved || form.version() != version);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = TemplateForm { name: form.value("name"), body: form.value("body") };
        let version = form.version();
        let ask = async move {
            match id {
                Some(id) => api::templates::save(id, version, typed).await,
                None => api::templates::add(typed).await.map(|_| ()),
            }
        };
        form.send(ask, move |()| {
            desk.toasts.say(words::SAVED);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        close(false);
    };
    let inserts: Vec<_> = MergeField::ALL
        .into_iter()
        .map(|field| {
            view! {
                <button type="button" class="chip" on:click=move |_| insert(form, "body", field.code())>
                    <Icon name="plus"/>
                    {words::merge_field(field)}
                </button>
            }
        })
        .collect();
    let title = if id.is_some() { words::EDIT_TEMPLATE } else { words::NEW_TEMPLATE };
    view! {
        <Dialog title=title id="edit-template" wide=true on_close=move |()| close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body two-sides">
                    <div>
                        {form.notices()}
                        {form.text("name", words::TEMPLATE_NAME, Line { longest: limits::NAME, ..Line::default() }.required())}
                        {form.area("body", words::TEXT, words::TEMPLATE_TEXT_HINT, true, limits::MESSAGE)}
                        <div class="chips" role="group" aria-label=words::INSERT_FIELD>{inserts}</div>
                    </div>
                    <Preview body=form.field("body")/>
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// Puts a merge field where the cursor stands in a field of the form.
pub fn insert(form: Form, name: &str, code: &str) {
    let text = format!("{{{{{code}}}}}");
    let Some(area) = document()
        .get_element_by_id(&form.id(name))
        .and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok())
    else {
        // A field of one line: at its end.
        form.field(name).update(|value| value.push_str(&text));
        return;
    };
    let end = area.value().encode_utf16().count() as u32;
    let from = area.selection_start().ok().flatten().unwrap_or(end);
    let to = area.selection_end().ok().flatten().unwrap_or(end);
    if area.set_range_text_with_start_and_end(&text, from, to).is_ok() {
        form.field(name).set(area.value());
        let after = from + text.encode_utf16().count() as u32;
        let _ = area.focus();
        let _ = area.set_selection_range(after, after);
    }
}

/// How the text reads for a real patient.
#[component]
fn Preview(body: RwSignal<String>) -> impl IntoView {
    let desk = use_desk();
    let chosen = RwSignal::new(None::<Found>);
    let shown = RwSignal::new(None::<Result<String, AppError>>);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let later = move |act: Box<dyn FnOnce()>| {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
        waiting.set_value(set_timeout_with_handle(act, PAUSE).ok());
    };
    on_cleanup(move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    });
    Effect::new(move || {
        let (found, text) = (chosen.get(), body.get());
        let Some(patient) = found.and_then(|found| found.id.parse().ok()) else { return };
        later(Box::new(move || {
            spawn_local(async move {
                let answer = api::templates::preview(text, patient).await;
                if let Err(error) = &answer {
                    desk.failed(error);
                }
                let _ = shown.try_set(Some(answer));
            });
        }));
    });
    let sheet = move || match (chosen.get(), shown.get()) {
        (None, _) => view! { <p class="muted">{words::PREVIEW_TEXT}</p> }.into_any(),
        (Some(_), None) => ().into_any(),
        (Some(Found { name, .. }), Some(Ok(text))) => view! {
            <p class="muted">{words::PREVIEW_FOR}" "<strong dir="auto">{name}</strong></p>
            <div class="preview-text" dir="auto">{text}</div>
        }
        .into_any(),
        (Some(_), Some(Err(error))) => {
            let text = error
                .problem("body")
                .map_or_else(|| words::error(&error), |problem| crate::words::problem(problem).to_owned());
            view! { <p class="field-error" role="status">{text}</p> }.into_any()
        }
    };
    view! {
        <section class="preview" aria-label=words::PREVIEW>
            <h3>{words::PREVIEW}</h3>
            {picker("preview-patient", words::PREVIEW_PATIENT, words::none_found(use_desk().start().may.names_hidden), false, Box::new(patients), chosen)}
            {sheet}
        </section>
    }
}
