"""People, sessions, the log and tokens in tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from studio.accounts.values import Listed
    from studio.store.api_tokens import TokenRow
    from studio.store.audit import AuditRow
    from studio.store.sessions import SessionRow


def show_people(listed: Sequence[Listed]) -> None:
    """Print one line for each person."""
    _show(
        ("address", "role", "state", "second factor", "since"),
        ((one.email, one.role, one.state, "yes" if one.has_second_factor else "no", _day(one.since)) for one in listed),
    )


def show_sessions(sessions: Sequence[SessionRow]) -> None:
    """Print one line for each session."""
    _show(
        ("session", "address", "began (UTC)", "ends"),
        ((one.id, one.email, f"{one.began_at:%Y-%m-%d %H:%M}", f"{one.expires_at:%H:%M}") for one in sessions),
    )


def show_log(rows: Sequence[AuditRow]) -> None:
    """Print one line for each entry."""
    events = ((row.position, row.event) for row in rows)
    _show(
        ("no.", "when (UTC)", "who", "what", "about", "from"),
        (
            (str(place), f"{one.at:%Y-%m-%d %H:%M:%S}", one.actor, one.action, one.about, one.origin)
            for place, one in events
        ),
    )


def show_tokens(rows: Sequence[TokenRow]) -> None:
    """Print one line for each token."""
    _show(
        ("token", "name", "for", "scopes", "until", "state"),
        (
            (
                one.id,
                one.name,
                one.email,
                " ".join(one.scopes),
                _day(one.expires_at),
                "revoked" if one.revoked_at else "",
            )
            for one in rows
        ),
    )


def _state(token: TokenRow) -> str:
    return "" if token.revoked_at is None else "revoked"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _show(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    table = Table(box=SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for line in lines:
        table.add_row(*map(escape, line))
    Console().print(table)
