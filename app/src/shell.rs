//! The document around every page: what the server sends before anything else.

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;

use crate::error::AppError;

/// The names that files of the site have in this build: `portal.css` → `/pkg/portal.1f9c….css`.
#[derive(Debug, Clone, Default)]
pub struct Assets(Arc<BTreeMap<String, String>>);

impl Assets {
    /// From the build's list of names.
    #[must_use]
    pub fn new(names: BTreeMap<String, String>) -> Self {
        Self(Arc::new(names))
    }

    /// The address of a file; its plain name when the build does not know it.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("/pkg/{}", self.0.get(name).map_or(name, String::as_str))
    }
}

/// What was typed into a form that was refused: the page is drawn again with it (nothing typed is lost, with or
/// without scripts). Provided as context by the server's edge.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The door that refused, such as `/api/account/sign_in`.
    pub door: String,
    /// What was typed, field by field; passwords are left out.
    pub values: Vec<(String, String)>,
    /// Why it was refused.
    pub error: AppError,
}

/// The whole document of a page that the server renders.
#[must_use]
pub fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
            </head>
            <body><App/></body>
        </html>
    }
}

/// The pages that the server renders.
#[component]
pub fn App() -> impl IntoView {
    view! { <p>"not built yet"</p> }
}

/// The small document of the console; the browser draws the rest.
#[must_use]
pub fn console_shell(_assets: &Assets, _nonce: &str) -> String {
    String::new()
}

/// A whole document that says what went wrong, for answers that no page can give: not found, a fault with its
/// reference, not now.
#[must_use]
pub fn error_page(_assets: &Assets, _error: &AppError) -> String {
    String::new()
}
