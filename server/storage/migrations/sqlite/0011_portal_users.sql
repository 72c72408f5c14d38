-- Portal users besides the patient: who they are, how far their access reaches, and until when. Whoever was here before is
-- the patient. added_at is from now on when a grant was given the last time.
ALTER TABLE portal_grants ADD COLUMN contact_id BLOB;
ALTER TABLE portal_grants ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE portal_grants ADD COLUMN relationship TEXT NOT NULL DEFAULT '';
ALTER TABLE portal_grants ADD COLUMN role TEXT NOT NULL DEFAULT 'edit';
ALTER TABLE portal_grants ADD COLUMN level TEXT NOT NULL DEFAULT 'clinical';
ALTER TABLE portal_grants ADD COLUMN manages INTEGER NOT NULL DEFAULT 0 CHECK (manages IN (0, 1));
ALTER TABLE portal_grants ADD COLUMN ends_at INTEGER;
ALTER TABLE portal_grants ADD COLUMN ended_at INTEGER;
-- The grant of the portal user who gave it, when the practice did not.
ALTER TABLE portal_grants ADD COLUMN given_by BLOB;
CREATE INDEX portal_grants_of_patient ON portal_grants (group_id, patient_id, added_at, id);

ALTER TABLE invitations ADD COLUMN given_by BLOB;
CREATE INDEX invitations_of_grant ON invitations (group_id, grant_id, id);

-- At what ages of the patient the access of others steps down and ends.
ALTER TABLE patient_access_settings ADD COLUMN steps_down_age INTEGER;
ALTER TABLE patient_access_settings ADD COLUMN grown_up_age INTEGER;
