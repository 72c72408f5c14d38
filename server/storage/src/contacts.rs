//! People attached to a patient.

use async_trait::async_trait;
use domain::{
    access::{Access, EditPatient, ViewPatient},
    ids::ContactId,
    limits,
    patient::{Contact, ContactDetails},
    text,
    time::Time,
};
use services::ports::{Contacts, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::{common::readable, search::stored_sort_name};

#[derive(sqlx::FromRow)]
struct ContactRow {
    id: Uuid,
    name: String,
    relationship: String,
    email: Option<String>,
    phone: String,
    emergency: bool,
    version: i64,
}

impl TryFrom<ContactRow> for Contact {
    type Error = StoreError;

    fn try_from(row: ContactRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            details: ContactDetails {
                name: row.name,
                relationship: row.relationship,
                email: row.email.map(|email| readable(email.parse(), "email address")).transpose()?,
                phone: row.phone,
                emergency: row.emergency,
            },
            version: row.version,
        })
    }
}

#[async_trait]
impl Contacts for SqlWork {
    async fn list_contacts(&mut self, access: &Access<ViewPatient>) -> Stored<Vec<Contact>> {
        let rows: Vec<ContactRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         name,
                         relationship,
                         email,
                         phone,
                         emergency,
                         version
                     FROM contacts
                     WHERE group_id = $1
                       AND patient_id = $2
                     ORDER BY name_folded, id
                     LIMIT $3",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(i64::from(limits::CONTACTS)),
            )
            .await?;
        rows.into_iter().map(Contact::try_from).collect()
    }

    async fn add_contact(&mut self, access: &Access<EditPatient>, contact: &Contact, at: Time) -> Stored<()> {
        let details = &contact.details;
        self.execute(
            query(
                "INSERT INTO contacts (
                     group_id,
                     id,
                     patient_id,
                     name,
                     name_folded,
                     relationship,
                     email,
                     phone,
                     emergency,
                     version,
                     changed_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            )
            .bind(access.group().uuid())
            .bind(contact.id.uuid())
            .bind(access.patient().uuid())
            .bind(details.name.clone())
            .bind(stored_sort_name(&text::fold(&details.name)))
            .bind(details.relationship.clone())
            .bind(details.email.as_ref().map(|email| email.as_str().to_owned()))
            .bind(details.phone.clone())
            .bind(details.emergency)
            .bind(contact.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn save_contact(&mut self, access: &Access<EditPatient>, contact: &Contact, at: Time) -> Stored<bool> {
        let details = &contact.details;
        let saved = self
            .execute(
                query(
                    "UPDATE contacts
                     SET name = $5,
                         name_folded = $6,
                         relationship = $7,
                         email = $8,
                         phone = $9,
                         emergency = $10,
                         version = version + 1,
                         changed_at = $11
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(contact.id.uuid())
                .bind(contact.version)
                .bind(details.name.clone())
                .bind(stored_sort_name(&text::fold(&details.name)))
                .bind(details.relationship.clone())
                .bind(details.email.as_ref().map(|email| email.as_str().to_owned()))
                .bind(details.phone.clone())
                .bind(details.emergency)
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn remove_contact(&mut self, access: &Access<EditPatient>, id: ContactId, version: i64) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM contacts
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(version),
            )
            .await?;
        Ok(removed == 1)
    }
}
