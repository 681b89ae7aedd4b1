-- Embedded engine. Twin of ../postgres/0011_wishes.sql.

-- By what the rota of a service is planned: limits and deadlines of wishes, shares of people. `rev` is the
-- compare-and-set of two coordinators.
CREATE TABLE planning_rules (
    service_id BLOB NOT NULL PRIMARY KEY REFERENCES services (id),
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    author BLOB NOT NULL REFERENCES people (id),
    updated_at INTEGER NOT NULL
) STRICT;

-- What people would like of a day, `2026-12-24` in the zone of the service.
CREATE TABLE wishes (
    service_id BLOB NOT NULL REFERENCES services (id),
    person_id BLOB NOT NULL REFERENCES people (id),
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    author BLOB NOT NULL REFERENCES people (id),
    written_at INTEGER NOT NULL,
    PRIMARY KEY (service_id, person_id, day)
) STRICT;
CREATE INDEX wishes_of_person ON wishes (person_id, day);
