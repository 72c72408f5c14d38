//! Promises about changes from the portal, and about the part of a record that lists do not read.

use domain::{
    access::{Access, EditOwnRecord, GrantFacts, ViewOwnRecord},
    background::{Background, BackgroundForm},
    grant::{Birthdays, Grant, State},
    ids::ContactId,
    notification::{News, Notification},
    page::PageRequest,
    patient::{Patient, Status},
    profile_history::{Change, Difference, What},
    update::{Field, Outcome, QueueFilter, Subject, Told, Topic, Update},
};
use services::ports::{Clash, Hint, SocialReach, Work};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, id, later, may_enter, may_manage_settings, may_review, portal_actor};

promises!(
    a_background_is_the_patients_own,
    one_change_of_a_field_waits,
    a_change_is_decided_from_the_state_it_was_in,
    the_portal_sees_what_waits_and_the_latest,
    only_the_own_record_is_saved_from_the_portal,
    reviewers_are_asked_who_were_not_told,
    a_stranger_touches_none,
    several_contacts_wait_and_one_of_each,
    the_queue_is_what_a_user_reaches,
    what_was_decided_is_unseen_until_it_is_looked_at,
    what_a_record_said_is_kept,
);

fn facts(grant: &Grant) -> GrantFacts {
    let grant = Grant { state: State::Activated { at: NOW }, ..grant.clone() };
    GrantFacts { grant, status: Status::Active, ages: Birthdays::default(), patient_uses_portal: false, now: NOW }
}

fn may_change(grant: &Grant) -> Access<EditOwnRecord> {
    portal_actor(grant.account).may(EditOwnRecord, &facts(grant)).unwrap()
}

fn may_see(grant: &Grant) -> Access<ViewOwnRecord> {
    (&may_change(grant)).into()
}

fn change(grant: &Grant, field: Field, wanted: &str) -> Update {
    Update {
        id: id(),
        patient: grant.patient,
        subject: field.into(),
        had: String::new(),
        wanted: wanted.into(),
        by: grant.account,
        at: later(1),
        outcome: Outcome::Waiting,
    }
}

async fn asked(world: &World, grant: &Grant, field: Field, wanted: &str) -> Update {
    let update = change(grant, field, wanted);
    let mut work = world.begin().await;
    work.add_own_update(&may_change(grant), &update).await.unwrap();
    work.save().await.unwrap();
    update
}

async fn at_the_portal(database: &TestDatabase) -> (World, Patient, Grant) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    (world, ann, grant)
}

fn told(fund: &str) -> Background {
    BackgroundForm { fund: fund.into(), smoking: "Never".into(), ..BackgroundForm::default() }.check().unwrap()
}

async fn a_background_is_the_patients_own(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let bea = world.patient("Bea", "Lee").await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let mut work = world.begin().await;
    assert_eq!(work.lookup_background(&(&may).into()).await.unwrap(), Background::default());
    work.save_background(&may, &told("Harbour")).await.unwrap();
    work.save_background(&may, &told("Riverside")).await.unwrap();
    work.save().await.unwrap();
    let mut work = world.begin().await;
    assert_eq!(work.lookup_background(&(&may).into()).await.unwrap(), told("Riverside"));
    assert_eq!(work.lookup_own_background(&may_see(&grant)).await.unwrap(), told("Riverside"));
    let beas = world.may_view(&world.mira, bea.id).await;
    assert_eq!(work.lookup_background(&beas).await.unwrap(), Background::default());
    work.save_own_background(&may_change(&grant), &told("Hill")).await.unwrap();
    assert_eq!(work.lookup_background(&(&may).into()).await.unwrap(), told("Hill"));
}

async fn one_change_of_a_field_waits(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let first = asked(&world, &grant, Field::City, "Balmain").await;
    let mut work = world.begin().await;
    let second = work.add_own_update(&may_change(&grant), &change(&grant, Field::City, "Glebe")).await;
    assert_eq!(clash(second), Clash::UpdateWaiting);
    drop(work);
    let mut work = world.begin().await;
    let may = may_change(&grant);
    assert!(work.supersede_own_update(&may, Field::City.into(), later(2)).await.unwrap());
    assert!(!work.supersede_own_update(&may, Field::City.into(), later(3)).await.unwrap());
    let second = change(&grant, Field::City, "Glebe");
    work.add_own_update(&may, &second).await.unwrap();
    let view = world.may_view(&world.mira, ann.id).await;
    let rows = work.list_waiting_updates(&view).await.unwrap();
    assert_eq!(rows.iter().map(|row| &row.update).collect::<Vec<_>>(), [&second]);
    assert_eq!((rows[0].email.as_str(), rows[0].decided_by.as_ref()), ("ann@example.org", None));
    let decided = work.list_decided_updates(&view, &PageRequest::default()).await.unwrap();
    assert_eq!(decided.rows[0].update, Update { outcome: Outcome::Superseded { at: later(2) }, ..first });
    let settings = may_manage_settings(&world.mira);
    assert_eq!(work.count_group_updates(&settings).await.unwrap(), 1);
    assert_eq!(work.list_group_updates(&settings, None).await.unwrap(), std::slice::from_ref(&second));
    assert!(work.list_group_updates(&settings, Some(second.id)).await.unwrap().is_empty());
}

async fn a_change_is_decided_from_the_state_it_was_in(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let update = asked(&world, &grant, Field::City, "Balmain").await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let outcome =
        Outcome::Approved { at: later(5), by: world.mira.id, put: "Balmain".into(), replaced: "Glebe".into() };
    let approved = Update { outcome: outcome.clone(), ..update.clone() };
    let mut work = world.begin().await;
    assert!(work.save_update(&may, &approved, &Outcome::Waiting).await.unwrap());
    assert!(!work.save_update(&may, &approved, &Outcome::Waiting).await.unwrap());
    assert_eq!(work.lookup_update(&(&may).into(), update.id).await.unwrap(), Some(approved));
    let listed = work.list_decided_updates(&(&may).into(), &PageRequest::default()).await.unwrap().rows.remove(0);
    assert_eq!(listed.decided_by, Some(world.mira.name.clone()));
    // Back, from that very decision; not while another change of the field waits.
    let other = Outcome::Rejected { at: later(5), by: world.mira.id, reason: String::new() };
    assert!(!work.save_update(&may, &update, &other).await.unwrap());
    assert!(work.save_update(&may, &update, &outcome).await.unwrap());
    assert_eq!(work.lookup_update(&(&may).into(), update.id).await.unwrap(), Some(update.clone()));
    let rejected = Update { outcome: other.clone(), ..update.clone() };
    assert!(work.save_update(&may, &rejected, &Outcome::Waiting).await.unwrap());
    work.save().await.unwrap();
    asked(&world, &grant, Field::City, "Glebe").await;
    let mut work = world.begin().await;
    assert_eq!(clash(work.save_update(&may, &update, &other).await), Clash::UpdateWaiting);
}

async fn the_portal_sees_what_waits_and_the_latest(database: &TestDatabase) {
    let (world, _, grant) = at_the_portal(database).await;
    let city = asked(&world, &grant, Field::City, "Balmain").await;
    let at_once =
        Update { outcome: Outcome::Applied { at: later(3) }, ..change(&grant, Field::Mobile, "0400 000 001") };
    let mut work = world.begin().await;
    work.add_own_update(&may_change(&grant), &at_once).await.unwrap();
    work.save().await.unwrap();
    let mut seen = world.read().await.list_own_updates(&may_see(&grant)).await.unwrap();
    seen.sort_by_key(|update| update.subject);
    assert_eq!(seen, [at_once, city]);
}

async fn only_the_own_record_is_saved_from_the_portal(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let bea = world.patient("Bea", "Lee").await;
    let may = may_change(&grant);
    let mut work = world.begin().await;
    let mut changed = ann.clone();
    changed.details.address.city = "Balmain".into();
    assert!(work.save_own_patient(&may, &changed, later(2)).await.unwrap());
    assert!(!work.save_own_patient(&may, &changed, later(3)).await.unwrap(), "it moved on");
    assert!(!work.save_own_patient(&may, &bea, later(3)).await.unwrap());
    let view = world.may_view(&world.mira, ann.id).await;
    let stored = work.lookup_patient(&view).await.unwrap().unwrap().patient;
    assert_eq!((stored.details.address.city.as_str(), stored.version), ("Balmain", ann.version + 1));
}

async fn reviewers_are_asked_who_were_not_told(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let may = may_see(&grant);
    let mut work = world.begin().await;
    let before = work.list_reviewers(&may).await.unwrap();
    assert!(before.iter().any(|(user, _)| user.id == world.mira.id));
    let news = News::UpdatesWaiting { patient: ann.id };
    let notification = Notification { id: id(), news, at: later(2), read_at: None };
    work.notify_practice(&may, world.mira.id, &notification).await.unwrap();
    let after = work.list_reviewers(&may).await.unwrap();
    assert_eq!(after.len() + 1, before.len());
    assert_eq!(work.unread_notifications(&may_enter(&world.mira)).await.unwrap(), 1);
    let mut hints = database.store().hints();
    let own = work.list_own_told_reviewers(&may).await.unwrap();
    let may = world.may_edit(&world.mira, ann.id).await;
    let told = work.list_told_reviewers(&may).await.unwrap();
    assert_eq!((told.iter().map(|(user, _)| user.id).collect::<Vec<_>>(), &told), (vec![world.mira.id], &own));
    work.forget_update_news(&may, Some(&[]), later(3)).await.unwrap();
    work.forget_update_news(&may, Some(&[id()]), later(3)).await.unwrap();
    assert_eq!(work.unread_notifications(&may_enter(&world.mira)).await.unwrap(), 1, "nobody's is not everybody's");
    work.forget_update_news(&may, Some(&[world.mira.id]), later(3)).await.unwrap();
    assert_eq!(work.unread_notifications(&may_enter(&world.mira)).await.unwrap(), 0);
    let read = work.list_notifications(&may_enter(&world.mira), &PageRequest::default()).await.unwrap();
    assert_eq!(read.rows, [Notification { read_at: Some(later(3)), ..notification }]);
    work.save().await.unwrap();
    assert_eq!(hints.recv().await.unwrap(), Hint::Bell(world.mira.account));
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let update = asked(&world, &grant, Field::City, "Balmain").await;
    let forged = world.stranger_may_edit(ann.id);
    let rejected = Update {
        outcome: Outcome::Rejected { at: later(2), by: world.mira.id, reason: String::new() },
        ..update.clone()
    };
    let mut work = world.begin().await;
    assert!(work.list_waiting_updates(&(&forged).into()).await.unwrap().is_empty());
    assert_eq!(work.lookup_update(&(&forged).into(), update.id).await.unwrap(), None);
    assert!(!work.save_update(&forged, &rejected, &Outcome::Waiting).await.unwrap());
    work.forget_update_news(&forged, None, later(2)).await.unwrap();
    // The second wall: a row of one group cannot point to a patient of another.
    assert!(work.save_background(&forged, &told("Eve")).await.is_err());
    drop(work);
    let view = world.may_view(&world.mira, ann.id).await;
    let mut work = world.read().await;
    assert_eq!(work.list_waiting_updates(&view).await.unwrap().len(), 1);
    assert_eq!(work.lookup_background(&view).await.unwrap(), Background::default());
}

fn contact_change(grant: &Grant, contact: ContactId) -> Update {
    Update { subject: Subject::Contact(contact), ..change(grant, Field::City, "Ada\nAunt\n0400 000 001") }
}

async fn several_contacts_wait_and_one_of_each(database: &TestDatabase) {
    let (world, _, grant) = at_the_portal(database).await;
    let may = may_change(&grant);
    let (one, two) = (contact_change(&grant, id()), contact_change(&grant, id()));
    let mut work = world.begin().await;
    for update in [&one, &two, &Update { subject: Subject::Order, ..change(&grant, Field::City, "") }] {
        work.add_own_update(&may, update).await.unwrap();
    }
    work.save().await.unwrap();
    let mut work = world.begin().await;
    let again = work.add_own_update(&may, &Update { id: id(), ..one.clone() }).await;
    assert_eq!(clash(again), Clash::UpdateWaiting);
    drop(work);
    let mut work = world.begin().await;
    assert!(work.supersede_own_update(&may, one.subject, later(2)).await.unwrap());
    assert!(!work.supersede_own_update(&may, Subject::Contact(id()), later(2)).await.unwrap());
    let left = work.list_own_updates(&may_see(&grant)).await.unwrap();
    let waiting: Vec<_> =
        left.iter().filter(|update| update.outcome == Outcome::Waiting).map(|one| one.subject).collect();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.contains(&two.subject) && waiting.contains(&Subject::Order));
}

// What statements name is what the domain says.
async fn the_queue_is_what_a_user_reaches(database: &TestDatabase) {
    let (world, _, grant) = at_the_portal(database).await;
    for topic in Topic::all() {
        let contact = (topic == Topic::Contact).then(id);
        let update = Update { subject: Subject::new(topic, contact).unwrap(), ..change(&grant, Field::City, "x") };
        let mut work = world.begin().await;
        work.add_own_update(&may_change(&grant), &update).await.unwrap();
        work.save().await.unwrap();
    }
    let access = may_review(&world.mira);
    let (page, all) = (PageRequest { after: None, limit: Some(200) }, QueueFilter::default());
    let mut view = world.read().await;
    for (social, hidden) in
        [(SocialReach::Everybody, 0), (SocialReach::Nobody, Topic::all().filter(|one| one.is_social()).count())]
    {
        let listed = view.list_updates_queue(&access, social, &all, &page).await.unwrap().rows;
        let topics: Vec<_> = listed.iter().map(|one| one.update.subject.topic()).collect();
        assert_eq!(topics.len(), Topic::all().count() - hidden, "{social:?}");
        assert!(hidden == 0 || topics.iter().all(|topic| !topic.is_social()));
        assert_eq!(view.count_updates_queue(&access, social, &all).await.unwrap() as usize, topics.len());
        let one = QueueFilter { topic: Some(Topic::Order), mine: false };
        assert_eq!(view.count_updates_queue(&access, social, &one).await.unwrap(), 1);
        let mine = QueueFilter { topic: None, mine: true };
        let own = view.list_updates_queue(&access, social, &mine, &page).await.unwrap().rows.len();
        assert_eq!(view.count_updates_queue(&access, social, &mine).await.unwrap() as usize, own);
    }
}

async fn what_was_decided_is_unseen_until_it_is_looked_at(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let see = may_see(&grant);
    let details = asked(&world, &grant, Field::City, "Balmain").await;
    let mut work = world.begin().await;
    let contact = contact_change(&grant, id());
    work.add_own_update(&may_change(&grant), &contact).await.unwrap();
    for update in [&details, &contact] {
        let outcome = Outcome::Rejected { at: later(3), by: may.user(), reason: String::new() };
        let done = Update { outcome, ..update.clone() };
        assert!(work.save_update(&may, &done, &Outcome::Waiting).await.unwrap());
    }
    work.save().await.unwrap();
    let mut work = world.begin().await;
    let unseen = async |work: &mut Box<dyn Work>| {
        let details = work.count_own_unseen_updates(&see, Told::Details).await.unwrap();
        (details, work.count_own_unseen_updates(&see, Told::Contacts).await.unwrap())
    };
    assert_eq!(unseen(&mut work).await, (1, 1));
    work.mark_own_updates_seen(&see, Told::Contacts, later(4)).await.unwrap();
    assert_eq!(unseen(&mut work).await, (1, 0));
    work.mark_own_updates_seen(&see, Told::Details, later(4)).await.unwrap();
    assert_eq!(unseen(&mut work).await, (0, 0));
}

async fn what_a_record_said_is_kept(database: &TestDatabase) {
    let (world, ann, grant) = at_the_portal(database).await;
    let bea = world.patient("Bea", "Lee").await;
    let may = world.may_edit(&world.mira, ann.id).await;
    let others = world.may_edit(&world.mira, bea.id).await;
    let kept = |what: What, n: i64| Change {
        id: id(),
        patient: ann.id,
        difference: Difference { what, before: n.to_string(), after: (n + 1).to_string() },
        at: later(n),
        account: None,
        user: None,
    };
    let what = [
        What::LegalName,
        What::Subject(Field::Smoking.into()),
        What::Subject(Subject::Contact(id())),
        What::Subject(Subject::Order),
    ];
    let mut all = Vec::new();
    let mut work = world.begin().await;
    for (n, what) in (0..).zip(what) {
        let change = Change { user: Some(may.user()), ..kept(what, n) };
        work.add_profile_change(&may, &change).await.unwrap();
        all.push(change);
    }
    let own = Change { account: Some(grant.account), ..kept(What::Subject(Field::City.into()), 9) };
    work.add_own_profile_change(&may_change(&grant), &own).await.unwrap();
    all.push(own);
    work.save().await.unwrap();
    all.reverse();
    let mut view = world.read().await;
    let (mut page, mut listed) = (PageRequest { after: None, limit: Some(2) }, Vec::new());
    loop {
        let found = view.list_own_profile_changes(&may_see(&grant), &page).await.unwrap();
        listed.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(listed.iter().map(|one| one.change.clone()).collect::<Vec<_>>(), all);
    assert!(listed[0].portal.is_some() && listed[0].user.is_none() && listed[1].user.is_some());
    let page = PageRequest::default();
    let without = view.list_profile_changes(&(&may).into(), false, &page).await.unwrap().rows;
    assert_eq!(without.len(), 4, "how she lives is left out");
    assert!(view.list_profile_changes(&(&others).into(), true, &page).await.unwrap().rows.is_empty());
    let nonsense = PageRequest { after: Some("x".into()), limit: None };
    assert!(view.list_profile_changes(&(&may).into(), true, &nonsense).await.unwrap().rows.is_empty());
}
