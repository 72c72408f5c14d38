-- Home activities of patients, what belongs to them, on which days they were done, and who of the portal has read them. Who may
-- read which is decided in app/domain/src/access/activities.rs.

-- days: a bit for each day of the week, Monday the lowest. until_day: null for as long as it is not ended.
CREATE TABLE activities (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    author_id UUID NOT NULL,
    title TEXT NOT NULL,
    dose TEXT NOT NULL,
    instructions TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    days BIGINT NOT NULL,
    ended_at BIGINT,
    withdrawn_at BIGINT,
    version BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id)
);
CREATE UNIQUE INDEX activities_of_patient ON activities (group_id, patient_id, id);

-- shown: this activity brought the file into the portal.
CREATE TABLE activity_files (
    group_id UUID NOT NULL,
    activity_id UUID NOT NULL,
    file_id UUID NOT NULL,
    shown BOOLEAN NOT NULL,
    PRIMARY KEY (group_id, activity_id, file_id),
    FOREIGN KEY (group_id, activity_id) REFERENCES activities (group_id, id),
    FOREIGN KEY (group_id, file_id) REFERENCES files (group_id, id)
);
CREATE INDEX activity_files_file ON activity_files (group_id, file_id);

CREATE TABLE activity_doings (
    group_id UUID NOT NULL,
    activity_id UUID NOT NULL,
    day TEXT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    note TEXT NOT NULL,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, activity_id, day),
    FOREIGN KEY (group_id, activity_id) REFERENCES activities (group_id, id)
);

CREATE TABLE activity_readings (
    group_id UUID NOT NULL,
    activity_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    read_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, activity_id, account_id),
    FOREIGN KEY (group_id, activity_id) REFERENCES activities (group_id, id)
);

-- The second lock, as in 0003.
ALTER TABLE activities ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON activities
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE activity_files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON activity_files
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE activity_doings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON activity_doings
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
ALTER TABLE activity_readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON activity_readings
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
