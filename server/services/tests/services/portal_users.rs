//! Who may act for a patient in the portal besides the patient: let in by the practice or by the family, how far, until when.

use domain::{
    account::Door,
    audit::Action,
    error::{Conflict, Problem, Refusal},
    family::FamilyForm,
    form::SendForm,
    grant::{Kind, Level as Sees, PortalUser, Role, Standing, TermsForm},
    ids::{ContactId, GrantId, InvitationId, PatientId},
    invitation::{InviteForm, LinkPage, State, Whom},
    page::PageRequest,
    patient::{ContactForm, DetailsForm, PortalState},
    practice::PatientAccessForm,
    time::{Span, Time},
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, forms, invitations, passwords, patients, portal, portal_users, settings};

use crate::town::{PASSWORD, Staff, Town, access_form, details};
use crate::{
    answers::{conflict, not_found},
    forms::{draft, published, typed},
};

on_both_engines! {
    a_mother_who_uses_the_portal_already,
    somebody_who_is_no_contact,
    whom_an_address_finds,
    whom_nobody_lets_in,
    the_address_that_was_confirmed,
    suspended_and_restored,
    the_end_and_the_age_come_by_the_clock,
    a_grandmother_for_a_while,
    who_is_taken_away_takes_with_them_whom_they_let_in,
    a_proxy_lets_nobody_in,
    nobody_lets_in_further_than_they_reach,
    whom_the_patient_and_whom_a_parent_can_end,
    given_up,
    a_sibling_is_not_there,
    who_may_change_portal_users,
    so_many_at_once,
    a_contact_that_is_removed,
    invited_anew_after_the_end,
    intake_forms_go_along,
    what_a_stepped_down_parent_gives,
    what_the_practice_stopped_stays_stopped,
    whom_the_practice_invited_is_not_a_parents_to_invite,
    narrowed_with_whoever_let_them_in,
    forms_of_another_time,
    names_hidden_in_the_list_of_invitations,
    what_a_teenager_was_asked_is_theirs_alone,
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

/// A child of eleven in November 2026.
pub async fn child(by: &Ctx, first: &str) -> PatientId {
    let form = DetailsForm { birth_date: "2015-03-02".to_owned(), ..details(first, "Vidal") };
    patients::add(by, &form).await.unwrap()
}

async fn contact(by: &Ctx, patient: PatientId, name: &str, relationship: &str, email: &str) -> ContactId {
    let form = ContactForm {
        name: name.to_owned(),
        relationship: relationship.to_owned(),
        email: email.to_owned(),
        ..ContactForm::default()
    };
    patients::add_contact(by, patient, &form).await.unwrap()
}

pub fn terms(role: Role, level: Sees) -> TermsForm {
    TermsForm { role: role.code().to_owned(), level: level.code().to_owned(), ..TermsForm::default() }
}

pub fn whole() -> TermsForm {
    terms(Role::Edit, Sees::Clinical)
}

pub fn parent() -> TermsForm {
    TermsForm { manages: "yes".to_owned(), ..whole() }
}

fn as_contact(id: ContactId, email: &str, terms: TermsForm) -> InviteForm {
    let confirmed = "yes".to_owned();
    InviteForm { whom: Whom::Contact(id), email: email.to_owned(), confirmed, terms, ..InviteForm::default() }
}

fn as_other(name: &str, email: &str, terms: TermsForm) -> InviteForm {
    InviteForm {
        whom: Whom::Other,
        name: name.to_owned(),
        email: email.to_owned(),
        email_again: email.to_owned(),
        terms,
        ..InviteForm::default()
    }
}

fn family(name: &str, email: &str, role: Role, level: Sees) -> FamilyForm {
    FamilyForm {
        name: name.to_owned(),
        relationship: "grandmother".to_owned(),
        email: email.to_owned(),
        email_again: email.to_owned(),
        role: role.code().to_owned(),
        level: level.code().to_owned(),
        last_day: String::new(),
    }
}

async fn list(by: &Ctx, patient: PatientId) -> Vec<PortalUser> {
    portal_users::list(by, patient).await.unwrap()
}

pub async fn user(by: &Ctx, patient: PatientId, email: &str) -> PortalUser {
    list(by, patient).await.into_iter().find(|user| user.email == email).expect("no such portal user")
}

/// Invites a contact who has no account yet, and accepts.
pub async fn mother(town: &Town, by: &Ctx, patient: PatientId, email: &str, terms: TermsForm) -> (Ctx, GrantId) {
    let id = contact(by, patient, "Ada Vidal", "mother", email).await;
    invitations::invite(by, patient, &as_contact(id, email, terms)).await.unwrap();
    let ctx = accept(town, email).await;
    (ctx, user(by, patient, email).await.id)
}

async fn accept(town: &Town, email: &str) -> Ctx {
    let token = town.link_to(email).await;
    let phone = town.anon();
    invitations::accept(&phone, &token, PASSWORD).await.unwrap();
    town.follow(&phone).await
}

/// S3-01, S3-05, S3-22, S3-27, S3-28: a contact is invited at the address on the record; with the account she has she confirms,
/// and has both children.
async fn a_mother_who_uses_the_portal_already(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let [bo, cleo] = [child(&owner, "Bo").await, child(&owner, "Cleo").await];
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    assert_eq!(records(&ada).await, [bo]);

    let id = contact(&owner, cleo, "Ada Vidal", "mother", "ada@example.org").await;
    invitations::invite(&owner, cleo, &as_contact(id, "ada@example.org", whole())).await.unwrap();
    let invited = user(&owner, cleo, "ada@example.org").await;
    assert_eq!((invited.kind, invited.contact, invited.name.as_str()), (Kind::Contact, Some(id), "Ada Vidal"));
    assert!(matches!(invited.standing, Standing::Invited(State::Queued)), "{invited:?}");
    assert_eq!(records(&ada).await, [bo], "nothing opens before she agrees");

    let token = town.link_to("ada@example.org").await;
    assert!(matches!(invitations::link_page(&ada, &token).await.unwrap(), LinkPage::Confirm { .. }));
    invitations::confirm(&ada, &token).await.unwrap();
    assert_eq!(records(&ada).await, [bo, cleo]);
    let frame = portal::frame(&ada, cleo).await.unwrap();
    assert_eq!(
        (frame.greet.as_str(), frame.record.shown.as_str()),
        ("", "Cleo Vidal"),
        "every page says whose record it is"
    );
    assert!(matches!(user(&owner, cleo, "ada@example.org").await.standing, Standing::Active(_)));
    assert_eq!(patients::profile(&owner, cleo).await.unwrap().portal, PortalState::Activated);
}

/// S3-33, S3-34, S3-36, S3-20, S3-21: Name and Email are enough; the same mail, the same link, the same life, and "Forgot
/// password" after it.
async fn somebody_who_is_no_contact(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let form = as_other("Sam Cho", "sam@example.org", terms(Role::View, Sees::Clinical));
    invitations::invite(&owner, bo, &form).await.unwrap();
    let token = town.link_to("sam@example.org").await;
    let page = |token: String| async { invitations::link_page(&town.anon(), &{ token }).await.unwrap() };
    assert!(matches!(page(token.clone()).await, LinkPage::SetPassword { .. }));
    town.clock.pass(Span::hours(24));
    assert!(matches!(page(token).await, LinkPage::Expired { .. }));
    passwords::request_link(&town.anon(), "sam@example.org", Door::Portal).await.unwrap();
    let token = town.link_to("sam@example.org").await;
    let phone = town.anon();
    passwords::set_by_link(&phone, &token, PASSWORD).await.unwrap();
    assert_eq!(records(&town.follow(&phone).await).await, [bo]);
    let sam = user(&owner, bo, "sam@example.org").await;
    assert_eq!((sam.kind, sam.name.as_str(), sam.terms.role), (Kind::Other, "Sam Cho", Role::View));
}

/// S3-35, PR-06: an address finds a portal user of a patient whom the caller may see, and says nothing of anybody else.
async fn whom_an_address_finds(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let [bo, cleo] = [child(&owner, "Bo").await, child(&owner, "Cleo").await];
    mother(&town, &owner, bo, "ada@example.org", whole()).await;
    let theirs = town.patient(&other.owner, "Dan", "Roe").await;
    town.portal_user(&other.owner, theirs, "dan@example.org").await;
    town.user(group, "colleague@harbour.example", Level::Clinical).await;

    let find = async |by: &Ctx, email: &str| portal_users::find(by, cleo, email).await.unwrap();
    assert_eq!(find(&owner, " ADA@example.org").await.as_deref(), Some("Ada Vidal"));
    // Of another group, a practitioner, nobody at all, a part of it: one answer.
    for email in ["dan@example.org", "colleague@harbour.example", "nobody@example.org", "ada@example.or"] {
        assert_eq!(find(&owner, email).await, None, "{email}");
    }
    assert_eq!(problem(portal_users::find(&owner, cleo, "ada").await, "email"), Problem::NotAnEmail);
    assert!(town.engine.audited(Action::PortalUserSearched).await >= 5);
    // Who may not see the other child does not learn of the mother by her.
    let personal = town.user(group, "personal@harbour.example", Level::Personal).await;
    let own = town.patient(&personal, "Eve", "Moss").await;
    assert_eq!(portal_users::find(&personal, own, "ada@example.org").await.unwrap(), None);
    not_found(portal_users::find(&personal, cleo, "ada@example.org").await);
}

/// S1-04, PX-14, PR-06: what is refused for the patient is refused for everybody.
async fn whom_nobody_lets_in(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    town.user(group, "tom@harbour.example", Level::Clinical).await;
    let tom = contact(&owner, bo, "Tom Reed", "uncle", "tom@harbour.example").await;
    let ada = contact(&owner, bo, "Ada Vidal", "mother", "ada@example.org").await;
    let invite = async |form: &InviteForm| invitations::invite(&owner, bo, form).await;
    let refused = as_contact(tom, "tom@harbour.example", whole());
    assert_eq!(problem(invite(&refused).await, "email"), Problem::PractitionerEmail);
    let refused = as_other("Tom", "tom@harbour.example", whole());
    assert_eq!(problem(invite(&refused).await, "email"), Problem::ContactEmail);
    let refused = as_other("Tom", "owner@harbour.example", whole());
    assert_eq!(problem(invite(&refused).await, "email"), Problem::PractitionerEmail);
    let nobody = as_contact(ada, "ada@example.org", TermsForm { role: "owner".into(), ..whole() });
    assert_eq!(problem(invite(&nobody).await, "role"), Problem::NotAChoice);
    invite(&as_contact(ada, "ada@example.org", whole())).await.unwrap();
    accept(&town, "ada@example.org").await;
    let again = as_contact(ada, "ada@example.org", whole());
    assert_eq!(problem(invite(&again).await, "email"), Problem::AlreadyInPortal);
    assert_eq!(list(&owner, bo).await.len(), 1);
}

/// S3-27: the mail goes to what the inviter looked at, or nowhere.
async fn the_address_that_was_confirmed(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let id = contact(&owner, bo, "Ada Vidal", "mother", "ada@example.org").await;
    let unseen = InviteForm { confirmed: String::new(), ..as_contact(id, "ada@example.org", whole()) };
    assert_eq!(problem(invitations::invite(&owner, bo, &unseen).await, "confirmed"), Problem::NotConfirmed);
    let stale = as_contact(id, "ada@old.example", whole());
    assert_eq!(conflict(invitations::invite(&owner, bo, &stale).await), Conflict::ChangedMeanwhile);
    let cleo = child(&owner, "Cleo").await;
    not_found(invitations::invite(&owner, cleo, &as_contact(id, "ada@example.org", whole())).await);
    assert!(list(&owner, bo).await.is_empty());
}

/// PX-02: suspended, nothing opens at the next request; restored, it does, and only the practice restores.
async fn suspended_and_restored(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, id) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    portal_users::suspend(&owner, bo, id).await.unwrap();
    not_found(portal::frame(&ada, bo).await);
    assert!(records(&ada).await.is_empty());
    assert!(matches!(list(&owner, bo).await[0].standing, Standing::Suspended(_)));
    assert_eq!(patients::profile(&owner, bo).await.unwrap().portal, PortalState::None);
    assert_eq!(conflict(portal_users::suspend(&owner, bo, id).await), Conflict::ChangedMeanwhile);
    // Invited again, she would be in by the back door.
    let contact = list(&owner, bo).await[0].contact.unwrap();
    let again = as_contact(contact, "ada@example.org", whole());
    assert_eq!(problem(invitations::invite(&owner, bo, &again).await, "email"), Problem::AlreadyInPortal);
    portal_users::restore(&owner, bo, id).await.unwrap();
    assert_eq!(records(&ada).await, [bo]);
    assert_eq!(conflict(portal_users::restore(&owner, bo, id).await), Conflict::ChangedMeanwhile);
    for (action, times) in [(Action::GrantSuspended, 1), (Action::GrantRestored, 1)] {
        assert_eq!(town.engine.audited(action).await, times, "{action:?}");
    }
}

/// PX-03: from that second, without a job; the patient's own stays.
async fn the_end_and_the_age_come_by_the_clock(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let now = town.anon().now();
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    let seen = user(&owner, bo, "ada@example.org").await;
    assert_eq!((seen.steps_down_at, seen.ends_at), (None, None));
    let form = PatientAccessForm { steps_down: "14".into(), ends: "16".into(), ..access_form(true, 24) };
    settings::save_patient_access(&owner, 0, &form).await.unwrap();
    let seen = user(&owner, bo, "ada@example.org").await;
    let (narrows, ends) = (seen.steps_down_at.unwrap(), seen.ends_at.unwrap());
    assert!(now < narrows && narrows < ends, "{seen:?}");

    let clinical = async || portal::frame(&ada, bo).await.unwrap().record.reach.level;
    until_just_before(&town, narrows);
    assert_eq!(clinical().await, Sees::Clinical);
    town.clock.pass(Span::millis(1));
    assert_eq!(clinical().await, Sees::Administrative);
    until_just_before(&town, ends);
    assert_eq!(records(&ada).await, [bo]);
    town.clock.pass(Span::millis(1));
    assert!(records(&ada).await.is_empty());
    not_found(portal::frame(&ada, bo).await);
}

/// The clock goes on to the last millisecond before a moment.
fn until_just_before(town: &Town, then: Time) {
    const DAY: i64 = 86_400_000;
    let gap = then.since(town.anon().now()).as_millis() - 1;
    town.clock.pass(Span::days(u32::try_from(gap / DAY).unwrap()));
    town.clock.pass(Span::millis(u32::try_from(gap % DAY).unwrap()));
}

/// S0-26, and walk (c): a mother lets the grandmother see appointments only, and takes it back.
async fn a_grandmother_for_a_while(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    assert!(portal::frame(&ada, bo).await.unwrap().record.manages);
    let page = portal_users::people(&ada, bo).await.unwrap();
    assert!(page.may_invite && page.people.is_empty());

    let form = family("Rosa Vidal", "rosa@example.org", Role::View, Sees::Administrative);
    portal_users::invite(&ada, bo, &form).await.unwrap();
    let pending = portal_users::people(&ada, bo).await.unwrap().people.remove(0);
    assert!(matches!(pending.person.standing, Standing::Invited(_)) && pending.may_end && pending.mine);
    let rosa = accept(&town, "rosa@example.org").await;
    let frame = portal::frame(&rosa, bo).await.unwrap();
    assert_eq!((frame.record.reach.role, frame.record.reach.level), (Role::View, Sees::Administrative));
    assert!(!frame.record.manages);
    // The practice sees who is in, and by whom; whoever let the mother in is told.
    let seen = user(&owner, bo, "rosa@example.org").await;
    assert_eq!((seen.name.as_str(), seen.given_by.as_deref()), ("Rosa Vidal", Some("Ada Vidal")));
    let row = invitations::list(&owner, bo, &Default::default()).await.unwrap().rows.remove(0);
    assert_eq!((row.inviter.as_str(), row.by_family), ("Ada Vidal", true));
    assert_eq!(services::notifications::unread(&owner).await.unwrap(), 2);

    portal_users::end(&ada, bo, seen.id).await.unwrap();
    not_found(portal::frame(&rosa, bo).await);
    assert!(matches!(portal_users::people(&ada, bo).await.unwrap().people[0].person.standing, Standing::Ended(_)));
    // Twice changes nothing; somebody who is not there is not there.
    portal_users::end(&ada, bo, seen.id).await.unwrap();
    not_found(portal_users::end(&ada, bo, town.services.random.id().into()).await);
    assert_eq!(town.engine.audited(Action::GrantEnded).await, 1);
}

/// PX-13: pending invitations of somebody just taken away are dead, and whom they let in is out.
async fn who_is_taken_away_takes_with_them_whom_they_let_in(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, id) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    for name in ["rosa", "olga"] {
        let form = family(name, &format!("{name}@example.org"), Role::View, Sees::Clinical);
        portal_users::invite(&ada, bo, &form).await.unwrap();
    }
    let rosa = accept(&town, "rosa@example.org").await;
    let pending = town.link_to("olga@example.org").await;
    portal_users::suspend(&owner, bo, id).await.unwrap();
    assert_eq!(conflict(invitations::accept(&town.anon(), &pending, PASSWORD).await), Conflict::Revoked);
    not_found(portal::frame(&rosa, bo).await);
    not_found(portal_users::people(&ada, bo).await);
    // A mail that had not left yet stays.
    portal_users::restore(&owner, bo, id).await.unwrap();
    portal_users::invite(&ada, bo, &family("Nina", "nina@example.org", Role::View, Sees::Clinical)).await.unwrap();
    portal_users::suspend(&owner, bo, id).await.unwrap();
    town.post().await;
    assert!(town.mailer.to("nina@example.org").is_empty());
    // Restored she is in again; whom she let in is not.
    portal_users::restore(&owner, bo, id).await.unwrap();
    assert_eq!(records(&ada).await, [bo]);
    assert!(records(&rosa).await.is_empty());
}

/// PX-05, PX-12: who acts for a patient lets nobody in, sees nobody else, ends nobody, and changes nothing of their own.
async fn a_proxy_lets_nobody_in(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, id) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    let refused = |answer: Result<(), Error>| {
        assert!(matches!(answer, Err(Error::Forbidden(Refusal::NotYours))), "{answer:?}");
    };
    refused(portal_users::people(&ada, bo).await.map(drop));
    refused(portal_users::invite(&ada, bo, &family("Rosa", "rosa@example.org", Role::View, Sees::Clinical)).await);
    refused(portal_users::end(&ada, bo, id).await);
    refused(portal_users::send_again(&ada, bo, id).await);
    // The doors of the practice are not hers.
    assert!(matches!(portal_users::save(&ada, bo, id, &parent()).await, Err(Error::Forbidden(_))));
    // As soon as the patient has an account it is the patient's to decide, also before a parent who managed it.
    let (parent_of, _) = mother(&town, &owner, bo, "pam@example.org", parent()).await;
    assert!(portal_users::people(&parent_of, bo).await.is_ok());
    town.portal_user(&owner, bo, "bo@example.org").await;
    refused(portal_users::people(&parent_of, bo).await.map(drop));
}

/// PX-05: what is handed on is held to what the giver has.
async fn nobody_lets_in_further_than_they_reach(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let narrow =
        TermsForm { manages: "yes".into(), last_day: "2027-06-30".into(), ..terms(Role::View, Sees::Administrative) };
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", narrow).await;
    let form =
        FamilyForm { last_day: "2099-01-01".into(), ..family("Rosa", "rosa@example.org", Role::Edit, Sees::Clinical) };
    portal_users::invite(&ada, bo, &form).await.unwrap();
    let [mother, given] =
        [user(&owner, bo, "ada@example.org").await.terms, user(&owner, bo, "rosa@example.org").await.terms];
    assert_eq!((given.role, given.level, given.manages), (Role::View, Sees::Administrative, false));
    assert!(given.ends_at.is_some() && given.ends_at == mother.ends_at);
    // Her own address lets nobody in.
    let own = family("Ada", "ada@example.org", Role::View, Sees::Clinical);
    assert_eq!(problem(portal_users::invite(&ada, bo, &own).await, "email"), Problem::AlreadyInPortal);
}

/// The patient ends everybody's; a parent what they gave, not the other parent's.
async fn whom_the_patient_and_whom_a_parent_can_end(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    let (_, pa) = mother(&town, &owner, bo, "pa@example.org", parent()).await;
    let seen = portal_users::people(&ada, bo).await.unwrap().people.remove(0);
    assert!(!seen.may_end && seen.person.email.is_empty(), "the other parent is named, no more: {seen:?}");
    not_found(portal_users::end(&ada, bo, pa).await);

    let anna = town.patient(&owner, "Anna", "Roe").await;
    let own = town.portal_user(&owner, anna, "anna@example.org").await;
    let (carer, _) = mother(&town, &owner, anna, "carer@example.org", whole()).await;
    let seen = portal_users::people(&own, anna).await.unwrap().people.remove(0);
    assert!(seen.may_end);
    portal_users::end(&own, anna, seen.person.id).await.unwrap();
    assert!(records(&carer).await.is_empty());
    assert_eq!(records(&own).await, [anna]);
}

/// S0-27: who acts for somebody gives it up by themselves; nobody gives up the own record.
async fn given_up(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    portal_users::invite(&ada, bo, &family("Rosa", "rosa@example.org", Role::View, Sees::Clinical)).await.unwrap();
    let rosa = accept(&town, "rosa@example.org").await;
    portal_users::leave(&ada, bo).await.unwrap();
    assert!(records(&ada).await.is_empty() && records(&rosa).await.is_empty());
    not_found(portal_users::leave(&ada, bo).await);
    let anna = town.patient(&owner, "Anna", "Roe").await;
    let own = town.portal_user(&owner, anna, "anna@example.org").await;
    assert!(matches!(portal_users::leave(&own, anna).await, Err(Error::Forbidden(Refusal::OwnRecord))));
}

/// PX-01
async fn a_sibling_is_not_there(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let [bo, cleo] = [child(&owner, "Bo").await, child(&owner, "Cleo").await];
    let (ada, id) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    not_found(portal::frame(&ada, cleo).await);
    not_found(portal_users::people(&ada, cleo).await);
    not_found(portal_users::invite(&ada, cleo, &family("R", "r@example.org", Role::View, Sees::Clinical)).await);
    not_found(portal_users::leave(&ada, cleo).await);
    // A grant is of its own patient only.
    not_found(portal_users::suspend(&owner, cleo, id).await);
    not_found(portal_users::save(&owner, cleo, id, &whole()).await);
}

/// PR-11, S1-03: what the level and the settings allow.
async fn who_may_change_portal_users(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (_, id) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    let read_only = AccessSettings { read_only: true, ..AccessSettings::default() };
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let reader =
        town.user_with(group, "ro@harbour.example", Level::Clinical, read_only, UserState::Active).await.unwrap();
    assert_eq!(list(&reader, bo).await.len(), 1);
    for answer in [
        portal_users::suspend(&reader, bo, id).await,
        portal_users::restore(&reader, bo, id).await,
        portal_users::save(&reader, bo, id, &whole()).await,
        portal_users::find(&reader, bo, "ada@example.org").await.map(drop),
    ] {
        assert!(matches!(answer, Err(Error::Forbidden(Refusal::ReadOnly))), "{answer:?}");
    }
    let blind =
        town.user_with(group, "hid@harbour.example", Level::CalendarContacts, hidden, UserState::Active).await.unwrap();
    assert!(matches!(portal_users::list(&blind, bo).await, Err(Error::Forbidden(Refusal::NamesHidden))));
    assert!(matches!(
        portal_users::find(&blind, bo, "ada@example.org").await,
        Err(Error::Forbidden(Refusal::NamesHidden))
    ));
    let stranger = town.practice_called("Hill Clinic", "owner@hill.example").await.owner;
    not_found(portal_users::list(&stranger, bo).await);
    not_found(portal_users::suspend(&stranger, bo, id).await);
    // Narrowed, it is narrow at the next request; the patient's own is whole.
    portal_users::save(&owner, bo, id, &terms(Role::View, Sees::Administrative)).await.unwrap();
    assert_eq!(user(&owner, bo, "ada@example.org").await.terms.level, Sees::Administrative);
    let over = TermsForm { last_day: "2001-01-01".into(), ..whole() };
    assert_eq!(problem(portal_users::save(&owner, bo, id, &over).await, "last_day"), Problem::InThePast);
    town.portal_user(&owner, bo, "bo@example.org").await;
    let own = user(&owner, bo, "bo@example.org").await.id;
    assert_eq!(conflict(portal_users::save(&owner, bo, own, &whole()).await), Conflict::OwnRecord);
}

/// However many people there are, the list ends somewhere; who is out makes room.
async fn so_many_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let most = domain::limits::PORTAL_USERS_AT_ONCE;
    let mut last = None::<InvitationId>;
    for n in 0..most {
        let form = as_other(&format!("P{n}"), &format!("p{n}@example.org"), whole());
        last = Some(invitations::invite(&owner, bo, &form).await.unwrap());
    }
    let one_more = as_other("Late", "late@example.org", whole());
    assert_eq!(problem(invitations::invite(&owner, bo, &one_more).await, "email"), Problem::TooMany);
    invitations::revoke(&owner, bo, last.unwrap()).await.unwrap();
    invitations::invite(&owner, bo, &one_more).await.unwrap();
}

/// Removing a contact takes nobody's access away by the way.
async fn a_contact_that_is_removed(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    let contact = patients::contacts(&owner, bo).await.unwrap().remove(0);
    patients::remove_contact(&owner, bo, contact.id, contact.version).await.unwrap();
    let stays = user(&owner, bo, "ada@example.org").await;
    assert_eq!((stays.kind, stays.contact, stays.name.as_str()), (Kind::Other, None, "Ada Vidal"));
    assert_eq!(records(&ada).await, [bo]);
}

/// Whose access is over is invited anew, as whoever they are now, and agrees anew.
async fn invited_anew_after_the_end(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let anna = town.patient(&owner, "Anna", "Roe").await;
    let own = town.portal_user(&owner, anna, "anna@example.org").await;
    let (carer, id) = mother(&town, &owner, anna, "carer@example.org", whole()).await;
    portal_users::end(&own, anna, id).await.unwrap();
    let contact = user(&owner, anna, "carer@example.org").await.contact.unwrap();
    let form = as_contact(contact, "carer@example.org", terms(Role::View, Sees::Clinical));
    invitations::invite(&owner, anna, &form).await.unwrap();
    assert!(records(&carer).await.is_empty(), "not before she agrees");
    let token = town.link_to("carer@example.org").await;
    invitations::confirm(&carer, &token).await.unwrap();
    assert_eq!(portal::frame(&carer, anna).await.unwrap().record.reach.role, Role::View);
}

/// Walk (b): S3-29, S3-30, S3-31, S3-32. Ticked forms and their message go along, and show once she is in; she fills in and
/// returns them for the child, and the practice sees by whom (PX-07). Who may only look cannot.
async fn intake_forms_go_along(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let [intake, consent] = [published(&owner, "Intake").await, published(&owner, "Consent").await];
    forms::add(&owner, &draft("Not published yet")).await.unwrap();
    let offered = invitations::start(&owner, bo).await.unwrap().forms;
    assert_eq!(offered.iter().map(|one| one.id).collect::<Vec<_>>(), [consent, intake]);

    let id = contact(&owner, bo, "Ada Vidal", "mother", "ada@example.org").await;
    let form = InviteForm {
        forms: vec![intake, consent, intake],
        forms_message: "Please bring his glasses.".to_owned(),
        ..as_contact(id, "ada@example.org", whole())
    };
    let long = InviteForm { forms_message: "x".repeat(domain::limits::MESSAGE + 1), ..form.clone() };
    assert_eq!(problem(invitations::invite(&owner, bo, &long).await, "forms_message"), Problem::TooLong);
    invitations::invite(&owner, bo, &form).await.unwrap();
    let ada = accept(&town, "ada@example.org").await;
    assert_eq!(portal::frame(&ada, bo).await.unwrap().asked_forms, 2);
    let asked = forms::list_own(&ada, bo, &PageRequest::default()).await.unwrap().asked;
    assert!(asked.iter().all(|one| one.message == "Please bring his glasses."), "{asked:?}");
    assert_eq!(asked.len(), 2, "each form once");
    // The mail says nothing of it: it goes through anybody's hands (decision 14).
    assert!(town.mailer.to("ada@example.org").iter().all(|letter| !letter.text.contains("glasses")));

    forms::submit_own(&ada, bo, asked[0].id, &typed(&[("reason", "His back")])).await.unwrap();
    let returned = forms::answers(&owner, bo, asked[0].id).await.unwrap();
    assert_eq!((returned.email.as_str(), returned.kind), ("ada@example.org", Kind::Contact));

    let grant = user(&owner, bo, "ada@example.org").await.id;
    portal_users::save(&owner, bo, grant, &terms(Role::View, Sees::Clinical)).await.unwrap();
    not_found(forms::submit_own(&ada, bo, asked[1].id, &typed(&[("reason", "His back")])).await);

    // Nothing has to go along.
    invitations::invite(&owner, bo, &as_other("Sam", "sam@example.org", whole())).await.unwrap();
    let sam = accept(&town, "sam@example.org").await;
    assert_eq!(portal::frame(&sam, bo).await.unwrap().asked_forms, 0);
}

/// PX-05: who has stepped down by the child's age lets nobody in further, and nobody for longer than the age allows.
async fn what_a_stepped_down_parent_gives(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    let form = PatientAccessForm { steps_down: "12".into(), ends: "16".into(), ..access_form(true, 24) };
    settings::save_patient_access(&owner, 0, &form).await.unwrap();
    let narrows = user(&owner, bo, "ada@example.org").await.steps_down_at.unwrap();
    until_just_before(&town, narrows);
    town.clock.pass(Span::hours(1));
    portal_users::invite(&ada, bo, &family("Ada", "second@example.org", Role::Edit, Sees::Clinical)).await.unwrap();
    let given = user(&owner, bo, "second@example.org").await;
    assert_eq!(given.terms.level, Sees::Administrative);
    assert_eq!(given.ends_at, user(&owner, bo, "ada@example.org").await.ends_at);
}

/// What the practice suspended is not ended from the portal, and so not given anew from there.
async fn what_the_practice_stopped_stays_stopped(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let anna = town.patient(&owner, "Anna", "Roe").await;
    let own = town.portal_user(&owner, anna, "anna@example.org").await;
    let (carer, id) = mother(&town, &owner, anna, "carer@example.org", whole()).await;
    portal_users::suspend(&owner, anna, id).await.unwrap();
    assert!(!portal_users::people(&own, anna).await.unwrap().people[0].may_end);
    assert_eq!(conflict(portal_users::end(&own, anna, id).await), Conflict::AccessEnded);
    let again = family("Carer", "carer@example.org", Role::View, Sees::Clinical);
    assert_eq!(problem(portal_users::invite(&own, anna, &again).await, "email"), Problem::CannotBeInvited);
    assert!(records(&carer).await.is_empty());
}

/// PX-12, PR-06: a pending invitation of the practice's is not turned into a parent's; and an address that cannot be invited is
/// not explained.
async fn whom_the_practice_invited_is_not_a_parents_to_invite(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    town.invite(&owner, bo, "bo@example.org").await;
    town.user(group, "tom@harbour.example", Level::Clinical).await;
    for email in ["bo@example.org", "tom@harbour.example"] {
        let form = family("Somebody", email, Role::View, Sees::Administrative);
        assert_eq!(problem(portal_users::invite(&ada, bo, &form).await, "email"), Problem::CannotBeInvited, "{email}");
    }
    assert_eq!(user(&owner, bo, "bo@example.org").await.kind, Kind::Own);
    accept(&town, "bo@example.org").await;
}

/// Narrowing a parent narrows whom they let in.
async fn narrowed_with_whoever_let_them_in(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, id) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    portal_users::invite(&ada, bo, &family("Rosa", "rosa@example.org", Role::View, Sees::Clinical)).await.unwrap();
    let rosa = accept(&town, "rosa@example.org").await;
    let narrow =
        TermsForm { manages: "yes".into(), last_day: "2027-06-30".into(), ..terms(Role::Edit, Sees::Administrative) };
    portal_users::save(&owner, bo, id, &narrow).await.unwrap();
    assert_eq!(portal::frame(&rosa, bo).await.unwrap().record.reach.level, Sees::Administrative);
    assert!(user(&owner, bo, "rosa@example.org").await.ends_at.is_some());
}

/// What was asked of somebody when they were let in before is not there when they are let in anew; and who sees appointments
/// only is asked nothing.
async fn forms_of_another_time(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let intake = published(&owner, "Intake").await;
    let form = InviteForm { forms: vec![intake], ..as_other("Sam", "sam@example.org", whole()) };
    let id = invitations::invite(&owner, bo, &form).await.unwrap();
    invitations::revoke(&owner, bo, id).await.unwrap();
    assert!(forms::send_start(&owner, bo).await.unwrap().people.is_empty(), "nobody is there to be asked");
    town.clock.pass(Span::hours(1));
    invitations::invite(&owner, bo, &as_other("Sam", "sam@example.org", whole())).await.unwrap();
    let sam = accept(&town, "sam@example.org").await;
    assert_eq!(portal::frame(&sam, bo).await.unwrap().asked_forms, 0);
    assert!(forms::list_own(&sam, bo, &PageRequest::default()).await.unwrap().asked.is_empty());

    let narrow =
        InviteForm { forms: vec![intake], ..as_other("Kim", "kim@example.org", terms(Role::View, Sees::Clinical)) };
    assert_eq!(problem(invitations::invite(&owner, bo, &narrow).await, "forms"), Problem::NotForThem);
    let grant = user(&owner, bo, "sam@example.org").await.id;
    portal_users::save(&owner, bo, grant, &terms(Role::Edit, Sees::Administrative)).await.unwrap();
    not_found(forms::list_own(&sam, bo, &PageRequest::default()).await);
}

/// S1-03: who invited is a name as well.
async fn names_hidden_in_the_list_of_invitations(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let anna = town.patient(&owner, "Anna", "Roe").await;
    let own = town.portal_user(&owner, anna, "anna@example.org").await;
    portal_users::invite(&own, anna, &family("Kim", "kim@example.org", Role::View, Sees::Clinical)).await.unwrap();
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let blind =
        town.user_with(group, "hid@harbour.example", Level::CalendarContacts, hidden, UserState::Active).await.unwrap();
    let seen = async |by: &Ctx| invitations::list(by, anna, &PageRequest::default()).await.unwrap().rows.remove(0);
    assert_eq!(seen(&owner).await.inviter, "Anna Roe");
    assert_eq!(seen(&blind).await.inviter, "");
}

/// PX-06, PT-14: what a teenager was asked, and answered, is theirs alone: not in a parent's list or count, not in the mail, not
/// at its address.
async fn what_a_teenager_was_asked_is_theirs_alone(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let teenager = town.portal_user(&owner, bo, "bo@example.org").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", whole()).await;
    let form = published(&owner, "Alone with the doctor").await;
    let to = user(&owner, bo, "bo@example.org").await.id.to_string();
    let message = "Only for you".to_owned();
    forms::send(&owner, bo, &SendForm { to, forms: vec![form], message }).await.unwrap();
    town.post().await;
    let request = forms::requests(&owner, bo, &PageRequest::default()).await.unwrap().rows[0].id;
    let asked = async |by: &Ctx| portal::frame(by, bo).await.unwrap().asked_forms;
    assert_eq!(asked(&teenager).await, 1);
    for returned in [false, true] {
        if returned {
            forms::submit_own(&teenager, bo, request, &typed(&[("reason", "my own affair")])).await.unwrap();
        }
        let own = forms::list_own(&ada, bo, &PageRequest::default()).await.unwrap();
        assert!(own.asked.is_empty() && own.returned.rows.is_empty(), "{own:?}");
        assert_eq!(asked(&ada).await, 0);
        not_found(forms::open_own(&ada, bo, request).await);
        not_found(forms::submit_own(&ada, bo, request, &typed(&[("reason", "x")])).await);
    }
    let notices = |email: &str| town.mailer.to(email).iter().filter(|letter| letter.subject == "forms asked").count();
    assert_eq!((notices("bo@example.org"), notices("ada@example.org")), (1, 0));
}
