-- The network's engine. Twin of ../sqlite/0011_wishes.sql.

-- By what the rota of a service is planned: limits and deadlines of wishes, shares of people. `rev` is the
-- compare-and-set of two coordinators.
CREATE TABLE planning_rules (
    service_id UUID NOT NULL PRIMARY KEY REFERENCES services (id),
    rev BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author UUID NOT NULL REFERENCES people (id),
    updated_at BIGINT NOT NULL
);

-- What people would like of a day, `2026-12-24` in the zone of the service.
CREATE TABLE wishes (
    service_id UUID NOT NULL REFERENCES services (id),
    person_id UUID NOT NULL REFERENCES people (id),
    day TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    author UUID NOT NULL REFERENCES people (id),
    written_at BIGINT NOT NULL,
    PRIMARY KEY (service_id, person_id, day)
);
CREATE INDEX wishes_of_person ON wishes (person_id, day);
