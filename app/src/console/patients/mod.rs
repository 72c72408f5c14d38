//! Patients: the list, a new one, and the profile with its tabs.

mod access;
mod activities;
mod background;
mod contacts;
mod details;
mod documents;
mod emergency;
mod forms;
mod invite;
mod list;
mod new;
mod notes;
mod portal_users;
mod practitioners;
mod profile;
mod queue;
mod seen_as;
mod summary;
mod terms;
mod updates;

pub use self::{
    activities::{Activities, Activity},
    documents::{Document, Documents},
    emergency::Emergency,
    list::Patients,
    new::NewPatient,
    notes::{Note, Notes},
    profile::Profile,
    queue::Queue,
};
