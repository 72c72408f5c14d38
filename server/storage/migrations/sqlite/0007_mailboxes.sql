-- Since when it is known that whoever signs in with an account also reads its mail: a link that went there was used. Null: not
-- known, as for an address that somebody else typed together with a temporary password.
ALTER TABLE accounts ADD COLUMN mailbox_proved_at INTEGER;

-- Of those who were here before it is known where a link of theirs was used, or opened a portal.
UPDATE accounts
SET mailbox_proved_at = added_at
WHERE EXISTS (
    SELECT 1
    FROM password_links l
    WHERE l.account_id = accounts.id
      AND l.used_at IS NOT NULL
)
OR EXISTS (
    SELECT 1
    FROM portal_grants g
    WHERE g.account_id = accounts.id
      AND g.activated_at IS NOT NULL
);
