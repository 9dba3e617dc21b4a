"""The tables. Portable between SQLite and Postgres; changed only together with a migration.

Salts stand apart from the envelopes: without its salt, a record's public hash in a manifest leads nowhere.
The ledger holds no personal data, so it is never erased.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from studio.store.instants import Instant

HEAD = "0007"  # the newest migration in migrations/versions

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

vault_items = Table(
    "vault_items",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record_id", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=True),  # none: the item was erased
    Column("erased_at", DateTime(timezone=True), nullable=True),
    Column("erased_why", String(32), nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("deal", String(32), nullable=False),
    Column("state", String(24), nullable=False, index=True),
    Column("created_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("current", Integer, nullable=False),  # the version that the links show; 0 before the first is filed
    Column("draft", Text, nullable=True),  # the terms before they are sent: a record without its notice
    Column("guardian_state", String(24), nullable=True),  # none: the record names no guardian
)

request_versions = Table(
    "request_versions",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("record_id", String(64), nullable=False, unique=True),
    Column("made_by", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

request_messages = Table(
    "request_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", String(32), ForeignKey("requests.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("author", Text, nullable=False),  # an address, "subject" or "guardian"
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("request_id", String(32), ForeignKey("requests.id"), nullable=False, index=True),
    Column("party", String(16), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
    Column("claim_sha256", String(64), nullable=True),  # of the browser that used the link up
    Column("claimed_at", Instant, nullable=True),
    Column("sent_to", Text, nullable=True),
)

link_tries = Table(
    "link_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    Column("record_id", String(64), primary_key=True),
    Column("code", String(6), nullable=False),
    Column("movements", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("accepted_sha256", String(64), nullable=True),  # the recording that will be signed with
    Column("checks", Text, nullable=False),
)

statement_attempts = Table(
    "statement_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", String(64), nullable=False, index=True),
    Column("capture", String(8), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("refusal", Text, nullable=True),  # why the file was not taken; then nothing of it is kept
    Column("item_id", String(32), nullable=True),  # the recording in the vault
    Column("transcript_item_id", String(32), nullable=True),
    Column("still_item_id", String(32), nullable=True),
    Column("sha256", String(64), nullable=True),
    Column("media_type", Text, nullable=True),
    Column("duration_s", Float, nullable=True),
    Column("report_sha256", String(64), nullable=True),  # the signed report stands in the envelope
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("request_id", String(32), ForeignKey("requests.id"), primary_key=True),
    Column("party", String(16), primary_key=True),
    Column("challenge", LargeBinary, nullable=True),
    Column("purpose", String(80), nullable=False),
    Column("issued_at", Instant, nullable=True),
    Column("credential_id", LargeBinary, nullable=True),
    Column("cose_key", LargeBinary, nullable=True),
    Column("sign_count", BigInteger, nullable=False),
)

scripts = Table(
    "scripts",
    metadata,
    Column("record_id", String(64), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("locale", String(24), nullable=False),
    Column("campaign", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
)

acts = Table(
    "acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("reason", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dedupe", String(128), nullable=False, unique=True),
    Column("channel", String(16), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("next_try_at", Instant, nullable=True),  # none: sent, or given up
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Instant, nullable=True),
    Column("error", Text, nullable=False),
)

start_links = Table(
    "start_links",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=True),
    Column("removed_at", Instant, nullable=True),
)

likenesses = Table(
    "likenesses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("record_id", String(64), nullable=False),
    Column("modality", String(8), nullable=False),
    Column("created_at", Instant, nullable=False),
    # a person has one voice and one face under one consent
    UniqueConstraint("record_id", "modality", name="uq_likenesses_record_modality"),
)

likeness_versions = Table(
    "likeness_versions",
    metadata,
    Column("likeness_id", String(32), ForeignKey("likenesses.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("language", String(24), nullable=False),  # of the recordings; empty for a face
    Column("profile_item_id", String(32), nullable=False),  # in the vault; whether it stands is the vault's to say
    Column("profile_sha256", String(64), nullable=False),
    Column("recordings", Text, nullable=False),  # JSON: items of the vault and their hashes
    Column("report", Text, nullable=False),  # JSON: what was found of the recordings and of the fit
    Column("enrolled_by", Text, nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("released_by", Text, nullable=True),
    Column("released_at", Instant, nullable=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),  # argon2id, in the PHC form
    Column("totp", LargeBinary, nullable=True),  # sealed under the vault's key
    Column("totp_set_at", Instant, nullable=True),  # none: begun, and not confirmed with a code
    Column("totp_step", BigInteger, nullable=False),  # of the code used last: no code works twice
    Column("created_at", Instant, nullable=False),
    Column("removed_at", Instant, nullable=True),
)

account_links = Table(
    "account_links",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("email", Text, nullable=False),
    Column("with_second_factor", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=True),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("about", String(64), nullable=False, index=True),  # hash of an account or of an address
    Column("at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("email", Text, nullable=False, index=True),
    Column("stage", String(8), nullable=False),  # "half": the password was right, the second factor is missing
    Column("began_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", Text, nullable=False),
    Column("origin", Text, nullable=False),  # the address it came from, or "console"
    Column("before_sha256", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # with spaces between
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=True),
)

api_requests = Table(
    "api_requests",
    metadata,
    Column("token_id", String(16), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("body_sha256", String(64), nullable=False),
    Column("campaign_id", String(40), nullable=True),  # none: the first request with this key is at work
    Column("at", Instant, nullable=False),
)
