//! Settings > Forms: what people are asked to fill in (S3-13).
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list, and the dialog that adds one |
//! | `editor` | one form: its words, saving, publishing, putting away |
//! | `parts` | sections and questions while they are written |

mod editor;
mod parts;

use domain::{
    form::{Definition, FormDraft, FormRow, FormState},
    limits,
};
use leptos::prelude::*;

pub use self::editor::FormEditor;
use super::NotForYou;
use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Icon, Kind, Table, column},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line},
        frame::Head,
        load::load,
        nav, words,
    },
};

/// The Forms page.
#[component]
pub fn Forms() -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let forms = load(api::forms::list);
    let adding = RwSignal::new(drafts::was_open("form-new:"));
    let action = Box::new(move || {
        view! { <Button kind=Kind::Main icon="plus" press=move |_| adding.set(true)>{words::NEW_FORM}</Button> }
            .into_any()
    });
    view! {
        <Head title=words::FORMS up=("/console/settings", words::SETTINGS) action=action/>
        {forms.view(4, move |list| {
            if list.is_empty() {
                return view! {
                    <Empty title=words::NO_FORMS>
                        <p>{words::NO_FORMS_TEXT}</p>
                        <Button kind=Kind::Main icon="plus" press=move |_| adding.set(true)>{words::NEW_FORM}</Button>
                    </Empty>
                }.into_any();
            }
            let rows: Vec<_> = list.into_iter().map(row).collect();
            let columns = vec![column(words::FORM_TITLE), column(words::STATE)];
            view! { <Card><Table caption=words::FORMS columns=columns>{rows}</Table></Card> }.into_any()
        })}
        {move || adding.get().then(|| view! { <Add on_close=move || adding.set(false)/> })}
    }
    .into_any()
}

fn row(form: FormRow) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><a href=nav::form(form.id) dir="auto">{form.title}</a></th>
            <td>{badge(form.state)}</td>
        </tr>
    }
}

/// Where a form stands: an icon and a word.
fn badge(state: FormState) -> impl IntoView + use<> {
    let (class, icon, word) = words::form_state(state);
    view! { <span class=class><Icon name=icon/>{word}</span> }
}

/// The dialog that adds a form: the title first, the rest in the editor.
#[component]
fn Add(on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let form = Form::new("form-new", "", vec![("title", String::new())]);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let draft = FormDraft { title: form.value("title"), definition: Definition::default() };
        form.send(api::forms::add(draft), move |id| {
            desk.toasts.say(words::FORM_ADDED);
            on_close();
            desk.nav.go(&nav::form(id));
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close();
    };
    let title = Line { longest: limits::NAME, ..Line::default() }.hint(words::FORM_TITLE_HINT).required();
    view! {
        <Dialog title=words::NEW_FORM id="new-form" on_close=move |()| on_close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("title", words::FORM_TITLE, title)}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::ADD_FORM}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
