"""The first tables: envelopes and salts, ledger and checkpoints, campaigns, takes, releases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "envelopes",
        sa.Column("record_id", sa.String(64), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "salts",
        sa.Column("record_id", sa.String(64), sa.ForeignKey("envelopes.record_id"), primary_key=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("public_hash", sa.String(64), nullable=False, unique=True),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("brief_sha256", sa.String(64), nullable=False, index=True),
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "takes",
        sa.Column("id", sa.String(48), primary_key=True),
        sa.Column("campaign_id", sa.String(40), sa.ForeignKey("campaigns.id"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("record_id", sa.String(64), nullable=False, index=True),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("seconds", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "releases",
        sa.Column("take_id", sa.String(48), primary_key=True),
        sa.Column("record_id", sa.String(64), nullable=False, index=True),
        sa.Column("public_hash", sa.String(64), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False, index=True),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("ledger_position", sa.Integer, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
    )
