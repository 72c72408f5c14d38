-- Group chat: conversations between the users of a practice group (decision 10). Who may do what in one is decided in
-- app/domain/src/access/group_chat.rs.

-- name: of one of several; one between two has none, and names the two instead, the lower id first.
-- last_number: lines are numbered 1, 2, 3 … without a gap, under the lock of this row. said_number: the last that is a message, or 0.
CREATE TABLE group_conversations (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT,
    first_user_id UUID,
    second_user_id UUID,
    begun_by UUID NOT NULL,
    begun_at BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    said_number BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    CHECK ((name IS NULL) = (first_user_id IS NOT NULL AND second_user_id IS NOT NULL)),
    FOREIGN KEY (group_id, first_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, second_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, begun_by) REFERENCES users (group_id, id)
);
-- One for each two.
CREATE UNIQUE INDEX group_conversations_pair ON group_conversations (group_id, first_user_id, second_user_id)
    WHERE first_user_id IS NOT NULL;

-- Who takes part; whoever left has no row. at is when something was written last, or when they joined, so that somebody's list lies in
-- order; unread counts what others wrote behind read_number.
CREATE TABLE group_conversation_members (
    group_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    at BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    read_number BIGINT NOT NULL,
    read_at BIGINT,
    unread BIGINT NOT NULL,
    PRIMARY KEY (group_id, conversation_id, user_id),
    FOREIGN KEY (group_id, conversation_id) REFERENCES group_conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE INDEX group_conversation_members_list ON group_conversation_members (group_id, user_id, at, conversation_id);
CREATE INDEX group_conversation_members_unread ON group_conversation_members (group_id, user_id) WHERE unread > 0;

-- id: chosen by the device that sent it, so that what is sent again is stored once. what: 'said', or the trace of what was done:
-- 'added' (about_user_id), 'left', 'renamed' (body).
CREATE TABLE group_messages (
    group_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    number BIGINT NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    what TEXT NOT NULL,
    about_user_id UUID,
    body TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (group_id, conversation_id, number),
    FOREIGN KEY (group_id, conversation_id) REFERENCES group_conversations (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, about_user_id) REFERENCES users (group_id, id)
);
CREATE INDEX group_messages_withdrawn ON group_messages (group_id, conversation_id, withdrawn_at, number)
    WHERE withdrawn_at IS NOT NULL;
CREATE UNIQUE INDEX group_messages_once ON group_messages (group_id, conversation_id, user_id, id);

-- Whom a message mentions.
CREATE TABLE group_mentions (
    group_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    number BIGINT NOT NULL,
    user_id UUID NOT NULL,
    PRIMARY KEY (group_id, conversation_id, user_id, number),
    FOREIGN KEY (group_id, conversation_id, number) REFERENCES group_messages (group_id, conversation_id, number),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE INDEX group_mentions_of_message ON group_mentions (group_id, conversation_id, number);

-- News may be about a mention.
ALTER TABLE notifications ADD COLUMN group_conversation_id UUID;
ALTER TABLE notifications ADD FOREIGN KEY (group_id, group_conversation_id) REFERENCES group_conversations (group_id, id);

-- The second lock, as in 0003.
ALTER TABLE group_conversations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON group_conversations
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE group_conversation_members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON group_conversation_members
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE group_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON group_messages
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE group_mentions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON group_mentions
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
