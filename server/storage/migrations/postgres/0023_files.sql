-- Files about patients, those on their way, and the keys that their groups seal them by. What is in a file is kept outside the
-- database, sealed (server/src/vault). Who may do what with one is decided in app/domain/src/access/files.rs.

-- A group's keys, each sealed by the server's. New files take the latest.
CREATE TABLE group_keys (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    number BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, number)
);

-- sealed_key: the file's own key, sealed by its group's. digest: SHA-256 of what is kept, sealed as it is. sender_user_id or
-- sender_account_id: who sent it. shared_at: since when the practice shows in the portal what it added itself. found: the name
-- that the scanner gave to what was in it.
CREATE TABLE files (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    size BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    key_number BIGINT NOT NULL,
    sealed_key BYTEA NOT NULL,
    state TEXT NOT NULL,
    found TEXT,
    sender_user_id UUID,
    sender_account_id UUID REFERENCES accounts (id),
    shared_at BIGINT,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, sender_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, key_number) REFERENCES group_keys (group_id, number),
    CHECK ((sender_user_id IS NULL) <> (sender_account_id IS NULL))
);
CREATE UNIQUE INDEX files_of_patient ON files (group_id, patient_id, id);
CREATE INDEX files_waiting ON files (id) WHERE state = 'waiting';
CREATE INDEX files_by_key ON files (group_id, key_number, id);
CREATE UNIQUE INDEX files_by_id ON files (id);

-- What came of a file so far: its first pieces. size is what was announced.
CREATE TABLE uploads (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    size BIGINT NOT NULL,
    pieces BIGINT NOT NULL,
    key_number BIGINT NOT NULL,
    sealed_key BYTEA NOT NULL,
    sender_user_id UUID,
    sender_account_id UUID REFERENCES accounts (id),
    begun_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, sender_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, key_number) REFERENCES group_keys (group_id, number),
    CHECK ((sender_user_id IS NULL) <> (sender_account_id IS NULL))
);
CREATE INDEX uploads_at_rest ON uploads (touched_at, id);
CREATE INDEX uploads_by_key ON uploads (group_id, key_number, id);
CREATE UNIQUE INDEX uploads_by_id ON uploads (id);

-- How much all files of a group take, without counting them.
CREATE TABLE file_usage (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    files BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (group_id)
);

-- Who of the portal has opened what the practice shared.
CREATE TABLE file_readings (
    group_id UUID NOT NULL,
    file_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    read_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, file_id, account_id),
    FOREIGN KEY (group_id, file_id) REFERENCES files (group_id, id)
);

CREATE INDEX notifications_of_files ON notifications (group_id, patient_id, user_id) WHERE what = 'file_came';

-- The second lock, as in 0003.
ALTER TABLE group_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON group_keys
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON files
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE uploads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON uploads
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE file_usage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON file_usage
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE file_readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON file_readings
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
