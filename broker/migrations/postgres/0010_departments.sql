-- The network's engine. Twin of ../sqlite/0010_departments.sql.

-- ── directory ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE departments (
    id UUID NOT NULL PRIMARY KEY,
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    name TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL,
    UNIQUE (hospital_id, name)
);

-- Beside `people`, so that whoever writes an account need not know of departments.
CREATE TABLE department_members (
    person_id UUID NOT NULL PRIMARY KEY REFERENCES people (id),
    department_id UUID NOT NULL REFERENCES departments (id)
);

-- ── onboarding ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- What was done so that a house can begin, and by whom. No row: not done yet.
CREATE TABLE onboarding (
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    step TEXT COLLATE "C" NOT NULL,
    done_by UUID REFERENCES people (id),
    done_at BIGINT,
    note TEXT COLLATE "C" NOT NULL,
    consult_id UUID REFERENCES consults (id),
    PRIMARY KEY (hospital_id, step)
);

-- ── consults ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- How each went, for the reports: the log tells it too, but not after the purge.
ALTER TABLE consults ADD COLUMN asked_at BIGINT;
ALTER TABLE consults ADD COLUMN accepted_at BIGINT;
ALTER TABLE consults ADD COLUMN declines BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consults ADD COLUMN is_escalated BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE consults ADD COLUMN was_unanswered BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE consults ADD COLUMN is_test BOOLEAN NOT NULL DEFAULT FALSE;
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
