"""The bars of recordings, each with where it comes from. ``python -m bench.recordings`` measures them again."""

from __future__ import annotations

from typing import Final

from pipelines.voice.recordings.report import Check

_MEASURED: Final = "bench/recordings.py, real speech of 8 people under made faults; docs/recording-a-voice.md"

SENTENCE_S_MIN: Final = 1.0  # five short words
WORD_S_MIN: Final = 0.5  # a recording of which nobody said what it holds
LEVEL_DB_MIN: Final = -45.0
CROWDING_MAX: Final = 0.05
CROWDING_FULL_MAX: Final = 0.03  # where the peak is as loud as a file can be
FULL_SCALE: Final = 0.98
SNR_DB_MIN: Final = 15.0
HUM_DB_MAX: Final = -42.0  # against the voice
HUM_PROMINENCE_DB: Final = 12.0  # lines that stand out less are chance
DECAY_S_MAX: Final = 0.3
BAND_DB_MIN: Final = -27.0
LETTERS_MAX: Final = 0.45
LETTERS_MAX_OF: Final = {"hi": 0.5}
LETTERS_FORGIVEN: Final = 3
SENTENCE_LIKE_MIN: Final = 0.64  # three seconds against the statement; also of each stretch in a set
SENTENCE_LIKE_S_MIN: Final = 1.5

SET_SPEECH_S_MIN: Final = 30.0
STRETCH_S: Final = 6.0
REST_LIKE_MIN: Final = 0.8  # each stretch and all the others: one person .86 and above, a stranger .80 and below
PAIR_LIKE_MIN: Final = 0.68  # each stretch and each other: one person .75 and above, two people .72 and below
CONSENTED_LIKE_MIN: Final = 0.72  # as between a statement and an enrolled voice (docs/evidence.md)

SOURCES: Final = {
    Check.SPEECH: "a fit was measured from 30 s of speech on (docs/voices.md); a sentence of five words lasts 1 s",
    Check.LEVEL: "a choice: 50 dB above what 16 bits round away, so that raising it raises no noise of ours",
    Check.CLIPPING: _MEASURED,
    Check.NOISE: _MEASURED,
    Check.HUM: _MEASURED,
    Check.ECHO: _MEASURED,
    Check.BAND: _MEASURED,
    Check.WORDS: "bench/recordings.py --words: readings of the prompts by stock voices against other prompts",
    Check.ONE_PERSON: _MEASURED,
    Check.WHO_CONSENTED: "bench/evidence.py for a minute, bench/recordings.py for a sentence; docs/evidence.md",
}
