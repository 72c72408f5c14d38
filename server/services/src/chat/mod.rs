//! Chat between practitioners and those who act for patients in the portal (S2, decision 10). Who may do what is decided in
//! `domain::access::chat`.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the practice's side: the list, begin one, read, write, withdraw, and the switch of one patient |
//! | `portal` | the patient's side: the list, read, write, withdraw |
//!
//! A message is acknowledged when it is stored, and stored once for each id that the device chose: whoever did not hear sends it
//! again. Messages of a conversation are numbered without gaps, so a page that asks for what comes after the last it has misses
//! nothing, whatever its stream of hints lost.

mod portal;

use domain::{
    access::{
        Access, ConversationFacts, EnterGroup, InConversation, InvitePatient, ListPatients, ManageSettings,
        ReadConversation, StartConversation, StartFacts, ViewPatient, WriteConversation,
    },
    audit::{Action, Entry},
    chat::{
        Author, ConversationFilter, ConversationPage, ConversationRow, Conversations, Message, MessageForm, Messages,
        News, Partner, PortalPerson, ReadMark, Replies, RepliesForm, Sent, Standing, Switches, Unread, Window,
        beginning,
    },
    error::{Conflict, Invalid, Problem},
    ids::{AccountId, ConversationId, MessageId, PatientId},
    limits, mail,
    page::PageRequest,
    patient::{PatientFilter, PortalState, Status},
};

pub use self::portal::{list_own, messages_own, open_own, send_own, still_open, withdraw_own};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    in_portal, mails, notifications, patients,
    ports::{ChatReading, ChatSwitches, ConversationRecord, Hint, PatientRecord, StoredMessage, Stowed, Work},
    unusual,
};

/// What is switched on for a patient, as a user of the practice sees it.
async fn switches(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<Switches> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let ChatSwitches { practice, patient: on } = work.chat_switches(&enter, patient).await?.ok_or(Error::NotFound)?;
    let reachable = in_portal::readers(ctx, work, patient).await?.iter().any(|reader| reader.sees);
    Ok(Switches { practice, patient: on, reachable })
}

/// What the one decision needs.
async fn facts(ctx: &Ctx, work: &mut dyn Work, id: ConversationId) -> Result<(ConversationFacts, ConversationRecord)> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let record = work.conversation_record(&enter, id).await?.ok_or(Error::NotFound)?;
    let of = patients::facts(ctx, work, record.patient).await?;
    // Whose patient it is comes first: what is switched on is no matter of somebody who may not see them.
    ctx.actor()?.may(ViewPatient, &of)?;
    let switches = switches(ctx, work, record.patient).await?;
    let facts = ConversationFacts { of, conversation: id, practitioner: record.practitioner, switches };
    Ok((facts, record))
}

async fn write_down(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadConversation>,
    action: Action,
    detail: String,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    work.audit(&Entry { detail, ..entry }).await?;
    Ok(())
}

/// The caller's conversations with patients whom they may see (S2-10, S2-12, S2-13, S2-15).
///
/// # Errors
/// [`Error::NotSignedIn`].
pub async fn list(ctx: &Ctx, filter: &ConversationFilter, page: &PageRequest) -> Result<Conversations> {
    let actor = ctx.actor()?;
    let access = actor.may(EnterGroup, &())?;
    let text = filter.text.chars().take(limits::SEARCH_TEXT).collect();
    let mut work = ctx.begin().await?;
    let on = work.lookup_patient_access(&access).await?.chats_with_patients();
    let rows = work.list_conversations(&access, &ConversationFilter { text, ..filter.clone() }, page).await?;
    let ids = rows.rows.iter().map(|row| row.patient).collect();
    // The entry comes after what is looked for: everybody who writes waits for it.
    let names = notifications::names(ctx, work.as_mut(), &access, ids).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::ConversationsListed, "")).await?;
    work.save().await?;
    let may_start = on && practises(ctx)?;
    let rows = rows.map(|row| {
        let switches = Switches { practice: on, patient: row.patient_on, reachable: row.reachable };
        ConversationRow {
            id: row.id,
            patient: row.patient,
            name: names.get(&row.patient).cloned().unwrap_or_default(),
            last: row.last.as_deref().map(beginning),
            withdrawn: row.withdrawn,
            at: row.at,
            unread: row.unread,
            waits_since: row.waits_since,
            standing: switches.standing(),
        }
    });
    Ok(Conversations { rows, on, may_start })
}

/// Is the caller among those who may begin conversations, whoever it is with?
fn practises(ctx: &Ctx) -> Result<bool> {
    let user = ctx.actor()?.user().ok_or(Error::NotSignedIn)?;
    Ok(user.level.role() == domain::user::Role::Practitioner && !user.settings.read_only)
}

/// How many messages the caller has not read, of patients and of colleagues (S2-14).
///
/// # Errors
/// [`Error::NotSignedIn`].
pub async fn count_unread(ctx: &Ctx) -> Result<Unread> {
    let access = ctx.actor()?.may(EnterGroup, &())?;
    let mut work = ctx.read().await?;
    Ok(Unread {
        patients: work.count_unread_messages(&access).await?,
        colleagues: work.count_unread_group_messages(&access).await?,
    })
}

/// Patients to begin a conversation with, by words of their names; those who cannot be written to say so (S2-04, S2-11).
///
/// # Errors
/// [`Error::NotSignedIn`].
pub async fn partners(ctx: &Ctx, text: &str) -> Result<Vec<Partner>> {
    let access = ctx.actor()?.may(ListPatients, &())?;
    let text: String = text.chars().take(limits::SEARCH_TEXT).collect();
    if text.trim().is_empty() || !practises(ctx)? {
        return Ok(Vec::new());
    }
    let filter = PatientFilter { text, status: Some(Status::Active) };
    let page = PageRequest { after: None, limit: Some(limits::SEARCH_ROWS) };
    let mut work = ctx.begin().await?;
    let found = work.list_patients(&access, &filter, &page).await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::PatientsListed, "");
    work.audit(&Entry { detail: format!("count={}", found.rows.len()), ..entry }).await?;
    work.save().await?;
    let partner = |record: PatientRecord| Partner {
        patient: record.patient.id,
        reachable: record.portal == PortalState::Activated,
        birth_date: record.patient.details.birth_date,
        name: record.patient.details.name,
    };
    Ok(found.rows.into_iter().map(partner).collect())
}

/// Begins a conversation with a patient, or opens the one that there is, and switches chat on for them (S2-11, S2-23).
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Conflict`] for a closed record, or [`Error::Invalid`] when nobody would see a message (S2-04, S2-05).
pub async fn start(ctx: &Ctx, patient: PatientId) -> Result<ConversationId> {
    let mut work = ctx.begin().await?;
    let of = patients::facts(ctx, work.as_mut(), patient).await?;
    let seen = ctx.actor()?.may(ViewPatient, &of)?;
    let switches = switches(ctx, work.as_mut(), patient).await?;
    let access = ctx.actor()?.may(StartConversation, &StartFacts { of, switches })?;
    patients::living(work.as_mut(), &seen).await?;
    if !switches.reachable {
        return Err(Invalid::field("patient", Problem::NotInPortal).into());
    }
    let mut work = unusual::opened(ctx, work, &seen, &of).await?;
    let note = |action| audit::entry(ctx, access.by(), access.group(), action, patient);
    if !switches.patient {
        work.audit(&Entry { detail: "on".to_owned(), ..note(Action::ChatSwitched) }).await?;
        work.switch_chat_on(&access).await?;
    }
    let id = match work.find_conversation(&access).await? {
        Some(id) => id,
        None => {
            work.audit(&note(Action::ConversationBegun)).await?;
            // The trail lets one in at a time: whoever waited for another beginning finds theirs, and writes nothing.
            if let Some(id) = work.find_conversation(&access).await? {
                return Ok(id);
            }
            let id = ConversationId::from(ctx.services.random.id());
            work.add_conversation(&access, id, ctx.now()).await?;
            id
        }
    };
    in_portal::ring(ctx, work.as_mut(), patient).await?;
    work.save().await?;
    Ok(id)
}

/// One conversation, with some of its messages. What is unread stays so until the page says that it was seen ([`read`]).
///
/// # Errors
/// [`Error::NotFound`]: also for a colleague's.
pub async fn open(ctx: &Ctx, id: ConversationId, window: Window) -> Result<ConversationPage> {
    let mut work = ctx.begin().await?;
    let (facts, record) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(ReadConversation, &facts)?;
    let may_write = ctx.actor()?.may(WriteConversation, &facts).is_ok();
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts.of).await?;
    write_down(ctx, work.as_mut(), &access, Action::ConversationViewed, id.to_string()).await?;
    let at = InConversation::from(&access);
    let people = work.list_portal_people(&at).await?;
    let read = work.lookup_read(&at).await?;
    let window = first_unread(window, read, record.last);
    let rows = work.list_messages(&at, window, limits::CHAT_WINDOW).await?;
    let marks = marks(work.as_mut(), &access, &people).await?;
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    let name =
        notifications::names(ctx, work.as_mut(), &enter, vec![facts.of.patient]).await?.remove(&facts.of.patient);
    work.save().await?;
    Ok(ConversationPage {
        id,
        patient: facts.of.patient,
        name: name.unwrap_or_default(),
        standing: facts.switches.standing(),
        may_write: may_write && facts.switches.standing() == Standing::Open,
        read,
        marks,
        waits_since: record.waits_since,
        messages: messages(rows, record.last, &people, ctx.actor()?.account()),
    })
}

/// A conversation that holds much unread opens at the first of it, with a few before.
pub(crate) fn first_unread(window: Window, read: i64, last: i64) -> Window {
    let most = i64::from(limits::CHAT_WINDOW);
    match window {
        Window::Latest if last - read > most => Window::After((read - limits::CHAT_READ_SHOWN).max(0)),
        window => window,
    }
}

/// What is read of these rows, of a conversation whose last message has this number.
fn messages(rows: Vec<StoredMessage>, last: i64, people: &[(AccountId, PortalPerson)], own: AccountId) -> Messages {
    let message = |row: StoredMessage| {
        let author = match row.user {
            _ if row.account == own && !row.automatic => Author::Own,
            Some(user) => Author::User { name: user.shown(), profession: row.profession },
            None => {
                let known = people.iter().find(|(account, _)| *account == row.account);
                known.map_or(Author::Gone, |(_, person)| Author::Portal(person.clone()))
            }
        };
        let StoredMessage { number, id, body, sent_at, withdrawn, automatic, .. } = row;
        Message { number, id, author, body, sent_at, withdrawn, automatic }
    };
    Messages::of(rows.into_iter().map(message).collect(), last, |message| message.number)
}

/// More of its messages, and what became of the others. Nothing is written down where no message is shown.
///
/// # Errors
/// As [`open`].
pub async fn more(ctx: &Ctx, id: ConversationId, window: Window) -> Result<News> {
    let mut work = ctx.begin().await?;
    let (facts, record) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(ReadConversation, &facts)?;
    let at = InConversation::from(&access);
    let rows = work.list_messages(&at, window, limits::CHAT_WINDOW).await?;
    let people = work.list_portal_people(&at).await?;
    let marks = marks(work.as_mut(), &access, &people).await?;
    let withdrawn = work.list_withdrawn(&at, limits::CHAT_WITHDRAWN).await?;
    if !rows.is_empty() {
        write_down(ctx, work.as_mut(), &access, Action::ConversationViewed, id.to_string()).await?;
        work.save().await?;
    }
    let messages = messages(rows, record.last, &people, ctx.actor()?.account());
    let (standing, waits_since) = (facts.switches.standing(), record.waits_since);
    Ok(News { messages, marks, withdrawn, standing, waits_since })
}

/// How far each person of the portal has read.
async fn marks(
    work: &mut dyn Work,
    access: &Access<ReadConversation>,
    people: &[(AccountId, PortalPerson)],
) -> Result<Vec<ReadMark>> {
    let mark = |reading: ChatReading| {
        let (_, person) = people.iter().find(|(account, _)| *account == reading.account)?;
        Some(ReadMark { person: person.clone(), number: reading.number, at: reading.at })
    };
    Ok(work.list_readings(access).await?.into_iter().filter_map(mark).collect())
}

/// Sends a message. When this returns it is stored, and whoever sees it is told to look. The same id again is the same message.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] when chat is off, or [`Error::Invalid`].
pub async fn send(ctx: &Ctx, id: ConversationId, message: MessageId, form: &MessageForm) -> Result<Sent> {
    let mut work = ctx.begin().await?;
    let (facts, _) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(WriteConversation, &facts)?;
    let body = form.check()?;
    if !facts.switches.reachable {
        return Err(Invalid::field("body", Problem::NotInPortal).into());
    }
    // The trail lets one in at a time: the order of entries is that of messages.
    let seen = Access::<ReadConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::MessageSent, id.to_string()).await?;
    let before = unread_before(ctx, work.as_mut(), &seen).await?;
    match work.add_message(&(&access).into(), message, &body, ctx.now()).await? {
        Stowed::New(sent) => {
            tell(work.as_mut(), &seen).await?;
            remind(ctx, work.as_mut(), &seen, before).await?;
            work.save().await?;
            Ok(sent)
        }
        Stowed::Known(sent) => Ok(sent),
        Stowed::Other => Err(Conflict::ChangedMeanwhile.into()),
    }
}

/// Who sees the conversation in the portal, and whether something in it, or in another one about the patient, is unread already.
async fn unread_before(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadConversation>,
) -> Result<Vec<(AccountId, bool)>> {
    let mut before = Vec::new();
    for account in work.list_listeners(&access.into()).await? {
        let unread = work.messages_wait(&access.into(), account, ctx.now()).await?;
        before.push((account, unread));
    }
    Ok(before)
}

/// Whoever has not read it after a while gets a mail, which says that and nothing else. Whether they have is asked when it leaves.
async fn remind(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadConversation>,
    before: Vec<(AccountId, bool)>,
) -> Result<()> {
    let (group, kind, now) = (access.group(), mail::Kind::MessagesWait, ctx.now());
    let due = now + limits::CHAT_REMINDER;
    for (account, unread) in before {
        // What waits was for what they have read by now, unless something is unread still.
        if work.mail_again(group, account, kind, due, if unread { now } else { due }).await? {
            continue;
        }
        let last = work.last_told_of_messages(group, account).await?;
        let due = last.map_or(due, |last| due.max(last + limits::CHAT_REMINDER_EVERY));
        let account = work.lookup_account(account).await?;
        let account = account.ok_or_else(|| Error::fault("a grant without its account"))?;
        work.add_mail(&mails::about_messages(ctx, &account, group, due)).await?;
    }
    Ok(())
}

/// Nothing in the conversation up to this message, the last one shown, waits for an answer any more, though none was written.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub async fn settle(ctx: &Ctx, id: ConversationId, number: i64) -> Result<()> {
    let mut work = ctx.begin().await?;
    let (facts, _) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(WriteConversation, &facts)?;
    let seen = Access::<ReadConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::ConversationSettled, format!("{id} {number}")).await?;
    if work.messages_settled(&(&access).into(), number).await? {
        // Their other devices show it no longer.
        work.hint(Hint::Chat(access.by().account));
        work.save().await?;
    }
    Ok(())
}

/// What the group says about its answers.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn replies(ctx: &Ctx) -> Result<Replies> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    Ok(ctx.read().await?.lookup_replies(&Access::<EnterGroup>::from(&access)).await?)
}

/// Changes it. `version` is the version the caller saw.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`], or [`Conflict::ChangedMeanwhile`].
pub async fn save_replies(ctx: &Ctx, version: i64, form: &RepliesForm) -> Result<()> {
    let access = ctx.actor()?.may(ManageSettings, &())?;
    let replies = form.check(version)?;
    let mut work = ctx.begin().await?;
    let entry = audit::entry(ctx, access.by(), access.group(), Action::SettingsChanged, "chat_replies");
    let number = replies.emergency_number.replace(' ', "-");
    let detail = format!(
        "promised_hours={} emergency_number={number} away={}",
        replies.promised_hours,
        !replies.away.is_empty()
    );
    work.audit(&Entry { detail, ..entry }).await?;
    if !work.save_replies(&access, &replies, ctx.now()).await? {
        return Err(Conflict::ChangedMeanwhile.into());
    }
    work.save().await?;
    Ok(())
}

/// Lets the open pages of whoever takes part look.
async fn tell(work: &mut dyn Work, access: &Access<ReadConversation>) -> Result<()> {
    work.hint(Hint::Chat(access.by().account));
    for account in work.list_listeners(&access.into()).await? {
        work.hint(Hint::Chat(account));
    }
    Ok(())
}

/// Withdraws a message of the caller's. Its place stays, with who wrote it and when; what it said is gone.
///
/// # Errors
/// [`Error::NotFound`] for anybody else's (PT-10), [`Error::Forbidden`].
pub async fn withdraw(ctx: &Ctx, id: ConversationId, number: i64) -> Result<()> {
    let mut work = ctx.begin().await?;
    let (facts, _) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(WriteConversation, &facts)?;
    let seen = Access::<ReadConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::MessageWithdrawn, format!("{id} {number}")).await?;
    if !work.withdraw_message(&(&access).into(), number, ctx.now()).await? {
        return Err(Error::NotFound);
    }
    tell(work.as_mut(), &seen).await?;
    work.save().await?;
    Ok(())
}

/// The caller has seen the messages up to this one.
///
/// # Errors
/// As [`open`].
pub async fn read(ctx: &Ctx, id: ConversationId, number: i64) -> Result<()> {
    let mut work = ctx.begin().await?;
    let (facts, _) = facts(ctx, work.as_mut(), id).await?;
    let access = ctx.actor()?.may(ReadConversation, &facts)?;
    if work.messages_read(&(&access).into(), number, ctx.now()).await? {
        // Their other devices count anew.
        work.hint(Hint::Chat(access.by().account));
        work.save().await?;
    }
    Ok(())
}

/// Is chat on for this patient, as their portal settings say (S2-17)?
///
/// # Errors
/// [`Error::NotFound`].
pub async fn switch(ctx: &Ctx, patient: PatientId) -> Result<Switches> {
    let mut work = ctx.read().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    ctx.actor()?.may(ViewPatient, &facts)?;
    switches(ctx, work.as_mut(), patient).await
}

/// Switches chat on or off for one patient in this group (S2-16, S2-22, S2-24).
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`]; [`Error::Invalid`] for somebody who does not use the portal (S2-18).
pub async fn save_switch(ctx: &Ctx, patient: PatientId, on: bool) -> Result<()> {
    let mut work = ctx.begin().await?;
    let facts = patients::facts(ctx, work.as_mut(), patient).await?;
    let access = ctx.actor()?.may(InvitePatient, &facts)?;
    if on && !switches(ctx, work.as_mut(), patient).await?.reachable {
        return Err(Invalid::field("chat", Problem::NotInPortal).into());
    }
    let entry = audit::entry(ctx, access.by(), access.group(), Action::ChatSwitched, patient);
    let detail = if on { "on" } else { "off" }.to_owned();
    work.audit(&Entry { detail, ..entry }).await?;
    if work.switch_chat(&access, on).await? {
        in_portal::ring(ctx, work.as_mut(), patient).await?;
        work.save().await?;
    }
    Ok(())
}
