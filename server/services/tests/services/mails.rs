//! The outbox: outages, refusals, hanging servers, revoked invitations, several workers.

use std::{sync::Arc, time::Duration};

use domain::{
    account::Door,
    form::SendForm,
    invitation::State,
    limits::MAIL_LEASE,
    mail::{Failure, Kind, StuckMail, Trouble},
    notification::News,
    page::PageRequest,
    practice::MessageForm,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, forms, invitations, mails, notifications, passwords, portal_users, settings, sweep::sweep};

use crate::{
    forms::published,
    town::{PASSWORD, Staff, Town, link_in},
    users::{TEMPORARY, add as add_user, form as users_form},
    world::Smtp,
};

on_both_engines! {
    an_outage_of_an_hour,
    not_now,
    never,
    dropped_after_the_data,
    a_server_that_hangs,
    an_outage_longer_than_the_link,
    two_workers,
    a_worker_that_died,
    the_key_is_gone,
    parked_mail_is_the_groups_own,
    an_old_password_link_does_not_leave,
    what_waits_in_vain_is_shown,
    a_newer_servers_mail_holds_up_nothing,
    stopping_takes_no_further_mail,
    stuck_mail_to_portal_users_names_whom_it_may,
    parked_mail_about_accounts_is_shown,
    what_is_over_is_swept,
    patients_mail_goes_in_the_groups_name_and_out_of_its_credit,
    what_was_given_up_leaves_when_it_is_tried_again,
}

async fn stuck(ctx: &Ctx) -> Vec<StuckMail> {
    mails::list(ctx, &PageRequest::default()).await.unwrap().page.rows
}

/// down for an hour; within five minutes of its return everything is delivered, once.
async fn an_outage_of_an_hour(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    town.mailer.set(Smtp::Fails(Failure::Unreachable));
    for n in 0..5 {
        let patient = town.patient(&owner, "Ann", &format!("Lee{n}")).await;
        town.invite(&owner, patient, &format!("ann{n}@example.org")).await;
    }
    for _ in 0..60 {
        town.clock.pass(Span::minutes(1));
        town.post().await;
    }
    assert!(town.mailer.all().is_empty());
    town.mailer.set(Smtp::Works);
    for _ in 0..5 {
        town.clock.pass(Span::minutes(1));
        town.post().await;
    }
    let mut to: Vec<String> = town.mailer.all().iter().map(|letter| letter.to.as_str().to_owned()).collect();
    to.sort_unstable();
    assert_eq!(to, (0..5).map(|n| format!("ann{n}@example.org")).collect::<Vec<_>>());
    // The link is as good as if nothing had been.
    let token = link_in(&town.mailer.to("ann3@example.org")[0]);
    invitations::accept(&town.anon(), &token, PASSWORD).await.unwrap();
}

/// 4xx is tried again later, and the worker says when.
async fn not_now(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::Deferred));
    let now = owner.now();
    assert_eq!(mails::deliver_due(&town.services, &|| false).await.unwrap(), Some(now + Span::seconds(5)));
    town.post().await;
    assert_eq!(town.mailer.tries(), 1, "not before its time");
    assert_eq!(town.row(&owner, patient, id).await.state, State::Queued);
    town.mailer.set(Smtp::Works);
    town.clock.pass(Span::seconds(5));
    assert_eq!(mails::deliver_due(&town.services, &|| false).await.unwrap(), None);
    assert_eq!(town.mailer.all().len(), 1);
}

/// 5xx shows at once, is not tried again by itself, the inviter is told; staff may try it again.
async fn never(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    town.post().await;
    town.clock.pass(Span::hours(2));
    town.post().await;
    assert_eq!(town.mailer.tries(), 1);
    assert!(matches!(town.row(&owner, patient, id).await.state, State::Failed(_)));
    let bell = notifications::list(&owner, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(bell[0].news, News::InvitationFailed { patient, invitation: id });
    let parked = mails::list(&owner, &PageRequest::default()).await.unwrap().page.rows;
    assert_eq!(parked.len(), 1);
    assert_eq!((parked[0].about.as_str(), parked[0].failure, parked[0].tries), ("Ann Lee", Failure::Rejected, 1));
    assert_eq!(parked[0].invitation, Some(id));

    town.mailer.set(Smtp::Works);
    mails::retry(&owner, parked[0].id).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.to("ann@example.org").len(), 1);
    assert!(matches!(town.row(&owner, patient, id).await.state, State::Sent(_)));
    assert!(mails::list(&owner, &PageRequest::default()).await.unwrap().page.rows.is_empty());
    assert!(matches!(mails::retry(&owner, parked[0].id).await, Err(Error::NotFound)));
    let token = link_in(&town.mailer.to("ann@example.org")[0]);
    invitations::accept(&town.anon(), &token, PASSWORD).await.unwrap();
}

/// the server took it but nobody heard: the repeated mail has the same id and the same link.
async fn dropped_after_the_data(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::DropsAfterData);
    town.post().await;
    town.mailer.set(Smtp::Works);
    town.clock.pass(Span::minutes(1));
    town.post().await;
    let letters = town.mailer.to("ann@example.org");
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].id, letters[1].id);
    assert_eq!(link_in(&letters[0]), link_in(&letters[1]));
}

/// a server that hangs on one letter holds up no other, and is given up on after half a minute.
async fn a_server_that_hangs(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let slow = town.patient(&owner, "Slow", "Lee").await;
    let id = town.invite(&owner, slow, "slow@example.org").await;
    for n in 0..9 {
        let patient = town.patient(&owner, "Ann", &format!("Lee{n}")).await;
        town.invite(&owner, patient, &format!("ann{n}@example.org")).await;
    }
    town.mailer.set_for("slow@example.org", Smtp::Hangs);
    let services = Arc::clone(&town.services);
    let worker = tokio::spawn(async move { mails::deliver_due(&services, &|| false).await });
    let others = async {
        while town.engine.mails_sent().await < 9 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The other lanes look once more and find nothing.
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    tokio::time::timeout(Duration::from_secs(20), others).await.expect("the others wait for the slow one");
    assert!(!worker.is_finished());
    // While a blocking task runs, a stopped clock does not run ahead by itself and trip the database's own patience.
    let (let_go, held) = std::sync::mpsc::channel::<()>();
    let hold = tokio::task::spawn_blocking(move || held.recv());
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    drop(let_go);
    hold.await.unwrap().unwrap_err();
    worker.await.unwrap().unwrap();
    assert_eq!(town.row(&owner, slow, id).await.state, State::Queued);
    town.mailer.set_for("slow@example.org", Smtp::Works);
    town.clock.pass(Span::minutes(1));
    town.post().await;
    assert_eq!(town.mailer.all().len(), 10);
}

/// R-26, B-06: the mail is forgotten when its link is over; nothing dead is sent, the list says that it never got there,
/// and the bell tells who invited.
async fn an_outage_longer_than_the_link(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::Unreachable));
    town.post().await;
    town.clock.pass(Span::hours(25));
    town.mailer.set(Smtp::Works);
    assert_eq!(mails::deliver_due(&town.services, &|| false).await.unwrap(), None);
    assert!(town.mailer.all().is_empty());
    let row = town.row(&owner, patient, id).await;
    assert!(matches!(row.state, State::Failed(_)));
    assert!(matches!(row.failure, Some(Failure::GaveUp | Failure::KeyMissing)), "{:?}", row.failure);
    let bell = notifications::list(&owner, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(bell.len(), 1);
    assert_eq!(bell[0].news, News::InvitationFailed { patient, invitation: id });
    invitations::resend(&owner, patient, id).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.all().len(), 1);
}

/// Several servers run workers: nobody gets two mails.
async fn two_workers(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    for n in 0..20 {
        let patient = town.patient(&owner, "Ann", &format!("Lee{n}")).await;
        town.invite(&owner, patient, &format!("ann{n}@example.org")).await;
    }
    let workers = (0..3).map(|_| mails::deliver_due(&town.services, &|| false));
    for outcome in futures::future::join_all(workers).await {
        outcome.unwrap();
    }
    assert_eq!(town.mailer.all().len(), 20);
    assert_eq!(town.mailer.tries(), 20);
}

/// A worker died with a mail in hand: when its lease is over another takes it.
async fn a_worker_that_died(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "ann@example.org").await;
    let mut work = town.begin().await;
    assert_eq!(work.unscoped_claim_mail(owner.now(), MAIL_LEASE, 5).await.unwrap().len(), 1);
    work.save().await.unwrap();
    assert_eq!(mails::deliver_due(&town.services, &|| false).await.unwrap(), Some(owner.now() + MAIL_LEASE));
    assert!(town.mailer.all().is_empty());
    town.clock.pass(MAIL_LEASE);
    town.post().await;
    assert_eq!(town.mailer.all().len(), 1);
}

async fn the_key_is_gone(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    town.safe.lose_key();
    town.post().await;
    assert!(town.mailer.all().is_empty());
    let row = town.row(&owner, patient, id).await;
    assert!(matches!(row.state, State::Failed(_)));
    assert!(matches!(row.failure, Some(Failure::GaveUp | Failure::KeyMissing)), "{:?}", row.failure);
    let parked = mails::list(&owner, &PageRequest::default()).await.unwrap().page.rows;
    assert_eq!(parked[0].failure, Failure::KeyMissing);
    // A new link is sealed with the new key, and takes the place of the parked one.
    invitations::resend(&owner, patient, id).await.unwrap();
    assert!(stuck(&owner).await.is_empty());
    town.post().await;
    assert_eq!(town.mailer.all().len(), 1);
}

async fn parked_mail_is_the_groups_own(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    town.post().await;
    let parked = mails::list(&owner, &PageRequest::default()).await.unwrap().page.rows;
    assert!(mails::list(&other.owner, &PageRequest::default()).await.unwrap().page.rows.is_empty());
    assert!(matches!(mails::retry(&other.owner, parked[0].id).await, Err(Error::NotFound)));
    let clinical = town.user(group, "c@harbour.example", Level::Clinical).await;
    assert!(matches!(mails::list(&clinical, &PageRequest::default()).await, Err(Error::Forbidden(_))));
}

async fn an_old_password_link_does_not_leave(town: Town) {
    town.practice().await;
    town.mailer.set(Smtp::Fails(Failure::Unreachable));
    passwords::request_link(&town.anon(), "owner@harbour.example", Door::Portal).await.unwrap();
    passwords::request_link(&town.anon(), "owner@harbour.example", Door::Portal).await.unwrap();
    town.post().await;
    town.clock.pass(Span::minutes(5));
    town.mailer.set(Smtp::Works);
    town.post().await;
    assert_eq!(town.mailer.all().len(), 1, "only the last link works, only it is sent");
    passwords::request_link(&town.anon(), "owner@harbour.example", Door::Portal).await.unwrap();
    town.clock.pass(Span::hours(2));
    town.post().await;
    assert_eq!(town.mailer.all().len(), 1, "dead before it left");
}

/// mail that waits is seen before anybody misses it: from the third try on, with the reason and the next try; and so
/// is that there is no mail server at all.
async fn what_waits_in_vain_is_shown(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::SignInRefused));
    for _ in 0..2 {
        town.post().await;
        assert!(stuck(&owner).await.is_empty(), "it may be a hiccup");
        town.clock.pass(Span::minutes(1));
    }
    town.post().await;
    let page = mails::list(&owner, &PageRequest::default()).await.unwrap();
    assert!(page.configured);
    let [one] = page.page.rows.as_slice() else { panic!("{:?}", page.page) };
    assert_eq!((one.about.as_str(), one.failure, one.tries), ("Ann Lee", Failure::SignInRefused, 3));
    assert_eq!(one.trouble, Trouble::Waiting { next_try: owner.now() + Span::seconds(20) });
    assert_eq!(one.invitation, Some(id));
    assert!(matches!(mails::retry(&owner, one.id).await, Err(Error::NotFound)), "it waits already");
    town.mailer.set_configured(false);
    assert!(!mails::list(&owner, &PageRequest::default()).await.unwrap().configured);
    town.mailer.set(Smtp::Works);
    town.clock.pass(Span::minutes(1));
    town.post().await;
    assert!(stuck(&owner).await.is_empty());
}

/// A row that only a newer server understands waits for that one; a row that nobody can read is parked. All other mail
/// leaves, and the worker does not run in circles.
async fn a_newer_servers_mail_holds_up_nothing(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    for (first, email) in [("New", "new@example.org"), ("Odd", "odd@example.org"), ("Ann", "ann@example.org")] {
        let patient = town.patient(&owner, first, "Lee").await;
        town.invite(&owner, patient, email).await;
    }
    town.engine.execute("UPDATE outbox SET kind = 'newer' WHERE email = 'new@example.org'").await;
    town.engine.execute("UPDATE outbox SET email = 'no address' WHERE email = 'odd@example.org'").await;
    town.post().await;
    assert_eq!(mails::deliver_due(&town.services, &|| false).await.unwrap(), None);
    assert_eq!(town.mailer.all().len(), 1);
    assert_eq!(town.mailer.to("ann@example.org").len(), 1);
    let stuck = stuck(&owner).await;
    assert_eq!(stuck.iter().map(|mail| mail.failure).collect::<Vec<_>>(), [Failure::Unreadable]);
}

/// What goes to portal users names the patient; of a user of the group who is one of them, nothing is told.
async fn stuck_mail_to_portal_users_names_whom_it_may(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let form = published(&owner, "Questions").await;
    town.user(group, "desk@harbour.example", Level::CalendarContacts).await;
    let mut people = Vec::new();
    for (first, email) in [("Ann", "ann@example.org"), ("Ben", "desk@harbour.example")] {
        let patient = town.patient(&owner, first, "Lee").await;
        town.portal_user(&owner, patient, email).await;
        people.push(patient);
    }
    for patient in people {
        let to = portal_users::list(&owner, patient).await.unwrap()[0].id;
        let form = SendForm { to: to.to_string(), forms: vec![form], message: String::new() };
        forms::send(&owner, patient, &form).await.unwrap();
    }
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    town.post().await;
    let mut seen: Vec<_> = stuck(&owner).await.into_iter().map(|mail| (mail.kind, mail.about)).collect();
    seen.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(seen, [(Kind::FormsAsked, String::new()), (Kind::FormsAsked, "Ann Lee".to_owned())]);
}

/// a server that is told to stop does not empty its outbox first.
async fn stopping_takes_no_further_mail(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    for n in 0..12 {
        let patient = town.patient(&owner, "Ann", &format!("Lee{n}")).await;
        town.invite(&owner, patient, &format!("ann{n}@example.org")).await;
    }
    assert!(mails::deliver_due(&town.services, &|| true).await.unwrap().is_some());
    assert_eq!(town.mailer.tries(), 0);
    mails::deliver_due(&town.services, &|| town.mailer.tries() >= 2).await.unwrap();
    let left = town.mailer.tries();
    assert!((2..8).contains(&left), "{left}");
    assert_eq!(town.engine.mails_sent().await, i64::try_from(left).unwrap(), "none is put down half-way");
    town.clock.pass(MAIL_LEASE);
    town.post().await;
    assert_eq!(town.mailer.all().len(), 12);
}

/// mail about an account belongs to no group; the groups that know the person see it, with no more than they see
/// anyway, and may try it again.
async fn parked_mail_about_accounts_is_shown(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.portal_user(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    for email in ["owner@harbour.example", "ann@example.org"] {
        passwords::request_link(&town.anon(), email, Door::Portal).await.unwrap();
        town.clock.pass(Span::seconds(1));
    }
    town.post().await;
    let about = |mails: &[StuckMail]| mails.iter().map(|mail| mail.about.clone()).collect::<Vec<_>>();
    let seen = stuck(&owner).await;
    assert_eq!(about(&seen), ["Ann Lee", "Dr Mira Anand"]);
    assert!(seen.iter().all(|mail| mail.kind == Kind::PasswordLink && mail.invitation.is_none()));
    assert!(stuck(&other.owner).await.is_empty());
    let settings = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let hidden = town.user_with(group, "desk@harbour.example", Level::AdminFull, settings, UserState::Active).await;
    let seen_hidden = about(&stuck(&hidden.unwrap()).await);
    assert!(seen_hidden[0].starts_with("PT-"), "{seen_hidden:?}");

    town.mailer.set(Smtp::Works);
    assert!(matches!(mails::retry(&other.owner, seen[0].id).await, Err(Error::NotFound)));
    let sent = town.mailer.all().len();
    mails::retry(&owner, seen[0].id).await.unwrap();
    mails::retry(&owner, seen[1].id).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.all().len(), sent + 2);
    assert!(stuck(&owner).await.is_empty());
}

/// Nothing stays for ever: not what was given up, not the sealed tokens of dead links, not the links; and not only the first
/// thousand of it.
async fn what_is_over_is_swept(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    passwords::request_link(&town.anon(), "owner@harbour.example", Door::Console).await.unwrap();
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    town.post().await;
    let sealed = async || town.engine.count("outbox WHERE sealed IS NOT NULL").await;
    let swept = async || sweep(&town.services, &|| false).await.unwrap();
    swept().await;
    assert_eq!(sealed().await, 2, "both may be tried again");
    town.clock.pass(Span::hours(1));
    swept().await;
    assert_eq!(sealed().await, 1, "the password link is dead");
    invitations::revoke(&owner, patient, id).await.unwrap();
    swept().await;
    assert_eq!(sealed().await, 0);
    assert_eq!(town.engine.count("password_links").await, 1);
    // What was dead when it was tried again is dropped without a word.
    for mail in stuck(&owner).await {
        mails::retry(&owner, mail.id).await.unwrap();
    }
    town.mailer.set(Smtp::Works);
    town.post().await;
    assert_eq!((town.mailer.all().len(), town.engine.count("outbox").await), (0, 0));

    let second = town.invite(&owner, patient, "ann@example.org").await;
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    town.post().await;
    assert_eq!(stuck(&owner).await[0].invitation, Some(second));
    for n in 0..25 {
        let rows: Vec<String> = (0..100).map(|m| format!("('k{n}.{m}', 1, 1)")).collect();
        town.engine.execute(&format!("INSERT INTO throttle (key, tries, ends_at) VALUES {}", rows.join(", "))).await;
    }
    sweep(&town.services, &|| true).await.unwrap();
    assert!(town.engine.count("throttle").await >= 2_500, "told to stop");
    town.clock.pass(Span::days(31));
    swept().await;
    for table in ["throttle WHERE ends_at = 1", "outbox", "password_links"] {
        assert_eq!(town.engine.count(table).await, 0, "{table}");
    }
}

// S4-09: sender, where answers go, and no more than so many in a calendar month.
async fn patients_mail_goes_in_the_groups_name_and_out_of_its_credit(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let form = MessageForm {
        sender: "Harbour front desk".into(),
        reply_to: "desk@harbour.example".into(),
        monthly_credit: "1".into(),
        reminder_hours: "24".into(),
        ..MessageForm::default()
    };
    let version = settings::messages(&owner).await.unwrap().version;
    settings::save_messages(&owner, version, &form).await.unwrap();
    let mut patients = Vec::new();
    for n in 0..2 {
        let patient = town.patient(&owner, "Ann", &format!("Lee{n}")).await;
        town.invite(&owner, patient, &format!("ann{n}@example.org")).await;
        town.post().await;
        patients.push(patient);
    }
    let letter = &town.mailer.to("ann0@example.org")[0];
    assert_eq!(letter.from_name, "Harbour front desk");
    assert_eq!(letter.reply_to.as_ref().unwrap().as_str(), "desk@harbour.example");
    assert_eq!(settings::messages(&owner).await.unwrap().used, 1);
    // The second waits, whoever sent it is told, and it leaves when there is credit again.
    assert!(town.mailer.to("ann1@example.org").is_empty());
    let waits = stuck(&owner).await;
    assert_eq!(waits.iter().map(|mail| mail.failure).collect::<Vec<_>>(), [Failure::CreditUsed]);
    let bell = notifications::list(&owner, &PageRequest::default()).await.unwrap().rows;
    assert!(matches!(bell[0].news, News::InvitationFailed { patient, .. } if patient == patients[1]));
    mails::retry(&owner, waits[0].id).await.unwrap();
    town.post().await;
    assert!(town.mailer.to("ann1@example.org").is_empty(), "there is still none");
    let more = MessageForm { monthly_credit: "2".into(), ..form };
    let version = settings::messages(&owner).await.unwrap().version;
    settings::save_messages(&owner, version, &more).await.unwrap();
    mails::retry(&owner, stuck(&owner).await[0].id).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.to("ann1@example.org").len(), 1);
    // Mail about accounts is not the group's to pay for.
    passwords::request_link(&town.anon(), "owner@harbour.example", Door::Console).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.to("owner@harbour.example").len(), 1);
    assert_eq!(settings::messages(&owner).await.unwrap().used, 2);
}

/// a welcome that could not leave for days leaves when somebody tries it again.
async fn what_was_given_up_leaves_when_it_is_tried_again(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let new = users_form("practitioner", "noor@harbour.example", Level::Personal);
    add_user(&town, &owner, new, TEMPORARY).await.unwrap();
    town.mailer.set(Smtp::Fails(Failure::Unreachable));
    for _ in 0..30 {
        town.post().await;
        town.clock.pass(Span::hours(1));
    }
    let waits = stuck(&owner).await;
    assert_eq!(waits.iter().map(|mail| mail.failure).collect::<Vec<_>>(), [Failure::GaveUp]);
    town.mailer.set(Smtp::Works);
    mails::retry(&owner, waits[0].id).await.unwrap();
    town.post().await;
    let letters = town.mailer.to("noor@harbour.example");
    assert_eq!(letters.iter().map(|letter| letter.subject.as_str()).collect::<Vec<_>>(), ["welcome"]);
}
