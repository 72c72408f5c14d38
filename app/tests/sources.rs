//! Text is text: what a browser would take as markup, script or style is written in the few files named here only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

/// What may be written where, and why.
const RULES: &[(&str, &[&str], &str)] = &[
    ("<textarea", &["components/text_area.rs"], "Leptos does not escape its content; that file does"),
    ("inner_html", &[], "nothing here is made of HTML texts"),
    ("<style", &[], "styles stand in style/, and the CSP forbids others"),
    (
        "<script",
        &[
            "shell.rs",
            "shell/console.rs",
            "account/set_up.rs",
            "portal/draft.rs",
            "portal/files.rs",
            "portal/messages.rs",
        ],
        "scripts are our own, with the nonce",
    ),
    ("style=", &[], "the CSP forbids inline styles"),
    ("style:", &[], "the CSP forbids inline styles"),
    ("javascript:", &[], "links lead to pages"),
    ("<iframe", &[], "no page of ours shows another"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// A file's code: comments may name what the code must not write, and a file's own tests may try it.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.split("mod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 30, "the sources are not where this test looks");
    found
        .iter()
        .map(|path| (path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"), code(path)))
        .collect()
}

// PT-17: the places where text could become markup are counted.
#[test]
fn markup_is_written_where_it_is_allowed_only() {
    for (file, code) in all() {
        for (what, allowed, why) in RULES {
            let found = code.contains(what);
            assert!(!found || allowed.contains(&file.as_str()), "{file} writes {what}: {why}");
        }
    }
}

#[test]
fn the_allowed_files_still_need_to_be_allowed() {
    let all = all();
    for (what, allowed, _) in RULES {
        for file in *allowed {
            let code = all.iter().find(|(name, _)| name == file).map(|(_, code)| code);
            assert!(code.is_some_and(|code| code.contains(what)), "{file} writes no {what}");
        }
    }
}

#[test]
fn every_icon_is_in_the_sprite() {
    let sprite = include_str!("../../public/icons.svg");
    let mut names = 0;
    for (file, code) in all() {
        for mark in ["<Icon name=\"", "icon=\""] {
            for (at, _) in code.match_indices(mark) {
                let rest = &code[at + mark.len()..];
                let name = &rest[..rest.find('"').unwrap()];
                names += 1;
                assert!(
                    sprite.contains(&format!("<symbol id=\"{name}\"")),
                    "{file}: no icon {name} in public/icons.svg"
                );
            }
        }
    }
    assert!(names > 5, "no icons found: this test looks for the wrong marks");
}

/// The opening tags of components, which begin with a capital letter.
fn component_tags(code: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    for (at, _) in code.match_indices('<') {
        let rest = &code[at + 1..];
        // Nothing but a space or a line end stands before a tag; before a type's parameter there is a name.
        let before = code[..at].chars().next_back().unwrap_or(' ');
        if !rest.starts_with(|c: char| c.is_ascii_uppercase()) || before.is_alphanumeric() || before == ':' {
            continue;
        }
        let mut depth = 0_i32;
        let mut last = ' ';
        for (end, c) in rest.char_indices() {
            match c {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                '>' if depth == 0 && !matches!(last, '-' | '=') => {
                    tags.push(&rest[..end]);
                    break;
                }
                _ => {}
            }
            if depth < 0 {
                break;
            }
            last = c;
        }
    }
    tags
}

// With the console's views erased, Leptos 0.8.23 keeps the first `on:` and `attr:` that a component was given, also when
// what it belongs to is drawn anew: a button would act on the row that stood there before. Components take props instead.
#[test]
fn no_component_of_the_console_is_given_events_or_attributes() {
    let mut seen = 0;
    for (file, code) in all() {
        if !file.starts_with("console") {
            continue;
        }
        for tag in component_tags(&code) {
            seen += 1;
            for passed in [" on:", "\non:", " attr:", "\nattr:"] {
                assert!(!tag.contains(passed), "{file}: <{tag}> is given {}", passed.trim());
            }
        }
    }
    assert!(seen > 100, "only {seen} components were found");
    assert_eq!(component_tags("view! { <p>\"x\"</p><Button a=move |_| f(1) on:click=g>\"x\"</Button> }").len(), 1);
    assert!(component_tags("<Button on:click=move |_| a.set(b > c)>").iter().any(|tag| tag.contains(" on:click")));
}
