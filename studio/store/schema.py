"""The tables. Portable between SQLite and Postgres; changed only together with a migration.

Salts stand apart from the envelopes: without its salt, a record's public hash in a manifest leads nowhere.
The ledger holds no personal data, so it is never erased.
"""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Float, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

HEAD = "0001"  # the newest migration in migrations/versions

metadata = MetaData()

envelopes = Table(
    "envelopes",
    metadata,
    Column("record_id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

salts = Table(
    "salts",
    metadata,
    Column("record_id", String(64), ForeignKey("envelopes.record_id"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("public_hash", String(64), nullable=False, unique=True),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("brief_sha256", String(64), nullable=False, index=True),
    Column("record_id", String(64), nullable=False),
    Column("brand", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
)

takes = Table(
    "takes",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("campaign_id", String(40), ForeignKey("campaigns.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("record_id", String(64), nullable=False, index=True),
    Column("plan", Text, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("reasons", Text, nullable=False),
    Column("step", String(16), nullable=False),
    Column("share", Float, nullable=False),
    Column("seconds", Text, nullable=False),
    Column("path", Text, nullable=True),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("take_id", String(48), primary_key=True),
    Column("record_id", String(64), nullable=False, index=True),
    Column("public_hash", String(64), nullable=False),
    Column("file_sha256", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False, index=True),
    Column("entry", Text, nullable=False),
    Column("ledger_position", Integer, nullable=False),
    Column("checkpoint", Text, nullable=False),
    Column("released_at", DateTime(timezone=True), nullable=False),
)
