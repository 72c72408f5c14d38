//! A moment as people read it: `Tue 24 Nov, 2:30 pm`, and `3 hours ago` under a day. The browser knows time zones and
//! languages; nothing is downloaded for them.

use std::time::Duration;

use domain::time::Time;
use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// The time now, and the zone in which times are shown. Provided once as context.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<f64>,
    format: StoredValue<DateTimeFormat, LocalStorage>,
    with_zone: bool,
}

impl Clock {
    /// A clock that shows times in this IANA zone; in the browser's own when it knows none of that name. The zone's
    /// short name is written with a time only when it differs from the browser's own.
    #[must_use]
    pub fn start(zone: &str) -> Self {
        let now = RwSignal::new(Date::now());
        set_interval(move || now.set(Date::now()), Duration::from_secs(20));
        let own = formatter(None);
        let format = if known(zone) { formatter(Some(zone)) } else { formatter(None) };
        let moment = Date::new(&JsValue::from_f64(now.get_untracked()));
        let with_zone = text(&own, &moment) != text(&format, &moment);
        Self { now, format: StoredValue::new_local(format), with_zone }
    }

    /// `Tue 24 Nov, 2:30 pm`; with the year when it is not this one, with the zone when it is not the browser's.
    #[must_use]
    pub fn full(self, at: Time) -> String {
        self.format.with_value(|format| {
            let moment = parts(format, at.millis() as f64);
            let this_year = parts(format, self.now.get_untracked()).get("year") == moment.get("year");
            let get = |name| moment.get(name);
            let year = if this_year { String::new() } else { format!(" {}", get("year")) };
            let zone = if self.with_zone { format!(" {}", get("timeZoneName")) } else { String::new() };
            format!(
                "{} {} {}{year}, {}:{} {}{zone}",
                get("weekday"),
                get("day"),
                get("month"),
                get("hour"),
                get("minute"),
                get("dayPeriod").to_ascii_lowercase()
            )
        })
    }

    /// Is it over, as far as this clock has come? Tracked.
    #[must_use]
    pub fn is_past(self, at: Time) -> bool {
        self.now.get() >= at.millis() as f64
    }

    /// Whole minutes since then; none before. Tracked.
    #[must_use]
    pub fn minutes_past(self, at: Time) -> Option<i64> {
        let past = self.now.get() - at.millis() as f64;
        (past >= 0.0).then(|| (past / 60_000.0).floor() as i64)
    }

    /// Whole days since then. Tracked.
    #[must_use]
    pub fn days_since(self, at: Time) -> i64 {
        ((self.now.get() - at.millis() as f64) / 86_400_000.0).floor() as i64
    }

    /// The day alone: `24 Nov 2026`.
    #[must_use]
    pub fn day(self, at: Time) -> String {
        self.format.with_value(|format| {
            let moment = parts(format, at.millis() as f64);
            format!("{} {} {}", moment.get("day"), moment.get("month"), moment.get("year"))
        })
    }

    /// How long ago or in how long, under a day; the full form otherwise. Tracks the time.
    #[must_use]
    pub fn relative(self, at: Time) -> String {
        // The minute that passed calls; what is counted from is this very moment, or what was just done would lie ahead.
        self.now.track();
        let gap = Date::now() as i64 - at.millis();
        let (minutes, past) = (gap.abs() / 60_000, gap >= -CLOCKS_DIFFER);
        // Whole numbers only: writing down any other takes 5 KB of code.
        let (count, unit) = match minutes {
            0 => return if past { "just now".to_owned() } else { "in a moment".to_owned() },
            1..60 => (minutes, "minute"),
            // What works for another 24 hours is said to, not that it ends in 23.
            60..1_440 if past => (minutes / 60, "hour"),
            60..1_440 => ((minutes + 59) / 60, "hour"),
            _ => return self.full(at),
        };
        let plural = if count > 1 { "s" } else { "" };
        if past { format!("{count} {unit}{plural} ago") } else { format!("in {count} {unit}{plural}") }
    }
}

/// By so many milliseconds the server's clock may be ahead of the device's, and nobody is told of a time to come.
const CLOCKS_DIFFER: i64 = 30_000;

/// A moment: relative under a day, with the full form behind it.
#[component]
pub fn When(
    /// The moment.
    at: Time,
) -> impl IntoView {
    let clock: Clock = expect_context();
    let iso = String::from(Date::new(&JsValue::from_f64(at.millis() as f64)).to_iso_string());
    view! { <time datetime=iso title=clock.full(at)>{move || clock.relative(at)}</time> }
}

/// A formatter in English; in the browser's own zone when none is given.
fn formatter(zone: Option<&str>) -> DateTimeFormat {
    let options = Object::new();
    let set = |name: &str, value: &str| {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    };
    set("weekday", "short");
    set("day", "numeric");
    set("month", "short");
    set("year", "numeric");
    set("hour", "numeric");
    set("minute", "2-digit");
    set("hourCycle", "h12");
    set("timeZoneName", "short");
    if let Some(zone) = zone {
        set("timeZone", zone);
    }
    DateTimeFormat::new(&Array::of1(&"en-AU".into()), &options)
}

/// Does the browser know this zone? Asking for an unknown one throws.
fn known(zone: &str) -> bool {
    let options = Object::new();
    let _ = Reflect::set(&options, &"timeZone".into(), &zone.into());
    Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| Reflect::get(&intl, &"DateTimeFormat".into()))
        .and_then(|make| {
            Reflect::construct(make.unchecked_ref::<js_sys::Function>(), &Array::of2(&"en".into(), &options))
        })
        .is_ok()
}

fn text(format: &DateTimeFormat, moment: &Date) -> String {
    let all = Parts(format.format_to_parts(moment));
    format!("{}{}{}{}", all.get("day"), all.get("hour"), all.get("minute"), all.get("dayPeriod"))
}

fn parts(format: &DateTimeFormat, millis: f64) -> Parts {
    Parts(format.format_to_parts(&Date::new(&JsValue::from_f64(millis))))
}

struct Parts(Array);

impl Parts {
    fn get(&self, name: &str) -> String {
        let field =
            |part: &JsValue, key: &str| Reflect::get(part, &key.into()).ok().and_then(|value| value.as_string());
        self.0
            .iter()
            .find(|part| field(part, "type").as_deref() == Some(name))
            .and_then(|part| field(&part, "value"))
            .unwrap_or_default()
    }
}
