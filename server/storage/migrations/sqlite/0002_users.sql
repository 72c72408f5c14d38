-- Users and what they may do, where they work, how the group writes to its patients, and a trail that can be read.
--
-- The other engine's folder holds a file of the same name with the same changes. A server of the version before may run
-- beside: what it does not know of has a default, and nothing that it reads changes its meaning.

-- temporary_since: the password was chosen by somebody else.
ALTER TABLE accounts ADD COLUMN temporary_since INTEGER;
ALTER TABLE accounts ADD COLUMN tips_stopped_at INTEGER;

ALTER TABLE users ADD COLUMN registration TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN view_history INTEGER NOT NULL DEFAULT 0 CHECK (view_history IN (0, 1));
ALTER TABLE users ADD COLUMN export_data INTEGER NOT NULL DEFAULT 0 CHECK (export_data IN (0, 1));
ALTER TABLE users ADD COLUMN no_note_sharing INTEGER NOT NULL DEFAULT 0 CHECK (no_note_sharing IN (0, 1));
-- deactivated_at means from here on "is not at work": null exactly when the state is `active`, so also set for who was
-- invited or said no. A server of the version before reads that column only, and must let none of them in.
ALTER TABLE users ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE users ADD COLUMN state_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- Folded: last name first, and first name first. What stands there until the next save is near enough.
ALTER TABLE users ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN first_folded TEXT NOT NULL DEFAULT '';
-- Who asked, and hears of the answer: a user of the same group.
ALTER TABLE users ADD COLUMN inviter_id BLOB REFERENCES users (id);
UPDATE users
SET state = CASE WHEN deactivated_at IS NULL THEN 'active' ELSE 'deactivated' END,
    state_at = COALESCE(deactivated_at, added_at),
    view_history = CASE WHEN level IN ('full', 'admin_full') THEN 1 ELSE 0 END,
    export_data = CASE WHEN level IN ('full', 'admin_full') THEN 1 ELSE 0 END,
    sort_name = SUBSTR(LOWER(last_name || ' ' || first_name), 1, 128),
    first_folded = SUBSTR(LOWER(first_name || ' ' || last_name), 1, 128);
CREATE INDEX users_by_name ON users (group_id, sort_name, id);
CREATE INDEX users_active ON users (group_id, level) WHERE state = 'active';

ALTER TABLE locations ADD COLUMN hours TEXT NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

CREATE TABLE user_locations (
    group_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    location_id BLOB NOT NULL,
    PRIMARY KEY (group_id, user_id, location_id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, location_id) REFERENCES locations (group_id, id)
) STRICT, WITHOUT ROWID;

-- Until somebody says otherwise, whoever worked here worked at every place.
INSERT INTO user_locations (
    group_id,
    user_id,
    location_id
)
SELECT
    u.group_id,
    u.id,
    l.id
FROM users u
JOIN locations l
    ON l.group_id = u.group_id;

-- proved_at: when the password was last proved; null: when the session was opened.
ALTER TABLE sessions ADD COLUMN proved_at INTEGER;

-- Every membership that a session was in. One that never went anywhere else has no row here.
CREATE TABLE session_users (
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id),
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;

-- One that was granted or hidden had been automatic before, and is again when that is undone.
ALTER TABLE practitioner_relationships
    ADD COLUMN was_automatic INTEGER NOT NULL DEFAULT 0 CHECK (was_automatic IN (0, 1));

-- News may be about a user instead of a patient. SQLite takes NOT NULL off a column only by making the table anew.
ALTER TABLE notifications RENAME TO notifications_before;
CREATE TABLE notifications (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    what TEXT NOT NULL,
    patient_id BLOB,
    invitation_id BLOB,
    about_user_id BLOB,
    happened_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id),
    FOREIGN KEY (group_id, about_user_id) REFERENCES users (group_id, id)
) STRICT;
INSERT INTO notifications (
    group_id,
    id,
    user_id,
    what,
    patient_id,
    invitation_id,
    happened_at,
    read_at
)
SELECT
    group_id,
    id,
    user_id,
    what,
    patient_id,
    invitation_id,
    happened_at,
    read_at
FROM notifications_before;
DROP TABLE notifications_before;
CREATE INDEX notifications_of_user ON notifications (group_id, user_id, id);
CREATE INDEX notifications_unread ON notifications (group_id, user_id, id) WHERE read_at IS NULL;

-- How the group writes to its patients. monthly_credit: null: as many mails as it likes.
CREATE TABLE message_settings (
    group_id BLOB NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    sender TEXT NOT NULL,
    reply_to TEXT,
    monthly_credit INTEGER,
    reminders INTEGER NOT NULL CHECK (reminders IN (0, 1)),
    reminder_hours INTEGER NOT NULL,
    version INTEGER NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;
INSERT INTO message_settings (
    group_id,
    sender,
    reminders,
    reminder_hours,
    version,
    saved_at
)
SELECT
    id,
    '',
    1,
    24,
    0,
    added_at
FROM practice_groups;

-- Mails that the group sent in a month (2026-11), in UTC.
CREATE TABLE message_credit (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    month TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (group_id, month)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_entries_of_actor ON audit_entries (chain, actor, seq);
CREATE INDEX audit_entries_of_subject ON audit_entries (chain, subject, seq);
CREATE INDEX audit_entries_of_action ON audit_entries (chain, action, seq);
CREATE INDEX audit_entries_by_time ON audit_entries (chain, happened_at, seq);
