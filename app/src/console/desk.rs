//! What every page of the console has at hand: who is signed in, what they may do, the bell, what just happened.

use domain::{patient::PatientRow, views::ConsoleStart};
use leptos::{prelude::*, task::spawn_local};

use super::{
    drafts,
    nav::{Nav, Place},
    words,
};
use crate::{
    api,
    components::{Clock, Toasts},
    error::AppError,
};

/// The patients shown last, so that coming back shows the same.
#[derive(Clone)]
pub struct ShownPatients {
    /// The filter they were shown under.
    pub query: String,
    /// The rows.
    pub rows: Vec<PatientRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The desk.
#[derive(Clone, Copy)]
pub struct Desk {
    start: StoredValue<ConsoleStart>,
    /// The address bar.
    pub nav: Nav,
    /// What just happened.
    pub toasts: Toasts,
    /// Unread notifications, counted up to 100.
    pub unread: RwSignal<i64>,
    /// Counts the times the bell rang: what is shown may have changed.
    pub rings: RwSignal<u32>,
    /// The session is over; what is typed is kept.
    pub over: RwSignal<bool>,
    /// The dialog of keyboard shortcuts is open.
    pub shortcuts: RwSignal<bool>,
    /// The time.
    pub clock: Clock,
    /// The patients shown last.
    pub shown: StoredValue<Option<ShownPatients>>,
}

impl Desk {
    /// Sets the desk for the person who signed in.
    #[must_use]
    pub fn set(start: ConsoleStart, nav: Nav) -> Self {
        drafts::belong_to(start.user);
        Self {
            nav,
            toasts: Toasts::default(),
            unread: RwSignal::new(start.unread),
            rings: RwSignal::new(0),
            over: RwSignal::new(false),
            shortcuts: RwSignal::new(false),
            clock: Clock::start(&start.time_zone),
            shown: StoredValue::new(None),
            start: StoredValue::new(start),
        }
    }

    /// Who the user is, where, and what they may do.
    #[must_use]
    pub fn start(self) -> ConsoleStart {
        self.start.get_value()
    }

    /// Leads to the sign-in page when that is why something failed; every failure else stays where it happened.
    pub fn failed(self, error: &AppError) {
        if *error == AppError::NotSignedIn {
            let _ = window().location().assign(&sign_in(&self.nav.address()));
        }
    }

    /// Looks at the bell again. Not a human act: a session that is over shows as a bar, and takes nobody away.
    pub fn look_at_bell(self) {
        spawn_local(async move {
            match api::notifications::unread().await {
                Ok(unread) => self.unread.set(unread),
                Err(AppError::NotSignedIn) => self.over.set(true),
                // The next ring or the next page looks again.
                Err(_) => {}
            }
        });
    }

    /// Signs out here; nothing typed stays on the device.
    pub fn sign_out(self) {
        spawn_local(async move {
            match api::account::sign_out().await {
                Ok(()) | Err(AppError::NotSignedIn) => {
                    drafts::clear_all();
                    let _ = window().location().assign("/console/sign-in");
                }
                Err(error) => self.toasts.say(crate::words::error(&error)),
            }
        });
    }

    /// Drops the remembered list: a patient in it changed.
    pub fn patients_changed(self) {
        self.shown.set_value(None);
    }
}

/// The desk of the person signed in.
#[must_use]
pub fn use_desk() -> Desk {
    expect_context()
}

/// The sign-in page, with the way back to this address.
#[must_use]
pub fn sign_in(address: &str) -> String {
    let path = address.split('?').next().unwrap_or_default();
    match Place::of(path) {
        Place::Home | Place::Nowhere => "/console/sign-in".to_owned(),
        _ => format!("/console/sign-in?next={path}"),
    }
}

/// The heading of a page: names the tab of the browser, and takes the focus when one has just come here.
pub fn name_page(title: &str) {
    document().set_title(&format!("{title} · {}", words::PRODUCT));
}
