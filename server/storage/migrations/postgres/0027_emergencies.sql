-- Records that practitioners open in an emergency: for a time, to read them, with a reason (PR-04).
CREATE TABLE emergencies (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    patient_id UUID NOT NULL,
    reason TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    ended_at BIGINT,
    reviewed_at BIGINT,
    reviewer_id UUID,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, reviewer_id) REFERENCES users (group_id, id)
);
CREATE INDEX emergencies_of_user ON emergencies (group_id, user_id, patient_id, until);
CREATE INDEX emergencies_of_patient ON emergencies (group_id, patient_id);
CREATE INDEX emergencies_by_opening ON emergencies (group_id, user_id, opened_at);
CREATE INDEX emergencies_of_reviewer ON emergencies (group_id, reviewer_id) WHERE reviewer_id IS NOT NULL;

-- Entries that only an emergency allowed are marked; those from before were not.
ALTER TABLE audit_entries ADD COLUMN emergency BOOLEAN NOT NULL DEFAULT FALSE;

-- For how many hours a record is opened, when the group has chosen; 0 when none is.
ALTER TABLE practice_groups ADD COLUMN emergency_hours BIGINT;

-- The second lock, as in 0003.
ALTER TABLE emergencies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON emergencies
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
