-- Inviting many patients at once. The counts repeat what the places say, so that showing how far one is costs the same
-- however many were chosen.
CREATE TABLE bulk_invitations (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    origin TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- Who was chosen, until they all have a place.
    selection TEXT,
    cursor TEXT,
    message TEXT NOT NULL,
    total BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    -- When a worker was last at it: who waited longest is next.
    served_at BIGINT NOT NULL,
    -- Steps that failed in a row.
    failures BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE INDEX bulk_invitations_of_user ON bulk_invitations (group_id, user_id, id);
CREATE INDEX bulk_invitations_at_work ON bulk_invitations (served_at, id) WHERE stage = 'gathering' OR stage = 'running';
CREATE INDEX bulk_invitations_unstarted ON bulk_invitations (made_at) WHERE started_at IS NULL;

-- patient_id is null for an id that is no patient's of the group.
CREATE TABLE bulk_places (
    group_id UUID NOT NULL,
    bulk_id UUID NOT NULL,
    place BIGINT NOT NULL,
    patient_id UUID,
    outcome TEXT NOT NULL,
    invitation_id UUID,
    PRIMARY KEY (group_id, bulk_id, place),
    FOREIGN KEY (group_id, bulk_id) REFERENCES bulk_invitations (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
);
CREATE INDEX bulk_places_by_outcome ON bulk_places (group_id, bulk_id, outcome, place);

CREATE TABLE bulk_counts (
    group_id UUID NOT NULL,
    bulk_id UUID NOT NULL,
    outcome TEXT NOT NULL,
    patients BIGINT NOT NULL,
    PRIMARY KEY (group_id, bulk_id, outcome),
    FOREIGN KEY (group_id, bulk_id) REFERENCES bulk_invitations (group_id, id)
);

-- The second lock, as in 0003.
DO $$
DECLARE
    each TEXT;
BEGIN
    FOREACH each IN ARRAY ARRAY['bulk_invitations', 'bulk_places', 'bulk_counts'] LOOP
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
