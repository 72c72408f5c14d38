//! Changes of the own record as a browser without scripts posts them, and as somebody who may not forges them (S0-37, S0-38,
//! PT-12, PT-13, PT-17).

use serde_json::json;

use crate::app::{App, ENGINES, NEW_PASSWORD, Persona};

const EVIL: &str = "\"><script>alert(1)</script>";

async fn mode(owner: &Persona, updates: &str) {
    let settings = owner.call("settings/patient_access", json!({})).await.is(200).json();
    let form = json!({ "invitations": "yes", "link_hours": "24", "updates": updates, "waiting": "keep" });
    owner.call("settings/save_patient_access", json!({ "version": settings["version"], "form": form })).await.is(200);
}

async fn post(person: &Persona, patient: &str, fields: &[(&str, &str)]) -> crate::client::Response {
    let own = [("patient", patient)];
    let fields: Vec<_> = own.into_iter().chain(fields.iter().copied()).collect();
    person.form("updates/change", &format!("/portal/{patient}/details"), &fields).await
}

#[tokio::test]
async fn details_are_changed_without_scripts() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let (person, patient) = app.portal_user(&owner, 'a', 1).await;
        let page = person.get(&format!("/portal/{patient}/details")).await.is(200).text();
        for wanted in ["name=\"values[mobile]\"", "name=\"seen[mobile]\"", "name=\"values[social_more]\""] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        // Refused: the same page, with what was typed and what is wrong.
        let bad = [("seen[mobile]", ""), ("values[mobile]", "none"), ("seen[city]", ""), ("values[city]", EVIL)];
        let page = post(&person, &patient, &bad).await.is(422).text();
        for wanted in ["value=\"none\"", "id=\"mobile-error\"", "role=\"alert\""] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"), "{page}");
        // And with what the first page said: a conflict is told from it, and this is none.
        let kept = [
            ("seen[city]", "CNRY-a-1-city"),
            ("values[city]", "Balmain"),
            ("seen[mobile]", ""),
            ("values[mobile]", "none"),
        ];
        let page = post(&person, &patient, &kept).await.is(422).text();
        assert!(page.contains("name=\"seen[city]\" value=\"CNRY-a-1-city\"") && !page.contains("had[city]"), "{page}");
        // What is no field of the record cannot be changed by naming it (PT-05).
        for field in ["values[birth_date]", "values[legal_last]", "values[status]", "values[version]"] {
            let status =
                post(&person, &patient, &[(field, "blocked"), (&field.replace("values", "seen"), "")]).await.status;
            assert_eq!(status, 422, "{field}");
        }
        let good =
            [("seen[city]", ""), ("values[city]", EVIL), ("seen[mobile]", ""), ("values[mobile]", "0491 570 156")];
        let sent = post(&person, &patient, &good).await.is(303);
        assert_eq!(sent.location(), format!("/portal/{patient}/details/saved"));
        let page = person.get(sent.location()).await.is(200).text();
        assert!(page.contains("Waiting for the practice since") && !page.contains("<script>alert"), "{page}");
        // S0-37: the record is as it was.
        let profile = owner.call("patients/profile", json!({ "id": patient })).await.is(200).json();
        assert_eq!((&profile["details"]["address"]["city"], &profile["updates"]), (&json!("CNRY-a-1-city"), &json!(2)));
        let waiting = owner.call("updates/waiting", json!({ "patient": patient })).await.is(200).json();
        assert_eq!(waiting.as_array().unwrap().len(), 2);
        // PT-13: from the portal nobody decides.
        let id = &waiting[0]["update"]["id"];
        let approve = json!({ "patient": patient, "id": id, "verdict": { "approve": { "saw": waiting[0]["now"], "put": null } } });
        person.call("updates/decide", approve.clone()).await.is(403);
        owner.call("updates/decide", approve.clone()).await.is(200);
        assert_eq!(owner.call("updates/decide", approve).await.is(409).json()["detail"], "decided_meanwhile");
        // PT-12: where nothing is taken, a posted form is refused as well.
        mode(&owner, "disabled").await;
        let late = [("seen[phone]", ""), ("values[phone]", "0491 570 157")];
        assert_eq!(person.post("updates/change", &[("patient", &patient), late[0], late[1]]).await.status, 403);
        let page = person.get(&format!("/portal/{patient}/details")).await.is(200).text();
        assert!(page.contains("takes no changes from the portal") && !page.contains("values["), "{page}");
    }
}

// S0-18, B-07, PT-12: somebody is named, changed, put first and taken off without scripts; nothing typed is lost.
#[tokio::test]
async fn emergency_contacts_are_changed_without_scripts() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let (person, patient) = app.portal_user(&owner, 'a', 1).await;
        let list = format!("/portal/{patient}/contacts");
        let page = person.get(&list).await.is(200).text();
        assert!(page.contains("Nobody is named yet"), "{page}");
        let new = format!("{list}/new");
        let put = async |page: &str, fields: &[(&str, &str)]| {
            let own = [("patient", patient.as_str())];
            let fields: Vec<_> = own.into_iter().chain(fields.iter().copied()).collect();
            person.form("updates/put_contact", page, &fields).await
        };
        let bad = put(&new, &[("name", EVIL), ("relationship", ""), ("phone", "none")]).await.is(422).text();
        assert!(bad.contains("id=\"phone-error\"") && bad.contains("id=\"relationship-error\""), "{bad}");
        assert!(
            bad.contains("value=\"none\"") && bad.contains("&lt;script&gt;alert(1)") && !bad.contains("<script>alert")
        );
        for name in [EVIL, "Ben"] {
            let sent = put(&new, &[("name", name), ("relationship", "Aunt"), ("phone", "0491 570 156")]).await.is(303);
            assert_eq!(sent.location(), format!("{list}/saved?form=new"));
        }
        let page = person.get(&format!("{list}/saved")).await.is(200).text();
        assert!(page.contains("Waiting for the practice since") && !page.contains("<script>alert"), "{page}");
        let waiting = owner.call("updates/waiting", json!({ "patient": patient })).await.is(200).json();
        assert_eq!(waiting.as_array().unwrap().len(), 2);
        for row in waiting.as_array().unwrap() {
            let verdict = json!({ "approve": { "saw": "", "put": null } });
            let body = json!({ "patient": patient, "id": row["update"]["id"], "verdict": verdict });
            owner.call("updates/decide", body).await.is(200);
        }
        mode(&owner, "auto").await;
        let known = owner.call("patients/contacts", json!({ "id": patient })).await.is(200).json();
        let id = |n: usize| known[n]["id"].as_str().unwrap().to_owned();
        let (first, second) = (id(0), id(1));
        let names = async || {
            let known = owner.call("patients/contacts", json!({ "id": patient })).await.is(200).json();
            let names = known.as_array().unwrap().iter().map(|one| one["details"]["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names().await, [EVIL, "Ben"]);
        let (seen, order) = (format!("{first} {second}"), format!("{second} {first}"));
        let own = ("patient", patient.as_str());
        let fields = [own, ("seen", seen.as_str()), ("order", order.as_str())];
        person.form("updates/order_contacts", &list, &fields).await.is(303);
        assert_eq!(names().await, ["Ben", EVIL]);
        let edit = format!("{list}/{second}");
        let page = person.get(&edit).await.is(200).text();
        assert!(page.contains("value=\"Ben\""), "{page}");
        // A browser ends the lines of what it sends as the network does.
        let seen = ("seen", "Ben\r\nAunt\r\n0491 570 156");
        let fields =
            [("contact", second.as_str()), seen, ("name", "Ben"), ("relationship", "Uncle"), ("phone", "0491 570 157")];
        put(&edit, &fields).await.is(303);
        let known = owner.call("patients/contacts", json!({ "id": patient })).await.is(200).json();
        assert_eq!(known[0]["details"]["relationship"], "Uncle");
        person.form("updates/remove_contact", &list, &[own, ("contact", &first), ("seen", "x\ny\nz")]).await.is(303);
        assert_eq!(names().await, ["Ben", EVIL], "what was seen is not what the record says: somebody looks");
        let gone = [own, ("contact", second.as_str()), ("seen", "Ben\nUncle\n0491 570 157")];
        person.form("updates/remove_contact", &list, &gone).await.is(303);
        assert_eq!(names().await, [EVIL]);
        // Once more, from an older page: it is said, and the page is drawn again.
        let page = person.form("updates/remove_contact", &list, &gone).await.is(409).text();
        assert!(page.contains("role=\"alert\""), "{page}");
        person.get(&edit).await.is(404);
        for (order, seen) in [("con_1", ""), (first.as_str(), "nonsense")] {
            person.form("updates/order_contacts", &list, &[own, ("seen", seen), ("order", order)]).await.is(422);
        }
        mode(&owner, "disabled").await;
        let page = person.get(&list).await.is(200).text();
        assert!(
            page.contains("takes no changes from the portal")
                && !page.contains("<form method=\"post\" action=\"/api/updates")
        );
        person.get(&new).await.is(404);
        let late = [own, ("name", "Ada"), ("relationship", "Aunt"), ("phone", "0491 570 156")];
        person.post("updates/put_contact", &late).await.is(403);
    }
}

// B-01, B-03, TG-01, PR-01, PR-11, AD-06: the group's queue and the history, by who may and who may not; Home says what became
// of it.
#[tokio::test]
async fn the_queue_and_the_history_are_for_who_may() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let (person, patient) = app.portal_user(&owner, 'a', 1).await;
        let ask = [("patient", patient.as_str()), ("seen[city]", "x"), ("values[city]", "Glebe")];
        person.post("updates/change", &ask).await.is(200);
        let living = [("patient", patient.as_str()), ("seen[living]", ""), ("values[living]", EVIL)];
        person.post("updates/change", &living).await.is(200);
        let page = json!({ "after": null, "limit": null });
        let queue = json!({ "filter": {}, "page": page });
        let listed = owner.call("updates/queue", queue.clone()).await.is(200).json();
        assert_eq!((&listed["total"], listed["changes"]["rows"].as_array().unwrap().len()), (&json!(2), 2));
        let of = |n: usize| json!([patient, listed["changes"]["rows"][n]["row"]["update"]["id"]]);
        // The front desk does not learn how somebody lives; another group's list is its own.
        let desk = app.user("calendar@a.example.org").await;
        let theirs = desk.call("updates/queue", queue.clone()).await.is(200);
        assert!(theirs.json()["total"] == 1 && !theirs.text().contains("living"), "{}", theirs.text());
        assert_eq!(desk.call("updates/count", json!({})).await.is(200).json(), json!(1));
        let stranger = app.user("full@b.example.org").await;
        assert_eq!(stranger.call("updates/queue", queue.clone()).await.is(200).json()["total"], 0);
        let reject = json!({ "picked": [of(0), of(1)], "reason": "" });
        for who in [&stranger, &app.user("personal@a.example.org").await] {
            assert_eq!(who.call("updates/reject_some", reject.clone()).await.is(200).json()["left"], 2);
        }
        let reader = app.user("reader@a.example.org").await;
        for (door, body) in [
            ("updates/queue", queue.clone()),
            ("updates/count", json!({})),
            ("updates/reject_some", reject.clone()),
            ("updates/approve_some", json!({ "picked": [] })),
            ("updates/undo_some", json!({ "picked": [of(0)] })),
        ] {
            reader.call(door, body.clone()).await.is(403);
            person.call(door, body).await.is(403);
        }
        // What is no kind of change cannot be asked for; nor can too much be decided at once.
        let odd = json!({ "filter": { "topic": "status" }, "page": page });
        owner.call("updates/queue", odd).await.is(400);
        let many: Vec<_> = (0..=domain::limits::QUEUE_PICKED).map(|_| of(0)).collect();
        owner.call("updates/reject_some", json!({ "picked": many, "reason": "" })).await.is(422);
        let both = owner.call("updates/reject_some", reject).await.is(200).json();
        assert_eq!((&both["left"], both["done"].as_array().unwrap().len()), (&json!(0), 2));
        let home = format!("/portal/{patient}");
        assert!(person.get(&home).await.is(200).text().contains("Your practice looked at your changes"));
        person.get(&format!("{home}/details")).await.is(200);
        assert!(!person.get(&home).await.is(200).text().contains("Your practice looked at your changes"));

        // The history: written by what is approved, drawn safely, and nobody else's.
        mode(&owner, "auto").await;
        person.post("updates/change", &living).await.is(200);
        let history = format!("{home}/details/history");
        let drawn = person.get(&history).await.is(200).text();
        assert!(drawn.contains("&lt;script&gt;alert(1)") && !drawn.contains("<script>alert"), "{drawn}");
        let asked = json!({ "patient": patient, "page": page });
        let rows = owner.call("updates/history", asked.clone()).await.is(200).json();
        assert_eq!(rows["rows"].as_array().unwrap().len(), 1);
        let hidden = desk.call("updates/history", asked.clone()).await.is(200).json();
        assert!(hidden["rows"].as_array().unwrap().is_empty(), "{hidden}");
        stranger.call("updates/history", asked).await.is(404);
        let few = let_in(&app, &owner, &patient, "few@example.org", "edit", "administrative").await;
        few.get(&history).await.is(404);
        few.post("updates/own_history", &[("patient", &patient)]).await.is(404);
        few.get(&format!("{home}/details")).await.is(404);
    }
}

// PT-10: who asked and when is the server's to say, whatever is sent; and what somebody else asked for is changed by nobody who
// may not change the record.
#[tokio::test]
async fn who_asked_and_when_is_the_servers_to_say() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let (person, patient) = app.portal_user(&owner, 'a', 1).await;
        let acts = let_in(&app, &owner, &patient, "acts@example.org", "edit", "clinical").await;
        let looks = let_in(&app, &owner, &patient, "looks@example.org", "view", "clinical").await;
        let waiting = async || {
            let rows = owner.call("updates/waiting", json!({ "patient": patient })).await.is(200).json();
            rows.as_array().unwrap().clone()
        };
        let asked = [("patient", patient.as_str()), ("seen[city]", "x"), ("values[city]", "Glebe")];
        person.post("updates/change", &asked).await.is(200);
        let own = waiting().await.remove(0);
        // Sent along with the wish, they are no part of it.
        let author = own["update"]["by"].as_str().unwrap();
        let forged = [("by", author), ("account", author), ("at", "1"), ("asked_at", "1"), ("id", "upd_1")];
        let wish = [("patient", patient.as_str()), ("seen[region]", ""), ("values[region]", "Elsewhere")];
        let fields: Vec<_> = wish.into_iter().chain(forged).collect();
        let status = acts.post("updates/change", &fields).await.status;
        assert_eq!(status, 200, "the wish counts, and no more of it");
        let theirs: Vec<_> =
            waiting().await.into_iter().filter(|row| row["update"]["id"] != own["update"]["id"]).collect();
        assert_eq!(theirs.len(), 1);
        for row in theirs {
            assert_eq!(row["email"], "acts@example.org");
            assert_ne!(row["update"]["by"], own["update"]["by"]);
            assert!(row["update"]["at"].as_i64().unwrap() > 1);
        }
        // Who may look only neither replaces it nor takes it back.
        for value in ["Balmain", "x"] {
            let other = [("patient", patient.as_str()), ("seen[city]", "Glebe"), ("values[city]", value)];
            looks.post("updates/change", &other).await.is(403);
        }
        assert!(waiting().await.contains(&own), "as it was, to the letter");
    }
}

// A page that was left open asks whether it may still be shown: nothing is drawn, written down or looked at for that (PX-02).
#[tokio::test]
async fn a_page_that_was_left_open_looks_at_nothing() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let (person, patient) = app.portal_user(&owner, 'a', 1).await;
        let home = format!("/portal/{patient}");
        person
            .post("updates/change", &[("patient", &patient), ("seen[city]", "x"), ("values[city]", "Glebe")])
            .await
            .is(200);
        let waiting = owner.call("updates/waiting", json!({ "patient": patient })).await.is(200).json();
        let body =
            json!({ "patient": patient, "id": waiting[0]["update"]["id"], "verdict": { "reject": { "reason": "" } } });
        owner.call("updates/decide", body).await.is(200);
        let head =
            async |who: &Persona, page: &str| who.send(who.request("HEAD", &format!("{home}{page}"))).await.status;
        for page in ["", "/details", "/details/saved", "/contacts", "/access-log", "/people"] {
            assert_eq!(head(&person, page).await, 200, "{page}");
        }
        assert!(person.get(&home).await.is(200).text().contains("Your practice looked at your changes"));
        // Whose access reaches less far, or is over, is told so.
        let few = let_in(&app, &owner, &patient, "few@example.org", "edit", "administrative").await;
        assert_eq!((head(&few, "").await, head(&few, "/appointments").await), (200, 200));
        assert_eq!((head(&few, "/details").await, head(&few, "/contacts/new").await), (404, 404));
        let (stranger, _) = app.portal_user(&owner, 'a', 2).await;
        assert_eq!(head(&stranger, "").await, 404);
    }
}

// S0-42: two guides, open to whoever cannot get in; the patients' says nothing of what is the practice's.
#[tokio::test]
async fn patients_and_practices_have_guides_of_their_own() {
    let app = App::start(ENGINES[0]).await;
    let patients = app.anon().get("/help").await.is(200).text();
    assert!(patients.contains("Help for patients") && patients.contains("href=\"/sign-in\""));
    for theirs in ["/help/practice", "/console", "Require approval", "Patient Access"] {
        assert!(!patients.contains(theirs), "{theirs}");
    }
    let practice = app.anon().get("/help/practice").await.is(200).text();
    assert!(
        practice.contains("Require approval") && practice.contains("/help:") && practice.contains("/console/sign-in")
    );
    let sign_in = app.anon().get("/sign-in").await.is(200).text();
    assert!(sign_in.contains("href=\"/help\"") && !sign_in.contains("/help/practice"));
    let console = app.anon().get("/console/sign-in").await.is(200).text();
    assert!(console.contains("href=\"/help/practice\""));
}

async fn let_in(app: &App, by: &Persona, patient: &str, email: &str, role: &str, level: &str) -> Persona {
    let terms = json!({ "role": role, "level": level });
    let form = json!({ "whom": "other", "name": "Ada", "email": email, "email_again": email, "terms": terms });
    by.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200);
    let token = crate::world::token(&app.mailer.wait(email, 1).await);
    let mut person = app.anon();
    person.may_see.push("CNRY-a-1-".to_owned());
    person.post("invitations/accept", &[("token", &token), ("password", NEW_PASSWORD)]).await.is(200);
    person
}

// PX-05, PT-12, PT-13: each refusal, tried by the one it is for.
#[tokio::test]
async fn nobody_changes_or_decides_what_is_not_theirs() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let owner = app.practitioner().await;
        let (person, patient) = app.portal_user(&owner, 'a', 1).await;
        let change = async |who: &Persona, field: &str| {
            let (seen, values) = (format!("seen[{field}]"), format!("values[{field}]"));
            who.post("updates/change", &[("patient", &patient), (&seen, "x"), (&values, "ann@example.org")])
                .await
                .status
        };
        // The address for letters is the patient's own; who may look only changes nothing; appointments are not details.
        let acts = let_in(&app, &owner, &patient, "acts@example.org", "edit", "clinical").await;
        assert_eq!((change(&acts, "email").await, change(&acts, "living").await), (403, 200));
        let looks = let_in(&app, &owner, &patient, "looks@example.org", "view", "clinical").await;
        assert_eq!(change(&looks, "city").await, 403);
        let name =
            [("patient", patient.as_str()), ("name", "Ada"), ("relationship", "Aunt"), ("phone", "0491 570 156")];
        looks.post("updates/put_contact", &name).await.is(403);
        let known = json!({ "id": patient, "form": { "name": "CNRY-a-1-kim", "relationship": "Aunt", "phone": "0491 570 156", "emergency": "yes" } });
        let kim = owner.call("patients/add_contact", known).await.is(200).json();
        let kim = kim.as_str().unwrap();
        let take = [("patient", patient.as_str()), ("contact", kim), ("seen", "CNRY-a-1-kim\nAunt\n0491 570 156")];
        let order = [("patient", patient.as_str()), ("seen", kim), ("order", kim)];
        looks.post("updates/remove_contact", &take).await.is(403);
        looks.post("updates/order_contacts", &order).await.is(403);
        looks.get(&format!("/portal/{patient}/contacts/new")).await.is(404);
        let few = let_in(&app, &owner, &patient, "few@example.org", "edit", "administrative").await;
        few.post("updates/own", &[("patient", &patient)]).await.is(404);
        assert_eq!(change(&few, "city").await, 404);
        few.post("updates/put_contact", &name).await.is(404);
        few.post("updates/remove_contact", &take).await.is(404);
        few.post("updates/order_contacts", &order).await.is(404);
        few.post("updates/contacts", &[("patient", &patient)]).await.is(404);
        few.get(&format!("/portal/{patient}/contacts")).await.is(404);
        assert_eq!(change(&person, "smoking").await, 200);
        // How somebody lives is not the front desk's, nor the other group's.
        let waiting = owner.call("updates/waiting", json!({ "patient": patient })).await.is(200).json();
        assert_eq!(waiting.as_array().unwrap().len(), 2);
        let desk = app.user("calendar@a.example.org").await;
        assert_eq!(desk.call("updates/waiting", json!({ "patient": patient })).await.is(200).json(), json!([]));
        let seen = desk.call("patients/background", json!({ "id": patient })).await.is(200).json();
        assert_eq!(seen["sees_social"], false);
        let reject =
            json!({ "patient": patient, "id": waiting[0]["update"]["id"], "verdict": { "reject": { "reason": "" } } });
        for stranger in [&desk, &app.user("full@b.example.org").await] {
            stranger.call("updates/decide", reject.clone()).await.is(404);
        }
        app.user("reader@a.example.org").await.call("updates/decide", reject.clone()).await.is(403);
        owner.call("updates/decide", reject).await.is(200);

        // An administrator who is a patient decides about everybody's but her own.
        let own = app.patient(&owner, 'a', 2).await;
        let link = app.invite(&owner, &own, "admin@a.example.org").await;
        let admin = app.user("admin@a.example.org").await;
        admin.post("invitations/confirm", &[("token", &link)]).await.is(200);
        let asked = [("patient", own.as_str()), ("seen[city]", "x"), ("values[city]", "Glebe")];
        admin.post("updates/change", &asked).await.is(200);
        let waiting = owner.call("updates/waiting", json!({ "patient": own })).await.is(200).json();
        admin.post("account/switch_door", &[("to", "console")]).await.is(200);
        let (id, saw) = (&waiting[0]["update"]["id"], &waiting[0]["now"]);
        for verdict in [json!({ "reject": { "reason": "" } }), json!({ "approve": { "saw": saw, "put": null } })] {
            let refused =
                admin.call("updates/decide", json!({ "patient": own, "id": id, "verdict": verdict })).await.is(403);
            assert_eq!(refused.json()["detail"], "own_update");
        }
    }
}
