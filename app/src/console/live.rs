//! The line to the server: one for each tab. An event is a hint to look again; the truth is asked for.
//!
//! A ring by itself only counts: `notifications/unread` shows nobody's name and lengthens no session. What holds names is
//! asked for when somebody is there to read it, and at once when that somebody comes back (decisions 13 and 15).

use std::{cell::Cell, rc::Rc, time::Duration};

use domain::page::PageRequest;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, VisibilityState};

use super::{
    desk::{Desk, Ending},
    nav, words,
};
use crate::api;

/// How long after a key or the pointer somebody counts as being there, in milliseconds.
const THERE: f64 = 60_000.0;
/// When a question that did not get through is asked again.
const AGAIN: Duration = Duration::from_secs(5);
/// Where practices that ask one to join are answered.
const OFFERS: &str = "/console/notifications";
/// The most that one ring is told about, in lines.
const MOST: i64 = 8;

/// Opens the line, and opens it again when it breaks: after 1, 2, 4 … 60 seconds.
pub fn listen(desk: Desk) {
    let there = There { act: Rc::new(Cell::new(js_sys::Date::now())), waiting: Rc::default() };
    for event in ["keydown", "pointerdown", "pointermove"] {
        let there = there.clone();
        let _ = window_event_listener(ev::Custom::<Event>::new(event), move |_| {
            there.act.set(js_sys::Date::now());
            if there.waiting.take() {
                tell(desk);
            }
        });
    }
    connect(desk, there, Rc::new(Cell::new(0)), Rc::new(Cell::new(true)));
}

/// Is somebody there?
#[derive(Clone)]
struct There {
    /// When a key or the pointer was last used.
    act: Rc<Cell<f64>>,
    /// The bell rang while nobody was there.
    waiting: Rc<Cell<bool>>,
}

impl There {
    fn is_true(&self) -> bool {
        document().visibility_state() == VisibilityState::Visible && js_sys::Date::now() - self.act.get() < THERE
    }
}

fn connect(desk: Desk, there: There, breaks: Rc<Cell<u32>>, first: Rc<Cell<bool>>) {
    let Ok(line) = EventSource::new("/events") else { return };
    on(&line, "bell", {
        let (there, breaks, first) = (there.clone(), breaks.clone(), first.clone());
        move || {
            breaks.set(0);
            // The first word of a stream says "look"; the page that opened it has only just looked.
            ring(desk, &there, first.replace(false));
        }
    });
    // At the beginning of each stream as well: what was written while there was none is looked for.
    on(&line, "chat", {
        let there = there.clone();
        move || {
            // The bubble only counts; texts are for whoever is there.
            desk.chats.update(|chats| *chats += 1);
            if there.is_true() {
                desk.talks.update(|talks| *talks += 1);
            } else {
                there.waiting.set(true);
            }
        }
    });
    on(&line, "soon", move || desk.ending.set(Some(Ending::Soon)));
    on(&line, "last", move || desk.ending.set(Some(Ending::Last)));
    on(&line, "stays", move || desk.ending.set(None));
    on(&line, "over", {
        let line = line.clone();
        move || {
            line.close();
            desk.end();
        }
    });
    on(&line.clone(), "error", move || {
        let broken = breaks.get() + 1;
        breaks.set(broken);
        // While it is not closed the browser tries by itself.
        if line.ready_state() != EventSource::CLOSED || desk.over.get_untracked() {
            return;
        }
        // Perhaps because the session is over: then this says so.
        desk.look_at_bell();
        let wait = 1_u64 << broken.min(6);
        let (there, breaks, first) = (there.clone(), breaks.clone(), first.clone());
        set_timeout(
            move || {
                if !desk.over.get_untracked() {
                    connect(desk, there, breaks, first);
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

/// Counts, and tells whoever is there.
fn ring(desk: Desk, there: &There, first: bool) {
    let there = there.clone();
    spawn_local(async move {
        if !desk.count().await {
            // The ring came through, the question did not: it is asked again.
            set_timeout(move || ring(desk, &there, first), AGAIN);
            return;
        }
        if first && desk.untold.get_value() == 0 {
            return;
        }
        if there.is_true() {
            tell(desk);
        } else {
            there.waiting.set(true);
        }
    });
}

/// Somebody's access was changed: the console is drawn anew with what they may do now. What they typed is kept.
fn look_at_rights(desk: Desk) {
    spawn_local(async move {
        let Ok(now) = api::refresh(true, api::console::start()).await else { return };
        let before = desk.start();
        if (now.level, now.settings, now.may) != (before.level, before.settings, before.may) {
            let _ = window().location().reload();
        }
    });
}

/// Somebody is there: lists look again, and the newest lines are said.
fn tell(desk: Desk) {
    desk.rings.update(|rings| *rings += 1);
    desk.talks.update(|talks| *talks += 1);
    look_at_rights(desk);
    let new = desk.untold.try_update_value(std::mem::take).unwrap_or_default().min(MOST);
    if new == 0 {
        return;
    }
    spawn_local(async move {
        let page = PageRequest { after: None, limit: u32::try_from(new).ok() };
        let Ok(page) = api::refresh(true, api::notifications::list(page)).await else { return };
        let news: Vec<_> = page.rows.into_iter().filter(|row| !row.read).collect();
        desk.news.update(|(count, patients)| {
            *count += 1;
            *patients = news.iter().filter_map(|row| row.news.patient()).collect();
        });
        // What is counted may also be a practice that asks this person to join; the latest of all is said.
        let offers = api::refresh(true, api::memberships::offers()).await.unwrap_or_default();
        let offer = offers.list.iter().max_by_key(|offer| offer.at);
        let (text, to) = match (news.first(), offer) {
            (Some(row), Some(offer)) if row.at < offer.at => (words::offer(offer), OFFERS.to_owned()),
            (Some(row), _) => (words::news(row), nav::news(&row.news)),
            (None, Some(offer)) => (words::offer(offer), OFFERS.to_owned()),
            (None, None) if offers.unproven => (words::ASKED_UNPROVEN.to_owned(), OFFERS.to_owned()),
            (None, None) => return,
        };
        desk.toasts.say_with(text, to, words::OPEN);
    });
}
