//! The portal's handout of a group.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageSettings},
    handout::Handout,
    time::Time,
};
use services::ports::{Handouts, Stored};
use sqlx::{query, query_as};

use super::SqlWork;
use crate::common::readable;

#[async_trait]
impl Handouts for SqlWork {
    async fn lookup_handout(&mut self, access: &Access<EnterGroup>) -> Stored<Handout> {
        let row: Option<(Option<String>, i64)> = self
            .find(
                query_as(
                    "SELECT
                         text,
                         version
                     FROM handouts
                     WHERE group_id = $1",
                )
                .bind(access.group().uuid()),
            )
            .await?;
        let (text, version) = row.unwrap_or_default();
        let text = text.map(|text| serde_json::from_str(&text)).transpose();
        Ok(Handout { text: readable(text, "handout")?, version })
    }

    async fn save_handout(&mut self, access: &Access<ManageSettings>, handout: &Handout, at: Time) -> Stored<bool> {
        let text = handout.text.as_ref().map(serde_json::to_string).transpose();
        // Where there is no row yet, version 0 was read; of two who save it first, the second finds version 1.
        let saved = self
            .execute(
                query(
                    "INSERT INTO handouts (
                         group_id,
                         text,
                         version,
                         saved_at
                     ) VALUES ($1, $2, $3 + 1, $4)
                     ON CONFLICT (group_id) DO UPDATE
                     SET text = excluded.text,
                         version = excluded.version,
                         saved_at = excluded.saved_at
                     WHERE handouts.version = $3",
                )
                .bind(access.group().uuid())
                .bind(readable(text, "handout")?)
                .bind(handout.version)
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }
}
