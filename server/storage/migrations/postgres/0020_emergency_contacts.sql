-- Whom to call in an emergency and in what order, changed from the portal as one thing each.

-- Where a contact stands among those called in an emergency; smaller ones are called first.
ALTER TABLE contacts ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;

-- Which contact a change is about; the record may not have them yet, or any more. Then field says contact.
ALTER TABLE profile_updates ADD COLUMN contact_id UUID;
DROP INDEX profile_updates_waiting;
CREATE UNIQUE INDEX profile_updates_waiting ON profile_updates (
    group_id, patient_id, field, COALESCE(contact_id, group_id)
) WHERE state = 'waiting';
