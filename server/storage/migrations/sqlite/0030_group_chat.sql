-- Group chat: conversations between the users of a practice group (decision 10). Who may do what in one is decided in
-- app/domain/src/access/group_chat.rs.

-- name: of one of several; one between two has none, and names the two instead, the lower id first.
-- last_number: lines are numbered 1, 2, 3 … without a gap, under the lock of this row. said_number: the last that is a message, or 0.
CREATE TABLE group_conversations (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT,
    first_user_id BLOB,
    second_user_id BLOB,
    begun_by BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    said_number INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    CHECK ((name IS NULL) = (first_user_id IS NOT NULL AND second_user_id IS NOT NULL)),
    FOREIGN KEY (group_id, first_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, second_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, begun_by) REFERENCES users (group_id, id)
) STRICT;
-- One for each two.
CREATE UNIQUE INDEX group_conversations_pair ON group_conversations (group_id, first_user_id, second_user_id)
    WHERE first_user_id IS NOT NULL;

-- Who takes part; whoever left has no row. at is when something was written last, or when they joined, so that somebody's list lies in
-- order; unread counts what others wrote behind read_number.
CREATE TABLE group_conversation_members (
    group_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    read_number INTEGER NOT NULL,
    read_at INTEGER,
    unread INTEGER NOT NULL,
    PRIMARY KEY (group_id, conversation_id, user_id),
    FOREIGN KEY (group_id, conversation_id) REFERENCES group_conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;
CREATE INDEX group_conversation_members_list ON group_conversation_members (group_id, user_id, at, conversation_id);
CREATE INDEX group_conversation_members_unread ON group_conversation_members (group_id, user_id) WHERE unread > 0;

-- id: chosen by the device that sent it, so that what is sent again is stored once. what: 'said', or the trace of what was done:
-- 'added' (about_user_id), 'left', 'renamed' (body).
CREATE TABLE group_messages (
    group_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    what TEXT NOT NULL,
    about_user_id BLOB,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    withdrawn_at INTEGER,
    PRIMARY KEY (group_id, conversation_id, number),
    FOREIGN KEY (group_id, conversation_id) REFERENCES group_conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, about_user_id) REFERENCES users (group_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_messages_withdrawn ON group_messages (group_id, conversation_id, withdrawn_at, number)
    WHERE withdrawn_at IS NOT NULL;
CREATE UNIQUE INDEX group_messages_once ON group_messages (group_id, conversation_id, user_id, id);

-- Whom a message mentions.
CREATE TABLE group_mentions (
    group_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    user_id BLOB NOT NULL,
    PRIMARY KEY (group_id, conversation_id, user_id, number),
    FOREIGN KEY (group_id, conversation_id, number) REFERENCES group_messages (group_id, conversation_id, number),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_mentions_of_message ON group_mentions (group_id, conversation_id, number);

-- News may be about a mention. SQLite takes a foreign key of several columns only into a table made anew.
ALTER TABLE notifications RENAME TO notifications_before;
CREATE TABLE notifications (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    what TEXT NOT NULL,
    patient_id BLOB,
    invitation_id BLOB,
    about_user_id BLOB,
    form_request_id BLOB,
    group_conversation_id BLOB,
    happened_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id),
    FOREIGN KEY (group_id, about_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, form_request_id) REFERENCES form_requests (group_id, id),
    FOREIGN KEY (group_id, group_conversation_id) REFERENCES group_conversations (group_id, id)
) STRICT;
INSERT INTO notifications (
    group_id,
    id,
    user_id,
    what,
    patient_id,
    invitation_id,
    about_user_id,
    form_request_id,
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
    about_user_id,
    form_request_id,
    happened_at,
    read_at
FROM notifications_before;
DROP TABLE notifications_before;
CREATE INDEX notifications_of_user ON notifications (group_id, user_id, id);
CREATE INDEX notifications_unread ON notifications (group_id, user_id, id) WHERE read_at IS NULL;
CREATE INDEX notifications_of_updates ON notifications (group_id, patient_id, user_id) WHERE what = 'updates_waiting';
CREATE INDEX notifications_of_files ON notifications (group_id, patient_id, user_id) WHERE what = 'file_came';
