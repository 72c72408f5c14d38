//! The whole walk over HTTP: invited in the console, mailed, accepted without scripts, told by the bell within a second.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::{
    app::{App, ENGINES, NEW_PASSWORD, patient_email},
    world::token,
};

// S1-01, S1-06 to S1-14, B-06, B-07
#[tokio::test]
async fn a_patient_is_invited_and_the_bell_says_that_they_accepted() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;

        // Found by the search field, opened, invited.
        let found = practitioner.call("patients/search", json!({ "text": "cnry-a-1" })).await.is(200).json();
        assert_eq!(found[0]["id"], patient.as_str());
        let profile = practitioner.call("patients/profile", json!({ "id": patient })).await.is(200).text();
        assert!(profile.contains("CNRY-a-1-first"));
        let start = practitioner.call("invitations/start", json!({ "patient": patient })).await.is(200).json();
        let email = patient_email('a', 1);
        assert_eq!(start["email"], email.as_str());
        let form = json!({ "email": email, "email_again": email, "message": "See you on Tuesday!" });
        practitioner.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200);

        // The mail: from the practice, with the message above the invitation, the link, and no patient's name.
        let letter = app.mailer.wait(&email, 1).await;
        assert_eq!(letter.from_name, "Practice Alpha");
        for part in [&letter.text, &letter.html] {
            let (message, link) = (part.find("See you on Tuesday!").unwrap(), part.find("/invitation/").unwrap());
            assert!(message < link);
            assert!(!part.contains("CNRY-"), "no patient's name in a mail: {part}");
        }
        assert!(!letter.subject.contains("CNRY-"));
        let link = token(&letter);

        // On the phone, without scripts.
        let mut phone = app.anon();
        phone.may_see.push("CNRY-a-1-".into());
        let path = format!("/invitation/{link}");
        let page = phone.get(&path).await.is(200).text();
        assert!(page.contains("Practice Alpha") && page.contains("/api/invitations/accept"), "{page}");
        let weak = [("token", link.as_str()), ("password", "password123")];
        let page = phone.form("invitations/accept", &path, &weak).await.is(422).text();
        assert!(page.contains("too easy to guess") && page.contains("/api/invitations/accept"), "{page}");

        let mut bell = practitioner.events().await;
        bell.begins().await;
        let unread = practitioner.call("notifications/unread", json!({})).await.is(200).json();
        assert_eq!(unread, 0);

        let accept = [("token", link.as_str()), ("password", NEW_PASSWORD)];
        let accepted = Instant::now();
        let response = phone.form("invitations/accept", &path, &accept).await.is(303);
        assert_eq!(response.location(), format!("/portal/{patient}"));
        assert_eq!(bell.next(Duration::from_secs(1)).await.as_deref(), Some("bell"));
        assert!(accepted.elapsed() < Duration::from_secs(1), "{:?}", accepted.elapsed());

        // S1-12: the inviting user reads who accepted.
        let news = practitioner.call("notifications/list", json!({ "page": {} })).await.is(200).json();
        assert_eq!(news["rows"][0]["news"]["what"], "invitation_accepted");
        assert!(news["rows"][0]["about"].as_str().unwrap().contains("CNRY-a-1-first"));
        practitioner.call("notifications/mark_read", json!({ "id": null })).await.is(200);
        assert_eq!(practitioner.call("notifications/unread", json!({})).await.is(200).json(), 0);

        // S1-01: Home greets them and leads to the four places.
        let home = phone.get("/portal").await;
        let path = if home.status == 200 { "/portal".to_owned() } else { home.location().to_owned() };
        let home = phone.get(&path).await.is(200).text();
        assert!(home.contains("CNRY-a-1-first"), "{home}");
        for place in ["appointments", "records", "health", "invoices"] {
            let address = format!("/portal/{patient}/{place}");
            assert!(home.contains(&address), "{place}");
            phone.get(&address).await.is(200);
        }
        // Somebody else's record is not there.
        let other = app.patient(&practitioner, 'a', 2).await;
        let not_theirs = phone.get(&format!("/portal/{other}")).await;
        let not_there = phone.get(&format!("/portal/pat_{:032x}", 1)).await;
        assert_eq!(not_theirs.status, 404);
        assert_eq!(not_theirs.status, not_there.status);
    }
}
