//! Which patients of a report are ticked: some, or all that match but some.

use std::collections::BTreeSet;

use domain::{bulk::Selection, ids::PatientId, report::CaseLoadForm};
use leptos::prelude::*;

/// What is ticked.
#[derive(Clone, Copy)]
pub struct Picks {
    /// Everybody who matches, also who is not shown yet.
    all: RwSignal<bool>,
    /// Who is ticked; of all that match, whose tick was taken away.
    ids: RwSignal<BTreeSet<PatientId>>,
}

impl Picks {
    /// Nobody is.
    pub fn new() -> Self {
        Self { all: RwSignal::new(false), ids: RwSignal::new(BTreeSet::new()) }
    }

    /// Nobody is any more.
    pub fn clear(self) {
        self.all.set(false);
        self.ids.update(BTreeSet::clear);
    }

    /// Everybody who matches is.
    pub fn everybody(self) {
        self.all.set(true);
        self.ids.update(BTreeSet::clear);
    }

    /// Are all that match? Tracked.
    pub fn all(self) -> bool {
        self.all.get()
    }

    /// How many were ticked, or unticked of all. Tracked.
    pub fn count(self) -> usize {
        self.ids.with(BTreeSet::len)
    }

    /// Is nobody? Tracked.
    pub fn none(self) -> bool {
        !self.all.get() && self.ids.with(BTreeSet::is_empty)
    }

    /// Is this one? Tracked.
    pub fn has(self, id: PatientId) -> bool {
        self.all.get() != self.ids.with(|ids| ids.contains(&id))
    }

    /// Ticks or unticks some.
    pub fn set(self, some: impl IntoIterator<Item = PatientId>, ticked: bool) {
        let listed = ticked != self.all.get_untracked();
        self.ids.update(|ids| {
            for id in some {
                if listed {
                    ids.insert(id);
                } else {
                    ids.remove(&id);
                }
            }
        });
    }

    /// What is ticked, as the server is told. Untracked.
    pub fn selection(self, report: CaseLoadForm) -> Selection {
        let ids: Vec<_> = self.ids.with_untracked(|ids| ids.iter().copied().collect());
        if self.all.get_untracked() {
            Selection::All { report: Box::new(report), but: ids }
        } else {
            Selection::These(ids)
        }
    }
}
