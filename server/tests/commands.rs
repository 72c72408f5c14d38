//! The program as its operator meets it: commands, exit codes, and words that say what happened and what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The longest a command that ends by itself may take, in hundredths of a second.
const PATIENCE: u32 = 6_000;

fn portico(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(arguments).env_clear().env("DATA_DIR", folder).env("LISTEN_ADDR", "127.0.0.1:0");
    command.envs(environment.iter().copied()).current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = portico(folder, arguments, environment);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..PATIENCE {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // A server that should have refused to start would serve for ever. Of one that ended this is nothing.
    child.kill().unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn help_and_version_read_well() {
    let folder = folder();
    let (code, help, _) = run(folder.path(), &["--help"], &[]);
    assert_eq!(code, Some(0));
    for command in ["serve", "migrate", "backup", "restore", "add-group", "add-owner", "keys", "verify", "demo"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        assert_eq!(run(folder.path(), &[command, "--help"], &[]).0, Some(0));
    }
    for setting in ["FILES_URL", "FILES_ACCESS_KEY", "FILES_SECRET_KEY", "CLAMD_URL", "SECRET_KEY"] {
        assert!(help.contains(setting), "{setting}: {help}");
    }
    let (_, keys, _) = run(folder.path(), &["keys", "--help"], &[]);
    for command in ["list", "create", "rotate"] {
        assert!(keys.contains(&format!("\n  {command} ")), "{keys}");
        assert_eq!(run(folder.path(), &["keys", command, "--help"], &[]).0, Some(0));
    }
    assert!(help.lines().all(|line| line.chars().count() <= 130), "{help}");
    assert_eq!(run(folder.path(), &["--version"], &[]).0, Some(0));
    assert!(is_empty(folder.path()));
}

#[test]
fn a_wrong_command_line_or_setting_is_named_and_nothing_is_touched() {
    let folder = folder();
    type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], &'static str);
    const BUCKET: [(&str, &str); 3] =
        [("FILES_URL", "s3://"), ("FILES_ACCESS_KEY", "hunter2"), ("FILES_SECRET_KEY", "hunter2")];
    let cases: [Case; 16] = [
        (&["srve"], &[], "srve"),
        (&["serve", "--prot", "1"], &[], "--prot"),
        (&[], &[], "serve"),
        (&["serve"], &[("APP_URL", "http://portal.example.org")], "APP_URL"),
        (&["serve"], &[("DATABASE_URL", "mysql://user:hunter2@host/db")], "DATABASE_URL"),
        (&["serve"], &[("SECRET_KEY", "hunter2")], "SECRET_KEY"),
        (&["serve"], &[("RUST_LOG", "no=such=filter")], "RUST_LOG"),
        (&["verify", "--head", "x"], &[], "--head"),
        (&["keys"], &[], "rotate"),
        (&["keys", "rotate", "--all"], &[], "--all"),
        (&["keys", "create"], &[("SECRET_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")], "SECRET_KEY"),
        (&["serve"], &[("FILES_URL", "s3://files?region=x")], "FILES_ACCESS_KEY"),
        (&["serve"], &BUCKET, "FILES_URL"),
        (&["serve"], &[("FILES_URL", "ftp://host/files"), BUCKET[1], BUCKET[2]], "FILES_URL"),
        (&["serve"], &[("CLAMD_URL", "http://127.0.0.1:3310")], "CLAMD_URL"),
        (&["serve"], &[("CLAMD_URL", "tcp://127.0.0.1")], "CLAMD_URL"),
    ];
    for (arguments, environment, says) in cases {
        let (code, _, told) = run(folder.path(), arguments, environment);
        assert_eq!(code, Some(2), "{arguments:?} {environment:?}: {told}");
        assert!(told.contains(says) && !told.contains("hunter2"), "{told}");
        assert!(is_empty(folder.path()), "{arguments:?} {environment:?}");
    }
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_looking() {
    let folder = folder();
    for arguments in [&["verify"][..], &["backup", "copy.db"]] {
        let (code, _, told) = run(folder.path(), arguments, &[]);
        assert_eq!(code, Some(3), "{told}");
        assert!(told.contains("portico.db"), "{told}");
        assert!(is_empty(folder.path()), "{arguments:?}");
    }
    let url = "postgres://user:hunter2@127.0.0.1:9/portico";
    let (code, _, told) = run(folder.path(), &["migrate"], &[("DATABASE_URL", url)]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("127.0.0.1:9") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = folder();
    // Where a folder should be stands a file: not even root can write into it.
    std::fs::write(folder.path().join("data"), "").unwrap();
    let data = folder.path().join("data/here");
    let (code, _, told) = run(folder.path(), &["migrate"], &[("DATA_DIR", data.to_str().unwrap())]);
    assert_eq!(code, Some(6), "{told}");
    assert!(told.contains("data"), "{told}");
    let files = folder.path().join("data/files");
    let here = self::folder();
    let (code, _, told) = run(here.path(), &["serve"], &[("FILES_URL", files.to_str().unwrap())]);
    assert_eq!(code, Some(6), "{told}");
    assert!(told.contains("FILES_URL") && told.contains(files.to_str().unwrap()), "{told}");
}

#[test]
fn a_newer_database_is_not_touched() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["migrate"], &[]).0, Some(0));
    let file = folder.path().join("portico.db");
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"insert into _sqlx_migrations (version, \
                  description, success, checksum, execution_time) values (99999999, 'newer', 1, x'00', 0)\"); c.commit()";
    let made = Command::new("python3").args(["-c", script, file.to_str().unwrap()]).status().unwrap();
    assert!(made.success());
    let before = std::fs::read(&file).unwrap();
    for command in ["serve", "migrate", "verify", "demo"] {
        let (code, _, told) = run(folder.path(), &[command], &[]);
        assert_eq!(code, Some(4), "{command}: {told}");
        assert!(told.contains("newer"), "{told}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn migrating_twice_is_fine_and_a_backup_restores_elsewhere() {
    let (here, there) = (folder(), folder());
    drop(Server::start(here.path(), "demo", "Ctrl+C"));
    for _ in 0..2 {
        let (code, said, _) = run(here.path(), &["migrate"], &[]);
        assert_eq!(code, Some(0));
        assert!(said.contains("up to date"), "{said}");
    }
    let copy = here.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    assert_eq!(run(here.path(), &["backup", copy], &[]).0, Some(0));
    // Never over something.
    assert_eq!(run(here.path(), &["backup", copy], &[]).0, Some(6));
    let (code, _, told) = run(here.path(), &["restore", copy], &[]);
    assert_eq!(code, Some(3), "never over data: {told}");
    let (code, _, told) = run(there.path(), &["restore", "nowhere.db"], &[]);
    assert!(matches!(code, Some(3 | 6)) && told.contains("nowhere.db"), "{code:?} {told}");
    assert_eq!(run(there.path(), &["restore", copy], &[]).0, Some(0));
    let (code, said, told) = run(there.path(), &["verify"], &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("whole   grp_"), "{said}");
}

/// A running server, killed when dropped.
struct Server {
    child: Child,
    address: String,
    said: String,
}

impl Server {
    fn start(folder: &Path, command: &str, until: &str) -> Self {
        let mut child = portico(folder, &[command], &[]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.by_ref() {
            said.push_str(&line.unwrap());
            said.push('\n');
            if said.contains(until) {
                break;
            }
        }
        let address = said.split("listening=").nth(1).unwrap_or_else(|| panic!("{said}"));
        let address = address.split_whitespace().next().unwrap().to_owned();
        // Whatever else it says is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, said }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept: text/html\r\n\r\n",
            self.address
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks as a browser with this cookie does; gives the status, the cookie that came, and the body.
    fn ask(&self, method: &str, path: &str, cookie: &str, kind: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\n\
             content-length: {1}\r\naccept: application/json\r\nconnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let set = head.lines().find_map(|line| line.strip_prefix("set-cookie: __Host-portico="));
        let cookie = set.map(|set| format!("__Host-portico={}", set.split(';').next().unwrap()));
        (status, cookie.unwrap_or_default(), answer[end + 4..].to_vec())
    }

    fn call(&self, cookie: &str, door: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/{door}");
        let (status, _, answer) = self.ask("POST", &path, cookie, "application/json", body.to_string().as_bytes());
        (status, serde_json::from_slice(&answer).unwrap())
    }

    /// Signs a practitioner of the demo in; gives the cookie.
    fn sign_in(&self) -> String {
        let form = b"door=console&email=mira.anand%40example.org&password=lighthouse+tour+2026&next=";
        let kind = "application/x-www-form-urlencoded";
        let (status, cookie, _) = self.ask("POST", "/api/account/sign_in", "", kind, form);
        assert!(status == 200 && !cookie.is_empty(), "{status}");
        cookie
    }

    /// Asks it to stop, as the operating system does.
    fn terminate(mut self) -> Option<i32> {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_new_server_prints_its_code_and_stops_when_asked() {
    let folder = folder();
    let server = Server::start(folder.path(), "serve", "/set-up");
    assert!(server.said.contains("code="), "{}", server.said);
    assert!(server.get("/").starts_with("HTTP/1.1 303"));
    assert!(server.get("/demo/mailbox").starts_with("HTTP/1.1 404"), "the mailbox is the demo's alone");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("secret.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "DB-09: the key is for this user only");
    }
    // The address is taken.
    let other = self::folder();
    let (code, _, told) = run(other.path(), &["serve"], &[("LISTEN_ADDR", &server.address)]);
    assert_eq!(code, Some(7), "{told}");
    assert!(told.contains(&server.address) && is_empty(other.path()));
    assert_eq!(server.terminate(), Some(0));
    // The same key, so the same code, at the next start.
    let key = std::fs::read(folder.path().join("secret.key")).unwrap();
    let again = Server::start(folder.path(), "serve", "/set-up");
    assert_eq!(std::fs::read(folder.path().join("secret.key")).unwrap(), key);
    drop(again);
}

#[test]
fn the_demo_says_where_and_who_and_keeps_its_data() {
    let folder = folder();
    let server = Server::start(folder.path(), "demo", "Ctrl+C");
    for word in ["/console", "/demo/mailbox", "@example.org", "Practitioner"] {
        assert!(server.said.contains(word), "{}", server.said);
    }
    let mailbox = server.get("/demo/mailbox");
    assert!(mailbox.starts_with("HTTP/1.1 200") && mailbox.contains("Mailbox"), "{mailbox}");
    // B-02: while it runs, the trail is whole; a head that was printed still stands, a made-up one does not.
    let (code, said, told) = run(folder.path(), &["verify"], &[]);
    assert_eq!(code, Some(0), "{told}");
    let head = said.lines().find_map(|line| line.strip_prefix("whole")).unwrap().trim().to_owned();
    assert_eq!(run(folder.path(), &["verify", "--head", &head], &[]).0, Some(0));
    let (chain, _) = head.split_once(':').unwrap();
    let (code, _, told) = run(folder.path(), &["verify", "--head", &format!("{chain}:1:{}", "0".repeat(64))], &[]);
    assert_eq!(code, Some(5), "{told}");
    let (code, _, told) = run(folder.path(), &["verify", "--head", &format!("{chain}:999999:{}", "0".repeat(64))], &[]);
    assert_eq!(code, Some(5), "DB-04: a tail that was cut off is found: {told}");
    assert_eq!(server.terminate(), Some(0));

    let again = Server::start(folder.path(), "demo", "Ctrl+C");
    assert!(again.said.contains("@example.org"));
    drop(again);
    // A real practice is never shown with every mail to everybody.
    std::fs::remove_file(folder.path().join("demo")).unwrap();
    let (code, _, told) = run(folder.path(), &["demo"], &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("did not make"), "{told}");
}

// DB-04: whoever changes the trail with another program is found out, by the number of the entry.
#[test]
fn a_changed_trail_is_found_out() {
    let folder = folder();
    drop(Server::start(folder.path(), "demo", "Ctrl+C"));
    let file = folder.path().join("portico.db");
    let script = r#"
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for (name,) in c.execute("select name from sqlite_master where type = 'trigger'").fetchall():
    c.execute(f'drop trigger "{name}"')
table = next(name for (name,) in c.execute("select name from sqlite_master where type = 'table'")
             if {"seq", "hash", "subject"} <= {row[1] for row in c.execute(f'pragma table_info("{name}")')})
c.execute(f"update {table} set subject = subject || 'x' where seq = 3")
c.commit()
"#;
    let changed = Command::new("python3").args(["-c", script, file.to_str().unwrap()]).status().unwrap();
    assert!(changed.success());
    let (code, said, told) = run(folder.path(), &["verify"], &[]);
    assert_eq!(code, Some(5), "{told}");
    assert!(told.contains("entry 3") && said.contains("BROKEN"), "{told}");
}

// S4-11, DB-10: several groups on one server; what the operator does stands in the trail like what users do.
#[test]
fn another_group_is_added_and_its_owner_told() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["migrate"], &[]).0, Some(0));
    let add = |name: &str, owner: &str, zone: &str| {
        let flags = ["--first-name", "Ana", "--last-name", "Reyes", "--practises", "--time-zone", zone];
        run(folder.path(), &[&["add-group", name, "--owner", owner][..], &flags].concat(), &[])
    };
    let (code, _, said) = add("Hill Clinic", "ana", "Mars/Olympus");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("email") && said.contains("time-zone"), "{said}");
    let (code, said, _) = add("Hill Clinic", "ana@hill.example", "Australia/Perth");
    assert_eq!(code, Some(0));
    assert!(said.contains("forgot-password"), "{said}");
    let (code, said, _) = add("River Clinic", "Ana@Hill.example", "Australia/Perth");
    assert_eq!(code, Some(0));
    assert!(said.contains("asked to join"), "{said}");
    let (code, said, _) = run(folder.path(), &["verify"], &[]);
    assert_eq!(code, Some(0), "{said}");
    let groups: Vec<_> =
        said.lines().filter_map(|line| line.find("grp_").map(|at| line[at..at + 36].to_owned())).collect();
    assert_eq!(groups.len(), 2, "{said}");
    // AD-04: a group that nobody manages, for its owner said no, gets another one.
    let again = |group: &str, owner: &str| {
        let flags = ["--owner", owner, "--first-name", "Bo", "--last-name", "Lind"];
        run(folder.path(), &[&["add-owner", group][..], &flags].concat(), &[])
    };
    let answers: Vec<_> = groups.iter().map(|group| again(group, "bo@hill.example")).collect();
    // Ana works in the first one; the second only asked her.
    let (code, _, told) = answers.iter().find(|(code, ..)| *code != Some(0)).unwrap();
    assert_eq!(*code, Some(2), "{told}");
    assert!(told.contains("manages this group"), "{told}");
    let (_, said, _) = answers.iter().find(|(code, ..)| *code == Some(0)).expect("the other one has nobody");
    assert!(said.contains("forgot-password"), "{said}");
    let (code, _, told) = again("grp_none", "bo@hill.example");
    assert_eq!(code, Some(2), "{told}");
    let (code, _, told) = again("grp_00000000000000000000000000000001", "bo@hill.example");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("portico verify"), "{told}");
    assert_eq!(run(folder.path(), &["verify"], &[]).0, Some(0));
}

/// What stands in a file that was sent, and nowhere readable besides.
const TEXT: &[u8] = b"Zyzzogeton, in plain words";

/// A demo with one file, stopped; gives the cookie of somebody who may open it, and its address.
fn with_a_file(folder: &Path) -> (String, String) {
    let server = Server::start(folder, "demo", "Ctrl+C");
    let cookie = server.sign_in();
    let page = json!({ "filter": { "text": "", "status": null }, "page": { "after": null, "limit": null } });
    let (_, patients) = server.call(&cookie, "patients/list", &page);
    let patients = patients.to_string();
    let at = patients.find("pat_").unwrap();
    let patient = &patients[at..at + 36];
    let form = json!({ "name": "Word.txt", "category": "other", "size": TEXT.len() });
    let (status, upload) = server.call(&cookie, "files/begin", &json!({ "patient": patient, "form": form }));
    assert_eq!(status, 200, "{upload}");
    let id = upload["id"].as_str().unwrap();
    let piece = format!("/uploads/{patient}/{id}/0");
    assert_eq!(server.ask("PUT", &piece, &cookie, "application/octet-stream", TEXT).0, 200);
    assert_eq!(server.call(&cookie, "files/finish", &json!({ "patient": patient, "id": id })).0, 200);
    let path = format!("/files/{patient}/{id}");
    assert_eq!(opened(&server, &cookie, &path), (200, TEXT.to_vec()));
    assert_eq!(server.terminate(), Some(0));
    (cookie, path)
}

fn opened(server: &Server, cookie: &str, path: &str) -> (u16, Vec<u8>) {
    let (status, _, body) = server.ask("GET", path, cookie, "text/plain", b"");
    (status, body)
}

/// Every file under a folder, and what is in it.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => everything(&path),
            false => BTreeMap::from([(path.clone(), std::fs::read(&path).unwrap())]),
        })
        .collect()
}

/// The names of keys that a text speaks of, in order.
fn key_names(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || ";,.".contains(c));
    words.filter(|word| word.starts_with("key-")).map(str::to_owned).collect()
}

// S0-21: keys are listed by names that tell nothing, turned, and what the older ones sealed opens; no file is touched.
#[test]
fn keys_are_turned_and_what_they_sealed_opens() {
    let folder = folder();
    let folder = folder.path();
    let (cookie, path) = with_a_file(folder);
    let file = folder.join("secret.key");
    let opens = || {
        let server = Server::start(folder, "serve", "listening=");
        assert_eq!(opened(&server, &cookie, &path), (200, TEXT.to_vec()));
        assert_eq!(server.terminate(), Some(0));
    };
    let list = || {
        let (code, said, told) = run(folder, &["keys", "list"], &[]);
        assert_eq!(code, Some(0), "{told}");
        // No key is ever printed.
        for line in std::fs::read_to_string(&file).unwrap().lines().filter(|line| !line.starts_with('#')) {
            assert!(!said.contains(line) && !told.contains(line));
        }
        said
    };
    let said = list();
    let first = key_names(&said);
    assert!(first.len() == 1 && said.contains(&format!("{}  seals", first[0])), "{said}");
    assert!(said.contains("Keys of groups: 1 sealed by the first key, 0 by older ones."), "{said}");

    let vault = everything(&folder.join("files"));
    assert!(!vault.is_empty());
    let (code, said, told) = run(folder, &["keys", "rotate"], &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Sealed the keys of groups anew: 1."), "{said}");
    let second = key_names(&said)[0].clone();
    let said = list();
    assert_eq!(key_names(&said), [second.clone(), first[0].clone()]);
    assert!(said.contains(&format!("{second}  seals")) && said.contains(&format!("{}  opens", first[0])), "{said}");
    assert!(said.contains("Keys of groups: 1 sealed by the first key, 0 by older ones."), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    opens();
    // The old key is not needed any more for files.
    let keys = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, keys.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(key_names(&list()), [second.as_str()]);
    opens();

    let (code, said, told) = run(folder, &["keys", "rotate", "--groups"], &[]);
    assert_eq!(code, Some(0), "{told}");
    // The demo's own, and the one above.
    assert!(said.contains("Every group has a new key; sealed the keys of files anew: 2."), "{said}");
    assert!(list().contains("Keys of groups: 2 sealed by the first key, 0 by older ones."));
    opens();
    assert_eq!(everything(&folder.join("files")), vault, "no file is touched");

    // With keys from the environment the operator writes the lines, and no file is made of them.
    let keys = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let keys = format!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n{keys}");
    let environment = [("SECRET_KEY", keys.as_str())];
    let (code, said, told) = run(folder, &["keys", "list"], &environment);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Keys of groups: 0 sealed by the first key, 2 by older ones."), "{said}");
    let (code, said, told) = run(folder, &["keys", "rotate"], &environment);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Sealed the keys of groups anew: 2."), "{said}");
    let (code, said, told) = run(folder, &["keys", "list"], &[("SECRET_KEY", &keys[..44])]);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Keys of groups: 2 sealed by the first key"), "{said}");
    assert!(!file.exists());
}

// S0-21: where a key is missing, no other is put in its place without a word, nothing is written, and nothing else stops.
#[test]
fn a_lost_key_is_missed_and_not_replaced() {
    let folder = folder();
    let folder = folder.path();
    let (cookie, path) = with_a_file(folder);
    let file = folder.join("secret.key");
    let key = std::fs::read_to_string(&file).unwrap();
    let lost = key_names(&key)[0].clone();
    std::fs::remove_file(&file).unwrap();
    let before = everything(folder);
    let owner = ["--owner", "bo@hill.example", "--first-name", "Bo", "--last-name", "Lind", "--time-zone", "UTC"];
    let add_group = [&["add-group", "Hill"][..], &owner].concat();
    for arguments in
        [&["serve"][..], &["demo"], &["keys", "list"], &["keys", "rotate"], &["keys", "rotate", "--groups"], &add_group]
    {
        let (code, _, told) = run(folder, arguments, &[]);
        assert_eq!(code, Some(6), "{arguments:?}: {told}");
        assert!(told.contains(file.to_str().unwrap()) && told.contains("portico keys create"), "{told}");
        assert!(everything(folder) == before, "{arguments:?}: something was written");
    }
    // A key that is none leaves everything as it is, too.
    std::fs::write(&file, "hunter2\n").unwrap();
    for arguments in [&["serve"][..], &["keys", "list"], &["keys", "create"], &["keys", "rotate"]] {
        let (code, _, told) = run(folder, arguments, &[]);
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
        assert!(told.contains("secret.key") && !told.contains("hunter2"), "{told}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "hunter2\n");
    }
    std::fs::remove_file(&file).unwrap();

    // To go on without it: with a word.
    let (code, said, told) = run(folder, &["keys", "create"], &[]);
    assert_eq!(code, Some(0), "{told}");
    let other = key_names(&said)[0].clone();
    assert_ne!(other, lost);
    assert_eq!(run(folder, &["keys", "create"], &[]).0, Some(2), "never over another");
    let (code, said, told) = run(folder, &["keys", "list"], &[]);
    assert_eq!(code, Some(8), "{told}");
    assert_eq!(key_names(&said), [other.as_str()]);
    assert!(key_names(&told).contains(&lost) && told.contains("grp_"), "{told}");
    let server = Server::start(folder, "serve", "listening=");
    assert!(server.said.contains(&lost), "{}", server.said);
    let (status, answer) = opened(&server, &cookie, &path);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!((status, &answer["detail"]), (409, &json!("file_key_missing")), "{answer}");
    // A group whose key is missing takes no further files; all else goes on.
    let patient = path.split('/').nth(2).unwrap();
    let form = json!({ "name": "Word.txt", "category": "other", "size": 1 });
    let begin = json!({ "patient": patient, "form": form });
    assert_eq!(server.call(&cookie, "files/begin", &begin).1["detail"], "file_key_missing");
    assert_eq!(server.call(&cookie, "patients/profile", &json!({ "id": patient })).0, 200);
    assert_eq!(server.terminate(), Some(0));
    // Turning the other one does not lose it either.
    assert_eq!(run(folder, &["keys", "rotate"], &[]).0, Some(0));
    assert_eq!(run(folder, &["keys", "list"], &[]).0, Some(8));

    // It was found: a further line, and everything is there.
    let keys = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{keys}{key}")).unwrap();
    let (code, said, told) = run(folder, &["keys", "list"], &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Keys of groups: 0 sealed by the first key, 1 by older ones."), "{said}");
    let server = Server::start(folder, "serve", "listening=");
    assert_eq!(opened(&server, &cookie, &path), (200, TEXT.to_vec()));
    assert_eq!(server.call(&cookie, "files/begin", &begin).0, 200);
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn a_first_key_is_made_once_and_looking_makes_nothing() {
    let folder = folder();
    for arguments in [["keys", "list"], ["keys", "rotate"]] {
        let (code, _, told) = run(folder.path(), &arguments, &[]);
        assert_eq!(code, Some(6), "{told}");
        assert!(is_empty(folder.path()), "{arguments:?}");
    }
    let (code, said, _) = run(folder.path(), &["keys", "create"], &[]);
    assert_eq!(code, Some(0));
    assert!(said.contains("apart from your backups"), "{said}");
    let file = folder.path().join("secret.key");
    let key = std::fs::read_to_string(&file).unwrap();
    assert_eq!(key_names(&key), key_names(&said));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "DB-09");
    }
    let (code, _, told) = run(folder.path(), &["keys", "create"], &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("keys rotate"), "{told}");
    // There is no database, and looking makes none.
    let (code, _, told) = run(folder.path(), &["keys", "list"], &[]);
    assert_eq!(code, Some(3), "{told}");
    assert_eq!(everything(folder.path()), BTreeMap::from([(file.clone(), key.clone().into_bytes())]));
    // It is the one that the server then uses.
    drop(Server::start(folder.path(), "serve", "/set-up"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
    let (code, said, told) = run(folder.path(), &["keys", "list"], &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Keys of groups: 0 sealed by the first key, 0 by older ones."), "{said}");
}
