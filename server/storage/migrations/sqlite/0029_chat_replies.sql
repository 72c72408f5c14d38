-- Chat: what the practice says about its answers, and which conversations wait for one.

CREATE TABLE chat_replies (
    group_id BLOB NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    promised_hours INTEGER NOT NULL,
    emergency_number TEXT NOT NULL,
    away TEXT NOT NULL,
    version INTEGER NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;

-- waits_since: when the first message of the portal behind answered_number came. away_at: when it was answered by itself last.
ALTER TABLE conversations ADD COLUMN waits_since INTEGER;
ALTER TABLE conversations ADD COLUMN answered_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN away_at INTEGER;
UPDATE conversations
SET answered_number = COALESCE(
    (
        SELECT MAX(m.number)
        FROM messages m
        WHERE m.group_id = conversations.group_id
          AND m.conversation_id = conversations.id
          AND m.user_id IS NOT NULL
    ),
    0
);
UPDATE conversations
SET waits_since = (
    SELECT MIN(m.sent_at)
    FROM messages m
    WHERE m.group_id = conversations.group_id
      AND m.conversation_id = conversations.id
      AND m.number > conversations.answered_number
      AND m.withdrawn_at IS NULL
);

-- Sent by itself, while the practice was closed.
ALTER TABLE messages ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0;

-- Who was told lately that messages wait.
CREATE INDEX outbox_messages_wait ON outbox (group_id, account_id, sent_at) WHERE kind = 'messages_wait';
