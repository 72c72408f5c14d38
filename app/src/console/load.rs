//! What a page shows while it asks the server, when that fails, and when the answer is there.

use domain::page::{Page, PageRequest};
use leptos::{prelude::*, task::spawn_local};

use super::{
    desk::{Desk, use_desk},
    frame::Head,
    proof, words,
};
use crate::{
    components::{Button, Notice, Skeleton, Tone},
    error::AppError,
};

/// An answer of the server that a page shows.
pub struct Load<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    error: RwSignal<Option<AppError>>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

/// Asks the server now, again when a signal read in `ask` changes, and on [`Load::again`].
pub fn load<T, F>(ask: impl Fn() -> F + 'static) -> Load<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + 'static,
{
    let load = Load { value: RwSignal::new(None), error: RwSignal::new(None), again: RwSignal::new(0) };
    let desk = use_desk();
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        load.again.track();
        let asked = ask();
        let own = turn
            .try_update_value(|turn| {
                *turn += 1;
                *turn
            })
            .unwrap_or_default();
        spawn_local(async move {
            let answer = asked.await;
            if turn.try_get_value() != Some(own) {
                return;
            }
            match answer {
                Ok(value) => {
                    load.error.set(None);
                    load.value.set(Some(value));
                }
                Err(error) => {
                    desk.failed(&error);
                    load.error.set(Some(error));
                }
            }
        });
    });
    load
}

impl<T: Send + Sync + 'static> Load<T> {
    /// Asks again; what is shown stays until the answer is there.
    pub fn again(self) {
        self.again.update(|again| *again += 1);
    }

    /// The answer, once it is there.
    #[must_use]
    pub fn value(self) -> Signal<Option<T>>
    where
        T: Clone,
    {
        self.value.into()
    }

    /// Why the last look failed.
    #[must_use]
    pub fn failure(self) -> Signal<Option<AppError>> {
        self.error.into()
    }

    /// The title of a page that would have it from the answer, when there is none and will be none.
    #[must_use]
    pub fn title(self, up: (&'static str, &'static str)) -> AnyView {
        let failed = Memo::new(move |_| self.error.with(Option::is_some) && self.value.with(Option::is_none));
        (move || failed.get().then(|| view! { <Head title=words::NOT_SHOWN up=up/> })).into_any()
    }

    /// What stands around a view that must not be drawn anew with each answer, such as an editor: a skeleton until there is one, an
    /// error with a way to try again. The view itself goes away only while the server wants to know first who is looking.
    pub fn around(self, lines: usize, view: impl Fn() -> AnyView + Copy + Send + Sync + 'static) -> impl IntoView
    where
        T: Clone,
    {
        let shown = Memo::new(move |_| {
            (
                self.value.with(Option::is_some),
                self.error.with(Option::is_some),
                self.error.with(|error| *error == Some(AppError::StepUp)),
            )
        });
        view! {
            {failure(self.error, move || self.again())}
            {move || match shown.get() {
                (_, _, true) | (false, true, _) => ().into_any(),
                (true, ..) => view(),
                (false, false, _) => view! { <Skeleton lines=lines/> }.into_any(),
            }}
        }
    }

    /// Draws it: a skeleton after a moment, an error with a way to try again, or the answer. After a failed second
    /// look the old answer stays, under a notice; but not when the server wants to know first who is looking.
    pub fn view(self, lines: usize, draw: impl Fn(T) -> AnyView + Send + 'static) -> impl IntoView
    where
        T: Clone,
    {
        view! {
            {failure(self.error, move || self.again())}
            {move || match self.value.get() {
                Some(_) if self.error.with(|error| *error == Some(AppError::StepUp)) => ().into_any(),
                Some(value) => draw(value),
                None if self.error.with(Option::is_some) => ().into_any(),
                None => view! { <Skeleton lines=lines/> }.into_any(),
            }}
        }
    }
}

/// An error with a way to try again.
fn failure(error: RwSignal<Option<AppError>>, again: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    move || {
        error.get().map(|error| {
            if error == AppError::StepUp {
                return proof::before_showing(again);
            }
            view! {
                <Notice tone=Tone::Danger live=true>
                    <p>{words::error(&error)}</p>
                    <Button press=move |_| again()>{words::TRY_AGAIN}</Button>
                </Notice>
            }
            .into_any()
        })
    }
}

/// A list that grows page by page.
pub struct Pages<T: Send + Sync + 'static> {
    /// The rows so far; none before the first answer.
    pub rows: RwSignal<Option<Vec<T>>>,
    /// The cursor of the next page; none at the end.
    pub next: RwSignal<Option<String>>,
    /// More is being fetched.
    pub busy: RwSignal<bool>,
    error: RwSignal<Option<AppError>>,
    turn: StoredValue<u32>,
    desk: Desk,
}

impl<T: Send + Sync + 'static> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Pages<T> {}

impl<T: Send + Sync + 'static> Pages<T> {
    /// A list that has asked nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rows: RwSignal::new(None),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            turn: StoredValue::new(0),
            desk: use_desk(),
        }
    }

    /// The request for its first page, as long as what is shown now.
    #[must_use]
    pub fn first(self) -> PageRequest {
        let shown = self.rows.with_untracked(|rows| rows.as_ref().map_or(0, Vec::len));
        let limit = u32::try_from(shown).unwrap_or(0).clamp(domain::limits::PAGE, domain::limits::PAGE_MOST);
        PageRequest { after: None, limit: Some(limit) }
    }

    /// Was the last answer none? Tracked.
    #[must_use]
    pub fn failed(self) -> bool {
        self.error.with(Option::is_some)
    }

    /// The request for its next page.
    #[must_use]
    pub fn following(self) -> PageRequest {
        PageRequest { after: self.next.get_untracked(), limit: None }
    }

    /// Asks now, and from the top again whenever `key` says that another list is meant.
    pub fn follow(self, key: impl Fn() -> String + 'static, ask: impl Fn(bool) + 'static) {
        Effect::new(move |before: Option<String>| {
            let key = key();
            if before.is_some_and(|before| before != key) {
                self.rows.set(None);
                self.next.set(None);
            }
            ask(false);
            key
        });
    }

    /// Shows the rows that an answer brings: in place of the present ones, or after them.
    pub fn take(self, after: bool, ask: impl Future<Output = Result<Page<T>, AppError>> + 'static) {
        let desk = self.desk;
        let own = self
            .turn
            .try_update_value(|turn| {
                *turn += 1;
                *turn
            })
            .unwrap_or_default();
        self.busy.set(true);
        spawn_local(async move {
            let answer = ask.await;
            if self.turn.try_get_value() != Some(own) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(page) => {
                    self.error.set(None);
                    self.next.set(page.next);
                    self.rows.update(|rows| match rows {
                        Some(rows) if after => rows.extend(page.rows),
                        rows => *rows = Some(page.rows),
                    });
                }
                Err(error) => {
                    desk.failed(&error);
                    self.error.set(Some(error));
                }
            }
        });
    }

    /// Draws it, with "Show more" under it while there is more. `ask` fetches: its argument says whether after the rows
    /// shown.
    pub fn view(
        self,
        lines: usize,
        ask: impl Fn(bool) + Copy + Send + Sync + 'static,
        draw: impl Fn(Vec<T>) -> AnyView + Send + 'static,
    ) -> impl IntoView
    where
        T: Clone,
    {
        view! {
            {failure(self.error, move || ask(false))}
            {move || match self.rows.get() {
                Some(rows) => draw(rows),
                None if self.error.with(Option::is_some) => ().into_any(),
                None => view! { <Skeleton lines=lines/> }.into_any(),
            }}
            {move || self.next.with(Option::is_some).then(|| view! {
                <div class="more"><Button busy=self.busy press=move |_| ask(true)>{words::SHOW_MORE}</Button></div>
            })}
        }
    }
}
