"""What may be painted: places and things, never people. Words are checked in nine languages before anything is loaded.

A list of words finds words, not meanings, and no list holds every name: ``looking`` looks at what was painted.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from consent.topics import load_topics, mentions
from pipelines.assets import ASSETS
from pipelines.errors import InputInvalidError

LENGTH_MIN: Final = 8  # "a room" says too little to be anybody's wish
LENGTH_MAX: Final = 400
_NAMED: Final = 4  # words in a message


def check_prompt(prompt: str) -> str:
    """Return the prompt as it may be painted.

    Raises:
        InputInvalidError: it is too short or too long, holds control characters, or asks for people.
    """
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"} for letter in prompt):
        raise InputInvalidError("the words for a painted background hold invisible characters; type them again")
    words = " ".join(prompt.split())
    if not LENGTH_MIN <= len(words) <= LENGTH_MAX:
        raise InputInvalidError(
            f"the words for a painted background are {len(words)} letters long; describe the place in {LENGTH_MIN} to "
            f"{LENGTH_MAX}"
        )
    people = mentions(words, _people())
    if people:
        named = ", ".join(pattern.strip("*") for pattern in people[:_NAMED])
        raise InputInvalidError(
            f"a painted background shows no people, for nobody signed for them, and these words ask for some: {named}; "
            "describe the place alone, and do not write that nobody is there"
        )
    return words


@cache
def _people() -> frozenset[str]:
    return load_topics(ASSETS / "painting")["people"]
