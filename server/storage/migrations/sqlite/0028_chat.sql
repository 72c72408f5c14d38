-- Chat: conversations between a practitioner and those who act for a patient in the portal (S2, decision 10). Who may do what in
-- one is decided in app/domain/src/access/chat.rs.

-- Chat within the group, and with patients: the second only with the first (S2-08).
ALTER TABLE patient_access_settings ADD COLUMN group_chat INTEGER NOT NULL DEFAULT 1;
ALTER TABLE patient_access_settings ADD COLUMN patient_chat INTEGER NOT NULL DEFAULT 0;

-- Off until a practitioner begins a conversation with the patient (S2-03); the group's alone (S2-24).
ALTER TABLE patients ADD COLUMN chat INTEGER NOT NULL DEFAULT 0;

-- patient_id and user_id: of one with a patient, the patient and the practitioner whose it is.
-- last_number: messages are numbered 1, 2, 3 … without a gap, under the lock of this row.
CREATE TABLE conversations (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;
-- One for each practitioner and patient.
CREATE UNIQUE INDEX conversations_pair ON conversations (group_id, user_id, patient_id);
CREATE INDEX conversations_of_patient ON conversations (group_id, patient_id, last_at, id);

-- Users who take part. at is the conversation's last_at, so that somebody's list lies in order; unread counts what others wrote
-- behind read_number.
CREATE TABLE conversation_users (
    group_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    read_number INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    PRIMARY KEY (group_id, conversation_id, user_id),
    FOREIGN KEY (group_id, conversation_id) REFERENCES conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;
CREATE INDEX conversation_users_list ON conversation_users (group_id, user_id, at, conversation_id);
CREATE INDEX conversation_users_unread ON conversation_users (group_id, user_id) WHERE unread > 0;

-- How far portal users have read.
CREATE TABLE conversation_readings (
    group_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    read_number INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, conversation_id, account_id),
    FOREIGN KEY (group_id, conversation_id) REFERENCES conversations (group_id, id)
) STRICT;

-- id: chosen by the device that sent it, so that what is sent again is stored once. user_id: of a user of the practice.
CREATE TABLE messages (
    group_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    user_id BLOB,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    withdrawn_at INTEGER,
    PRIMARY KEY (group_id, conversation_id, number),
    FOREIGN KEY (group_id, conversation_id) REFERENCES conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_withdrawn ON messages (group_id, conversation_id, withdrawn_at, number) WHERE withdrawn_at IS NOT NULL;
CREATE UNIQUE INDEX messages_once ON messages (group_id, conversation_id, account_id, id);
