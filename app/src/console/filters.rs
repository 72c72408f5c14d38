//! Filters above a list. Each is a value of the address's query, so that a list that is left and come back to is the same.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::nav::Nav;

/// How long after the last key the list follows.
const PAUSE: Duration = Duration::from_millis(200);

/// What stands in the fields of the filters, by their names in the query.
#[derive(Clone, Copy)]
pub struct Filters {
    nav: Nav,
    fields: StoredValue<Vec<(&'static str, RwSignal<String>)>>,
}

impl Filters {
    /// Filters of these names: the query follows the fields after a moment, and the fields follow the way back and forward.
    #[must_use]
    pub fn of(nav: Nav, names: &[&'static str]) -> Self {
        let fields: Vec<_> = names.iter().map(|name| (*name, RwSignal::new(untrack(|| nav.query(name))))).collect();
        let fields = StoredValue::new(fields);
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        let stop = move || {
            if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
                handle.clear();
            }
        };
        Effect::new(move |before: Option<()>| {
            let values: Vec<_> =
                fields.with_value(|fields| fields.iter().map(|(name, field)| (*name, field.get())).collect());
            stop();
            if before.is_some() {
                let follow = move || {
                    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.trim())).collect();
                    nav.set_query(&values);
                };
                waiting.set_value(set_timeout_with_handle(follow, PAUSE).ok());
            }
        });
        Effect::new(move || {
            fields.with_value(|fields| {
                for (name, field) in fields {
                    let now = nav.query(name);
                    if field.with_untracked(|field| field.trim() != now) {
                        field.set(now);
                    }
                }
            });
        });
        on_cleanup(stop);
        Self { nav, fields }
    }

    /// What stands in a field.
    #[must_use]
    pub fn field(self, name: &str) -> RwSignal<String> {
        self.fields
            .with_value(|fields| fields.iter().find(|(own, _)| *own == name).map(|(_, field)| *field))
            .unwrap_or_default()
    }

    /// Is anything filtered? Tracked.
    #[must_use]
    pub fn any(self) -> bool {
        self.fields.with_value(|fields| fields.iter().any(|(name, _)| !self.nav.query(name).is_empty()))
    }

    /// Shows everything.
    pub fn clear(self) {
        self.fields.with_value(|fields| fields.iter().for_each(|(_, field)| field.set(String::new())));
    }
}
