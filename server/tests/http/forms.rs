//! Forms as a browser without scripts posts them: kept, refused with what is wrong beside each question, returned once (S3-13,
//! S3-14, PT-14, PT-17).

use domain::time::Span;
use serde_json::{Value, json};

use crate::app::{App, ENGINES, PASSWORD, Persona};

const EVIL: &str = "</textarea><script>alert(1)</script>";

fn draft(title: &str) -> Value {
    let questions = json!([
        { "key": "reason", "label": format!("Why? {EVIL}"), "kind": "long_text", "required": true },
        { "key": "side", "label": "Where?", "kind": { "choice": { "options": ["Left", "Right & middle"] } } },
        { "key": "signs", "label": "What else?", "kind": { "choices": { "options": ["Pain", "Fever", "Other"] } } },
        { "key": "weight", "label": "Weight", "kind": { "number": { "least": "2", "most": "300", "unit": "kg" } } },
    ]);
    json!({ "title": title, "definition": { "sections": [{ "title": "You", "questions": questions }] } })
}

/// A portal user who is asked for a form: whose, their patient and the request.
pub async fn asked(app: &App, practitioner: &Persona, number: u32) -> (Persona, String, String) {
    let (person, patient) = app.portal_user(practitioner, 'a', number).await;
    let title = format!("Intake {number}");
    let id = practitioner.call("forms/add", json!({ "form": draft(&title) })).await.is(200).json();
    let publish = json!({ "id": id, "version": 0, "form": draft(&title) });
    practitioner.call("forms/publish", publish).await.is(200);
    let start = practitioner.call("forms/send_start", json!({ "patient": patient })).await.is(200).json();
    let form = json!({ "to": start["people"][0]["grant"], "forms": [id], "message": "<b>Please</b>" });
    practitioner.call("forms/send", json!({ "patient": patient, "form": form })).await.is(200);
    let list = json!({ "patient": patient, "page": { "after": null, "limit": null } });
    let rows = practitioner.call("forms/requests", list).await.is(200).json();
    let request = rows["rows"][0]["id"].as_str().unwrap().to_owned();
    (person, patient, request)
}

struct Sheet<'a> {
    person: &'a Persona,
    patient: &'a str,
    request: &'a str,
}

impl Sheet<'_> {
    fn page(&self) -> String {
        format!("/portal/{}/forms/{}", self.patient, self.request)
    }

    fn fields<'b>(&'b self, wish: &'b str, answers: &[(&'b str, &'b str)]) -> Vec<(&'b str, &'b str)> {
        let own = [("patient", self.patient), ("id", self.request), ("wish", wish)];
        own.into_iter().chain(answers.iter().copied()).collect()
    }

    /// As a page without scripts posts it.
    async fn post(&self, wish: &str, answers: &[(&str, &str)]) -> crate::client::Response {
        self.person.form("forms/answer", &self.page(), &self.fields(wish, answers)).await
    }

    /// As a script posts it.
    async fn send(&self, wish: &str, answers: &[(&str, &str)]) -> crate::client::Response {
        self.person.post("forms/answer", &self.fields(wish, answers)).await
    }
}

// S3-13, S3-14, S3-30, PT-17
#[tokio::test]
async fn a_form_is_filled_in_without_scripts() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (person, patient, request) = asked(&app, &practitioner, 1).await;
        let sheet = Sheet { person: &person, patient: &patient, request: &request };
        let home = person.get(&format!("/portal/{patient}")).await.is(200).text();
        assert!(home.contains("One form waits") && !home.contains("All caught up"), "{home}");
        let list = person.get(&format!("/portal/{patient}/forms")).await.is(200).text();
        assert!(list.contains(&sheet.page()) && list.contains("&lt;b&gt;Please&lt;/b&gt;"), "{list}");
        let page = person.get(&sheet.page()).await.is(200).text();
        assert!(page.contains("name=\"answers[signs][]\"") && !page.contains("<script>alert"), "{page}");

        let half = [("answers[reason][]", EVIL), ("answers[signs][]", "Fever"), ("answers[signs][]", "Other")];
        let saved = sheet.post("save", &half).await.is(303);
        assert_eq!(saved.location(), format!("/portal/{patient}/forms"));
        let page = person.get(&sheet.page()).await.is(200).text();
        assert!(page.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)") && !page.contains("<script>alert"), "{page}");
        assert_eq!(page.matches("checked").count(), 2, "{page}");

        // Refused: the same page, with what was typed and what is wrong, and a way to each.
        let wrong = [("answers[reason][]", " "), ("answers[weight][]", "5000"), ("answers[side][]", "Left")];
        let page = sheet.post("submit", &wrong).await.is(422).text();
        for text in
            ["href=\"#q-reason\"", "href=\"#q-weight\"", "id=\"q-reason-error\"", "value=\"5000\"", "role=\"alert\""]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        // It was kept all the same.
        assert!(person.get(&sheet.page()).await.is(200).text().contains("value=\"5000\""));
        let good = [("answers[reason][]", EVIL), ("answers[weight][]", "62,5"), ("answers[side][]", "Right & middle")];
        let returned = sheet.post("submit", &good).await.is(303);
        assert_eq!(returned.location(), sheet.page());
        let page = person.get(&sheet.page()).await.is(200).text();
        assert!(
            page.contains("62.5 kg") && page.contains("Right &amp; middle") && page.contains("Not answered"),
            "{page}"
        );
        assert!(!page.contains("<script>alert") && !page.contains("<textarea"), "{page}");
        let read =
            practitioner.call("forms/answers", json!({ "patient": patient, "id": request })).await.is(200).json();
        assert_eq!(read["answers"][0]["answer"]["text"], EVIL);
        let page = json!({ "page": { "after": null, "limit": null } });
        let bell = practitioner.call("notifications/list", page).await.is(200).json();
        assert_eq!(bell["rows"][0]["news"], json!({ "what": "form_returned", "patient": patient, "request": request }));
    }
}

// PT-14: B's questionnaire, twice, after the end, outside the form's definition.
#[tokio::test]
async fn what_is_no_answer_is_refused() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (person, patient, request) = asked(&app, &practitioner, 1).await;
        let (stranger, other, theirs) = asked(&app, &practitioner, 2).await;
        let good = [("answers[reason][]", "x")];
        let own = Sheet { person: &person, patient: &patient, request: &request };
        for wish in ["save", "submit"] {
            for (at, id) in [(&other, &theirs), (&patient, &theirs), (&other, &request)] {
                let strange = Sheet { person: &person, patient: at, request: id };
                strange.send(wish, &good).await.is(404);
                strange.post(wish, &good).await.is(404);
                person.get(&strange.page()).await.is(404);
            }
            for bad in [
                [("answers[reason][]", "x"), ("answers[diagnosis][]", "y")],
                [("answers[reason][]", "x"), ("answers[side][]", "Middle")],
                [("answers[reason][]", "x"), ("answers[reason][]", "y")],
            ] {
                assert_eq!(own.send(wish, &bad).await.is(422).error(), "invalid");
            }
            // What is no form of ours at all.
            for bad in ["answers", "answers[reason]", "answers[reason][a]", "answers[reason][][]"] {
                let status = own.send(wish, &[(bad, "x")]).await.status;
                assert!([400, 422].contains(&status), "{bad}: {status}");
            }
        }
        assert!(own.send("destroy", &good).await.status == 400);
        // Nothing of it was kept.
        let list = json!({ "patient": patient, "page": { "after": null, "limit": null } });
        let rows = practitioner.call("forms/requests", list).await.is(200).json();
        assert_eq!(rows["rows"][0]["state"], "asked", "{rows}");

        own.send("submit", &good).await.is(200);
        assert_eq!(own.send("submit", &good).await.is(409).error(), "conflict");
        own.send("save", &good).await.is(409);
        let page = own.post("submit", &good).await.is(409).text();
        assert!(page.contains("returned already") && page.contains("<dl"), "{page}");
        practitioner.call("forms/withdraw", json!({ "patient": patient, "id": request })).await.is(409);

        practitioner.call("forms/withdraw", json!({ "patient": other, "id": theirs })).await.is(200);
        let closed = Sheet { person: &stranger, patient: &other, request: &theirs };
        closed.send("submit", &good).await.is(409);
        closed.send("save", &good).await.is(409);
        assert!(stranger.get(&closed.page()).await.is(200).text().contains("took this form back"));
    }
}

// AN-19: a long answer is taken, in letters that a form posts as nine bytes each; what is longer than any form is not.
#[tokio::test]
async fn answers_may_be_long_and_not_endless() {
    let app = App::start(ENGINES[0]).await;
    let practitioner = app.practitioner().await;
    let (person, patient, request) = asked(&app, &practitioner, 1).await;
    let sheet = Sheet { person: &person, patient: &patient, request: &request };
    let long = "語".repeat(30_000);
    sheet.send("save", &[("answers[reason][]", &long)]).await.is(200);
    assert!(person.get(&sheet.page()).await.is(200).text().contains(&long));
    assert_eq!(sheet.send("save", &[("answers[reason][]", &"x".repeat(60_000))]).await.is(422).error(), "invalid");
    sheet.send("save", &[("answers[reason][]", &"x".repeat(600_000))]).await.is(413);
    // Other doors keep to the shorter limit.
    person.post("account/stay", &[("x", &"x".repeat(100_000))]).await.is(413);
}

// AD-08, SS-06: a returned form leaves the program with the password just now only, whoever's session it is.
#[tokio::test]
async fn a_form_leaves_as_a_file_with_the_password_only() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let exporter = app.user("auditor@a.example.org").await;
        let (person, patient, request) = asked(&app, &practitioner, 1).await;
        let sheet = Sheet { person: &person, patient: &patient, request: &request };
        sheet.send("submit", &[("answers[reason][]", "my knee")]).await.is(200);
        let body = json!({ "patient": patient, "id": request });
        let printed = async |who: &Persona| who.call("forms/pdf", body.clone()).await;
        // Signed in just now.
        assert!(printed(&exporter).await.is(200).json()["base64"].as_str().unwrap().starts_with("JVBERi"));
        app.later(Span::minutes(11));
        assert_eq!(printed(&exporter).await.is(403).error(), "step_up");
        exporter.call("forms/answers", body.clone()).await.is(200);
        exporter.post("account/step_up", &[("password", "not this one")]).await.is(422);
        assert_eq!(printed(&exporter).await.is(403).error(), "step_up");
        exporter.post("account/step_up", &[("password", PASSWORD)]).await.is(200);
        printed(&exporter).await.is(200);
        app.later(Span::minutes(11));
        assert_eq!(printed(&exporter).await.is(403).error(), "step_up");
        // Who may not export at all is told so, and not asked for a password that would not help.
        assert_ne!(printed(&app.practitioner().await).await.is(403).error(), "step_up");
        printed(&app.user("full@b.example.org").await).await.is(404);
    }
}
