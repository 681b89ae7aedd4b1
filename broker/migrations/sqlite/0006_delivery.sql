-- Embedded engine. Twin of ../postgres/0006_delivery.sql.

-- Was made for this and never used: what goes out is written down in `messages`.
DROP TABLE outbox;

-- What goes out to people, one row for each message to each person. A ring's message has the ring's id and is written in
-- the transaction of the event that starts the ring. `course` is JSON of `domain::delivery::Course`, the way of every
-- channel; `rev` is its compare-and-set; `next_at` is when a node has to act.
CREATE TABLE messages (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    consult_id BLOB REFERENCES consults (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    course TEXT NOT NULL,
    rev INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    ended_at INTEGER,
    answered_on TEXT,
    next_at INTEGER,
    lease_node TEXT,
    lease_until INTEGER
) STRICT;
CREATE INDEX messages_due ON messages (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX messages_of_consult ON messages (consult_id, queued_at) WHERE consult_id IS NOT NULL;
CREATE INDEX messages_by_time ON messages (queued_at);

-- Devices that want to be woken. `sealed` holds endpoint and keys.
CREATE TABLE push_subscriptions (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    sealed BLOB NOT NULL,
    label TEXT NOT NULL,
    since INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;
CREATE INDEX push_subscriptions_of_person ON push_subscriptions (person_id, since);

-- On which channels somebody is reached: `channels` is a JSON array, `sealed_mobile` a telephone number.
CREATE TABLE contact_settings (
    person_id BLOB NOT NULL PRIMARY KEY REFERENCES people (id),
    channels TEXT NOT NULL,
    sealed_mobile BLOB,
    language TEXT NOT NULL
) STRICT;

-- What was answered by a one-time link or by a key in a call: once.
CREATE TABLE link_answers (
    message_id BLOB NOT NULL PRIMARY KEY REFERENCES messages (id),
    answer TEXT NOT NULL,
    answered_at INTEGER NOT NULL
) STRICT;

-- Self-tests at the beginning of a shift. `report` is JSON of what page and owner say.
CREATE TABLE self_tests (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    started_at INTEGER NOT NULL,
    push_ms INTEGER,
    push_fault TEXT,
    report TEXT NOT NULL
) STRICT;
CREATE INDEX self_tests_of_person ON self_tests (person_id, started_at);
