//! Forms: the practice makes and sends them and reads what came back (`staff`); whoever was asked fills them in and returns
//! them (`portal`).

mod portal;
mod staff;

pub use self::{
    portal::{list as list_own, open as open_own, save as save_own, submit as submit_own},
    staff::{add, answers, archive, list, open, pdf, publish, requests, restore, save, send, send_start, withdraw},
};
pub(crate) use self::{
    portal::{look, look_through},
    staff::{ask, sendable},
};
