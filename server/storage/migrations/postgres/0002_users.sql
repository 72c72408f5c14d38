-- Users and what they may do, where they work, how the group writes to its patients, and a trail that can be read.
--
-- The other engine's folder holds a file of the same name with the same changes. A server of the version before may run
-- beside: what it does not know of has a default, and nothing that it reads changes its meaning.

-- temporary_since: the password was chosen by somebody else.
ALTER TABLE accounts ADD COLUMN temporary_since BIGINT;
ALTER TABLE accounts ADD COLUMN tips_stopped_at BIGINT;

ALTER TABLE users ADD COLUMN registration TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN view_history BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN export_data BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN no_note_sharing BOOLEAN NOT NULL DEFAULT FALSE;
-- deactivated_at means from here on "is not at work": null exactly when the state is `active`, so also set for who was
-- invited or said no. A server of the version before reads that column only, and must let none of them in.
ALTER TABLE users ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE users ADD COLUMN state_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
-- Folded: last name first, and first name first. What stands there until the next save is near enough.
ALTER TABLE users ADD COLUMN sort_name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN first_folded TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Who asked, and hears of the answer: a user of the same group.
ALTER TABLE users ADD COLUMN inviter_id UUID REFERENCES users (id);
UPDATE users
SET state = CASE WHEN deactivated_at IS NULL THEN 'active' ELSE 'deactivated' END,
    state_at = COALESCE(deactivated_at, added_at),
    view_history = level IN ('full', 'admin_full'),
    export_data = level IN ('full', 'admin_full'),
    sort_name = SUBSTR(LOWER(last_name || ' ' || first_name), 1, 128),
    first_folded = SUBSTR(LOWER(first_name || ' ' || last_name), 1, 128);
CREATE INDEX users_by_name ON users (group_id, sort_name, id);
CREATE INDEX users_active ON users (group_id, level) WHERE state = 'active';

ALTER TABLE locations ADD COLUMN hours TEXT NOT NULL DEFAULT '';
ALTER TABLE locations ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE user_locations (
    group_id UUID NOT NULL,
    user_id UUID NOT NULL,
    location_id UUID NOT NULL,
    PRIMARY KEY (group_id, user_id, location_id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, location_id) REFERENCES locations (group_id, id)
);

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
ALTER TABLE sessions ADD COLUMN proved_at BIGINT;

-- Every membership that a session was in. One that never went anywhere else has no row here.
CREATE TABLE session_users (
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id),
    PRIMARY KEY (session_id, user_id)
);

-- One that was granted or hidden had been automatic before, and is again when that is undone.
ALTER TABLE practitioner_relationships
    ADD COLUMN was_automatic BOOLEAN NOT NULL DEFAULT FALSE;

-- News may be about a user instead of a patient.
ALTER TABLE notifications ALTER COLUMN patient_id DROP NOT NULL;
ALTER TABLE notifications ALTER COLUMN invitation_id DROP NOT NULL;
ALTER TABLE notifications ADD COLUMN about_user_id UUID;
ALTER TABLE notifications ADD FOREIGN KEY (group_id, about_user_id) REFERENCES users (group_id, id);

-- How the group writes to its patients. monthly_credit: null: as many mails as it likes.
CREATE TABLE message_settings (
    group_id UUID NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    sender TEXT NOT NULL,
    reply_to TEXT,
    monthly_credit BIGINT,
    reminders BOOLEAN NOT NULL,
    reminder_hours BIGINT NOT NULL,
    version BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);
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
    TRUE,
    24,
    0,
    added_at
FROM practice_groups;

-- Mails that the group sent in a month (2026-11), in UTC.
CREATE TABLE message_credit (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    month TEXT COLLATE "C" NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (group_id, month)
);

CREATE INDEX audit_entries_of_actor ON audit_entries (chain, actor, seq);
CREATE INDEX audit_entries_of_subject ON audit_entries (chain, subject, seq);
CREATE INDEX audit_entries_of_action ON audit_entries (chain, action, seq);
CREATE INDEX audit_entries_by_time ON audit_entries (chain, happened_at, seq);
