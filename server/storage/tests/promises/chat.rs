//! Promises about conversations and their messages.

use domain::{
    access::{
        Access, ConversationFacts, GrantFacts, OwnConversationFacts, PatientFacts, ReadConversation, StartConversation,
        StartFacts, ViewOwnClinical, WriteConversation, WriteOwnConversation, Writing,
    },
    chat::{ConversationFilter, Sent, Switches, Window},
    grant::{Birthdays, Grant, State},
    ids::{ConversationId, MessageId, PatientId},
    page::PageRequest,
    patient::Status,
    user::User,
};
use services::ports::{ListedConversation, Stowed};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, actor, id, later, may_enter, portal_actor};

promises!(
    messages_are_numbered_and_stored_once,
    what_is_unread_is_counted_on_both_sides,
    a_moment_that_many_share_loses_no_row,
    a_stranger_touches_none,
    another_patients_proof_touches_none,
);

const ON: Switches = Switches { practice: true, patient: true, reachable: true };

async fn of(world: &World, by: &User, patient: PatientId) -> PatientFacts {
    world.read().await.patient_facts(&may_enter(by), patient, NOW).await.unwrap().unwrap()
}

fn may_write_with(by: &User, of: PatientFacts, conversation: ConversationId) -> Access<WriteConversation> {
    let facts = ConversationFacts { of, conversation, practitioner: by.id, switches: ON };
    actor(by).may(WriteConversation, &facts).unwrap()
}

async fn may_write(world: &World, patient: PatientId, conversation: ConversationId) -> Access<WriteConversation> {
    may_write_with(&world.mira, of(world, &world.mira, patient).await, conversation)
}

async fn begin(world: &World, patient: PatientId) -> ConversationId {
    let facts = StartFacts { of: of(world, &world.mira, patient).await, switches: ON };
    let may = actor(&world.mira).may(StartConversation, &facts).unwrap();
    let conversation = id();
    let mut work = world.begin().await;
    work.add_conversation(&may, conversation, NOW).await.unwrap();
    assert_eq!(work.find_conversation(&may).await.unwrap(), Some(conversation));
    work.save().await.unwrap();
    conversation
}

/// A grant as it is once its person has accepted.
fn open(grant: &Grant) -> GrantFacts {
    GrantFacts {
        grant: Grant { state: State::Activated { at: NOW }, ..grant.clone() },
        status: Status::Active,
        ages: Birthdays::default(),
        patient_uses_portal: false,
        now: later(1_000),
    }
}

fn may_write_own(grant: &Grant, conversation: ConversationId) -> Access<WriteOwnConversation> {
    let facts = OwnConversationFacts { grant: open(grant), conversation, switches: ON };
    portal_actor(grant.account).may(WriteOwnConversation, &facts).unwrap()
}

fn may_list_own(grant: &Grant) -> Access<ViewOwnClinical> {
    portal_actor(grant.account).may(ViewOwnClinical, &open(grant)).unwrap()
}

async fn send(world: &World, may: &Access<WriteConversation>, message: MessageId, body: &str, at: i64) -> Stowed {
    let mut work = world.begin().await;
    let stowed = work.add_message(&may.into(), message, body, later(at)).await.unwrap();
    work.save().await.unwrap();
    stowed
}

async fn answer(world: &World, may: &Access<WriteOwnConversation>, message: MessageId, body: &str, at: i64) -> Stowed {
    let mut work = world.begin().await;
    let stowed = work.add_message(&may.into(), message, body, later(at)).await.unwrap();
    work.save().await.unwrap();
    stowed
}

async fn bodies(world: &World, may: &Access<WriteConversation>) -> Vec<String> {
    let seen = Access::<ReadConversation>::from(may);
    let rows = world.read().await.list_messages(&(&seen).into(), Window::Latest, 100).await.unwrap();
    rows.into_iter().map(|row| row.body).collect()
}

async fn listed(world: &World, page: &PageRequest) -> domain::page::Page<ListedConversation> {
    let filter = ConversationFilter { inactive: true, ..ConversationFilter::default() };
    world.read().await.list_conversations(&may_enter(&world.mira), &filter, page).await.unwrap()
}

// B-11
async fn messages_are_numbered_and_stored_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Archer").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let conversation = begin(&world, ann.id).await;
    let (may, own) = (may_write(&world, ann.id, conversation).await, may_write_own(&grant, conversation));
    let once: MessageId = id();
    assert_eq!(send(&world, &may, once, "One", 1).await, Stowed::New(Sent { number: 1, at: later(1) }));
    assert_eq!(send(&world, &may, once, "One", 9).await, Stowed::Known(Sent { number: 1, at: later(1) }));
    // The clock went back: the order is that of the numbers.
    assert_eq!(answer(&world, &own, once, "Two", -5_000).await, Stowed::New(Sent { number: 2, at: later(-5_000) }));
    // What was not saved has no number: the next has it.
    let mut work = world.begin().await;
    work.add_message(&(&may).into(), id(), "Lost", later(3)).await.unwrap();
    drop(work);
    assert_eq!(send(&world, &may, id(), "Three", 4).await, Stowed::New(Sent { number: 3, at: later(4) }));
    assert_eq!(send(&world, &may, once, "Another text", 5).await, Stowed::Other);
    assert_eq!(bodies(&world, &may).await, ["One", "Two", "Three"]);
}

async fn what_is_unread_is_counted_on_both_sides(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Archer").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let conversation = begin(&world, ann.id).await;
    let (may, own) = (may_write(&world, ann.id, conversation).await, may_write_own(&grant, conversation));
    let (seen, seen_own): (Writing, Writing) = ((&may).into(), (&own).into());
    let counts = async || {
        let mut view = world.read().await;
        let here = view.count_unread_messages(&may_enter(&world.mira)).await.unwrap();
        (here, view.count_own_unread_messages(&may_list_own(&grant)).await.unwrap())
    };
    assert_eq!(counts().await, (0, 0));
    send(&world, &may, id(), "1", 1).await;
    send(&world, &may, id(), "2", 2).await;
    assert_eq!(counts().await, (0, 2));
    for n in 3..=5 {
        answer(&world, &own, id(), "more", n).await;
    }
    // One's own are not waited for; the others were never shown.
    assert_eq!(counts().await, (3, 2));
    let mut work = world.begin().await;
    assert!(work.messages_read(&seen_own, 5, NOW).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(counts().await, (3, 0));
    let mut work = world.begin().await;
    assert!(work.messages_read(&seen, 4, NOW).await.unwrap());
    assert!(!work.messages_read(&seen, 4, NOW).await.unwrap() && !work.messages_read(&seen, 3, NOW).await.unwrap());
    assert!(!work.messages_read(&seen, 6, NOW).await.unwrap(), "beyond the last one");
    assert!(!work.messages_read(&seen_own, 6, NOW).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(counts().await, (1, 0));
    assert_eq!(world.read().await.lookup_read(&seen).await.unwrap(), 4);
    // Who answers reads no more by it.
    send(&world, &may, id(), "6", 6).await;
    assert_eq!(counts().await, (1, 1));
}

/// Many conversations of the same moment, page by page.
async fn a_moment_that_many_share_loses_no_row(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut all = Vec::new();
    for n in 0..7 {
        let patient = world.patient("Ann", &format!("Archer{n}")).await;
        all.push(begin(&world, patient.id).await);
    }
    let (mut found, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let rows = listed(&world, &page).await;
        found.extend(rows.rows.into_iter().map(|row| row.id));
        match rows.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    all.reverse();
    assert_eq!(found, all);
}

// TG-01, TG-09
async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Archer").await;
    let conversation = begin(&world, ann.id).await;
    let may = may_write(&world, ann.id, conversation).await;
    send(&world, &may, id(), "One", 1).await;
    let foreign = may_write_with(&world.other, world.stranger_facts(ann.id), conversation);
    touches_none(&world.elsewhere(), (&foreign).into()).await;
    assert_eq!(bodies(&world, &may).await, ["One"]);
    let enter = may_enter(&world.other);
    let mut view = world.elsewhere().read().await;
    assert!(view.conversation_record(&enter, conversation).await.unwrap().is_none());
    assert!(view.chat_switches(&enter, ann.id).await.unwrap().is_none());
}

async fn touches_none(world: &World, at: Writing) {
    let mut work = world.begin().await;
    assert!(work.list_messages(&at, Window::Latest, 100).await.unwrap().is_empty());
    assert!(!work.withdraw_message(&at, 1, later(5)).await.unwrap());
    assert!(!work.messages_read(&at, 1, NOW).await.unwrap());
    // There is no such conversation to write in.
    assert!(work.add_message(&at, id(), "Forged", later(5)).await.is_err());
    drop(work);
}

/// A proof over one patient's record with the conversation of another.
async fn another_patients_proof_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Archer").await, world.patient("Bea", "Baker").await);
    let grant = world.grant(bea.id, "bea@example.org").await;
    let conversation = begin(&world, ann.id).await;
    send(&world, &may_write(&world, ann.id, conversation).await, id(), "One", 1).await;
    let mut view = world.read().await;
    assert!(view.own_conversation_record(&may_list_own(&grant), conversation).await.unwrap().is_none());
    let rows = view.list_own_conversations(&may_list_own(&grant), &PageRequest::default()).await.unwrap().rows;
    assert!(rows.is_empty() && view.count_own_unread_messages(&may_list_own(&grant)).await.unwrap() == 0);
    drop(view);
    let may = may_write(&world, ann.id, conversation).await;
    touches_none(&world, (&may_write(&world, bea.id, conversation).await).into()).await;
    touches_none(&world, (&may_write_own(&grant, conversation)).into()).await;
    assert_eq!(bodies(&world, &may).await, ["One"]);
}
