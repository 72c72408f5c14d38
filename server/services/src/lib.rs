//! What the practice does: one file per noun, free functions that take a [`Ctx`].
//!
//! | room | what is in it |
//! |---|---|
//! | [`context`] | [`Services`], what outlives a request; [`Ctx`], what one request works with |
//! | [`error`] | the one error of this crate |
//! | [`ports`] | what is needed of storage, clock, mail and the rest |
//! | [`tokens`] | links and cookies: made here, stored as hashes |
//! | [`hashing`] | argon2id, off the async threads and bounded in number |
//! | [`throttle`] | tries that slow down |
//! | [`courtesy`] | people first: when the background may go on |
//! | [`sessions`] | who is asking: the only maker of actors |
//! | [`accounts`] | sign in, sign out, devices, the switch between the two sides |
//! | [`passwords`] | forgotten, set, changed |
//! | [`set_up`] | the first run |
//! | [`console`] and [`portal`] | what the first page of each side starts with |
//! | [`users`] | users of the group, their access, and why they may or may not |
//! | [`memberships`] | the groups one works in, and those that ask one to join |
//! | [`locations`] | where the group sees patients |
//! | [`relationships`] | how practitioners and patients belong together |
//! | [`history`] | what users did |
//! | [`access_log`] | who opened a record, for the patient |
//! | [`reports`] | patients found by what is known of them |
//! | [`patients`] | list, search, profile, contacts |
//! | [`invitations`] | invite, resend, revoke, accept |
//! | [`bulk`] | inviting many at once: a job, done in steps |
//! | [`activities`] | assign home activities, change and end them; tick them off in the portal |
//! | [`documents`] | write, complete and take back documents; read them, on both sides; PDFs of them and of notes |
//! | [`emergency_access`] | open a record in an emergency; look at what was opened |
//! | [`files`] | send and open files about patients; their keys |
//! | [`forms`] | make, send and take back forms; fill them in and return them |
//! | [`chat`] | what practitioners and patients write to each other, on both sides |
//! | [`group_chat`] | what colleagues write to each other |
//! | [`own_data`] | a whole record for the portal user to keep |
//! | `in_portal` | what is shared with a patient: who of the portal sees it, who is told |
//! | [`notes`] | write, publish and share notes; read them, on both sides |
//! | [`settings`], [`templates`], [`notifications`] | as they say |
//! | [`handout`] | what a practice prints to tell of the portal |
//! | [`mails`] | the worker that empties the outbox, and what does not get through |
//! | [`sweep`] | away with what is over |
//! | [`audit`] | the trail: its hash, its verification, refusals |
//! | [`demo`] | the demo group |
//!
//! To add a noun: its port in `ports/`, its file here; a method begins with the right (`ctx.actor()?.may(…)`), writes its
//! audit entry and does its work in one unit of work, and saves. The entry comes first: it locks the group's chain, so
//! that changes in a group follow each other on either engine. Only an account that is held (`lock_account`) comes before
//! it; what belongs to no group is written last, by `save()`.

pub mod access_log;
pub mod accounts;
pub mod activities;
pub mod audit;
pub mod bulk;
pub mod chat;
pub mod console;
pub mod context;
pub mod courtesy;
mod csv;
mod days;
pub mod demo;
pub mod documents;
pub mod emergency_access;
pub mod error;
pub mod files;
pub mod forms;
pub mod group_chat;
pub mod handout;
pub mod hashing;
pub mod history;
mod in_portal;
pub mod invitations;
pub mod locations;
pub mod mails;
pub mod memberships;
pub mod notes;
pub mod notifications;
pub mod own_data;
pub mod paper;
pub mod passwords;
pub mod patients;
pub mod portal;
pub mod portal_users;
pub mod ports;
pub mod relationships;
pub mod reports;
pub mod sessions;
pub mod set_up;
pub mod settings;
pub mod sweep;
pub mod templates;
pub mod throttle;
pub mod tokens;
mod unusual;
pub mod updates;
pub mod users;

pub use context::{Ctx, Origin, Services, SessionChange};
pub use error::{Error, Result};
