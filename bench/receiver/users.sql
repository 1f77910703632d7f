-- The table of the two naive peers: what the tutorials make, and no more.
CREATE TABLE users (
    clerk_id   TEXT PRIMARY KEY,
    email      TEXT,
    first_name TEXT,
    last_name  TEXT,
    updated_at BIGINT
);
