-- The first house: accounts, practice, patients, invitations, mail, bell, audit.
--
-- The other engine's folder holds a file of the same name with the same tables. Ids are UUIDs, times milliseconds
-- since 1970 in UTC, days of the calendar text (2014-09-03). What belongs to a group carries group_id in its keys:
-- a row of one group cannot point into another.
-- Text that is sorted or searched by its beginning has COLLATE "C": byte by byte, as on SQLite.

-- Held by whoever claims the first run: one row, ever.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    set_up_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_folded TEXT COLLATE "C" NOT NULL,
    password_hash TEXT,
    password_set_at BIGINT,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (email_folded);

CREATE TABLE password_links (
    id UUID NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    door TEXT NOT NULL
);
CREATE UNIQUE INDEX password_links_token ON password_links (token_hash);
CREATE INDEX password_links_by_end ON password_links (expires_at);
CREATE INDEX password_links_account ON password_links (account_id) WHERE used_at IS NULL;

CREATE TABLE practice_groups (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    -- How long its consoles may be left alone; null: as usual.
    console_idle_minutes BIGINT,
    version BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);

CREATE TABLE patient_access_settings (
    group_id UUID NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    invitations BOOLEAN NOT NULL,
    link_life_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);

CREATE TABLE locations (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    id UUID NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    time_zone TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id)
);
CREATE INDEX locations_by_name ON locations (group_id, name_folded, id);

-- Memberships: account x group. Never deleted.
CREATE TABLE users (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    title TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    profession TEXT NOT NULL,
    level TEXT NOT NULL,
    hide_names BOOLEAN NOT NULL,
    read_only BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    deactivated_at BIGINT,
    PRIMARY KEY (group_id, id)
);
CREATE UNIQUE INDEX users_id ON users (id);
CREATE UNIQUE INDEX users_account ON users (group_id, account_id);
CREATE INDEX users_of_account ON users (account_id, added_at, id);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    user_id UUID REFERENCES users (id),
    door TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    last_act_at BIGINT NOT NULL,
    ended_at BIGINT,
    origin TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_of_account ON sessions (account_id, last_act_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_age ON sessions (opened_at);

-- Where an account signed in from. The device is a hash of the account and of the token in the browser's cookie.
CREATE TABLE known_devices (
    account_id UUID NOT NULL REFERENCES accounts (id),
    device TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, device)
);
CREATE INDEX known_devices_by_age ON known_devices (seen_at);

-- portal_state repeats what grants and invitations say, so that lists need not ask them.
CREATE TABLE patients (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    number_text TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
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
    version BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id)
);
CREATE UNIQUE INDEX patients_number ON patients (group_id, number);
CREATE INDEX patients_by_number ON patients (group_id, number_text, id);
CREATE INDEX patients_by_name ON patients (group_id, sort_name, id);
CREATE INDEX patients_by_status ON patients (group_id, status, sort_name, id);

-- The words a patient is found by. In the order of the primary key a search reads its rows already sorted.
CREATE TABLE patient_words (
    group_id UUID NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    patient_id UUID NOT NULL,
    PRIMARY KEY (group_id, word, sort_name, patient_id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
);
CREATE INDEX patient_words_of_patient ON patient_words (group_id, patient_id, word);

-- How a user and a patient belong together. sort_name repeats the patient's, so that "my patients" come sorted.
CREATE TABLE practitioner_relationships (
    group_id UUID NOT NULL,
    user_id UUID NOT NULL,
    patient_id UUID NOT NULL,
    kind TEXT NOT NULL,
    sort_name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (group_id, user_id, patient_id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
);
CREATE INDEX practitioner_relationships_by_name
    ON practitioner_relationships (group_id, user_id, sort_name, patient_id);
CREATE INDEX practitioner_relationships_of_patient ON practitioner_relationships (group_id, patient_id);

CREATE TABLE contacts (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    relationship TEXT NOT NULL,
    email TEXT,
    phone TEXT NOT NULL,
    emergency BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
);
CREATE INDEX contacts_of_patient ON contacts (group_id, patient_id, name_folded, id);

-- Account x patient. Neither activated nor suspended: invited.
CREATE TABLE portal_grants (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    activated_at BIGINT,
    suspended_at BIGINT,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id)
);
CREATE UNIQUE INDEX portal_grants_id ON portal_grants (id);
CREATE UNIQUE INDEX portal_grants_account ON portal_grants (group_id, patient_id, account_id);
-- An invitation's grant is of its own patient and account.
CREATE UNIQUE INDEX portal_grants_whole ON portal_grants (group_id, patient_id, account_id, id);
CREATE INDEX portal_grants_of_account ON portal_grants (account_id, added_at, id);

CREATE TABLE invitations (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    patient_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    inviter_id UUID NOT NULL,
    message TEXT NOT NULL,
    invited_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    links BIGINT NOT NULL,
    sent_at BIGINT,
    failed_at BIGINT,
    failure TEXT,
    opened_at BIGINT,
    activated_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, patient_id, account_id, grant_id)
        REFERENCES portal_grants (group_id, patient_id, account_id, id),
    FOREIGN KEY (group_id, inviter_id) REFERENCES users (group_id, id)
);
CREATE UNIQUE INDEX invitations_id ON invitations (id);
CREATE INDEX invitations_of_patient ON invitations (group_id, patient_id, id);
CREATE INDEX invitations_open ON invitations (group_id, patient_id, id)
    WHERE activated_at IS NULL AND revoked_at IS NULL;
CREATE INDEX invitations_open_of_account ON invitations (account_id, id)
    WHERE activated_at IS NULL AND revoked_at IS NULL;

-- One row for each link that was made. Only the hash of its token is here.
CREATE TABLE invitation_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    group_id UUID NOT NULL,
    invitation_id UUID NOT NULL,
    link BIGINT NOT NULL,
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
);
CREATE UNIQUE INDEX invitation_links_link ON invitation_links (group_id, invitation_id, link);

CREATE TABLE templates (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    id UUID NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id)
);
CREATE UNIQUE INDEX templates_name ON templates (group_id, name_folded);

CREATE TABLE notifications (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    what TEXT NOT NULL,
    patient_id UUID NOT NULL,
    invitation_id UUID NOT NULL,
    happened_at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id),
    FOREIGN KEY (group_id, patient_id) REFERENCES patients (group_id, id),
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
);
CREATE INDEX notifications_of_user ON notifications (group_id, user_id, id);
CREATE INDEX notifications_unread ON notifications (group_id, user_id, id) WHERE read_at IS NULL;

-- Mail on its way out. due_at is there while it waits: a worker that takes a mail moves it to the end of its lease.
CREATE TABLE outbox (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    group_id UUID,
    invitation_id UUID,
    link BIGINT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    sealed BYTEA,
    made_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT,
    failure TEXT,
    parked_at BIGINT,
    sent_at BIGINT,
    FOREIGN KEY (group_id, invitation_id) REFERENCES invitations (group_id, id)
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_unsent ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_parked ON outbox (parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- Counts of tries; the key holds no address in clear.
CREATE TABLE throttle (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tries BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX throttle_by_end ON throttle (ends_at);

-- The end of each chain: a group's id as text, or `system`.
CREATE TABLE audit_heads (
    chain TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);

-- Rows are only added. The triggers below refuse everything else, whoever asks.
CREATE TABLE audit_entries (
    chain TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (chain, seq)
);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed or removed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_are_not_emptied BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
