-- In which order due mail leaves (TG-08): a group that sends many at once takes turns with everybody else.
ALTER TABLE outbox ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET turn = due_at WHERE due_at IS NOT NULL;
CREATE INDEX outbox_turns ON outbox (turn, id) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_turns_of_group ON outbox (group_id, turn) WHERE due_at IS NOT NULL AND invitation_id IS NOT NULL;
