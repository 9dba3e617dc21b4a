"""COSE keys (RFC 9052, RFC 9053) as authenticators write them, read strictly: three kinds, and nothing else.

A key is one CBOR map of integers to integers and byte strings, in definite lengths (RFC 8949). Reading so little keeps
the trust core free of a CBOR library, and a key that says anything more is refused rather than half understood.

======  ===============================  =======================
COSE    means                            made by
======  ===============================  =======================
-7      ES256: ECDSA on P-256, SHA-256   most phones, browsers
-8      EdDSA: Ed25519                   some security keys
-257    RS256: RSA PKCS #1 1.5, SHA-256  Windows Hello
======  ===============================  =======================
"""

from __future__ import annotations

from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from consent.errors import SignatureInvalidError
from consent.keys import PublicKey

CoseMap: TypeAlias = "dict[int, int | bytes]"

KEY_BYTES_MAX = 2048  # an RSA key of 8192 bits fits
RSA_BITS_MIN = 2048
COORDINATE_BYTES = 32
_KTY, _ALG = 1, 3
_KTY_OKP, _KTY_EC2, _KTY_RSA = 1, 2, 3
_ES256, _EDDSA, _RS256 = -7, -8, -257
_P256, _ED25519 = 1, 6
_UNSIGNED, _NEGATIVE, _BYTES, _MAP = 0, 1, 2, 5
_ONE_BYTE, _TWO_BYTES = 24, 25


def verify_cose(key: bytes, message: bytes, signature: bytes) -> None:
    """Check a signature by a COSE key.

    Raises:
        SignatureInvalidError: the key is none of the three kinds, or the signature is not its own over this message.
    """
    values = read_cose_key(key)
    kind = (values.pop(_KTY, None), values.pop(_ALG, None))
    try:
        if kind == (_KTY_EC2, _ES256):
            _verify_es256(values, message, signature)
        elif kind == (_KTY_OKP, _EDDSA):
            _verify_eddsa(values, message, signature)
        elif kind == (_KTY_RSA, _RS256):
            _verify_rs256(values, message, signature)
        else:
            raise SignatureInvalidError(f"a passkey of kind {kind} is not known; needed is ES256, EdDSA or RS256")
    except (InvalidSignature, ValueError) as e:
        raise SignatureInvalidError("the signature is not one of this passkey over these bytes") from e


def _verify_es256(values: CoseMap, message: bytes, signature: bytes) -> None:
    curve, x, y = (values.get(name) for name in (-1, -2, -3))
    if curve != _P256 or not isinstance(x, bytes) or not isinstance(y, bytes) or len(values) != 3:  # noqa: PLR2004  # curve, x, y
        raise SignatureInvalidError("this passkey is no point of P-256 with x and y")
    if len(x) != COORDINATE_BYTES or len(y) != COORDINATE_BYTES:
        raise SignatureInvalidError(f"x and y of this passkey have {len(x)} and {len(y)} bytes, needed are 32 each")
    point = EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP256R1())
    point.public_key().verify(signature, message, ECDSA(SHA256()))


def _verify_eddsa(values: CoseMap, message: bytes, signature: bytes) -> None:
    curve, x = (values.get(name) for name in (-1, -2))
    if curve != _ED25519 or not isinstance(x, bytes) or len(values) != 2:  # noqa: PLR2004  # curve, x
        raise SignatureInvalidError("this passkey is no Ed25519 key")
    PublicKey(x).verify_plain(message, signature)  # refuses points of small order


def _verify_rs256(values: CoseMap, message: bytes, signature: bytes) -> None:
    n, e = (values.get(name) for name in (-1, -2))
    if not isinstance(n, bytes) or not isinstance(e, bytes) or len(values) != 2:  # noqa: PLR2004  # n, e
        raise SignatureInvalidError("this passkey is no RSA key with n and e")
    numbers = RSAPublicNumbers(int.from_bytes(e), int.from_bytes(n))
    if numbers.n.bit_length() < RSA_BITS_MIN:
        raise SignatureInvalidError(f"this RSA passkey has {numbers.n.bit_length()} bits, needed are {RSA_BITS_MIN}")
    numbers.public_key().verify(signature, message, PKCS1v15(), SHA256())


def same_key_text(raw: bytes) -> str:
    """Return one text for one key, in whatever order and lengths its map was written; never raises.

    CBOR can write a number in several lengths and a map in any order, so bytes alone do not tell keys apart: a minor
    could sign as their own guardian. An Ed25519 key reads as in other signatures, 64 digits.
    """
    try:
        values = read_cose_key(raw)
    except SignatureInvalidError:
        return f"unreadable:{raw.hex()}"  # fits no key, and verifies nothing
    x = values.get(-2)
    if values.get(_KTY) == _KTY_OKP and isinstance(x, bytes):
        return x.hex()
    named = ((name, values[name]) for name in sorted(values) if name != _ALG)
    return ":".join(f"{name}={int.from_bytes(part) if isinstance(part, bytes) else part:x}" for name, part in named)


def read_cose_key(raw: bytes) -> CoseMap:
    """Read the map; raises ``SignatureInvalidError`` for anything that is not exactly one such map."""
    if len(raw) > KEY_BYTES_MAX:
        raise SignatureInvalidError(f"a passkey's key has {len(raw)} bytes; more than {KEY_BYTES_MAX} is no key")
    reader = _Reader(raw)
    values: CoseMap = {}
    for _ in range(reader.head(_MAP)):
        name = reader.integer()
        if name in values:
            raise SignatureInvalidError("a passkey's key names a part twice")
        values[name] = reader.value()
    if reader.rest:
        raise SignatureInvalidError("a passkey's key goes on after its end")
    return values


class _Reader:
    """Reads the few CBOR forms that a COSE key has."""

    def __init__(self, raw: bytes) -> None:
        self.rest = raw

    def _take(self, count: int) -> bytes:
        if count > len(self.rest):
            raise SignatureInvalidError("a passkey's key is cut off")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def _any_head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        kind, short = first >> 5, first & 31
        if short < _ONE_BYTE:
            return kind, short
        if short not in {_ONE_BYTE, _TWO_BYTES}:
            raise SignatureInvalidError("a passkey's key has a part that no such key has")
        return kind, int.from_bytes(self._take(1 if short == _ONE_BYTE else 2))

    def head(self, needed: int) -> int:
        kind, number = self._any_head()
        if kind != needed:
            raise SignatureInvalidError("a passkey's key is not a COSE map")
        return number

    def integer(self) -> int:
        kind, number = self._any_head()
        if kind == _UNSIGNED:
            return number
        if kind == _NEGATIVE:
            return -1 - number
        raise SignatureInvalidError("a passkey's key has a name that is no number")

    def value(self) -> int | bytes:
        kind, number = self._any_head()
        if kind == _BYTES:
            return self._take(number)
        if kind in {_UNSIGNED, _NEGATIVE}:
            return number if kind == _UNSIGNED else -1 - number
        raise SignatureInvalidError("a passkey's key has a part that is neither number nor bytes")
