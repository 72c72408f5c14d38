//! One form: what it asks, saving it, publishing it, putting it away.

use domain::{
    form::{Completeness, Definition, FormDraft, FormPage, FormState},
    ids::FormId,
    limits,
};
use leptos::{prelude::*, serde_json};

use super::{
    super::NotForYou,
    badge,
    parts::{Ask, Part, definition, shift},
};
use crate::{
    api,
    components::{
        Button, Card, CheckField, Choice, Dialog, Empty, Icon, Kind, LinkButton, Notice, SelectField, TextArea,
        TextField,
    },
    console::{
        confirm::Confirm,
        desk::use_desk,
        form::{Form, Line, Values},
        frame::{Head, focus_on_title},
        load::{Load, load},
        words,
    },
    error::AppError,
    questions,
};

const UP: (&str, &str) = ("/console/settings/forms", words::FORMS);

/// The editor's page.
#[component]
pub fn FormEditor(id: FormId) -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let page = load(move || api::forms::open(id));
    let shown = page.value();
    let gone = Memo::new(move |_| page.failure().with(|error| *error == Some(AppError::NotFound)));
    let there = Memo::new(move |_| shown.with(Option::is_some));
    let archived =
        Memo::new(move |_| shown.with(|shown| shown.as_ref().is_some_and(|form| form.state == FormState::Archived)));
    // Put away or in use again: another page stands here now, and it is read from its top.
    Effect::new(move |before: Option<Option<bool>>| {
        let now = there.get().then(|| archived.get());
        if before.flatten().is_some_and(|before| now != Some(before)) {
            request_animation_frame(focus_on_title);
        }
        now
    });
    view! {
        {move || if gone.get() {
            view! {
                <Head title=words::NO_SUCH_FORM up=UP/>
                <Empty title=words::NO_SUCH_FORM>
                    <p>{words::NO_SUCH_FORM_TEXT}</p>
                    <LinkButton href="/console/settings/forms">{words::ALL_SETTINGS_FORMS}</LinkButton>
                </Empty>
            }.into_any()
        } else {
            view! {
                {page.title(UP)}
                {page.view(6, head)}
                // Drawn once: a further look at the form must not take away what is being typed.
                {move || there.get().then(|| shown.get_untracked().map(|form| if archived.get() {
                    put_away(id, form, page)
                } else {
                    edit(form, page)
                }))}
            }.into_any()
        }}
    }
    .into_any()
}

fn head(form: FormPage) -> AnyView {
    let state = form.state;
    let beside = Box::new(move || badge(state).into_any());
    view! { <Head title=form.title up=UP beside=beside/> }.into_any()
}

fn put_away(id: FormId, form: FormPage, page: Load<FormPage>) -> AnyView {
    let desk = use_desk();
    let restoring = RwSignal::new(false);
    let version = form.version;
    view! {
        <div class="stack">
            <Notice>{words::ARCHIVED_NOTICE}</Notice>
            <div><Button icon="undo-2" press=move |_| restoring.set(true)>{words::USE_AGAIN}</Button></div>
            {preview(&form.definition)}
        </div>
        {move || restoring.get().then(|| view! {
            <Confirm
                title=words::USE_AGAIN_TITLE
                text=words::USE_AGAIN_TEXT
                button=words::USE_AGAIN
                act=move || api::forms::restore(id, version)
                on_close=move |done| {
                    restoring.set(false);
                    if done {
                        desk.toasts.say(words::USED_AGAIN);
                        page.again();
                    }
                }
            />
        })}
    }
    .into_any()
}

/// The form as the person who fills it in sees it.
fn preview(definition: &Definition) -> AnyView {
    if definition.questions().next().is_none() {
        return view! { <p class="muted">{words::NOTHING_ASKED}</p> }.into_any();
    }
    let section = |section: &domain::form::Section| {
        let rows: Vec<_> =
            section.questions.iter().map(|question| questions::field(question.clone(), Vec::new(), None)).collect();
        let (title, help) = (section.title.clone(), section.help.clone());
        view! {
            <section class="card questions">
                <h3 dir="auto">{title}</h3>
                {(!help.is_empty()).then(|| view! { <p class="muted said" dir="auto">{help}</p> })}
                {rows}
            </section>
        }
    };
    let sections: Vec<_> = definition.sections.iter().map(section).collect();
    view! { <div class="stack">{sections}</div> }.into_any()
}

fn text_of(definition: &Definition) -> String {
    serde_json::to_string(definition).unwrap_or_default()
}

fn values(form: FormPage) -> (i64, Values) {
    (form.version, vec![("title", form.title), ("definition", text_of(&form.definition))])
}

/// The editor.
fn edit(start: FormPage, page: Load<FormPage>) -> AnyView {
    let desk = use_desk();
    let id = start.id;
    let (version, start) = values(start);
    // The draft on the device is one field of JSON, so that it survives a reload as every form of the console does.
    let form = Form::versioned("form", &id.to_string(), version, start);
    form.follow(move || async move { api::forms::open(id).await.map(|newer| Some(values(newer))) });
    let kept = form.field("definition");
    let parts = RwSignal::new(Vec::<Part>::new());
    // What this page wrote there last: anything else came from outside, and is taken over.
    let written = StoredValue::new(String::new());
    let owner = Owner::current();
    Effect::new(move || {
        let text = kept.get();
        if written.with_value(|written| *written == text) {
            return;
        }
        let read: Definition = serde_json::from_str(&text).unwrap_or_default();
        let make = || read.sections.into_iter().map(Part::of).collect::<Vec<_>>();
        // Signals of a page live as long as the page, and not only until the next look.
        let made = match &owner {
            Some(owner) => owner.with(make),
            None => make(),
        };
        written.set_value(text);
        parts.set(made);
    });
    Effect::new(move |before: Option<()>| {
        let text = text_of(&definition(parts));
        if before.is_some() && written.with_value(|written| *written != text) {
            written.set_value(text.clone());
            kept.set(text);
        }
    });
    let typed = move || FormDraft { title: form.value("title"), definition: untrack(move || definition(parts)) };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let version = form.version();
        form.send(api::forms::save(id, version, typed()), move |()| {
            form.saved_as(version + 1);
            desk.toasts.say(words::DRAFT_SAVED);
            page.again();
        });
    };
    let publish = move |_| {
        let version = form.version();
        form.send(api::forms::publish(id, version, typed()), move |number| {
            form.saved_as(version + 1);
            desk.toasts.say(words::published(number));
            page.again();
        });
    };
    let looking = RwSignal::new(false);
    let archiving = RwSignal::new(false);
    let title = Line { longest: limits::NAME, ..Line::default() }.hint(words::FORM_TITLE_HINT).required();
    let sections_wrong = form.problem("sections");
    view! {
        <form class=form.class() novalidate on:submit=save>
            <div class="stack form-editor">
                {form.notices()}
                <Card>{form.text("title", words::FORM_TITLE, title)}</Card>
                {move || sections_wrong.get().map(|text| view! {
                    <p class="field-error" role="alert" tabindex="-1" aria-invalid="true"><Icon name="circle-alert"/><span>{text}</span></p>
                })}
                <For each=move || parts.get() key=|part| part.id children=move |part| section(form, parts, part)/>
                <div>
                    <Button icon="plus" press=move |_| add(parts, Part::new())>{words::ADD_SECTION}</Button>
                </div>
                <p class="muted">{words::PUBLISH_HINT}</p>
                <div class="editor-foot">
                    <Button submit=true busy=form.busy>{words::SAVE_DRAFT}</Button>
                    <Button icon="eye" press=move |_| looking.set(true)>{words::PREVIEW}</Button>
                    <Button icon="archive" press=move |_| archiving.set(true)>{words::ARCHIVE}</Button>
                    <Button kind=Kind::Main busy=form.busy press=publish>{words::PUBLISH}</Button>
                </div>
            </div>
        </form>
        {move || looking.get().then(|| {
            let typed = untrack(move || definition(parts));
            // As it will be kept: without the empty lines of a list.
            let definition = typed.check(Completeness::Draft).unwrap_or(typed);
            view! {
                <Dialog title=words::PREVIEW id="form-preview" wide=true on_close=move |()| looking.set(false)>
                    <div class="dialog-body">{preview(&definition)}</div>
                    <footer class="dialog-foot"><Button press=move |_| looking.set(false)>{words::CLOSE}</Button></footer>
                </Dialog>
            }
        })}
        {move || archiving.get().then(|| view! {
            <Confirm
                title=words::ARCHIVE_TITLE
                text=words::ARCHIVE_TEXT
                button=words::ARCHIVE_BUTTON
                danger=true
                act=move || api::forms::archive(id, form.version())
                on_close=move |done| {
                    archiving.set(false);
                    if done {
                        form.discard();
                        desk.toasts.say(words::ARCHIVED);
                        page.again();
                    }
                }
            />
        })}
    }
    .into_any()
}

/// Adds a part at the end. Its signals live as long as the list that holds it.
fn add<T: Send + Sync + 'static>(list: RwSignal<Vec<T>>, part: T) {
    list.update(|list| list.push(part));
}

/// Where a part stands now.
fn at<T: Copy + Send + Sync + 'static>(list: RwSignal<Vec<T>>, is: impl Fn(&T) -> bool) -> usize {
    list.with(|list| list.iter().position(is).unwrap_or_default())
}

/// The buttons that move and remove a part.
fn movers<T: Copy + Send + Sync + 'static>(
    list: RwSignal<Vec<T>>,
    is: impl Fn(&T) -> bool + Copy + Send + Sync + 'static,
    name: impl Fn(usize) -> String + Copy + Send + Sync + 'static,
) -> AnyView {
    let place = Memo::new(move |_| at(list, is));
    let last = move || list.with(|list| place.get() + 1 >= list.len());
    let go = move |up: bool| {
        list.update(|list| {
            let place = list.iter().position(is).unwrap_or_default();
            shift(list, place, up);
        })
    };
    let take = move |_| list.update(|list| list.retain(|part| !is(part)));
    let named = move |say: fn(&str) -> String| move || say(&name(place.get() + 1).to_lowercase());
    view! {
        <div class="movers">
            <button type="button" class="icon-button" aria-label=named(words::move_up) title=named(words::move_up)
                disabled=move || place.get() == 0 on:click=move |_| go(true)><Icon name="arrow-up"/></button>
            <button type="button" class="icon-button" aria-label=named(words::move_down) title=named(words::move_down)
                disabled=last on:click=move |_| go(false)><Icon name="arrow-down"/></button>
            <button type="button" class="icon-button" aria-label=named(words::remove_part) title=named(words::remove_part)
                on:click=take><Icon name="trash-2"/></button>
        </div>
    }
    .into_any()
}

fn section(form: Form, parts: RwSignal<Vec<Part>>, part: Part) -> AnyView {
    let is = move |other: &Part| other.id == part.id;
    let place = move || at(parts, is);
    let path = move |field: &'static str| move || format!("sections.{}.{field}", place());
    let field = move |name: &str| format!("part-{}-{name}", part.id);
    let none = form.problem_at(path("questions"));
    view! {
        <section class="card part" aria-label=move || words::section_number(place() + 1)>
            <header class="part-head">
                <h2>{move || words::section_number(place() + 1)}</h2>
                {movers(parts, is, words::section_number)}
            </header>
            <TextField name="title" id=field("title") label=words::SECTION_TITLE bind=part.title required=true
                longest=limits::NAME error=form.problem_at(path("title"))/>
            <TextArea name="help" id=field("help") label=words::SECTION_HELP bind=part.help rows=2
                longest=limits::FORM_HELP error=form.problem_at(path("help"))/>
            <ol class="asks">
                <For each=move || part.questions.get() key=|ask| ask.id children=move |ask| question(form, place, part, ask)/>
            </ol>
            {move || none.get().map(|text| view! {
                <p class="field-error" role="alert" tabindex="-1" aria-invalid="true"><Icon name="circle-alert"/><span>{text}</span></p>
            })}
            <div><Button icon="plus" press=move |_| add(part.questions, Ask::new())>{words::ADD_QUESTION}</Button></div>
        </section>
    }
    .into_any()
}

fn question(form: Form, section: impl Fn() -> usize + Copy + Send + Sync + 'static, part: Part, ask: Ask) -> AnyView {
    let is = move |other: &Ask| other.id == ask.id;
    let place = move || at(part.questions, is);
    let path = move |field: &'static str| move || format!("sections.{}.questions.{}.{field}", section(), place());
    let field = move |name: &str| format!("ask-{}-{name}", ask.id);
    let kinds: Vec<_> = words::ANSWER_KINDS.iter().map(|(code, text)| Choice::new(*code, *text)).collect();
    let kind = Memo::new(move |_| ask.kind.get());
    let more = move || {
        match kind.get().as_str() {
        "choice" | "choices" => view! {
            <TextArea name="options" id=field("options") label=words::OPTIONS hint=words::OPTIONS_HINT bind=ask.options rows=3
                required=true error=form.problem_at(path("options"))/>
        }
        .into_any(),
        "number" => view! {
            <div class="fields-three">
                <TextField name="least" id=field("least") label=words::LEAST bind=ask.least inputmode="decimal" longest=20
                    error=form.problem_at(path("least"))/>
                <TextField name="most" id=field("most") label=words::MOST bind=ask.most inputmode="decimal" longest=20
                    error=form.problem_at(path("most"))/>
                <TextField name="unit" id=field("unit") label=words::UNIT bind=ask.unit longest=limits::FORM_UNIT
                    error=form.problem_at(path("unit"))/>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    }
    };
    view! {
        <li class="ask" aria-label=move || words::question_number(place() + 1)>
            <header class="part-head">
                <h3>{move || words::question_number(place() + 1)}</h3>
                {movers(part.questions, is, words::question_number)}
            </header>
            <div class="fields-pair">
                <TextField name="label" id=field("label") label=words::QUESTION bind=ask.label required=true
                    longest=limits::FORM_LABEL error=form.problem_at(path("label"))/>
                <SelectField name="kind" id=field("kind") label=words::ANSWERED_BY choices=kinds bind=ask.kind required=true/>
            </div>
            {more}
            <TextField name="help" id=field("help") label=words::QUESTION_HELP bind=ask.help
                longest=limits::FORM_HELP error=form.problem_at(path("help"))/>
            <CheckField name="required" id=field("required") label=words::REQUIRED bind=ask.required/>
        </li>
    }
    .into_any()
}
