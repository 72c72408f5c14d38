//! Chat over HTTP: each door as each of the wrong people, by forms alone, and told to whoever listens.

use std::time::Duration;

use domain::time::Span;
use serde_json::{Value, json};

use crate::{
    app::{App, ENGINES, Persona},
    client::Response,
};

/// Stands in the messages and in no answer to the wrong person.
const TEXT: &str = "Zyzzogeton";
const MESSAGE: &str = "msg_000000000000400080000000000000aa";
const OTHER: &str = "msg_000000000000400080000000000000ab";
const SOON: Duration = Duration::from_secs(1);

/// The group chats with patients, or not.
async fn switch(owner: &Persona, on: bool) {
    let now = owner.call("settings/patient_access", json!({})).await.is(200).json();
    let form = json!({
        "invitations": "yes", "link_hours": "48", "steps_down": "", "ends": "", "reminders": "yes", "updates": "approval",
        "waiting": "", "group_chat": "yes", "patient_chat": if on { "yes" } else { "" },
    });
    owner.call("settings/save_patient_access", json!({ "version": now["version"], "form": form })).await.is(200);
}

async fn start(by: &Persona, patient: &str) -> Response {
    by.call("chat/start", json!({ "patient": patient })).await
}

async fn send(by: &Persona, id: &str, message: &str) -> Response {
    by.call("chat/send", json!({ "id": id, "message": message, "form": { "body": TEXT } })).await
}

/// The portal's form.
async fn answer(by: &Persona, patient: &str, id: &str, body: &str) -> Response {
    by.post("chat/own_send", &[("patient", patient), ("id", id), ("message", MESSAGE), ("body", body)]).await
}

/// Every way to a conversation in the portal.
async fn own_ways(by: &Persona, patient: &str, id: &str) -> Vec<Response> {
    let of = [("patient", patient), ("id", id)];
    vec![
        by.post("chat/own_open", &of).await,
        by.post("chat/own_more", &[of[0], of[1], ("after", "0")]).await,
        by.post("chat/own_withdraw", &[of[0], of[1], ("number", "1")]).await,
        answer(by, patient, id, "x").await,
        by.get(&format!("/portal/{patient}/messages/{id}")).await,
    ]
}

/// And in the console.
async fn ways(by: &Persona, id: &str) -> Vec<Response> {
    vec![
        by.call("chat/open", json!({ "id": id, "window": "latest" })).await,
        by.call("chat/more", json!({ "id": id, "window": { "after": 0 } })).await,
        by.call("chat/read", json!({ "id": id, "number": 1 })).await,
        by.call("chat/withdraw", json!({ "id": id, "number": 1 })).await,
        by.call("chat/settle", json!({ "id": id, "number": 1 })).await,
        send(by, id, MESSAGE).await,
    ]
}

fn rows(page: &Value) -> Vec<String> {
    page["messages"]["rows"].as_array().unwrap().iter().map(|row| row["body"].as_str().unwrap().to_owned()).collect()
}

// S2-01, S2-02, S2-06, PT-07 to PT-10, PR-09
#[tokio::test]
async fn a_conversation_is_for_its_practitioner_and_its_patient() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.user("full@a.example.org").await;
        let (lien, patient) = app.portal_user(&owner, 'a', 1).await;
        let (stranger, theirs) = app.portal_user(&owner, 'a', 2).await;
        let invited = app.patient(&owner, 'a', 3).await;
        assert_eq!(start(&owner, &patient).await.is(403).error(), "forbidden");
        switch(&owner, true).await;
        // Not activated, in no portal: said beside the field.
        assert_eq!(start(&owner, &invited).await.status, 422);
        let id = start(&owner, &patient).await.is(200).json().as_str().unwrap().to_owned();
        let sent = send(&owner, &id, MESSAGE).await.is(200).json();
        assert_eq!(send(&owner, &id, MESSAGE).await.is(200).json(), sent, "sent twice, stored once");
        // By the page's form: back to the conversation.
        let page = format!("/portal/{patient}/messages/{id}");
        let fields = [("patient", &*patient), ("id", &*id), ("message", MESSAGE), ("body", "Better")];
        let response = lien.form("chat/own_send", &page, &fields).await.is(303);
        assert!(response.location().starts_with(&page), "{}", response.location());
        answer(&lien, &patient, &id, "Better").await.is(200);
        let page = owner.call("chat/open", json!({ "id": id, "window": "latest" })).await.is(200).json();
        assert_eq!(rows(&page), [TEXT, "Better"]);
        assert!(lien.get(&format!("/portal/{patient}/messages")).await.is(200).text().contains("Better"));

        // Nobody else, on either side.
        for response in
            own_ways(&stranger, &patient, &id).await.into_iter().chain(own_ways(&stranger, &theirs, &id).await)
        {
            assert_eq!(response.status, 404, "{}", response.text());
            assert!(!response.text().contains(TEXT));
        }
        for colleague in ["clinical@a.example.org", "full@b.example.org"] {
            for response in ways(&app.user(colleague).await, &id).await {
                assert_eq!(response.status, 404, "{colleague}: {}", response.text());
            }
        }
        // Who acts for the patient, who only looks, and who is here for appointments.
        let mum = app.proxy(&owner, &patient, "mum@example.org", "edit", "clinical").await;
        let looks = app.proxy(&owner, &patient, "looks@example.org", "view", "clinical").await;
        let aunt = app.proxy(&owner, &patient, "aunt@example.org", "edit", "administrative").await;
        answer(&mum, &patient, &id, "From Ada").await.is(200);
        assert!(looks.get(&format!("/portal/{patient}/messages/{id}")).await.is(200).text().contains("From Ada"));
        assert_eq!(answer(&looks, &patient, &id, "x").await.is(403).error(), "forbidden");
        assert_eq!(
            looks.post("chat/own_withdraw", &[("patient", &patient), ("id", &id), ("number", "3")]).await.status,
            403
        );
        for response in own_ways(&aunt, &patient, &id).await {
            assert_eq!(response.status, 404, "{}", response.text());
        }
        assert_eq!(aunt.post("chat/own", &[("patient", &patient)]).await.status, 404);
        // Another text under an id that is taken is not said to be stored.
        assert_eq!(answer(&lien, &patient, &id, "Another").await.status, 409);
        // A patient begins none, and withdraws nobody else's.
        assert_eq!(start(&lien, &patient).await.status, 403);
        assert_eq!(
            lien.post("chat/own_withdraw", &[("patient", &patient), ("id", &id), ("number", "1")]).await.status,
            404
        );
        assert_eq!(owner.call("chat/withdraw", json!({ "id": id, "number": 2 })).await.status, 404);

        // Off for the practice, then for this patient: read on, write no more (S2-19, S2-21).
        switch(&owner, false).await;
        assert_eq!(answer(&lien, &patient, &id, "x").await.is(403).error(), "forbidden");
        switch(&owner, true).await;
        owner.call("chat/save_switch", json!({ "patient": patient, "on": false })).await.is(200);
        assert_eq!(answer(&lien, &patient, &id, "x").await.is(403).error(), "forbidden");
        assert_eq!(send(&owner, &id, OTHER).await.is(403).error(), "forbidden");
        let page = lien.get(&format!("/portal/{patient}/messages/{id}")).await.is(200).text();
        assert!(
            page.contains(TEXT)
                && page.contains("Messages are switched off")
                && !page.contains("action=\"/api/chat/own_send")
        );
        // What was typed comes back with what is wrong with it.
        owner.call("chat/save_switch", json!({ "patient": patient, "on": true })).await.is(200);
        assert_eq!(answer(&lien, &patient, &id, " ").await.status, 422);
    }
}

// S2-08: the switch of patients is refused beside its field while the group's is off.
#[tokio::test]
async fn chat_with_patients_wants_group_chat() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.user("full@a.example.org").await;
        let now = owner.call("settings/patient_access", json!({})).await.is(200).json();
        let form = json!({
            "invitations": "yes", "link_hours": "48", "steps_down": "", "ends": "", "reminders": "yes",
            "updates": "approval", "waiting": "", "group_chat": "", "patient_chat": "yes",
        });
        let body = json!({ "version": now["version"], "form": form });
        let refused = owner.call("settings/save_patient_access", body).await.is(422);
        assert!(refused.text().contains("needs_group_chat") && refused.text().contains("patient_chat"));
    }
}

// What is written to nobody is not taken: its practitioner left.
#[tokio::test]
async fn nobody_writes_to_whoever_left() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (owner, tom) = (app.user("full@a.example.org").await, app.user("clinical@a.example.org").await);
        let (lien, patient) = app.portal_user(&owner, 'a', 1).await;
        switch(&owner, true).await;
        let id = start(&tom, &patient).await.is(200).json().as_str().unwrap().to_owned();
        answer(&lien, &patient, &id, "Hello").await.is(200);
        let user = tom.call("console/start", json!({})).await.is(200).json()["user"].clone();
        let version = owner.call("users/page", json!({ "id": user })).await.is(200).json()["user"]["version"].clone();
        owner.call("users/deactivate", json!({ "id": user, "version": version })).await.is(200);
        let other = [("patient", &*patient), ("id", &*id), ("message", OTHER), ("body", "x")];
        assert_eq!(lien.post("chat/own_send", &other).await.is(403).error(), "forbidden");
        let page = lien.get(&format!("/portal/{patient}/messages/{id}")).await.is(200).text();
        assert!(page.contains("Hello") && page.contains("Messages are switched off"));
    }
}

// S2-14, PT-29, PT-30: told to whoever takes part and to nobody else, without a word of it.
#[tokio::test]
async fn whoever_takes_part_hears_of_a_message() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.user("full@a.example.org").await;
        let colleague = app.user("clinical@a.example.org").await;
        let (lien, patient) = app.portal_user(&owner, 'a', 1).await;
        let (stranger, _) = app.portal_user(&owner, 'a', 2).await;
        switch(&owner, true).await;
        let id = start(&owner, &patient).await.is(200).json().as_str().unwrap().to_owned();
        let mut streams =
            [owner.events().await, lien.events().await, colleague.events().await, stranger.events().await];
        for stream in &mut streams {
            stream.begins().await;
        }
        let [mine, hers, theirs, strangers] = &mut streams;
        send(&owner, &id, MESSAGE).await.is(200);
        assert_eq!(hers.next(SOON).await.as_deref(), Some("chat"));
        assert_eq!(mine.next(SOON).await.as_deref(), Some("chat"), "on their other devices");
        answer(&lien, &patient, &id, TEXT).await.is(200);
        assert_eq!(mine.next(SOON).await.as_deref(), Some("chat"));
        assert!(theirs.is_silent(Duration::from_millis(300)).await);
        assert!(strangers.is_silent(Duration::from_millis(300)).await);
        assert_eq!(owner.call("chat/unread", json!({})).await.is(200).json()["patients"], 1);
    }
}

// Decision 15, SS-04: a page that looks again by itself lengthens no session.
#[tokio::test]
async fn a_page_that_looks_by_itself_lengthens_no_session() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.user("full@a.example.org").await;
        let (lien, patient) = app.portal_user(&owner, 'a', 1).await;
        let page = format!("/portal/{patient}/messages");
        for minutes in [20, 9] {
            app.later(Span::minutes(minutes));
            let look = lien.request("GET", &page).header("accept", "text/html").header("x-portico-refresh", "1");
            assert_eq!(lien.send(look).await.status, 200);
        }
        app.later(Span::minutes(2));
        assert!(!lien.is_signed_in().await);
    }
}
