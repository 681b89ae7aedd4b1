-- PostgreSQL. Twin of ../sqlite/0001_initial.sql: same tables, columns, keys and indexes (a test compares them).
-- Conventions: instants are integer milliseconds since 1970; JSON is text that only the program reads; text compares by
-- its bytes (COLLATE "C"), as SQLite does, so that both engines sort and match alike whatever the database's locale is.

-- Counters that many transactions read and few rows hold. 'log' is the position of the last event of all: it is raised
-- at the end of a write, so that positions appear in commit order. 'directory' grows with every write to people,
-- houses, services, policies and rotas.
-- The row lock makes all appends leave one after the other: a transaction that took a smaller position is visible
-- before the next one gets its own. The low fill factor keeps the rewritten row on its page (HOT update).
CREATE TABLE counters (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
) WITH (fillfactor = 10);
INSERT INTO counters (name, value) VALUES ('log', 0), ('directory', 0);

-- ── directory ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE hospitals (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    city TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL
);

CREATE TABLE networks (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL
);

CREATE TABLE services (
    id UUID NOT NULL PRIMARY KEY,
    network_id UUID NOT NULL REFERENCES networks (id),
    specialty TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    fallback_phone TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    is_exclusive BOOLEAN NOT NULL
);

CREATE TABLE people (
    id UUID NOT NULL PRIMARY KEY,
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    phone TEXT COLLATE "C",
    roles TEXT COLLATE "C" NOT NULL,
    networks TEXT COLLATE "C" NOT NULL,
    languages TEXT COLLATE "C" NOT NULL,
    qualifications TEXT COLLATE "C" NOT NULL,
    resting_until BIGINT,
    is_active BOOLEAN NOT NULL
);

CREATE TABLE credentials (
    person_id UUID NOT NULL PRIMARY KEY REFERENCES people (id),
    password_hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE contracts (
    service_id UUID NOT NULL REFERENCES services (id),
    provider_hospital_id UUID NOT NULL REFERENCES hospitals (id),
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    PRIMARY KEY (service_id, provider_hospital_id, hospital_id)
);

CREATE TABLE policies (
    service_id UUID NOT NULL REFERENCES services (id),
    urgency TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (service_id, urgency)
);

CREATE TABLE rotas (
    service_id UUID NOT NULL PRIMARY KEY REFERENCES services (id),
    revision BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL
);

-- ── consults ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- What queries need of each consult, and its whole state; written in the same transaction as its events.
CREATE TABLE consults (
    id UUID NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    urgency TEXT COLLATE "C" NOT NULL,
    is_open BOOLEAN NOT NULL,
    service_id UUID NOT NULL REFERENCES services (id),
    network_id UUID NOT NULL REFERENCES networks (id),
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    requester UUID NOT NULL REFERENCES people (id),
    specialist UUID REFERENCES people (id),
    created_at BIGINT NOT NULL,
    state_since BIGINT NOT NULL,
    next_deadline BIGINT,
    lease_node TEXT COLLATE "C",
    lease_until BIGINT,
    detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX consults_due ON consults (next_deadline) WHERE next_deadline IS NOT NULL;
CREATE INDEX consults_of_hospital ON consults (hospital_id, created_at);
CREATE INDEX consults_of_network ON consults (network_id, created_at);
CREATE INDEX consults_of_specialist ON consults (specialist, is_open);

-- The event log. The primary key is the compare-and-set of all writers. Body and salt go at the purge; the chain of
-- commitments stays.
CREATE TABLE consult_events (
    consult_id UUID NOT NULL REFERENCES consults (id),
    seq BIGINT NOT NULL,
    position BIGINT NOT NULL UNIQUE,
    recorded_at BIGINT NOT NULL,
    actor UUID,
    version BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C",
    salt BYTEA,
    commitment BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (consult_id, seq)
);

CREATE TABLE consult_people (
    consult_id UUID NOT NULL REFERENCES consults (id),
    person_id UUID NOT NULL REFERENCES people (id),
    relation TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (consult_id, person_id, relation)
);
CREATE INDEX consult_people_of_person ON consult_people (person_id, relation, since);

-- Messages to the outside that are sent at least once after their commit.
CREATE TABLE outbox (
    id UUID NOT NULL PRIMARY KEY,
    consult_id UUID NOT NULL REFERENCES consults (id),
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_in_order ON outbox (created_at, id);

-- ── sessions and rooms ───────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    csrf_token TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    expires_at BIGINT NOT NULL
);

CREATE TABLE used_tickets (
    jti UUID NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- The row outlives the lease, because it holds the fencing epoch.
CREATE TABLE room_leases (
    consult_id UUID NOT NULL PRIMARY KEY REFERENCES consults (id),
    node TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

-- ── imaging ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- `folded_*` are the lower-case twins that wild cards are compared with (neither engine folds umlauts by itself).
CREATE TABLE studies (
    id UUID NOT NULL PRIMARY KEY,
    hospital_id UUID NOT NULL REFERENCES hospitals (id),
    study_instance_uid TEXT COLLATE "C" NOT NULL,
    wrapped_key BYTEA,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    declared BIGINT,
    received BIGINT NOT NULL,
    series_count BIGINT NOT NULL,
    modalities TEXT COLLATE "C" NOT NULL,
    study_date TEXT COLLATE "C",
    study_time TEXT COLLATE "C",
    accession_number TEXT COLLATE "C",
    referring_physician TEXT COLLATE "C",
    study_description TEXT COLLATE "C",
    patient_name TEXT COLLATE "C",
    patient_id TEXT COLLATE "C",
    patient_birth_date TEXT COLLATE "C",
    patient_sex TEXT COLLATE "C",
    dicom_study_id TEXT COLLATE "C",
    folded_referring_physician TEXT COLLATE "C",
    folded_study_description TEXT COLLATE "C",
    folded_patient_name TEXT COLLATE "C",
    UNIQUE (hospital_id, study_instance_uid)
);
CREATE INDEX studies_of_uid ON studies (study_instance_uid);
CREATE INDEX studies_by_date ON studies (hospital_id, study_date);

CREATE TABLE series (
    study_id UUID NOT NULL REFERENCES studies (id),
    series_instance_uid TEXT COLLATE "C" NOT NULL,
    modality TEXT COLLATE "C",
    series_number BIGINT,
    series_description TEXT COLLATE "C",
    body_part TEXT COLLATE "C",
    series_date TEXT COLLATE "C",
    series_time TEXT COLLATE "C",
    instance_count BIGINT NOT NULL,
    PRIMARY KEY (study_id, series_instance_uid)
);

CREATE TABLE instances (
    study_id UUID NOT NULL,
    sop_instance_uid TEXT COLLATE "C" NOT NULL,
    series_instance_uid TEXT COLLATE "C" NOT NULL,
    sop_class_uid TEXT COLLATE "C" NOT NULL,
    transfer_syntax_uid TEXT COLLATE "C" NOT NULL,
    instance_number BIGINT,
    pixel_rows BIGINT,
    pixel_columns BIGINT,
    bits_allocated BIGINT,
    frames BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    byte_size BIGINT NOT NULL,
    blob_address TEXT COLLATE "C" NOT NULL,
    sealed_metadata BYTEA NOT NULL,
    frame_table TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (study_id, sop_instance_uid),
    FOREIGN KEY (study_id, series_instance_uid) REFERENCES series (study_id, series_instance_uid)
);
CREATE INDEX instances_of_series ON instances (study_id, series_instance_uid);

CREATE TABLE consult_studies (
    consult_id UUID NOT NULL REFERENCES consults (id),
    study_id UUID NOT NULL REFERENCES studies (id),
    PRIMARY KEY (consult_id, study_id)
);
CREATE INDEX consult_studies_of_study ON consult_studies (study_id);

-- Reads of patient data: one row per person, session, study and quarter of an hour. Names nobody by reference: it
-- outlives people, and service accounts are no people.
CREATE TABLE access_log (
    person_id UUID NOT NULL,
    session TEXT COLLATE "C" NOT NULL,
    study_id UUID NOT NULL,
    window_start BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, session, study_id, window_start)
);
CREATE INDEX access_log_of_study ON access_log (study_id, first_at);
