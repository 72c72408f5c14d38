//! Group chat: begun between two and between several, written, read, seen to; and nobody reads, lists or counts what is not for them.

use domain::{
    access::ManageUsers,
    audit::Action,
    chat::{Author, MessageForm, Window},
    error::{Conflict, Problem, Refusal},
    group_chat::{
        Done, GroupConversationForm, GroupConversationPage, GroupConversationRow, GroupNameForm, Line, Member,
    },
    ids::{GroupConversationId, MessageId, UserId},
    limits,
    notification::News,
    page::PageRequest,
    person::UserName,
    practice::PatientAccessForm,
    time::Span,
    user::{AccessSettings, Level, User, UserState},
};
use services::{Ctx, chat, group_chat, notifications, ports::Hint, settings};

use crate::{
    answers::{conflict, forbidden, not_found, wrong},
    town::{Staff, Town, access_form},
};

on_both_engines! {
    between_two_there_is_one,
    one_of_several_is_begun_written_and_read,
    what_is_wrong_with_a_beginning,
    members_see_to_it,
    who_is_mentioned_hears_of_it,
    switched_off_it_stays_readable,
    it_is_there_for_nobody_else,
    whoever_was_deactivated_reads_nothing,
    nobody_withdraws_what_another_wrote,
    what_is_sent_twice_is_stored_once,
    numbers_have_no_gaps_whoever_writes_at_once,
    a_long_one_is_read_in_windows,
    no_more_than_so_many_take_part,
    two_groups_know_nothing_of_each_other,
    what_the_list_holds_is_what_opens,
    open_pages_are_told,
    the_trail_says_what_was_done_and_no_words,
}

/// What stands in the messages and must stand nowhere else.
const SECRET: &str = "Zyzzogeton";

async fn switch(by: &Ctx, group_chat: &str) {
    let version = settings::patient_access(by).await.unwrap().version;
    let form = PatientAccessForm {
        group_chat: Some(group_chat.into()),
        patient_chat: Some(String::new()),
        ..access_form(true, 48)
    };
    settings::save_patient_access(by, version, &form).await.unwrap();
}

fn text(body: &str) -> MessageForm {
    MessageForm { body: body.into() }
}

fn called(name: &str, members: &[&Ctx]) -> GroupConversationForm {
    GroupConversationForm { name: name.into(), members: members.iter().map(|ctx| user(ctx)).collect() }
}

fn name(name: &str) -> GroupNameForm {
    GroupNameForm { name: name.into() }
}

fn user(ctx: &Ctx) -> UserId {
    ctx.actor().unwrap().user().unwrap().user
}

fn fresh(town: &Town) -> MessageId {
    town.services.random.id().into()
}

async fn send(town: &Town, by: &Ctx, id: GroupConversationId, body: &str) -> i64 {
    group_chat::send(by, id, fresh(town), &text(body)).await.unwrap().number
}

async fn open(by: &Ctx, id: GroupConversationId) -> GroupConversationPage {
    group_chat::open(by, id, Window::Latest).await.unwrap()
}

/// What stands in it, a word for each trace.
async fn told(by: &Ctx, id: GroupConversationId) -> Vec<String> {
    let said = |line: Line| match line {
        Line::Message(message) if message.withdrawn => "(withdrawn)".to_owned(),
        Line::Message(message) => message.body,
        Line::Trace(trace) => {
            let by = trace.by.unwrap_or_else(|| "you".to_owned());
            match trace.what {
                Done::Added(who) => format!("{by} added {}", who.unwrap_or_else(|| "you".to_owned())),
                Done::Left => format!("{by} left"),
                Done::Renamed(name) => format!("{by} renamed {name}"),
            }
        }
    };
    open(by, id).await.now.lines.rows.into_iter().map(said).collect()
}

async fn rows(by: &Ctx) -> Vec<GroupConversationRow> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = group_chat::list(by, &page).await.unwrap().rows;
        all.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

async fn unread(by: &Ctx) -> i64 {
    chat::count_unread(by).await.unwrap().colleagues
}

/// A colleague of this name.
async fn colleague(town: &Town, staff: &Staff, first: &str, last: &str, level: Level) -> Ctx {
    let by = town.user(staff.group, &format!("{first}.{last}@harbour.example"), level).await;
    let access = staff.owner.actor().unwrap().may(ManageUsers, &()).unwrap();
    let mut work = town.begin().await;
    let kept = work.lookup_user(&access, user(&by)).await.unwrap().unwrap().user;
    let name = UserName { title: String::new(), first: first.into(), last: last.into() };
    assert!(work.save_user(&access, &User { name, ..kept }).await.unwrap());
    work.save().await.unwrap();
    by
}

/// A practice of three: its owner, Dr Mira Anand, then Tom Okafor and Grace Lim, who has no say over patients.
async fn place(town: &Town) -> (Staff, Ctx, Ctx) {
    let staff = town.practice().await;
    let tom = colleague(town, &staff, "Tom", "Okafor", Level::Clinical).await;
    let grace = colleague(town, &staff, "Grace", "Lim", Level::CalendarContacts).await;
    (staff, tom, grace)
}

/// Every way to one conversation.
async fn is_not_there(town: &Town, by: &Ctx, id: GroupConversationId) {
    not_found(group_chat::open(by, id, Window::Latest).await);
    not_found(group_chat::more(by, id, Window::After(0)).await);
    not_found(group_chat::send(by, id, fresh(town), &text("x")).await);
    not_found(group_chat::withdraw(by, id, 1).await);
    not_found(group_chat::read(by, id, 1).await);
    is_not_seen_to(by, id).await;
    assert!(rows(by).await.iter().all(|row| row.id != id));
}

/// Every way to see to one.
async fn is_not_seen_to(by: &Ctx, id: GroupConversationId) {
    not_found(group_chat::rename(by, id, &name("x")).await);
    not_found(group_chat::add(by, id, user(by)).await);
    not_found(group_chat::leave(by, id).await);
}

// Decision 10
async fn between_two_there_is_one(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let id = group_chat::start(&owner, user(&tom)).await.unwrap();
    assert_eq!(group_chat::start(&tom, user(&owner)).await.unwrap(), id, "one for each two, whoever begins");
    assert_ne!(group_chat::start(&grace, user(&tom)).await.unwrap(), id);
    let page = open(&owner, id).await;
    assert_eq!((page.named, page.now.name.as_str(), page.now.on), (false, "Tom Okafor", true));
    assert_eq!(open(&tom, id).await.now.name, "Dr Mira Anand");
    assert_eq!(send(&town, &owner, id, "Are you free at noon?\nFor lunch").await, 1);
    let row = rows(&tom).await.into_iter().find(|row| row.id == id).unwrap();
    assert_eq!(
        (row.name.as_str(), row.last.as_deref(), row.unread),
        ("Dr Mira Anand", Some("Are you free at noon? …"), 1)
    );
    // It is between these two, without a name, and neither leaves it.
    is_not_seen_to(&owner, id).await;
    not_found(group_chat::add(&owner, id, user(&grace)).await);
    // At once from both sides it is one as well.
    let ben = town.user(owner.actor().unwrap().user().unwrap().group, "ben@harbour.example", Level::Full).await;
    let together = (0..6).map(|n| {
        let (by, with) = if n % 2 == 0 { (&tom, &ben) } else { (&ben, &tom) };
        let (by, with) = (by.clone(), user(with));
        async move { group_chat::start(&by, with).await.unwrap() }
    });
    let ids = futures::future::join_all(together).await;
    assert!(ids.iter().all(|one| *one == ids[0]), "{ids:?}");
}

async fn one_of_several_is_begun_written_and_read(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let id = group_chat::begin(&owner, &called(" Front desk ", &[&tom, &grace, &owner])).await.unwrap();
    let page = open(&grace, id).await;
    assert_eq!((page.named, page.now.name.as_str(), page.read), (true, "Front desk", 0));
    let names: Vec<_> = page.now.members.iter().map(|member| (member.name.as_str(), member.own)).collect();
    assert_eq!(names, [("Dr Mira Anand", false), ("Grace Lim", true), ("Tom Okafor", false)]);
    assert_eq!(wrong(group_chat::send(&owner, id, fresh(&town), &text(" ")).await, "body"), Some(Problem::Missing));
    assert_eq!(send(&town, &owner, id, "Printer is back").await, 1);
    town.clock.pass(Span::minutes(5));
    assert_eq!(send(&town, &tom, id, "Thank you").await, 2);
    assert_eq!((unread(&owner).await, unread(&tom).await, unread(&grace).await), (1, 1, 2));
    let lines = open(&grace, id).await.now.lines.rows;
    let Line::Message(first) = &lines[0] else { panic!("{}", lines[0].number()) };
    assert!(matches!(&first.author, Author::User { name, .. } if name == "Dr Mira Anand"));
    let Line::Message(own) = &open(&owner, id).await.now.lines.rows[0] else { panic!() };
    assert_eq!(own.author, Author::Own);
    // To look is not to have seen; the page says so when somebody is there.
    assert_eq!(unread(&grace).await, 2);
    group_chat::read(&grace, id, 2).await.unwrap();
    assert_eq!(unread(&grace).await, 0);
    // Neither beyond the end nor back.
    for number in [99, 1, 0, -1] {
        group_chat::read(&grace, id, number).await.unwrap();
    }
    let members = open(&owner, id).await.now.members;
    let read = |member: &Member| (member.name.clone(), member.read, member.read_at.is_some());
    assert_eq!(
        members.iter().map(read).collect::<Vec<_>>(),
        [("Dr Mira Anand".to_owned(), 1, true), ("Grace Lim".to_owned(), 2, true), ("Tom Okafor".to_owned(), 0, false),]
    );
    let row = &rows(&owner).await[0];
    assert_eq!(
        (row.name.as_str(), row.named, row.last.as_deref(), row.unread),
        ("Front desk", true, Some("Thank you"), 1)
    );
}

async fn what_is_wrong_with_a_beginning(town: Town) {
    let (staff, tom, _) = place(&town).await;
    let owner = &staff.owner;
    let looks = AccessSettings::default();
    let gone = town.services.random.id().into();
    let left = town.user_with(staff.group, "left@harbour.example", Level::Full, looks, UserState::Deactivated).await;
    assert!(left.is_none());
    let access = owner.actor().unwrap().may(ManageUsers, &()).unwrap();
    let all =
        town.begin().await.list_users(&access, &domain::user::UserFilter::default(), &PageRequest::default()).await;
    let left = all.unwrap().rows.into_iter().find(|row| row.user.state == UserState::Deactivated).unwrap().user.id;
    not_found(group_chat::start(owner, gone).await);
    assert_eq!(wrong(group_chat::start(owner, user(owner)).await, "with"), Some(Problem::NotAChoice));
    assert_eq!(wrong(group_chat::start(owner, left).await, "with"), Some(Problem::NotAChoice));
    let form = |members: Vec<UserId>| GroupConversationForm { name: "Desk".into(), members };
    assert_eq!(wrong(group_chat::begin(owner, &form(vec![])).await, "members"), Some(Problem::NoneChosen));
    assert_eq!(wrong(group_chat::begin(owner, &form(vec![left])).await, "members"), Some(Problem::NotAChoice));
    assert_eq!(wrong(group_chat::begin(owner, &called("", &[&tom])).await, "name"), Some(Problem::Missing));
    not_found(group_chat::begin(owner, &form(vec![user(&tom), gone])).await);
    assert!(rows(owner).await.is_empty(), "a refusal begins nothing");
    let found = group_chat::colleagues(owner, "").await.unwrap();
    assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Grace Lim", "Tom Okafor"]);
    assert_eq!(group_chat::colleagues(owner, "oka").await.unwrap().len(), 1);
}

async fn members_see_to_it(town: Town) {
    let (staff, tom, grace) = place(&town).await;
    let owner = &staff.owner;
    let id = group_chat::begin(owner, &called("Desk", &[&tom])).await.unwrap();
    send(&town, owner, id, "Before").await;
    is_not_there(&town, &grace, id).await;
    group_chat::add(&tom, id, user(&grace)).await.unwrap();
    // Twice is once.
    group_chat::add(owner, id, user(&grace)).await.unwrap();
    group_chat::rename(&grace, id, &name("Front desk")).await.unwrap();
    group_chat::rename(&grace, id, &name("Front desk")).await.unwrap();
    assert_eq!(wrong(group_chat::rename(&grace, id, &name(" ")).await, "name"), Some(Problem::Missing));
    not_found(group_chat::add(owner, id, town.services.random.id().into()).await);
    group_chat::leave(&tom, id).await.unwrap();
    is_not_there(&town, &tom, id).await;
    let traces = ["Before", "Tom Okafor added Grace Lim", "Grace Lim renamed Front desk", "Tom Okafor left"];
    assert_eq!(told(owner, id).await, traces);
    // Who was added reads what was before, and has not to.
    let own = ["Before", "Tom Okafor added you", "you renamed Front desk", "Tom Okafor left"];
    assert_eq!(told(&grace, id).await, own);
    assert_eq!((unread(&grace).await, rows(&grace).await[0].unread), (0, 0));
    // Added again, they are a member as before.
    group_chat::add(&grace, id, user(&tom)).await.unwrap();
    assert_eq!(open(&tom, id).await.now.members.len(), 3);
    // Whoever is last may leave as well; then it is there for nobody.
    for by in [&tom, &grace, owner] {
        group_chat::leave(by, id).await.unwrap();
    }
    is_not_there(&town, owner, id).await;
}

async fn who_is_mentioned_hears_of_it(town: Town) {
    let (staff, tom, grace) = place(&town).await;
    let owner = &staff.owner;
    let id = group_chat::begin(owner, &called("Desk", &[&tom])).await.unwrap();
    let bell = async |by: &Ctx| {
        let rows = notifications::list(by, &PageRequest::default()).await.unwrap().rows;
        let unread = notifications::unread(by).await.unwrap();
        (rows.into_iter().map(|row| (row.news, row.about, row.within)).collect::<Vec<_>>(), unread)
    };
    // Oneself and who does not take part are not called; nor twice for one message.
    let body = format!("@tom okafor, @Grace Lim, @Dr Mira Anand, @Tom Okafor {SECRET}");
    let message = fresh(&town);
    group_chat::send(owner, id, message, &text(&body)).await.unwrap();
    group_chat::send(owner, id, message, &text(&body)).await.unwrap();
    let news = News::Mentioned { user: user(owner), conversation: id };
    let (told, count) = bell(&tom).await;
    assert_eq!(
        (told.as_slice(), count),
        ([(news.clone(), "Dr Mira Anand".to_owned(), Some("Desk".to_owned()))].as_slice(), 1)
    );
    assert!(!format!("{told:?}").contains(SECRET));
    assert_eq!((bell(&grace).await.1, bell(owner).await.1), (0, 0));
    assert!(rows(&tom).await[0].mentioned && !rows(owner).await[0].mentioned);
    // Read, it is over.
    group_chat::read(&tom, id, 1).await.unwrap();
    assert_eq!(bell(&tom).await.1, 0);
    assert!(!rows(&tom).await[0].mentioned);
    // Between two it has no name; and who left hears no more of it.
    let two = group_chat::start(&grace, user(&tom)).await.unwrap();
    send(&town, &grace, two, "@Tom Okafor?").await;
    assert_eq!(
        bell(&tom).await.0[0],
        (News::Mentioned { user: user(&grace), conversation: two }, "Grace Lim".to_owned(), None)
    );
    send(&town, owner, id, "@Tom Okafor").await;
    assert_eq!(bell(&tom).await.1, 2);
    group_chat::leave(&tom, id).await.unwrap();
    let (told, count) = bell(&tom).await;
    assert_eq!((told.len(), count), (1, 1));
}

// Decision 10: what is switched off stays readable.
async fn switched_off_it_stays_readable(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let id = group_chat::begin(&owner, &called("Desk", &[&tom])).await.unwrap();
    send(&town, &owner, id, "Hello").await;
    switch(&owner, "").await;
    assert_eq!(forbidden(group_chat::send(&tom, id, fresh(&town), &text("x")).await), Refusal::ChatOff);
    assert_eq!(forbidden(group_chat::withdraw(&owner, id, 1).await), Refusal::ChatOff);
    assert_eq!(forbidden(group_chat::rename(&owner, id, &name("x")).await), Refusal::ChatOff);
    assert_eq!(forbidden(group_chat::add(&owner, id, user(&grace)).await), Refusal::ChatOff);
    assert_eq!(forbidden(group_chat::leave(&owner, id).await), Refusal::ChatOff);
    assert_eq!(forbidden(group_chat::start(&owner, user(&tom)).await), Refusal::ChatOff);
    assert_eq!(forbidden(group_chat::begin(&owner, &called("x", &[&tom])).await), Refusal::ChatOff);
    let page = open(&tom, id).await;
    assert!(!page.now.on && page.now.lines.rows.len() == 1);
    assert!(!group_chat::list(&tom, &PageRequest::default()).await.unwrap().on);
    group_chat::read(&tom, id, 1).await.unwrap();
    assert_eq!(unread(&tom).await, 0);
    is_not_there(&town, &grace, id).await;
    switch(&owner, "yes").await;
    assert_eq!(send(&town, &tom, id, "Back").await, 2);
}

// TG-02: not for owners, administrators, the portal or another group.
async fn it_is_there_for_nobody_else(town: Town) {
    let (staff, tom, grace) = place(&town).await;
    let id = group_chat::begin(&tom, &called("Desk", &[&grace])).await.unwrap();
    let two = group_chat::start(&tom, user(&grace)).await.unwrap();
    for at in [id, two] {
        send(&town, &tom, at, SECRET).await;
    }
    let elsewhere = town.practice_called("Riverside", "other@riverside.example").await.owner;
    let mut all = vec![staff.owner.clone(), elsewhere];
    for level in Level::ALL {
        all.push(town.user(staff.group, &format!("{}@harbour.example", level.code()), level).await);
    }
    for by in &all {
        is_not_there(&town, by, id).await;
        is_not_there(&town, by, two).await;
        assert_eq!(unread(by).await, 0);
    }
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, "lien@example.org").await;
    for refused in [
        group_chat::open(&lien, id, Window::Latest).await.map(drop),
        group_chat::list(&lien, &PageRequest::default()).await.map(drop),
        group_chat::send(&lien, id, fresh(&town), &text("x")).await.map(drop),
        group_chat::colleagues(&lien, "").await.map(drop),
        group_chat::start(&lien, user(&tom)).await.map(drop),
    ] {
        assert_eq!(forbidden(refused), Refusal::Door);
    }
    // Who only looks at records, or sees no names in them, still talks with colleagues.
    let looks = AccessSettings { read_only: true, hide_names: true, ..AccessSettings::default() };
    let reader =
        town.user_with(staff.group, "reader@harbour.example", Level::AdminFull, looks, UserState::Active).await;
    let reader = reader.unwrap();
    let id = group_chat::start(&reader, user(&tom)).await.unwrap();
    assert_eq!(send(&town, &reader, id, "Hello").await, 1);
}

async fn whoever_was_deactivated_reads_nothing(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let id = group_chat::begin(&owner, &called("Desk", &[&tom, &grace])).await.unwrap();
    send(&town, &tom, id, "Mine").await;
    let stored = services::users::page(&owner, user(&tom)).await.unwrap();
    services::users::deactivate(&owner, user(&tom), stored.user.version).await.unwrap();
    // Their session ended with it, and a new one enters no group.
    let account = tom.actor().unwrap().account();
    let token = town.session(account, domain::account::Door::Console, Some(user(&tom))).await;
    assert!(town.with_token(&token).await.is_none());
    let members = open(&owner, id).await.now.members;
    assert_eq!(members.iter().map(|member| member.active).collect::<Vec<_>>(), [true, true, false]);
    // What they wrote stays; nobody calls them any more.
    let mut hints = town.services.store.hints();
    send(&town, &owner, id, "@Tom Okafor").await;
    while let Ok(Ok(hint)) = tokio::time::timeout(std::time::Duration::from_millis(300), hints.recv()).await {
        assert!(hint != Hint::Chat(account) && hint != Hint::Bell(account), "{hint:?}");
    }
    assert_eq!(told(&grace, id).await, ["Mine", "@Tom Okafor"]);
}

async fn nobody_withdraws_what_another_wrote(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let id = group_chat::begin(&owner, &called("Desk", &[&tom])).await.unwrap();
    send(&town, &owner, id, "One").await;
    send(&town, &tom, id, "Two").await;
    group_chat::add(&owner, id, user(&grace)).await.unwrap();
    not_found(group_chat::withdraw(&owner, id, 2).await);
    not_found(group_chat::withdraw(&tom, id, 1).await);
    not_found(group_chat::withdraw(&owner, id, 9).await);
    not_found(group_chat::withdraw(&owner, id, 3).await);
    group_chat::withdraw(&tom, id, 2).await.unwrap();
    not_found(group_chat::withdraw(&tom, id, 2).await);
    assert_eq!(told(&owner, id).await, ["One", "(withdrawn)", "you added Grace Lim"]);
    assert_eq!((unread(&owner).await, unread(&grace).await), (0, 0));
    let row = &rows(&owner).await[0];
    assert!(row.withdrawn && row.last.is_none());
    // A page that is open hears of it.
    let news = group_chat::more(&owner, id, Window::After(3)).await.unwrap();
    assert_eq!((news.withdrawn, news.lines.rows.len(), news.members.len()), (vec![2], 0, 3));
}

// B-11, R-13
async fn what_is_sent_twice_is_stored_once(town: Town) {
    let (Staff { owner, .. }, tom, _) = place(&town).await;
    let id = group_chat::start(&owner, user(&tom)).await.unwrap();
    let message = fresh(&town);
    let sent = group_chat::send(&tom, id, message, &text("Once")).await.unwrap();
    town.clock.pass(Span::minutes(1));
    assert_eq!(group_chat::send(&tom, id, message, &text("Once")).await.unwrap(), sent);
    let together = futures::future::join_all((0..8).map(|_| {
        let (tom, message) = (tom.clone(), MessageId::from(uuid::Uuid::from_u128(77)));
        async move { group_chat::send(&tom, id, message, &text("At once")).await.unwrap() }
    }))
    .await;
    assert!(together.iter().all(|one| *one == together[0]), "{together:?}");
    // The same id of somebody else is another message.
    assert_eq!(group_chat::send(&owner, id, message, &text("Mine")).await.unwrap().number, 3);
    let other = group_chat::send(&tom, id, message, &text("Changed")).await;
    assert_eq!(conflict(other), Conflict::ChangedMeanwhile);
    assert_eq!(told(&owner, id).await, ["Once", "At once", "Mine"]);
}

// every reader sees the same order, without gaps and doubles.
async fn numbers_have_no_gaps_whoever_writes_at_once(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let id = group_chat::begin(&owner, &called("Desk", &[&tom])).await.unwrap();
    let many = (0..30).map(|n| {
        let (by, message) = (if n % 2 == 0 { owner.clone() } else { tom.clone() }, fresh(&town));
        let grace = user(&grace);
        async move {
            if n == 15 {
                group_chat::add(&by, id, grace).await.unwrap();
                return None;
            }
            let body = text(&format!("m{n}"));
            Some((group_chat::send(&by, id, message, &body).await.unwrap().number, body.body))
        }
    });
    let reads = (0..30).map(|n| {
        let owner = owner.clone();
        async move { group_chat::read(&owner, id, n).await.unwrap() }
    });
    let (sent, _) = futures::join!(futures::future::join_all(many), futures::future::join_all(reads));
    let mut sent: Vec<_> = sent.into_iter().flatten().collect();
    sent.sort();
    let page = open(&owner, id).await;
    let lines = &page.now.lines.rows;
    assert_eq!(lines.iter().map(Line::number).collect::<Vec<_>>(), (1..=30).collect::<Vec<_>>());
    let said = |line: &Line| match line {
        Line::Message(message) => Some((message.number, message.body.clone())),
        Line::Trace(_) => None,
    };
    assert_eq!(lines.iter().filter_map(said).collect::<Vec<_>>(), sent);
    // However reading and writing met, what is unread is what others wrote behind what was read.
    let waits = |line: &&Line| match line {
        Line::Message(message) => message.number > page.read && message.author != Author::Own,
        Line::Trace(_) => false,
    };
    assert_eq!(unread(&owner).await, i64::try_from(lines.iter().filter(waits).count()).unwrap());
    group_chat::read(&owner, id, 30).await.unwrap();
    assert_eq!(unread(&owner).await, 0);
}

async fn a_long_one_is_read_in_windows(town: Town) {
    let (Staff { owner, .. }, tom, _) = place(&town).await;
    let id = group_chat::start(&owner, user(&tom)).await.unwrap();
    let last = i64::from(limits::CHAT_WINDOW) * 2 + 10;
    for n in 1..=last {
        assert_eq!(send(&town, &owner, id, &format!("m{n}")).await, n);
    }
    let numbers = |rows: &[Line]| rows.iter().map(Line::number).collect::<Vec<_>>();
    let window = |from: i64, to: i64| (from..=to).collect::<Vec<_>>();
    // The writer has read it all: the latest. The reader has read nothing: the first of it.
    let page = open(&owner, id).await.now.lines;
    assert_eq!((numbers(&page.rows), page.earlier, page.later), (window(last - 49, last), true, false));
    let page = open(&tom, id).await.now.lines;
    assert_eq!((numbers(&page.rows), page.earlier, page.later), (window(1, 50), false, true));
    let earlier = group_chat::more(&owner, id, Window::Before(11)).await.unwrap().lines;
    assert_eq!((numbers(&earlier.rows), earlier.earlier, earlier.later), (window(1, 10), false, true));
    for nothing in [Window::After(last), Window::Before(1), Window::Before(-5), Window::After(i64::MAX)] {
        assert!(group_chat::more(&owner, id, nothing).await.unwrap().lines.rows.is_empty());
    }
}

async fn no_more_than_so_many_take_part(town: Town) {
    let (staff, tom, _) = place(&town).await;
    let mut many = Vec::new();
    for n in 0..limits::GROUP_CHAT_MEMBERS {
        many.push(town.user(staff.group, &format!("u{n}@harbour.example"), Level::Clinical).await);
    }
    let all: Vec<_> = many.iter().collect();
    let owner = &staff.owner;
    assert_eq!(wrong(group_chat::begin(owner, &called("All", &all)).await, "members"), Some(Problem::TooMany));
    let id = group_chat::begin(owner, &called("All", &all[1..])).await.unwrap();
    assert_eq!(open(owner, id).await.now.members.len(), limits::GROUP_CHAT_MEMBERS);
    assert_eq!(wrong(group_chat::add(owner, id, user(&tom)).await, "user"), Some(Problem::TooMany));
    group_chat::leave(&many[1], id).await.unwrap();
    group_chat::add(owner, id, user(&tom)).await.unwrap();
    assert_eq!(wrong(group_chat::add(owner, id, user(&many[0])).await, "user"), Some(Problem::TooMany));
}

// TG-02
async fn two_groups_know_nothing_of_each_other(town: Town) {
    let (Staff { owner, .. }, tom, _) = place(&town).await;
    let id = group_chat::begin(&owner, &called("Desk", &[&tom])).await.unwrap();
    let other = town.practice_called("Riverside", "other@riverside.example").await.owner;
    not_found(group_chat::start(&owner, user(&other)).await);
    not_found(group_chat::begin(&owner, &called("x", &[&tom, &other])).await);
    not_found(group_chat::add(&owner, id, user(&other)).await);
    not_found(group_chat::start(&other, user(&owner)).await);
    assert!(group_chat::colleagues(&other, "").await.unwrap().is_empty());
    is_not_there(&town, &other, id).await;
    // What is switched off there is on here.
    switch(&other, "").await;
    send(&town, &owner, id, "Hello").await;
}

/// For several conversations in which somebody takes part, took part, or never did.
async fn what_the_list_holds_is_what_opens(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
    let mut all = Vec::new();
    for n in 0..9 {
        let members: &[&Ctx] = if n % 3 == 0 { &[&grace] } else { &[&tom, &grace] };
        let id = group_chat::begin(&owner, &called(&format!("Desk {n}"), members)).await.unwrap();
        send(&town, &owner, id, "Hello").await;
        town.clock.pass(Span::seconds(1));
        if n % 3 == 1 {
            group_chat::leave(&tom, id).await.unwrap();
        }
        all.push(id);
    }
    all.push(group_chat::start(&tom, user(&grace)).await.unwrap());
    for by in [&owner, &tom, &grace] {
        let list = rows(by).await;
        let mut waits = 0;
        for id in &all {
            let opens = group_chat::open(by, *id, Window::Latest).await.is_ok();
            let row = list.iter().find(|row| row.id == *id);
            assert_eq!(row.is_some(), opens);
            waits += row.map_or(0, |row| row.unread);
        }
        assert_eq!(unread(by).await, waits);
        assert!(list.windows(2).all(|two| two[0].at >= two[1].at));
    }
    assert_eq!((rows(&owner).await.len(), rows(&tom).await.len(), rows(&grace).await.len()), (9, 4, 10));
    // A cursor that is none.
    for after in ["x", "1.gcv_x", ".", "9999", "1.cnv_00000000000000000000000000000001"] {
        let page = PageRequest { after: Some(after.into()), limit: None };
        assert!(group_chat::list(&owner, &page).await.unwrap().rows.rows.is_empty());
    }
}

async fn open_pages_are_told(town: Town) {
    let (Staff { owner, .. }, tom, grace) = place(&town).await;
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
        told.sort_unstable();
        told.dedup();
        told
    };
    let who = |all: &[&Ctx]| {
        let mut all: Vec<_> = all.iter().map(|by| account(by)).collect();
        all.sort_unstable();
        all
    };
    let id = group_chat::begin(&owner, &called("Desk", &[&tom])).await.unwrap();
    assert_eq!(told("begun").await, who(&[&owner, &tom]));
    send(&town, &owner, id, "Hello").await;
    assert_eq!(told("a message").await, who(&[&owner, &tom]));
    group_chat::read(&tom, id, 1).await.unwrap();
    assert_eq!(told("read by one of several").await, who(&[&tom]));
    group_chat::add(&owner, id, user(&grace)).await.unwrap();
    assert_eq!(told("added").await, who(&[&owner, &tom, &grace]));
    group_chat::withdraw(&owner, id, 1).await.unwrap();
    assert_eq!(told("withdrawn").await, who(&[&owner, &tom, &grace]));
    group_chat::rename(&owner, id, &name("Front desk")).await.unwrap();
    assert_eq!(told("renamed").await, who(&[&owner, &tom, &grace]));
    group_chat::leave(&grace, id).await.unwrap();
    assert_eq!(told("left").await, who(&[&owner, &tom, &grace]));
    let two = group_chat::start(&owner, user(&tom)).await.unwrap();
    assert_eq!(told("begun with one").await, who(&[&owner, &tom]));
    send(&town, &tom, two, "Hello").await;
    told("a message of the other").await;
    group_chat::read(&owner, two, 1).await.unwrap();
    assert_eq!(told("read by one of two").await, who(&[&owner, &tom]));
}

// Decision 13
async fn the_trail_says_what_was_done_and_no_words(town: Town) {
    let (Staff { owner, group }, tom, grace) = place(&town).await;
    let id = group_chat::begin(&owner, &called(SECRET, &[&tom])).await.unwrap();
    let two = group_chat::start(&owner, user(&tom)).await.unwrap();
    assert_eq!(group_chat::start(&tom, user(&owner)).await.unwrap(), two, "no second beginning");
    send(&town, &owner, id, SECRET).await;
    send(&town, &tom, two, SECRET).await;
    open(&tom, id).await;
    group_chat::more(&tom, id, Window::After(0)).await.unwrap();
    group_chat::more(&tom, id, Window::After(1)).await.unwrap();
    group_chat::withdraw(&owner, id, 1).await.unwrap();
    for _ in 0..2 {
        group_chat::add(&owner, id, user(&grace)).await.unwrap();
        group_chat::rename(&owner, id, &name(&format!("{SECRET} 2"))).await.unwrap();
    }
    group_chat::leave(&tom, id).await.unwrap();
    not_found(group_chat::leave(&tom, id).await);
    let chain = format!("{:?}", town.engine.chain(&group.to_string()).await);
    for (action, times) in [
        (Action::GroupConversationBegun, 2),
        (Action::GroupMessageSent, 2),
        (Action::GroupConversationViewed, 2),
        (Action::GroupMessageWithdrawn, 1),
        (Action::GroupMemberAdded, 1),
        (Action::GroupConversationRenamed, 1),
        (Action::GroupMemberLeft, 1),
    ] {
        assert_eq!(chain.matches(&format!("\"{}\"", action.code())).count(), times, "{action:?}");
    }
    assert!(!chain.contains(SECRET));
}
