//! Promises about reports.

use std::collections::BTreeSet;

use domain::{
    access::Relationship,
    ids::{LocationId, PatientId, UserId},
    limits::LOOKED_AT,
    page::PageRequest,
    patient::{Patient, PortalState, Status},
    report::CaseLoadForm,
    time::Time,
    user::User,
};
use services::ports::{CaseLoadFilter, Clash, Work};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, email, id, later, may_enter, may_list, patient};

promises!(
    a_case_load_is_what_its_filters_say,
    what_is_rare_is_found_stretch_by_stretch,
    practitioners_at_work_can_be_chosen,
    nothing_of_another_group_is_in_a_report,
    a_kept_report_is_its_users_own,
);

/// All pages of it, and how many pages there were.
async fn all(work: &mut dyn Work, user: &User, filter: &CaseLoadFilter, limit: u32) -> (Vec<PatientId>, usize) {
    let (mut ids, mut pages) = (Vec::new(), 0);
    let mut page = PageRequest { after: None, limit: Some(limit) };
    loop {
        let found = work.list_case_load(&may_list(user), filter, &page).await.unwrap();
        pages += 1;
        assert!(found.rows.len() <= limit as usize);
        ids.extend(found.rows.iter().map(|record| record.patient.id));
        if found.next.is_none() {
            return (ids, pages);
        }
        // No cursor is the id of somebody whom the caller may not see.
        let cursor: PatientId = found.next.as_ref().unwrap().parse().unwrap();
        assert_eq!(work.some_patients(&may_enter(user), &[cursor]).await.unwrap().len(), 1);
        page.after = found.next;
    }
}

/// A small source of choices, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn choose<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }
}

struct Known {
    patient: Patient,
    portal: PortalState,
    related: Vec<(UserId, Relationship)>,
}

impl Known {
    fn is_of(&self, user: UserId) -> bool {
        self.related.iter().any(|(who, how)| *who == user && *how != Relationship::Revoked)
    }

    fn hidden_from(&self, user: UserId) -> bool {
        self.related.contains(&(user, Relationship::Revoked))
    }
}

// S1-20: every mixture of filters, for one who sees all, for one who sees their own, and for one who sees no names; page by
// page, each patient once, in order.
async fn a_case_load_is_what_its_filters_say(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor, alex) = (world.mira.clone(), world.noor.clone(), world.alex.clone());
    let mut dice = Dice(7);
    let births = ["", "1950-01-01", "1990-06-15", "2014-09-03", "2020-02-29"];
    let mut known = Vec::new();
    for n in 0..60 {
        let mut one = patient(dice.choose(&["Ann", "Bo", "Cem"]), dice.choose(&["Lee", "Li", "Abbott", "Zhou"]));
        one.details.status = dice.choose(&Status::ALL);
        one.details.birth_date = dice.choose(&births).parse().ok();
        one.details.email = (dice.roll(2) == 0).then(|| email(&format!("p{n}@example.org")));
        one.added_at = later(i64::try_from(dice.roll(4)).unwrap() * 1_000);
        world.add(&one, None).await;
        // Before Mira may be kept from the record.
        let mut portal = PortalState::None;
        if dice.roll(3) == 0 {
            let grant = world.grant(one.id, &format!("g{n}@example.net")).await;
            world.invitation(&grant).await;
            portal = PortalState::Invited;
        }
        let mut related = Vec::new();
        for user in [&mira, &noor] {
            let how = dice.choose(&[
                None,
                None,
                Some(Relationship::Automatic),
                Some(Relationship::Granted),
                Some(Relationship::Revoked),
            ]);
            if let Some(how) = how {
                world.relate(user, one.id, how).await;
                related.push((user.id, how));
            }
        }
        known.push(Known { patient: one, portal, related });
    }
    // Mira works at a location, Noor does not.
    let mut work = world.begin().await;
    let place: LocationId = work.list_locations(&may_enter(&mira)).await.unwrap()[0].id;
    work.unscoped_save_user_locations(world.group, mira.id, &[place]).await.unwrap();
    work.save().await.unwrap();

    let mut work = world.read().await;
    for _ in 0..300 {
        let user = dice.choose(&[mira.clone(), noor.clone(), alex.clone()]);
        let filter = CaseLoadFilter {
            practitioner: dice.choose(&[None, None, Some(mira.id), Some(noor.id)]),
            location: dice.choose(&[None, None, None, Some(place), Some(id())]),
            status: dice.choose(&[None, None, Some(Status::Active), Some(Status::Deceased)]),
            portal: dice.choose(&[None, None, Some(PortalState::None), Some(PortalState::Invited)]),
            email: dice.choose(&[None, None, Some(true), Some(false)]),
            born_after: dice.choose(&[None, None, Some("1990-06-15".to_owned()), Some("1949-12-31".to_owned())]),
            born_by: dice.choose(&[None, None, Some("2020-02-29".to_owned()), Some("1990-06-14".to_owned())]),
            added_from: dice.choose(&[None, None, Some(NOW), Some(later(2_000))]),
            text: dice.choose(&[String::new(), String::new(), "lee".to_owned(), "li ann".to_owned()]),
        };
        let mut expected: Vec<&Known> = known.iter().filter(|one| fits(one, &user, &filter, (&mira, place))).collect();
        if user.id == alex.id {
            expected.sort_by_key(|one| one.patient.number);
        } else {
            expected.sort_by_key(|one| (one.patient.details.name.sort_key(), one.patient.id.uuid()));
        }
        let expected: Vec<PatientId> = expected.iter().map(|one| one.patient.id).collect();
        let limit = u32::try_from(1 + dice.roll(9)).unwrap();
        assert_eq!(all(work.as_mut(), &user, &filter, limit).await.0, expected, "{filter:?} by {:?}", user.level);
    }
}

fn fits(one: &Known, user: &User, filter: &CaseLoadFilter, (at_work, place): (&User, LocationId)) -> bool {
    let details = &one.patient.details;
    let born = details.birth_date.map(|date| date.to_string());
    let words = details.search_words();
    let own_only = user.level == domain::user::Level::Personal;
    (if own_only { one.is_of(user.id) } else { !one.hidden_from(user.id) })
        && filter.practitioner.is_none_or(|who| one.is_of(who))
        && filter.location.is_none_or(|asked| asked == place && one.is_of(at_work.id))
        && filter.status.is_none_or(|status| details.status == status)
        && filter.portal.is_none_or(|portal| one.portal == portal)
        && filter.email.is_none_or(|has| details.email.is_some() == has)
        && filter.born_after.as_ref().is_none_or(|day| born.as_ref().is_some_and(|born| born > day))
        && filter.born_by.as_ref().is_none_or(|day| born.as_ref().is_some_and(|born| born <= day))
        && filter.added_from.is_none_or(|from: Time| one.patient.added_at >= from)
        && filter.text.split(' ').all(|word| words.iter().any(|own| own.starts_with(word)))
}

// P-16: a page looks at a bounded number of records. What is rare comes after some pages without any, and nothing is missed.
async fn what_is_rare_is_found_stretch_by_stretch(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = domain::access::AddPatient;
    let may = crate::world::actor(&world.mira).may(may, &()).unwrap();
    let mut work = world.begin().await;
    let many = LOOKED_AT + 30;
    let (mut rare, mut everybody, mut hidden) = (BTreeSet::new(), 0, None);
    for n in 0..many {
        let mut one = patient("Ann", "Lee");
        if n == 0 || n == many - 1 {
            one.details.email = Some(email(&format!("p{n}@example.org")));
            rare.insert(one.id);
        }
        work.add_patient(&may, &one, None).await.unwrap();
        // Mira may not see one whom a list comes across last.
        if n == LOOKED_AT - 1 {
            hidden = Some(one.id);
        } else {
            everybody += 1;
        }
    }
    work.save().await.unwrap();
    world.relate(&world.mira, hidden.unwrap(), Relationship::Revoked).await;
    let mut work = world.read().await;
    let filter = CaseLoadFilter { email: Some(true), ..CaseLoadFilter::default() };
    let page = PageRequest { after: None, limit: Some(10) };
    let first = work.list_case_load(&may_list(&world.mira), &filter, &page).await.unwrap();
    assert_eq!(first.rows.len(), 1, "one in the first stretch");
    assert!(first.next.is_some(), "and more to look at");
    let (ids, pages) = all(work.as_mut(), &world.mira, &filter, 10).await;
    assert_eq!((ids.into_iter().collect::<BTreeSet<_>>(), pages), (rare, 2));
    let (ids, _) = all(work.as_mut(), &world.mira, &CaseLoadFilter::default(), 200).await;
    assert_eq!(ids.len(), everybody);
    // A cursor that is none, and one of nobody.
    for cursor in ["x".to_owned(), id::<PatientId>().to_string()] {
        let page = PageRequest { after: Some(cursor), limit: None };
        let found = work.list_case_load(&may_list(&world.mira), &filter, &page).await.unwrap();
        assert!(found.rows.is_empty() && found.next.is_none());
    }
}

async fn practitioners_at_work_can_be_chosen(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.read().await;
    let shown = work.list_practitioners(&may_enter(&world.mira)).await.unwrap();
    let ids: Vec<UserId> = shown.into_iter().map(|user| user.id).collect();
    assert!(ids.contains(&world.mira.id) && ids.contains(&world.noor.id));
    assert!(!ids.contains(&world.alex.id), "an administrator has no case load");
    assert!(!ids.contains(&world.other.id));
}

// TG-01
async fn nothing_of_another_group_is_in_a_report(database: &TestDatabase) {
    let world = World::new(database).await;
    let ours = world.patient("Ann", "Lee").await;
    world.relate(&world.mira, ours.id, Relationship::Granted).await;
    let mut work = world.read().await;
    for filter in [
        CaseLoadFilter::default(),
        CaseLoadFilter { practitioner: Some(world.mira.id), ..CaseLoadFilter::default() },
        CaseLoadFilter { text: "lee".to_owned(), ..CaseLoadFilter::default() },
        CaseLoadFilter { status: Some(Status::Active), ..CaseLoadFilter::default() },
        CaseLoadFilter { added_from: Some(NOW), ..CaseLoadFilter::default() },
    ] {
        assert_eq!(all(work.as_mut(), &world.mira, &filter, 10).await.0, [ours.id]);
        assert_eq!(all(work.as_mut(), &world.other, &filter, 10).await.0, []);
        let page = PageRequest { after: Some(ours.id.to_string()), limit: None };
        assert!(work.list_case_load(&may_list(&world.other), &filter, &page).await.unwrap().rows.is_empty());
    }
}

async fn a_kept_report_is_its_users_own(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mine, other) = (may_list(&world.mira), may_list(&world.other));
    let form = CaseLoadForm { email: "yes".into(), ..CaseLoadForm::default() };
    let (a, b) = (id(), id());
    let mut work = world.begin().await;
    work.add_saved_report(&mine, a, "Über", &form, later(1)).await.unwrap();
    work.add_saved_report(&mine, b, "all", &CaseLoadForm::default(), later(2)).await.unwrap();
    work.add_saved_report(&other, id(), "ÜBER", &form, later(2)).await.unwrap();
    work.save().await.unwrap();
    let mut work = world.begin().await;
    assert_eq!(clash(work.add_saved_report(&mine, id(), "ÜBER", &form, later(3)).await), Clash::SavedReportName);
    drop(work);
    let mut work = world.begin().await;
    assert!(!work.rename_saved_report(&other, a, "Theirs").await.unwrap());
    assert!(!work.remove_saved_report(&other, a).await.unwrap());
    let kept = work.list_saved_reports(&mine).await.unwrap();
    assert_eq!(kept.iter().map(|one| (one.id, one.name.as_str())).collect::<Vec<_>>(), [(b, "all"), (a, "Über")]);
    assert_eq!(kept[1].form, Some(form));
    assert!(work.rename_saved_report(&mine, a, "Mine").await.unwrap());
    assert!(work.remove_saved_report(&mine, b).await.unwrap());
    assert!(!work.remove_saved_report(&mine, b).await.unwrap());
    assert_eq!(work.list_saved_reports(&mine).await.unwrap()[0].name, "Mine");
}
