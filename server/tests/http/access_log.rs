//! Who opened a record, asked over HTTP by the patient, and by those whom it does not concern.

use serde_json::json;

use crate::app::{App, ENGINES, Persona};

const PASSWORD: &str = "four lanterns over water";

async fn carer(app: &App, by: &Persona, patient: &str, email: &str, role: &str, level: &str, manages: &str) -> Persona {
    let terms = json!({ "role": role, "level": level, "manages": manages });
    let form = json!({ "whom": "other", "name": "Ada", "email": email, "email_again": email, "terms": terms });
    by.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200);
    let token = crate::world::token(&app.mailer.wait(email, 1).await);
    let mut person = app.anon();
    person.may_see.push("CNRY-a-2-".to_owned());
    person.post("invitations/accept", &[("token", &token), ("password", PASSWORD)]).await.is(200);
    person
}

// B-01: the whole way without scripts, and nothing of what only the trail knows.
#[tokio::test]
async fn a_patient_reads_who_opened_the_record() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (person, patient) = app.portal_user(&practitioner, 'a', 1).await;
        for _ in 0..26 {
            practitioner.call("patients/contacts", json!({ "id": patient })).await.is(200);
        }
        let path = format!("/portal/{patient}/access-log");
        assert!(person.get(&format!("/portal/{patient}")).await.is(200).text().contains(&path));
        let page = person.get(&path).await.is(200).text();
        assert_eq!(page.matches("Opened the contacts").count(), 25, "{page}");
        assert!(page.contains("<time datetime="), "{page}");
        let list = page.split("<main").nth(1).unwrap().replace(&patient, "");
        for secret in ["usr_", "acc_", "pat_", "127.0.0.1"] {
            assert!(!list.contains(secret), "{secret} on the page: {list}");
        }
        let on = page.split(&format!("{path}?after=")).nth(1).unwrap().split('"').next().unwrap();
        let earlier = person.get(&format!("{path}?after={on}")).await.is(200).text();
        assert_eq!(earlier.matches("Opened the contacts").count(), 1, "{earlier}");
        assert!(earlier.contains("Invited somebody to the portal") && !earlier.contains("?after="), "{earlier}");
        // PT-32: nothing but a place in the list.
        let odd = person.get(&format!("{path}?after=%27%20OR%201=1")).await.is(200).text();
        assert!(!odd.contains("Opened the contacts"), "{odd}");
    }
}

// PT-33, PX-01, PX-05: another patient's log, and a carer who only looks, acts, or sees appointments and invoices: not there.
#[tokio::test]
async fn it_is_not_there_for_anybody_else() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (stranger, own) = app.portal_user(&practitioner, 'a', 1).await;
        let patient = app.patient(&practitioner, 'a', 2).await;
        let view = carer(&app, &practitioner, &patient, "view@example.org", "view", "clinical", "").await;
        let edit = carer(&app, &practitioner, &patient, "edit@example.org", "edit", "clinical", "").await;
        let paper = carer(&app, &practitioner, &patient, "paper@example.org", "edit", "administrative", "yes").await;
        for (name, person) in [("stranger", &stranger), ("view", &view), ("edit", &edit), ("paper", &paper)] {
            for id in [patient.as_str(), "pat_000000000000000000000000deadbeef", "x"] {
                let page = person.get(&format!("/portal/{id}/access-log")).await;
                assert_eq!(page.status, 404, "{engine:?} {name} {id}");
            }
            let refused = person.post("access_log/list", &[("patient", &patient)]).await.is(404).text();
            let nothing = [("patient", "pat_000000000000000000000000deadbeef")];
            assert_eq!(refused, person.post("access_log/list", &nothing).await.is(404).text(), "{engine:?} {name}");
        }
        for person in [&view, &edit, &paper] {
            let home = person.get(&format!("/portal/{patient}")).await.is(200).text();
            assert!(!home.contains("/access-log"), "{home}");
        }
        let parent = carer(&app, &practitioner, &patient, "parent@example.org", "edit", "clinical", "yes").await;
        let page = parent.get(&format!("/portal/{patient}/access-log")).await.is(200).text();
        assert!(page.contains("Started this record"), "{page}");
        stranger.post("access_log/list", &[("patient", &own)]).await.is(200);
    }
}
