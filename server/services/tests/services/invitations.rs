//! Invite a patient, end to end, and everything that can go wrong on the way.

use domain::{
    account::Door,
    audit::Action,
    error::{Conflict, Problem, Refusal},
    ids::{InvitationId, PatientId},
    invitation::{InviteForm, LinkPage, State},
    mail::Failure,
    notification::News,
    page::PageRequest,
    patient::{ContactForm, PortalState},
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, accounts, invitations, mails, notifications, passwords, patients, portal, settings};

use crate::{
    answers::conflict,
    town::{PASSWORD, Staff, Town, access_form, details, form, link_in, overloaded, token_of},
    world::Smtp,
};

on_both_engines! {
    the_walk,
    a_link_lives_for_a_day,
    after_expiry_forgotten_password_lets_in,
    one_account_for_all_patients,
    practitioners_are_refused,
    an_address_that_became_a_practitioners,
    the_two_addresses_must_be_the_same,
    a_contacts_address_is_refused,
    who_is_in_the_portal_already,
    the_message_and_its_merge_fields,
    a_template_is_used,
    the_switch_of_the_group,
    who_may_not_invite,
    blocked_and_deceased,
    the_states_of_the_list,
    a_resent_link_replaces_the_one_before,
    invited_again_replaces_the_invitation,
    revoked_is_dead,
    a_fresh_link_goes_to_the_invited_address_only,
    a_dead_link_names_the_practice_and_nobody_else,
    guessed_links,
    accepting_with_the_wrong_account,
    an_account_with_a_password_signs_in_first,
    a_weak_password_accepts_nothing,
    fifty_accept_at_once,
    twenty_invite_at_once,
    everything_at_once,
    a_console_user_confirms_and_lands_in_the_portal,
}

async fn page(town: &Town, token: &str) -> LinkPage {
    invitations::link_page(&town.anon(), token).await.unwrap()
}

fn problem<T: std::fmt::Debug>(answer: Result<T, Error>, field: &str) -> Problem {
    match answer.unwrap_err() {
        Error::Invalid(invalid) => invalid.of(field).unwrap_or_else(|| panic!("{invalid:?}")),
        other => panic!("{other:?}"),
    }
}

async fn records(ctx: &Ctx) -> Vec<PatientId> {
    portal::start(ctx).await.unwrap().records.into_iter().map(|record| record.patient).collect()
}

/// S1-11, S1-12, S1-13, S1-14, S3-19: invited, the mail is there with its link, the password set, the portal open, the
/// inviter told.
async fn the_walk(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let lien = town.patient(&owner, "Lien", "Nguyen").await;
    let start = invitations::start(&owner, lien).await.unwrap();
    assert_eq!((start.patient.as_str(), start.link_hours, start.pending), ("Lien Nguyen", 24, false));

    let id = town.invite(&owner, lien, "lien@example.org").await;
    assert_eq!(town.row(&owner, lien, id).await.state, State::Queued);
    assert!(town.mailer.all().is_empty(), "inviting waits for no mail server");
    assert_eq!(patients::profile(&owner, lien).await.unwrap().portal, PortalState::Invited);
    assert!(invitations::start(&owner, lien).await.unwrap().pending);

    town.post().await;
    let letters = town.mailer.to("lien@example.org");
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("Dr Mira Anand 02 5550 0001 hours=24 has_password=false"), "{}", letters[0].text);
    assert_eq!(letters[0].from_name, "Harbour Health");
    assert!(matches!(town.row(&owner, lien, id).await.state, State::Sent(_)));

    let token = link_in(&letters[0]);
    assert!(
        matches!(page(&town, &token).await, LinkPage::SetPassword { practice, .. } if practice == "Harbour Health")
    );
    assert!(matches!(town.row(&owner, lien, id).await.state, State::Sent(_)), "looking changes nothing");
    invitations::opened(&town.anon(), &token).await.unwrap();
    assert!(matches!(town.row(&owner, lien, id).await.state, State::Opened(_)));

    let phone = town.anon();
    assert_eq!(invitations::accept(&phone, &token, PASSWORD).await.unwrap(), lien);
    let patient = town.follow(&phone).await;
    assert_eq!(records(&patient).await, [lien]);
    let frame = portal::frame(&patient, lien).await.unwrap();
    assert_eq!((frame.greet.as_str(), frame.record.practice.as_str()), ("Lien", "Harbour Health"));

    assert_eq!(notifications::unread(&owner).await.unwrap(), 1);
    let bell = notifications::list(&owner, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(bell[0].news, News::InvitationAccepted { patient: lien, invitation: id });
    assert_eq!((bell[0].about.as_str(), bell[0].read), ("Lien Nguyen", false));
    notifications::mark_read(&owner, None).await.unwrap();
    assert_eq!(notifications::unread(&owner).await.unwrap(), 0);

    assert!(matches!(town.row(&owner, lien, id).await.state, State::Activated(_)));
    assert_eq!(patients::profile(&owner, lien).await.unwrap().portal, PortalState::Activated);
    assert!(matches!(page(&town, &token).await, LinkPage::Used { .. }));
    // The link works once.
    assert_eq!(conflict(invitations::accept(&town.anon(), &token, PASSWORD).await), Conflict::AlreadyAccepted);
    // And from now on the person signs in.
    let later = town.anon();
    accounts::sign_in(&later, Door::Portal, "LIEN@example.org", PASSWORD).await.unwrap();
    assert_eq!(records(&town.follow(&later).await).await, [lien]);
}

/// S3-20: 24 hours, or what the group chose (decision 2).
async fn a_link_lives_for_a_day(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let one = town.patient(&owner, "Ann", "One").await;
    town.invite(&owner, one, "one@example.org").await;
    let token = town.link_to("one@example.org").await;
    town.clock.pass(Span::millis(24 * 3_600_000 - 1));
    assert!(matches!(page(&town, &token).await, LinkPage::SetPassword { .. }));
    town.clock.pass(Span::millis(1));
    assert!(matches!(page(&town, &token).await, LinkPage::Expired { .. }));
    assert_eq!(conflict(invitations::accept(&town.anon(), &token, PASSWORD).await), Conflict::Expired);

    // A day later the password is proved again first (AD-08).
    let proved = owner.clone().proved(Some(owner.now()));
    settings::save_patient_access(&proved, version(&owner).await, &access_form(true, 48)).await.unwrap();
    let two = town.patient(&owner, "Ann", "Two").await;
    town.invite(&owner, two, "two@example.org").await;
    let token = town.link_to("two@example.org").await;
    town.clock.pass(Span::hours(47));
    assert!(matches!(page(&town, &token).await, LinkPage::SetPassword { .. }));
    town.clock.pass(Span::hours(1));
    assert!(matches!(page(&town, &token).await, LinkPage::Expired { .. }));
}

async fn version(owner: &Ctx) -> i64 {
    settings::patient_access(owner).await.unwrap().version
}

/// S3-21: "Forgot password" works though none was ever set, and accepts the invitation.
async fn after_expiry_forgotten_password_lets_in(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let lien = town.patient(&owner, "Lien", "Nguyen").await;
    let id = town.invite(&owner, lien, "lien@example.org").await;
    town.post().await;
    town.clock.pass(Span::days(3));
    passwords::request_link(&town.anon(), "Lien@Example.org", Door::Portal).await.unwrap();
    let token = town.link_to("lien@example.org").await;
    let page = passwords::link_page(&town.anon(), &token).await.unwrap();
    assert_eq!(page, domain::views::PasswordLinkPage::Live { accepts: vec!["Harbour Health".to_owned()] });
    let phone = town.anon();
    assert_eq!(passwords::set_by_link(&phone, &token, PASSWORD).await.unwrap(), Door::Portal);
    assert_eq!(records(&town.follow(&phone).await).await, [lien]);

    assert!(matches!(town.row(&owner, lien, id).await.state, State::Activated(_)));
}

/// S3-22, decision 6: the same account for every patient; its password stays, it signs in and confirms.
async fn one_account_for_all_patients(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let first = town.patient(&owner, "Ann", "First").await;
    let second = town.patient(&owner, "Ann", "Second").await;
    let ann = town.portal_user(&owner, first, "ann@example.org").await;
    town.invite(&owner, second, "ANN@example.org").await;
    town.post().await;
    let letter = town.mailer.to("ANN@example.org").pop().unwrap();
    assert!(letter.text.contains("has_password=true"));
    let token = link_in(&letter);
    assert!(matches!(page(&town, &token).await, LinkPage::SignIn { other_signed_in: false, .. }));
    assert_eq!(conflict(invitations::accept(&town.anon(), &token, PASSWORD).await), Conflict::SignInFirst);
    assert!(matches!(invitations::link_page(&ann, &token).await.unwrap(), LinkPage::Confirm { .. }));
    invitations::confirm(&ann, &token).await.unwrap();
    assert_eq!(records(&ann).await, [first, second]);
    let again = town.anon();
    accounts::sign_in(&again, Door::Portal, "ann@example.org", PASSWORD).await.unwrap();
    assert_eq!(records(&town.follow(&again).await).await, [first, second]);
}

/// S1-04, S1-05, PR-06: a practitioner's address is refused, of whatever group, active or not, with one and the same
/// answer; an administrator's is not.
async fn practitioners_are_refused(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let settings = AccessSettings::default();
    town.user(group, "here@example.org", Level::Personal).await;
    town.user(other.group, "there@example.org", Level::Clinical).await;
    town.user_with(group, "gone@example.org", Level::Full, settings, UserState::Deactivated).await;
    let mut answers = Vec::new();
    for address in ["here@example.org", "THERE@example.org", "gone@example.org"] {
        let answer = invitations::invite(&owner, patient, &form(address)).await;
        answers.push(format!("{answer:?}"));
        assert_eq!(problem(answer, "email"), Problem::PractitionerEmail, "{address}");
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    town.post().await;
    assert!(town.mailer.all().is_empty());
    assert_eq!(patients::profile(&owner, patient).await.unwrap().portal, PortalState::None);

    town.user(group, "desk@example.org", Level::CalendarContacts).await;
    town.invite(&owner, patient, "desk@example.org").await;
}

/// "An address that became a practitioner's meanwhile": nothing opens, nothing is sent, staff are told.
async fn an_address_that_became_a_practitioners(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    town.user(group, "ann@example.org", Level::Personal).await;
    assert!(matches!(page(&town, &token).await, LinkPage::PractitionerNow { .. }));
    assert_eq!(conflict(invitations::accept(&town.anon(), &token, PASSWORD).await), Conflict::PractitionerNow);
    assert_eq!(conflict(invitations::renew(&town.anon(), &token).await), Conflict::PractitionerNow);
    assert_eq!(conflict(invitations::resend(&owner, patient, id).await), Conflict::PractitionerNow);

    // Made a practitioner while the mail still waited.
    let second = town.patient(&owner, "Bob", "Lee").await;
    let id = town.invite(&owner, second, "bob@example.org").await;
    town.user(group, "bob@example.org", Level::Personal).await;
    town.post().await;
    assert!(town.mailer.to("bob@example.org").is_empty());
    let row = town.row(&owner, second, id).await;
    assert!(matches!(row.state, State::Failed(_)));
    assert_eq!(row.failure, Some(Failure::HeldBack));
}

/// S1-08: nothing is stored and nothing sent when the confirmation differs.
async fn the_two_addresses_must_be_the_same(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let typo = InviteForm { email_again: "anne@example.org".to_owned(), ..form("ann@example.org") };
    assert_eq!(problem(invitations::invite(&owner, patient, &typo).await, "email_again"), Problem::Differs);
    town.post().await;
    assert!(town.mailer.all().is_empty());
    assert!(town.stored_account("ann@example.org").await.is_none());
    assert!(invitations::list(&owner, patient, &PageRequest::default()).await.unwrap().rows.is_empty());
}

/// PX-14: the patient is not invited as themselves with the address of a contact.
async fn a_contacts_address_is_refused(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let child = town.patient(&owner, "Kim", "Lee").await;
    let mother = ContactForm {
        name: "Ann Lee".to_owned(),
        relationship: "Mother".to_owned(),
        email: "Ann@example.org".to_owned(),
        ..ContactForm::default()
    };
    patients::add_contact(&owner, child, &mother).await.unwrap();
    let answer = invitations::invite(&owner, child, &form("ann@EXAMPLE.org")).await;
    assert_eq!(problem(answer, "email"), Problem::ContactEmail);
    assert!(town.stored_account("ann@example.org").await.is_none());
}

async fn who_is_in_the_portal_already(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.portal_user(&owner, patient, "ann@example.org").await;
    let answer = invitations::invite(&owner, patient, &form("ann@example.org")).await;
    assert_eq!(problem(answer, "email"), Problem::AlreadyInPortal);
}

/// S1-09, S1-10: the message is optional; its merge fields are filled in for this patient; an unknown one is refused.
async fn the_message_and_its_merge_fields(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let with = |message: &str| InviteForm { message: message.to_owned(), ..form("lien@example.org") };
    let unknown = with("Born {{patient.birth_date}}");
    assert_eq!(problem(invitations::invite(&owner, patient, &unknown).await, "message"), Problem::UnknownMergeField);
    let good = with("Dear {{patient.first_name}},\nsee you at {{ practice.name }}. {{sender.name}}");
    invitations::invite(&owner, patient, &good).await.unwrap();
    town.post().await;
    let letter = town.mailer.to("lien@example.org").pop().unwrap();
    assert!(letter.text.starts_with("Dear Lien,\nsee you at Harbour Health. Dr Mira Anand\n"), "{}", letter.text);
}

/// S1-10: a template of the group personalises the invitation. What stands in the box is what is sent: its fields are filled
/// in once, and what a name holds is not looked at again.
async fn a_template_is_used(town: Town) {
    use domain::template::{self, TemplateForm};
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "{{practice.phone}} {{x").await;
    let body = "Welcome, {{patient.full_name}}.".to_owned();
    let welcome = TemplateForm { name: "Welcome".to_owned(), body: body.clone() };
    services::templates::add(&owner, &welcome).await.unwrap();
    let start = invitations::start(&owner, patient).await.unwrap();
    assert_eq!(start.templates[0].body, body);
    let read = template::message(&body, &start.values).unwrap();
    assert_eq!(read, "Welcome, Lien {{practice.phone}} {{x.");
    let chosen = InviteForm { message: body.clone(), ..form("lien@example.org") };
    invitations::invite(&owner, patient, &chosen).await.unwrap();
    town.post().await;
    assert!(town.mailer.to("lien@example.org")[0].text.starts_with(&read));

    // Text that was taken out of the box is not sent.
    let emptied = InviteForm { message: String::new(), ..form("lien@example.org") };
    invitations::invite(&owner, patient, &emptied).await.unwrap();
    town.post().await;
    assert!(!town.mailer.to("lien@example.org")[1].text.contains("Welcome"));

    // Short as it is typed, too long as it would be read.
    let long = InviteForm { message: "{{patient.full_name}}".repeat(95), ..form("lien@example.org") };
    assert_eq!(problem(invitations::invite(&owner, patient, &long).await, "message"), Problem::TooLong);
}

/// S0-06, S0-30, S0-31, S0-32, S0-41, S1-15, S1-16: on in a new group; off, nobody of the group can invite and the link
/// is gone; on again, it is back at once; another group does not notice.
async fn the_switch_of_the_group(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let theirs = town.patient(&other.owner, "Their", "Patient").await;
    let colleague = town.user(group, "colleague@harbour.example", Level::Clinical).await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let invited = town.patient(&owner, "Bob", "Lee").await;
    let id = town.invite(&owner, invited, "bob@example.org").await;
    for user in [&owner, &colleague] {
        assert!(patients::profile(user, patient).await.unwrap().may.invite);
    }

    settings::save_patient_access(&owner, version(&owner).await, &access_form(false, 24)).await.unwrap();
    for user in [&owner, &colleague] {
        assert!(!patients::profile(user, patient).await.unwrap().may.invite);
        assert_eq!(conflict(invitations::start(user, patient).await), Conflict::InvitationsOff);
        let answer = invitations::invite(user, patient, &form("ann@example.org")).await;
        assert_eq!(conflict(answer), Conflict::InvitationsOff);
        assert_eq!(conflict(invitations::resend(user, invited, id).await), Conflict::InvitationsOff);
        assert!(!town.row(user, invited, id).await.may_resend);
    }
    assert!(town.stored_account("ann@example.org").await.is_none());
    assert!(patients::profile(&other.owner, theirs).await.unwrap().may.invite);

    settings::save_patient_access(&owner, version(&owner).await, &access_form(true, 24)).await.unwrap();
    assert!(patients::profile(&colleague, patient).await.unwrap().may.invite);
    town.invite(&colleague, patient, "ann@example.org").await;
}

/// S1-03, PR-01, PR-05, PR-11: names hidden, read-only, no relationship, another group, the portal's side, nobody.
async fn who_may_not_invite(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "old@example.org").await;
    let invite = async |ctx: &Ctx| invitations::invite(ctx, patient, &form("ann@example.org")).await.unwrap_err();

    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let hidden = town.user_with(group, "h@harbour.example", Level::AdminFull, hidden, UserState::Active).await.unwrap();
    assert!(matches!(invite(&hidden).await, Error::Forbidden(Refusal::NamesHidden)));
    assert_eq!(town.row(&hidden, patient, id).await.email, "", "the address names the patient");
    let read_only = AccessSettings { read_only: true, ..AccessSettings::default() };
    let read_only =
        town.user_with(group, "r@harbour.example", Level::Full, read_only, UserState::Active).await.unwrap();
    assert!(matches!(invite(&read_only).await, Error::Forbidden(Refusal::ReadOnly)));
    let personal = town.user(group, "p@harbour.example", Level::Personal).await;
    assert!(matches!(invite(&personal).await, Error::NotFound));
    assert!(matches!(invite(&other.owner).await, Error::NotFound));
    assert!(matches!(invitations::revoke(&other.owner, patient, id).await, Err(Error::NotFound)));
    assert!(matches!(invite(&town.anon()).await, Error::NotSignedIn));
    let bob = town.patient(&owner, "Bob", "Lee").await;
    let bob = town.portal_user(&owner, bob, "bob@example.org").await;
    assert!(matches!(invite(&bob).await, Error::Forbidden(Refusal::Door)));
    // Unknown, and known but through another patient.
    let unknown = PatientId::from_uuid(uuid::Uuid::from_u128(9));
    assert!(matches!(invitations::start(&owner, unknown).await, Err(Error::NotFound)));
    let second = town.patient(&owner, "Cy", "Lee").await;
    assert!(matches!(invitations::resend(&owner, second, id).await, Err(Error::NotFound)));
    let nothing = InvitationId::from_uuid(uuid::Uuid::from_u128(9));
    assert!(matches!(invitations::revoke(&owner, patient, nothing).await, Err(Error::NotFound)));
    assert!(town.stored_account("ann@example.org").await.is_none());
}

/// A blocked or deceased patient is not invited, and an invitation that is out is dead from that moment.
async fn blocked_and_deceased(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    for (status, expected) in [("blocked", Conflict::PatientBlocked), ("deceased", Conflict::PatientDeceased)] {
        let patient = town.patient(&owner, "Ann", "Lee").await;
        let sent = format!("sent.{status}@example.org");
        let id = town.invite(&owner, patient, &sent).await;
        let token = town.link_to(&sent).await;
        invitations::resend(&owner, patient, id).await.unwrap();
        let closed = domain::patient::DetailsForm { status: status.to_owned(), ..details("Ann", "Lee") };
        let version = patients::profile(&owner, patient).await.unwrap().version;
        patients::save(&owner, patient, version, &closed).await.unwrap();

        assert!(!patients::profile(&owner, patient).await.unwrap().may.invite);
        assert_eq!(conflict(invitations::invite(&owner, patient, &form("x@example.org")).await), expected);
        assert_eq!(conflict(invitations::resend(&owner, patient, id).await), expected);
        town.post().await;
        assert_eq!(town.mailer.to(&sent).len(), 1, "the waiting mail does not leave");
        assert!(matches!(page(&town, &token).await, LinkPage::Revoked { .. }));
        assert_eq!(conflict(invitations::accept(&town.anon(), &token, PASSWORD).await), Conflict::Revoked);
    }
}

/// B-06: every state, resend and revoke, and who may.
async fn the_states_of_the_list(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    let row = town.row(&owner, patient, id).await;
    assert_eq!((row.state, row.may_resend, row.may_revoke, row.links), (State::Queued, true, true, 1));
    assert_eq!((row.email.as_str(), row.inviter.as_str()), ("ann@example.org", "Dr Mira Anand"));

    town.mailer.set(Smtp::Fails(Failure::Rejected));
    town.post().await;
    let row = town.row(&owner, patient, id).await;
    assert!(matches!(row.state, State::Failed(_)));
    // B-06: staff see why.
    assert_eq!(row.failure, Some(Failure::Rejected));
    town.mailer.set(Smtp::Works);
    invitations::resend(&owner, patient, id).await.unwrap();
    assert_eq!(town.row(&owner, patient, id).await.state, State::Queued);
    let token = town.link_to("ann@example.org").await;
    let row = town.row(&owner, patient, id).await;
    assert!(matches!(row.state, State::Sent(_)));
    assert_eq!(row.links, 2);
    invitations::opened(&town.anon(), &token).await.unwrap();
    assert!(matches!(town.row(&owner, patient, id).await.state, State::Opened(_)));
    town.clock.pass(Span::hours(24));
    let row = town.row(&owner, patient, id).await;
    assert!(matches!(row.state, State::Expired(_)));
    assert!(row.may_resend && row.may_revoke);
    invitations::revoke(&owner, patient, id).await.unwrap();
    let row = town.row(&owner, patient, id).await;
    assert!(matches!(row.state, State::Revoked(_)));
    assert!(!row.may_resend && !row.may_revoke);
    assert_eq!(conflict(invitations::revoke(&owner, patient, id).await), Conflict::Revoked);
    assert_eq!(conflict(invitations::resend(&owner, patient, id).await), Conflict::Revoked);

    town.portal_user(&owner, patient, "ann@example.org").await;
    let rows = invitations::list(&owner, patient, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(rows.len(), 2);
    assert!(matches!(rows[0].state, State::Activated(_)), "latest first");
    assert!(!rows[0].may_resend && !rows[0].may_revoke);
    assert_eq!(conflict(invitations::revoke(&owner, patient, rows[0].id).await), Conflict::AlreadyAccepted);

    let first = PageRequest { after: None, limit: Some(1) };
    let page = invitations::list(&owner, patient, &first).await.unwrap();
    let second = PageRequest { after: page.next, limit: Some(1) };
    let page = invitations::list(&owner, patient, &second).await.unwrap();
    assert_eq!((page.rows[0].id, page.next), (id, None));
}

async fn a_resent_link_replaces_the_one_before(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    let old = town.link_to("ann@example.org").await;
    // Resent twice before the worker runs: one mail leaves, the last.
    invitations::resend(&owner, patient, id).await.unwrap();
    invitations::resend(&owner, patient, id).await.unwrap();
    let new = town.link_to("ann@example.org").await;
    assert_eq!(town.mailer.to("ann@example.org").len(), 2);
    assert!(matches!(page(&town, &old).await, LinkPage::Expired { .. }));
    assert_eq!(conflict(invitations::accept(&town.anon(), &old, PASSWORD).await), Conflict::Expired);
    invitations::accept(&town.anon(), &new, PASSWORD).await.unwrap();
}

/// "Invited again": the new invitation takes the place of the one that is out, also at another address.
async fn invited_again_replaces_the_invitation(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let first = town.invite(&owner, patient, "typo@example.org").await;
    let old = town.link_to("typo@example.org").await;
    let second = town.invite(&owner, patient, "ann@example.org").await;
    assert!(matches!(town.row(&owner, patient, first).await.state, State::Revoked(_)));
    assert!(matches!(page(&town, &old).await, LinkPage::Revoked { .. }));
    assert_eq!(conflict(invitations::accept(&town.anon(), &old, PASSWORD).await), Conflict::Revoked);
    // Once more, before the mail of the second left.
    let third = town.invite(&owner, patient, "ann@example.org").await;
    assert_ne!(second, third);
    let token = town.link_to("ann@example.org").await;
    assert_eq!(town.mailer.to("ann@example.org").len(), 1, "the replaced invitation's mail does not leave");
    invitations::accept(&town.anon(), &token, PASSWORD).await.unwrap();
}

/// PX-13: a revoked invitation's mail, link and account are dead, "Forgot password" included.
async fn revoked_is_dead(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let id = town.invite(&owner, patient, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    invitations::resend(&owner, patient, id).await.unwrap();
    passwords::request_link(&town.anon(), "ann@example.org", Door::Portal).await.unwrap();
    invitations::revoke(&owner, patient, id).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.to("ann@example.org").len(), 1, "neither the waiting invitation nor the password link left");
    assert!(matches!(page(&town, &token).await, LinkPage::Revoked { .. }));
    assert_eq!(conflict(invitations::accept(&town.anon(), &token, PASSWORD).await), Conflict::Revoked);
    invitations::renew(&town.anon(), &token).await.unwrap();
    passwords::request_link(&town.anon(), "ann@example.org", Door::Portal).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.to("ann@example.org").len(), 1);
    assert_eq!(patients::profile(&owner, patient).await.unwrap().portal, PortalState::None);

    // A password link that left before does not accept it either.
    let second = town.patient(&owner, "Bob", "Lee").await;
    let id = town.invite(&owner, second, "bob@example.org").await;
    passwords::request_link(&town.anon(), "bob@example.org", Door::Portal).await.unwrap();
    let token = town.link_to("bob@example.org").await;
    invitations::revoke(&owner, second, id).await.unwrap();
    assert!(matches!(passwords::set_by_link(&town.anon(), &token, PASSWORD).await, Err(Error::NotFound)));
    assert!(town.stored_account("bob@example.org").await.unwrap().password_hash.is_none());
}

/// AN-05, decision 2: an expired link's page mails a fresh one to the invited address; all else does nothing, and the
/// answer is the same.
async fn a_fresh_link_goes_to_the_invited_address_only(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    invitations::renew(&town.anon(), &token).await.unwrap();
    invitations::renew(&town.anon(), "nonsense").await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.all().len(), 1, "a living link needs no fresh one");
    town.clock.pass(Span::days(2));
    invitations::renew(&town.anon(), &token).await.unwrap();
    // Asked for twice: one fresh link.
    invitations::renew(&town.anon(), &token).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.all().len(), 2);
    let fresh = link_in(town.mailer.to("ann@example.org").last().unwrap());
    assert_ne!(fresh, token);
    invitations::accept(&town.anon(), &fresh, PASSWORD).await.unwrap();
    invitations::renew(&town.anon(), &token).await.unwrap();
    town.post().await;
    assert_eq!(town.mailer.all().len(), 2, "used is used");
}

/// AN-05: unknown names nobody; a dead link's page has the practice and its telephone, never the patient or the address.
async fn a_dead_link_names_the_practice_and_nobody_else(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Xanthippe", "Quill").await;
    for garbled in ["", "x", "../../etc/passwd", &"A".repeat(43), &"A".repeat(5_000)] {
        assert_eq!(page(&town, garbled).await, LinkPage::Unknown);
    }
    let id = town.invite(&owner, patient, "xanthippe@example.org").await;
    let token = town.link_to("xanthippe@example.org").await;
    town.clock.pass(Span::days(2));
    let expired = page(&town, &token).await;
    invitations::revoke(&owner, patient, id).await.unwrap();
    let revoked = page(&town, &token).await;
    let (practice, phone) = ("Harbour Health".to_owned(), "02 5550 0001".to_owned());
    assert_eq!(expired, LinkPage::Expired { practice: practice.clone(), phone: phone.clone() });
    assert_eq!(revoked, LinkPage::Revoked { practice, phone });
}

/// AN-06: guesses never hit and are refused from the twentieth on, by address; who has a real link still gets in.
async fn guessed_links(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    let guesser = town.anon_at("192.0.2.66");
    let mut refused = Vec::new();
    for guess in 0..200u8 {
        let text = format!("{guess:03}{}", "A".repeat(40));
        match invitations::link_page(&guesser, &text).await {
            Ok(page) => assert_eq!(page, LinkPage::Unknown),
            Err(Error::TooMany { retry_after }) => {
                assert!(retry_after > Span::ZERO && retry_after <= Span::minutes(1));
                refused.push(guess);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, (19..200).collect::<Vec<u8>>());
    assert!(matches!(invitations::accept(&guesser, "AAAA", PASSWORD).await, Err(Error::TooMany { .. })));
    assert!(matches!(passwords::link_page(&guesser, "AAAA").await, Err(Error::TooMany { .. })));
    assert_eq!(page(&town, &"A".repeat(43)).await, LinkPage::Unknown, "others are not slowed");
    let real = invitations::link_page(&guesser, &token).await.unwrap();
    assert!(matches!(real, LinkPage::SetPassword { .. }), "neither is a real link from there");
    town.clock.pass(Span::minutes(1));
    assert_eq!(invitations::link_page(&guesser, "AAAA").await.unwrap(), LinkPage::Unknown);
}

/// PX-10: the grant is tied to the invited address; somebody else's session accepts nothing.
async fn accepting_with_the_wrong_account(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let ann = town.patient(&owner, "Ann", "Lee").await;
    let bob = town.patient(&owner, "Bob", "Lee").await;
    let cy = town.patient(&owner, "Cy", "Lee").await;
    let ann_here = town.portal_user(&owner, ann, "ann@example.org").await;
    town.portal_user(&owner, bob, "bob@example.org").await;
    let id = town.invite(&owner, cy, "bob@example.org").await;
    let token = town.link_to("bob@example.org").await;
    let seen = invitations::link_page(&ann_here, &token).await.unwrap();
    assert!(matches!(seen, LinkPage::SignIn { other_signed_in: true, .. }));
    assert_eq!(conflict(invitations::confirm(&ann_here, &token).await), Conflict::OtherAccount);
    assert!(matches!(invitations::confirm(&town.anon(), &token).await, Err(Error::NotSignedIn)));
    assert_eq!(records(&ann_here).await, [ann]);
    assert!(!matches!(town.row(&owner, cy, id).await.state, State::Activated(_)));
    assert!(matches!(invitations::confirm(&ann_here, &"A".repeat(43)).await, Err(Error::NotFound)));
}

/// AN-24: no merge with an existing account without its owner's sign-in; nothing changes, the owner has the mail.
async fn an_account_with_a_password_signs_in_first(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let ann = town.patient(&owner, "Ann", "Lee").await;
    let bob = town.patient(&owner, "Bob", "Lee").await;
    let here = town.portal_user(&owner, ann, "ann@example.org").await;
    let before = town.stored_account("ann@example.org").await;
    town.invite(&owner, bob, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    let thief = town.anon();
    let answer = invitations::accept(&thief, &token, "another good passphrase").await;
    assert_eq!(conflict(answer), Conflict::SignInFirst);
    assert!(token_of(&thief).is_none());
    assert_eq!(town.stored_account("ann@example.org").await, before);
    assert_eq!(records(&here).await, [ann]);
    assert_eq!(town.mailer.to("ann@example.org").len(), 2);
}

/// Decision 16: too short, too weak, made of one's own names: refused, and the link still works.
async fn a_weak_password_accepts_nothing(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Xanthippe", "Mavrogiannakopoulou").await;
    town.invite(&owner, patient, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    for (weak, expected) in [
        ("", Problem::Missing),
        ("short", Problem::PasswordTooShort),
        ("passwordpassword", Problem::PasswordTooWeak),
        ("mavrogiannakopoulou", Problem::PasswordTooWeak),
        ("harbour health", Problem::PasswordTooWeak),
        ("ann@example.org", Problem::PasswordTooWeak),
        (&"long ".repeat(40), Problem::PasswordTooLong),
    ] {
        let phone = town.anon();
        assert_eq!(problem(invitations::accept(&phone, &token, weak).await, "password"), expected, "{weak}");
        assert!(token_of(&phone).is_none());
    }
    invitations::accept(&town.anon(), &token, PASSWORD).await.unwrap();
}

/// RC-04: fifty at once are one account, one grant, one session, one notification.
async fn fifty_accept_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    town.invite(&owner, patient, "ann@example.org").await;
    let token = town.link_to("ann@example.org").await;
    let phones: Vec<Ctx> = (0..50).map(|_| town.anon()).collect();
    let tries = phones.iter().map(|phone| invitations::accept(phone, &token, PASSWORD));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.is_err() && !overloaded(answer)) {
        assert!(matches!(conflict(answer), Conflict::AlreadyAccepted | Conflict::SignInFirst));
    }
    assert_eq!(phones.iter().filter(|phone| token_of(phone).is_some()).count(), 1);
    let account = town.stored_account("ann@example.org").await.unwrap();
    let mut work = town.read().await;
    assert_eq!(work.list_grants(account.id).await.unwrap().len(), 1);
    assert_eq!(work.list_devices(account.id).await.unwrap().len(), 1);
    drop(work);
    assert_eq!(notifications::unread(&owner).await.unwrap(), 1);
    assert_eq!(town.engine.audited(Action::InvitationAccepted).await, 1);
}

/// Of many who invite the same person at once each gets an answer, and one invitation is open in the end.
async fn twenty_invite_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    let form = form("ann@example.org");
    let tries = (0..20).map(|_| invitations::invite(&owner, patient, &form));
    let mut invited = 0;
    for answer in futures::future::join_all(tries).await.into_iter().filter(|answer| !overloaded(answer)) {
        answer.unwrap();
        invited += 1;
    }
    assert!(invited > 0);
    let page = PageRequest { after: None, limit: Some(200) };
    let rows = invitations::list(&owner, patient, &page).await.unwrap().rows;
    assert_eq!(rows.len(), invited);
    assert_eq!(rows.iter().filter(|row| !matches!(row.state, State::Revoked(_))).count(), 1);
    let account = town.stored_account("ann@example.org").await.unwrap();
    assert_eq!(town.read().await.list_grants(account.id).await.unwrap().len(), 1);
    mails::deliver_due(&town.services, &|| false).await.unwrap();
    assert_eq!(town.mailer.all().len(), 1);
}

/// Inviting, sending again, revoking, accepting, editing and forgetting, all at once about one patient: everybody gets an
/// answer of the server, nobody a fault, and the trail is whole.
async fn everything_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Ann", "Lee").await;
    for round in 0..4 {
        let email = format!("ann{round}@example.org");
        let id = town.invite(&owner, patient, &email).await;
        let token = town.link_to(&email).await;
        passwords::request_link(&town.anon(), &email, Door::Portal).await.unwrap();
        town.post().await;
        let letters = town.mailer.to(&email);
        let password_link = letters.iter().find(|letter| letter.subject == "password link").map(link_in).unwrap();
        let version = patients::profile(&owner, patient).await.unwrap().version;
        let (form, changed) = (form(&email), details("Ann", &format!("Lee{round}")));
        let anon: Vec<Ctx> = (0..5).map(|_| town.anon()).collect();
        let mut answers = Vec::new();
        let (a, b, c, d, e, f, g, h, i) = tokio::join!(
            async { invitations::accept(&anon[0], &token, PASSWORD).await.map(|_| ()) },
            async { passwords::set_by_link(&anon[1], &password_link, PASSWORD).await.map(|_| ()) },
            async { invitations::resend(&owner, patient, id).await },
            async { invitations::invite(&owner, patient, &form).await.map(|_| ()) },
            async { invitations::revoke(&owner, patient, id).await },
            async { patients::save(&owner, patient, version, &changed).await },
            async { invitations::opened(&anon[2], &token).await },
            async { invitations::renew(&anon[3], &token).await },
            async { mails::deliver_due(&town.services, &|| false).await.map(|_| ()) },
        );
        answers.extend([a, b, c, d, e, f, g, h, i]);
        for (at, answer) in answers.into_iter().enumerate() {
            let of_the_house = matches!(answer, Ok(()) | Err(Error::Conflict(_) | Error::Invalid(_) | Error::NotFound));
            assert!(of_the_house, "{at} in round {round}: {answer:?}");
        }
    }
    let reports = services::audit::verify(&*town.services.store).await.unwrap();
    assert!(reports.iter().all(|report| report.fault.is_none()), "{reports:?}");
}

/// An administrator who is a patient confirms from the console's session and lands in the portal (decision 5).
async fn a_console_user_confirms_and_lands_in_the_portal(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Grace", "Lim").await;
    let grace = town.user(group, "grace@harbour.example", Level::AdminFull).await;
    town.set_password("grace@harbour.example", PASSWORD).await;
    town.invite(&owner, patient, "grace@harbour.example").await;
    let token = town.link_to("grace@harbour.example").await;
    assert!(matches!(invitations::link_page(&grace, &token).await.unwrap(), LinkPage::Confirm { .. }));
    assert_eq!(invitations::confirm(&grace, &token).await.unwrap(), patient);
    let now_portal = town.follow(&grace).await;
    assert_eq!(records(&now_portal).await, [patient]);
    assert!(portal::start(&now_portal).await.unwrap().also_console);
    // The console's session ended; the switch leads back.
    let devices = accounts::devices(&now_portal).await.unwrap();
    assert_eq!(devices.iter().map(|device| device.door).collect::<Vec<_>>(), [Door::Portal]);
    accounts::switch_door(&now_portal, Door::Console).await.unwrap();
    let back = town.follow(&now_portal).await;
    assert!(services::console::start(&back).await.unwrap().also_portal);
}
