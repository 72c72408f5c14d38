-- Records that practitioners open in an emergency: for a time, to read them, with a reason (PR-04).
CREATE TABLE emergencies (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ended_at INTEGER,
    reviewed_at INTEGER,
    reviewer_id BLOB,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, reviewer_id) REFERENCES users (group_id, id)
) STRICT;
CREATE INDEX emergencies_of_user ON emergencies (group_id, user_id, patient_id, until);
CREATE INDEX emergencies_of_patient ON emergencies (group_id, patient_id);
CREATE INDEX emergencies_by_opening ON emergencies (group_id, user_id, opened_at);
CREATE INDEX emergencies_of_reviewer ON emergencies (group_id, reviewer_id) WHERE reviewer_id IS NOT NULL;

-- Entries that only an emergency allowed are marked; those from before were not.
ALTER TABLE audit_entries ADD COLUMN emergency INTEGER NOT NULL DEFAULT 0;

-- For how many hours a record is opened, when the group has chosen; 0 when none is.
ALTER TABLE practice_groups ADD COLUMN emergency_hours INTEGER;
