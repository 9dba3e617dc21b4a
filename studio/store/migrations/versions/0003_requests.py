"""Requests in full: drafts, what was said to each other, each attempt at a statement."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("requests", sa.Column("current", sa.Integer, nullable=False, server_default="0"))
    op.add_column("requests", sa.Column("draft", sa.Text, nullable=True))
    op.add_column("requests", sa.Column("guardian_state", sa.String(24), nullable=True))
    op.add_column("links", sa.Column("sent_to", sa.Text, nullable=True))
    op.create_table(
        "request_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("requests.id"), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "statement_attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("record_id", sa.String(64), nullable=False, index=True),
        sa.Column("capture", sa.String(8), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusal", sa.Text, nullable=True),
        sa.Column("item_id", sa.String(32), nullable=True),
        sa.Column("transcript_item_id", sa.String(32), nullable=True),
        sa.Column("still_item_id", sa.String(32), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("media_type", sa.Text, nullable=True),
        sa.Column("duration_s", sa.Float, nullable=True),
        sa.Column("report_sha256", sa.String(64), nullable=True),
    )
