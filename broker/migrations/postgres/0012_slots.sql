-- The network's engine. Twin of ../sqlite/0012_slots.sql.

-- How a service lets itself be booked; JSON `null` where it does not.
CREATE TABLE booking_rules (
    service_id UUID NOT NULL PRIMARY KEY REFERENCES services (id),
    body TEXT COLLATE "C" NOT NULL,
    author UUID,
    written_at BIGINT NOT NULL
);

-- Everybody who books the same person stands in line here, and finds out that another one was faster.
CREATE TABLE schedules (
    person_id UUID NOT NULL PRIMARY KEY REFERENCES people (id),
    rev BIGINT NOT NULL
);

-- The slot that a consult holds, while it does. `busy_*` is with the buffers.
CREATE TABLE bookings (
    consult_id UUID NOT NULL PRIMARY KEY REFERENCES consults (id),
    person_id UUID NOT NULL REFERENCES people (id),
    service_id UUID NOT NULL REFERENCES services (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    busy_from BIGINT NOT NULL,
    busy_until BIGINT NOT NULL
);
CREATE UNIQUE INDEX bookings_of_person ON bookings (person_id, starts_at);
