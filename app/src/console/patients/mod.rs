//! Patients: the list, a new one, and the profile with its tabs.

mod access;
mod contacts;
mod details;
mod forms;
mod invite;
mod list;
mod new;
mod practitioners;
mod profile;
mod summary;

pub use self::{list::Patients, new::NewPatient, profile::Profile};
