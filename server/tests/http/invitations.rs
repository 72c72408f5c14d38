//! POST /api/invitations/… and the page /invitation/:token, from both of their ends.

use domain::time::Span;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    app::{App, ENGINES, Engine, NEW_PASSWORD, PASSWORD, Persona, patient_email},
    world::token,
};

async fn rows(practitioner: &Persona, patient: &str) -> Vec<Value> {
    let page = json!({ "patient": patient, "page": { "after": null, "limit": null } });
    let list = practitioner.call("invitations/list", page).await.is(200).json();
    list["rows"].as_array().unwrap().clone()
}

async fn state(practitioner: &Persona, patient: &str) -> String {
    rows(practitioner, patient).await[0]["state"]["is"].as_str().unwrap().to_owned()
}

fn invite(patient: &str, email: &str) -> Value {
    json!({ "patient": patient, "form": { "email": email, "email_again": email, "message": "" } })
}

// S1-04, PR-06: an address of a practitioner, of this group or another, is refused in the same words.
#[tokio::test]
async fn a_practitioners_address_is_refused() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let ours = practitioner.call("invitations/invite", invite(&patient, "clinical@a.example.org")).await.is(422);
        let theirs = practitioner.call("invitations/invite", invite(&patient, "FULL@b.example.org")).await.is(422);
        assert_eq!(ours.text(), theirs.text(), "another group's practitioner is told of in the same words");
        assert_eq!(ours.json()["detail"]["fields"][0]["problem"], "practitioner_email");
        assert!(app.mailer.all().is_empty());
    }
}

// S1-08: two addresses that differ.
#[tokio::test]
async fn addresses_that_differ_are_refused() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let patient = app.patient(&practitioner, 'a', 1).await;
    let form = json!({ "email": "ann@example.net", "email_again": "anne@example.net", "message": "" });
    let body = json!({ "patient": patient, "form": form });
    let refused = practitioner.call("invitations/invite", body).await.is(422).json();
    assert_eq!(refused["detail"]["fields"][0]["field"], "email_again");
}

// AN-05: what a stranger with a link learns: of an unknown one nothing, of a dead one the practice and no person.
#[tokio::test]
async fn a_dead_link_names_the_practice_and_nobody_else() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let email = patient_email('a', 1);
        let first = app.invite(&practitioner, &patient, &email).await;

        let garbled = ["x", &"A".repeat(43), &"A".repeat(500), "..%2f..%2fetc%2fpasswd"];
        for token in garbled {
            let page = app.anon().get(&format!("/invitation/{token}")).await;
            assert!(matches!(page.status, 200 | 404), "{}", page.status);
            assert!(!page.text().contains("Practice Alpha"), "an unknown link names nobody");
        }

        // Resent: the first link is dead, the second works.
        let id = rows(&practitioner, &patient).await[0]["id"].as_str().unwrap().to_owned();
        practitioner.call("invitations/resend", json!({ "patient": patient, "id": id })).await.is(200);
        let second = token(&app.mailer.wait(&email, 2).await);
        let dead = async |token: &str, what: &str| {
            let page = app.anon().get(&format!("/invitation/{token}")).await.text();
            assert!(page.contains("Practice Alpha"), "{what}: {page}");
            assert!(page.contains("020 7946 0000"), "{what}: the practice's telephone");
            assert!(!page.contains(&email) && !page.contains("patient1"), "{what}: nobody's address");
        };
        dead(&first, "replaced").await;
        let live = app.anon().get(&format!("/invitation/{second}")).await.is(200).text();
        assert!(live.contains("Practice Alpha") && live.contains("type=\"password\"") && !live.contains(&email));

        app.later(Span::hours(25));
        dead(&second, "expired").await;
        assert_eq!(
            app.anon()
                .post("invitations/accept", &[("token", &second), ("password", NEW_PASSWORD)])
                .await
                .is(409)
                .json()["detail"],
            "expired"
        );
        // A fresh one goes to the invited address only, and the page says the same in any case.
        let asked = app.anon().form("invitations/renew", &format!("/invitation/{second}"), &[("token", &second)]).await;
        assert_eq!(asked.is(303).location(), "/fresh-link-sent");
        let third = token(&app.mailer.wait(&email, 3).await);
        assert_eq!(app.mailer.all().len(), 3);

        let practitioner = app.practitioner().await;
        practitioner.call("invitations/revoke", json!({ "patient": patient, "id": id })).await.is(200);
        dead(&third, "revoked").await;
        assert_eq!(state(&practitioner, &patient).await, "revoked");

        let fourth = app.invite(&practitioner, &patient, &email).await;
        app.anon().post("invitations/accept", &[("token", &fourth), ("password", NEW_PASSWORD)]).await.is(200);
        dead(&fourth, "used").await;
        let again = app.anon().post("invitations/accept", &[("token", &fourth), ("password", NEW_PASSWORD)]).await;
        assert_eq!(again.is(409).json()["detail"], "already_accepted");
        assert_eq!(state(&practitioner, &patient).await, "activated");
    }
}

// AN-06: guessing links: nothing is found, and from the twentieth on the address must wait.
#[tokio::test]
async fn guessed_links_find_nothing_and_must_wait() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let guesser = app.anon();
        let mut statuses = Vec::new();
        for n in 0..30 {
            let guess = format!("{n:043}");
            statuses.push(guesser.post("invitations/link_page", &[("token", &guess)]).await.status);
        }
        assert!(statuses[..18].iter().all(|status| *status == 200), "{engine:?} {statuses:?}");
        assert!(statuses[20..].iter().all(|status| *status == 429), "{engine:?} {statuses:?}");
        // Other doors with tokens count with it, and the page does too.
        let guess = "B".repeat(43);
        guesser.post("invitations/accept", &[("token", &guess), ("password", NEW_PASSWORD)]).await.is(429);
        app.anon().post("invitations/link_page", &[("token", &guess)]).await.is(200);
    }
}

// RC-04: one link accepted fifty times at once: one account, one grant, one session.
#[tokio::test]
async fn of_fifty_who_accept_at_once_one_does() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let link = app.invite(&practitioner, &patient, &patient_email('a', 1)).await;
        let tries = (0..50).map(|_| {
            let person = app.anon();
            let link = &link;
            async move { person.post("invitations/accept", &[("token", link), ("password", NEW_PASSWORD)]).await.status }
        });
        let statuses = join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{engine:?} {statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409 | 429 | 503)), "{engine:?} {statuses:?}");
        assert_eq!(state(&practitioner, &patient).await, "activated");
        let account = app.account(&patient_email('a', 1)).await;
        let mut work = app.services.store.read().await.unwrap();
        assert_eq!(work.list_grants(account).await.unwrap().len(), 1);
        assert_eq!(work.list_devices(account).await.unwrap().len(), 1);
    }
}

// PX-10: opened while somebody else is signed in on the device: nothing is mixed up.
#[tokio::test]
async fn somebody_elses_session_does_not_accept() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (mut ann, _) = app.portal_user(&practitioner, 'a', 1).await;
        let (bea, _) = app.portal_user(&practitioner, 'a', 2).await;
        // A second record for Bea.
        let third = app.patient(&practitioner, 'a', 3).await;
        let link = app.invite(&practitioner, &third, &patient_email('a', 2)).await;
        let page = ann.get(&format!("/invitation/{link}")).await.is(200).text();
        assert!(page.contains("Practice Alpha") && !page.contains("CNRY-a-3"));
        assert_eq!(
            ann.post("invitations/confirm", &[("token", &link)]).await.is(409).json()["detail"],
            "other_account"
        );
        ann.may_see.clear();
        ann.may_see.push("CNRY-a-1-".into());
        ann.post("portal/start", &[]).await.is(200);
        // Bea herself: one button, and both records are hers.
        let mut bea = bea;
        bea.may_see.push("CNRY-a-3-".into());
        assert!(bea.get(&format!("/invitation/{link}")).await.is(200).text().contains("invitations/confirm"));
        bea.form("invitations/confirm", &format!("/invitation/{link}"), &[("token", &link)]).await.is(303);
        let records = bea.post("portal/start", &[]).await.is(200).json();
        assert_eq!(records["records"].as_array().unwrap().len(), 2);
    }
}

// AN-24: an address that has an account keeps its password, whatever somebody with the link types.
#[tokio::test]
async fn an_existing_account_keeps_its_password() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        app.portal_user(&practitioner, 'a', 1).await;
        let theirs = app.user("full@b.example.org").await;
        let record = app.patient(&theirs, 'b', 1).await;
        let link = app.invite(&theirs, &record, &patient_email('a', 1)).await;
        let thief = app.anon();
        let fields = [("token", link.as_str()), ("password", "another password entirely 9")];
        assert_eq!(thief.post("invitations/accept", &fields).await.is(409).json()["detail"], "sign_in_first");
        assert_eq!(thief.cookie(), None);
        let mut owner = app.anon();
        owner.may_see.extend(["CNRY-a-1-".into(), "CNRY-b-1-".into()]);
        owner.sign_in("portal", &patient_email('a', 1), NEW_PASSWORD).await.is(200);
        owner.post("invitations/confirm", &[("token", &link)]).await.is(200);
        let records = owner.post("portal/start", &[]).await.is(200).json();
        assert_eq!(records["records"].as_array().unwrap().len(), 2);
    }
}

// Rule 13: mail scanners open links too; looking changes nothing.
#[tokio::test]
async fn looking_at_a_link_changes_nothing() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let link = app.invite(&practitioner, &patient, &patient_email('a', 1)).await;
        // The mail has left; that it has is noted a moment later.
        while state(&practitioner, &patient).await == "queued" {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let before = state(&practitioner, &patient).await;
        for _ in 0..3 {
            app.anon().get(&format!("/invitation/{link}")).await.is(200);
            let scanner = app.anon();
            scanner.send(scanner.request("HEAD", &format!("/invitation/{link}"))).await.is(200);
        }
        assert_eq!(state(&practitioner, &patient).await, before);
        // A person's browser says so, and then the list shows it (B-06).
        app.anon().post("invitations/opened", &[("token", &link)]).await.is(200);
        assert_eq!(state(&practitioner, &patient).await, "opened");
    }
}

// AD-07, S0-32, S0-41: off for the group, off for everybody at the next request: in sessions that are open, on the other
// server, for links that ran out. What was mailed before is a promise that is kept.
#[tokio::test]
async fn nobody_is_invited_while_invitations_are_off() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let yesterday = app.practitioner().await;
        let ran_out = app.patient(&yesterday, 'a', 3).await;
        let old = app.invite(&yesterday, &ran_out, &patient_email('a', 3)).await;
        app.later(Span::hours(25));
        let practitioner = app.practitioner().await;
        let colleague = app.user("clinical@a.example.org").await;
        let [patient, mailed] = [app.patient(&practitioner, 'a', 1).await, app.patient(&practitioner, 'a', 2).await];
        let link = app.invite(&practitioner, &mailed, &patient_email('a', 2)).await;
        let beside = app.beside().await;
        let everywhere = [colleague.copy(), colleague.at(&beside), practitioner.at(&beside)];

        let settings = practitioner.call("settings/patient_access", json!({})).await.is(200).json();
        let off = json!({ "version": settings["version"], "form": { "link_hours": "24", "updates": "approval" } });
        practitioner.call("settings/save_patient_access", off).await.is(200);
        let id = rows(&practitioner, &mailed).await[0]["id"].as_str().unwrap().to_owned();
        for user in &everywhere {
            for (door, body) in [
                ("invitations/start", json!({ "patient": patient })),
                ("invitations/invite", invite(&patient, &patient_email('a', 1))),
                ("invitations/resend", json!({ "patient": mailed, "id": id })),
            ] {
                assert_eq!(user.call(door, body).await.is(409).json()["detail"], "invitations_off", "{door}");
            }
            let profile = user.call("patients/profile", json!({ "id": patient })).await.is(200).json();
            assert_eq!(profile["may"]["invite"], false);
        }
        for anon in [app.anon(), app.anon().at(&beside)] {
            anon.post("invitations/renew", &[("token", &old)]).await.is(200);
        }
        app.anon().post("invitations/accept", &[("token", &link), ("password", NEW_PASSWORD)]).await.is(200);
        // The other group is not affected.
        let theirs = app.user("full@b.example.org").await;
        let record = app.patient(&theirs, 'b', 1).await;
        theirs.call("invitations/invite", invite(&record, &patient_email('b', 1))).await.is(200);

        let settings = practitioner.call("settings/patient_access", json!({})).await.is(200).json();
        let on = json!({ "version": settings["version"], "form": { "invitations": "yes", "link_hours": "24", "updates": "approval" } });
        practitioner.call("settings/save_patient_access", on).await.is(200);
        everywhere[1].call("invitations/invite", invite(&patient, &patient_email('a', 1))).await.is(200);
        // What was mailed before this: one letter to each of the two who were invited in time, and no fresh link.
        app.mailer.wait(&patient_email('a', 1), 1).await;
        let letters = [1, 2, 3].map(|n| app.mailer.to(&patient_email('a', n)).len());
        assert_eq!(letters, [1, 1, 1], "{engine:?}");
        beside.stop().await;
    }
}

#[tokio::test]
async fn an_administrator_may_be_invited_and_keeps_the_password() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let patient = app.patient(&practitioner, 'a', 1).await;
    let link = app.invite(&practitioner, &patient, "admin@a.example.org").await;
    let letter = app.mailer.wait("admin@a.example.org", 1).await;
    assert!(letter.text.contains("sign in"), "the mail says that there is an account already");
    let page = app.anon().get(&format!("/invitation/{link}")).await.is(200).text();
    assert!(page.contains("/api/account/sign_in") && !page.contains("/api/invitations/accept"), "{page}");
    app.anon().sign_in("console", "admin@a.example.org", PASSWORD).await.is(200);
}

// Decision 6, PX-10: an administrator who is signed in at the console accepts their own invitation there and then: the page
// names their account, and the same sign-in goes on at the portal.
#[tokio::test]
async fn an_administrator_accepts_from_an_open_console() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let link = app.invite(&practitioner, &patient, "admin@a.example.org").await;
        let path = format!("/invitation/{link}");
        let admin = app.user("admin@a.example.org").await;
        let page = admin.get(&path).await.is(200).text();
        assert!(page.contains("/api/invitations/confirm") && page.contains("admin@a.example.org"), "{page}");
        let console = admin.copy();
        let response = admin.form("invitations/confirm", &path, &[("token", &link)]).await.is(303);
        assert_eq!(response.location(), format!("/portal/{patient}"));
        admin.post("portal/start", &[]).await.is(200);
        assert!(!console.is_signed_in().await, "the console's session became the portal's");
        // Once.
        admin.post("invitations/confirm", &[("token", &link)]).await.is(409);
    }
}

// PX-10: whoever else is signed in is told what will become of that, and comes back to the invitation after signing out.
#[tokio::test]
async fn an_invitation_opened_in_somebody_elses_browser() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let link = app.invite(&practitioner, &patient, &patient_email('a', 1)).await;
        let path = format!("/invitation/{link}");
        let page = practitioner.get(&path).await.is(200).text();
        assert!(page.contains("Accepting signs that account out here."), "{page}");
        assert!(!app.anon().get(&path).await.is(200).text().contains("signs that account out"));
        let confirmed = practitioner.post("invitations/confirm", &[("token", &link)]).await.is(409);
        assert_eq!(confirmed.json()["detail"], "other_account");
        let out = practitioner.form("account/sign_out", &path, &[("next", &path)]).await.is(303);
        assert_eq!(out.location(), path);
    }
}
