//! Documents over HTTP: each door as each of the wrong people, the right ones, GET /pdf/:patient/:record, and what the server
//! decides by itself.

use std::time::Duration;

use domain::{
    account::Door,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use serde_json::{Value, json};

use crate::{
    app::{App, ENGINES, Engine, NO_SETTINGS, PASSWORD, Persona},
    client::Response,
};

/// Stands in the document and in no answer to the wrong person, whatever canaries they may see.
const TEXT: &str = "Zyzzogeton";
/// An id of no document.
const NOTHING: &str = "doc_000000000000000000000000deadbeef";

/// Every door of the console but `documents/begin`: its body for a document.
fn doors(patient: &str, document: &str, version: i64) -> Vec<(&'static str, Value)> {
    let page = json!({ "after": null, "limit": null });
    let form = json!({ "title": "Mine", "kind": "plan", "body": "Mine", "asks": "" });
    let of = |more: Value| {
        let mut body = json!({ "patient": patient, "id": document });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    vec![
        ("documents/list", json!({ "patient": patient, "kind": null, "page": page })),
        ("documents/open", of(json!({}))),
        ("documents/as_patient", of(json!({}))),
        ("documents/pdf", of(json!({}))),
        ("documents/save", of(json!({ "version": version, "form": form }))),
        ("documents/complete", of(json!({ "version": version, "form": form }))),
        ("documents/discard", of(json!({ "version": version }))),
        ("documents/withdraw", of(json!({}))),
    ]
}

fn text(kind: &str) -> Value {
    json!({ "title": TEXT, "kind": kind, "body": format!("{TEXT} CNRY-a-1-document"), "asks": "yes" })
}

/// A draft: its version is 1.
async fn draft(by: &Persona, patient: &str, kind: &str) -> String {
    let begun = by.call("documents/begin", json!({ "patient": patient, "form": text(kind) })).await.is(200).json();
    begun.as_str().unwrap().to_owned()
}

async fn complete(by: &Persona, patient: &str, document: &str, form: Value) {
    let body = json!({ "patient": patient, "id": document, "version": 1, "form": form });
    by.call("documents/complete", body).await.is(200);
}

/// A completed one that asks whoever reads it to say so: its version is 2.
async fn completed(by: &Persona, patient: &str, kind: &str) -> String {
    let document = draft(by, patient, kind).await;
    complete(by, patient, &document, text(kind)).await;
    document
}

async fn withdraw(by: &Persona, patient: &str, document: &str) -> Response {
    by.call("documents/withdraw", json!({ "patient": patient, "id": document })).await
}

async fn open(by: &Persona, patient: &str, document: &str) -> Response {
    by.call("documents/open", json!({ "patient": patient, "id": document })).await
}

async fn own(by: &Persona, patient: &str) -> Response {
    by.post("documents/own", &[("patient", patient)]).await
}

async fn read(by: &Persona, patient: &str, document: &str) -> Response {
    by.post("documents/read", &[("patient", patient), ("id", document)]).await
}

async fn acknowledge(by: &Persona, patient: &str, document: &str) -> Response {
    by.post("documents/acknowledge", &[("patient", patient), ("id", document)]).await
}

/// Saves a PDF, as a script would.
async fn save(by: &Persona, patient: &str, record: &str) -> Response {
    by.send(by.request("GET", &format!("/pdf/{patient}/{record}"))).await
}

/// The rows of the portal's list.
async fn rows(by: &Persona, patient: &str) -> Value {
    own(by, patient).await.is(200).json()["documents"]["rows"].clone()
}

/// How many documents Home says are new.
async fn unread(by: &Persona, patient: &str) -> Value {
    by.post("portal/frame", &[("patient", patient)]).await.is(200).json()["unread_documents"].clone()
}

/// How many documents Home says are new, and how many it asks to confirm.
async fn counts(by: &Persona, patient: &str) -> [i64; 2] {
    let frame = by.post("portal/frame", &[("patient", patient)]).await.is(200).json();
    ["unread_documents", "unconfirmed_documents"].map(|count| frame[count].as_i64().unwrap())
}

/// Sets which types of documents the portal of group `a` does not show.
async fn hide(by: &Persona, types: Option<&str>) -> Response {
    let settings = by.call("settings/patient_access", json!({})).await.is(200).json();
    let mut form = json!({
        "invitations": "yes", "link_hours": "24", "reminders": "yes", "updates": "approval", "note_sharing": "yes",
    });
    if let Some(types) = types {
        form["hidden_documents"] = json!(types);
    }
    by.call("settings/save_patient_access", json!({ "version": settings["version"], "form": form })).await
}

/// How often this stands in the trail of group `a` about this.
async fn told_of(app: &App, action: &str, detail: &str) -> usize {
    let mut work = app.services.store.read().await.unwrap();
    let chain = work.unscoped_chain(&app.group_a.to_string(), 0, 500).await.unwrap();
    chain.iter().filter(|entry| entry.action == action && entry.detail == detail).count()
}

#[track_caller]
fn is_not_kept(response: &Response) {
    let kept = response.header("cache-control").unwrap_or_default();
    assert!(kept.contains("no-store"), "{kept:?}: {}", response.text());
}

/// The part of an answer that may tell something: everything but the time and the request's own number.
fn told(response: &Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| name != "date" && name != "x-request-id");
    (response.status, headers, response.text())
}

/// At every way in of the portal this document is as one that never was.
async fn is_not_there(person: &Persona, patient: &str, document: &str) {
    for (there, never) in [
        (read(person, patient, document).await, read(person, patient, NOTHING).await),
        (acknowledge(person, patient, document).await, acknowledge(person, patient, NOTHING).await),
        (save(person, patient, document).await, save(person, patient, NOTHING).await),
    ] {
        assert_eq!(told(&there), told(&never));
        assert_eq!((there.status, there.error().as_str()), (404, "not_found"));
    }
    let path = format!("/portal/{patient}/documents/{document}");
    assert!(!person.get(&path).await.is(404).text().contains(TEXT));
    // A page that was left open asks whether it may still be shown.
    assert_eq!(person.send(person.request("HEAD", &path)).await.status, 404);
    let listed = own(person, patient).await;
    assert!(!listed.text().contains(document), "{}", listed.text());
}

// S3-07, S3-08, S3-10
#[tokio::test]
async fn a_document_goes_to_the_patient_and_to_nobody_else() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, theirs) = app.portal_user(&author, 'a', 2).await;
        let mum = app.proxy(&author, &patient, "mum@example.org", "edit", "clinical").await;
        let aunt = app.proxy(&author, &patient, "aunt@example.org", "edit", "administrative").await;
        let document = draft(&author, &patient, "letter").await;
        for person in [&lien, &mum] {
            is_not_there(person, &patient, &document).await;
            assert_eq!(rows(person, &patient).await, json!([]));
            assert_eq!(unread(person, &patient).await, 0);
        }
        complete(&author, &patient, &document, text("letter")).await;
        let letter = app.mailer.wait("mum@example.org", 2).await;
        let letter = format!("{} {} {} {}", letter.from_name, letter.subject, letter.text, letter.html);
        assert!(letter.contains("Practice Alpha") && !letter.contains(TEXT) && !letter.contains("CNRY-"), "{letter}");
        app.mailer.wait(&crate::app::patient_email('a', 1), 2).await;
        for person in [&lien, &mum] {
            assert_eq!(unread(person, &patient).await, 1);
            let list = own(person, &patient).await.is(200);
            is_not_kept(&list);
            let row = list.json()["documents"]["rows"][0].clone();
            assert_eq!(
                [&row["id"], &row["kind"], &row["unread"], &row["asks"]],
                [&json!(document), &json!("letter"), &json!(true), &json!(true)]
            );
            let home = person.get(&format!("/portal/{patient}")).await.is(200).text();
            assert!(home.contains("New documents") && !home.contains(TEXT));
            // Asking whether a page may still be shown is no reading.
            let path = format!("/portal/{patient}/documents/{document}");
            assert_eq!(person.send(person.request("HEAD", &path)).await.status, 200);
            assert_eq!(counts(person, &patient).await, [1, 0]);
            let answer = read(person, &patient, &document).await.is(200);
            is_not_kept(&answer);
            assert_eq!(counts(person, &patient).await, [0, 1]);
            assert!(answer.text().contains("CNRY-a-1-document") && answer.json()["acknowledged_at"].is_null());
            let page = person.get(&format!("/portal/{patient}/documents/{document}")).await.is(200);
            is_not_kept(&page);
            assert!(page.text().contains("CNRY-a-1-document"));
            assert_eq!(unread(person, &patient).await, 0);
            assert_eq!(rows(person, &patient).await[0]["unread"], false);
            assert!(!person.get(&format!("/portal/{patient}")).await.is(200).text().contains("New documents"));
        }
        // Here for appointments, another patient's, and somebody else's record with the right document: as if it were not there.
        for (person, at) in [(&aunt, &patient), (&stranger, &patient), (&stranger, &theirs)] {
            is_not_there(person, at, &document).await;
        }
        own(&stranger, &patient).await.is(404);
        is_not_kept(&own(&aunt, &patient).await.is(404));
        aunt.get(&format!("/portal/{patient}/documents")).await.is(404);
        assert_eq!(unread(&aunt, &patient).await, 0);
        // Nobody, and the other side of the house.
        let anon = app.anon();
        for (person, status, error) in [(&anon, 401, "not_signed_in"), (&author, 403, "forbidden")] {
            for answer in [
                own(person, &patient).await,
                read(person, &patient, &document).await,
                acknowledge(person, &patient, &document).await,
                save(person, &patient, &document).await,
            ] {
                assert_eq!(answer.is(status).error(), error);
            }
        }
        let seen = open(&author, &patient, &document).await.is(200).json();
        let readers = seen["readers"].as_array().unwrap();
        assert!(readers.len() == 2 && readers.iter().all(|reader| reader["acknowledged_at"].is_null()), "{seen}");
        // Taken back: at once.
        withdraw(&author, &patient, &document).await.is(200);
        for person in [&lien, &mum] {
            is_not_there(person, &patient, &document).await;
            assert_eq!(counts(person, &patient).await, [0, 0]);
        }
        // It stays in the record; taking it back again changes nothing.
        let state = open(&author, &patient, &document).await.is(200).json()["state"].clone();
        assert_eq!(state["state"], "withdrawn");
        withdraw(&author, &patient, &document).await.is(200);
        assert_eq!(open(&author, &patient, &document).await.is(200).json()["state"], state);
        // An id of something else is no id.
        assert_eq!(read(&lien, &patient, &patient).await.status, 400);
    }
}

// PR-01, PT-31, S3-07, S3-10: whoever is not to write it, or not to see it, at each door; a portal user completes and signs nothing.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn the_wrong_person_passes_no_door() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, _) = app.portal_user(&author, 'a', 2).await;
        let aunt = app.proxy(&author, &patient, "aunt@example.org", "edit", "administrative").await;
        let done = completed(&author, &patient, "letter").await;
        let begun = draft(&author, &patient, "letter").await;
        let before = [open(&author, &patient, &done).await.json(), open(&author, &patient, &begun).await.json()];
        // Who they are; what they get for looking, for a paper, for writing.
        let people = [
            ("full@b.example.org", 404, 404, 404),
            ("personal@a.example.org", 404, 404, 404),
            // A colleague with no relationship.
            ("own@a.example.org", 404, 404, 404),
            ("calendar@a.example.org", 404, 404, 404),
            ("finance@a.example.org", 404, 404, 404),
            ("hidden@a.example.org", 404, 404, 404),
            ("reader@a.example.org", 200, 403, 403),
        ];
        let mut pairs = 0;
        for (email, looks, prints, writes) in people {
            let mut person = app.user_at_once(email).await;
            if looks == 404 {
                person.may_see.clear();
            }
            let all = [(&done, 2), (&begun, 1)].map(|(document, version)| doors(&patient, document, version));
            for (door, body) in all.into_iter().flatten() {
                let expected = match door {
                    "documents/list" | "documents/open" | "documents/as_patient" => looks,
                    "documents/pdf" => prints,
                    _ => writes,
                };
                let answer = person.call(door, body).await;
                assert_eq!(answer.status, expected, "{engine:?} {email} at {door}: {}", answer.text());
                assert_eq!(answer.text().contains(TEXT), expected == 200, "{email} at {door}");
                is_not_kept(&answer);
                pairs += 1;
            }
            let answer = person.call("documents/begin", json!({ "patient": patient, "form": text("plan") })).await;
            assert_eq!(answer.status, writes, "{engine:?} {email}: {}", answer.text());
            // What is refused and what never was are the same.
            if looks == 404 {
                let [there, never] = [done.as_str(), NOTHING].map(|document| doors(&patient, document, 2));
                for ((door, there), (_, never)) in there.into_iter().zip(never) {
                    let answers = [person.call(door, there).await, person.call(door, never).await];
                    assert_eq!(told(&answers[0]), told(&answers[1]), "{email} at {door}");
                }
            }
        }
        for person in [&lien, &stranger, &aunt] {
            for (door, body) in doors(&patient, &done, 2) {
                assert_eq!(person.call(door, body).await.is(403).error(), "forbidden", "{door}: the other side");
                pairs += 1;
            }
            person.call("documents/begin", json!({ "patient": patient, "form": text("plan") })).await.is(403);
        }
        for (door, body) in doors(&patient, &done, 2) {
            assert_eq!(app.anon().call(door, body).await.is(401).error(), "not_signed_in");
        }
        println!("{pairs} pairs of person and door on {engine:?}");
        // Of all that nothing was changed.
        let after = [open(&author, &patient, &done).await.json(), open(&author, &patient, &begun).await.json()];
        assert_eq!(after, before);
        let (_, list) = doors(&patient, &done, 2).remove(0);
        let listed = author.call("documents/list", list).await.is(200).json();
        assert_eq!(listed["documents"]["rows"].as_array().unwrap().len(), 2, "{listed}");
    }
}

// S3-07: whom a clinical or a full level lets treat everybody, and who has a relationship, write and look.
#[tokio::test]
async fn the_right_people_write_and_look() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let patient = app.patient(&author, 'a', 1).await;
        for email in ["clinical@a.example.org", "admin@a.example.org", "full@a.example.org"] {
            let person = app.user_at_once(email).await;
            let document = draft(&person, &patient, "report").await;
            let shown = open(&person, &patient, &document).await.is(200).json();
            assert_eq!((&shown["state"]["state"], &shown["version"]), (&json!("draft"), &json!(1)), "{shown}");
            assert_eq!(shown["may"], json!({ "edit": true, "withdraw": false }));
            let saved = json!({ "patient": patient, "id": document, "version": 1, "form": text("plan") });
            assert_eq!(person.call("documents/save", saved).await.is(200).json(), 2);
            let look = json!({ "patient": patient, "id": document });
            let seen = person.call("documents/as_patient", look.clone()).await.is(200).json();
            assert_eq!((&seen["text"]["kind"], &seen["text"]["title"]), (&json!("plan"), &json!(TEXT)), "{seen}");
            let body = json!({ "patient": patient, "id": document, "version": 2, "form": text("plan") });
            person.call("documents/complete", body).await.is(200);
            let shown = open(&person, &patient, &document).await.is(200).json();
            assert_eq!(shown["may"], json!({ "edit": false, "withdraw": true }));
            let list =
                |kind: &str| json!({ "patient": patient, "kind": kind, "page": { "after": null, "limit": null } });
            let listed = person.call("documents/list", list("plan")).await.is(200).text();
            assert!(listed.contains(&document), "{listed}");
            assert!(!person.call("documents/list", list("report")).await.is(200).text().contains(&document));
            // Another one is thrown away, and is gone.
            let other = draft(&person, &patient, "other").await;
            let away = json!({ "patient": patient, "id": other, "version": 1 });
            person.call("documents/discard", away.clone()).await.is(200);
            open(&person, &patient, &other).await.is(404);
            person.call("documents/discard", away).await.is(404);
        }
        // A colleague, while there is a relationship.
        let account = app.account("own@a.example.org").await;
        let colleague = app.user_at_once("own@a.example.org").await;
        let user = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap()[0].user.clone();
        let form = json!({ "patient": patient, "form": text("letter") });
        colleague.call("documents/begin", form.clone()).await.is(404);
        app.relate(&user, &patient, domain::access::Relationship::Granted).await;
        colleague.call("documents/begin", form.clone()).await.is(200);
        app.relate(&user, &patient, domain::access::Relationship::Revoked).await;
        colleague.call("documents/begin", form).await.is(404);
    }
}

// S3-09, S3-10: what is of a hidden type is not there for anybody in the portal, whoever they are, until it is shown again.
#[tokio::test]
async fn a_hidden_type_is_as_if_it_never_was() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let mum = app.proxy(&author, &patient, "mum@example.org", "edit", "clinical").await;
        let report = completed(&author, &patient, "report").await;
        app.mailer.wait("mum@example.org", 2).await;
        let plan = completed(&author, &patient, "plan").await;
        app.mailer.wait("mum@example.org", 3).await;
        read(&lien, &patient, &report).await.is(200);
        assert_eq!(unread(&mum, &patient).await, 2);
        hide(&author, Some("report receipt")).await.is(200);
        for person in [&lien, &mum] {
            is_not_there(person, &patient, &report).await;
            let listed = rows(person, &patient).await;
            assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &json!(plan)), "{listed}");
            assert_eq!(unread(person, &patient).await, 1);
        }
        // One that is completed while it is hidden is no news to anybody.
        let receipt = completed(&author, &patient, "receipt").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(app.mailer.to("mum@example.org").len(), 3);
        is_not_there(&mum, &patient, &receipt).await;
        assert_eq!(unread(&mum, &patient).await, 1);
        // The practice sees them, and that they are hidden.
        let shown = open(&author, &patient, &report).await.is(200).json();
        assert_eq!(shown["hidden"], json!(["report", "receipt"]));
        // A page that does not know the setting yet leaves it as it is.
        hide(&author, None).await.is(200);
        is_not_there(&lien, &patient, &report).await;
        hide(&author, Some("")).await.is(200);
        read(&lien, &patient, &report).await.is(200);
        read(&mum, &patient, &receipt).await.is(200);
        assert_eq!(rows(&lien, &patient).await.as_array().unwrap().len(), 3);
    }
}

// S3-09: the setting takes types that there are and no others, and is for who may change settings.
#[tokio::test]
async fn only_types_that_there_are_can_be_hidden() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        hide(&author, Some("plan")).await.is(200);
        for types in ["nothing", "letter nothing", "Letter", "letter,plan"] {
            let refused = hide(&author, Some(types)).await.is(422);
            assert_eq!(refused.error(), "invalid");
            let detail = refused.json()["detail"].to_string();
            assert!(detail.contains("hidden_documents") && detail.contains("not_a_choice"), "{detail}");
        }
        let kept = author.call("settings/patient_access", json!({})).await.is(200).json();
        assert_eq!(kept["hidden_documents"], json!(["plan"]), "{kept}");
        let form = json!({
            "invitations": "yes", "link_hours": "24", "reminders": "yes", "updates": "approval",
            "hidden_documents": "letter",
        });
        let body = json!({ "version": kept["version"], "form": form });
        for (email, status) in [("clinical@a.example.org", 403), ("reader@a.example.org", 403)] {
            app.user_at_once(email).await.call("settings/save_patient_access", body.clone()).await.is(status);
        }
        assert_eq!(author.call("settings/patient_access", json!({})).await.is(200).json(), kept);
    }
}

// S3-08: said once, by whom it was asked, and told to the practice; without scripts it leads back to the document.
#[tokio::test]
async fn reading_is_confirmed_with_and_without_scripts() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let mum = app.proxy(&author, &patient, "mum@example.org", "edit", "clinical").await;
        let document = completed(&author, &patient, "letter").await;
        let path = format!("/portal/{patient}/documents/{document}");
        let page = lien.get(&path).await.is(200).text();
        assert!(page.contains("/api/documents/acknowledge?page=") && page.contains("I have read it"));
        let fields = [("patient", patient.as_str()), ("id", document.as_str())];
        let back = lien.form("documents/acknowledge", &path, &fields).await.is(303);
        assert_eq!(back.location(), path);
        let page = lien.get(back.location()).await.is(200).text();
        assert!(page.contains("You confirmed having read it:") && !page.contains("I have read it"));
        let at = read(&lien, &patient, &document).await.is(200).json()["acknowledged_at"].clone();
        assert!(at.is_number(), "{at}");
        // Again: the first time stands.
        let elsewhere = format!("/portal/{patient}/documents");
        let again = lien.form("documents/acknowledge", &elsewhere, &fields).await.is(303);
        assert_eq!(again.location(), path, "from wherever it was said");
        acknowledge(&lien, &patient, &document).await.is(200);
        assert_eq!(read(&lien, &patient, &document).await.is(200).json()["acknowledged_at"], at);
        assert_eq!(rows(&lien, &patient).await[0]["asks"], false);
        // Each for themselves.
        assert_eq!(rows(&mum, &patient).await[0]["asks"], true);
        let readers = || async { open(&author, &patient, &document).await.is(200).json()["readers"].clone() };
        let one = readers().await;
        assert_eq!((one.as_array().unwrap().len(), &one[0]["acknowledged_at"]), (1, &at), "{one}");
        // Who says so has read it, also without the page.
        assert_eq!(counts(&mum, &patient).await, [1, 0]);
        assert_eq!(counts(&lien, &patient).await, [0, 0]);
        acknowledge(&mum, &patient, &document).await.is(200);
        assert_eq!(readers().await.as_array().unwrap().len(), 2);
        assert_eq!(counts(&mum, &patient).await, [0, 0]);
        let (_, list) = doors(&patient, &document, 2).remove(0);
        let row = author.call("documents/list", list).await.is(200).json()["documents"]["rows"][0].clone();
        assert_eq!((&row["acknowledged"], &row["by_patient"]), (&json!(2), &json!(true)), "{row}");
        // One that does not ask takes none, and a refused form stands on its page with words.
        let plain = draft(&author, &patient, "letter").await;
        let mut form = text("letter");
        form["asks"] = json!("");
        complete(&author, &patient, &plain, form).await;
        acknowledge(&lien, &patient, &plain).await.is(404);
        assert!(!read(&lien, &patient, &plain).await.is(200).text().contains("acknowledged_at\":1"));
        let path = format!("/portal/{patient}/documents/{plain}");
        let refused = lien.form("documents/acknowledge", &path, &[("patient", &patient), ("id", &plain)]).await;
        assert_eq!(refused.status, 404);
        // Somebody who may not, and nobody, are led nowhere near it.
        let fields = [("patient", patient.as_str()), ("id", document.as_str())];
        let anon = app.anon().form("documents/acknowledge", &path, &fields).await;
        assert!(anon.location().starts_with("/sign-in") || anon.status == 401, "{} {}", anon.status, anon.location());
    }
}

// S3-07, S3-08: what a reader of the portal saves as a file.
#[tokio::test]
async fn a_paper_is_saved_by_who_may_read_it() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let aunt = app.proxy(&author, &patient, "aunt@example.org", "edit", "administrative").await;
        let title = "Plan: \"knee\"/Über..\\x; é\u{0627}";
        let form = json!({ "title": title, "kind": "plan", "body": "Walk", "asks": "yes" });
        let document = author.call("documents/begin", json!({ "patient": patient, "form": form })).await;
        let document = document.is(200).json().as_str().unwrap().to_owned();
        save(&lien, &patient, &document).await.is(404);
        complete(&author, &patient, &document, form).await;
        let note = json!({ "title": "A note", "category": "plan", "body": "Walk" });
        let id = author.call("notes/begin", json!({ "patient": patient, "form": note })).await.is(200).json();
        let id = id.as_str().unwrap().to_owned();
        let publish = json!({ "patient": patient, "id": id, "version": 0, "form": note });
        author.call("notes/publish", publish).await.is(200);
        // Not shared: not there.
        let nothing = save(&lien, &patient, "not_000000000000000000000000deadbeef").await;
        assert_eq!(told(&save(&lien, &patient, &id).await), told(&nothing));
        assert_eq!(nothing.is(404).error(), "not_found");
        let share = json!({ "patient": patient, "id": id, "version": 1, "form": { "on": "" } });
        author.call("notes/share_with_patient", share).await.is(200);

        // Asking for the head alone is no reading.
        for record in [&document, &id] {
            let head = lien.send(lien.request("HEAD", &format!("/pdf/{patient}/{record}"))).await;
            assert_eq!((head.status, head.body.len()), (405, 0));
        }
        assert_eq!(unread(&lien, &patient).await, 1);
        assert_eq!(told_of(&app, "document_viewed", &document).await, 0);
        assert_eq!(told_of(&app, "record_printed", &document).await, 0);
        assert_eq!(open(&author, &patient, &document).await.is(200).json()["readers"], json!([]));

        for (record, name) in [(&document, "Plan_ _knee"), (&id, "A note.pdf\"")] {
            let answer = save(&lien, &patient, record).await.is(200);
            let only = |name: &str| {
                let mut all = answer.all(name);
                let value = all.next().unwrap_or_else(|| panic!("no {name}")).to_owned();
                assert_eq!(all.next(), None, "{name} twice");
                value
            };
            assert!(answer.body.starts_with(b"%PDF-") && answer.body.len() > 1_000);
            assert_eq!(only("content-type"), "application/pdf");
            assert_eq!(only("x-content-type-options"), "nosniff");
            assert_eq!(only("cross-origin-resource-policy"), "same-origin");
            assert!(only("cache-control").contains("no-store"));
            let policy = only("content-security-policy");
            assert!(policy.starts_with("sandbox; default-src 'none';") && !policy.contains("allow-"), "{policy}");
            let disposition = only("content-disposition");
            let rest = disposition.strip_prefix("attachment; filename=\"").expect("an attachment");
            assert!(rest.starts_with(name), "{disposition}");
            let (plain, whole) = rest.split_once('"').unwrap();
            assert!(plain.ends_with(".pdf") && !plain.contains(['/', '\\', ':', '"']), "{plain}");
            let whole = whole.strip_prefix("; filename*=UTF-8''").expect("the whole name");
            assert!(whole.chars().all(|c| c.is_ascii_alphanumeric() || ".-_%".contains(c)), "{whole}");
            assert_eq!(told_of(&app, "record_printed", record).await, 1);
        }
        // Who saves it has read it.
        assert_eq!(unread(&lien, &patient).await, 0);
        // The author looked; that the patient read it is told as what it was.
        assert_eq!(told_of(&app, "document_viewed", &document).await, 1);
        let readers = open(&author, &patient, &document).await.is(200).json()["readers"].clone();
        assert_eq!((readers.as_array().unwrap().len(), &readers[0]["acknowledged_at"]), (1, &Value::Null), "{readers}");

        for record in [&document, &id] {
            assert_eq!(save(&aunt, &patient, record).await.is(404).error(), "not_found");
            assert_eq!(save(&app.anon(), &patient, record).await.is(401).error(), "not_signed_in");
            assert_eq!(save(&author, &patient, record).await.is(403).error(), "forbidden");
            // The record of nobody, and of the document itself.
            save(&lien, "pat_000000000000000000000000deadbeef", record).await.is(404);
        }
        // What is no id, or the id of something else.
        for record in ["x", "doc_", "doc_x", "..%2f..%2fetc", "%00", patient.as_str()] {
            assert_eq!(save(&lien, &patient, record).await.is(404).error(), "not_found", "{record}");
        }
        save(&lien, "x", &document).await.is(404);
        // Nothing else has an effect there.
        for method in ["POST", "PUT", "DELETE"] {
            let answer = lien.send(lien.request(method, &format!("/pdf/{patient}/{document}"))).await;
            assert!([403, 405].contains(&answer.status), "{method}: {}", answer.status);
        }
        assert_eq!(told_of(&app, "record_printed", &document).await, 1);
    }
}

// AD-08, SS-06, S3-08: a paper leaves the console with the right to export and the password just now only.
#[tokio::test]
async fn a_paper_leaves_the_console_with_the_password_only() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let exporter = app.user("auditor@a.example.org").await;
        let patient = app.patient(&author, 'a', 1).await;
        let document = completed(&author, &patient, "letter").await;
        let form = json!({ "title": TEXT, "category": "plan", "body": TEXT });
        let note = author.call("notes/begin", json!({ "patient": patient, "form": form })).await.is(200).json();
        let draft = json!({ "patient": patient, "id": note });
        // A draft of a note is nobody's paper, its author's neither.
        let refused = author.call("notes/pdf", draft.clone()).await.is(403).json();
        assert_eq!(refused["detail"], "setting");
        exporter.call("notes/pdf", draft).await.is(404);
        let both = AccessSettings { export_data: true, ..NO_SETTINGS };
        let user = app.add_user("both@a.example.org", Level::Full, both, UserState::Active).await;
        let writer = app.session(user.account, Door::Console, Some(user.id)).await;
        let own = writer.call("notes/begin", json!({ "patient": patient, "form": form })).await.is(200).json();
        writer.call("notes/pdf", json!({ "patient": patient, "id": own })).await.is(404);
        let publish = json!({ "patient": patient, "id": note, "version": 0, "form": form });
        author.call("notes/publish", publish).await.is(200);
        for (door, id) in [("documents/pdf", json!(document)), ("notes/pdf", note)] {
            exporter.post("account/step_up", &[("password", PASSWORD)]).await.is(200);
            let detail = id.as_str().unwrap().to_owned();
            let body = json!({ "patient": patient, "id": id });
            let printed = async |who: &Persona| who.call(door, body.clone()).await;
            assert!(
                printed(&exporter).await.is(200).json()["base64"].as_str().unwrap().starts_with("JVBERi"),
                "{door}"
            );
            assert_eq!(told_of(&app, "record_printed", &detail).await, 1, "{door}");
            app.later(Span::minutes(11));
            assert_eq!(printed(&exporter).await.is(403).error(), "step_up", "{door}");
            exporter.post("account/step_up", &[("password", "not this one")]).await.is(422);
            assert_eq!(printed(&exporter).await.is(403).error(), "step_up", "{door}");
            exporter.post("account/step_up", &[("password", PASSWORD)]).await.is(200);
            printed(&exporter).await.is(200);
            // Who may not export at all is told why, and not asked for a password that would not help.
            let refused = printed(&app.practitioner().await).await.is(403).json();
            assert_eq!(refused, json!({ "error": "forbidden", "detail": "setting" }), "{door}");
            printed(&app.user("full@b.example.org").await).await.is(404);
            printed(&app.user("personal@a.example.org").await).await.is(404);
            assert_eq!(app.anon().call(door, body.clone()).await.is(401).error(), "not_signed_in");
            assert_eq!(told_of(&app, "record_printed", &detail).await, 2, "{door}");
            app.later(Span::minutes(11));
        }
        // What is being written, and what was taken back, is nobody's paper.
        exporter.post("account/step_up", &[("password", PASSWORD)]).await.is(200);
        let author = app.practitioner().await;
        let begun = self::draft(&author, &patient, "letter").await;
        withdraw(&author, &patient, &document).await.is(200);
        for id in [&begun, &document] {
            let refused = exporter.call("documents/pdf", json!({ "patient": patient, "id": id })).await.is(409).json();
            assert_eq!(refused["detail"], "document_not_completed", "{id}");
        }
        assert_eq!(told_of(&app, "record_printed", &begun).await, 0);
        // The patient's log tells that documents are read, not that one is begun.
        open(&author, &patient, &begun).await.is(200);
        assert_eq!(told_of(&app, "document_viewed", &begun).await, 0);
        assert_eq!(told_of(&app, "document_draft_opened", &begun).await, 1);
    }
}

// TG-08: one person does not keep the press from everybody; what is refused counts for nothing, and after a while they go on.
#[tokio::test]
async fn one_person_prints_so_many_papers_and_no_more() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let mum = app.proxy(&author, &patient, "mum@example.org", "edit", "clinical").await;
        let document = completed(&author, &patient, "letter").await;
        for _ in 0..domain::limits::THROTTLE_PRINTS {
            save(&lien, &patient, NOTHING).await.is(404);
        }
        for _ in 0..domain::limits::THROTTLE_PRINTS {
            save(&lien, &patient, &document).await.is(200);
        }
        let wait = save(&lien, &patient, &document).await.is(429);
        assert!(wait.header("retry-after").and_then(|wait| wait.parse::<i64>().ok()).is_some_and(|wait| wait > 0));
        save(&mum, &patient, &document).await.is(200);
        read(&lien, &patient, &document).await.is(200);
        app.later(domain::limits::THROTTLE_WINDOW);
        save(&lien, &patient, &document).await.is(200);
    }
}

// S3-10, TG-04: a completed document never changes; of two who write at once the second is told; what is wrong is named.
#[tokio::test]
async fn what_is_refused_is_refused_in_words() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (_lien, patient) = app.portal_user(&author, 'a', 1).await;
        let document = draft(&author, &patient, "letter").await;
        let body = |id: &str, version: i64, form: Value| json!({ "patient": patient, "id": id, "version": version, "form": form });
        let conflict = |answer: Response| answer.is(409).json()["detail"].clone();
        // Twice the same: the second looked before it changed.
        let first = author.call("documents/save", body(&document, 1, text("plan"))).await.is(200).json();
        assert_eq!(first, 2);
        for door in ["documents/save", "documents/complete"] {
            let late = author.call(door, body(&document, 1, text("letter"))).await;
            assert_eq!(conflict(late), "changed_meanwhile", "{door}");
        }
        let away = json!({ "patient": patient, "id": document, "version": 1 });
        assert_eq!(conflict(author.call("documents/discard", away).await), "changed_meanwhile");
        let kept = open(&author, &patient, &document).await.is(200).json();
        assert_eq!((&kept["text"]["kind"], &kept["state"]["state"]), (&json!("plan"), &json!("draft")));
        // What is typed wrongly: each field, at once. A draft may lack its text; what is completed may not.
        let wrong = json!({ "title": " ", "kind": "novel", "body": "", "asks": "" });
        for (door, fields) in [
            ("documents/begin", ["title", "kind"].as_slice()),
            ("documents/save", &["title", "kind"]),
            ("documents/complete", &["title", "kind", "body"]),
        ] {
            let mut more = body(&document, 2, wrong.clone());
            if door == "documents/begin" {
                more = json!({ "patient": patient, "form": wrong });
            }
            let refused = author.call(door, more).await.is(422);
            assert_eq!(refused.error(), "invalid");
            let detail = refused.json()["detail"].clone();
            for field in ["title", "kind", "body"] {
                let named = detail.to_string().contains(&format!("\"{field}\""));
                assert_eq!(named, fields.contains(&field), "{door} {field}: {detail}");
            }
        }
        let long = "x".repeat(domain::limits::NAME + 1);
        let refused = json!({ "title": long, "kind": "letter", "body": "", "asks": "" });
        author.call("documents/save", body(&document, 2, refused)).await.is(422);
        // Completed: from now on it stays as it is, whatever version is named.
        author.call("documents/complete", body(&document, 2, text("plan"))).await.is(200);
        let before = open(&author, &patient, &document).await.is(200).text();
        for version in [1, 2, 3, 4] {
            for door in ["documents/save", "documents/complete"] {
                let refused = author.call(door, body(&document, version, text("letter"))).await;
                assert_eq!(conflict(refused), "document_completed", "{door} {version}");
            }
            let away = json!({ "patient": patient, "id": document, "version": version });
            assert_eq!(conflict(author.call("documents/discard", away).await), "document_completed");
        }
        assert_eq!(open(&author, &patient, &document).await.is(200).text(), before);
        // A draft is not taken back, it is thrown away; what was taken back does not change either.
        let other = draft(&author, &patient, "letter").await;
        assert_eq!(conflict(withdraw(&author, &patient, &other).await), "document_not_completed");
        withdraw(&author, &patient, NOTHING).await.is(404);
        assert_eq!(open(&author, &patient, &other).await.is(200).json()["state"]["state"], "draft");
        withdraw(&author, &patient, &document).await.is(200);
        let refused = author.call("documents/save", body(&document, 3, text("letter"))).await;
        assert_eq!(conflict(refused), "document_completed");
        // And there are words for it.
        let words = app::words::error(&app::error::AppError::Conflict(domain::error::Conflict::DocumentCompleted));
        assert!(words.contains("completed"), "{words}");
    }
}

// TG-04: who wrote it, when, and where it stands are the server's; no door takes a field that is not its own.
#[tokio::test]
async fn author_and_state_are_the_servers() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let patient = app.patient(&author, 'a', 1).await;
        let document = draft(&author, &patient, "letter").await;
        let before = open(&author, &patient, &document).await.is(200).text();
        let fields = [
            ("author", json!("usr_000000000000000000000000deadbeef")),
            ("at", json!(1)),
            ("added_at", json!(1)),
            ("completed_at", json!(1)),
            ("state", json!("completed")),
            ("number", json!(7)),
            ("hidden", json!([])),
            ("acknowledged", json!(9)),
        ];
        let all = doors(&patient, &document, 1).into_iter();
        let all = all.chain([("documents/begin", json!({ "patient": patient, "form": text("letter") }))]);
        for (door, body) in all {
            for (field, value) in &fields {
                let mut more = body.clone();
                more[*field] = value.clone();
                assert_eq!(author.call(door, more).await.status, 400, "{door} {field}");
                for inner in ["form", "page"] {
                    if body.get(inner).is_some() {
                        let mut more = body.clone();
                        more[inner][*field] = value.clone();
                        assert_eq!(author.call(door, more).await.status, 400, "{door} {inner}.{field}");
                    }
                }
            }
        }
        assert_eq!(open(&author, &patient, &document).await.is(200).text(), before);
    }
}

// AN-19: a long document is taken, and no endless one; other doors keep to the shorter limit.
#[tokio::test]
async fn a_document_may_be_long_and_not_endless() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let document = draft(&author, &patient, "letter").await;
    let body = |version: i64, text: String| {
        let form = json!({ "title": "Long", "kind": "plan", "body": text, "asks": "" });
        json!({ "patient": patient, "id": document, "version": version, "form": form })
    };
    author.call("documents/save", body(1, "語".repeat(50_000))).await.is(200);
    let refused = author.call("documents/save", body(2, "x".repeat(50_001))).await.is(422).text();
    assert!(refused.contains("body"), "{refused}");
    author.call("documents/save", body(2, "x".repeat(2_000_000))).await.is(413);
    let begin = json!({ "patient": patient, "form": { "title": "Long", "kind": "plan", "body": "x".repeat(100_000) } });
    author.call("documents/begin", begin).await.is(413);
    author.call("documents/complete", body(2, "語".repeat(50_000))).await.is(200);
    assert_eq!(open(&author, &patient, &document).await.is(200).json()["version"], 3);
}
