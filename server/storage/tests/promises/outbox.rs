//! Promises about mail on its way out.

use std::collections::HashSet;

use domain::{
    ids::{GroupId, InvitationId, MailId},
    mail::{Failure, Kind, Trouble},
    page::PageRequest,
    time::{Span, Time},
    user::{Level, User, UserState},
};
use services::ports::{Hint, QueuedMail};
use storage::testing::TestDatabase;

use crate::{
    source::statement_of,
    world::{NOW, World, account, email, id, later, may_manage_mail, may_manage_users, plan, user},
};

promises!(
    a_mail_waits_until_it_is_taken,
    a_mail_of_a_dead_worker_is_taken_again,
    no_mail_is_taken_by_two,
    a_deferred_mail_waits,
    a_sent_mail_forgets_its_token_and_is_swept,
    a_late_worker_does_not_queue_again_what_was_sent,
    a_parked_mail_is_shown_to_its_group_and_tried_again,
    a_dropped_mail_is_gone,
    mail_about_an_account_is_shown_to_the_groups_that_know_it,
    what_waits_in_vain_is_shown_too,
    a_newer_link_takes_the_place_of_a_parked_mail,
    a_mail_for_later_waits_for_its_time,
    every_kind_of_mail_is_taken,
    mail_about_a_membership_is_shown_with_its_user,
    mail_about_an_account_is_not_shown_to_a_group_it_did_not_join,
    a_group_that_sends_many_takes_turns_with_the_others,
);

const LEASE: Span = Span::minutes(2);

fn mail(world: &World, made_at: Time) -> QueuedMail {
    QueuedMail {
        id: id(),
        kind: Kind::PasswordLink,
        group: None,
        invitation: None,
        link: 0,
        account: world.mira.account,
        to: email("Mira@example.org"),
        sealed: Some(vec![1, 2, 3]),
        made_at,
        due_at: made_at,
        tries: 0,
    }
}

async fn add(world: &World, mail: &QueuedMail) {
    let mut work = world.begin().await;
    work.add_mail(mail).await.unwrap();
    work.save().await.unwrap();
}

async fn claim(world: &World, now: Time, most: u32) -> Vec<QueuedMail> {
    let mut work = world.begin().await;
    let claimed = work.unscoped_claim_mail(now, LEASE, most).await.unwrap();
    work.save().await.unwrap();
    claimed
}

async fn a_mail_waits_until_it_is_taken(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut hints = world.store.hints();
    assert_eq!(world.read().await.unscoped_next_mail().await.unwrap(), None);
    let (first, second) = (mail(&world, NOW), mail(&world, later(10)));
    add(&world, &second).await;
    add(&world, &first).await;
    assert_eq!(hints.recv().await, Ok(Hint::Mail));
    assert_eq!(world.read().await.unscoped_next_mail().await.unwrap(), Some(NOW));
    let claimed = claim(&world, later(9), 10).await;
    assert_eq!(claimed.len(), 1, "the second is not due yet");
    let one = &claimed[0];
    assert_eq!((one.id, one.kind, one.tries), (first.id, Kind::PasswordLink, 1));
    assert_eq!((one.to.as_str(), one.sealed.as_deref()), ("Mira@example.org", Some([1, 2, 3].as_slice())));
    assert_eq!((one.account, one.made_at, one.group), (world.mira.account, NOW, None));
    assert_eq!(claim(&world, later(20), 10).await.len(), 1, "only the second; the first is held");
}

async fn a_mail_of_a_dead_worker_is_taken_again(database: &TestDatabase) {
    let world = World::new(database).await;
    add(&world, &mail(&world, NOW)).await;
    assert_eq!(claim(&world, NOW, 1).await.len(), 1);
    let end = NOW + LEASE;
    assert_eq!(world.read().await.unscoped_next_mail().await.unwrap(), Some(end));
    assert!(claim(&world, end - Span::millis(1), 1).await.is_empty());
    let again = claim(&world, end, 1).await;
    assert_eq!(again[0].tries, 2);
}

async fn no_mail_is_taken_by_two(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    for n in 0..120 {
        work.add_mail(&mail(&world, later(n))).await.unwrap();
    }
    work.save().await.unwrap();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let store = database.store();
        workers.spawn(async move {
            let mut taken = Vec::new();
            loop {
                let mut work = store.begin().await.unwrap();
                let some = work.unscoped_claim_mail(later(1_000), LEASE, 7).await.unwrap();
                // Both are in the midst of it: what one is taking the other passes over.
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                work.save().await.unwrap();
                if some.is_empty() {
                    return taken;
                }
                assert!(some.len() <= 7);
                taken.extend(some.into_iter().map(|mail| mail.id));
            }
        });
    }
    let taken: Vec<MailId> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 120);
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 120);
}

async fn a_deferred_mail_waits(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = mail(&world, NOW);
    add(&world, &one).await;
    claim(&world, NOW, 1).await;
    let mut work = world.begin().await;
    work.unscoped_defer_mail(one.id, Failure::Deferred, later(5_000)).await.unwrap();
    work.save().await.unwrap();
    assert!(claim(&world, later(4_999), 1).await.is_empty());
    assert_eq!(claim(&world, later(5_000), 1).await[0].tries, 2);
}

// DB-01
async fn a_sent_mail_forgets_its_token_and_is_swept(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = mail(&world, NOW);
    add(&world, &one).await;
    claim(&world, NOW, 1).await;
    let mut work = world.begin().await;
    work.unscoped_mail_sent(one.id, later(5)).await.unwrap();
    assert_eq!(work.unscoped_next_mail().await.unwrap(), None);
    assert!(work.unscoped_claim_mail(later(10_000_000), LEASE, 10).await.unwrap().is_empty());
    assert_eq!(work.unscoped_sweep_mail(later(5)).await.unwrap(), 0);
    assert_eq!(work.unscoped_sweep_mail(later(6)).await.unwrap(), 1);
    add_again(&mut *work, &one).await;
}

/// The row is gone: its id is free.
async fn add_again(work: &mut dyn services::ports::Work, mail: &QueuedMail) {
    work.add_mail(mail).await.unwrap();
}

async fn a_late_worker_does_not_queue_again_what_was_sent(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = mail(&world, NOW);
    add(&world, &one).await;
    claim(&world, NOW, 1).await;
    let mut work = world.begin().await;
    work.unscoped_mail_sent(one.id, later(5)).await.unwrap();
    work.unscoped_defer_mail(one.id, Failure::Unreachable, later(6)).await.unwrap();
    work.unscoped_park_mail(one.id, Failure::GaveUp, later(6)).await.unwrap();
    assert!(work.unscoped_claim_mail(later(10_000_000), LEASE, 10).await.unwrap().is_empty());
    assert!(
        work.list_stuck_mails(&may_manage_mail(&world.mira), &PageRequest::default()).await.unwrap().rows.is_empty()
    );
}

async fn a_parked_mail_is_shown_to_its_group_and_tried_again(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (invitation, _) = world.invitation(&grant).await;
    let of = |group: Option<GroupId>, invitation: Option<InvitationId>| QueuedMail {
        group,
        invitation,
        link: 1,
        kind: Kind::Invitation,
        ..mail(&world, NOW)
    };
    let carried = of(Some(world.group), Some(invitation.id));
    let plain = of(Some(world.group), None);
    let elsewhere = of(Some(world.other.group), None);
    let nobodys = QueuedMail { account: world.other.account, ..of(None, None) };
    for one in [&carried, &plain, &elsewhere, &nobodys] {
        add(&world, one).await;
    }
    let mut work = world.begin().await;
    for one in [&carried, &plain, &elsewhere, &nobodys] {
        work.unscoped_park_mail(one.id, Failure::Rejected, later(7)).await.unwrap();
    }
    work.save().await.unwrap();
    assert_eq!(world.read().await.unscoped_next_mail().await.unwrap(), None);
    let may = may_manage_mail(&world.mira);
    let first = world.read().await.list_stuck_mails(&may, &PageRequest { after: None, limit: Some(1) }).await.unwrap();
    let second = world
        .read()
        .await
        .list_stuck_mails(&may, &PageRequest { after: first.next.clone(), limit: Some(1) })
        .await
        .unwrap();
    assert_eq!((first.rows[0].id, second.rows[0].id), (plain.id, carried.id), "latest first");
    assert_eq!(second.next, None);
    let row = &second.rows[0];
    assert_eq!((row.failure, row.patient), (Failure::Rejected, Some(ann.id)));
    assert_eq!(row.trouble, Trouble::Parked { at: later(7) });
    assert_eq!(first.rows[0].patient, None);
    assert_eq!(row.invitation, Some(invitation.id));

    let mut hints = world.store.hints();
    let mut work = world.begin().await;
    assert!(
        !work.retry_mail(&may_manage_mail(&world.other), carried.id, later(8)).await.unwrap(),
        "not another group's"
    );
    assert!(!work.retry_mail(&may, nobodys.id, later(8)).await.unwrap());
    assert!(work.retry_mail(&may, carried.id, later(8)).await.unwrap());
    assert!(!work.retry_mail(&may, carried.id, later(8)).await.unwrap(), "it waits already");
    work.save().await.unwrap();
    assert_eq!(hints.recv().await, Ok(Hint::Mail));
    let claimed = claim(&world, later(8), 10).await;
    assert_eq!((claimed.len(), claimed[0].id, claimed[0].tries), (1, carried.id, 1), "its tries begin anew");
}

async fn a_dropped_mail_is_gone(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = mail(&world, NOW);
    add(&world, &one).await;
    let mut work = world.begin().await;
    work.unscoped_drop_mail(&one).await.unwrap();
    assert_eq!(work.unscoped_next_mail().await.unwrap(), None);
}

// mail about an account belongs to no group.
async fn mail_about_an_account_is_shown_to_the_groups_that_know_it(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let about_mira = mail(&world, NOW);
    let about_ann = QueuedMail { account: grant.account, ..mail(&world, NOW) };
    let mut work = world.begin().await;
    for one in [&about_mira, &about_ann] {
        work.add_mail(one).await.unwrap();
        work.unscoped_park_mail(one.id, Failure::Rejected, later(7)).await.unwrap();
    }
    work.save().await.unwrap();
    let (may, elsewhere) = (may_manage_mail(&world.mira), may_manage_mail(&world.other));
    let mut work = world.begin().await;
    let rows = work.list_stuck_mails(&may, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [about_ann.id, about_mira.id]);
    assert_eq!((rows[0].patient, &rows[0].user), (Some(ann.id), &None));
    assert_eq!((rows[1].patient, &rows[1].user), (None, &Some(world.mira.name.clone())));
    assert!(work.list_stuck_mails(&elsewhere, &PageRequest::default()).await.unwrap().rows.is_empty());
    for one in [&about_mira, &about_ann] {
        assert!(!work.retry_mail(&elsewhere, one.id, later(8)).await.unwrap());
        assert!(work.retry_mail(&may, one.id, later(8)).await.unwrap());
    }
}

async fn what_waits_in_vain_is_shown_too(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = mail(&world, NOW);
    add(&world, &one).await;
    let may = may_manage_mail(&world.mira);
    for tries in 1..=4 {
        let now = later(i64::from(tries) * 1_000_000);
        assert_eq!(claim(&world, now, 1).await.len(), 1);
        let mut work = world.begin().await;
        work.unscoped_defer_mail(one.id, Failure::Deferred, now + LEASE).await.unwrap();
        let rows = work.list_stuck_mails(&may, &PageRequest::default()).await.unwrap().rows;
        assert_eq!(rows.len(), usize::from(tries >= 3), "{tries}");
        if let [row] = rows.as_slice() {
            assert_eq!((row.tries, row.failure), (tries, Failure::Deferred));
            assert_eq!(row.trouble, Trouble::Waiting { next_try: now + LEASE });
        }
        work.save().await.unwrap();
    }
    let mut work = world.begin().await;
    work.unscoped_mail_sent(one.id, NOW).await.unwrap();
    assert!(work.list_stuck_mails(&may, &PageRequest::default()).await.unwrap().rows.is_empty());
}

async fn a_newer_link_takes_the_place_of_a_parked_mail(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (invitation, _) = world.invitation(&grant).await;
    let of = |link: i64| QueuedMail {
        kind: Kind::Invitation,
        group: Some(world.group),
        invitation: Some(invitation.id),
        link,
        ..mail(&world, NOW)
    };
    let mut work = world.begin().await;
    for link in 1..=3 {
        let one = of(link);
        work.add_mail(&one).await.unwrap();
        work.unscoped_park_mail(one.id, Failure::Rejected, later(link)).await.unwrap();
        let rows = work.list_stuck_mails(&may_manage_mail(&world.mira), &PageRequest::default()).await.unwrap().rows;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [one.id], "link {link}");
    }
}

// S4-30: a tip is written down with what causes it, and leaves some days later.
async fn a_mail_for_later_waits_for_its_time(database: &TestDatabase) {
    let world = World::new(database).await;
    let due_at = NOW + Span::days(2);
    let tip = QueuedMail { kind: Kind::FirstTip, group: Some(world.group), due_at, ..mail(&world, NOW) };
    add(&world, &tip).await;
    assert_eq!(world.read().await.unscoped_next_mail().await.unwrap(), Some(due_at));
    assert!(claim(&world, due_at - Span::millis(1), 9).await.is_empty());
    let claimed = claim(&world, due_at, 9).await;
    assert_eq!((claimed.len(), claimed[0].id, claimed[0].made_at), (1, tip.id, NOW));
    assert_eq!(claimed[0].due_at, due_at + LEASE, "for others");
}

async fn every_kind_of_mail_is_taken(database: &TestDatabase) {
    let world = World::new(database).await;
    for kind in Kind::ALL {
        add(&world, &QueuedMail { kind, ..mail(&world, NOW) }).await;
    }
    assert_eq!(world.read().await.unscoped_next_mail().await.unwrap(), Some(NOW));
    let kinds: Vec<Kind> = claim(&world, NOW, 99).await.into_iter().map(|mail| mail.kind).collect();
    assert_eq!(kinds, Kind::ALL);
    let mut work = world.begin().await;
    for one in claim_again(&mut *work).await {
        work.unscoped_park_mail(one, Failure::CreditUsed, NOW).await.unwrap();
    }
    let page = PageRequest::default();
    let rows = work.list_stuck_mails(&may_manage_mail(&world.mira), &page).await.unwrap().rows;
    assert_eq!(rows.len(), Kind::ALL.len());
    assert!(rows.iter().all(|row| row.failure == Failure::CreditUsed));
}

async fn claim_again(work: &mut dyn services::ports::Work) -> Vec<MailId> {
    let claimed = work.unscoped_claim_mail(NOW + LEASE, LEASE, 99).await.unwrap();
    claimed.into_iter().map(|mail| mail.id).collect()
}

// S4-31: whoever asked sees that the mail did not get there, and to whom.
async fn mail_about_a_membership_is_shown_with_its_user(database: &TestDatabase) {
    let world = World::new(database).await;
    let tom = invited(&world).await;
    let of =
        |group| QueuedMail { kind: Kind::JoinGroup, group: Some(group), account: tom.account, ..mail(&world, NOW) };
    let (here, there) = (of(world.group), of(world.other.group));
    let mut work = world.begin().await;
    for one in [&here, &there] {
        work.add_mail(one).await.unwrap();
        work.unscoped_park_mail(one.id, Failure::Rejected, later(7)).await.unwrap();
    }
    let page = PageRequest::default();
    let rows = work.list_stuck_mails(&may_manage_mail(&world.mira), &page).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [here.id]);
    assert_eq!((rows[0].kind, rows[0].patient, &rows[0].user), (Kind::JoinGroup, None, &Some(tom.name)));
    assert!(!work.retry_mail(&may_manage_mail(&world.mira), there.id, later(8)).await.unwrap());
    assert!(work.retry_mail(&may_manage_mail(&world.mira), here.id, later(8)).await.unwrap());
}

// TG-01: to ask somebody to join does not show how their other mail fares.
async fn mail_about_an_account_is_not_shown_to_a_group_it_did_not_join(database: &TestDatabase) {
    let world = World::new(database).await;
    let tom = invited(&world).await;
    let about_tom = QueuedMail { account: tom.account, ..mail(&world, NOW) };
    let may = may_manage_mail(&world.mira);
    let page = PageRequest::default();
    let mut work = world.begin().await;
    work.add_mail(&about_tom).await.unwrap();
    work.unscoped_park_mail(about_tom.id, Failure::Rejected, later(7)).await.unwrap();
    assert!(work.list_stuck_mails(&may, &page).await.unwrap().rows.is_empty());
    assert!(!work.retry_mail(&may, about_tom.id, later(8)).await.unwrap());
    work.answer_own_membership(&tom.accept(later(9)).unwrap()).await.unwrap();
    assert_eq!(work.list_stuck_mails(&may, &page).await.unwrap().rows.len(), 1);
    assert!(work.retry_mail(&may, about_tom.id, later(10)).await.unwrap());
}

/// Somebody with an account who is asked to join the group.
async fn invited(world: &World) -> User {
    let person = account("tom@example.org");
    let asked = user(world.group, &person, "Tom", "Okafor", Level::Clinical);
    let asked = User { state: UserState::Invited, ..asked };
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    work.add_user(&may_manage_users(&world.mira), &asked, NOW).await.unwrap();
    work.save().await.unwrap();
    asked
}

// TG-08
async fn a_group_that_sends_many_takes_turns_with_the_others(database: &TestDatabase) {
    let world = World::new(database).await;
    let elsewhere = world.elsewhere();
    let mut of = Vec::new();
    for (world, address) in [(&world, "ann@example.org"), (&elsewhere, "omar@example.org")] {
        let patient = world.patient("Ann", "Lee").await;
        let grant = world.grant(patient.id, address).await;
        of.push((world.group, world.invitation(&grant).await.0.id));
    }
    let invite = |whose: usize, made_at: Time| QueuedMail {
        kind: Kind::Invitation,
        group: Some(of[whose].0),
        invitation: Some(of[whose].1),
        ..mail(&world, made_at)
    };
    let mut work = world.begin().await;
    for n in 0..60 {
        work.add_mail(&invite(0, later(n))).await.unwrap();
    }
    for n in 60..63 {
        work.add_mail(&invite(1, later(n))).await.unwrap();
    }
    // Behind nobody: it is a single person's.
    let password = mail(&world, later(70));
    work.add_mail(&password).await.unwrap();
    work.save().await.unwrap();

    let mut order = Vec::new();
    while let Some(mail) = claim(&world, later(100), 1).await.pop() {
        order.push(mail);
    }
    assert_eq!(order.len(), 64, "none is forgotten");
    let at = |group: usize| -> Vec<_> {
        (0..order.len()).filter(|place| order[*place].group == Some(of[group].0)).collect()
    };
    assert!(at(1).last().unwrap() < &8, "theirs left {:?} of 64", at(1));
    assert!(order.iter().position(|mail| mail.id == password.id).unwrap() < 4);
    let own: Vec<Time> = at(0).iter().map(|place| order[*place].made_at).collect();
    assert!(own.is_sorted(), "and each group's in their order");

    // After an outage, in which each was tried in vain: turns are taken as before.
    let end = later(100) + LEASE;
    let mut work = world.begin().await;
    for mail in order.iter().filter(|mail| mail.group == Some(of[0].0)) {
        work.unscoped_defer_mail(mail.id, Failure::Unreachable, end).await.unwrap();
    }
    for mail in order.iter().filter(|mail| mail.group != Some(of[0].0)) {
        work.unscoped_mail_sent(mail.id, end).await.unwrap();
    }
    work.add_mail(&invite(1, end)).await.unwrap();
    work.save().await.unwrap();
    // Behind those whose turn had come by then: it is two minutes later.
    let first: Vec<_> = claim(&world, end, 5).await.into_iter().map(|mail| mail.group).collect();
    assert!(first.contains(&Some(of[1].0)), "{first:?}");

    // Who had many yesterday is not behind those who have many today.
    let mut work = world.begin().await;
    for mail in &order {
        work.unscoped_mail_sent(mail.id, end).await.unwrap();
    }
    for _ in 0..60 {
        work.add_mail(&invite(1, end)).await.unwrap();
    }
    let single = invite(0, end);
    work.add_mail(&single).await.unwrap();
    work.save().await.unwrap();
    let next = claim(&world, end, 4).await;
    assert!(next.iter().any(|mail| mail.id == single.id), "behind the others' sixty");
}

// P-15: what runs at the start and every hour looks at what is over or coming, not at all there is.
#[tokio::test]
async fn what_runs_every_hour_has_its_indexes() {
    let database = storage::testing::sqlite().await;
    for (file, function, index) in [
        ("outbox.rs", "unscoped_sweep_mail", "outbox_sent"),
        ("outbox.rs", "unscoped_sweep_mail", "outbox_parked"),
        ("outbox.rs", "unscoped_sweep_sealed", "outbox_parked"),
        ("outbox.rs", "mail_again", "outbox_of_account"),
        ("audit.rs", "unscoped_latest_time", "e USING PRIMARY KEY"),
    ] {
        let plan = plan(&database.url_text(), &statement_of(file, function)).await;
        assert!(plan.contains(index), "{file}, fn {function}: {plan}");
        for all in ["SCAN outbox", "SCAN o ", "SCAN e "] {
            assert!(!plan.contains(all), "{file}, fn {function} reads everything: {plan}");
        }
    }
}
