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
    received_at BIGINT NOT NULL,
    payload     TEXT
);

CREATE TABLE IF NOT EXISTS outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT NOT NULL,
    clerk_id TEXT,
    svix_id  TEXT,
    payload  TEXT
);

CREATE TABLE IF NOT EXISTS sessions (
    session_id TEXT PRIMARY KEY,
    clerk_id   TEXT NOT NULL,
    ip_address TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS disclosures (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    clerk_id      TEXT,
    recipient     TEXT NOT NULL,
    recipient_ref TEXT NOT NULL
);

-- `subject` n'a pas de clé unique, à dessein : une ligne de trop doit pouvoir se voir.
CREATE TABLE IF NOT EXISTS erasure_register (
    svix_id   TEXT PRIMARY KEY,
    subject   TEXT NOT NULL,
    erased_at BIGINT NOT NULL
);
