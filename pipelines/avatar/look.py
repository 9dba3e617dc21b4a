"""How a presenter is shown. No more than words, so that a brief can be read where no engine is installed."""

from __future__ import annotations

from typing import Literal, TypeAlias

Look: TypeAlias = Literal["photo", "cartoon"]
Framing: TypeAlias = Literal["close", "bust", "half", "all"]  # "half" and "all" are for twins: as much as was filmed
LipSync: TypeAlias = Literal["own", "musetalk"]  # of the engine that shows the person, or painted by a net
