-- Forms, their published versions, and forms that were sent to portal users. Definitions, drafts and answers are JSON, written
-- and read by the program alone.

-- draft: null when everything that was written is published. published: the number of the version that is sent.
CREATE TABLE forms (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    id BLOB NOT NULL,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    draft TEXT,
    published INTEGER,
    archived_at INTEGER,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id)
) STRICT;
CREATE UNIQUE INDEX forms_title ON forms (group_id, title_folded) WHERE archived_at IS NULL;
CREATE INDEX forms_by_title ON forms (group_id, title_folded, id);

-- A version never changes.
CREATE TABLE form_versions (
    group_id BLOB NOT NULL,
    form_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    definition TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, form_id, number),
    FOREIGN KEY (group_id, form_id) REFERENCES forms (group_id, id)
) STRICT;

-- A form that is sent goes to a grant of its own patient.
CREATE UNIQUE INDEX portal_grants_patient_key ON portal_grants (group_id, patient_id, id);

CREATE TABLE form_requests (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    form_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    grant_id BLOB NOT NULL,
    message TEXT NOT NULL,
    asked_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    -- As it was typed, until it is returned.
    draft TEXT,
    saved_at INTEGER,
    answers TEXT,
    submitted_at INTEGER,
    submitted_by BLOB REFERENCES accounts (id),
    withdrawn_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, form_id, number) REFERENCES form_versions (group_id, form_id, number),
    FOREIGN KEY (group_id, patient_id, grant_id) REFERENCES portal_grants (group_id, patient_id, id),
    FOREIGN KEY (group_id, asked_by) REFERENCES users (group_id, id)
) STRICT;
CREATE INDEX form_requests_of_patient ON form_requests (group_id, patient_id, id);
CREATE INDEX form_requests_of_grant ON form_requests (group_id, grant_id, id);
CREATE INDEX form_requests_asked ON form_requests (group_id, grant_id, id)
    WHERE submitted_at IS NULL AND withdrawn_at IS NULL;

-- News may be about a form that came back. SQLite takes a foreign key of several columns only into a table made anew.
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
    happened_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id),
    FOREIGN KEY (group_id, about_user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, form_request_id) REFERENCES form_requests (group_id, id)
) STRICT;
INSERT INTO notifications (
    group_id,
    id,
    user_id,
    what,
    patient_id,
    invitation_id,
    about_user_id,
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
    happened_at,
    read_at
FROM notifications_before;
DROP TABLE notifications_before;
CREATE INDEX notifications_of_user ON notifications (group_id, user_id, id);
CREATE INDEX notifications_unread ON notifications (group_id, user_id, id) WHERE read_at IS NULL;
