-- Embedded engine. Twin of ../postgres/0003_data_protection.sql.

-- ── access log ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- What was read is more than images: `kind` says what (`images`, `search`: of a study; `case`, `report`: of a consult)
-- and `subject` is the id of that study or consult.
CREATE TABLE access_log_with_kind (
    person_id BLOB NOT NULL,
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    window_start INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, session, kind, subject, window_start)
) STRICT;
INSERT INTO access_log_with_kind (person_id, session, kind, subject, window_start, first_at)
    SELECT person_id, session, 'images', study_id, window_start, first_at FROM access_log;
DROP TABLE access_log;
ALTER TABLE access_log_with_kind RENAME TO access_log;
CREATE INDEX access_log_of_subject ON access_log (subject, first_at);
CREATE INDEX access_log_by_time ON access_log (first_at);

-- ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- What administrators do with accounts is told too: such a notice is of no consult, but about somebody. `change` is JSON
-- that only the program reads.
CREATE TABLE notices_about_people (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    noticed_at INTEGER NOT NULL,
    person_id BLOB NOT NULL REFERENCES people (id),
    consult_id BLOB REFERENCES consults (id),
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    about BLOB REFERENCES people (id),
    change TEXT,
    seen_by BLOB REFERENCES people (id),
    seen_at INTEGER
) STRICT;
INSERT INTO notices_about_people (id, kind, noticed_at, person_id, consult_id, label, reason, seen_by, seen_at)
    SELECT id, kind, noticed_at, person_id, consult_id, label, reason, seen_by, seen_at FROM notices;
DROP TABLE notices;
ALTER TABLE notices_about_people RENAME TO notices;
CREATE INDEX notices_by_time ON notices (noticed_at, id);
CREATE INDEX notices_of_consult ON notices (consult_id);

-- ── purge ────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A consult that detached a study has no need of it: it keeps nobody from purging it.
ALTER TABLE consult_studies ADD COLUMN is_detached INTEGER NOT NULL DEFAULT 0;
UPDATE consult_studies SET is_detached = 1 WHERE EXISTS (
    SELECT 1 FROM consults c, json_each(c.detail, '$.detached') d
    WHERE c.id = consult_studies.consult_id AND c.purged_at IS NULL
    AND replace(d.value, '-', '') = lower(hex(consult_studies.study_id))
);
-- What was taken over is due whether it ended or not.
CREATE INDEX consults_taken_over ON consults (taken_over_at) WHERE taken_over_at IS NOT NULL AND purged_at IS NULL;
-- Free text goes with the consult that it was about.
UPDATE notices SET reason = '' WHERE consult_id IN (SELECT id FROM consults WHERE purged_at IS NOT NULL);
UPDATE exports SET reason = '' WHERE consult_id IN (SELECT id FROM consults WHERE purged_at IS NOT NULL);
