//! A whole record for a portal user to keep (PT-26): one ZIP file, made while it is sent. Nothing of it is kept on the server, so
//! that there is nothing to guess, and nothing to clear away.

use std::{
    collections::HashMap,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use app::{
    error::AppError,
    portal::{download as text, words::download as words},
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use domain::{ids::PatientId, time::Time};
use futures::stream;
use services::{
    Ctx, Error,
    files::Download,
    own_data::{OwnData, Piece},
};
use zip::{
    ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{
    Shared, answer,
    outer::About,
    uploads::{self, INERT, Named},
};

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
    let ctx = match uploads::entered(&state, &about, &headers, true, ROUTE).await {
        Ok(ctx) => ctx,
        Err(error) => return refused(&error),
    };
    let data = match OwnData::begin(&ctx, patient).await {
        Ok(data) => data,
        Err(error) => return refused(&uploads::told(&ctx, &about, patient, error).await),
    };
    let name = format!("{} - {}.zip", data.whose, data.practice);
    let making = Making::new(ctx, data);
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
    sink: Sink,
    /// None once it is whole.
    zip: Option<ZipWriter<StreamWriter<Sink>>>,
    /// The file that is being written, and its next piece.
    file: Option<(Box<Download>, u64)>,
    begun: bool,
    /// How many stand in each folder.
    counts: HashMap<&'static str, u32>,
}

impl Making {
    fn new(ctx: Ctx, data: OwnData) -> Self {
        let (sink, at) = (Sink::default(), ctx.now());
        let zip = Some(ZipWriter::new_stream(sink.clone()));
        Self { ctx, data, at, sink, zip, file: None, begun: false, counts: HashMap::new() }
    }

    /// The next bytes; none when that was all.
    async fn more(&mut self) -> Result<Option<Bytes>, Error> {
        while self.zip.is_some() {
            self.step().await?;
            let bytes = self.sink.take();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
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
            Some(piece) => self.piece(piece),
            None => match self.zip.take() {
                Some(zip) => zip.finish().map(drop).map_err(fault),
                None => Ok(()),
            },
        }
    }

    fn piece(&mut self, piece: Piece) -> Result<(), Error> {
        let now = self.at;
        match piece {
            Piece::Details(profile) => self.text(words::DETAILS, &text::details(&profile)),
            Piece::Changes(history) => self.numbered(words::CHANGES, words::CHANGES, &text::changes(&history, now)),
            Piece::Note(note) => self.numbered(words::NOTES, &note.text.title, &text::note(&note, now)),
            Piece::Document(document) => {
                self.numbered(words::DOCUMENTS, &document.text.title, &text::document(&document, now))
            }
            Piece::Activity(activity, done) => {
                self.numbered(words::ACTIVITIES, &activity.text.title, &text::activity(&activity, &done))
            }
            Piece::Form(form) => self.numbered(words::FORMS, &form.title, &text::form(&form, now)),
            Piece::Visits(log) => self.numbered(words::VISITS, words::VISITS, &text::visits(&log, now)),
            Piece::File(row, None) => self.numbered(words::FILES, row.name.as_str(), &text::missing(&row)),
            Piece::File(row, Some(download)) => {
                let name = self.name(words::FILES, row.name.as_str());
                self.begin(&name)?;
                self.file = Some((download, 0));
                Ok(())
            }
        }
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
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
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
