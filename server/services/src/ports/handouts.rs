//! The portal's handout of a group.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageSettings},
    handout::Handout,
    time::Time,
};

use super::Stored;

/// What a practice prints for its patients.
#[async_trait]
pub trait Handouts {
    /// The group's handout; version 0 when it was never saved.
    async fn lookup_handout(&mut self, access: &Access<EnterGroup>) -> Stored<Handout>;

    /// Saves it; false when somebody saved meanwhile. `handout.version` is the version that was read.
    async fn save_handout(&mut self, access: &Access<ManageSettings>, handout: &Handout, at: Time) -> Stored<bool>;
}
