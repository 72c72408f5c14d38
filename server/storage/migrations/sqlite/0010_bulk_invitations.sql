-- Inviting many patients at once. The counts repeat what the places say, so that showing how far one is costs the same
-- however many were chosen.
CREATE TABLE bulk_invitations (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    origin TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- Who was chosen, until they all have a place.
    selection TEXT,
    cursor TEXT,
    message TEXT NOT NULL,
    total INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    -- When a worker was last at it: who waited longest is next.
    served_at INTEGER NOT NULL,
    -- Steps that failed in a row.
    failures INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;
CREATE INDEX bulk_invitations_of_user ON bulk_invitations (group_id, user_id, id);
CREATE INDEX bulk_invitations_at_work ON bulk_invitations (served_at, id) WHERE stage = 'gathering' OR stage = 'running';
CREATE INDEX bulk_invitations_unstarted ON bulk_invitations (made_at) WHERE started_at IS NULL;

-- patient_id is null for an id that is no patient's of the group.
CREATE TABLE bulk_places (
    group_id BLOB NOT NULL,
    bulk_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    patient_id BLOB,
    outcome TEXT NOT NULL,
    invitation_id BLOB,
    PRIMARY KEY (group_id, bulk_id, place),
    FOREIGN KEY (group_id, bulk_id) REFERENCES bulk_invitations (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_places_by_outcome ON bulk_places (group_id, bulk_id, outcome, place);

CREATE TABLE bulk_counts (
    group_id BLOB NOT NULL,
    bulk_id BLOB NOT NULL,
    outcome TEXT NOT NULL,
    patients INTEGER NOT NULL,
    PRIMARY KEY (group_id, bulk_id, outcome),
    FOREIGN KEY (group_id, bulk_id) REFERENCES bulk_invitations (group_id, id)
) STRICT, WITHOUT ROWID;
