//! How practitioners and patients belong together.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageRelationships, Relationship},
    ids::UserId,
    page::{Page, PageRequest},
    user::User,
};

use super::Stored;

/// Relationships of one patient.
#[async_trait]
pub trait Relationships {
    /// The practitioners who have a relationship with the patient, by last name. The cursor is the id of the last one.
    async fn list_relationships(
        &mut self,
        access: &Access<ManageRelationships>,
        page: &PageRequest,
    ) -> Stored<Page<(User, Relationship)>>;

    /// The active practitioners of the group who have none, by last name; of more than that, those whose first or last
    /// name begins with the text.
    async fn list_unrelated(&mut self, access: &Access<ManageRelationships>, text: &str) -> Stored<Vec<User>>;

    /// How a user and the patient belong together, if they do.
    async fn find_relationship(
        &mut self,
        access: &Access<ManageRelationships>,
        user: UserId,
    ) -> Stored<Option<Relationship>>;

    /// Sets how a practitioner and the patient belong together; false when there is no such user in the group.
    async fn set_relationship(
        &mut self,
        access: &Access<ManageRelationships>,
        user: UserId,
        relationship: Relationship,
    ) -> Stored<bool>;

    /// Takes a granted relationship away, or ends a hiding: what is left is what the level says. One that appointments,
    /// invoices or notes made cannot be taken away, only hidden. False when there is nothing to take away.
    async fn remove_relationship(&mut self, access: &Access<ManageRelationships>, user: UserId) -> Stored<bool>;
}
