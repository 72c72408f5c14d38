//! Forgotten, set by a link, changed.

use domain::{account::Door, error::Problem, practice::Level, time::Span, views::PasswordLinkPage};
use services::{Error, accounts, passwords, patients, portal};

use crate::town::{PASSWORD, Staff, Town, token_of};

on_both_engines! {
    mail_only_where_an_account_may_use_it,
    a_contact_who_was_never_invited,
    a_link_works_once_and_for_an_hour,
    a_reset_ends_every_other_session,
    a_change_ends_the_other_sessions,
    where_a_reset_lands,
    a_blocked_patients_invitation_is_not_accepted,
    asking_is_slowed,
}

const NEW: &str = "eleven boats under stars";

/// AN-04: the same answer for every address, mail only where it leads somewhere, decision 3.
async fn mail_only_where_an_account_may_use_it(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.portal_user(&owner, patient, "patient@example.org").await;
    let second = town.patient(&owner, "Bob", "Lee").await;
    town.invite(&owner, second, "invited@example.org").await;
    town.user(group, "newcomer@harbour.example", Level::Personal).await;
    town.account("empty@example.org", None).await;
    town.post().await;
    let before = town.mailer.all().len();

    for (email, mailed) in [
        ("patient@example.org", true),
        ("invited@example.org", true),
        ("newcomer@harbour.example", true),
        ("owner@harbour.example", true),
        ("unknown@example.org", false),
        ("empty@example.org", false),
    ] {
        let ctx = town.anon();
        passwords::request_link(&ctx, email).await.unwrap();
        assert!(ctx.take_session_change().is_none());
        let count = town.mailer.to(email).len();
        town.post().await;
        assert_eq!(town.mailer.to(email).len() - count, usize::from(mailed), "{email}");
    }
    assert_eq!(town.mailer.all().len() - before, 4);
    let answer = passwords::request_link(&town.anon(), "no address").await.unwrap_err();
    assert!(matches!(answer, Error::Invalid(invalid) if invalid.of("email") == Some(Problem::NotAnEmail)));
}

/// PX-09: an emergency contact has no account: forgotten password and sign-in answer as for an unknown address.
async fn a_contact_who_was_never_invited(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let child = town.patient(&owner, "Kim", "Lee").await;
    let mother = domain::patient::ContactForm {
        name: "Ann Lee".to_owned(),
        relationship: "Mother".to_owned(),
        email: "mother@example.org".to_owned(),
        emergency: "yes".to_owned(),
        ..Default::default()
    };
    patients::add_contact(&owner, child, &mother).await.unwrap();
    passwords::request_link(&town.anon(), "mother@example.org").await.unwrap();
    town.post().await;
    assert!(town.mailer.all().is_empty());
    let answer = accounts::sign_in(&town.anon(), Door::Portal, "mother@example.org", PASSWORD).await;
    assert!(matches!(answer, Err(Error::SignInRefused)));
}

async fn a_link_works_once_and_for_an_hour(town: Town) {
    town.practice().await;
    let ask = async || {
        passwords::request_link(&town.anon(), "owner@harbour.example").await.unwrap();
        town.link_to("owner@harbour.example").await
    };
    let page = async |token: &str| passwords::link_page(&town.anon(), token).await.unwrap();
    let first = ask().await;
    let second = ask().await;
    assert_eq!(page(&first).await, PasswordLinkPage::Dead, "a newer link replaces it");
    assert_eq!(page(&second).await, PasswordLinkPage::Live { accepts: Vec::new() });
    let weak = passwords::set_by_link(&town.anon(), &second, "password").await.unwrap_err();
    assert!(matches!(weak, Error::Invalid(invalid) if invalid.of("password") == Some(Problem::PasswordTooShort)));
    passwords::set_by_link(&town.anon(), &second, NEW).await.unwrap();
    assert!(matches!(passwords::set_by_link(&town.anon(), &second, PASSWORD).await, Err(Error::NotFound)));
    assert_eq!(page(&second).await, PasswordLinkPage::Dead);
    let third = ask().await;
    town.clock.pass(Span::hours(1));
    assert_eq!(page(&third).await, PasswordLinkPage::Dead);
    assert!(matches!(passwords::set_by_link(&town.anon(), &third, PASSWORD).await, Err(Error::NotFound)));
    accounts::sign_in(&town.anon(), Door::Console, "owner@harbour.example", NEW).await.unwrap();
}

/// SS-02: a reset ends what was open, and tells the owner by mail.
async fn a_reset_ends_every_other_session(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let ann = town.portal_user(&owner, patient, "ann@example.org").await;
    let account = ann.actor().unwrap().account();
    let stolen = town.session(account, Door::Portal, None).await;
    passwords::request_link(&town.anon(), "ann@example.org").await.unwrap();
    let token = town.link_to("ann@example.org").await;
    let phone = town.anon();
    assert_eq!(passwords::set_by_link(&phone, &token, NEW).await.unwrap(), Door::Portal);
    assert!(town.with_token(&stolen).await.is_none());
    assert_eq!(town.read().await.devices(account).await.unwrap().len(), 1);
    assert_eq!(portal::start(&town.follow(&phone).await).await.unwrap().records.len(), 1);
    town.post().await;
    assert_eq!(town.mailer.to("ann@example.org").last().unwrap().subject, "password changed");
    let old = accounts::sign_in(&town.anon(), Door::Portal, "ann@example.org", PASSWORD).await;
    assert!(matches!(old, Err(Error::SignInRefused)));
}

/// SS-02: a change ends the others and gives this one a new token; the present password is asked for.
async fn a_change_ends_the_other_sessions(town: Town) {
    town.practice().await;
    town.set_password("owner@harbour.example", PASSWORD).await;
    let here = town.anon();
    accounts::sign_in(&here, Door::Console, "owner@harbour.example", PASSWORD).await.unwrap();
    let before = token_of(&here).unwrap();
    let here = town.with_token(&before).await.unwrap();
    let elsewhere = town.anon();
    accounts::sign_in(&elsewhere, Door::Console, "owner@harbour.example", PASSWORD).await.unwrap();
    let elsewhere = token_of(&elsewhere).unwrap();

    let wrong = passwords::change(&here, "not this one", NEW).await.unwrap_err();
    assert!(matches!(wrong, Error::Invalid(invalid) if invalid.of("current") == Some(Problem::WrongPassword)));
    let weak = passwords::change(&here, PASSWORD, "mira anand").await.unwrap_err();
    assert!(matches!(weak, Error::Invalid(invalid) if invalid.of("password") == Some(Problem::PasswordTooWeak)));
    assert!(town.with_token(&elsewhere).await.is_some());

    passwords::change(&here, PASSWORD, NEW).await.unwrap();
    let after = token_of(&here).unwrap();
    assert!(town.with_token(&before).await.is_none());
    assert!(town.with_token(&elsewhere).await.is_none());
    assert!(town.with_token(&after).await.is_some());
    town.post().await;
    assert_eq!(town.mailer.to("owner@harbour.example").len(), 1);
    assert!(matches!(passwords::change(&town.anon(), PASSWORD, NEW).await, Err(Error::NotSignedIn)));
}

async fn where_a_reset_lands(town: Town) {
    let Staff { owner, group } = town.practice().await;
    town.user(group, "both@harbour.example", Level::AdminFull).await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "both@harbour.example").await;
    for (email, door) in [("owner@harbour.example", Door::Console), ("both@harbour.example", Door::Portal)] {
        passwords::request_link(&town.anon(), email).await.unwrap();
        let token = town.link_to(email).await;
        let ctx = town.anon();
        assert_eq!(passwords::set_by_link(&ctx, &token, NEW).await.unwrap(), door);
        assert_eq!(town.follow(&ctx).await.actor().unwrap().door(), door);
    }
}

async fn a_blocked_patients_invitation_is_not_accepted(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let open = town.patient(&owner, "Ann", "Lee").await;
    let shut = town.patient(&owner, "Bob", "Lee").await;
    town.invite(&owner, open, "family@example.org").await;
    town.invite(&owner, shut, "family@example.org").await;
    let blocked = domain::patient::DetailsForm { status: "blocked".to_owned(), ..crate::town::details("Bob", "Lee") };
    patients::save(&owner, shut, patients::profile(&owner, shut).await.unwrap().version, &blocked).await.unwrap();
    passwords::request_link(&town.anon(), "family@example.org").await.unwrap();
    town.post().await;
    let letters = town.mailer.to("family@example.org");
    let token = letters.iter().find(|letter| letter.subject == "password link").map(crate::town::link_in).unwrap();
    let phone = town.anon();
    passwords::set_by_link(&phone, &token, NEW).await.unwrap();
    let records = portal::start(&town.follow(&phone).await).await.unwrap().records;
    assert_eq!(records.into_iter().map(|record| record.patient).collect::<Vec<_>>(), [open]);
}

/// Rule 17: by account from anywhere, and by address for anybody.
async fn asking_is_slowed(town: Town) {
    for n in 0..12 {
        let answer = passwords::request_link(&town.anon(), "same@example.org").await;
        assert_eq!(matches!(answer, Err(Error::TooMany { .. })), n >= 10, "{n}");
    }
    for n in 0..32 {
        let answer = passwords::request_link(&town.anon_at("192.0.2.77"), &format!("p{n}@example.org")).await;
        assert_eq!(matches!(answer, Err(Error::TooMany { .. })), n >= 30, "{n}");
    }
}
