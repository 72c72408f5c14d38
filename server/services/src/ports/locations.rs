//! Locations of a group.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, InConversation, ManageLocations, ViewOwnRecord},
    ids::GroupId,
    location::Location,
    time::Time,
};

use super::Stored;

/// Where a group sees patients.
#[async_trait]
pub trait Locations {
    /// A new location of a group.
    async fn unscoped_add_location(&mut self, group: GroupId, location: &Location, at: Time) -> Stored<()>;

    /// The group's locations by name, at most [`domain::limits::LOCATIONS`].
    async fn list_locations(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<Location>> {
        self.unscoped_list_locations(access.group()).await
    }

    /// The same, for the operator.
    async fn unscoped_list_locations(&mut self, group: GroupId) -> Stored<Vec<Location>>;

    /// The same, for whoever writes to the group.
    async fn own_locations(&mut self, at: &InConversation) -> Stored<Vec<Location>> {
        self.unscoped_list_locations(at.group()).await
    }

    /// The time zone of the practice that keeps one's own record: that of its first location.
    async fn own_time_zone(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Option<String>> {
        let locations = self.unscoped_list_locations(access.group()).await?;
        Ok(locations.into_iter().next().map(|location| location.time_zone))
    }

    /// A new location.
    async fn add_location(&mut self, access: &Access<ManageLocations>, location: &Location, at: Time) -> Stored<()> {
        self.unscoped_add_location(access.group(), location, at).await
    }

    /// Saves a location; false when it is not there or was changed meanwhile. `location.version` is the version that was
    /// read.
    async fn save_location(&mut self, access: &Access<ManageLocations>, location: &Location) -> Stored<bool>;
}
