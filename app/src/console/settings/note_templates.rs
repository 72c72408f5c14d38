//! Settings > Templates: under those of messages, texts that notes begin with.

use domain::{
    ids::NoteTemplateId,
    limits,
    note::Category,
    note_template::{NoteField, NoteTemplate, NoteTemplateChoice, NoteTemplateForm},
};
use leptos::{prelude::*, task::spawn_local};

use super::templates::insert;
use crate::{
    api,
    components::{Button, Card, Choice, Dialog, Empty, Icon, Kind, Table, acts, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        load::load,
        words,
    },
};

/// The list, and the dialogs over it.
#[component]
pub fn NoteTemplates() -> impl IntoView {
    let desk = use_desk();
    let templates = load(api::note_templates::list);
    // Some(None) is a new one.
    let editing = RwSignal::new(drafts::was_open("note-template:new").then_some(None::<NoteTemplate>));
    let removing = RwSignal::new(None::<NoteTemplate>);
    // As it is when it is opened, not when the list was read.
    let look = move |id: NoteTemplateId, then: fn(NoteTemplate) -> Opened| {
        spawn_local(async move {
            match api::note_templates::open(id).await {
                Ok(template) => match then(template) {
                    Opened::Edit(template) => editing.set(Some(Some(template))),
                    Opened::Remove(template) => removing.set(Some(template)),
                },
                Err(error) => {
                    desk.refused(&error);
                    templates.again();
                }
            }
        });
    };
    let row = move |template: NoteTemplateChoice| {
        let NoteTemplateChoice { id, name, category } = template;
        if drafts::was_open(&format!("note-template:{id}")) {
            look(id, Opened::Edit);
        }
        let (edit, remove) = (words::edit_named(&name), words::remove_named(&name));
        view! {
            <tr>
                <th scope="row">
                    <button type="button" class="link-button" dir="auto" on:click=move |_| look(id, Opened::Edit)>{name}</button>
                </th>
                <td class="lesser">{crate::words::category(category)}</td>
                <td class="acts">
                    <button type="button" class="icon-button" aria-label=edit.clone() title=edit
                        on:click=move |_| look(id, Opened::Edit)><Icon name="pencil"/></button>
                    <button type="button" class="icon-button" aria-label=remove.clone() title=remove
                        on:click=move |_| look(id, Opened::Remove)><Icon name="trash-2"/></button>
                </td>
            </tr>
        }
    };
    let actions: Children = Box::new(move || {
        view! { <Button icon="plus" press=move |_| editing.set(Some(None))>{words::NEW_NOTE_TEMPLATE}</Button> }
            .into_any()
    });
    let draw = move |list: Vec<NoteTemplateChoice>| {
        if list.is_empty() {
            return view! { <Empty title=words::NO_NOTE_TEMPLATES><p>{words::NO_NOTE_TEMPLATES_TEXT}</p></Empty> }
                .into_any();
        }
        let rows: Vec<_> = list.into_iter().map(row).collect();
        let columns = vec![column(words::NAME), lesser(words::NOTE_KIND), acts(words::ACTIONS)];
        view! { <Table caption=words::NOTE_TEMPLATES columns=columns>{rows}</Table> }.into_any()
    };
    view! {
        <Card title=words::NOTE_TEMPLATES id="note-templates" actions=actions>
            <p class="card-text">{words::NOTE_TEMPLATES_TEXT}</p>
            {templates.view(3, draw)}
        </Card>
        {move || editing.get().map(|template| view! {
            <Edit template=template on_close=move |saved: bool| {
                editing.set(None);
                if saved {
                    templates.again();
                }
            }/>
        })}
        {move || removing.get().map(|template| {
            let (id, version) = (template.id, template.version);
            view! {
                <Confirm title=words::remove_template(&template.name) text=words::REMOVE_NOTE_TEMPLATE_TEXT
                    button=words::REMOVE_TEMPLATE danger=true
                    act=move || api::note_templates::remove(id, version)
                    on_close=move |done| {
                        removing.set(None);
                        if done {
                            desk.toasts.say(words::TEMPLATE_REMOVED);
                        }
                        templates.again();
                    }/>
            }
        })}
    }
}

/// What a template is opened for.
enum Opened {
    Edit(NoteTemplate),
    Remove(NoteTemplate),
}

fn shown(template: NoteTemplate) -> (i64, Values) {
    let NoteTemplate { name, category, body, version, .. } = template;
    (version, vec![("name", name), ("category", category.code().to_owned()), ("body", body)])
}

/// The dialog that makes or changes one.
#[component]
fn Edit(template: Option<NoteTemplate>, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let id = template.as_ref().map(|template| template.id);
    let about = id.map_or_else(|| "new".to_owned(), |id| id.to_string());
    let empty = || {
        let category = Category::default().code().to_owned();
        (0, vec![("name", String::new()), ("category", category), ("body", String::new())])
    };
    let (version, start) = template.map_or_else(empty, shown);
    let form = Form::versioned("note-template", &about, version, start);
    form.follow(move || async move {
        match id {
            Some(id) => api::note_templates::open(id).await.map(|newer| Some(shown(newer))),
            None => Ok(None),
        }
    });
    let close = move |saved: bool| on_close(saved || form.version() != version);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed =
            NoteTemplateForm { name: form.value("name"), category: form.value("category"), body: form.value("body") };
        let version = form.version();
        let ask = async move {
            match id {
                Some(id) => api::note_templates::save(id, version, typed).await,
                None => api::note_templates::add(typed).await.map(|_| ()),
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
    let inserts = NoteField::ALL.into_iter().map(|field| {
        view! {
            <button type="button" class="chip" on:click=move |_| insert(form, "body", field.code())>
                <Icon name="plus"/>
                {words::note_field(field)}
            </button>
        }
    });
    let inserts: Vec<_> = inserts.collect();
    let kinds = Category::ALL.into_iter().map(|kind| Choice::new(kind.code(), crate::words::category(kind))).collect();
    let title = if id.is_some() { words::EDIT_NOTE_TEMPLATE } else { words::NEW_NOTE_TEMPLATE };
    let name = Line { longest: limits::NAME, ..Line::default() };
    view! {
        <Dialog title=title id="edit-note-template" wide=true on_close=move |()| close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("name", words::TEMPLATE_NAME, name.required().hint(words::NOTE_TEMPLATE_NAME_HINT))}
                    {form.select("category", words::NOTE_KIND, kinds, "")}
                    {form.area("body", words::TEXT, words::NOTE_TEMPLATE_TEXT_HINT, true, limits::NOTE)}
                    <div class="chips" role="group" aria-label=words::INSERT_FIELD>{inserts}</div>
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
