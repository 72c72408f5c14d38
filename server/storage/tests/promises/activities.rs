//! Promises about home activities, and on which days they were done.

use domain::{
    access::{
        Access, AssignActivities, DoOwnActivity, GrantFacts, OwnActivityFacts, PatientFacts, ReadActivities,
        ReadOwnActivity, ViewOwnClinical,
    },
    activity::{Activity, ActivityState, ActivityText, Schedule, Weekday, Weekdays},
    grant::{Birthdays, Grant, State},
    ids::{ActivityId, FileId, PatientId},
    page::PageRequest,
    patient::{Patient, Status},
    time::Date,
    user::User,
};
use services::ports::{DoneDay, OwnActivityCounts};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, actor, id, later, may_enter, portal_actor};

promises!(
    an_activity_is_kept_and_the_second_of_two_is_told,
    what_is_over_is_not_changed,
    the_list_holds_what_goes_on_first_page_by_page,
    the_portal_lists_and_counts_what_opens_there,
    a_day_is_ticked_off_once_and_no_note_is_lost,
    a_change_is_news,
    a_stranger_touches_none,
    another_patients_proof_touches_none,
);

/// A Saturday.
const TODAY: &str = "2026-11-28";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn text(title: &str, from: &str, until: Option<&str>, days: Weekdays) -> ActivityText {
    let schedule = Schedule { from: day(from), until: until.map(day), days };
    ActivityText { title: title.into(), dose: "3 × 10".into(), instructions: "Slowly".into(), schedule }
}

fn daily(title: &str) -> ActivityText {
    text(title, "2026-11-01", None, Weekdays::EVERY)
}

async fn facts(world: &World, by: &User, patient: PatientId) -> PatientFacts {
    world.read().await.patient_facts(&may_enter(by), patient, NOW).await.unwrap().unwrap()
}

async fn may_assign(world: &World, patient: PatientId) -> Access<AssignActivities> {
    actor(&world.mira).may(AssignActivities, &facts(world, &world.mira, patient).await).unwrap()
}

async fn may_read(world: &World, patient: PatientId) -> Access<ReadActivities> {
    (&may_assign(world, patient).await).into()
}

/// A grant as it is once its person has accepted.
fn open(grant: &Grant) -> GrantFacts {
    GrantFacts {
        grant: Grant { state: State::Activated { at: NOW }, ..grant.clone() },
        status: Status::Active,
        ages: Birthdays::default(),
        patient_uses_portal: false,
        now: later(1_000),
    }
}

fn may_list_own(grant: &Grant) -> Access<ViewOwnClinical> {
    portal_actor(grant.account).may(ViewOwnClinical, &open(grant)).unwrap()
}

fn may_do(grant: &Grant, activity: ActivityId) -> Access<DoOwnActivity> {
    let facts = OwnActivityFacts { grant: open(grant), activity, withdrawn: false };
    portal_actor(grant.account).may(DoOwnActivity, &facts).unwrap()
}

fn may_read_own(grant: &Grant, activity: ActivityId) -> Access<ReadOwnActivity> {
    (&may_do(grant, activity)).into()
}

async fn assigned(world: &World, patient: &Patient, text: ActivityText) -> Activity {
    let may = may_assign(world, patient.id).await;
    let state = ActivityState::Assigned;
    let activity = Activity { id: id(), patient: patient.id, author: world.mira.id, text, state, version: 1 };
    let mut work = world.begin().await;
    work.add_activity(&may, &activity, later(1)).await.unwrap();
    work.save().await.unwrap();
    activity
}

async fn save(world: &World, activity: &Activity) -> bool {
    let may = may_assign(world, activity.patient).await;
    let mut work = world.begin().await;
    let saved = work.save_activity(&may, activity).await.unwrap();
    work.save().await.unwrap();
    saved
}

async fn end(world: &World, patient: PatientId, id: ActivityId) -> bool {
    let may = may_assign(world, patient).await;
    let mut work = world.begin().await;
    let ended = work.end_activity(&may, id, later(40)).await.unwrap();
    work.save().await.unwrap();
    ended
}

async fn withdraw(world: &World, patient: PatientId, id: ActivityId) -> bool {
    let may = may_assign(world, patient).await;
    let mut work = world.begin().await;
    let withdrawn = work.withdraw_activity(&may, id, later(50)).await.unwrap();
    work.save().await.unwrap();
    withdrawn
}

async fn lookup(world: &World, patient: PatientId, id: ActivityId) -> Option<Activity> {
    let may = may_read(world, patient).await;
    world.read().await.lookup_activity(&may, id).await.unwrap()
}

async fn do_it(world: &World, grant: &Grant, id: ActivityId, on: &str, note: &str) -> bool {
    let mut work = world.begin().await;
    let done = work.own_activity_done(&may_do(grant, id), day(on), note, later(60)).await.unwrap();
    work.save().await.unwrap();
    done
}

async fn an_activity_is_kept_and_the_second_of_two_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let fridays = Weekdays::from_iter([Weekday::Mon, Weekday::Fri]);
    let one = assigned(&world, &ann, text("Übung 'x'; --", "2026-11-01", Some("2026-12-31"), fridays)).await;
    assert_eq!(lookup(&world, ann.id, one.id).await, Some(one.clone()));
    let two = Activity { text: daily("Two"), ..one.clone() };
    assert!(save(&world, &two).await);
    assert!(!save(&world, &Activity { text: daily("Late"), ..one.clone() }).await);
    assert_eq!(lookup(&world, ann.id, one.id).await, Some(Activity { version: 2, ..two }));
    let may = may_read(&world, ann.id).await;
    let origin = world.read().await.lookup_activity_origin(&may, one.id, day(TODAY)).await.unwrap().unwrap();
    assert_eq!((origin.author, origin.profession), (world.mira.name.clone(), world.mira.profession.clone()));
    assert_eq!((origin.added_at, origin.files, origin.done), (later(1), Vec::new(), Vec::new()));
}

async fn what_is_over_is_not_changed(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let one = assigned(&world, &ann, daily("One")).await;
    assert!(end(&world, ann.id, one.id).await);
    assert!(!end(&world, ann.id, one.id).await);
    let kept = lookup(&world, ann.id, one.id).await.unwrap();
    assert_eq!((kept.state, kept.version), (ActivityState::Ended { at: later(40) }, 2));
    assert!(!save(&world, &Activity { text: daily("Two"), ..kept.clone() }).await);
    assert!(withdraw(&world, ann.id, one.id).await);
    assert!(!withdraw(&world, ann.id, one.id).await);
    let gone = lookup(&world, ann.id, one.id).await.unwrap();
    assert_eq!((gone.state, gone.version), (ActivityState::Withdrawn { at: later(50) }, 3));
    assert!(!save(&world, &Activity { text: daily("Two"), ..gone.clone() }).await);
    assert!(!end(&world, ann.id, one.id).await);
    assert_eq!(lookup(&world, ann.id, one.id).await, Some(gone));
}

async fn the_list_holds_what_goes_on_first_page_by_page(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let mut ids = Vec::new();
    for until in [Some("2026-11-27"), None, Some(TODAY), None, None, Some("2026-12-01")] {
        ids.push(assigned(&world, &ann, text("Some", "2026-11-01", until, Weekdays::EVERY)).await.id);
    }
    ids.sort_unstable();
    let by_id = ids.clone();
    let over: Vec<_> = {
        assert!(end(&world, ann.id, by_id[2]).await);
        assert!(withdraw(&world, ann.id, by_id[4]).await);
        let mut over = Vec::new();
        for id in &by_id {
            let activity = lookup(&world, ann.id, *id).await.unwrap();
            if activity.state != ActivityState::Assigned || activity.text.schedule.is_over(day(TODAY)) {
                over.push(*id);
            }
        }
        over
    };
    for on in ["2026-10-31", "2026-11-01", "2026-11-27", TODAY] {
        assert!(do_it(&world, &grant, by_id[1], on, "").await);
    }
    ids.sort_unstable_by_key(|id| (!over.contains(id), *id));
    ids.reverse();
    let may = may_read(&world, ann.id).await;
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = world.read().await.list_activities(&may, day(TODAY), day("2026-11-01"), &page).await.unwrap();
        assert!(found.rows.len() <= 2);
        for row in found.rows {
            let done = if row.id == by_id[1] { vec![day("2026-11-01"), day("2026-11-27"), day(TODAY)] } else { vec![] };
            assert_eq!(row.done, done);
            all.push(row.id);
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(all, ids);
    let nowhere = PageRequest { after: Some("1.x".into()), limit: None };
    let none = world.read().await.list_activities(&may, day(TODAY), day(TODAY), &nowhere).await.unwrap();
    assert_eq!((none.rows, none.next), (Vec::new(), None));
    // Days are read page by page, too.
    let first = PageRequest { after: None, limit: Some(3) };
    let doings = world.read().await.list_doings(&may, by_id[1], &first).await.unwrap();
    let days = |rows: &[domain::activity::Doing]| rows.iter().map(|row| row.day.to_string()).collect::<Vec<_>>();
    assert_eq!(days(&doings.rows), [TODAY, "2026-11-27", "2026-11-01"]);
    let more = PageRequest { after: doings.next, limit: Some(3) };
    let doings = world.read().await.list_doings(&may, by_id[1], &more).await.unwrap();
    assert_eq!((days(&doings.rows), doings.next), (vec!["2026-10-31".to_owned()], None));
    for after in ["x", "zzz", "\0"] {
        let nowhere = PageRequest { after: Some(after.into()), limit: None };
        assert_eq!(world.read().await.list_doings(&may, by_id[1], &nowhere).await.unwrap().rows, []);
    }
}

/// S3-11: what a list holds and a count counts is what the decision opens.
async fn the_portal_lists_and_counts_what_opens_there(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (may, who, today) = (may_list_own(&grant), portal_actor(grant.account), day(TODAY));
    let mut all = Vec::new();
    let saturdays = Weekdays::from_iter([Weekday::Sat, Weekday::Tue]);
    let sundays = Weekdays::from_iter([Weekday::Sun]);
    for (from, until, days) in [
        ("2026-11-01", None, Weekdays::EVERY),
        (TODAY, Some(TODAY), saturdays),
        ("2026-11-29", None, Weekdays::EVERY),
        ("2026-11-01", Some("2026-11-27"), Weekdays::EVERY),
        ("2026-11-01", Some("2026-12-27"), sundays),
    ] {
        for fate in 0..6 {
            let activity = assigned(&world, &ann, text("Some", from, until, days)).await;
            all.push(activity.id);
            if fate % 2 == 1 {
                let mut work = world.begin().await;
                work.own_activity_read(&may_read_own(&grant, activity.id), later(9)).await.unwrap();
                work.save().await.unwrap();
            }
            match fate {
                2 | 3 => assert!(do_it(&world, &grant, activity.id, TODAY, "").await),
                4 => assert!(end(&world, ann.id, activity.id).await),
                5 => assert!(withdraw(&world, ann.id, activity.id).await),
                _ => {}
            }
        }
    }
    let mut view = world.read().await;
    let (mut opens, mut counts) = (Vec::new(), OwnActivityCounts::default());
    for id in &all {
        let facts = view.own_activity_facts(&may, *id, &open(&grant)).await.unwrap().unwrap();
        if let Ok(access) = who.may(ReadOwnActivity, &facts) {
            assert!(view.lookup_own_activity(&access, today).await.unwrap().is_some());
            opens.push(*id);
        }
    }
    let (mut listed, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(4) });
    loop {
        let found = view.list_own_activities(&may, today, &page).await.unwrap();
        for row in found.rows {
            counts.unread += i64::from(row.unread && row.current);
            counts.due += i64::from(row.current && row.schedule.is_due(today) && !row.done);
            listed.push((row.current, row.id));
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert!(listed.windows(2).all(|pair| pair[0] > pair[1]), "what goes on first, then the latest");
    let mut ids: Vec<_> = listed.into_iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    opens.sort_unstable();
    assert_eq!((ids.len(), &ids), (25, &opens));
    assert_eq!(view.count_own_activities(&may, today).await.unwrap(), counts);
    assert_eq!(counts, OwnActivityCounts { unread: 8, due: 4 });
    let waits = async |on: &str| {
        world.read().await.unscoped_activities_wait(world.group, ann.id, grant.account, day(on)).await.unwrap()
    };
    assert!(waits(TODAY).await);
    drop(view);
    // What is over by then is no news: the daily one and those that have not begun are all read.
    for id in &all {
        if lookup(&world, ann.id, *id).await.unwrap().text.schedule.until.is_none() {
            let mut work = world.begin().await;
            work.own_activity_read(&may_read_own(&grant, *id), later(9)).await.unwrap();
            work.save().await.unwrap();
        }
    }
    assert!(waits("2026-12-27").await && !waits("2026-12-28").await);
    for id in all {
        let mut work = world.begin().await;
        work.own_activity_read(&may_read_own(&grant, id), later(9)).await.unwrap();
        work.save().await.unwrap();
    }
    assert!(!waits(TODAY).await);
    let mut view = world.read().await;
    assert_eq!(view.count_own_activities(&may, today).await.unwrap().unread, 0);
}

/// RC-02: two people of the portal tick off the same day.
async fn a_day_is_ticked_off_once_and_no_note_is_lost(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let other = Grant { account: world.grant(ann.id, "mum@example.org").await.account, ..grant.clone() };
    let id = assigned(&world, &ann, daily("One")).await.id;
    let may = may_read(&world, ann.id).await;
    let said = async || {
        let doings = world.read().await.list_doings(&may, id, &PageRequest::default()).await.unwrap();
        doings.rows.into_iter().map(|row| (row.day.to_string(), row.note, row.by)).collect::<Vec<_>>()
    };
    let one = |(note, by): (&str, &str)| vec![(TODAY.to_owned(), note.to_owned(), format!("{by}@example.org"))];
    // What is said is whose it is: who only ticked it off before is no author of it.
    for (by, note, done, kept) in [
        (&grant, "", true, ("", "ann")),
        (&other, "", true, ("", "ann")),
        (&other, "Went well", true, ("Went well", "mum")),
        (&grant, "", true, ("Went well", "mum")),
        (&grant, "It hurt", false, ("Went well", "mum")),
        (&other, "Not so well", true, ("Not so well", "mum")),
    ] {
        assert_eq!(do_it(&world, by, id, TODAY, note).await, done, "{note}");
        assert_eq!(said().await, one(kept));
    }
    let seen = world.read().await.lookup_own_activity(&may_read_own(&grant, id), day(TODAY)).await.unwrap().unwrap();
    let done = DoneDay { day: day(TODAY), note: "Not so well".to_owned(), account: other.account };
    assert_eq!(seen.done, [done]);
    // Nor does anybody take away what somebody else said.
    for (by, gone) in [(&grant, false), (&other, true), (&other, false)] {
        let mut work = world.begin().await;
        assert_eq!(work.own_activity_not_done(&may_do(by, id), day(TODAY)).await.unwrap(), gone);
        work.save().await.unwrap();
    }
    assert_eq!(said().await, []);
    // A tick without a word is anybody's to take back.
    assert!(do_it(&world, &grant, id, TODAY, "").await);
    let mut work = world.begin().await;
    assert!(work.own_activity_not_done(&may_do(&other, id), day(TODAY)).await.unwrap());
}

async fn a_change_is_news(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let one = assigned(&world, &ann, daily("One")).await;
    let unread =
        async || world.read().await.count_own_activities(&may_list_own(&grant), day(TODAY)).await.unwrap().unread;
    let read = async || {
        let mut work = world.begin().await;
        work.own_activity_read(&may_read_own(&grant, one.id), later(9)).await.unwrap();
        work.save().await.unwrap();
    };
    assert_eq!(unread().await, 1);
    read().await;
    assert_eq!(unread().await, 0);
    assert!(!save(&world, &Activity { version: 9, ..one.clone() }).await);
    assert_eq!(unread().await, 0, "nothing was changed");
    assert!(save(&world, &one).await);
    assert_eq!(unread().await, 1);
    read().await;
    // What was taken back is not handed out to somebody who earned the right a moment before.
    assert!(withdraw(&world, ann.id, one.id).await);
    assert!(world.read().await.lookup_own_activity(&may_read_own(&grant, one.id), day(TODAY)).await.unwrap().is_none());
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let one = assigned(&world, &ann, daily("One")).await;
    assert!(do_it(&world, &grant, one.id, TODAY, "Mine").await);
    let facts = PatientFacts { group: world.other.group, patient: ann.id, relationship: None, emergency: false };
    let write = actor(&world.other).may(AssignActivities, &facts).unwrap();
    touches_none(&world, &one, &write, &Grant { group: world.other.group, ..grant.clone() }).await;
    // What would be a row of theirs about our patient or activity is refused.
    let foreign = Grant { group: world.other.group, ..grant };
    assert!(world.begin().await.add_activity(&write, &Activity { id: id(), ..one.clone() }, NOW).await.is_err());
    assert!(world.begin().await.own_activity_read(&may_read_own(&foreign, one.id), NOW).await.is_err());
    assert!(world.begin().await.own_activity_done(&may_do(&foreign, one.id), day(TODAY), "", NOW).await.is_err());
    assert!(!world.begin().await.own_activity_not_done(&may_do(&foreign, one.id), day(TODAY)).await.unwrap());
    let may = may_read(&world, ann.id).await;
    let kept = world.read().await.list_doings(&may, one.id, &PageRequest::default()).await.unwrap();
    assert_eq!(kept.rows[0].note, "Mine");
}

async fn another_patients_proof_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bob) = (world.patient("Ann", "Lee").await, world.patient("Bob", "Ray").await);
    let grant = world.grant(bob.id, "bob@example.org").await;
    let one = assigned(&world, &ann, daily("One")).await;
    touches_none(&world, &one, &may_assign(&world, bob.id).await, &grant).await;
}

async fn touches_none(world: &World, one: &Activity, write: &Access<AssignActivities>, grant: &Grant) {
    let (read, own, today) = (Access::<ReadActivities>::from(write), may_list_own(grant), day(TODAY));
    let page = PageRequest::default();
    let mut work = world.begin().await;
    assert_eq!(work.list_activities(&read, today, today, &page).await.unwrap().rows, []);
    assert_eq!(work.lookup_activity(&read, one.id).await.unwrap(), None);
    assert_eq!(work.lookup_activity_origin(&read, one.id, today).await.unwrap(), None);
    assert_eq!(work.list_doings(&read, one.id, &page).await.unwrap().rows, []);
    assert!(!work.save_activity(write, one).await.unwrap());
    assert!(!work.end_activity(write, one.id, later(9)).await.unwrap());
    assert!(!work.withdraw_activity(write, one.id, later(9)).await.unwrap());
    let file = FileId::from(uuid::Uuid::from_u128(1));
    assert!(!work.add_activity_file(write, one.id, file, true).await.unwrap());
    assert!(!work.activity_shows_file(write, one.id, file).await.unwrap());
    assert_eq!(work.list_activity_files(write, one.id).await.unwrap(), []);
    assert_eq!(work.own_activity_facts(&own, one.id, &open(grant)).await.unwrap(), None);
    assert_eq!(work.list_own_activities(&own, today, &page).await.unwrap().rows, []);
    assert_eq!(work.count_own_activities(&own, today).await.unwrap(), OwnActivityCounts::default());
    assert_eq!(work.lookup_own_activity(&may_read_own(grant, one.id), today).await.unwrap(), None);
    work.save().await.unwrap();
    assert_eq!(lookup(world, one.patient, one.id).await, Some(one.clone()));
}
