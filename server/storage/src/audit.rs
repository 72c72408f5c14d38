//! The audit trail: chains of entries, each with the hash of the one before (B-02). Triggers refuse to change or remove one.

use async_trait::async_trait;
use domain::{
    access::{Access, ViewAccessLog, ViewHistory},
    audit::{Action, Entry},
    ids::GroupId,
    page::{Page, PageRequest},
    time::Time,
};
use serde::Serialize;
use services::ports::{Audit, ChainHead, ChainedEntry, StoreError, Stored, TrailFilter};
use sqlx::{query, query_as};

use super::SqlWork;
use crate::common::{Bug, elements};

/// The chain of what belongs to no group.
const SYSTEM: &str = "system";

/// Entries are written nearly in the order of their times: the clocks of two servers differ a little. Within so many
/// entries the first of a time is looked for.
const NEIGHBOURS: i64 = 1_000;

/// An entry, as an element of an array.
#[derive(Serialize)]
struct EntryElement<'a> {
    seq: i64,
    previous: String,
    hash: String,
    at: i64,
    actor: &'a str,
    action: &'static str,
    subject: &'a str,
    detail: &'a str,
    origin: &'a str,
    emergency: bool,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    seq: i64,
    previous: String,
    hash: String,
    happened_at: i64,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    origin: String,
    emergency: bool,
}

impl From<EntryRow> for ChainedEntry {
    fn from(row: EntryRow) -> Self {
        let EntryRow { seq, previous, hash, happened_at, actor, action, subject, detail, origin, emergency } = row;
        Self { seq, previous, hash, action, at: happened_at, actor, subject, detail, origin, emergency }
    }
}

/// What a page of the trail is asked for, as every statement takes it.
struct Question<'a> {
    chain: String,
    filter: &'a TrailFilter,
    /// Before this number, and from that one on.
    before: i64,
    first: i64,
    /// One more than the page shows.
    rows: i64,
}

impl Question<'_> {
    fn action(&self) -> &'static str {
        self.filter.action.map_or("", Action::code)
    }

    fn from(&self) -> i64 {
        self.filter.from.map_or(i64::MIN, Time::millis)
    }

    fn to(&self) -> i64 {
        self.filter.to.map_or(i64::MAX, Time::millis)
    }
}

#[async_trait]
impl Audit for SqlWork {
    async fn audit(&mut self, entry: &Entry) -> Stored<()> {
        if entry.group.is_some() {
            return self.append(entry).await;
        }
        self.entries.push(entry.clone());
        Ok(())
    }

    async fn audit_all(&mut self, group: GroupId, entries: &[Entry]) -> Stored<()> {
        if entries.iter().any(|entry| entry.group != Some(group)) {
            return Err(StoreError::Fault(Box::new(Bug("an entry of another group"))));
        }
        self.append_all(group, entries).await
    }

    async fn unscoped_chain_heads(&mut self) -> Stored<Vec<ChainHead>> {
        // Not bounded on purpose: a chain left out would be a chain not verified. There is one for each group.
        let rows: Vec<(String, i64, String)> = self
            .all(query_as(
                "SELECT
                     chain,
                     seq,
                     hash
                 FROM audit_heads
                 ORDER BY chain",
            ))
            .await?;
        Ok(rows.into_iter().map(|(chain, seq, hash)| ChainHead { chain, seq, hash }).collect())
    }

    async fn unscoped_latest_time(&mut self) -> Stored<Option<Time>> {
        // As many rows as there are groups: each chain's last.
        let latest: (Option<i64>,) = self
            .one(query_as(
                "SELECT MAX(last.happened_at)
                 FROM (
                     SELECT (
                         SELECT e.happened_at
                         FROM audit_entries e
                         WHERE e.chain = h.chain
                           AND e.seq = h.seq
                     ) AS happened_at
                     FROM audit_heads h
                 ) last",
            ))
            .await?;
        Ok(latest.0.map(Time::from_millis))
    }

    async fn unscoped_chain(&mut self, chain: &str, after: i64, most: u32) -> Stored<Vec<ChainedEntry>> {
        let rows: Vec<EntryRow> = self
            .all(
                query_as(
                    "SELECT
                         seq,
                         previous,
                         hash,
                         happened_at,
                         actor,
                         action,
                         subject,
                         detail,
                         origin,
                         emergency
                     FROM audit_entries
                     WHERE chain = $1
                       AND seq > $2
                     ORDER BY seq
                     LIMIT $3",
                )
                .bind(chain.to_owned())
                .bind(after)
                .bind(i64::from(most)),
            )
            .await?;
        Ok(rows.into_iter().map(ChainedEntry::from).collect())
    }

    async fn list_trail(
        &mut self,
        access: &Access<ViewHistory>,
        filter: &TrailFilter,
        page: &PageRequest,
    ) -> Stored<Page<ChainedEntry>> {
        self.trail(access.group(), filter, page).await
    }

    async fn list_own_trail(
        &mut self,
        access: &Access<ViewAccessLog>,
        page: &PageRequest,
    ) -> Stored<Page<ChainedEntry>> {
        let filter = TrailFilter { subject: access.patient().to_string(), ..TrailFilter::default() };
        self.trail(access.group(), &filter, page).await
    }
}

impl SqlWork {
    async fn trail(&mut self, group: GroupId, filter: &TrailFilter, page: &PageRequest) -> Stored<Page<ChainedEntry>> {
        let nothing = Page { rows: Vec::new(), next: None };
        let chain = group.to_string();
        let after = match page.after.as_deref().map(str::parse::<i64>) {
            None => i64::MAX,
            Some(Ok(seq)) => seq,
            Some(Err(_)) => return Ok(nothing),
        };
        let (Some(first), Some(last)) =
            (self.first_since(&chain, filter).await?, self.last_before(&chain, filter).await?)
        else {
            return Ok(nothing);
        };
        let before = after.min(last.saturating_add(1));
        let question = Question { chain, filter, before, first, rows: i64::from(page.rows()) + 1 };
        let rows = match filter {
            TrailFilter { subject, .. } if !subject.is_empty() => self.trail_of_subject(&question).await?,
            TrailFilter { actor, .. } if !actor.is_empty() => self.trail_of_actor(&question).await?,
            TrailFilter { action: Some(_), .. } => self.trail_of_action(&question).await?,
            _ => self.whole_trail(&question).await?,
        };
        let rows = rows.into_iter().map(ChainedEntry::from).collect();
        Ok(Page::from_rows(rows, page.rows(), |entry: &ChainedEntry| entry.seq.to_string()))
    }
}

// One statement for each filter that can lead, because each has its own index. The others narrow what that one finds.
impl SqlWork {
    async fn trail_of_subject(&mut self, question: &Question<'_>) -> Stored<Vec<EntryRow>> {
        self.all(
            query_as(concat!(
                "SELECT
                     seq,
                     previous,
                     hash,
                     happened_at,
                     actor,
                     action,
                     subject,
                     detail,
                     origin,
                     emergency
                 FROM audit_entries",
                by_index!("audit_entries_of_subject"),
                " WHERE chain = $1
                   AND subject = $7
                   AND seq < $2
                   AND seq >= $3
                   AND happened_at >= $4
                   AND happened_at < $5
                   AND ($8 = '' OR actor = $8)
                   AND ($9 = '' OR action = $9)
                 ORDER BY seq DESC
                 LIMIT $6",
            ))
            .bind(question.chain.clone())
            .bind(question.before)
            .bind(question.first)
            .bind(question.from())
            .bind(question.to())
            .bind(question.rows)
            .bind(question.filter.subject.clone())
            .bind(question.filter.actor.clone())
            .bind(question.action()),
        )
        .await
    }

    async fn trail_of_actor(&mut self, question: &Question<'_>) -> Stored<Vec<EntryRow>> {
        self.all(
            query_as(concat!(
                "SELECT
                     seq,
                     previous,
                     hash,
                     happened_at,
                     actor,
                     action,
                     subject,
                     detail,
                     origin,
                     emergency
                 FROM audit_entries",
                by_index!("audit_entries_of_actor"),
                " WHERE chain = $1
                   AND actor = $7
                   AND seq < $2
                   AND seq >= $3
                   AND happened_at >= $4
                   AND happened_at < $5
                   AND ($8 = '' OR action = $8)
                 ORDER BY seq DESC
                 LIMIT $6",
            ))
            .bind(question.chain.clone())
            .bind(question.before)
            .bind(question.first)
            .bind(question.from())
            .bind(question.to())
            .bind(question.rows)
            .bind(question.filter.actor.clone())
            .bind(question.action()),
        )
        .await
    }

    async fn trail_of_action(&mut self, question: &Question<'_>) -> Stored<Vec<EntryRow>> {
        self.all(
            query_as(concat!(
                "SELECT
                     seq,
                     previous,
                     hash,
                     happened_at,
                     actor,
                     action,
                     subject,
                     detail,
                     origin,
                     emergency
                 FROM audit_entries",
                by_index!("audit_entries_of_action"),
                " WHERE chain = $1
                   AND action = $7
                   AND seq < $2
                   AND seq >= $3
                   AND happened_at >= $4
                   AND happened_at < $5
                 ORDER BY seq DESC
                 LIMIT $6",
            ))
            .bind(question.chain.clone())
            .bind(question.before)
            .bind(question.first)
            .bind(question.from())
            .bind(question.to())
            .bind(question.rows)
            .bind(question.action()),
        )
        .await
    }

    async fn whole_trail(&mut self, question: &Question<'_>) -> Stored<Vec<EntryRow>> {
        self.all(
            query_as(
                "SELECT
                     seq,
                     previous,
                     hash,
                     happened_at,
                     actor,
                     action,
                     subject,
                     detail,
                     origin,
                     emergency
                 FROM audit_entries
                 WHERE chain = $1
                   AND seq < $2
                   AND seq >= $3
                   AND happened_at >= $4
                   AND happened_at < $5
                 ORDER BY seq DESC
                 LIMIT $6",
            )
            .bind(question.chain.clone())
            .bind(question.before)
            .bind(question.first)
            .bind(question.from())
            .bind(question.to())
            .bind(question.rows),
        )
        .await
    }

    /// The number of the first entry of the filter's time; none when it begins after the last one.
    async fn first_since(&mut self, chain: &str, filter: &TrailFilter) -> Stored<Option<i64>> {
        let Some(from) = filter.from else { return Ok(Some(0)) };
        let (seq,): (Option<i64>,) = self
            .one(
                query_as(
                    "SELECT MIN(seq)
                     FROM (
                         SELECT seq
                         FROM audit_entries
                         WHERE chain = $1
                           AND happened_at >= $2
                         ORDER BY happened_at, seq
                         LIMIT $3
                     ) AS since",
                )
                .bind(chain.to_owned())
                .bind(from.millis())
                .bind(NEIGHBOURS),
            )
            .await?;
        Ok(seq)
    }

    /// The number of the last entry of the filter's time; none when it ends before the first one.
    async fn last_before(&mut self, chain: &str, filter: &TrailFilter) -> Stored<Option<i64>> {
        let Some(to) = filter.to else { return Ok(Some(i64::MAX)) };
        let (seq,): (Option<i64>,) = self
            .one(
                query_as(
                    "SELECT MAX(seq)
                     FROM (
                         SELECT seq
                         FROM audit_entries
                         WHERE chain = $1
                           AND happened_at < $2
                         ORDER BY happened_at DESC, seq DESC
                         LIMIT $3
                     ) AS earlier",
                )
                .bind(chain.to_owned())
                .bind(to.millis())
                .bind(NEIGHBOURS),
            )
            .await?;
        Ok(seq)
    }
}

impl SqlWork {
    /// Writes what belongs to no group: the last thing a unit of work does, so that it waits for nothing while it holds the
    /// chain that all share.
    pub(super) async fn append_entries(&mut self) -> Stored<()> {
        for entry in std::mem::take(&mut self.entries) {
            self.append(&entry).await?;
        }
        Ok(())
    }

    /// As [`Self::append`], for many of one chain.
    async fn append_all(&mut self, group: GroupId, entries: &[Entry]) -> Stored<()> {
        let Ok(many) = i64::try_from(entries.len()) else { return Ok(()) };
        if many == 0 {
            return Ok(());
        }
        let chain = group.to_string();
        let (last, before): (i64, String) = self
            .one(
                query_as(
                    "INSERT INTO audit_heads (
                         chain,
                         seq,
                         hash
                     ) VALUES ($1, $2, '')
                     ON CONFLICT (chain) DO UPDATE
                     SET seq = audit_heads.seq + $2
                     RETURNING seq, hash",
                )
                .bind(chain.clone())
                .bind(many),
            )
            .await?;
        let mut previous = before;
        let mut rows = Vec::with_capacity(entries.len());
        for (entry, seq) in entries.iter().zip(last - many + 1..) {
            let hash = services::audit::hash(&entry.canonical(&chain, seq, &previous));
            rows.push(EntryElement {
                seq,
                previous: std::mem::replace(&mut previous, hash.clone()),
                hash,
                at: entry.at.millis(),
                actor: &entry.actor,
                action: entry.action.code(),
                subject: &entry.subject,
                detail: &entry.detail,
                origin: &entry.origin,
                emergency: entry.emergency,
            });
        }
        self.execute(
            query(concat!(
                "INSERT INTO audit_entries (
                     chain,
                     seq,
                     previous,
                     hash,
                     happened_at,
                     actor,
                     action,
                     subject,
                     detail,
                     origin,
                     emergency
                 )
                 SELECT
                     $1,
                     CAST(each.value ->> 'seq' AS BIGINT),
                     each.value ->> 'previous',
                     each.value ->> 'hash',
                     CAST(each.value ->> 'at' AS BIGINT),
                     each.value ->> 'actor',
                     each.value ->> 'action',
                     each.value ->> 'subject',
                     each.value ->> 'detail',
                     each.value ->> 'origin',
                     CAST(each.value ->> 'emergency' AS BOOLEAN)
                 FROM ",
                each!("$2"),
            ))
            .bind(chain.clone())
            .bind(elements(&rows)?),
        )
        .await?;
        self.execute(
            query(
                "UPDATE audit_heads
                 SET hash = $2
                 WHERE chain = $1",
            )
            .bind(chain)
            .bind(previous),
        )
        .await?;
        Ok(())
    }

    async fn append(&mut self, entry: &Entry) -> Stored<()> {
        let chain = entry.group.map_or_else(|| SYSTEM.to_owned(), |group| group.to_string());
        // Takes the next number and locks the chain's end until this unit of work is over: no gaps, no forks. What comes
        // back is the hash of the entry before; this entry's own follows below.
        let (seq, previous): (i64, String) = self
            .one(
                query_as(
                    "INSERT INTO audit_heads (
                         chain,
                         seq,
                         hash
                     ) VALUES ($1, 1, '')
                     ON CONFLICT (chain) DO UPDATE
                     SET seq = audit_heads.seq + 1
                     RETURNING seq, hash",
                )
                .bind(chain.clone()),
            )
            .await?;
        let hash = services::audit::hash(&entry.canonical(&chain, seq, &previous));
        self.execute(
            query(
                "INSERT INTO audit_entries (
                     chain,
                     seq,
                     previous,
                     hash,
                     happened_at,
                     actor,
                     action,
                     subject,
                     detail,
                     origin,
                     emergency
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(chain.clone())
            .bind(seq)
            .bind(previous)
            .bind(hash.clone())
            .bind(entry.at.millis())
            .bind(entry.actor.clone())
            .bind(entry.action.code())
            .bind(entry.subject.clone())
            .bind(entry.detail.clone())
            .bind(entry.origin.clone())
            .bind(entry.emergency),
        )
        .await?;
        self.execute(
            query(
                "UPDATE audit_heads
                 SET hash = $2
                 WHERE chain = $1",
            )
            .bind(chain)
            .bind(hash),
        )
        .await?;
        Ok(())
    }
}
