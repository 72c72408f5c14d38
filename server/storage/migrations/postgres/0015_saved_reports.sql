-- Reports that a user keeps under a name: their own, with the filters as the door takes them.
CREATE TABLE saved_reports (
    group_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    filters TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
);
CREATE UNIQUE INDEX saved_reports_name ON saved_reports (group_id, user_id, name_folded);

-- The second lock, as in 0003.
ALTER TABLE saved_reports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_group ON saved_reports
    USING (
        group_id = (SELECT portico_group())
        OR (SELECT current_setting('portico.scope', true)) = 'every'
    );
