//! Records that are opened in an emergency, over HTTP (PR-04): what is refused, to whom, and from when on.

use domain::{
    account::Door,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use serde_json::{Value, json};

use crate::{
    app::{App, ENGINES, NO_SETTINGS, Persona},
    client::Response,
};

const WHY: &str = "Found unconscious";

async fn open(by: &Persona, patient: &str, reason: &str) -> Response {
    by.call("emergencies/open", json!({ "patient": patient, "form": { "reason": reason } })).await
}

async fn profile(by: &Persona, patient: &str) -> Response {
    by.call("patients/profile", json!({ "id": patient })).await
}

async fn listed(by: &Persona) -> Value {
    by.call("emergencies/list", json!({ "page": { "after": null, "limit": null } })).await.is(200).json()["rows"]
        .clone()
}

// PR-04: no reason, no record; with one it is read and not changed, not made longer, and over when it is over.
#[tokio::test]
async fn it_takes_a_reason_and_ends_by_itself() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.practitioner().await;
        let patient = app.patient(&full, 'a', 1).await;
        let near = app.user("personal@a.example.org").await;
        for reason in ["", "urgent", &"x".repeat(501)] {
            let refused = open(&near, &patient, reason).await.is(422).json();
            assert_eq!(refused["detail"]["fields"][0]["field"], "reason", "{refused}");
            assert_eq!(profile(&near, &patient).await.status, 404);
            // PR-01: the answer is the same for somebody who is not there.
            open(&near, "pat_000000000000000000000000deadbeef", reason).await.is(422);
        }
        open(&near, &patient, WHY).await.is(200);
        assert_eq!(profile(&near, &patient).await.is(200).json()["may"]["edit"], false);
        assert_eq!(open(&near, &patient, WHY).await.is(409).error(), "conflict");
        let note = json!({ "title": "Mine", "category": "plan", "body": "Mine" });
        near.call("notes/begin", json!({ "patient": patient, "form": note })).await.is(403);
        let list = json!({ "patient": patient, "filter": {}, "page": { "after": null, "limit": null } });
        near.call("notes/list", list.clone()).await.is(200);
        app.later(Span::hours(4));
        let near = app.user("personal@a.example.org").await;
        assert_eq!(profile(&near, &patient).await.status, 404);
        near.call("notes/list", list).await.is(404);
        near.call("emergencies/close", json!({ "patient": patient })).await.is(404);
    }
}

// PR-04, PR-01, TG-01: as each of the wrong people.
#[tokio::test]
async fn nobody_else_has_anything_of_it() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.practitioner().await;
        let (lien, patient) = app.portal_user(&full, 'a', 1).await;
        let near = app.user("personal@a.example.org").await;
        let beside = app.add_user("beside@a.example.org", Level::Personal, NO_SETTINGS, UserState::Active).await;
        let beside = app.session(beside.account, Door::Console, Some(beside.id)).await;
        open(&near, &patient, WHY).await.is(200);
        assert_eq!(profile(&beside, &patient).await.status, 404);
        beside.call("emergencies/close", json!({ "patient": patient })).await.is(404);
        let id = listed(&full).await[0]["id"].clone();
        for door in ["emergencies/review", "emergencies/end"] {
            let body = json!({ "id": id });
            near.call(door, body.clone()).await.is(403);
            app.user("clinical@a.example.org").await.call(door, body.clone()).await.is(403);
            app.user("full@b.example.org").await.call(door, body.clone()).await.is(404);
            lien.call(door, body.clone()).await.is(403);
            app.anon().call(door, body).await.is(401);
        }
        for (who, status) in [("clinical@a.example.org", 403), ("full@a.example.org", 403), ("full@b.example.org", 404)]
        {
            assert_eq!(open(&app.user(who).await, &patient, WHY).await.status, status, "{who}");
        }
        assert_eq!(open(&lien, &patient, WHY).await.status, 403);
        assert_eq!(open(&app.anon(), &patient, WHY).await.status, 401);
        // It is looked at, and ended: from the next request on, and each of it once.
        full.call("emergencies/review", json!({ "id": id })).await.is(200);
        full.call("emergencies/review", json!({ "id": id })).await.is(409);
        assert_eq!(profile(&near, &patient).await.status, 200);
        full.call("emergencies/end", json!({ "id": id })).await.is(200);
        full.call("emergencies/end", json!({ "id": id })).await.is(409);
        assert_eq!(profile(&near, &patient).await.status, 404);
        // Who looks for somebody learns nothing, and not for long.
        let seek = |first: &str| json!({ "form": { "first_name": first, "last_name": "Nobody", "birth_date": "1990-02-03", "reason": WHY } });
        near.call("emergencies/seek", json!({ "form": {} })).await.is(422);
        for _ in 0..5 {
            assert_eq!(near.call("emergencies/seek", seek("No")).await.is(409).error(), "conflict");
        }
        near.call("emergencies/seek", seek("No")).await.is(429);
    }
}

// PR-04: what colleagues have not finished, and what was done with the record, are not for an emergency.
#[tokio::test]
async fn it_opens_neither_drafts_nor_the_trail() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.practitioner().await;
        let patient = app.patient(&full, 'a', 1).await;
        let settings = AccessSettings { view_history: true, ..NO_SETTINGS };
        let near = app.add_user("near@a.example.org", Level::Personal, settings, UserState::Active).await;
        let near = app.session(near.account, Door::Console, Some(near.id)).await;
        let form = json!({ "title": "A letter", "kind": "letter", "body": "Walk", "asks": "" });
        let begun = full.call("documents/begin", json!({ "patient": patient, "form": form })).await.is(200).json();
        open(&near, &patient, WHY).await.is(200);
        let document = json!({ "patient": patient, "id": begun });
        near.call("documents/open", document.clone()).await.is(404);
        let page = json!({ "after": null, "limit": null });
        let list = json!({ "patient": patient, "kind": null, "page": page });
        assert_eq!(near.call("documents/list", list).await.is(200).json()["documents"]["rows"], json!([]));
        let trail = json!({ "filter": { "patient": patient }, "page": page });
        assert_eq!(near.call("history/list", trail).await.is(200).json()["rows"], json!([]));
        let complete = json!({ "patient": patient, "id": begun, "version": 1, "form": form });
        full.call("documents/complete", complete).await.is(200);
        near.call("documents/open", document).await.is(200);
    }
}
