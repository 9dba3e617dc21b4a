"""The packages that the design names are installed and can be imported, in the CPU builds that `make setup` chooses."""

from __future__ import annotations

import subprocess
import sys

import pytest

PACKAGES = ("torch", "diffusers", "TTS", "moviepy", "gradio", "cryptography", "c2pa")


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_package_can_be_imported(package: str) -> None:
    # A process of its own: some of these print, register handlers or warn at import.
    done = subprocess.run([sys.executable, "-c", f"import {package}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_base_import_stays_light() -> None:
    code = "import sys, studio.cli; print([m for m in ('torch', 'numpy', 'gradio', 'cv2', 'dbos') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
