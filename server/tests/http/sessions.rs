//! Sessions: cookies over time. POST /api/account/{sign_out, sign_out_everywhere, devices, end_device, switch_door}.

use std::time::Duration;

use domain::time::Span;
use serde_json::json;

use crate::app::{App, ENGINES, Engine, NEW_PASSWORD, PASSWORD, Persona};

// SS-01: after signing out the cookie is worth nothing, and the browser is told to forget what it kept.
#[tokio::test]
async fn a_cookie_is_worth_nothing_after_signing_out() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let person = app.practitioner().await;
        let stolen = person.copy();
        assert_eq!(person.get("/console").await.is(200).header("cache-control"), Some("no-store"));
        let response = person.form("account/sign_out", "/console", &[]).await.is(303);
        assert_eq!(response.location(), "/console/sign-in?signed-out");
        assert_eq!(response.header("clear-site-data"), Some("\"cache\""));
        assert_eq!(person.cookie(), None, "the cookie is taken away");
        assert!(!stolen.is_signed_in().await);
        assert_eq!(stolen.get("/console").await.is(303).location(), "/console/sign-in?next=/console");
        stolen.call("patients/list", json!({ "filter": { "text": "" }, "page": {} })).await.is(401);
    }
}

// SS-16: the cookie that tells the browser apart survives signing out and a session that is over, opens nothing, and is the
// same after the next sign-in, which renews it and is told of to nobody.
#[tokio::test]
async fn the_device_is_known_after_signing_out() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let person = app.practitioner().await;
        let told = || app.mailer.all().iter().filter(|letter| letter.subject.contains("new device")).count();
        let device = person.device();
        assert!(device.is_some());
        let response = person.form("account/sign_out", "/console", &[]).await.is(303);
        assert_eq!(response.header("clear-site-data"), Some("\"cache\""), "not the cookies");
        assert_eq!(response.all("set-cookie").count(), 1, "the session's only");
        assert_eq!((person.cookie(), person.device()), (None, device.clone()));
        assert!(!person.is_signed_in().await);
        person.set_cookie(device.as_deref());
        assert!(!person.is_signed_in().await, "it is no session");
        person.get("/console/patients").await;
        assert_eq!((person.cookie(), person.device()), (None, device.clone()), "the dead one only is taken away");

        let before = told();
        let response = person.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        assert!(response.all("set-cookie").any(|cookie| cookie.contains("Max-Age=34560000")), "renewed");
        assert_eq!(person.device(), device);
        let stranger = app.anon();
        stranger.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        assert_ne!(stranger.device(), device);
        for _ in 0..500 {
            if told() > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(told(), before + 1, "the stranger's only");
    }
}

// SS-02: setting a password ends every other session.
#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (desk, phone) = (app.practitioner().await, app.practitioner().await);
        let before = desk.copy();
        let fields = [("current", PASSWORD), ("password", NEW_PASSWORD)];
        desk.post("passwords/change", &fields).await.is(200);
        assert!(desk.is_signed_in().await, "who changed it stays");
        assert_ne!(desk.cookie(), before.cookie());
        assert!(!before.is_signed_in().await, "with a new token");
        assert!(!phone.is_signed_in().await);
        app.anon().sign_in("console", "full@a.example.org", PASSWORD).await.is(401);
        app.anon().sign_in("console", "full@a.example.org", NEW_PASSWORD).await.is(200);
    }
}

// SS-04: however busy, a session ends after 12 hours in the console and 24 in the portal.
#[tokio::test]
async fn no_session_outlives_its_limit() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (patient, _) = app.portal_user(&practitioner, 'a', 1).await;
        let lives = async |person: &Persona, hours: u32| {
            for _ in 0..hours * 6 {
                app.later(Span::minutes(10));
                if !person.is_signed_in().await {
                    return false;
                }
            }
            true
        };
        assert!(lives(&practitioner, 11).await);
        assert!(!lives(&practitioner, 2).await);
        // The patient's is left alone for eleven hours and more: idle for too long.
        assert!(!patient.is_signed_in().await);
        let phone = app.anon();
        phone.sign_in("portal", "patient1@a.example.net", NEW_PASSWORD).await.is(200);
        assert!(lives(&phone, 23).await);
        assert!(!lives(&phone, 2).await);
    }
}

// SS-05: of three devices one is ended, its stream with it within five seconds; the others live.
#[tokio::test]
async fn one_device_is_ended_and_the_others_live() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (desk, tablet, lost) = (app.practitioner().await, app.practitioner().await, app.practitioner().await);
        let mut stream = lost.events().await;
        let devices = desk.post("account/devices", &[]).await.is(200).json();
        assert_eq!(devices.as_array().unwrap().len(), 3);
        let theirs = lost.post("account/devices", &[]).await.is(200).json();
        let is_this = |device: &&serde_json::Value| device["this_one"] == true;
        let lost_id = theirs.as_array().unwrap().iter().find(is_this).unwrap()["id"].as_str().unwrap().to_owned();
        desk.post("account/end_device", &[("id", &lost_id)]).await.is(200);
        let rest = stream.rest(Duration::from_secs(5)).await;
        assert!(rest.contains("event: over"), "{rest}");
        assert!(!lost.is_signed_in().await);
        assert!(desk.is_signed_in().await && tablet.is_signed_in().await);
        // Somebody else's device is not there for the caller.
        let stranger = app.user("clinical@a.example.org").await;
        let of_desk = desk.post("account/devices", &[]).await.json();
        let id = of_desk.as_array().unwrap()[0]["id"].as_str().unwrap().to_owned();
        stranger.post("account/end_device", &[("id", &id)]).await.is(404);
        assert!(desk.is_signed_in().await && tablet.is_signed_in().await);
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_all() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (desk, phone) = (app.practitioner().await, app.practitioner().await);
        let other = app.user("clinical@a.example.org").await;
        desk.post("account/sign_out_everywhere", &[]).await.is(200);
        assert!(!phone.is_signed_in().await);
        assert_eq!(desk.cookie(), None);
        assert!(other.is_signed_in().await);
    }
}

// One account, two sides: a switch needs no second sign-in, and ends the session of the side that was left.
#[tokio::test]
async fn an_administrator_who_also_has_a_portal_switches_sides() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let token = app.invite(&practitioner, &patient, "admin@a.example.org").await;
        let mut admin = app.user("admin@a.example.org").await;
        admin.may_see.push("CNRY-a-".into());
        // Decision 6: an account that exists signs in at the portal and confirms.
        let before = admin.copy();
        admin.set_cookie(None);
        let fields = [("token", token.as_str()), ("password", NEW_PASSWORD)];
        assert_eq!(admin.post("invitations/accept", &fields).await.is(409).json()["detail"], "sign_in_first");
        admin.sign_in("portal", "admin@a.example.org", PASSWORD).await.is(200);
        admin.post("invitations/confirm", &[("token", &token)]).await.is(200);
        admin.post("portal/start", &[]).await.is(200);
        // And back: the old session of this browser ends.
        let portal = admin.copy();
        admin.post("account/switch_door", &[("to", "console")]).await.is(200);
        admin.call("console/start", json!({})).await.is(200);
        assert!(!portal.is_signed_in().await);
        assert!(before.is_signed_in().await, "the other device is not affected");
        // Who has nothing on the other side is told that it is not there.
        practitioner.post("account/switch_door", &[("to", "portal")]).await.is(404);
        assert!(practitioner.is_signed_in().await);
    }
}

/// Looks at what the bell says; `by_itself` as an open page does when it rings.
async fn look(person: &Persona, by_itself: bool) -> u16 {
    let mut request = person.request("POST", "/api/notifications/list").header("accept", "application/json");
    if by_itself {
        request = request.header(app::api::REFRESH, "1");
    }
    person.send(request.body("application/json", json!({ "page": {} }).to_string())).await.status
}

// Decision 15: a page that looks again because the bell rang is no human act; a person who opens it is one.
#[tokio::test]
async fn a_ring_lengthens_no_session() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (busy, away) = (app.practitioner().await, app.practitioner().await);
        for _ in 0..4 {
            app.later(Span::minutes(4));
            look(&away, true).await;
            away.call("notifications/unread", json!({})).await;
            assert_eq!(look(&busy, false).await, 200);
        }
        assert_eq!(look(&away, true).await, 401);
        assert!(busy.is_signed_in().await);
        // So is opening the console.
        app.later(Span::minutes(10));
        busy.call("console/start", json!({})).await.is(200);
        app.later(Span::minutes(10));
        assert!(busy.is_signed_in().await);
    }
}

// B-08 (WCAG 2.2.1): two minutes before the idle end the page is told, and one act puts it off.
#[tokio::test]
async fn an_open_page_is_told_before_the_session_ends() {
    let soon = Duration::from_secs(6);
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (phone, _) = app.portal_user(&practitioner, 'a', 1).await;
        for (person, minutes) in [(&practitioner, 14), (&phone, 29)] {
            look(person, false).await;
            person.post("account/stay", &[]).await.is(200);
            let mut stream = person.events().await;
            stream.begins().await;
            app.later(Span::minutes(minutes));
            assert_eq!(stream.next(soon).await.as_deref(), Some("soon"));
            person.post("account/stay", &[]).await.is(200);
            assert_eq!(stream.next(soon).await.as_deref(), Some("stays"));
            app.later(Span::minutes(minutes));
            assert!(person.is_signed_in().await, "it was put off");
        }
    }
}

// Before the longest time is over there is nothing to put off, and the page is told that.
#[tokio::test]
async fn an_open_page_is_told_when_nothing_puts_the_end_off() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    for _ in 0..71 {
        app.later(Span::minutes(10));
        practitioner.post("account/stay", &[]).await.is(200);
    }
    let mut stream = practitioner.events().await;
    app.later(Span::minutes(9));
    let soon = Duration::from_secs(6);
    stream.begins().await;
    assert_eq!(stream.next(soon).await.as_deref(), Some("last"));
}

// SS-01: a cookie behind which nobody stands any more is taken away by the next page, and what the browser kept with it. A
// call forgets the pages only: another tab may just have signed in again.
#[tokio::test]
async fn a_dead_cookie_is_taken_away() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        app.later(Span::minutes(16));
        let call = practitioner.copy();
        let refused = call.call("patients/list", json!({ "filter": { "text": "" }, "page": {} })).await.is(401);
        assert_eq!(refused.header("clear-site-data"), Some("\"cache\""));
        assert_eq!(refused.header("set-cookie"), None);
        let stream = call.request("GET", "/events").header("accept", "text/event-stream");
        assert_eq!(call.send(stream).await.is(401).header("clear-site-data"), Some("\"cache\""));
        for path in ["/console/patients", "/console/sign-in"] {
            let device = practitioner.copy();
            let page = device.get(path).await;
            assert_eq!(page.header("clear-site-data"), Some("\"cache\""), "{path}");
            assert_eq!(device.cookie(), None, "{path}");
        }
        // Who has none is not bothered, and who signs in over a dead one keeps the new one.
        assert_eq!(app.anon().get("/sign-in").await.is(200).header("clear-site-data"), None);
        practitioner.sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        assert!(practitioner.is_signed_in().await);
    }
}
