//! Who can see a record, asked over HTTP by those who may not decide it.

use serde_json::{Value, json};

use crate::app::{App, ENGINES, Persona};

const PASSWORD: &str = "four lanterns over water";

async fn accept(app: &App, email: &str) -> Persona {
    let mail = app.mailer.wait(email, 1).await;
    let token = crate::world::token(&mail);
    let mut person = app.anon();
    // Of this record; the sibling's is not for these eyes.
    person.may_see.push("CNRY-a-1-".to_owned());
    person.post("invitations/accept", &[("token", &token), ("password", PASSWORD)]).await.is(200);
    person
}

/// Invites a contact-like person over the practice's door.
async fn let_in(app: &App, by: &Persona, patient: &str, email: &str, manages: &str) -> Persona {
    let terms = json!({ "role": "edit", "level": "clinical", "manages": manages });
    let form = json!({ "whom": "other", "name": "Ada", "email": email, "email_again": email, "terms": terms });
    by.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200);
    accept(app, email).await
}

// PX-01, PX-02, PX-05, PX-12
#[tokio::test]
async fn a_proxy_decides_nothing_and_is_out_at_the_next_request() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let [patient, sibling] = [app.patient(&practitioner, 'a', 1).await, app.patient(&practitioner, 'a', 2).await];
        let proxy = let_in(&app, &practitioner, &patient, "proxy@example.org", "").await;
        proxy.post("portal/frame", &[("patient", &patient)]).await.is(200);
        proxy.post("portal/frame", &[("patient", &sibling)]).await.is(404);
        let users = practitioner.call("portal_users/list", json!({ "patient": patient })).await.is(200).json();
        let grant = users[0]["id"].as_str().unwrap().to_owned();
        let invite = [
            ("patient", patient.as_str()),
            ("name", "Rosa"),
            ("email", "rosa@example.org"),
            ("email_again", "rosa@example.org"),
            ("level", "clinical"),
            ("role", "edit"),
        ];
        proxy.post("family/people", &[("patient", &patient)]).await.is(403);
        proxy.post("family/invite", &invite).await.is(403);
        proxy.post("family/end", &[("patient", &patient), ("id", &grant)]).await.is(403);
        proxy.post("family/send_again", &[("patient", &patient), ("id", &grant)]).await.is(403);
        let wider = json!({ "patient": patient, "id": grant, "form": { "role": "edit", "level": "clinical", "manages": "yes" } });
        proxy.call("portal_users/save", wider).await.is(403);
        let after: Value = practitioner.call("portal_users/list", json!({ "patient": patient })).await.is(200).json();
        assert_eq!(after, users, "nothing changed");

        practitioner.call("portal_users/suspend", json!({ "patient": patient, "id": grant })).await.is(200);
        for door in ["portal/frame", "family/people", "family/leave", "forms/own"] {
            let page = [("patient", patient.as_str())];
            assert_ne!(proxy.post(door, &page).await.status, 200, "{door} {engine:?}");
        }
        proxy.post("portal/frame", &[("patient", &patient)]).await.is(404);
    }
}
