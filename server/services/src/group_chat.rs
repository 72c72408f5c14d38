//! Group chat: what the users of a group write to each other (decision 10). Who may do what is decided in
//! `domain::access::group_chat`.
//!
//! Messages are numbered, stored once for each id and acknowledged as in [`chat`](crate::chat). Who is mentioned in one hears of it by
//! the bell: by whom and where, never the words.

use domain::{
    access::{
        Access, EnterGroup, GroupChatFacts, GroupConversationFacts, ManageGroupConversation, ReadGroupConversation,
        StartGroupConversation, WriteGroupConversation,
    },
    audit::{Action, Entry},
    chat::{Author, Message, MessageForm, Messages, Sent, Window, beginning},
    error::{Conflict, Invalid, Problem},
    group_chat::{
        Done, GroupConversationForm, GroupConversationPage, GroupConversationRow, GroupConversations, GroupNameForm,
        GroupNews, Line, Member, Trace, mentioned,
    },
    history::UserChoice,
    ids::{GroupConversationId, MessageId, UserId},
    limits,
    notification::{News, Notification},
    page::PageRequest,
    user::{User, UserState},
};

use crate::{
    audit,
    chat::first_unread,
    context::Ctx,
    error::{Error, Result},
    ports::{
        Called, GroupConversationRecord, GroupMember, Hint, ListedGroupConversation, NewGroupConversation, StoredDone,
        StoredLine, Stowed, Work,
    },
};

/// Is group chat switched on?
async fn is_on(work: &mut dyn Work, enter: &Access<EnterGroup>) -> Result<bool> {
    Ok(work.lookup_patient_access(enter).await?.group_chat)
}

/// What the one decision needs.
async fn facts(
    ctx: &Ctx,
    work: &mut dyn Work,
    id: GroupConversationId,
) -> Result<(GroupConversationFacts, GroupConversationRecord)> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let record = work.group_conversation_record(&enter, id).await?.ok_or(Error::NotFound)?;
    let facts = GroupConversationFacts {
        group: enter.group(),
        conversation: id,
        member: record.member,
        named: record.name.is_some(),
        on: is_on(work, &enter).await?,
    };
    Ok((facts, record))
}

async fn write_down(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadGroupConversation>,
    action: Action,
    detail: String,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, "");
    work.audit(&Entry { detail, ..entry }).await?;
    Ok(())
}

/// Lets the open pages of whoever takes part and works in the group look.
fn tell(work: &mut dyn Work, members: &[GroupMember]) {
    for member in members.iter().filter(|member| member.active) {
        work.hint(Hint::Chat(member.account));
    }
}

/// The conversations the caller takes part in, by when something was written last.
///
/// # Errors
/// [`Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, page: &PageRequest) -> Result<GroupConversations> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.read().await?;
    let on = is_on(work.as_mut(), &access).await?;
    let rows = work.list_group_conversations(&access, page).await?;
    let row = |row: ListedGroupConversation| {
        let (name, named) = match row.called {
            Called::Named(name) => (name, true),
            Called::After(colleague) => (colleague.shown(), false),
        };
        GroupConversationRow {
            id: row.id,
            name,
            named,
            last: row.last.as_deref().map(beginning),
            withdrawn: row.withdrawn,
            at: row.at,
            unread: row.unread,
            mentioned: row.mentioned,
        }
    };
    Ok(GroupConversations { rows: rows.map(row), on })
}

/// Colleagues to begin a conversation with or to add to one: those who work in the group, by the beginning of a name.
///
/// # Errors
/// [`Error::NotSignedIn`].
pub async fn colleagues(ctx: &Ctx, text: &str) -> Result<Vec<UserChoice>> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let text: String = text.chars().take(limits::SEARCH_TEXT).collect();
    let found = ctx.read().await?.search_colleagues(&access, &text).await?;
    let choice = |user: User| UserChoice { id: user.id, name: user.name.shown(), profession: user.profession };
    Ok(found.into_iter().map(choice).collect())
}

/// A colleague who works in the group.
async fn colleague(work: &mut dyn Work, enter: &Access<EnterGroup>, user: UserId, field: &str) -> Result<User> {
    let found = work.lookup_colleague(enter, user).await?.ok_or(Error::NotFound)?;
    match found.state {
        UserState::Active if user != enter.user() => Ok(found),
        UserState::Active | UserState::Invited | UserState::Rejected | UserState::Deactivated => {
            Err(Invalid::field(field, Problem::NotAChoice).into())
        }
    }
}

async fn may_start(ctx: &Ctx, work: &mut dyn Work) -> Result<(Access<StartGroupConversation>, Access<EnterGroup>)> {
    let actor = ctx.actor()?;
    let enter = actor.may(EnterGroup, &())?;
    let on = is_on(work, &enter).await?;
    Ok((actor.may(StartGroupConversation, &GroupChatFacts { on })?, enter))
}

/// Begins a conversation with one colleague, or opens the one that there is.
///
/// # Errors
/// [`Error::Forbidden`] when group chat is off; [`Error::NotFound`]; [`Error::Invalid`] for somebody who does not work in the group.
pub async fn start(ctx: &Ctx, with: UserId) -> Result<GroupConversationId> {
    let mut work = ctx.begin().await?;
    let (access, enter) = may_start(ctx, work.as_mut()).await?;
    if let Some(id) = work.find_group_conversation(&access, with).await? {
        return Ok(id);
    }
    let colleague = colleague(work.as_mut(), &enter, with, "with").await?;
    let id = GroupConversationId::from(ctx.services.random.id());
    begun(ctx, work.as_mut(), &access, id).await?;
    // The trail lets one in at a time: whoever waited for another beginning finds theirs, and writes nothing.
    if let Some(id) = work.find_group_conversation(&access, with).await? {
        return Ok(id);
    }
    work.add_group_conversation(&access, id, NewGroupConversation::With(with), ctx.now()).await?;
    for account in [colleague.account, access.by().account] {
        work.hint(Hint::Chat(account));
    }
    work.save().await?;
    Ok(id)
}

/// Begins a conversation of several, under a name.
///
/// # Errors
/// As [`start`].
pub async fn begin(ctx: &Ctx, form: &GroupConversationForm) -> Result<GroupConversationId> {
    let mut work = ctx.begin().await?;
    let (access, enter) = may_start(ctx, work.as_mut()).await?;
    let (name, members) = form.check(access.user())?;
    let mut accounts = vec![access.by().account];
    for user in &members {
        accounts.push(colleague(work.as_mut(), &enter, *user, "members").await?.account);
    }
    let id = GroupConversationId::from(ctx.services.random.id());
    begun(ctx, work.as_mut(), &access, id).await?;
    work.add_group_conversation(&access, id, NewGroupConversation::Named(&name, &members), ctx.now()).await?;
    for account in accounts {
        work.hint(Hint::Chat(account));
    }
    work.save().await?;
    Ok(id)
}

async fn begun(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<StartGroupConversation>,
    id: GroupConversationId,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), Action::GroupConversationBegun, "");
    work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
    Ok(())
}

/// One conversation, with some of its lines. What is unread stays so until the page says that it was seen ([`read`]).
///
/// # Errors
/// [`Error::NotFound`]: also for one that the caller does not take part in.
pub async fn open(ctx: &Ctx, id: GroupConversationId, window: Window) -> Result<GroupConversationPage> {
    let mut work = ctx.begin().await?;
    let (facts, record) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(ReadGroupConversation, &facts)?;
    write_down(ctx, work.as_mut(), &access, Action::GroupConversationViewed, id.to_string()).await?;
    let read = record.read;
    let window = first_unread(window, read, record.last);
    let now = news(work.as_mut(), &access, &facts, record, window).await?;
    work.save().await?;
    Ok(GroupConversationPage { id, named: facts.named, read, now })
}

/// More of its lines, and what became of the others. Nothing is written down where no line is shown.
///
/// # Errors
/// As [`open`].
pub async fn more(ctx: &Ctx, id: GroupConversationId, window: Window) -> Result<GroupNews> {
    let mut work = ctx.begin().await?;
    let (facts, record) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(ReadGroupConversation, &facts)?;
    let news = news(work.as_mut(), &access, &facts, record, window).await?;
    if !news.lines.rows.is_empty() {
        write_down(ctx, work.as_mut(), &access, Action::GroupConversationViewed, id.to_string()).await?;
        work.save().await?;
    }
    Ok(news)
}

async fn news(
    work: &mut dyn Work,
    access: &Access<ReadGroupConversation>,
    facts: &GroupConversationFacts,
    record: GroupConversationRecord,
    window: Window,
) -> Result<GroupNews> {
    let own = access.user();
    let rows = work.list_group_lines(access, window, limits::CHAT_WINDOW).await?;
    let members = work.list_group_members(access).await?;
    let withdrawn = work.list_withdrawn_group_messages(access, limits::CHAT_WITHDRAWN).await?;
    let other = members.iter().find(|member| member.user != own).map(|member| member.name.shown());
    let lines = rows.into_iter().map(|row| line(row, own)).collect();
    let member = |member: GroupMember| Member {
        user: member.user,
        name: member.name.shown(),
        profession: member.profession,
        active: member.active,
        own: member.user == own,
        read: member.read,
        read_at: member.read_at,
    };
    Ok(GroupNews {
        name: record.name.or(other).unwrap_or_default(),
        lines: Messages::of(lines, record.last, Line::number),
        members: members.into_iter().map(member).collect(),
        withdrawn,
        on: facts.on,
    })
}

/// A line as this user reads it.
fn line(row: StoredLine, own: UserId) -> Line {
    let StoredLine { number, id, user, name, profession, what, body, sent_at, withdrawn } = row;
    let what = match what {
        StoredDone::Said => {
            let author = if user == own { Author::Own } else { Author::User { name: name.shown(), profession } };
            return Line::Message(Message { number, id, author, body, sent_at, withdrawn, automatic: false });
        }
        StoredDone::Added(added, name) => Done::Added((added != own).then(|| name.shown())),
        StoredDone::Left => Done::Left,
        StoredDone::Renamed => Done::Renamed(body),
    };
    Line::Trace(Trace { number, by: (user != own).then(|| name.shown()), what, at: sent_at })
}

/// Sends a message. When this returns it is stored, and whoever takes part is told to look. The same id again is the same message.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] when group chat is off, or [`Error::Invalid`].
pub async fn send(ctx: &Ctx, id: GroupConversationId, message: MessageId, form: &MessageForm) -> Result<Sent> {
    let mut work = ctx.begin().await?;
    let (facts, _) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(WriteGroupConversation, &facts)?;
    let body = form.check()?;
    // The trail lets one in at a time: the order of entries is that of messages.
    let seen = Access::<ReadGroupConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::GroupMessageSent, id.to_string()).await?;
    let members = work.list_group_members(&seen).await?;
    // Who left the group reads nothing, and nobody calls themselves.
    let others = members.iter().filter(|member| member.active && member.user != access.user());
    let names: Vec<_> = others.map(|member| (member.user, member.name.shown())).collect();
    let mentioned = mentioned(&body, &names);
    match work.add_group_message(&access, message, &body, &mentioned, ctx.now()).await? {
        Stowed::New(sent) => {
            for user in mentioned {
                let news = News::Mentioned { user: access.user(), conversation: id };
                let notification =
                    Notification { id: ctx.services.random.id().into(), news, at: ctx.now(), read_at: None };
                work.notify_mentioned(&access, user, &notification).await?;
            }
            tell(work.as_mut(), &members);
            work.save().await?;
            Ok(sent)
        }
        Stowed::Known(sent) => Ok(sent),
        Stowed::Other => Err(Conflict::ChangedMeanwhile.into()),
    }
}

/// Withdraws a message of the caller's. Its place stays, with who wrote it and when; what it said is gone.
///
/// # Errors
/// [`Error::NotFound`] for anybody else's, [`Error::Forbidden`].
pub async fn withdraw(ctx: &Ctx, id: GroupConversationId, number: i64) -> Result<()> {
    let mut work = ctx.begin().await?;
    let (facts, _) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(WriteGroupConversation, &facts)?;
    let seen = Access::<ReadGroupConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::GroupMessageWithdrawn, format!("{id} {number}")).await?;
    if !work.withdraw_group_message(&access, number, ctx.now()).await? {
        return Err(Error::NotFound);
    }
    let members = work.list_group_members(&seen).await?;
    tell(work.as_mut(), &members);
    work.save().await?;
    Ok(())
}

/// The caller has seen the lines up to this one.
///
/// # Errors
/// As [`open`].
pub async fn read(ctx: &Ctx, id: GroupConversationId, number: i64) -> Result<()> {
    let mut work = ctx.begin().await?;
    let (facts, record) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(ReadGroupConversation, &facts)?;
    if work.group_lines_read(&access, number, ctx.now()).await? {
        // What the bell said of it is known by now; while something is unread it may be of that.
        if number >= record.last {
            work.forget_mentions(&access, ctx.now()).await?;
        }
        if facts.named {
            // One's own devices count anew. The others see it with the next line: many who read would call each other all the time.
            work.hint(Hint::Chat(access.by().account));
        } else {
            let members = work.list_group_members(&access).await?;
            tell(work.as_mut(), &members);
        }
        work.save().await?;
    }
    Ok(())
}

/// A conversation of several, held by somebody who may see to it, with the entry that they do.
struct Managed {
    work: Box<dyn Work>,
    access: Access<ManageGroupConversation>,
    trace: MessageId,
}

impl Managed {
    /// `subject` is the user it is about, if it is about another.
    async fn open(ctx: &Ctx, id: GroupConversationId, action: Action, subject: Option<UserId>) -> Result<Self> {
        let mut work = ctx.begin().await?;
        let (facts, _) = facts(ctx, work.as_mut(), id).await?;
        let access = ctx.actor()?.may(ManageGroupConversation, &facts)?;
        let subject = subject.map(|user| user.to_string()).unwrap_or_default();
        let entry = audit::entry(ctx, access.by(), access.group(), action, subject);
        work.audit(&Entry { detail: id.to_string(), ..entry }).await?;
        Ok(Self { work, access, trace: ctx.services.random.id().into() })
    }

    async fn members(&mut self) -> Result<Vec<GroupMember>> {
        Ok(self.work.list_group_members(&(&self.access).into()).await?)
    }

    /// Saves it, and tells those who take part by now.
    async fn save(mut self) -> Result<()> {
        let members = self.members().await?;
        tell(self.work.as_mut(), &members);
        self.work.save().await?;
        Ok(())
    }
}

/// Calls a conversation of several differently.
///
/// # Errors
/// [`Error::NotFound`], also for one between two; [`Error::Forbidden`] when group chat is off; [`Error::Invalid`].
pub async fn rename(ctx: &Ctx, id: GroupConversationId, form: &GroupNameForm) -> Result<()> {
    let mut managed = Managed::open(ctx, id, Action::GroupConversationRenamed, None).await?;
    let name = form.check()?;
    if managed.work.rename_group_conversation(&managed.access, managed.trace, &name, ctx.now()).await? {
        managed.save().await?;
    }
    Ok(())
}

/// Adds a colleague to a conversation of several. They read what was written before.
///
/// # Errors
/// As [`rename`]; [`Error::Invalid`] when they do not work in the group, or nobody more can take part.
pub async fn add(ctx: &Ctx, id: GroupConversationId, user: UserId) -> Result<()> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let mut managed = Managed::open(ctx, id, Action::GroupMemberAdded, Some(user)).await?;
    let members = managed.members().await?;
    if members.iter().any(|member| member.user == user) {
        return Ok(());
    }
    colleague(managed.work.as_mut(), &enter, user, "user").await?;
    if members.len() >= limits::GROUP_CHAT_MEMBERS {
        return Err(Invalid::field("user", Problem::TooMany).into());
    }
    if managed.work.add_group_member(&managed.access, managed.trace, user, ctx.now()).await? {
        managed.save().await?;
    }
    Ok(())
}

/// The caller leaves a conversation of several.
///
/// # Errors
/// As [`rename`].
pub async fn leave(ctx: &Ctx, id: GroupConversationId) -> Result<()> {
    let mut managed = Managed::open(ctx, id, Action::GroupMemberLeft, None).await?;
    if !managed.work.leave_group_conversation(&managed.access, managed.trace, ctx.now()).await? {
        return Err(Error::NotFound);
    }
    // Their own pages look too: it is gone from their list.
    managed.work.hint(Hint::Chat(managed.access.by().account));
    managed.save().await
}
