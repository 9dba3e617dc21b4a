"""What the studio remembers: envelopes, the ledger, campaigns, takes and releases, in SQLite or Postgres."""
