//! What the pages before the house say, in one place, ready for translation.

use domain::user::Level;

use crate::words;

/// The product's name.
pub const PRODUCT: &str = "Portico";
/// Past the bars.
pub const SKIP: &str = "Skip to the content";

// Fields
/// A field's label.
pub const EMAIL: &str = "Email";
/// A field's label.
pub const EMAIL_AGAIN: &str = "Confirm email";
/// A field's label.
pub const PASSWORD: &str = "Password";
/// A field's label.
pub const NEW_PASSWORD: &str = "New password";
/// Help under a new password.
pub const PASSWORD_HINT: &str = "At least 10 characters. Three or four words that do not belong together work well.";

// Sign in
/// Heading and button.
pub const SIGN_IN: &str = "Sign in";
/// After signing out.
pub const SIGNED_OUT: &str = "You are signed out. Nothing you typed is kept on this device.";
/// Under the portal's heading.
pub const SIGN_IN_PORTAL: &str = "Your patient portal";
/// Under the console's heading.
pub const SIGN_IN_CONSOLE: &str = "For practitioners and staff";
/// Link.
pub const FORGOT: &str = "Forgot password?";
/// Before the link to the other side.
pub const OTHER_CONSOLE: &str = "Do you work at a practice?";
/// Link to the other side.
pub const TO_CONSOLE_DOOR: &str = "Sign in to the console";
/// Before the link to the other side.
pub const OTHER_PORTAL: &str = "Are you a patient?";
/// Link to the other side.
pub const TO_PORTAL_DOOR: &str = "Sign in to your portal";
/// Link to the patients' guide.
pub const HELP: &str = "Help for patients";
/// Link to the practice's guide.
pub const HELP_PRACTICE: &str = "Help for practices";
/// Under the portal's form.
pub const NO_ACCOUNT: &str = "No account yet? Your practice opens one for you: ask it for an invitation by email.";

// Forgotten password
/// Heading.
pub const FORGOT_TITLE: &str = "Set a new password";
/// Lead.
pub const FORGOT_LEAD: &str = "Type your email. We send you a link that lets you choose a new password. This also works when \
     you never had one.";
/// Button.
pub const SEND_LINK: &str = "Send me a link";
/// Heading.
pub const SENT_TITLE: &str = "Check your email";
/// What was done. The same for every address (AN-04).
pub const SENT_LEAD: &str =
    "If this address has an account here, a link is on its way to it. It works once, for one hour.";
/// What to do when nothing comes.
pub const SENT_HELP: &str = "Nothing there after a few minutes? Look in your spam folder, and check that you used the \
     address your practice knows.";
/// Button.
pub const BACK_TO_SIGN_IN: &str = "Back to sign in";
/// Link.
pub const ASK_AGAIN: &str = "Ask for another link";

// Behind the link that sets a password
/// Heading.
pub const CHOOSE_TITLE: &str = "Choose a new password";
/// Lead.
pub const CHOOSE_LEAD: &str = "You are signed in with it at once. Your other devices are signed out.";
/// Button.
pub const CHOOSE: &str = "Set password and sign in";
/// Heading.
pub const DEAD_TITLE: &str = "This link no longer works";
/// What it means.
pub const DEAD_LEAD: &str =
    "It was used already, is too old, or was cut off on its way. Nothing is lost: ask for a new one.";

/// Which practices' invitations are accepted with the new password.
#[must_use]
pub fn accepts(practices: &[String]) -> String {
    format!("With it you also accept the invitation to the portal of {}.", and(practices))
}

// Invitations
/// Heading.
#[must_use]
pub fn invites(practice: &str) -> String {
    format!("{practice} invites you to its patient portal")
}
/// Lead.
pub const INVITES_LEAD: &str = "One place for your health, your appointments, the records your practice shares with you, and your \
     invoices.";
/// Heading of the form.
pub const FIRST_PASSWORD: &str = "Choose a password";
/// Which email to sign in with.
pub const FIRST_PASSWORD_EMAIL: &str =
    "From then on you sign in with it and the email address this invitation was sent to.";
/// Button.
pub const ACCEPT: &str = "Accept and open the portal";
/// Lead when signed in.
pub const CONFIRM_LEAD: &str =
    "You are signed in already. Press the button, and what you are invited to see is in your portal.";
/// Before the address of the account that is signed in.
pub const CONFIRM_AS: &str = "Your account:";
/// Before the sign-out button.
pub const NOT_YOU: &str = "Not you?";
/// Button.
pub const SIGN_OUT: &str = "Sign out";
/// Lead for an account that is not signed in.
pub const HAVE_ACCOUNT: &str = "You have an account already. Sign in with it to accept; your password stays the same.";
/// Button.
pub const SIGN_IN_TO_ACCEPT: &str = "Sign in to accept";
/// Title of a notice.
pub const OTHER_TITLE: &str = "Somebody else is signed in";
/// What to do about it.
pub const OTHER_LEAD: &str =
    "This device is signed in to another account. Sign out first; then you come back to this invitation.";
/// What accepting does about it.
pub const OTHER_LEAVES: &str = "This device is signed in to another account. Accepting signs that account out here.";
/// At the foot of a live invitation.
pub const UNEXPECTED: &str = "You did not expect this? Then simply close this page. Nothing happens.";
/// How long a link still works.
#[must_use]
pub fn works_for(left: &str) -> String {
    format!("This link works for another {left}.")
}
/// Heading.
pub const UNKNOWN_TITLE: &str = "This link does not work";
/// What to do.
pub const UNKNOWN_LEAD: &str = "Part of it may have been lost on its way. Open it from the email once more, or copy the whole \
     address. If that does not help, ask your practice for a new invitation.";
/// Heading.
pub const USED_TITLE: &str = "This invitation was accepted";
/// What it means.
#[must_use]
pub fn used(practice: &str) -> String {
    format!("The link from {practice} works once, and it was used. Sign in to open your portal.")
}
/// Heading.
pub const EXPIRED_TITLE: &str = "This link has expired";
/// What it means, what to do.
#[must_use]
pub fn expired(practice: &str) -> String {
    format!(
        "{practice} invited you, and the link was meant for a short time only. Press the button: a fresh one goes to the \
         address the invitation was sent to."
    )
}
/// Button.
pub const RENEW: &str = "Send me a fresh link";
/// Heading.
pub const REVOKED_TITLE: &str = "This invitation was taken back";
/// What it means, what to do.
#[must_use]
pub fn revoked(practice: &str) -> String {
    format!(
        "{practice} has withdrawn it, or sent you a newer one: use the latest email. If in doubt, ask the practice."
    )
}
/// Heading.
pub const PRACTITIONER_TITLE: &str = "This address cannot open a portal";
/// What it means, what to do.
#[must_use]
pub fn practitioner(practice: &str) -> String {
    format!(
        "The address this invitation was sent to now belongs to a practitioner, and those cannot be used for a patient's \
         portal. Ask {practice} to invite you at another address."
    )
}
/// Heading.
pub const FRESH_TITLE: &str = "Check your email";
/// The same whatever became of the invitation.
pub const FRESH_LEAD: &str =
    "If the invitation still stands, a fresh link is on its way to the address it was first sent to.";
/// Button, before the number.
pub const CALL: &str = "Call";

// The first run
/// Heading.
pub const SET_UP_TITLE: &str = "Set up your practice";
/// Lead.
pub const SET_UP_LEAD: &str = "A few lines, once. The patient portal is on from the start; you only need to invite.";
/// Heading of fields.
pub const PRACTICE: &str = "Your practice";
/// A field's label.
pub const GROUP_NAME: &str = "Name of the practice";
/// Help.
pub const GROUP_NAME_HINT: &str =
    "As your patients know it. It stands in every email to them, and can be changed in Settings.";
/// A field's label.
pub const GROUP_PHONE: &str = "Telephone";
/// Help.
pub const GROUP_PHONE_HINT: &str = "The number patients ring when something does not work.";
/// A field's label.
pub const LOCATION_NAME: &str = "First location";
/// Help.
pub const LOCATION_NAME_HINT: &str = "More can be added later.";
/// A field's label.
pub const TIME_ZONE: &str = "Time zone";
/// First choice.
pub const TIME_ZONE_CHOOSE: &str = "Choose…";
/// Heading of fields.
pub const OWNER: &str = "You, the owner";
/// A field's label.
pub const TITLE: &str = "Title";
/// A field's label.
pub const FIRST_NAME: &str = "First name";
/// A field's label.
pub const LAST_NAME: &str = "Last name";
/// A field's label.
pub const PROFESSION: &str = "Profession";
/// A tick.
pub const PRACTISES: &str = "I see patients myself";
/// Help.
pub const PRACTISES_HINT: &str = "Makes you a practitioner. Your email can then not be used for a patient's portal.";
/// Heading of fields.
pub const YOUR_SIGN_IN: &str = "Your sign-in";
/// A field's label.
pub const CODE: &str = "Set-up code";
/// Help.
pub const CODE_HINT: &str = "The server printed it when it started. It keeps strangers from claiming a new server.";
/// Button.
pub const SET_UP: &str = "Set up and open the console";

// At the console's door
/// Before the address of the account that is signed in.
pub const SIGNED_IN_AS: &str = "You are signed in as";
/// Heading.
pub const OWN_PASSWORD_TITLE: &str = "Choose your own password";
/// Lead.
pub const OWN_PASSWORD_LEAD: &str = "The password you signed in with is a temporary one: whoever added you knows it. Choose one \
     that only you know, and you are in.";
/// Button.
pub const OWN_PASSWORD: &str = "Set password and go on";
/// Heading.
pub const OFFERS_TITLE: &str = "You are asked to join";
/// Lead.
pub const OFFERS_LEAD: &str = "Nothing of a practice is shown to you before you accept. If you do not know it, say no.";
/// What a practice offers.
#[must_use]
pub fn offered(level: Level) -> String {
    format!("As {}, with the access level \u{201c}{}\u{201d}.", words::role(level.role()), words::level(level))
}
/// Button.
pub const JOIN: &str = "Accept and join";
/// Button.
pub const DECLINE: &str = "Reject";
/// The name of the button.
#[must_use]
pub fn join_named(practice: &str) -> String {
    format!("Accept and join {practice}")
}
/// The name of the button.
#[must_use]
pub fn decline_named(practice: &str) -> String {
    format!("Reject the invitation of {practice}")
}
/// Heading.
pub const UNPROVEN_TITLE: &str = "A practice asks you to join";
/// Lead.
pub const UNPROVEN_LEAD: &str = "There is one step before you can answer.";
/// Why nothing of it is shown.
pub const UNPROVEN: &str = "Somebody else added your email here. Prove first that the mailbox is yours: let us mail you a link, \
     and set your password through it. Then you see who asks.";
/// The way there.
pub const UNPROVEN_LINK: &str = "Mail me a link";
/// Heading.
pub const GROUPS_TITLE: &str = "Where to?";
pub const GROUPS_LEAD: &str = "You work in a practice already. Choose where to go in.";
pub const NO_OFFER_TITLE: &str = "There is nothing to answer";
/// What it means, what to do.
pub const NO_OFFER_LEAD: &str = "No practice asks you to join it right now. If you do not work in any practice here, ask yours to \
     add you.";
/// Before the sign-out button.
pub const LATER: &str = "Not now?";

// The console's document
/// Title.
pub const CONSOLE_TITLE: &str = "Console · Portico";
/// While it is on its way.
pub const CONSOLE_WAITING: &str = "Opening the console…";
/// Without scripts.
pub const CONSOLE_NO_SCRIPTS: &str = "The console needs JavaScript. Signing in and out, setting a password and the whole \
     patient portal work without it.";
/// Link.
pub const CONSOLE_SIGN_IN: &str = "Sign in to the console";

// When no page can be given
/// Heading.
pub const NOT_HERE: &str = "There is nothing here";
/// Heading.
pub const NOT_ALLOWED: &str = "This is not open to you";
/// Heading.
pub const SLOWLY: &str = "A little slower, please";
/// Heading.
pub const NOT_NOW: &str = "Not right now";
/// Heading.
pub const NOT_LIKE_THIS: &str = "That did not work";
/// Heading.
pub const OUR_FAULT: &str = "Something broke on our side";
/// Button.
pub const TO_PORTAL: &str = "To the portal";
/// Button.
pub const TO_CONSOLE: &str = "To the console";

/// Names in a row: `a`, `a and b`, `a, b and c`.
fn and(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_people_say_them() {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(and(&names(&["A"])), "A");
        assert_eq!(and(&names(&["A", "B"])), "A and B");
        assert_eq!(and(&names(&["A", "B", "C"])), "A, B and C");
    }
}
