-- The network's engine. Twin of ../sqlite/0008_policies.sql.

-- How a service asks its people: JSON of `schemas::policy::Policies`. Absent policies are the standard ones.
CREATE TABLE service_policies (
    service_id UUID NOT NULL PRIMARY KEY REFERENCES services (id),
    revision BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author UUID,
    written_at BIGINT,
    note TEXT COLLATE "C" NOT NULL
);
INSERT INTO service_policies (service_id, revision, body, note)
SELECT service_id, 1, json_object_agg(urgency, body::json)::text, '' FROM policies GROUP BY service_id;
DROP TABLE policies;

-- Everything that ever counted.
CREATE TABLE policy_history (
    service_id UUID NOT NULL REFERENCES services (id),
    revision BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    author UUID,
    written_at BIGINT,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, revision)
);
INSERT INTO policy_history (service_id, revision, body, note)
SELECT service_id, revision, body, note FROM service_policies;
