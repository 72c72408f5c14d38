//! Several lines of text. The only place where `<textarea>` is written: Leptos does not escape its content on the
//! server, so this file does.

use leptos::prelude::*;

use super::{Field, described_by};

/// A field of several lines.
#[component]
pub fn TextArea(
    /// The name under which the form sends it.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The control's id; the name when not given. Must be unique on the page.
    #[prop(optional, into)]
    id: String,
    /// What stands in it.
    #[prop(optional, into)]
    value: String,
    /// Read and written instead of `value`.
    #[prop(optional)]
    bind: Option<RwSignal<String>>,
    /// Help that always stands there.
    #[prop(optional, into)]
    hint: String,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Must be filled in; when not, the label says "(optional)".
    #[prop(optional)]
    required: bool,
    /// The label does not say so: something beside it does.
    #[prop(optional)]
    unmarked: bool,
    /// Lines shown; it grows with the text where the browser can.
    #[prop(default = 4)]
    rows: u32,
    /// The most characters; none when 0.
    #[prop(optional)]
    longest: usize,
) -> impl IntoView {
    let id = if id.is_empty() { name.clone() } else { id };
    let text = bind.unwrap_or_else(|| RwSignal::new(value));
    let has_hint = !hint.is_empty();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    view! {
        <Field id=id.clone() label=label hint=hint error=error optional=!required && !unmarked>
            <textarea
                id=id
                name=name
                class="input text-area"
                dir="auto"
                rows=rows.to_string()
                required=required
                maxlength=(longest > 0).then(|| longest.to_string())
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            >
                {content(&text.get_untracked())}
            </textarea>
        </Field>
    }
}

/// What stands between the tags. In the browser Leptos makes a text node of it; on the server it is written as it is,
/// and so must be escaped here. The parser drops the first line break after the tag, so one is written for it to drop.
fn content(text: &str) -> String {
    if cfg!(feature = "ssr") {
        format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    } else {
        text.to_owned()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn rendered(value: &str) -> String {
        let owner = Owner::new();
        let value = value.to_owned();
        owner.with(|| view! { <TextArea name="message" label="Message" value=value/> }.to_html())
    }

    // PT-17: text that tries to end the element stays text.
    #[test]
    fn nothing_typed_leaves_the_element() {
        for evil in [
            "</textarea><script>alert(1)</script>",
            "</TEXTAREA ><img src=x onerror=alert(1)>",
            "&lt;/textarea&gt;<svg onload=alert(1)>",
            "<!--</textarea>-->",
        ] {
            let html = rendered(evil);
            assert_eq!(html.matches("<textarea").count(), 1, "{html}");
            assert_eq!(html.to_lowercase().matches("</textarea").count(), 1, "{html}");
            for tag in ["<script", "<img", "<!--</", "<svg onload"] {
                assert!(!html.contains(tag), "{html}");
            }
        }
    }

    #[test]
    fn text_stands_in_it_as_typed() {
        assert!(rendered("a & b\n<c>").contains(">\na &amp; b\n&lt;c&gt;</textarea>"));
        // The parser drops one line break after the tag: the first one typed must not be it.
        assert!(rendered("\nfirst line empty").contains(">\n\nfirst line empty</textarea>"));
    }
}
