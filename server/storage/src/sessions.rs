//! Sessions: signed-in devices. Only the hash of a token is stored.

use async_trait::async_trait;
use domain::{
    account::{Device, Door, SessionClock},
    ids::{AccountId, SessionId, UserId},
    limits::{KNOWN_DEVICES, SWEPT},
    time::{Span, Time},
    user::User,
};
use services::ports::{Familiar, FoundSession, Hint, NewSession, Sessions, StoreError, Stored, TokenHash, Work as _};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{SqlWork, users::UserRow};
use crate::common::{known, readable, small};

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: Uuid,
    session_account_id: Uuid,
    door: String,
    opened_at: i64,
    last_act_at: i64,
    proved_at: i64,
    temporary_since: Option<i64>,
    console_idle_minutes: Option<i64>,
    // The membership; all null outside.
    id: Option<Uuid>,
    group_id: Option<Uuid>,
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    profession: Option<String>,
    registration: Option<String>,
    level: Option<String>,
    hide_names: Option<bool>,
    read_only: Option<bool>,
    view_history: Option<bool>,
    export_data: Option<bool>,
    no_note_sharing: Option<bool>,
    state: Option<String>,
    state_at: Option<i64>,
    version: Option<i64>,
}

impl TryFrom<SessionRow> for FoundSession {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Stored<Self> {
        let user = match row.id {
            None => None,
            Some(id) => {
                let membership = (|| {
                    Some(UserRow {
                        id,
                        group_id: row.group_id?,
                        account_id: row.session_account_id,
                        title: row.title?,
                        first_name: row.first_name?,
                        last_name: row.last_name?,
                        profession: row.profession?,
                        registration: row.registration?,
                        level: row.level?,
                        hide_names: row.hide_names?,
                        read_only: row.read_only?,
                        view_history: row.view_history?,
                        export_data: row.export_data?,
                        no_note_sharing: row.no_note_sharing?,
                        state: row.state?,
                        state_at: row.state_at?,
                        version: row.version?,
                    })
                })();
                Some(User::try_from(known(membership, "session's user")?)?)
            }
        };
        let door = readable(Door::from_code(&row.door), "door")?;
        Ok(Self {
            id: row.session_id.into(),
            account: row.session_account_id.into(),
            clock: SessionClock {
                door,
                opened_at: Time::from_millis(row.opened_at),
                last_act_at: Time::from_millis(row.last_act_at),
                idle: idle(door, row.console_idle_minutes)?,
            },
            outside: user.is_none(),
            user,
            proved_at: Time::from_millis(row.proved_at),
            temporary_password: row.temporary_since.is_some(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: Uuid,
    door: String,
    opened_at: i64,
    last_act_at: i64,
    console_idle_minutes: Option<i64>,
    agent: String,
}

impl TryFrom<DeviceRow> for Device {
    type Error = StoreError;

    fn try_from(row: DeviceRow) -> Stored<Self> {
        let door = readable(Door::from_code(&row.door), "door")?;
        Ok(Self {
            id: row.id.into(),
            door,
            idle: idle(door, row.console_idle_minutes)?,
            opened_at: Time::from_millis(row.opened_at),
            last_act_at: Time::from_millis(row.last_act_at),
            agent: row.agent,
            this_one: false,
        })
    }
}

/// How long a session of this side may be left alone; of the console what its group says.
fn idle(door: Door, console_minutes: Option<i64>) -> Stored<Span> {
    Ok(match console_minutes {
        Some(minutes) => Span::minutes(small(minutes, "idle time")?),
        None => door.idle(),
    })
}

#[async_trait]
impl Sessions for SqlWork {
    async fn add_session(&mut self, session: &NewSession) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO sessions (
                     id,
                     token_hash,
                     account_id,
                     user_id,
                     door,
                     opened_at,
                     last_act_at,
                     origin,
                     agent
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(session.id.uuid())
            .bind(session.token.0.to_vec())
            .bind(session.account.uuid())
            .bind(session.user.map(|user| user.uuid()))
            .bind(session.clock.door.code())
            .bind(session.clock.opened_at.millis())
            .bind(session.clock.last_act_at.millis())
            .bind(session.origin.clone())
            .bind(session.agent.clone()),
        )
        .await?;
        Ok(())
    }

    async fn find_session(&mut self, token: &TokenHash, as_user: Option<UserId>) -> Stored<Option<FoundSession>> {
        // A session has one clock, whichever group a tab of it is in: the strictest of the groups it was in.
        let row: Option<SessionRow> = self
            .find(
                query_as(
                    "SELECT
                         s.id AS session_id,
                         s.account_id AS session_account_id,
                         s.door,
                         s.opened_at,
                         s.last_act_at,
                         COALESCE(s.proved_at, s.opened_at) AS proved_at,
                         a.temporary_since,
                         COALESCE(
                             (
                                 SELECT MIN(COALESCE(eg.console_idle_minutes, $3))
                                 FROM session_users e
                                 JOIN users eu
                                     ON eu.id = e.user_id
                                 JOIN practice_groups eg
                                     ON eg.id = eu.group_id
                                 WHERE e.session_id = s.id
                             ),
                             og.console_idle_minutes
                         ) AS console_idle_minutes,
                         u.id,
                         u.group_id,
                         u.title,
                         u.first_name,
                         u.last_name,
                         u.profession,
                         u.registration,
                         u.level,
                         u.hide_names,
                         u.read_only,
                         u.view_history,
                         u.export_data,
                         u.no_note_sharing,
                         u.state,
                         u.state_at,
                         u.version
                     FROM sessions s
                     JOIN accounts a
                         ON a.id = s.account_id
                     LEFT JOIN users o
                         ON o.id = s.user_id
                        AND o.account_id = s.account_id
                     LEFT JOIN practice_groups og
                         ON og.id = o.group_id
                     LEFT JOIN users u
                         ON u.id = COALESCE($2, s.user_id)
                        AND u.account_id = s.account_id
                        AND (
                            u.id = s.user_id
                            OR EXISTS (
                                SELECT 1
                                FROM session_users e
                                WHERE e.session_id = s.id
                                  AND e.user_id = u.id
                            )
                        )
                     WHERE s.token_hash = $1
                       AND s.ended_at IS NULL",
                )
                .bind(token.0.to_vec())
                .bind(as_user.map(|user| user.uuid()))
                .bind(Door::Console.idle().as_minutes()),
            )
            .await?;
        row.map(FoundSession::try_from).transpose()
    }

    async fn enter_membership(&mut self, id: SessionId, user: UserId) -> Stored<()> {
        // The one it is in stays beside the new one, for the tabs that are still there.
        self.execute(
            query(
                "INSERT INTO session_users (
                     session_id,
                     user_id
                 )
                 SELECT
                     s.id,
                     u.id
                 FROM sessions s
                 JOIN users u
                     ON u.account_id = s.account_id
                 WHERE s.id = $1
                   AND s.ended_at IS NULL
                   AND u.id IN ($2, s.user_id)
                 ON CONFLICT (session_id, user_id) DO NOTHING",
            )
            .bind(id.uuid())
            .bind(user.uuid()),
        )
        .await?;
        self.execute(
            query(
                "UPDATE sessions
                 SET user_id = $2
                 WHERE id = $1
                   AND ended_at IS NULL
                   AND EXISTS (
                       SELECT 1
                       FROM users u
                       WHERE u.id = $2
                         AND u.account_id = sessions.account_id
                   )",
            )
            .bind(id.uuid())
            .bind(user.uuid()),
        )
        .await?;
        Ok(())
    }

    async fn carry_memberships(&mut self, from: SessionId, to: SessionId) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO session_users (
                     session_id,
                     user_id
                 )
                 SELECT
                     s.id,
                     e.user_id
                 FROM session_users e
                 JOIN sessions b
                     ON b.id = e.session_id
                 JOIN sessions s
                     ON s.account_id = b.account_id
                 WHERE e.session_id = $1
                   AND s.id = $2
                 ON CONFLICT (session_id, user_id) DO NOTHING",
            )
            .bind(from.uuid())
            .bind(to.uuid()),
        )
        .await?;
        Ok(())
    }

    async fn prove_session(&mut self, id: SessionId, at: Time) -> Stored<()> {
        self.execute(
            query(
                "UPDATE sessions
                 SET proved_at = $2
                 WHERE id = $1
                   AND ended_at IS NULL",
            )
            .bind(id.uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn touch_session(&mut self, id: SessionId, at: Time) -> Stored<()> {
        // Two tabs act at once: the later time stays.
        self.execute(
            query(
                "UPDATE sessions
                 SET last_act_at = $2
                 WHERE id = $1
                   AND last_act_at < $2
                   AND ended_at IS NULL",
            )
            .bind(id.uuid())
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn end_session(&mut self, account: AccountId, id: SessionId, at: Time) -> Stored<bool> {
        let ended = self
            .execute(
                query(
                    "UPDATE sessions
                     SET ended_at = $3
                     WHERE id = $1
                       AND account_id = $2
                       AND ended_at IS NULL",
                )
                .bind(id.uuid())
                .bind(account.uuid())
                .bind(at.millis()),
            )
            .await?;
        if ended == 1 {
            self.hint(Hint::SessionEnded(id));
        }
        Ok(ended == 1)
    }

    async fn end_sessions(&mut self, account: AccountId, but: Option<SessionId>, at: Time) -> Stored<()> {
        // Without one to spare: the nil id, which no session has.
        let ended: Vec<(Uuid,)> = self
            .all(
                query_as(
                    "UPDATE sessions
                     SET ended_at = $3
                     WHERE account_id = $1
                       AND id <> $2
                       AND ended_at IS NULL
                     RETURNING id",
                )
                .bind(account.uuid())
                .bind(but.map_or(Uuid::nil(), SessionId::uuid))
                .bind(at.millis()),
            )
            .await?;
        for (id,) in ended {
            self.hint(Hint::SessionEnded(id.into()));
        }
        Ok(())
    }

    async fn list_devices(&mut self, account: AccountId) -> Stored<Vec<Device>> {
        let rows: Vec<DeviceRow> = self
            .all(
                query_as(
                    "SELECT
                         s.id,
                         s.door,
                         s.opened_at,
                         s.last_act_at,
                         COALESCE(
                             (
                                 SELECT MIN(COALESCE(eg.console_idle_minutes, $2))
                                 FROM session_users e
                                 JOIN users eu
                                     ON eu.id = e.user_id
                                 JOIN practice_groups eg
                                     ON eg.id = eu.group_id
                                 WHERE e.session_id = s.id
                             ),
                             g.console_idle_minutes
                         ) AS console_idle_minutes,
                         s.agent
                     FROM sessions s
                     LEFT JOIN users u
                         ON u.id = s.user_id
                        AND u.account_id = s.account_id
                     LEFT JOIN practice_groups g
                         ON g.id = u.group_id
                     WHERE s.account_id = $1
                       AND s.ended_at IS NULL
                     ORDER BY s.last_act_at DESC, s.id DESC
                     LIMIT 100",
                )
                .bind(account.uuid())
                .bind(Door::Console.idle().as_minutes()),
            )
            .await?;
        rows.into_iter().map(Device::try_from).collect()
    }

    async fn sweep_sessions(&mut self, opened_before: Time) -> Stored<u64> {
        self.execute(
            query(
                "DELETE FROM sessions
                 WHERE id IN (
                     SELECT id
                     FROM sessions
                     WHERE opened_at < $1
                     ORDER BY opened_at, id
                     LIMIT $2
                 )",
            )
            .bind(opened_before.millis())
            .bind(i64::from(SWEPT)),
        )
        .await
    }

    async fn lookup_device(&mut self, account: AccountId, device: &str) -> Stored<Familiar> {
        let (all, this): (i64, i64) = self
            .one(
                query_as(
                    "SELECT
                         COUNT(*),
                         COUNT(CASE WHEN device = $2 THEN 1 END)
                     FROM known_devices
                     WHERE account_id = $1",
                )
                .bind(account.uuid())
                .bind(device.to_owned()),
            )
            .await?;
        Ok(match (all, this) {
            (0, _) => Familiar::First,
            (_, 0) => Familiar::New,
            _ => Familiar::Known,
        })
    }

    async fn remember_device(&mut self, account: AccountId, device: &str, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO known_devices (
                     account_id,
                     device,
                     seen_at
                 ) VALUES ($1, $2, $3)
                 ON CONFLICT (account_id, device) DO UPDATE
                 SET seen_at = $3",
            )
            .bind(account.uuid())
            .bind(device.to_owned())
            .bind(at.millis()),
        )
        .await?;
        // A browser that forgets its cookies is a new device each time.
        self.execute(
            query(
                "DELETE FROM known_devices
                 WHERE account_id = $1
                   AND device IN (
                     SELECT device
                     FROM known_devices
                     WHERE account_id = $1
                       AND device <> $2
                     ORDER BY seen_at DESC, device
                     LIMIT $3 OFFSET $4
                 )",
            )
            .bind(account.uuid())
            .bind(device.to_owned())
            .bind(i64::from(SWEPT))
            .bind(i64::from(KNOWN_DEVICES) - 1),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_sweep_devices(&mut self, seen_before: Time) -> Stored<u64> {
        self.execute(
            query(
                "DELETE FROM known_devices
                 WHERE (account_id, device) IN (
                     SELECT
                         account_id,
                         device
                     FROM known_devices
                     WHERE seen_at < $1
                     LIMIT $2
                 )",
            )
            .bind(seen_before.millis())
            .bind(i64::from(SWEPT)),
        )
        .await
    }
}
