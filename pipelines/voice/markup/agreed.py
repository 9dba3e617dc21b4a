"""What a person is asked to agree to: what people see of a script, and below it what they hear where that differs.

An alias of SSML or a respelling of the dictionary cannot say what nobody was shown, and a list of prohibited words is
held against both. How fast or high it is said is delivery, as a tone is; words are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipelines.voice.markup.reader import is_narrow, read_markup
from pipelines.voice.markup.script import MarkedScript
from pipelines.voice.markup.source import is_markup

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def agreed_text(script: str | MarkedScript, pronunciations: Mapping[str, str] = _NONE) -> str:
    """Return the script as consent sees it; a plain one without words of the dictionary is itself.

    Args:
        script: Plain, SSML or SSML as read.
        pronunciations: As ``VoiceEngine.speak`` takes them.

    Raises:
        ScriptRefusedError: It is SSML that cannot be read.
    """
    if isinstance(script, str) and is_markup(script):
        script = read_markup(script)
    shown, heard = (script, script) if isinstance(script, str) else (script.text, script.heard)
    heard = _respelled(heard, pronunciations)
    return shown if heard == shown else f"{shown}\n{heard}"


def _respelled(text: str, pronunciations: Mapping[str, str]) -> str:
    if not pronunciations:
        return text
    folded = {word.casefold(): said for word, said in pronunciations.items()}
    words = "|".join(re.escape(word) for word in sorted(pronunciations, key=len, reverse=True))

    def said(match: re.Match[str]) -> str:
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        inside = (is_narrow(before) and is_narrow(match[0][0])) or (is_narrow(after) and is_narrow(match[0][-1]))
        return match[0] if inside else pronunciations.get(match[0]) or folded.get(match[0].casefold(), match[0])

    return re.sub(words, said, text, flags=re.IGNORECASE)
