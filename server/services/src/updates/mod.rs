//! What patients change in their own record: from the portal (`portal`, and `contacts` for whom to call), and what the
//! practice makes of it (`staff`, and `queue` for the whole group). What a record said before is kept by `history`.
//!
//! A change is one field, one contact or their order (decision 8). What becomes of it is the group's setting; a field that the practice changed meanwhile
//! waits for somebody to look, whatever the setting says. Whoever changes anything writes the audit entry first: it locks
//! the group's chain, so that two who decide at once, or a patient who edits meanwhile, come one after the other.

mod contacts;
mod history;
mod portal;
mod queue;
mod staff;

pub use self::{
    contacts::{contacts, order_contacts, remove_contact, save_contact},
    history::{history, own_history},
    portal::{profile, save},
    queue::{approve_some, count, queue, reject_some, undo_some},
    staff::{approve_all, decide, decided, undo, waiting},
};
pub(crate) use self::{
    history::{keep, look as look_back},
    portal::look,
    staff::{chosen, settle, waiting_here},
};
