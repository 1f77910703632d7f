CREATE TABLE IF NOT EXISTS deliveries (
    svix_id     TEXT PRIMARY KEY,
    type        TEXT,
    received_at BIGINT NOT NULL
);
