"""How often one address may ask: the door is open to everybody, so nobody may stand in it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

ADDRESSES_MAX: Final = 10_000  # remembered at once; the one that asked longest ago is forgotten first


class Patience:
    """Counts in memory what each address asked within ``span_s``; a restart forgets it.

    Args:
        most: Questions within the span.
        span_s: Its length in seconds.
        clock_s: A clock that never goes back.
    """

    def __init__(self, *, most: int, span_s: float, clock_s: Callable[[], float]) -> None:
        self._most = most
        self._span_s = span_s
        self._clock_s = clock_s
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Note a question. 0 if it may be asked now, else the seconds to wait; a question refused is not counted."""
        now = self._clock_s()
        asked = self._asked.setdefault(address, deque())
        self._asked.move_to_end(address)
        while len(self._asked) > ADDRESSES_MAX:
            self._asked.popitem(last=False)
        while asked and now - asked[0] >= self._span_s:
            asked.popleft()
        if len(asked) >= self._most:
            return self._span_s - (now - asked[0])
        asked.append(now)
        return 0.0
