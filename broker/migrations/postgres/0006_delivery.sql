-- The network's engine. Twin of ../sqlite/0006_delivery.sql.

-- Was made for this and never used: what goes out is written down in `messages`.
DROP TABLE outbox;

-- What goes out to people, one row for each message to each person. A ring's message has the ring's id and is written in
-- the transaction of the event that starts the ring. `course` is JSON of `domain::delivery::Course`, the way of every
-- channel; `rev` is its compare-and-set; `next_at` is when a node has to act.
CREATE TABLE messages (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    consult_id UUID REFERENCES consults (id),
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    course TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    ended_at BIGINT,
    answered_on TEXT COLLATE "C",
    next_at BIGINT,
    lease_node TEXT COLLATE "C",
    lease_until BIGINT
);
CREATE INDEX messages_due ON messages (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX messages_of_consult ON messages (consult_id, queued_at) WHERE consult_id IS NOT NULL;
CREATE INDEX messages_by_time ON messages (queued_at);

-- Devices that want to be woken. `sealed` holds endpoint and keys.
CREATE TABLE push_subscriptions (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    sealed BYTEA NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX push_subscriptions_of_person ON push_subscriptions (person_id, since);

-- On which channels somebody is reached: `channels` is a JSON array, `sealed_mobile` a telephone number.
CREATE TABLE contact_settings (
    person_id UUID NOT NULL PRIMARY KEY REFERENCES people (id),
    channels TEXT COLLATE "C" NOT NULL,
    sealed_mobile BYTEA,
    language TEXT COLLATE "C" NOT NULL
);

-- What was answered by a one-time link or by a key in a call: once.
CREATE TABLE link_answers (
    message_id UUID NOT NULL PRIMARY KEY REFERENCES messages (id),
    answer TEXT COLLATE "C" NOT NULL,
    answered_at BIGINT NOT NULL
);

-- Self-tests at the beginning of a shift. `report` is JSON of what page and owner say.
CREATE TABLE self_tests (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    started_at BIGINT NOT NULL,
    push_ms BIGINT,
    push_fault TEXT COLLATE "C",
    report TEXT COLLATE "C" NOT NULL
);
CREATE INDEX self_tests_of_person ON self_tests (person_id, started_at);
