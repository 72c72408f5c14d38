//! Walls that hold by reading the sources: who may go round the proofs, and who may make an actor.

use std::{collections::BTreeMap, fs, path::Path};

/// The files that may use ports which take no proof, because nobody is signed in there or a worker runs.
const WITHOUT_PROOF: [&str; 16] = [
    // Checks the chains of all groups, for the operator.
    "services/src/audit.rs",
    "src/commands/verify.rs",
    // The demo and the first run, before there is a group.
    "services/src/demo.rs",
    "services/src/set_up.rs",
    // Who holds a link.
    "services/src/invitations/link.rs",
    "services/src/invitations/remind.rs",
    "services/src/passwords.rs",
    // Who answers a group that they are not in yet.
    "services/src/memberships.rs",
    // Workers.
    "services/src/portal_users/ages.rs",
    "services/src/mails.rs",
    "services/src/sweep.rs",
    "services/src/bulk/job.rs",
    "services/src/files/upkeep.rs",
    // Keys are the group's, not any one caller's, and are turned by the operator.
    "services/src/files/keys.rs",
    // Before anybody comes: has any group a key, which only the server's opens?
    "src/start.rs",
    // Makes the actor.
    "services/src/sessions.rs",
];

fn rust_files(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.insert(path.to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap());
        }
    }
}

/// The sources of the server, its services and the pages: their tests, the ports themselves and storage left out.
fn sources() -> BTreeMap<String, String> {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeMap::new();
    for folder in ["services/src", "src", "../app/src"] {
        rust_files(&server.join(folder), &mut found);
    }
    let root = format!("{}/", server.display());
    let found: BTreeMap<_, _> = found
        .into_iter()
        .map(|(path, source)| (path.strip_prefix(&root).unwrap_or(&path).to_owned(), source))
        .filter(|(path, _)| !path.contains("/ports/"))
        .collect();
    assert!(found.len() > 80, "{}", found.len());
    found
}

// Rule 1 of security.md: what the practice does for somebody who is signed in, it does with a proof.
#[test]
fn only_links_workers_and_the_first_run_go_without_a_proof() {
    let mut without: Vec<String> = Vec::new();
    for (path, source) in sources() {
        if source.contains(".unscoped_") || source.contains("::unscoped_") {
            without.push(path);
        }
    }
    for path in &without {
        assert!(WITHOUT_PROOF.contains(&path.as_str()), "{path} uses a port without a proof");
    }
    assert!(without.len() > 5, "{without:?}");
}

#[test]
fn only_the_sessions_make_an_actor() {
    let making: Vec<String> = sources()
        .into_iter()
        .filter(|(_, source)| source.contains("unscoped_from_session"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(making, ["services/src/sessions.rs"]);
}
