-- Embedded engine. Twin of ../postgres/0002_whole_consult.sql.

-- ── consults ─────────────────────────────────────────────────────────────────────────────────────────────────────────
ALTER TABLE consults ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE consults ADD COLUMN taken_over_at INTEGER;
ALTER TABLE consults ADD COLUMN ended_at INTEGER;
ALTER TABLE consults ADD COLUMN purged_at INTEGER;
ALTER TABLE consults ADD COLUMN is_queued INTEGER NOT NULL DEFAULT 0;
UPDATE consults SET label = 'TK-' || hex(substr(id, 15, 2));
UPDATE consults SET ended_at = state_since WHERE state IN ('closed', 'cancelled');
-- Lists leave purged consults out, and so do their indexes: they stay as small as the retention is long.
DROP INDEX consults_of_hospital;
DROP INDEX consults_of_network;
CREATE INDEX consults_of_hospital ON consults (hospital_id, created_at) WHERE purged_at IS NULL;
CREATE INDEX consults_of_network ON consults (network_id, created_at) WHERE purged_at IS NULL;
CREATE INDEX consults_open ON consults (state, state_since) WHERE is_open;
CREATE INDEX consults_of_label ON consults (label);
CREATE INDEX consults_queued ON consults (service_id, created_at) WHERE is_queued;
-- What has ended and still holds patient data: one row for each consult of the retention.
CREATE INDEX consults_to_purge ON consults (ended_at) WHERE ended_at IS NOT NULL AND purged_at IS NULL;
-- For the purge.
CREATE INDEX outbox_of_consult ON outbox (consult_id);

-- ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Sessions of before have no name that a list could show or revoke: everybody signs in again, once.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id BLOB NOT NULL;
ALTER TABLE sessions ADD COLUMN only_consult BLOB REFERENCES consults (id);
CREATE UNIQUE INDEX sessions_by_id ON sessions (id);
CREATE INDEX sessions_of_person ON sessions (person_id);
ALTER TABLE links ADD COLUMN only_consult BLOB REFERENCES consults (id);

-- A guest's way in. Who the guest is stands in the consult's log.
CREATE TABLE guests (
    id BLOB NOT NULL PRIMARY KEY,
    consult_id BLOB NOT NULL REFERENCES consults (id),
    token_hash BLOB NOT NULL UNIQUE,
    cookie_hash BLOB UNIQUE,
    csrf_token TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    session_until INTEGER
) STRICT;
CREATE INDEX guests_of_consult ON guests (consult_id);

-- ── data protection ──────────────────────────────────────────────────────────────────────────────────────────────────
-- Both outlive the purge of their consult: they are the proof of who asked for what, and why.
CREATE TABLE notices (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    noticed_at INTEGER NOT NULL,
    person_id BLOB NOT NULL REFERENCES people (id),
    consult_id BLOB NOT NULL REFERENCES consults (id),
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    seen_by BLOB REFERENCES people (id),
    seen_at INTEGER
) STRICT;
CREATE INDEX notices_by_time ON notices (noticed_at, id);

CREATE TABLE exports (
    id BLOB NOT NULL PRIMARY KEY,
    consult_id BLOB NOT NULL REFERENCES consults (id),
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_by BLOB NOT NULL REFERENCES people (id),
    requested_at INTEGER NOT NULL,
    decided_by BLOB REFERENCES people (id),
    decided_at INTEGER
) STRICT;
CREATE INDEX exports_by_time ON exports (requested_at, id);
CREATE INDEX exports_of_consult ON exports (consult_id);

-- The access log is swept by age.
CREATE INDEX access_log_by_time ON access_log (first_at);

-- Sealed objects whose key a purge has taken: to be deleted from the blob store, which no transaction reaches.
CREATE TABLE dead_blobs (
    address TEXT NOT NULL PRIMARY KEY
) STRICT;
