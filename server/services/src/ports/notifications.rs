//! What the bell says.

use async_trait::async_trait;
use domain::{
    access::{
        Access, EnterGroup, ManageUsers, OpenInEmergency, ShareWithColleagues, ViewOwnRecord, WriteGroupConversation,
    },
    ids::{GroupId, NotificationId, UserId},
    notification::Notification,
    page::{Page, PageRequest},
    time::Time,
};

use super::Stored;

/// Notifications of the users of a group.
#[async_trait]
pub trait Notifications {
    /// Tells a user something. Hints the user's open pages. Nothing happens when the user is not of the group.
    async fn unscoped_notify(&mut self, group: GroupId, user: UserId, notification: &Notification) -> Stored<()>;

    /// Tells a user of the group something.
    async fn notify(&mut self, access: &Access<ManageUsers>, user: UserId, notification: &Notification) -> Stored<()> {
        self.unscoped_notify(access.group(), user, notification).await
    }

    /// Tells a user who looks at emergencies of one.
    async fn notify_reviewer(
        &mut self,
        access: &Access<OpenInEmergency>,
        user: UserId,
        notification: &Notification,
    ) -> Stored<()> {
        self.unscoped_notify(access.group(), user, notification).await
    }

    /// Tells a colleague that notes were shared with them.
    async fn notify_colleague(
        &mut self,
        access: &Access<ShareWithColleagues>,
        user: UserId,
        notification: &Notification,
    ) -> Stored<()> {
        self.unscoped_notify(access.group(), user, notification).await
    }

    /// Tells a colleague that they were mentioned.
    async fn notify_mentioned(
        &mut self,
        access: &Access<WriteGroupConversation>,
        user: UserId,
        notification: &Notification,
    ) -> Stored<()> {
        self.unscoped_notify(access.group(), user, notification).await
    }

    /// Tells a user of the practice what a portal user did with their own record.
    async fn notify_practice(
        &mut self,
        access: &Access<ViewOwnRecord>,
        user: UserId,
        notification: &Notification,
    ) -> Stored<()> {
        self.unscoped_notify(access.group(), user, notification).await
    }

    /// The caller's own, latest first. The cursor is the id of the last row.
    async fn list_notifications(
        &mut self,
        access: &Access<EnterGroup>,
        page: &PageRequest,
    ) -> Stored<Page<Notification>>;

    /// How many of the caller's own are unread, counted up to 100.
    async fn unread_notifications(&mut self, access: &Access<EnterGroup>) -> Stored<i64>;

    /// Marks one as read, or with `None` all. Hints the user's other open pages.
    async fn mark_read(&mut self, access: &Access<EnterGroup>, id: Option<NotificationId>, at: Time) -> Stored<()>;
}
