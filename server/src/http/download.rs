//! A whole record for a portal user to keep (PT-26): one ZIP file, made while it is sent. Nothing of it is kept on the server, so
//! that there is nothing to guess, and nothing to clear away.

use std::{
    collections::HashMap,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use app::{
    dates::civil,
    error::AppError,
    portal::{Place, download as text, words::download as words},
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use domain::{file::OwnFileRow, ids::PatientId, time::Time};
use futures::stream;
use services::{
    Ctx, Error,
    files::Download,
    own_data::{OwnData, Piece},
    sessions,
};
use tokio::time::Instant;
use zip::{
    ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{
    Shared, answer,
    outer::About,
    session,
    uploads::{self, INERT, Named},
};
use crate::limits;

const ROUTE: &str = "/download/:patient";

/// Characters of a name within the file; some programs cut or refuse longer ones.
const NAME: usize = 80;

/// `GET /download/<patient>`.
pub async fn own(
    State(state): State<Shared>,
    Extension(about): Extension<About>,
    named: Named<PatientId>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let refused = |error: &AppError| answer::error(&state, &headers, error);
    // That it was taken along would stand in the trail, and nobody has it.
    if method == Method::HEAD {
        return answer::refusal(&state, &headers, StatusCode::METHOD_NOT_ALLOWED, &AppError::BadRequest);
    }
    let Ok(Path(patient)) = named else { return refused(&AppError::NotFound) };
    // A page of ours leads here, or somebody's own bookmark; no other site does, not even by a link.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
        return answer::refusal(&state, &headers, StatusCode::FORBIDDEN, &AppError::BadRequest);
    }
    let token = session::token(&headers).unwrap_or_default().to_owned();
    let ctx = match uploads::entered(&state, &about, &headers, true, ROUTE).await {
        Ok(ctx) => ctx,
        Err(error) => return refused(&error),
    };
    let data = match OwnData::begin(&ctx, patient).await {
        Ok(data) => data,
        // The page asks for the password.
        Err(Error::StepUp) if answer::wants_html(&headers) => {
            return answer::see_other(&Place::Download.path(patient));
        }
        Err(error) => return refused(&uploads::told(&ctx, &about, patient, error).await),
    };
    let name = format!("{} - {}.zip", data.whose, data.practice);
    let making = Making::new(ctx, data, token);
    let body = stream::try_unfold(making, |mut making| async move {
        match making.more().await {
            Ok(more) => Ok(more.map(|bytes| (bytes, making))),
            Err(error) => {
                tracing::error!(%error, "a record broke off while it was sent");
                Err(error)
            }
        }
    });
    let mut response = answer::with_type(StatusCode::OK, "application/zip", Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, uploads::disposition(&name, false));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(INERT));
    response
}

/// What was written and not sent yet.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Bytes {
        // A poisoned lock only means that another thread panicked while holding it; the bytes are whole.
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A ZIP file in the making: a piece of the record at a time, a file a piece at a time.
struct Making {
    ctx: Ctx,
    data: OwnData,
    at: Time,
    /// The same, as it stands beside each text and file.
    taken_at: zip::DateTime,
    sink: Sink,
    /// None once it is whole.
    zip: Option<ZipWriter<StreamWriter<Sink>>>,
    /// The file that is being written, and its next piece.
    file: Option<(Box<Download>, u64)>,
    /// Of whose session.
    token: String,
    /// When it was last asked whether all of it is still theirs.
    asked_at: Instant,
    begun: bool,
    /// How many stand in each folder.
    counts: HashMap<&'static str, u32>,
}

impl Making {
    fn new(ctx: Ctx, data: OwnData, token: String) -> Self {
        let (sink, at) = (Sink::default(), ctx.now());
        let taken_at = civil(at, &data.time_zone).and_then(|(year, [month, day, hour, minute, second])| {
            zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
        });
        let taken_at = taken_at.unwrap_or_default();
        let zip = Some(ZipWriter::new_stream(sink.clone()));
        Self {
            ctx,
            data,
            at,
            taken_at,
            sink,
            zip,
            file: None,
            token,
            asked_at: Instant::now(),
            begun: false,
            counts: HashMap::new(),
        }
    }

    /// The next bytes; none when that was all.
    async fn more(&mut self) -> Result<Option<Bytes>, Error> {
        while self.zip.is_some() {
            self.ask_again().await?;
            self.step().await?;
            let bytes = self.sink.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// A session that was ended, or a record that was closed, ends it within seconds (SS-05).
    async fn ask_again(&mut self) -> Result<(), Error> {
        if self.asked_at.elapsed() < limits::STREAM_CHECK {
            return Ok(());
        }
        self.asked_at = Instant::now();
        if sessions::clock(&self.ctx.services, &self.token).await?.is_none() {
            return Err(Error::NotSignedIn);
        }
        self.data.is_still_theirs().await
    }

    async fn step(&mut self) -> Result<(), Error> {
        if !self.begun {
            self.begun = true;
            let OwnData { whose, practice, time_zone, .. } = &self.data;
            let read_me = text::read_me(whose, practice, self.at, time_zone);
            return self.text(words::READ_ME, &read_me);
        }
        if let Some((download, number)) = self.file.take() {
            let bytes = download.piece(&self.ctx.services, number).await?;
            self.write(&bytes)?;
            if number + 1 < download.pieces() {
                self.file = Some((download, number + 1));
            }
            return Ok(());
        }
        match self.data.next().await? {
            Some(Piece::File(row, Some(download))) => self.begin_file(&row, download).await,
            Some(piece) => self.piece(piece),
            None => match self.zip.take() {
                Some(zip) => zip.finish().map(drop).map_err(fault),
                None => Ok(()),
            },
        }
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Error> {
        match piece {
            Piece::Details(profile) => self.text(words::DETAILS, &text::details(&profile)),
            Piece::Changes(history) => self.numbered(words::CHANGES, words::CHANGES, &text::changes(&history)),
            Piece::Note(note) => self.numbered(words::NOTES, &note.text.title, &text::note(&note)),
            Piece::Document(document) => {
                self.numbered(words::DOCUMENTS, &document.text.title, &text::document(&document))
            }
            Piece::Activity(activity, done) => {
                self.numbered(words::ACTIVITIES, &activity.text.title, &text::activity(&activity, &done))
            }
            Piece::Form(form) => self.numbered(words::FORMS, &form.title, &text::form(&form)),
            Piece::Visits(log) => self.numbered(words::VISITS, words::VISITS, &text::visits(&log)),
            Piece::File(row, _) => self.numbered(words::FILES, row.name.as_str(), &text::missing(&row)),
        }
    }

    /// A file that does not open has a text in its place, so that all behind it can be had. Its first piece tells, as the first
    /// byte of what is sent cannot be taken back.
    async fn begin_file(&mut self, row: &OwnFileRow, download: Box<Download>) -> Result<(), Error> {
        let bytes = match download.piece(&self.ctx.services, 0).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, file = %download.id, "a file of a record that is taken along does not open");
                return self.numbered(words::FILES, row.name.as_str(), &text::missing(row));
            }
        };
        let name = self.name(words::FILES, row.name.as_str());
        self.begin(&name)?;
        self.write(&bytes)?;
        if download.pieces() > 1 {
            self.file = Some((download, 1));
        }
        Ok(())
    }

    fn numbered(&mut self, folder: &'static str, title: &str, text: &str) -> Result<(), Error> {
        let name = format!("{}.txt", self.name(folder, title));
        self.text(&name, text)
    }

    /// A name that no other has, in a folder.
    fn name(&mut self, folder: &'static str, title: &str) -> String {
        let count = self.counts.entry(folder).or_default();
        *count += 1;
        format!("{folder}/{count:03} {}", plain(title))
    }

    fn text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.begin(name)?;
        // So that every editor knows how it is written.
        self.write("\u{feff}".as_bytes())?;
        self.write(text.as_bytes())
    }

    fn begin(&mut self, name: &str) -> Result<(), Error> {
        let Some(zip) = &mut self.zip else { return Ok(()) };
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(self.taken_at);
        zip.start_file(name, options).map_err(fault)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(zip) = &mut self.zip else { return Ok(()) };
        zip.write_all(bytes).map_err(fault)
    }
}

fn fault(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Fault(error.into())
}

/// A title as the name of a file: without what leads out of a folder, or means something to some system.
fn plain(title: &str) -> String {
    let plain = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c };
    let name: String = title.chars().map(plain).collect();
    // The end of a long name says what kind of file it is.
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 5 => (stem, format!(".{ending}")),
        _ => (&*name, String::new()),
    };
    let name: String = stem.chars().take(NAME).chain(ending.chars()).collect();
    name.trim_matches([' ', '.']).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    // UP-06: no name leads out of the folder that it is unpacked to.
    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(plain("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(plain("Knee: left / right?"), "Knee_ left _ right_");
        assert_eq!(plain("C:\\x\u{0}\r\n.pdf"), "C__x___.pdf");
        assert_eq!(plain(" . "), "");
        assert_eq!(plain("Report. "), "Report");
        assert_eq!(plain(&format!("{}.pdf", "ü".repeat(200))), format!("{}.pdf", "ü".repeat(80)));
    }
}
