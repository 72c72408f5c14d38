//! Communication templates of a group.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageTemplates},
    ids::TemplateId,
    limits,
    template::Template,
    time::Time,
};
use services::ports::{Stored, Templates};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;

#[derive(sqlx::FromRow)]
struct TemplateRow {
    id: Uuid,
    name: String,
    body: String,
    version: i64,
}

impl From<TemplateRow> for Template {
    fn from(row: TemplateRow) -> Self {
        let TemplateRow { id, name, body, version } = row;
        Self { id: id.into(), name, body, version }
    }
}

#[async_trait]
impl Templates for SqlWork {
    async fn list_templates(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<Template>> {
        let rows: Vec<TemplateRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         name,
                         body,
                         version
                     FROM templates
                     WHERE group_id = $1
                     ORDER BY name_folded, id
                     LIMIT $2",
                )
                .bind(access.group().uuid())
                .bind(i64::from(limits::TEMPLATES)),
            )
            .await?;
        Ok(rows.into_iter().map(Template::from).collect())
    }

    async fn lookup_template(&mut self, access: &Access<EnterGroup>, id: TemplateId) -> Stored<Option<Template>> {
        let row: Option<TemplateRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         name,
                         body,
                         version
                     FROM templates
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        Ok(row.map(Template::from))
    }

    async fn add_template(&mut self, access: &Access<ManageTemplates>, template: &Template, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO templates (
                     group_id,
                     id,
                     name,
                     name_folded,
                     body,
                     version,
                     changed_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(access.group().uuid())
            .bind(template.id.uuid())
            .bind(template.name.clone())
            .bind(template.name.to_lowercase())
            .bind(template.body.clone())
            .bind(template.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn save_template(&mut self, access: &Access<ManageTemplates>, template: &Template, at: Time) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE templates
                     SET name = $4,
                         name_folded = $5,
                         body = $6,
                         version = version + 1,
                         changed_at = $7
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(access.group().uuid())
                .bind(template.id.uuid())
                .bind(template.version)
                .bind(template.name.clone())
                .bind(template.name.to_lowercase())
                .bind(template.body.clone())
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn remove_template(
        &mut self,
        access: &Access<ManageTemplates>,
        id: TemplateId,
        version: i64,
    ) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM templates
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
