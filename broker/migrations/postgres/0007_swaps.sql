-- The network's engine. Twin of ../sqlite/0007_swaps.sql.

-- Duties that change hands. `rev` is the compare-and-set; `body` is JSON of domain::swaps::Swap.
CREATE TABLE swaps (
    id UUID NOT NULL PRIMARY KEY,
    service_id UUID NOT NULL REFERENCES services (id),
    rev BIGINT NOT NULL,
    -- Nobody has decided the last thing yet.
    is_open BOOLEAN NOT NULL,
    -- When an open one ends by itself.
    expires_at BIGINT NOT NULL,
    -- When the last of its duties ends.
    until_at BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL
);
CREATE INDEX swaps_until ON swaps (until_at);
CREATE INDEX swaps_expiring ON swaps (is_open, expires_at);

-- What each service wants of its rota; without a row the usual.
CREATE TABLE rota_settings (
    service_id UUID NOT NULL PRIMARY KEY REFERENCES services (id),
    swaps_need_approval BOOLEAN NOT NULL,
    notice_minutes BIGINT NOT NULL
);

-- Secret addresses of calendars: of a person's own duties, or of a service.
CREATE TABLE calendars (
    id UUID NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    author UUID NOT NULL REFERENCES people (id),
    -- Absent: the author's own duties.
    service_id UUID REFERENCES services (id),
    label TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX calendars_token ON calendars (token_hash);

-- Calendars that absences come from.
CREATE TABLE feeds (
    id UUID NOT NULL PRIMARY KEY,
    author UUID NOT NULL REFERENCES people (id),
    -- Whose absences; absent: of many people of the network, found by name or address.
    person_id UUID REFERENCES people (id),
    network_id UUID,
    kind TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    -- Absent: a file that was read once.
    url TEXT COLLATE "C",
    zone TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    leased_until BIGINT,
    read_at BIGINT,
    failed_at BIGINT,
    fault TEXT COLLATE "C",
    -- JSON: names that nobody bears.
    unknown TEXT COLLATE "C" NOT NULL
);
CREATE INDEX feeds_due ON feeds (due_at);

ALTER TABLE absences ADD COLUMN feed_id UUID;

-- From the duty that goes to the one that comes.
CREATE TABLE hand_over_notes (
    id UUID NOT NULL PRIMARY KEY,
    service_id UUID NOT NULL REFERENCES services (id),
    author UUID NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL
);
CREATE INDEX hand_over_notes_of_service ON hand_over_notes (service_id, at);
