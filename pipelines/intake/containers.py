"""Is a file, from its first byte to its last, one recording and nothing else? Read by structure, never by name.

A file that is two things at once (a film and an archive, a film and a page) is refused: somebody made it on purpose.
So every byte must belong to the container: Matroska/WebM elements (RFC 8794, RFC 9559) or ISO media boxes (ISO/IEC
14496-12). Only lengths and names are read here; decoding happens in a child process (``recording_child``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias

from pipelines.errors import EvidenceRefusedError

Container: TypeAlias = Literal["matroska", "mov", "wav", "flac", "ogg", "mp3"]  # names that ffmpeg's demuxers have

ANSWER: Final = "record it again on the page, or give a WebM, MP4 or MOV file straight from the camera"

_EBML: Final = 0x1A45DFA3
_SEGMENT: Final = 0x18538067
_CLUSTER: Final = 0x1F43B675
_ATTACHMENTS: Final = 0x1941A469
# SeekHead, Info, Tracks, Cluster, Cues, Chapters, Tags, Void, CRC-32
_IN_SEGMENT: Final = frozenset(
    {0x114D9B74, 0x1549A966, 0x1654AE6B, _CLUSTER, 0x1C53BB6B, 0x1043A770, 0x1254C367, 0xEC, 0xBF}
)
# Timestamp, SimpleBlock, BlockGroup, PrevSize, Position, SilentTracks, Void, CRC-32
_IN_CLUSTER: Final = frozenset({0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, 0xEC, 0xBF})
_BOXES: Final = frozenset(
    b"ftyp moov mdat free skip wide uuid moof mfra sidx styp pdin meta udta emsg prft ssix".split()
)
_PARENTS: Final = frozenset((b"moov", b"trak", b"mdia", b"minf", b"dinf"))
_ELEMENTS_MAX: Final = 500_000  # a live recording has some 100 blocks a second
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_TAIL: Final = 22 + 65_535  # the end record of a zip and its longest comment
_OTHER_THINGS: Final = (
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "a playlist"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF", "a PDF"),
    (b"<", "a page or a drawing"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)


def recognise_video(path: Path) -> Container:
    """Say which container a recording is in, after walking through all of it.

    Raises:
        EvidenceRefusedError: it is another thing, or more than one thing, or cut off.
    """
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        head = _read(file, 0, 1024)
        is_video = head[:4] == _EBML.to_bytes(4, "big") or head[4:8] == b"ftyp"
        if is_video and (b"%PDF-" in head or _ends_as_zip(_read(file, max(0, end - _ZIP_TAIL), _ZIP_TAIL))):
            raise EvidenceRefusedError(f"this file is a video and another document at once; {ANSWER}")
        if head[:4] == _EBML.to_bytes(4, "big"):
            _walk_matroska(file, end)
            found: Container = "matroska"
        elif head[4:8] == b"ftyp":
            _walk_boxes(file, end)
            found = "mov"
        else:
            raise EvidenceRefusedError(f"this is {_what(head)}, and a video with sound is needed; {ANSWER}")
    return found


def recognise_sound(path: Path) -> Container:
    """Say which container an enrolled voice recording is in: sound alone, or the sound of a video.

    Raises:
        EvidenceRefusedError: it is none that we open.
    """
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] in {b"\xfb", b"\xf3", b"\xf2", b"\xfa"}):
        return "mp3"
    return recognise_video(path)


def _what(head: bytes) -> str:
    if not head:
        return "an empty file"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((name for mark, name in _OTHER_THINGS if start.startswith(mark)), "no recording that we know")


def _walk_matroska(file: BinaryIO, end: int) -> None:
    position, ids = 0, []
    while position < end:
        element, size, body = _element(file, position, end)
        ids.append(element)
        if element == _SEGMENT:
            position = _walk_segment(file, body, end if size is None else body + size)
        elif element == _EBML and len(ids) == 1 and size is not None:
            position = body + size
        else:
            raise _stranger()
    if ids != [_EBML, _SEGMENT]:
        raise _stranger()


def _walk_segment(file: BinaryIO, position: int, end: int) -> int:
    """Walk through a segment; a cluster of unknown length (live recordings) ends where the next one begins."""
    in_open_cluster = False
    for _ in range(_ELEMENTS_MAX):
        if position >= end:
            return position
        element, size, body = _element(file, position, end)
        if element == _ATTACHMENTS:
            raise EvidenceRefusedError(f"this video carries attached files; {ANSWER}")
        if element in _IN_SEGMENT and not (in_open_cluster and element in _IN_CLUSTER):
            in_open_cluster = element == _CLUSTER and size is None
        elif not (in_open_cluster and element in _IN_CLUSTER):
            raise _stranger()
        if size is None and not in_open_cluster:
            raise _stranger()
        position = body + (size or 0)
    raise EvidenceRefusedError(f"this video has more than {_ELEMENTS_MAX} parts; {ANSWER}")


def _element(file: BinaryIO, position: int, end: int) -> tuple[int, int | None, int]:
    """Read an element's id, its size (None: unknown) and where its body starts."""
    head = _read(file, position, 12)
    id_length = _vint_length(head[:1], 4)
    size_length = _vint_length(head[id_length : id_length + 1], 8)
    body = position + id_length + size_length
    if len(head) < id_length + size_length:
        raise _cut_off()
    element = int.from_bytes(head[:id_length], "big")
    size = int.from_bytes(head[id_length : id_length + size_length], "big") & ((1 << 7 * size_length) - 1)
    if size == (1 << 7 * size_length) - 1:
        return element, None, body
    if body + size > end:
        raise _cut_off()
    return element, size, body


def _vint_length(first: bytes, longest: int) -> int:
    """Length of a variable-length number, from its first byte (RFC 8794, section 4)."""
    if not first:
        raise _cut_off()
    length = 9 - first[0].bit_length()
    if length > longest:
        raise _stranger()
    return length


def _walk_boxes(file: BinaryIO, end: int) -> None:
    names = []
    for name, body, stop in _boxes(file, 0, end):
        if name not in _BOXES:
            raise _stranger()
        names.append(name)
        if name == b"moov":
            _refuse_outside_media(file, body, stop, depth=0)
    if b"moov" not in names or names.count(b"ftyp") != 1:
        raise EvidenceRefusedError(f"this file has no film in it; {ANSWER}")


def _boxes(file: BinaryIO, position: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, the start of the body and the end of each box."""
    for _ in range(_ELEMENTS_MAX):
        if position >= end:
            return
        head = _read(file, position, 16)
        size, body = int.from_bytes(head[:4], "big"), position + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), position + 16
        elif size == 0:
            size = end - position
        if position + size > end or len(head) < body - position:
            raise _cut_off()
        if position + size < body:
            raise _stranger()
        yield head[4:8], body, position + size
        position += size
    raise EvidenceRefusedError(f"this video has more than {_ELEMENTS_MAX} parts; {ANSWER}")


def _refuse_outside_media(file: BinaryIO, start: int, end: int, *, depth: int) -> None:
    """Refuse media that lie in another file or at an address: a data reference without its "self" flag."""
    for name, body, stop in _boxes(file, start, end):
        if name in _PARENTS and depth < len(_PARENTS):
            _refuse_outside_media(file, body, stop, depth=depth + 1)
        elif name == b"dref":
            for _, entry, _ in _boxes(file, body + 8, stop):
                if not _read(file, entry, 4)[3:4] == b"\x01":
                    raise EvidenceRefusedError(f"this video points to media outside the file; {ANSWER}")


def _ends_as_zip(tail: bytes) -> bool:
    """Whether a zip reader would find an archive at the end of the file."""
    at = tail.rfind(_ZIP_END)
    return at >= 0 and len(tail) - at >= 22 and int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail) - at - 22  # noqa: PLR2004 -- length of a zip's end record


def _read(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _cut_off() -> EvidenceRefusedError:
    return EvidenceRefusedError(f"this video is cut off before its end; {ANSWER}")


def _stranger() -> EvidenceRefusedError:
    return EvidenceRefusedError(f"this file holds more than a video, or is damaged; {ANSWER}")
