"""Likenesses: voices that were fitted to a person. The profiles and recordings lie in the vault."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "likenesses",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("record_id", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "likeness_versions",
        sa.Column("likeness_id", sa.String(32), sa.ForeignKey("likenesses.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("language", sa.String(24), nullable=False),
        sa.Column("profile_item_id", sa.String(32), nullable=False),
        sa.Column("profile_sha256", sa.String(64), nullable=False),
        sa.Column("recordings", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("enrolled_by", sa.Text, nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Text, nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
    )
