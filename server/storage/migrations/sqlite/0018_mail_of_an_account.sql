-- Does such a mail wait for this person already?
CREATE INDEX outbox_of_account ON outbox (account_id) WHERE due_at IS NOT NULL AND invitation_id IS NULL;
