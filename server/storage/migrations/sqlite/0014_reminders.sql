-- Reminders before an invitation's link runs out. When one is due stands with the invitation, and goes when the reminder was
-- queued, when a person saw the link, and with a newer link.
ALTER TABLE patient_access_settings ADD COLUMN reminders INTEGER NOT NULL DEFAULT 1 CHECK (reminders IN (0, 1));

ALTER TABLE invitations ADD COLUMN remind_at INTEGER;
CREATE INDEX invitations_to_remind ON invitations (remind_at, id) WHERE remind_at IS NOT NULL;

-- A reminder brings a token of its own for the same link: of the first one only the hash is kept.
DROP INDEX invitation_links_link;
CREATE INDEX invitation_links_link ON invitation_links (group_id, invitation_id, link);
