//! The patient's side: the conversations that practitioners began, and writing in them.

use domain::{
    access::{
        Access, ConversationFacts, GrantFacts, InConversation, OwnConversationFacts, PatientFacts, ReadOwnConversation,
        ViewOwnClinical, ViewOwnRecord, WriteOwnConversation, explain,
    },
    audit::{Action, Entry},
    chat::{
        Answering, MessageForm, Messages, OwnConversation, OwnConversationRow, OwnConversations, Replies, Sent,
        Standing, Switches, Window, beginning,
    },
    error::Conflict,
    ids::{ConversationId, MessageId, PatientId},
    limits,
    location::Location,
    page::PageRequest,
    time::Time,
    user::User,
};

use super::{first_unread, messages};
use crate::{
    audit,
    context::Ctx,
    days,
    error::{Error, Result},
    ports::{ChatSwitches, Hint, OwnConversationRecord, Stowed, Work},
    users,
};

async fn enter(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<(Access<ViewOwnClinical>, GrantFacts)> {
    let actor = ctx.actor()?;
    let facts = work.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
    Ok((actor.may(ViewOwnClinical, &facts)?, facts))
}

/// A conversation, as the portal knows it.
struct Own {
    facts: OwnConversationFacts,
    /// The number of the last message.
    last: i64,
    practitioner: User,
    /// Does the practitioner still work there, see the patient and answer?
    attended: bool,
    seen: Access<ViewOwnClinical>,
}

/// What the one decision needs. Whoever asks uses the portal: there is somebody who sees it.
async fn find(ctx: &Ctx, work: &mut dyn Work, patient: PatientId, id: ConversationId) -> Result<Own> {
    let (seen, grant) = enter(ctx, work, patient).await?;
    let own = work.own_conversation_record(&seen, id).await?.ok_or(Error::NotFound)?;
    let OwnConversationRecord { record, switches: ChatSwitches { practice, patient: on }, practitioner, relationship } =
        own;
    let of = PatientFacts { group: seen.group(), patient, relationship, emergency: false };
    let attended = answers(&practitioner, of, id);
    // Where nobody would answer it is as if it were switched off: what is written to nobody is not taken.
    let switches = Switches { practice, patient: on && attended, reachable: true };
    let facts = OwnConversationFacts { grant, conversation: id, switches };
    Ok(Own { facts, last: record.last, practitioner, attended, seen })
}

/// Could the practitioner write in it, switches aside?
fn answers(practitioner: &User, of: PatientFacts, conversation: ConversationId) -> bool {
    let switches = Switches { practice: true, patient: true, reachable: true };
    let facts = ConversationFacts { of, conversation, practitioner: practitioner.id, switches };
    let all = explain::on_conversation(&users::who(practitioner), &facts);
    explain::outside(practitioner).is_none() && all.iter().any(|one| one.right == "WriteConversation" && one.may)
}

async fn write_down(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadOwnConversation>,
    action: Action,
    detail: String,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    work.audit(&Entry { detail, ..entry }).await?;
    Ok(())
}

/// The conversations about this patient, latest first.
///
/// # Errors
/// [`Error::NotFound`] when this person may not open what is shared of the record.
pub async fn list_own(ctx: &Ctx, patient: PatientId, page: &PageRequest) -> Result<OwnConversations> {
    let mut work = ctx.services.store.begin().await?;
    let (access, _) = enter(ctx, work.as_mut(), patient).await?;
    work.audit(&audit::entry(ctx, access.by(), access.group(), Action::ConversationsListed, patient)).await?;
    let rows = work.list_own_conversations(&access, page).await?;
    let time_zone = zone(work.as_mut(), &access).await?;
    work.save().await?;
    let rows = rows.map(|row| OwnConversationRow {
        id: row.id,
        with: row.user.shown(),
        profession: row.profession,
        last: row.last.as_deref().map(beginning),
        withdrawn: row.withdrawn,
        at: row.at,
        unread: row.unread,
    });
    Ok(OwnConversations { rows, time_zone })
}

/// When an answer can be expected, and what answers by itself until then.
async fn answering(work: &mut dyn Work, at: &InConversation, now: Time) -> Result<(Answering, String)> {
    let Replies { promised_hours, emergency_number, away, .. } = work.own_replies(at).await?;
    let locations = work.own_locations(at).await?;
    let known = locations.iter().filter(|location| location.hours.are_known());
    let open = |location: &Location| {
        // Where nobody knows what time it is, nobody is said to be away.
        days::wall_clock(now, &location.time_zone).is_none_or(|(day, minute)| location.hours.open_at(day, minute))
    };
    let closed = known.clone().count() > 0 && !known.clone().any(open);
    let away = if closed || known.count() == 0 { away } else { String::new() };
    Ok((Answering { promised_hours, emergency_number, closed }, away))
}

async fn zone(work: &mut dyn Work, access: &Access<ViewOwnClinical>) -> Result<String> {
    let zone = work.own_time_zone(&Access::<ViewOwnRecord>::from(access)).await?;
    Ok(zone.unwrap_or_else(|| "UTC".to_owned()))
}

/// Does the portal still show this conversation? Asked by a page that was left open, so nothing counts as read.
///
/// # Errors
/// As [`open_own`].
pub async fn still_open(ctx: &Ctx, patient: PatientId, id: ConversationId) -> Result<()> {
    let mut work = ctx.services.store.read().await?;
    let own = find(ctx, work.as_mut(), patient, id).await?;
    ctx.actor()?.may(ReadOwnConversation, &own.facts)?;
    Ok(())
}

/// One conversation, with some of its messages. What is shown counts as read.
///
/// # Errors
/// [`Error::NotFound`]: also for a conversation about somebody else (PT-07).
pub async fn open_own(ctx: &Ctx, patient: PatientId, id: ConversationId, window: Window) -> Result<OwnConversation> {
    let mut work = ctx.services.store.begin().await?;
    let Own { facts, last, practitioner, attended, seen } = find(ctx, work.as_mut(), patient, id).await?;
    let access = ctx.actor()?.may(ReadOwnConversation, &facts)?;
    let may_write = ctx.actor()?.may(WriteOwnConversation, &facts).is_ok();
    let at = InConversation::from(&access);
    write_down(ctx, work.as_mut(), &access, Action::ConversationViewed, id.to_string()).await?;
    let people = work.list_portal_people(&at).await?;
    let read = work.lookup_read(&at).await?;
    let window = first_unread(window, read, last);
    let rows = work.list_messages(&at, window, limits::CHAT_WINDOW).await?;
    let time_zone = zone(work.as_mut(), &seen).await?;
    let (answering, _) = answering(work.as_mut(), &at, ctx.now()).await?;
    if let Some(shown) = rows.last()
        && work.messages_read(&at, shown.number, ctx.now()).await?
        && attended
    {
        work.hint(Hint::Chat(practitioner.account));
    }
    work.save().await?;
    Ok(OwnConversation {
        id,
        with: practitioner.name.shown(),
        profession: practitioner.profession,
        // Which switch it is, and whether anybody would answer, is the practice's own matter.
        standing: match facts.switches.standing() {
            Standing::Open => Standing::Open,
            Standing::PracticeOff | Standing::NotInPortal | Standing::PatientOff => Standing::PatientOff,
        },
        may_write: may_write && facts.switches.standing() == Standing::Open,
        read,
        messages: messages(rows, last, &people, access.account()),
        next: ctx.services.random.id().into(),
        answering,
        time_zone,
    })
}

/// More of its messages, for a page that is open. Nothing is written down where there is nothing to show.
///
/// # Errors
/// As [`open_own`].
pub async fn messages_own(ctx: &Ctx, patient: PatientId, id: ConversationId, window: Window) -> Result<Messages> {
    let mut work = ctx.services.store.begin().await?;
    let own = find(ctx, work.as_mut(), patient, id).await?;
    let access = ctx.actor()?.may(ReadOwnConversation, &own.facts)?;
    let at = InConversation::from(&access);
    let rows = work.list_messages(&at, window, limits::CHAT_WINDOW).await?;
    let people = work.list_portal_people(&at).await?;
    if !rows.is_empty() {
        write_down(ctx, work.as_mut(), &access, Action::ConversationViewed, id.to_string()).await?;
        work.save().await?;
    }
    Ok(messages(rows, own.last, &people, access.account()))
}

/// Sends a message. When this returns it is stored, and whoever sees it is told to look. The same id again is the same message.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] when chat is off (PT-09) or this person may only look; [`Error::Invalid`].
pub async fn send_own(
    ctx: &Ctx,
    patient: PatientId,
    id: ConversationId,
    message: MessageId,
    form: &MessageForm,
) -> Result<Sent> {
    let mut work = ctx.services.store.begin().await?;
    let own = find(ctx, work.as_mut(), patient, id).await?;
    let access = ctx.actor()?.may(WriteOwnConversation, &own.facts)?;
    let body = form.check()?;
    let seen = Access::<ReadOwnConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::MessageSent, id.to_string()).await?;
    match work.add_message(&(&access).into(), message, &body, ctx.now()).await? {
        Stowed::New(sent) => {
            let (_, away) = answering(work.as_mut(), &(&seen).into(), ctx.now()).await?;
            if !away.is_empty() {
                let id = ctx.services.random.id().into();
                let away = work.add_away_message(&(&access).into(), &own.practitioner, id, &away, ctx.now()).await?;
                if away {
                    // Under the practitioner's name, but not by them.
                    let detail = format!("{} automatic", own.facts.conversation);
                    write_down(ctx, work.as_mut(), &seen, Action::MessageSent, detail).await?;
                }
            }
            tell(work.as_mut(), &seen, &own).await?;
            work.save().await?;
            Ok(sent)
        }
        Stowed::Known(sent) => Ok(sent),
        Stowed::Other => Err(Conflict::ChangedMeanwhile.into()),
    }
}

/// Lets the open pages of whoever takes part look; nobody else learns that something was written (PT-29).
async fn tell(work: &mut dyn Work, access: &Access<ReadOwnConversation>, own: &Own) -> Result<()> {
    if own.attended {
        work.hint(Hint::Chat(own.practitioner.account));
    }
    for account in work.list_listeners(&access.into()).await? {
        work.hint(Hint::Chat(account));
    }
    Ok(())
}

/// Withdraws a message of the caller's: its place stays, what it said is gone.
///
/// # Errors
/// [`Error::NotFound`] for anybody else's (PT-10), [`Error::Forbidden`].
pub async fn withdraw_own(ctx: &Ctx, patient: PatientId, id: ConversationId, number: i64) -> Result<()> {
    let mut work = ctx.services.store.begin().await?;
    let own = find(ctx, work.as_mut(), patient, id).await?;
    let access = ctx.actor()?.may(WriteOwnConversation, &own.facts)?;
    let seen = Access::<ReadOwnConversation>::from(&access);
    write_down(ctx, work.as_mut(), &seen, Action::MessageWithdrawn, format!("{id} {number}")).await?;
    if !work.withdraw_message(&(&access).into(), number, ctx.now()).await? {
        return Err(Error::NotFound);
    }
    tell(work.as_mut(), &seen, &own).await?;
    work.save().await?;
    Ok(())
}
