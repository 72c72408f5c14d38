-- By itself: what adds a column keeps everybody out until it ends.
UPDATE patients
SET all_words = COALESCE(
    (
        SELECT ' ' || string_agg(w.word, ' ')
        FROM patient_words w
        WHERE w.group_id = patients.group_id
          AND w.patient_id = patients.id
    ),
    ''
);
UPDATE patient_words
SET all_words = (
    SELECT p.all_words
    FROM patients p
    WHERE p.group_id = patient_words.group_id
      AND p.id = patient_words.patient_id
);
UPDATE practitioner_relationships
SET all_words = (
    SELECT p.all_words
    FROM patients p
    WHERE p.group_id = practitioner_relationships.group_id
      AND p.id = practitioner_relationships.patient_id
);
