//! The demo's mailbox page: mail that was caught instead of sent. Only there when `portico demo` runs without SMTP_URL.

use app::error::AppError;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::ids::MailId;

use super::{Shared, answer};
use crate::html::escaped;

/// A mail is somebody's text: no scripts, nothing loaded, an origin of its own. Its links lead on.
const MAIL: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What was caught, latest first.
pub async fn list(State(state): State<Shared>, headers: HeaderMap) -> Response {
    let Some(mailbox) = state.mailbox.clone() else { return answer::error(&state, &headers, &AppError::NotFound) };
    let Ok(Ok(mails)) = tokio::task::spawn_blocking(move || mailbox.list()).await else {
        return answer::error(&state, &headers, &AppError::Unavailable);
    };
    let mut rows = String::new();
    for mail in &mails {
        let (id, subject, from, to) = (mail.id, escaped(&mail.subject), escaped(&mail.from), escaped(&mail.to));
        rows.push_str(&format!(
            "<li class=\"card\"><a href=\"/demo/mailbox/{id}\"><b>{subject}</b></a><br>\
             <small>from {from}<br>to {to}</small></li>\n"
        ));
    }
    if mails.is_empty() {
        rows.push_str("<li class=\"card\">No mail yet. Invite a patient in the console, and it appears here.</li>\n");
    }
    let css = escaped(&state.assets.url("portal.css"));
    // The pages' own classes; see `app/src/account`.
    answer::document(
        StatusCode::OK,
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>Mailbox of the demo · Portico</title>\n<link rel=\"stylesheet\" href=\"{css}\">\n\
             <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n</head>\n\
             <body>\n<div class=\"gate\"><main id=\"main\" class=\"gate-arch\">\n\
             <div class=\"gate-mark\"><img src=\"/favicon.svg\" width=\"32\" height=\"32\" alt=\"\">\
             <span class=\"gate-name\">Portico</span></div>\n\
             <header class=\"gate-head\"><p class=\"gate-eyebrow\">The demo</p><h1>Mailbox</h1></header>\n\
             <div class=\"gate-body\"><p>Mail that Portico would have sent. Nothing left this machine. \
             <a href=\"/demo/mailbox\">Look again</a></p>\n\
             <ul class=\"form\">\n{rows}</ul>\n</div>\n</main></div>\n</body>\n</html>\n"
        ),
    )
}

/// One mail as its reader sees it.
pub async fn mail(State(state): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let found = match (state.mailbox.clone(), id.parse::<MailId>()) {
        (Some(mailbox), Ok(id)) => {
            tokio::task::spawn_blocking(move || mailbox.html(id)).await.ok().and_then(Result::ok)
        }
        _ => None,
    };
    let Some(html) = found else { return answer::error(&state, &headers, &AppError::NotFound) };
    let mut response = answer::document(StatusCode::OK, html);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL));
    response
}
