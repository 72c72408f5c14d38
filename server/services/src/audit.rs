//! The trail: its hash, its verification, and refusals.

use domain::{
    access::By,
    audit::{Action, Entry, Place, canonical},
    ids::GroupId,
};

use crate::{
    context::{Ctx, Services},
    error::Result,
    ports::{ChainHead, ChainedEntry, Store, Work},
};

/// What was found in one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// The chain's name.
    pub chain: String,
    /// How many entries were checked.
    pub entries: i64,
    /// The hash of the last good entry, in hex.
    pub head: String,
    /// The number of the first entry that is wrong, and what is wrong with it.
    pub fault: Option<(i64, String)>,
}

/// The SHA-256 of a text, such as an entry's canonical one, in hex.
#[must_use]
pub fn hash(text: &str) -> String {
    use std::fmt::Write as _;

    use sha2::{Digest as _, Sha256};
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// An entry about what a right's holder does in a group.
pub(crate) fn entry(ctx: &Ctx, by: &By, group: GroupId, action: Action, subject: impl ToString) -> Entry {
    Entry {
        group: Some(group),
        at: ctx.now(),
        actor: by.actor.clone(),
        action,
        subject: subject.to_string(),
        detail: String::new(),
        origin: by.origin.clone(),
        emergency: by.emergency,
    }
}

/// An entry about what somebody does who is not signed in yet, or whose act belongs to no group.
pub(crate) fn outside(ctx: &Ctx, actor: impl ToString, action: Action, subject: impl ToString) -> Entry {
    Entry {
        group: None,
        at: ctx.now(),
        actor: actor.to_string(),
        action,
        subject: subject.to_string(),
        detail: String::new(),
        origin: ctx.origin.address.clone(),
        emergency: false,
    }
}

/// Lets the clock tell no time before the latest entry of the trail: for the start of the program.
///
/// # Errors
/// Storage's.
pub async fn catch_up(services: &Services) -> Result<()> {
    if let Some(latest) = services.store.look().await?.unscoped_latest_time().await? {
        services.clock.catch_up(latest);
    }
    Ok(())
}

/// Entries read at once.
const STEP: u32 = 1_000;

/// Checks every chain from its first entry to its head.
///
/// # Errors
/// Storage's.
pub async fn verify(store: &dyn Store) -> Result<Vec<ChainReport>> {
    // One view for everything: entries that are added meanwhile are not missed against an older head.
    let mut work = store.read().await?;
    let mut reports = Vec::new();
    for head in work.unscoped_chain_heads().await? {
        reports.push(verify_chain(work.as_mut(), &head).await?);
    }
    Ok(reports)
}

async fn verify_chain(work: &mut dyn Work, head: &ChainHead) -> Result<ChainReport> {
    let mut report = ChainReport { chain: head.chain.clone(), entries: 0, head: String::new(), fault: None };
    loop {
        let entries = work.unscoped_chain(&head.chain, report.entries, STEP).await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            if let Some(wrong) = fault_of(&entry, &report) {
                // A hole is named by the number that is missing.
                report.fault = Some((entry.seq.min(report.entries + 1), wrong.to_owned()));
                return Ok(report);
            }
            report.entries = entry.seq;
            report.head = entry.hash;
        }
    }
    report.fault = end_fault(head, &report);
    Ok(report)
}

fn fault_of(entry: &ChainedEntry, so_far: &ChainReport) -> Option<&'static str> {
    if entry.seq != so_far.entries + 1 {
        return Some("an entry is missing");
    }
    if entry.previous != so_far.head {
        return Some("it does not follow the entry before");
    }
    let place = Place { chain: &so_far.chain, seq: entry.seq, previous: &entry.previous };
    let parts = [&*entry.actor, &*entry.action, &*entry.subject, &*entry.detail, &*entry.origin];
    (hash(&canonical(&place, entry.at, parts, entry.emergency)) != entry.hash).then_some("it was changed")
}

fn end_fault(head: &ChainHead, report: &ChainReport) -> Option<(i64, String)> {
    if report.entries < head.seq {
        Some((report.entries + 1, "the end was cut off".to_owned()))
    } else if report.entries > head.seq {
        Some((head.seq + 1, "it was added behind the kept end".to_owned()))
    } else if report.head != head.hash {
        Some((head.seq, "it is not the end that was kept".to_owned()))
    } else {
        None
    }
}

/// Writes down that a signed-in caller was refused: which door, the object's id as sent, why. Does nothing when nobody is
/// signed in.
///
/// # Errors
/// Storage's.
pub async fn denied(ctx: &Ctx, door: &str, object: &str, reason: &str) -> Result<()> {
    let Some(actor) = ctx.maybe_actor() else { return Ok(()) };
    let by = actor.by();
    let entry = Entry {
        group: actor.user().map(|user| user.group),
        at: ctx.now(),
        actor: by.actor,
        action: Action::Denied,
        // As sent, but not as long as somebody may care to send.
        subject: object.chars().filter(|c| !c.is_control()).take(100).collect(),
        detail: format!("{door} {reason}"),
        origin: by.origin,
        emergency: false,
    };
    let mut work = ctx.services.store.begin().await?;
    work.audit(&entry).await?;
    work.save().await?;
    Ok(())
}
