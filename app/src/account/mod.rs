//! The pages before the house: sign in, passwords, invitations, the first run. All of them are plain forms.
//!
//! | file | its pages |
//! |---|---|
//! | [`gate`] | the arch that all of them stand in |
//! | [`sign_in`] | `/sign-in`, `/console/sign-in` |
//! | [`forgot_password`] | asking for a link, and "look into your mail" |
//! | [`new_password`] | behind that link |
//! | [`invitation`] | behind an invitation's link |
//! | [`set_up`] | the first run |
//! | [`welcome`] | at the console's door: a password of one's own, practices that ask one to join |
//! | [`words`] | what all of them say |

pub mod forgot_password;
pub mod gate;
pub mod invitation;
pub mod new_password;
pub mod set_up;
pub mod sign_in;
pub mod welcome;
pub mod words;

pub use forgot_password::{ForgotPassword, LinkSent};
pub use gate::Gate;
pub use invitation::{FreshLinkSent, Invitation};
pub use new_password::NewPassword;
pub use set_up::SetUp;
pub use sign_in::SignIn;
pub use welcome::Welcome;
