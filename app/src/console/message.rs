//! The custom message of an invitation: choosing a communication template, and writing on.

use domain::{limits, template::TemplateChoice};
use leptos::prelude::*;

use super::{form::Form, words};
use crate::components::{Button, Choice, Kind, Notice, Tone};

/// The fields `template` and `message` of a form. Choosing a template fills the message; what was typed by hand is replaced
/// only when the person says so.
pub fn fields(form: Form, templates: Vec<TemplateChoice>, hint: &'static str) -> AnyView {
    let has_templates = !templates.is_empty();
    let mut choices = vec![Choice::new("", words::NO_TEMPLATE)];
    choices.extend(templates.iter().map(|template| Choice::new(template.id.to_string(), template.name.clone())));
    let templates = StoredValue::new(templates);
    let body_of = move |chosen: &str| {
        templates.with_value(|all| {
            all.iter().find(|template| template.id.to_string() == chosen).map(|template| template.body.clone())
        })
    };
    let (template, message) = (form.field("template"), form.field("message"));
    let filled = StoredValue::new(body_of(&template.get_untracked()).unwrap_or_default());
    let waiting = RwSignal::new(None::<String>);
    let fill = move |body: String| {
        filled.set_value(body.clone());
        message.set(body);
        waiting.set(None);
    };
    Effect::new(move |before: Option<String>| {
        let chosen = template.get();
        if before.is_some_and(|before| before != chosen) {
            let body = body_of(&chosen).unwrap_or_default();
            let by_hand = message.with_untracked(|text| !text.trim().is_empty() && *text != filled.get_value());
            match (by_hand, chosen.is_empty()) {
                (true, true) => waiting.set(None),
                (true, false) => waiting.set(Some(body)),
                (false, _) => fill(body),
            }
        }
        chosen
    });
    let keep = move |_| {
        waiting.set(None);
        template.set(String::new());
    };
    let replace = move || {
        waiting.get().map(|body| {
            view! {
                <Notice tone=Tone::Warn live=true>
                    <p>{words::REPLACE_TYPED}</p>
                    <div class="notice-actions">
                        <Button press=move |_| fill(body.clone())>{words::REPLACE}</Button>
                        <Button kind=Kind::Quiet press=keep>{words::KEEP}</Button>
                    </div>
                </Notice>
            }
        })
    };
    let used = move || message.with(|text| text.chars().count());
    view! {
        {has_templates.then(|| form.select("template", words::TEMPLATE, choices, words::TEMPLATE_HINT))}
        {replace}
        {form.area("message", words::MESSAGE, hint, false, limits::MESSAGE)}
        <p class="counter" class:counter-near=move || { used() + 100 >= limits::MESSAGE }>
            {move || words::of_characters(used(), limits::MESSAGE)}
        </p>
    }
    .into_any()
}
