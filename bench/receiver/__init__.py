"""The receiver against its peers, on one PostgreSQL: throughput, cost of a long history, memory."""
