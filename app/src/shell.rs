//! The document around every page, and which page stands at which address.

mod console;
mod error_page;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::{account, error::AppError, portal};

pub use console::console_shell;
pub use error_page::{Trouble, error_page};

/// Wakes the islands of a page; see the file. Every page carries it, but not its comments.
static LOADER: LazyLock<String> = LazyLock::new(|| {
    let lines = include_str!("shell/loader.js").lines().map(str::trim);
    lines.filter(|line| !line.starts_with("//")).collect()
});

/// The names that files of the site have in this build: `portal.css` → `/pkg/portal.1f9c….css`.
#[derive(Debug, Clone, Default)]
pub struct Assets(Arc<BTreeMap<String, String>>);

impl Assets {
    /// From the build's list of names.
    #[must_use]
    pub fn new(names: BTreeMap<String, String>) -> Self {
        Self(Arc::new(names))
    }

    /// The address of a file; its plain name when the build does not know it.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("/pkg/{}", self.0.get(name).map_or(name, String::as_str))
    }
}

/// What was typed into a form that was refused: the page is drawn again with it (nothing typed is lost, with or
/// without scripts). Provided as context by the server's edge.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The door that refused, such as `/api/account/sign_in`.
    pub door: String,
    /// What was typed, field by field; passwords are left out.
    pub values: Vec<(String, String)>,
    /// Why it was refused.
    pub error: AppError,
}

/// The whole document of a page that the server renders.
#[must_use]
pub fn shell() -> impl IntoView {
    provide_meta_context();
    // Nothing of the page is drawn again by the browser, except inside an island.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let assets = use_context::<Assets>().unwrap_or_default();
    let nonce = use_nonce();
    let (css, js, wasm) = (assets.url("portal.css"), assets.url("portal.js"), assets.url("portal.wasm"));
    let loader = format!("{}({js:?},{wasm:?});", *LOADER);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#faf8f4"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#101819"/>
                <meta name="format-detection" content="telephone=no"/>
                <link rel="stylesheet" href=css/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/portico.webmanifest"/>
                <link rel="modulepreload" href=js.clone() nonce=nonce.clone() fetchpriority="low"/>
                <link rel="preload" href=wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" fetchpriority="low"/>
                <MetaTags/>
                <script type="module" nonce=nonce>{loader}</script>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The pages that the server renders, each at its address of [`crate::routes::RENDERED`].
#[component]
pub fn App() -> impl IntoView {
    use crate::help::{PatientHelp, PracticeHelp};
    use account::{ForgotPassword, FreshLinkSent, Invitation, LinkSent, NewPassword, SetUp, SignIn, Welcome};
    use domain::account::Door;
    use portal::{
        AccessLogPage, AccountPage, ActivitiesPage, ActivityPage, ContactPage, ContactsPage, ConversationPage,
        DetailsPage, DocumentPage, DocumentsPage, Done, DownloadPage, FilesPage, FormPage, FormsPage, Home, LetIn,
        MessagesPage, NotePage, People, Place, PlacePage, ProfileHistoryPage, RecordsPage, Start,
    };

    view! {
        <Router>
            <Routes fallback=|| view! { <Trouble error=AppError::NotFound/> }>
                <Route ssr=SsrMode::Async path=path!("/sign-in") view=|| view! { <SignIn door=Door::Portal/> }/>
                <Route ssr=SsrMode::Async path=path!("/forgot-password") view=|| view! { <ForgotPassword door=Door::Portal/> }/>
                <Route ssr=SsrMode::Async path=path!("/forgot-password/sent") view=|| view! { <LinkSent door=Door::Portal/> }/>
                <Route ssr=SsrMode::Async path=path!("/console/sign-in") view=|| view! { <SignIn door=Door::Console/> }/>
                <Route ssr=SsrMode::Async path=path!("/console/forgot-password") view=|| view! { <ForgotPassword door=Door::Console/> }/>
                <Route ssr=SsrMode::Async path=path!("/console/forgot-password/sent") view=|| view! { <LinkSent door=Door::Console/> }/>
                <Route ssr=SsrMode::Async path=path!("/new-password/:token") view=NewPassword/>
                <Route ssr=SsrMode::Async path=path!("/invitation/:token") view=Invitation/>
                <Route ssr=SsrMode::Async path=path!("/fresh-link-sent") view=FreshLinkSent/>
                <Route ssr=SsrMode::Async path=path!("/help") view=PatientHelp/>
                <Route ssr=SsrMode::Async path=path!("/help/practice") view=PracticeHelp/>
                <Route ssr=SsrMode::Async path=path!("/set-up") view=SetUp/>
                <Route ssr=SsrMode::Async path=path!("/welcome") view=Welcome/>
                <Route ssr=SsrMode::Async path=path!("/portal") view=Start/>
                <Route ssr=SsrMode::Async path=path!("/portal/account") view=|| view! { <AccountPage/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/account/password-changed") view=|| view! { <AccountPage password_changed=true/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/account/device-ended") view=|| view! { <AccountPage device_ended=true/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/account/record-left") view=|| view! { <AccountPage record_left=true/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient") view=Home/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/appointments") view=|| view! { <PlacePage place=Place::Appointments/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/documents") view=DocumentsPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/documents/:document") view=DocumentPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/activities") view=ActivitiesPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/activities/:activity") view=ActivityPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/files") view=FilesPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/records") view=RecordsPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/records/:note") view=NotePage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/messages") view=MessagesPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/messages/:conversation") view=ConversationPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/health") view=|| view! { <PlacePage place=Place::Health/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/invoices") view=|| view! { <PlacePage place=Place::Invoices/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/people") view=|| view! { <People done=Done::Nothing/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/people/invite") view=LetIn/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/people/invited") view=|| view! { <People done=Done::Invited/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/people/sent-again") view=|| view! { <People done=Done::SentAgain/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/people/ended") view=|| view! { <People done=Done::Ended/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/access-log") view=AccessLogPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/download") view=DownloadPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/contacts") view=|| view! { <ContactsPage/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/contacts/saved") view=|| view! { <ContactsPage saved=true/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/contacts/new") view=|| view! { <ContactPage new=true/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/contacts/:contact") view=|| view! { <ContactPage/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/details") view=|| view! { <DetailsPage/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/details/history") view=|| view! { <ProfileHistoryPage/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/details/saved") view=|| view! { <DetailsPage saved=true/> }/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/forms") view=FormsPage/>
                <Route ssr=SsrMode::Async path=path!("/portal/:patient/forms/:request") view=FormPage/>
            </Routes>
        </Router>
    }
}
