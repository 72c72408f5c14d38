//! The patients' pages. The server renders them whole; only the islands reach the browser.
//!
//! | file | what is in it |
//! |---|---|
//! | `start` | `/portal`: on to the first record |
//! | `frame` | the bars around every page: whose record this is, the switcher, the ways |
//! | `home` | `/portal/:patient` |
//! | `records` | `/portal/:patient/records`: what was shared |
//! | `activities` | `/portal/:patient/activities`: what to do at home, and ticking it off |
//! | `messages` | `/portal/:patient/messages`: what the practice and the patient's people write to each other |
//! | `places` | appointments, health, invoices: what will be there, until it is |
//! | `forms` | `/portal/:patient/forms`: what is asked, and what was returned |
//! | `details` | `/portal/:patient/details`: what the record says of the person, and changing it |
//! | `contacts` | `/portal/:patient/contacts`: whom to call in an emergency |
//! | `profile_history` | `/portal/:patient/details/history`: what the record said before |
//! | `draft` | what is typed stays in the tab until it is saved |
//! | `account` | `/portal/account`: devices, password, the way out |
//! | `people` | `/portal/:patient/people`: who can see this record, and letting somebody in |
//! | `access_log` | `/portal/:patient/access-log`: who looked at this record |
//! | `download` | `/portal/:patient/download`: all of it, to keep |
//! | [`islands`] | what wakes up in the browser; raw calls only, to stay small |
//! | `words` | what all of them say |

pub mod islands;

#[cfg(feature = "ssr")]
mod access_log;
#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod activities;
#[cfg(feature = "ssr")]
mod agent;
#[cfg(feature = "ssr")]
mod contacts;
#[cfg(feature = "ssr")]
mod details;
#[cfg(feature = "ssr")]
mod documents;
#[cfg(feature = "ssr")]
pub mod download;
#[cfg(feature = "ssr")]
mod draft;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
mod forms;
#[cfg(feature = "ssr")]
mod frame;
#[cfg(feature = "ssr")]
mod home;
#[cfg(feature = "ssr")]
mod messages;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod places;
#[cfg(feature = "ssr")]
mod profile_history;
#[cfg(feature = "ssr")]
mod records;
#[cfg(feature = "ssr")]
mod start;
#[cfg(feature = "ssr")]
pub mod words;

pub use islands::{Autosave, Live, Opened, Print};

#[cfg(feature = "ssr")]
pub use self::{
    access_log::{AccessLogPage, AccessLogView},
    account::{AccountPage, AccountView},
    activities::{ActivitiesPage, ActivitiesView, ActivityPage, ActivityView},
    contacts::{ContactPage, ContactView, ContactsPage, ContactsView},
    details::{DetailsPage, DetailsView},
    documents::{DocumentPage, DocumentView, DocumentsPage, DocumentsView},
    download::{DownloadPage, DownloadView},
    draft::Draft,
    files::{FilesPage, FilesView},
    forms::{FormPage, FormView, FormsPage, FormsView},
    frame::{Frame, Place},
    home::{Home, HomeView},
    messages::{ConversationPage, ConversationView, MessagesPage, MessagesView},
    people::{Done, LetIn, LetInView, People, PeopleView},
    places::{PlacePage, PlaceView},
    profile_history::{ProfileHistoryPage, ProfileHistoryView},
    records::{NotePage, NoteView, RecordsPage, RecordsView},
    start::{Start, StartView},
};
