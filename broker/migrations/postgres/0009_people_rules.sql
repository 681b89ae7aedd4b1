-- The network's engine. Twin of ../sqlite/0009_people_rules.sql.

-- Licences, validity of qualifications, part-time share, newcomers: JSON of `schemas::admin::PersonRules`.
ALTER TABLE people ADD COLUMN rules TEXT COLLATE "C" NOT NULL DEFAULT '{}';
-- Leistungsgruppe, licences asked for, overflow: JSON of `schemas::admin::ServiceRules`.
ALTER TABLE services ADD COLUMN rules TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- What each rule of the matching is worth to a service, by version: the highest one counts.
CREATE TABLE match_weights (
    service_id UUID NOT NULL REFERENCES services (id),
    version BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author UUID NOT NULL REFERENCES people (id),
    written_at BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, version)
);

-- Consults that reached people of a neighbouring network: its service, and since when.
CREATE TABLE overflows (
    consult_id UUID NOT NULL PRIMARY KEY REFERENCES consults (id),
    service_id UUID NOT NULL REFERENCES services (id),
    since BIGINT NOT NULL
);
CREATE INDEX overflows_of_service ON overflows (service_id, since);

-- When somebody was in a room: rest counts from there.
CREATE INDEX consult_events_stays ON consult_events (actor, recorded_at) WHERE kind IN ('joined', 'left');
-- The last rankings, for the preview of other weights.
CREATE INDEX consult_events_matches ON consult_events (position) WHERE kind = 'matched';
