-- Embedded engine. Twin of ../postgres/0009_people_rules.sql.

-- Licences, validity of qualifications, part-time share, newcomers: JSON of `schemas::admin::PersonRules`.
ALTER TABLE people ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
-- Leistungsgruppe, licences asked for, overflow: JSON of `schemas::admin::ServiceRules`.
ALTER TABLE services ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';

-- What each rule of the matching is worth to a service, by version: the highest one counts.
CREATE TABLE match_weights (
    service_id BLOB NOT NULL REFERENCES services (id),
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    author BLOB NOT NULL REFERENCES people (id),
    written_at INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (service_id, version)
) STRICT;

-- Consults that reached people of a neighbouring network: its service, and since when.
CREATE TABLE overflows (
    consult_id BLOB NOT NULL PRIMARY KEY REFERENCES consults (id),
    service_id BLOB NOT NULL REFERENCES services (id),
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX overflows_of_service ON overflows (service_id, since);

-- When somebody was in a room: rest counts from there.
CREATE INDEX consult_events_stays ON consult_events (actor, recorded_at) WHERE kind IN ('joined', 'left');
-- The last rankings, for the preview of other weights.
CREATE INDEX consult_events_matches ON consult_events (position) WHERE kind = 'matched';
