//! Templates of notes.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageTemplates},
    ids::NoteTemplateId,
    limits,
    note::Category,
    note_template::{NoteTemplate, NoteTemplateChoice},
    time::Time,
};
use services::ports::{NoteTemplates, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::common::readable;

#[derive(sqlx::FromRow)]
struct ChoiceRow {
    id: Uuid,
    name: String,
    category: String,
}

impl TryFrom<ChoiceRow> for NoteTemplateChoice {
    type Error = StoreError;

    fn try_from(row: ChoiceRow) -> Stored<Self> {
        let category = readable(Category::from_code(&row.category), "category of notes")?;
        Ok(Self { id: row.id.into(), name: row.name, category })
    }
}

#[derive(sqlx::FromRow)]
struct TemplateRow {
    #[sqlx(flatten)]
    choice: ChoiceRow,
    body: String,
    version: i64,
}

impl TryFrom<TemplateRow> for NoteTemplate {
    type Error = StoreError;

    fn try_from(row: TemplateRow) -> Stored<Self> {
        let NoteTemplateChoice { id, name, category } = row.choice.try_into()?;
        Ok(Self { id, name, category, body: row.body, version: row.version })
    }
}

#[async_trait]
impl NoteTemplates for SqlWork {
    async fn list_note_templates(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<NoteTemplateChoice>> {
        let rows: Vec<ChoiceRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         name,
                         category
                     FROM note_templates
                     WHERE group_id = $1
                     ORDER BY name_folded, id
                     LIMIT $2",
                )
                .bind(access.group().uuid())
                .bind(i64::from(limits::TEMPLATES)),
            )
            .await?;
        rows.into_iter().map(NoteTemplateChoice::try_from).collect()
    }

    async fn lookup_note_template(
        &mut self,
        access: &Access<EnterGroup>,
        id: NoteTemplateId,
    ) -> Stored<Option<NoteTemplate>> {
        let row: Option<TemplateRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         name,
                         category,
                         body,
                         version
                     FROM note_templates
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(NoteTemplate::try_from).transpose()
    }

    async fn add_note_template(
        &mut self,
        access: &Access<ManageTemplates>,
        template: &NoteTemplate,
        at: Time,
    ) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO note_templates (
                     group_id,
                     id,
                     name,
                     name_folded,
                     category,
                     body,
                     version,
                     changed_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(access.group().uuid())
            .bind(template.id.uuid())
            .bind(template.name.as_str())
            .bind(template.name.to_lowercase())
            .bind(template.category.code())
            .bind(template.body.as_str())
            .bind(template.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn save_note_template(
        &mut self,
        access: &Access<ManageTemplates>,
        template: &NoteTemplate,
        at: Time,
    ) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE note_templates
                     SET name = $4,
                         name_folded = $5,
                         category = $6,
                         body = $7,
                         version = version + 1,
                         changed_at = $8
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(access.group().uuid())
                .bind(template.id.uuid())
                .bind(template.version)
                .bind(template.name.as_str())
                .bind(template.name.to_lowercase())
                .bind(template.category.code())
                .bind(template.body.as_str())
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn remove_note_template(
        &mut self,
        access: &Access<ManageTemplates>,
        id: NoteTemplateId,
        version: i64,
    ) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM note_templates
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(access.group().uuid())
                .bind(id.uuid())
                .bind(version),
            )
            .await?;
        Ok(removed == 1)
    }
}
