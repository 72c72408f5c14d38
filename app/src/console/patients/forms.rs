//! The Forms tab: what the patient's portal users were asked to fill in, where it stands, and what came back (S3-13, S3-14).

use domain::{
    form::{FormAnswers, FormRequestRow, RequestState, SendChoices, SendForm},
    ids::{FormRequestId, PatientId},
    limits,
};
use leptos::prelude::*;

use crate::{
    api,
    components::{
        Button, Card, Choice, Dialog, Empty, Icon, Kind, Table, When, acts, column, focus_first_field, lesser,
    },
    console::{
        confirm::Confirm,
        desk::use_desk,
        download, drafts,
        form::Form,
        load::{Pages, load},
        words,
    },
    questions,
};

/// The Forms tab.
#[component]
pub fn Forms(id: PatientId, may_send: bool) -> impl IntoView {
    let desk = use_desk();
    let pages = Pages::new();
    let look = move |after: bool, by_itself: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::refresh(by_itself, api::forms::requests(id, page)));
    };
    let ask = move |after: bool| look(after, false);
    let rung = desk.rung_about(id);
    Effect::new(move || look(false, rung.again()));
    let sending = RwSignal::new(drafts::was_open(&format!("send-form:{id}")));
    let reading = RwSignal::new(None::<(FormRequestId, String)>);
    let withdrawing = RwSignal::new(None::<(FormRequestId, String)>);
    let row = move |row: FormRequestRow| {
        let FormRequestRow { id, title, email, asked_by, asked_at, state, may_view, may_withdraw, .. } = row;
        let to = if email.is_empty() { words::HIDDEN.to_owned() } else { email };
        let (read_name, back_name) = (words::read_answers_of(&title), words::withdraw_named(&title));
        let (read, asked) = (title.clone(), title.clone());
        view! {
            <tr>
                <th scope="row" dir="auto">{title}</th>
                <td class="wrap">{badge(state)}</td>
                <td class="lesser">{to}</td>
                <td class="lesser"><When at=asked_at/><span class="muted" dir="auto">{words::by(&asked_by)}</span></td>
                <td class="acts">
                    {may_view.then(|| view! {
                        <Button kind=Kind::Quiet icon="eye" name=read_name press=move |_| reading.set(Some((id, read.clone())))>{words::READ_ANSWERS}</Button>
                    })}
                    {may_withdraw.then(|| view! {
                        <Button kind=Kind::Quiet icon="ban" name=back_name
                            press=move |_| withdrawing.set(Some((id, asked.clone())))>{words::WITHDRAW}</Button>
                    })}
                </td>
            </tr>
        }
    };
    let send = move || {
        may_send.then(|| {
            view! {
                <Button kind=Kind::Main icon="send" press=move |_| sending.set(true)>{words::SEND_FORM}</Button>
            }
        })
    };
    let draw = move |rows: Vec<FormRequestRow>| {
        if rows.is_empty() {
            return view! { <Empty title=words::NO_FORMS_SENT><p>{words::NO_FORMS_SENT_TEXT}</p>{send()}</Empty> }
                .into_any();
        }
        let columns = vec![
            column(words::FORM),
            column(words::STATE),
            lesser(words::SENT_TO),
            lesser(words::ASKED_AT),
            acts(words::ACTIONS),
        ];
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        view! { <Table caption=words::FORMS columns=columns>{rows}</Table> }.into_any()
    };
    let some = Memo::new(move |_| pages.rows.with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty())));
    let action: Children = Box::new(move || (move || some.get().then(send)).into_any());
    view! {
        <Card title=words::FORMS id="forms" actions=action>
            <p class="card-text">{words::FORMS_TEXT}</p>
            {pages.view(3, ask, draw)}
        </Card>
        {move || sending.get().then(|| view! {
            <SendDialog id=id on_close=move |sent: bool| {
                sending.set(false);
                if sent {
                    ask(false);
                }
            }/>
        })}
        {move || reading.get().map(|(request, title)| view! { <Answers id=id request=request title=title on_close=move || reading.set(None)/> })}
        {move || withdrawing.get().map(|(request, title)| view! {
            <Confirm
                title=words::withdraw(&title)
                text=words::WITHDRAW_TEXT
                button=words::WITHDRAW_BUTTON
                danger=true
                act=move || api::forms::withdraw(id, request)
                on_close=move |done| {
                    withdrawing.set(None);
                    if done {
                        desk.toasts.say(words::FORM_WITHDRAWN);
                    }
                    // Given up, too: it may have come back meanwhile.
                    ask(false);
                }
            />
        })}
    }
}

/// Where it stands: an icon, a word, and when.
fn badge(state: RequestState) -> AnyView {
    let (class, icon, word) = words::request_state(state);
    let at = match state {
        RequestState::Asked => None,
        RequestState::Started { at } | RequestState::Submitted { at } | RequestState::Withdrawn { at } => Some(at),
    };
    view! {
        <span class=class><Icon name=icon/>{word}</span>
        {at.map(|at| view! { <span class="muted"><When at=at/></span> })}
    }
    .into_any()
}

/// The dialog that sends forms. `on_close` is told whether any was sent.
#[component]
fn SendDialog(id: PatientId, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let start = load(move || api::forms::send_start(id));
    view! {
        <Dialog title=words::SEND_FORM id="send-form" on_close=move |()| on_close(false)>
            {start.view(4, move |start| {
                if start.people.is_empty() {
                    return view! {
                        <div class="dialog-body"><Empty title=words::NO_RECIPIENTS><p>{words::NO_RECIPIENTS_TEXT}</p></Empty></div>
                    }.into_any();
                }
                if start.forms.is_empty() {
                    return view! {
                        <div class="dialog-body"><Empty title=words::NO_PUBLISHED><p>{words::NO_PUBLISHED_TEXT}</p></Empty></div>
                    }.into_any();
                }
                view! { <Fields id=id start=start on_close=on_close/> }.into_any()
            })}
        </Dialog>
    }
}

#[component]
fn Fields(id: PatientId, start: SendChoices, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let SendChoices { forms, people } = start;
    let only = match people.as_slice() {
        [one] => one.grant.to_string(),
        _ => String::new(),
    };
    let form = Form::new(
        "send-form",
        &id.to_string(),
        vec![("to", only), ("forms", String::new()), ("message", String::new())],
    );
    let person = |one: domain::form::Recipient| {
        Choice::new(one.grant.to_string(), words::recipient(&one.email, one.kind, one.active))
    };
    let mut people: Vec<_> = people.into_iter().map(person).collect();
    if people.len() > 1 {
        people.insert(0, Choice::new("", words::CHOOSE));
    }
    let forms: Vec<_> = forms.into_iter().map(|one| Choice::new(one.id.to_string(), one.title)).collect();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let forms = form.value("forms").split(' ').filter_map(|id| id.parse().ok()).collect();
        let typed = SendForm { to: form.value("to"), forms, message: form.value("message") };
        form.send(api::forms::send_to(id, typed), move |()| {
            desk.toasts.say(words::FORMS_SENT);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                {form.select("to", words::SEND_TO, people, "")}
                {form.ticks("forms", words::FORMS, forms)}
                {form.area("message", words::FORM_MESSAGE, words::FORM_MESSAGE_HINT, false, limits::MESSAGE)}
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                <Button kind=Kind::Main icon="send" submit=true busy=form.busy>{words::SEND_FORMS}</Button>
            </footer>
        </form>
    }
}

/// A form that came back, with its answers.
#[component]
fn Answers(
    id: PatientId,
    request: FormRequestId,
    title: String,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let answers = load(move || api::forms::answers(id, request));
    let taking = RwSignal::new(false);
    let file = StoredValue::new(words::form_file(&title));
    let take = use_desk().start().may.export_data.then(|| {
        view! { <Button icon="download" press=move |_| taking.set(true)>{words::DOWNLOAD_PDF}</Button> }
    });
    let question = move || {
        download::pdf_dialog(
            words::FORM_FILE_TITLE,
            words::FORM_FILE_TEXT,
            file.get_value(),
            move || api::forms::pdf(id, request),
            move || taking.set(false),
        )
    };
    view! {
        <Dialog title=words::ANSWERS id="form-answers" wide=true on_close=move |()| on_close()>
            <div class="dialog-body">{answers.view(6, sheet)}</div>
            <footer class="dialog-foot">
                {take}
                <Button press=move |_| on_close()>{words::CLOSE}</Button>
            </footer>
        </Dialog>
        {move || taking.get().then(question)}
    }
}

fn sheet(form: FormAnswers) -> AnyView {
    let FormAnswers { title, number, email, submitted_at, definition, answers, .. } = form;
    let sections: Vec<_> = definition
        .sections
        .into_iter()
        .map(|section| {
            let rows: Vec<_> = section
                .questions
                .into_iter()
                .map(|question| {
                    let answer = answers.iter().find(|one| one.key == question.key).map(|one| &one.answer);
                    questions::answered(question, answer)
                })
                .collect();
            view! { <section><h4 dir="auto">{section.title}</h4><dl class="answers">{rows}</dl></section> }
        })
        .collect();
    view! {
        <div class="stack">
            <div>
                <h3 dir="auto">{title}</h3>
                <p class="muted">{words::returned_by(&email, number)}" "<When at=submitted_at/></p>
            </div>
            {sections}
        </div>
    }
    .into_any()
}
