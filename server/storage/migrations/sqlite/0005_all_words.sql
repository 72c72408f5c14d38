-- All words a patient is found by, each after a space, beside each of them: a search of several words reads the rows of one and
-- sees the others there (P-09).
ALTER TABLE patients ADD COLUMN all_words TEXT NOT NULL DEFAULT '';
ALTER TABLE patient_words ADD COLUMN all_words TEXT NOT NULL DEFAULT '';
ALTER TABLE practitioner_relationships ADD COLUMN all_words TEXT NOT NULL DEFAULT '';
