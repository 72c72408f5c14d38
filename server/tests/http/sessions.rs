//! Sessions: cookies over time. POST /api/account/{sign_out, sign_out_everywhere, devices, end_device, switch_door}.

use std::time::Duration;

use domain::time::Span;
use serde_json::json;

use crate::app::{App, ENGINES, NEW_PASSWORD, PASSWORD, Persona};

// SS-01: after signing out the cookie is worth nothing, and the browser is told to forget what it kept.
#[tokio::test]
async fn a_cookie_is_worth_nothing_after_signing_out() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let person = app.practitioner().await;
        let stolen = person.copy();
        assert_eq!(person.get("/console").await.is(200).header("cache-control"), Some("no-store"));
        let response = person.form("account/sign_out", "/console", &[]).await.is(303);
        assert_eq!(response.location(), "/console/sign-in");
        assert_eq!(response.header("clear-site-data"), Some("\"cache\""));
        assert_eq!(person.cookie(), None, "the cookie is taken away");
        assert!(!stolen.is_signed_in().await);
        assert_eq!(stolen.get("/console").await.is(303).location(), "/console/sign-in?next=/console");
        stolen.call("patients/list", json!({ "filter": { "text": "" }, "page": {} })).await.is(401);
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
