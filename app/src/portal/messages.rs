//! `/portal/:patient/messages` and `/portal/:patient/messages/:conversation`: what the practice and the patient's people write to
//! each other (S2-01). Forms and links are all it needs (B-07); a script shows what comes while the page is open, and sends again
//! what the network lost.

use domain::{
    chat::{Author, Message, OwnConversation, OwnConversationRow, OwnConversations},
    ids::{ConversationId, PatientId},
    limits,
    person::with_profession,
    time::Time,
    views::PortalFrame,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    frame::{Frame, Place, moment, now, paged, trouble},
    words::{self as say_all, messages as say},
};
use crate::{
    account::gate::CallPractice,
    api,
    components::{Button, Empty, Icon, Kind, Notice, TextArea},
    dates,
    error::AppError,
    forms::{Answer, DoorForm, Hidden, Refused},
    shell::Assets,
};

const SEND: &str = "/api/chat/own_send";
const WITHDRAW: &str = "/api/chat/own_withdraw";

/// The list's page.
#[component]
pub fn MessagesPage() -> impl IntoView {
    paged(api::chat::own, |frame, conversations, later, now| {
        view! { <MessagesView frame=frame conversations=conversations later=later now=now/> }
    })
}

/// The list's page, once everything is known.
#[component]
pub fn MessagesView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The conversations.
    conversations: OwnConversations,
    /// Is this a further page?
    #[prop(optional)]
    later: bool,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let OwnConversations { rows, time_zone } = conversations;
    let patient = record.patient;
    let here = Place::Messages.path(patient);
    let earlier = rows.next.map(|next| format!("{here}?after={next}"));
    let list = if rows.rows.is_empty() && later {
        view! { <div class="card"><Empty title=say::NO_EARLIER><p>{say::NO_EARLIER_TEXT}</p></Empty></div> }.into_any()
    } else if rows.rows.is_empty() {
        view! {
            <div class="card">
                <Empty title=say_all::MESSAGES_PLACE.empty>
                    <p>{say_all::MESSAGES_PLACE.will}</p>
                    <p>{say_all::MESSAGES_PLACE.now}</p>
                    <CallPractice phone=practice_phone/>
                </Empty>
            </div>
        }
        .into_any()
    } else {
        let rows =
            rows.rows.into_iter().map(|row| view! { <Row patient=patient row=row zone=time_zone.clone() now=now/> });
        view! { <ul class="places places-wide">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <Frame title=say_all::MESSAGES_PLACE.title place=Place::Messages record=Some(record) records=records>
            {later.then(|| view! { <p class="back"><a href=here.clone()><Icon name="arrow-left"/>{say::LATEST}</a></p> })}
            <header class="page-head">
                <h1>{say_all::MESSAGES_PLACE.title}</h1>
                <p class="page-lead">{say::LEAD}</p>
            </header>
            <Live page=here.clone() key=String::new()>
                <div data-conversations="" data-later=later.then_some("yes")>{list}</div>
            </Live>
            {earlier.map(|href| view! { <p class="form-more"><a href=href>{say::EARLIER}</a></p> })}
        </Frame>
    }
}

#[component]
fn Row(patient: PatientId, row: OwnConversationRow, zone: String, now: Time) -> impl IntoView {
    let OwnConversationRow { id, with, profession, last, withdrawn, at, unread } = row;
    let nothing = if withdrawn { say::LAST_WITHDRAWN } else { say::NOTHING_YET };
    // To where it goes on, not to the oldest of what is shown.
    let to = if unread > 0 { "new" } else { "last" };
    let href = format!("{}/{id}#{to}", Place::Messages.path(patient));
    view! {
        <li class="place">
            <span class="place-icon"><Icon name="message-circle"/></span>
            <div>
                <h2>
                    <a class="place-link" href=href dir="auto">{with_profession(&with, &profession)}</a>
                    {(unread > 0).then(|| view! { " "<span class="chip">{say::unread(unread)}</span> })}
                </h2>
                <p class="place-text" dir="auto">{last.unwrap_or_else(|| nothing.to_owned())}</p>
                <p class="place-text">{moment(at, &zone, now)}</p>
            </div>
            <Icon name="chevron-right"/>
        </li>
    }
}

/// What changes while the page is open, and the script that does it: see `messages.js`. What is typed and waits is kept in the tab
/// under `key`, which is named as other drafts are, so that it goes with them.
#[component]
fn Live(page: String, key: String, children: Children) -> impl IntoView {
    let (nonce, script) = (use_nonce(), use_context::<Assets>().map(|assets| assets.url("messages.js")));
    view! {
        <div data-messages=page data-kept=key data-waiting=say::WAITS data-came=say::CAME>
            <p class="unseen" role="status" data-said=""></p>
            {children()}
        </div>
        <script type="module" src=script nonce=nonce></script>
    }
}

/// One conversation's page.
#[component]
pub fn ConversationPage() -> impl IntoView {
    let (patient, conversation) = use_params_map().with_untracked(|params| {
        (params.get("patient").unwrap_or_default(), params.get("conversation").unwrap_or_default())
    });
    let (before, after) = use_query_map().with_untracked(|query| {
        let number = |name| query.get(name).and_then(|text| text.parse().ok());
        (number("before"), number("after"))
    });
    let now = now();
    Suspend::new(async move {
        let drawn = async {
            let patient = patient.parse().map_err(|_| AppError::NotFound)?;
            let id = conversation.parse().map_err(|_| AppError::NotFound)?;
            let frame = api::portal::frame(patient).await?;
            let conversation = api::chat::own_open(patient, id, before, after).await?;
            Ok(view! { <ConversationView frame=frame conversation=conversation now=now/> })
        };
        match drawn.await {
            Ok(page) => page.into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// One conversation's page, once everything is known.
#[component]
pub fn ConversationView(
    /// Whose record, and what stands around it.
    frame: PortalFrame,
    /// The conversation.
    conversation: OwnConversation,
    /// What time it is.
    now: Time,
) -> impl IntoView {
    let PortalFrame { record, records, practice_phone, .. } = frame;
    let key = format!("draft.{}.messages.{}", record.grant, conversation.id);
    let OwnConversation { id, with, profession, standing, may_write, read, messages, next, answering, time_zone } =
        conversation;
    let patient = record.patient;
    let list = Place::Messages.path(patient);
    let here = format!("{list}/{id}");
    let (first, last) = (messages.rows.first().map(|row| row.number), messages.rows.last().map(|row| row.number));
    let before = first.filter(|_| messages.earlier).map(|first| format!("{here}?before={first}"));
    let later = messages.later;
    let after = last.filter(|_| messages.later).map(|last| format!("{here}?after={last}"));
    let nothing = messages.rows.is_empty();
    // Whoever opens it for the first time has everything before them: nothing is set apart.
    let new = messages.rows.iter().find(|row| row.number > read && read > 0 && row.author != Author::Own);
    let new = new.map(|row| row.number);
    let end = messages.rows.last().map_or(0, |row| row.number);
    let rows = messages.rows.into_iter().map(|row| {
        let place = Shown { patient, id, last: row.number == end, new: Some(row.number) == new, may_write };
        bubble(row, place, &here, &time_zone, now)
    });
    let rows = rows.collect_view();
    let write = match (may_write, say::closed(standing)) {
        (true, _) => view! { <Write patient=patient id=id next=next.to_string() page=here.clone()/> }.into_any(),
        (false, Some(text)) => view! { <Notice><p>{text}</p></Notice> }.into_any(),
        (false, None) => view! { <p class="calm"><Icon name="info"/><span>{say::ONLY_LOOK}</span></p> }.into_any(),
    };
    let expect = may_write.then(|| expected(answering.promised_hours, answering.closed));
    view! {
        <Frame title=say::with(&with) place=Place::Messages record=Some(record) records=records>
            <header class="page-head">
                <p class="back"><a href=list><Icon name="arrow-left"/>{say::ALL}</a></p>
                <h1 dir="auto">{say::with(&with)}</h1>
                {(!profession.is_empty()).then(|| view! { <p class="page-lead" dir="auto">{profession}</p> })}
            </header>
            <Refused answer=Answer::of(WITHDRAW)/>
            {not_sent(may_write)}
            <Live page=here.clone() key=key>
                <div
                    data-conversation=id.to_string()
                    data-patient=patient.to_string()
                    data-last=end.to_string()
                    data-later=later.then_some("yes")
                >
                    {before.map(|href| view! { <p class="form-more"><a href=href>{say::BEFORE}</a></p> })}
                    <p class="muted" data-empty="" hidden=!nothing>{say::NOTHING_YET}</p>
                    <ol class="chat" data-list="">{rows}</ol>
                    {after.map(|href| view! { <p class="form-more"><a href=href>{say::AFTER}</a></p> })}
                </div>
                {expect}
                {write}
            </Live>
            <section class="card practice">
                <p>{say::NOT_URGENT}</p>
                {(!answering.emergency_number.is_empty()).then(|| view! {
                    <p>{say::IN_EMERGENCY}" "<strong dir="auto">{answering.emergency_number}</strong>"."</p>
                })}
                <CallPractice phone=practice_phone/>
            </section>
        </Frame>
    }
}

/// When whoever writes can expect an answer.
fn expected(hours: u32, closed: bool) -> Option<impl IntoView> {
    say::expected(hours, closed).map(|text| view! { <p class="calm"><Icon name="clock"/><span>{text}</span></p> })
}

/// Where a message stands.
#[derive(Clone, Copy)]
struct Shown {
    patient: PatientId,
    id: ConversationId,
    /// Is it the last one shown?
    last: bool,
    /// Is it the first that was not read?
    new: bool,
    may_write: bool,
}

fn bubble(row: Message, place: Shown, page: &str, zone: &str, now: Time) -> impl IntoView + use<> {
    let Message { number, author, body, sent_at, withdrawn, automatic, .. } = row;
    let own = author == Author::Own;
    let at = dates::moment(sent_at, zone, now);
    let class = if own { "chat-message is-own" } else { "chat-message" };
    let text = if withdrawn {
        view! { <p class="chat-gone">{say::WITHDRAWN}</p> }.into_any()
    } else {
        view! { <p class="chat-text" dir="auto">{body}</p> }.into_any()
    };
    // Two presses, also without scripts: what it said does not come back.
    let withdraw = (own && !withdrawn && place.may_write).then(|| {
        view! {
            <details class="sure">
                <summary class="link-button">{say::WITHDRAW}<span class="unseen">" "{say::message_at(&at)}</span></summary>
                <p>{say::WITHDRAW_TEXT}</p>
                <DoorForm door=WITHDRAW page=page.to_owned()>
                    <Hidden name="patient" value=place.patient.to_string()/>
                    <Hidden name="id" value=place.id.to_string()/>
                    <Hidden name="number" value=number.to_string()/>
                    <Button submit=true kind=Kind::Danger>{say::WITHDRAW_NOW}</Button>
                </DoorForm>
            </details>
        }
    });
    let version = if withdrawn { "gone" } else { "said" };
    view! {
        {place.new.then(|| view! { <li class="chat-new" id="new"><span>{say::NEW}</span></li> })}
        <li class=class id=place.last.then_some("last") data-number=number.to_string() data-version=version>
            <p class="chat-by">
                <b dir="auto">{say::author(&author)}</b>" "{moment(sent_at, zone, now)}
                {automatic.then(|| view! { " "<span>{say::AUTOMATIC}</span> })}
            </p>
            {text}
            {own.then(|| view! {
                <div class="chat-foot">
                    {(!withdrawn).then(|| view! { <span><Icon name="check"/>{say::DELIVERED}</span> })}
                    {withdraw}
                </div>
            })}
        </li>
    }
}

/// What somebody was about to send when it was switched off: said first, and not lost.
fn not_sent(may_write: bool) -> Option<impl IntoView> {
    let answer = Answer::of(SEND);
    let typed = answer.sent("body").filter(|body| !may_write && !body.trim().is_empty());
    typed.map(|body| {
        view! {
            <Refused answer=answer/>
            <section class="card">
                <h2>{say::NOT_SENT}</h2>
                <p class="chat-text" dir="auto">{body}</p>
            </section>
        }
    })
}

/// The form that sends a message.
#[component]
fn Write(patient: PatientId, id: ConversationId, next: String, page: String) -> impl IntoView {
    let answer = Answer::of(SEND);
    // What was refused keeps its id: perhaps it was stored after all.
    let message = answer.value_or("message", &next);
    view! {
        <section class="card chat-write">
            <DoorForm door=SEND page=page>
                <Refused answer=answer.clone()/>
                <Hidden name="patient" value=patient.to_string()/>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="message" value=message/>
                <TextArea
                    name="body"
                    label=say::MESSAGE
                    value=answer.value("body")
                    error=answer.error("body")
                    rows=3
                    longest=limits::CHAT_MESSAGE
                    required=true
                />
                <div data-closed="" hidden=true><Notice><p>{say::CLOSED}</p></Notice></div>
                <Button kind=Kind::Main submit=true icon="send">{say::SEND}</Button>
            </DoorForm>
        </section>
    }
}
