"""When somebody who guesses has to wait.

Per account, so that its password cannot be found by trying; per address, so that one password cannot be tried on every
account. The wait ends by itself: whoever owns the account comes in then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many failed tries within ``span`` close the door until ``span`` after the last of them."""

    most: int
    span: timedelta


OF_ACCOUNT = Rule(most=5, span=timedelta(minutes=15))
OF_ADDRESS = Rule(most=20, span=timedelta(minutes=15))
SPAN_MAX = max(OF_ACCOUNT.span, OF_ADDRESS.span)


def locked_until(failed: Sequence[datetime], rule: Rule, *, at: datetime) -> datetime | None:
    """When the door opens again; None if it is open. ``failed``: when tries failed, oldest first."""
    counted = [one for one in failed if at - one < rule.span]
    return counted[-1] + rule.span if len(counted) >= rule.most else None
