//! People attached to a patient.

use async_trait::async_trait;
use domain::{
    access::{Access, EditOwnRecord, EditPatient, ViewOwnRecord, ViewPatient},
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
    rank: i64,
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
            rank: row.rank,
            version: row.version,
        })
    }
}

#[async_trait]
impl Contacts for SqlWork {
    async fn list_contacts(&mut self, access: &Access<ViewPatient>) -> Stored<Vec<Contact>> {
        self.contacts(access.group().uuid(), access.patient().uuid()).await
    }

    async fn add_contact(&mut self, access: &Access<EditPatient>, contact: &Contact, at: Time) -> Stored<()> {
        self.insert_contact(access.group().uuid(), access.patient().uuid(), contact, at).await
    }

    async fn save_contact(&mut self, access: &Access<EditPatient>, contact: &Contact, at: Time) -> Stored<bool> {
        self.keep_contact(access.group().uuid(), access.patient().uuid(), contact, at).await
    }

    async fn remove_contact(&mut self, access: &Access<EditPatient>, id: ContactId, version: i64) -> Stored<bool> {
        self.delete_contact(access.group().uuid(), access.patient().uuid(), id, version).await
    }

    async fn save_contacts(
        &mut self,
        access: &Access<EditPatient>,
        before: &[Contact],
        after: &[Contact],
        at: Time,
    ) -> Stored<bool> {
        self.make_contacts(access.group().uuid(), access.patient().uuid(), before, after, at).await
    }

    async fn list_own_contacts(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<Contact>> {
        self.contacts(access.group().uuid(), access.patient().uuid()).await
    }

    async fn save_own_contacts(
        &mut self,
        access: &Access<EditOwnRecord>,
        before: &[Contact],
        after: &[Contact],
        at: Time,
    ) -> Stored<bool> {
        self.make_contacts(access.group().uuid(), access.patient().uuid(), before, after, at).await
    }
}

impl SqlWork {
    async fn make_contacts(
        &mut self,
        group: Uuid,
        patient: Uuid,
        before: &[Contact],
        after: &[Contact],
        at: Time,
    ) -> Stored<bool> {
        for gone in before.iter().filter(|one| after.iter().all(|other| other.id != one.id)) {
            self.unlink_contact(group, patient, gone.id).await?;
            if !self.delete_contact(group, patient, gone.id, gone.version).await? {
                return Ok(false);
            }
        }
        for contact in after {
            let done = match before.iter().find(|one| one.id == contact.id) {
                None => self.insert_contact(group, patient, contact, at).await.map(|()| true)?,
                Some(same) if same == contact => true,
                Some(_) => self.keep_contact(group, patient, contact, at).await?,
            };
            if !done {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn contacts(&mut self, group: Uuid, patient: Uuid) -> Stored<Vec<Contact>> {
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
                         rank,
                         version
                     FROM contacts
                     WHERE group_id = $1
                       AND patient_id = $2
                     ORDER BY emergency DESC, rank, name_folded, id
                     LIMIT $3",
                )
                .bind(group)
                .bind(patient)
                .bind(i64::from(limits::CONTACTS)),
            )
            .await?;
        rows.into_iter().map(Contact::try_from).collect()
    }

    async fn insert_contact(&mut self, group: Uuid, patient: Uuid, contact: &Contact, at: Time) -> Stored<()> {
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
                     rank,
                     version,
                     changed_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )
            .bind(group)
            .bind(contact.id.uuid())
            .bind(patient)
            .bind(details.name.clone())
            .bind(stored_sort_name(&text::fold(&details.name)))
            .bind(details.relationship.clone())
            .bind(details.email.as_ref().map(|email| email.as_str().to_owned()))
            .bind(details.phone.clone())
            .bind(details.emergency)
            .bind(contact.rank)
            .bind(contact.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn keep_contact(&mut self, group: Uuid, patient: Uuid, contact: &Contact, at: Time) -> Stored<bool> {
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
                         rank = $11,
                         version = version + 1,
                         changed_at = $12
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4",
                )
                .bind(group)
                .bind(patient)
                .bind(contact.id.uuid())
                .bind(contact.version)
                .bind(details.name.clone())
                .bind(stored_sort_name(&text::fold(&details.name)))
                .bind(details.relationship.clone())
                .bind(details.email.as_ref().map(|email| email.as_str().to_owned()))
                .bind(details.phone.clone())
                .bind(details.emergency)
                .bind(contact.rank)
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn delete_contact(&mut self, group: Uuid, patient: Uuid, id: ContactId, version: i64) -> Stored<bool> {
        let removed = self
            .execute(
                query(
                    "DELETE FROM contacts
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND version = $4",
                )
                .bind(group)
                .bind(patient)
                .bind(id.uuid())
                .bind(version),
            )
            .await?;
        Ok(removed == 1)
    }
}
