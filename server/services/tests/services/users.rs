//! Users of the group: the dialog of S4, access and its changes, deactivation, and why.

use domain::{
    access::{Because, Explanation, Relationship},
    account::Door,
    audit::Action,
    error::{Conflict, Problem, Refusal},
    ids::UserId,
    limits,
    notification::{AccessChange, News},
    page::PageRequest,
    patient::PatientFilter,
    time::Span,
    user::{AccessSettings, Added, Level, NewUserForm, UserFilter, UserForm, UserPage, UserState},
};
use services::{Ctx, Error, accounts, console, memberships, passwords, patients, settings, users};

use crate::{
    answers::conflict,
    relationships::{Came, agree, relate, tried_in_group, tried_on},
    town::{PASSWORD, Staff, Town, access_form},
};

on_both_engines! {
    somebody_new_is_added_and_chooses_a_password,
    somebody_who_has_an_account_is_asked_to_join,
    a_password_that_is_typed_for_somebody_elses_account_is_not_looked_at,
    practitioners_have_no_portal,
    the_dialog_says_what_is_wrong,
    a_change_holds_from_the_next_request_on,
    two_who_change_one_user_do_not_overwrite_each_other,
    the_last_full_user_stays_one,
    two_full_users_who_lower_each_other_at_once_leave_one,
    nor_by_making_each_other_read_only,
    what_waited_while_its_caller_was_lowered_comes_too_late,
    a_temporary_password_stays_one_under_a_new_hash,
    nobody_changes_their_own_access,
    the_others_who_manage_hear_of_a_change_of_access,
    a_full_user_is_lowered_before_being_deactivated,
    deactivation_ends_every_session_and_nothing_revives_it,
    nothing_is_deleted,
    what_matters_most_asks_for_the_password_again,
    only_full_users_manage_users,
    users_of_another_group_are_not_there,
    the_list_filters_and_pages,
    explained_as_it_is,
    a_sole_practice_works_with_one_user,
}

pub fn form(role: &str, email: &str, level: Level) -> NewUserForm {
    let profession = if role == "practitioner" { "Physiotherapist" } else { "Receptionist" };
    NewUserForm {
        role: role.to_owned(),
        email: email.to_owned(),
        email_again: email.to_owned(),
        user: UserForm {
            title: "Ms".to_owned(),
            first_name: "Noor".to_owned(),
            last_name: "Haddad".to_owned(),
            profession: profession.to_owned(),
            registration: "PHY0001".to_owned(),
            level: level.code().to_owned(),
            ..UserForm::default()
        },
    }
}

pub const TEMPORARY: &str = "ladder cloud pepper 42";

/// Adds a user at the group's first location.
pub async fn add(town: &Town, by: &Ctx, mut form: NewUserForm, password: &str) -> services::Result<Added> {
    form.user.locations = vec![town.location(by).await];
    users::add(by, &form, password, password).await
}

fn id_of(added: Added) -> UserId {
    match added {
        Added::Joined(id) | Added::Invited(id) => id,
    }
}

/// Saves the user with a change to the form.
pub async fn change(by: &Ctx, id: UserId, change: impl FnOnce(&mut UserForm)) -> services::Result<()> {
    let UserPage { user, locations, .. } = users::page(by, id).await?;
    let mut form = UserForm::of(&user, locations);
    change(&mut form);
    users::save(by, id, user.version, &form).await
}

async fn sign_in(town: &Town, email: &str, password: &str) -> services::Result<Ctx> {
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, email, password).await?;
    Ok(town.follow(&ctx).await)
}

fn problem<T: std::fmt::Debug>(answer: services::Result<T>, field: &str) -> Option<Problem> {
    match answer.unwrap_err() {
        Error::Invalid(invalid) => invalid.of(field),
        other => panic!("{other:?}"),
    }
}

// S4-02, S4-17 to S4-24, S4-26 to S4-30, PR-21
async fn somebody_new_is_added_and_chooses_a_password(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let added = add(&town, &owner, form("practitioner", "noor@harbour.example", Level::Personal), TEMPORARY).await;
    let Added::Joined(id) = added.unwrap() else { panic!("not joined") };
    let page = users::page(&owner, id).await.unwrap();
    assert_eq!((page.user.state, page.user.level), (UserState::Active, Level::Personal));
    add(&town, &owner, form("practitioner", "kay@harbour.example", Level::Personal), TEMPORARY).await.unwrap();
    assert_eq!((page.user.registration.as_str(), page.email.as_str()), ("PHY0001", "noor@harbour.example"));
    assert_eq!(page.locations, [town.location(&owner).await]);
    assert!(page.temporary_password && !page.own);

    // S4-29: a welcome at once; S4-30: two tips later.
    town.post().await;
    let subjects =
        |email: &str| -> Vec<String> { town.mailer.to(email).into_iter().map(|letter| letter.subject).collect() };
    assert_eq!(subjects("noor@harbour.example"), ["welcome"]);
    town.clock.pass(Span::days(2));
    town.post().await;
    assert_eq!(subjects("noor@harbour.example"), ["welcome", "tip 1"]);

    // PR-21: with the temporary password there is one thing to do.
    let noor = sign_in(&town, "noor@harbour.example", TEMPORARY).await.unwrap();
    let refused = patients::list(&noor, &PatientFilter::default(), &PageRequest::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::TemporaryPassword))), "{refused:?}");
    assert!(matches!(console::start(&noor).await, Err(Error::Forbidden(Refusal::TemporaryPassword))));
    assert!(memberships::lobby(&noor).await.unwrap().temporary_password);
    assert_eq!(problem(passwords::choose(&noor, TEMPORARY).await, "password"), Some(Problem::SamePassword));
    assert_eq!(problem(passwords::choose(&noor, "password12").await, "password"), Some(Problem::PasswordTooWeak));
    passwords::choose(&noor, PASSWORD).await.unwrap();
    assert!(town.again(&noor).await.is_none(), "the session with the temporary password is over");
    let noor = town.follow(&noor).await;
    let start = console::start(&noor).await.unwrap();
    assert_eq!((start.level, start.profession.as_str()), (Level::Personal, "Physiotherapist"));
    assert!(!users::page(&owner, id).await.unwrap().temporary_password);
    assert_eq!(conflict(passwords::choose(&noor, "another good one 77").await), Conflict::NoTemporaryPassword);
    assert!(sign_in(&town, "noor@harbour.example", TEMPORARY).await.is_err());

    // Tips stop for whom they are not wanted by.
    accounts::set_tips(&noor, false).await.unwrap();
    town.clock.pass(Span::days(5));
    town.post().await;
    assert_eq!(subjects("noor@harbour.example"), ["welcome", "tip 1"]);
    assert_eq!(subjects("kay@harbour.example"), ["welcome", "tip 1", "tip 2"]);
}

// S4-11, S4-22, S4-31 to S4-34, PR-20
async fn somebody_who_has_an_account_is_asked_to_join(town: Town) {
    let Staff { owner, group: first } = town.practice().await;
    let Staff { owner: other, group: second } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let tom = town.user(first, "tom@harbour.example", Level::Clinical).await;
    town.set_password("tom@harbour.example", PASSWORD).await;
    let patient = town.patient(&other, "Hidden", "Hill").await;

    let added = add(&town, &other, form("practitioner", "Tom@Harbour.example", Level::Full), "").await.unwrap();
    let Added::Invited(id) = added else { panic!("not asked: {added:?}") };
    assert_eq!(users::page(&other, id).await.unwrap().user.state, UserState::Invited);
    // S4-33: no more than the group's name, and nothing to go to.
    let offers = memberships::offers(&tom).await.unwrap().list;
    assert_eq!((offers.len(), offers[0].group_name.as_str(), offers[0].user), (1, "Hill Clinic", id));
    assert_eq!(console::start(&tom).await.unwrap().unread, 1, "the bell counts it");
    assert!(matches!(memberships::switch(&tom, id).await, Err(Error::Forbidden(Refusal::NoGroup))));
    let tab = town.again(&tom).await.unwrap();
    assert!(matches!(patients::profile(&tab, patient).await, Err(Error::NotFound)));
    // A third person cannot answer for him.
    assert!(matches!(memberships::accept(&owner, id).await, Err(Error::NotFound)));
    town.post().await;
    assert_eq!(town.mailer.to("tom@harbour.example").last().unwrap().subject, "join group");

    memberships::reject(&tom, id).await.unwrap();
    assert_eq!(conflict(memberships::accept(&tom, id).await), Conflict::NotInvited);
    assert!(memberships::offers(&tom).await.unwrap().is_empty());
    let page = users::page(&other, id).await.unwrap();
    assert_eq!(page.user.state, UserState::Rejected);
    assert_eq!(console::start(&tom).await.unwrap().memberships.len(), 1, "after a no he is no member");
    // Whoever asked hears of it.
    let news = services::notifications::list(&other, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(news[0].about, "Ms Noor Haddad");

    users::invite_again(&other, id, page.user.version).await.unwrap();
    memberships::accept(&tom, id).await.unwrap();
    // S4-34, S4-12: switched without signing in again.
    assert_eq!(console::start(&tom).await.unwrap().group, first, "accepting does not move a tab");
    memberships::switch(&tom, id).await.unwrap();
    let there = town.again(&tom).await.unwrap();
    let start = console::start(&there).await.unwrap();
    assert_eq!((start.group, start.memberships.len()), (second, 2));
    assert!(patients::profile(&there, patient).await.is_ok());
    // What he does in one group is nobody's in the other.
    assert!(matches!(users::page(&owner, id).await, Err(Error::NotFound)));
}

// S4-25: and it is no way to learn whether an account has it.
async fn a_password_that_is_typed_for_somebody_elses_account_is_not_looked_at(town: Town) {
    let Staff { group: first, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    town.user(first, "tom@harbour.example", Level::Clinical).await;
    town.set_password("tom@harbour.example", PASSWORD).await;
    let mut answers = Vec::new();
    for (form, typed) in [
        (form("practitioner", "tom@harbour.example", Level::Full), TEMPORARY),
        (form("practitioner", "tom@harbour.example", Level::Full), "x"),
    ] {
        let mut form = form;
        form.user.locations = vec![town.location(&other).await];
        answers.push(users::add(&other, &form, typed, "something else").await);
    }
    assert!(matches!(answers.remove(0), Ok(Added::Invited(_))));
    assert_eq!(problem(answers.remove(0), "email"), Some(Problem::AlreadyUser), "the second time he is there already");
    assert!(sign_in(&town, "tom@harbour.example", PASSWORD).await.is_ok());
    assert!(sign_in(&town, "tom@harbour.example", TEMPORARY).await.is_err());
    let stored = town.stored_account("tom@harbour.example").await.unwrap();
    assert!(stored.password_hash.is_some());
}

// Decision 5, both ways round.
async fn practitioners_have_no_portal(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    town.portal_user(&owner, patient, "lien@example.org").await;
    let wanted = add(&town, &owner, form("practitioner", "lien@example.org", Level::Personal), TEMPORARY).await;
    assert_eq!(problem(wanted, "email"), Some(Problem::PortalEmail));
    // An administrator may hold both.
    let added = add(&town, &owner, form("administrator", "lien@example.org", Level::CalendarContacts), "").await;
    assert!(matches!(added.unwrap(), Added::Invited(_)));
    // Asked to join as a practitioner, and invited to the portal by the time of the answer.
    let tom = town.patient(&owner, "Tom", "Okafor").await;
    let Staff { group, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    town.user(group, "desk@hill.example", Level::CalendarContacts).await;
    let added = add(&town, &owner, form("practitioner", "desk@hill.example", Level::Personal), "").await.unwrap();
    town.invite(&owner, tom, "desk@hill.example").await;
    town.set_password("desk@hill.example", PASSWORD).await;
    let desk = sign_in(&town, "desk@hill.example", PASSWORD).await.unwrap();
    let id = id_of(added);
    assert_eq!(conflict(memberships::accept(&desk, id).await), Conflict::PortalNow);
    // Nor is the same person asked again.
    memberships::reject(&desk, id).await.unwrap();
    let version = users::page(&owner, id).await.unwrap().user.version;
    assert_eq!(conflict(users::invite_again(&owner, id, version).await), Conflict::PortalNow);
    // An invitation that ran out is in nobody's way.
    town.clock.pass(Span::days(30));
    let now = owner.now();
    users::invite_again(&owner.proved(Some(now)), id, version).await.unwrap();
}

async fn the_dialog_says_what_is_wrong(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let good = || form("practitioner", "new@harbour.example", Level::Personal);
    // S4-23: a password is needed for who has none, and twice the same.
    assert_eq!(problem(add(&town, &owner, good(), "").await, "password"), Some(Problem::Missing));
    assert_eq!(problem(add(&town, &owner, good(), "harbour12345").await, "password"), Some(Problem::PasswordTooWeak));
    let mut count = good();
    count.user.title = "Count".into();
    assert_eq!(problem(add(&town, &owner, count, TEMPORARY).await, "title"), Some(Problem::NotAChoice));
    let mut with_place = good();
    with_place.user.locations = vec![town.location(&owner).await];
    let differs = users::add(&owner, &with_place, TEMPORARY, "another").await;
    assert_eq!(problem(differs, "password_again"), Some(Problem::PasswordsDiffer));
    // S4-27: at least one location, and one of the group's own.
    let nowhere = users::add(&owner, &good(), TEMPORARY, TEMPORARY).await;
    assert_eq!(problem(nowhere, "locations"), Some(Problem::NoneChosen));
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let mut elsewhere = good();
    elsewhere.user.locations = vec![town.location(&other).await];
    let elsewhere = users::add(&owner, &elsewhere, TEMPORARY, TEMPORARY).await;
    assert_eq!(problem(elsewhere, "locations"), Some(Problem::NotAChoice));
    // S4-21
    let mut mismatch = good();
    mismatch.email_again = "other@harbour.example".to_owned();
    assert_eq!(problem(add(&town, &owner, mismatch, TEMPORARY).await, "email_again"), Some(Problem::Differs));
    // Nothing of it was kept.
    assert!(town.stored_account("new@harbour.example").await.is_none());
    assert!(add(&town, &owner, good(), TEMPORARY).await.is_ok());
    assert_eq!(problem(add(&town, &owner, good(), TEMPORARY).await, "email"), Some(Problem::AlreadyUser));
    assert_eq!(town.engine.audited(Action::UserAdded).await, 1);
}

// S4-03, S4-26: levels and single settings, in sessions that are open.
async fn a_change_holds_from_the_next_request_on(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let theirs = town.patient(&owner, "Not", "Hers").await;
    let noor = town.user(group, "noor@harbour.example", Level::Clinical).await;
    let id = noor.actor().unwrap().user().unwrap().user;
    let place = town.location(&owner).await;
    assert!(patients::profile(&noor, theirs).await.is_ok());
    change(&owner, id, |form| {
        form.level = "personal".to_owned();
        form.locations = vec![place];
    })
    .await
    .unwrap();
    let noor = town.again(&noor).await.unwrap();
    assert!(matches!(patients::profile(&noor, theirs).await, Err(Error::NotFound)));
    change(&owner, id, |form| form.settings = AccessSettings { read_only: true, ..AccessSettings::default() })
        .await
        .unwrap();
    let noor = town.again(&noor).await.unwrap();
    let added = patients::add(&noor, &crate::town::details("A", "B")).await;
    assert!(matches!(added, Err(Error::Forbidden(Refusal::ReadOnly))));
}

//
async fn two_who_change_one_user_do_not_overwrite_each_other(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let noor = town.user(group, "noor@harbour.example", Level::Clinical).await;
    let id = noor.actor().unwrap().user().unwrap().user;
    let place = town.location(&owner).await;
    let page = users::page(&owner, id).await.unwrap();
    let form = UserForm { locations: vec![place], ..UserForm::of(&page.user, page.locations.clone()) };
    users::save(&owner, id, page.user.version, &UserForm { last_name: "First".to_owned(), ..form.clone() })
        .await
        .unwrap();
    let late = users::save(&owner, id, page.user.version, &UserForm { last_name: "Second".to_owned(), ..form }).await;
    assert_eq!(conflict(late), Conflict::ChangedMeanwhile);
    assert_eq!(users::page(&owner, id).await.unwrap().user.name.last, "First");
    assert_eq!(conflict(users::deactivate(&owner, id, page.user.version).await), Conflict::ChangedMeanwhile);
}

// AD-04
async fn the_last_full_user_stays_one(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let id = owner.actor().unwrap().user().unwrap().user;
    assert!(users::page(&owner, id).await.unwrap().last_full);
    let second = town.user(group, "second@harbour.example", Level::AdminFull).await;
    assert!(!users::page(&owner, id).await.unwrap().last_full);
    let place = town.location(&owner).await;
    change(&second, id, |form| {
        form.level = "clinical".to_owned();
        form.locations = vec![place];
    })
    .await
    .unwrap();
    // The second is the last one now, and neither by herself nor by a colleague's old page is she lowered.
    let own = second.actor().unwrap().user().unwrap().user;
    let lower = |form: &mut UserForm| {
        form.level = "calendar_contacts".to_owned();
        form.profession = "Receptionist".to_owned();
        form.locations = vec![place];
    };
    assert_eq!(conflict(change(&second, own, lower).await), Conflict::Yourself);
    assert_eq!(conflict(change(&owner, own, lower).await), Conflict::ChangedMeanwhile);
}

async fn two_full_users_who_lower_each_other_at_once_leave_one(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let place = town.location(&owner).await;
    for round in 0..10 {
        let [one, two] = [0, 1].map(|n| format!("full{round}.{n}@harbour.example"));
        let (one, two) = (town.user(group, &one, Level::Full).await, town.user(group, &two, Level::Full).await);
        let ids = [&one, &two].map(|ctx| ctx.actor().unwrap().user().unwrap().user);
        let lower = |by: Ctx, id: UserId| async move {
            change(&by, id, |form| {
                form.level = "clinical".to_owned();
                form.locations = vec![place];
            })
            .await
        };
        let (a, b) = tokio::join!(tokio::spawn(lower(one, ids[1])), tokio::spawn(lower(two, ids[0])));
        let done = [a.unwrap(), b.unwrap()];
        assert_eq!(done.iter().filter(|answer| answer.is_ok()).count(), 1, "{done:?}");
    }
}

async fn nor_by_making_each_other_read_only(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let place = town.location(&owner).await;
    let second = town.user(group, "second@harbour.example", Level::Full).await;
    let ids = [&owner, &second].map(|ctx| ctx.actor().unwrap().user().unwrap().user);
    let tie = |by: Ctx, id: UserId| async move {
        change(&by, id, |form| {
            form.settings.read_only = true;
            form.locations = vec![place];
        })
        .await
    };
    let (a, b) = tokio::join!(tokio::spawn(tie(owner, ids[1])), tokio::spawn(tie(second, ids[0])));
    let done = [a.unwrap(), b.unwrap()];
    assert_eq!(done.iter().filter(|answer| answer.is_ok()).count(), 1, "{done:?}");
}

// PR-18: the right was there when the request began.
async fn what_waited_while_its_caller_was_lowered_comes_too_late(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let place = town.location(&owner).await;
    let second = town.user(group, "second@harbour.example", Level::Full).await;
    let id = second.actor().unwrap().user().unwrap().user;
    let patient = town.patient(&owner, "Ada", "Lovelace").await;
    change(&owner, id, |form| {
        form.level = "clinical".to_owned();
        form.locations = vec![place];
    })
    .await
    .unwrap();
    // `second` still holds the actor of a moment ago.
    let added = add(&town, &second, form("administrator", "mine@evil.example", Level::AdminFull), TEMPORARY).await;
    assert_eq!(conflict(added), Conflict::ChangedMeanwhile);
    assert!(town.stored_account("mine@evil.example").await.is_none());
    let wanted = domain::relationship::Wanted::Granted;
    let granted = services::relationships::set(&second, patient, id, None, wanted).await;
    assert_eq!(conflict(granted), Conflict::ChangedMeanwhile);
}

// PR-21, DB-02: a hash that is made again with today's parameters is of the same temporary password.
async fn a_temporary_password_stays_one_under_a_new_hash(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let form = form("administrator", "a@harbour.example", Level::CalendarContacts);
    add(&town, &owner, form, TEMPORARY).await.unwrap();
    let account = town.stored_account("a@harbour.example").await.unwrap();
    let hash = town.services.hasher.hash(TEMPORARY).await.unwrap();
    let mut work = town.begin().await;
    assert!(work.rehash_password(account.id, account.password_hash.as_ref().unwrap(), &hash).await.unwrap());
    work.save().await.unwrap();
    let signed_in = sign_in(&town, "a@harbour.example", TEMPORARY).await.unwrap();
    assert!(memberships::lobby(&signed_in).await.unwrap().temporary_password);
}

// AD-02
async fn nobody_changes_their_own_access(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let id = owner.actor().unwrap().user().unwrap().user;
    let place = town.location(&owner).await;
    let own = change(&owner, id, |form| {
        form.settings.view_history = !form.settings.view_history;
        form.locations = vec![place];
    })
    .await;
    assert_eq!(conflict(own), Conflict::Yourself);
    // The name is one's own to change.
    change(&owner, id, |form| {
        form.last_name = "Anand-Lee".to_owned();
        form.locations = vec![place];
    })
    .await
    .unwrap();
    let version = users::page(&owner, id).await.unwrap().user.version;
    assert_eq!(conflict(users::deactivate(&owner, id, version).await), Conflict::Yourself);
}

// S4-15: with the reason said.
async fn a_full_user_is_lowered_before_being_deactivated(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let second = town.user(group, "second@harbour.example", Level::Full).await;
    let id = second.actor().unwrap().user().unwrap().user;
    let place = town.location(&owner).await;
    let version = users::page(&owner, id).await.unwrap().user.version;
    assert_eq!(conflict(users::deactivate(&owner, id, version).await), Conflict::LowerFirst);
    assert!(town.again(&second).await.is_some());
    change(&owner, id, |form| {
        form.level = "personal".to_owned();
        form.locations = vec![place];
    })
    .await
    .unwrap();
    let version = users::page(&owner, id).await.unwrap().user.version;
    users::deactivate(&owner, id, version).await.unwrap();
    assert!(town.again(&second).await.is_none());
}

// PR-18, S4-15
async fn deactivation_ends_every_session_and_nothing_revives_it(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let noor = town.user(group, "noor@harbour.example", Level::Clinical).await;
    town.set_password("noor@harbour.example", PASSWORD).await;
    let mut devices = vec![noor];
    for _ in 0..3 {
        devices.push(sign_in(&town, "noor@harbour.example", PASSWORD).await.unwrap());
    }
    passwords::request_link(&town.anon(), "noor@harbour.example", Door::Console).await.unwrap();
    let link = town.link_to("noor@harbour.example").await;
    let id = devices[0].actor().unwrap().user().unwrap().user;
    let version = users::page(&owner, id).await.unwrap().user.version;
    let mut hints = town.services.store.hints();
    users::deactivate(&owner, id, version).await.unwrap();
    for device in &devices {
        assert!(town.again(device).await.is_none());
    }
    let mut ended = 0;
    while let Ok(hint) = hints.try_recv() {
        ended += usize::from(matches!(hint, services::ports::Hint::SessionEnded(_)));
    }
    if town.engine.is_sqlite() {
        assert_eq!(ended, 4, "every open stream is told");
    }
    assert!(matches!(sign_in(&town, "noor@harbour.example", PASSWORD).await, Err(Error::SignInRefused)));
    assert!(matches!(
        passwords::set_by_link(&town.anon(), &link, "fresh paint on windows").await,
        Err(Error::NotFound)
    ));
    let version = users::page(&owner, id).await.unwrap().user.version;
    users::reactivate(&owner, id, version).await.unwrap();
    assert!(sign_in(&town, "noor@harbour.example", PASSWORD).await.is_ok());
}

// S4-14, AD-05: after everything that can be done to a user the row is there.
async fn nothing_is_deleted(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let before = town.engine.count("users").await;
    let added =
        add(&town, &owner, form("administrator", "a@harbour.example", Level::CalendarContacts), TEMPORARY).await;
    let id = id_of(added.unwrap());
    let version = users::page(&owner, id).await.unwrap().user.version;
    users::deactivate(&owner, id, version).await.unwrap();
    assert_eq!(town.engine.count("users").await, before + 1);
    assert_eq!(users::page(&owner, id).await.unwrap().user.state, UserState::Deactivated);
}

// AD-08
async fn what_matters_most_asks_for_the_password_again(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    town.set_password("owner@harbour.example", PASSWORD).await;
    let added =
        add(&town, &owner, form("administrator", "a@harbour.example", Level::CalendarContacts), TEMPORARY).await;
    let id = id_of(added.unwrap());
    let page = users::page(&owner, id).await.unwrap();
    let form_now = UserForm::of(&page.user, page.locations);
    town.clock.pass(limits::STEP_UP);
    let version = page.user.version;
    let asked = [
        add(&town, &owner, form("administrator", "b@harbour.example", Level::CalendarContacts), TEMPORARY)
            .await
            .map(drop),
        users::save(&owner, id, version, &form_now).await,
        users::deactivate(&owner, id, version).await,
        settings::save_patient_access(&owner, 0, &access_form(false, 24)).await,
        services::history::export(&owner, &domain::history::HistoryFilter::default()).await.map(drop),
    ];
    // The owner of this town may not export: that is said first.
    for (at, answer) in asked.iter().enumerate() {
        let export = at == 4;
        let fits =
            if export { matches!(answer, Err(Error::Forbidden(_))) } else { matches!(answer, Err(Error::StepUp)) };
        assert!(fits, "{at}: {answer:?}");
    }
    assert_eq!(problem(accounts::step_up(&owner, "wrong").await, "password"), Some(Problem::WrongPassword));
    assert!(matches!(users::deactivate(&owner, id, version).await, Err(Error::StepUp)));
    accounts::step_up(&owner, PASSWORD).await.unwrap();
    let owner = town.again(&owner).await.unwrap();
    users::deactivate(&owner, id, version).await.unwrap();
    assert_eq!(town.engine.audited(Action::SteppedUp).await, 1);
}

// PR-13
async fn only_full_users_manage_users(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let id = owner.actor().unwrap().user().unwrap().user;
    for level in Level::ALL.into_iter().filter(|level| !level.is_full()) {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        let list = users::list(&user, &UserFilter::default(), &PageRequest::default()).await;
        assert!(matches!(list, Err(Error::Forbidden(Refusal::Level))));
        assert!(matches!(users::page(&user, id).await, Err(Error::Forbidden(_))));
        assert!(matches!(users::explain(&user, id, None).await, Err(Error::Forbidden(_))));
        let added = add(&town, &user, form("administrator", "x@harbour.example", Level::AdminFull), TEMPORARY).await;
        assert!(matches!(added, Err(Error::Forbidden(_))));
        assert!(matches!(users::deactivate(&user, id, 0).await, Err(Error::Forbidden(_))));
    }
}

// AD-01, TG-01, S4-13
async fn users_of_another_group_are_not_there(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let id = other.actor().unwrap().user().unwrap().user;
    let patient = town.patient(&other, "Not", "Ours").await;
    let mine = owner.actor().unwrap().user().unwrap().user;
    let place = town.location(&owner).await;
    let any = UserForm { locations: vec![place], ..form("practitioner", "x@x.example", Level::Full).user };
    assert!(matches!(users::page(&owner, id).await, Err(Error::NotFound)));
    assert!(matches!(users::save(&owner, id, 0, &any).await, Err(Error::NotFound)));
    assert!(matches!(users::deactivate(&owner, id, 0).await, Err(Error::NotFound)));
    assert!(matches!(users::explain(&owner, id, None).await, Err(Error::NotFound)));
    assert!(matches!(users::explain(&owner, mine, Some(patient)).await, Err(Error::NotFound)));
    let names: Vec<_> = users::list(&owner, &UserFilter::default(), &PageRequest::default()).await.unwrap().rows;
    assert!(names.iter().all(|row| row.id != id));
}

async fn the_list_filters_and_pages(town: Town) {
    let Staff { owner, group } = town.practice().await;
    for n in 0..7 {
        let mut form = form("administrator", &format!("n{n}@harbour.example"), Level::CalendarContacts);
        form.user.last_name = format!("Zed{n}");
        form.user.first_name = if n % 2 == 0 { "Élodie".to_owned() } else { "Omar".to_owned() };
        add(&town, &owner, form, TEMPORARY).await.unwrap();
    }
    town.user(group, "tom@harbour.example", Level::Clinical).await;
    let mut all = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(3) };
    loop {
        let found = users::list(&owner, &UserFilter::default(), &page).await.unwrap();
        assert!(found.rows.len() <= 3);
        all.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(all.len(), 9);
    assert_eq!(all.iter().map(|row| row.id).collect::<std::collections::BTreeSet<_>>().len(), 9);
    let count = |filter: UserFilter| {
        let owner = owner.clone();
        async move { users::list(&owner, &filter, &PageRequest::default()).await.unwrap().rows.len() }
    };
    assert_eq!(count(UserFilter { text: "elod".to_owned(), ..UserFilter::default() }).await, 4);
    assert_eq!(count(UserFilter { text: "ZED3".to_owned(), ..UserFilter::default() }).await, 1);
    assert_eq!(count(UserFilter { role: Some(domain::user::Role::Practitioner), ..UserFilter::default() }).await, 2);
    assert_eq!(count(UserFilter { state: Some(UserState::Deactivated), ..UserFilter::default() }).await, 0);
    assert_eq!(count(UserFilter { text: "%".to_owned(), ..UserFilter::default() }).await, 0);
}

// B-16: for a user and a patient, as every door says that a right is for.
async fn explained_as_it_is(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let mine = town.patient(&owner, "Owner's", "Patient").await;
    let treated = town.patient(&owner, "Treated", "Patient").await;
    let noor = town.user(group, "noor@harbour.example", Level::Personal).await;
    let hers = town.patient(&noor, "Noor's", "Patient").await;
    let id = noor.actor().unwrap().user().unwrap().user;
    relate(&town, &owner, treated, id, Relationship::Automatic).await;
    let view = |all: &[Explanation]| {
        let one = all.iter().find(|one| one.right == "ViewPatient").unwrap();
        (one.may, one.because)
    };
    for (patient, expected) in
        [(mine, (false, Because::NotTheirs)), (treated, (true, Because::Automatic)), (hers, (true, Because::Granted))]
    {
        let explained = users::explain(&owner, id, Some(patient)).await.unwrap();
        assert_eq!(view(&explained), expected);
        agree(&explained, &tried_on(&noor, patient).await);
    }
    agree(&users::explain(&owner, id, None).await.unwrap(), &tried_in_group(&noor).await);
    let version = users::page(&owner, id).await.unwrap().user.version;
    users::deactivate(&owner, id, version).await.unwrap();
    assert_eq!(view(&users::explain(&owner, id, Some(hers)).await.unwrap()), (false, Because::NotWorking));
    assert!(users::explain(&owner, id, None).await.unwrap().iter().all(|one| !one.may));
    assert!(town.again(&noor).await.is_none());
    // Looking it up is written down.
    assert_eq!(town.engine.audited(Action::AccessExplained).await, 6);
    // Who was asked to join and has not answered, and whose password was given to them, may nothing either.
    let email = "asked@harbour.example";
    town.user_with(group, email, Level::Full, AccessSettings::OWNER, UserState::Invited).await;
    let account = town.account(email, None).await;
    let asked = town.with_token(&town.session(account, Door::Console, None).await).await.unwrap();
    let asked_id = town.read().await.list_own_groups(account).await.unwrap()[0].user.id;
    let new = form("practitioner", "new@harbour.example", Level::Full);
    let new = id_of(add(&town, &owner, new, TEMPORARY).await.unwrap());
    let new_ctx = sign_in(&town, "new@harbour.example", TEMPORARY).await.unwrap();
    for (id, ctx) in [(asked_id, asked), (new, new_ctx)] {
        let of_patient = users::explain(&owner, id, Some(mine)).await.unwrap();
        let of_group = users::explain(&owner, id, None).await.unwrap();
        assert!(of_patient.iter().chain(&of_group).all(|one| !one.may), "{of_patient:?} {of_group:?}");
        let tried = tried_on(&ctx, mine).await.into_iter().chain(tried_in_group(&ctx).await);
        for (right, came) in tried {
            assert_ne!(came, Came::Through, "{right}");
        }
    }
}

// S4-01: one person alone, from the first run on.
async fn a_sole_practice_works_with_one_user(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let start = console::start(&owner).await.unwrap();
    assert_eq!((start.memberships.len(), start.may.manage), (1, true));
    let page = users::list(&owner, &UserFilter::default(), &PageRequest::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let patient = town.patient(&owner, "One", "Patient").await;
    assert!(patients::profile(&owner, patient).await.is_ok());
}

// AD-02
async fn the_others_who_manage_hear_of_a_change_of_access(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let second = town.user(group, "second@harbour.example", Level::AdminFull).await;
    let settings = AccessSettings { read_only: true, ..AccessSettings::default() };
    let reads = town.user_with(group, "reads@harbour.example", Level::Full, settings, UserState::Active).await.unwrap();
    let clinical = town.user(group, "clinical@harbour.example", Level::Clinical).await;
    let elsewhere = town.practice_called("Elsewhere", "other@elsewhere.example").await.owner;
    let told = async |ctx: &Ctx| {
        let page = services::notifications::list(ctx, &PageRequest::default()).await.unwrap();
        page.rows.into_iter().map(|row| row.news).collect::<Vec<_>>()
    };

    let mut new = form("practitioner", "noor@haddad.example", Level::Clinical);
    new.user.locations = vec![town.location(&owner).await];
    let Added::Joined(id) = users::add(&owner, &new, PASSWORD, PASSWORD).await.unwrap() else {
        panic!("asked to join")
    };
    let news = |how| News::AccessChanged { user: id, how };
    let given = news(AccessChange::Given);
    assert_eq!(told(&second).await, std::slice::from_ref(&given));

    // Details alone are nobody's news; more rights are.
    let page = users::page(&owner, id).await.unwrap();
    let mut change = UserForm::of(&page.user, page.locations);
    change.profession = "Podiatrist".to_owned();
    users::save(&owner, id, page.user.version, &change).await.unwrap();
    assert_eq!(told(&second).await.len(), 1);
    let page = users::page(&owner, id).await.unwrap();
    change.level = Level::Full.code().to_owned();
    users::save(&owner, id, page.user.version, &change).await.unwrap();
    assert_eq!(told(&second).await, [news(AccessChange::Changed), given]);

    // Lowered, ended, given back by the second: the first hears of it.
    change.level = Level::Clinical.code().to_owned();
    let version = async || users::page(&owner, id).await.unwrap().user.version;
    users::save(&second, id, version().await, &change).await.unwrap();
    users::deactivate(&second, id, version().await).await.unwrap();
    users::reactivate(&second, id, version().await).await.unwrap();
    let back = [AccessChange::Given, AccessChange::Ended, AccessChange::Changed].map(news);
    assert_eq!(told(&owner).await, back);
    assert_eq!(told(&second).await.len(), 2, "not of one's own deed");
    // Somebody who was asked, said no, and is asked again.
    town.account("ivo@x.example", None).await;
    let ivo = UserForm { locations: change.locations.clone(), ..form("practitioner", "", Level::Full).user };
    let ivo = NewUserForm { email: "ivo@x.example".into(), email_again: "ivo@x.example".into(), user: ivo, ..new };
    let Added::Invited(id) = users::add(&second, &ivo, "", "").await.unwrap() else { panic!("not asked") };
    let version = async || users::page(&second, id).await.unwrap().user.version;
    users::deactivate(&second, id, version().await).await.unwrap();
    users::invite_again(&second, id, version().await).await.unwrap();
    let asked = [AccessChange::Asked, AccessChange::Ended, AccessChange::Asked];
    let asked = asked.map(|how| News::AccessChanged { user: id, how });
    assert_eq!(told(&owner).await[..3], asked);
    for other in [&reads, &clinical, &elsewhere] {
        assert!(told(other).await.is_empty(), "who does not manage users is not told");
    }
}
