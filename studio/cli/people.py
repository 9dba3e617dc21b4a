"""sayso people …: the older name of sayso users, for the acts that it had."""

from __future__ import annotations

from studio.cli.users import people as app

__all__ = ["app"]
