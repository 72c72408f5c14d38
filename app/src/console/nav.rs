//! Where the console is: the address as signals, links that draw the next page without loading it, focus and scroll on
//! the way. A router library costs more bytes than all of the console's pages; a dozen addresses need one `match`.

use std::collections::HashMap;

use domain::{
    ids::{ActivityId, BulkId, ConversationId, DocumentId, FormId, GroupConversationId, NoteId, PatientId, UserId},
    notification::News,
};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};

use crate::routes;

/// A page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What is new.
    Home,
    /// The list of patients.
    Patients,
    /// The form that adds one.
    NewPatient,
    /// What patients changed and waits, in the whole group.
    Updates,
    /// One patient's profile; its tab is [`Tab::of`] the path.
    Patient(PatientId),
    /// What practitioners and patients write to each other.
    Chat,
    /// One conversation.
    Conversation(ConversationId),
    /// What colleagues write to each other.
    Colleagues,
    /// One conversation of theirs.
    GroupConversation(GroupConversationId),
    /// The reports there are.
    Reports,
    /// One of them: the patients of the practice or of a practitioner.
    CaseLoad,
    /// One invitation of many patients.
    Bulk(BulkId),
    /// What users did.
    History,
    /// All that the bell said.
    Notifications,
    /// What can be set.
    Settings,
    /// Patient Access.
    General,
    /// Communication templates.
    Templates,
    /// What is printed to tell of the portal.
    Handout,
    /// The list of forms.
    Forms,
    /// One form, in its editor.
    Form(FormId),
    /// Opening a record in an emergency.
    Emergency,
    /// Which were.
    Emergencies,
    /// Mail that cannot be delivered.
    Mail,
    /// The list of users.
    Users,
    /// One user and their access.
    User(UserId),
    /// The list of locations.
    Locations,
    /// Devices and password.
    Account,
    /// No such page.
    Nowhere,
}

impl Place {
    /// The page at a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["console"] => Self::Home,
            ["console", "patients"] => Self::Patients,
            ["console", "patients", "new"] => Self::NewPatient,
            ["console", "updates"] => Self::Updates,
            ["console", "patients", id]
            | [
                "console",
                "patients",
                id,
                "contacts" | "access" | "forms" | "updates" | "notes" | "documents" | "activities",
            ] => id.parse().map_or(Self::Nowhere, Self::Patient),
            ["console", "patients", id, "notes", note] if note.parse::<NoteId>().is_ok() => {
                id.parse().map_or(Self::Nowhere, Self::Patient)
            }
            ["console", "patients", id, "activities", activity] if activity.parse::<ActivityId>().is_ok() => {
                id.parse().map_or(Self::Nowhere, Self::Patient)
            }
            ["console", "patients", id, "documents", document] if document.parse::<DocumentId>().is_ok() => {
                id.parse().map_or(Self::Nowhere, Self::Patient)
            }
            ["console", "chat"] => Self::Chat,
            ["console", "chat", "practice"] => Self::Colleagues,
            ["console", "chat", "practice", id] => id.parse().map_or(Self::Nowhere, Self::GroupConversation),
            ["console", "chat", id] => id.parse().map_or(Self::Nowhere, Self::Conversation),
            ["console", "reports"] => Self::Reports,
            ["console", "reports", "case-load"] => Self::CaseLoad,
            ["console", "reports", "bulk", id] => id.parse().map_or(Self::Nowhere, Self::Bulk),
            ["console", "history"] => Self::History,
            ["console", "notifications"] => Self::Notifications,
            ["console", "settings"] => Self::Settings,
            ["console", "settings", "general"] => Self::General,
            ["console", "settings", "templates"] => Self::Templates,
            ["console", "settings", "handout"] => Self::Handout,
            ["console", "settings", "forms"] => Self::Forms,
            ["console", "settings", "forms", id] => id.parse().map_or(Self::Nowhere, Self::Form),
            ["console", "emergency"] => Self::Emergency,
            ["console", "settings", "emergencies"] => Self::Emergencies,
            ["console", "settings", "mail"] => Self::Mail,
            ["console", "settings", "users"] => Self::Users,
            ["console", "settings", "users", id] => id.parse().map_or(Self::Nowhere, Self::User),
            ["console", "settings", "locations"] => Self::Locations,
            ["console", "account"] => Self::Account,
            _ => Self::Nowhere,
        }
    }
}

/// A tab of a patient's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What the record says.
    Summary,
    /// The people attached to the patient.
    Contacts,
    /// What practitioners wrote.
    Notes,
    /// Files that came or were added.
    Documents,
    /// What is to be done at home.
    Activities,
    /// What was sent to be filled in.
    Forms,
    /// What was changed in the portal.
    Updates,
    /// Who was invited to the portal.
    Access,
}

impl Tab {
    /// The tab at a profile's path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        match path.split('/').filter(|part| !part.is_empty()).nth(3) {
            Some("contacts") => Self::Contacts,
            Some("notes") => Self::Notes,
            Some("documents") => Self::Documents,
            Some("activities") => Self::Activities,
            Some("forms") => Self::Forms,
            Some("updates") => Self::Updates,
            Some("access") => Self::Access,
            _ => Self::Summary,
        }
    }
}

/// The address of a patient's profile.
#[must_use]
pub fn patient(id: PatientId, tab: Tab) -> String {
    match tab {
        Tab::Summary => format!("/console/patients/{id}"),
        Tab::Contacts => format!("/console/patients/{id}/contacts"),
        Tab::Notes => format!("/console/patients/{id}/notes"),
        Tab::Documents => format!("/console/patients/{id}/documents"),
        Tab::Activities => format!("/console/patients/{id}/activities"),
        Tab::Forms => format!("/console/patients/{id}/forms"),
        Tab::Updates => format!("/console/patients/{id}/updates"),
        Tab::Access => format!("/console/patients/{id}/access"),
    }
}

/// The address of a note.
#[must_use]
pub fn note(patient: PatientId, id: NoteId) -> String {
    format!("/console/patients/{patient}/notes/{id}")
}

/// The address of a document.
#[must_use]
pub fn document(patient: PatientId, id: DocumentId) -> String {
    format!("/console/patients/{patient}/documents/{id}")
}

/// The address of a home activity.
#[must_use]
pub fn activity(patient: PatientId, id: ActivityId) -> String {
    format!("/console/patients/{patient}/activities/{id}")
}

/// What stands behind the tab in a path: a note, a document, a home activity, by its id.
#[must_use]
pub fn at<T: std::str::FromStr>(path: &str) -> Option<T> {
    path.split('/').filter(|part| !part.is_empty()).nth(4)?.parse().ok()
}

/// Where conversations with patients are listed.
pub const CHAT: &str = "/console/chat";
/// Where conversations with colleagues are.
pub const COLLEAGUES: &str = "/console/chat/practice";

/// The address of a conversation with colleagues.
#[must_use]
pub fn group_conversation(id: GroupConversationId) -> String {
    format!("{COLLEAGUES}/{id}")
}

/// The address of a conversation.
#[must_use]
pub fn conversation(id: ConversationId) -> String {
    format!("/console/chat/{id}")
}

/// The address of a form's editor.
#[must_use]
pub fn form(id: FormId) -> String {
    format!("/console/settings/forms/{id}")
}

/// The address of a user's page.
#[must_use]
pub fn user(id: UserId) -> String {
    format!("/console/settings/users/{id}")
}

/// The address of what a line behind the bell is about.
#[must_use]
pub fn news(news: &News) -> String {
    if let Some(conversation) = news.conversation() {
        return group_conversation(conversation);
    }
    match (news.patient(), news.user()) {
        (Some(id), _) if matches!(news, News::FormReturned { .. }) => patient(id, Tab::Forms),
        (Some(id), _) if matches!(news, News::UpdatesWaiting { .. }) => patient(id, Tab::Updates),
        (Some(id), _) if matches!(news, News::FileCame { .. }) => patient(id, Tab::Documents),
        (Some(id), _) if matches!(news, News::NotesShared { .. }) => patient(id, Tab::Notes),
        (Some(id), _) => patient(id, Tab::Access),
        _ if matches!(news, News::EmergencyOpened { .. }) => "/console/settings/emergencies".to_owned(),
        (None, Some(id)) => user(id),
        (None, None) => "/console/notifications".to_owned(),
    }
}

/// The address, and ways to change it.
#[derive(Clone, Copy)]
pub struct Nav {
    path: RwSignal<String>,
    query: RwSignal<String>,
    heading: StoredValue<bool>,
    back: StoredValue<bool>,
    scrolls: StoredValue<HashMap<String, f64>>,
}

impl Nav {
    /// Takes over the address bar: links to our own pages, back and forward.
    #[must_use]
    pub fn start() -> Self {
        let nav = Self {
            path: RwSignal::new(here().0),
            query: RwSignal::new(here().1),
            heading: StoredValue::new(false),
            back: StoredValue::new(false),
            scrolls: StoredValue::new(HashMap::new()),
        };
        // The browser restores a scroll position before the page is drawn; we do it after.
        let _ = js_sys::Reflect::set(
            &history().unwrap_or(JsValue::NULL),
            &JsValue::from_str("scrollRestoration"),
            &JsValue::from_str("manual"),
        );
        let _ = window_event_listener(ev::popstate, move |_| nav.arrive(true));
        let _ = window_event_listener(ev::click, move |event| nav.follow(&event));
        nav
    }

    /// The path, tracked.
    #[must_use]
    pub fn path(self) -> String {
        self.path.get()
    }

    /// The path and query, untracked: where to come back to.
    #[must_use]
    pub fn address(self) -> String {
        self.path.get_untracked() + &self.query.get_untracked()
    }

    /// One value of the query, tracked; empty when it is not there.
    #[must_use]
    pub fn query(self, name: &str) -> String {
        let query = self.query.get();
        web_sys::UrlSearchParams::new_with_str(&query).ok().and_then(|all| all.get(name)).unwrap_or_default()
    }

    /// Sets values of the query in place, without a new entry in the history; empty values leave it.
    pub fn set_query(self, values: &[(&str, &str)]) {
        let Ok(all) = web_sys::UrlSearchParams::new_with_str(&self.query.get_untracked()) else { return };
        for (name, value) in values {
            if value.is_empty() {
                all.delete(name);
            } else {
                all.set(name, value);
            }
        }
        let text: String = all.to_string().into();
        let query = if text.is_empty() { text } else { format!("?{text}") };
        let to = self.path.get_untracked() + &query;
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&to));
        }
        self.query.set(query);
    }

    /// Goes to one of our own addresses.
    pub fn go(self, to: &str) {
        if to == self.address() {
            return;
        }
        self.leave();
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(to));
        }
        self.arrive(false);
    }

    /// Did the person come back here by the browser's own way? Then lists show what they showed.
    #[must_use]
    pub fn came_back(self) -> bool {
        self.back.get_value()
    }

    /// The heading that is drawn next is one that somebody waits for.
    pub fn await_heading(self) {
        self.heading.set_value(true);
    }

    /// Is a heading drawn now the first one after going somewhere? True once.
    pub fn take_heading(self) -> bool {
        self.heading.try_update_value(std::mem::take).unwrap_or_default()
    }

    fn leave(self) {
        let place = self.address();
        let at = window().scroll_y().unwrap_or_default();
        self.scrolls.update_value(|scrolls| {
            scrolls.insert(place, at);
        });
    }

    fn arrive(self, back: bool) {
        let (path, query) = here();
        if back {
            self.leave();
        }
        let page_changed = Place::of(&path) != Place::of(&self.path.get_untracked());
        self.back.set_value(back);
        self.heading.set_value(page_changed);
        // The page that is left goes first: what follows the query is not to ask once more on its behalf.
        self.path.set(path);
        self.query.set(query);
        let to = match back {
            true => self.scrolls.with_value(|scrolls| scrolls.get(&self.address()).copied()).unwrap_or_default(),
            false if page_changed => 0.0,
            false => return,
        };
        request_animation_frame(move || window().scroll_to_with_x_and_y(0.0, to));
    }

    /// A click on a link to one of our own pages draws it here; every other click stays the browser's.
    fn follow(self, event: &web_sys::MouseEvent) {
        if event.default_prevented()
            || event.button() != 0
            || event.ctrl_key()
            || event.meta_key()
            || event.shift_key()
            || event.alt_key()
        {
            return;
        }
        let Some(link) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten())
        else {
            return;
        };
        let Some(href) = link.get_attribute("href") else { return };
        if link.has_attribute("target") || link.has_attribute("download") {
            return;
        }
        let path = href.split(['?', '#']).next().unwrap_or_default();
        if !href.contains('#') && routes::CONSOLE.iter().any(|route| routes::matches(route.path, path)) {
            event.prevent_default();
            self.go(&href);
        }
    }
}

fn history() -> Option<JsValue> {
    window().history().ok().map(Into::into)
}

fn here() -> (String, String) {
    let location = window().location();
    (location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_in_the_table_of_pages_is_drawn() {
        for route in routes::CONSOLE {
            let path = route
                .path
                .replace("practice/:conversation", "practice/gcv_0000000000000000000000000000000f")
                .replace(":patient", "pat_0000000000000000000000000000000f")
                .replace(":user", "usr_0000000000000000000000000000000f")
                .replace(":form", "frm_0000000000000000000000000000000f")
                .replace(":note", "not_0000000000000000000000000000000f")
                .replace(":document", "doc_0000000000000000000000000000000f")
                .replace(":conversation", "cnv_0000000000000000000000000000000f")
                .replace(":activity", "act_0000000000000000000000000000000f")
                .replace(":bulk", "blk_0000000000000000000000000000000f");
            assert_ne!(Place::of(&path), Place::Nowhere, "{path}");
        }
    }

    #[test]
    fn an_address_that_is_none_leads_nowhere() {
        for path in [
            "/console/patient",
            "/console/patients/pat_1",
            "/console/patients/new/x",
            "/console/settings/x",
            "/console/chat/pat_0000000000000000000000000000000f",
            "/console/settings/users/pat_0000000000000000000000000000000f",
            "/",
        ] {
            assert_eq!(Place::of(path), Place::Nowhere, "{path}");
        }
    }

    #[test]
    fn a_profile_has_its_tabs() {
        let id = "pat_0000000000000000000000000000000f".parse().unwrap();
        for tab in [Tab::Summary, Tab::Contacts, Tab::Documents, Tab::Activities, Tab::Forms, Tab::Updates, Tab::Access]
        {
            let path = patient(id, tab);
            assert_eq!(Place::of(&path), Place::Patient(id));
            assert_eq!(Tab::of(&path), tab);
        }
    }
}
