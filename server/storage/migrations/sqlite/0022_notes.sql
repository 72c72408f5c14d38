-- Notes about patients, their published versions, with whom they are shared, and who has read them. Who may read which is decided
-- in app/domain/src/access/notes.rs.

-- draft_*: what the author is writing and has not published; null when there is nothing of it. title, category, number and
-- published_at repeat the latest version, for lists; null before the first. patient_from: from when on the portal shows it.
CREATE TABLE notes (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    author_id BLOB NOT NULL,
    draft_title TEXT,
    draft_category TEXT,
    draft_body TEXT,
    saved_at INTEGER,
    title TEXT,
    category TEXT,
    number INTEGER,
    published_at INTEGER,
    private INTEGER NOT NULL,
    patient_from INTEGER,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id)
) STRICT;
CREATE UNIQUE INDEX notes_of_patient ON notes (group_id, patient_id, id);
CREATE INDEX notes_of_author ON notes (group_id, patient_id, author_id, id);
CREATE INDEX notes_in_portal ON notes (group_id, patient_id, patient_from, id) WHERE patient_from IS NOT NULL;

-- A version never changes.
CREATE TABLE note_versions (
    group_id BLOB NOT NULL,
    note_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    body TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, note_id, number),
    FOREIGN KEY (group_id, note_id) REFERENCES notes (group_id, id)
) STRICT;

-- One note, shared with a colleague of its author.
CREATE TABLE note_shares (
    group_id BLOB NOT NULL,
    note_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    shared_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, note_id, user_id),
    FOREIGN KEY (group_id, note_id) REFERENCES notes (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;

-- All notes of an author about a patient, also those to come, shared with a colleague.
CREATE TABLE all_notes_shares (
    group_id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    author_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    shared_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, patient_id, author_id, user_id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;

-- Who has read a note, and which version last: a colleague, or a portal user. reader_id is the user's id or the account's.
CREATE TABLE note_readings (
    group_id BLOB NOT NULL,
    note_id BLOB NOT NULL,
    reader_id BLOB NOT NULL,
    user_id BLOB,
    account_id BLOB REFERENCES accounts (id),
    number INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, note_id, reader_id),
    FOREIGN KEY (group_id, note_id) REFERENCES notes (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;

-- May notes be shared among colleagues (S0-39)?
ALTER TABLE patient_access_settings ADD COLUMN note_sharing INTEGER NOT NULL DEFAULT 1;
