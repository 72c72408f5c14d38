-- Documents about patients, and who of the portal has read them. Who may read which is decided in
-- app/domain/src/access/documents.rs.

-- asks: whoever reads it in the portal is asked to say so. completed_at, withdrawn_at: null until it is.
CREATE TABLE documents (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    author_id UUID NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    asks BOOLEAN NOT NULL,
    completed_at BIGINT,
    withdrawn_at BIGINT,
    version BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id)
);
CREATE UNIQUE INDEX documents_of_patient ON documents (group_id, patient_id, id);
CREATE INDEX documents_in_portal ON documents (group_id, patient_id, completed_at, id) WHERE completed_at IS NOT NULL;

CREATE TABLE document_readings (
    group_id UUID NOT NULL,
    document_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    read_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    PRIMARY KEY (group_id, document_id, account_id),
    FOREIGN KEY (group_id, document_id) REFERENCES documents (group_id, id)
);

-- Codes of the types that the portal does not show, with spaces between (S3-09).
ALTER TABLE patient_access_settings ADD COLUMN hidden_documents TEXT NOT NULL DEFAULT '';

-- The second lock, as in 0003.
ALTER TABLE documents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON documents
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE document_readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON document_readings
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
