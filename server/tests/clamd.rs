//! Files before a real clamd, which each test starts with one signature of its own, and before things that only listen
//! where a clamd should: nothing but a plain answer counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    fs,
    io::Write as _,
    os::unix::net::UnixStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use server::scanner::{Clamd, ClamdAddress, NoScanner};
use services::ports::{BoxError, Scanner, Unscanned, Verdict};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpListener,
    time::{sleep, timeout},
};

const CLAMD: &str = "/usr/sbin/clamd";

/// Sum and length of the test file that every scanner knows.
const SIGNATURE: &str = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n";

/// The longest file the clamd of the tests takes.
const LONGEST: usize = 1024 * 1024;

struct Daemon {
    clamd: Child,
    folder: TempDir,
}

impl Daemon {
    /// None where there is no clamd to start, which is no way out for CI.
    async fn start() -> Option<Self> {
        if !Path::new(CLAMD).exists() {
            assert!(std::env::var_os("CI").is_none(), "{CLAMD} is missing: run scripts/setup test");
            // Past the test runner, which swallows what a passing test prints.
            let mut stderr = std::io::stderr();
            writeln!(stderr, "SKIPPED: {CLAMD} is missing; `scripts/setup test` installs it").unwrap();
            return None;
        }
        let folder = TempDir::new().unwrap();
        let at = folder.path();
        fs::create_dir(at.join("signatures")).unwrap();
        fs::write(at.join("signatures/test.hdb"), SIGNATURE).unwrap();
        // No User: it stays who runs the test, root too, for the folder is closed to everybody else.
        let config = format!(
            "Foreground yes\nDatabaseDirectory {at}/signatures\nLocalSocket {at}/clamd.ctl\nTemporaryDirectory {at}\n\
             StreamMaxLength {LONGEST}\n",
            at = at.display(),
        );
        fs::write(at.join("clamd.conf"), config).unwrap();
        let log = fs::File::create(at.join("log")).unwrap();
        let clamd = Command::new(CLAMD)
            .arg("--config-file")
            .arg(at.join("clamd.conf"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut daemon = Self { clamd, folder };
        for _ in 0..600 {
            if UnixStream::connect(daemon.folder.path().join("clamd.ctl")).is_ok() {
                return Some(daemon);
            }
            if daemon.clamd.try_wait().unwrap().is_some() {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("clamd did not start: {}", fs::read_to_string(daemon.folder.path().join("log")).unwrap());
    }

    fn scanner(&self) -> Clamd {
        Clamd::new(ClamdAddress::Unix(self.folder.path().join("clamd.ctl")))
    }

    fn kill(&mut self) {
        let _ = self.clamd.kill();
        let _ = self.clamd.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The test file, in two halves so that no scanner takes this file for it.
fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// A zip of one file, as it is.
fn zipped(file: &[u8]) -> Vec<u8> {
    let crc = !file
        .iter()
        .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1))));
    let (name, size) = (b"a.com", u32::try_from(file.len()).unwrap().to_le_bytes());
    // Version, flags, method, time and date; sum, sizes; lengths of the name and of what follows it.
    let about = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &crc.to_le_bytes(), &size, &size, &[5, 0, 0, 0]].concat();
    let local = [b"PK\x03\x04", &about[..], name, file].concat();
    let central = [b"PK\x01\x02\x14\0", &about[..], &[0; 14], name].concat();
    let sizes = [local.len(), central.len()].map(|len| u32::try_from(len).unwrap().to_le_bytes());
    [&local[..], &central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &sizes[1], &sizes[0], &[0, 0]].concat()
}

async fn scan(scanner: &Clamd, file: &[u8], piece: usize) -> String {
    let pieces = file.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece)));
    said(scanner.scan(stream::iter(pieces).boxed()).await)
}

fn said(verdict: Result<Verdict, Unscanned>) -> String {
    match verdict {
        Ok(Verdict::Clean) => "clean".to_owned(),
        Ok(Verdict::Infected { what }) => format!("infected: {what}"),
        Err(Unscanned::Unavailable(why)) => format!("unavailable: {why}"),
    }
}

// UP-01
#[tokio::test]
async fn a_virus_is_caught_and_a_clean_file_passes() {
    let Some(daemon) = Daemon::start().await else { return };
    for file in [eicar(), zipped(&eicar())] {
        for piece in [7, 4096] {
            let said = scan(&daemon.scanner(), &file, piece).await;
            assert!(said.starts_with("infected: Eicar-Test-Signature"), "{said}");
        }
    }
    for file in [b"".to_vec(), b"hello".to_vec(), zipped(b"hello"), vec![b'.'; LONGEST]] {
        assert_eq!(scan(&daemon.scanner(), &file, 100_000).await, "clean", "{} bytes", file.len());
    }
    assert!(!NoScanner.configured() && daemon.scanner().configured());
    assert_eq!(said(NoScanner.scan(stream::empty().boxed()).await), "clean");
}

#[tokio::test]
async fn what_did_not_come_whole_is_not_scanned() {
    let Some(daemon) = Daemon::start().await else { return };
    for longer in [1, 8 * LONGEST] {
        let said = scan(&daemon.scanner(), &vec![b'.'; LONGEST + longer], 65_536).await;
        assert!(said.starts_with("unavailable: clamd "), "{said}");
        assert!(said.contains("StreamMaxLength") || said.contains("size limit"), "{said}");
    }
    let pieces = [Ok(Bytes::from("hello")), Err(BoxError::from("the disk broke"))];
    let verdict = daemon.scanner().scan(stream::iter(pieces).boxed()).await;
    assert_eq!(said(verdict), "unavailable: the disk broke");
}

#[tokio::test]
async fn a_clamd_that_dies_does_not_say_clean() {
    let Some(mut daemon) = Daemon::start().await else { return };
    let scanner = daemon.scanner();
    let pieces = stream::iter(0..4).map(|n| {
        if n == 2 {
            daemon.kill();
        }
        Ok(Bytes::from("hello"))
    });
    for said in [said(scanner.scan(pieces.boxed()).await), scan(&scanner, b"hello", 9).await] {
        assert!(said.starts_with("unavailable: "), "{said}");
    }
}

/// Listens where a clamd should and says this so many times; if never, it does not hang up either. Counts who came.
async fn impostor(answer: &'static str, times: usize) -> (Clamd, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = ClamdAddress::read(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                for _ in 0..times {
                    stream.write_all(answer.as_bytes()).await?;
                }
                if times > 0 {
                    stream.shutdown().await?;
                }
                // What was sent is read: else the connection would be reset, the answer with it.
                tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
            });
        }
    });
    (Clamd::new(address), came)
}

#[tokio::test]
async fn garbage_is_no_answer() {
    assert_eq!(scan(&impostor("stream: OK\0", 1).await.0, b"hello", 9).await, "clean");
    for (answer, times) in [("stream: OK", 1), ("stream: OK\0", 2), ("PONG\0", 1), ("stream: OK\0", usize::MAX)] {
        let (impostor, _) = impostor(answer, times).await;
        // An answer without end is not read to its end.
        let said = timeout(Duration::from_secs(20), scan(&impostor, b"hello", 9)).await.unwrap();
        assert!(said.starts_with("unavailable: clamd answered: "), "{said}");
    }
}

#[tokio::test]
async fn silence_ends_and_few_wait_at_once() {
    let (silent, came) = impostor("", 0).await;
    let silent = silent.patient(Duration::from_millis(500));
    let scans = futures::future::join_all((0..12).map(|_| scan(&silent, b"hello", 9)));
    for said in timeout(Duration::from_secs(20), scans).await.unwrap() {
        assert_eq!(said, "unavailable: clamd did not answer in time");
    }
    assert_eq!(came.load(Ordering::SeqCst), 4);
}
