-- Embedded engine. Twin of ../postgres/0005_planning.sql.

-- Who published the rota as it is, when, and why.
ALTER TABLE rotas ADD COLUMN author BLOB;
ALTER TABLE rotas ADD COLUMN published_at INTEGER;
ALTER TABLE rotas ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- Everything that was ever published.
CREATE TABLE rota_history (
    service_id BLOB NOT NULL REFERENCES services (id),
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    author BLOB,
    published_at INTEGER,
    note TEXT NOT NULL,
    PRIMARY KEY (service_id, revision)
) STRICT;
INSERT INTO rota_history (service_id, revision, body, note) SELECT service_id, revision, body, '' FROM rotas;

-- What coordinators are working on. `rev` is the compare-and-set of two of them.
CREATE TABLE rota_drafts (
    service_id BLOB NOT NULL PRIMARY KEY REFERENCES services (id),
    based_on INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    author BLOB NOT NULL REFERENCES people (id),
    updated_at INTEGER NOT NULL
) STRICT;

-- Wall times as text without an offset, in `zone`.
CREATE TABLE absences (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    zone TEXT NOT NULL,
    from_wall TEXT NOT NULL,
    until_wall TEXT NOT NULL,
    author BLOB NOT NULL REFERENCES people (id),
    written_at INTEGER NOT NULL
) STRICT;

-- What each person is told of their own duties.
CREATE TABLE duty_notes (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    service_id BLOB NOT NULL REFERENCES services (id),
    at INTEGER NOT NULL,
    author BLOB,
    body TEXT NOT NULL,
    seen_at INTEGER
) STRICT;
CREATE INDEX duty_notes_of_person ON duty_notes (person_id, at);
