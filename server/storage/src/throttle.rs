//! Counts of tries, kept in the database so that several servers count together.

use async_trait::async_trait;
use domain::{
    limits::SWEPT,
    time::{Span, Time},
};
use services::ports::{Stored, Throttle};
use sqlx::{query, query_as};

use super::SqlWork;

#[async_trait]
impl Throttle for SqlWork {
    async fn count_try(&mut self, key: &str, now: Time, window: Span) -> Stored<(u32, Time)> {
        // One statement: of two who count at once one waits for the other's row.
        let (tries, ends_at): (i64, i64) = self
            .one(
                query_as(
                    "INSERT INTO throttle (
                         key,
                         tries,
                         ends_at
                     ) VALUES ($1, 1, $3)
                     ON CONFLICT (key) DO UPDATE
                     SET tries = CASE WHEN throttle.ends_at <= $2 THEN 1 ELSE throttle.tries + 1 END,
                         ends_at = CASE WHEN throttle.ends_at <= $2 THEN $3 ELSE throttle.ends_at END
                     RETURNING tries, ends_at",
                )
                .bind(key.to_owned())
                .bind(now.millis())
                .bind((now + window).millis()),
            )
            .await?;
        Ok((u32::try_from(tries).unwrap_or(u32::MAX), Time::from_millis(ends_at)))
    }

    async fn tries(&mut self, key: &str, now: Time) -> Stored<Option<(u32, Time)>> {
        let row: Option<(i64, i64)> = self
            .find(
                query_as(
                    "SELECT
                         tries,
                         ends_at
                     FROM throttle
                     WHERE key = $1
                       AND ends_at > $2",
                )
                .bind(key.to_owned())
                .bind(now.millis()),
            )
            .await?;
        Ok(row.map(|(tries, ends_at)| (u32::try_from(tries).unwrap_or(u32::MAX), Time::from_millis(ends_at))))
    }

    async fn sweep_tries(&mut self, ended_before: Time) -> Stored<u64> {
        self.execute(
            // A count that is begun anew in this moment is left alone.
            query(concat!(
                "DELETE FROM throttle
                 WHERE ends_at < $1
                   AND key IN (
                       SELECT key
                       FROM throttle
                       WHERE ends_at < $1
                       ORDER BY ends_at, key
                       LIMIT $2",
                skip_locked!(),
                "
                   )",
            ))
            .bind(ended_before.millis())
            .bind(i64::from(SWEPT)),
        )
        .await
    }
}
