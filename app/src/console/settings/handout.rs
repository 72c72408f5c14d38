//! Settings > Handout: the sheet that tells patients of the portal, to print and to take away (S3-37, S3-38). Whoever works
//! here may print it; its text is changed by those who manage.

use domain::{
    handout::{Field, Text, View, words as paper},
    limits,
};
use leptos::prelude::*;

use super::templates::insert;
use crate::{
    api,
    components::{Button, Card, Dialog, Icon, Kind},
    console::{
        desk::use_desk,
        download, drafts,
        form::{Form, Line, Values},
        frame::Head,
        load::{Load, load},
        words,
    },
};

/// The Handout page.
#[component]
pub fn Handout() -> impl IntoView {
    let desk = use_desk();
    let manage = desk.start().may.manage;
    let handout = load(api::handout::find);
    let editing = RwSignal::new(manage && drafts::was_open("handout:"));
    let (fetch, problem) = download::pdf(words::HANDOUT_FILE, api::handout::pdf);
    let print = move |_| {
        let _ = window().print();
    };
    let action: Children = Box::new(move || {
        view! {
            <div class="buttons">
                {manage.then(|| view! { <Button icon="pencil" name=words::EDIT_HANDOUT press=move |_| editing.set(true)>{words::EDIT}</Button> })}
                {fetch}
                <Button kind=Kind::Main icon="printer" press=print>{words::PRINT}</Button>
            </div>
        }
        .into_any()
    });
    let up = if manage { ("/console/settings", words::SETTINGS) } else { ("/console", words::HOME) };
    view! {
        <Head title=words::HANDOUT up=up action=action/>
        <div class="column">
            <p class="muted not-printed">{words::HANDOUT_TEXT}</p>
            {problem}
            {handout.view(8, |view| view! { <Card>{sheet(&view.text, &view)}</Card> }.into_any())}
        </div>
        {move || editing.get().then(|| {
            handout.value().get().map(|start| edit(start, handout, editing))
        })}
    }
    .into_any()
}

fn shown(text: Text) -> Values {
    let Text { title, introduction, benefits, steps, closing } = text;
    vec![
        ("title", title),
        ("introduction", introduction),
        ("benefits", benefits),
        ("steps", steps),
        ("closing", closing),
    ]
}

/// The dialog that changes the text, with the sheet beside it.
fn edit(start: View, handout: Load<View>, editing: RwSignal<bool>) -> AnyView {
    let desk = use_desk();
    let version = start.version;
    let form = Form::versioned("handout", "", version, shown(start.text.clone()));
    form.follow(|| async { api::handout::find().await.map(|newer| Some((newer.version, shown(newer.text)))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            handout.again();
        }
        editing.set(false);
    };
    let (title, introduction) = (form.field("title"), form.field("introduction"));
    let (benefits, steps, closing) = (form.field("benefits"), form.field("steps"), form.field("closing"));
    let typed = move || Text {
        title: title.get(),
        introduction: introduction.get(),
        benefits: benefits.get(),
        steps: steps.get(),
        closing: closing.get(),
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::handout::save(form.version(), untrack(typed)), move |()| {
            desk.toasts.say(words::SAVED);
            handout.again();
            editing.set(false);
        });
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let standard = move |_| {
        for (name, value) in shown(Text::standard()) {
            form.field(name).set(value);
        }
    };
    // A field goes where the cursor was last.
    let last = StoredValue::new("introduction");
    let note = move |event: leptos::ev::FocusEvent| {
        let id = event_target::<web_sys::Element>(&event).id();
        let own =
            ["title", "introduction", "benefits", "steps", "closing"].into_iter().find(|name| form.id(name) == id);
        if let Some(name) = own {
            last.set_value(name);
        }
    };
    let inserts: Vec<_> = Field::ALL
        .into_iter()
        .map(|field| {
            view! {
                <button type="button" class="chip" on:click=move |_| insert(form, last.get_value(), field.code())>
                    <Icon name="plus"/>
                    {words::handout_field(field)}
                </button>
            }
        })
        .collect();
    let line = Line { longest: limits::LINE, ..Line::default() };
    view! {
        <Dialog title=words::EDIT_HANDOUT id="edit-handout" wide=true on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body two-sides">
                    <div on:focusin=note>
                        {form.notices()}
                        {form.text("title", words::HANDOUT_TITLE, line.required())}
                        {form.area("introduction", words::HANDOUT_INTRODUCTION, "", false, limits::MESSAGE)}
                        {form.area("benefits", words::HANDOUT_BENEFITS, words::ONE_A_LINE, false, limits::MESSAGE)}
                        {form.area("steps", words::HANDOUT_STEPS, words::ONE_A_LINE, false, limits::MESSAGE)}
                        {form.area("closing", words::HANDOUT_CLOSING, words::HANDOUT_FIELDS_HINT, false, limits::MESSAGE)}
                        <div class="chips" role="group" aria-label=words::INSERT_FIELD>{inserts}</div>
                        <p><button type="button" class="link-button" on:click=standard>{words::STANDARD_TEXT}</button></p>
                    </div>
                    <section class="preview" aria-label=words::PREVIEW>
                        <h3>{words::PREVIEW}</h3>
                        <div class="preview-sheet">{move || sheet(&typed(), &start)}</div>
                    </section>
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

/// The sheet with this text, as it is printed.
fn sheet(text: &Text, about: &View) -> AnyView {
    let sheet = text.sheet(&about.values);
    let paragraphs =
        |lines: Vec<String>| -> Vec<_> { lines.into_iter().map(|line| view! { <p dir="auto">{line}</p> }).collect() };
    let items =
        |lines: Vec<String>| -> Vec<_> { lines.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect() };
    let address = about.values.portal_address.clone();
    let short = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest).to_owned();
    let size = about.code.size;
    view! {
        <article class="sheet">
            <p class="sheet-practice" dir="auto">{about.values.practice_name.clone()}</p>
            <h2 dir="auto">{sheet.title}</h2>
            {paragraphs(sheet.introduction)}
            {(!sheet.benefits.is_empty()).then(|| view! { <h3>{paper::BENEFITS_TITLE}</h3><ul>{items(sheet.benefits)}</ul> })}
            {(!sheet.steps.is_empty()).then(|| view! { <h3>{paper::STEPS_TITLE}</h3><ol>{items(sheet.steps)}</ol> })}
            <div class="sheet-code">
                <svg viewBox=format!("0 0 {size} {size}") role="img" aria-label=paper::code_name(&address)>
                    <path d=about.code.path.clone()/>
                </svg>
                <strong>{short}</strong>
            </div>
            {paragraphs(sheet.closing)}
        </article>
    }
    .into_any()
}
