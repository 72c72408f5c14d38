//! POST /api/account/sign_in, and the pages /sign-in and /console/sign-in.

use domain::time::Span;

use crate::{
    app::{App, ENGINES, Engine, NEW_PASSWORD, PASSWORD},
    client::Response,
};

#[tokio::test]
async fn signing_in_opens_a_session_at_that_side() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let person = app.anon();
        let response = person.sign_in("console", "Full@A.example.org", PASSWORD).await.is(200);
        assert_eq!(response.json(), "console");
        person.call("console/start", serde_json::json!({})).await.is(200);
        // Nothing of the portal's is open to this session, and the account has nothing there.
        person.post("portal/start", &[]).await.is(403);
        app.anon().sign_in("portal", "full@a.example.org", PASSWORD).await.is(401);
    }
}

/// What a caller can tell an answer by.
fn shape(response: &Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| name != "date" && name != "x-request-id");
    (response.status, headers, response.text())
}

// AN-03: an unknown address, a wrong password, an account without a password and one without anything on this side are
// answered alike. (That they take as long is measured where the hash is: `server/services/tests`.)
#[tokio::test]
async fn every_refusal_looks_the_same() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        app.invite(&practitioner, &patient, "patient1@a.example.net").await;
        let mut shapes = Vec::new();
        for (door, email, password) in [
            ("console", "nobody@example.org", PASSWORD),
            ("console", "full@a.example.org", "a wrong password"),
            ("console", "patient1@a.example.net", PASSWORD),
            ("portal", "full@a.example.org", PASSWORD),
            ("console", "not an address", PASSWORD),
            ("console", "full@a.example.org", ""),
        ] {
            shapes.push(shape(&app.anon().sign_in(door, email, password).await));
        }
        // From a device that the account knows too, and from one that shows something made up.
        shapes.push(shape(&practitioner.sign_in("console", "full@a.example.org", "a wrong password").await));
        let odd = app.anon();
        odd.set_device(Some("x"));
        shapes.push(shape(&odd.sign_in("console", "full@a.example.org", "a wrong password").await));
        for other in &shapes[1..] {
            assert_eq!(other, &shapes[0]);
        }
        assert_eq!(shapes[0].0, 401);
    }
}

// AN-07: one password over many accounts from one address.
#[tokio::test]
async fn one_address_may_not_try_many_accounts() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let guesser = app.anon();
        let mut statuses = Vec::new();
        for n in 0..12 {
            statuses.push(guesser.sign_in("console", &format!("person{n}@example.org"), PASSWORD).await.status);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 5, "{statuses:?}");
        assert!(statuses.ends_with(&[429, 429, 429, 429, 429, 429, 429]), "{statuses:?}");
        let refused = guesser.sign_in("console", "full@a.example.org", PASSWORD).await.is(429);
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
        // Others are not affected, and neither is this address after the wait.
        app.anon().sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        app.later(Span::minutes(2));
        guesser.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
    }
}

// AN-08: who is tried by strangers everywhere still gets in from where they signed in before, and stays in.
#[tokio::test]
async fn an_owner_is_not_kept_out_by_strangers() {
    let app = App::start(Engine::Sqlite).await;
    let owner = app.practitioner().await;
    for _ in 0..15 {
        let status = app.anon().sign_in("console", "full@a.example.org", "a guess").await.status;
        assert!(matches!(status, 401 | 429));
    }
    app.anon().sign_in("console", "full@a.example.org", "a guess").await.is(429);
    assert!(owner.is_signed_in().await);
    let again = owner.copy();
    again.set_cookie(None);
    again.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
}

// AN-11: a session that was planted before is not the one after.
#[tokio::test]
async fn a_planted_session_is_worth_nothing() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let victim = app.anon();
        victim.set_cookie(Some("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"));
        let planted = victim.copy();
        victim.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        assert_ne!(victim.cookie(), planted.cookie());
        assert!(!planted.is_signed_in().await);
        // Nor is one's own, once one signs in again.
        let before = victim.copy();
        victim.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        assert_ne!(victim.cookie(), before.cookie());
        assert!(!before.is_signed_in().await);
    }
}

// SS-07, SS-16: the session's goes when the browser is closed, the device's stays for as long as browsers keep any.
#[tokio::test]
async fn the_cookies_are_as_strict_as_can_be() {
    let app = App::start(Engine::Sqlite).await;
    let response = app.anon().sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
    let cookies: Vec<&str> = response.all("set-cookie").collect();
    let [session, device] = cookies[..] else { panic!("{cookies:?}") };
    let (name_and_value, attributes) = session.split_once("; ").unwrap();
    assert!(name_and_value.starts_with("__Host-portico="));
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    let (name_and_value, attributes) = device.split_once("; ").unwrap();
    assert_eq!(name_and_value.strip_prefix("__Host-portico-device=").map(str::len), Some(43));
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=34560000");
}

// AN-10: the sign-in form of another site.
#[tokio::test]
async fn another_site_signs_nobody_in() {
    let app = App::start(Engine::Sqlite).await;
    let person = app.anon();
    let body = format!("door=console&email=full%40a.example.org&password={}", crate::client::encoded(PASSWORD));
    let request = person.request("POST", "/api/account/sign_in").without("origin").without("sec-fetch-site");
    let request = request.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    let request = request.header("accept", "text/html").body("application/x-www-form-urlencoded", body);
    let response = person.send(request).await.is(403);
    assert_eq!(response.header("set-cookie"), None);
    assert_eq!(response.header("location"), None);
}

// AN-14: whatever is asked for, the way leads to a page of ours.
#[tokio::test]
async fn signing_in_leads_only_to_our_own_pages() {
    let app = App::start(Engine::Sqlite).await;
    let owner = app.practitioner().await;
    for next in
        ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "%2f%2fevil.example", ""]
    {
        let fields = [("door", "console"), ("email", "full@a.example.org"), ("password", PASSWORD), ("next", next)];
        let request = owner.request("POST", "/api/account/sign_in?page=/console/sign-in");
        let request = request.header("accept", "text/html").header("referer", "https://evil.example/page");
        let request = request.body("application/x-www-form-urlencoded", crate::client::form(&fields));
        assert_eq!(owner.send(request).await.is(303).location(), "/console", "{next:?}");
        app.later(Span::minutes(2));
    }
    let fields =
        [("door", "console"), ("email", "full@a.example.org"), ("password", PASSWORD), ("next", "/console/patients")];
    assert_eq!(
        owner.form("account/sign_in", "/console/sign-in", &fields).await.is(303).location(),
        "/console/patients"
    );
}

// B-07: without scripts a refused form comes back as the page it stands on, with what was typed, but no password.
#[tokio::test]
async fn a_refused_form_comes_back_with_what_was_typed() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let person = app.anon();
        let fields = [("door", "portal"), ("email", "ann@example.org"), ("password", "my secret guess"), ("next", "")];
        let page = person.form("account/sign_in", "/sign-in", &fields).await.is(401);
        assert_eq!(page.location(), "");
        let text = page.text();
        assert!(text.contains("<form") && text.contains("ann@example.org"), "{text}");
        assert!(text.contains("do not belong together"), "{text}");
        assert!(!text.contains("my secret guess"));
        assert!(!text.contains("__err"), "no error stands in an address");
        // A page that is none of ours is not drawn.
        for page in ["//evil.example", "/nowhere", "https://evil.example"] {
            let text = person.form("account/sign_in", page, &fields).await.is(401).text();
            assert!(!text.contains("evil.example"), "{text}");
        }
    }
}

// A refused form is shown at its door's address: opened once more, the address leads back to the page with the form, and to
// no page but ours (AN-14); nothing else is done (AN-15).
#[tokio::test]
async fn a_doors_address_opened_again_leads_to_its_page() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let person = app.anon();
        for (door, page) in [
            ("account/sign_in", "/sign-in"),
            ("account/sign_in", "/console/sign-in"),
            ("invitations/accept", "/invitation/abc-_9"),
        ] {
            let request = person.request("GET", &format!("/api/{door}?page={page}"));
            let response = person.send(request.header("accept", "text/html")).await.is(303);
            assert_eq!(response.location(), page);
            assert_eq!(response.header("set-cookie"), None);
        }
        for page in ["//evil.example", "https://evil.example", "/nowhere", "/console", ""] {
            let request = person.request("GET", &format!("/api/account/sign_in?page={page}"));
            let response = person.send(request.header("accept", "text/html")).await.is(405);
            assert_eq!(response.location(), "", "{page}");
        }
        let signed_in = app.practitioner().await;
        signed_in.send(signed_in.request("GET", "/api/account/sign_out?page=/sign-in")).await.is(303);
        assert!(signed_in.is_signed_in().await, "sign_out had no effect");
    }
}

// A human act lengthens a session, an open page by itself does not (decision 15).
#[tokio::test]
async fn only_human_acts_lengthen_a_session() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let busy = app.practitioner().await;
        let idle = app.user("clinical@a.example.org").await;
        for _ in 0..4 {
            app.later(Span::minutes(4));
            busy.call("patients/search", serde_json::json!({ "text": "x" })).await.is(200);
            let status = idle.call("notifications/unread", serde_json::json!({})).await.status;
            assert!(matches!(status, 200 | 401));
        }
        busy.call("console/start", serde_json::json!({})).await.is(200);
        idle.call("console/start", serde_json::json!({})).await.is(401);
    }
}

#[tokio::test]
async fn the_portal_is_signed_in_to_after_accepting() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        app.portal_user(&practitioner, 'a', 1).await;
        let mut phone = app.anon();
        phone.may_see.push("CNRY-a-1-".into());
        phone.sign_in("portal", "patient1@a.example.net", NEW_PASSWORD).await.is(200);
        let home = phone.post("portal/start", &[]).await.is(200).text();
        assert!(home.contains("CNRY-a-1-first"));
        // A portal session opens nothing of the console's.
        assert_eq!(phone.get("/console").await.is(303).location(), "/console/sign-in?next=/console");
    }
}
