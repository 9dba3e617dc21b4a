"""Files encrypted in chunks: AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015).

Layout: ``SVLT1`` | 7 bytes of nonce prefix | chunks of 1 MiB, each with a tag of 16 bytes; the last may be shorter, or
empty for an empty file. Nonce of chunk i: prefix | i as 4 bytes | 1 if it is the last. Associated data: the header and
the name of what the file belongs to. So a chunk cannot be moved, swapped, cut off or put under another name, and any
range is read by decrypting only its chunks. One key is used for one file, so nonces never meet again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from studio.errors import VaultDamagedError

MAGIC = b"SVLT1"
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
KEY_BYTES = 32
_PREFIX_BYTES = 7
_HEADER_BYTES = len(MAGIC) + _PREFIX_BYTES
_CHUNKS_MAX = 1 << 32


def seal(
    source: BinaryIO, target: BinaryIO, *, key: bytes, name: bytes, random_bytes: Callable[[int], bytes]
) -> Iterator[bytes]:
    """Encrypt ``source`` into ``target``; gives each plain chunk, so that the caller can hash it on the way."""
    header = MAGIC + random_bytes(_PREFIX_BYTES)
    target.write(header)
    cipher, prefix, ahead = AESGCM(key), header[len(MAGIC) :], source.read(CHUNK_BYTES)
    for index in range(_CHUNKS_MAX):
        chunk, ahead = ahead, source.read(CHUNK_BYTES)
        target.write(cipher.encrypt(_nonce(prefix, index, is_last=not ahead), chunk, header + name))
        yield chunk
        if not ahead:
            return
    raise VaultDamagedError("a file of more than 4 PiB does not fit into the vault")  # pragma: no cover - 2**32 chunks


def unseal(source: BinaryIO, *, key: bytes, name: bytes, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Decrypt bytes ``start`` to ``end`` (not included; None: to the end), chunk by chunk.

    Raises:
        VaultDamagedError: the file was changed, cut off, or belongs to something else.
    """
    size, header = _plain_size(source), _header(source)
    stop = size if end is None else min(end, size)
    last = max(0, -(-size // CHUNK_BYTES) - 1)
    cipher, prefix = AESGCM(key), header[len(MAGIC) :]
    for index in range(start // CHUNK_BYTES, last + 1):
        base = index * CHUNK_BYTES
        if base >= stop and index > 0:
            return
        source.seek(_HEADER_BYTES + index * (CHUNK_BYTES + TAG_BYTES))
        sealed = source.read(CHUNK_BYTES + TAG_BYTES)
        try:
            chunk = cipher.decrypt(_nonce(prefix, index, is_last=index == last), sealed, header + name)
        except InvalidTag as e:
            raise VaultDamagedError("a file of the vault was changed or cut off; restore it from a backup") from e
        yield chunk[max(0, start - base) : max(0, stop - base)]


def plain_size(source: BinaryIO) -> int:
    """Size of what was sealed, by the size of the file; true only once it has been read to its end."""
    return _plain_size(source)


def _plain_size(source: BinaryIO) -> int:
    sealed = source.seek(0, os.SEEK_END) - _HEADER_BYTES
    chunks = -(-sealed // (CHUNK_BYTES + TAG_BYTES))
    size = sealed - chunks * TAG_BYTES
    if chunks < 1 or size < 0:
        raise VaultDamagedError("a file of the vault is cut off; restore it from a backup")
    return size


def _header(source: BinaryIO) -> bytes:
    source.seek(0)
    header = source.read(_HEADER_BYTES)
    if not header.startswith(MAGIC):
        raise VaultDamagedError("a file of the vault is none of ours; restore it from a backup")
    return header


def _nonce(prefix: bytes, index: int, *, is_last: bool) -> bytes:
    return prefix + index.to_bytes(4) + bytes([is_last])
