//! POST /api/passwords/… and the pages /forgot-password and /new-password/:token.

use std::time::Duration;

use domain::time::Span;

use crate::{
    app::{App, ENGINES, NEW_PASSWORD, PASSWORD, patient_email},
    client::Response,
    world::token,
};

async fn request_link(app: &App, email: &str) -> Response {
    let fields = [("email", email), ("door", "portal")];
    app.anon().form("passwords/request_link", "/forgot-password", &fields).await
}

// AN-04: every address is answered alike; mail goes only where an account may have a password.
#[tokio::test]
async fn every_address_is_answered_alike() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        app.invite(&practitioner, &patient, &patient_email('a', 1)).await;
        let shape = |response: Response| {
            let mut headers = response.headers;
            headers.retain(|(name, _)| name != "date" && name != "x-request-id");
            (response.status, headers, response.body)
        };
        let known = shape(request_link(&app, "full@a.example.org").await);
        assert_eq!(known.0, 303);
        for email in ["nobody@example.org", "FULL@A.example.org", &patient_email('a', 1), "clinical@a.example.org"] {
            assert_eq!(shape(request_link(&app, email).await), known, "{email}");
        }
        app.mailer.wait("clinical@a.example.org", 1).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(app.mailer.to("nobody@example.org").is_empty());
    }
}

// AN-13: whatever a request calls the server, links in mails start with the configured address.
#[tokio::test]
async fn links_start_with_the_configured_address() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let anon = app.anon();
        let body = crate::client::form(&[("email", "full@a.example.org"), ("door", "console")]);
        let kind = "application/x-www-form-urlencoded";
        for host in ["evil.example", "127.0.0.1", "evil.example:80", "localhost.evil.example", ""] {
            let request = anon.request("POST", "/api/passwords/request_link").header("host", host);
            let status = anon.send(request.body(kind, body.clone())).await.status;
            assert!(matches!(status, 400 | 421), "{host:?}: {status}");
        }
        let request = anon.request("POST", "/api/passwords/request_link");
        let request = request.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
        anon.send(request.body(kind, body)).await.is(200);
        let letter = app.mailer.wait("full@a.example.org", 1).await;
        assert!(letter.text.contains(&format!("http://{}/new-password/", app.address)), "{}", letter.text);
        assert!(!letter.text.contains("evil"));
        assert_eq!(app.mailer.all().len(), 1);
    }
}

// S3-21, decision 3: an account that never set a password gets one this way, and its invitation is accepted with it.
#[tokio::test]
async fn a_forgotten_link_is_no_dead_end() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let email = patient_email('a', 1);
        app.invite(&practitioner, &patient, &email).await;
        app.later(Span::hours(30));
        request_link(&app, &email).await.is(303);
        let link = token(&app.mailer.wait(&email, 2).await);
        let mut person = app.anon();
        person.may_see.push("CNRY-a-1-".into());
        let page = person.get(&format!("/new-password/{link}")).await.is(200).text();
        assert!(page.contains("type=\"password\"") && !page.contains(&email));
        let fields = [("token", link.as_str()), ("password", NEW_PASSWORD)];
        let done = person.form("passwords/set_by_link", &format!("/new-password/{link}"), &fields).await;
        assert_eq!(done.is(303).location(), "/portal");
        person.post("portal/start", &[]).await.is(200);
        // A link works once.
        app.anon().post("passwords/set_by_link", &fields).await.is(404);
    }
}

// SS-02: a reset ends every open session. The link's own life is an hour.
#[tokio::test]
async fn a_reset_ends_every_session() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (desk, phone) = (app.practitioner().await, app.practitioner().await);
        request_link(&app, "full@a.example.org").await.is(303);
        let stale = token(&app.mailer.wait("full@a.example.org", 1).await);
        app.later(Span::minutes(10));
        assert!(desk.is_signed_in().await && phone.is_signed_in().await);
        request_link(&app, "full@a.example.org").await.is(303);
        let link = token(&app.mailer.wait("full@a.example.org", 2).await);
        // A later link takes the place of an earlier one.
        app.anon().post("passwords/set_by_link", &[("token", &stale), ("password", NEW_PASSWORD)]).await.is(404);
        // A weak one is refused and does not use the link up.
        app.anon().post("passwords/set_by_link", &[("token", &link), ("password", "password123")]).await.is(422);
        let person = app.anon();
        person.post("passwords/set_by_link", &[("token", &link), ("password", NEW_PASSWORD)]).await.is(200);
        assert!(person.is_signed_in().await);
        assert!(!desk.is_signed_in().await && !phone.is_signed_in().await);
        app.anon().sign_in("console", "full@a.example.org", PASSWORD).await.is(401);
        // The owner is told.
        assert!(app.mailer.wait("full@a.example.org", 3).await.subject.contains("changed"));
        // Over an hour old: dead.
        request_link(&app, "full@a.example.org").await.is(303);
        let old = token(&app.mailer.wait("full@a.example.org", 4).await);
        app.later(Span::minutes(61));
        app.anon().post("passwords/set_by_link", &[("token", &old), ("password", PASSWORD)]).await.is(404);
    }
}

// SS-06: who holds a copied cookie but not the password cannot change it, guesses no faster than at the door, and keeps
// nobody out.
#[tokio::test]
async fn a_copied_cookie_does_not_change_the_password() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let stolen = owner.copy();
        let mut answers = Vec::new();
        for n in 0..14 {
            let fields = [("current", &*format!("a wrong passphrase {n}")), ("password", NEW_PASSWORD)];
            answers.push(stolen.post("passwords/change", &fields).await.status);
        }
        assert_eq!((&answers[..10], &answers[10..]), (&[422; 10][..], &[429; 4][..]), "{answers:?}");
        assert!(owner.is_signed_in().await);
        app.anon().sign_in("console", "full@a.example.org", NEW_PASSWORD).await.is(401);
        app.anon().sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
        let told = app.mailer.to("full@a.example.org");
        assert!(told.iter().all(|letter| !letter.subject.contains("changed")));
        app.later(Span::minutes(2));
        owner.post("passwords/change", &[("current", PASSWORD), ("password", NEW_PASSWORD)]).await.is(200);
        assert!(!stolen.is_signed_in().await);
    }
}
