-- The network's engine. Twin of ../sqlite/0004_service_tokens.sql.

-- Bearer tokens that were handed out to machines. The token itself is signed and stored nowhere; one that is not listed
-- here, or was revoked, opens nothing.
CREATE TABLE service_tokens (
    id UUID NOT NULL PRIMARY KEY,
    label TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
