-- Reports ask for records that were made lately.
CREATE INDEX patients_by_added ON patients (group_id, added_at);
