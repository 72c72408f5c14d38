-- Notes about patients, their published versions, with whom they are shared, and who has read them. Who may read which is decided
-- in app/domain/src/access/notes.rs.

-- draft_*: what the author is writing and has not published; null when there is nothing of it. title, category, number and
-- published_at repeat the latest version, for lists; null before the first. patient_from: from when on the portal shows it.
CREATE TABLE notes (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    author_id UUID NOT NULL,
    draft_title TEXT,
    draft_category TEXT,
    draft_body TEXT,
    saved_at BIGINT,
    title TEXT,
    category TEXT,
    number BIGINT,
    published_at BIGINT,
    private BOOLEAN NOT NULL,
    patient_from BIGINT,
    version BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id)
);
CREATE UNIQUE INDEX notes_of_patient ON notes (group_id, patient_id, id);
CREATE INDEX notes_of_author ON notes (group_id, patient_id, author_id, id);
CREATE INDEX notes_in_portal ON notes (group_id, patient_id, patient_from, id) WHERE patient_from IS NOT NULL;

-- A version never changes.
CREATE TABLE note_versions (
    group_id UUID NOT NULL,
    note_id UUID NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    body TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, note_id, number),
    FOREIGN KEY (group_id, note_id) REFERENCES notes (group_id, id)
);

-- One note, shared with a colleague of its author.
CREATE TABLE note_shares (
    group_id UUID NOT NULL,
    note_id UUID NOT NULL,
    user_id UUID NOT NULL,
    shared_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, note_id, user_id),
    FOREIGN KEY (group_id, note_id) REFERENCES notes (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);

-- All notes of an author about a patient, also those to come, shared with a colleague.
CREATE TABLE all_notes_shares (
    group_id UUID NOT NULL,
    patient_id UUID NOT NULL,
    author_id UUID NOT NULL,
    user_id UUID NOT NULL,
    shared_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, patient_id, author_id, user_id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);

-- Who has read a note, and which version last: a colleague, or a portal user. reader_id is the user's id or the account's.
CREATE TABLE note_readings (
    group_id UUID NOT NULL,
    note_id UUID NOT NULL,
    reader_id UUID NOT NULL,
    user_id UUID,
    account_id UUID REFERENCES accounts (id),
    number BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, note_id, reader_id),
    FOREIGN KEY (group_id, note_id) REFERENCES notes (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);

-- May notes be shared among colleagues (S0-39)?
ALTER TABLE patient_access_settings ADD COLUMN note_sharing BOOLEAN NOT NULL DEFAULT TRUE;

-- The second lock, as in 0003.
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON notes
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE note_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON note_versions
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE note_shares ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON note_shares
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE all_notes_shares ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON all_notes_shares
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE note_readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON note_readings
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
