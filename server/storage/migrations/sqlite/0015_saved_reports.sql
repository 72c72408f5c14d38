-- Reports that a user keeps under a name: their own, with the filters as the door takes them.
CREATE TABLE saved_reports (
    group_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    filters TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, id),
    FOREIGN KEY (group_id, user_id) REFERENCES users (group_id, id)
) STRICT;
CREATE UNIQUE INDEX saved_reports_name ON saved_reports (group_id, user_id, name_folded);
