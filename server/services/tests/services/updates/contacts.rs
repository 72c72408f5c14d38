//! Whom to ring in an emergency, from the portal.

use domain::{
    emergency::{self, EmergencyContact},
    error::{Conflict, Problem, Refusal},
    grant::{Level as Sees, Role},
    ids::{ContactId, PatientId},
    limits,
    patient::ContactForm,
    update::{Mode, OwnContacts, OwnState, Subject, Verdict},
};
use services::{Ctx, Error, invitations, patients, updates};

use super::{LIEN, Place, carer, conflict, decide, forbidden, place, set, waiting};
use crate::town::Town;

on_both_engines! {
    whom_to_call_is_changed_where_somebody_decides,
    whom_to_call_is_changed_at_once,
    whom_to_call_is_nobody_elses_to_change,
    whom_to_call_is_told_two_practices,
    somebody_who_was_not_accepted_blocks_nobody,
    what_the_practice_keeps_is_nobodys_to_overwrite,
}

fn rung(name: &str, phone: &str) -> EmergencyContact {
    EmergencyContact { name: name.into(), relationship: "Friend".into(), phone: phone.into() }
}

async fn own(by: &Ctx, patient: PatientId) -> OwnContacts {
    updates::contacts(by, patient).await.unwrap()
}

/// Those the practice rings, in their order.
async fn rings(by: &Ctx, patient: PatientId) -> Vec<String> {
    let contacts = patients::contacts(by, patient).await.unwrap().into_iter();
    contacts.filter(|contact| contact.details.emergency).map(|contact| contact.details.name).collect()
}

/// The practice's own contact.
async fn known(by: &Ctx, patient: PatientId, name: &str, email: &str, emergency: bool) -> ContactId {
    let form = ContactForm {
        name: name.into(),
        relationship: "Friend".into(),
        email: email.into(),
        phone: "0400 000 001".into(),
        emergency: if emergency { "yes".into() } else { String::new() },
    };
    patients::add_contact(by, patient, &form).await.unwrap()
}

/// S0-18, S0-37, B-03: added, changed, taken off and put in order, each looked at first; in conflict where the practice changed
/// the same contact; and taken back.
async fn whom_to_call_is_changed_where_somebody_decides(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let kim = known(owner, patient, "Kim", "", true).await;
    let joe = known(owner, patient, "Joe", "joe@example.org", true).await;
    known(owner, patient, "Case worker", "", false).await;
    let page = own(&lien, patient).await;
    assert_eq!(page.contacts.iter().map(|one| one.id).collect::<Vec<_>>(), [kim, joe], "who is not rung is not shown");
    // She adds Ada, who is asked for and shown, changes her mind about the number, and wants her rung first.
    updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[]).await.unwrap();
    let ada = own(&lien, patient).await.contacts.pop().unwrap();
    assert!(ada.value.is_none() && ada.shown().unwrap().name == "Ada");
    updates::save_contact(&lien, patient, Some(ada.id), "", &rung("Ada", "0400 000 003"), &[]).await.unwrap();
    let first = emergency::order_code(&[ada.id, joe, kim]);
    updates::order_contacts(&lien, patient, &page.order, &first).await.unwrap();
    updates::remove_contact(&lien, patient, kim, &page.contacts[0].code()).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Kim", "Joe"]);
    let rows = waiting(owner, patient).await;
    assert_eq!((rows.len(), patients::profile(owner, patient).await.unwrap().updates), (3, 3));
    assert!(rows.iter().all(|row| row.may_decide && !row.conflict));
    let seen: Vec<_> = rows.iter().map(|row| (row.update.id, row.now.clone())).collect();
    // One after the other what is seen of the order is another: only what was seen so is approved.
    assert_eq!(updates::approve_all(owner, patient, &seen).await.unwrap().len(), 2);
    let order = waiting(owner, patient).await.remove(0);
    assert!(!order.conflict && order.update.subject == Subject::Order);
    decide(owner, patient, &order, true).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada", "Joe"]);
    let page = own(&lien, patient).await;
    assert!(page.contacts.iter().all(|one| one.value.is_some()));
    assert!(matches!(page.order_last.map(|last| last.state), Some(OwnState::Accepted { .. })));
    // Taken back within the minute, the order is as it was.
    updates::undo(owner, patient, order.update.id).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Joe", "Ada"]);
    decide(owner, patient, &waiting(owner, patient).await.remove(0), false).await.unwrap();
    // Joe is written to by the practice: he is not rung any more and stays a contact.
    let page = own(&lien, patient).await;
    let of = |id: ContactId| page.contacts.iter().find(|one| one.id == id).unwrap().code();
    updates::remove_contact(&lien, patient, joe, &of(joe)).await.unwrap();
    decide(owner, patient, &waiting(owner, patient).await.remove(0), true).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada"]);
    let all = patients::contacts(owner, patient).await.unwrap();
    let kept = all.iter().find(|one| one.id == joe).unwrap();
    assert_eq!(kept.details.email.as_ref().unwrap().as_str(), "joe@example.org");
    assert!(all.iter().all(|one| one.id != kim), "who was here for that only is gone");
    // The practice changes the same contact: nobody's change is overwritten unseen.
    updates::save_contact(&lien, patient, Some(ada.id), &of(ada.id), &rung("Ada", "0400 000 004"), &[]).await.unwrap();
    let mine = all.iter().find(|one| one.id == ada.id).unwrap();
    let form = ContactForm { phone: "0400 000 005".into(), ..ContactForm::of(&mine.details) };
    patients::save_contact(owner, patient, ada.id, mine.version, &form).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    assert!(row.conflict);
    let put = |put: &EmergencyContact| Verdict::Approve { saw: row.now.clone(), put: Some(put.code()) };
    let wrong = updates::decide(owner, patient, row.update.id, &put(&rung("Ada", "none"))).await;
    assert!(matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("phone") == Some(Problem::NotAPhone)));
    updates::decide(owner, patient, row.update.id, &put(&rung("Ada", "0400 000 006"))).await.unwrap();
    let last = own(&lien, patient).await.contacts.remove(0);
    assert_eq!(last.value.unwrap().phone, "0400 000 006");
    assert!(matches!(last.last.unwrap().state, OwnState::Edited { .. }));
    // Two who are asked for change places before anybody has decided; put back, nothing is asked for.
    for name in ["Cleo", "Dan"] {
        updates::save_contact(&lien, patient, None, "", &rung(name, "0400 000 007"), &[]).await.unwrap();
    }
    let page = own(&lien, patient).await;
    let ids: Vec<_> = page.contacts.iter().map(|one| one.id).collect();
    let swapped = emergency::order_code(&[ids[0], ids[2], ids[1]]);
    updates::order_contacts(&lien, patient, &page.order, &swapped).await.unwrap();
    assert_eq!(waiting(owner, patient).await.len(), 3);
    updates::order_contacts(&lien, patient, &page.order, &emergency::order_code(&ids)).await.unwrap();
    assert_eq!(waiting(owner, patient).await.len(), 2);
    for id in &ids[1..] {
        updates::remove_contact(&lien, patient, *id, "").await.unwrap();
    }
    // What is asked for and taken back is gone without a trace on the record.
    updates::save_contact(&lien, patient, None, "", &rung("Bea", "0400 000 007"), &[]).await.unwrap();
    let bea = own(&lien, patient).await.contacts.pop().unwrap();
    updates::remove_contact(&lien, patient, bea.id, "").await.unwrap();
    assert!(waiting(owner, patient).await.is_empty());
    assert_eq!(own(&lien, patient).await.contacts.len(), 1);
}

/// S0-18, S0-34: at once, except over what the practice changed meanwhile.
async fn whom_to_call_is_changed_at_once(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let owner = &staff.owner;
    for name in ["Ada", "Ben"] {
        updates::save_contact(&lien, patient, None, "", &rung(name, "0400 000 002"), &[]).await.unwrap();
    }
    assert_eq!(rings(owner, patient).await, ["Ada", "Ben"]);
    let page = own(&lien, patient).await;
    let (ada, ben) = (&page.contacts[0], &page.contacts[1]);
    let order = emergency::order_code(&[ben.id, ada.id]);
    updates::order_contacts(&lien, patient, &page.order, &order).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ben", "Ada"]);
    updates::save_contact(&lien, patient, Some(ada.id), &ada.code(), &rung("Ada V", "0400 000 009"), &[])
        .await
        .unwrap();
    updates::remove_contact(&lien, patient, ben.id, &ben.code()).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada V"]);
    assert!(patients::contacts(owner, patient).await.unwrap().len() == 1 && waiting(owner, patient).await.is_empty());
    // From an older page: what she saw is not what the record says.
    updates::save_contact(&lien, patient, Some(ada.id), &ada.code(), &rung("Ada", "0400 000 001"), &[]).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada V"]);
    assert!(waiting(owner, patient).await.remove(0).conflict);
    // What is wrong is said beside its field, and there is an end to it.
    let bad = updates::save_contact(&lien, patient, None, "", &rung("", "none"), &[]).await;
    let Err(Error::Invalid(invalid)) = bad else { panic!("{bad:?}") };
    assert_eq!((invalid.of("name"), invalid.of("phone")), (Some(Problem::Missing), Some(Problem::NotAPhone)));
    for n in 0..limits::EMERGENCY_CONTACTS - 1 {
        updates::save_contact(&lien, patient, None, "", &rung(&format!("N{n}"), "0400 000 002"), &[]).await.unwrap();
    }
    let many = updates::save_contact(&lien, patient, None, "", &rung("One more", "0400 000 002"), &[]).await;
    assert!(matches!(many, Err(Error::Invalid(invalid)) if invalid.of("name") == Some(Problem::TooMany)));
}

/// PX-05, PT-12: a contact that is not on the list is not changed by its id; who may look only changes nothing; nor does
/// anybody where the practice takes no changes.
async fn whom_to_call_is_nobody_elses_to_change(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let owner = &staff.owner;
    let hidden = known(owner, patient, "Case worker", "worker@example.org", false).await;
    let kim = known(owner, patient, "Kim", "kim@example.org", true).await;
    let other = town.patient(owner, "Some", "Body").await;
    let theirs = known(owner, other, "Theirs", "", true).await;
    for id in [hidden, theirs] {
        for seen in ["", "Theirs\nFriend\n0400 000 001"] {
            let put = updates::save_contact(&lien, patient, Some(id), seen, &rung("Mine", "0400 000 002"), &[]).await;
            assert_eq!(conflict(put), Conflict::ChangedMeanwhile);
            assert_eq!(conflict(updates::remove_contact(&lien, patient, id, seen).await), Conflict::ChangedMeanwhile);
        }
        let order = emergency::order_code(&[id, kim]);
        assert_eq!(conflict(updates::order_contacts(&lien, patient, "", &order).await), Conflict::ChangedMeanwhile);
    }
    let looks = carer(&town, owner, patient, "looks@example.org", Role::View, Sees::Clinical).await;
    assert!(!own(&looks, patient).await.may_edit);
    let few = carer(&town, owner, patient, "few@example.org", Role::Edit, Sees::Administrative).await;
    assert!(matches!(updates::contacts(&few, patient).await, Err(Error::NotFound)));
    for (who, refused) in [(&looks, "look"), (&few, "few")] {
        let add = updates::save_contact(who, patient, None, "", &rung("Mine", "0400 000 002"), &[]).await;
        let take = updates::remove_contact(who, patient, kim, "").await;
        let order = updates::order_contacts(who, patient, "", &emergency::order_code(&[kim])).await;
        assert!(add.is_err() && take.is_err() && order.is_err(), "{refused}");
    }
    // Who may act puts the number right, and the address that invitations go to stays the practice's.
    let mother = carer(&town, owner, patient, "mother@example.org", Role::Edit, Sees::Clinical).await;
    let seen = own(&mother, patient).await.contacts.remove(0).code();
    updates::save_contact(&mother, patient, Some(kim), &seen, &rung("Kim", "0400 000 008"), &[]).await.unwrap();
    let all = patients::contacts(owner, patient).await.unwrap();
    let now = all.iter().find(|one| one.id == kim).unwrap();
    assert_eq!(
        (now.details.phone.as_str(), now.details.email.as_ref().unwrap().as_str()),
        ("0400 000 008", "kim@example.org")
    );
    set(owner, Mode::Disabled, "").await.unwrap();
    let page = own(&lien, patient).await;
    assert!(!page.may_edit && page.contacts.len() == 1);
    let refused = updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[]).await;
    assert_eq!(forbidden(refused), Refusal::UpdatesOff);
    let refused = updates::remove_contact(&lien, patient, kim, &page.contacts[0].code()).await;
    assert_eq!(forbidden(refused), Refusal::UpdatesOff);
    assert_eq!(forbidden(updates::order_contacts(&lien, patient, &page.order, &page.order).await), Refusal::UpdatesOff);
    assert_eq!(rings(owner, patient).await, ["Kim"]);
}

/// Decision 8: somebody is added with both practices, by the way of each; changing them is each one's own.
async fn whom_to_call_is_told_two_practices(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let other = town.practice_called("Riverside", "owner@riverside.example").await;
    set(&other.owner, Mode::Auto, "").await.unwrap();
    let there = town.patient(&other.owner, "Lien", "Nguyen").await;
    town.invite(&other.owner, there, LIEN).await;
    invitations::confirm(&lien, &town.link_to(LIEN).await).await.unwrap();
    assert_eq!(own(&lien, patient).await.elsewhere.len(), 1);
    updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[there]).await.unwrap();
    assert_eq!(
        (rings(&staff.owner, patient).await, rings(&other.owner, there).await),
        (vec![], vec!["Ada".to_owned()])
    );
    let row = waiting(&staff.owner, patient).await.remove(0);
    decide(&staff.owner, patient, &row, true).await.unwrap();
    assert_eq!(rings(&staff.owner, patient).await, ["Ada"]);
    let stranger = town.patient(&other.owner, "Some", "Body").await;
    let refused = updates::save_contact(&lien, patient, None, "", &rung("Bea", "0400 000 002"), &[stranger]).await;
    assert!(matches!(refused, Err(Error::NotFound)));
}

/// Whoever was not accepted is told of, and no longer asked for: the others can change places.
async fn somebody_who_was_not_accepted_blocks_nobody(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let (kim, joe) = (known(owner, patient, "Kim", "", true).await, known(owner, patient, "Joe", "", true).await);
    updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[]).await.unwrap();
    decide(owner, patient, &waiting(owner, patient).await[0], false).await.unwrap();
    let page = own(&lien, patient).await;
    let ada = page.contacts.last().unwrap();
    assert!(ada.value.is_none() && matches!(ada.last.as_ref().unwrap().state, OwnState::Rejected { .. }));
    assert_eq!(conflict(updates::remove_contact(&lien, patient, ada.id, "").await), Conflict::ChangedMeanwhile);
    let order = emergency::order_code(&[joe, kim]);
    updates::order_contacts(&lien, patient, &page.order, &order).await.unwrap();
    decide(owner, patient, &waiting(owner, patient).await[0], true).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Joe", "Kim"]);
    // A change that was not accepted, of somebody whom the practice took off since, leaves nothing behind.
    let code = own(&lien, patient).await.contacts.iter().find(|one| one.id == kim).unwrap().code();
    updates::save_contact(&lien, patient, Some(kim), &code, &rung("Kim", "0400 000 009"), &[]).await.unwrap();
    decide(owner, patient, &waiting(owner, patient).await[0], false).await.unwrap();
    let all = patients::contacts(owner, patient).await.unwrap();
    let version = all.iter().find(|one| one.id == kim).unwrap().version;
    patients::remove_contact(owner, patient, kim, version).await.unwrap();
    assert!(own(&lien, patient).await.contacts.iter().all(|one| one.id != kim));
}

/// Somebody whom the practice keeps without calling them is neither removed nor overwritten unseen; another name for somebody
/// who is written to waits for a look, whatever the setting says; and an order is applied when the setting is switched.
async fn what_the_practice_keeps_is_nobodys_to_overwrite(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let kim = known(owner, patient, "Kim", "", true).await;
    let code = own(&lien, patient).await.contacts[0].code();
    updates::remove_contact(&lien, patient, kim, &code).await.unwrap();
    let keeps = ContactForm {
        name: "Kim".into(),
        relationship: "Case worker".into(),
        phone: "0400 000 001".into(),
        ..ContactForm::default()
    };
    patients::save_contact(owner, patient, kim, 0, &keeps).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    assert!(!row.conflict && row.now.ends_with(domain::update::NOT_CALLED));
    decide(owner, patient, &row, true).await.unwrap();
    let all = patients::contacts(owner, patient).await.unwrap();
    assert_eq!((all.len(), all[0].details.relationship.as_str()), (1, "Case worker"), "nothing more was taken away");

    let joe = known(owner, patient, "Joe", "joe@example.org", true).await;
    set(owner, Mode::Auto, "").await.unwrap();
    let code = own(&lien, patient).await.contacts[0].code();
    updates::save_contact(&lien, patient, Some(joe), &code, &rung("Bea", "0400 000 003"), &[]).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Joe"]);
    let row = waiting(owner, patient).await.remove(0);
    assert!(row.somebody_else && !row.needs_no_look());
    let seen = [(row.update.id, row.now.clone())];
    assert!(updates::approve_all(owner, patient, &seen).await.unwrap().is_empty());
    decide(owner, patient, &row, false).await.unwrap();
    // The number alone is hers to put right.
    updates::save_contact(&lien, patient, Some(joe), &code, &rung("Joe", "0400 000 003"), &[]).await.unwrap();
    assert!(waiting(owner, patient).await.is_empty());

    set(owner, Mode::Approval, "").await.unwrap();
    updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[]).await.unwrap();
    let page = own(&lien, patient).await;
    let ada = page.contacts.last().unwrap().id;
    updates::order_contacts(&lien, patient, &page.order, &emergency::order_code(&[ada, joe])).await.unwrap();
    set(owner, Mode::Auto, "apply").await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada", "Joe"]);
    assert!(waiting(owner, patient).await.is_empty());
}
