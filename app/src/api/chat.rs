//! Doors: chat. The practice's take JSON; the portal's are what its pages read and post.

use domain::{
    chat::{
        ConversationFilter, ConversationPage, Conversations, MessageForm, Messages, News, OwnConversation,
        OwnConversations, Partner, Replies, RepliesForm, Sent, Switches, Unread, Window,
    },
    ids::{ConversationId, MessageId, PatientId},
    page::PageRequest,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::chat};

/// The caller's conversations.
#[server(name = ListConversations, endpoint = "chat/list", input = Json, client = super::client::Console)]
pub async fn list(filter: ConversationFilter, page: PageRequest) -> Result<Conversations, AppError> {
    answer("", |ctx| async move { chat::list(&ctx, &filter, &page).await }).await
}

/// How many messages the caller has not read.
#[server(name = CountMessages, endpoint = "chat/unread", input = Json, client = super::client::Console)]
pub async fn unread() -> Result<Unread, AppError> {
    answer("", |ctx| async move { chat::count_unread(&ctx).await }).await
}

/// Patients to begin a conversation with.
#[server(name = FindPartners, endpoint = "chat/partners", input = Json, client = super::client::Console)]
pub async fn partners(text: String) -> Result<Vec<Partner>, AppError> {
    answer("", |ctx| async move { chat::partners(&ctx, &text).await }).await
}

/// Begins a conversation, or opens the one that there is.
#[server(name = StartConversation, endpoint = "chat/start", input = Json, client = super::client::Console)]
pub async fn start(patient: PatientId) -> Result<ConversationId, AppError> {
    answer(patient, |ctx| async move { chat::start(&ctx, patient).await }).await
}

/// One conversation, with some of its messages.
#[server(name = OpenConversation, endpoint = "chat/open", input = Json, client = super::client::Console)]
pub async fn open(id: ConversationId, window: Window) -> Result<ConversationPage, AppError> {
    answer(id, |ctx| async move { chat::open(&ctx, id, window).await }).await
}

/// More of its messages, and what became of the others.
#[server(name = MoreMessages, endpoint = "chat/more", input = Json, client = super::client::Console)]
pub async fn more(id: ConversationId, window: Window) -> Result<News, AppError> {
    answer(id, |ctx| async move { chat::more(&ctx, id, window).await }).await
}

/// Sends a message; the same id again is the same message.
#[server(name = SendMessage, endpoint = "chat/send", input = Json, client = super::client::Console)]
pub async fn send(id: ConversationId, message: MessageId, form: MessageForm) -> Result<Sent, AppError> {
    answer(id, |ctx| async move { chat::send(&ctx, id, message, &form).await }).await
}

/// Withdraws a message of the caller's.
#[server(name = WithdrawMessage, endpoint = "chat/withdraw", input = Json, client = super::client::Console)]
pub async fn withdraw(id: ConversationId, number: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { chat::withdraw(&ctx, id, number).await }).await
}

/// Nothing in it up to this message waits for an answer any more.
#[server(name = SettleConversation, endpoint = "chat/settle", input = Json, client = super::client::Console)]
pub async fn settle(id: ConversationId, number: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { chat::settle(&ctx, id, number).await }).await
}

/// What the group says about its answers.
#[server(name = ShowReplies, endpoint = "chat/replies", input = Json, client = super::client::Console)]
pub async fn replies() -> Result<Replies, AppError> {
    answer("", |ctx| async move { chat::replies(&ctx).await }).await
}

/// Changes it.
#[server(name = SaveReplies, endpoint = "chat/save_replies", input = Json, client = super::client::Console)]
pub async fn save_replies(version: i64, form: RepliesForm) -> Result<(), AppError> {
    answer("", |ctx| async move { chat::save_replies(&ctx, version, &form).await }).await
}

/// The caller has seen the messages up to this one.
#[server(name = MessagesRead, endpoint = "chat/read", input = Json, client = super::client::Console)]
pub async fn read(id: ConversationId, number: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { chat::read(&ctx, id, number).await }).await
}

/// Is chat on for this patient?
#[server(name = ChatSwitch, endpoint = "chat/switch", input = Json, client = super::client::Console)]
pub async fn switch(patient: PatientId) -> Result<Switches, AppError> {
    answer(patient, |ctx| async move { chat::switch(&ctx, patient).await }).await
}

/// Switches chat on or off for one patient.
#[server(name = SaveChatSwitch, endpoint = "chat/save_switch", input = Json, client = super::client::Console)]
pub async fn save_switch(patient: PatientId, on: bool) -> Result<(), AppError> {
    answer(patient, |ctx| async move { chat::save_switch(&ctx, patient, on).await }).await
}

/// The conversations about a patient.
#[server(name = OwnConversationsOf, endpoint = "chat/own")]
pub async fn own(patient: PatientId, #[server(default)] after: String) -> Result<OwnConversations, AppError> {
    let page = PageRequest { after: (!after.is_empty()).then_some(after), limit: None };
    answer(patient, |ctx| async move { chat::list_own(&ctx, patient, &page).await }).await
}

/// One of them, from the first unread message on, or those before a number.
#[server(name = OwnConversationOf, endpoint = "chat/own_open")]
pub async fn own_open(
    patient: PatientId,
    id: ConversationId,
    #[server(default)] before: Option<i64>,
    #[server(default)] after: Option<i64>,
) -> Result<OwnConversation, AppError> {
    let window = match (before, after) {
        (Some(number), _) => Window::Before(number),
        (None, Some(number)) => Window::After(number),
        (None, None) => Window::Latest,
    };
    answer(id, |ctx| async move { chat::open_own(&ctx, patient, id, window).await }).await
}

/// What came after a message, for a page that is open.
#[server(name = OwnMessagesAfter, endpoint = "chat/own_more")]
pub async fn own_more(patient: PatientId, id: ConversationId, after: i64) -> Result<Messages, AppError> {
    answer(id, |ctx| async move { chat::messages_own(&ctx, patient, id, Window::After(after)).await }).await
}

/// Sends a message; goes back to the conversation. The form brings the message's id: sent twice, it is stored once.
#[server(name = SendOwnMessage, endpoint = "chat/own_send")]
pub async fn own_send(
    patient: PatientId,
    id: ConversationId,
    message: MessageId,
    #[server(default)] body: String,
) -> Result<(), AppError> {
    let form = MessageForm { body };
    answer(id, |ctx| async move { chat::send_own(&ctx, patient, id, message, &form).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/messages/{id}#last"));
    Ok(())
}

/// Withdraws a message of the caller's; goes back to the conversation.
#[server(name = WithdrawOwnMessage, endpoint = "chat/own_withdraw")]
pub async fn own_withdraw(patient: PatientId, id: ConversationId, number: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { chat::withdraw_own(&ctx, patient, id, number).await }).await?;
    leptos_axum::redirect(&format!("/portal/{patient}/messages/{id}#last"));
    Ok(())
}
