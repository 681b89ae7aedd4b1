-- Embedded engine. Twin of ../postgres/0008_policies.sql.

-- How a service asks its people: JSON of `schemas::policy::Policies`. Absent policies are the standard ones.
CREATE TABLE service_policies (
    service_id BLOB NOT NULL PRIMARY KEY REFERENCES services (id),
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    author BLOB,
    written_at INTEGER,
    note TEXT NOT NULL
) STRICT;
INSERT INTO service_policies (service_id, revision, body, note)
SELECT service_id, 1, json_group_object(urgency, json(body)), '' FROM policies GROUP BY service_id;
DROP TABLE policies;

-- Everything that ever counted.
CREATE TABLE policy_history (
    service_id BLOB NOT NULL REFERENCES services (id),
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    author BLOB,
    written_at INTEGER,
    note TEXT NOT NULL,
    PRIMARY KEY (service_id, revision)
) STRICT;
INSERT INTO policy_history (service_id, revision, body, note)
SELECT service_id, revision, body, note FROM service_policies;
