//! Hidden names as a real mode: a crawler that signs in as a user who sees none, opens every page, calls every door, and
//! looks at every byte: no patient's name, contact, address, birth date or email anywhere.

use std::time::Duration;

use serde_json::{Value, json};
use server::http::doors::{Doors, Who};

use crate::{
    app::{App, ENGINES, Persona},
    client::Response,
};

const SOON: Duration = Duration::from_secs(1);

/// What is known of the patient and must not come back, besides the canaries that every persona looks for.
const SECRETS: [&str; 6] =
    ["1990-02-03", "3 Feb 1990", "patient1@a.example.net", "0491 570 156", "61491570156", "mother"];

fn look(response: &Response, what: &str) {
    let text = response.text();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} at {what}: {text}");
    }
}

// S1-03, PR-01, decision 7: lists to their last page, search, profile, notifications, mail, history, addresses, events.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn who_sees_no_names_finds_none_anywhere() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.practitioner().await;
        let patient = app.patient(&full, 'a', 1).await;
        let form = json!({ "name": "CNRY-a-1-contact", "relationship": "mother", "phone": "0491 570 156" });
        full.call("patients/add_contact", json!({ "id": patient, "form": form })).await.is(200);
        for n in 2..4 {
            app.patient(&full, 'a', n).await;
        }
        for _ in 0..3 {
            app.invite(&full, &patient, "patient1@a.example.net").await;
        }
        let (form, _) = {
            let account = app.account("full@a.example.org").await;
            let own = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap();
            let owner = app.user_at_once("full@a.example.org").await;
            let returned = app.returned_form(&owner, &own[0].user, &patient, "Intake").await;
            let start = full.call("forms/send_start", json!({ "patient": patient })).await.is(200).json();
            for _ in 0..3 {
                let form = json!({ "to": start["people"][0]["grant"], "forms": [returned.0], "message": "mother" });
                full.call("forms/send", json!({ "patient": patient, "form": form })).await.is(200);
            }
            returned
        };
        // A note that is there, so that there is something to leak.
        let note = {
            let text = json!({ "title": "CNRY-a-1-note", "category": "plan", "body": "Her mother, 3 Feb 1990" });
            let note = full.call("notes/begin", json!({ "patient": patient, "form": text })).await.is(200).json();
            let publish = json!({ "patient": patient, "id": note, "version": 0, "form": text });
            full.call("notes/publish", publish).await.is(200);
            note.as_str().unwrap().to_owned()
        };
        // And a letter.
        let document = {
            let text = json!({ "title": "CNRY-a-1-letter", "kind": "letter", "body": "Her mother, 3 Feb 1990" });
            let document = full.call("documents/begin", json!({ "patient": patient, "form": text })).await.is(200);
            let document = document.json();
            let complete = json!({ "patient": patient, "id": document, "version": 1, "form": text });
            full.call("documents/complete", complete).await.is(200);
            document.as_str().unwrap().to_owned()
        };
        // And a home activity.
        let activity = {
            let text = json!({
                "title": "CNRY-a-1-activity", "instructions": "With her mother", "days": "mon", "from": "2026-11-01",
            });
            let activity = full.call("activities/assign", json!({ "patient": patient, "form": text })).await.is(200);
            activity.json().as_str().unwrap().to_owned()
        };
        // What notes begin with: it would fill the name in.
        let outline = {
            let form =
                json!({ "name": "An outline", "category": "plan", "body": "{{patient.full_name}}, {{patient.age}}" });
            let outline = full.call("note_templates/add", json!({ "form": form })).await.is(200).json();
            outline.as_str().unwrap().to_owned()
        };
        // Files that are there; their names tell who it is.
        let mut files = Vec::new();
        for n in 0..3 {
            files.push(full.send_file(&patient, &format!("CNRY-a-1-name{n}.txt"), b"CNRY-a-1-file: her mother").await);
        }
        // And was opened in an emergency, whose reason names her.
        let near = app.user("personal@a.example.org").await;
        for _ in 0..3 {
            let form = json!({ "reason": "CNRY-a-1-first fell on the stairs" });
            near.call("emergencies/open", json!({ "patient": patient, "form": form })).await.is(200);
            near.call("emergencies/close", json!({ "patient": patient })).await.is(200);
        }
        // One who sees no names and may do everything else: the widest way in.
        let account = app.account("hidden@a.example.org").await;
        let own = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap();
        let mut user = own[0].user.clone();
        user.level = domain::user::Level::AdminFull;
        user.settings = domain::user::AccessSettings { hide_names: true, ..domain::user::AccessSettings::OWNER };
        let id = user.id.to_string();
        app.save_user(&user).await;
        for _ in 0..3 {
            let told = app.news_and_stuck_mail(&user, &patient).await;
            assert!(told, "there is something behind the bell and in the outbox");
        }
        let hidden = app.user_at_once("hidden@a.example.org").await;

        // They talk with a colleague: there is something to open, and no patient in it.
        let mut talk = String::new();
        for name in ["Front desk", "Cleaning", "Summer"] {
            let colleague = hidden.call("group_chat/colleagues", json!({ "text": "" })).await.is(200).json();
            let form = json!({ "name": name, "members": [colleague[0]["id"]] });
            talk =
                hidden.call("group_chat/begin", json!({ "form": form })).await.is(200).json().as_str().unwrap().into();
        }

        let mut asked = 0;
        for (door, entry) in &Doors::read().unwrap().api {
            if entry.who != Who::Console {
                continue;
            }
            for body in bodies(door, &patient, &id, &form, [&note, &document, &activity, &outline, &talk]) {
                let response = hidden.call(door, body).await;
                look(&response, door);
                // Contacts are all names: there is nothing to show without them.
                let status = match door.as_str() {
                    // Nor is it said that there are answers.
                    "forms/answers" | "forms/pdf" => 404,
                    // Nor that there are notes (PR-01).
                    notes if notes.starts_with("notes/") => 404,
                    // Nor that there are documents.
                    documents if documents.starts_with("documents/") => 404,
                    // Nor what is done at home.
                    activities if activities.starts_with("activities/") => 404,
                    // Nor a conversation, which is a practitioner's own; nor that somebody could be written to.
                    "chat/open" | "chat/more" => 404,
                    refused if REFUSED.contains(&refused) => 403,
                    _ => 200,
                };
                assert_eq!(response.status, status, "{door}: {}", response.text());
                asked += 1;
            }
            // On through the lists, row by row: what a list goes on with tells nothing either.
            let mut most = None;
            // Who is no practitioner has no conversation to go on with.
            let listed =
                |body: &Value| body.get("page").is_some() && !REFUSED.contains(&door.as_str()) && door != "chat/list";
            for body in bodies(door, &patient, &id, &form, [&note, &document, &activity, &outline, &talk])
                .into_iter()
                .filter(listed)
            {
                let shown = pages(&hidden, door, body).await;
                asked += shown;
                most = most.max(Some(shown));
            }
            assert!(most.is_none_or(|most| most >= 3), "{engine:?} {door}: {most:?} pages");
        }
        for page in app::routes::CONSOLE.iter().chain(app::routes::RENDERED) {
            let path = page.path.replace(":patient", &patient).replace(":user", &id).replace(":token", "x");
            let path = path.replace(":note", &note).replace(":document", &document).replace(":activity", &activity);
            look(&hidden.get(&path).await, &path);
            asked += 1;
        }
        // That files came is known, not what they are called; nobody opens one or sends another.
        let list = json!({ "patient": patient, "page": { "after": null, "limit": null } });
        let listed = hidden.call("files/list", list).await.is(200).json();
        let rows = listed["files"]["rows"].as_array().unwrap();
        assert!(rows.len() == 3 && rows.iter().all(|row| row["name"].is_null() && row["size"] == 25), "{listed}");
        assert_eq!(
            (&listed["may_read"], &listed["may_manage"], &listed["room"]),
            (&json!(false), &json!(false), &Value::Null)
        );
        for file in &files {
            for path in [format!("/files/{patient}/{file}"), format!("/files/{patient}/{file}/view")] {
                let response = hidden.get(&path).await.is(404);
                look(&response, &path);
            }
            for (door, status) in [("files/progress", 403), ("files/finish", 403), ("files/give_up", 403)] {
                let response = hidden.call(door, json!({ "patient": patient, "id": file })).await.is(status);
                look(&response, door);
            }
        }
        hidden.begin_file(&patient, "a.txt", 5).await.is(403);
        println!("{asked} pages and doors on {engine:?}");
        // The stream when there is news of a patient: that it rings, and no more.
        let mut stream = hidden.events().await;
        stream.begins().await;
        assert!(app.news_and_stuck_mail(&user, &patient).await);
        let mut heard = String::new();
        while !heard.contains("event: bell") {
            let line = tokio::time::timeout(SOON, stream.line()).await.expect("no event in time").unwrap();
            heard.push_str(&line);
            heard.push('\n');
        }
        hidden.post("account/sign_out", &[]).await.is(200);
        heard.push_str(&stream.rest(SOON).await);
        assert!(heard.contains("event: over"), "{heard}");
        for secret in SECRETS.into_iter().chain(["CNRY-", &patient]) {
            assert!(!heard.contains(secret), "{secret} in {heard}");
        }
        let hidden = app.user_at_once("hidden@a.example.org").await;
        // What could leak was there to be asked for, under its pseudonym.
        let page = json!({ "page": { "after": null, "limit": null } });
        let export = hidden.call("history/export", json!({ "filter": {} })).await.is(200).text();
        assert!(export.contains("PT-"), "{export}");
        for door in ["notifications/list", "mails/list"] {
            let text = hidden.call(door, page.clone()).await.is(200).text();
            assert!(text.contains("PT-"), "{door}: {text}");
        }
        // The mode shows something: the pseudonym, in the list and in the history.
        let list = json!({ "filter": { "text": "", "status": null }, "page": { "after": null, "limit": null } });
        assert!(hidden.call("patients/list", list).await.is(200).text().contains("PT-"));
        let history = json!({ "filter": { "patient": patient }, "page": { "after": null, "limit": null } });
        assert!(hidden.call("history/list", history).await.is(200).text().contains("PT-"));
        let report = json!({ "form": {}, "page": { "after": null, "limit": null } });
        assert!(hidden.call("reports/case_load", report).await.is(200).text().contains("PT-"));
        // Nobody is found by what would say who they are.
        for form in [json!({ "text": "CNRY" }), json!({ "age_from": "1" })] {
            let report = json!({ "form": form, "page": { "after": null, "limit": null } });
            hidden.call("reports/case_load", report).await.is(422);
        }
        assert!(hidden.call("reports/export_case_load", json!({ "form": {} })).await.is(200).text().contains("PT-"));
        // No match by name, by number there is one.
        let found = |text: &str| hidden.call("patients/search", json!({ "text": text }));
        assert_eq!(found("CNRY").await.is(200).text(), "[]");
        assert_eq!(found("patient1@a.example.net").await.is(200).text(), "[]");
        let profile = hidden.call("patients/profile", json!({ "id": patient })).await.is(200).json();
        let number = profile["shown"].as_str().unwrap();
        assert!(number.starts_with("PT-"), "{profile}");
        assert!(found(number).await.is(200).text().contains(number));
    }
}

/// Goes through a list row by row and looks at each answer; gives how many there were.
async fn pages(hidden: &Persona, door: &str, mut body: Value) -> usize {
    body["page"]["limit"] = json!(1);
    for asked in 1..20 {
        let response = hidden.call(door, body.clone()).await.is(200);
        look(&response, door);
        let page = response.json();
        let list = ["page", "files"].into_iter().find_map(|name| page.get(name));
        let list = list.or_else(|| page.get("rows").filter(|rows| rows.is_object())).unwrap_or(&page);
        let next = list["next"].clone();
        if next.is_null() {
            return asked;
        }
        body["page"]["after"] = next;
    }
    20
}

/// A conversation that there is not.
const NEVER: &str = "cnv_00000000000000000000000000000000";

/// What is names and nothing else is refused as a whole.
const REFUSED: [&str; 29] = [
    "emergencies/own",
    "note_templates/begin",
    "note_templates/offered",
    "activities/doings",
    "activities/list",
    "documents/list",
    "notes/all_shares",
    "notes/as_patient",
    "notes/colleagues",
    "notes/list",
    "notes/open",
    "notes/versions",
    "patients/background",
    "updates/count",
    "updates/decided",
    "updates/history",
    "updates/queue",
    "updates/waiting",
    "bulk/export",
    "bulk/list",
    "bulk/patients",
    "bulk/view",
    "forms/send_start",
    "patients/contacts",
    "invitations/start",
    "portal_users/find",
    "portal_users/list",
    "relationships/list",
    "relationships/practitioners",
];

/// Doors of the console that change something.
const CHANGING: [&str; 96] = [
    "chat/read",
    "chat/save_replies",
    "chat/save_switch",
    "chat/send",
    "chat/settle",
    "chat/start",
    "chat/withdraw",
    "group_chat/add",
    "group_chat/begin",
    "group_chat/leave",
    "group_chat/read",
    "group_chat/rename",
    "group_chat/send",
    "group_chat/start",
    "group_chat/withdraw",
    "emergencies/close",
    "emergencies/end",
    "emergencies/open",
    "emergencies/review",
    "emergencies/seek",
    "note_templates/add",
    "note_templates/remove",
    "note_templates/save",
    "activities/assign",
    "activities/end",
    "activities/save",
    "activities/withdraw",
    "documents/begin",
    "documents/complete",
    "documents/discard",
    "documents/save",
    "documents/withdraw",
    "files/remove",
    "files/rename",
    "files/share",
    "files/unshare",
    "notes/begin",
    "notes/discard",
    "notes/keep",
    "notes/publish",
    "notes/set_private",
    "notes/share_all",
    "notes/share_with",
    "notes/share_with_patient",
    "notes/unshare_all",
    "notes/unshare_with",
    "notes/unshare_with_patient",
    "patients/save_background",
    "updates/approve_all",
    "updates/approve_some",
    "updates/decide",
    "updates/reject_some",
    "updates/undo",
    "updates/undo_some",
    "bulk/go_on",
    "bulk/open",
    "bulk/start",
    "bulk/stop",
    "handout/save",
    "forms/add",
    "forms/archive",
    "forms/restore",
    "forms/publish",
    "forms/save",
    "forms/send",
    "forms/withdraw",
    "invitations/invite",
    "invitations/resend",
    "invitations/revoke",
    "locations/add",
    "locations/save",
    "mails/retry",
    "notifications/mark_read",
    "patients/add",
    "patients/add_contact",
    "patients/remove_contact",
    "patients/save",
    "patients/save_contact",
    "portal_users/restore",
    "portal_users/save",
    "portal_users/suspend",
    "relationships/set",
    "reports/remove",
    "reports/rename",
    "reports/save",
    "settings/save_messages",
    "settings/save_patient_access",
    "settings/save_practice",
    "templates/add",
    "templates/remove",
    "templates/save",
    "users/add",
    "users/deactivate",
    "users/invite_again",
    "users/reactivate",
    "users/save",
];

/// An id of nothing, too.
const REQUEST: &str = "frq_000000000000000000000000deadbeef";

/// An id of nothing: whoever sees no names is refused before it is looked for.
const BULK: &str = "blk_000000000000000000000000deadbeef";

/// Ways to call a door that may show something.
fn bodies(
    door: &str,
    patient: &str,
    user: &str,
    form: &str,
    [note, document, activity, outline, talk]: [&str; 5],
) -> Vec<Value> {
    let page = json!({ "after": null, "limit": 200 });
    match door {
        "patients/list" => ["", "CNRY", "1990", "0491"]
            .map(|text| json!({ "filter": { "text": text, "status": null }, "page": page }))
            .to_vec(),
        "patients/search" => {
            ["CNRY", "cnry-a-1-first", "1990", "PT", "0491"].map(|text| json!({ "text": text })).to_vec()
        }
        "patients/profile" | "patients/contacts" | "patients/background" => vec![json!({ "id": patient })],
        "notes/list" => vec![json!({ "patient": patient, "filter": {}, "page": page })],
        "chat/list" => vec![json!({ "filter": {}, "page": page })],
        "chat/unread" => vec![json!({})],
        "chat/partners" => ["CNRY", "1990", "0491"].map(|text| json!({ "text": text })).to_vec(),
        "chat/switch" => vec![json!({ "patient": patient })],
        "chat/open" => vec![json!({ "id": NEVER, "window": "latest" })],
        "chat/more" => vec![json!({ "id": NEVER, "window": { "after": 0 } })],
        "group_chat/list" => vec![json!({ "page": page })],
        "group_chat/colleagues" => ["", "CNRY"].map(|text| json!({ "text": text })).to_vec(),
        "group_chat/open" => vec![json!({ "id": talk, "window": "latest" })],
        "group_chat/more" => vec![json!({ "id": talk, "window": { "after": 0 } })],
        "activities/list" => vec![json!({ "patient": patient, "page": page })],
        "activities/open" => vec![json!({ "patient": patient, "id": activity })],
        "activities/doings" => vec![json!({ "patient": patient, "id": activity, "page": page })],
        "documents/list" => vec![json!({ "patient": patient, "kind": null, "page": page })],
        "documents/open" | "documents/as_patient" | "documents/pdf" => {
            vec![json!({ "patient": patient, "id": document })]
        }
        "notes/open" | "notes/as_patient" | "notes/pdf" => vec![json!({ "patient": patient, "id": note })],
        "notes/versions" => vec![json!({ "patient": patient, "id": note, "page": page })],
        "notes/colleagues" => vec![json!({ "patient": patient, "text": "" })],
        "notes/all_shares" => vec![json!({ "patient": patient })],
        "files/list" => vec![json!({ "patient": patient, "page": page })],
        "updates/waiting" => vec![json!({ "patient": patient })],
        "updates/decided" | "updates/history" => vec![json!({ "patient": patient, "page": page })],
        "updates/queue" => vec![json!({ "filter": {}, "page": page })],
        "updates/count" => vec![json!({})],
        "invitations/start" => vec![json!({ "patient": patient })],
        "portal_users/list" => vec![json!({ "patient": patient })],
        "portal_users/find" => vec![json!({ "patient": patient, "email": "cnry-a-1@example.org" })],
        "forms/open" => vec![json!({ "id": form })],
        "forms/send_start" => vec![json!({ "patient": patient })],
        "forms/requests" => vec![json!({ "patient": patient, "page": page })],
        "forms/answers" | "forms/pdf" => vec![json!({ "patient": patient, "id": REQUEST })],
        "bulk/list" => vec![json!({ "page": page })],
        "bulk/view" => vec![json!({ "id": BULK })],
        "bulk/patients" => vec![json!({ "id": BULK, "outcome": null, "page": page })],
        "bulk/export" => vec![json!({ "id": BULK, "outcome": null })],
        "invitations/list" => vec![json!({ "patient": patient, "page": page })],
        "relationships/list" => vec![json!({ "patient": patient, "page": page })],
        "relationships/practitioners" => vec![json!({ "patient": patient, "text": "" })],
        "note_templates/open" => vec![json!({ "id": outline })],
        "note_templates/offered" => vec![json!({ "patient": patient })],
        "note_templates/begin" => vec![json!({ "patient": patient, "id": outline })],
        "templates/preview" => {
            vec![json!({ "body": "{{patient.full_name}} {{patient.first_name}}", "patient": patient })]
        }
        "notifications/list" | "mails/list" | "emergencies/list" => vec![json!({ "page": page })],
        "users/list" => vec![json!({ "filter": {}, "page": page })],
        "users/page" => vec![json!({ "id": user })],
        "users/explain" => vec![json!({ "id": user, "patient": patient }), json!({ "id": user, "patient": null })],
        "history/list" => {
            vec![json!({ "filter": {}, "page": page }), json!({ "filter": { "patient": patient }, "page": page })]
        }
        "history/users" => vec![json!({ "text": "a" })],
        "history/chosen" => vec![json!({ "user": null, "patient": patient })],
        "history/export" => vec![json!({ "filter": {} })],
        "reports/case_load" => {
            [json!({}), json!({ "email": "yes" })].map(|form| json!({ "form": form, "page": page })).to_vec()
        }
        "reports/export_case_load" => vec![json!({ "form": {} })],
        "console/start"
        | "notifications/unread"
        | "memberships/offers"
        | "reports/choices"
        | "locations/list"
        | "templates/list"
        | "note_templates/list"
        | "emergencies/own"
        | "reports/saved"
        | "handout/find"
        | "handout/pdf"
        | "forms/list"
        | "settings/patient_access"
        | "chat/replies"
        | "settings/waiting_updates"
        | "settings/practice"
        | "settings/messages" => vec![json!({})],
        // Doors that change something say no more than that they did.
        _ if CHANGING.contains(&door) => Vec::new(),
        _ => panic!("{door}: what does it show to somebody without names?"),
    }
}
