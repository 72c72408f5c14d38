//! The first run: the group, its first location, its owner.

use domain::practice::NewPracticeForm;

use crate::{
    error::Result,
    house::{Ctx, House},
};

/// Is there no group yet?
///
/// # Errors
/// Storage's.
pub async fn needed(house: &House) -> Result<bool> {
    todo!()
}

/// Makes the group, its first location and its owner, and signs the owner in at the console. Works once, whoever else
/// tries at the same moment (RC-10), and only with the code from the log.
///
/// # Errors
/// [`domain::error::Conflict::AlreadySetUp`], or [`crate::Error::Invalid`].
pub async fn set_up(
    ctx: &Ctx,
    code: &str,
    form: &NewPracticeForm,
    email: &str,
    email_again: &str,
    password: &str,
) -> Result<()> {
    todo!()
}
