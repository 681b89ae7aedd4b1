-- Embedded engine. Twin of ../postgres/0012_slots.sql.

-- How a service lets itself be booked; JSON `null` where it does not.
CREATE TABLE booking_rules (
    service_id BLOB NOT NULL PRIMARY KEY REFERENCES services (id),
    body TEXT NOT NULL,
    author BLOB,
    written_at INTEGER NOT NULL
) STRICT;

-- Everybody who books the same person stands in line here, and finds out that another one was faster.
CREATE TABLE schedules (
    person_id BLOB NOT NULL PRIMARY KEY REFERENCES people (id),
    rev INTEGER NOT NULL
) STRICT;

-- The slot that a consult holds, while it does. `busy_*` is with the buffers.
CREATE TABLE bookings (
    consult_id BLOB NOT NULL PRIMARY KEY REFERENCES consults (id),
    person_id BLOB NOT NULL REFERENCES people (id),
    service_id BLOB NOT NULL REFERENCES services (id),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    busy_from INTEGER NOT NULL,
    busy_until INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX bookings_of_person ON bookings (person_id, starts_at);
