-- The network's engine. Twin of ../sqlite/0003_data_protection.sql.

-- ── access log ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- What was read is more than images: `kind` says what (`images`, `search`: of a study; `case`, `report`: of a consult)
-- and `subject` is the id of that study or consult.
DROP INDEX access_log_of_study;
ALTER TABLE access_log DROP CONSTRAINT access_log_pkey;
ALTER TABLE access_log RENAME COLUMN study_id TO subject;
ALTER TABLE access_log ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'images';
ALTER TABLE access_log ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE access_log ADD PRIMARY KEY (person_id, session, kind, subject, window_start);
CREATE INDEX access_log_of_subject ON access_log (subject, first_at);

-- ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- What administrators do with accounts is told too: such a notice is of no consult, but about somebody. `change` is JSON
-- that only the program reads.
ALTER TABLE notices ALTER COLUMN consult_id DROP NOT NULL;
ALTER TABLE notices ADD COLUMN about UUID REFERENCES people (id);
ALTER TABLE notices ADD COLUMN change TEXT COLLATE "C";
CREATE INDEX notices_of_consult ON notices (consult_id);

-- ── purge ────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A consult that detached a study has no need of it: it keeps nobody from purging it.
ALTER TABLE consult_studies ADD COLUMN is_detached BOOLEAN NOT NULL DEFAULT FALSE;
-- Read as text: PostgreSQL's JSON refuses a whole document for one \u0000 in somebody's words. Within a string the
-- quotation marks of the name would be escaped.
UPDATE consult_studies cs SET is_detached = TRUE
    FROM consults c
    WHERE c.id = cs.consult_id AND c.purged_at IS NULL
    AND strpos(substring(c.detail from '"detached":\[([^]]*)\]'), cs.study_id::text) > 0;
-- What was taken over is due whether it ended or not.
CREATE INDEX consults_taken_over ON consults (taken_over_at) WHERE taken_over_at IS NOT NULL AND purged_at IS NULL;
-- Free text goes with the consult that it was about.
UPDATE notices SET reason = '' WHERE consult_id IN (SELECT id FROM consults WHERE purged_at IS NOT NULL);
UPDATE exports SET reason = '' WHERE consult_id IN (SELECT id FROM consults WHERE purged_at IS NOT NULL);
