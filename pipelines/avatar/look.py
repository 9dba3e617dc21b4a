"""How a presenter is drawn. Briefs name it, so this module needs nothing."""

from __future__ import annotations

from typing import Literal, TypeAlias

Look: TypeAlias = Literal["photo", "cartoon"]  # as the picture shows them, or as a drawing of it
