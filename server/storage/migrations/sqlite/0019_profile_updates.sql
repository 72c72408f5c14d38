-- What patients change in their own record, and what the practice makes of it; and what a record says beside name and
-- address.

-- auto, approval or disabled.
ALTER TABLE patient_access_settings ADD COLUMN updates TEXT NOT NULL DEFAULT 'approval';

-- Funding and social history. A patient without a row has none of it. It moves with the version of the patient.
CREATE TABLE patient_backgrounds (
    group_id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    fund TEXT NOT NULL,
    fund_number TEXT NOT NULL,
    scheme TEXT NOT NULL,
    scheme_number TEXT NOT NULL,
    occupation TEXT NOT NULL,
    living TEXT NOT NULL,
    smoking TEXT NOT NULL,
    alcohol TEXT NOT NULL,
    activity TEXT NOT NULL,
    social_more TEXT NOT NULL,
    PRIMARY KEY (group_id, patient_id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
) STRICT, WITHOUT ROWID;

-- One field each. had: what the record said when it was changed in the portal. While nobody decided, decided_at is null and
-- state says waiting. put and replaced: what an approval wrote, and over what.
CREATE TABLE profile_updates (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    field TEXT NOT NULL,
    had TEXT NOT NULL,
    wanted TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    grant_id BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    decided_at INTEGER,
    decided_by BLOB,
    reason TEXT NOT NULL,
    put TEXT,
    replaced TEXT,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, patient_id, grant_id) REFERENCES portal_grants (group_id, patient_id, id),
    FOREIGN KEY (group_id, decided_by) REFERENCES users (group_id, id)
) STRICT;
-- One change of a field waits at a time.
CREATE UNIQUE INDEX profile_updates_waiting ON profile_updates (group_id, patient_id, field) WHERE state = 'waiting';
CREATE INDEX profile_updates_queue ON profile_updates (group_id, id) WHERE state = 'waiting';
CREATE INDEX profile_updates_of_patient ON profile_updates (group_id, patient_id, id);

-- The bell's lines about a patient's changes, which go when nothing waits any more.
CREATE INDEX notifications_of_updates ON notifications (group_id, patient_id, user_id) WHERE what = 'updates_waiting';
