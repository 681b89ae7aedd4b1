-- Embedded engine. Twin of ../postgres/0004_service_tokens.sql.

-- Bearer tokens that were handed out to machines. The token itself is signed and stored nowhere; one that is not listed
-- here, or was revoked, opens nothing.
CREATE TABLE service_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    label TEXT NOT NULL,
    scope TEXT NOT NULL,
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
