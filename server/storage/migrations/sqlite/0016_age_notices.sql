-- Of which coming birthday a portal user was told: the birth date and the age, such as 2012-03-04+16.
ALTER TABLE portal_grants ADD COLUMN told_of_age TEXT;

CREATE INDEX patients_by_birth ON patients (group_id, birth_date, id) WHERE birth_date IS NOT NULL;
