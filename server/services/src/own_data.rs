//! All that the portal shows of a record, for the person to keep (PT-26): piece by piece, each by the decision that opens it in
//! the portal, so that nothing is held in memory but what is on its way, and nothing waits anywhere for somebody to guess.
//! Nothing of it counts as read, and the trail has one entry: that it was taken along.

use std::collections::VecDeque;

use domain::{
    access::{Access, ViewOwnClinical, ViewOwnRecord},
    access_log::AccessLog,
    activity::{OwnActivity, OwnDoing},
    audit::Action,
    document::OwnDocument,
    file::OwnFileRow,
    form::OwnForm,
    ids::{ActivityId, DocumentId, FormRequestId, NoteId, PatientId},
    note::OwnNote,
    page::{Page, PageRequest},
    profile_history::ProfileHistory,
    update::OwnProfile,
};

use crate::{
    access_log, activities, audit,
    context::Ctx,
    documents,
    error::{Error, Result},
    files::{self, Download},
    forms, notes, throttle, updates,
};

/// One thing to keep.
#[derive(Debug)]
pub enum Piece {
    /// What the record says of the person.
    Details(Box<OwnProfile>),
    /// A page of what became of it.
    Changes(ProfileHistory),
    /// A note.
    Note(Box<OwnNote>),
    /// A document.
    Document(Box<OwnDocument>),
    /// A home activity, and on which days it was done.
    Activity(Box<OwnActivity>, Vec<OwnDoing>),
    /// A form, with what was answered.
    Form(Box<OwnForm>),
    /// A file; no content when it cannot be opened: it waits for the scanner, had a virus, or its key is missing.
    File(Box<OwnFileRow>, Option<Box<Download>>),
    /// A page of who looked at the record.
    Visits(AccessLog),
}

/// What is to be opened next.
#[derive(Debug)]
enum Found {
    Note(NoteId),
    Document(DocumentId),
    Activity(ActivityId),
    Form(FormRequestId),
    File(Box<OwnFileRow>),
}

/// What is looked through, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Details,
    Changes,
    Notes,
    Documents,
    Activities,
    Forms,
    Files,
    Visits,
    Nothing,
}

impl Part {
    const fn next(self) -> Self {
        match self {
            Self::Details => Self::Changes,
            Self::Changes => Self::Notes,
            Self::Notes => Self::Documents,
            Self::Documents => Self::Activities,
            Self::Activities => Self::Forms,
            Self::Forms => Self::Files,
            Self::Files => Self::Visits,
            Self::Visits | Self::Nothing => Self::Nothing,
        }
    }
}

/// A record that is being taken along.
pub struct OwnData {
    /// What the patient is called.
    pub whose: String,
    /// The practice.
    pub practice: String,
    /// Where it is.
    pub time_zone: String,
    ctx: Ctx,
    patient: PatientId,
    part: Part,
    /// Where the list goes on.
    after: Option<String>,
    found: VecDeque<Found>,
}

impl OwnData {
    /// Begins; that it was taken along is in the trail.
    ///
    /// # Errors
    /// [`Error::NotFound`] for whoever may not see what is shared of the record; [`Error::StepUp`] (SS-06); [`Error::TooMany`] after
    /// several within a few minutes.
    pub async fn begin(ctx: &Ctx, patient: PatientId) -> Result<Self> {
        let actor = ctx.actor()?;
        let mut view = ctx.services.store.read().await?;
        let facts = view.find_own_grant(actor.account(), patient).await?.ok_or(Error::NotFound)?.at(ctx.now());
        let access = actor.may(ViewOwnClinical, &facts)?;
        let seen = Access::<ViewOwnRecord>::from(&access);
        let (patient_row, group) = view.lookup_own_record(&seen).await?.ok_or(Error::NotFound)?;
        let time_zone = view.own_time_zone(&seen).await?.unwrap_or_else(|| "UTC".to_owned());
        drop(view);
        ctx.proved_lately()?;
        throttle::count_download(ctx, actor.account()).await?;
        let mut work = ctx.services.store.begin().await?;
        work.audit(&audit::entry(ctx, access.by(), access.group(), Action::RecordDownloaded, patient)).await?;
        work.save().await?;
        Ok(Self {
            whose: patient_row.details.name.shown(),
            practice: group.name,
            time_zone,
            ctx: ctx.clone(),
            patient,
            part: Part::Details,
            after: None,
            found: VecDeque::new(),
        })
    }

    /// Is all of this still theirs? Asked again and again while it is sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the record was closed to this person meanwhile; storage's.
    pub async fn is_still_theirs(&self) -> Result<()> {
        let actor = self.ctx.actor()?;
        let mut view = self.ctx.services.store.read().await?;
        let grant = view.find_own_grant(actor.account(), self.patient).await?.ok_or(Error::NotFound)?;
        actor.may(ViewOwnClinical, &grant.at(self.ctx.now()))?;
        Ok(())
    }

    /// The next thing; none when that was all. What is not shared any more by the time it is its turn is left out; nothing is
    /// when the record itself is closed, or what broke off would look whole.
    ///
    /// # Errors
    /// As [`Self::is_still_theirs`].
    pub async fn next(&mut self) -> Result<Option<Piece>> {
        loop {
            if let Some(found) = self.found.pop_front() {
                match self.open(found).await {
                    Err(Error::NotFound) => self.is_still_theirs().await?,
                    piece => return piece.map(Some),
                }
            } else if self.part == Part::Nothing {
                self.is_still_theirs().await?;
                return Ok(None);
            } else if let Some(piece) = self.look(self.part).await? {
                return Ok(Some(piece));
            }
        }
    }

    /// A page of this part: what is a piece by itself, or what is to be opened.
    async fn look(&mut self, part: Part) -> Result<Option<Piece>> {
        let mut view = self.ctx.services.store.read().await?;
        let (ctx, work, patient) = (&self.ctx, view.as_mut(), self.patient);
        let first = self.after.is_none();
        let page = PageRequest { after: self.after.take(), limit: None };
        let (next, piece) = match part {
            Part::Details => (None, Some(Piece::Details(Box::new(updates::look(ctx, work, patient).await?.1)))),
            Part::Changes => {
                let (_, history) = updates::look_back(ctx, work, patient, page.after).await?;
                (history.changes.next.clone(), Some(Piece::Changes(history)))
            }
            Part::Notes => {
                let Page { rows, next } = notes::look_through(ctx, work, patient, &page).await?.1.notes;
                self.found.extend(rows.into_iter().map(|row| Found::Note(row.id)));
                (next, None)
            }
            Part::Documents => {
                let Page { rows, next } = documents::look_through(ctx, work, patient, &page).await?.1.documents;
                self.found.extend(rows.into_iter().map(|row| Found::Document(row.id)));
                (next, None)
            }
            Part::Activities => {
                let Page { rows, next } = activities::look_through(ctx, work, patient, &page).await?.1.activities;
                self.found.extend(rows.into_iter().map(|row| Found::Activity(row.id)));
                (next, None)
            }
            Part::Forms => {
                let forms = forms::look_through(ctx, work, patient, &page).await?;
                let asked = forms.asked.into_iter().filter(|_| first);
                self.found.extend(asked.chain(forms.returned.rows).map(|row| Found::Form(row.id)));
                (forms.returned.next, None)
            }
            Part::Files => {
                let Page { rows, next } = files::look_through(ctx, work, patient, &page).await?.1.files;
                self.found.extend(rows.into_iter().map(|row| Found::File(Box::new(row))));
                (next, None)
            }
            Part::Visits => match access_log::look(ctx, work, patient, page.after).await {
                // It is for the patient, and who manages it.
                Err(Error::NotFound) => (None, None),
                log => {
                    let (_, log) = log?;
                    (log.visits.next.clone(), (!log.visits.rows.is_empty()).then_some(Piece::Visits(log)))
                }
            },
            Part::Nothing => (None, None),
        };
        if next.is_none() {
            self.part = self.part.next();
        }
        self.after = next;
        Ok(piece)
    }

    async fn open(&self, found: Found) -> Result<Piece> {
        let mut view = self.ctx.services.store.read().await?;
        let (ctx, work, patient) = (&self.ctx, view.as_mut(), self.patient);
        Ok(match found {
            Found::Note(id) => Piece::Note(Box::new(notes::look(ctx, work, patient, id).await?.1)),
            Found::Document(id) => Piece::Document(Box::new(documents::look(ctx, work, patient, id).await?.1)),
            Found::Form(id) => Piece::Form(Box::new(forms::look(ctx, work, patient, id).await?)),
            Found::Activity(id) => {
                let (activity, done) = activities::look(ctx, work, patient, id).await?;
                Piece::Activity(Box::new(activity), done)
            }
            Found::File(row) => match files::look(ctx, work, patient, row.id).await {
                Ok(download) => Piece::File(row, Some(Box::new(download))),
                Err(Error::Conflict(_)) => Piece::File(row, None),
                Err(error) => return Err(error),
            },
        })
    }
}
