//! Home activities over HTTP: each door as each of the wrong people, the right ones, and what the server decides by itself.

use serde_json::{Value, json};

use crate::{
    app::{App, ENGINES, Persona},
    client::Response,
};

/// Stands in the activity and in no answer to the wrong person, whatever canaries they may see.
const TEXT: &str = "Zyzzogeton";
/// An id of no activity.
const NOTHING: &str = "act_000000000000000000000000deadbeef";
const EVERY: &str = "mon tue wed thu fri sat sun";

fn form(days: &str) -> Value {
    json!({
        "title": TEXT, "dose": TEXT, "instructions": format!("{TEXT} CNRY-a-1-activity"), "days": days,
        "from": "2020-01-01", "until": "", "files": "",
    })
}

/// Every door of the console but `activities/assign`: its body for an activity.
fn doors(patient: &str, activity: &str) -> Vec<(&'static str, Value)> {
    let page = json!({ "after": null, "limit": null });
    let of = json!({ "patient": patient, "id": activity });
    vec![
        ("activities/list", json!({ "patient": patient, "page": page })),
        ("activities/open", of.clone()),
        ("activities/doings", json!({ "patient": patient, "id": activity, "page": page })),
        ("activities/save", json!({ "patient": patient, "id": activity, "version": 1, "form": form(EVERY) })),
        ("activities/end", of.clone()),
        ("activities/withdraw", of),
    ]
}

async fn assign(by: &Persona, patient: &str) -> String {
    let body = json!({ "patient": patient, "form": form(EVERY) });
    by.call("activities/assign", body).await.is(200).json().as_str().unwrap().to_owned()
}

async fn act(by: &Persona, door: &str, patient: &str, activity: &str) -> Response {
    by.call(door, json!({ "patient": patient, "id": activity })).await
}

async fn open(by: &Persona, patient: &str, activity: &str) -> Value {
    act(by, "activities/open", patient, activity).await.is(200).json()
}

async fn own(by: &Persona, patient: &str) -> Response {
    by.post("activities/own", &[("patient", patient)]).await
}

async fn read(by: &Persona, patient: &str, activity: &str) -> Response {
    by.post("activities/read", &[("patient", patient), ("id", activity)]).await
}

async fn tick(by: &Persona, door: &str, patient: &str, activity: &str, day: &str) -> Response {
    by.post(door, &[("patient", patient), ("id", activity), ("day", day)]).await
}

/// How many activities Home says are new, and how many are to be done today.
async fn counts(by: &Persona, patient: &str) -> [i64; 2] {
    let frame = by.post("portal/frame", &[("patient", patient)]).await.is(200).json();
    ["unread_activities", "due_activities"].map(|count| frame[count].as_i64().unwrap())
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

/// At every way in of the portal this activity is as one that never was.
async fn is_not_there(person: &Persona, patient: &str, activity: &str, today: &str) {
    let mut pairs = vec![(read(person, patient, activity).await, read(person, patient, NOTHING).await)];
    for door in ["activities/done", "activities/not_done"] {
        let [there, never] = [activity, NOTHING].map(|id| tick(person, door, patient, id, today));
        pairs.push((there.await, never.await));
    }
    for (there, never) in pairs {
        assert_eq!(told(&there), told(&never));
        assert_eq!((there.status, there.error().as_str()), (404, "not_found"));
    }
    let path = format!("/portal/{patient}/activities/{activity}");
    assert!(!person.get(&path).await.is(404).text().contains(TEXT));
    // A page that was left open asks whether it may still be shown.
    assert_eq!(person.send(person.request("HEAD", &path)).await.status, 404);
    let listed = own(person, patient).await;
    assert!(!listed.text().contains(activity), "{}", listed.text());
}

// S3-11, PX-04
#[tokio::test]
async fn an_activity_goes_to_the_patient_and_to_nobody_else() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, theirs) = app.portal_user(&author, 'a', 2).await;
        let mum = app.proxy(&author, &patient, "mum@example.org", "edit", "clinical").await;
        let looks = app.proxy(&author, &patient, "looks@example.org", "view", "clinical").await;
        let aunt = app.proxy(&author, &patient, "aunt@example.org", "edit", "administrative").await;
        let activity = assign(&author, &patient).await;
        let letter = app.mailer.wait("mum@example.org", 2).await;
        let letter = format!("{} {} {} {}", letter.from_name, letter.subject, letter.text, letter.html);
        assert!(letter.contains("Practice Alpha") && !letter.contains(TEXT) && !letter.contains("CNRY-"), "{letter}");
        let mut today = String::new();
        for person in [&lien, &mum, &looks] {
            assert_eq!(counts(person, &patient).await, [1, 1]);
            let list = own(person, &patient).await.is(200);
            is_not_kept(&list);
            let row = list.json()["activities"]["rows"][0].clone();
            assert_eq!(
                [&row["id"], &row["due"], &row["done"], &row["unread"]],
                [&json!(activity), &json!(true), &json!(false), &json!(true)]
            );
            let home = person.get(&format!("/portal/{patient}")).await.is(200).text();
            assert!(home.contains("New home activities") && !home.contains(TEXT));
            // Asking whether a page may still be shown is no reading.
            let path = format!("/portal/{patient}/activities/{activity}");
            assert_eq!(person.send(person.request("HEAD", &path)).await.status, 200);
            assert_eq!(counts(person, &patient).await, [1, 1]);
            let page = person.get(&path).await.is(200);
            is_not_kept(&page);
            assert!(page.text().contains("CNRY-a-1-activity"));
            let seen = read(person, &patient, &activity).await.is(200);
            is_not_kept(&seen);
            today = seen.json()["today"].as_str().unwrap().to_owned();
            assert_eq!(counts(person, &patient).await, [0, 1]);
        }
        // Who may only look is told so; the page offers them nothing to press.
        for door in ["activities/done", "activities/not_done"] {
            assert_eq!(tick(&looks, door, &patient, &activity, &today).await.is(403).error(), "forbidden");
        }
        let page = looks.get(&format!("/portal/{patient}/activities/{activity}")).await.is(200).text();
        assert!(!page.contains("/api/activities/done") && page.contains("You may look at this record"));
        // Here for appointments, another patient's, and somebody else's record with the right activity: as if it were not there.
        for (person, at) in [(&aunt, &patient), (&stranger, &patient), (&stranger, &theirs)] {
            is_not_there(person, at, &activity, &today).await;
        }
        own(&stranger, &patient).await.is(404);
        is_not_kept(&own(&aunt, &patient).await.is(404));
        aunt.get(&format!("/portal/{patient}/activities")).await.is(404);
        assert_eq!(counts(&aunt, &patient).await, [0, 0]);
        // Nobody, and the other side of the house.
        let anon = app.anon();
        for (person, status, error) in [(&anon, 401, "not_signed_in"), (&author, 403, "forbidden")] {
            for answer in [
                own(person, &patient).await,
                read(person, &patient, &activity).await,
                tick(person, "activities/done", &patient, &activity, &today).await,
                tick(person, "activities/not_done", &patient, &activity, &today).await,
            ] {
                assert_eq!(answer.is(status).error(), error);
            }
        }
        // Of all that nothing was ticked off; then it is.
        assert_eq!(open(&author, &patient, &activity).await["doings"]["rows"], json!([]));
        tick(&lien, "activities/done", &patient, &activity, &today).await.is(200);
        assert_eq!(counts(&mum, &patient).await, [0, 0]);
        let seen = open(&author, &patient, &activity).await;
        assert_eq!(seen["doings"]["rows"][0]["day"], json!(today), "{seen}");
        assert_eq!(
            (&seen["doings"]["rows"][0]["own"], &seen["adherence"]["done"]),
            (&json!(true), &json!(1)),
            "{seen}"
        );
        tick(&mum, "activities/not_done", &patient, &activity, &today).await.is(200);
        assert_eq!(counts(&lien, &patient).await, [0, 1]);
        // A day that is none, and one that is not offered.
        assert_eq!(tick(&lien, "activities/done", &patient, &activity, "2026-02-30").await.status, 400);
        assert_eq!(tick(&lien, "activities/done", &patient, &activity, "2020-01-01").await.is(409).error(), "conflict");
        // Taken back: at once. It stays in the record.
        act(&author, "activities/withdraw", &patient, &activity).await.is(200);
        for person in [&lien, &mum, &looks] {
            is_not_there(person, &patient, &activity, &today).await;
            assert_eq!(counts(person, &patient).await, [0, 0]);
        }
        assert_eq!(open(&author, &patient, &activity).await["state"]["state"], "withdrawn");
        // An id of something else is no id.
        assert_eq!(read(&lien, &patient, &patient).await.status, 400);
    }
}

// PR-01: whoever is not to assign it, or not to see it, at each door.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn the_wrong_person_passes_no_door() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, _) = app.portal_user(&author, 'a', 2).await;
        let activity = assign(&author, &patient).await;
        let before = open(&author, &patient, &activity).await;
        // Who they are; what they get for looking, for assigning.
        let people = [
            ("full@b.example.org", 404, 404),
            ("personal@a.example.org", 404, 404),
            // A colleague with no relationship.
            ("own@a.example.org", 404, 404),
            ("calendar@a.example.org", 404, 404),
            ("finance@a.example.org", 404, 404),
            ("hidden@a.example.org", 404, 404),
            ("reader@a.example.org", 200, 403),
        ];
        let mut pairs = 0;
        for (email, looks, writes) in people {
            let mut person = app.user_at_once(email).await;
            if looks == 404 {
                person.may_see.clear();
            }
            for (door, body) in doors(&patient, &activity) {
                let expected = match door {
                    "activities/list" | "activities/open" | "activities/doings" => looks,
                    _ => writes,
                };
                let answer = person.call(door, body).await;
                assert_eq!(answer.status, expected, "{engine:?} {email} at {door}: {}", answer.text());
                assert!(answer.text().contains(TEXT) <= (expected == 200), "{email} at {door}");
                is_not_kept(&answer);
                pairs += 1;
            }
            let body = json!({ "patient": patient, "form": form(EVERY) });
            let answer = person.call("activities/assign", body).await;
            assert_eq!(answer.status, writes, "{engine:?} {email}: {}", answer.text());
            // What is refused and what never was are the same.
            if looks == 404 {
                let [there, never] = [activity.as_str(), NOTHING].map(|id| doors(&patient, id));
                for ((door, there), (_, never)) in there.into_iter().zip(never) {
                    let answers = [person.call(door, there).await, person.call(door, never).await];
                    assert_eq!(told(&answers[0]), told(&answers[1]), "{email} at {door}");
                }
            }
        }
        for person in [&lien, &stranger] {
            for (door, body) in doors(&patient, &activity) {
                assert_eq!(person.call(door, body).await.is(403).error(), "forbidden", "{door}: the other side");
                pairs += 1;
            }
            person.call("activities/assign", json!({ "patient": patient, "form": form(EVERY) })).await.is(403);
        }
        for (door, body) in doors(&patient, &activity) {
            assert_eq!(app.anon().call(door, body).await.is(401).error(), "not_signed_in");
        }
        println!("{pairs} pairs of person and door on {engine:?}");
        // Of all that nothing was changed.
        assert_eq!(open(&author, &patient, &activity).await, before);
        let (_, list) = doors(&patient, &activity).remove(0);
        let listed = author.call("activities/list", list).await.is(200).json();
        assert_eq!(listed["activities"]["rows"].as_array().unwrap().len(), 1, "{listed}");
    }
}

// S3-11: whom a clinical or a full level lets treat everybody, and who has a relationship, assign and look.
#[tokio::test]
async fn the_right_people_assign_and_look() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let patient = app.patient(&author, 'a', 1).await;
        for email in ["clinical@a.example.org", "admin@a.example.org", "full@a.example.org"] {
            let person = app.user_at_once(email).await;
            let activity = assign(&person, &patient).await;
            let shown = open(&person, &patient, &activity).await;
            assert_eq!((&shown["may_change"], &shown["version"]), (&json!(true), &json!(1)), "{shown}");
            let save = |version: u8, form: Value| json!({ "patient": patient, "id": activity, "version": version, "form": form });
            assert_eq!(person.call("activities/save", save(1, form("mon"))).await.is(200).json(), 2);
            assert_eq!(person.call("activities/save", save(1, form("tue"))).await.is(409).error(), "conflict");
            let shown = open(&person, &patient, &activity).await;
            assert_eq!(shown["text"]["schedule"]["days"], json!(["mon"]), "{shown}");
            act(&person, "activities/end", &patient, &activity).await.is(200);
            assert_eq!(person.call("activities/save", save(3, form("tue"))).await.is(409).error(), "conflict");
        }
        // A colleague, while there is a relationship.
        let account = app.account("own@a.example.org").await;
        let colleague = app.user_at_once("own@a.example.org").await;
        let user = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap()[0].user.clone();
        let body = json!({ "patient": patient, "form": form(EVERY) });
        colleague.call("activities/assign", body.clone()).await.is(404);
        app.relate(&user, &patient, domain::access::Relationship::Granted).await;
        colleague.call("activities/assign", body.clone()).await.is(200);
        app.relate(&user, &patient, domain::access::Relationship::Revoked).await;
        colleague.call("activities/assign", body).await.is(404);
    }
}

// What is wrong with a form is said beside its fields, all at once; what nobody knows is not taken.
#[tokio::test]
async fn a_form_is_checked_by_the_server() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let wrong = json!({
            "title": "", "dose": "", "instructions": " ", "days": "", "from": "2026-11-28", "until": "2026-11-27",
            "files": "fil_000000000000000000000000deadbeef",
        });
        let answer =
            author.call("activities/assign", json!({ "patient": patient, "form": wrong })).await.is(422).text();
        for said in ["title", "instructions", "days", "until", "before_the_first", "none_chosen"] {
            assert!(answer.contains(said), "{said}: {answer}");
        }
        let mut unknown = form(EVERY);
        unknown["author"] = json!("me");
        assert_eq!(author.call("activities/assign", json!({ "patient": patient, "form": unknown })).await.status, 400);
        let mut foreign = form(EVERY);
        let other = app.patient(&author, 'a', 2).await;
        foreign["files"] = json!(author.send_file(&other, "sheet.txt", b"A sheet").await);
        let answer = author.call("activities/assign", json!({ "patient": patient, "form": foreign })).await.is(422);
        assert!(answer.text().contains("files"), "{}", answer.text());
        assert_eq!(own(&lien, &patient).await.is(200).json()["activities"]["rows"], json!([]));
        // What belongs to it opens in the portal from then on, for who sees what is shared.
        let sheet = author.send_file(&patient, "sheet.txt", b"CNRY-a-1-file: a sheet").await;
        let path = format!("/files/{patient}/{sheet}");
        lien.get(&path).await.is(404);
        let mut with = form(EVERY);
        with["files"] = json!(sheet);
        author.call("activities/assign", json!({ "patient": patient, "form": with })).await.is(200);
        let row = own(&lien, &patient).await.is(200).json()["activities"]["rows"][0]["id"].as_str().unwrap().to_owned();
        let seen = read(&lien, &patient, &row).await.is(200).json();
        assert_eq!(seen["files"][0]["id"], json!(sheet), "{seen}");
        lien.get(&path).await.is(200);
    }
}

// Without scripts: the page posts, what is refused comes back with what was typed, and what is done goes back to it.
#[tokio::test]
async fn a_page_without_scripts_ticks_off() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let activity = assign(&author, &patient).await;
        let path = format!("/portal/{patient}/activities/{activity}");
        let today = read(&lien, &patient, &activity).await.is(200).json()["today"].as_str().unwrap().to_owned();
        let note = "x".repeat(301);
        let fields = [
            ("patient", patient.as_str()),
            ("id", activity.as_str()),
            ("day", today.as_str()),
            ("note", note.as_str()),
        ];
        let refused = lien.form("activities/done", &path, &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(&note) && refused.text().contains("role=\"alert\""), "{}", refused.text());
        let fields = [fields[0], fields[1], fields[2], ("note", "Went well")];
        let done = lien.form("activities/done", &path, &fields).await;
        assert_eq!((done.status, done.location()), (303, path.as_str()));
        assert!(lien.get(&path).await.is(200).text().contains("Went well"));
        let back = lien.form("activities/not_done", &path, &fields[..3]).await;
        assert_eq!((back.status, back.location()), (303, path.as_str()));
        assert!(!lien.get(&path).await.is(200).text().contains("Went well"));
    }
}
