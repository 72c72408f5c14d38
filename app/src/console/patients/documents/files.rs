//! Files of the Documents tab: those that came from the portal, or were added by the practice (S0-21).

use domain::{
    file::{FileCategory, FileRow, FileState, Room},
    ids::PatientId,
    page::{Page, PageRequest},
};
use leptos::{ev, prelude::*};

use crate::{
    api,
    components::{Button, Card, Choice, Dialog, Empty, Icon, Kind, Table, When, acts, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        form::{Form, Line},
        load::Pages,
        words,
    },
    error::AppError,
    files::FileSender,
};

/// What is being done with a file.
#[derive(Clone, PartialEq)]
enum Doing {
    Rename(FileRow),
    Share(FileRow),
    Unshare(FileRow),
    Remove(FileRow),
}

/// The tab.
#[component]
pub fn Files(id: PatientId) -> impl IntoView {
    let desk = use_desk();
    let pages = Pages::new();
    // What may be sent, whether files may be opened, and whether they may be seen to.
    let may = RwSignal::new((None::<Room>, true, false));
    // Does the page look again because the bell rang?
    let by_itself = StoredValue::new(false);
    let fetch = move |page: PageRequest| async move {
        let files = api::refresh(by_itself.get_value(), api::files::list(id, page)).await?;
        let _ = may.try_set((files.room, files.may_read, files.may_manage));
        Ok::<Page<FileRow>, AppError>(files.files)
    };
    let ask = move |after: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, fetch(page));
    };
    let changed = RwSignal::new(0_u32);
    let rung = desk.rung_about(id);
    pages.follow(
        move || {
            by_itself.set_value(rung.again());
            changed.get().to_string()
        },
        ask,
    );
    let adding = RwSignal::new(false);
    let doing = RwSignal::new(None::<Doing>);
    let actions: Children = Box::new(move || {
        view! {
            {move || (may.get().0.is_some() && !adding.get()).then(|| view! {
                <Button kind=Kind::Main icon="plus" press=move |_| adding.set(true)>{words::ADD_FILES}</Button>
            })}
        }
        .into_any()
    });
    let user = desk.start().user.to_string();
    let linked = user.clone();
    let sender = move || {
        let room = may.with_untracked(|(room, ..)| *room);
        adding.get().then_some(room).flatten().map(|room| {
            load_script();
            let sent = move |_: ev::CustomEvent| changed.update(|count| *count += 1);
            view! {
                <div class="sender-box" on:filesent=sent>
                    <FileSender patient=id room=room user=user.clone() opened=true/>
                    <div class="buttons"><Button press=move |_| adding.set(false)>{words::FILES_DONE}</Button></div>
                </div>
            }
        })
    };
    let draw = move |rows: Vec<FileRow>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NO_FILES><p>{words::NO_FILES_TEXT}</p></Empty> }.into_any();
        }
        let columns = vec![
            column(words::FILE_NAME),
            lesser(words::FILE_CATEGORY),
            lesser(words::FILE_FROM),
            lesser(words::FILE_SIZE),
            column(words::FILE_WHEN),
            acts(words::ACTIONS),
        ];
        let may_manage = may.with_untracked(|(.., manage)| *manage);
        let rows: Vec<_> = rows.into_iter().map(|file| row(id, file, may_manage, &linked, doing)).collect();
        view! { <Table caption=words::FILES columns=columns>{rows}</Table> }.into_any()
    };
    let lead = move || if may.get().1 { words::FILES_TEXT } else { words::FILES_TEXT_LEVEL };
    let done = move |toast: &'static str| {
        move |done: bool| {
            doing.set(None);
            // The list is drawn anew only when it changed: the focus goes back to a button in it.
            if done {
                desk.toasts.say(toast);
                changed.update(|count| *count += 1);
            }
        }
    };
    view! {
        <Card title=words::FILES id="files" actions=actions>
            <p class="card-text">{lead}</p>
            {sender}
            {pages.view(4, ask, draw)}
        </Card>
        {move || doing.get().map(|what| match what {
            Doing::Rename(file) => view! { <Rename patient=id file=file on_close=done(words::SAVED)/> }.into_any(),
            Doing::Share(file) => view! {
                <Confirm title=words::SHARE_FILE_TITLE text=words::SHARE_FILE_TEXT button=words::SHARE_FILE
                    act=move || api::files::share(id, file.id) on_close=done(words::FILE_SHARED)/>
            }.into_any(),
            Doing::Unshare(file) => view! {
                <Confirm title=words::UNSHARE_FILE_TITLE text=words::UNSHARE_FILE_TEXT button=words::UNSHARE_FILE
                    act=move || api::files::unshare(id, file.id) on_close=done(words::FILE_UNSHARED)/>
            }.into_any(),
            Doing::Remove(file) => view! {
                <Confirm title=words::remove_file(&shown(&file)) text=words::REMOVE_FILE_TEXT button=words::REMOVE_FILE danger=true
                    act=move || api::files::remove(id, file.id) on_close=done(words::FILE_REMOVED)/>
            }.into_any(),
        })}
    }
}

/// Fetches the script that brings the form to life: once, and only here.
fn load_script() {
    let document = document();
    if document.get_element_by_id("sender").is_some() {
        return;
    }
    let url = document.get_element_by_id("console").and_then(|script| script.get_attribute("data-sender"));
    let (Some(url), Ok(script), Some(head)) = (url, document.create_element("script"), document.head()) else { return };
    let _ = script.set_attribute("id", "sender");
    let _ = script.set_attribute("type", "module");
    let _ = script.set_attribute("src", &url);
    let _ = head.append_child(&script);
}

fn shown(file: &FileRow) -> String {
    file.name.clone().unwrap_or_else(|| words::A_FILE.to_owned())
}

/// A row. Its links say with their address as which membership this tab acts (S4-12).
fn row(patient: PatientId, file: FileRow, may_manage: bool, user: &str, doing: RwSignal<Option<Doing>>) -> AnyView {
    let FileRow { id, kind, category, size, state, at, in_portal, by_practice, .. } = file;
    let name = shown(&file);
    let opens = file.name.is_some() && state == FileState::Kept;
    let title = if opens {
        view! { <a href=format!("/files/{patient}/{id}?as={user}") rel="external" download=true>{name.clone()}</a> }
            .into_any()
    } else {
        view! { <span>{name.clone()}</span> }.into_any()
    };
    let look = (opens && kind.is_shown()).then(|| {
        let label = words::of_file(words::LOOK_AT_FILE, &name);
        view! {
            <a class="icon-button" href=format!("/files/{patient}/{id}/view?as={user}") rel="external" target="_blank"
                aria-label=label.clone() title=label><Icon name="eye"/></a>
        }
    });
    let button = move |icon: &'static str, what: &str, then: Doing| {
        let label = words::of_file(what, &name);
        view! {
            <button type="button" class="icon-button" aria-label=label.clone() title=label
                on:click=move |_| doing.set(Some(then.clone()))><Icon name=icon/></button>
        }
    };
    let acts = may_manage.then(|| {
        let share = (by_practice && state == FileState::Kept).then(|| match in_portal {
            true => button.clone()("eye-off", words::UNSHARE_FILE, Doing::Unshare(file.clone())),
            false => button.clone()("user-check", words::SHARE_FILE, Doing::Share(file.clone())),
        });
        let rename = button.clone()("pencil", words::RENAME_FILE, Doing::Rename(file.clone()));
        let remove = button("x", words::REMOVE_FILE, Doing::Remove(file.clone()));
        view! { {share}{rename}{remove} }
    });
    let what = format!("{}, {}", crate::words::file_category(category), crate::words::file_type(kind));
    let wrong = words::file_state(state)
        .map(|text| view! { " "<span class="badge badge-warn"><Icon name="triangle-alert"/>{text}</span> });
    let shared = (in_portal && by_practice)
        .then(|| view! { " "<span class="badge badge-good"><Icon name="user-check"/>{words::FILE_IN_PORTAL}</span> });
    view! {
        <tr>
            <th scope="row" class="lines" dir="auto">{title}{wrong}{shared}</th>
            <td class="lesser">{what}</td>
            <td class="lesser">{words::sender(file.sender.clone())}</td>
            <td class="lesser number">{crate::words::file_size(size)}</td>
            <td><When at=at/></td>
            <td class="acts">{look}{acts}</td>
        </tr>
    }
    .into_any()
}

/// The dialog that names a file anew.
#[component]
fn Rename(patient: PatientId, file: FileRow, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let id = file.id;
    let start = vec![("name", shown(&file)), ("category", file.category.code().to_owned())];
    let form = Form::new("file", &id.to_string(), start);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (name, category) = (form.value("name"), form.value("category"));
        form.send(async move { api::files::rename(patient, id, name, category).await }, move |()| on_close(true));
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    let kinds: Vec<_> = FileCategory::ALL
        .into_iter()
        .map(|category| Choice::new(category.code(), crate::words::file_category(category)))
        .collect();
    let name = Line { longest: domain::limits::FILE_NAME, ..Line::default() };
    view! {
        <Dialog title=words::RENAME_FILE id="rename-file" on_close=move |()| on_close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("name", words::FILE_NAME, name.required().hint(words::RENAME_HINT))}
                    {form.select("category", words::FILE_CATEGORY, kinds, "")}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
