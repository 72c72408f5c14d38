//! Notes about patients (decision 9). Who may do what with one is decided in `domain::access::notes`, and asked here before
//! anything is looked at: in every function, also of a list.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the list, a note, its versions |
//! | `author` | write, publish, throw away, keep private |
//! | [`templates`] | texts with merge fields that notes begin with |
//! | `sharing` | with the patient, with colleagues; look at it as the patient would |
//! | `portal` | the patient's side |

mod author;
mod portal;
mod sharing;
pub mod templates;

use domain::{
    access::{
        Access, EditNote, EnterGroup, ListNotes, NoteFacts, NotesFacts, ReadNote, ShareNote, ShareWithColleagues,
        ViewPatient, WithdrawNote, WriteNotes,
    },
    audit::{Action, Entry},
    ids::{NoteId, PatientId},
    limits,
    note::{Note, NoteActs, NoteFilter, NotePage, NoteRow, Notes, Version},
    page::{Page, PageRequest},
    text,
};

pub(crate) use self::portal::{look, look_through, said_read};
pub use self::{
    author::{begin, discard, keep, publish, set_private},
    portal::{list_own, open_own, still_open},
    sharing::{
        all_shares, as_patient, colleagues, share_all, share_with, share_with_patient, unshare_all, unshare_with,
        unshare_with_patient,
    },
};
use crate::{
    audit,
    context::Ctx,
    error::{Error, Result},
    patients,
    ports::{ListedNote, Work},
    unusual,
};

/// How many notes a search reads at once, and how often before it shows what it found.
const AT_ONCE: u32 = 50;
const ROUNDS: usize = 10;

/// What is needed to decide about the caller's rights over a patient's notes.
async fn notes_facts(ctx: &Ctx, work: &mut dyn Work, patient: PatientId) -> Result<NotesFacts> {
    let actor = ctx.actor()?;
    let patient = patients::facts(ctx, work, patient).await?;
    let sharing = work.lookup_patient_access(&actor.may(EnterGroup, &())?).await?.note_sharing;
    Ok(NotesFacts { patient, sharing })
}

/// The same of one of them.
async fn note_facts(ctx: &Ctx, work: &mut dyn Work, patient: PatientId, id: NoteId) -> Result<NoteFacts> {
    let enter = ctx.actor()?.may(EnterGroup, &())?;
    work.note_facts(&enter, patient, id, ctx.now()).await?.ok_or(Error::NotFound)
}

/// For reading: whoever is shown a record is counted.
pub(crate) async fn may_read(
    ctx: &Ctx,
    patient: PatientId,
    id: NoteId,
) -> Result<(Access<ReadNote>, NoteFacts, Box<dyn Work>)> {
    let mut work = ctx.begin().await?;
    let facts = note_facts(ctx, work.as_mut(), patient, id).await?;
    let access = ctx.actor()?.may(ReadNote, &facts)?;
    let work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts.of.patient).await?;
    Ok((access, facts, work))
}

/// Writes into the trail what is done with a note. What it says never stands there.
pub(crate) async fn note_it(
    ctx: &Ctx,
    work: &mut dyn Work,
    access: &Access<ReadNote>,
    action: Action,
    more: &str,
) -> Result<()> {
    let entry = audit::entry(ctx, access.by(), access.group(), action, access.patient());
    let detail = format!("{}{}{more}", access.note(), if more.is_empty() { "" } else { " " });
    work.audit(&Entry { detail, ..entry }).await?;
    Ok(())
}

/// The patient's notes that the caller may read, latest first.
///
/// # Errors
/// [`Error::NotFound`], also when the caller may read no note of anybody but their own and writes none.
pub async fn list(ctx: &Ctx, patient: PatientId, filter: &NoteFilter, page: &PageRequest) -> Result<Notes> {
    let actor = ctx.actor()?;
    let mut work = ctx.begin().await?;
    let facts = notes_facts(ctx, work.as_mut(), patient).await?;
    let access = actor.may(ListNotes, &facts)?;
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts.patient).await?;
    let searched = !filter.text.trim().is_empty();
    let entry = audit::entry(ctx, access.by(), access.group(), Action::NotesListed, patient);
    // What was looked for says what is in the record: it does not stand in the trail.
    let detail = if searched { "searched" } else { "" };
    work.audit(&Entry { detail: detail.into(), ..entry }).await?;
    let user = access.user();
    let listed = if searched {
        // Without the one writer: a search may read hundreds of notes.
        work.save().await?;
        search(ctx.read().await?.as_mut(), &access, filter, page).await?
    } else {
        let listed = work.list_notes(&access, filter, page).await?;
        work.save().await?;
        listed
    };
    let notes = listed.map(|note| row(note, user));
    Ok(Notes {
        notes,
        may_write: actor.may(WriteNotes, &facts.patient).is_ok(),
        may_share_all: actor.may(ShareWithColleagues, &facts).is_ok(),
    })
}

/// A page of those that the words of the filter occur in. It looks at a bounded number of notes: a page may hold fewer than
/// there is room for, or none, and go on after the last one that was looked at.
async fn search(
    work: &mut dyn Work,
    access: &Access<ListNotes>,
    filter: &NoteFilter,
    page: &PageRequest,
) -> Result<Page<ListedNote>> {
    let text: String = filter.text.chars().take(limits::SEARCH_TEXT).collect();
    let words = text::words(&text);
    let mut found = Page { rows: Vec::new(), next: None };
    if words.is_empty() {
        return Ok(found);
    }
    let wanted = page.rows() as usize;
    let mut ask = PageRequest { after: page.after.clone(), limit: Some(AT_ONCE) };
    for _ in 0..ROUNDS {
        let read = work.read_notes(access, filter, &ask).await?;
        for note in read.rows {
            if !text::holds(&note.texts.join("\n"), &words) {
                continue;
            }
            if found.rows.len() == wanted {
                found.next = found.rows.last().map(|last: &ListedNote| last.id.to_string());
                return Ok(found);
            }
            found.rows.push(note.listed);
        }
        found.next.clone_from(&read.next);
        ask.after = read.next;
        if ask.after.is_none() {
            break;
        }
    }
    Ok(found)
}

fn row(note: ListedNote, user: domain::ids::UserId) -> NoteRow {
    NoteRow {
        id: note.id,
        title: note.title,
        category: note.category,
        own: note.author == user,
        author: note.author_name.shown(),
        at: note.added_at,
        state: note.state,
        private: note.private,
        patient_from: note.patient_from,
    }
}

/// One note. Whoever reads what was published is kept as one of its readers.
///
/// # Errors
/// [`Error::NotFound`], also for a note the caller may not read: nobody learns that there is one (PR-01, PR-03).
pub async fn open(ctx: &Ctx, patient: PatientId, id: NoteId) -> Result<NotePage> {
    let actor = ctx.actor()?;
    let (access, facts, mut work) = may_read(ctx, patient, id).await?;
    // The patient's log tells that notes are read, not that one is begun.
    let action = if facts.published { Action::NoteViewed } else { Action::NoteDraftOpened };
    note_it(ctx, work.as_mut(), &access, action, "").await?;
    let note = work.lookup_note(&access).await?.ok_or(Error::NotFound)?;
    let (author, profession) = work.lookup_author(&access).await?.ok_or(Error::NotFound)?;
    if let Some(version) = &note.published
        && !access.own()
    {
        work.note_read(&access, version.number, ctx.now()).await?;
    }
    let sharing = match actor.may(EditNote, &facts) {
        Ok(edit) => Some(sharing::of(ctx, work.as_mut(), &edit, facts.of.sharing).await?),
        Err(_) => None,
    };
    work.save().await?;
    let share = actor.may(ShareNote, &facts).is_ok();
    let may = NoteActs {
        edit: actor.may(EditNote, &facts).is_ok(),
        withdraw: note.patient_from.is_some() && actor.may(WithdrawNote, &facts).is_ok(),
        share_with_patient: share && !note.private,
        share_with_colleagues: share && actor.may(ShareWithColleagues, &facts.of).is_ok(),
    };
    let Note { published, draft, saved_at, private, patient_from, version, .. } = note;
    let (own, author) = (access.own(), author.shown());
    let version = if own { version } else { 0 };
    Ok(NotePage {
        id,
        author,
        profession,
        own,
        published,
        draft,
        saved_at,
        private,
        patient_from,
        version,
        may,
        sharing,
    })
}

/// What was published, latest first: for its author. A version that others could not read when it was published, as of a note that
/// was private, is not theirs to read because a later one is.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Forbidden`] for a colleague's note.
pub async fn versions(ctx: &Ctx, patient: PatientId, id: NoteId, page: &PageRequest) -> Result<Page<Version>> {
    let mut work = ctx.begin().await?;
    let facts = note_facts(ctx, work.as_mut(), patient, id).await?;
    let access = Access::<ReadNote>::from(&ctx.actor()?.may(EditNote, &facts)?);
    let mut work = unusual::opened(ctx, work, &Access::<ViewPatient>::from(&access), &facts.of.patient).await?;
    note_it(ctx, work.as_mut(), &access, Action::NoteViewed, "versions").await?;
    let versions = work.list_note_versions(&access, page).await?;
    work.save().await?;
    Ok(versions)
}
