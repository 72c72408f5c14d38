-- Texts with merge fields that notes begin with.
CREATE TABLE note_templates (
    group_id BLOB NOT NULL REFERENCES practice_groups (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    category TEXT NOT NULL,
    body TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id)
) STRICT;
CREATE UNIQUE INDEX note_templates_name ON note_templates (group_id, name_folded);
