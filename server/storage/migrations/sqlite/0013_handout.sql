-- The portal's handout of a group that wrote its own. Without a text it is the standard one; the row stays, so that its
-- version never comes twice.
CREATE TABLE handouts (
    group_id BLOB NOT NULL PRIMARY KEY REFERENCES practice_groups (id),
    text TEXT,
    version INTEGER NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;
