"""Where the data that ships with Sayso lies: market profiles, labels, fonts' cards, the demo campaign."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
