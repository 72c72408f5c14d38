//! Every size, count and length of time that the server's edge enforces, in one place. Those of the product itself stand
//! in `domain::limits`.

use std::time::Duration;

/// The longest body of a request, in bytes. Forms are small; files come in pieces, at a route of their own.
pub const BODY: usize = 64 * 1024;
/// The longest body of a request at a door that is meant for long ones, in bytes: all answers to a form, of letters that take
/// nine bytes each in a posted form, and the names of its fields.
pub const LONG_BODY: usize = 512 * 1024;
/// The longest a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// The longest an answer may take to begin.
pub const ANSWER: Duration = Duration::from_secs(30);

/// Between opening a connection (or the answer before) and the end of a request's head: silent, slow and idle
/// connections end here.
pub const HEAD: Duration = Duration::from_secs(10);
/// How long a client may leave an answer unread. What is seen of it from outside is a moment more (R-31: 15 s).
pub const UNREAD: Duration = Duration::from_secs(14);
/// The longest head of a request, in bytes.
pub const HEAD_SIZE: usize = 16 * 1024;
/// The most headers of a request.
pub const HEADERS: usize = 64;
/// Connections in all; fewer when the operating system allows fewer open files.
pub const CONNECTIONS: usize = 10_000;
/// Open files kept free for the database and everything else.
pub const FILES_KEPT: usize = 192;
/// Connections that may wait to be accepted.
pub const BACKLOG: u32 = 1024;
/// Connections from one address.
pub const CONNECTIONS_PER_ADDRESS: usize = 512;
/// How long a connection may still ask something once the server stops.
pub const LAST_CALL: Duration = Duration::from_millis(500);
/// The longest a shutdown waits for running requests.
pub const GOODBYE: Duration = Duration::from_secs(10);
/// The longest a shutdown waits for background work, such as a mail that a slow mail server is taking.
pub const WORKERS_GOODBYE: Duration = Duration::from_secs(8);

/// Event streams of one session.
pub const STREAMS_PER_SESSION: usize = 8;
/// Event streams in all.
pub const STREAMS: usize = 9_000;
/// How often a stream looks whether its session still lives.
pub const STREAM_CHECK: Duration = Duration::from_secs(4);
/// How often a silent stream says that it is there.
pub const STREAM_ALIVE: Duration = Duration::from_secs(15);
/// What a browser waits before it opens a broken stream again.
pub const STREAM_RETRY: Duration = Duration::from_secs(2);

/// The longest one piece of a file may take to arrive: a slow line needs some time, a stuck one ends (UP-09). Less than [`ANSWER`].
pub const PIECE_TIME: Duration = Duration::from_secs(25);
/// The longest the virus scanner may take for a file.
pub const SCAN_TIME: Duration = Duration::from_secs(60);
/// How often files that wait for the scanner are tried again.
pub const SCAN_SLEEP: Duration = Duration::from_secs(30);
/// The longest the mail worker sleeps.
pub const MAIL_SLEEP: Duration = Duration::from_secs(30);
/// The longest the worker of bulk invitations sleeps.
pub const BULK_SLEEP: Duration = Duration::from_secs(10);
/// Papers that wait for the printer.
pub const PRINTS_WAITING: usize = 16;
/// The longest somebody waits for a paper.
pub const PRINT_TIME: Duration = Duration::from_secs(20);
/// How often things that are over are swept away.
pub const SWEEP: Duration = Duration::from_secs(3600);
/// The longest a mail server may take for one step; for a whole letter see `services::mails`.
pub const SMTP_TIME: Duration = Duration::from_secs(20);
