"""Subtitles from word timings: which words stand together, where a caption breaks in two, and the .srt and .vtt files.

The voice's own word times are exact, so captions follow them; a caption may stay a little longer when there is room,
never shorter. Breaks are chosen for the whole script at once, because a greedy choice leaves orphans.
Habits: at most two lines, 42 letters a line (16 for Chinese, Japanese and Korean), a break after a sentence or clause
rather than inside one, never after an article or preposition (Netflix's and the BBC's public subtitle guidelines).
"""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipelines.errors import InputInvalidError
from pipelines.media import Speech, Timed

Fits = Callable[[str], bool]

LINE_MAX = 42
LINE_MAX_WIDE = 16
_LINES = 2
_SECONDS_MIN, _SECONDS_MAX = 1.0, 6.0
_LINGER_S = 0.6  # how long a caption may outlast its last word
_GAP_FRAMES = 2  # between captions, so that the eye sees a change
_LETTERS_PER_S, _LETTERS_PER_S_WIDE = 17.0, 8.0
_PAUSE_S = 0.35
_SENTENCE_END = tuple(".!?…。！？।॥؟")
_CLAUSE_END = tuple(",;:—–、，；：،؛")
_CLOSERS = "»”’\"')）」』】》］〉"
_NO_LINE_START = "、。，．！？；：…ー～っゃゅょッャュョァィゥェォぁぃぅぇぉ」』）】》〉］”’»%"
_OPENERS = "«“‘(（「『【《〈¿¡"
_CHAIN_S = 0.3  # a shorter hole between two captions is closed: a flicker disturbs more
_ROUND = 1e-6  # so that a time on a frame stays on it
_WIDE = frozenset({"ja", "zh", "ko"})
# Words that belong to the next one: a line or caption that ends with them reads badly.
_LEAN = {
    "en": "a an the of to in on at by for with and or but as your our my their its his her this that is are",
    "fr": "le la les un une des de du à au aux en et ou mais sur dans par pour avec votre vos notre nos ce cette",
    "es": "el la los las un una de del a al en y o pero con por para su sus tu tus este esta que se es",
    "it": "il lo la i gli le un una uno di del della dei delle a al alla in e o ma con per su da tuo tua che è",
    "pt": "o a os as um uma de do da dos das em no na e ou mas com por para seu sua que é ao à",
    "de": "der die das den dem des ein eine einen einem und oder aber in im am an auf zu zum zur mit von für ist",
    "nl": "de het een en of maar in op aan te van met voor uw je is",
    "hi": "और या एक यह वह इस उस",
}


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # with any stop that follows it
    glue: str  # what stands between it and the next word: a space or nothing
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class _Style:
    wide: bool
    line_max: int
    letters_per_s: float
    lean: frozenset[str]


def caption_lines(speech: Speech, *, fits: Fits, fps: int) -> tuple[Timed, ...]:
    """Return the captions of a speech, in order; ``text`` holds one or two lines, parted by a newline.

    Args:
        speech: its words cover the whole script.
        fits: whether a line of text is narrow enough for the frame.
        fps: captions start and end on frames.
    """
    words = _words(speech)
    if not words:
        return ()
    language = speech.locale.split("-")[0]
    wide = language in _WIDE
    style = _Style(
        wide,
        LINE_MAX_WIDE if wide else LINE_MAX,
        _LETTERS_PER_S_WIDE if wide else _LETTERS_PER_S,
        frozenset(_LEAN.get(language, "").split()),
    )
    groups = _group(words, style, fits)
    return _timed([(words[a:b], lines) for a, b, lines in groups], style, fps, speech.audio.duration_s)


def _words(speech: Speech) -> tuple[_Word, ...]:
    """Give back to each word the stops and the space that stand around it in the script."""
    spans: list[tuple[int, int]] = []
    at = 0
    for word in speech.words:
        start = speech.text.find(word.text, at)
        start = at if start < 0 else start
        at = start + len(word.text)
        spans.append((start, at))
    found: list[_Word] = []
    opening = speech.text[: spans[0][0]].strip() if spans else ""
    for i, (word, (_, end)) in enumerate(zip(speech.words, spans, strict=True)):
        gap = speech.text[end : spans[i + 1][0]] if i + 1 < len(spans) else speech.text[end:]
        closing, spaced, next_opening = _part(gap)
        found.append(_Word(opening + word.text.strip() + closing, " " if spaced else "", word.start_s, word.end_s))
        opening = next_opening
    return tuple(found)


def _part(gap: str) -> tuple[str, bool, str]:
    """Part what stands between two words into (stops of the first, is there a space, brackets of the second)."""
    body = gap.rstrip(_OPENERS)
    closing = body.rstrip()
    if closing != closing.lstrip():
        closing = "\u00a0" + closing.lstrip()  # French sets a space before "!" that no line may break at
    return closing, any(c.isspace() for c in gap), gap[len(body) :]


def _join(words: Sequence[_Word]) -> str:
    return "".join(w.text + w.glue for w in words).rstrip()


def _length(text: str, *, wide: bool) -> float:
    """Count letters: marks that stand on others count nothing, and beside CJK a Latin letter is half as wide."""
    letters = [c for c in text if unicodedata.category(c) not in {"Mn", "Cf"}]
    if not wide:
        return len(letters)
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in letters)


def _group(words: tuple[_Word, ...], style: _Style, fits: Fits) -> list[tuple[int, int, str]]:
    """Return the cheapest way to part all words into captions, as (first, end, lines)."""
    best: list[float] = [0.0] + [math.inf] * len(words)
    step: list[tuple[int, str]] = [(0, "")] * (len(words) + 1)
    for end in range(1, len(words) + 1):
        for start in range(end - 1, -1, -1):
            group = words[start:end]
            if end - start > 1 and _length(_join(group), wide=style.wide) > _LINES * style.line_max:
                break
            lines = _lines(group, style, fits)
            if lines is None:
                continue
            cost = best[start] + lines[1] + _cost(group, words[end : end + 1], style)
            if cost < best[end]:
                best[end], step[end] = cost, (start, lines[0])
    if math.isinf(best[-1]):
        longest = max((w.text for w in words), key=len)
        raise InputInvalidError(
            f"{longest!r} is too long for a subtitle line in this format; write it with a space or a hyphen"
        )
    groups: list[tuple[int, int, str]] = []
    end = len(words)
    while end > 0:
        start, text = step[end]
        groups.append((start, end, text))
        end = start
    return groups[::-1]


def _lines(group: Sequence[_Word], style: _Style, fits: Fits) -> tuple[str, float] | None:
    """Return the best way to set a caption in one line or two, with its cost, or None if it does not fit."""

    def narrow(text: str) -> bool:
        return _length(text, wide=style.wide) <= style.line_max and fits(text)

    whole = _join(group)
    if narrow(whole):
        return whole, 0.0
    best: tuple[str, float] | None = None
    for cut in range(1, len(group)):
        above, below = _join(group[:cut]), _join(group[cut:])
        if below[0] in _NO_LINE_START or not narrow(above) or not narrow(below):
            continue
        a, b = _length(above, wide=style.wide), _length(below, wide=style.wide)
        cost = 0.2 + 1.2 * abs(a - b) / max(a, b) + (0.15 if a > b else 0.0) + 1.2 * _hangs(group[cut - 1], style)
        cost -= 0.5 * above.endswith(_SENTENCE_END + _CLAUSE_END)
        if best is None or cost < best[1]:
            best = (f"{above}\n{below}", cost)
    return best


def _cost(group: Sequence[_Word], following: Sequence[_Word], style: _Style) -> float:
    """Return how badly a caption reads on its own: where it ends, what it straddles, how long it stands."""
    text = _join(group)
    bare = text.rstrip(_CLOSERS)
    cost = 1.0
    if following:
        cost += 0.0 if bare.endswith(_SENTENCE_END) else 0.7 if bare.endswith(_CLAUSE_END) else 2.2
        cost += 2.0 * _hangs(group[-1], style)
    for word, after in pairwise(group):
        cost += 1.4 * word.text.rstrip(_CLOSERS).endswith(_SENTENCE_END)
        cost += max(0.0, after.start_s - word.end_s - _PAUSE_S) * 2
    until = following[0].start_s if following else group[-1].end_s + _LINGER_S
    stands = min(until, group[-1].end_s + _LINGER_S) - group[0].start_s
    cost += 3 * max(0.0, _SECONDS_MIN - stands) + 5 * max(0.0, stands - _SECONDS_MAX)
    return cost + 0.15 * max(0.0, _length(text, wide=style.wide) / max(stands, 0.1) - style.letters_per_s)


def _hangs(word: _Word, style: _Style) -> bool:
    return word.text.lower() in style.lean


def _timed(
    groups: Sequence[tuple[Sequence[_Word], str]], style: _Style, fps: int, duration_s: float
) -> tuple[Timed, ...]:
    found: list[Timed] = []
    for i, (group, text) in enumerate(groups):
        start = math.floor(group[0].start_s * fps + _ROUND) / fps
        wanted = max(group[-1].end_s + _LINGER_S / 2, start + _length(text, wide=style.wide) / style.letters_per_s)
        end = min(wanted, group[-1].end_s + _LINGER_S)
        limit = groups[i + 1][0][0].start_s - _GAP_FRAMES / fps if i + 1 < len(groups) else duration_s
        end = limit if limit - end < _CHAIN_S else min(end, limit)
        end = max(math.floor(end * fps + _ROUND), round(start * fps) + 1) / fps
        found.append(Timed(text=text, start_s=start, end_s=end))
    return tuple(found)


def write_captions(captions: Sequence[Timed], *, srt_path: Path, vtt_path: Path) -> None:
    """Write the captions as SubRip and as WebVTT, both UTF-8."""
    srt_path.write_text(srt(captions), encoding="utf-8", newline="\n")
    vtt_path.write_text(vtt(captions), encoding="utf-8", newline="\n")


def srt(captions: Sequence[Timed]) -> str:
    """Return captions as SubRip text."""
    return "".join(
        f"{i}\n{_stamp(c.start_s, ',')} --> {_stamp(c.end_s, ',')}\n{c.text}\n\n"
        for i, c in enumerate(captions, start=1)
    )


def vtt(captions: Sequence[Timed]) -> str:
    """Return captions as WebVTT text (W3C WebVTT 1; "&", "<" and ">" are escaped)."""
    cues = (
        f"{_stamp(c.start_s, '.')} --> {_stamp(c.end_s, '.')}\n{html.escape(c.text, quote=False)}\n\n" for c in captions
    )
    return "WEBVTT\n\n" + "".join(cues)


def _stamp(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
