//! The reports that a user keeps: the dialog that names one, and their list on the page of reports.

use domain::{
    ids::SavedReportId,
    limits,
    report::{CaseLoadForm, ReportChoices, SavedReport},
};
use leptos::prelude::*;

use super::ask::address;
use crate::{
    api,
    components::{Button, Card, Dialog, Icon, Kind, Table, acts, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        drafts,
        form::{Form, Line},
        load::load,
        words,
    },
};

/// The name under which the dialog that keeps a report keeps what is typed.
pub const DRAFT: &str = "saved-report:";

/// The list, with ways to open, rename and remove.
pub fn section() -> AnyView {
    let desk = use_desk();
    let saved = load(api::reports::saved);
    let choices = load(api::reports::choices).value();
    let renaming = RwSignal::new(None::<SavedReport>);
    let removing = RwSignal::new(None::<SavedReport>);
    let row = move |report: SavedReport| {
        if drafts::was_open(&format!("{DRAFT}{}", report.id)) {
            renaming.set(Some(report.clone()));
        }
        let (rename, remove) = (words::rename_named(&report.name), words::remove_named(&report.name));
        let (to_rename, to_remove) = (report.clone(), report.clone());
        let SavedReport { name, form, .. } = report;
        let title = match &form {
            Some(form) => view! { <a href=address(form) dir="auto">{name}</a> }.into_any(),
            None => view! { <span dir="auto">{name}</span> }.into_any(),
        };
        let about = move || match &form {
            None => words::SAVED_UNUSABLE.to_owned(),
            Some(form) => choices.with(|choices| about(form, choices.as_ref())),
        };
        view! {
            <tr>
                <th scope="row">{title}</th>
                <td class="lesser clip" dir="auto">{about}</td>
                <td class="acts">
                    <button type="button" class="icon-button" aria-label=rename.clone() title=rename
                        on:click=move |_| renaming.set(Some(to_rename.clone()))><Icon name="pencil"/></button>
                    <button type="button" class="icon-button" aria-label=remove.clone() title=remove
                        on:click=move |_| removing.set(Some(to_remove.clone()))><Icon name="trash-2"/></button>
                </td>
            </tr>
        }
    };
    let draw = move |list: Vec<SavedReport>| {
        if list.is_empty() {
            return view! { <p class="muted card-text">{words::NO_SAVED_REPORTS}</p> }.into_any();
        }
        let columns = vec![column(words::NAME), lesser(words::FILTERS), acts(words::ACTIONS)];
        let rows: Vec<_> = list.into_iter().map(row).collect();
        view! { <Table caption=words::SAVED_REPORTS columns=columns>{rows}</Table> }.into_any()
    };
    view! {
        <Card title=words::SAVED_REPORTS id="saved-reports">{saved.view(2, draw)}</Card>
        {move || renaming.get().map(|report| {
            let about = report.id.to_string();
            named(words::RENAME_REPORT, about, report.name, Keep::Rename(report.id), move |done| {
                renaming.set(None);
                if done {
                    saved.again();
                }
            })
        })}
        {move || removing.get().map(|report| {
            let id = report.id;
            view! {
                <Confirm
                    title=words::remove_report(&report.name)
                    text=words::REMOVE_REPORT_TEXT
                    button=words::REMOVE_REPORT
                    danger=true
                    act=move || api::reports::remove(id)
                    on_close=move |done| {
                        removing.set(None);
                        if done {
                            desk.toasts.say(words::REPORT_REMOVED);
                        }
                        saved.again();
                    }
                />
            }
        })}
    }
    .into_any()
}

/// What a report asks for, in one line. A practitioner who is gone is called so.
fn about(form: &CaseLoadForm, choices: Option<&ReportChoices>) -> String {
    let Some(choices) = choices else { return String::new() };
    let filters: Vec<_> = words::case_load_filters(form, choices).into_iter().map(|(_, text)| text).collect();
    if filters.is_empty() { words::EVERY_PATIENT.to_owned() } else { filters.join(" · ") }
}

/// What the dialog does with the name.
#[derive(Clone, Copy)]
enum Keep {
    /// Keeps the report that is shown.
    New(StoredValue<CaseLoadForm>),
    /// Calls this one differently.
    Rename(SavedReportId),
}

/// The dialog that keeps the report that is shown.
pub fn keep(form: CaseLoadForm, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> AnyView {
    named(words::SAVE_REPORT, "new".to_owned(), String::new(), Keep::New(StoredValue::new(form)), on_close)
}

fn named(
    title: &'static str,
    about: String,
    name: String,
    keep: Keep,
    on_close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> AnyView {
    let desk = use_desk();
    let form = Form::new("saved-report", &about, vec![("name", name)]);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = form.value("name");
        let ask = async move {
            match keep {
                Keep::New(filters) => api::reports::save(name, filters.get_value()).await.map(|_| ()),
                Keep::Rename(id) => api::reports::rename(id, name).await,
            }
        };
        form.send(ask, move |()| {
            desk.toasts.say(words::REPORT_SAVED);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    let line = Line { longest: limits::NAME, ..Line::default() };
    view! {
        <Dialog title=title id="saved-report-title" on_close=move |()| on_close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("name", words::NAME, line.required().hint(words::SAVE_REPORT_HINT))}
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
