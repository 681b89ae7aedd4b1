-- Embedded engine. Twin of ../postgres/0007_swaps.sql.

-- Duties that change hands. `rev` is the compare-and-set; `body` is JSON of domain::swaps::Swap.
CREATE TABLE swaps (
    id BLOB NOT NULL PRIMARY KEY,
    service_id BLOB NOT NULL REFERENCES services (id),
    rev INTEGER NOT NULL,
    -- Nobody has decided the last thing yet.
    is_open INTEGER NOT NULL,
    -- When an open one ends by itself.
    expires_at INTEGER NOT NULL,
    -- When the last of its duties ends.
    until_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX swaps_until ON swaps (until_at);
CREATE INDEX swaps_expiring ON swaps (is_open, expires_at);

-- What each service wants of its rota; without a row the usual.
CREATE TABLE rota_settings (
    service_id BLOB NOT NULL PRIMARY KEY REFERENCES services (id),
    swaps_need_approval INTEGER NOT NULL,
    notice_minutes INTEGER NOT NULL
) STRICT;

-- Secret addresses of calendars: of a person's own duties, or of a service.
CREATE TABLE calendars (
    id BLOB NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL,
    author BLOB NOT NULL REFERENCES people (id),
    -- Absent: the author's own duties.
    service_id BLOB REFERENCES services (id),
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX calendars_token ON calendars (token_hash);

-- Calendars that absences come from.
CREATE TABLE feeds (
    id BLOB NOT NULL PRIMARY KEY,
    author BLOB NOT NULL REFERENCES people (id),
    -- Whose absences; absent: of many people of the network, found by name or address.
    person_id BLOB REFERENCES people (id),
    network_id BLOB,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    -- Absent: a file that was read once.
    url TEXT,
    zone TEXT NOT NULL,
    due_at INTEGER,
    leased_until INTEGER,
    read_at INTEGER,
    failed_at INTEGER,
    fault TEXT,
    -- JSON: names that nobody bears.
    unknown TEXT NOT NULL
) STRICT;
CREATE INDEX feeds_due ON feeds (due_at);

ALTER TABLE absences ADD COLUMN feed_id BLOB;

-- From the duty that goes to the one that comes.
CREATE TABLE hand_over_notes (
    id BLOB NOT NULL PRIMARY KEY,
    service_id BLOB NOT NULL REFERENCES services (id),
    author BLOB NOT NULL REFERENCES people (id),
    at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX hand_over_notes_of_service ON hand_over_notes (service_id, at);
