"""A program of its own: reads JSON lines from stdin, answers with espeak-ng's IPA on stdout. Never imported by us.

espeak-ng is GPL-3. It is loaded here, in a process that holds nothing of Sayso, and is spoken to over pipes
(docs/adr/0004-espeak-and-number-reading.md). Request ``{"voice": "fr-fr", "lines": ["bonjour"]}``, answer
``{"ipa": ["bɔ̃ʒˈuʁ"]}`` or ``{"error": "..."}``. Run with ``python -I espeak_child.py``.
"""

from __future__ import annotations

import ctypes
import json
import sys

import espeakng_loader

_RETRIEVAL = 1  # AUDIO_OUTPUT_RETRIEVAL: no sound device is opened
_UTF8 = 1
_IPA_TIED = 0x02 | 0x80 | (ord("^") << 8)  # IPA, with a tie character (bit 7) between the letters of one phoneme


def _open() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    if library.espeak_Initialize(_RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0) <= 0:
        sys.exit("espeak-ng found no voice data")
    return library


def _ipa(library: ctypes.CDLL, line: str) -> str:
    pointer = ctypes.c_char_p(line.encode())
    clauses: list[str] = []
    while pointer.value is not None:
        clauses.append(library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _IPA_TIED).decode())
    return " ".join(clause for clause in clauses if clause)


def main() -> None:
    """Answer until stdin ends."""
    library = _open()
    for request_line in sys.stdin.buffer:
        request = json.loads(request_line)
        # a wrong voice code would silently keep the voice before it
        if library.espeak_SetVoiceByName(request["voice"].encode()) != 0:
            answer: dict[str, object] = {"error": f"espeak-ng has no voice {request['voice']!r}"}
        else:
            answer = {"ipa": [_ipa(library, line) for line in request["lines"]]}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
