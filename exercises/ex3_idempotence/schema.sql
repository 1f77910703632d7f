CREATE TABLE IF NOT EXISTS users (
    clerk_id         TEXT PRIMARY KEY,
    email            TEXT,
    first_name       TEXT,
    last_name        TEXT,
    clerk_updated_at BIGINT NOT NULL,
    deleted_at       BIGINT,
    login_count      BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS inbox (
    svix_id     TEXT PRIMARY KEY,
    type        TEXT,
    outcome     TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT NOT NULL,
    clerk_id TEXT,
    svix_id  TEXT,
    payload  TEXT
);
