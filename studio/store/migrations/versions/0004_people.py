"""People can be taken off the list; that they were on it stays on record."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("start_links", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
