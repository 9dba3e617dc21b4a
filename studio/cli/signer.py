"""sayso signer …: who signs manifests."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, answer, open_wiring, plain_errors

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from pipelines.provenance.keyholders import KeyHolder

app = typer.Typer(no_args_is_help=True, help="Who signs manifests: key, certificate, and until when.")


@app.command(epilog="Example: sayso signer show")
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show who signs, until when, and what public viewers will say."""
    with plain_errors():
        from studio.wiring.signing import PUBLIC_VIEWERS, signer_standing  # noqa: PLC0415 - keeps --help fast

        wiring = open_wiring(home)
        found = signer_standing(wiring.settings, clock=wiring.clock)
        lines = [
            f"{found.organisation}, under {'our own' if found.authority == 'own' else 'an outside'} authority",
            f"key: {found.key}; certificate until {found.expires_at:%Y-%m-%d} ({found.days_left} days)",
            f"time stamps: {found.tsa_url or 'none'}",
            PUBLIC_VIEWERS[found.authority],
            *([found.ending] if found.ending else []),
            *(["a request waits for its certificate: sayso signer install CHAIN.pem"] if found.has_pending else []),
        ]
        answer(found.to_json(), as_json=as_json, text=lambda: "\n".join(lines))


@app.command(epilog="Example: sayso signer csr --out request.pem --organisation 'Example GmbH'")
def csr(  # noqa: PLR0917 - one option each
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the request.", show_default=False)],
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="Who signs (default: as now).", show_default=False)
    ] = None,
    command: Annotated[
        str | None,
        typer.Option("--command", help="Sign with this command instead of a key of ours.", show_default=False),
    ] = None,
    stdin: Annotated[str, typer.Option("--stdin", help="What the command is given: digest or message.")] = "digest",
    public_key: Annotated[
        Path | None, typer.Option("--public-key", metavar="PEM", help="The command's public key.", show_default=False)
    ] = None,
    pkcs11: Annotated[
        str | None,
        typer.Option("--pkcs11", metavar="MODULE,TOKEN,LABEL", help="Sign with a key in a token.", show_default=False),
    ] = None,
    pin_file: Annotated[
        Path | None, typer.Option("--pin-file", metavar="FILE", help="The token's PIN (0600).", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for a certificate: a request for a new key, which waits while the present one goes on signing."""
    with plain_errors():
        from pipelines.provenance.requesting import ask, new_file_key  # noqa: PLC0415 - keeps --help fast
        from studio.errors import UsageError  # noqa: PLC0415 - as above

        if out.exists():
            raise UsageError(f"{out} is already there; name a new file")
        if command is not None and pkcs11 is not None:
            raise UsageError("give --command or --pkcs11, not both")
        wiring = open_wiring(home)
        present = wiring.identity.organisation  # made here if this is the first command of all
        who = present if organisation is None else organisation
        if command is not None:
            key, public = _command_key(command, stdin, public_key)
        elif pkcs11 is not None:
            key, public = _token_key(pkcs11, pin_file)
        else:
            key, public = new_file_key()
        request = ask(wiring.settings.signer_dir, key, public, organisation=who)
        out.write_text(request, encoding="ascii")
        answer(
            {"path": str(out), "organisation": who, "key": key.kind},
            as_json=as_json,
            text=lambda: (
                f"{out}: send it to the authority; then: sayso signer install CHAIN.pem\n"
                "Until then everything is signed as before."
            ),
        )


def _command_key(command: str, stdin: str, public_key: Path | None) -> tuple[KeyHolder, ec.EllipticCurvePublicKey]:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - keeps --help fast

    from pipelines.provenance.keyholders import CommandKey, require_p256  # noqa: PLC0415 - as above
    from studio.errors import UsageError  # noqa: PLC0415 - as above

    words = tuple(shlex.split(command))
    if public_key is None or not words:
        raise UsageError("--command needs the command, and --public-key PEM with the public key that it signs for")
    if stdin not in ("digest", "message"):
        raise UsageError(f"--stdin is {stdin!r}; give digest (the SHA-256 of what is signed) or message")
    try:
        public = load_pem_public_key(public_key.read_bytes())
    except (OSError, ValueError) as e:
        raise UsageError(f"{public_key} holds no public key in PEM: {e}") from e
    return CommandKey(command=words, stdin=stdin), require_p256(public, where=str(public_key))


def _token_key(pkcs11: str, pin_file: Path | None) -> tuple[KeyHolder, ec.EllipticCurvePublicKey]:
    from pipelines.provenance.keyholders import Pkcs11Key  # noqa: PLC0415 - keeps --help fast
    from studio.errors import UsageError  # noqa: PLC0415 - as above

    parts = pkcs11.split(",")
    if len(parts) != 3 or not all(parts) or pin_file is None:  # noqa: PLR2004 - as its metavar says
        raise UsageError(
            "--pkcs11 needs MODULE,TOKEN,LABEL (such as /usr/lib/softhsm/libsofthsm2.so,studio,signer) and --pin-file"
        )
    key = Pkcs11Key(module=parts[0], token=parts[1], label=parts[2], pin_file=str(pin_file.absolute()))
    return key, key.public_key()


@app.command(epilog="Example: sayso signer install chain.pem --root root.pem")
def install(
    chain: Annotated[
        Path,
        typer.Argument(metavar="CHAIN.pem", help="The signer's certificate, then its issuers.", show_default=False),
    ],
    root: Annotated[
        Path | None,
        typer.Option("--root", metavar="PEM", help="The root, if the chain does not end in it.", show_default=False),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Install the certificate that was asked for: it is checked, signs a probe, and only then signs everything."""
    with plain_errors():
        from pipelines.provenance import installing  # noqa: PLC0415 - loads c2pa

        wiring = open_wiring(home)
        _ = wiring.identity  # made here if this is the first command of all
        done = installing.install(
            wiring.settings.signer_dir,
            _read(chain),
            root_pem=None if root is None else _read(root),
            at=wiring.clock(),
        )
        said = f"{done.organisation} signs from now on, until {done.expires_at:%Y-%m-%d}"
        missing = "" if len(done.verifiers) > 1 else "\nThe second verifier is not here: pip install encypher-c2pa"
        answer(
            {
                "organisation": done.organisation,
                "expires_at": done.expires_at.isoformat(),
                "verifiers": list(done.verifiers),
            },
            as_json=as_json,
            text=lambda: (
                f"{said}; a probe was trusted by {' and '.join(done.verifiers)}.{missing}\n"
                "Restart a running `sayso serve` or `sayso worker`: what they have open signs with the key before."
            ),
        )


@app.command(epilog="Example: sayso signer rotate")
def rotate(
    own_authority: Annotated[
        bool, typer.Option("--own-authority", help="Give up an outside certificate and sign under our own authority.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a new key under our own authority; files that were signed before stay verifiable."""
    with plain_errors():
        from pipelines.provenance import installing  # noqa: PLC0415 - loads c2pa

        wiring = open_wiring(home)
        _ = wiring.identity  # made here if this is the first command of all
        change = installing.return_to_own if own_authority else installing.rotate
        change(wiring.settings.signer_dir, at=wiring.clock())
        identity = wiring.identity
        answer(
            {"organisation": identity.organisation, "expires_at": identity.expires_at.isoformat()},
            as_json=as_json,
            text=lambda: f"{identity.organisation} signs with a new key, until {identity.expires_at:%Y-%m-%d}",
        )


def _read(path: Path) -> str:
    from studio.errors import UsageError  # noqa: PLC0415 - keeps --help fast

    try:
        return path.read_text(encoding="utf-8")  # bundles carry names in comments
    except (OSError, ValueError) as e:
        raise UsageError(f"{path} cannot be read as PEM: {e}") from e
