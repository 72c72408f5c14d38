//! The first run (S0-06, RC-10).

use domain::{
    error::{Conflict, Problem},
    practice::NewPracticeForm,
    user::Level,
};
use services::{Ctx, Error, console, patients, set_up};

use crate::town::{PASSWORD, Town, overloaded, token_of};

on_both_engines! {
    the_first_run,
    a_hundred_at_once,
    what_is_wrong_is_told,
}

fn practice() -> NewPracticeForm {
    NewPracticeForm {
        group_name: "Harbour Health".to_owned(),
        location_name: "Main Street".to_owned(),
        time_zone: "Australia/Sydney".to_owned(),
        first_name: "Mira".to_owned(),
        last_name: "Anand".to_owned(),
        practises: "yes".to_owned(),
        ..NewPracticeForm::default()
    }
}

async fn run(ctx: &Ctx, code: &str, form: &NewPracticeForm, password: &str) -> Result<(), Error> {
    set_up::set_up(ctx, code, form, "mira@harbour.example", "Mira@harbour.example", password).await
}

/// S0-06: after the first run the portal is on; all that is left is to invite.
async fn the_first_run(town: Town) {
    assert!(set_up::needed(&town.services).await.unwrap());
    let ctx = town.anon();
    run(&ctx, "abcd-efgh", &practice(), PASSWORD).await.unwrap();
    let owner = town.follow(&ctx).await;
    let start = console::start(&owner).await.unwrap();
    assert_eq!((start.group_name.as_str(), start.time_zone.as_str()), ("Harbour Health", "Australia/Sydney"));
    assert_eq!(start.level, Level::Full);
    assert!(start.may.manage && start.may.add_patients);
    let patient = town.patient(&owner, "Ann", "Lee").await;
    assert!(patients::profile(&owner, patient).await.unwrap().may.invite);
    town.invite(&owner, patient, "ann@example.org").await;
    assert!(!set_up::needed(&town.services).await.unwrap());
    let twice = run(&town.anon(), "abcd-efgh", &practice(), PASSWORD).await;
    assert!(matches!(twice, Err(Error::Conflict(Conflict::AlreadySetUp))));
}

/// RC-10: of a hundred at once one makes the practice; the others made nothing.
async fn a_hundred_at_once(town: Town) {
    let callers: Vec<Ctx> = (0..100).map(|_| town.anon()).collect();
    let form = practice();
    let tries = callers.iter().enumerate().map(|(n, ctx)| {
        let email = format!("owner{n}@harbour.example");
        let form = &form;
        async move { set_up::set_up(ctx, "abcd-efgh", form, &email, &email, PASSWORD).await }
    });
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers.into_iter().filter(|answer| !overloaded(answer)).filter_map(Result::err) {
        assert!(matches!(answer, Error::Conflict(Conflict::AlreadySetUp) | Error::TooMany { .. }), "{answer:?}");
    }
    assert_eq!(callers.iter().filter(|ctx| token_of(ctx).is_some()).count(), 1);
    assert_eq!(town.engine.count("practice_groups").await, 1);
    assert_eq!(town.engine.count("users").await, 1);
    assert_eq!(town.engine.count("accounts").await, 1);
}

async fn what_is_wrong_is_told(town: Town) {
    let invalid = async |code: &str, form: &NewPracticeForm, password: &str| match run(
        &town.anon(),
        code,
        form,
        password,
    )
    .await
    {
        Err(Error::Invalid(invalid)) => invalid,
        other => panic!("{other:?}"),
    };
    assert_eq!(invalid("abcd-efgi", &practice(), PASSWORD).await.of("code"), Some(Problem::WrongCode));
    let nowhere = NewPracticeForm { time_zone: "Mars/Olympus".to_owned(), group_name: String::new(), ..practice() };
    let wrong = invalid("abcd-efgh", &nowhere, "harbour").await;
    assert_eq!(wrong.of("time_zone"), Some(Problem::NotATimeZone));
    assert_eq!(wrong.of("group_name"), Some(Problem::Missing));
    assert_eq!(wrong.of("password"), Some(Problem::PasswordTooShort));
    assert_eq!(invalid("abcd-efgh", &practice(), "mira anand").await.of("password"), Some(Problem::PasswordTooWeak));
    assert!(set_up::needed(&town.services).await.unwrap());
    // Guessing the code is slowed.
    let guesser = town.anon_at("192.0.2.5");
    let mut last = None;
    for _ in 0..20 {
        last = run(&guesser, "wrong", &practice(), PASSWORD).await.err();
    }
    assert!(matches!(last, Some(Error::TooMany { .. })));
}
