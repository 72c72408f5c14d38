//! What every page of the console has at hand: who is signed in, what they may do, the bell, what just happened.

use domain::{error::Refusal, ids::PatientId, patient::PatientRow, user::Membership, views::ConsoleStart};
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

/// Why the session ends within two minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nobody did anything; an act puts it off.
    Soon,
    /// It has reached its longest time.
    Last,
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
    /// Notifications that came and were not said yet.
    pub untold: StoredValue<i64>,
    /// Counts the times the bell rang for somebody who is there: what is shown may have changed.
    pub rings: RwSignal<u32>,
    /// The same, with the patients that the news is about.
    pub news: RwSignal<(u32, Vec<PatientId>)>,
    /// Counts the times that something was written, withdrawn or read in a chat.
    pub chats: RwSignal<u32>,
    /// The same, when somebody is there to read: what shows names and texts looks again by this.
    pub talks: RwSignal<u32>,
    /// The session ends within two minutes.
    pub ending: RwSignal<Option<Ending>>,
    /// The session is over; what is typed is kept.
    pub over: RwSignal<bool>,
    /// What patients know the practice by.
    pub practice: RwSignal<String>,
    /// The groups this person works in.
    pub memberships: RwSignal<Vec<Membership>>,
    /// Nobody of the practice was invited to the portal yet.
    pub nobody_invited: RwSignal<bool>,
    /// The dialog of keyboard shortcuts is open.
    pub shortcuts: RwSignal<bool>,
    /// The time.
    pub clock: Clock,
    /// The patients shown last.
    pub shown: StoredValue<Option<ShownPatients>>,
    /// What was looked for last in somebody's notes: here, and not in the address, which browsers and servers keep.
    pub sought: StoredValue<Option<(PatientId, String)>>,
}

impl Desk {
    /// Sets the desk for the person who signed in.
    #[must_use]
    pub fn set(start: ConsoleStart, nav: Nav) -> Self {
        drafts::belong_to(&start.email, start.user);
        Self {
            nav,
            toasts: Toasts::default(),
            unread: RwSignal::new(start.unread),
            untold: StoredValue::new(0),
            rings: RwSignal::new(0),
            news: RwSignal::new((0, Vec::new())),
            chats: RwSignal::new(0),
            talks: RwSignal::new(0),
            ending: RwSignal::new(None),
            practice: RwSignal::new(start.group_name.clone()),
            memberships: RwSignal::new(start.memberships.clone()),
            nobody_invited: RwSignal::new(start.nobody_invited_yet),
            over: RwSignal::new(false),
            shortcuts: RwSignal::new(false),
            clock: Clock::start(&start.time_zone),
            shown: StoredValue::new(None),
            sought: StoredValue::new(None),
            start: StoredValue::new(start),
        }
    }

    /// Who the user is, where, and what they may do.
    #[must_use]
    pub fn start(self) -> ConsoleStart {
        self.start.get_value()
    }

    /// Leads to the sign-in page when that is why something failed, and back to the console's door when this person is not
    /// let in any more; every failure else stays where it happened.
    pub fn failed(self, error: &AppError) {
        let to = match error {
            AppError::NotSignedIn => sign_in(&self.nav.address()),
            AppError::Forbidden(Refusal::NoGroup | Refusal::TemporaryPassword) => "/console".to_owned(),
            _ => return,
        };
        let _ = window().location().assign(&to);
    }

    /// Says why something failed, and leads away when that is the reason.
    pub fn refused(self, error: &AppError) {
        self.failed(error);
        self.toasts.say(words::error(error));
    }

    /// The person joined a group, or left one: asks which ones there are now.
    pub fn look_at_groups(self) {
        spawn_local(async move {
            if let Ok(start) = api::console::start().await {
                self.memberships.set(start.memberships);
            }
        });
    }

    /// Looks at the bell again.
    pub fn look_at_bell(self) {
        spawn_local(async move {
            self.count().await;
        });
    }

    /// Counts what is unread; false when the server could not be asked. Not a human act: a session that is over is covered,
    /// and takes nobody away.
    pub async fn count(self) -> bool {
        match api::notifications::unread().await {
            Ok(unread) => {
                let before = self.unread.get_untracked();
                self.unread.set(unread);
                // Fewer than before means that they were read, perhaps on another device. Above 100 nobody counts.
                let new = if unread >= 100 && before >= 100 { 1 } else { (unread - before).max(0) };
                self.untold.update_value(|untold| *untold += new);
            }
            Err(AppError::NotSignedIn) => self.end(),
            Err(_) => return false,
        }
        true
    }

    /// The session is over: nothing of the practice stays readable (SS-01), and what was typed stays where it is.
    pub fn end(self) {
        self.ending.set(None);
        self.over.set(true);
        name_page(words::OVER);
    }

    /// Rings that somebody is there to hear.
    #[must_use]
    pub fn rung(self) -> Rung {
        Rung::of(self.rings.into())
    }

    /// Rings about this patient.
    #[must_use]
    pub fn rung_about(self, patient: PatientId) -> Rung {
        let about = Memo::new(move |before: Option<&u32>| {
            let before = before.copied().unwrap_or_default();
            self.news.with(|(count, patients)| if patients.contains(&patient) { *count } else { before })
        });
        Rung::of(about.into())
    }

    /// Something was written in a chat.
    #[must_use]
    pub fn written(self) -> Rung {
        Rung::of(self.talks.into())
    }

    /// Signs out here; nothing typed stays on the device.
    pub fn sign_out(self) {
        spawn_local(async move {
            match api::account::sign_out(String::new()).await {
                Ok(()) | Err(AppError::NotSignedIn) => {
                    drafts::clear_all();
                    let _ = window().location().assign(SIGNED_OUT);
                }
                Err(error) => self.toasts.say(words::error(&error)),
            }
        });
    }

    /// Drops the remembered list: a patient in it changed.
    pub fn patients_changed(self) {
        self.shown.set_value(None);
    }
}

/// Tells looks that a ring caused from those that a person asked for.
#[derive(Clone, Copy)]
pub struct Rung {
    count: Signal<u32>,
    seen: StoredValue<u32>,
}

impl Rung {
    fn of(count: Signal<u32>) -> Self {
        Self { count, seen: StoredValue::new(count.get_untracked()) }
    }

    /// Did it ring since this was asked last? Asks again at the next ring.
    #[must_use]
    pub fn again(self) -> bool {
        let now = self.count.get();
        self.seen.try_update_value(|seen| std::mem::replace(seen, now)) != Some(now)
    }
}

/// The desk of the person signed in.
#[must_use]
pub fn use_desk() -> Desk {
    expect_context()
}

/// The sign-in page after signing out.
pub const SIGNED_OUT: &str = "/console/sign-in?signed-out";

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
