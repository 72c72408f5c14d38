//! A whole record to keep, over HTTP: everything that the portal shows of it, and nothing else (PT-26).

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
    time::Duration,
};

use domain::time::Span;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt as _, net::TcpStream, time::timeout};
use zip::ZipArchive;

use crate::{
    app::{App, ENGINES, NEW_PASSWORD, Persona},
    client::Response,
    forms::asked,
};

async fn take(by: &Persona, patient: &str) -> Response {
    by.get(&format!("/download/{patient}")).await
}

/// What is in it, by name.
fn unpacked(response: &Response) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(response.body.clone())).unwrap();
    let mut all = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        // Where it is unpacked it stays below that folder.
        assert_eq!(file.enclosed_name().map(|path| path.to_string_lossy().into_owned()), Some(name.clone()));
        assert_eq!(all.insert(name, String::from_utf8_lossy(&bytes).into_owned()), None);
    }
    all
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn note(title: &str) -> Value {
    json!({ "title": title, "category": "plan", "body": format!("Body of {title}") })
}

async fn publish(by: &Persona, patient: &str, title: &str) -> String {
    let id = text_of(&by.call("notes/begin", json!({ "patient": patient, "form": note(title) })).await.is(200).json());
    let body = json!({ "patient": patient, "id": id, "version": 0, "form": note(title) });
    by.call("notes/publish", body).await.is(200);
    id
}

async fn share(by: &Persona, patient: &str, note: &str) {
    let body = json!({ "patient": patient, "id": note, "version": 1, "form": {} });
    by.call("notes/share_with_patient", body).await.is(200);
}

async fn letter(by: &Persona, patient: &str, title: &str, complete: bool) -> String {
    let form = json!({ "title": title, "kind": "letter", "body": format!("CNRY-a-1-letter {title}"), "asks": "" });
    let id = text_of(&by.call("documents/begin", json!({ "patient": patient, "form": form })).await.is(200).json());
    if complete {
        let body = json!({ "patient": patient, "id": id, "version": 1, "form": form });
        by.call("documents/complete", body).await.is(200);
    }
    id
}

async fn assign(by: &Persona, patient: &str, title: &str) -> String {
    let form = json!({
        "title": title, "dose": "CNRY-a-1-dose", "instructions": "CNRY-a-1-instructions",
        "days": "mon tue wed thu fri sat sun", "from": "2026-09-01",
    });
    text_of(&by.call("activities/assign", json!({ "patient": patient, "form": form })).await.is(200).json())
}

/// A record of everything that there is; gives whose it is, and their patient.
async fn everything(app: &App, by: &Persona) -> (Persona, String) {
    let (lien, patient, request) = asked(app, by, 1).await;
    let contact = json!({
        "name": "CNRY-a-1-contact", "relationship": "mother", "phone": "0491 570 110", "emergency": "yes",
    });
    by.call("patients/add_contact", json!({ "id": patient, "form": contact })).await.is(200);
    // More than a page of them.
    for n in 0..27 {
        let id = publish(by, &patient, &format!("Note {n:02}")).await;
        share(by, &patient, &id).await;
    }
    letter(by, &patient, "../Referral: 1/2", true).await;
    let activity = assign(by, &patient, "Calf raises").await;
    // A day that the page does not show any more.
    let today = lien.post("activities/read", &[("patient", &patient), ("id", &activity)]).await.is(200).json();
    let day = text_of(&today["today"]);
    let tick = [("patient", &*patient), ("id", &activity), ("day", &day), ("note", "CNRY-a-1-tick")];
    lien.post("activities/done", &tick).await.is(200);
    let answers =
        [("answers[reason][]", "CNRY-a-1-answer"), ("patient", &*patient), ("id", &request), ("wish", "save")];
    lien.post("forms/answer", &answers).await.is(200);
    lien.send_file(&patient, "CNRY-a-1-sent.txt", b"CNRY-a-1-of-hers").await;
    let shared = by.send_file(&patient, "CNRY-a-1-shared.txt", &b"of ours ".repeat(200_000)).await;
    by.call("files/share", json!({ "patient": patient, "id": shared })).await.is(200);

    // And what the portal does not show.
    publish(by, &patient, "SECRET unshared").await;
    by.call("notes/begin", json!({ "patient": patient, "form": note("SECRET draft") })).await.is(200);
    let private = publish(by, &patient, "SECRET private").await;
    by.call("notes/set_private", json!({ "patient": patient, "id": private, "private": true })).await.is(200);
    letter(by, &patient, "SECRET draft", false).await;
    let back = letter(by, &patient, "SECRET back", true).await;
    by.call("documents/withdraw", json!({ "patient": patient, "id": back })).await.is(200);
    let wrong = assign(by, &patient, "SECRET activity").await;
    by.call("activities/withdraw", json!({ "patient": patient, "id": wrong })).await.is(200);
    by.send_file(&patient, "SECRET.txt", b"SECRET file").await;
    (lien, patient)
}

// PT-26: all of it, and only of one's own.
#[tokio::test]
async fn a_record_is_taken_along_whole() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let by = app.practitioner().await;
        let (lien, patient) = everything(&app, &by).await;
        let (other, theirs) = app.portal_user(&by, 'a', 2).await;
        let their_note = publish(&by, &theirs, "CNRY-a-2-note").await;
        share(&by, &theirs, &their_note).await;

        let response = take(&lien, &patient).await.is(200);
        assert_eq!(response.header("content-type"), Some("application/zip"));
        assert!(response.header("content-disposition").unwrap().starts_with("attachment; "), "{:?}", response.headers);
        assert!(response.header("cache-control").unwrap().contains("no-store"), "{:?}", response.headers);
        let all = unpacked(&response);
        let of = |folder: &str| all.keys().filter(|name| name.starts_with(folder)).count();
        assert_eq!(
            ["Notes/", "Documents/", "Home activities/", "Forms/", "Files/"].map(of),
            [27, 1, 1, 1, 2],
            "{engine:?} {:?}",
            all.keys()
        );
        let whole = all.iter().map(|(name, text)| format!("{name}\n{text}\n")).collect::<String>();
        for canary in [
            "CNRY-a-1-first CNRY-a-1-last",
            "3 Feb 1990",
            "CNRY-a-1-street",
            "CNRY-a-1-city",
            "CNRY-a-1-contact",
            "Body of Note 00",
            "Body of Note 26",
            "CNRY-a-1-letter",
            "CNRY-a-1-dose",
            "CNRY-a-1-instructions",
            "CNRY-a-1-tick",
            "CNRY-a-1-answer",
            "CNRY-a-1-sent.txt",
            "CNRY-a-1-of-hers",
            "CNRY-a-1-shared.txt",
            // Who looked at it.
            "Started this record",
        ] {
            assert!(whole.contains(canary), "{engine:?}: {canary} is missing");
        }
        let shared = all.iter().find(|(name, _)| name.ends_with("shared.txt")).unwrap().1;
        assert!(*shared == "of ours ".repeat(200_000), "a file of several pieces is whole");
        for secret in ["SECRET", "CNRY-a-2", "CNRY-b"] {
            assert!(!whole.contains(secret), "{engine:?}: {secret}");
        }
        // Another one's is not there; it is the same answer as for nobody's.
        for not_theirs in [&theirs, "pat_000000000000000000000000deadbeef", "x"] {
            assert_eq!(take(&lien, not_theirs).await.status, 404);
        }
        assert!(unpacked(&take(&other, &theirs).await.is(200)).keys().any(|name| name.contains("CNRY-a-2-note")));

        // The practice sees that it was taken along, and so does the patient's log; nothing of it counts as read.
        assert_eq!(taken(&app, &patient).await, 1);
        let log = lien.get(&format!("/portal/{patient}/access-log")).await.is(200).text();
        assert!(log.contains("Downloaded the whole record"), "{log}");
        for action in ["note_viewed", "document_viewed", "activity_viewed", "file_opened", "form_viewed"] {
            assert_eq!(entries(&app, &patient, action).await, usize::from(action == "activity_viewed"), "{action}");
        }
        let list = json!({ "patient": patient, "filter": {}, "page": { "after": null, "limit": null } });
        let notes = by.call("notes/list", list).await.is(200).json();
        let shared = notes["notes"]["rows"].as_array().unwrap().iter().find(|note| note["title"] == "Note 00");
        let open = json!({ "patient": patient, "id": shared.unwrap()["id"] });
        let opened = by.call("notes/open", open).await.is(200).json();
        assert_eq!(opened["sharing"]["readers"], json!([]), "{opened}");
        // Every time is whole: of which year it is can be told later on, and of which place.
        let read_me = &all["Read me.txt"];
        assert!(read_me.contains(" 2026, ") && read_me.contains("Europe/London"), "{read_me}");
        assert!(all["Details.txt"].contains("CNRY-a-1-street"));
        let first = all.iter().find(|(name, _)| name.ends_with("Note 00.txt")).unwrap().1;
        assert!(first.contains(" 2026, ") && first.contains("Kind: Plan"), "{first}");
        let form = all.iter().find(|(name, _)| name.starts_with("Forms/")).unwrap().1;
        assert!(form.contains("Not returned: what stands here is what was typed so far"), "{form}");

        // Whoever acts for the patient and sees what is shared has that, and nothing that was asked of the patient.
        let mum = app.proxy(&by, &patient, "mum@example.org", "edit", "clinical").await;
        let hers = unpacked(&take(&mum, &patient).await.is(200));
        let of = |folder: &str| hers.keys().filter(|name| name.starts_with(folder)).count();
        assert_eq!(
            ["Notes/", "Documents/", "Home activities/", "Forms/", "Who looked/"].map(of),
            [27, 1, 1, 0, 0],
            "{:?}",
            hers.keys()
        );
        assert!(!hers.values().any(|text| text.contains("CNRY-a-1-answer") || text.contains("SECRET")));
    }
}

/// How many entries of a kind the trail has about a patient.
async fn entries(app: &App, patient: &str, action: &str) -> usize {
    let auditor = app.user("auditor@a.example.org").await;
    let filter = json!({ "patient": patient, "action": action });
    let page = json!({ "after": null, "limit": null });
    let trail = auditor.call("history/list", json!({ "filter": filter, "page": page })).await.is(200).json();
    trail["rows"].as_array().unwrap().len()
}

async fn taken(app: &App, patient: &str) -> usize {
    entries(app, patient, "record_downloaded").await
}

// SS-06, AD-08: whoever holds a copied cookie and not the password takes nothing along.
#[tokio::test]
async fn the_password_comes_first() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let by = app.practitioner().await;
        let (lien, patient) = app.portal_user(&by, 'a', 1).await;
        let page = format!("/portal/{patient}/download");
        let file = format!("/download/{patient}");
        assert!(lien.get(&page).await.is(200).text().contains(&file), "the password was typed just now");
        app.later(Span::minutes(11));
        let shown = lien.get(&page).await.is(200).text();
        assert!(shown.contains("First, your password") && !shown.contains(&file), "{shown}");
        let asked = take(&lien, &patient).await.is(303);
        assert_eq!(asked.header("location"), Some(&*page));
        let refused = lien.send(lien.request("GET", &file).header("accept", "application/json")).await.is(403);
        assert_eq!(refused.json()["error"], "step_up");
        lien.post("account/step_up", &[("password", "not this one")]).await.is(422);
        assert_eq!(take(&lien, &patient).await.status, 303);
        assert_eq!(taken(&app, &patient).await, 0);
        lien.post("account/step_up", &[("password", NEW_PASSWORD)]).await.is(200);
        assert!(lien.get(&page).await.is(200).text().contains(&file));
        take(&lien, &patient).await.is(200);
    }
}

// SS-05: what is cut off never looks whole, whether the record was closed or the session ended while it was sent.
#[tokio::test]
async fn what_is_cut_off_never_looks_whole() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let by = app.practitioner().await;
        let (lien, patient) = app.portal_user(&by, 'a', 1).await;
        for n in 0..10 {
            let file = by.send_file(&patient, &format!("CNRY-a-1-{n}.txt"), &b"of ours ".repeat(200_000)).await;
            by.call("files/share", json!({ "patient": patient, "id": file })).await.is(200);
        }
        let request = lien.request("GET", &format!("/download/{patient}"));
        let rest = async |mut stream: TcpStream| {
            let mut bytes = Vec::new();
            let _ = timeout(Duration::from_secs(40), stream.read_to_end(&mut bytes)).await.expect("it ends");
            bytes
        };
        let end = b"\r\n0\r\n\r\n";
        assert!(rest(request.begin(app.address).await).await.ends_with(end), "left alone it is whole");

        let stream = request.begin(app.address).await;
        let users = by.call("portal_users/list", json!({ "patient": patient })).await.is(200).json();
        let grant = json!({ "patient": patient, "id": users[0]["id"] });
        by.call("portal_users/suspend", grant.clone()).await.is(200);
        let bytes = rest(stream).await;
        assert!(!bytes.ends_with(end) && bytes.len() < 14_000_000, "{engine:?}: closed, {} bytes", bytes.len());
        by.call("portal_users/restore", grant).await.is(200);

        let stream = request.begin(app.address).await;
        lien.post("account/sign_out", &[]).await.is(200);
        tokio::time::sleep(Duration::from_millis(4_100)).await;
        let bytes = rest(stream).await;
        assert!(!bytes.ends_with(end) && bytes.len() < 14_000_000, "{engine:?}: signed out, {} bytes", bytes.len());
    }
}

// a file that is lost takes nothing else with it.
#[tokio::test]
async fn a_lost_file_is_named() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let by = app.practitioner().await;
        let (lien, patient) = app.portal_user(&by, 'a', 1).await;
        let lost = lien.send_file(&patient, "CNRY-a-1-lost.txt", b"CNRY-a-1-gone").await;
        lien.send_file(&patient, "CNRY-a-1-there.txt", b"CNRY-a-1-kept").await;
        std::fs::remove_file(app.kept_file(&lost)).unwrap();
        let all = unpacked(&take(&lien, &patient).await.is(200));
        let of = |part: &str| all.iter().find(|(name, _)| name.contains(part)).map(|(_, text)| text.as_str());
        assert_eq!(of("there.txt"), Some("CNRY-a-1-kept"));
        assert!(of("lost.txt").unwrap().contains("It could not be opened"), "{all:?}");
        assert!(of("Who looked").is_some(), "what stands behind it is there");
    }
}

// PT-26, PX-01, PX-02: as each of the wrong people.
#[tokio::test]
async fn nobody_else_takes_it_along() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let by = app.practitioner().await;
        let (lien, patient) = app.portal_user(&by, 'a', 1).await;
        let mum = app.proxy(&by, &patient, "mum@example.org", "edit", "clinical").await;
        let aunt = app.proxy(&by, &patient, "aunt@example.org", "edit", "administrative").await;
        assert_eq!(take(&app.anon(), &patient).await.status, 401);
        assert_eq!(take(&by, &patient).await.status, 403, "the practice has its own ways");
        assert_eq!(take(&aunt, &patient).await.status, 404, "who is here for appointments");
        let page = format!("/portal/{patient}/download");
        assert_eq!(aunt.get(&page).await.status, 404);
        assert!(!aunt.get(&format!("/portal/{patient}")).await.is(200).text().contains(&page));
        assert!(lien.get(&format!("/portal/{patient}")).await.is(200).text().contains(&page));
        assert!(lien.get(&page).await.is(200).text().contains(&format!("/download/{patient}")));
        // Whoever acts for the patient and sees what is shared takes along what they see: not who looked.
        let own = unpacked(&take(&mum, &patient).await.is(200));
        assert!(own.contains_key("Details.txt") && !own.keys().any(|name| name.starts_with("Who looked")), "{own:?}");
        // Nothing is counted or written down by looking for it.
        let head = lien.send(lien.request("HEAD", &format!("/download/{patient}"))).await;
        assert_eq!(head.status, 405);
        for method in ["POST", "PUT", "DELETE"] {
            assert_eq!(lien.send(lien.request(method, &format!("/download/{patient}"))).await.status, 405, "{method}");
        }
        // From another site nobody starts it, not even by a link that is followed.
        for site in ["cross-site", "same-site"] {
            let crossed = lien.request("GET", &format!("/download/{patient}")).without("sec-fetch-site");
            let crossed = crossed.header("sec-fetch-site", site);
            let followed = crossed.clone().header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
            for request in [crossed, followed] {
                assert_eq!(lien.send(request).await.status, 403, "{site}");
            }
        }
        assert_eq!(taken(&app, &patient).await, 1, "by the mother, and by nobody else");
        // After it ended.
        let users = by.call("portal_users/list", json!({ "patient": patient })).await.is(200).json();
        let grant = users.as_array().unwrap().iter().find(|user| user["email"] == "mum@example.org").unwrap();
        by.call("portal_users/suspend", json!({ "patient": patient, "id": grant["id"] })).await.is(200);
        assert_eq!(take(&mum, &patient).await.status, 404);
    }
}

// TG-08: a few within a minute, and no more.
#[tokio::test]
async fn it_is_not_taken_along_without_end() {
    let app = App::start(ENGINES[0]).await;
    let by = app.practitioner().await;
    let (lien, patient) = app.portal_user(&by, 'a', 1).await;
    for _ in 0..3 {
        take(&lien, &patient).await.is(200);
    }
    assert_eq!(take(&lien, &patient).await.status, 429);
    app.later(Span::minutes(1));
    take(&lien, &patient).await.is(200);
}
