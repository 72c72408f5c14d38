//! What every answer carries, and what every request must pass.

use domain::time::Span;
use serde_json::json;

use crate::{
    app::{App, ENGINES, Engine, PASSWORD},
    client::{Request, Response},
};

/// One answer of every sort.
async fn answers(app: &App) -> Vec<(&'static str, Response)> {
    let practitioner = app.practitioner().await;
    let (person, patient) = app.portal_user(&practitioner, 'a', 1).await;
    let anon = app.anon();
    let cross =
        anon.request("POST", "/api/account/sign_in").without("sec-fetch-site").header("sec-fetch-site", "cross-site");
    vec![
        ("a public page", anon.get("/sign-in").await.is(200)),
        ("a portal page", person.get(&format!("/portal/{patient}")).await.is(200)),
        ("the console", practitioner.get("/console").await.is(200)),
        (
            "a refused form",
            anon.form("account/sign_in", "/sign-in", &[("door", "portal"), ("email", "x"), ("password", "x")]).await,
        ),
        ("a function", practitioner.call("console/start", json!({})).await.is(200)),
        ("a refused function", anon.call("console/start", json!({})).await.is(401)),
        ("bad arguments", practitioner.call("patients/profile", json!({ "id": 1 })).await.is(400)),
        ("no such function", anon.call("nothing", json!({})).await.is(404)),
        ("no such page", anon.get("/nothing").await.is(404)),
        ("a redirect", anon.get("/portal").await.is(303)),
        ("health", anon.get("/healthz").await.is(200)),
        ("another site", anon.send(cross).await.is(403)),
        ("another host", anon.send(anon.request("GET", "/").header("host", "evil.example")).await.is(421)),
        ("another method", anon.send(anon.request("PUT", "/sign-in")).await.is(405)),
    ]
}

// SS-12, AN-21, SS-11: the strict headers stand on every answer, errors too; nothing tells what runs here.
#[tokio::test]
async fn every_answer_is_strict() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        for (what, answer) in answers(&app).await {
            let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{what} has no {name}")).to_owned();
            let policy = header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
            for part in ["frame-ancestors 'none'", "base-uri 'none'"] {
                assert!(policy.contains(part), "{what}: {policy}");
            }
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{what}: {policy}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
            assert_eq!(header("referrer-policy"), "same-origin", "{what}");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{what}");
            assert!(header("permissions-policy").contains("geolocation=()"), "{what}");
            assert!(header("cache-control").contains("no-store"), "{what}");
            assert_eq!(header("x-request-id").len(), 12, "{what}");
            for name in ["server", "x-powered-by", "via"] {
                assert_eq!(answer.header(name), None, "{what}");
            }
            assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control-")), "{what}");
            let text = answer.text().to_lowercase();
            for word in
                ["leptos.dev", "server function", "axum", "sqlx", "panicked", "select ", "rust", "/root/", "backtrace"]
            {
                assert!(!text.contains(word), "{what} tells {word}");
            }
        }
    }
}

// F11: a page's scripts carry the nonce of this answer, and no other answer has the same.
#[tokio::test]
async fn every_page_has_a_nonce_of_its_own() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let mut seen = Vec::new();
    for path in ["/sign-in", "/sign-in", "/console", "/console"] {
        let page = practitioner.get(path).await.is(200);
        let policy = page.header("content-security-policy").unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 16);
        let text = page.text();
        assert!(text.contains(&format!("nonce=\"{nonce}\"")), "{path}");
        let scripts = text.matches("<script").count();
        assert_eq!(
            text.matches(&format!("nonce=\"{nonce}\"")).count() - text.matches("modulepreload").count(),
            scripts,
            "{path}"
        );
        assert!(!seen.contains(&nonce));
        seen.push(nonce);
    }
}

// Only behind https: elsewhere the promise could not be kept.
#[test]
fn browsers_are_held_to_https_when_there_is_https() {
    let mut headers = http::HeaderMap::new();
    server::http::security::add_headers(false, &mut headers);
    assert!(!headers.contains_key("strict-transport-security"));
    server::http::security::add_headers(true, &mut headers);
    assert!(headers["strict-transport-security"].to_str().unwrap().contains("max-age=31536000"));
}

// SS-11: no other site is told that it may read.
#[tokio::test]
async fn a_preflight_is_not_answered() {
    let app = App::start(Engine::Sqlite).await;
    let anon = app.anon();
    for path in ["/api/patients/list", "/", "/events"] {
        let request = Request::new("OPTIONS", path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST");
        let response = anon.send(request).await;
        assert!(matches!(response.status, 403..=405), "{path} {}", response.status);
        assert!(!response.headers.iter().any(|(name, _)| name.starts_with("access-control-")));
    }
}

// SS-13: another site can embed nothing of ours, but a link in a mail may lead here.
#[tokio::test]
async fn nothing_is_embedded_elsewhere() {
    let app = App::start(Engine::Sqlite).await;
    let anon = app.anon();
    let from = |site: &str, mode: &str, dest: &str| {
        let request = anon.request("GET", "/sign-in").header("accept", "text/html");
        request.header("sec-fetch-site", site).header("sec-fetch-mode", mode).header("sec-fetch-dest", dest)
    };
    for (mode, dest) in
        [("no-cors", "script"), ("no-cors", "image"), ("no-cors", "object"), ("navigate", "iframe"), ("cors", "empty")]
    {
        anon.send(from("cross-site", mode, dest)).await.is(403);
    }
    anon.send(from("cross-site", "navigate", "document")).await.is(200);
    anon.send(from("none", "navigate", "document")).await.is(200);
}

// AN-12: without a configured proxy no header changes who a caller is: the throttle sees one address.
#[tokio::test]
async fn a_forwarding_header_is_not_believed_unasked() {
    for engine in ENGINES {
        let app = App::with(engine, None).await;
        let mut statuses = Vec::new();
        for n in 0..12 {
            let person = app.anon();
            let body =
                format!("door=console&email=person{n}%40example.org&password={}", crate::client::encoded(PASSWORD));
            let request = person
                .request("POST", "/api/account/sign_in")
                .header("x-real-ip", &format!("203.0.113.{n}"))
                .header("forwarded", &format!("for=203.0.113.{n}"))
                .header("cf-connecting-ip", &format!("203.0.113.{n}"));
            statuses.push(person.send(request.body("application/x-www-form-urlencoded", body)).await.status);
        }
        assert!(statuses.ends_with(&[429, 429, 429]), "{engine:?} {statuses:?}");
        app.later(Span::minutes(2));
    }
}

// AN-12: with one, the last address in it counts: what stands before may be anybody's.
#[tokio::test]
async fn of_a_forwarding_header_only_the_proxys_own_word_counts() {
    let app = App::start(Engine::Sqlite).await;
    let mut statuses = Vec::new();
    for n in 0..12 {
        let person = app.anon();
        let body = format!("door=console&email=person{n}%40example.org&password={}", crate::client::encoded(PASSWORD));
        let request = person.request("POST", "/api/account/sign_in").without("x-forwarded-for");
        let request = request.header("x-forwarded-for", &format!("203.0.113.{n}, 198.18.0.1"));
        statuses.push(person.send(request.body("application/x-www-form-urlencoded", body)).await.status);
    }
    assert!(statuses.ends_with(&[429, 429, 429]), "{statuses:?}");
}

// DB-06: the log names a request by its route, never by what stands in its address or its body.
#[tokio::test]
async fn the_log_tells_routes_and_nothing_typed() {
    let app = App::start(Engine::Sqlite).await;
    let anon = app.anon();
    let guess = "LOGGED-token-that-was-guessed";
    anon.get(&format!("/invitation/{guess}?q=LOGGED-query")).await;
    anon.get("/LOGGED-path%0aFORGED%20line").await.is(404);
    anon.sign_in("console", "LOGGED@example.org", "LOGGED-password").await.is(401);
    let request =
        anon.request("GET", "/sign-in").header("user-agent", "LOGGED-agent").header("referer", "LOGGED-referer");
    let id = anon.send(request).await.header("x-request-id").unwrap().to_owned();
    let lines = crate::log::lines();
    assert!(!lines.contains("LOGGED"), "{}", lines.lines().find(|line| line.contains("LOGGED")).unwrap());
    assert!(lines.contains("/invitation/:token"));
    assert!(lines.lines().any(|line| line.contains(&id) && line.contains("/sign-in")));
}
