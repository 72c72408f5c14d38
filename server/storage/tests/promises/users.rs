//! Promises about users: memberships of accounts in groups.

use std::time::Duration;

use domain::{
    access::{PatientFacts, Relationship},
    account::{Account, Door, SessionClock},
    ids::{LocationId, SessionId, UserId},
    location::{Location, OpeningHours},
    page::PageRequest,
    person::UserName,
    user::{AccessSettings, Level, Role, User, UserFilter, UserState},
};
use services::ports::{Clash, Hint, NewSession, TokenHash};
use storage::testing::TestDatabase;

use crate::{
    source::statement_of,
    world::{NOW, World, account, clash, count, id, later, may_enter, may_manage_users, token, user},
};

promises!(
    a_user_is_kept_whole,
    an_account_is_a_user_of_a_group_once,
    memberships_are_the_accounts_active_ones,
    own_groups_are_those_one_works_in_or_is_asked_to_join,
    a_user_is_shown_only_with_their_group,
    an_invitation_is_answered_once,
    of_two_answers_at_once_one_counts,
    an_answer_is_the_persons_own,
    whoever_asks_last_hears_of_the_answer,
    who_was_asked_by_nobody_can_answer,
    the_version_before_lets_only_active_users_in,
    the_list_is_by_last_name_and_pages_without_a_gap,
    the_list_is_narrowed,
    a_huge_limit_and_a_strange_cursor_do_no_harm,
    very_long_names_fit,
    the_second_of_two_who_edit_is_told,
    of_two_who_save_at_once_one_is_told,
    a_changed_name_is_sorted_and_found_anew,
    a_user_works_at_locations_of_the_group,
    full_users_are_the_active_ones,
    a_deactivated_users_sessions_end,
    names_are_those_of_the_group,
    facts_are_those_of_the_user_asked_about,
    another_groups_proof_finds_and_changes_nothing,
);

/// Adds a user with an account of their own; Mira does it.
async fn add(world: &World, address: &str, first: &str, last: &str, level: Level, state: UserState) -> User {
    let account = account(address);
    let user = User { state, ..user(world.group, &account, first, last, level) };
    let mut work = world.begin().await;
    work.add_account(&account, NOW).await.unwrap();
    work.add_user(&may_manage_users(&world.mira), &user, NOW).await.unwrap();
    work.save().await.unwrap();
    user
}

async fn stored(world: &World, id: UserId) -> User {
    world.read().await.lookup_user(&may_manage_users(&world.mira), id).await.unwrap().unwrap().user
}

async fn save(world: &World, user: &User) -> bool {
    let mut work = world.begin().await;
    let saved = work.save_user(&may_manage_users(&world.mira), user).await.unwrap();
    work.save().await.unwrap();
    saved
}

/// The first names found, page by page.
async fn found(world: &World, filter: &UserFilter, limit: u32) -> Vec<String> {
    let may = may_manage_users(&world.mira);
    let mut names = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(limit) };
    loop {
        let answer = world.read().await.list_users(&may, filter, &page).await.unwrap();
        assert!(answer.rows.len() <= limit as usize);
        names.extend(answer.rows.into_iter().map(|record| record.user.name.first));
        match answer.next {
            None => return names,
            Some(_) => page.after = answer.next,
        }
    }
}

fn by(text: &str) -> UserFilter {
    UserFilter { text: text.into(), ..UserFilter::default() }
}

// S4-02, S4-17 to S4-20, S4-26
async fn a_user_is_kept_whole(database: &TestDatabase) {
    let world = World::new(database).await;
    let person = account("Tom.Okafor@Example.org");
    let may = may_manage_users(&world.mira);
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    let mut tom = User {
        name: UserName { title: "A/Prof".into(), first: "Tóm".into(), last: "Okafor".into() },
        registration: "PHY0002345678".into(),
        since: later(5),
        ..user(world.group, &person, "", "", Level::Clinical)
    };
    work.add_user(&may, &tom, later(5)).await.unwrap();
    // Each setting by itself: none stands in another one's place.
    let settings = |n| AccessSettings {
        hide_names: n == 0,
        read_only: n == 1,
        view_history: n == 2,
        export_data: n == 3,
        no_note_sharing: n == 4,
    };
    for n in 0..6 {
        let record = work.lookup_user(&may, tom.id).await.unwrap().unwrap();
        assert_eq!((record.email.as_str(), record.temporary_password), ("Tom.Okafor@Example.org", false));
        assert_eq!(record.user, tom, "{n}");
        assert_eq!(work.unscoped_lookup_user(world.group, tom.id).await.unwrap(), Some(tom.clone()));
        assert_eq!(work.unscoped_find_user(world.group, person.id).await.unwrap(), Some(tom.clone()));
        tom.settings = settings(n);
        assert!(work.save_user(&may, &tom).await.unwrap());
        tom.version += 1;
    }
    assert_eq!(work.count_users(&may).await.unwrap(), 4);
    assert_eq!(work.lookup_user(&may, id()).await.unwrap().map(|record| record.user), None);
}

// S4-22: in another group the same email is welcome; in the same one it is not.
async fn an_account_is_a_user_of_a_group_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_users(&world.mira);
    let again = User { id: id(), ..world.noor.clone() };
    assert_eq!(clash(world.begin().await.add_user(&may, &again, NOW).await), Clash::UserOfAccount);
    assert_eq!(clash(world.begin().await.unscoped_add_user(&again, NOW).await), Clash::UserOfAccount);
    let mut work = world.begin().await;
    work.add_user(&may_manage_users(&world.other), &again, NOW).await.unwrap();
    let elsewhere = work.unscoped_find_user(world.other.group, world.noor.account).await.unwrap();
    assert_eq!(elsewhere.map(|user| user.id), Some(again.id), "in the proof's group");
}

// S4-11
async fn memberships_are_the_accounts_active_ones(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    let second = User { id: id(), group: world.other.group, ..world.mira.clone() };
    work.unscoped_add_user(&second, later(1)).await.unwrap();
    for (person, state) in [(&world.noor, UserState::Deactivated), (&world.alex, UserState::Invited)] {
        let user = User { id: id(), group: world.other.group, state, ..person.clone() };
        work.unscoped_add_user(&user, later(1)).await.unwrap();
        assert_eq!(work.unscoped_lookup_user(user.group, user.id).await.unwrap(), Some(user));
    }
    work.save().await.unwrap();
    let mut view = world.read().await;
    assert_eq!(view.list_memberships(world.mira.account).await.unwrap(), [world.mira.clone(), second]);
    assert_eq!(view.list_memberships(world.noor.account).await.unwrap(), std::slice::from_ref(&world.noor));
    assert_eq!(view.list_memberships(world.alex.account).await.unwrap(), std::slice::from_ref(&world.alex));
}

// S4-12, S4-32
async fn own_groups_are_those_one_works_in_or_is_asked_to_join(database: &TestDatabase) {
    let world = World::new(database).await;
    let account = world.noor.account;
    let own = async || {
        let own = world.read().await.list_own_groups(account).await.unwrap();
        own.into_iter().map(|own| (own.user.state, own.group_name)).collect::<Vec<_>>()
    };
    let here = (UserState::Active, "Harbour & Hill".to_owned());
    assert_eq!(own().await, std::slice::from_ref(&here));
    let asked = User { id: id(), group: world.other.group, state: UserState::Invited, ..world.noor.clone() };
    let mut work = world.begin().await;
    work.add_user(&may_manage_users(&world.other), &asked, later(1)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(own().await, [here.clone(), (UserState::Invited, "Elsewhere".to_owned())]);
    let mut view = world.read().await;
    let one = view.find_own_membership(account, asked.id).await.unwrap().unwrap();
    assert_eq!((one.user, one.group_name.as_str()), (asked.clone(), "Elsewhere"));
    // PR-20: not somebody else's.
    assert!(view.find_own_membership(account, world.mira.id).await.unwrap().is_none());
    assert!(view.find_own_membership(world.mira.account, asked.id).await.unwrap().is_none());
    drop(view);
    let mut work = world.begin().await;
    assert!(work.answer_own_membership(&asked.reject(later(2)).unwrap()).await.unwrap().is_some());
    work.save().await.unwrap();
    assert_eq!(own().await, [here]);
}

async fn a_user_is_shown_only_with_their_group(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut view = world.read().await;
    assert_eq!(view.unscoped_lookup_user(world.group, world.mira.id).await.unwrap(), Some(world.mira.clone()));
    assert_eq!(view.unscoped_lookup_user(world.other.group, world.mira.id).await.unwrap(), None);
    assert_eq!(view.unscoped_find_user(world.other.group, world.mira.account).await.unwrap(), None);
}

// S4-32, S4-33
async fn an_invitation_is_answered_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let tom = add(&world, "tom@example.org", "Tom", "Okafor", Level::Clinical, UserState::Invited).await;
    let ida = add(&world, "ida@example.org", "Ida", "Vik", Level::Clinical, UserState::Invited).await;
    let (joins, declines) = (tom.clone().accept(later(7)).unwrap(), ida.clone().reject(later(8)).unwrap());
    let mut work = world.begin().await;
    for answer in [&joins, &declines] {
        assert_eq!(work.answer_own_membership(answer).await.unwrap(), Some(world.mira.id), "who asked hears of it");
        assert_eq!(work.answer_own_membership(answer).await.unwrap(), None);
    }
    assert_eq!(work.answer_own_membership(&tom.reject(later(9)).unwrap()).await.unwrap(), None);
    work.save().await.unwrap();
    assert_eq!(stored(&world, joins.id).await, User { version: 1, ..joins });
    assert_eq!(stored(&world, declines.id).await, User { version: 1, ..declines });
}

// RC: two devices, one says yes and one says no.
async fn of_two_answers_at_once_one_counts(database: &TestDatabase) {
    let world = World::new(database).await;
    let tom = add(&world, "tom@example.org", "Tom", "Okafor", Level::Clinical, UserState::Invited).await;
    let answer = |answer: User| {
        let store = database.store();
        tokio::spawn(async move {
            let mut work = store.begin().await.unwrap();
            let counted = work.answer_own_membership(&answer).await.unwrap().is_some();
            tokio::time::sleep(Duration::from_millis(100)).await;
            work.save().await.unwrap();
            counted
        })
    };
    let (yes, no) = (answer(tom.clone().accept(later(1)).unwrap()), answer(tom.clone().reject(later(1)).unwrap()));
    let (yes, no) = (yes.await.unwrap(), no.await.unwrap());
    assert_ne!(yes, no);
    let state = if yes { UserState::Active } else { UserState::Rejected };
    assert_eq!(stored(&world, tom.id).await.state, state);
}

// PR-20
async fn an_answer_is_the_persons_own(database: &TestDatabase) {
    let world = World::new(database).await;
    let tom = add(&world, "tom@example.org", "Tom", "Okafor", Level::Clinical, UserState::Invited).await;
    let forged = User { account: world.noor.account, ..tom.clone() }.accept(later(1)).unwrap();
    let mut work = world.begin().await;
    assert_eq!(work.answer_own_membership(&forged).await.unwrap(), None);
    // Nor is a membership that asks nothing an answer's business.
    let gone = User { state: UserState::Deactivated, ..world.noor.clone() };
    assert_eq!(work.answer_own_membership(&gone).await.unwrap(), None);
    work.save().await.unwrap();
    assert_eq!(stored(&world, tom.id).await, tom);
    assert_eq!(stored(&world, world.noor.id).await, world.noor);
}

async fn whoever_asks_last_hears_of_the_answer(database: &TestDatabase) {
    let world = World::new(database).await;
    let tom = add(&world, "tom@example.org", "Tom", "Okafor", Level::Clinical, UserState::Invited).await;
    let mut work = world.begin().await;
    let no = tom.reject(later(1)).unwrap();
    assert_eq!(work.answer_own_membership(&no).await.unwrap(), Some(world.mira.id));
    let again = User { version: 1, ..no }.invite_again(later(2)).unwrap();
    let alex = may_manage_users(&world.alex);
    assert!(work.save_user(&alex, &again).await.unwrap());
    let yes = User { version: 2, ..again }.accept(later(3)).unwrap();
    assert_eq!(work.answer_own_membership(&yes).await.unwrap(), Some(world.alex.id));
}

async fn who_was_asked_by_nobody_can_answer(database: &TestDatabase) {
    let world = World::new(database).await;
    let person = account("tom@example.org");
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    let tom = User { state: UserState::Invited, ..user(world.group, &person, "Tom", "Okafor", Level::Clinical) };
    work.unscoped_add_user(&tom, NOW).await.unwrap();
    let told = work.answer_own_membership(&tom.accept(later(1)).unwrap()).await.unwrap();
    assert_eq!(told, Some(world.mira.id), "the group's first user");
}

// A server of the version before reads `deactivated_at` only. Invited people must not get in there (S4-33).
async fn the_version_before_lets_only_active_users_in(database: &TestDatabase) {
    let world = World::new(database).await;
    let url = database.url_text();
    let check = async |what: &str, active: i64| {
        let wrong = "SELECT COUNT(*) FROM users WHERE (deactivated_at IS NULL) <> (state = 'active')";
        assert_eq!(count(&url, wrong).await, 0, "{what}");
        assert_eq!(count(&url, "SELECT COUNT(*) FROM users WHERE deactivated_at IS NULL").await, active, "{what}");
    };
    check("at first", 4).await;
    let mut added = Vec::new();
    for state in UserState::ALL {
        let address = format!("{}@example.org", state.code());
        added.push(add(&world, &address, "Tom", "Okafor", Level::Clinical, state).await);
    }
    check("added", 5).await;
    let mut active = 5;
    for from in added {
        let mut version = from.version;
        for to in UserState::ALL {
            let before = stored(&world, from.id).await.state;
            active += i64::from(to == UserState::Active) - i64::from(before == UserState::Active);
            assert!(save(&world, &User { state: to, since: later(9), version, ..from.clone() }).await);
            version += 1;
            check("saved", active).await;
            assert_eq!(stored(&world, from.id).await.since, later(9));
        }
        // And by the person's answer.
        let asked = User { state: UserState::Invited, version, ..from.clone() };
        assert!(save(&world, &asked).await);
        let mut work = world.begin().await;
        work.answer_own_membership(&asked.accept(later(10)).unwrap()).await.unwrap().unwrap();
        work.save().await.unwrap();
        active += i64::from(stored(&world, from.id).await.state == UserState::Active);
        check("answered", active).await;
        // Out again, for the next one's turn.
        let out = User { state: UserState::Rejected, version: version + 2, ..from };
        assert!(save(&world, &out).await);
        active -= 1;
    }
}

// S4-01: from one user to many.
async fn the_list_is_by_last_name_and_pages_without_a_gap(database: &TestDatabase) {
    let world = World::new(database).await;
    for (n, (first, last)) in
        [("Zoë", "Ångström"), ("Ann", "lee"), ("Bea", "Lee"), ("Ann", "Lee"), ("Cleo", "O’Brien"), ("Øle", "Zorn")]
            .into_iter()
            .enumerate()
    {
        add(&world, &format!("{n}@example.org"), first, last, Level::Clinical, UserState::Active).await;
    }
    let expected =
        ["alex@example.org", "mira@example.org", "noor@example.org", "Zoë", "Ann", "Ann", "Bea", "Cleo", "Øle"];
    for limit in [1, 2, 4, 9, 200] {
        assert_eq!(found(&world, &UserFilter::default(), limit).await, expected, "pages of {limit}");
        assert_eq!(found(&world, &by("  "), limit).await, expected, "pages of {limit}");
    }
}

async fn the_list_is_narrowed(database: &TestDatabase) {
    let world = World::new(database).await;
    for (address, first, last, level, state) in [
        ("a@example.org", "Siobhán", "O'Brien-Łukaszewska", Level::Full, UserState::Active),
        ("b@example.org", "Grace", "Lim", Level::AdminFull, UserState::Active),
        ("c@example.org", "Ben", "Sio", Level::CalendarContacts, UserState::Invited),
        ("d@example.org", "Tom", "Okafor", Level::Clinical, UserState::Rejected),
        ("e@example.org", "Ida", "Okafor", Level::OwnAndContacts, UserState::Deactivated),
    ] {
        add(&world, address, first, last, level, state).await;
    }
    for (text, expected) in [
        ("sio", vec!["Siobhán", "Ben"]),
        ("SIOBHAN", vec!["Siobhán"]),
        ("obrien lu", vec!["Siobhán"]),
        ("o'brien", vec!["Siobhán"]),
        ("siobhán o", vec!["Siobhán"]),
        ("okafor", vec!["Ida", "Tom"]),
        ("tom okafor", vec!["Tom"]),
        ("okafor, tom", vec!["Tom"]),
        ("kafor", vec![]),
        ("brien", vec![]),
        ("%", vec![]),
        ("_", vec![]),
        ("'; DROP TABLE users; --", vec![]),
    ] {
        let mut names = found(&world, &by(text), 1).await;
        names.sort();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(names, expected, "{text}");
    }
    let all = found(&world, &UserFilter::default(), 200).await.len();
    assert_eq!(all, 8);
    let of = async |role, state| found(&world, &UserFilter { role, state, ..UserFilter::default() }, 2).await;
    assert_eq!(of(Some(Role::Administrator), None).await, ["alex@example.org", "Grace", "Ben"]);
    assert_eq!(of(Some(Role::Practitioner), None).await.len(), 5);
    assert_eq!(of(None, Some(UserState::Invited)).await, ["Ben"]);
    assert_eq!(of(None, Some(UserState::Rejected)).await, ["Tom"]);
    assert_eq!(of(None, Some(UserState::Deactivated)).await, ["Ida"]);
    assert_eq!(of(Some(Role::Administrator), Some(UserState::Active)).await, ["alex@example.org", "Grace"]);
    assert_eq!(of(Some(Role::Practitioner), Some(UserState::Invited)).await, Vec::<String>::new());
    let whole = UserFilter { text: "o".into(), role: Some(Role::Practitioner), state: Some(UserState::Rejected) };
    assert_eq!(found(&world, &whole, 1).await, ["Tom"]);
}

// PT-34, TG-02
async fn a_huge_limit_and_a_strange_cursor_do_no_harm(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_users(&world.mira);
    let filter = UserFilter::default();
    let stranger = world.other.id.to_string();
    for after in
        ["", "x", "usr_", "pat_00000000000000000000000000000001", "usr_00000000000000000000000000000001", &stranger]
    {
        let page = PageRequest { after: Some(after.into()), limit: Some(u32::MAX) };
        let answer = world.read().await.list_users(&may, &filter, &page).await.unwrap();
        assert!(answer.rows.is_empty() && answer.next.is_none(), "{after:?}");
    }
    let page = PageRequest { after: None, limit: Some(u32::MAX) };
    assert_eq!(world.read().await.list_users(&may, &filter, &page).await.unwrap().rows.len(), 3);
}

async fn very_long_names_fit(database: &TestDatabase) {
    let world = World::new(database).await;
    // U+FDFA folds to eighteen characters; a key of PostgreSQL's index has an end.
    let long = "ﷺ".repeat(100);
    let one = add(&world, "a@example.org", &long, &long, Level::Clinical, UserState::Active).await;
    assert_eq!(stored(&world, one.id).await.name.last, long);
    assert_eq!(found(&world, &by(&long), 9).await.len(), 1);
}

// no lost update.
async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let read = stored(&world, world.noor.id).await;
    let married = User { name: UserName { last: "Lim".into(), ..read.name.clone() }, ..read.clone() };
    assert!(save(&world, &married).await);
    assert!(!save(&world, &User { level: Level::Clinical, ..read.clone() }).await);
    assert_eq!(stored(&world, read.id).await, User { version: read.version + 1, ..married });
}

//
async fn of_two_who_save_at_once_one_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let save = |level| {
        let (store, may) = (database.store(), may_manage_users(&world.mira));
        let user = User { level, ..world.noor.clone() };
        tokio::spawn(async move {
            let mut work = store.begin().await.unwrap();
            let saved = work.save_user(&may, &user).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            work.save().await.unwrap();
            saved
        })
    };
    let (one, two) = (save(Level::Clinical), save(Level::OwnAndContacts));
    assert_ne!(one.await.unwrap(), two.await.unwrap());
}

async fn a_changed_name_is_sorted_and_found_anew(database: &TestDatabase) {
    let world = World::new(database).await;
    let name = UserName { title: String::new(), first: "Noor".into(), last: "Aaa".into() };
    assert!(save(&world, &User { name, ..world.noor.clone() }).await);
    assert_eq!(found(&world, &UserFilter::default(), 1).await, ["Noor", "alex@example.org", "mira@example.org"]);
    assert_eq!(found(&world, &by("aaa"), 1).await, ["Noor"]);
    assert_eq!(found(&world, &by("noor a"), 1).await, ["Noor"]);
    assert_eq!(found(&world, &by("anand"), 9).await.len(), 2);
}

fn place(name: &str) -> Location {
    Location {
        id: id(),
        name: name.into(),
        time_zone: "Europe/London".into(),
        address: String::new(),
        phone: String::new(),
        hours: OpeningHours::default(),
        version: 0,
    }
}

// S4-04, S4-27, S4-13
async fn a_user_works_at_locations_of_the_group(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_users(&world.mira);
    let (noor, mira) = (world.noor.id, world.mira.id);
    let mut work = world.begin().await;
    let mut here: Vec<LocationId> = Vec::new();
    for n in 0..60 {
        let place = place(&format!("Room {n}"));
        work.unscoped_add_location(world.group, &place, NOW).await.unwrap();
        here.push(place.id);
    }
    let elsewhere = place("Elsewhere 2");
    work.unscoped_add_location(world.other.group, &elsewhere, NOW).await.unwrap();
    assert_eq!(work.list_user_locations(&may, noor).await.unwrap(), []);
    assert_eq!(work.save_user_locations(&may, noor, &here).await.unwrap(), 60);
    assert_eq!(work.list_user_locations(&may, noor).await.unwrap(), here);
    let twice = [here[3], elsewhere.id, here[1], here[3], id()];
    assert_eq!(work.save_user_locations(&may, noor, &twice).await.unwrap(), 2, "another group's is passed over");
    assert_eq!(work.list_user_locations(&may, noor).await.unwrap(), [here[1], here[3]]);
    assert_eq!(work.list_user_locations(&may, mira).await.unwrap(), [], "Noor's are not Mira's");
    // TG-02: another group's user gets none, and its proof changes none here.
    assert_eq!(work.save_user_locations(&may, world.other.id, &here).await.unwrap(), 0);
    let strangers = may_manage_users(&world.other);
    assert_eq!(work.save_user_locations(&strangers, noor, &[elsewhere.id]).await.unwrap(), 0);
    assert_eq!(work.list_user_locations(&strangers, noor).await.unwrap(), []);
    assert_eq!(work.list_user_locations(&may, noor).await.unwrap(), [here[1], here[3]]);
    assert_eq!(work.save_user_locations(&may, noor, &[]).await.unwrap(), 0);
    assert_eq!(work.list_user_locations(&may, noor).await.unwrap(), []);
}

// AD-04 (the storage side)
async fn full_users_are_the_active_ones(database: &TestDatabase) {
    let world = World::new(database).await;
    let may = may_manage_users(&world.mira);
    let full = async || world.read().await.count_managers(&may).await.unwrap();
    assert_eq!(full().await, 2, "Mira and Alex");
    for (n, state) in UserState::ALL.into_iter().enumerate() {
        add(&world, &format!("{n}@example.org"), "Tom", "Okafor", Level::Full, state).await;
        add(&world, &format!("{n}.admin@example.org"), "Tom", "Okafor", Level::AdminFull, state).await;
        add(&world, &format!("{n}.clinical@example.org"), "Tom", "Okafor", Level::Clinical, state).await;
    }
    assert_eq!(full().await, 4);
    assert_eq!(world.read().await.count_users(&may).await.unwrap(), 15);
    assert!(save(&world, &User { level: Level::Clinical, ..world.mira.clone() }).await);
    assert_eq!(full().await, 3);
    let others = may_manage_users(&world.other);
    assert_eq!(world.read().await.count_managers(&others).await.unwrap(), 1);
    assert_eq!(world.read().await.count_users(&others).await.unwrap(), 1);
}

async fn open(world: &World, user: &User) -> (SessionId, TokenHash) {
    let token = token();
    let session = NewSession {
        id: id(),
        token,
        account: user.account,
        clock: SessionClock::open(Door::Console, NOW),
        user: Some(user.id),
        origin: "127.0.0.1".into(),
        agent: "Firefox".into(),
    };
    let mut work = world.begin().await;
    work.add_session(&session).await.unwrap();
    work.save().await.unwrap();
    (session.id, token)
}

// S4-15, PR-18: those that are in the group, and those that entered it and are elsewhere now; nobody else's.
async fn a_deactivated_users_sessions_end(database: &TestDatabase) {
    let world = World::new(database).await;
    let second = User { id: id(), group: world.other.group, ..world.noor.clone() };
    let mut work = world.begin().await;
    work.unscoped_add_user(&second, NOW).await.unwrap();
    work.save().await.unwrap();
    let (in_group, entered) = (open(&world, &world.noor).await, open(&world, &second).await);
    let (went_on, elsewhere) = (open(&world, &world.noor).await, open(&world, &second).await);
    let miras = open(&world, &world.mira).await;
    let mut work = world.begin().await;
    work.enter_membership(entered.0, world.noor.id).await.unwrap();
    work.enter_membership(went_on.0, second.id).await.unwrap();
    // TG-02: another group's proof ends nothing.
    work.end_user_sessions(&may_manage_users(&world.other), world.noor.id, later(1)).await.unwrap();
    work.save().await.unwrap();
    let alive = async |token: &TokenHash| world.read().await.find_session(token, None).await.unwrap().is_some();
    for (_, token) in [&in_group, &entered, &went_on, &elsewhere, &miras] {
        assert!(alive(token).await);
    }
    let mut hints = world.store.hints();
    let mut work = world.begin().await;
    work.end_user_sessions(&may_manage_users(&world.mira), world.noor.id, later(2)).await.unwrap();
    work.save().await.unwrap();
    for (_, token) in [&in_group, &entered, &went_on] {
        assert!(!alive(token).await);
    }
    for (_, token) in [&elsewhere, &miras] {
        assert!(alive(token).await);
    }
    let mut hinted = Vec::new();
    while hinted.len() < 3 {
        if let Hint::SessionEnded(id) = hints.recv().await.unwrap() {
            hinted.push(id);
        }
    }
    hinted.sort_unstable();
    assert_eq!(hinted, [in_group.0, entered.0, went_on.0]);
}

async fn names_are_those_of_the_group(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut ids = vec![world.other.id, world.mira.id, id()];
    let people: Vec<Account> = (0..40).map(|n| account(&format!("{n}@example.org"))).collect();
    let mut work = world.begin().await;
    for person in &people {
        work.add_account(person, NOW).await.unwrap();
        let user = user(world.group, person, "Tom", "Okafor", Level::Clinical);
        work.unscoped_add_user(&user, NOW).await.unwrap();
        ids.push(user.id);
    }
    work.save().await.unwrap();
    let mut view = world.read().await;
    let names = view.some_users(&may_enter(&world.noor), &ids).await.unwrap();
    assert_eq!(names.len(), 41);
    assert!(names.contains(&(world.mira.id, world.mira.name.clone())));
    // The same for the patient's portal: of the practice that keeps the record (B-01).
    let ann = world.patient("Ann", "Lee").await;
    let may = crate::audit::may_see_log(&world.grant(ann.id, "ann@example.org").await);
    let shown = view.some_users_of_practice(&may, &ids[..25]).await.unwrap();
    assert_eq!(shown.len(), 23);
    assert!(shown.contains(&world.mira) && !shown.iter().any(|user| user.id == world.other.id));
    assert_eq!(view.some_users_of_practice(&may, &[]).await.unwrap(), []);
    // TG-01
    let others = view.some_users(&may_enter(&world.other), &ids).await.unwrap();
    assert_eq!(others, [(world.other.id, world.other.name.clone())]);
    assert_eq!(view.some_users(&may_enter(&world.other), &[]).await.unwrap(), []);
}

async fn facts_are_those_of_the_user_asked_about(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    world.relate(&world.noor, ann.id, Relationship::Granted).await;
    world.relate(&world.mira, ann.id, Relationship::Automatic).await;
    let may = may_manage_users(&world.mira);
    let mut view = world.read().await;
    let facts =
        |relationship| Some(PatientFacts { group: world.group, patient: ann.id, relationship, emergency: false });
    for (user, relationship) in
        [(&world.noor, Some(Relationship::Granted)), (&world.mira, Some(Relationship::Automatic)), (&world.alex, None)]
    {
        assert_eq!(view.patient_facts_of(&may, user.id, ann.id, NOW).await.unwrap(), facts(relationship));
    }
    assert_eq!(view.patient_facts_of(&may, world.noor.id, id(), NOW).await.unwrap(), None);
    // TG-02
    let strangers = may_manage_users(&world.other);
    assert_eq!(view.patient_facts_of(&strangers, world.noor.id, ann.id, NOW).await.unwrap(), None);
}

// TG-01, TG-02, S4-13: an id of another group is as good as none.
async fn another_groups_proof_finds_and_changes_nothing(database: &TestDatabase) {
    let world = World::new(database).await;
    let strangers = may_manage_users(&world.other);
    let mut view = world.read().await;
    assert!(view.lookup_user(&strangers, world.noor.id).await.unwrap().is_none());
    let theirs = view.list_users(&strangers, &UserFilter::default(), &PageRequest::default()).await.unwrap();
    assert_eq!(theirs.rows.iter().map(|record| record.user.id).collect::<Vec<_>>(), [world.other.id]);
    drop(view);
    let taken = User { level: Level::Full, ..world.noor.clone() };
    let carried_off = User { group: world.other.group, ..taken.clone() };
    let mut work = world.begin().await;
    assert!(!work.save_user(&strangers, &taken).await.unwrap());
    assert!(!work.save_user(&strangers, &carried_off).await.unwrap());
    // Nor does a user change hands: the group and the account of a row stay.
    let handed_on = User { group: world.other.group, account: world.other.account, ..world.noor.clone() };
    assert!(work.save_user(&may_manage_users(&world.mira), &handed_on).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(stored(&world, world.noor.id).await, User { version: 1, ..world.noor.clone() });
}

// The list's pages cost what they show: they are read in the order of an index.
#[tokio::test]
async fn the_statements_have_their_indexes() {
    let database = storage::testing::sqlite().await;
    for (file, function, index) in [
        ("users.rs", "list_users", "users_by_name"),
        ("users.rs", "unscoped_count_managers", "users_active"),
        ("users.rs", "list_memberships", "users_of_account"),
        ("users.rs", "list_own_groups", "users_of_account"),
        ("relationships.rs", "list_unrelated", "users_by_name"),
        ("locations.rs", "unscoped_list_locations", "locations_by_name"),
        ("audit.rs", "whole_trail", "PRIMARY KEY"),
        ("audit.rs", "first_since", "audit_entries_by_time"),
        ("audit.rs", "last_before", "audit_entries_by_time"),
    ] {
        let plan = crate::world::plan(&database.url_text(), &statement_of(file, function)).await;
        assert!(plan.contains(index), "{file}, fn {function}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{file}, fn {function} sorts: {plan}");
    }
    let plan = crate::world::plan(&database.url_text(), &statement_of("sessions.rs", "find_session")).await;
    assert!(!plan.contains("SCAN"), "a session is found without a look at others: {plan}");
}
