//! Cookies: who is asking and from which browser, and the session that a service opened or ended. Nobody else knows cookies.

use std::sync::Arc;

use app::{api::AS_USER_HEADER, error::AppError};
use axum::http::{HeaderMap, HeaderValue, header};
use domain::{ids::UserId, limits::KNOWN_DEVICE};
use services::{Ctx, SessionChange, sessions};

use super::{Shared, outer::About};

/// The cookie's name. `__Host-`: browsers take it only with `Secure`, `Path=/` and without a domain.
pub const COOKIE: &str = "__Host-portico";

/// The cookie that tells a browser apart (SS-16). It outlives the session: signing out leaves it, and it opens nothing.
const DEVICE: &str = "__Host-portico-device";

/// The session's token, if there is exactly one.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = None;
    for header in headers.get_all(header::COOKIE) {
        for pair in header.to_str().ok()?.split(';') {
            if let Some(value) = pair.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                if found.is_some() {
                    return None;
                }
                found = Some(value);
            }
        }
    }
    found
}

/// What a request's services work with. `human` says whether the request is a person's act.
///
/// # Errors
/// When the database does not answer.
pub async fn ctx(state: &Shared, headers: &HeaderMap, about: &About, human: bool) -> Result<Ctx, AppError> {
    let living = match token(headers) {
        Some(token) => sessions::resolve(&state.services, token, &about.origin, human, as_user(headers))
            .await
            .map_err(|error| AppError::from_service(error, &about.id.0))?,
        None => None,
    };
    let proved_at = living.as_ref().map(|living| living.proved_at);
    let ctx = Ctx::new(Arc::clone(&state.services), about.origin.clone(), living.map(|living| living.actor));
    let ctx = ctx.proved(proved_at);
    Ok(ctx.on_device(cookie(headers, DEVICE).map(str::to_owned)))
}

/// The membership that a tab of the console says it acts as. What is no membership's id is one that nobody entered.
fn as_user(headers: &HeaderMap) -> Option<UserId> {
    let said = headers.get(AS_USER_HEADER)?;
    Some(said.to_str().ok().and_then(|id| id.parse().ok()).unwrap_or(UserId::from_uuid(uuid::Uuid::nil())))
}

/// Did a cookie come along behind which nobody stands any more?
#[must_use]
pub fn is_dead(headers: &HeaderMap, ctx: &Ctx) -> bool {
    ctx.maybe_actor().is_none() && token(headers).is_some()
}

/// The Back button shall not show what the device kept (SS-01).
pub fn forget_pages(headers: &mut HeaderMap) {
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\""));
}

/// Takes a dead session's cookie away. Only the answer to a page does: a call or a stream that was under way while another tab signed
/// in again would take the new cookie.
pub fn forget(headers: &mut HeaderMap) {
    set(headers, COOKIE, "", "; Max-Age=0");
    forget_pages(headers);
}

/// Tells the browser what became of its session.
pub fn change(ctx: &Ctx, headers: &mut HeaderMap) {
    match ctx.take_session_change() {
        None => {}
        Some(SessionChange::Opened { token, device, .. }) => {
            set(headers, COOKIE, &token, "");
            set(headers, DEVICE, &device, &format!("; Max-Age={}", KNOWN_DEVICE.as_millis() / 1000));
        }
        Some(SessionChange::Ended) => forget(headers),
    }
}

fn set(headers: &mut HeaderMap, name: &str, token: &str, more: &str) {
    let cookie = format!("{name}={token}; Path=/; Secure; HttpOnly; SameSite=Lax{more}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cookies: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        token(&headers).map(str::to_owned)
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        assert_eq!(read(&["a=b; __Host-portico=xyz; c=d"]).as_deref(), Some("xyz"));
        assert_eq!(read(&["a=b"]), None);
        assert_eq!(read(&["__Host-portico2=xyz"]), None);
        assert_eq!(read(&["portico=xyz"]), None);
    }

    // SS-16
    #[test]
    fn the_session_and_the_device_are_told_apart() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("__Host-portico-device=abc; __Host-portico=xyz"));
        assert_eq!((token(&headers), cookie(&headers, DEVICE)), (Some("xyz"), Some("abc")));
        headers.insert(header::COOKIE, HeaderValue::from_static("__Host-portico-device=abc"));
        assert_eq!(token(&headers), None);
    }

    // AN-11: somebody who plants a second cookie does not choose between them.
    #[test]
    fn two_of_them_are_none() {
        assert_eq!(read(&["__Host-portico=xyz; __Host-portico=evil"]), None);
        assert_eq!(read(&["__Host-portico=xyz", "__Host-portico=evil"]), None);
    }

    // SS-07
    #[test]
    fn the_cookie_is_as_strict_as_can_be() {
        let mut headers = HeaderMap::new();
        set(&mut headers, COOKIE, "xyz", "");
        assert_eq!(headers[header::SET_COOKIE], "__Host-portico=xyz; Path=/; Secure; HttpOnly; SameSite=Lax");
    }
}
