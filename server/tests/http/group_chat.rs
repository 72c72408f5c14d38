//! Group chat over HTTP: each door as each of the wrong people, and told to whoever listens.

use std::time::Duration;

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

/// The group's own chat is on, or not.
async fn switch(owner: &Persona, on: bool) {
    let now = owner.call("settings/patient_access", json!({})).await.is(200).json();
    let form = json!({
        "invitations": "yes", "link_hours": "48", "steps_down": "", "ends": "", "reminders": "yes", "updates": "approval",
        "waiting": "", "group_chat": if on { "yes" } else { "" }, "patient_chat": "",
    });
    owner.call("settings/save_patient_access", json!({ "version": now["version"], "form": form })).await.is(200);
}

async fn user_of(by: &Persona) -> Value {
    by.call("console/start", json!({})).await.is(200).json()["user"].clone()
}

async fn begin(by: &Persona, members: &[&Value]) -> Response {
    by.call("group_chat/begin", json!({ "form": { "name": "Front desk", "members": members } })).await
}

async fn send(by: &Persona, id: &str, message: &str, body: &str) -> Response {
    by.call("group_chat/send", json!({ "id": id, "message": message, "form": { "body": body } })).await
}

/// Every way to a conversation.
async fn ways(by: &Persona, id: &str, user: &Value) -> Vec<Response> {
    vec![
        by.call("group_chat/open", json!({ "id": id, "window": "latest" })).await,
        by.call("group_chat/more", json!({ "id": id, "window": { "after": 0 } })).await,
        by.call("group_chat/read", json!({ "id": id, "number": 1 })).await,
        by.call("group_chat/withdraw", json!({ "id": id, "number": 1 })).await,
        by.call("group_chat/rename", json!({ "id": id, "form": { "name": "x" } })).await,
        by.call("group_chat/add", json!({ "id": id, "user": user })).await,
        by.call("group_chat/leave", json!({ "id": id })).await,
        send(by, id, MESSAGE, "x").await,
    ]
}

async fn lines(by: &Persona, id: &str) -> Vec<String> {
    let page = by.call("group_chat/open", json!({ "id": id, "window": "latest" })).await.is(200).json();
    let said = |row: &Value| row["message"]["body"].as_str().unwrap_or("(trace)").to_owned();
    page["now"]["lines"]["rows"].as_array().unwrap().iter().map(said).collect()
}

// Decision 10, TG-02
#[tokio::test]
async fn a_conversation_is_for_its_members() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (full, tom) = (app.user("full@a.example.org").await, app.user("clinical@a.example.org").await);
        let (near, other) = (app.user("personal@a.example.org").await, app.user("full@b.example.org").await);
        let [full_id, tom_id, near_id, other_id] =
            [user_of(&full).await, user_of(&tom).await, user_of(&near).await, user_of(&other).await];
        let id = begin(&tom, &[&near_id]).await.is(200).json().as_str().unwrap().to_owned();
        let sent = send(&tom, &id, MESSAGE, TEXT).await.is(200).json();
        assert_eq!(send(&tom, &id, MESSAGE, TEXT).await.is(200).json(), sent, "sent twice, stored once");
        assert_eq!(send(&tom, &id, MESSAGE, "Another").await.status, 409);
        send(&near, &id, MESSAGE, "Hello").await.is(200);
        assert_eq!(lines(&near, &id).await, [TEXT, "Hello"]);

        // Nobody else: not the owner, not another group, not the portal.
        let (lien, _) = app.portal_user(&full, 'a', 1).await;
        for stranger in [&full, &other] {
            for response in ways(stranger, &id, &full_id).await {
                assert_eq!(response.status, 404, "{}", response.text());
                assert!(!response.text().contains(TEXT));
            }
            let page = json!({ "page": { "after": null, "limit": null } });
            assert!(!stranger.call("group_chat/list", page).await.is(200).text().contains(&id));
        }
        for response in ways(&lien, &id, &full_id).await {
            assert_eq!(response.status, 403, "{}", response.text());
        }
        for response in ways(&app.anon(), &id, &full_id).await {
            assert_eq!(response.status, 401, "{}", response.text());
        }
        // Whom one cannot choose.
        for (form, status) in [
            (json!({ "name": "x", "members": [other_id] }), 404),
            (json!({ "name": "x", "members": [tom_id] }), 422),
            (json!({ "name": " ", "members": [full_id] }), 422),
            (json!({ "name": "x", "members": [] }), 422),
        ] {
            assert_eq!(tom.call("group_chat/begin", json!({ "form": form })).await.status, status);
        }
        assert_eq!(tom.call("group_chat/start", json!({ "with": other_id })).await.status, 404);
        assert_eq!(tom.call("group_chat/start", json!({ "with": tom_id })).await.status, 422);
        let two = tom.call("group_chat/start", json!({ "with": full_id })).await.is(200).json();
        assert_eq!(full.call("group_chat/start", json!({ "with": tom_id })).await.is(200).json(), two);
        // Between two nothing is seen to.
        assert_eq!(tom.call("group_chat/leave", json!({ "id": two })).await.status, 404);

        // Nobody withdraws what another wrote; members see to it, and who left is out.
        assert_eq!(near.call("group_chat/withdraw", json!({ "id": id, "number": 1 })).await.status, 404);
        near.call("group_chat/withdraw", json!({ "id": id, "number": 2 })).await.is(200);
        near.call("group_chat/add", json!({ "id": id, "user": full_id })).await.is(200);
        full.call("group_chat/rename", json!({ "id": id, "form": { "name": "Desk" } })).await.is(200);
        assert_eq!(lines(&full, &id).await, [TEXT, "", "(trace)", "(trace)"]);
        tom.call("group_chat/leave", json!({ "id": id })).await.is(200);
        for response in ways(&tom, &id, &full_id).await {
            assert_eq!(response.status, 404, "{}", response.text());
        }

        // Off: read on, write no more.
        switch(&full, false).await;
        assert_eq!(send(&near, &id, OTHER, "x").await.is(403).error(), "forbidden");
        assert_eq!(begin(&near, &[&full_id]).await.is(403).error(), "forbidden");
        assert_eq!(near.call("group_chat/leave", json!({ "id": id })).await.is(403).error(), "forbidden");
        assert!(lines(&near, &id).await.contains(&TEXT.to_owned()));
        switch(&full, true).await;
        assert_eq!(send(&near, &id, OTHER, " ").await.status, 422);
        send(&near, &id, OTHER, "Back").await.is(200);

        // Who does not work there any more reads nothing.
        let version = full.call("users/page", json!({ "id": near_id })).await.is(200).json()["user"]["version"].clone();
        full.call("users/deactivate", json!({ "id": near_id, "version": version })).await.is(200);
        for response in ways(&near, &id, &full_id).await {
            assert_eq!(response.status, 401, "{}", response.text());
        }
    }
}

// PT-29: told to whoever takes part and to nobody else, without a word of it; who is mentioned hears the bell.
#[tokio::test]
async fn whoever_takes_part_hears_of_a_message() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (full, tom) = (app.user("full@a.example.org").await, app.user("clinical@a.example.org").await);
        let (near, other) = (app.user("personal@a.example.org").await, app.user("full@b.example.org").await);
        let tom_id = user_of(&tom).await;
        let id = begin(&full, &[&tom_id]).await.is(200).json().as_str().unwrap().to_owned();
        let mut streams = [full.events().await, tom.events().await, near.events().await, other.events().await];
        for stream in &mut streams {
            stream.begins().await;
        }
        let [mine, his, theirs, strangers] = &mut streams;
        send(&full, &id, MESSAGE, TEXT).await.is(200);
        assert_eq!(his.next(SOON).await.as_deref(), Some("chat"));
        assert_eq!(mine.next(SOON).await.as_deref(), Some("chat"), "on their other devices");
        let unread = tom.call("chat/unread", json!({})).await.is(200).json();
        assert_eq!(unread, json!({ "patients": 0, "colleagues": 1 }));
        let page = tom.call("group_chat/open", json!({ "id": id, "window": "latest" })).await.is(200).json();
        let members = page["now"]["members"].as_array().unwrap();
        let name = members.iter().find(|one| one["own"] == true).unwrap()["name"].as_str().unwrap().to_owned();
        send(&full, &id, OTHER, &format!("{TEXT} @{name}")).await.is(200);
        let heard = [his.next(SOON).await.unwrap(), his.next(SOON).await.unwrap()];
        assert!(heard.contains(&"bell".to_owned()) && heard.contains(&"chat".to_owned()), "{heard:?}");
        let bell = tom.call("notifications/list", json!({ "page": { "after": null, "limit": null } })).await.is(200);
        assert!(bell.text().contains("mentioned") && bell.text().contains("Front desk") && !bell.text().contains(TEXT));
        assert!(theirs.is_silent(Duration::from_millis(300)).await);
        assert!(strangers.is_silent(Duration::from_millis(300)).await);
    }
}
