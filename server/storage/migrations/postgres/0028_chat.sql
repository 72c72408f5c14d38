-- Chat: conversations between a practitioner and those who act for a patient in the portal (S2, decision 10). Who may do what in
-- one is decided in app/domain/src/access/chat.rs.

-- Chat within the group, and with patients: the second only with the first (S2-08).
ALTER TABLE patient_access_settings ADD COLUMN group_chat BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE patient_access_settings ADD COLUMN patient_chat BOOLEAN NOT NULL DEFAULT FALSE;

-- Off until a practitioner begins a conversation with the patient (S2-03); the group's alone (S2-24).
ALTER TABLE patients ADD COLUMN chat BOOLEAN NOT NULL DEFAULT FALSE;

-- patient_id and user_id: of one with a patient, the patient and the practitioner whose it is.
-- last_number: messages are numbered 1, 2, 3 … without a gap, under the lock of this row.
CREATE TABLE conversations (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    user_id UUID NOT NULL,
    begun_at BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
-- One for each practitioner and patient.
CREATE UNIQUE INDEX conversations_pair ON conversations (group_id, user_id, patient_id);
CREATE INDEX conversations_of_patient ON conversations (group_id, patient_id, last_at, id);

-- Users who take part. at is the conversation's last_at, so that somebody's list lies in order; unread counts what others wrote
-- behind read_number.
CREATE TABLE conversation_users (
    group_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    at BIGINT NOT NULL,
    read_number BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    PRIMARY KEY (group_id, conversation_id, user_id),
    FOREIGN KEY (group_id, conversation_id) REFERENCES conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE INDEX conversation_users_list ON conversation_users (group_id, user_id, at, conversation_id);
CREATE INDEX conversation_users_unread ON conversation_users (group_id, user_id) WHERE unread > 0;

-- How far portal users have read.
CREATE TABLE conversation_readings (
    group_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    read_number BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, conversation_id, account_id),
    FOREIGN KEY (group_id, conversation_id) REFERENCES conversations (group_id, id)
);

-- id: chosen by the device that sent it, so that what is sent again is stored once. user_id: of a user of the practice.
CREATE TABLE messages (
    group_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    number BIGINT NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    user_id UUID,
    body TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (group_id, conversation_id, number),
    FOREIGN KEY (group_id, conversation_id) REFERENCES conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE INDEX messages_withdrawn ON messages (group_id, conversation_id, withdrawn_at, number) WHERE withdrawn_at IS NOT NULL;
CREATE UNIQUE INDEX messages_once ON messages (group_id, conversation_id, account_id, id);

-- The second lock, as in 0003.
ALTER TABLE conversations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON conversations
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE conversation_users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON conversation_users
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE conversation_readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON conversation_readings
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON messages
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
