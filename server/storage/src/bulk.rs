//! Bulk invitations. What is read and written for many patients at once goes in one statement: the rows travel as one JSON
//! array, which both engines unfold (`each!`).

use std::{collections::HashMap, fmt::Write as _};

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
    user::{Level, Role},
};
use serde_json::{Value, json};
use services::ports::{
    BulkInvitations, BulkPlace, Candidate, HeldAccount, Hint, Invited, StoreError, Stored, Work as _,
};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    grants::{GrantRow, select_grant},
    invitations::{InvitationRow, select_invitation},
    outbox::TURN,
};
use crate::common::{BEYOND, known, readable, small};

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

/// As an element of an array gives an id.
fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn ids_of(ids: &[PatientId]) -> String {
    Value::from_iter(ids.iter().take(BULK_STEP as usize).map(|id| json!({ "id": hex(id.uuid()) }))).to_string()
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
        let array = Value::from_iter(invitations.iter().map(|id| json!({ "id": hex(id.uuid()) }))).to_string();
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
        let array = places.iter().map(|place| {
            json!({
                "place": place.place,
                "patient": place.patient.map(|id| hex(id.uuid())),
                "outcome": place.outcome.code(),
            })
        });
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
            .bind(Value::from_iter(array).to_string()),
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
        let changed: Vec<_> = after
            .iter()
            .filter(|place| !before.contains(place))
            .map(|place| {
                json!({
                    "place": place.place,
                    "patient": place.patient.map(|id| hex(id.uuid())),
                    "outcome": place.outcome.code(),
                    "invitation": place.invitation.map(|id| hex(id.uuid())),
                })
            })
            .collect();
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
            .bind(Value::from(changed).to_string()),
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

    async fn list_candidates(&mut self, access: &Access<InvitePatients>, ids: &[PatientId]) -> Stored<Vec<Candidate>> {
        let group = access.group().uuid();
        let array = ids_of(ids);
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
        let array = Value::from_iter(emails.iter().map(|email| json!({ "email": email.folded() }))).to_string();
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
        let rows: Vec<HeldRow> = self.all(query_as(statement).bind(array)).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let practitioners = self.practitioners_among(&rows).await?;
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
    /// Which of these are practitioners' accounts; as [`services::ports::Accounts::is_practitioner`].
    async fn practitioners_among(&mut self, accounts: &[HeldRow]) -> Stored<Vec<Uuid>> {
        let array = Value::from_iter(accounts.iter().map(|row| json!({ "id": hex(row.id) }))).to_string();
        let rows: Vec<(Uuid, String)> = self
            .all(
                query_as(concat!(
                    "SELECT DISTINCT
                         u.account_id,
                         u.level
                     FROM users u
                     WHERE u.state IN ('active', 'deactivated')
                       AND u.account_id IN (SELECT ",
                    an_id!("id"),
                    " FROM ",
                    each!("$1"),
                    ")",
                ))
                .bind(array),
            )
            .await?;
        let mut found = Vec::new();
        for (account, level) in rows {
            if readable(Level::from_code(&level), "level")?.role() == Role::Practitioner {
                found.push(account);
            }
        }
        Ok(found)
    }

    async fn change_bulk_counts(&mut self, bulk: &Bulk, changes: &HashMap<Outcome, i64>) -> Stored<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let array = changes.iter().map(|(outcome, by)| json!({ "outcome": outcome.code(), "by": by }));
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
            .bind(Value::from_iter(array).to_string()),
        )
        .await?;
        Ok(())
    }

    async fn add_accounts_of(&mut self, all: &[Invited], at: Time) -> Stored<()> {
        let mut accounts: Vec<_> = all.iter().filter_map(|one| one.account.as_ref()).collect();
        // In the order of the index that keeps them apart: two groups that add the same ones do not wait for each other.
        accounts.sort_by_key(|account| account.email.folded());
        let array: Vec<_> = accounts
            .into_iter()
            .map(|account| {
                json!({
                    "id": hex(account.id.uuid()),
                    "email": account.email.as_str(),
                    "folded": account.email.folded(),
                })
            })
            .collect();
        if array.is_empty() {
            return Ok(());
        }
        self.execute(
            query(concat!(
                "INSERT INTO accounts (
                     id,
                     email,
                     email_folded,
                     added_at
                 )
                 SELECT
                     ",
                an_id!("id"),
                ",
                     each.value ->> 'email',
                     each.value ->> 'folded',
                     $1
                 FROM ",
                each!("$2"),
            ))
            .bind(at.millis())
            .bind(Value::from(array).to_string()),
        )
        .await?;
        Ok(())
    }

    async fn add_grants_of(&mut self, access: &Access<InvitePatients>, all: &[Invited], at: Time) -> Stored<()> {
        let array: Vec<_> = all
            .iter()
            .filter_map(|one| one.grant.as_ref())
            .map(|grant| {
                json!({
                    "id": hex(grant.id.uuid()),
                    "patient": hex(grant.patient.uuid()),
                    "account": hex(grant.account.uuid()),
                    "kind": grant.kind.code(),
                })
            })
            .collect();
        if array.is_empty() {
            return Ok(());
        }
        self.execute(
            query(concat!(
                "INSERT INTO portal_grants (
                     group_id,
                     id,
                     patient_id,
                     account_id,
                     kind,
                     added_at,
                     changed_at
                 )
                 SELECT
                     $1,
                     ",
                an_id!("id"),
                ",
                     ",
                an_id!("patient"),
                ",
                     ",
                an_id!("account"),
                ",
                     each.value ->> 'kind',
                     $2,
                     $2
                 FROM ",
                each!("$3"),
            ))
            .bind(access.group().uuid())
            .bind(at.millis())
            .bind(Value::from(array).to_string()),
        )
        .await?;
        Ok(())
    }

    async fn add_invitations_of(&mut self, access: &Access<InvitePatients>, all: &[Invited]) -> Stored<()> {
        let array = all.iter().map(|one| {
            let Invited { invitation, token, .. } = one;
            json!({
                "id": hex(invitation.id.uuid()),
                "patient": hex(invitation.patient.uuid()),
                "grant": hex(invitation.grant.uuid()),
                "account": hex(invitation.account.uuid()),
                "kind": invitation.kind.code(),
                "email": invitation.email.as_str(),
                "inviter": hex(invitation.inviter.uuid()),
                "message": invitation.message,
                "invited_at": invitation.invited_at.millis(),
                "expires_at": invitation.expires_at.millis(),
                "remind_at": invitation.remind_at.map(Time::millis),
                "links": invitation.links,
                "token": hex_of(&token.0),
            })
        });
        let array = Value::from_iter(array).to_string();
        let group = access.group().uuid();
        self.execute(
            query(concat!(
                "INSERT INTO invitations (
                     group_id,
                     id,
                     patient_id,
                     grant_id,
                     account_id,
                     kind,
                     email,
                     inviter_id,
                     message,
                     invited_at,
                     expires_at,
                     remind_at,
                     links
                 )
                 SELECT
                     $1,
                     ",
                an_id!("id"),
                ",
                     ",
                an_id!("patient"),
                ",
                     ",
                an_id!("grant"),
                ",
                     ",
                an_id!("account"),
                ",
                     each.value ->> 'kind',
                     each.value ->> 'email',
                     ",
                an_id!("inviter"),
                ",
                     each.value ->> 'message',
                     CAST(each.value ->> 'invited_at' AS BIGINT),
                     CAST(each.value ->> 'expires_at' AS BIGINT),
                     CAST(each.value ->> 'remind_at' AS BIGINT),
                     CAST(each.value ->> 'links' AS BIGINT)
                 FROM ",
                each!("$2"),
            ))
            .bind(group)
            .bind(array.clone()),
        )
        .await?;
        self.execute(
            query(concat!(
                "INSERT INTO invitation_links (
                     token_hash,
                     group_id,
                     invitation_id,
                     link
                 )
                 SELECT
                     ",
                bytes!("token"),
                ",
                     $1,
                     ",
                an_id!("id"),
                ",
                     CAST(each.value ->> 'links' AS BIGINT)
                 FROM ",
                each!("$2"),
            ))
            .bind(group)
            .bind(array.clone()),
        )
        .await?;
        // What `refresh_portal_state` would say: none of them is activated, or another person's grant is.
        self.execute(
            query(concat!(
                "UPDATE patients
                 SET portal_state = 'invited'
                 WHERE group_id = $1
                   AND portal_state <> 'activated'
                   AND id IN (SELECT ",
                an_id!("patient"),
                " FROM ",
                each!("$2"),
                ")",
            ))
            .bind(group)
            .bind(array),
        )
        .await?;
        Ok(())
    }

    /// As [`services::ports::Outbox::add_mail`], each [`TURN`] behind the one before it.
    async fn add_mails_of(&mut self, access: &Access<InvitePatients>, all: &[Invited]) -> Stored<()> {
        let array = all.iter().enumerate().map(|(at, one)| {
            let mail = &one.mail;
            json!({
                "at": at,
                "id": hex(mail.id.uuid()),
                "kind": mail.kind.code(),
                "invitation": mail.invitation.map(|id| hex(id.uuid())),
                "link": mail.link,
                "account": hex(mail.account.uuid()),
                "email": mail.to.as_str(),
                "sealed": mail.sealed.as_deref().map(hex_of),
                "made_at": mail.made_at.millis(),
                "due_at": mail.due_at.millis(),
            })
        });
        self.execute(
            query(concat!(
                "INSERT INTO outbox (
                     group_id,
                     id,
                     kind,
                     invitation_id,
                     link,
                     account_id,
                     email,
                     sealed,
                     made_at,
                     tries,
                     due_at,
                     turn
                 )
                 SELECT
                     $1,
                     ",
                an_id!("id"),
                ",
                     each.value ->> 'kind',
                     ",
                an_id!("invitation"),
                ",
                     CAST(each.value ->> 'link' AS BIGINT),
                     ",
                an_id!("account"),
                ",
                     each.value ->> 'email',
                     ",
                bytes!("sealed"),
                ",
                     CAST(each.value ->> 'made_at' AS BIGINT),
                     0,
                     CAST(each.value ->> 'due_at' AS BIGINT),
                     begins.turn + CAST(each.value ->> 'at' AS BIGINT) * $3
                 FROM ",
                each!("$2"),
                ",
                     (
                         SELECT CASE
                             WHEN own.last + $3 > COALESCE(served.first, $4) THEN own.last + $3
                             ELSE COALESCE(served.first, $4)
                         END AS turn
                         FROM (
                             SELECT MIN(turn) AS first
                             FROM outbox
                             WHERE due_at IS NOT NULL
                               AND invitation_id IS NOT NULL
                         ) served,
                         (
                             SELECT MAX(turn) AS last
                             FROM outbox
                             WHERE group_id = $1
                               AND invitation_id IS NOT NULL
                               AND due_at IS NOT NULL
                         ) own
                     ) AS begins",
            ))
            .bind(access.group().uuid())
            .bind(Value::from_iter(array).to_string())
            .bind(TURN.as_millis())
            .bind(all.first().map_or(0, |one| one.mail.due_at.millis())),
        )
        .await?;
        self.hint(Hint::Mail);
        Ok(())
    }
}
