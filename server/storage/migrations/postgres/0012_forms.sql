-- Forms, their published versions, and forms that were sent to portal users. Definitions, drafts and answers are JSON, written
-- and read by the program alone.

-- draft: null when everything that was written is published. published: the number of the version that is sent.
CREATE TABLE forms (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    id UUID NOT NULL,
    title TEXT NOT NULL,
    title_folded TEXT COLLATE "C" NOT NULL,
    draft TEXT,
    published BIGINT,
    archived_at BIGINT,
    version BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id)
);
CREATE UNIQUE INDEX forms_title ON forms (group_id, title_folded) WHERE archived_at IS NULL;
CREATE INDEX forms_by_title ON forms (group_id, title_folded, id);

-- A version never changes.
CREATE TABLE form_versions (
    group_id UUID NOT NULL,
    form_id UUID NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    definition TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, form_id, number),
    FOREIGN KEY (group_id, form_id) REFERENCES forms (group_id, id)
);

-- A form that is sent goes to a grant of its own patient.
CREATE UNIQUE INDEX portal_grants_patient_key ON portal_grants (group_id, patient_id, id);

CREATE TABLE form_requests (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    form_id UUID NOT NULL,
    number BIGINT NOT NULL,
    grant_id UUID NOT NULL,
    message TEXT NOT NULL,
    asked_by UUID NOT NULL,
    asked_at BIGINT NOT NULL,
    -- As it was typed, until it is returned.
    draft TEXT,
    saved_at BIGINT,
    answers TEXT,
    submitted_at BIGINT,
    submitted_by UUID REFERENCES accounts (id),
    withdrawn_at BIGINT,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, form_id, number) REFERENCES form_versions (group_id, form_id, number),
    FOREIGN KEY (group_id, patient_id, grant_id) REFERENCES portal_grants (group_id, patient_id, id),
    FOREIGN KEY (group_id, asked_by) REFERENCES users (group_id, id)
);
CREATE INDEX form_requests_of_patient ON form_requests (group_id, patient_id, id);
CREATE INDEX form_requests_of_grant ON form_requests (group_id, grant_id, id);
CREATE INDEX form_requests_asked ON form_requests (group_id, grant_id, id)
    WHERE submitted_at IS NULL AND withdrawn_at IS NULL;

-- News may be about a form that came back.
ALTER TABLE notifications ADD COLUMN form_request_id UUID;
ALTER TABLE notifications ADD FOREIGN KEY (group_id, form_request_id) REFERENCES form_requests (group_id, id);

-- The second lock, as in 0003.
DO $$
DECLARE
    each TEXT;
BEGIN
    FOREACH each IN ARRAY ARRAY['forms', 'form_versions', 'form_requests'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', each);
        EXECUTE format(
            'CREATE POLICY one_group ON %I
                 USING (
                     group_id = (SELECT portico_group())
                     OR (SELECT current_setting(''portico.scope'', true)) = ''every''
                 )',
            each
        );
    END LOOP;
END
$$;
