-- What a record said before: one row for each thing that changed, never changed and never removed. account_id: the portal user
-- who changed it or asked for it. user_id: who of the practice changed it, approved it, or took that back.
CREATE TABLE profile_changes (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    what TEXT NOT NULL,
    contact_id UUID,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    account_id UUID REFERENCES accounts (id),
    user_id UUID,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE INDEX profile_changes_of_patient ON profile_changes (group_id, patient_id, id);

-- The group's queue, narrowed to one kind of thing.
CREATE INDEX profile_updates_of_kind ON profile_updates (group_id, field, id) WHERE state = 'waiting';

-- When whoever asked looked at what became of it. What was decided before there was such a moment counts as looked at.
ALTER TABLE profile_updates ADD COLUMN seen_at BIGINT;
UPDATE profile_updates SET seen_at = decided_at WHERE state IN ('approved', 'rejected');
CREATE INDEX profile_updates_unseen ON profile_updates (group_id, patient_id, account_id)
    WHERE (state = 'approved' OR state = 'rejected') AND seen_at IS NULL;

-- The second lock, as in 0003.
ALTER TABLE profile_changes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON profile_changes
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
