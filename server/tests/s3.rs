//! Sealed files in a bucket over a real socket, to an S3 of somebody else's (moto): the same promises as for a folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../src/vault/promises.rs"]
mod promises;

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use server::vault::{S3Settings, S3Vault};
use services::ports::{Vault as _, VaultError};

/// A running moto; dropping it ends it.
struct Moto {
    process: Child,
    address: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// As `MOTO_SERVER` says, from the PATH, or where `scripts/setup test` puts it.
fn find() -> Option<PathBuf> {
    let given = env::var_os("MOTO_SERVER").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = env::split_paths(&path).chain([top.join(".tools/moto/bin"), top.join("target/tools/moto/bin")]);
    given.into_iter().chain(folders.map(|folder| folder.join("moto_server"))).find(|program| program.is_file())
}

impl Moto {
    fn start(program: &Path) -> Self {
        let mut process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = said.find_map(|line| Some(line.unwrap().split_once("http://")?.1.trim().to_owned()));
        // It logs every request, and would stop when nobody reads.
        std::thread::spawn(move || said.map_while(Result::ok).for_each(drop));
        Self { process, address: address.expect("moto says where it listens") }
    }

    fn make_bucket(&self, bucket: &str) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(stream, "PUT /{bucket} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

fn open(address: &str, place: &str) -> S3Vault {
    let url = format!("s3://{place}?endpoint=http%3A%2F%2F{address}");
    S3Vault::new(S3Settings::read(&url, "who", "secret").unwrap()).unwrap()
}

// UP-06, R-04: in a bucket as in a folder.
#[tokio::test]
async fn a_bucket_keeps_the_promises() {
    let Some(program) = find() else {
        assert!(env::var_os("CI").is_none(), "moto_server is missing: run scripts/setup test");
        #[expect(clippy::print_stderr, reason = "for whoever runs the tests")]
        return eprintln!("SKIPPED: there is no moto_server, so no bucket was asked; run scripts/setup test");
    };
    let moto = Moto::start(&program);
    moto.make_bucket("files");
    promises::all(|part| Arc::new(open(&moto.address, &format!("files/{part}")))).await;

    // A vault without a prefix takes nothing for its own that lies deeper.
    let top = open(&moto.address, "files");
    assert!(top.list("", 9).await.unwrap().is_empty());
    top.put("a", "x".into()).await.unwrap();
    assert_eq!(top.get("a", 0, 9).await.unwrap().unwrap(), "x");
    let names: Vec<_> = top.list("", 9).await.unwrap().into_iter().map(|kept| kept.name).collect();
    assert_eq!(names, ["a"]);

    // A bucket that is not there, or does not answer, has lost nothing.
    nothing_is_known(&open(&moto.address, "nowhere")).await;
    let address = moto.address.clone();
    drop(moto);
    nothing_is_known(&open(&address, "files")).await;
}

async fn nothing_is_known(vault: &S3Vault) {
    assert!(matches!(vault.get("a", 0, 9).await, Err(VaultError::Unavailable(_))));
    assert!(matches!(vault.list("", 9).await, Err(VaultError::Unavailable(_))));
    assert!(matches!(vault.remove("a").await, Err(VaultError::Unavailable(_))));
    assert!(matches!(vault.put("a", "x".into()).await, Err(VaultError::Unavailable(_))));
}

// F4: somebody else's bucket may be full. It is asked again, but not for ever.
#[tokio::test]
async fn a_full_bucket_is_a_full_disk() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        let body = "<Error><Code>XMinioStorageFull</Code></Error>";
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            count.fetch_add(1, Ordering::SeqCst);
            let head = "HTTP/1.1 507 Insufficient Storage\r\nConnection: close\r\nContent-Length";
            let _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
        }
    });
    assert!(matches!(open(&address, "files").put("a", "x".into()).await, Err(VaultError::Full)));
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}
