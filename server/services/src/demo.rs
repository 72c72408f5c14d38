//! The demo group: 3 practitioners, 2 administrators, 2 locations and 200 believable patients.

use std::sync::Arc;

use crate::{error::Result, house::House};

/// A demo person who can sign in.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// What they are, for the list printed at the start.
    pub who: &'static str,
    /// Their email.
    pub email: &'static str,
    /// Their password.
    pub password: &'static str,
}

/// Fills an empty database with the demo group; tells who can sign in. Does nothing when there is a group already.
///
/// # Errors
/// Storage's.
pub async fn fill(house: &Arc<House>) -> Result<Vec<DemoPerson>> {
    todo!()
}
