//! Bulk invitations. What is read and written for many patients at once goes in one statement: the rows travel as one JSON
//! array, which both engines unfold (`each!`).

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    access::{Access, InvitePatients, PatientFacts, Relationship},
    account::{Account, PasswordHash},
    bulk::{Bulk, Outcome, Stage},
    email::Email,
    ids::{BulkId, PatientId},
    invitation::{Invitation, State},
    limits::{BULK_FAILURES, BULK_STEP, SWEPT},
    page::{Page, PageRequest},
    patient::Status,
    person::PatientName,
    time::Time,
};
use serde::Serialize;
use services::ports::{
    BulkInvitations, BulkPlace, Candidate, HeldAccount, Hint, Invited, StoreError, Stored, Work as _,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    grants::{GrantRow, select_grant},
    invitations::{InvitationRow, select_invitation},
};
use crate::common::{BEYOND, Hex, elements, ids, known, readable, small};

#[derive(sqlx::FromRow)]
struct BulkInvitationRow {
    group_id: Uuid,
    id: Uuid,
    user_id: Uuid,
    origin: String,
    stage: String,
    selection: Option<String>,
    cursor: Option<String>,
    message: String,
    total: i64,
    seen: i64,
    made_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

impl TryFrom<BulkInvitationRow> for Bulk {
    type Error = StoreError;

    fn try_from(row: BulkInvitationRow) -> Stored<Self> {
        let selection = row.selection.map(|text| serde_json::from_str(&text));
        Ok(Self {
            id: row.id.into(),
            group: row.group_id.into(),
            user: row.user_id.into(),
            origin: row.origin,
            stage: known(Stage::from_code(&row.stage), "stage of a bulk invitation")?,
            selection: selection.map(|read| readable(read, "selection")).transpose()?,
            cursor: row.cursor,
            message: row.message,
            total: small(row.total, "number of patients")?,
            seen: small(row.seen, "number of patients")?,
            made_at: Time::from_millis(row.made_at),
            started_at: row.started_at.map(Time::from_millis),
            ended_at: row.ended_at.map(Time::from_millis),
        })
    }
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    place: i64,
    patient_id: Option<Uuid>,
    outcome: String,
    invitation_id: Option<Uuid>,
}

impl TryFrom<PlaceRow> for BulkPlace {
    type Error = StoreError;

    fn try_from(row: PlaceRow) -> Stored<Self> {
        Ok(Self {
            place: small(row.place, "place")?,
            patient: row.patient_id.map(Into::into),
            outcome: known(Outcome::from_code(&row.outcome), "outcome")?,
            invitation: row.invitation_id.map(Into::into),
        })
    }
}

/// A patient who may be invited.
#[derive(sqlx::FromRow)]
struct CandidateRow {
    id: Uuid,
    status: String,
    legal_first: String,
    legal_last: String,
    preferred: String,
    email: Option<String>,
    kind: Option<String>,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    id: Uuid,
    email: String,
    password_hash: Option<String>,
}

/// `SELECT`, a bulk invitation's columns, and the rest of the statement, which calls the table `b`.
macro_rules! select_bulk {
    ($rest:expr) => {
        concat!(
            "SELECT
                 b.group_id,
                 b.id,
                 b.user_id,
                 b.origin,
                 b.stage,
                 b.selection,
                 b.cursor,
                 b.message,
                 b.total,
                 b.seen,
                 b.made_at,
                 b.started_at,
                 b.ended_at",
            $rest
        )
    };
}

/// A place, as an element of an array.
#[derive(Serialize)]
struct PlaceElement {
    place: u32,
    patient: Option<Hex>,
    outcome: &'static str,
    invitation: Option<Hex>,
}

impl From<&BulkPlace> for PlaceElement {
    fn from(place: &BulkPlace) -> Self {
        Self {
            place: place.place,
            patient: place.patient.map(|id| Hex(id.uuid())),
            outcome: place.outcome.code(),
            invitation: place.invitation.map(|id| Hex(id.uuid())),
        }
    }
}

/// An address, as an element of an array.
#[derive(Serialize)]
struct AddressElement {
    email: String,
}

/// By how much a count changes.
#[derive(Serialize)]
struct CountElement {
    outcome: &'static str,
    by: i64,
}

/// By how much each outcome's count changes.
fn changes(before: &[BulkPlace], after: &[BulkPlace]) -> HashMap<Outcome, i64> {
    let mut changes = HashMap::new();
    for (places, by) in [(before, -1), (after, 1)] {
        for place in places {
            *changes.entry(place.outcome).or_insert(0) += by;
        }
    }
    changes.retain(|_, by| *by != 0);
    changes
}

#[async_trait]
impl BulkInvitations for SqlWork {
    async fn add_bulk(&mut self, access: &Access<InvitePatients>, bulk: &Bulk) -> Stored<()> {
        self.execute(
            query(
                "UPDATE bulk_invitations
                 SET stage = 'stopped',
                     selection = NULL,
                     cursor = NULL
                 WHERE group_id = $1
                   AND user_id = $2
                   AND stage = 'gathering'",
            )
            .bind(access.group().uuid())
            .bind(access.user().uuid()),
        )
        .await?;
        let selection = bulk.selection.as_ref().map(serde_json::to_string).transpose();
        self.execute(
            query(
                "INSERT INTO bulk_invitations (
                     group_id,
                     id,
                     user_id,
                     origin,
                     stage,
                     selection,
                     cursor,
                     message,
                     total,
                     seen,
                     made_at,
                     served_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
            )
            .bind(access.group().uuid())
            .bind(bulk.id.uuid())
            .bind(access.user().uuid())
            .bind(bulk.origin.clone())
            .bind(bulk.stage.code())
            .bind(readable(selection, "selection")?)
            .bind(bulk.cursor.clone())
            .bind(bulk.message.clone())
            .bind(i64::from(bulk.total))
            .bind(i64::from(bulk.seen))
            .bind(bulk.made_at.millis()),
        )
        .await?;
        self.hint(Hint::Bulk);
        Ok(())
    }

    async fn lookup_bulk(&mut self, access: &Access<InvitePatients>, id: BulkId) -> Stored<Option<Bulk>> {
        let row: Option<BulkInvitationRow> = self
            .find(
                query_as(select_bulk!(
                    "
                     FROM bulk_invitations b
                     WHERE b.group_id = $1
                       AND b.user_id = $2
                       AND b.id = $3"
                ))
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(Bulk::try_from).transpose()
    }

    async fn list_bulks(&mut self, access: &Access<InvitePatients>, page: &PageRequest) -> Stored<Page<Bulk>> {
        let before = match page.after.as_deref().map(str::parse::<BulkId>) {
            None => BEYOND,
            Some(Ok(id)) => id.uuid(),
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        // Ids are made in order: the latest has the highest.
        let rows: Vec<BulkInvitationRow> = self
            .all(
                query_as(select_bulk!(
                    "
                     FROM bulk_invitations b
                     WHERE b.group_id = $1
                       AND b.user_id = $2
                       AND b.started_at IS NOT NULL
                       AND b.id < $3
                     ORDER BY b.id DESC
                     LIMIT $4"
                ))
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(Bulk::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |bulk| bulk.id.to_string()))
    }

    async fn count_bulk(&mut self, access: &Access<InvitePatients>, id: BulkId) -> Stored<Vec<(Outcome, u32)>> {
        let rows: Vec<(String, i64)> = self
            .all(
                query_as(
                    "SELECT
                         outcome,
                         patients
                     FROM bulk_counts
                     WHERE group_id = $1
                       AND bulk_id = $2
                       AND patients > 0",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let count = |(code, patients): (String, i64)| {
            Ok((known(Outcome::from_code(&code), "outcome")?, small(patients, "number of patients")?))
        };
        let mut counts = rows.into_iter().map(count).collect::<Stored<Vec<_>>>()?;
        counts.sort_unstable();
        Ok(counts)
    }

    async fn list_bulk_places(
        &mut self,
        access: &Access<InvitePatients>,
        id: BulkId,
        outcome: Option<Outcome>,
        page: &PageRequest,
        now: Time,
    ) -> Stored<Page<(BulkPlace, Option<State>)>> {
        let after = match page.after.as_deref().map(str::parse::<u32>) {
            None => 0,
            Some(Ok(place)) => place,
            Some(Err(_)) => return Ok(Page { rows: Vec::new(), next: None }),
        };
        let group = access.group().uuid();
        let rows: Vec<PlaceRow> = match outcome {
            None => {
                self.all(
                    query_as(
                        "SELECT
                             place,
                             patient_id,
                             outcome,
                             invitation_id
                         FROM bulk_places
                         WHERE group_id = $1
                           AND bulk_id = $2
                           AND place > $3
                         ORDER BY place
                         LIMIT $4",
                    )
                    .bind(group)
                    .bind(id.uuid())
                    .bind(i64::from(after))
                    .bind(i64::from(page.rows()) + 1),
                )
                .await?
            }
            Some(outcome) => {
                self.all(
                    query_as(
                        "SELECT
                             place,
                             patient_id,
                             outcome,
                             invitation_id
                         FROM bulk_places
                         WHERE group_id = $1
                           AND bulk_id = $2
                           AND outcome = $5
                           AND place > $3
                         ORDER BY place
                         LIMIT $4",
                    )
                    .bind(group)
                    .bind(id.uuid())
                    .bind(i64::from(after))
                    .bind(i64::from(page.rows()) + 1)
                    .bind(outcome.code()),
                )
                .await?
            }
        };
        let places = rows.into_iter().map(BulkPlace::try_from).collect::<Stored<Vec<_>>>()?;
        let page = Page::from_rows(places, page.rows(), |place| place.place.to_string());
        let invitations: Vec<_> = page.rows.iter().filter_map(|place| place.invitation).collect();
        let array = ids(invitations.iter().map(|id| id.uuid()))?;
        let rows: Vec<InvitationRow> = self
            .all(
                query_as(concat!(
                    select_invitation!(
                        "
                         FROM invitations i
                         WHERE i.group_id = $1
                           AND i.id IN (SELECT "
                    ),
                    an_id!("id"),
                    " FROM ",
                    each!("$2"),
                    ")",
                ))
                .bind(group)
                .bind(array),
            )
            .await?;
        let mut states = HashMap::new();
        for row in rows {
            let invitation = Invitation::try_from(row)?;
            states.insert(invitation.id, invitation.state(now));
        }
        Ok(page.map(|place| (place, place.invitation.and_then(|id| states.get(&id).copied()))))
    }

    async fn move_bulk(
        &mut self,
        access: &Access<InvitePatients>,
        id: BulkId,
        from: &[Stage],
        to: Stage,
        message: Option<&str>,
        at: Time,
    ) -> Stored<bool> {
        let mut from = from.iter().map(|stage| stage.code());
        let (one, other) = (from.next().unwrap_or_default(), from.next().unwrap_or_default());
        let moved = self
            .execute(
                query(
                    "UPDATE bulk_invitations
                     SET stage = $6,
                         message = COALESCE($7, message),
                         started_at = CASE WHEN $6 = 'running' THEN COALESCE(started_at, $8) ELSE started_at END,
                         served_at = $8
                     WHERE group_id = $1
                       AND user_id = $2
                       AND id = $3
                       AND stage IN ($4, $5)
                       AND (stage <> 'stopped' OR started_at IS NOT NULL)",
                )
                .bind(access.group().uuid())
                .bind(access.user().uuid())
                .bind(id.uuid())
                .bind(one)
                .bind(other)
                .bind(to.code())
                .bind(message.map(ToOwned::to_owned))
                .bind(at.millis()),
            )
            .await?;
        if to.is_at_work() {
            self.hint(Hint::Bulk);
        }
        Ok(moved == 1)
    }

    async fn unscoped_bulk_waits(&mut self) -> Stored<bool> {
        let (waits,): (bool,) = self
            .one(query_as(
                "SELECT EXISTS (
                     SELECT 1
                     FROM bulk_invitations
                     WHERE stage = 'gathering' OR stage = 'running'
                 )",
            ))
            .await?;
        Ok(waits)
    }

    async fn unscoped_take_bulk(&mut self) -> Stored<Option<Bulk>> {
        let row: Option<BulkInvitationRow> = self
            .find(query_as(select_bulk!(concat!(
                "
                 FROM bulk_invitations b
                 WHERE (b.stage = 'gathering' OR b.stage = 'running')
                 ORDER BY b.served_at, b.id
                 LIMIT 1",
                skip_locked!(),
            ))))
            .await?;
        row.map(Bulk::try_from).transpose()
    }

    async fn unscoped_save_bulk(&mut self, bulk: &Bulk, at: Time) -> Stored<()> {
        let selection = bulk.selection.as_ref().map(serde_json::to_string).transpose();
        self.execute(
            query(
                "UPDATE bulk_invitations
                 SET stage = $3,
                     selection = $4,
                     cursor = $5,
                     total = $6,
                     seen = $7,
                     ended_at = $8,
                     served_at = $9,
                     failures = 0
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(bulk.group.uuid())
            .bind(bulk.id.uuid())
            .bind(bulk.stage.code())
            .bind(readable(selection, "selection")?)
            .bind(bulk.cursor.clone())
            .bind(i64::from(bulk.total))
            .bind(i64::from(bulk.seen))
            .bind(bulk.ended_at.map(Time::millis))
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_put_bulk_behind(&mut self, bulk: &Bulk, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE bulk_invitations
                 SET served_at = $3,
                     failures = failures + 1,
                     stage = CASE
                         WHEN failures + 1 >= $4 AND (stage = 'gathering' OR stage = 'running') THEN 'stopped'
                         ELSE stage
                     END
                 WHERE group_id = $1
                   AND id = $2",
            )
            .bind(bulk.group.uuid())
            .bind(bulk.id.uuid())
            .bind(at.millis())
            .bind(i64::from(BULK_FAILURES)),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_add_bulk_places(&mut self, bulk: &Bulk, places: &[BulkPlace]) -> Stored<()> {
        let array: Vec<_> = places.iter().map(PlaceElement::from).collect();
        self.execute(
            query(concat!(
                "INSERT INTO bulk_places (
                     group_id,
                     bulk_id,
                     place,
                     patient_id,
                     outcome
                 )
                 SELECT
                     $1,
                     $2,
                     CAST(each.value ->> 'place' AS BIGINT),
                     ",
                an_id!("patient"),
                ",
                     each.value ->> 'outcome'
                 FROM ",
                each!("$3"),
            ))
            .bind(bulk.group.uuid())
            .bind(bulk.id.uuid())
            .bind(elements(&array)?),
        )
        .await?;
        self.change_bulk_counts(bulk, &changes(&[], places)).await
    }

    async fn unscoped_next_bulk_places(&mut self, bulk: &Bulk, most: u32) -> Stored<Vec<BulkPlace>> {
        let rows: Vec<PlaceRow> = self
            .all(
                query_as(
                    "SELECT
                         place,
                         patient_id,
                         outcome,
                         invitation_id
                     FROM bulk_places
                     WHERE group_id = $1
                       AND bulk_id = $2
                       AND place > $3
                     ORDER BY place
                     LIMIT $4",
                )
                .bind(bulk.group.uuid())
                .bind(bulk.id.uuid())
                .bind(i64::from(bulk.seen))
                .bind(i64::from(most)),
            )
            .await?;
        rows.into_iter().map(BulkPlace::try_from).collect()
    }

    async fn unscoped_save_bulk_places(
        &mut self,
        bulk: &Bulk,
        before: &[BulkPlace],
        after: &[BulkPlace],
    ) -> Stored<()> {
        let changed: Vec<_> = after.iter().filter(|place| !before.contains(place)).map(PlaceElement::from).collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.execute(
            // Every place is there: what looks like adding goes to each by its key, on both engines.
            query(concat!(
                "INSERT INTO bulk_places (
                     group_id,
                     bulk_id,
                     place,
                     patient_id,
                     outcome,
                     invitation_id
                 )
                 SELECT
                     $1,
                     $2,
                     CAST(each.value ->> 'place' AS BIGINT),
                     ",
                an_id!("patient"),
                ",
                     each.value ->> 'outcome',
                     ",
                an_id!("invitation"),
                "
                 FROM ",
                each!("$3"),
                " WHERE 1 = 1
                 ON CONFLICT (group_id, bulk_id, place) DO UPDATE
                 SET outcome = excluded.outcome,
                     invitation_id = excluded.invitation_id",
            ))
            .bind(bulk.group.uuid())
            .bind(bulk.id.uuid())
            .bind(elements(&changed)?),
        )
        .await?;
        self.change_bulk_counts(bulk, &changes(before, after)).await
    }

    async fn unscoped_sweep_bulks(&mut self, before: Time) -> Stored<u64> {
        let oldest: Option<(Uuid, Uuid)> = self
            .find(
                query_as(concat!(
                    "SELECT
                         group_id,
                         id
                     FROM bulk_invitations
                     WHERE started_at IS NULL
                       AND made_at < $1
                     ORDER BY made_at, id
                     LIMIT 1",
                    for_update!(),
                ))
                .bind(before.millis()),
            )
            .await?;
        let Some((group, id)) = oldest else { return Ok(0) };
        let places = self
            .execute(
                query(
                    "DELETE FROM bulk_places
                     WHERE group_id = $1
                       AND bulk_id = $2
                       AND place IN (
                           SELECT place
                           FROM bulk_places
                           WHERE group_id = $1
                             AND bulk_id = $2
                           LIMIT $3
                       )",
                )
                .bind(group)
                .bind(id)
                .bind(i64::from(SWEPT)),
            )
            .await?;
        if places < u64::from(SWEPT) {
            for statement in [
                "DELETE FROM bulk_counts
                 WHERE group_id = $1
                   AND bulk_id = $2",
                "DELETE FROM bulk_invitations
                 WHERE group_id = $1
                   AND id = $2
                   AND started_at IS NULL",
            ] {
                self.execute(query(statement).bind(group).bind(id)).await?;
            }
        }
        // There may be another.
        Ok(u64::from(SWEPT))
    }

    async fn list_candidates(
        &mut self,
        access: &Access<InvitePatients>,
        patients: &[PatientId],
    ) -> Stored<Vec<Candidate>> {
        let group = access.group().uuid();
        let array = ids(patients.iter().take(BULK_STEP as usize).map(|id| id.uuid()))?;
        let rows: Vec<CandidateRow> = self
            .all(
                query_as(concat!(
                    "SELECT
                         p.id,
                         p.status,
                         p.legal_first,
                         p.legal_last,
                         p.preferred,
                         p.email,
                         r.kind
                     FROM patients p
                     LEFT JOIN practitioner_relationships r
                         ON r.group_id = $1
                        AND r.user_id = $3
                        AND r.patient_id = p.id
                     WHERE p.group_id = $1
                       AND p.id IN (SELECT ",
                    an_id!("id"),
                    " FROM ",
                    each!("$2"),
                    ")",
                ))
                .bind(group)
                .bind(array.clone())
                .bind(access.user().uuid()),
            )
            .await?;
        let mut contacts: HashMap<Uuid, Vec<Email>> = HashMap::new();
        let contact_rows: Vec<(Uuid, String)> = self
            .all(
                query_as(concat!(
                    "SELECT
                         c.patient_id,
                         c.email
                     FROM contacts c
                     WHERE c.group_id = $1
                       AND c.email IS NOT NULL
                       AND c.patient_id IN (SELECT ",
                    an_id!("id"),
                    " FROM ",
                    each!("$2"),
                    ")",
                ))
                .bind(group)
                .bind(array.clone()),
            )
            .await?;
        for (patient, email) in contact_rows {
            contacts.entry(patient).or_default().push(readable(email.parse(), "email address")?);
        }
        let mut grants: HashMap<Uuid, Vec<_>> = HashMap::new();
        let grant_rows: Vec<GrantRow> = self
            .all(
                query_as(concat!(
                    select_grant!(
                        "
                         FROM portal_grants g
                         WHERE g.group_id = $1
                           AND g.patient_id IN (SELECT "
                    ),
                    an_id!("id"),
                    " FROM ",
                    each!("$2"),
                    ")",
                ))
                .bind(group)
                .bind(array.clone()),
            )
            .await?;
        for row in grant_rows {
            grants.entry(row.patient_id).or_default().push(row.try_into()?);
        }
        let mut open: HashMap<Uuid, Vec<_>> = HashMap::new();
        let open_rows: Vec<InvitationRow> = self
            .all(
                query_as(concat!(
                    select_invitation!(
                        "
                         FROM invitations i
                         WHERE i.group_id = $1
                           AND i.activated_at IS NULL
                           AND i.revoked_at IS NULL
                           AND i.patient_id IN (SELECT "
                    ),
                    an_id!("id"),
                    " FROM ",
                    each!("$2"),
                    ")",
                ))
                .bind(group)
                .bind(array),
            )
            .await?;
        for row in open_rows {
            open.entry(row.patient_id).or_default().push(row.try_into()?);
        }
        let candidate = |row: CandidateRow| {
            Ok(Candidate {
                facts: PatientFacts {
                    group: access.group(),
                    patient: row.id.into(),
                    relationship: row.kind.as_deref().map(Relationship::from_code),
                    // Nobody is invited because of an emergency.
                    emergency: false,
                },
                status: readable(Status::from_code(&row.status), "status")?,
                name: PatientName {
                    legal_first: row.legal_first,
                    legal_last: row.legal_last,
                    preferred: row.preferred,
                },
                email: row.email.map(|email| readable(email.parse(), "email address")).transpose()?,
                contacts: contacts.remove(&row.id).unwrap_or_default(),
                grants: grants.remove(&row.id).unwrap_or_default(),
                open: open.remove(&row.id).unwrap_or_default(),
            })
        };
        rows.into_iter().map(candidate).collect()
    }

    async fn hold_accounts(&mut self, emails: &[Email]) -> Stored<Vec<HeldAccount>> {
        let array: Vec<_> = emails.iter().map(|email| AddressElement { email: email.folded() }).collect();
        // In the order of their ids: two that hold several do not wait for each other.
        let statement = concat!(
            "SELECT
                 id,
                 email,
                 password_hash
             FROM accounts
             WHERE email_folded IN (SELECT each.value ->> 'email' FROM ",
            each!("$1"),
            ")
             ORDER BY id",
            for_update!(),
        );
        let rows: Vec<HeldRow> = self.all(query_as(statement).bind(elements(&array)?)).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let accounts: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let practitioners = self.practitioners_among(&accounts).await?;
        let held = |row: HeldRow| {
            Ok(HeldAccount {
                practitioner: practitioners.contains(&row.id),
                account: Account {
                    id: row.id.into(),
                    email: readable(row.email.parse(), "email address")?,
                    password_hash: row.password_hash.map(PasswordHash),
                },
            })
        };
        rows.into_iter().map(held).collect()
    }

    async fn chain_end(&mut self, access: &Access<InvitePatients>) -> Stored<i64> {
        let statement = "SELECT seq
                         FROM audit_heads
                         WHERE chain = $1";
        let end: Option<(i64,)> = self.find(query_as(statement).bind(access.group().to_string())).await?;
        Ok(end.map_or(0, |(seq,)| seq))
    }

    async fn hold_chain(&mut self, access: &Access<InvitePatients>) -> Stored<i64> {
        let statement = concat!(
            "SELECT seq
             FROM audit_heads
             WHERE chain = $1",
            for_update!(),
        );
        let end: Option<(i64,)> = self.find(query_as(statement).bind(access.group().to_string())).await?;
        Ok(end.map_or(0, |(seq,)| seq))
    }

    async fn add_invited(&mut self, access: &Access<InvitePatients>, all: &[Invited], at: Time) -> Stored<()> {
        // The proof of each says which patient it is for; one of another group is a fault.
        if all.iter().any(|one| {
            (one.access.group(), one.access.patient()) != (one.invitation.group, one.invitation.patient)
                || one.access.group() != access.group()
        }) {
            return Err(StoreError::Fault(Box::new(crate::common::Bug("an invitation without its proof"))));
        }
        if all.is_empty() {
            return Ok(());
        }
        self.add_accounts_of(all, at).await?;
        self.add_grants_of(access, all, at).await?;
        self.add_invitations_of(access, all).await?;
        self.add_mails_of(access, all).await
    }
}

impl SqlWork {
    async fn change_bulk_counts(&mut self, bulk: &Bulk, changes: &HashMap<Outcome, i64>) -> Stored<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let array: Vec<_> =
            changes.iter().map(|(outcome, by)| CountElement { outcome: outcome.code(), by: *by }).collect();
        self.execute(
            query(concat!(
                "INSERT INTO bulk_counts (
                     group_id,
                     bulk_id,
                     outcome,
                     patients
                 )
                 SELECT
                     $1,
                     $2,
                     each.value ->> 'outcome',
                     CAST(each.value ->> 'by' AS BIGINT)
                 FROM ",
                each!("$3"),
                " WHERE 1 = 1
                 ON CONFLICT (group_id, bulk_id, outcome) DO UPDATE
                 SET patients = bulk_counts.patients + excluded.patients",
            ))
            .bind(bulk.group.uuid())
            .bind(bulk.id.uuid())
            .bind(elements(&array)?),
        )
        .await?;
        Ok(())
    }
}
