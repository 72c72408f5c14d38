//! Files over HTTP: PUT /uploads/:patient/:file/:number, GET /files/:patient/:file and /files/:patient/:file/view, and the doors
//! beside them: the way of a file, every wrong person, and whatever else may come.

use std::{collections::HashSet, time::Duration};

use domain::limits::{FILE, FILE_NAME, FILE_PIECE, UPLOADS};
use futures::future::join_all;
use serde_json::{Value, json};
use server::limits::PIECE_TIME;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::{
    app::{App, ENGINES, Engine, NEW_PASSWORD, NO_SETTINGS, Persona},
    client::{Request, Response},
    log,
    world::{Scans, token},
};

/// Stands in files and their names, and in no answer to the wrong person, whatever canaries they may see.
const TEXT: &str = "Zyzzogeton";
const PIECE: usize = FILE_PIECE as usize;
const QUICKLY: Duration = Duration::from_secs(5);

fn pdf() -> Vec<u8> {
    format!("%PDF-1.4\n% {TEXT} CNRY-a-1-file\n%%EOF\n").into_bytes()
}

/// A text of three pieces, no two lines of which are alike.
fn long_text() -> Vec<u8> {
    let lines = (0..45_000).map(|n| format!("CNRY-a-1-{n}\n"));
    [format!("{TEXT}\n")].into_iter().chain(lines).collect::<String>().into_bytes()
}

async fn list(by: &Persona, patient: &str) -> Response {
    by.call("files/list", json!({ "patient": patient, "page": { "after": null, "limit": null } })).await
}

async fn own(by: &Persona, patient: &str) -> Response {
    by.post("files/own", &[("patient", patient)]).await
}

/// The rows of either list.
#[track_caller]
fn rows(response: Response) -> Value {
    response.is(200).json()["files"]["rows"].clone()
}

/// Opens a file to save it, as a script would.
async fn open(by: &Persona, patient: &str, file: &str) -> Response {
    by.send(by.request("GET", &format!("/files/{patient}/{file}"))).await
}

async fn view(by: &Persona, patient: &str, file: &str) -> Response {
    by.send(by.request("GET", &format!("/files/{patient}/{file}/view"))).await
}

async fn of(by: &Persona, door: &str, patient: &str, file: &str) -> Response {
    by.call(door, json!({ "patient": patient, "id": file })).await
}

/// What is wrong with the file, as its sender is told.
#[track_caller]
fn problem(response: Response) -> String {
    let answer = response.is(422).json();
    assert_eq!(answer["detail"]["fields"][0]["field"], "file", "{answer}");
    answer["detail"]["fields"][0]["problem"].as_str().unwrap().to_owned()
}

/// Somebody who sees what this patient sees, on these terms.
async fn carer(app: &App, by: &Persona, patient: &str, email: &str, role: &str, level: &str) -> Persona {
    let terms = json!({ "role": role, "level": level, "manages": "" });
    let form = json!({ "whom": "other", "name": "Ada", "email": email, "email_again": email, "terms": terms });
    by.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200);
    let token = token(&app.mailer.wait(email, 1).await);
    let mut person = app.anon();
    person.may_see.push("CNRY-a-1-".to_owned());
    person.post("invitations/accept", &[("token", &token), ("password", NEW_PASSWORD)]).await.is(200);
    person
}

/// Whatever is in it, a browser saves it, runs nothing of it and keeps no copy.
#[track_caller]
fn is_inert(response: &Response, kind: &str) {
    let only = |name: &str| {
        let mut all = response.all(name);
        let value = all.next().unwrap_or_else(|| panic!("no {name}")).to_owned();
        assert_eq!(all.next(), None, "{name} twice");
        value
    };
    assert_eq!(only("content-type"), kind);
    assert!(only("content-disposition").starts_with("attachment; filename=\""));
    assert_eq!(only("x-content-type-options"), "nosniff");
    assert_eq!(only("cache-control"), "no-store");
    assert_eq!(only("cross-origin-resource-policy"), "same-origin");
    assert_eq!(only("content-length"), response.body.len().to_string());
    let policy = only("content-security-policy");
    assert!(policy.starts_with("sandbox; default-src 'none';") && !policy.contains("allow-"), "{policy}");
}

/// The part of an answer that may tell something: everything but the time and the request's own number.
fn told(response: &Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| name != "date" && name != "x-request-id");
    (response.status, headers, response.text())
}

// S0-21, PT-18: announced, in pieces, finished; the same bytes for the patient and for the practice.
#[tokio::test]
async fn a_file_goes_from_the_portal_to_the_practice() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let bytes = long_text();
        assert_eq!(own(&lien, &patient).await.is(200).json()["room"]["largest"], FILE);
        let begun = lien.begin_file(&patient, "Überweisung.txt", bytes.len() as u64).await.is(200).json();
        let file = begun["id"].as_str().unwrap();
        assert_eq!(begun, json!({ "id": file, "size": bytes.len(), "piece": PIECE, "pieces": 0 }));
        of(&lien, "files/finish", &patient, file).await.is(409);
        for (n, piece) in bytes.chunks(PIECE).enumerate() {
            let number = n as u64;
            assert_eq!(lien.piece(&patient, file, number, piece).await.is(200).json()["pieces"], n + 1);
            // The answer was lost: sent once more, it counts once.
            assert_eq!(lien.piece(&patient, file, number, piece).await.is(200).json()["pieces"], n + 1);
            assert_eq!(of(&lien, "files/progress", &patient, file).await.is(200).json()["pieces"], n + 1);
        }
        // Nothing of it is one of the record yet.
        assert_eq!((rows(own(&lien, &patient).await), rows(list(&author, &patient).await)), (json!([]), json!([])));
        open(&lien, &patient, file).await.is(404);
        for _ in 0..2 {
            let sent = of(&lien, "files/finish", &patient, file).await.is(200).json();
            assert_eq!(sent, json!({ "id": file, "state": "kept" }));
        }
        of(&lien, "files/progress", &patient, file).await.is(404);
        assert_eq!(app.kept_files(), [app.kept_file(file)], "pieces that are not needed any more are gone");
        let page = json!({ "page": { "after": null, "limit": null } });
        let bell = author.call("notifications/list", page).await.is(200);
        assert!(bell.text().contains("file_came") && !bell.text().contains("berweisung"), "{}", bell.text());

        let listed = rows(own(&lien, &patient).await);
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        for (name, value) in [
            ("id", json!(file)),
            ("name", json!("Überweisung.txt")),
            ("kind", json!("text")),
            ("category", json!("referral")),
            ("size", json!(bytes.len())),
            ("state", json!("kept")),
            ("own", json!(true)),
            ("from_practice", json!(false)),
            ("unread", json!(false)),
        ] {
            assert_eq!(listed[0][name], value, "{name}");
        }
        let listed = rows(list(&author, &patient).await);
        assert_eq!(listed[0]["sender"], json!({ "from": "portal", "is_patient": true }));
        assert_eq!(listed[0]["name"], "Überweisung.txt");
        let clinical = app.user_at_once("clinical@a.example.org").await;
        for person in [&lien, &author, &clinical] {
            let answer = open(person, &patient, file).await.is(200);
            assert!(answer.body == bytes, "{engine:?}: other bytes");
            is_inert(&answer, "text/plain; charset=utf-8");
            let name = "attachment; filename=\"_berweisung.txt\"; filename*=UTF-8''%C3%9Cberweisung.txt";
            assert_eq!(answer.header("content-disposition"), Some(name));
            // PT-06: of a part there is no talk.
            let part = person.request("GET", &format!("/files/{patient}/{file}")).header("range", "bytes=0-9");
            let part = person.send(part).await.is(200);
            assert!(part.body == bytes && part.header("content-range").is_none());
            assert_eq!(part.header("accept-ranges"), Some("none"));
            // A text is run by nothing, but it is not shown in place either.
            view(person, &patient, file).await.is(404);
            // What nobody sees is not opened, so the trail does not say so.
            let head = person.request("HEAD", &format!("/files/{patient}/{file}"));
            let head = person.send(head).await.is(405);
            assert!(head.header("content-disposition").is_none() && head.body.is_empty());
        }
        let page = lien.get(&format!("/portal/{patient}/files")).await.is(200).text();
        assert!(
            page.contains("Überweisung.txt") && page.contains(&format!("href=\"/files/{patient}/{file}\"")),
            "{page}"
        );
        assert!(!page.contains(TEXT));
    }
}

// S0-21, PT-06, PT-18: what the practice adds is seen in the portal while it is shared, by who sees what is shared.
#[tokio::test]
async fn what_the_practice_shares_is_opened_in_the_portal() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let aunt = carer(&app, &author, &patient, "aunt@example.org", "edit", "administrative").await;
        let file = author.send_file(&patient, "Result.pdf", &pdf()).await;
        let hidden = async |person: &Persona| {
            assert_eq!(rows(own(person, &patient).await), json!([]));
            open(person, &patient, &file).await.is(404);
            view(person, &patient, &file).await.is(404);
        };
        hidden(&lien).await;
        of(&author, "files/share", &patient, &file).await.is(200);
        hidden(&aunt).await;
        let listed = rows(own(&lien, &patient).await);
        let seen = |row: &Value| [&row["own"], &row["from_practice"], &row["unread"]].map(|one| one == &json!(true));
        assert_eq!(seen(&listed[0]), [false, true, true], "{listed}");
        let answer = open(&lien, &patient, &file).await.is(200);
        assert!(answer.body == pdf());
        is_inert(&answer, "application/pdf");
        assert_eq!(seen(&rows(own(&lien, &patient).await)[0]), [false, true, false], "it was opened");
        for person in [&lien, &author] {
            let answer = view(person, &patient, &file).await.is(200);
            assert!(answer.body == pdf());
            assert_eq!(answer.header("content-type"), Some("application/pdf"));
            assert!(answer.header("content-disposition").unwrap().starts_with("inline; filename=\"Result.pdf\""));
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("script-src"), "{policy}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
        // A text is not shown in place; who tried has not opened it.
        let text = author.send_file(&patient, "Plan.txt", TEXT.as_bytes()).await;
        of(&author, "files/share", &patient, &text).await.is(200);
        for person in [&lien, &author] {
            assert_eq!(view(person, &patient, &text).await.is(404).text(), "{\"error\":\"not_found\"}");
        }
        assert_eq!(seen(&rows(own(&lien, &patient).await)[0]), [false, true, true]);
        let mut work = app.services.store.read().await.unwrap();
        let chain = work.unscoped_chain(&app.group_a.to_string(), 0, 500).await.unwrap();
        drop(work);
        let opened =
            |id: &str| chain.iter().filter(|entry| entry.action == "file_opened" && entry.detail == id).count();
        assert_eq!((opened(&file), opened(&text)), (3, 0), "{engine:?}");
        of(&author, "files/remove", &patient, &text).await.is(200);
        let rename = |name: &str| json!({ "patient": patient, "id": file, "name": name, "category": "result" });
        author.call("files/rename", rename("Blood.pdf")).await.is(200);
        assert_eq!(rows(own(&lien, &patient).await)[0]["name"], "Blood.pdf");
        // A page does not become a page by its name either.
        for name in ["Blood.html", "Blood.txt", "Blood", ""] {
            author.call("files/rename", rename(name)).await.is(422);
        }
        of(&author, "files/unshare", &patient, &file).await.is(200);
        hidden(&lien).await;
        // What came from the portal stays there.
        let theirs = aunt.send_file(&patient, "Letter.pdf", &pdf()).await;
        for door in ["files/share", "files/unshare"] {
            assert_eq!(of(&author, door, &patient, &theirs).await.is(409).json()["detail"], "file_from_portal");
        }
        for person in [&lien, &aunt, &author] {
            open(person, &patient, &theirs).await.is(200);
        }
        // Taken out: for everybody, and for good.
        of(&author, "files/remove", &patient, &theirs).await.is(200);
        for person in [&lien, &aunt, &author] {
            open(person, &patient, &theirs).await.is(404);
        }
        of(&author, "files/remove", &patient, &theirs).await.is(404);
        assert_eq!(app.kept_files(), [app.kept_file(&file)]);
    }
}

/// Every door of the console that changes a file.
fn managing(patient: &str, file: &str) -> [(&'static str, Value); 4] {
    let of = json!({ "patient": patient, "id": file });
    let rename = json!({ "patient": patient, "id": file, "name": "Mine.pdf", "category": "other" });
    [("files/rename", rename), ("files/share", of.clone()), ("files/unshare", of.clone()), ("files/remove", of)]
}

/// What somebody is answered; 0 for what they may do.
struct Answers {
    lists: u16,
    manages: u16,
    begins: u16,
    sends: u16,
    opens: u16,
}

const fn answers([lists, manages, begins, sends, opens]: [u16; 5]) -> Answers {
    Answers { lists, manages, begins, sends, opens }
}

// PT-06, PT-15, TG-01, PR-01, S0-23: whoever may not, at each door and at each route, by id, as a view, in part, from another
// record, by the name under which it lies.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn the_wrong_person_passes_no_door_and_no_route() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let (stranger, elsewhere) = app.portal_user(&author, 'a', 2).await;
        let file = lien.send_file(&patient, &format!("{TEXT}.pdf"), &pdf()).await;
        let upload = lien.begin_file(&patient, "more.pdf", pdf().len() as u64).await.is(200).json();
        let upload = upload["id"].as_str().unwrap().to_owned();
        let theirs = stranger.send_file(&elsewhere, "Theirs.pdf", b"%PDF-1.4\nCNRY-a-2-file\n%%EOF\n").await;

        let mut people: Vec<(String, Persona, Answers)> = Vec::new();
        for (email, all) in [
            ("full@b.example.org", [404, 404, 404, 404, 404]),
            ("personal@a.example.org", [404, 404, 404, 404, 404]),
            // The front desk scans what it does not read.
            ("calendar@a.example.org", [200, 404, 0, 404, 404]),
            ("finance@a.example.org", [200, 404, 0, 404, 404]),
            ("hidden@a.example.org", [200, 404, 403, 403, 404]),
            ("own@a.example.org", [200, 404, 0, 404, 404]),
            ("reader@a.example.org", [0, 403, 403, 403, 0]),
            ("admin@a.example.org", [0, 0, 0, 404, 0]),
        ] {
            let mut person = app.user_at_once(email).await;
            if all[4] != 0 {
                person.may_see.clear();
            }
            people.push((email.to_owned(), person, answers(all)));
        }
        let lobby = app
            .add_user(
                "temporary@a.example.org",
                domain::user::Level::Full,
                NO_SETTINGS,
                domain::user::UserState::Active,
            )
            .await;
        let mut work = app.services.store.begin().await.unwrap();
        work.mark_temporary_password(lobby.account, domain::time::Time::from_millis(0)).await.unwrap();
        work.save().await.unwrap();
        let lobby = app.session(lobby.account, domain::account::Door::Console, Some(lobby.id)).await;
        let gone = app
            .add_user(
                "gone@a.example.org",
                domain::user::Level::Full,
                NO_SETTINGS,
                domain::user::UserState::Deactivated,
            )
            .await;
        let gone = app.session(gone.account, domain::account::Door::Console, Some(gone.id)).await;
        let mut aunt = carer(&app, &author, &patient, "aunt@example.org", "edit", "administrative").await;
        aunt.may_see.clear();
        let viewer = carer(&app, &author, &patient, "viewer@example.org", "view", "clinical").await;
        people.extend([
            ("lobby".to_owned(), lobby, answers([403; 5])),
            ("deactivated".to_owned(), gone, answers([401; 5])),
            ("anonymous".to_owned(), app.anon(), answers([401; 5])),
            ("another patient".to_owned(), stranger, answers([403, 403, 404, 404, 404])),
            ("appointments only".to_owned(), aunt, answers([403, 403, 0, 404, 404])),
            ("looks only".to_owned(), viewer, answers([403, 403, 403, 403, 0])),
        ]);
        let before = (rows(list(&author, &patient).await), rows(own(&lien, &patient).await));
        let (unknown, name) = (format!("fil_{:032x}", 0xdead_beef_u64), file.strip_prefix("fil_").unwrap());
        let mut pairs = 0;
        for (who, person, answers) in &people {
            let refused = |what: &str, answer: &Response, status: u16| {
                assert_eq!(answer.status, status, "{engine:?} {who} at {what}: {}", answer.text());
                let text = answer.text();
                assert!(!text.contains(TEXT) && !text.contains("%PDF") && !text.contains("CNRY-"), "{who} at {what}");
            };
            if answers.lists != 0 {
                refused("files/list", &list(person, &patient).await, answers.lists);
            }
            for (door, body) in managing(&patient, &file) {
                if answers.manages != 0 {
                    refused(door, &person.call(door, body).await, answers.manages);
                    pairs += 1;
                }
            }
            if answers.begins != 0 {
                refused("files/begin", &person.begin_file(&patient, "a.pdf", 10).await, answers.begins);
            }
            for door in ["files/progress", "files/finish", "files/give_up"] {
                refused(door, &of(person, door, &patient, &upload).await, answers.sends);
                let answer = of(person, door, &patient, &unknown).await;
                refused(door, &answer, answers.sends);
                pairs += 2;
            }
            refused("/uploads", &person.piece(&patient, &upload, 0, &pdf()).await, answers.sends);
            // PT-15: as if it were about oneself, or about somebody else.
            for record in [&elsewhere, &patient] {
                let answer = person.piece(record, &upload, 0, &pdf()).await;
                assert!([401, 403, 404].contains(&answer.status), "{who}: {}", answer.status);
            }
            for path in ["", "/view"] {
                for range in [None, Some("bytes=0-3"), Some("bytes=-1"), Some("bytes=0-0,2-3")] {
                    let ask = async |file: &str| {
                        let request = person.request("GET", &format!("/files/{patient}/{file}{path}"));
                        person
                            .send(range.into_iter().fold(request, |request, range| request.header("range", range)))
                            .await
                    };
                    if answers.opens == 0 {
                        assert!(ask(&file).await.is(200).text().contains(TEXT), "{who}");
                        continue;
                    }
                    let answer = ask(&file).await;
                    refused(path, &answer, answers.opens);
                    // And no other answer than for what nobody has.
                    assert_eq!(told(&answer), told(&ask(&unknown).await), "{engine:?} {who} {path}");
                    pairs += 1;
                }
            }
        }
        people.push(("the sender".to_owned(), lien.copy(), answers([0; 5])));
        people.push(("the practice".to_owned(), author.copy(), answers([0; 5])));
        let home = &name[name.len() - 2..];
        for (who, person, _) in &people {
            for path in [
                format!("/files/{elsewhere}/{file}"),
                format!("/files/{elsewhere}/{file}/view"),
                format!("/files/{patient}/{theirs}"),
                format!("/files/{patient}/{name}"),
                format!("/files/{patient}/{name}/view"),
                format!("/files/{patient}/{name}.0"),
                format!("/files/{home}/{name}"),
                format!("/files/{name}"),
                format!("/files/{home}"),
                "/files/".to_owned(),
                format!("/{home}/{name}"),
                format!("/pkg/{name}"),
                format!("/pkg/..%2f{home}%2f{name}"),
                format!("/uploads/{patient}/{file}/0"),
                format!("/files/{patient}/{file}/thumbnail"),
                format!("/files/{patient}/{}", file.to_uppercase()),
            ] {
                let answer = person.get(&path).await;
                assert!([401, 403, 404, 405].contains(&answer.status), "{engine:?} {who} {path}: {}", answer.status);
                let text = answer.text();
                assert!(!text.contains(TEXT) && !text.contains("%PDF"), "{engine:?} {who} {path}");
                pairs += 1;
            }
        }
        println!("{pairs} pairs of person and way on {engine:?}");
        // A user of the console has nothing to do at the portal's door.
        assert_eq!(own(&author, &patient).await.status, 403);
        assert_eq!(own(&app.anon(), &patient).await.status, 401);
        own(&lien, &elsewhere).await.is(404);
        // Of all that nothing was changed.
        assert_eq!(of(&lien, "files/progress", &patient, &upload).await.is(200).json()["pieces"], 0);
        assert_eq!((rows(list(&author, &patient).await), rows(own(&lien, &patient).await)), before);
        // A refusal of somebody who is signed in is written down: by which way, and about what.
        let mut work = app.services.store.read().await.unwrap();
        let chain = work.unscoped_chain(&app.group_b.to_string(), 0, 500).await.unwrap();
        for way in ["/files/:patient/:file", "/files/:patient/:file/view", "/uploads/:patient/:file/:number"] {
            let wanted = if way.starts_with("/files") { &file } else { &upload };
            let denied = chain.iter().any(|entry| entry.subject == *wanted && entry.detail.starts_with(way));
            assert!(denied, "{engine:?} {way}: {chain:?}");
        }
    }
}

// UP-14: whatever comes in place of a piece or of what is said beforehand: 4xx, quickly, and no panic (the log is searched at the end).
#[tokio::test]
async fn whatever_comes_as_a_body_is_refused() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let upload = author.begin_file(&patient, "a.pdf", 300_000).await.is(200).json();
    let file = upload["id"].as_str().unwrap();
    let part = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.4\r\n";
    let bodies: Vec<(&str, &str, Vec<u8>)> = vec![
        ("without boundary", "multipart/form-data", part.into()),
        ("an empty boundary", "multipart/form-data; boundary=", part.into()),
        ("without end", "multipart/form-data; boundary=x", part.into()),
        ("no part", "multipart/form-data; boundary=x", b"--x--\r\n".into()),
        ("10,000 parts", "multipart/form-data; boundary=x", format!("{}--x--\r\n", part.repeat(10_000)).into_bytes()),
        ("a form", "application/x-www-form-urlencoded", b"file=%PDF-1.4".into()),
        ("nothing", "application/xml", Vec::new()),
    ];
    for (what, kind, body) in &bodies {
        let from = Instant::now();
        for (method, path) in [("PUT", format!("/uploads/{patient}/{file}/0")), ("POST", "/api/files/begin".to_owned())]
        {
            for accept in ["application/json", "text/html"] {
                let request = author.request(method, &path).header("accept", accept);
                let answer = author.send(request.body(kind, body.clone())).await;
                assert!((400..500).contains(&answer.status), "{path} {what}: {}", answer.status);
            }
        }
        assert!(from.elapsed() < QUICKLY, "{what}: {:?}", from.elapsed());
    }
    // Only what says that it is bytes is taken for a piece.
    for kind in ["multipart/form-data", "text/plain", "application/pdf", "application/octet-stream; charset=utf-8", ""]
    {
        let request = author.request("PUT", &format!("/uploads/{patient}/{file}/0")).body(kind, vec![0; PIECE]);
        assert_eq!(author.send(request).await.status, 415, "{kind:?}");
    }
    let bare = Request { body: vec![0; PIECE], ..author.request("PUT", &format!("/uploads/{patient}/{file}/0")) };
    author.send(bare).await.is(415);
    // The wrong length, the wrong number.
    for (number, size) in [(0, PIECE - 1), (0, 0), (0, 1), (1, 300_000 - PIECE), (2, 1), (u64::MAX, 1), (u64::MAX, 0)] {
        let answer = author.piece(&patient, file, number, &vec![0; size]).await.is(409).json();
        assert_eq!(answer, json!({ "error": "conflict", "detail": "not_the_next_piece" }), "{number} {size}");
    }
    // Addresses that are none, told in our own words.
    for path in [
        format!("/uploads/{patient}/{file}/-1"),
        format!("/uploads/{patient}/{file}/x"),
        format!("/uploads/{patient}/{file}/99999999999999999999999"),
        format!("/uploads/{patient}/{file}/%ff"),
        format!("/uploads/%ff/{file}/0"),
        format!("/uploads/{patient}/..%2f..%2fsecret.key/0"),
        format!("/uploads/x/{file}/0"),
        format!("/uploads/{file}/{patient}/0"),
    ] {
        let request = author.request("PUT", &path).body("application/octet-stream", vec![0; PIECE]);
        let answer = author.send(request).await.is(404);
        assert_eq!(answer.text(), "{\"error\":\"not_found\"}", "{path}");
    }
    for path in ["/files/%ff/x", "/files/x/%ff", "/files/x/%00/view", "/files/x/..%2f..%2fsecret.key"] {
        let answer = author.send(author.request("GET", path)).await.is(404);
        assert_eq!(answer.text(), "{\"error\":\"not_found\"}", "{path}");
    }
    assert_eq!(of(&author, "files/progress", &patient, file).await.is(200).json()["pieces"], 0);
    assert!(app.kept_files().is_empty(), "nothing was kept of any of it");
}

// UP-14, AN-19: a piece that says it is too long is refused before it comes; one that does not say so as soon as it is. A head
// of 1 MiB is no head.
#[tokio::test]
async fn what_is_longer_than_a_piece_is_cut_off() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let upload = author.begin_file(&patient, "a.pdf", 600_000).await.is(200).json();
    let path = format!("/uploads/{patient}/{}/0", upload["id"].as_str().unwrap());
    let put = || author.request("PUT", &path).header("content-type", "application/octet-stream");
    let from = Instant::now();
    for length in ["262145", "1073741824", "18446744073709551615"] {
        // Not a byte of it comes.
        let mut stream = put().header("content-length", length).open(app.address).await;
        let mut bytes = Vec::new();
        let _ = timeout(QUICKLY, stream.read_to_end(&mut bytes)).await.expect("it is refused by its head");
        let status = Response::read(&bytes).unwrap().status;
        // The last one is no length that any body has.
        assert!(status == 413 || status == 431 && length.len() == 20, "{length}: {status}");
    }
    let mut stream = put().header("transfer-encoding", "chunked").open(app.address).await;
    let chunk = format!("{:x}\r\n{}\r\n", 8_192, "x".repeat(8_192));
    let (mut reader, mut writer) = stream.split();
    let mut sent = 0_usize;
    let endless = async {
        while writer.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
    };
    let mut bytes = Vec::new();
    let _ = timeout(QUICKLY, async { tokio::join!(endless, reader.read_to_end(&mut bytes)) }).await.expect("it ends");
    // Who goes on sending may be hung up on before the answer is read.
    if let Some(answer) = Response::read(&bytes) {
        assert_eq!(answer.status, 413);
    }
    assert!(sent < 64 * 1024 * 1024, "{sent}");
    // Just too long, and read to the end by a client that waits.
    let over = format!("{:x}\r\n{}\r\n0\r\n\r\n", PIECE + 1, "x".repeat(PIECE + 1));
    let request = put().header("transfer-encoding", "chunked");
    author.send(Request { body: over.into_bytes(), ..request }).await.is(413);
    // Nobody who is not signed in has a body looked at.
    let mut stream = Request { headers: Vec::new(), ..put() }
        .header("origin", &format!("http://{}", app.address))
        .header("content-type", "application/octet-stream")
        .header("content-length", "262144")
        .open(app.address)
        .await;
    let mut bytes = Vec::new();
    let _ = timeout(QUICKLY, stream.read_to_end(&mut bytes)).await.expect("it is refused by its head");
    assert_eq!(Response::read(&bytes).unwrap().status, 401);

    let long = "x".repeat(1024 * 1024);
    let many: String = (0..10_000).map(|n| format!("x-{n}: {}\r\n", "y".repeat(100))).collect();
    for more in
        [format!("x-long: {long}\r\n"), format!("content-disposition: attachment; filename=\"{long}\"\r\n"), many]
    {
        for (method, path) in [("PUT", path.as_str()), ("POST", "/api/files/begin"), ("GET", "/files/x/y")] {
            let head =
                format!("{method} {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\n{more}\r\n", app.address);
            let mut stream = TcpStream::connect(app.address).await.unwrap();
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.shutdown().await;
            let mut bytes = Vec::new();
            let _ = timeout(QUICKLY, stream.read_to_end(&mut bytes)).await.expect("an end");
            if let Some(answer) = Response::read(&bytes) {
                assert!((400..500).contains(&answer.status), "{method} {path}: {}", answer.status);
            }
        }
    }
    assert!(from.elapsed() < QUICKLY * 2, "{:?}", from.elapsed());
    let progress = json!({ "patient": patient, "id": upload["id"] });
    assert_eq!(author.call("files/progress", progress).await.is(200).json()["pieces"], 0);
    assert!(app.kept_files().is_empty());
}

// UP-09: 200 pieces at one byte a second end with 408 by the time that a piece may take, and hold up nobody meanwhile. Slow: 26 s.
#[tokio::test]
async fn a_stuck_piece_ends_and_holds_up_nobody() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let bytes = pdf();
    let upload = author.begin_file(&patient, "slow.pdf", bytes.len() as u64).await.is(200).json();
    let file = upload["id"].as_str().unwrap();
    let path = format!("/uploads/{patient}/{file}/0");
    let request = author.request("PUT", &path).header("content-type", "application/octet-stream");
    let request = &request.header("content-length", &bytes.len().to_string());
    let drips = (0..200).map(|_| async {
        let mut stream = request.open(app.address).await;
        let from = Instant::now();
        let (mut reader, mut writer) = stream.split();
        let drip = async {
            // Not so many that it would be whole.
            for byte in bytes.iter().take(28) {
                if writer.write_all(&[*byte]).await.is_err() {
                    break;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut answer = Vec::new();
        tokio::select! {
            () = drip => {}
            _ = reader.read_to_end(&mut answer) => {}
            () = tokio::time::sleep(PIECE_TIME + Duration::from_secs(4)) => {}
        }
        (Response::read(&answer).map(|answer| answer.status), from.elapsed())
    });
    assert!(bytes.len() > 30 && PIECE_TIME < Duration::from_secs(28));
    let others = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut slowest = Duration::ZERO;
        for n in 0..5 {
            let from = Instant::now();
            let file = author.send_file(&patient, &format!("quick{n}.pdf"), &bytes).await;
            assert!(open(&author, &patient, &file).await.is(200).body == bytes);
            slowest = slowest.max(from.elapsed());
        }
        slowest
    };
    let (ended, slowest) = tokio::join!(join_all(drips), others);
    for (status, after) in ended {
        assert_eq!(status, Some(408), "{after:?}");
        assert!(after > PIECE_TIME / 2 && after < PIECE_TIME + Duration::from_secs(2), "{after:?}");
    }
    assert!(slowest < QUICKLY, "{slowest:?}");
    // Nothing is lost: it goes on where it was.
    author.piece(&patient, file, 0, &bytes).await.is(200);
    of(&author, "files/finish", &patient, file).await.is(200);
}

// UP-06: whatever a name says, it is one line of plain letters in a header, and text on a page.
#[tokio::test]
async fn hostile_names_come_back_as_harmless_headers() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let (lien, patient) = app.portal_user(&author, 'a', 1).await;
    let long = format!("{}.txt", "x".repeat(10_000));
    let shown_long = format!("{}.txt", "x".repeat(FILE_NAME - 4));
    for (name, shown) in [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("/etc/shadow.txt", "shadow.txt"),
        ("C:\\Windows\\win.txt", "win.txt"),
        ("a\0b.txt", "ab.txt"),
        ("CON.txt", "_CON.txt"),
        ("exe.\u{202E}fdp.txt", "exe.fdp.txt"),
        ("🦵 Knie.txt", "🦵 Knie.txt"),
        ("a\r\nset-cookie: __Host-portico=evil\r\n\r\n<script>.txt", "aset-cookie_ __Host-portico=evil_script_.txt"),
        ("a\"; filename=\"evil.html;.txt", "a_; filename=_evil.html;.txt"),
        ("a%0d%0ax-evil%3a1'.txt", "a%0d%0ax-evil%3a1'.txt"),
        ("<img src=x onerror=alert(1)>.txt", "_img src=x onerror=alert(1)_.txt"),
        (long.as_str(), shown_long.as_str()),
    ] {
        let file = lien.send_file(&patient, name, b"hello").await;
        let listed = rows(own(&lien, &patient).await);
        let row = listed.as_array().unwrap().iter().find(|row| row["id"] == file.as_str()).unwrap();
        assert_eq!(row["name"], shown, "{name:?}");
        let answer = open(&lien, &patient, &file).await.is(200);
        assert_eq!(answer.body, b"hello", "{name:?}");
        is_inert(&answer, "text/plain; charset=utf-8");
        let header = answer.header("content-disposition").unwrap();
        let (plain, whole) =
            header.strip_prefix("attachment; filename=\"").unwrap().split_once("\"; filename*=UTF-8''").unwrap();
        assert!(plain.chars().all(|c| c.is_ascii_alphanumeric() || ".-_ ".contains(c)), "{header}");
        assert!(whole.chars().all(|c| c.is_ascii_alphanumeric() || ".-_%".contains(c)), "{header}");
        assert!(plain.ends_with(".txt") && whole.ends_with(".txt"), "{header}");
        assert!(answer.header("set-cookie").is_none() && answer.header("x-evil").is_none());
        // What it is kept under has nothing to do with it.
        assert!(app.kept_file(&file).is_file(), "{name:?}");
        assert_eq!(app.kept_files().len(), 1, "{name:?}");
        let page = lien.get(&format!("/portal/{patient}/files")).await.is(200).text();
        assert!(!page.contains("<img src=x") && !page.contains("<script>."), "{page}");
        of(&author, "files/remove", &patient, &file).await.is(200);
    }
    for name in ["", ".", "..", ".txt", "\u{200B}.txt", "/", "a", "a.txt.", "a.txt/"] {
        let refused = lien.begin_file(&patient, name, 5).await;
        let allowed = if name == "a.txt." { refused.status == 200 } else { false };
        assert!(allowed || refused.status == 422, "{name:?}: {}", refused.status);
    }
}

// UP-02, UP-08: what cannot be taken is refused when it is announced; of 2 GiB nothing is on the disk or in memory.
#[tokio::test]
async fn what_cannot_be_taken_is_refused_beforehand() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        for person in [&author, &lien] {
            let (from, before) = (Instant::now(), memory());
            for size in [FILE + 1, 2 << 30, u64::MAX] {
                assert_eq!(problem(person.begin_file(&patient, "a.pdf", size).await), "file_too_large");
            }
            assert!(from.elapsed() < Duration::from_secs(1), "{:?}", from.elapsed());
            assert!(memory() < before + (1 << 29), "{} before, {} after", before, memory());
            assert_eq!(problem(person.begin_file(&patient, "a.pdf", 0).await), "file_empty");
            // PT-18
            for name in ["a.html", "a.svg", "a.xml", "a.js", "a.exe", "a.hta", "a.lnk", "a.pdf.html", "a.txt\0.html"] {
                assert_eq!(problem(person.begin_file(&patient, name, 5).await), "file_type", "{name}");
            }
            for size in [json!(-1), json!(1.5), json!("5"), json!(null), json!(1e30)] {
                let form = json!({ "name": "a.pdf", "category": "other", "size": size });
                person.call("files/begin", json!({ "patient": patient, "form": form })).await.is(400);
            }
            // TG-04: who sends it, whose it is, what it is and where it stands are the server's to say.
            for (field, value) in [
                ("id", json!("fil_1")),
                ("group_id", json!("x")),
                ("sender", json!("x")),
                ("state", json!("kept")),
                ("kind", json!("pdf")),
                ("pieces", json!(1)),
                ("shared_at", json!(1)),
            ] {
                let form = json!({ "name": "a.pdf", "category": "other", "size": 5 });
                let (mut inside, mut beside) = (form.clone(), json!({ "patient": patient, "form": form }));
                inside[field] = value.clone();
                beside[field] = value;
                for body in [beside, json!({ "patient": patient, "form": inside })] {
                    assert_eq!(person.call("files/begin", body).await.status, 400, "{field}");
                }
            }
            for (door, field) in [("files/progress", "pieces"), ("files/finish", "state"), ("files/give_up", "account")]
            {
                let body = json!({ "patient": patient, "id": format!("fil_{:032x}", 1), field: 1 });
                assert_eq!(person.call(door, body).await.status, 400, "{door}");
            }
            let mut uploads = Vec::new();
            for _ in 0..UPLOADS {
                uploads.push(person.begin_file(&patient, "a.pdf", 5).await.is(200).json()["id"].clone());
            }
            let refused = person.begin_file(&patient, "a.pdf", 5).await.is(409).json();
            assert_eq!(refused["detail"], "too_many_uploads");
            for upload in uploads {
                of(person, "files/give_up", &patient, upload.as_str().unwrap()).await.is(200);
            }
        }
        assert!(app.kept_files().is_empty());
        assert_eq!(rows(list(&author, &patient).await), json!([]));
    }
}

/// How much memory this program has, in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

// PT-18, UP-02: a page or a drawing under the name of a text is not taken, and nothing of it is kept; a text is a text.
#[tokio::test]
async fn what_a_browser_would_run_is_not_taken() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for (name, text, said) in [
            ("a.txt", "<!DOCTYPE html><script>alert(1)</script>", "file_type"),
            ("a.txt", svg, "file_type"),
            ("a.png", svg, "file_type"),
            ("a.txt", "<?xml version=\"1.0\"?><x/>", "file_type"),
            ("a.pdf", "<html><body onload=alert(1)>", "file_type"),
            ("a.pdf", "hello", "file_not_what_it_says"),
            ("a.jpg", "%PDF-1.4\n", "file_not_what_it_says"),
            ("a.png", "\u{89}PNG", "file_type"),
            ("a.docx", "PK\u{3}\u{4}", "file_type"),
        ] {
            let file = lien.almost_send_file(&patient, name, text.as_bytes()).await;
            assert_eq!(app.kept_files().len(), 1);
            assert_eq!(problem(of(&lien, "files/finish", &patient, &file).await), said, "{name} {text}");
            assert!(app.kept_files().is_empty(), "{name} {text}");
            for door in ["files/finish", "files/progress"] {
                of(&lien, door, &patient, &file).await.is(404);
            }
            open(&lien, &patient, &file).await.is(404);
        }
        assert_eq!(rows(own(&lien, &patient).await), json!([]));
        let text = b"1 < 2, <5 mg/l & \"quoted\" 'text'";
        let file = lien.send_file(&patient, "a.txt", text).await;
        for person in [&lien, &author] {
            for accept in ["text/html", "*/*", "image/svg+xml"] {
                let request = person.request("GET", &format!("/files/{patient}/{file}")).header("accept", accept);
                // As a link that somebody was sent.
                let request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
                let answer = person.send(request.header("sec-fetch-site", "cross-site")).await.is(200);
                is_inert(&answer, "text/plain; charset=utf-8");
                assert_eq!(answer.body, text);
            }
        }
    }
}

/// What deflates to about 160 times as much: one letter, and then the same 258 bytes again and again.
fn bomb(size: usize) -> Vec<u8> {
    let (mut bytes, mut rest, mut have) = (Vec::with_capacity(size), 0_u32, 0);
    let mut put = |bits: &str| {
        for bit in bits.bytes() {
            rest |= u32::from(bit == b'1') << have;
            have += 1;
            if have == 8 {
                bytes.push(u8::try_from(rest).unwrap());
                (rest, have) = (0, 0);
            }
        }
        bytes.len()
    };
    // The last block, of fixed codes; "A".
    put("110");
    put("01110001");
    // Length 258, distance 1.
    while put("1100010100000") < size {}
    put("0000000");
    put("0000000");
    bytes
}

/// An archive of these names, each of which says that it is the same bytes, which unpack to so much.
fn archive(names: &[String], packed: &[u8], unpacked: u32) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (n, name) in names.iter().enumerate() {
        let sizes = [u32::try_from(packed.len()).unwrap(), unpacked].map(u32::to_le_bytes).concat();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let head = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &sizes, &length, &[0, 0]].concat();
        if n == 0 {
            bytes.extend([b"PK\x03\x04", &head[..], name.as_bytes(), packed].concat());
        }
        list.extend([b"PK\x01\x02\x14\0", &head[..], &[0; 14], name.as_bytes()].concat());
    }
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    let (size, start) = (u32::try_from(list.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
    let end = [&[0; 4][..], &count, &count, &size.to_le_bytes(), &start.to_le_bytes(), &[0, 0]].concat();
    [bytes, list, b"PK\x05\x06".to_vec(), end].concat()
}

// UP-04: a Word document that would unpack to 10 GiB, or has 2,000 parts, is refused, and nobody unpacks it to find out.
#[tokio::test]
async fn an_archive_that_would_fill_the_disk_is_refused() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let names = |count: usize| -> Vec<String> {
        let more = (2..count).map(|n| format!("word/media/{n}.xml"));
        ["[Content_Types].xml".to_owned(), "word/document.xml".to_owned()].into_iter().chain(more).collect()
    };
    // As real ones are: taken.
    author.send_file(&patient, "plain.docx", &archive(&names(12), &bomb(1_000), 150_000)).await;
    let packed = bomb(4 << 20);
    for (what, bytes) in [
        ("10 GiB", archive(&names(3), &packed, u32::MAX)),
        ("2,000 parts", archive(&names(2_000), &bomb(1_000), 1_000)),
        ("10 GiB in 2,000 parts", archive(&names(2_000), &bomb(1_000), 5_368_709)),
    ] {
        let file = author.almost_send_file(&patient, "bomb.docx", &bytes).await;
        let before = memory();
        let from = Instant::now();
        assert_eq!(problem(of(&author, "files/finish", &patient, &file).await), "file_type", "{what}");
        assert!(from.elapsed() < QUICKLY * 4, "{what}: {:?}", from.elapsed());
        // Other tests run beside this one, so it is not the 64 MiB of UP-04; unpacked it would be 10 times as much.
        assert!(memory() < before + (300 << 20), "{what}: {} before, {} after", before, memory());
    }
    assert_eq!(app.kept_files().len(), 1);
}

// UP-12, PR-18: who signs out, or is shut out, in the middle of a file sends nothing more of it.
#[tokio::test]
async fn whose_access_ends_in_the_middle_sends_nothing_more() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let bytes = long_text();
        let halfway = async |person: &Persona| {
            let begun = person.begin_file(&patient, "half.txt", bytes.len() as u64).await.is(200).json();
            let file = begun["id"].as_str().unwrap().to_owned();
            person.piece(&patient, &file, 0, &bytes[..PIECE]).await.is(200);
            file
        };
        // Everything that could be done next.
        let refused = async |person: &Persona, file: &str, status: u16| {
            for number in [0, 1] {
                let from = usize::try_from(number).unwrap() * PIECE;
                person.piece(&patient, file, number, &bytes[from..from + PIECE]).await.is(status);
            }
            for door in ["files/progress", "files/finish", "files/give_up"] {
                of(person, door, &patient, file).await.is(status);
            }
            person.begin_file(&patient, "half.txt", 5).await.is(status);
        };
        let file = halfway(&lien).await;
        let tab = lien.copy();
        lien.post("account/sign_out", &[]).await.is(200);
        refused(&tab, &file, 401).await;
        refused(&lien, &file, 401).await;
        let lien = app.anon();
        lien.sign_in("portal", &crate::app::patient_email('a', 1), NEW_PASSWORD).await.is(200);
        // Signed in anew it goes on: it is the person's, not the session's.
        assert_eq!(of(&lien, "files/progress", &patient, &file).await.is(200).json()["pieces"], 1);
        let users = author.call("portal_users/list", json!({ "patient": patient })).await.is(200).json();
        let grant = json!({ "patient": patient, "id": users[0]["id"] });
        author.call("portal_users/suspend", grant.clone()).await.is(200);
        refused(&lien, &file, 404).await;
        author.call("portal_users/restore", grant).await.is(200);
        of(&lien, "files/give_up", &patient, &file).await.is(200);

        // On the other side: hidden from the patient, then deactivated.
        let colleague = app.user("clinical@a.example.org").await;
        let account = app.account("clinical@a.example.org").await;
        let user = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap()[0].user.clone();
        let file = halfway(&colleague).await;
        app.relate(&user, &patient, domain::access::Relationship::Revoked).await;
        refused(&colleague, &file, 404).await;
        app.relate(&user, &patient, domain::access::Relationship::Granted).await;
        assert_eq!(of(&colleague, "files/progress", &patient, &file).await.is(200).json()["pieces"], 1);
        app.save_user(&domain::user::User { state: domain::user::UserState::Deactivated, ..user }).await;
        refused(&colleague, &file, 401).await;
        assert_eq!(rows(list(&author, &patient).await), json!([]), "nothing of it is one of the record");
    }
}

// DB-03, UP-06: whoever carries the disk away reads nothing of what is in a file, and from names in the vault learns nothing.
#[tokio::test]
async fn a_stolen_disk_tells_nothing_of_a_file() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let (lien, patient) = app.portal_user(&author, 'a', 1).await;
    // The same word at the beginning, across the border of two pieces, and at the end.
    let mut text = format!("{TEXT} ").repeat(60_000);
    text.truncate(2 * PIECE + 100);
    text.push_str(&format!("\nCNRY-a-1-{TEXT}"));
    let file = lien.send_file(&patient, "Hidden-Reason.txt", text.as_bytes()).await;
    let other = lien.send_file(&patient, "Hidden-Reason.txt", text.as_bytes()).await;
    let half = lien.begin_file(&patient, "Half.txt", text.len() as u64).await.is(200).json();
    lien.piece(&patient, half["id"].as_str().unwrap(), 0, &text.as_bytes()[..PIECE]).await.is(200);
    let holds = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());

    let kept = app.kept_files();
    assert_eq!(kept.len(), 3, "two files and a piece");
    for path in kept.iter().chain(&app.database_files()) {
        let bytes = std::fs::read(path).unwrap();
        assert!(!holds(&bytes, TEXT), "{}", path.display());
    }
    // It was looked for where it would be.
    assert!(app.database_files().iter().any(|path| holds(&std::fs::read(path).unwrap(), "Hidden-Reason.txt")));
    assert!(open(&lien, &patient, &file).await.is(200).body == text.as_bytes());
    assert!(open(&author, &patient, &other).await.is(200).body == text.as_bytes());
    // Not even that two are the same, or that one repeats itself.
    let [one, two] = [&file, &other].map(|file| std::fs::read(app.kept_file(file)).unwrap());
    assert_eq!((one.len(), two.len()), (text.len() + 3 * 41, text.len() + 3 * 41));
    let parts: HashSet<&[u8]> = one.windows(16).chain(two.windows(16)).collect();
    assert_eq!(parts.len(), one.len() + two.len() - 2 * 15, "the same bytes twice");
    for path in kept {
        let path = path.to_string_lossy().into_owned();
        for word in ["Hidden", "Reason", "Half", "txt", "pat_", "fil_", &patient[4..], &app.group_a.to_string()[4..]] {
            assert!(!path.rsplit('/').take(2).any(|part| part.contains(word)), "{word} in {path}");
        }
    }
    assert!(!log::lines().contains("Hidden-Reason"), "a name is health data, too");
}

// S4-12, S4-13: a tab sends and opens as the membership it says, and as no other.
#[tokio::test]
async fn each_tab_sends_and_opens_as_its_own_membership() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (ours, theirs) = (app.practitioner().await, app.user("full@b.example.org").await);
        let (a, b) = (app.patient(&ours, 'a', 1).await, app.patient(&theirs, 'b', 2).await);
        let (file_a, file_b) = (
            ours.send_file(&a, "a.txt", b"CNRY-a-1-file").await,
            theirs.send_file(&b, "b.txt", b"CNRY-b-2-file").await,
        );
        let places = theirs.call("locations/list", json!({})).await.is(200).json();
        let user = json!({
            "first_name": "Tom", "last_name": "Two", "profession": "Physiotherapist", "level": "clinical",
            "locations": [places[0]["id"]],
        });
        let email = "clinical@a.example.org";
        let form = json!({ "role": "practitioner", "email": email, "email_again": email, "user": user });
        let add = json!({ "form": form, "password": "", "password_again": "" });
        let there = theirs.call("users/add", add).await.is(200).json()["invited"].as_str().unwrap().to_owned();
        let mut tom = app.user("clinical@a.example.org").await;
        tom.may_see.push("CNRY-b-".to_owned());
        let here = tom.call("console/start", json!({})).await.is(200).json()["user"].as_str().unwrap().to_owned();
        let somebody = ours.call("console/start", json!({})).await.is(200).json()["user"].as_str().unwrap().to_owned();
        let as_user = |user: &str, request: Request| tom.send(request.header("x-portico-user", user));
        let begin = |user: &str, patient: &str| {
            let form = json!({ "name": "t.txt", "category": "other", "size": 5 });
            let body = json!({ "patient": patient, "form": form }).to_string();
            as_user(user, tom.request("POST", "/api/files/begin").body("application/json", body))
        };
        let put = |user: &str, patient: &str, file: &str| {
            let request = tom.request("PUT", &format!("/uploads/{patient}/{file}/0"));
            as_user(user, request.body("application/octet-stream", b"hello"))
        };
        let get = |user: &str, patient: &str, file: &str| {
            as_user(user, tom.request("GET", &format!("/files/{patient}/{file}")))
        };
        let upload = begin(&here, &a).await.is(200).json()["id"].as_str().unwrap().to_owned();
        // A membership that is somebody else's, none at all, or one that was not entered yet.
        for user in [somebody.as_str(), "usr_x", "", there.as_str()] {
            for (patient, file) in [(&a, &file_a), (&b, &file_b)] {
                begin(user, patient).await.is(403);
                put(user, patient, &upload).await.is(403);
                get(user, patient, file).await.is(403);
            }
        }
        as_user(
            &here,
            tom.request("POST", "/api/memberships/accept")
                .body("application/json", json!({ "user": there }).to_string()),
        )
        .await
        .is(200);
        as_user(
            &here,
            tom.request("POST", "/api/memberships/switch")
                .body("application/json", json!({ "user": there }).to_string()),
        )
        .await
        .is(200);
        get(&here, &a, &file_a).await.is(200);
        get(&there, &b, &file_b).await.is(200);
        get(&here, &b, &file_b).await.is(404);
        get(&there, &a, &file_a).await.is(404);
        begin(&there, &a).await.is(404);
        put(&there, &a, &upload).await.is(404);
        put(&here, &a, &upload).await.is(200);
        // A link sets no header: its address says it, and says no more than the header could.
        let link =
            async |user: &str, patient: &str, file: &str| tom.get(&format!("/files/{patient}/{file}?as={user}")).await;
        for (patient, file, user, other) in [(&a, &file_a, &here, &there), (&b, &file_b, &there, &here)] {
            link(user, patient, file).await.is(200);
            link(other, patient, file).await.is(404);
            for nobody in [somebody.as_str(), "usr_x", ""] {
                link(nobody, patient, file).await.is(403);
            }
        }
    }
}

// SS-09, AN-10, SS-13: another site sends no piece, and pulls no file into itself.
#[tokio::test]
async fn no_other_site_sends_a_piece_or_embeds_a_file() {
    let app = App::start(Engine::Sqlite).await;
    let author = app.practitioner().await;
    let patient = app.patient(&author, 'a', 1).await;
    let file = author.send_file(&patient, "a.pdf", &pdf()).await;
    let upload = author.begin_file(&patient, "b.pdf", pdf().len() as u64).await.is(200).json();
    let upload = upload["id"].as_str().unwrap();
    let ours = format!("http://{}", app.address);
    let origins: [&[(&str, &str)]; 8] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("origin", &ours), ("sec-fetch-site", "cross-site")],
        &[("origin", &ours), ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://127.0.0.1")],
    ];
    for origin in origins {
        let request = author.request("PUT", &format!("/uploads/{patient}/{upload}/0"));
        let request = request.without("origin").without("sec-fetch-site");
        let request = origin.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = author.send(request.body("application/octet-stream", pdf())).await;
        assert_eq!(answer.status, 403, "{origin:?}");
    }
    for (site, mode, dest) in [
        ("cross-site", "no-cors", "image"),
        ("cross-site", "no-cors", "object"),
        ("cross-site", "navigate", "iframe"),
        ("same-site", "cors", "empty"),
    ] {
        for path in [format!("/files/{patient}/{file}"), format!("/files/{patient}/{file}/view")] {
            let request = author.request("GET", &path).header("sec-fetch-site", site);
            let answer =
                author.send(request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest)).await.is(403);
            assert!(!answer.text().contains(TEXT), "{path}");
        }
    }
    // AN-15: nothing but the one method.
    for (path, methods) in [
        (format!("/uploads/{patient}/{upload}/0"), ["GET", "POST", "PATCH", "DELETE"]),
        (format!("/files/{patient}/{file}"), ["PUT", "POST", "PATCH", "DELETE"]),
        (format!("/files/{patient}/{file}/view"), ["PUT", "POST", "PATCH", "DELETE"]),
    ] {
        for method in methods {
            let request = author.request(method, &path).header("x-http-method-override", "PUT");
            let answer = author.send(request.body("application/octet-stream", pdf())).await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
    assert_eq!(of(&author, "files/progress", &patient, upload).await.is(200).json()["pieces"], 0);
    open(&author, &patient, &file).await.is(200);
}

// R-04, F4: what is lost in the vault is a fault with a reference; what is broken further on ends the answer short, so that
// nobody takes it for whole. Nothing of it is ever something else.
#[tokio::test]
async fn what_is_lost_or_broken_in_the_vault_is_said() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let bytes = long_text();
        let file = lien.send_file(&patient, "long.txt", &bytes).await;
        let other = lien.send_file(&patient, "other.txt", &bytes).await;
        let place = app.kept_file(&file);
        let whole = std::fs::read(&place).unwrap();
        let sealed_piece = PIECE + 41;
        assert_eq!(whole.len(), bytes.len() + 3 * 41);

        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        let swapped =
            [&whole[sealed_piece..2 * sealed_piece], &whole[..sealed_piece], &whole[2 * sealed_piece..]].concat();
        for (what, bytes) in [
            ("gone", None),
            ("empty", Some(Vec::new())),
            ("cut in the first piece", Some(whole[..sealed_piece - 1].to_vec())),
            ("changed in the first piece", Some(flipped(100))),
            ("another version", Some(flipped(0))),
            ("pieces exchanged", Some(swapped)),
            ("another file", Some(std::fs::read(app.kept_file(&other)).unwrap())),
        ] {
            match bytes {
                None => std::fs::remove_file(&place).unwrap(),
                Some(bytes) => std::fs::write(&place, bytes).unwrap(),
            }
            for person in [&lien, &author] {
                let answer = open(person, &patient, &file).await.is(500);
                let reference = answer.header("x-request-id").unwrap().to_owned();
                assert_eq!(answer.json(), json!({ "error": "fault", "detail": { "reference": reference } }), "{what}");
                assert!(answer.header("content-disposition").is_none());
                let lines = log::lines();
                let line =
                    lines.lines().find(|line| line.contains(&reference) && line.contains("ERROR")).expect("a line");
                assert!(line.contains(&file), "{what}: {line}");
                // For people the same, with the number to read out.
                let page = person.get(&format!("/files/{patient}/{file}")).await.is(500);
                let number = page.header("x-request-id").unwrap().to_owned();
                assert!(page.text().contains(&number) && !page.text().contains(TEXT), "{what}");
            }
        }
        for (what, bytes) in [
            ("changed in the second piece", flipped(sealed_piece + 100)),
            ("changed at its end", flipped(2 * sealed_piece - 1)),
            ("cut behind the first piece", whole[..sealed_piece].to_vec()),
            ("cut in the second piece", whole[..sealed_piece + 1_000].to_vec()),
        ] {
            std::fs::write(&place, bytes).unwrap();
            let answer = open(&lien, &patient, &file).await.is(200);
            assert_eq!(
                answer.header("content-length"),
                Some(whole.len() - 3 * 41).map(|size| size.to_string()).as_deref()
            );
            assert!(answer.body == whole_text(PIECE), "{what}: {} bytes", answer.body.len());
            let mut lines = String::new();
            for _ in 0..100 {
                lines = log::lines();
                if lines.contains("a file broke off") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert!(lines.lines().any(|line| line.contains("a file broke off") && line.contains(&file)), "{what}");
        }
        std::fs::write(&place, &whole).unwrap();
        assert!(open(&lien, &patient, &file).await.is(200).body == bytes, "it was that");
        assert!(open(&lien, &patient, &other).await.is(200).body == bytes);
        // A piece that is lost before the file is whole.
        let half = lien.almost_send_file(&patient, "half.txt", &bytes).await;
        let piece = app.kept_files().into_iter().find(|path| path.to_string_lossy().ends_with(".1")).unwrap();
        std::fs::remove_file(piece).unwrap();
        of(&lien, "files/finish", &patient, &half).await.is(500);
        of(&lien, "files/give_up", &patient, &half).await.is(200);
    }
}

fn whole_text(length: usize) -> Vec<u8> {
    long_text()[..length].to_vec()
}

// UP-01: what waits for the scanner, and what held a virus, is opened by nobody; of the latter nothing is kept, and it is told.
#[tokio::test]
async fn what_waits_or_held_a_virus_is_opened_by_nobody() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let finished = async |scans: Scans| {
            app.scanner.set(scans);
            let file = lien.almost_send_file(&patient, "Letter.pdf", &pdf()).await;
            let sent = of(&lien, "files/finish", &patient, &file).await.is(200).json();
            (file, sent["state"].as_str().unwrap().to_owned())
        };
        let (waiting, state) = finished(Scans::Silent).await;
        assert_eq!(state, "waiting");
        let (infected, state) = finished(Scans::Word(TEXT)).await;
        assert_eq!(state, "infected");
        assert!(!app.kept_file(&infected).exists(), "nothing of it is kept");
        for (file, said, shown) in
            [(&waiting, "file_waits", "Being checked for viruses"), (&infected, "file_infected", "A virus was found")]
        {
            for person in [&lien, &author] {
                for answer in [open(person, &patient, file).await, view(person, &patient, file).await] {
                    assert_eq!(answer.is(409).json(), json!({ "error": "conflict", "detail": said }), "{engine:?}");
                }
            }
            let page = lien.get(&format!("/portal/{patient}/files")).await.is(200).text();
            assert!(page.contains(shown) && !page.contains(&format!("/files/{patient}/{file}")), "{page}");
        }
        let states = rows(list(&author, &patient).await);
        assert_eq!(
            (&states[0]["state"], &states[1]["state"]),
            (&json!("infected"), &json!("waiting")),
            "staff is told"
        );
        assert!(!states.to_string().contains("Test-Virus"));
        let (kept, state) = finished(Scans::Word("something else")).await;
        assert_eq!(state, "kept");
        open(&author, &patient, &kept).await.is(200);
        // The scanner answers again.
        let scanned = services::files::scan_waiting(&app.services, &|| false).await.unwrap();
        assert_eq!(scanned, 1);
        assert!(open(&lien, &patient, &waiting).await.is(200).body == pdf());
    }
}

// S0-21: what stands in the way of a file is said by name, and by nobody's fault.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_said() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let author = app.practitioner().await;
        let (lien, patient) = app.portal_user(&author, 'a', 1).await;
        let conflict = |why: &str| format!("{{\"error\":\"conflict\",\"detail\":\"{why}\"}}");
        // Not all of it is there.
        let begun = lien.begin_file(&patient, "a.txt", 300_000).await.is(200).json();
        let half = begun["id"].as_str().unwrap();
        assert_eq!(of(&lien, "files/finish", &patient, half).await.is(409).text(), conflict("pieces_missing"));
        // A picture of which half is missing.
        let cut = lien.almost_send_file(&patient, "a.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR").await;
        let damaged = of(&lien, "files/finish", &patient, &cut).await.is(422).json();
        assert_eq!(damaged["detail"]["fields"][0], json!({ "field": "file", "problem": "file_damaged" }));
        of(&lien, "files/finish", &patient, &cut).await.is(404);
        // Nobody of the portal would see it.
        let alone = app.patient(&author, 'a', 2).await;
        let file = author.send_file(&alone, "a.txt", b"for nobody").await;
        assert_eq!(of(&author, "files/share", &alone, &file).await.is(409).text(), conflict("nobody_in_portal"));
    }
}
