"""A consent may have one likeness of the voice and one of the face: the table says of which each is.

SQLite cannot drop a unique column, so both tables are written anew; child first, or its rows would hold the parent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VERSION_COLUMNS = (
    "likeness_id, version, language, profile_item_id, profile_sha256, recordings, report, enrolled_by, enrolled_at, "
    "released_by, released_at"
)


def upgrade() -> None:
    op.create_table(
        "likenesses_new",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("modality", sa.String(8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("record_id", "modality", name="uq_likenesses_record_modality"),
    )
    op.create_table(
        "likeness_versions_new",
        sa.Column("likeness_id", sa.String(32), sa.ForeignKey("likenesses_new.id"), primary_key=True),
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
    op.execute(
        "INSERT INTO likenesses_new (id, record_id, modality, created_at) "
        "SELECT id, record_id, 'voice', created_at FROM likenesses"
    )
    op.execute(
        f"INSERT INTO likeness_versions_new ({_VERSION_COLUMNS}) SELECT {_VERSION_COLUMNS} FROM likeness_versions"
    )
    op.drop_table("likeness_versions")
    op.drop_table("likenesses")
    op.rename_table("likenesses_new", "likenesses")
    op.rename_table("likeness_versions_new", "likeness_versions")
