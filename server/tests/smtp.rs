//! Mail over a real socket to a mail server that answers by script: what arrives, and what each bad answer means.
//! (A whole mail server of somebody else's is spoken to in `end2end/reliability/smtp.test.mjs`.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::{Arc, Mutex};

use domain::mail::Failure;
use server::{config::Smtp, mail::SmtpMailer};
use services::ports::{Letter, Mailer as _};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the server does at each step; an empty answer closes the connection.
#[derive(Clone, Copy)]
struct Script {
    greeting: &'static str,
    to: &'static str,
    data: &'static str,
    end: &'static str,
}

const KIND: Script = Script { greeting: "220 hello", to: "250 ok", data: "354 go on", end: "250 taken" };

async fn server(script: Script) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mails = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&mails);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, script, Arc::clone(&kept)));
        }
    });
    (format!("smtp://{address}"), mails)
}

async fn talk(stream: TcpStream, script: Script, mails: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, script.greeting).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let answer = match line.get(..4)?.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => "250 at your service",
            "RCPT" => script.to,
            "DATA" => {
                say(&mut stream, script.data).await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut mail).await.ok()? == 0 {
                        return None;
                    }
                }
                if script.end.starts_with("250") {
                    mails.lock().unwrap().push(mail);
                }
                script.end
            }
            _ => "250 ok",
        };
        say(&mut stream, answer).await?;
    }
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> Option<()> {
    if answer.is_empty() {
        return None;
    }
    stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()
}

fn letter(n: u128) -> Letter {
    Letter {
        id: uuid::Uuid::from_u128(n).into(),
        to: "ann@example.org".parse().unwrap(),
        from_name: "Harbour Street Practice".into(),
        reply_to: None,
        subject: "Grüße, an invitation".into(),
        text: "Hello\n.\nstill here".into(),
        html: "<p>Hello</p>".into(),
    }
}

fn mailer(url: &str) -> SmtpMailer {
    // Whatever the rest of the program uses, as `main` does.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let smtp = Smtp { url: url.to_owned(), from: "portal@example.org".parse().unwrap() };
    SmtpMailer::new(&smtp, "portal.example.org").unwrap()
}

#[tokio::test]
async fn a_letter_arrives_whole_and_repeated_is_the_same_letter() {
    let (url, mails) = server(KIND).await;
    let mailer = mailer(&url);
    mailer.send(&letter(7)).await.unwrap();
    mailer.send(&letter(7)).await.unwrap();
    mailer.send(&letter(8)).await.unwrap();
    let mails = mails.lock().unwrap().clone();
    assert_eq!(mails.len(), 3);
    let id = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    assert_eq!(id(&mails[0]), id(&mails[1]));
    assert_ne!(id(&mails[0]), id(&mails[2]));
    for expected in
        ["To: ann@example.org", "<portal@example.org>", "multipart/alternative", "still here", "<p>Hello</p>"]
    {
        assert!(mails[0].contains(expected), "{expected}: {}", mails[0]);
    }
    assert!(!mails[0].contains("Grüße"), "a subject beyond ASCII is encoded");
}

// what each answer means: try again, or never.
#[tokio::test]
async fn each_bad_answer_means_what_it_says() {
    let cases = [
        (Script { to: "450 not now", ..KIND }, Failure::Deferred),
        (Script { end: "451 not now", ..KIND }, Failure::Deferred),
        (Script { to: "550 no such person", ..KIND }, Failure::Rejected),
        (Script { end: "554 not wanted", ..KIND }, Failure::Rejected),
        (Script { greeting: "421 too busy", ..KIND }, Failure::Deferred),
        // Signing in is the operator's to mend: every mail waits, none is lost.
        (Script { to: "530 sign in first", ..KIND }, Failure::SignInRefused),
        (Script { greeting: "", ..KIND }, Failure::Unreachable),
        // Dropped after the text: nobody knows whether it was taken, so it is tried again, with the same Message-ID.
        (Script { end: "", ..KIND }, Failure::Unreachable),
    ];
    for (n, (script, expected)) in cases.into_iter().enumerate() {
        let (url, _) = server(script).await;
        assert_eq!(mailer(&url).send(&letter(n as u128)).await, Err(expected), "case {n}");
    }
    assert_eq!(mailer("smtp://127.0.0.1:9").send(&letter(1)).await, Err(Failure::Unreachable));
}

// The link in a letter opens an account: whoever asks for encryption gets it or no mail leaves.
#[tokio::test]
async fn required_encryption_is_not_given_up() {
    let (url, mails) = server(KIND).await;
    let outcome = mailer(&format!("{url}?tls=required")).send(&letter(1)).await;
    assert!(outcome.is_err());
    assert!(mails.lock().unwrap().is_empty());
}
