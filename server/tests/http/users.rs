//! /api/users, /api/memberships: over HTTP, with cookies, tabs and open streams.

use std::time::Duration;

use domain::{limits::RECORDS_AN_HOUR, time::Span};
use serde_json::{Value, json};

use crate::app::{App, ENGINES, NEW_PASSWORD, PASSWORD, Persona};

const TEMPORARY: &str = "ladder cloud pepper 42";

async fn add(by: &Persona, email: &str, level: &str, password: &str) -> Value {
    crate::log::secret(TEMPORARY);
    let places = by.call("locations/list", json!({})).await.is(200).json();
    let form = json!({
        "role": "practitioner", "email": email, "email_again": email,
        "user": {
            "title": "Dr", "first_name": "Noor", "last_name": "Haddad", "profession": "Physiotherapist",
            "registration": "PHY1", "level": level, "settings": {}, "locations": [places[0]["id"]],
        },
    });
    let body = json!({ "form": form, "password": password, "password_again": password });
    by.call("users/add", body).await.is(200).json()
}

async fn version(by: &Persona, id: &str) -> i64 {
    by.call("users/page", json!({ "id": id })).await.is(200).json()["user"]["version"].as_i64().unwrap()
}

// The walk of S4: added, signed in with the temporary password, led to the page that replaces it, in. PR-21
#[tokio::test]
async fn a_new_user_is_led_to_choose_a_password() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let added = add(&owner, "new@a.example.org", "clinical", TEMPORARY).await;
        assert!(added["joined"].is_string(), "{added}");
        let new = app.anon();
        new.sign_in("console", "new@a.example.org", TEMPORARY).await.is(200);
        for page in ["/", "/console", "/console/patients"] {
            assert_eq!(new.get(page).await.is(303).location(), "/welcome", "{page}");
        }
        let page = new.get("/welcome").await.is(200).text();
        assert!(page.contains("/api/passwords/choose"), "{page}");
        // Nothing else, not even the devices or the stream.
        new.post("account/devices", &[]).await.is(403);
        new.call("patients/search", json!({ "text": "x" })).await.is(403);
        new.send(new.request("GET", "/events")).await.is(403);
        // A plain form, refused beside its field, then taken.
        let refused = new.form("passwords/choose", "/welcome", &[("password", "short")]).await.is(422).text();
        assert!(refused.contains("aria-invalid") || refused.contains("field-error"), "{refused}");
        let chosen = new.form("passwords/choose", "/welcome", &[("password", NEW_PASSWORD)]).await.is(303);
        assert_eq!(chosen.location(), "/console");
        new.call("console/start", json!({})).await.is(200);
        app.anon().sign_in("console", "new@a.example.org", TEMPORARY).await.is(401);
    }
}

// PR-18: every device and open stream is out within a second; a change of level holds at the next request.
#[tokio::test]
async fn a_deactivated_user_is_out_at_once() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let devices = [app.user("clinical@a.example.org").await, app.user("clinical@a.example.org").await];
        let mut streams = [devices[0].events().await, devices[1].events().await];
        let start = devices[0].call("console/start", json!({})).await.is(200).json();
        let id = start["user"].as_str().unwrap().to_owned();
        let at = version(&owner, &id).await;
        let began = tokio::time::Instant::now();
        owner.call("users/deactivate", json!({ "id": id, "version": at })).await.is(200);
        for stream in &mut streams {
            assert!(stream.rest(Duration::from_secs(1)).await.contains("event: over"), "{engine:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        for device in &devices {
            device.call("console/start", json!({})).await.is(401);
            assert_eq!(device.get("/console").await.is(303).location(), "/console/sign-in?next=/console");
        }
        app.anon().sign_in("console", "clinical@a.example.org", PASSWORD).await.is(401);
    }
}

// S4-12, S4-13, PR-10: two tabs of one browser in two groups.
#[tokio::test]
async fn two_tabs_do_not_leak_into_each_other() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (ours, theirs) = (app.practitioner().await, app.user("full@b.example.org").await);
        let a = app.patient(&ours, 'a', 1).await;
        let b = app.patient(&theirs, 'b', 2).await;
        let offered = add(&theirs, "clinical@a.example.org", "clinical", "").await;
        let there = offered["invited"].as_str().unwrap().to_owned();
        let mut tom = app.user("clinical@a.example.org").await;
        tom.may_see.push("CNRY-b-".to_owned());
        let here = tom.call("console/start", json!({})).await.is(200).json()["user"].as_str().unwrap().to_owned();
        let ask = |user: &str, door: &str, body: Value| {
            let request = tom.request("POST", &format!("/api/{door}")).header("accept", "application/json");
            let request = request.header("x-portico-user", user).body("application/json", body.to_string());
            tom.send(request)
        };
        // Before the answer, and before the switch: nothing of the other group.
        ask(&there, "patients/profile", json!({ "id": b })).await.is(403);
        ask(&here, "patients/profile", json!({ "id": b })).await.is(404);
        ask(&here, "memberships/switch", json!({ "user": there })).await.is(403);
        ask(&here, "memberships/accept", json!({ "user": there })).await.is(200);
        ask(&there, "patients/profile", json!({ "id": b })).await.is(403);
        ask(&here, "memberships/switch", json!({ "user": there })).await.is(200);
        // Now each tab in its own.
        ask(&there, "patients/profile", json!({ "id": b })).await.is(200);
        ask(&here, "patients/profile", json!({ "id": a })).await.is(200);
        ask(&there, "patients/profile", json!({ "id": a })).await.is(404);
        ask(&here, "patients/profile", json!({ "id": b })).await.is(404);
        let list = json!({ "filter": { "text": "", "status": null }, "page": { "after": null, "limit": null } });
        let (one, two) =
            (ask(&here, "patients/list", list.clone()).await.text(), ask(&there, "patients/list", list).await.text());
        assert!(one.contains("CNRY-a-1-") && !one.contains("CNRY-b-"), "{one}");
        assert!(two.contains("CNRY-b-2-") && !two.contains("CNRY-a-"), "{two}");
        // Nonsense in the header is nobody's membership.
        ask("usr_x", "patients/profile", json!({ "id": a })).await.is(403);
        let owner = ours.call("console/start", json!({})).await.is(200).json()["user"].as_str().unwrap().to_owned();
        ask(&owner, "patients/profile", json!({ "id": a })).await.is(403);
    }
}

// AD-08: with a session that is older than ten minutes the password comes first; SS-06: a stolen cookie does not have it.
#[tokio::test]
async fn what_matters_most_needs_the_password_again() {
    let app = App::start(ENGINES[0]).await;
    let owner = app.practitioner().await;
    let auditor = app.user("auditor@a.example.org").await;
    let id = app.user("personal@a.example.org").await.call("console/start", json!({})).await.json()["user"]
        .as_str()
        .unwrap()
        .to_owned();
    let at = version(&owner, &id).await;
    app.later(Span::minutes(11));
    let patient = app.patient(&owner, 'a', 1).await;
    let places = owner.call("locations/list", json!({})).await.is(200).json();
    let user = json!({
        "first_name": "Noor", "last_name": "Haddad", "profession": "Physiotherapist", "level": "clinical",
        "locations": [places[0]["id"]],
    });
    let new = json!({
        "role": "practitioner", "email": "noor@a.example.org", "email_again": "noor@a.example.org", "user": user,
    });
    let turned = json!({ "id": id, "version": at });
    let set = json!({ "patient": patient, "user": id, "seen": null, "wanted": "granted" });
    for (door, body) in [
        ("users/deactivate", turned.clone()),
        ("users/save", json!({ "id": id, "version": at, "form": user })),
        ("users/add", json!({ "form": new, "password": TEMPORARY, "password_again": TEMPORARY })),
        ("relationships/set", set),
    ] {
        assert_eq!(owner.call(door, body).await.is(403).error(), "step_up", "{door}");
    }
    assert_eq!(auditor.call("history/export", json!({ "filter": {} })).await.is(403).error(), "step_up");
    let bulk = json!({ "id": format!("blk_{:032x}", 1), "outcome": null });
    assert_eq!(auditor.call("bulk/export", bulk).await.is(403).error(), "step_up");
    owner.post("account/step_up", &[("password", "not this one")]).await.is(422);
    owner.post("account/step_up", &[("password", PASSWORD)]).await.is(200);
    owner.call("users/deactivate", json!({ "id": id, "version": at })).await.is(200);
    // Guesses are counted like those at the door.
    let mut last = 0;
    for _ in 0..12 {
        last = auditor.post("account/step_up", &[("password", "guess")]).await.status;
    }
    assert_eq!(last, 429);
}

// PR-20: an invitation to join is answered by whom it asks.
#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (ours, theirs) = (app.practitioner().await, app.user("full@b.example.org").await);
        let offered = add(&theirs, "clinical@a.example.org", "clinical", "").await;
        let there = offered["invited"].as_str().unwrap().to_owned();
        let (portal, _) = app.portal_user(&ours, 'a', 1).await;
        for wrong in [&ours, &theirs, &portal, &app.user("personal@a.example.org").await] {
            for door in ["memberships/accept", "memberships/reject", "memberships/switch"] {
                wrong.call(door, json!({ "user": there })).await.is(404);
            }
        }
        let tom = app.user("clinical@a.example.org").await;
        let offers = tom.call("memberships/offers", json!({})).await.is(200).json();
        assert_eq!(offers["list"].as_array().unwrap().len(), 1, "it still waits for him");
        // Not before it is accepted, and not after it was rejected.
        let refused = tom.call("memberships/switch", json!({ "user": there })).await.is(403);
        assert_eq!(refused.json()["detail"], "no_group", "{}", refused.text());
        tom.call("memberships/reject", json!({ "user": there })).await.is(200);
        assert_eq!(
            tom.call("memberships/accept", json!({ "user": there })).await.is(409).json()["detail"],
            "not_invited"
        );
    }
}

// PR-21: nor does the group that chose somebody's password, in their name.
#[tokio::test]
async fn nobody_answers_before_a_link_was_used_that_was_mailed_to_them() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (ours, theirs) = (app.user("full@a.example.org").await, app.user("full@b.example.org").await);
        add(&ours, "new@x.example.org", "clinical", TEMPORARY).await;
        let there = add(&theirs, "new@x.example.org", "clinical", "").await["invited"].as_str().unwrap().to_owned();
        let knows = app.anon();
        knows.sign_in("console", "new@x.example.org", TEMPORARY).await.is(200);
        knows.post("passwords/choose", &[("password", NEW_PASSWORD)]).await.is(200);
        let shown = knows.call("memberships/offers", json!({})).await.is(200).json();
        assert_eq!(shown, json!({ "list": [], "unproven": true }));
        for door in ["memberships/accept", "memberships/reject"] {
            let refused = knows.call(door, json!({ "user": there })).await.is(409);
            assert_eq!(refused.json()["detail"], "mailbox_unproven", "{door}");
        }
        knows.call("memberships/prove", json!({})).await.is(200);
        // The welcome and the question are on their way too.
        let token = crate::world::token(&app.mailer.wait_for("new@x.example.org", "/new-password/").await);
        let reads = app.anon();
        reads
            .post("passwords/set_by_link", &[("token", &token), ("password", "nine brown owls in a barn")])
            .await
            .is(200);
        knows.call("memberships/offers", json!({})).await.is(401);
        reads.call("memberships/accept", json!({ "user": there })).await.is(200);
    }
}

// PR-15: a report has the filters it has. Fields, orders and codes that it does not know are refused, not passed on.
#[tokio::test]
async fn a_report_asks_for_nothing_outside_its_list() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.practitioner().await;
        app.patient(&full, 'a', 1).await;
        let page = json!({ "after": null, "limit": null });
        for form in
            [json!({ "sort": "password_hash" }), json!({ "column": "email" }), json!({ "status": { "ne": "x" } })]
        {
            let answer = full.call("reports/case_load", json!({ "form": form, "page": page })).await;
            assert!((400..500).contains(&answer.status), "{form}: {}", answer.status);
        }
        for form in [json!({ "status": "active' OR 1=1" }), json!({ "practitioner": "usr_x" }), json!({ "email": "%" })]
        {
            full.call("reports/case_load", json!({ "form": form, "page": page })).await.is(422);
            full.call("reports/case_load", json!({ "form": form, "page": { "after": "x", "limit": null } }))
                .await
                .is(422);
        }
        // Nobody of another group, and nobody from the portal's side.
        let theirs = app.user("full@b.example.org").await;
        let answer = theirs.call("reports/case_load", json!({ "form": {}, "page": page })).await.is(200);
        assert_eq!(answer.json()["rows"], json!([]));
        let (portal, _) = app.portal_user(&full, 'a', 2).await;
        portal.call("reports/case_load", json!({ "form": {}, "page": page })).await.is(403);
        app.anon().call("reports/case_load", json!({ "form": {}, "page": page })).await.is(401);
    }
}

// S4-14, AD-04: a Full user is lowered first, and nobody ends or changes their own access.
#[tokio::test]
async fn full_users_are_lowered_first() {
    let app = App::start(ENGINES[0]).await;
    let owner = app.practitioner().await;
    let second = add(&owner, "second@a.example.org", "full", TEMPORARY).await["joined"].as_str().unwrap().to_owned();
    let own = owner.call("console/start", json!({})).await.is(200).json()["user"].as_str().unwrap().to_owned();
    for (id, reason) in [(&second, "lower_first"), (&own, "yourself")] {
        let at = version(&owner, id).await;
        let refused = owner.call("users/deactivate", json!({ "id": id, "version": at })).await.is(409);
        assert_eq!(refused.json()["detail"], reason, "{}", refused.text());
    }
}

// AD-03, AD-05, AD-11, TG-04: there is no such door, and no such field.
#[test]
fn there_is_no_door_for_what_nobody_may() {
    let doors = server::http::doors::Doors::read().unwrap();
    for door in doors.api.keys() {
        let words: Vec<&str> = door.split(['/', '_']).collect();
        assert!(!(words.contains(&"users") && words.contains(&"remove")), "{door}");
        assert!(!words.contains(&"delete") && !words.contains(&"smtp") && !words.contains(&"webhook"), "{door}");
        assert!(!(door.starts_with("history") && ["save", "add", "remove"].iter().any(|verb| words.contains(verb))));
    }
}

// TG-04, AD-03: a form with a field that is not its own is refused.
#[tokio::test]
async fn a_field_that_is_not_the_forms_is_refused() {
    let app = App::start(ENGINES[0]).await;
    let owner = app.practitioner().await;
    for field in ["group_id", "group", "account", "password", "password_hash", "state", "version"] {
        let form = json!({ "first_name": "A", "last_name": "B", field: "x" });
        let body = json!({ "id": format!("usr_{:032x}", 5), "version": 0, "form": form });
        owner.call("users/save", body).await.is(400);
    }
}

// PR-14: refused over HTTP too, whichever way to the record is tried, until the password is proved.
#[tokio::test(flavor = "multi_thread")]
async fn more_records_than_usual_ask_for_the_password() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.user("full@a.example.org").await;
        let add = async |last: &str| {
            let form = json!({ "form": { "legal_first": "Ada", "legal_last": last } });
            full.call("patients/add", form).await.is(200).json().as_str().unwrap().to_owned()
        };
        let (seen, other) = (add("Seen").await, add("Other").await);
        full.call("patients/profile", json!({ "id": seen })).await.is(200);
        let start = full.call("console/start", json!({})).await.is(200).json();
        let user = start["user"].as_str().unwrap();
        let now = app.services.clock.now();
        let mut work = app.services.store.begin().await.unwrap();
        for _ in 1..RECORDS_AN_HOUR {
            work.count_try(&format!("records:{user}"), now, Span::hours(1)).await.unwrap();
        }
        work.save().await.unwrap();
        app.later(Span::minutes(11));
        for (door, body) in [
            ("patients/profile", json!({ "id": other })),
            ("patients/contacts", json!({ "id": other })),
            ("invitations/start", json!({ "patient": other })),
            ("templates/preview", json!({ "body": "Hello", "patient": other })),
        ] {
            assert_eq!(full.call(door, body).await.is(403).error(), "step_up", "{door}");
        }
        // What was open stays open, others are not asked, and the password opens it.
        full.call("patients/profile", json!({ "id": seen })).await.is(200);
        let admin = app.user("admin@a.example.org").await;
        admin.call("patients/profile", json!({ "id": other })).await.is(200);
        full.post("account/step_up", &[("password", PASSWORD)]).await.is(200);
        full.call("patients/profile", json!({ "id": other })).await.is(200);
    }
}
