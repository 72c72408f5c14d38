-- The first house: accounts, practice, patients, invitations, mail, bell, audit.
--
-- The other engine's folder holds a file of the same name with the same tables. Ids are UUIDs, times milliseconds
-- since 1970 in UTC, days of the calendar text (2014-09-03). What belongs to a group carries group_id in its keys:
-- a row of one group cannot point into another.

-- Held by whoever claims the first run: one row, ever.
CREATE TABLE installation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    set_up_at INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    password_hash TEXT,
    password_set_at INTEGER,
    added_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_email ON accounts (email_folded);

CREATE TABLE password_links (
    id BLOB NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    door TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX password_links_token ON password_links (token_hash);
CREATE INDEX password_links_by_end ON password_links (expires_at);
CREATE INDEX password_links_account ON password_links (account_id) WHERE used_at IS NULL;

CREATE TABLE practice_groups (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    -- How long its consoles may be left alone; null: as usual.
    console_idle_minutes INTEGER,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE patient_access_settings (
    group_id BLOB NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    invitations INTEGER NOT NULL CHECK (invitations IN (0, 1)),
    link_life_ms INTEGER NOT NULL,
    version INTEGER NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE locations (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id)
) STRICT;
CREATE INDEX locations_by_name ON locations (group_id, name_folded, id);

-- Memberships: account x group. Never deleted.
CREATE TABLE users (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    title TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    profession TEXT NOT NULL,
    level TEXT NOT NULL,
    hide_names INTEGER NOT NULL CHECK (hide_names IN (0, 1)),
    read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    added_at INTEGER NOT NULL,
    deactivated_at INTEGER,
    PRIMARY KEY (group_id, id)
) STRICT;
CREATE UNIQUE INDEX users_id ON users (id);
CREATE UNIQUE INDEX users_account ON users (group_id, account_id);
CREATE INDEX users_of_account ON users (account_id, added_at, id);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    user_id BLOB REFERENCES users (id),
    door TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    last_act_at INTEGER NOT NULL,
    ended_at INTEGER,
    origin TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_of_account ON sessions (account_id, last_act_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_age ON sessions (opened_at);

-- Where an account signed in from. The device is a hash of the account and of the token in the browser's cookie.
CREATE TABLE known_devices (
    account_id BLOB NOT NULL REFERENCES accounts (id),
    device TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, device)
) STRICT;
CREATE INDEX known_devices_by_age ON known_devices (seen_at);

-- portal_state repeats what grants and invitations say, so that lists need not ask them.
CREATE TABLE patients (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    number_text TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    legal_first TEXT NOT NULL,
    legal_last TEXT NOT NULL,
    preferred TEXT NOT NULL,
    birth_date TEXT,
    gender TEXT NOT NULL,
    email TEXT,
    mobile TEXT NOT NULL,
    phone TEXT NOT NULL,
    street TEXT NOT NULL,
    city TEXT NOT NULL,
    region TEXT NOT NULL,
    postcode TEXT NOT NULL,
    country TEXT NOT NULL,
    status TEXT NOT NULL,
    portal_state TEXT NOT NULL,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id)
) STRICT;
CREATE UNIQUE INDEX patients_number ON patients (group_id, number);
CREATE INDEX patients_by_number ON patients (group_id, number_text, id);
CREATE INDEX patients_by_name ON patients (group_id, sort_name, id);
CREATE INDEX patients_by_status ON patients (group_id, status, sort_name, id);

-- The words a patient is found by. In the order of the primary key a search reads its rows already sorted.
CREATE TABLE patient_words (
    group_id BLOB NOT NULL,
    word TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    patient_id BLOB NOT NULL,
    PRIMARY KEY (group_id, word, sort_name, patient_id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_words_of_patient ON patient_words (group_id, patient_id, word);

-- How a user and a patient belong together. sort_name repeats the patient's, so that "my patients" come sorted.
CREATE TABLE practitioner_relationships (
    group_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    PRIMARY KEY (group_id, user_id, patient_id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX practitioner_relationships_by_name
    ON practitioner_relationships (group_id, user_id, sort_name, patient_id);
CREATE INDEX practitioner_relationships_of_patient ON practitioner_relationships (group_id, patient_id);

CREATE TABLE contacts (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    relationship TEXT NOT NULL,
    email TEXT,
    phone TEXT NOT NULL,
    emergency INTEGER NOT NULL CHECK (emergency IN (0, 1)),
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
) STRICT;
CREATE INDEX contacts_of_patient ON contacts (group_id, patient_id, name_folded, id);

-- Account x patient. Neither activated nor suspended: invited.
CREATE TABLE portal_grants (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    activated_at INTEGER,
    suspended_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
) STRICT;
CREATE UNIQUE INDEX portal_grants_id ON portal_grants (id);
CREATE UNIQUE INDEX portal_grants_account ON portal_grants (group_id, patient_id, account_id);
-- An invitation's grant is of its own patient and account.
CREATE UNIQUE INDEX portal_grants_whole ON portal_grants (group_id, patient_id, account_id, id);
CREATE INDEX portal_grants_of_account ON portal_grants (account_id, added_at, id);

CREATE TABLE invitations (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    patient_id BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    inviter_id BLOB NOT NULL,
    message TEXT NOT NULL,
    invited_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    links INTEGER NOT NULL,
    sent_at INTEGER,
    failed_at INTEGER,
    failure TEXT,
    opened_at INTEGER,
    activated_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, patient_id, account_id, grant_id)
        REFERENCES portal_grants (group_id, patient_id, account_id, id),
    FOREIGN KEY (group_id, inviter_id) REFERENCES users (group_id, id)
) STRICT;
CREATE UNIQUE INDEX invitations_id ON invitations (id);
CREATE INDEX invitations_of_patient ON invitations (group_id, patient_id, id);
CREATE INDEX invitations_open ON invitations (group_id, patient_id, id)
    WHERE activated_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_open_of_account ON invitations (account_id, id)
    WHERE activated_at IS NULL AND revoked_at IS NULL;

-- One row for each link that was made. Only the hash of its token is here.
CREATE TABLE invitation_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    group_id BLOB NOT NULL,
    invitation_id BLOB NOT NULL,
    link INTEGER NOT NULL,
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
) STRICT;
CREATE UNIQUE INDEX invitation_links_link ON invitation_links (group_id, invitation_id, link);

CREATE TABLE templates (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    body TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id)
) STRICT;
CREATE UNIQUE INDEX templates_name ON templates (group_id, name_folded);

CREATE TABLE notifications (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    what TEXT NOT NULL,
    patient_id BLOB NOT NULL,
    invitation_id BLOB NOT NULL,
    happened_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
) STRICT;
CREATE INDEX notifications_of_user ON notifications (group_id, user_id, id);
CREATE INDEX notifications_unread ON notifications (group_id, user_id, id) WHERE read_at IS NULL;

-- Mail on its way out. due_at is there while it waits: a worker that takes a mail moves it to the end of its lease.
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    group_id BLOB,
    invitation_id BLOB,
    link INTEGER NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    sealed BLOB,
    made_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    due_at INTEGER,
    failure TEXT,
    parked_at INTEGER,
    sent_at INTEGER,
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_parked ON outbox (parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- Counts of tries; the key holds no address in clear.
CREATE TABLE throttle (
    key TEXT NOT NULL PRIMARY KEY,
    tries INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_by_end ON throttle (ends_at);

-- The end of each chain: a group's id as text, or `system`.
CREATE TABLE audit_heads (
    chain TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows are only added. The triggers below refuse everything else, whoever asks.
CREATE TABLE audit_entries (
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_entries_are_not_changed BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed or removed');
END;
CREATE TRIGGER audit_entries_are_not_removed BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed or removed');
END;
-- INSERT OR REPLACE removes a row without asking the trigger above.
CREATE TRIGGER audit_entries_are_not_replaced BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE chain = NEW.chain AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed or removed');
END;
