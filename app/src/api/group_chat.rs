//! Doors: what colleagues write to each other.

use domain::{
    chat::{MessageForm, Sent, Window},
    group_chat::{GroupConversationForm, GroupConversationPage, GroupConversations, GroupNameForm, GroupNews},
    history::UserChoice,
    ids::{GroupConversationId, MessageId, UserId},
    page::PageRequest,
};
use leptos::prelude::*;

use super::strict::Json;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use {super::answer, services::group_chat};

/// The conversations the caller takes part in.
#[server(name = ListGroupConversations, endpoint = "group_chat/list", input = Json, client = super::client::Console)]
pub async fn list(page: PageRequest) -> Result<GroupConversations, AppError> {
    answer("", |ctx| async move { group_chat::list(&ctx, &page).await }).await
}

/// Colleagues to write to.
#[server(name = FindColleagues, endpoint = "group_chat/colleagues", input = Json, client = super::client::Console)]
pub async fn colleagues(text: String) -> Result<Vec<UserChoice>, AppError> {
    answer("", |ctx| async move { group_chat::colleagues(&ctx, &text).await }).await
}

/// Begins a conversation with one colleague, or opens the one that there is.
#[server(name = StartGroupConversation, endpoint = "group_chat/start", input = Json, client = super::client::Console)]
pub async fn start(with: UserId) -> Result<GroupConversationId, AppError> {
    answer(with, |ctx| async move { group_chat::start(&ctx, with).await }).await
}

/// Begins a conversation of several.
#[server(name = BeginGroupConversation, endpoint = "group_chat/begin", input = Json, client = super::client::Console)]
pub async fn begin(form: GroupConversationForm) -> Result<GroupConversationId, AppError> {
    answer("", |ctx| async move { group_chat::begin(&ctx, &form).await }).await
}

/// One conversation, with some of its lines.
#[server(name = OpenGroupConversation, endpoint = "group_chat/open", input = Json, client = super::client::Console)]
pub async fn open(id: GroupConversationId, window: Window) -> Result<GroupConversationPage, AppError> {
    answer(id, |ctx| async move { group_chat::open(&ctx, id, window).await }).await
}

/// More of its lines, and what became of the others.
#[server(name = MoreGroupLines, endpoint = "group_chat/more", input = Json, client = super::client::Console)]
pub async fn more(id: GroupConversationId, window: Window) -> Result<GroupNews, AppError> {
    answer(id, |ctx| async move { group_chat::more(&ctx, id, window).await }).await
}

/// Sends a message; the same id again is the same message.
#[server(name = SendGroupMessage, endpoint = "group_chat/send", input = Json, client = super::client::Console)]
pub async fn send(id: GroupConversationId, message: MessageId, form: MessageForm) -> Result<Sent, AppError> {
    answer(id, |ctx| async move { group_chat::send(&ctx, id, message, &form).await }).await
}

/// Withdraws a message of the caller's.
#[server(name = WithdrawGroupMessage, endpoint = "group_chat/withdraw", input = Json, client = super::client::Console)]
pub async fn withdraw(id: GroupConversationId, number: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { group_chat::withdraw(&ctx, id, number).await }).await
}

/// The caller has seen the lines up to this one.
#[server(name = GroupLinesRead, endpoint = "group_chat/read", input = Json, client = super::client::Console)]
pub async fn read(id: GroupConversationId, number: i64) -> Result<(), AppError> {
    answer(id, |ctx| async move { group_chat::read(&ctx, id, number).await }).await
}

/// Calls a conversation of several differently.
#[server(name = RenameGroupConversation, endpoint = "group_chat/rename", input = Json, client = super::client::Console)]
pub async fn rename(id: GroupConversationId, form: GroupNameForm) -> Result<(), AppError> {
    answer(id, |ctx| async move { group_chat::rename(&ctx, id, &form).await }).await
}

/// Adds a colleague to it.
#[server(name = AddGroupMember, endpoint = "group_chat/add", input = Json, client = super::client::Console)]
pub async fn add(id: GroupConversationId, user: UserId) -> Result<(), AppError> {
    answer(id, |ctx| async move { group_chat::add(&ctx, id, user).await }).await
}

/// The caller leaves it.
#[server(name = LeaveGroupConversation, endpoint = "group_chat/leave", input = Json, client = super::client::Console)]
pub async fn leave(id: GroupConversationId) -> Result<(), AppError> {
    answer(id, |ctx| async move { group_chat::leave(&ctx, id).await }).await
}
