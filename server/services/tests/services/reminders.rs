//! Reminders before an invitation's link runs out: once, with a link that works, only while it is of use.

use std::sync::Arc;

use domain::{
    ids::{InvitationId, PatientId},
    invitation::{LinkPage, State},
    limits::MAIL_LEASE,
    mail::Failure,
    page::PageRequest,
    patient::Status,
    practice::{MessageForm, PatientAccessForm},
    time::Span,
};
use services::{Ctx, invitations, mails, patients, settings};

use crate::{
    town::{Staff, Town, access_form, details, link_in},
    world::Smtp,
};

const LIEN: &str = "lien@example.org";

on_both_engines! {
    one_mail_with_a_link_that_works,
    nobody_is_reminded_in_vain,
    what_is_decided_when_it_leaves,
    a_newer_link_has_its_own,
    two_servers_queue_one,
    a_reminder_that_fails_changes_nothing_about_the_invitation,
    the_group_may_do_without,
    many_who_were_invited_at_once,
}

async fn invited(town: &Town) -> (Ctx, PatientId, InvitationId) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let id = town.invite(&owner, patient, LIEN).await;
    town.post().await;
    (owner, patient, id)
}

fn got(town: &Town, email: &str) -> Vec<String> {
    town.mailer.to(email).into_iter().map(|letter| letter.subject).collect()
}

/// Sends what is due after so many hours.
async fn after(town: &Town, hours: u32) {
    town.clock.pass(Span::hours(hours));
    town.post().await;
}

async fn page(town: &Town, token: &str) -> LinkPage {
    invitations::link_page(&town.anon(), token).await.unwrap()
}

/// One reminder, when a quarter of 24 hours is left. Its link works, and so does the first one; the list shows the invitation
/// as sent all the time, by the time of its own mail.
async fn one_mail_with_a_link_that_works(town: Town) {
    let (owner, patient, id) = invited(&town).await;
    let sent = town.row(&owner, patient, id).await.state;
    after(&town, 17).await;
    assert_eq!(got(&town, LIEN), ["invitation"]);
    after(&town, 1).await;
    assert_eq!(got(&town, LIEN), ["invitation", "reminder"]);
    assert_eq!(town.row(&owner, patient, id).await.state, sent);
    after(&town, 3).await;
    after(&town, 30).await;
    assert_eq!(got(&town, LIEN), ["invitation", "reminder"]);

    let (owner, patient, id) = invited(&town).await;
    after(&town, 18).await;
    let letters = town.mailer.to(LIEN);
    let [.., first, reminder] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(reminder.text.contains("hours=6"), "{}", reminder.text);
    let (first, second) = (link_in(first), link_in(reminder));
    assert_ne!(first, second);
    for link in [&first, &second] {
        assert!(matches!(page(&town, link).await, LinkPage::SetPassword { .. }), "{link}");
    }
    invitations::opened(&town.anon(), &second).await.unwrap();
    assert!(matches!(town.row(&owner, patient, id).await.state, State::Opened(_)));
    invitations::accept(&town.anon(), &second, "a long way to the harbour").await.unwrap();
    assert!(matches!(page(&town, &first).await, LinkPage::Used { .. }), "both are one link, which works once");
    // What is sealed is forgotten when the mail has left.
    assert_eq!(town.engine.texts("SELECT kind FROM outbox WHERE sealed IS NOT NULL").await, Vec::<String>::new());
}

/// Not who opened the link, accepted, was taken back or whose mail failed; not of a link that lives for a few hours only.
async fn nobody_is_reminded_in_vain(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let invite = async |email: &str| {
        let patient = town.patient(&owner, "Lien", email).await;
        let id = town.invite(&owner, patient, email).await;
        town.post().await;
        (patient, id)
    };
    let (opened, accepted, revoked) = ("opened@example.org", "accepted@example.org", "revoked@example.org");
    let (failed, waits, short) = ("failed@example.org", "waits@example.org", "short@example.org");
    invite(opened).await;
    invitations::opened(&town.anon(), &town.link_to(opened).await).await.unwrap();
    invite(accepted).await;
    let token = town.link_to(accepted).await;
    invitations::accept(&town.anon(), &token, "a long way to the harbour").await.unwrap();
    let (patient, id) = invite(revoked).await;
    invitations::revoke(&owner, patient, id).await.unwrap();
    town.mailer.set_for(failed, Smtp::Fails(Failure::Rejected));
    invite(failed).await;
    town.mailer.set_for(waits, Smtp::Fails(Failure::Deferred));
    invite(waits).await;
    let version = settings::patient_access(&owner).await.unwrap().version;
    settings::save_patient_access(&owner, version, &access_form(true, 8)).await.unwrap();
    invite(short).await;
    for _ in 0..23 {
        after(&town, 1).await;
    }
    assert!(town.mailer.all().iter().all(|letter| letter.subject != "reminder"), "{:?}", town.mailer.all());
    assert_eq!(town.engine.count("invitations WHERE remind_at IS NOT NULL").await, 0);
}

/// What is true when the mail leaves counts: what was queued before the record was closed, the link opened or the invitation
/// taken back does not leave, and says nothing to whoever invited.
async fn what_is_decided_when_it_leaves(town: Town) {
    for change in 0..3 {
        let (owner, patient, id) = invited(&town).await;
        let before = got(&town, LIEN).len();
        let first = link_in(town.mailer.to(LIEN).last().unwrap());
        town.mailer.set(Smtp::Fails(Failure::Deferred));
        after(&town, 18).await;
        assert_eq!(town.engine.texts("SELECT kind FROM outbox WHERE due_at IS NOT NULL").await, ["reminder"]);
        match change {
            0 => invitations::opened(&town.anon(), &first).await.unwrap(),
            1 => invitations::revoke(&owner, patient, id).await.unwrap(),
            _ => {
                let version = patients::profile(&owner, patient).await.unwrap().version;
                let mut form = details("Lien", "Nguyen");
                form.status = Status::Blocked.code().to_owned();
                patients::save(&owner, patient, version, &form).await.unwrap();
            }
        }
        town.mailer.set(Smtp::Works);
        after(&town, 1).await;
        assert_eq!(got(&town, LIEN).len(), before, "change {change}");
        assert_eq!(town.engine.count("outbox WHERE due_at IS NOT NULL OR parked_at IS NOT NULL").await, 0);
        assert!(!matches!(town.row(&owner, patient, id).await.state, State::Failed(_)));
    }
}

/// A link that was sent again has a reminder of its own, and the one before has none any more.
async fn a_newer_link_has_its_own(town: Town) {
    let (owner, patient, id) = invited(&town).await;
    town.clock.pass(Span::hours(10));
    invitations::resend(&owner, patient, id).await.unwrap();
    after(&town, 0).await;
    after(&town, 8).await;
    assert_eq!(got(&town, LIEN), ["invitation", "invitation"]);
    after(&town, 10).await;
    assert_eq!(got(&town, LIEN), ["invitation", "invitation", "reminder"]);
    // A reminder that waits for the mail server is overtaken by a newer link.
    let (owner, patient, id) = invited(&town).await;
    let before = got(&town, LIEN).len();
    town.mailer.set(Smtp::Fails(Failure::Deferred));
    after(&town, 18).await;
    invitations::resend(&owner, patient, id).await.unwrap();
    town.mailer.set(Smtp::Works);
    after(&town, 1).await;
    assert_eq!(got(&town, LIEN)[before..], ["invitation"]);
}

/// RC-04: of several servers at once, and of one that was killed with the mail in hand, one mail.
async fn two_servers_queue_one(town: Town) {
    let (.., id) = invited(&town).await;
    town.clock.pass(Span::hours(18));
    let (one, other) = (Arc::clone(&town.services), Arc::clone(&town.services));
    let never = || false;
    let (a, b) = tokio::join!(mails::deliver_due(&one, &never), mails::deliver_due(&other, &never));
    a.unwrap();
    b.unwrap();
    assert_eq!(got(&town, LIEN), ["invitation", "reminder"], "{id}");

    let (.., id) = invited(&town).await;
    town.mailer.set(Smtp::Hangs);
    town.clock.pass(Span::hours(18));
    let killed = tokio::time::timeout(std::time::Duration::from_millis(300), mails::deliver_due(&one, &never)).await;
    assert!(killed.is_err(), "{id}");
    town.mailer.set(Smtp::Works);
    town.clock.pass(MAIL_LEASE);
    town.clock.pass(Span::seconds(1));
    town.post().await;
    assert_eq!(got(&town, LIEN)[2..], ["invitation", "reminder"]);
}

/// A refused reminder is shown among the mails that did not leave; the invitation stays as sent, and nobody is rung for it.
async fn a_reminder_that_fails_changes_nothing_about_the_invitation(town: Town) {
    let (owner, patient, id) = invited(&town).await;
    let bell = services::notifications::unread(&owner).await.unwrap();
    town.mailer.set(Smtp::Fails(Failure::Rejected));
    after(&town, 18).await;
    assert!(matches!(town.row(&owner, patient, id).await.state, State::Sent(_)));
    assert_eq!(services::notifications::unread(&owner).await.unwrap(), bell);
    let stuck = mails::list(&owner, &PageRequest::default()).await.unwrap().page.rows;
    assert_eq!(
        stuck.iter().map(|row| (row.kind.code(), row.failure)).collect::<Vec<_>>(),
        [("reminder", Failure::Rejected)]
    );
    town.mailer.set(Smtp::Works);
    mails::retry(&owner, stuck[0].id).await.unwrap();
    town.post().await;
    assert_eq!(got(&town, LIEN), ["invitation", "reminder"]);
}

/// A setting of the group, on at first; and a reminder comes out of the group's credit as every mail to its patients.
async fn the_group_may_do_without(town: Town) {
    let (owner, ..) = invited(&town).await;
    let seen = settings::patient_access(&owner).await.unwrap();
    assert!(seen.reminders);
    settings::save_patient_access(
        &owner,
        seen.version,
        &PatientAccessForm { reminders: String::new(), ..access_form(true, 24) },
    )
    .await
    .unwrap();
    assert!(!settings::patient_access(&owner).await.unwrap().reminders);
    after(&town, 18).await;
    assert_eq!(got(&town, LIEN), ["invitation"]);

    let (owner, ..) = invited(&town).await;
    let messages = settings::messages(&owner).await.unwrap();
    let form = MessageForm { monthly_credit: "1".into(), reminder_hours: "24".into(), ..MessageForm::default() };
    settings::save_messages(&owner, messages.version, &form).await.unwrap();
    after(&town, 18).await;
    assert_eq!(got(&town, LIEN), ["invitation", "invitation"]);
    assert!(mails::list(&owner, &PageRequest::default()).await.unwrap().page.rows.is_empty());
}

/// Each of many has one, and nothing waits in the outbox for it.
async fn many_who_were_invited_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    for n in 0..120 {
        let patient = town.patient(&owner, "Lien", &format!("Number{n}")).await;
        town.invite(&owner, patient, &format!("number{n}@example.org")).await;
    }
    town.post().await;
    assert_eq!(town.engine.count("outbox WHERE due_at IS NOT NULL").await, 0);
    after(&town, 18).await;
    for n in 0..120 {
        assert_eq!(got(&town, &format!("number{n}@example.org")), ["invitation", "reminder"]);
    }
}
