-- Texts with merge fields that notes begin with.
CREATE TABLE note_templates (
    group_id UUID NOT NULL REFERENCES practice_groups (id),
    id UUID NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    category TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id)
);
CREATE UNIQUE INDEX note_templates_name ON note_templates (group_id, name_folded);

-- The second lock, as in 0003.
ALTER TABLE note_templates ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON note_templates
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
