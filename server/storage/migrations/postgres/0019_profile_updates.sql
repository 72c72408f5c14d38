-- What patients change in their own record, and what the practice makes of it; and what a record says beside name and
-- address.

-- auto, approval or disabled.
ALTER TABLE patient_access_settings ADD COLUMN updates TEXT NOT NULL DEFAULT 'approval';

-- Funding and social history. A patient without a row has none of it. It moves with the version of the patient.
CREATE TABLE patient_backgrounds (
    group_id UUID NOT NULL,
    patient_id UUID NOT NULL,
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
);

-- One field each. had: what the record said when it was changed in the portal. While nobody decided, decided_at is null and
-- state says waiting. put and replaced: what an approval wrote, and over what.
CREATE TABLE profile_updates (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    field TEXT NOT NULL,
    had TEXT NOT NULL,
    wanted TEXT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    grant_id UUID NOT NULL,
    asked_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_at BIGINT,
    decided_by UUID,
    reason TEXT NOT NULL,
    put TEXT,
    replaced TEXT,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, patient_id, grant_id) REFERENCES portal_grants (group_id, patient_id, id),
    FOREIGN KEY (group_id, decided_by) REFERENCES users (group_id, id)
);
-- One change of a field waits at a time.
CREATE UNIQUE INDEX profile_updates_waiting ON profile_updates (group_id, patient_id, field) WHERE state = 'waiting';
CREATE INDEX profile_updates_queue ON profile_updates (group_id, id) WHERE state = 'waiting';
CREATE INDEX profile_updates_of_patient ON profile_updates (group_id, patient_id, id);

-- The bell's lines about a patient's changes, which go when nothing waits any more.
CREATE INDEX notifications_of_updates ON notifications (group_id, patient_id, user_id) WHERE what = 'updates_waiting';

-- The second lock, as in 0003.
DO $$
DECLARE
    each TEXT;
BEGIN
    FOREACH each IN ARRAY ARRAY['patient_backgrounds', 'profile_updates'] LOOP
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
