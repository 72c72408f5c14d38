//! A question as a field that works without scripts, and as a line that is read: in the portal, and in the console, where a
//! form is looked at before it is published and read when it came back.

use domain::{
    form::{Answer, Kind, Question, words},
    limits,
};
use leptos::prelude::*;

use crate::{
    components::{Icon, TextArea, TextField, described_by},
    words as say,
};

/// The id of a question's first control, to which the list of what is wrong leads.
#[must_use]
pub fn id(key: &str) -> String {
    format!("q-{key}")
}

/// The name under which the form sends an answer.
fn name(key: &str) -> String {
    format!("answers[{key}][]")
}

/// A question with what was typed so far.
#[must_use]
pub fn field(question: Question, typed: Vec<String>, error: Option<String>) -> AnyView {
    let Question { key, label, help, required, kind } = question;
    let first = typed.first().cloned().unwrap_or_default();
    let (name, id) = (name(&key), id(&key));
    match kind {
        Kind::Text => view! {
            <TextField name=name id=id label=label value=first hint=help error=error required=required longest=limits::LINE/>
        }
        .into_any(),
        Kind::Signature => {
            let hint = if help.is_empty() { say::SIGNATURE_HINT.to_owned() } else { help };
            view! {
                <TextField name=name id=id label=label value=first hint=hint error=error required=required
                    longest=limits::LINE autocomplete="name"/>
            }
            .into_any()
        }
        Kind::LongText => view! {
            <TextArea name=name id=id label=label value=first hint=help error=error required=required
                longest=limits::FORM_LONG_ANSWER/>
        }
        .into_any(),
        Kind::Date => view! {
            <TextField name=name id=id kind="date" label=label value=first hint=help error=error required=required/>
        }
        .into_any(),
        // Not `number`: of what is no number yet a browser sends nothing, and it would be lost.
        Kind::Number { least, most, unit } => {
            let hint = [say::number(&least, &most, &unit), help].into_iter().filter(|text| !text.is_empty());
            let hint = hint.collect::<Vec<_>>().join(" ");
            view! {
                <TextField name=name id=id label=label value=first hint=hint error=error required=required
                    inputmode="decimal" longest=20/>
            }
            .into_any()
        }
        Kind::YesNo => {
            let options = vec![("yes".to_owned(), words::YES.to_owned()), ("no".to_owned(), words::NO.to_owned())];
            choices(Group { name, id, label, help, required, many: false }, options, &typed, error)
        }
        Kind::Choice { options } => {
            let options = options.into_iter().map(|option| (option.clone(), option)).collect();
            choices(Group { name, id, label, help, required, many: false }, options, &typed, error)
        }
        Kind::Choices { options } => {
            let options = options.into_iter().map(|option| (option.clone(), option)).collect();
            choices(Group { name, id, label, help, required, many: true }, options, &typed, error)
        }
    }
}

/// What a group of choices is about.
struct Group {
    name: String,
    id: String,
    label: String,
    help: String,
    required: bool,
    many: bool,
}

/// Choices under one heading: of each what is sent and what is read.
fn choices(group: Group, mut options: Vec<(String, String)>, typed: &[String], error: Option<String>) -> AnyView {
    let Group { name, id, label, help, required, many } = group;
    // A choice cannot be taken back otherwise: browsers let nobody clear one.
    if !many && !required {
        options.push((String::new(), say::NO_ANSWER.to_owned()));
    }
    let wrong = error.is_some();
    let described = described_by(&id, !help.is_empty(), wrong);
    let rows = options
        .into_iter()
        .enumerate()
        .map(|(at, (value, text))| {
            let own = if at == 0 { id.clone() } else { format!("{id}-{at}") };
            let set = !value.is_empty() && typed.contains(&value);
            let kind = if many { "checkbox" } else { "radio" };
            view! {
                <div class="field field-check">
                    <input type=kind id=own.clone() name=name.clone() value=value checked=set/>
                    <label for=own dir="auto">{text}</label>
                </div>
            }
        })
        .collect_view();
    let (hint_id, error_id, label_id) = (format!("{id}-hint"), format!("{id}-error"), format!("{id}-label"));
    let labelled_by = label_id.clone();
    let role = if many { "group" } else { "radiogroup" };
    view! {
        <div class="field question-choices" class:field-wrong=wrong role=role aria-labelledby=labelled_by
            aria-describedby=described aria-required=(required && !many).then_some("true")
            aria-invalid=(wrong && !many).then_some("true")>
            <p class="question-label" id=label_id>
                {label}
                {(!required).then(|| view! { <span class="field-optional">" (optional)"</span> })}
            </p>
            {rows}
            {(!help.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{help}</p> })}
            {error.map(|text| view! {
                <p class="field-error" id=error_id><Icon name="circle-alert"/><span>{text}</span></p>
            })}
        </div>
    }
    .into_any()
}

/// A question with its answer, to be read: two elements of a `<dl>`.
#[must_use]
pub fn answered(question: Question, answer: Option<&Answer>) -> AnyView {
    let Some(text) = words::answer(&question, answer) else {
        return view! { <dt>{question.label}</dt><dd class="unanswered">{words::NOT_ANSWERED}</dd> }.into_any();
    };
    view! { <dt>{question.label}</dt><dd dir="auto">{text}</dd> }.into_any()
}
