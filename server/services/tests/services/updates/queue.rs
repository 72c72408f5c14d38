//! The whole group's changes that wait.

use std::collections::BTreeSet;

use domain::{
    audit::Action,
    emergency::{self, EmergencyContact},
    error::{Problem, Refusal},
    ids::{PatientId, UpdateId},
    limits,
    page::PageRequest,
    relationship::Wanted,
    time::Span,
    update::{Field, Mode, Picked, Queue, QueueFilter, QueueRow, Settled, Topic},
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, patients, relationships, updates};

use super::{Place, at_both_sides, change, edit_mobile, forbidden, place, says, waiting};
use crate::town::Town;

on_both_engines! {
    everybody_finds_what_they_may_decide,
    oldest_first_and_page_by_page,
    several_at_once,
    nobody_reaches_beyond_their_own,
    people_before_their_order,
    the_list_counts_as_opening,
}

async fn queue(by: &Ctx, filter: QueueFilter) -> Queue {
    updates::queue(by, &filter, &PageRequest { after: None, limit: Some(200) }).await.unwrap()
}

async fn rows(by: &Ctx) -> Vec<QueueRow> {
    queue(by, QueueFilter::default()).await.changes.rows
}

/// Another patient of the practice, who has asked for these.
async fn asks(town: &Town, staff: &Ctx, name: &str, fields: &[(Field, &str)]) -> (PatientId, Ctx) {
    let patient = town.patient(staff, name, "Nguyen").await;
    let ctx = town.portal_user(staff, patient, &format!("{name}@example.org")).await;
    change(&ctx, patient, fields).await.unwrap();
    (patient, ctx)
}

fn picked(rows: &[QueueRow]) -> Vec<Picked> {
    let one =
        |row: &QueueRow| Picked { patient: row.row.update.patient, id: row.row.update.id, saw: row.row.now.clone() };
    rows.iter().map(one).collect()
}

fn ids(rows: &[QueueRow]) -> Vec<(PatientId, UpdateId)> {
    rows.iter().map(|row| (row.row.update.patient, row.row.update.id)).collect()
}

/// B-03, PR-01, S0-19: for each kind of user the list holds exactly what their tabs would show them to decide about, and the
/// count is the list's.
async fn everybody_finds_what_they_may_decide(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let (owner, group) = (&staff.owner, staff.group);
    change(&lien, patient, &[(Field::City, "Balmain"), (Field::Smoking, "Never")]).await.unwrap();
    let (second, _) = asks(&town, owner, "Bo", &[(Field::Mobile, "0400 000 002"), (Field::Alcohol, "None")]).await;
    let (third, _) = asks(&town, owner, "Cy", &[(Field::Living, "Alone")]).await;
    let levels = [
        Level::Personal,
        Level::OwnAndContacts,
        Level::Clinical,
        Level::Full,
        Level::CalendarContacts,
        Level::CalendarContactsFinance,
        Level::AdminFull,
    ];
    let mut seen = BTreeSet::new();
    for level in levels {
        let email = format!("{}@harbour.example", level.code());
        let user = town.user(group, &email, level).await;
        if level.role() == domain::user::Role::Practitioner {
            let id = user.actor().unwrap().user().unwrap().user;
            relationships::set(owner, patient, id, None, Wanted::Granted).await.unwrap();
            if level != Level::Personal {
                relationships::set(owner, third, id, None, Wanted::Revoked).await.unwrap();
            }
        }
        let mut expected = BTreeSet::new();
        for patient in [patient, second, third] {
            match updates::waiting(&user, patient).await {
                Ok(rows) => expected.extend(rows.iter().filter(|row| row.may_decide).map(|row| row.update.id)),
                Err(Error::NotFound) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        let found = queue(&user, QueueFilter::default()).await;
        let listed: BTreeSet<_> = found.changes.rows.iter().map(|row| row.row.update.id).collect();
        assert_eq!(listed, expected, "{level:?}");
        assert_eq!(found.total as usize, expected.len(), "{level:?}");
        seen.insert(expected.len());
        let mine = queue(&user, QueueFilter { mine: true, topic: None }).await;
        let own = mine.changes.rows.iter().all(|row| row.row.update.patient == patient);
        let treats = level.role() == domain::user::Role::Practitioner;
        assert!(own && mine.total as usize == mine.changes.rows.len() && (mine.total > 0) == treats, "{level:?}");
    }
    assert!(seen.len() > 2, "all see the same: {seen:?}");
    // Who may not decide, or sees no names, has no such list.
    let of = |read_only, hide_names| AccessSettings { read_only, hide_names, ..AccessSettings::default() };
    for (email, settings, why) in [
        ("reads@harbour.example", of(true, false), Refusal::ReadOnly),
        ("hidden@harbour.example", of(false, true), Refusal::NamesHidden),
    ] {
        let user = town.user_with(group, email, Level::AdminFull, settings, UserState::Active).await.unwrap();
        let page = PageRequest::default();
        assert_eq!(forbidden(updates::queue(&user, &QueueFilter::default(), &page).await), why);
        assert_eq!(forbidden(updates::approve_some(&user, &[]).await), why);
        assert_eq!(forbidden(updates::reject_some(&user, &[], "").await), why);
        assert_eq!(forbidden(updates::undo_some(&user, &[]).await), why);
    }
}

async fn oldest_first_and_page_by_page(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    change(&lien, patient, &[(Field::City, "Balmain")]).await.unwrap();
    town.clock.pass(Span::hours(1));
    asks(&town, owner, "Bo", &[(Field::Mobile, "0400 000 002"), (Field::City, "Glebe")]).await;
    town.clock.pass(Span::hours(1));
    change(&lien, patient, &[(Field::Mobile, "0400 000 009")]).await.unwrap();
    let all = rows(owner).await;
    let asked: Vec<_> = all.iter().map(|row| row.row.update.at).collect();
    assert!(all.len() == 4 && asked.is_sorted());
    assert_eq!(all[0].shown, "Lien Nguyen");
    let (mut page, mut one_by_one) = (PageRequest { after: None, limit: Some(1) }, Vec::new());
    loop {
        let found = updates::queue(owner, &QueueFilter::default(), &page).await.unwrap();
        assert_eq!(found.total, 4);
        one_by_one.extend(found.changes.rows);
        match found.changes.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(ids(&one_by_one), ids(&all));
    let mobiles = queue(owner, QueueFilter { topic: Some(Topic::Field(Field::Mobile)), mine: false }).await;
    assert_eq!((mobiles.total, mobiles.changes.rows.len()), (2, 2));
    let none = queue(owner, QueueFilter { topic: Some(Topic::Order), mine: false }).await;
    assert_eq!((none.total, none.changes.rows.len()), (0, 0));
    let nonsense = PageRequest { after: Some("x".into()), limit: None };
    let found = updates::queue(owner, &QueueFilter::default(), &nonsense).await.unwrap();
    assert!(found.changes.rows.is_empty());
}

/// Several of one kind, across patients; what needs a look is left, and all of it can be taken back within a minute.
async fn several_at_once(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    change(&lien, patient, &[(Field::Mobile, "0400 000 009"), (Field::City, "Balmain")]).await.unwrap();
    let (second, _) = asks(&town, owner, "Bo", &[(Field::Mobile, "0400 000 002"), (Field::City, "Glebe")]).await;
    let (third, _) = asks(&town, owner, "Cy", &[(Field::Mobile, "0400 000 003")]).await;
    edit_mobile(owner, third, "0400 000 004").await;
    let mobiles = queue(owner, QueueFilter { topic: Some(Topic::Field(Field::Mobile)), mine: false }).await;
    let mobiles = mobiles.changes.rows;
    assert_eq!(mobiles.iter().map(|row| row.row.conflict).collect::<Vec<_>>(), [false, false, true]);
    let Settled { done, left } = updates::approve_some(owner, &picked(&mobiles)).await.unwrap();
    assert_eq!((done.len(), left), (2, 1));
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 009");
    assert_eq!(says(owner, second, Field::Mobile).await, "0400 000 002");
    assert_eq!(says(owner, third, Field::Mobile).await, "0400 000 004", "nobody looked at it");
    assert_eq!(updates::approve_some(owner, &picked(&mobiles)).await.unwrap().left, 3, "once is once");
    let back = updates::undo_some(owner, &done).await.unwrap();
    assert_eq!((back.done.len(), back.left), (2, 0));
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 001");
    assert_eq!(rows(owner).await.len(), 5);
    // One reason for all, also for what is in conflict.
    let mobiles = ids(&mobiles);
    let settled = updates::reject_some(owner, &mobiles, "Please ring us about your number.").await.unwrap();
    assert_eq!((settled.done.len(), settled.left), (3, 0));
    let left = rows(owner).await;
    assert!(left.iter().all(|row| row.row.update.subject == Field::City.into()) && left.len() == 2);
    town.clock.pass(limits::UNDO);
    assert_eq!(updates::undo_some(owner, &mobiles).await.unwrap().left, 3, "too late");
    let long = "x".repeat(limits::REASON + 1);
    let refused = updates::reject_some(owner, &ids(&left), &long).await;
    assert!(matches!(refused, Err(Error::Invalid(invalid)) if invalid.of("reason") == Some(Problem::TooLong)));
    let many: Vec<_> = std::iter::repeat_n(picked(&left)[0].clone(), limits::QUEUE_PICKED + 1).collect();
    let refused = updates::approve_some(owner, &many).await;
    assert!(matches!(refused, Err(Error::Invalid(invalid)) if invalid.of("picked") == Some(Problem::TooMany)));
    assert_eq!(rows(owner).await.len(), 2);
    assert!(patients::profile(owner, second).await.unwrap().updates == 1);
}

/// TG-01, PR-01, PT-13: another group's, a hidden patient's and one's own are left, and counted like any that were not there.
async fn nobody_reaches_beyond_their_own(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    change(&lien, patient, &[(Field::City, "Balmain"), (Field::Smoking, "Never")]).await.unwrap();
    let mine = rows(&staff.owner).await;
    let other = town.practice_called("Riverside", "owner@riverside.example").await;
    assert!(rows(&other.owner).await.is_empty());
    let personal = town.user(staff.group, "personal@harbour.example", Level::Personal).await;
    let desk = town.user(staff.group, "desk@harbour.example", Level::CalendarContacts).await;
    for who in [&other.owner, &personal] {
        assert_eq!(updates::approve_some(who, &picked(&mine)).await.unwrap().left, 2);
        assert_eq!(updates::reject_some(who, &ids(&mine), "").await.unwrap().left, 2);
        assert_eq!(updates::undo_some(who, &ids(&mine)).await.unwrap().left, 2);
    }
    assert_eq!(waiting(&staff.owner, patient).await.len(), 2);
    // The front desk decides about the city, and neither learns nor touches how she lives.
    assert_eq!(rows(&desk).await.len(), 1);
    let settled = updates::approve_some(&desk, &picked(&mine)).await.unwrap();
    assert_eq!((settled.done.len(), settled.left), (1, 1));
    assert_eq!(says(&staff.owner, patient, Field::Smoking).await, "");
    // PT-13: an administrator who is a patient finds her own in the list, and cannot decide about it there either.
    let (own, grace) = at_both_sides(&town, &staff, Field::City, "Glebe").await;
    let all = rows(&grace).await;
    let hers: Vec<_> = all.into_iter().filter(|row| row.row.update.patient == own).collect();
    assert!(hers.len() == 1 && !hers[0].row.may_decide && !hers[0].row.needs_no_look());
    assert_eq!(updates::approve_some(&grace, &picked(&hers)).await.unwrap().left, 1);
    assert_eq!(updates::reject_some(&grace, &ids(&hers), "").await.unwrap().left, 1);
    assert_eq!(waiting(&staff.owner, own).await.len(), 1);
}

/// Whom to call first names somebody new: they are decided about first, from wherever it is tried.
async fn people_before_their_order(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    for name in ["Ada", "Ben"] {
        let contact = EmergencyContact { name: name.into(), relationship: "Aunt".into(), phone: "0400 000 002".into() };
        updates::save_contact(&lien, patient, None, "", &contact, &[]).await.unwrap();
    }
    let ids: Vec<_> = updates::contacts(&lien, patient).await.unwrap().contacts.iter().map(|one| one.id).collect();
    updates::order_contacts(&lien, patient, "", &emergency::order_code(&[ids[1], ids[0]])).await.unwrap();
    let order = queue(owner, QueueFilter { topic: Some(Topic::Order), mine: false }).await.changes.rows;
    assert!(order[0].row.people_first && !order[0].row.needs_no_look());
    assert_eq!(order[0].row.people.len(), 2, "those it names are known by name");
    assert_eq!(updates::approve_some(owner, &picked(&order)).await.unwrap().left, 1);
    let verdict = domain::update::Verdict::Approve { saw: order[0].row.now.clone(), put: None };
    let early = updates::decide(owner, patient, order[0].row.update.id, &verdict).await;
    assert_eq!(super::conflict(early), domain::error::Conflict::PeopleFirst);
    let people = queue(owner, QueueFilter { topic: Some(Topic::Contact), mine: false }).await.changes.rows;
    assert_eq!(updates::approve_some(owner, &picked(&people)).await.unwrap().left, 0);
    let order = queue(owner, QueueFilter { topic: Some(Topic::Order), mine: false }).await.changes.rows;
    assert_eq!(updates::approve_some(owner, &picked(&order)).await.unwrap().left, 0);
    let names: Vec<_> =
        patients::contacts(owner, patient).await.unwrap().into_iter().map(|one| one.details.name).collect();
    assert_eq!(names, ["Ben", "Ada"]);
}

/// PR-14: records that the list shows are counted like any that are opened; within an hour each is written down once.
async fn the_list_counts_as_opening(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    change(&lien, patient, &[(Field::City, "Balmain")]).await.unwrap();
    asks(&town, &staff.owner, "Bo", &[(Field::City, "Glebe")]).await;
    let before = town.engine.audited(Action::UpdatesViewed).await;
    for _ in 0..3 {
        rows(&staff.owner).await;
    }
    assert_eq!(town.engine.audited(Action::UpdatesViewed).await, before + 2);
    let user = staff.owner.actor().unwrap().user().unwrap().user;
    let mut work = town.begin().await;
    for _ in 0..limits::RECORDS_AN_HOUR {
        work.count_try(&format!("records:{user}"), staff.owner.now(), Span::hours(1)).await.unwrap();
    }
    work.save().await.unwrap();
    let (_, _) = asks(&town, &staff.owner, "Cy", &[(Field::City, "Manly")]).await;
    let late = town.again(&staff.owner).await.unwrap();
    town.clock.pass(limits::STEP_UP);
    let late = town.again(&late).await.unwrap_or(late);
    let answer = updates::queue(&late, &QueueFilter::default(), &PageRequest::default()).await;
    assert!(matches!(answer, Err(Error::StepUp)), "{answer:?}");
}
