//! Who is asking: finds the living session behind a token and makes the actor. Nobody else makes actors.

use domain::{access::Actor, ids::SessionId, time::Time};

use crate::{
    error::Result,
    house::{House, Origin},
};

/// A living session.
#[derive(Debug, Clone)]
pub struct Living {
    /// Who.
    pub actor: Actor,
    /// Its id.
    pub id: SessionId,
    /// When it ends if nobody does anything more.
    pub ends_at: Time,
}

/// The actor behind a cookie's token, if its session lives. `human` says whether the request is a person's act: only such
/// a request lengthens the session (decision 15).
///
/// # Errors
/// Storage's.
pub async fn resolve(house: &House, token: &str, origin: &Origin, human: bool) -> Result<Option<Living>> {
    todo!()
}

/// Does this session still live? For open streams, which ask every few seconds and never lengthen it.
///
/// # Errors
/// Storage's.
pub async fn lives(house: &House, token: &str) -> Result<bool> {
    todo!()
}
