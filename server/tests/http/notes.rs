//! Notes over HTTP: each door as each of the wrong people, the right ones, and what the server decides by itself.

use serde_json::{Value, json};

use crate::{
    app::{App, ENGINES, Engine, Persona},
    client::Response,
};

/// Stands in the note and in no answer to the wrong person, whatever canaries they may see.
const TEXT: &str = "Zyzzogeton";

/// Every door of the console but `notes/begin`: its body for a note, and who it is shared with.
fn doors(patient: &str, note: &str, user: &str) -> Vec<(&'static str, Value)> {
    let page = json!({ "after": null, "limit": null });
    let form = json!({ "title": "Mine", "category": "plan", "body": "Mine" });
    let of = |more: Value| {
        let mut body = json!({ "patient": patient, "id": note });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    vec![
        ("notes/list", json!({ "patient": patient, "filter": {}, "page": page })),
        ("notes/all_shares", json!({ "patient": patient })),
        ("notes/open", of(json!({}))),
        ("notes/versions", of(json!({ "page": page }))),
        ("notes/as_patient", of(json!({}))),
        ("notes/keep", of(json!({ "version": 1, "form": form }))),
        ("notes/publish", of(json!({ "version": 1, "form": form }))),
        ("notes/discard", of(json!({ "version": 1 }))),
        ("notes/set_private", of(json!({ "private": true }))),
        ("notes/share_with_patient", of(json!({ "version": 1, "form": {} }))),
        ("notes/unshare_with_patient", of(json!({}))),
        ("notes/share_with", of(json!({ "version": 1, "user": user }))),
        ("notes/unshare_with", of(json!({ "user": user }))),
        ("notes/colleagues", json!({ "patient": patient, "text": "" })),
        ("notes/share_all", json!({ "patient": patient, "user": user })),
    ]
}

fn text(patient: &str) -> Value {
    json!({ "patient": patient, "form": { "title": TEXT, "category": "consultation", "body": format!("{TEXT} CNRY-a-1-note") } })
}

/// A note of this author that was published: its version is 1.
async fn published(by: &Persona, patient: &str) -> String {
    let note = by.call("notes/begin", text(patient)).await.is(200).json().as_str().unwrap().to_owned();
    let mut body = text(patient);
    (body["id"], body["version"]) = (json!(note), json!(0));
    assert_eq!(by.call("notes/publish", body).await.is(200).json(), 1);
    note
}

async fn open(by: &Persona, patient: &str, note: &str) -> Response {
    by.call("notes/open", json!({ "patient": patient, "id": note })).await
}

async fn own(by: &Persona, patient: &str) -> Response {
    by.post("notes/own", &[("patient", patient)]).await
}

async fn read(by: &Persona, patient: &str, note: &str) -> Response {
    by.post("notes/read", &[("patient", patient), ("id", note)]).await
}

async fn user_id(app: &App, email: &str) -> String {
    let account = app.account(email).await;
    app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap()[0].user.id.to_string()
}

#[track_caller]
fn is_not_kept(response: &Response) {
    let kept = response.header("cache-control").unwrap_or_default();
    assert!(kept.contains("no-store"), "{kept:?}: {}", response.text());
}

// S0-22, S0-23, PT-01, PT-02, PT-03
#[tokio::test]
async fn a_note_goes_to_the_patient_and_to_nobody_else() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, theirs) = app.portal_user(&author, 'a', 2).await;
        let mum = app.proxy(&author, &patient, "mum@example.org", "edit", "clinical").await;
        let aunt = app.proxy(&author, &patient, "aunt@example.org", "edit", "administrative").await;
        let note = published(&author, &patient).await;
        // Not shared: as if it were not there.
        let nothing = read(&lien, &patient, &format!("not_{:032x}", 0xdead_beef_u64)).await.is(404).text();
        let not_there = async || {
            for person in [&lien, &mum] {
                assert_eq!(own(person, &patient).await.is(200).json()["notes"]["rows"], json!([]));
                assert_eq!(read(person, &patient, &note).await.is(404).text(), nothing);
                let page = person.get(&format!("/portal/{patient}/records/{note}")).await.is(404);
                assert!(!page.text().contains(TEXT));
            }
        };
        not_there().await;
        let share = |version: i64, on: &str| json!({ "patient": patient, "id": note, "version": version, "form": { "on": on } });
        // The clock stands in September 2026. From a day to come.
        author.call("notes/share_with_patient", share(1, "2026-09-01")).await.is(422);
        author.call("notes/share_with_patient", share(1, "2026-12-01")).await.is(200);
        not_there().await;
        author.call("notes/unshare_with_patient", json!({ "patient": patient, "id": note })).await.is(200);
        let shared = author.call("notes/share_with_patient", share(3, "")).await.is(200);
        assert_eq!(shared.json(), 4);
        // Before anybody has read it: what was read is no news.
        let letter = app.mailer.wait("mum@example.org", 2).await;
        let letter = format!("{} {} {} {}", letter.from_name, letter.subject, letter.text, letter.html);
        assert!(letter.contains("Practice Alpha") && !letter.contains(TEXT) && !letter.contains("CNRY-"), "{letter}");
        app.mailer.wait(&crate::app::patient_email('a', 1), 2).await;
        for person in [&lien, &mum] {
            let list = own(person, &patient).await.is(200);
            is_not_kept(&list);
            assert_eq!(list.json()["notes"]["rows"][0]["id"], note.as_str());
            let answer = read(person, &patient, &note).await.is(200);
            is_not_kept(&answer);
            assert!(answer.text().contains("CNRY-a-1-note"));
            let page = person.get(&format!("/portal/{patient}/records/{note}")).await.is(200);
            is_not_kept(&page);
            assert!(page.text().contains("CNRY-a-1-note"));
        }
        // Here for appointments, another patient's, and nobody: the same bytes as for what is not there.
        let refused = own(&aunt, &patient).await.is(404);
        is_not_kept(&refused);
        for (person, at) in [(&aunt, &patient), (&stranger, &patient), (&stranger, &theirs)] {
            assert_eq!(read(person, at, &note).await.is(404).text(), nothing);
            person.get(&format!("/portal/{at}/records/{note}")).await.is(404);
        }
        own(&stranger, &patient).await.is(404);
        aunt.get(&format!("/portal/{patient}/records")).await.is(404);
        for answer in [own(&app.anon(), &patient).await, read(&app.anon(), &patient, &note).await] {
            assert_eq!(answer.is(401).error(), "not_signed_in");
        }
        for answer in [own(&author, &patient).await, read(&author, &patient, &note).await] {
            assert!([403, 404].contains(&answer.status), "{}", answer.status);
            assert!(!answer.text().contains(TEXT));
        }
        // Taken back: at once.
        author.call("notes/set_private", json!({ "patient": patient, "id": note, "private": true })).await.is(200);
        not_there().await;
        // An id of something else is no id.
        assert_eq!(read(&lien, &patient, &patient).await.status, 400);
    }
}

// PR-01, PR-03, PR-07, PT-01, S0-23: whoever is not the author, at each door.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn the_wrong_person_passes_no_door() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (_lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, _) = app.portal_user(&author, 'a', 2).await;
        let aunt = app.proxy(&author, &patient, "aunt@example.org", "edit", "administrative").await;
        let note = published(&author, &patient).await;
        let before = open(&author, &patient, &note).await.is(200).json();
        let colleague = user_id(&app, "clinical@a.example.org").await;
        // Who they are; what they get for the list, for the note, for what its author does, for shares of their own, for a
        // note of their own.
        let people = [
            ("full@b.example.org", 404, 404, 404, 404, 404),
            ("personal@a.example.org", 404, 404, 404, 404, 404),
            ("calendar@a.example.org", 404, 404, 404, 404, 403),
            ("finance@a.example.org", 404, 404, 404, 404, 403),
            ("hidden@a.example.org", 404, 404, 404, 404, 403),
            ("admin@a.example.org", 200, 200, 403, 403, 403),
            ("reader@a.example.org", 200, 200, 403, 403, 403),
            ("clinical@a.example.org", 200, 200, 403, 0, 0),
            // A colleague to whom nothing was shared.
            ("own@a.example.org", 200, 404, 404, 0, 0),
        ];
        let silent = ["notes/all_shares", "notes/unshare_with_patient"];
        let mut pairs = 0;
        for (email, list, reads, edits, shares, begins) in people {
            let mut person = app.user_at_once(email).await;
            if email.starts_with("hidden@") || email.starts_with("own@") {
                person.may_see.clear();
            }
            for (door, body) in doors(&patient, &note, &colleague) {
                let expected = match door {
                    "notes/list" | "notes/all_shares" => list,
                    "notes/open" => reads,
                    // Who may do everything takes it back from the patient; here it is not shared, so nothing changes.
                    "notes/unshare_with_patient" if email == "admin@a.example.org" => 200,
                    "notes/colleagues" | "notes/share_all" => shares,
                    _ => edits,
                };
                if expected == 0 {
                    continue;
                }
                let answer = person.call(door, body).await;
                assert_eq!(answer.status, expected, "{engine:?} {email} at {door}: {}", answer.text());
                assert!(answer.text().contains(TEXT) == (expected == 200 && !silent.contains(&door) && reads == 200));
                is_not_kept(&answer);
                pairs += 1;
            }
            if begins != 0 {
                let answer = person.call("notes/begin", text(&patient)).await;
                assert_eq!(answer.status, begins, "{engine:?} {email}: {}", answer.text());
                pairs += 1;
            }
        }
        for person in [&stranger, &aunt] {
            for (door, body) in doors(&patient, &note, &colleague) {
                assert_eq!(person.call(door, body).await.status, 403, "{door}: the other side of the house");
                pairs += 1;
            }
            person.call("notes/begin", text(&patient)).await.is(403);
        }
        for (door, body) in doors(&patient, &note, &colleague) {
            assert_eq!(app.anon().call(door, body).await.is(401).error(), "not_signed_in");
        }
        println!("{pairs} pairs of person and door on {engine:?}");
        // Of all that nothing was changed; that it was read is told.
        let mut after = open(&author, &patient, &note).await.is(200).json();
        assert!(after["sharing"]["readers"].as_array().unwrap().len() >= 2, "{after}");
        after["sharing"]["readers"] = before["sharing"]["readers"].clone();
        assert_eq!(after, before);
    }
}

// PR-03, S0-39, S0-40
#[tokio::test]
async fn what_is_shared_with_a_colleague_is_read_while_the_group_shares() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let patient = app.patient(&author, 'a', 1).await;
        let note = published(&author, &patient).await;
        let colleague = app.user_at_once("own@a.example.org").await;
        let user = user_id(&app, "own@a.example.org").await;
        let with = json!({ "patient": patient, "id": note, "version": 1, "user": user });
        let all = json!({ "patient": patient, "user": user });
        open(&colleague, &patient, &note).await.is(404);
        assert_eq!(author.call("notes/share_with", with.clone()).await.is(200).json(), 1);
        author.call("notes/share_all", all.clone()).await.is(200);
        let answer = open(&colleague, &patient, &note).await.is(200);
        is_not_kept(&answer);
        assert!(answer.json()["draft"].is_null() && answer.json()["sharing"].is_null(), "{}", answer.text());
        let page = json!({ "page": { "after": null, "limit": null } });
        let bell = colleague.call("notifications/list", page).await.is(200);
        assert_eq!(bell.json()["rows"][0]["news"], json!({ "what": "notes_shared", "patient": patient }));
        assert!(!bell.text().contains(TEXT) && !bell.text().contains("not_"));
        // PR-07
        let refused = colleague.call("notes/publish", doors(&patient, &note, &user)[6].1.clone()).await.is(403).text();
        assert!(refused.contains("not_author"), "{refused}");

        let switch = async |sharing: &str| {
            let settings = author.call("settings/patient_access", json!({})).await.is(200).json();
            let form = json!({
                "invitations": "yes", "link_hours": "24", "reminders": "yes", "updates": "approval",
                "note_sharing": sharing,
            });
            let body = json!({ "version": settings["version"], "form": form });
            author.call("settings/save_patient_access", body).await.is(200);
        };
        switch("").await;
        for (door, body) in [("notes/share_with", with), ("notes/share_all", all)] {
            let refused = author.call(door, body).await.is(403).text();
            assert!(refused.contains("sharing_off"), "{refused}");
        }
        let list = json!({ "patient": patient, "filter": {}, "page": { "after": null, "limit": null } });
        let listed = async || colleague.call("notes/list", list.clone()).await.is(200).json()["notes"]["rows"].clone();
        open(&colleague, &patient, &note).await.is(404);
        assert_eq!(listed().await, json!([]));
        switch("yes").await;
        open(&colleague, &patient, &note).await.is(200);
        assert_eq!(listed().await[0]["id"], note.as_str());
        author.call("notes/unshare_with", json!({ "patient": patient, "id": note, "user": user })).await.is(200);
        author.call("notes/unshare_all", json!({ "patient": patient, "user": user })).await.is(200);
        open(&colleague, &patient, &note).await.is(404);
        assert_eq!(listed().await, json!([]));
    }
}

// TG-04, PR-07: who wrote it and when is the server's; so are its number, its state and with whom it is shared.
#[tokio::test]
async fn author_and_moment_are_the_servers() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let patient = app.patient(&author, 'a', 1).await;
        let note = published(&author, &patient).await;
        let user = user_id(&app, "clinical@a.example.org").await;
        let before = open(&author, &patient, &note).await.is(200).text();
        let fields = [
            ("author", json!(user)),
            ("author_id", json!(user)),
            ("by", json!(user)),
            ("at", json!(1)),
            ("saved_at", json!(1)),
            ("published_at", json!(1)),
            ("added_at", json!(1)),
            ("number", json!(7)),
            ("published", json!(true)),
            ("patient_from", json!(1)),
            ("own", json!(true)),
        ];
        let all = doors(&patient, &note, &user).into_iter().chain([("notes/begin", text(&patient))]);
        for (door, body) in all {
            for (field, value) in &fields {
                let mut more = body.clone();
                more[*field] = value.clone();
                assert_eq!(author.call(door, more).await.status, 400, "{door} {field}");
                for inner in ["form", "filter", "page"] {
                    if body.get(inner).is_some_and(|inside| inside.get(*field).is_none()) {
                        let mut more = body.clone();
                        more[inner][*field] = value.clone();
                        // A filter has a field of this name by right.
                        let by_right = inner == "filter" && *field == "own";
                        let status = author.call(door, more).await.status;
                        assert!(by_right || status == 400, "{door} {inner}.{field}: {status}");
                    }
                }
            }
        }
        assert_eq!(open(&author, &patient, &note).await.is(200).text(), before);
        let page = open(&author, &patient, &note).await.is(200).json();
        assert_eq!((&page["own"], &page["published"]["number"]), (&json!(true), &json!(1)));
        // Twice the same: the second looked before it changed.
        let keep = doors(&patient, &note, &user)[5].1.clone();
        author.call("notes/keep", keep.clone()).await.is(200);
        let late = author.call("notes/keep", keep).await.is(409).text();
        assert!(late.contains("changed_meanwhile"), "{late}");
    }
}

// AN-19: a long note is taken, and no endless one; other doors keep to the shorter limit.
#[tokio::test]
async fn a_note_may_be_long_and_not_endless() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let note = published(&author, &patient).await;
    let keep = |version: i64, body: String| {
        json!({
            "patient": patient, "id": note, "version": version,
            "form": { "title": "Long", "category": "plan", "body": body },
        })
    };
    author.call("notes/keep", keep(1, "語".repeat(50_000))).await.is(200);
    let refused = author.call("notes/keep", keep(2, "x".repeat(50_001))).await.is(422).text();
    assert!(refused.contains("body"), "{refused}");
    author.call("notes/keep", keep(2, "x".repeat(2_000_000))).await.is(413);
    let colleagues = json!({ "patient": patient, "text": "x".repeat(100_000) });
    author.call("notes/colleagues", colleagues).await.is(413);
    assert_eq!(open(&author, &patient, &note).await.is(200).json()["version"], 2);
}

// PR-01, PR-03: words find what one reads, as each of the wrong people too.
#[tokio::test]
async fn words_find_nothing_for_the_wrong_person() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let note = published(&author, &patient).await;
        let typed = json!({ "title": TEXT, "category": "plan", "body": "Quokka" });
        let keep = json!({ "patient": patient, "id": note, "version": 1, "form": typed });
        author.call("notes/keep", keep).await.is(200);
        let look = async |by: &Persona, text: &str| {
            let filter = json!({ "text": text });
            let page = json!({ "after": null, "limit": null });
            by.call("notes/list", json!({ "patient": patient, "filter": filter, "page": page })).await
        };
        let found = async |by: &Persona, text: &str| {
            look(by, text).await.is(200).json()["notes"]["rows"].as_array().unwrap().len()
        };
        let reader = app.user("clinical@a.example.org").await;
        assert_eq!((found(&author, "zyzzog").await, found(&author, "quokka").await), (1, 1));
        assert_eq!((found(&reader, "zyzzog").await, found(&reader, "quokka").await), (1, 0));
        let own = app.user("own@a.example.org").await;
        assert_eq!(found(&own, "zyzzog").await, 0);
        for (email, status) in
            [("full@b.example.org", 404), ("personal@a.example.org", 404), ("finance@a.example.org", 404)]
        {
            let (there, not) =
                (look(&app.user(email).await, "zyzzog").await, look(&app.user(email).await, "nothing").await);
            assert_eq!((there.status, not.status), (status, status), "{email}");
        }
        assert_eq!(look(&lien, "zyzzog").await.status, 403);
        assert_eq!(look(&app.anon(), "zyzzog").await.status, 401);
        author.call("notes/set_private", json!({ "patient": patient, "id": note, "private": true })).await.is(200);
        assert_eq!((found(&author, "zyzzog").await, found(&reader, "zyzzog").await), (1, 0));
    }
}
