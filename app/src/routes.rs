//! The one table of pages: every address a person can open, and whose it is.

use domain::account::Door;

/// Who may open a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Public,
    /// Portal users; others are led to `/sign-in`.
    Portal,
    /// Users of a group; others are led to `/console/sign-in`.
    Console,
    /// Whoever is signed in, on whatever side and wherever they wait; others are led to `/console/sign-in`.
    SignedIn,
}

/// A page.
#[derive(Debug, Clone, Copy)]
pub struct PageRoute {
    /// Its address; `:name` stands for one segment.
    pub path: &'static str,
    /// Who may open it.
    pub audience: Audience,
}

const fn page(path: &'static str, audience: Audience) -> PageRoute {
    PageRoute { path, audience }
}

/// Pages the server renders whole: they work without scripts.
pub const RENDERED: &[PageRoute] = &[
    page("/sign-in", Audience::Public),
    page("/forgot-password", Audience::Public),
    page("/forgot-password/sent", Audience::Public),
    page("/console/sign-in", Audience::Public),
    page("/console/forgot-password", Audience::Public),
    page("/console/forgot-password/sent", Audience::Public),
    page("/new-password/:token", Audience::Public),
    page("/invitation/:token", Audience::Public),
    page("/fresh-link-sent", Audience::Public),
    page("/help", Audience::Public),
    page("/help/practice", Audience::Public),
    page("/set-up", Audience::Public),
    page("/welcome", Audience::SignedIn),
    page("/portal", Audience::Portal),
    page("/portal/account", Audience::Portal),
    page("/portal/account/password-changed", Audience::Portal),
    page("/portal/account/device-ended", Audience::Portal),
    page("/portal/account/record-left", Audience::Portal),
    page("/portal/:patient", Audience::Portal),
    page("/portal/:patient/appointments", Audience::Portal),
    page("/portal/:patient/documents", Audience::Portal),
    page("/portal/:patient/documents/:document", Audience::Portal),
    page("/portal/:patient/activities", Audience::Portal),
    page("/portal/:patient/activities/:activity", Audience::Portal),
    page("/portal/:patient/files", Audience::Portal),
    page("/portal/:patient/records", Audience::Portal),
    page("/portal/:patient/records/:note", Audience::Portal),
    page("/portal/:patient/messages", Audience::Portal),
    page("/portal/:patient/messages/:conversation", Audience::Portal),
    page("/portal/:patient/health", Audience::Portal),
    page("/portal/:patient/invoices", Audience::Portal),
    page("/portal/:patient/people", Audience::Portal),
    page("/portal/:patient/people/invite", Audience::Portal),
    page("/portal/:patient/people/invited", Audience::Portal),
    page("/portal/:patient/people/sent-again", Audience::Portal),
    page("/portal/:patient/people/ended", Audience::Portal),
    page("/portal/:patient/access-log", Audience::Portal),
    page("/portal/:patient/download", Audience::Portal),
    page("/portal/:patient/contacts", Audience::Portal),
    page("/portal/:patient/contacts/saved", Audience::Portal),
    page("/portal/:patient/contacts/new", Audience::Portal),
    page("/portal/:patient/contacts/:contact", Audience::Portal),
    page("/portal/:patient/details", Audience::Portal),
    page("/portal/:patient/details/saved", Audience::Portal),
    page("/portal/:patient/details/history", Audience::Portal),
    page("/portal/:patient/forms", Audience::Portal),
    page("/portal/:patient/forms/:request", Audience::Portal),
];

/// Pages of the console: the server sends one small shell for all of them, the browser draws the rest.
pub const CONSOLE: &[PageRoute] = &[
    page("/console", Audience::Console),
    page("/console/patients", Audience::Console),
    page("/console/patients/new", Audience::Console),
    page("/console/patients/:patient", Audience::Console),
    page("/console/patients/:patient/contacts", Audience::Console),
    page("/console/patients/:patient/access", Audience::Console),
    page("/console/patients/:patient/documents", Audience::Console),
    page("/console/patients/:patient/documents/:document", Audience::Console),
    page("/console/patients/:patient/activities", Audience::Console),
    page("/console/patients/:patient/activities/:activity", Audience::Console),
    page("/console/patients/:patient/notes", Audience::Console),
    page("/console/patients/:patient/notes/:note", Audience::Console),
    page("/console/patients/:patient/forms", Audience::Console),
    page("/console/patients/:patient/updates", Audience::Console),
    page("/console/emergency", Audience::Console),
    page("/console/updates", Audience::Console),
    page("/console/chat", Audience::Console),
    page("/console/chat/:conversation", Audience::Console),
    page("/console/chat/practice", Audience::Console),
    page("/console/chat/practice/:conversation", Audience::Console),
    page("/console/reports", Audience::Console),
    page("/console/reports/case-load", Audience::Console),
    page("/console/reports/bulk/:bulk", Audience::Console),
    page("/console/history", Audience::Console),
    page("/console/notifications", Audience::Console),
    page("/console/settings", Audience::Console),
    page("/console/settings/general", Audience::Console),
    page("/console/settings/templates", Audience::Console),
    page("/console/settings/handout", Audience::Console),
    page("/console/settings/forms", Audience::Console),
    page("/console/settings/forms/:form", Audience::Console),
    page("/console/settings/emergencies", Audience::Console),
    page("/console/settings/mail", Audience::Console),
    page("/console/settings/users", Audience::Console),
    page("/console/settings/users/:user", Audience::Console),
    page("/console/settings/locations", Audience::Console),
    page("/console/account", Audience::Console),
];

/// Is this the path of a page that the server renders?
#[must_use]
pub fn is_rendered(path: &str) -> bool {
    RENDERED.iter().any(|route| matches(route.path, path))
}

/// Does a path fit a route?
#[must_use]
pub fn matches(route: &str, path: &str) -> bool {
    let (mut want, mut have) = (route.split('/'), path.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(want), Some(have)) if want == have || (want.starts_with(':') && !have.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Where to go after signing in: `next` if it is the path of one of our own pages on this side, else the side's home.
/// Nothing else is ever redirected to (AN-14).
#[must_use]
pub fn safe_next(next: &str, door: Door) -> String {
    let ours = match door {
        Door::Portal => RENDERED.iter().any(|route| {
            (route.audience == Audience::Portal || route.path == "/invitation/:token") && matches(route.path, next)
        }),
        Door::Console => CONSOLE.iter().any(|route| matches(route.path, next)),
    };
    if is_plain(next) && ours { next.to_owned() } else { door.home().to_owned() }
}

/// Where to go after signing out: back to the invitation that was opened while somebody else was signed in (PX-10), else to
/// this side's door, which says so.
#[must_use]
pub fn after_sign_out(next: &str, door: Door) -> String {
    let ours = is_plain(next) && matches("/invitation/:token", next);
    if ours { next.to_owned() } else { format!("{}?signed-out", door.sign_in()) }
}

fn is_plain(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    // AN-14: nothing but one of our own paths is redirected to.
    #[test]
    fn only_our_own_pages_are_gone_on_to() {
        for evil in [
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "%2f%2fevil.example",
            "/portal/../evil",
            "/console",
            "/portal?x=//evil",
            "/portal/pat_1\r\nSet-Cookie: a=b",
            "",
        ] {
            assert_eq!(safe_next(evil, Door::Portal), "/portal", "{evil:?}");
        }
        assert_eq!(safe_next("/portal/pat_1/records", Door::Portal), "/portal/pat_1/records");
        assert_eq!(safe_next("/invitation/abc-_9", Door::Portal), "/invitation/abc-_9");
        assert_eq!(safe_next("/console/patients", Door::Console), "/console/patients");
        assert_eq!(safe_next("/portal", Door::Console), "/console");
    }

    // PX-10, AN-14
    #[test]
    fn after_signing_out_only_an_invitation_is_gone_back_to() {
        assert_eq!(after_sign_out("/invitation/abc-_9", Door::Console), "/invitation/abc-_9");
        for evil in ["//evil.example", "/invitation/a?b", "/portal", "https://evil.example/invitation/a", ""] {
            assert_eq!(after_sign_out(evil, Door::Portal), "/sign-in?signed-out", "{evil:?}");
        }
    }

    #[test]
    fn a_parameter_stands_for_exactly_one_segment() {
        assert!(is_rendered("/invitation/abc"));
        assert!(!is_rendered("/invitation/"));
        assert!(!is_rendered("/invitation/a/b"));
        assert!(is_rendered("/portal/pat_1"));
    }
}
