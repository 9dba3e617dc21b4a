"""The command line: a thin skin over the studio's actions."""

from __future__ import annotations


def main() -> None:
    """Run ``sayso``."""
    from studio.cli.app import run  # noqa: PLC0415 - keeps `import studio.cli` free

    run()
