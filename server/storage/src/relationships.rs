//! How practitioners and a patient belong together. One that appointments, invoices or notes made (`automatic`) is never
//! removed: it may be granted or hidden on top, and comes back when that is undone.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageRelationships, Relationship},
    ids::UserId,
    limits,
    page::{Page, PageRequest},
    text,
    user::{Role, User},
};
use services::ports::{Relationships, Stored};
use sqlx::{query, query_as};

use super::{
    SqlWork,
    users::{UserRow, levels, select_user},
};
use crate::{common::LAST, search::stored_sort_name};

/// A practitioner beside a patient.
#[derive(sqlx::FromRow)]
struct RelationshipRow {
    #[sqlx(flatten)]
    user: UserRow,
    kind: String,
}

#[async_trait]
impl Relationships for SqlWork {
    async fn list_relationships(
        &mut self,
        access: &Access<ManageRelationships>,
        page: &PageRequest,
    ) -> Stored<Page<(User, Relationship)>> {
        let nothing = Page { rows: Vec::new(), next: None };
        let Some((sort_name, id)) = self.user_place(access.group(), page).await? else { return Ok(nothing) };
        let rows: Vec<RelationshipRow> = self
            .all(
                query_as(select_user!(
                    ",
                         r.kind
                     FROM practitioner_relationships r
                     JOIN users u
                         ON u.group_id = r.group_id
                        AND u.id = r.user_id
                     WHERE r.group_id = $1
                       AND r.patient_id = $2
                       AND (u.sort_name, u.id) > ($3, $4)
                     ORDER BY u.sort_name, u.id
                     LIMIT $5"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(sort_name)
                .bind(id)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let row = |row: RelationshipRow| Ok((User::try_from(row.user)?, Relationship::from_code(&row.kind)));
        let rows = rows.into_iter().map(row).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |(user, _)| user.id.to_string()))
    }

    async fn list_unrelated(&mut self, access: &Access<ManageRelationships>, text: &str) -> Stored<Vec<User>> {
        let folded = stored_sort_name(&text::fold(text));
        if folded.is_empty() && !text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = query_as(select_user!(
            "
             FROM users u
             WHERE u.group_id = $1
               AND u.state = 'active'
               AND (
                   $4 = ''
                   OR u.sort_name >= $4 AND u.sort_name < $5
                   OR u.first_folded >= $4 AND u.first_folded < $5
               )
               AND u.level IN ($6, $7, $8, $9, $10, $11, $12)
               AND NOT EXISTS (
                   SELECT 1
                   FROM practitioner_relationships r
                   WHERE r.group_id = $1
                     AND r.user_id = u.id
                     AND r.patient_id = $2
               )
             ORDER BY u.sort_name, u.id
             LIMIT $3"
        ))
        .bind(access.group().uuid())
        .bind(access.patient().uuid())
        .bind(i64::from(limits::RELATIONSHIPS))
        .bind(folded.clone())
        .bind(format!("{folded}{LAST}"));
        for level in levels(|level| level.role() == Role::Practitioner) {
            statement = statement.bind(level);
        }
        let rows: Vec<UserRow> = self.all(statement).await?;
        rows.into_iter().map(User::try_from).collect()
    }

    async fn find_relationship(
        &mut self,
        access: &Access<ManageRelationships>,
        user: UserId,
    ) -> Stored<Option<Relationship>> {
        let kind: Option<(String,)> = self
            .find(
                query_as(
                    "SELECT kind
                     FROM practitioner_relationships
                     WHERE group_id = $1
                       AND user_id = $2
                       AND patient_id = $3",
                )
                .bind(access.group().uuid())
                .bind(user.uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        Ok(kind.map(|(kind,)| Relationship::from_code(&kind)))
    }

    async fn set_relationship(
        &mut self,
        access: &Access<ManageRelationships>,
        user: UserId,
        relationship: Relationship,
    ) -> Stored<bool> {
        let set = self
            .execute(
                query(
                    "INSERT INTO practitioner_relationships (
                         group_id,
                         user_id,
                         patient_id,
                         kind,
                         sort_name,
                         all_words
                     )
                     SELECT
                         p.group_id,
                         u.id,
                         p.id,
                         $4,
                         p.sort_name,
                         p.all_words
                     FROM patients p
                     JOIN users u
                         ON u.group_id = p.group_id
                     WHERE p.group_id = $1
                       AND p.id = $3
                       AND u.id = $2
                     ON CONFLICT (group_id, user_id, patient_id) DO UPDATE
                     SET kind = excluded.kind,
                         was_automatic = practitioner_relationships.was_automatic
                             OR practitioner_relationships.kind = 'automatic'",
                )
                .bind(access.group().uuid())
                .bind(user.uuid())
                .bind(access.patient().uuid())
                .bind(relationship.code()),
            )
            .await?;
        Ok(set == 1)
    }

    async fn remove_relationship(&mut self, access: &Access<ManageRelationships>, user: UserId) -> Stored<bool> {
        let restored = self
            .execute(
                query(
                    "UPDATE practitioner_relationships
                     SET kind = 'automatic'
                     WHERE group_id = $1
                       AND user_id = $2
                       AND patient_id = $3
                       AND kind <> 'automatic'
                       AND was_automatic",
                )
                .bind(access.group().uuid())
                .bind(user.uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        if restored == 1 {
            return Ok(true);
        }
        let removed = self
            .execute(
                query(
                    "DELETE FROM practitioner_relationships
                     WHERE group_id = $1
                       AND user_id = $2
                       AND patient_id = $3
                       AND kind <> 'automatic'",
                )
                .bind(access.group().uuid())
                .bind(user.uuid())
                .bind(access.patient().uuid()),
            )
            .await?;
        Ok(removed == 1)
    }
}
