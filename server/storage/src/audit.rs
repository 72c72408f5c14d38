//! The audit trail: chains of entries, each with the hash of the one before (B-02). Triggers refuse to change or remove one.

use async_trait::async_trait;
use domain::audit::Entry;
use services::ports::{Audit, ChainHead, ChainedEntry, Stored};
use sqlx::{query, query_as};

use super::SqlWork;

/// The chain of what belongs to no group.
const SYSTEM: &str = "system";

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
}

impl From<EntryRow> for ChainedEntry {
    fn from(row: EntryRow) -> Self {
        let EntryRow { seq, previous, hash, happened_at, actor, action, subject, detail, origin } = row;
        Self { seq, previous, hash, action, at: happened_at, actor, subject, detail, origin }
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
                         origin
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
                     origin
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
            .bind(entry.origin.clone()),
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
