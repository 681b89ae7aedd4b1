-- Embedded engine. Twin of ../postgres/0001_initial.sql: same tables, columns, keys and indexes (a test compares them).
-- Conventions: instants are integer milliseconds since 1970; identifiers are 16-byte blobs; booleans are 0 and 1;
-- JSON is text that only the program reads.

-- Counters that many transactions read and few rows hold. 'log' is the position of the last event of all: it is raised
-- at the end of a write, so that positions appear in commit order. 'directory' grows with every write to people,
-- houses, services, policies and rotas.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('log', 0), ('directory', 0);

-- ── directory ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE hospitals (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    city TEXT NOT NULL,
    phone TEXT NOT NULL
) STRICT;

CREATE TABLE networks (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE services (
    id BLOB NOT NULL PRIMARY KEY,
    network_id BLOB NOT NULL REFERENCES networks (id),
    specialty TEXT NOT NULL,
    name TEXT NOT NULL,
    fallback_phone TEXT NOT NULL,
    zone TEXT NOT NULL,
    is_exclusive INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
    id BLOB NOT NULL PRIMARY KEY,
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    phone TEXT,
    roles TEXT NOT NULL,
    networks TEXT NOT NULL,
    languages TEXT NOT NULL,
    qualifications TEXT NOT NULL,
    resting_until INTEGER,
    is_active INTEGER NOT NULL
) STRICT;

CREATE TABLE credentials (
    person_id BLOB NOT NULL PRIMARY KEY REFERENCES people (id),
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE contracts (
    service_id BLOB NOT NULL REFERENCES services (id),
    provider_hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    PRIMARY KEY (service_id, provider_hospital_id, hospital_id)
) STRICT;

CREATE TABLE policies (
    service_id BLOB NOT NULL REFERENCES services (id),
    urgency TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (service_id, urgency)
) STRICT;

CREATE TABLE rotas (
    service_id BLOB NOT NULL PRIMARY KEY REFERENCES services (id),
    revision INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- ── consults ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- What queries need of each consult, and its whole state; written in the same transaction as its events.
CREATE TABLE consults (
    id BLOB NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    urgency TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    service_id BLOB NOT NULL REFERENCES services (id),
    network_id BLOB NOT NULL REFERENCES networks (id),
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    requester BLOB NOT NULL REFERENCES people (id),
    specialist BLOB REFERENCES people (id),
    created_at INTEGER NOT NULL,
    state_since INTEGER NOT NULL,
    next_deadline INTEGER,
    lease_node TEXT,
    lease_until INTEGER,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX consults_due ON consults (next_deadline) WHERE next_deadline IS NOT NULL;
CREATE INDEX consults_of_hospital ON consults (hospital_id, created_at);
CREATE INDEX consults_of_network ON consults (network_id, created_at);
CREATE INDEX consults_of_specialist ON consults (specialist, is_open);

-- The event log. The primary key is the compare-and-set of all writers. Body and salt go at the purge; the chain of
-- commitments stays.
CREATE TABLE consult_events (
    consult_id BLOB NOT NULL REFERENCES consults (id),
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL UNIQUE,
    recorded_at INTEGER NOT NULL,
    actor BLOB,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT,
    salt BLOB,
    commitment BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (consult_id, seq)
) STRICT;

CREATE TABLE consult_people (
    consult_id BLOB NOT NULL REFERENCES consults (id),
    person_id BLOB NOT NULL REFERENCES people (id),
    relation TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (consult_id, person_id, relation)
) STRICT;
CREATE INDEX consult_people_of_person ON consult_people (person_id, relation, since);

-- Messages to the outside that are sent at least once after their commit.
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY,
    consult_id BLOB NOT NULL REFERENCES consults (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_in_order ON outbox (created_at, id);

-- ── sessions and rooms ───────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    csrf_token TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE used_tickets (
    jti BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;

-- The row outlives the lease, because it holds the fencing epoch.
CREATE TABLE room_leases (
    consult_id BLOB NOT NULL PRIMARY KEY REFERENCES consults (id),
    node TEXT NOT NULL,
    url TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;

-- ── imaging ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- `folded_*` are the lower-case twins that wild cards are compared with (neither engine folds umlauts by itself).
CREATE TABLE studies (
    id BLOB NOT NULL PRIMARY KEY,
    hospital_id BLOB NOT NULL REFERENCES hospitals (id),
    study_instance_uid TEXT NOT NULL,
    wrapped_key BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    declared INTEGER,
    received INTEGER NOT NULL,
    series_count INTEGER NOT NULL,
    modalities TEXT NOT NULL,
    study_date TEXT,
    study_time TEXT,
    accession_number TEXT,
    referring_physician TEXT,
    study_description TEXT,
    patient_name TEXT,
    patient_id TEXT,
    patient_birth_date TEXT,
    patient_sex TEXT,
    dicom_study_id TEXT,
    folded_referring_physician TEXT,
    folded_study_description TEXT,
    folded_patient_name TEXT,
    UNIQUE (hospital_id, study_instance_uid)
) STRICT;
CREATE INDEX studies_of_uid ON studies (study_instance_uid);
CREATE INDEX studies_by_date ON studies (hospital_id, study_date);

CREATE TABLE series (
    study_id BLOB NOT NULL REFERENCES studies (id),
    series_instance_uid TEXT NOT NULL,
    modality TEXT,
    series_number INTEGER,
    series_description TEXT,
    body_part TEXT,
    series_date TEXT,
    series_time TEXT,
    instance_count INTEGER NOT NULL,
    PRIMARY KEY (study_id, series_instance_uid)
) STRICT;

CREATE TABLE instances (
    study_id BLOB NOT NULL,
    sop_instance_uid TEXT NOT NULL,
    series_instance_uid TEXT NOT NULL,
    sop_class_uid TEXT NOT NULL,
    transfer_syntax_uid TEXT NOT NULL,
    instance_number INTEGER,
    pixel_rows INTEGER,
    pixel_columns INTEGER,
    bits_allocated INTEGER,
    frames INTEGER NOT NULL,
    digest BLOB NOT NULL,
    byte_size INTEGER NOT NULL,
    blob_address TEXT NOT NULL,
    sealed_metadata BLOB NOT NULL,
    frame_table TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (study_id, sop_instance_uid),
    FOREIGN KEY (study_id, series_instance_uid) REFERENCES series (study_id, series_instance_uid)
) STRICT;
CREATE INDEX instances_of_series ON instances (study_id, series_instance_uid);

CREATE TABLE consult_studies (
    consult_id BLOB NOT NULL REFERENCES consults (id),
    study_id BLOB NOT NULL REFERENCES studies (id),
    PRIMARY KEY (consult_id, study_id)
) STRICT;
CREATE INDEX consult_studies_of_study ON consult_studies (study_id);

-- Reads of patient data: one row per person, session, study and quarter of an hour. Names nobody by reference: it
-- outlives people, and service accounts are no people.
CREATE TABLE access_log (
    person_id BLOB NOT NULL,
    session TEXT NOT NULL,
    study_id BLOB NOT NULL,
    window_start INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, session, study_id, window_start)
) STRICT;
CREATE INDEX access_log_of_study ON access_log (study_id, first_at);
