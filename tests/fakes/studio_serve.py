"""``sayso serve`` with fake hosts, as a program of its own: python -m tests.fakes.studio_serve FOLDER PORT."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn

from studio.wiring.serving import serving
from tests.fakes.studio_home import StudioHome

HOSTS = ("127.0.0.1", "localhost")


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    given = {name: value for name, value in os.environ.items() if name.startswith("SAYSO_")}
    wiring = StudioHome(folder, environ=given).wiring()
    with serving(wiring, announce=lambda _path: None, hosts=HOSTS) as served:
        uvicorn.run(served.app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
