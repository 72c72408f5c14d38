//! GET /events: the stream of live events.

use std::time::Duration;

use domain::time::Span;
use server::limits;

use crate::{
    app::{App, ENGINES, Engine},
    client::Response,
};

const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_stream_is_for_who_is_signed_in() {
    let app = App::start(Engine::Sqlite).await;
    let anon = app.anon();
    let response = anon.send(anon.request("GET", "/events").header("accept", "text/event-stream")).await.is(401);
    assert_ne!(response.header("content-type"), Some("text/event-stream"));
}

// PT-29: a bell is heard by the account it is for, and by nobody else.
#[tokio::test]
async fn only_ones_own_bell_is_heard() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (practitioner, colleague) = (app.practitioner().await, app.user("clinical@a.example.org").await);
        let patient = app.patient(&practitioner, 'a', 1).await;
        let link = app.invite(&practitioner, &patient, "patient1@a.example.net").await;
        let (mut mine, mut theirs) = (practitioner.events().await, colleague.events().await);
        for stream in [&mut mine, &mut theirs] {
            stream.begins().await;
        }
        let person = app.anon();
        person.post("invitations/accept", &[("token", &link), ("password", crate::app::NEW_PASSWORD)]).await.is(200);
        assert_eq!(mine.next(SOON).await.as_deref(), Some("bell"));
        assert!(theirs.is_silent(Duration::from_millis(300)).await);
    }
}

// SS-05, PT-30: a stream ends with its session, at once when it is ended, within five seconds when its time is up.
#[tokio::test]
async fn a_stream_ends_with_its_session() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let mut stream = practitioner.events().await;
        practitioner.post("account/sign_out", &[]).await.is(200);
        assert!(stream.rest(SOON).await.contains("event: over"));

        let practitioner = app.practitioner().await;
        let mut stream = practitioner.events().await;
        app.later(Span::minutes(16));
        assert!(stream.rest(Duration::from_secs(5)).await.contains("event: over"));
    }
}

// Decision 15: an open page by itself is no human act.
#[tokio::test]
async fn an_open_stream_lengthens_no_session() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let _stream = practitioner.events().await;
    app.later(Span::minutes(10));
    let _again = practitioner.copy().events().await;
    app.later(Span::minutes(6));
    assert!(!practitioner.is_signed_in().await);
}

#[tokio::test]
async fn a_session_has_a_few_streams_and_no_more() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let mut streams = Vec::new();
    for _ in 0..limits::STREAMS_PER_SESSION {
        streams.push(practitioner.events().await);
    }
    let request = practitioner.request("GET", "/events").header("accept", "text/event-stream");
    let refused: Response = practitioner.send(request.clone()).await.is(429);
    assert!(refused.header("retry-after").is_some());
    drop(streams);
    // The server notices when it next writes to them or reads their end.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let _one_more = practitioner.events().await;
}

// a server that stops tells its streams when to come back.
#[tokio::test]
async fn a_stopping_server_says_when_to_come_back() {
    let mut app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let mut stream = practitioner.events().await;
    stream.begins().await;
    let began = tokio::time::Instant::now();
    app.stop().await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(stream.rest(SOON).await.contains("retry: "));
}
