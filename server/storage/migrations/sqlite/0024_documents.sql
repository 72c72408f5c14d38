-- Documents about patients, and who of the portal has read them. Who may read which is decided in
-- app/domain/src/access/documents.rs.

-- asks: whoever reads it in the portal is asked to say so. completed_at, withdrawn_at: null until it is.
CREATE TABLE documents (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    author_id BLOB NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    asks INTEGER NOT NULL,
    completed_at INTEGER,
    withdrawn_at INTEGER,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id)
) STRICT;
CREATE UNIQUE INDEX documents_of_patient ON documents (group_id, patient_id, id);
CREATE INDEX documents_in_portal ON documents (group_id, patient_id, completed_at, id) WHERE completed_at IS NOT NULL;

CREATE TABLE document_readings (
    group_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    read_at INTEGER NOT NULL,
    acknowledged_at INTEGER,
    PRIMARY KEY (group_id, document_id, account_id),
    FOREIGN KEY (group_id, document_id) REFERENCES documents (group_id, id)
) STRICT;

-- Codes of the types that the portal does not show, with spaces between (S3-09).
ALTER TABLE patient_access_settings ADD COLUMN hidden_documents TEXT NOT NULL DEFAULT '';
