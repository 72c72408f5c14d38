//! Looks for viruses: asks clamd, the daemon of ClamAV. Only its plain "clean" is clean; whatever else goes wrong, the
//! file was not scanned.
//!
//! Clamd calls clean, unscanned, what is beyond its own MaxFileSize, MaxScanSize or MaxRecursion, unless its
//! configuration says `AlertExceedsMax yes`.

use std::{io, path::PathBuf, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use clamav_client::tokio::{TransportProtocol, scan_stream};
use futures::{TryStreamExt as _, stream::BoxStream};
use http::uri::Authority;
use services::ports::{BoxError, Scanner, Unscanned, Verdict};
use tokio::{
    io::{AsyncReadExt as _, Join, ReadHalf, Take, WriteHalf},
    net::{TcpStream, UnixStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::either::Either;

use crate::limits::SCAN_TIME;

/// The longest a connection may take to open.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Scans at once: clamd itself runs ten, and others may use it too.
const SCANS: usize = 4;
/// The longest piece sent, in bytes.
const PIECE: usize = 64 * 1024;
/// The longest answer that is read, in bytes.
const ANSWER: u64 = 4096;
/// The longest name of a virus, in characters.
const NAME: usize = 100;

/// What a wrong address is answered with.
const HOW: &str = "Write tcp://host:port, such as tcp://127.0.0.1:3310, or unix: and the whole path of a socket, such as \
                   unix:/var/run/clamav/clamd.ctl.";

/// No scanner: every file passes.
pub struct NoScanner;

#[async_trait]
impl Scanner for NoScanner {
    fn configured(&self) -> bool {
        false
    }

    async fn scan(&self, _: BoxStream<'_, Result<Bytes, BoxError>>) -> Result<Verdict, Unscanned> {
        Ok(Verdict::Clean)
    }
}

/// Where clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamdAddress {
    /// A host and a port.
    Tcp(String),
    /// A socket of this machine.
    Unix(PathBuf),
}

impl ClamdAddress {
    /// Reads `tcp://127.0.0.1:3310` or `unix:/var/run/clamav/clamd.ctl`.
    ///
    /// # Errors
    /// When it is neither; says what to write instead.
    pub fn read(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("unix:").map(PathBuf::from)
            && path.is_absolute()
        {
            return Ok(Self::Unix(path));
        }
        let tcp = url.strip_prefix("tcp://").and_then(|tcp| tcp.parse::<Authority>().ok());
        tcp.filter(|tcp| {
            let port = tcp.port_u16().is_some_and(|port| port != 0);
            port && !tcp.host().is_empty() && !tcp.as_str().contains('@')
        })
        .map(|tcp| Self::Tcp(tcp.to_string()))
        .ok_or_else(|| HOW.to_owned())
    }
}

type Connection = Either<TcpStream, UnixStream>;

// The client's own connections wait for ever and read answers of any length.
impl TransportProtocol for ClamdAddress {
    type Stream = Join<Take<ReadHalf<Connection>>, WriteHalf<Connection>>;

    async fn connect(&self) -> io::Result<Self::Stream> {
        let connect = async {
            Ok::<_, io::Error>(match self {
                Self::Tcp(address) => Either::Left(TcpStream::connect(address).await?),
                Self::Unix(path) => Either::Right(UnixStream::connect(path).await?),
            })
        };
        let (read, write) = tokio::io::split(timeout(CONNECT_TIME, connect).await??);
        Ok(tokio::io::join(read.take(ANSWER), write))
    }
}

/// Clamd. Connects for each file; only a few files are scanned at once.
pub struct Clamd {
    address: ClamdAddress,
    turns: Semaphore,
    patience: Duration,
}

impl Clamd {
    /// The one that listens there.
    #[must_use]
    pub fn new(address: ClamdAddress) -> Self {
        Self { address, turns: Semaphore::new(SCANS), patience: SCAN_TIME }
    }

    /// With another limit of time than [`SCAN_TIME`], for tests.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

#[async_trait]
impl Scanner for Clamd {
    fn configured(&self) -> bool {
        true
    }

    async fn scan(&self, pieces: BoxStream<'_, Result<Bytes, BoxError>>) -> Result<Verdict, Unscanned> {
        // The wait for a turn counts too: whoever sent the file waits through both.
        let scan = async {
            let _turn = self.turns.acquire().await.map_err(io::Error::other)?;
            scan_stream(pieces.map_err(io::Error::other), &self.address, Some(PIECE)).await
        };
        let answer = match timeout(self.patience, scan).await {
            Ok(answer) => answer.map_err(|error| Unscanned::Unavailable(explained(error)))?,
            Err(_) => return Err(Unscanned::Unavailable("clamd did not answer in time".into())),
        };
        verdict(&answer).ok_or_else(|| {
            let answer = printable(&String::from_utf8_lossy(&answer));
            Unscanned::Unavailable(format!("clamd answered: {answer:?}").into())
        })
    }
}

// Clamd hangs up on a file that is too long for it, often before its answer can be read.
fn explained(error: io::Error) -> BoxError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
            format!("clamd hung up ({error}); is the file longer than its StreamMaxLength?").into()
        }
        _ => error.into(),
    }
}

// The zero at the end shows that the answer is whole.
fn verdict(answer: &[u8]) -> Option<Verdict> {
    let answer = String::from_utf8_lossy(answer.strip_suffix(b"\0")?);
    match answer.strip_prefix("stream: ")? {
        "OK" => Some(Verdict::Clean),
        found => Some(Verdict::Infected { what: printable(found.strip_suffix(" FOUND")?) }),
    }
}

// Names are ASCII; anything else in them could play tricks on a log or a page.
fn printable(words: &str) -> String {
    words.chars().filter(|c| matches!(c, ' '..='~')).take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        for tcp in ["127.0.0.1:3310", "clamd:3310", "clamd.example.org:1", "[::1]:65535"] {
            assert_eq!(ClamdAddress::read(&format!("tcp://{tcp}")), Ok(ClamdAddress::Tcp(tcp.to_owned())));
        }
        let socket = "/var/run/clamav/clamd.ctl";
        assert_eq!(ClamdAddress::read(&format!("unix:{socket}")), Ok(ClamdAddress::Unix(socket.into())));
        for wrong in [
            "127.0.0.1:3310",
            "http://127.0.0.1:3310",
            "tcp://:3310",
            "tcp://clamd",
            "tcp://clamd:0",
            "tcp://clamd:65536",
            "tcp://clamd:3310/",
            "tcp://me@clamd:3310",
            "tcp://::1:3310",
            "unix:clamd.ctl",
        ] {
            assert_eq!(ClamdAddress::read(wrong), Err(HOW.to_owned()), "{wrong}");
        }
    }

    #[test]
    fn only_plain_answers_count() {
        let infected = |what: &str| Some(Verdict::Infected { what: what.to_owned() });
        assert_eq!(verdict(b"stream: OK\0"), Some(Verdict::Clean));
        assert_eq!(verdict(b"stream: Eicar FOUND\0"), infected("Eicar"));
        assert_eq!(verdict("stream: a\nb\u{202e}c FOUND\0".as_bytes()), infected("abc"));
        assert_eq!(verdict(format!("stream: {} FOUND\0", "x".repeat(300)).as_bytes()), infected(&"x".repeat(NAME)));
        for other in [
            "",
            "OK\0",
            "stream: OK",
            "stream: OK\n",
            "stream: OK\0stream: OK\0",
            "stream:  OK\0",
            "stream: Eicar FOUND",
            "stream: FOUND\0",
            "stream: Can't allocate memory ERROR\0",
            "INSTREAM size limit exceeded. ERROR\0",
        ] {
            assert_eq!(verdict(other.as_bytes()), None, "{other:?}");
        }
    }
}
