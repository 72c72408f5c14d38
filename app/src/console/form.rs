//! A form of the console: what is typed, what is wrong with it, and sending it once.

use domain::error::{Invalid, Problem};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{
    desk::{Desk, use_desk},
    drafts, words,
};
use crate::{
    components::{CheckField, Choice, Notice, SelectField, TextArea, TextField, Tone},
    error::AppError,
};

/// A form. What is typed is kept on the device under its name until it is saved or given up.
#[derive(Clone, Copy)]
pub struct Form {
    /// In front of the ids of its fields.
    kind: &'static str,
    /// The name of its draft.
    key: StoredValue<String>,
    fields: StoredValue<Vec<(&'static str, RwSignal<String>)>>,
    wrong: RwSignal<Invalid>,
    /// What went wrong besides fields.
    pub error: RwSignal<Option<AppError>>,
    /// It is being sent.
    pub busy: RwSignal<bool>,
    /// It starts with what was typed earlier.
    pub restored: RwSignal<bool>,
    start: StoredValue<Vec<(&'static str, String)>>,
    desk: Desk,
}

impl Form {
    /// A form with its fields and what stands in them. `about` tells apart forms of one kind, as a patient's id does.
    #[must_use]
    pub fn new(kind: &'static str, about: &str, start: Vec<(&'static str, String)>) -> Self {
        let key = format!("{kind}:{about}");
        let kept = drafts::kept(&key).unwrap_or_default();
        let restored = !kept.is_empty();
        let fields: Vec<_> = start
            .iter()
            .map(|(name, value)| {
                let value = kept.iter().find(|(kept, _)| kept == name).map_or(value, |(_, value)| value);
                (*name, RwSignal::new(value.clone()))
            })
            .collect();
        let form = Self {
            kind,
            key: StoredValue::new(key),
            fields: StoredValue::new(fields),
            wrong: RwSignal::new(Invalid::default()),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            restored: RwSignal::new(restored),
            start: StoredValue::new(start),
            desk: use_desk(),
        };
        Effect::new(move |before: Option<()>| {
            let now = form.values();
            if before.is_some() {
                form.keep(&now);
            }
        });
        form
    }

    fn values(self) -> Vec<(&'static str, String)> {
        self.fields.with_value(|fields| fields.iter().map(|(name, value)| (*name, value.get())).collect())
    }

    fn keep(self, now: &[(&'static str, String)]) {
        let untouched = self.start.with_value(|start| start == now);
        self.key.with_value(|key| if untouched { drafts::drop(key) } else { drafts::keep(key, now) });
    }

    /// The signal behind a field. A name that is not one of its fields gives a signal that is not kept.
    #[must_use]
    pub fn field(self, name: &str) -> RwSignal<String> {
        self.fields
            .with_value(|fields| fields.iter().find(|(own, _)| *own == name).map(|(_, value)| *value))
            .unwrap_or_default()
    }

    /// What stands in a field now.
    #[must_use]
    pub fn value(self, name: &str) -> String {
        self.field(name).get_untracked()
    }

    /// What is wrong with a field, in words.
    #[must_use]
    pub fn problem(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.wrong.with(|wrong| wrong.of(name)).map(|problem| crate::words::problem(problem).to_owned())
        })
    }

    /// Marks one field as wrong, and leads to it.
    pub fn refuse(self, name: &str, problem: Problem) {
        self.refuse_all(Invalid::field(name, problem));
    }

    fn refuse_all(self, invalid: Invalid) {
        self.wrong.set(invalid);
        let first = format!(".form-{} [aria-invalid=true]", self.kind);
        request_animation_frame(move || {
            let wrong = document().query_selector(&first).ok().flatten();
            if let Some(wrong) = wrong.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = wrong.focus();
            }
        });
    }

    /// Gives up what was typed.
    pub fn discard(self) {
        self.start.with_value(|start| {
            for (name, value) in start {
                self.field(name).set(value.clone());
            }
        });
        self.key.with_value(|key| drafts::drop(key));
        self.wrong.set(Invalid::default());
        self.error.set(None);
        self.restored.set(false);
    }

    /// Starts again with other values: those of a newer version.
    pub fn restart(self, start: Vec<(&'static str, String)>) {
        if self.start.try_set_value(start).is_none() {
            self.discard();
        }
    }

    /// Sends it, once at a time. After success the draft is forgotten and `done` is called; after a failure everything
    /// typed is still there.
    pub fn send<T: 'static>(
        self,
        ask: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        let desk = self.desk;
        self.busy.set(true);
        self.error.set(None);
        self.wrong.set(Invalid::default());
        spawn_local(async move {
            let answer = ask.await;
            // The form may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(value) => {
                    self.key.with_value(|key| drafts::drop(key));
                    done(value);
                }
                Err(AppError::Invalid(invalid)) => self.refuse_all(invalid),
                Err(error) => {
                    if error == AppError::NotSignedIn {
                        self.key.with_value(|key| drafts::remember_open(key));
                    }
                    desk.failed(&error);
                    self.error.set(Some(error));
                }
            }
        });
    }

    /// The id of a field's control.
    #[must_use]
    pub fn id(self, name: &str) -> String {
        format!("{}-{name}", self.kind)
    }

    /// The form element's class.
    #[must_use]
    pub fn class(self) -> String {
        format!("form form-{}", self.kind)
    }

    /// What stands above the fields: what went wrong, and that it starts with what was typed earlier.
    #[must_use]
    pub fn notices(self) -> AnyView {
        view! {
            {move || self.error.get().map(|error| view! {
                <Notice tone=Tone::Danger live=true>{crate::words::error(&error)}</Notice>
            })}
            {move || self.restored.get().then(|| view! {
                <Notice>
                    <p>{words::RESTORED}</p>
                    <button type="button" class="link-button" on:click=move |_| self.discard()>{words::START_AFRESH}</button>
                </Notice>
            })}
        }
        .into_any()
    }

    /// A field of one line.
    #[must_use]
    pub fn text(self, name: &'static str, label: &'static str, more: Line) -> AnyView {
        view! {
            <TextField
                name=name
                label=label
                id=self.id(name)
                kind=more.kind
                bind=self.field(name)
                hint=more.hint
                error=self.problem(name)
                required=more.required
                longest=more.longest
            />
        }
        .into_any()
    }

    /// A field of several lines.
    #[must_use]
    pub fn area(
        self,
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        required: bool,
        longest: usize,
    ) -> AnyView {
        view! {
            <TextArea
                name=name
                label=label
                id=self.id(name)
                bind=self.field(name)
                hint=hint
                error=self.problem(name)
                required=required
                longest=longest
                rows=6
            />
        }
        .into_any()
    }

    /// A field that offers a list.
    #[must_use]
    pub fn select(self, name: &'static str, label: &'static str, choices: Vec<Choice>, hint: &'static str) -> AnyView {
        view! {
            <SelectField
                name=name
                label=label
                id=self.id(name)
                choices=choices
                bind=self.field(name)
                hint=hint
                error=self.problem(name)
                required=true
            />
        }
        .into_any()
    }

    /// A tick; the field holds `yes` or nothing.
    #[must_use]
    pub fn tick(self, name: &'static str, label: &'static str, hint: &'static str) -> AnyView {
        let text = self.field(name);
        let set = RwSignal::new(text.with_untracked(|text| text == "yes"));
        Effect::new(move || {
            let yes = if set.get() { "yes" } else { "" };
            if text.with_untracked(|text| text != yes) {
                text.set(yes.to_owned());
            }
        });
        Effect::new(move || {
            let yes = text.with(|text| text == "yes");
            if set.get_untracked() != yes {
                set.set(yes);
            }
        });
        view! { <CheckField name=name label=label id=self.id(name) bind=set hint=hint/> }.into_any()
    }
}

/// What else there is to say about a field of one line.
#[derive(Clone, Copy)]
pub struct Line {
    /// `text`, `email`, `tel`, `date` …
    pub kind: &'static str,
    /// Help that always stands there.
    pub hint: &'static str,
    /// Must be filled in.
    pub required: bool,
    /// The most characters; any number when 0.
    pub longest: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { kind: "text", hint: "", required: false, longest: 0 }
    }
}

impl Line {
    /// A line of this kind.
    #[must_use]
    pub const fn of(kind: &'static str) -> Self {
        Self { kind, hint: "", required: false, longest: 0 }
    }

    /// Must be filled in.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// With help that always stands there.
    #[must_use]
    pub const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}
