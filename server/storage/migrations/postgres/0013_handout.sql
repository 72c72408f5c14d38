-- The portal's handout of a group that wrote its own. Without a text it is the standard one; the row stays, so that its
-- version never comes twice.
CREATE TABLE handouts (
    group_id UUID NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    text TEXT,
    version BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);

-- The second lock, as in 0003.
ALTER TABLE handouts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON handouts
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
