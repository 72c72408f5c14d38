-- By itself: what adds a column keeps everybody out until it ends. Of those who were here before it is known where a link of
-- theirs is remembered as used.
UPDATE accounts
SET mailbox_proved_at = added_at
WHERE EXISTS (
    SELECT 1
    FROM password_links l
    WHERE l.account_id = accounts.id
      AND l.used_at IS NOT NULL
);
