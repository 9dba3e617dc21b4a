"""Where a signing key lies, and how it signs: in a file of ours, behind a command, or in a token that speaks PKCS#11.

A command gets what to sign on its standard input and prints the signature: how the command lines of the key services
(AWS, Google Cloud, Azure) work. DER and raw signatures are taken, as bytes or in base64; each is verified with the
certificate's key before it is used, so no other output can pass for one. A PKCS#11 token is asked through OpenSC's
``pkcs11-tool`` (docs/adr/0018-who-signs.md). The key of a file never shows in a repr, and no error shows input.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import ProvenanceError

COMMAND_TIMEOUT_S: Final = 30.0
_OUTPUT_BYTES_MAX: Final = 16_384
_AFTER_SHELL: Final = 4  # "sh", "-c", the script, the PIN's file
_COORDINATE: Final = 32  # bytes of r and of s on P-256
# The PIN goes from its file into the environment of the tool alone: a command line can be read by other users.
_PIN: Final = "TOKEN_PIN"
_WITH_PIN: Final = f'{_PIN}=$(cat "$0") && export {_PIN} && exec "$@"'
_STRICT = ConfigDict(extra="forbid", frozen=True)


class FileKey(BaseModel):
    """A private key that we keep."""

    model_config = _STRICT
    kind: Literal["file"] = "file"
    pem: str = Field(repr=False)

    def sign(self, data: bytes, *, public: ec.EllipticCurvePublicKey) -> bytes:
        """Return the DER signature of ``data``."""
        key = private_key(self.pem.encode(), where="the signer's file")
        if key.public_key() != public:
            raise ProvenanceError("key and certificate of the signer do not belong together; restore a backup")
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


class CommandKey(BaseModel):
    """A key that a command signs with."""

    model_config = _STRICT
    kind: Literal["command"] = "command"
    command: tuple[str, ...] = Field(min_length=1)
    stdin: Literal["digest", "message"] = "digest"
    timeout_s: float = Field(default=COMMAND_TIMEOUT_S, gt=0, le=600)

    def sign(self, data: bytes, *, public: ec.EllipticCurvePublicKey) -> bytes:
        """Return the DER signature of ``data``."""
        asked = hashlib.sha256(data).digest() if self.stdin == "digest" else data
        answer = _run(self.command, asked, timeout_s=self.timeout_s)
        return _as_der(answer, data, public=public, who=f"the signing command {self.command[0]}")


class Pkcs11Key(BaseModel):
    """A key in a token (HSM, smart card, SoftHSM). ``pin_file`` holds the PIN and is its owner's alone."""

    model_config = _STRICT
    kind: Literal["pkcs11"] = "pkcs11"
    module: str
    token: str
    label: str
    pin_file: str
    program: str = "pkcs11-tool"
    timeout_s: float = Field(default=COMMAND_TIMEOUT_S, gt=0, le=600)

    def sign(self, data: bytes, *, public: ec.EllipticCurvePublicKey) -> bytes:
        """Return the DER signature of ``data``."""
        how = ("--sign", "--mechanism", "ECDSA", "--signature-format", "openssl")
        answer = self._ask(*how, "--label", self.label, stdin=hashlib.sha256(data).digest())
        return _as_der(answer, data, public=public, who=f"the token {self.token}")

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Read the public key from the token."""
        answer = self._ask("--read-object", "--type", "pubkey", "--label", self.label, stdin=b"")
        try:
            return require_p256(load_der_public_key(answer), where=f"the token {self.token}")
        except ValueError as e:
            raise ProvenanceError(f"the token {self.token} holds no readable public key {self.label!r}") from e

    def _ask(self, *what: str, stdin: bytes) -> bytes:
        _require_private(Path(self.pin_file))
        login = ("--module", self.module, "--token-label", self.token, "--login", "--pin", f"env:{_PIN}")
        return _run(
            ("sh", "-c", _WITH_PIN, self.pin_file, self.program, *login, *what), stdin, timeout_s=self.timeout_s
        )


KeyHolder = Annotated[FileKey | CommandKey | Pkcs11Key, Field(discriminator="kind")]


def private_key(pem: bytes, *, where: str) -> ec.EllipticCurvePrivateKey:
    """Read a private key on P-256; raises ``ProvenanceError``."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as e:
        raise ProvenanceError(f"{where} holds no readable private key; restore it from a backup") from e
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProvenanceError(f"{where} holds another kind of key; manifests are signed with ECDSA on P-256")
    return key


def require_p256(key: object, *, where: str) -> ec.EllipticCurvePublicKey:
    """Return the key if it is one on P-256; raises ``ProvenanceError``."""
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProvenanceError(f"{where} holds another kind of key; manifests are signed with ECDSA on P-256 (ES256)")
    return key


def is_signature(signature: bytes, data: bytes, *, public: ec.EllipticCurvePublicKey) -> bool:
    """Whether this is a DER signature of ``data`` by that key."""
    try:
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _as_der(answer: bytes, data: bytes, *, public: ec.EllipticCurvePublicKey, who: str) -> bytes:
    for candidate in _candidates(answer):
        if is_signature(candidate, data, public=public):
            return candidate
    raise ProvenanceError(
        f"{who} answered with {len(answer)} bytes that are no signature by the certificate's key; "
        "it must print an ECDSA signature over SHA-256 of what it was given, in DER or raw, as bytes or base64"
    )


def _candidates(answer: bytes) -> Iterator[bytes]:
    """Every reading of an answer, as DER."""
    readings = [answer]
    text = b"".join(answer.split()).strip(b'"').translate(bytes.maketrans(b"-_", b"+/"))
    with contextlib.suppress(binascii.Error):  # then it is no base64
        readings.append(base64.b64decode(text + b"=" * (-len(text) % 4), validate=True))
    for reading in readings:
        yield reading
        if len(reading) == 2 * _COORDINATE:
            yield encode_dss_signature(
                int.from_bytes(reading[:_COORDINATE], "big"), int.from_bytes(reading[_COORDINATE:], "big")
            )


def _run(command: tuple[str, ...], stdin: bytes, *, timeout_s: float) -> bytes:
    program = command[_AFTER_SHELL] if command[:3] == ("sh", "-c", _WITH_PIN) else command[0]
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that what a script has started can be stopped with it
        )
    except OSError as e:
        raise ProvenanceError(f"{program} cannot be started ({e.strerror}); install it, or give its whole path") from e
    with process:
        try:
            printed, complained = process.communicate(stdin, timeout=timeout_s)
        except BaseException as e:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(e, subprocess.TimeoutExpired):
                raise ProvenanceError(
                    f"{program} did not sign within {timeout_s:g} s; is the key service reachable?"
                ) from e
            raise
    if process.returncode != 0:
        said = complained.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ProvenanceError(f"{program} failed with exit code {process.returncode}: {said[-1]:.200}")
    if len(printed) > _OUTPUT_BYTES_MAX:
        raise ProvenanceError(f"{program} printed {len(printed)} bytes; a signature has fewer than 200")
    return printed


def _require_private(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as e:
        raise ProvenanceError(f"the PIN file {path} cannot be read ({e.strerror})") from e
    if mode & 0o077:
        raise ProvenanceError(f"others can read the PIN file {path}; run: chmod 600 '{path}'")
