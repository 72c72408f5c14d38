//! A form of the console: what is typed, what is wrong with it, and sending it once.

use std::pin::Pin;

use domain::error::{Conflict, Invalid, Problem};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{
    desk::{Desk, use_desk},
    drafts,
    proof::Proof,
    words,
};
use crate::{
    components::{CheckField, Choice, Icon, Notice, SelectField, TextArea, TextField, Tone},
    error::AppError,
};

/// A question to the server that is under way.
type Asked<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// The newer version of what is being changed, if it is still there.
type Newer = Option<(i64, Values)>;

/// What stands in the fields of a form, by their names.
pub type Values = Vec<(&'static str, String)>;

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
    /// What stood in the fields at first, and its version.
    start: StoredValue<(i64, Values)>,
    /// Somebody else saved meanwhile: the fields that both changed, with what the other one wrote.
    overtaken: RwSignal<Option<Values>>,
    /// The password again, when the server wants it.
    proof: Proof,
    desk: Desk,
}

impl Form {
    /// A form with its fields and what stands in them. `about` tells apart forms of one kind, as a patient's id does.
    #[must_use]
    pub fn new(kind: &'static str, about: &str, start: Values) -> Self {
        Self::versioned(kind, about, 0, start)
    }

    /// A form that changes something: `version` is the one that was read.
    #[must_use]
    pub fn versioned(kind: &'static str, about: &str, version: i64, start: Values) -> Self {
        let key = format!("{kind}:{about}");
        let kept = drafts::kept(&key);
        let restored = kept.is_some();
        // What was typed earlier was typed over what stood there then.
        let (old_version, old_start, typed) = kept.unwrap_or((version, Vec::new(), Vec::new()));
        let of = |values: &[(String, String)], name: &str, or: &str| {
            values.iter().find(|(kept, _)| kept == name).map_or(or, |(_, value)| value).to_owned()
        };
        let fields: Vec<_> =
            start.iter().map(|(name, value)| (*name, RwSignal::new(of(&typed, name, value)))).collect();
        let at_first: Values = start.iter().map(|(name, value)| (*name, of(&old_start, name, value))).collect();
        let form = Self {
            kind,
            key: StoredValue::new(key),
            fields: StoredValue::new(fields),
            wrong: RwSignal::new(Invalid::default()),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            restored: RwSignal::new(restored),
            start: StoredValue::new((old_version, at_first)),
            overtaken: RwSignal::new(None),
            proof: Proof::new(kind),
            desk: use_desk(),
        };
        if old_version != version {
            form.overtaken(version, start);
        }
        Effect::new(move |before: Option<Values>| {
            let now = form.values();
            if let Some(before) = before {
                form.keep(&now);
                now.iter().zip(&before).filter(|(new, old)| new != old).for_each(|((name, _), _)| form.answered(name));
            }
            // The session is over: what was typed is here again after signing in.
            if form.desk.over.get() && !form.is_untouched(&now) {
                form.key.with_value(|key| drafts::remember_open(key));
            }
            now
        });
        form
    }

    /// The version that is being changed.
    #[must_use]
    pub fn version(self) -> i64 {
        self.start.with_value(|(version, _)| *version)
    }

    /// Somebody else saved meanwhile: from now on this changes the newer version. What was typed stays; fields that were
    /// not touched follow the newer version, so that saving undoes nothing of the other one's. Where both wrote, the form
    /// says what the other one wrote.
    pub fn overtaken(self, version: i64, newer: Values) {
        let before = self.start.with_value(|(_, start)| start.clone());
        let mut both = Values::new();
        for ((name, new), (_, old)) in newer.iter().zip(&before) {
            let field = self.field(name);
            let typed = field.get_untracked();
            if typed == *old {
                field.set(new.clone());
            } else if new != old && *new != typed {
                both.push((*name, new.clone()));
            }
        }
        self.start.set_value((version, newer));
        self.error.set(None);
        self.restored.set(false);
        self.overtaken.set(Some(both));
    }

    /// Looks for the newer version by itself whenever saving finds that there is one. `newer` gives nothing when the thing
    /// is not there any more.
    pub fn follow<F>(self, newer: impl Fn() -> F + 'static)
    where
        F: Future<Output = Result<Newer, AppError>> + 'static,
    {
        self.look_for(Box::new(move || Box::pin(newer())));
    }

    fn look_for(self, newer: Box<dyn Fn() -> Asked<Newer>>) {
        Effect::new(move || {
            if self.error.with(|error| *error != Some(AppError::Conflict(Conflict::ChangedMeanwhile))) {
                return;
            }
            let newer = newer();
            spawn_local(async move {
                match newer.await {
                    Ok(Some((version, values))) if !self.start.is_disposed() => self.overtaken(version, values),
                    Ok(Some(_)) => {}
                    Ok(None) => drop(self.error.try_set(Some(AppError::NotFound))),
                    // The conflict stands there, and saving again looks again.
                    Err(error) => self.desk.failed(&error),
                }
            });
        });
    }

    fn values(self) -> Values {
        self.fields.with_value(|fields| fields.iter().map(|(name, value)| (*name, value.get())).collect())
    }

    fn is_untouched(self, now: &Values) -> bool {
        self.start.with_value(|(_, start)| start == now)
    }

    fn keep(self, now: &Values) {
        self.key.with_value(|key| {
            if self.is_untouched(now) {
                drafts::drop(key);
            } else {
                self.start.with_value(|(version, start)| drafts::keep(key, *version, start, now));
            }
        });
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
            let theirs = || self.overtaken.with(|both| both.as_ref()?.iter().find(|(own, _)| *own == name).cloned());
            match self.wrong.with(|wrong| wrong.of(name)) {
                Some(problem) => Some(crate::words::problem(problem).to_owned()),
                None => theirs().map(|(_, value)| words::they_wrote(&value)),
            }
        })
    }

    /// What is wrong with a part of a field that holds several, in words. `path` says where it stands by now.
    #[must_use]
    pub fn problem_at(self, path: impl Fn() -> String + Send + Sync + 'static) -> Signal<Option<String>> {
        Signal::derive(move || {
            let path = path();
            let wrong = self.wrong.with(|wrong| wrong.of(&path));
            wrong.map(|problem| crate::words::problem(problem).to_owned())
        })
    }

    /// What stands in it now was saved as this version, and the page stays: from now on that is what is changed.
    pub fn saved_as(self, version: i64) {
        let now = untrack(move || self.values());
        self.start.set_value((version, now));
        self.key.with_value(|key| drafts::drop(key));
        self.restored.set(false);
    }

    /// Is anything typed that was not saved?
    #[must_use]
    pub fn is_changed(self) -> bool {
        untrack(move || !self.is_untouched(&self.values()))
    }

    /// These values were saved as this version while somebody goes on typing: what differs from them by now is a draft over it.
    pub fn goes_on_from(self, version: i64, saved: Values) {
        self.start.set_value((version, saved));
        self.keep(&untrack(move || self.values()));
        self.restored.set(false);
    }

    /// Marks one field as wrong, and leads to it.
    pub fn refuse(self, name: &str, problem: Problem) {
        self.refuse_all(Invalid::field(name, problem));
    }

    /// Marks several, and leads to the first.
    pub fn refuse_all(self, invalid: Invalid) {
        self.wrong.set(invalid);
        let first = format!(".form-{} [aria-invalid=true]", self.kind);
        request_animation_frame(move || {
            let wrong = document().query_selector(&first).ok().flatten();
            if let Some(wrong) = wrong.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = wrong.focus();
            }
        });
    }

    /// A field was changed: what was wrong with it may be mended, so it is not said any more; nor that something typed twice
    /// differs, whichever of the two was changed.
    fn answered(self, name: &str) {
        let is_meant = |field: &str| field == name || field.strip_suffix("_again") == Some(name);
        if self.wrong.with_untracked(|wrong| wrong.fields.iter().any(|entry| is_meant(&entry.field))) {
            self.wrong.update(|wrong| wrong.fields.retain(|entry| !is_meant(&entry.field)));
        }
    }

    /// A field that is none of the kept ones, as a password is: its refusal goes with its next change as well.
    pub fn answers(self, name: &'static str, typed: RwSignal<String>) {
        Effect::new(move |before: Option<()>| {
            typed.track();
            if before.is_some() {
                self.answered(name);
            }
        });
    }

    /// Gives up what was typed.
    pub fn discard(self) {
        self.start.with_value(|(_, start)| {
            for (name, value) in start {
                self.field(name).set(value.clone());
            }
        });
        self.key.with_value(|key| drafts::drop(key));
        self.wrong.set(Invalid::default());
        self.error.set(None);
        self.restored.set(false);
        self.overtaken.set(None);
    }

    /// Sends it, once at a time. After success the draft is forgotten and `done` is called; after a failure everything
    /// typed is still there. When the server wants the password first, it is asked for, and the next sending gives it.
    pub fn send<T: 'static>(
        self,
        ask: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.run(Box::pin(async move {
            let value = ask.await?;
            Ok(Box::new(move || done(value)) as Box<dyn FnOnce()>)
        }));
    }

    /// The part of it that is the same for every form: written once, it is downloaded once.
    fn run(self, ask: Asked<Box<dyn FnOnce()>>) {
        if self.busy.get_untracked() {
            return;
        }
        let desk = self.desk;
        self.busy.set(true);
        self.error.set(None);
        self.wrong.set(Invalid::default());
        self.overtaken.set(None);
        spawn_local(async move {
            let answer = match self.proof.give().await {
                Ok(()) => ask.await,
                Err(error) => Err(error),
            };
            // The form may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(done) => {
                    self.key.with_value(|key| drafts::drop(key));
                    done();
                }
                Err(AppError::Invalid(invalid)) => self.refuse_all(invalid),
                Err(error) if self.proof.is_asked_by(&error) => {}
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
                <Notice tone=Tone::Danger live=true>{words::form_error(&error)}</Notice>
            })}
            {move || self.overtaken.with(Option::is_some).then(|| view! {
                <Notice tone=Tone::Warn live=true title=words::OVERTAKEN><p>{words::OVERTAKEN_TEXT}</p></Notice>
            })}
            {move || self.restored.get().then(|| view! {
                <Notice>
                    <p>{words::RESTORED}</p>
                    <button type="button" class="link-button" on:click=move |_| self.discard()>{words::START_AFRESH}</button>
                </Notice>
            })}
            {self.proof.view()}
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
                unmarked=more.unmarked
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

    /// Several ticks under one heading; the field holds the values of those that are set, with spaces between.
    #[must_use]
    pub fn ticks(self, name: &'static str, label: &'static str, choices: Vec<Choice>) -> AnyView {
        let field = self.field(name);
        let id = self.id(name);
        let problem = self.problem(name);
        let error_id = format!("{id}-error");
        let wrong = move || problem.with(Option::is_some).then_some("true");
        let described = {
            let error_id = error_id.clone();
            move || problem.with(Option::is_some).then(|| error_id.clone())
        };
        let boxes: Vec<_> = choices
            .into_iter()
            .enumerate()
            .map(|(at, Choice { value, text, .. })| {
                let own = value.clone();
                let set = move || field.with(|all| all.split(' ').any(|one| one == own));
                let turn = move |event| {
                    let on = event_target_checked(&event);
                    field.update(|all| {
                        let mut values: Vec<_> =
                            all.split(' ').filter(|one| !one.is_empty() && *one != value).collect();
                        if on {
                            values.push(&value);
                        }
                        *all = values.join(" ");
                    });
                };
                let id = format!("{id}-{at}");
                view! {
                    <div class="field field-check">
                        <input type="checkbox" id=id.clone() prop:checked=set on:change=turn aria-invalid=wrong/>
                        <label for=id dir="auto">{text}</label>
                    </div>
                }
            })
            .collect();
        view! {
            <fieldset class="fieldset ticks" aria-describedby=described>
                <legend>{label}</legend>
                <div class="ticks-list">{boxes}</div>
                {move || {
                    let id = error_id.clone();
                    problem.get().map(|text| view! {
                        <p class="field-error" id=id><Icon name="circle-alert"/><span>{text}</span></p>
                    })
                }}
            </fieldset>
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
        view! { <CheckField name=name label=label id=self.id(name) bind=set hint=hint error=self.problem(name)/> }
            .into_any()
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
    /// May be empty, which the label does not say: something beside it does.
    pub unmarked: bool,
    /// The most characters; any number when 0.
    pub longest: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self::of("text")
    }
}

impl Line {
    /// A line of this kind.
    #[must_use]
    pub const fn of(kind: &'static str) -> Self {
        Self { kind, hint: "", required: false, unmarked: false, longest: 0 }
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
