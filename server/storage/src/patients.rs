//! Patients: record, list, search. How a search works is told in `search.rs`.
//!
//! Lists first find the ids, then read the records. Both ask who may see them: `$own` of a statement is [`EVERYONE`] or
//! [`OWN_ONLY`], and a relationship that was revoked, or is of a kind unknown here, hides the patient from both.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    access::{
        Access, AddPatient, EditPatient, EnterGroup, InGroup, ListPatients, PatientFacts, Relationship, ViewPatient,
    },
    ids::{GroupId, PatientId, UserId},
    page::{Page, PageRequest},
    patient::{Details, Patient, PatientFilter, PortalState, Status},
    person::{Address, Gender, PatientName, pseudonym},
    time::Time,
};
use services::ports::{PatientRecord, Patients, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::{
    common::{FIRST, LAST, readable},
    search::{self, RARE},
};

/// Stands for the relationship of a user who needs none.
const EVERYONE: &str = "granted";
/// Stands for no relationship where one is needed.
const OWN_ONLY: &str = "none";

/// Ids that one statement asks for.
const AT_ONCE: usize = 25;
/// Words that one statement stores.
const WORDS_AT_ONCE: usize = 12;

/// A patient's record as stored.
#[derive(sqlx::FromRow)]
pub(super) struct PatientRow {
    id: Uuid,
    number: i64,
    legal_first: String,
    legal_last: String,
    preferred: String,
    birth_date: Option<String>,
    gender: String,
    email: Option<String>,
    mobile: String,
    phone: String,
    street: String,
    city: String,
    region: String,
    postcode: String,
    country: String,
    status: String,
    portal_state: String,
    version: i64,
    added_at: i64,
}

impl TryFrom<PatientRow> for PatientRecord {
    type Error = StoreError;

    fn try_from(row: PatientRow) -> Stored<Self> {
        let details = Details {
            name: PatientName { legal_first: row.legal_first, legal_last: row.legal_last, preferred: row.preferred },
            birth_date: row.birth_date.map(|date| readable(date.parse(), "birth date")).transpose()?,
            gender: readable(Gender::from_code(&row.gender), "gender")?,
            email: row.email.map(|email| readable(email.parse(), "email address")).transpose()?,
            mobile: row.mobile,
            phone: row.phone,
            address: Address {
                street: row.street,
                city: row.city,
                region: row.region,
                postcode: row.postcode,
                country: row.country,
            },
            status: readable(Status::from_code(&row.status), "status")?,
        };
        Ok(Self {
            patient: Patient {
                id: row.id.into(),
                number: row.number,
                details,
                version: row.version,
                added_at: Time::from_millis(row.added_at),
            },
            portal: PortalState::from_code(&row.portal_state),
        })
    }
}

/// Where a page of a list begins: after this row's keys.
#[derive(Default, sqlx::FromRow)]
pub(super) struct Place {
    pub(super) id: Uuid,
    pub(super) sort_name: String,
    pub(super) number_text: String,
}

/// What every list asks: who, how far, and what for.
struct Question<'a> {
    group: Uuid,
    user: Uuid,
    own: &'static str,
    status: Option<Status>,
    after: &'a Place,
    /// One more than the page shows.
    rows: i64,
}

/// How a user and a patient stand who have no relationship: see the head of this file.
pub(super) fn own(scope: &InGroup) -> &'static str {
    if scope.own_only() { OWN_ONLY } else { EVERYONE }
}

pub(super) fn nothing<T>() -> Page<T> {
    Page { rows: Vec::new(), next: None }
}

/// Own patients of a user who are read through for words. More are looked for in the order of their names.
const FEW: i64 = 5_000;

/// A user's own patients with these words, by what is said here to be their name: an index is used for the name as it is.
macro_rules! own_with_words {
    ($name:literal) => {
        concat!(
            "SELECT r.patient_id
             FROM practitioner_relationships r
             WHERE r.group_id = $1
               AND r.user_id = $2
               AND r.kind IN ('automatic', 'granted')
               AND (",
            $name,
            ", r.patient_id) > ($3, $4)
               AND ($6 = '' OR EXISTS (
                   SELECT 1
                   FROM patients p
                   WHERE p.group_id = $1 AND p.id = r.patient_id AND p.status = $6
               ))
               AND r.all_words LIKE $7
               AND r.all_words LIKE $8
               AND r.all_words LIKE $9
               AND r.all_words LIKE $10
               AND r.all_words LIKE $11
               AND r.all_words LIKE $12
             ORDER BY ",
            $name,
            ", r.patient_id
             LIMIT $5"
        )
    };
}

/// The words a patient is found by, as they are stored.
fn words(details: &Details) -> Vec<String> {
    let mut words: Vec<String> = details.search_words().iter().map(|word| search::stored_word(word)).collect();
    words.dedup();
    words
}

#[async_trait]
impl Patients for SqlWork {
    async fn patient_facts(
        &mut self,
        access: &Access<EnterGroup>,
        id: PatientId,
        now: Time,
    ) -> Stored<Option<PatientFacts>> {
        self.facts(access.group(), access.user(), id, now).await
    }

    async fn lookup_patient(&mut self, access: &Access<ViewPatient>) -> Stored<Option<PatientRecord>> {
        self.record(access.group().uuid(), access.patient().uuid()).await
    }

    async fn list_patients(
        &mut self,
        access: &Access<ListPatients>,
        filter: &PatientFilter,
        page: &PageRequest,
    ) -> Stored<Page<PatientRecord>> {
        let scope: &InGroup = access;
        let group = scope.group().uuid();
        let after = match &page.after {
            None => Place::default(),
            Some(cursor) => match cursor.parse::<PatientId>() {
                Err(_) => return Ok(nothing()),
                Ok(id) => match self.place(group, id).await? {
                    None => return Ok(nothing()),
                    Some(place) => place,
                },
            },
        };
        let question = Question {
            group,
            user: scope.user().uuid(),
            own: own(scope),
            status: filter.status,
            after: &after,
            rows: i64::from(page.rows()) + 1,
        };
        let words = search::words(&filter.text);
        let ids = if scope.names_hidden() {
            let Some(digits) = search::pseudonym(&filter.text) else { return Ok(nothing()) };
            self.ids_by_number(&question, &digits).await?
        } else if words.is_empty() {
            if !filter.text.trim().is_empty() {
                return Ok(nothing());
            }
            match filter.status {
                _ if scope.own_only() => self.own_ids(&question).await?,
                None => self.ids_by_name(&question).await?,
                Some(status) => self.ids_by_status(&question, status).await?,
            }
        } else if scope.own_only() {
            self.own_ids_by_words(&question, &words).await?
        } else {
            self.ids_by_words(&question, words).await?
        };
        let found = Page::from_rows(ids, page.rows(), |id| PatientId::from(*id).to_string());
        let mut records = HashMap::new();
        for record in self.records(scope, &found.rows).await? {
            records.insert(record.patient.id.uuid(), record);
        }
        let rows = found.rows.iter().filter_map(|id| records.remove(id)).collect();
        Ok(Page { rows, next: found.next })
    }

    async fn some_patients(&mut self, access: &Access<EnterGroup>, ids: &[PatientId]) -> Stored<Vec<PatientRecord>> {
        let ids: Vec<Uuid> = ids.iter().take(200).map(|id| id.uuid()).collect();
        self.records(access, &ids).await
    }

    async fn add_patient(
        &mut self,
        access: &Access<AddPatient>,
        patient: &Patient,
        relationship: Option<Relationship>,
    ) -> Stored<()> {
        let group = access.group().uuid();
        let details = &patient.details;
        let sort_name = search::stored_sort_name(&details.name.sort_key());
        let words = words(details);
        let pseudonym = pseudonym(patient.number);
        let number_text = pseudonym.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
        self.execute(
            query(
                "INSERT INTO patients (
                     group_id,
                     id,
                     number,
                     number_text,
                     sort_name,
                     legal_first,
                     legal_last,
                     preferred,
                     birth_date,
                     gender,
                     email,
                     mobile,
                     phone,
                     street,
                     city,
                     region,
                     postcode,
                     country,
                     status,
                     portal_state,
                     version,
                     added_at,
                     changed_at,
                     all_words
                 ) VALUES (
                     $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                     $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $23
                 )",
            )
            .bind(group)
            .bind(patient.id.uuid())
            .bind(patient.number)
            .bind(number_text)
            .bind(sort_name.clone())
            .bind(details.name.legal_first.clone())
            .bind(details.name.legal_last.clone())
            .bind(details.name.preferred.clone())
            .bind(details.birth_date.map(|date| date.to_string()))
            .bind(details.gender.code())
            .bind(details.email.as_ref().map(|email| email.as_str().to_owned()))
            .bind(details.mobile.clone())
            .bind(details.phone.clone())
            .bind(details.address.street.clone())
            .bind(details.address.city.clone())
            .bind(details.address.region.clone())
            .bind(details.address.postcode.clone())
            .bind(details.address.country.clone())
            .bind(details.status.code())
            .bind(PortalState::None.code())
            .bind(patient.version)
            .bind(patient.added_at.millis())
            .bind(search::all(&words)),
        )
        .await?;
        self.add_words(group, patient.id, &sort_name, &words).await?;
        if let Some(relationship) = relationship {
            self.relate(group, access.user().uuid(), patient.id.uuid(), relationship).await?;
        }
        Ok(())
    }

    async fn save_patient(&mut self, access: &Access<EditPatient>, patient: &Patient, at: Time) -> Stored<bool> {
        // The proof says which patient; a record of another one is not there for this caller.
        if patient.id != access.patient() {
            return Ok(false);
        }
        self.keep_patient(access.group().uuid(), patient, at).await
    }

    async fn save_relationship(&mut self, access: &Access<EditPatient>, relationship: Relationship) -> Stored<()> {
        self.relate(access.group().uuid(), access.user().uuid(), access.patient().uuid(), relationship).await
    }
}

impl SqlWork {
    /// Saves a record; false when it was changed meanwhile. The caller has the proof that group and patient came from.
    pub(super) async fn keep_patient(&mut self, group: Uuid, patient: &Patient, at: Time) -> Stored<bool> {
        let details = &patient.details;
        let sort_name = search::stored_sort_name(&details.name.sort_key());
        let words = words(details);
        let saved = self
            .execute(
                query(
                    "UPDATE patients
                     SET sort_name = $4,
                         legal_first = $5,
                         legal_last = $6,
                         preferred = $7,
                         birth_date = $8,
                         gender = $9,
                         email = $10,
                         mobile = $11,
                         phone = $12,
                         street = $13,
                         city = $14,
                         region = $15,
                         postcode = $16,
                         country = $17,
                         status = $18,
                         version = version + 1,
                         changed_at = $19,
                         all_words = $20
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(group)
                .bind(patient.id.uuid())
                .bind(patient.version)
                .bind(sort_name.clone())
                .bind(details.name.legal_first.clone())
                .bind(details.name.legal_last.clone())
                .bind(details.name.preferred.clone())
                .bind(details.birth_date.map(|date| date.to_string()))
                .bind(details.gender.code())
                .bind(details.email.as_ref().map(|email| email.as_str().to_owned()))
                .bind(details.mobile.clone())
                .bind(details.phone.clone())
                .bind(details.address.street.clone())
                .bind(details.address.city.clone())
                .bind(details.address.region.clone())
                .bind(details.address.postcode.clone())
                .bind(details.address.country.clone())
                .bind(details.status.code())
                .bind(at.millis())
                .bind(search::all(&words)),
            )
            .await?;
        if saved != 1 {
            return Ok(false);
        }
        self.execute(
            query(
                "DELETE FROM patient_words
                 WHERE group_id = $1
                   AND patient_id = $2",
            )
            .bind(group)
            .bind(patient.id.uuid()),
        )
        .await?;
        self.add_words(group, patient.id, &sort_name, &words).await?;
        self.execute(
            query(
                "UPDATE practitioner_relationships
                 SET sort_name = $3,
                     all_words = $4
                 WHERE group_id = $1
                   AND patient_id = $2",
            )
            .bind(group)
            .bind(patient.id.uuid())
            .bind(sort_name)
            .bind(search::all(&words)),
        )
        .await?;
        Ok(true)
    }

    /// What must be known to decide about this user's rights. The caller has the proof that the group came from.
    pub(super) async fn facts(
        &mut self,
        group: GroupId,
        user: UserId,
        id: PatientId,
        now: Time,
    ) -> Stored<Option<PatientFacts>> {
        let row: Option<(Uuid, Option<String>, bool)> = self
            .find(
                query_as(
                    "SELECT
                         p.id,
                         r.kind,
                         EXISTS (
                             SELECT 1
                             FROM emergencies e
                             WHERE e.group_id = $1
                               AND e.user_id = $2
                               AND e.patient_id = $3
                               AND e.until > $4
                               AND e.ended_at IS NULL
                         ) AS emergency
                     FROM patients p
                     LEFT JOIN practitioner_relationships r
                         ON r.group_id = p.group_id
                        AND r.patient_id = p.id
                        AND r.user_id = $2
                     WHERE p.group_id = $1
                       AND p.id = $3",
                )
                .bind(group.uuid())
                .bind(user.uuid())
                .bind(id.uuid())
                .bind(now.millis()),
            )
            .await?;
        Ok(row.map(|(patient, kind, emergency)| PatientFacts {
            group,
            patient: patient.into(),
            relationship: kind.as_deref().map(Relationship::from_code),
            emergency,
        }))
    }

    /// One record. The caller has the proof that the group and the patient came from.
    pub(super) async fn record(&mut self, group: Uuid, patient: Uuid) -> Stored<Option<PatientRecord>> {
        let row: Option<PatientRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         number,
                         legal_first,
                         legal_last,
                         preferred,
                         birth_date,
                         gender,
                         email,
                         mobile,
                         phone,
                         street,
                         city,
                         region,
                         postcode,
                         country,
                         status,
                         portal_state,
                         version,
                         added_at
                     FROM patients
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(group)
                .bind(patient),
            )
            .await?;
        row.map(PatientRecord::try_from).transpose()
    }

    /// Those of these records that the scope reaches, in no order.
    pub(super) async fn records(&mut self, scope: &InGroup, ids: &[Uuid]) -> Stored<Vec<PatientRecord>> {
        let mut records = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let mut statement = query_as(
                "SELECT
                     p.id,
                     p.number,
                     p.legal_first,
                     p.legal_last,
                     p.preferred,
                     p.birth_date,
                     p.gender,
                     p.email,
                     p.mobile,
                     p.phone,
                     p.street,
                     p.city,
                     p.region,
                     p.postcode,
                     p.country,
                     p.status,
                     p.portal_state,
                     p.version,
                     p.added_at
                 FROM patients p
                 WHERE p.group_id = $1
                   AND p.id IN (
                       $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                       $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28
                   )
                   AND COALESCE(
                       (
                           SELECT r.kind
                           FROM practitioner_relationships r
                           WHERE r.group_id = $1
                             AND r.user_id = $2
                             AND r.patient_id = p.id
                       ),
                       $3
                   ) IN ('automatic', 'granted')",
            )
            .bind(scope.group().uuid())
            .bind(scope.user().uuid())
            .bind(own(scope));
            for at in 0..AT_ONCE {
                statement = statement.bind(some.get(at).copied().unwrap_or(Uuid::nil()));
            }
            let rows: Vec<PatientRow> = self.all(statement).await?;
            for row in rows {
                records.push(row.try_into()?);
            }
        }
        Ok(records)
    }

    /// Where the row of a cursor stands in its lists.
    pub(super) async fn place(&mut self, group: Uuid, id: PatientId) -> Stored<Option<Place>> {
        self.find(
            query_as(
                "SELECT
                     id,
                     sort_name,
                     number_text
                 FROM patients
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(group)
            .bind(id.uuid()),
        )
        .await
    }

    /// Everyone, by name.
    async fn ids_by_name(&mut self, question: &Question<'_>) -> Stored<Vec<Uuid>> {
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT p.id
                     FROM patients p
                     WHERE p.group_id = $1
                       AND (p.sort_name, p.id) > ($4, $5)
                       AND COALESCE(
                           (
                               SELECT r.kind
                               FROM practitioner_relationships r
                               WHERE r.group_id = $1
                                 AND r.user_id = $2
                                 AND r.patient_id = p.id
                           ),
                           $3
                       ) IN ('automatic', 'granted')
                     ORDER BY p.sort_name, p.id
                     LIMIT $6",
                )
                .bind(question.group)
                .bind(question.user)
                .bind(question.own)
                .bind(question.after.sort_name.clone())
                .bind(question.after.id)
                .bind(question.rows),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Everyone of one status, by name: its own statement, because it has its own index.
    async fn ids_by_status(&mut self, question: &Question<'_>, status: Status) -> Stored<Vec<Uuid>> {
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT p.id
                     FROM patients p
                     WHERE p.group_id = $1
                       AND p.status = $7
                       AND (p.sort_name, p.id) > ($4, $5)
                       AND COALESCE(
                           (
                               SELECT r.kind
                               FROM practitioner_relationships r
                               WHERE r.group_id = $1
                                 AND r.user_id = $2
                                 AND r.patient_id = p.id
                           ),
                           $3
                       ) IN ('automatic', 'granted')
                     ORDER BY p.sort_name, p.id
                     LIMIT $6",
                )
                .bind(question.group)
                .bind(question.user)
                .bind(question.own)
                .bind(question.after.sort_name.clone())
                .bind(question.after.id)
                .bind(question.rows)
                .bind(status.code()),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// By number, for a caller who sees no names: only the number's beginning matches.
    async fn ids_by_number(&mut self, question: &Question<'_>, digits: &str) -> Stored<Vec<Uuid>> {
        let place = if question.after.id == FIRST { digits } else { &question.after.number_text };
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT p.id
                     FROM patients p
                     WHERE p.group_id = $1
                       AND (p.number_text, p.id) > ($4, $5)
                       AND p.number_text < $7
                       AND ($8 = '' OR p.status = $8)
                       AND COALESCE(
                           (
                               SELECT r.kind
                               FROM practitioner_relationships r
                               WHERE r.group_id = $1
                                 AND r.user_id = $2
                                 AND r.patient_id = p.id
                           ),
                           $3
                       ) IN ('automatic', 'granted')
                     ORDER BY p.number_text, p.id
                     LIMIT $6",
                )
                .bind(question.group)
                .bind(question.user)
                .bind(question.own)
                .bind(place.to_owned())
                .bind(question.after.id)
                .bind(question.rows)
                .bind(format!("{digits}{LAST}"))
                .bind(question.status.map_or("", Status::code)),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The user's own patients, by name.
    async fn own_ids(&mut self, question: &Question<'_>) -> Stored<Vec<Uuid>> {
        let rows: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "SELECT r.patient_id
                     FROM practitioner_relationships r
                     WHERE r.group_id = $1
                       AND r.user_id = $2
                       AND r.kind IN ('automatic', 'granted')
                       AND (r.sort_name, r.patient_id) > ($3, $4)
                       AND ($6 = '' OR EXISTS (
                           SELECT 1
                           FROM patients p
                           WHERE p.group_id = $1 AND p.id = r.patient_id AND p.status = $6
                       ))
                     ORDER BY r.sort_name, r.patient_id
                     LIMIT $5",
                )
                .bind(question.group)
                .bind(question.user)
                .bind(question.after.sort_name.clone())
                .bind(question.after.id)
                .bind(question.rows)
                .bind(question.status.map_or("", Status::code)),
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Those of the user's own patients who have all these words, by name.
    async fn own_ids_by_words(&mut self, question: &Question<'_>, words: &[String]) -> Stored<Vec<Uuid>> {
        let (own,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM (
                         SELECT 1
                         FROM practitioner_relationships
                         WHERE group_id = $1
                           AND user_id = $2
                         LIMIT $3
                     ) AS counted",
                )
                .bind(question.group)
                .bind(question.user)
                .bind(FEW + 1),
            )
            .await?;
        // A few lie side by side and are read through. Of many as much is read in the order of names as fills the page.
        let mut statement = if own <= FEW {
            query_as(own_with_words!("r.sort_name || ''"))
        } else {
            query_as(own_with_words!("r.sort_name"))
        }
        .bind(question.group)
        .bind(question.user)
        .bind(question.after.sort_name.clone())
        .bind(question.after.id)
        .bind(question.rows)
        .bind(question.status.map_or("", Status::code));
        for at in 0..search::WORDS {
            statement = statement.bind(search::among_all(words.get(at)));
        }
        let rows: Vec<(Uuid,)> = self.all(statement).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Everyone who has all these words, in the order of the leading word's rows: see `search.rs`.
    async fn ids_by_words(&mut self, question: &Question<'_>, mut words: Vec<String>) -> Stored<Vec<Uuid>> {
        let leading = self.leading_word(question.group, &words).await?;
        let lead = words.swap_remove(leading);
        // The list goes on at the cursor's row: at the first word by which its patient is found.
        let (word, sort_name) = if question.after.id == FIRST {
            (lead.clone(), String::new())
        } else {
            let word: (Option<String>,) = self
                .one(
                    query_as(
                        "SELECT MIN(word)
                         FROM patient_words
                         WHERE group_id = $1
                           AND patient_id = $2
                           AND word >= $3
                           AND word < $4",
                    )
                    .bind(question.group)
                    .bind(question.after.id)
                    .bind(lead.clone())
                    .bind(format!("{lead}{LAST}")),
                )
                .await?;
            let Some(word) = word.0 else { return Ok(Vec::new()) };
            (word, question.after.sort_name.clone())
        };
        let mut statement = query_as(concat!(
            "SELECT w.patient_id
             FROM patient_words w
             JOIN patients p
                 ON p.group_id = w.group_id
                AND p.id = w.patient_id
             WHERE w.group_id = $1
               AND (w.word, w.sort_name, w.patient_id) > ($4, $5, $6)
               AND w.word < $8 || $9",
            from_word!(),
            "
               AND w.all_words LIKE $11
               AND w.all_words LIKE $12
               AND w.all_words LIKE $13
               AND w.all_words LIKE $14
               AND w.all_words LIKE $15
               AND NOT EXISTS (
                   SELECT 1
                   FROM patient_words f
                   WHERE f.group_id = $1 AND f.patient_id = w.patient_id AND f.word >= $8 AND f.word < w.word
               )
               AND ($10 = '' OR p.status = $10)
               AND COALESCE(
                   (
                       SELECT r.kind
                       FROM practitioner_relationships r
                       WHERE r.group_id = $1
                         AND r.user_id = $2
                         AND r.patient_id = w.patient_id
                   ),
                   $3
               ) IN ('automatic', 'granted')
             ORDER BY w.word, w.sort_name, w.patient_id
             LIMIT $7",
        ))
        .bind(question.group)
        .bind(question.user)
        .bind(question.own)
        .bind(word)
        .bind(sort_name)
        .bind(question.after.id)
        .bind(question.rows)
        .bind(lead)
        .bind(LAST)
        .bind(question.status.map_or("", Status::code));
        for at in 0..search::WORDS - 1 {
            statement = statement.bind(search::among_all(words.get(at)));
        }
        let rows: Vec<(Uuid,)> = self.all(statement).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Which of the words has the fewest rows; of those that have too many to count, the longest, which stands first.
    async fn leading_word(&mut self, group: Uuid, words: &[String]) -> Stored<usize> {
        let mut leading = (0, RARE);
        if words.len() < 2 {
            return Ok(0);
        }
        for (at, word) in words.iter().enumerate() {
            let (rows,): (i64,) = self
                .one(
                    query_as(
                        "SELECT COUNT(*)
                         FROM (
                             SELECT 1
                             FROM patient_words
                             WHERE group_id = $1
                               AND word >= $2
                               AND word < $3
                             LIMIT $4
                         ) AS counted",
                    )
                    .bind(group)
                    .bind(word.clone())
                    .bind(format!("{word}{LAST}"))
                    .bind(RARE),
                )
                .await?;
            if rows < leading.1 {
                leading = (at, rows);
            }
        }
        Ok(leading.0)
    }

    async fn add_words(&mut self, group: Uuid, patient: PatientId, sort_name: &str, words: &[String]) -> Stored<()> {
        for some in words.chunks(WORDS_AT_ONCE) {
            let mut statement = query(
                "INSERT INTO patient_words (
                     group_id,
                     patient_id,
                     sort_name,
                     all_words,
                     word
                 ) VALUES
                     ($1, $2, $3, $4, $5),
                     ($1, $2, $3, $4, $6),
                     ($1, $2, $3, $4, $7),
                     ($1, $2, $3, $4, $8),
                     ($1, $2, $3, $4, $9),
                     ($1, $2, $3, $4, $10),
                     ($1, $2, $3, $4, $11),
                     ($1, $2, $3, $4, $12),
                     ($1, $2, $3, $4, $13),
                     ($1, $2, $3, $4, $14),
                     ($1, $2, $3, $4, $15),
                     ($1, $2, $3, $4, $16)
                 ON CONFLICT DO NOTHING",
            )
            .bind(group)
            .bind(patient.uuid())
            .bind(sort_name.to_owned())
            .bind(search::all(words));
            // A statement short of words repeats its last one.
            for at in 0..WORDS_AT_ONCE {
                statement = statement.bind(some.get(at).or(some.last()).cloned());
            }
            self.execute(statement).await?;
        }
        Ok(())
    }

    async fn relate(&mut self, group: Uuid, user: Uuid, patient: Uuid, relationship: Relationship) -> Stored<()> {
        self.execute(
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
                     $2,
                     p.id,
                     $4,
                     p.sort_name,
                     p.all_words
                 FROM patients p
                 WHERE p.group_id = $1
                   AND p.id = $3
                 ON CONFLICT (group_id, user_id, patient_id) DO UPDATE
                 SET kind = excluded.kind",
            )
            .bind(group)
            .bind(user)
            .bind(patient)
            .bind(relationship.code()),
        )
        .await?;
        Ok(())
    }
}
