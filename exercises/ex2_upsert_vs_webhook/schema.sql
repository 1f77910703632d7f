CREATE TABLE IF NOT EXISTS users (
    clerk_id         TEXT PRIMARY KEY,
    email            TEXT,
    first_name       TEXT,
    last_name        TEXT,
    clerk_updated_at BIGINT NOT NULL,
    deleted_at       BIGINT
);
