//! POST /api/set_up and the page /set-up: the first run.

use futures::future::join_all;

use crate::{
    app::{App, ENGINES, NEW_PASSWORD},
    client::Response,
};

fn fields(code: &str, email: &str) -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("code", text(code)),
        ("group_name", text("Harbour Street Practice")),
        ("group_phone", text("")),
        ("location_name", text("Main street")),
        ("time_zone", text("Europe/London")),
        ("title", text("Dr")),
        ("first_name", text("Ada")),
        ("last_name", text("Okafor")),
        ("profession", text("Physiotherapist")),
        ("practises", text("yes")),
        ("email", text(email)),
        ("email_again", text(email)),
        ("password", text(NEW_PASSWORD)),
    ]
}

async fn set_up(app: &App, code: &str, email: &str) -> Response {
    let fields = fields(code, email);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.anon().form("set_up", "/set-up", &fields).await
}

#[tokio::test]
async fn a_new_server_leads_everybody_to_the_first_run() {
    for engine in ENGINES {
        let app = App::empty(engine).await;
        for path in ["/", "/sign-in", "/console/sign-in", "/console", "/portal", "/forgot-password", "/invitation/x"] {
            assert_eq!(app.anon().get(path).await.is(303).location(), "/set-up", "{path}");
        }
        assert!(app.anon().get("/set-up").await.is(200).text().contains("<form"));
        app.anon().get("/nowhere").await.is(404);
        app.anon().get("/healthz").await.is(200);

        let code = app.services.set_up_code.clone();
        let wrong = set_up(&app, "wrong", "ada@example.org").await.is(422);
        assert!(wrong.text().contains("Harbour Street Practice"), "nothing typed is lost");
        assert!(!wrong.text().contains(NEW_PASSWORD));
        // DB-06: what was typed as the code is a secret, right or wrong.
        let nearly = set_up(&app, "nearly-the-code", "not an email").await.is(422).text();
        assert!(nearly.contains("not an email") && !nearly.contains("nearly-the-code"), "{nearly}");
        let owner = app.anon();
        let fields = fields(&code, "ada@example.org");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(owner.form("set_up", "/set-up", &fields).await.is(303).location(), "/console");
        owner.call("console/start", serde_json::json!({})).await.is(200);

        // RC-10: gone for ever.
        app.anon().get("/set-up").await.is(404);
        assert_eq!(app.anon().get("/").await.is(303).location(), "/sign-in");
        let again = app.anon().post("set_up", &fields).await.is(409);
        assert_eq!(again.json()["detail"], "already_set_up");
    }
}

// RC-10: a hundred at once, one group.
#[tokio::test]
async fn of_a_hundred_first_runs_one_succeeds() {
    for engine in ENGINES {
        let app = App::empty(engine).await;
        let code = app.services.set_up_code.clone();
        let mut succeeded = 0;
        // On a machine that is too busy all may be told to come back; then they do.
        for _ in 0..10 {
            let tries = (0..100).map(|n| {
                let (app, code) = (&app, &code);
                async move { set_up(app, code, &format!("owner{n}@example.org")).await.status }
            });
            let statuses = join_all(tries).await;
            assert!(statuses.iter().all(|status| matches!(status, 303 | 409 | 429 | 503)), "{engine:?} {statuses:?}");
            succeeded += statuses.iter().filter(|status| **status == 303).count();
            if succeeded > 0 {
                break;
            }
        }
        assert_eq!(succeeded, 1, "{engine:?}");
        app.anon().get("/set-up").await.is(404);
        let mut owners = 0;
        for n in 0..100 {
            let mut work = app.services.store.read().await.unwrap();
            let account = work.find_account(&format!("owner{n}@example.org").parse().unwrap()).await.unwrap();
            owners += usize::from(account.is_some());
        }
        assert_eq!(owners, 1, "{engine:?}: nothing is left of the others");
    }
}
