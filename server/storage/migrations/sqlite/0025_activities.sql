-- Home activities of patients, what belongs to them, on which days they were done, and who of the portal has read them. Who may
-- read which is decided in app/domain/src/access/activities.rs.

-- days: a bit for each day of the week, Monday the lowest. until_day: null for as long as it is not ended.
CREATE TABLE activities (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    author_id BLOB NOT NULL,
    title TEXT NOT NULL,
    dose TEXT NOT NULL,
    instructions TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    days INTEGER NOT NULL,
    ended_at INTEGER,
    withdrawn_at INTEGER,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, author_id) REFERENCES users (group_id, id)
) STRICT;
CREATE UNIQUE INDEX activities_of_patient ON activities (group_id, patient_id, id);

-- shown: this activity brought the file into the portal.
CREATE TABLE activity_files (
    group_id BLOB NOT NULL,
    activity_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    shown INTEGER NOT NULL,
    PRIMARY KEY (group_id, activity_id, file_id),
    FOREIGN KEY (group_id, activity_id) REFERENCES activities (group_id, id),
    FOREIGN KEY (group_id, file_id) REFERENCES files (group_id, id)
) STRICT;
CREATE INDEX activity_files_file ON activity_files (group_id, file_id);

CREATE TABLE activity_doings (
    group_id BLOB NOT NULL,
    activity_id BLOB NOT NULL,
    day TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    note TEXT NOT NULL,
    done_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, activity_id, day),
    FOREIGN KEY (group_id, activity_id) REFERENCES activities (group_id, id)
) STRICT;

CREATE TABLE activity_readings (
    group_id BLOB NOT NULL,
    activity_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    read_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, activity_id, account_id),
    FOREIGN KEY (group_id, activity_id) REFERENCES activities (group_id, id)
) STRICT;
