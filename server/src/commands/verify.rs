//! `portico verify`: proves that the audit trail is whole (B-02), and with `--head` that its end was not cut off.

use services::{
    audit::{self, ChainReport},
    ports::Store,
};

use storage::{Database, OpenError, SchemaState};

use super::{database, say, with_database};
use crate::{
    config::{Config, Head},
    failure::{Code, Failure},
};

pub(super) async fn run(config: &Config, heads: &[Head]) -> Result<(), Failure> {
    with_database(config, async |database| {
        up_to_date(database).await?;
        let store = database.store();
        let reports = audit::verify(&*store).await.map_err(|error| unreadable(&error.to_string()))?;
        let mut faults = Vec::new();
        for report in &reports {
            say(&line(report));
            if let Some((seq, wrong)) = &report.fault {
                faults.push(format!("chain {}, entry {seq}: {wrong}", report.chain));
            }
        }
        for head in heads {
            match stands(&*store, head).await? {
                true => say(&format!("{head} is still in its chain")),
                false => faults.push(format!("chain {}, entry {}: it is not the one printed earlier", head.chain, head.seq)),
            }
        }
        if faults.is_empty() {
            say(&format!("The audit trail is whole: {} chains. Keep the lines above to prove later that nothing was cut off.", reports.len()));
            return Ok(());
        }
        Err(Failure::new(
            Code::Verify,
            format!("the audit trail was changed: {}", faults.join("; ")),
            "Somebody changed the database by other means than Portico, or the disk is damaged.",
            "Keep a copy of the database as it is, and compare with your backups: the first that verifies is the last good one.",
        ))
    })
    .await
}

/// What another version made is not judged.
async fn up_to_date(database: &Database) -> Result<(), Failure> {
    match database.schema().await.map_err(|error| self::database(&error))? {
        SchemaState::UpToDate => Ok(()),
        SchemaState::Newer => Err(self::database(&OpenError::NewerSchema)),
        SchemaState::Empty | SchemaState::Behind(_) => Err(Failure::new(
            Code::Database,
            "the database was not used by this version of Portico yet",
            "So there is nothing that this version could prove. Nothing was changed.",
            "Run `portico migrate` first, or check the address of the database.",
        )),
    }
}

fn line(report: &ChainReport) -> String {
    let head = Head { chain: report.chain.clone(), seq: report.entries, hash: report.head.clone() };
    match &report.fault {
        None => format!("whole   {head}"),
        Some((seq, wrong)) => format!("BROKEN  {head}  at entry {seq}: {wrong}"),
    }
}

/// Is the entry of a head that was printed earlier still what it was?
async fn stands(store: &dyn Store, head: &Head) -> Result<bool, Failure> {
    let unreadable = |error: services::ports::StoreError| unreadable(&error.to_string());
    let mut work = store.read().await.map_err(unreadable)?;
    let entries = work.unscoped_chain(&head.chain, head.seq - 1, 1).await.map_err(unreadable)?;
    Ok(entries.first().is_some_and(|entry| entry.seq == head.seq && entry.hash == head.hash))
}

fn unreadable(error: &str) -> Failure {
    Failure::new(
        Code::Database,
        format!("the audit trail cannot be read: {error}"),
        "Nothing is said about whether it is whole.",
        "Check the database and try again.",
    )
}
