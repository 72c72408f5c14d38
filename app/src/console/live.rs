//! The line to the server: one for each tab. An event is a hint to look again; the truth is asked for.

use std::{cell::Cell, rc::Rc, time::Duration};

use domain::page::PageRequest;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource};

use super::{
    desk::Desk,
    nav::{self, Tab},
    words,
};
use crate::api;

/// Opens the line, and opens it again when it breaks: after 1, 2, 4 … 60 seconds.
pub fn listen(desk: Desk) {
    connect(desk, Rc::new(Cell::new(0)));
}

fn connect(desk: Desk, breaks: Rc<Cell<u32>>) {
    let Ok(line) = EventSource::new("/events") else { return };
    on(&line, "open", {
        let breaks = breaks.clone();
        move || {
            // What rang while nobody listened.
            if breaks.replace(0) > 0 {
                desk.look_at_bell();
                desk.rings.update(|rings| *rings += 1);
            }
        }
    });
    on(&line, "bell", move || ring(desk));
    on(&line, "over", {
        let line = line.clone();
        move || {
            line.close();
            desk.over.set(true);
        }
    });
    on(&line.clone(), "error", move || {
        let broken = breaks.get() + 1;
        breaks.set(broken);
        // While it is not closed the browser tries by itself.
        if line.ready_state() != EventSource::CLOSED || desk.over.get_untracked() {
            return;
        }
        let wait = 1_u64 << broken.min(6);
        let breaks = breaks.clone();
        set_timeout(
            move || {
                desk.look_at_bell();
                if !desk.over.get_untracked() {
                    connect(desk, breaks);
                }
            },
            Duration::from_secs(wait.min(60)),
        );
    });
}

fn on(line: &EventSource, event: &str, act: impl Fn() + 'static) {
    let act = Closure::<dyn Fn(Event)>::new(move |_: Event| act());
    let _ = line.add_event_listener_with_callback(event, act.as_ref().unchecked_ref());
    // Lives as long as the line, which lives as long as the tab.
    act.forget();
}

/// Something is new: say the newest line, and count again.
fn ring(desk: Desk) {
    desk.rings.update(|rings| *rings += 1);
    spawn_local(async move {
        let before = desk.unread.get_untracked();
        let Ok(unread) = api::notifications::unread().await else { return };
        desk.unread.set(unread);
        // Fewer than before means that they were read, perhaps on another device.
        if unread <= before && unread < 100 {
            return;
        }
        let newest = api::notifications::list(PageRequest { after: None, limit: Some(1) }).await;
        if let Ok(page) = newest
            && let Some(row) = page.rows.into_iter().find(|row| !row.read)
        {
            let to = nav::patient(row.news.patient(), Tab::Access);
            desk.toasts.say_with(words::news(&row), to, words::OPEN);
        }
    });
}
