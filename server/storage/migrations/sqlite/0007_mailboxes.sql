-- Since when it is known that whoever signs in with an account also reads its mail: a password was set by a link that went
-- there. Null: not known, as for an address that somebody else typed together with a temporary password.
ALTER TABLE accounts ADD COLUMN mailbox_proved_at INTEGER;
