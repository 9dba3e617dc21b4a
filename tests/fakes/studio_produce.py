"""``sayso produce`` with fake hosts, as a program that a test can kill: python -m tests.fakes.studio_produce FOLDER."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from studio.campaigns.brief import read_brief
from studio.cli.campaign import run_brief
from tests.fakes.studio_home import StudioHome


def main() -> None:
    # A shell's background job is born deaf to Ctrl-C; a person's terminal is not.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(sys.argv[1])
    given = {k: v for k, v in os.environ.items() if k.startswith("SAYSO_FAKE_")}  # StudioHome starts from none
    home = StudioHome(folder, environ=given)
    result = run_brief(home.wiring(), read_brief(folder / "brief.toml"), out=folder / "out", quietly=True)
    sys.stdout.write(json.dumps(result.to_json()))
    sys.exit(result.exit_code)


if __name__ == "__main__":
    main()
