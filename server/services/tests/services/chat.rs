//! Chat: switched on, begun, written and read on both sides, switched off; and nobody reads, lists or counts what is not for them.

use domain::{
    access::Relationship,
    audit::Action,
    chat::{
        Answering, Author, ConversationFilter, ConversationPage, MessageForm, OwnConversation, Replies, RepliesForm,
        Standing, Window,
    },
    error::{Conflict, Problem, Refusal},
    grant::{Kind, Level as Sees, Role},
    ids::{ConversationId, MessageId, PatientId},
    limits,
    location::LocationForm,
    page::PageRequest,
    practice::PatientAccessForm,
    time::{Span, Time},
    user::{AccessSettings, Level, UserState},
};
use services::{
    Ctx, Error, chat, locations,
    ports::{Clock as _, Hint},
    settings,
};

use crate::{
    answers::{forbidden, not_found, wrong},
    portal_users::{mother, terms, whole},
    relationships::relate,
    town::{Staff, Town, access_form},
};

on_both_engines! {
    the_switches_of_the_group,
    a_conversation_is_begun_written_and_read,
    who_can_be_written_to,
    switched_off_for_one_patient,
    switched_off_for_all,
    only_practitioners_begin,
    it_is_there_for_nobody_else,
    nobody_writes_to_nobody,
    nobody_changes_what_another_wrote,
    what_is_sent_twice_is_stored_once,
    numbers_have_no_gaps_whoever_writes_at_once,
    a_long_conversation_is_read_in_windows,
    several_people_of_one_patient,
    two_groups_know_nothing_of_each_other,
    the_list_sorts_searches_and_hides,
    what_the_list_holds_is_what_opens,
    open_pages_are_told,
    who_waits_for_an_answer_is_listed,
    a_practice_that_is_closed_answers_by_itself,
    what_is_said_about_answers,
    who_has_not_read_is_told_once,
    the_trail_says_what_was_done_and_no_words,
}

const LIEN: &str = "lien@example.org";
/// What stands in the messages and must stand nowhere else.
const SECRET: &str = "Zyzzogeton";

async fn switch(by: &Ctx, group_chat: &str, patient_chat: &str) -> services::Result<()> {
    let version = settings::patient_access(by).await.unwrap().version;
    let form = PatientAccessForm {
        group_chat: Some(group_chat.into()),
        patient_chat: Some(patient_chat.into()),
        ..access_form(true, 48)
    };
    settings::save_patient_access(by, version, &form).await
}

fn text(body: &str) -> MessageForm {
    MessageForm { body: body.into() }
}

fn fresh(town: &Town) -> MessageId {
    town.services.random.id().into()
}

async fn send(town: &Town, by: &Ctx, id: ConversationId, body: &str) -> i64 {
    chat::send(by, id, fresh(town), &text(body)).await.unwrap().number
}

async fn answer(town: &Town, by: &Ctx, patient: PatientId, id: ConversationId, body: &str) -> i64 {
    chat::send_own(by, patient, id, fresh(town), &text(body)).await.unwrap().number
}

async fn open(by: &Ctx, id: ConversationId) -> ConversationPage {
    chat::open(by, id, Window::Latest).await.unwrap()
}

async fn open_own(by: &Ctx, patient: PatientId, id: ConversationId) -> OwnConversation {
    chat::open_own(by, patient, id, Window::Latest).await.unwrap()
}

async fn unread_own(by: &Ctx, patient: PatientId) -> i64 {
    let rows = chat::list_own(by, patient, &PageRequest::default()).await.unwrap().rows.rows;
    rows.iter().map(|row| row.unread).sum()
}

async fn listed(by: &Ctx, filter: &ConversationFilter) -> Vec<ConversationId> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = chat::list(by, filter, &page).await.unwrap().rows;
        all.extend(found.rows.into_iter().map(|row| row.id));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

/// A practice that chats with patients, one of them in the portal, and a conversation with them.
async fn place(town: &Town) -> (Staff, PatientId, Ctx, ConversationId) {
    let staff = town.practice().await;
    switch(&staff.owner, "yes", "yes").await.unwrap();
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, LIEN).await;
    let id = chat::start(&staff.owner, patient).await.unwrap();
    (staff, patient, lien, id)
}

/// Every way to one conversation from the portal.
async fn is_not_there_own(town: &Town, by: &Ctx, patient: PatientId, id: ConversationId) {
    not_found(chat::open_own(by, patient, id, Window::Latest).await);
    not_found(chat::messages_own(by, patient, id, Window::After(0)).await);
    not_found(chat::still_open(by, patient, id).await);
    not_found(chat::send_own(by, patient, id, fresh(town), &text("x")).await);
    not_found(chat::withdraw_own(by, patient, id, 1).await);
}

/// The same in the console.
async fn is_not_there(town: &Town, by: &Ctx, id: ConversationId) {
    not_found(chat::open(by, id, Window::Latest).await);
    not_found(chat::more(by, id, Window::After(0)).await);
    not_found(chat::send(by, id, fresh(town), &text("x")).await);
    not_found(chat::withdraw(by, id, 1).await);
    not_found(chat::read(by, id, 1).await);
    not_found(chat::settle(by, id, 1).await);
    assert!(!listed(by, &ConversationFilter { inactive: true, ..ConversationFilter::default() }).await.contains(&id));
    assert_eq!(chat::count_unread(by).await.unwrap().patients, 0);
}

// S2-06, S2-08, S2-09
async fn the_switches_of_the_group(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let now = settings::patient_access(&owner).await.unwrap();
    assert!(now.group_chat && !now.patient_chat, "as a group begins");
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    town.portal_user(&owner, patient, LIEN).await;
    assert_eq!(forbidden(chat::start(&owner, patient).await), Refusal::ChatOff);
    // Not without group chat, in one step or in two.
    assert_eq!(wrong(switch(&owner, "", "yes").await, "patient_chat"), Some(Problem::NeedsGroupChat));
    switch(&owner, "", "").await.unwrap();
    let only = PatientAccessForm { patient_chat: Some("yes".into()), ..access_form(true, 48) };
    let version = settings::patient_access(&owner).await.unwrap().version;
    let refused = settings::save_patient_access(&owner, version, &only).await;
    assert_eq!(wrong(refused, "patient_chat"), Some(Problem::NeedsGroupChat));
    switch(&owner, "yes", "yes").await.unwrap();
    // At once.
    chat::start(&owner, patient).await.unwrap();
    // A page that knows nothing of chat leaves it as it is; group chat does not go from under it.
    let version = settings::patient_access(&owner).await.unwrap().version;
    settings::save_patient_access(&owner, version, &access_form(true, 48)).await.unwrap();
    assert!(settings::patient_access(&owner).await.unwrap().chats_with_patients());
    assert_eq!(wrong(switch(&owner, "", "yes").await, "patient_chat"), Some(Problem::NeedsGroupChat));
    switch(&owner, "yes", "").await.unwrap();
    assert_eq!(forbidden(chat::start(&owner, patient).await), Refusal::ChatOff);
}

// S2-01, S2-03
async fn a_conversation_is_begun_written_and_read(town: Town) {
    let staff = town.practice().await;
    let owner = &staff.owner;
    switch(owner, "yes", "yes").await.unwrap();
    let patient = town.patient(owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(owner, patient, LIEN).await;
    assert!(!chat::switch(owner, patient).await.unwrap().patient, "off until somebody begins");
    assert!(chat::list_own(&lien, patient, &PageRequest::default()).await.unwrap().rows.rows.is_empty());
    let id = chat::start(owner, patient).await.unwrap();
    assert!(chat::switch(owner, patient).await.unwrap().patient);
    assert_eq!(chat::start(owner, patient).await.unwrap(), id, "one for each practitioner and patient");

    let empty = open(owner, id).await;
    assert!(empty.messages.rows.is_empty() && empty.may_write && empty.standing == Standing::Open);
    assert_eq!(empty.name, "Lien Nguyen");
    assert_eq!(wrong(chat::send(owner, id, fresh(&town), &text(" ")).await, "body"), Some(Problem::Missing));
    assert_eq!(send(&town, owner, id, "How is the ankle?").await, 1);
    assert_eq!(unread_own(&lien, patient).await, 1);
    let row = chat::list_own(&lien, patient, &PageRequest::default()).await.unwrap().rows.rows.remove(0);
    assert_eq!((row.with.as_str(), row.last.as_deref()), ("Dr Mira Anand", Some("How is the ankle?")));
    let page = open_own(&lien, patient, id).await;
    assert!(page.may_write && page.read == 0 && page.messages.rows.len() == 1);
    assert!(matches!(&page.messages.rows[0].author, Author::User { name, .. } if name == "Dr Mira Anand"));
    // What was shown is read, and the practice sees by whom and how far.
    assert_eq!(unread_own(&lien, patient).await, 0);
    let marks = open(owner, id).await.marks;
    assert_eq!((marks.len(), marks[0].number, marks[0].person.name.as_str()), (1, 1, "Lien Nguyen"));

    town.clock.pass(Span::minutes(5));
    assert_eq!(answer(&town, &lien, patient, id, "Better.\n\nThank you").await, 2);
    assert_eq!(chat::count_unread(owner).await.unwrap().patients, 1);
    let row =
        chat::list(owner, &ConversationFilter::default(), &PageRequest::default()).await.unwrap().rows.rows.remove(0);
    assert_eq!((row.unread, row.last.as_deref(), row.name.as_str()), (1, Some("Better. …"), "Lien Nguyen"));
    let page = open(owner, id).await;
    assert_eq!((page.read, page.messages.rows[1].author.clone() == Author::Own), (1, false));
    assert_eq!(page.messages.rows[0].author, Author::Own);
    assert!(matches!(&page.messages.rows[1].author, Author::Portal(person) if person.kind == Kind::Own));
    // To look is not to have seen; the page says so when somebody is there.
    assert_eq!(chat::count_unread(owner).await.unwrap().patients, 1);
    chat::read(owner, id, 2).await.unwrap();
    assert_eq!(chat::count_unread(owner).await.unwrap().patients, 0);
    // Neither beyond the end nor back.
    for number in [99, 1, 0, -1] {
        chat::read(owner, id, number).await.unwrap();
    }
    assert_eq!(open(owner, id).await.read, 2);
    assert_eq!(open_own(&lien, patient, id).await.read, 2);
}

// S2-04, S2-05, PR-09
async fn who_can_be_written_to(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    switch(&owner, "yes", "yes").await.unwrap();
    let nobody = town.patient(&owner, "Nobody", "Invited").await;
    let invited = town.patient(&owner, "Only", "Invited").await;
    town.invite(&owner, invited, "only@example.org").await;
    let clerk = town.patient(&owner, "Clerk", "Minded").await;
    mother(&town, &owner, clerk, "clerk@example.org", terms(Role::Edit, Sees::Administrative)).await;
    for patient in [nobody, invited, clerk] {
        assert_eq!(wrong(chat::start(&owner, patient).await, "patient"), Some(Problem::NotInPortal));
        assert!(!chat::switch(&owner, patient).await.unwrap().patient, "a refusal switches nothing on");
        assert_eq!(wrong(chat::save_switch(&owner, patient, true).await, "chat"), Some(Problem::NotInPortal));
    }
    let found = chat::partners(&owner, "invited").await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| !one.reachable));
    // The same person's portal with another group reaches nobody here.
    let other = town.practice_called("Riverside", "other@riverside.example").await.owner;
    switch(&other, "yes", "yes").await.unwrap();
    let there = town.patient(&other, "Only", "Invited").await;
    town.portal_user(&other, there, "only@example.org").await;
    assert_eq!(wrong(chat::start(&owner, invited).await, "patient"), Some(Problem::NotInPortal));
    not_found(chat::start(&owner, there).await);
    chat::start(&other, there).await.unwrap();
    assert!(chat::partners(&other, "only").await.unwrap()[0].reachable);
}

// S2-16, S2-17, S2-19, S2-20, S2-21, S2-22, S2-23, PT-09
async fn switched_off_for_one_patient(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    send(&town, &owner, id, "Hello").await;
    answer(&town, &lien, patient, id, "Hello too").await;
    let again = |by: Ctx| async move { chat::start(&by, patient).await.map(drop) };
    chat::save_switch(&owner, patient, false).await.unwrap();
    for _ in 0..2 {
        assert_eq!(forbidden(chat::send_own(&lien, patient, id, fresh(&town), &text("x")).await), Refusal::ChatOff);
        assert_eq!(forbidden(chat::send(&owner, id, fresh(&town), &text("x")).await), Refusal::ChatOffForPatient);
        assert_eq!(forbidden(chat::withdraw_own(&lien, patient, id, 2).await), Refusal::ChatOff);
        // What was written stays to be read, on both sides.
        let page = open_own(&lien, patient, id).await;
        assert!(page.messages.rows.len() == 2 && !page.may_write && page.standing == Standing::PatientOff);
        let page = open(&owner, id).await;
        assert!(page.messages.rows.len() == 2 && !page.may_write && page.standing == Standing::PatientOff);
        chat::save_switch(&owner, patient, false).await.unwrap();
    }
    chat::save_switch(&owner, patient, true).await.unwrap();
    assert_eq!(answer(&town, &lien, patient, id, "On again").await, 3);
    chat::save_switch(&owner, patient, false).await.unwrap();
    again(owner.clone()).await.unwrap();
    assert_eq!(answer(&town, &lien, patient, id, "And again").await, 4);
}

// S2-06, PT-09, AD-07: from the next request on.
async fn switched_off_for_all(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    send(&town, &owner, id, "Hello").await;
    switch(&owner, "yes", "").await.unwrap();
    assert_eq!(forbidden(chat::send(&owner, id, fresh(&town), &text("x")).await), Refusal::ChatOff);
    assert_eq!(forbidden(chat::send_own(&lien, patient, id, fresh(&town), &text("x")).await), Refusal::ChatOff);
    // Which of the switches it is, is not told.
    assert_eq!(open_own(&lien, patient, id).await.standing, Standing::PatientOff);
    let list = chat::list(&owner, &ConversationFilter::default(), &PageRequest::default()).await.unwrap();
    assert!(!list.on && !list.may_start && list.rows.rows[0].standing == Standing::PracticeOff);
    switch(&owner, "yes", "yes").await.unwrap();
    assert_eq!(answer(&town, &lien, patient, id, "Back").await, 2);
}

// S2-02, PT-08
async fn only_practitioners_begin(town: Town) {
    let (Staff { group, .. }, patient, lien, id) = place(&town).await;
    // There is nothing a portal user could begin one with; not even by the practice's way.
    assert_eq!(forbidden(chat::start(&lien, patient).await), Refusal::Door);
    let administrator = town.user(group, "grace@harbour.example", Level::AdminFull).await;
    assert_eq!(forbidden(chat::start(&administrator, patient).await), Refusal::Level);
    assert!(chat::partners(&administrator, "lien").await.unwrap().is_empty());
    let looks = AccessSettings { read_only: true, ..AccessSettings::default() };
    let reader = town.user_with(group, "reader@harbour.example", Level::Full, looks, UserState::Active).await.unwrap();
    assert_eq!(forbidden(chat::start(&reader, patient).await), Refusal::ReadOnly);
    let stranger = town.user(group, "saoirse@harbour.example", Level::Personal).await;
    not_found(chat::start(&stranger, patient).await);
    // A colleague begins one of their own, and it is another one.
    let colleague = town.user(group, "tom@harbour.example", Level::Clinical).await;
    assert_ne!(chat::start(&colleague, patient).await.unwrap(), id);
    assert_eq!(chat::list_own(&lien, patient, &PageRequest::default()).await.unwrap().rows.rows.len(), 2);
}

// PT-07, PR-01
async fn it_is_there_for_nobody_else(town: Town) {
    let (Staff { owner, group }, patient, lien, id) = place(&town).await;
    send(&town, &owner, id, SECRET).await;
    answer(&town, &lien, patient, id, SECRET).await;
    for level in [Level::Full, Level::Clinical, Level::AdminFull, Level::OwnAndContacts, Level::Personal] {
        let colleague = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        is_not_there(&town, &colleague, id).await;
    }
    let elsewhere = town.practice_called("Riverside", "other@riverside.example").await.owner;
    is_not_there(&town, &elsewhere, id).await;
    let other = town.patient(&owner, "Ann", "Other").await;
    let ann = town.portal_user(&owner, other, "ann@example.org").await;
    is_not_there_own(&town, &ann, patient, id).await;
    // Nor by one's own record.
    is_not_there_own(&town, &ann, other, id).await;
    let (clerk, _) = mother(&town, &owner, patient, "clerk@example.org", terms(Role::Edit, Sees::Administrative)).await;
    is_not_there_own(&town, &clerk, patient, id).await;
    not_found(chat::list_own(&clerk, patient, &PageRequest::default()).await);
    let (reader, _) = mother(&town, &owner, patient, "reader@example.org", terms(Role::View, Sees::Clinical)).await;
    assert_eq!(open_own(&reader, patient, id).await.messages.rows.len(), 2);
    assert_eq!(forbidden(chat::send_own(&reader, patient, id, fresh(&town), &text("x")).await), Refusal::ReadOnly);
    // Whom the patient was hidden from has no conversation with them any more.
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let toms = chat::start(&tom, patient).await.unwrap();
    answer(&town, &lien, patient, toms, "For Tom").await;
    assert_eq!(chat::count_unread(&tom).await.unwrap().patients, 1);
    relate(&town, &owner, patient, tom.actor().unwrap().user().unwrap().user, Relationship::Revoked).await;
    is_not_there(&town, &tom, toms).await;
}

// What is taken is read by somebody: not when its practitioner left, may not answer, or does not see the patient any more.
async fn nobody_writes_to_nobody(town: Town) {
    let (Staff { owner, group }, patient, lien, _) = place(&town).await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let id = chat::start(&tom, patient).await.unwrap();
    answer(&town, &lien, patient, id, "Hello").await;
    let user = tom.actor().unwrap().user().unwrap().user;
    let shut = async || {
        let sent = chat::send_own(&lien, patient, id, fresh(&town), &text("x")).await;
        assert_eq!(forbidden(sent), Refusal::ChatOff);
        let page = open_own(&lien, patient, id).await;
        assert!(!page.may_write && page.standing == Standing::PatientOff && !page.messages.rows.is_empty());
    };
    relate(&town, &owner, patient, user, Relationship::Revoked).await;
    shut().await;
    relate(&town, &owner, patient, user, Relationship::Granted).await;
    answer(&town, &lien, patient, id, "Again").await;
    let stored = services::users::page(&owner, user).await.unwrap();
    services::users::deactivate(&owner, user, stored.user.version).await.unwrap();
    shut().await;
}

// PT-10
async fn nobody_changes_what_another_wrote(town: Town) {
    let (Staff { owner, group }, patient, lien, id) = place(&town).await;
    let (mother, _) = mother(&town, &owner, patient, "ada@example.org", whole()).await;
    send(&town, &owner, id, "From the practice").await;
    answer(&town, &lien, patient, id, "From Lien").await;
    not_found(chat::withdraw(&owner, id, 2).await);
    not_found(chat::withdraw_own(&lien, patient, id, 1).await);
    not_found(chat::withdraw_own(&mother, patient, id, 2).await);
    not_found(chat::withdraw_own(&lien, patient, id, 9).await);
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    not_found(chat::withdraw(&tom, id, 1).await);
    // One's own leaves its place.
    chat::withdraw_own(&lien, patient, id, 2).await.unwrap();
    not_found(chat::withdraw_own(&lien, patient, id, 2).await);
    let rows = open(&owner, id).await.messages.rows;
    assert!(rows[1].withdrawn && rows[1].body.is_empty() && rows[1].number == 2 && !rows[0].withdrawn);
    let row =
        chat::list(&owner, &ConversationFilter::default(), &PageRequest::default()).await.unwrap().rows.rows.remove(0);
    assert_eq!(row.last, None);
    chat::withdraw(&owner, id, 1).await.unwrap();
    assert!(open_own(&lien, patient, id).await.messages.rows.iter().all(|row| row.withdrawn));
    // A page that is open hears of both; nobody is waited for by what was withdrawn unread.
    let news = chat::more(&owner, id, Window::After(2)).await.unwrap();
    assert_eq!((news.withdrawn, news.messages.rows.len()), (vec![2, 1], 0));
    assert_eq!(chat::count_unread(&owner).await.unwrap().patients, 0);
    send(&town, &owner, id, "Never mind").await;
    assert_eq!(unread_own(&lien, patient).await, 1);
    chat::withdraw(&owner, id, 3).await.unwrap();
    assert_eq!(unread_own(&lien, patient).await, 0);
    assert!(chat::list_own(&lien, patient, &PageRequest::default()).await.unwrap().rows.rows[0].withdrawn);
}

// B-11, R-13
async fn what_is_sent_twice_is_stored_once(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let message = fresh(&town);
    let sent = chat::send_own(&lien, patient, id, message, &text("Once")).await.unwrap();
    town.clock.pass(Span::minutes(1));
    assert_eq!(chat::send_own(&lien, patient, id, message, &text("Once")).await.unwrap(), sent);
    let together = futures::future::join_all((0..8).map(|_| {
        let (lien, message) = (lien.clone(), MessageId::from(uuid::Uuid::from_u128(77)));
        async move { chat::send_own(&lien, patient, id, message, &text("At once")).await.unwrap() }
    }))
    .await;
    assert!(together.iter().all(|one| *one == together[0]), "{together:?}");
    // The same id of somebody else is another message: nobody learns of mine by guessing, or keeps theirs from me.
    assert_eq!(chat::send(&owner, id, message, &text("Mine")).await.unwrap().number, 3);
    assert_eq!(open(&owner, id).await.messages.rows.len(), 3);
    // To answer is not to have seen what was never shown.
    assert_eq!(chat::count_unread(&owner).await.unwrap().patients, 2);
    // Another text under an id that is taken is never said to be stored.
    let other = chat::send_own(&lien, patient, id, message, &text("Changed")).await;
    assert_eq!(crate::answers::conflict(other), domain::error::Conflict::ChangedMeanwhile);
    assert_eq!(chat::send(&owner, id, message, &text("Mine")).await.unwrap().number, 3);
    assert_eq!(open(&owner, id).await.messages.rows.len(), 3);
}

// every reader sees the same order, without gaps and doubles.
async fn numbers_have_no_gaps_whoever_writes_at_once(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let many = (0..40).map(|n| {
        let (owner, lien, message) = (owner.clone(), lien.clone(), fresh(&town));
        async move {
            let body = text(&format!("m{n}"));
            let sent = match n % 2 {
                0 => chat::send(&owner, id, message, &body).await,
                _ => chat::send_own(&lien, patient, id, message, &body).await,
            };
            (sent.unwrap().number, body.body)
        }
    });
    let reads = (0..40).map(|n| {
        let owner = owner.clone();
        async move { chat::read(&owner, id, n).await.unwrap() }
    });
    let (mut sent, _) = futures::join!(futures::future::join_all(many), futures::future::join_all(reads));
    sent.sort();
    assert_eq!(sent.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    let bodies: Vec<_> = sent.into_iter().map(|(_, body)| body).collect();
    let read = |rows: Vec<domain::chat::Message>| rows.into_iter().map(|row| row.body).collect::<Vec<_>>();
    assert_eq!(read(open(&owner, id).await.messages.rows), bodies);
    assert_eq!(read(open_own(&lien, patient, id).await.messages.rows), bodies);
    // However reading and writing met, what is unread is what was written by the other side behind what was read.
    let page = open(&owner, id).await;
    let unread = page.messages.rows.iter().filter(|row| row.number > page.read && row.author != Author::Own).count();
    assert_eq!(chat::count_unread(&owner).await.unwrap().patients, i64::try_from(unread).unwrap());
    chat::read(&owner, id, 40).await.unwrap();
    assert_eq!(chat::count_unread(&owner).await.unwrap().patients, 0);
}

async fn a_long_conversation_is_read_in_windows(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let last = i64::from(limits::CHAT_WINDOW) * 2 + 10;
    for n in 1..=last {
        assert_eq!(send(&town, &owner, id, &format!("m{n}")).await, n);
    }
    let numbers = |messages: &domain::chat::Messages| messages.rows.iter().map(|row| row.number).collect::<Vec<_>>();
    let window = |from: i64, to: i64| (from..=to).collect::<Vec<_>>();
    // The writer has read it all: the latest. The reader has read nothing: the first of it.
    let page = open(&owner, id).await;
    assert_eq!(numbers(&page.messages), window(last - 49, last));
    assert!(page.messages.earlier && !page.messages.later);
    let own = open_own(&lien, patient, id).await;
    assert_eq!(numbers(&own.messages), window(1, 50));
    assert!(!own.messages.earlier && own.messages.later);
    // From there on the first unread with a few before.
    let own = open_own(&lien, patient, id).await;
    assert_eq!((own.read, numbers(&own.messages)), (50, window(46, 95)));
    let more = chat::messages_own(&lien, patient, id, Window::After(95)).await.unwrap();
    assert_eq!((numbers(&more), more.later), (window(96, last), false));
    let earlier = chat::more(&owner, id, Window::Before(last - 49)).await.unwrap().messages;
    assert_eq!((numbers(&earlier), earlier.earlier), (window(last - 99, last - 50), true));
    let first = chat::more(&owner, id, Window::Before(11)).await.unwrap().messages;
    assert_eq!((numbers(&first), first.earlier, first.later), (window(1, 10), false, true));
    for nothing in [Window::After(last), Window::Before(1), Window::Before(-5), Window::After(i64::MAX)] {
        assert!(chat::more(&owner, id, nothing).await.unwrap().messages.rows.is_empty());
    }
}

// Decision 10: shown by name and relationship.
async fn several_people_of_one_patient(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let (ada, _) = mother(&town, &owner, patient, "ada@example.org", whole()).await;
    send(&town, &owner, id, "To all of you").await;
    answer(&town, &ada, patient, id, "From Ada").await;
    answer(&town, &lien, patient, id, "From Lien").await;
    let rows = open(&owner, id).await.messages.rows;
    let person = |n: usize| match &rows[n].author {
        Author::Portal(person) => (person.name.as_str(), person.kind, person.relationship.as_str()),
        other => panic!("{other:?}"),
    };
    assert_eq!(person(1), ("Ada Vidal", Kind::Contact, "mother"));
    assert_eq!(person(2), ("Lien Nguyen", Kind::Own, ""));
    let rows = open_own(&lien, patient, id).await.messages.rows;
    assert!(matches!(&rows[1].author, Author::Portal(person) if person.name == "Ada Vidal"));
    assert_eq!(rows[2].author, Author::Own);
    // Neither was shown to Ada.
    assert_eq!(unread_own(&ada, patient).await, 2);
    assert_eq!(chat::count_unread(&owner).await.unwrap().patients, 2);
    // Who wrote without having looked has read nothing.
    let marks = open(&owner, id).await.marks;
    assert_eq!(
        marks.iter().map(|mark| (mark.person.name.as_str(), mark.number)).collect::<Vec<_>>(),
        [("Lien Nguyen", 3)]
    );
}

// S2-24, TG-02
async fn two_groups_know_nothing_of_each_other(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let other = town.practice_called("Riverside", "other@riverside.example").await.owner;
    switch(&other, "yes", "yes").await.unwrap();
    let there = town.patient(&other, "Lien", "Nguyen").await;
    // The same person: who has an account confirms with it.
    town.invite(&other, there, LIEN).await;
    services::invitations::confirm(&lien, &town.link_to(LIEN).await).await.unwrap();
    let lien_there = lien.clone();
    let theirs = chat::start(&other, there).await.unwrap();
    send(&town, &other, theirs, "From Riverside").await;
    chat::save_switch(&owner, patient, false).await.unwrap();
    assert_eq!(answer(&town, &lien_there, there, theirs, "Still here").await, 2);
    assert_eq!(forbidden(chat::send_own(&lien, patient, id, fresh(&town), &text("x")).await), Refusal::ChatOff);
    assert_eq!(chat::list_own(&lien, patient, &PageRequest::default()).await.unwrap().rows.rows.len(), 1);
    is_not_there_own(&town, &lien, patient, theirs).await;
    not_found(chat::save_switch(&other, patient, true).await);
}

// S2-12, S2-13, S2-15
async fn the_list_sorts_searches_and_hides(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    switch(&owner, "yes", "yes").await.unwrap();
    let mut all = Vec::new();
    for (n, first) in ["Amara", "Bola", "Chidi", "Dayo", "Emeka"].into_iter().enumerate() {
        let patient = town.patient(&owner, first, "Okafor").await;
        town.portal_user(&owner, patient, &format!("p{n}@example.org")).await;
        all.push((patient, chat::start(&owner, patient).await.unwrap()));
        town.clock.pass(Span::minutes(1));
    }
    let ids: Vec<_> = all.iter().map(|(_, id)| *id).collect();
    let filter = ConversationFilter::default();
    let oldest = ConversationFilter { oldest_first: true, ..filter.clone() };
    assert_eq!(listed(&owner, &oldest).await, ids);
    assert_eq!(listed(&owner, &filter).await, ids.iter().rev().copied().collect::<Vec<_>>());
    // What is written comes to the front, or to the end.
    send(&town, &owner, ids[2], "Hello").await;
    let order = [0, 1, 3, 4, 2].map(|n| ids[n]);
    assert_eq!(listed(&owner, &oldest).await, order);
    assert_eq!(listed(&owner, &filter).await, order.into_iter().rev().collect::<Vec<_>>());
    let named = |text: &str| ConversationFilter { text: text.into(), ..filter.clone() };
    assert_eq!(listed(&owner, &named("chi")).await, [ids[2]]);
    assert_eq!(listed(&owner, &named("okaf dayo")).await, [ids[3]]);
    assert_eq!(listed(&owner, &named("okafor")).await.len(), 5);
    for nobody in ["zzz", "...", "hello"] {
        assert!(listed(&owner, &named(nobody)).await.is_empty(), "{nobody}");
    }
    chat::save_switch(&owner, all[3].0, false).await.unwrap();
    assert_eq!(listed(&owner, &oldest).await, [0, 1, 4, 2].map(|n| ids[n]));
    assert_eq!(listed(&owner, &ConversationFilter { inactive: true, ..oldest }).await, order);
    // A cursor that is none.
    for after in ["x", "1.cnv_x", ".", "9999"] {
        let page = PageRequest { after: Some(after.into()), limit: None };
        assert!(chat::list(&owner, &filter, &page).await.unwrap().rows.rows.is_empty());
    }
}

/// For every level and however somebody and a patient belong together.
async fn what_the_list_holds_is_what_opens(town: Town) {
    let Staff { owner, group } = town.practice().await;
    switch(&owner, "yes", "yes").await.unwrap();
    let everything = ConversationFilter { inactive: true, ..ConversationFilter::default() };
    let (mut opened, mut shut) = (0, 0);
    for (n, level) in [Level::Personal, Level::OwnAndContacts, Level::Clinical, Level::Full].into_iter().enumerate() {
        let user = town.user(group, &format!("u{n}@harbour.example"), level).await;
        let id = user.actor().unwrap().user().unwrap().user;
        let kinds = [Relationship::Automatic, Relationship::Granted, Relationship::Revoked];
        let mut all = Vec::new();
        for (m, kind) in kinds.into_iter().enumerate() {
            let patient = town.patient(&owner, "Lien", &format!("Nguyen{n}{m}")).await;
            let email = format!("p{n}{m}@example.org");
            let lien = town.portal_user(&owner, patient, &email).await;
            relate(&town, &owner, patient, id, Relationship::Granted).await;
            let conversation = chat::start(&user, patient).await.unwrap();
            answer(&town, &lien, patient, conversation, "Hello").await;
            relate(&town, &owner, patient, id, kind).await;
            all.push(conversation);
        }
        let list = listed(&user, &everything).await;
        let mut unread = 0;
        for conversation in all {
            let opens = chat::open(&user, conversation, Window::Latest).await.is_ok();
            assert_eq!(list.contains(&conversation), opens, "{level:?}");
            unread += i64::from(opens);
            if opens { opened += 1 } else { shut += 1 }
        }
        assert_eq!(chat::count_unread(&user).await.unwrap().patients, unread);
    }
    assert_eq!((opened, shut), (8, 4));
}

// S2-14
async fn open_pages_are_told(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let (ada, _) = mother(&town, &owner, patient, "ada@example.org", whole()).await;
    let (clerk, _) = mother(&town, &owner, patient, "clerk@example.org", terms(Role::Edit, Sees::Administrative)).await;
    let account = |by: &Ctx| by.actor().unwrap().account();
    let mut hints = town.services.store.hints();
    let mut told = async |after: &str| {
        let mut told = Vec::new();
        while let Ok(Ok(hint)) = tokio::time::timeout(std::time::Duration::from_millis(300), hints.recv()).await {
            if let Hint::Chat(account) = hint {
                told.push(account);
            }
        }
        assert!(!told.is_empty(), "{after}");
        told
    };
    send(&town, &owner, id, "Hello").await;
    let all = told("a message of the practice").await;
    assert!([&owner, &lien, &ada].iter().all(|by| all.contains(&account(by))) && !all.contains(&account(&clerk)));
    answer(&town, &lien, patient, id, "Hello").await;
    let all = told("a message of the portal").await;
    assert!([&owner, &lien, &ada].iter().all(|by| all.contains(&account(by))) && !all.contains(&account(&clerk)));
    open_own(&ada, patient, id).await;
    assert_eq!(told("read in the portal").await, [account(&owner)]);
    chat::read(&owner, id, 2).await.unwrap();
    assert_eq!(told("read in the console").await, [account(&owner)]);
    chat::withdraw(&owner, id, 1).await.unwrap();
    assert!(told("a message that was withdrawn").await.contains(&account(&lien)));
}

async fn waits(by: &Ctx, id: ConversationId) -> Option<Time> {
    let waiting = ConversationFilter { waiting: true, ..ConversationFilter::default() };
    let rows = chat::list(by, &waiting, &PageRequest::default()).await.unwrap().rows.rows;
    let found = rows.into_iter().find(|row| row.id == id).and_then(|row| row.waits_since);
    assert_eq!(open(by, id).await.waits_since, found, "the page says what the list says");
    assert_eq!(chat::more(by, id, Window::Latest).await.unwrap().waits_since, found);
    found
}

async fn who_waits_for_an_answer_is_listed(town: Town) {
    let (Staff { owner, group }, patient, lien, id) = place(&town).await;
    assert_eq!(waits(&owner, id).await, None);
    let first = town.clock.now();
    answer(&town, &lien, patient, id, "May I?").await;
    town.clock.pass(Span::hours(3));
    answer(&town, &lien, patient, id, "Are you there?").await;
    assert_eq!(waits(&owner, id).await, Some(first), "since the first of them");
    // To read it is no answer.
    chat::read(&owner, id, 2).await.unwrap();
    assert_eq!(waits(&owner, id).await, Some(first));
    // What was taken back waits for none.
    chat::withdraw_own(&lien, patient, id, 1).await.unwrap();
    assert_eq!(waits(&owner, id).await, Some(town.clock.now()));
    chat::withdraw_own(&lien, patient, id, 2).await.unwrap();
    assert_eq!(waits(&owner, id).await, None);
    answer(&town, &lien, patient, id, "Thank you").await;
    assert!(waits(&owner, id).await.is_some());
    chat::settle(&owner, id, 2).await.unwrap();
    assert!(waits(&owner, id).await.is_some(), "what was not shown is not settled");
    chat::settle(&owner, id, 9).await.unwrap();
    assert!(waits(&owner, id).await.is_some(), "nor is what there is not");
    for _ in 0..2 {
        chat::settle(&owner, id, 3).await.unwrap();
        assert_eq!(waits(&owner, id).await, None);
    }
    answer(&town, &lien, patient, id, "One more thing").await;
    assert!(waits(&owner, id).await.is_some());
    // What was settled does not come back with what is withdrawn after it.
    chat::withdraw_own(&lien, patient, id, 4).await.unwrap();
    assert_eq!(waits(&owner, id).await, None);
    answer(&town, &lien, patient, id, "May I?").await;
    // Who has not seen it does not answer it.
    send(&town, &owner, id, "By the way").await;
    assert!(waits(&owner, id).await.is_some());
    chat::read(&owner, id, 6).await.unwrap();
    let number = send(&town, &owner, id, "You may").await;
    assert_eq!(waits(&owner, id).await, None);
    // An answer that is taken back is none.
    chat::withdraw(&owner, id, number).await.unwrap();
    assert_eq!(waits(&owner, id).await, None, "another one stands");
    chat::withdraw(&owner, id, 6).await.unwrap();
    assert!(waits(&owner, id).await.is_some());
    // Nobody else says so.
    answer(&town, &lien, patient, id, "May I?").await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    not_found(chat::settle(&tom, id, 9).await);
    switch(&owner.clone().proved(Some(owner.now())), "yes", "").await.unwrap();
    assert_eq!(forbidden(chat::settle(&owner, id, 9).await), Refusal::ChatOff);
}

fn replies(hours: &str, number: &str, away: &str) -> RepliesForm {
    RepliesForm { promised_hours: hours.into(), emergency_number: number.into(), away: away.into() }
}

/// Opens the practice on every day from 9 to 17, by the clock of its place.
async fn opening_hours(by: &Ctx, hours: &str) {
    let all = locations::list(by).await.unwrap();
    for location in all {
        let mut typed = LocationForm::of(&location);
        typed.hours = typed.hours.map(|_| hours.to_owned());
        typed.time_zone = "UTC".to_owned();
        locations::save(by, location.id, location.version, &typed).await.unwrap();
    }
}

async fn automatic(by: &Ctx, patient: PatientId, id: ConversationId) -> usize {
    open_own(by, patient, id).await.messages.rows.iter().filter(|row| row.automatic).count()
}

async fn a_practice_that_is_closed_answers_by_itself(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    answer(&town, &lien, patient, id, "Hello").await;
    assert_eq!(automatic(&lien, patient, id).await, 0, "nothing was set up");
    chat::save_replies(&owner, 0, &replies("", "", "We are back tomorrow.")).await.unwrap();
    // Open all day, so nothing answers by itself; then closed all day.
    opening_hours(&owner, "0-24").await;
    answer(&town, &lien, patient, id, "Hello").await;
    assert_eq!(automatic(&lien, patient, id).await, 0, "somebody is there");
    assert!(!open_own(&lien, patient, id).await.answering.closed);
    // One place that is open for a minute of Monday: closed, but known to be.
    let weekday = |at: Time| (at.millis().div_euclid(86_400_000) + 3).rem_euclid(7);
    while weekday(town.clock.now()) == 0 {
        town.clock.pass(Span::days(1));
    }
    let all = locations::list(&owner).await.unwrap();
    for location in all {
        let mut typed = LocationForm::of(&location);
        typed.hours = Default::default();
        typed.hours[0] = "9-10".to_owned();
        locations::save(&owner, location.id, location.version, &typed).await.unwrap();
    }
    let since = town.clock.now();
    let number = answer(&town, &lien, patient, id, "Hello").await;
    let page = open_own(&lien, patient, id).await;
    let last = page.messages.rows.last().unwrap();
    assert!(page.answering.closed);
    assert_eq!((last.number, last.automatic, last.body.as_str()), (number + 1, true, "We are back tomorrow."));
    assert!(matches!(last.author, Author::User { .. }));
    // It is no answer, nobody need read it, and its practitioner did not write it.
    assert!(waits(&owner, id).await.is_some_and(|at| at <= since));
    let shown = open(&owner, id).await.messages.rows.pop().unwrap();
    assert!(shown.automatic && shown.author != Author::Own);
    assert_eq!(chat::count_unread(&owner).await.unwrap().patients, 3);
    town.clock.pass(Span::hours(3));
    town.post().await;
    assert!(town.mailer.to(LIEN).iter().all(|letter| letter.subject != "messages wait"));
    // Every four hours at most.
    answer(&town, &lien, patient, id, "Hello?").await;
    assert_eq!(automatic(&lien, patient, id).await, 1);
    town.clock.pass(limits::CHAT_AWAY_EVERY);
    while weekday(town.clock.now()) == 0 {
        town.clock.pass(Span::days(1));
    }
    // What is sent again is not answered again.
    let message = fresh(&town);
    for _ in 0..2 {
        chat::send_own(&lien, patient, id, message, &text("Hello!")).await.unwrap();
    }
    assert_eq!(automatic(&lien, patient, id).await, 2);
    let rows = open(&owner, id).await.messages.rows;
    assert!(rows.iter().zip(1..).all(|(row, number)| row.number == number), "no gaps");
    // Switched off again.
    chat::save_replies(&owner, 1, &replies("", "", "")).await.unwrap();
    town.clock.pass(Span::days(7));
    answer(&town, &lien, patient, id, "Hello").await;
    assert_eq!(automatic(&lien, patient, id).await, 2);
}

async fn what_is_said_about_answers(town: Town) {
    let (Staff { owner, group }, patient, lien, id) = place(&town).await;
    let said = open_own(&lien, patient, id).await.answering;
    assert_eq!(said, Answering::default(), "as a group begins");
    chat::save_replies(&owner, 0, &replies("48", "000", "")).await.unwrap();
    let said = open_own(&lien, patient, id).await.answering;
    assert_eq!((said.promised_hours, said.emergency_number.as_str(), said.closed), (48, "000", false));
    assert_eq!(
        wrong(chat::save_replies(&owner, 1, &replies("soon", "", "")).await, "promised_hours"),
        Some(Problem::OutOfRange)
    );
    let late = chat::save_replies(&owner, 0, &replies("1", "", "")).await;
    assert!(matches!(late, Err(Error::Conflict(Conflict::ChangedMeanwhile))), "{late:?}");
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    assert_eq!(forbidden(chat::replies(&tom).await), Refusal::Level);
    assert_eq!(forbidden(chat::save_replies(&tom, 1, &replies("1", "", "")).await), Refusal::Level);
    assert_eq!(chat::replies(&owner).await.unwrap().promised_hours, 48);
    // Another practice says something else.
    let other = town.practice_called("Riverside", "other@riverside.example").await;
    assert_eq!(chat::replies(&other.owner).await.unwrap(), Replies::default());
}

fn told(town: &Town, email: &str) -> usize {
    town.mailer.to(email).iter().filter(|letter| letter.subject == "messages wait").count()
}

async fn who_has_not_read_is_told_once(town: Town) {
    let (Staff { owner, .. }, patient, lien, id) = place(&town).await;
    let (ada, _) = mother(&town, &owner, patient, "ada@example.org", whole()).await;
    mother(&town, &owner, patient, "clerk@example.org", terms(Role::Edit, Sees::Administrative)).await;
    send(&town, &owner, id, SECRET).await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 0, "they may read it by themselves");
    open_own(&ada, patient, id).await;
    town.clock.pass(Span::hours(1));
    send(&town, &owner, id, SECRET).await;
    open_own(&ada, patient, id).await;
    town.clock.pass(Span::hours(1));
    town.post().await;
    assert_eq!((told(&town, LIEN), told(&town, "ada@example.org"), told(&town, "clerk@example.org")), (1, 0, 0));
    let letter = town.mailer.to(LIEN).pop().unwrap();
    let said = format!("{}{}{}{}", letter.from_name, letter.subject, letter.text, letter.html);
    assert!(said.contains("Harbour Health") && !said.contains(SECRET) && !said.contains("Nguyen"), "{said}");
    // Not again on the same day, however much is written; on the next, if it is still unread.
    send(&town, &owner, id, "And").await;
    town.clock.pass(Span::hours(23));
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    town.clock.pass(Span::hours(1));
    town.post().await;
    assert_eq!(told(&town, LIEN), 2);
    // What comes after all was read is given its time, though a mail waited for what came before.
    town.clock.pass(Span::days(2));
    open_own(&lien, patient, id).await;
    send(&town, &owner, id, "First").await;
    town.clock.pass(Span::minutes(100));
    open_own(&lien, patient, id).await;
    send(&town, &owner, id, "Second").await;
    town.clock.pass(Span::minutes(30));
    town.post().await;
    assert_eq!(told(&town, LIEN), 2);
    town.clock.pass(Span::minutes(90));
    town.post().await;
    assert_eq!(told(&town, LIEN), 3);
    // What was withdrawn, or cannot be answered any more, is no news.
    open_own(&lien, patient, id).await;
    let number = send(&town, &owner, id, "Oh").await;
    chat::withdraw(&owner, id, number).await.unwrap();
    town.clock.pass(Span::days(2));
    town.post().await;
    assert_eq!(told(&town, LIEN), 3);
    send(&town, &owner, id, "Bye").await;
    chat::save_switch(&owner, patient, false).await.unwrap();
    town.clock.pass(Span::days(2));
    town.post().await;
    assert_eq!(told(&town, LIEN), 3);
}

// Decision 13
async fn the_trail_says_what_was_done_and_no_words(town: Town) {
    let (Staff { owner, group }, patient, lien, id) = place(&town).await;
    send(&town, &owner, id, SECRET).await;
    answer(&town, &lien, patient, id, SECRET).await;
    open(&owner, id).await;
    open_own(&lien, patient, id).await;
    chat::withdraw(&owner, id, 1).await.unwrap();
    chat::save_switch(&owner, patient, false).await.unwrap();
    // To begin again is to switch it on, and no second beginning.
    assert_eq!(chat::start(&owner, patient).await.unwrap(), id);
    let chain = format!("{:?}", town.engine.chain(&group.to_string()).await);
    for (action, times) in [
        (Action::ConversationBegun, 1),
        (Action::MessageSent, 2),
        (Action::ConversationViewed, 2),
        (Action::MessageWithdrawn, 1),
        (Action::ChatSwitched, 3),
    ] {
        assert_eq!(chain.matches(&format!("\"{}\"", action.code())).count(), times, "{action:?}");
    }
    assert!(!chain.contains(SECRET));
    // The patient is told who read and wrote.
    let log = services::access_log::list(&lien, patient, None).await.unwrap().visits.rows;
    for told in [Action::ConversationBegun, Action::MessageSent, Action::ConversationViewed, Action::ChatSwitched] {
        assert!(log.iter().any(|visit| visit.what == told), "{told:?}");
    }
}
