"use strict";

// Peer: the handler of naive.py in Node. Verify, one upsert, no inbox, no version guard.
// The same table, pool and answers; WORKERS processes share the port through `cluster`.

const cluster = require("node:cluster");
const express = require("express");
const { Pool } = require("pg");
const { Webhook } = require("svix");

const UPSERT = {
  name: "upsert",
  text: `INSERT INTO users (clerk_id, email, first_name, last_name, updated_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (clerk_id) DO UPDATE SET email = EXCLUDED.email, first_name = EXCLUDED.first_name,
    last_name = EXCLUDED.last_name, updated_at = EXCLUDED.updated_at`,
};
const REMOVE = { name: "remove", text: "DELETE FROM users WHERE clerk_id = $1" };

function primaryEmail(data) {
  const found = data.email_addresses.find((email) => email.id === data.primary_email_address_id);
  return found ? found.email_address : null;
}

async function write(pool, event) {
  const data = event.data;
  if (event.type === "user.created" || event.type === "user.updated") {
    const values = [data.id, primaryEmail(data), data.first_name, data.last_name, data.updated_at];
    await pool.query({ ...UPSERT, values });
  } else if (event.type === "user.deleted") {
    await pool.query({ ...REMOVE, values: [data.id] });
  }
}

function serve() {
  // PGHOST, PGUSER and PGDATABASE say where; a query outside a transaction commits by itself.
  const pool = new Pool({ max: Number(process.env.POOL_SIZE) });
  const webhook = new Webhook(process.env.CLERK_WEBHOOK_SIGNING_SECRET);
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");

  app.get("/ready", (_request, response) => response.status(200).end());

  app.post("/api/webhooks/clerk", express.raw({ type: "application/json", limit: "1mb" }), async (request, response) => {
    try {
      webhook.verify(request.body, request.headers); // since svix 2, it returns nothing
    } catch {
      response.status(400).end();
      return;
    }
    await write(pool, JSON.parse(request.body.toString()));
    response.status(204).end();
  });

  app.listen(Number(process.env.PORT), "127.0.0.1");
}

const workers = Number(process.env.WORKERS);
if (workers > 1 && cluster.isPrimary) {
  for (let i = 0; i < workers; i += 1) cluster.fork();
} else {
  serve();
}
