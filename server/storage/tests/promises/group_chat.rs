//! Promises about conversations between users and their lines.

use domain::{
    access::{
        Access, GroupChatFacts, GroupConversationFacts, ManageGroupConversation, ReadGroupConversation,
        StartGroupConversation, WriteGroupConversation,
    },
    chat::{Sent, Window},
    ids::{GroupConversationId, MessageId},
    notification::{News, Notification},
    page::PageRequest,
    user::{User, UserState},
};
use services::ports::{Called, NewGroupConversation, StoredDone, StoredLine, Stowed};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, actor, id, later, may_enter, may_manage_users};

promises!(
    lines_are_numbered_and_stored_once,
    what_is_unread_is_counted_for_each_member,
    what_is_done_leaves_its_trace,
    mentions_are_kept_and_forgotten,
    a_moment_that_many_share_loses_no_row,
    one_for_each_two,
    a_stranger_touches_none,
    colleagues_are_found_who_work_there,
);

fn may_start(by: &User) -> Access<StartGroupConversation> {
    actor(by).may(StartGroupConversation, &GroupChatFacts { on: true }).unwrap()
}

fn facts(by: &User, conversation: GroupConversationId) -> GroupConversationFacts {
    GroupConversationFacts { group: by.group, conversation, member: Some(by.id), named: true, on: true }
}

fn may_write(by: &User, conversation: GroupConversationId) -> Access<WriteGroupConversation> {
    actor(by).may(WriteGroupConversation, &facts(by, conversation)).unwrap()
}

fn may_read(by: &User, conversation: GroupConversationId) -> Access<ReadGroupConversation> {
    (&may_write(by, conversation)).into()
}

fn may_manage(by: &User, conversation: GroupConversationId) -> Access<ManageGroupConversation> {
    actor(by).may(ManageGroupConversation, &facts(by, conversation)).unwrap()
}

/// Mira, and Noor if she is there from the beginning.
async fn begin(world: &World, new: NewGroupConversation<'_>) -> GroupConversationId {
    let conversation = id();
    let mut work = world.begin().await;
    work.add_group_conversation(&may_start(&world.mira), conversation, new, NOW).await.unwrap();
    work.save().await.unwrap();
    conversation
}

async fn send(world: &World, by: &User, at: GroupConversationId, message: MessageId, body: &str, ms: i64) -> Stowed {
    let mut work = world.begin().await;
    let stowed = work.add_group_message(&may_write(by, at), message, body, &[], later(ms)).await.unwrap();
    work.save().await.unwrap();
    stowed
}

async fn lines(world: &World, by: &User, at: GroupConversationId) -> Vec<StoredLine> {
    world.read().await.list_group_lines(&may_read(by, at), Window::Latest, 100).await.unwrap()
}

async fn unread(world: &World, by: &User) -> i64 {
    world.read().await.count_unread_group_messages(&may_enter(by)).await.unwrap()
}

async fn read(world: &World, by: &User, at: GroupConversationId, number: i64) -> bool {
    let mut work = world.begin().await;
    let read = work.group_lines_read(&may_read(by, at), number, later(9)).await.unwrap();
    work.save().await.unwrap();
    read
}

// B-11
async fn lines_are_numbered_and_stored_once(database: &TestDatabase) {
    let world = World::new(database).await;
    let at = begin(&world, NewGroupConversation::Named("Desk", &[world.noor.id])).await;
    let (mira, noor) = (&world.mira, &world.noor);
    let once: MessageId = id();
    assert_eq!(send(&world, mira, at, once, "One", 1).await, Stowed::New(Sent { number: 1, at: later(1) }));
    assert_eq!(send(&world, mira, at, once, "One", 9).await, Stowed::Known(Sent { number: 1, at: later(1) }));
    // The clock went back: the order is that of the numbers. The same id of another person is another message.
    assert_eq!(send(&world, noor, at, once, "Two", -5_000).await, Stowed::New(Sent { number: 2, at: later(-5_000) }));
    // What was not saved has no number: the next has it.
    let mut work = world.begin().await;
    work.add_group_message(&may_write(mira, at), id(), "Lost", &[], later(3)).await.unwrap();
    drop(work);
    assert_eq!(send(&world, mira, at, id(), "Three", 4).await, Stowed::New(Sent { number: 3, at: later(4) }));
    assert_eq!(send(&world, mira, at, once, "Another text", 5).await, Stowed::Other);
    let all = lines(&world, noor, at).await;
    assert_eq!(all.iter().map(|line| line.body.as_str()).collect::<Vec<_>>(), ["One", "Two", "Three"]);
    assert!(all.iter().all(|line| line.what == StoredDone::Said));
    let mut view = world.read().await;
    for (window, found) in [(Window::Before(3), vec![1, 2]), (Window::After(1), vec![2, 3]), (Window::After(3), vec![])]
    {
        let rows = view.list_group_lines(&may_read(mira, at), window, 100).await.unwrap();
        assert_eq!(rows.iter().map(|line| line.number).collect::<Vec<_>>(), found);
    }
    assert_eq!(view.list_group_lines(&may_read(mira, at), Window::Latest, 2).await.unwrap()[0].number, 2);
}

async fn what_is_unread_is_counted_for_each_member(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor, alex) = (&world.mira, &world.noor, &world.alex);
    let at = begin(&world, NewGroupConversation::Named("Desk", &[noor.id, alex.id])).await;
    send(&world, mira, at, id(), "1", 1).await;
    send(&world, mira, at, id(), "2", 2).await;
    send(&world, noor, at, id(), "3", 3).await;
    let counts = async || (unread(&world, mira).await, unread(&world, noor).await, unread(&world, alex).await);
    // One's own are not waited for; who answers reads no more by it.
    assert_eq!(counts().await, (1, 2, 3));
    assert!(read(&world, alex, at, 2).await);
    assert!(!read(&world, alex, at, 2).await && !read(&world, alex, at, 1).await);
    assert!(!read(&world, alex, at, 4).await, "beyond the last one");
    assert_eq!(counts().await, (1, 2, 1));
    let members = world.read().await.list_group_members(&may_read(mira, at)).await.unwrap();
    let mark =
        |user: &User| members.iter().find(|member| member.user == user.id).map(|member| (member.read, member.read_at));
    // Mira wrote while she had read all; Noor did not.
    assert_eq!(
        [mark(mira), mark(noor), mark(alex)],
        [Some((2, Some(later(2)))), Some((0, None)), Some((2, Some(later(9))))]
    );
    // What is withdrawn is waited for by nobody who had not read it, and only its author withdraws it.
    let mut work = world.begin().await;
    assert!(!work.withdraw_group_message(&may_write(mira, at), 3, later(5)).await.unwrap());
    assert!(work.withdraw_group_message(&may_write(noor, at), 3, later(5)).await.unwrap());
    assert!(!work.withdraw_group_message(&may_write(noor, at), 3, later(6)).await.unwrap());
    assert!(work.withdraw_group_message(&may_write(mira, at), 1, later(7)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(counts().await, (0, 1, 0));
    assert_eq!(world.read().await.list_withdrawn_group_messages(&may_read(mira, at), 9).await.unwrap(), [1, 3]);
    let row =
        &world.read().await.list_group_conversations(&may_enter(alex), &PageRequest::default()).await.unwrap().rows[0];
    assert_eq!((row.last.as_deref(), row.withdrawn, row.at), (None, true, later(3)));
}

async fn what_is_done_leaves_its_trace(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor, alex) = (&world.mira, &world.noor, &world.alex);
    let at = begin(&world, NewGroupConversation::Named("Desk", &[noor.id])).await;
    send(&world, mira, at, id(), "Before", 1).await;
    let mut work = world.begin().await;
    assert!(work.add_group_member(&may_manage(mira, at), id(), alex.id, later(2)).await.unwrap());
    assert!(!work.add_group_member(&may_manage(noor, at), id(), alex.id, later(3)).await.unwrap());
    assert!(work.rename_group_conversation(&may_manage(noor, at), id(), "Front desk", later(4)).await.unwrap());
    assert!(!work.rename_group_conversation(&may_manage(noor, at), id(), "Front desk", later(5)).await.unwrap());
    assert!(work.leave_group_conversation(&may_manage(noor, at), id(), later(6)).await.unwrap());
    assert!(!work.leave_group_conversation(&may_manage(noor, at), id(), later(7)).await.unwrap());
    work.save().await.unwrap();
    let all = lines(&world, alex, at).await;
    let whats: Vec<_> = all.iter().map(|line| (line.number, line.user, line.what.clone())).collect();
    assert_eq!(
        whats,
        [
            (1, mira.id, StoredDone::Said),
            (2, mira.id, StoredDone::Added(alex.id, alex.name.clone())),
            (3, noor.id, StoredDone::Renamed),
            (4, noor.id, StoredDone::Left),
        ]
    );
    assert_eq!(all[2].body, "Front desk");
    // Nobody waits for a trace; who is added has not to read what was before.
    assert_eq!((unread(&world, mira).await, unread(&world, alex).await), (0, 0));
    let record = world.read().await.group_conversation_record(&may_enter(alex), at).await.unwrap().unwrap();
    assert_eq!((record.member, record.read, record.last), (Some(alex.id), 2, 4));
    let record = world.read().await.group_conversation_record(&may_enter(noor), at).await.unwrap().unwrap();
    assert_eq!((record.member, record.read), (None, 0));
    // The list shows the last message, not what was done after it.
    let row =
        &world.read().await.list_group_conversations(&may_enter(mira), &PageRequest::default()).await.unwrap().rows[0];
    assert_eq!(
        (row.called.clone(), row.last.as_deref(), row.at),
        (Called::Named("Front desk".into()), Some("Before"), later(1))
    );
    // A trace is nobody's to withdraw.
    let mut work = world.begin().await;
    assert!(!work.withdraw_group_message(&may_write(mira, at), 2, later(8)).await.unwrap());
}

async fn mentions_are_kept_and_forgotten(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor) = (&world.mira, &world.noor);
    let at = begin(&world, NewGroupConversation::Named("Desk", &[noor.id])).await;
    let news = News::Mentioned { user: mira.id, conversation: at };
    let notification = Notification { id: id(), news, at: later(1), read_at: None };
    let mut work = world.begin().await;
    work.add_group_message(&may_write(mira, at), id(), "@Noor", &[noor.id], later(1)).await.unwrap();
    work.notify_mentioned(&may_write(mira, at), noor.id, &notification).await.unwrap();
    work.save().await.unwrap();
    let bell = async |by: &User| {
        let mut view = world.read().await;
        let rows = view.list_notifications(&may_enter(by), &PageRequest::default()).await.unwrap().rows;
        (rows, view.unread_notifications(&may_enter(by)).await.unwrap())
    };
    let listed = async || {
        let mut view = world.read().await;
        view.list_group_conversations(&may_enter(noor), &PageRequest::default()).await.unwrap().rows[0].mentioned
    };
    assert_eq!(bell(noor).await, (vec![notification.clone()], 1));
    assert_eq!(bell(mira).await.1, 0);
    let named = world.read().await.some_group_conversations(&may_enter(noor), &[at, id()]).await.unwrap();
    assert_eq!(named, [(at, "Desk".to_owned())]);
    assert!(world.read().await.some_group_conversations(&may_enter(&world.alex), &[at]).await.unwrap().is_empty());
    assert!(listed().await);
    assert!(read(&world, noor, at, 1).await);
    assert!(!listed().await);
    let mut work = world.begin().await;
    work.forget_mentions(&may_read(mira, at), later(3)).await.unwrap();
    work.forget_mentions(&may_read(noor, at), later(3)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(bell(noor).await, (vec![Notification { read_at: Some(later(3)), ..notification }], 0));
    // Withdrawn before it was read, it mentions nobody any more.
    let mut work = world.begin().await;
    work.add_group_message(&may_write(mira, at), id(), "@Noor", &[noor.id], later(4)).await.unwrap();
    work.add_group_message(&may_write(mira, at), id(), "More", &[], later(4)).await.unwrap();
    work.save().await.unwrap();
    assert!(listed().await);
    let mut work = world.begin().await;
    assert!(work.withdraw_group_message(&may_write(mira, at), 2, later(5)).await.unwrap());
    work.save().await.unwrap();
    assert!(!listed().await && unread(&world, noor).await == 1);
    // Of a conversation that one left the bell says nothing more.
    let mut work = world.begin().await;
    work.leave_group_conversation(&may_manage(noor, at), id(), later(6)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(bell(noor).await, (vec![], 0));
    assert_eq!(unread(&world, noor).await, 0);
}

/// Many conversations of the same moment, page by page.
async fn a_moment_that_many_share_loses_no_row(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut all = Vec::new();
    for n in 0..7 {
        all.push(begin(&world, NewGroupConversation::Named(&format!("Desk {n}"), &[world.noor.id])).await);
    }
    let (mut found, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let rows = world.read().await.list_group_conversations(&may_enter(&world.noor), &page).await.unwrap();
        found.extend(rows.rows.into_iter().map(|row| row.id));
        match rows.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    all.reverse();
    assert_eq!(found, all);
}

async fn one_for_each_two(database: &TestDatabase) {
    let world = World::new(database).await;
    let (mira, noor) = (&world.mira, &world.noor);
    let at = begin(&world, NewGroupConversation::With(noor.id)).await;
    for (by, with) in [(mira, noor), (noor, mira)] {
        let mut view = world.read().await;
        assert_eq!(view.find_group_conversation(&may_start(by), with.id).await.unwrap(), Some(at));
        assert_eq!(view.find_group_conversation(&may_start(by), world.alex.id).await.unwrap(), None);
        let row = view.list_group_conversations(&may_enter(by), &PageRequest::default()).await.unwrap().rows.remove(0);
        assert_eq!(row.called, Called::After(with.name.clone()));
    }
    let mut work = world.begin().await;
    let again = work.add_group_conversation(&may_start(noor), id(), NewGroupConversation::With(mira.id), NOW).await;
    assert!(again.is_err(), "the index keeps it");
}

// TG-01, TG-09
async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let at = begin(&world, NewGroupConversation::Named("Desk", &[world.noor.id])).await;
    send(&world, &world.mira, at, id(), "One", 1).await;
    let other = &world.other;
    let elsewhere = world.elsewhere();
    let mut view = elsewhere.read().await;
    assert!(view.group_conversation_record(&may_enter(other), at).await.unwrap().is_none());
    assert!(view.some_group_conversations(&may_enter(other), &[at]).await.unwrap().is_empty());
    assert!(view.find_group_conversation(&may_start(other), world.mira.id).await.unwrap().is_none());
    assert!(view.list_group_conversations(&may_enter(other), &PageRequest::default()).await.unwrap().rows.is_empty());
    assert!(view.list_group_members(&may_read(other, at)).await.unwrap().is_empty());
    assert!(view.list_group_lines(&may_read(other, at), Window::Latest, 9).await.unwrap().is_empty());
    drop(view);
    let mut work = elsewhere.begin().await;
    assert!(!work.withdraw_group_message(&may_write(other, at), 1, later(5)).await.unwrap());
    assert!(!work.group_lines_read(&may_read(other, at), 1, NOW).await.unwrap());
    drop(work);
    // There is no such conversation to write in, or to see to; nor do their users become members of ours.
    let mut work = elsewhere.begin().await;
    assert!(work.add_group_message(&may_write(other, at), id(), "Forged", &[], later(5)).await.is_err());
    drop(work);
    let mut work = elsewhere.begin().await;
    assert!(work.rename_group_conversation(&may_manage(other, at), id(), "Forged", later(5)).await.is_err());
    drop(work);
    let mut work = world.begin().await;
    assert!(work.add_group_member(&may_manage(&world.mira, at), id(), other.id, later(5)).await.is_err());
    drop(work);
    let mut work = world.begin().await;
    let new = NewGroupConversation::With(other.id);
    assert!(work.add_group_conversation(&may_start(&world.mira), id(), new, NOW).await.is_err());
    drop(work);
    assert_eq!(lines(&world, &world.mira, at).await.len(), 1);
}

async fn colleagues_are_found_who_work_there(database: &TestDatabase) {
    let world = World::new(database).await;
    let found = async |text: &str| {
        let rows = world.read().await.search_colleagues(&may_enter(&world.mira), text).await.unwrap();
        rows.into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    let both = [world.alex.id, world.noor.id];
    assert_eq!(found("").await, both);
    assert_eq!(found("anand").await, both);
    assert_eq!(found("noor").await, [world.noor.id]);
    assert!(found("mira").await.is_empty(), "not whoever asks");
    assert!(found("other").await.is_empty() && found("...").await.is_empty());
    let mut work = world.begin().await;
    let gone = User { state: UserState::Deactivated, ..world.noor.clone() };
    assert!(work.save_user(&may_manage_users(&world.mira), &gone).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(found("").await, [world.alex.id]);
}
