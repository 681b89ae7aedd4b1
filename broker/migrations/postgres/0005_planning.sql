-- The network's engine. Twin of ../sqlite/0005_planning.sql.

-- Who published the rota as it is, when, and why.
ALTER TABLE rotas ADD COLUMN author UUID;
ALTER TABLE rotas ADD COLUMN published_at BIGINT;
ALTER TABLE rotas ADD COLUMN note TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Everything that was ever published.
CREATE TABLE rota_history (
    service_id UUID NOT NULL REFERENCES services (id),
    revision BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author UUID,
    published_at BIGINT,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, revision)
);
INSERT INTO rota_history (service_id, revision, body, note) SELECT service_id, revision, body, '' FROM rotas;

-- What coordinators are working on. `rev` is the compare-and-set of two of them.
CREATE TABLE rota_drafts (
    service_id UUID NOT NULL PRIMARY KEY REFERENCES services (id),
    based_on BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author UUID NOT NULL REFERENCES people (id),
    updated_at BIGINT NOT NULL
);

-- Wall times as text without an offset, in `zone`.
CREATE TABLE absences (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    kind TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    from_wall TEXT COLLATE "C" NOT NULL,
    until_wall TEXT COLLATE "C" NOT NULL,
    author UUID NOT NULL REFERENCES people (id),
    written_at BIGINT NOT NULL
);

-- What each person is told of their own duties.
CREATE TABLE duty_notes (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    service_id UUID NOT NULL REFERENCES services (id),
    at BIGINT NOT NULL,
    author UUID,
    body TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT
);
CREATE INDEX duty_notes_of_person ON duty_notes (person_id, at);
