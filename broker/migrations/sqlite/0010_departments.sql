-- Embedded engine. Twin of ../postgres/0010_departments.sql.

-- ── directory ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE departments (
    id BLOB NOT NULL PRIMARY KEY,
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    UNIQUE (hospital_id, name)
) STRICT;

-- Beside `people`, so that whoever writes an account need not know of departments.
CREATE TABLE department_members (
    person_id BLOB NOT NULL PRIMARY KEY REFERENCES people (id),
    department_id BLOB NOT NULL REFERENCES departments (id)
) STRICT;

-- ── onboarding ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- What was done so that a house can begin, and by whom. No row: not done yet.
CREATE TABLE onboarding (
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    step TEXT NOT NULL,
    done_by BLOB REFERENCES people (id),
    done_at INTEGER,
    note TEXT NOT NULL,
    consult_id BLOB REFERENCES consults (id),
    PRIMARY KEY (hospital_id, step)
) STRICT;

-- ── consults ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- How each went, for the reports: the log tells it too, but not after the purge.
ALTER TABLE consults ADD COLUMN asked_at INTEGER;
ALTER TABLE consults ADD COLUMN accepted_at INTEGER;
ALTER TABLE consults ADD COLUMN declines INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consults ADD COLUMN is_escalated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consults ADD COLUMN was_unanswered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consults ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;
UPDATE consults SET
    asked_at = (SELECT MIN(recorded_at) FROM consult_events e
        WHERE e.consult_id = consults.id AND e.kind IN ('requested', 'request_made')),
    accepted_at = (SELECT MIN(recorded_at) FROM consult_events e
        WHERE e.consult_id = consults.id AND e.kind = 'accepted'),
    was_unanswered = EXISTS (SELECT 1 FROM consult_events e
        WHERE e.consult_id = consults.id AND e.kind = 'unanswered');
-- Read as text: within somebody's words the quotation marks of the names would be escaped. Of what was purged it is not
-- known any more.
UPDATE consults SET
    declines = (length(detail) - length(replace(detail, '"outcome":"declined"', ''))) / length('"outcome":"declined"'),
    is_escalated = detail LIKE '%"step":2%' OR detail LIKE '%"round":2%';
CREATE INDEX consults_asked ON consults (network_id, asked_at);
