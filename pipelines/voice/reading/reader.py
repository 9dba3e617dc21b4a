"""Turns a script into pieces: plain text, readings, pauses. Whatever a rule read first, no later rule reads again."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pipelines.errors import ScriptRefusedError
from pipelines.voice.phonemes.symbols import token_ids
from pipelines.voice.reading.contact import AddressReader, PhoneReader
from pipelines.voice.reading.moments import DateReader, TimeReader
from pipelines.voice.reading.money import MoneyReader
from pipelines.voice.reading.numbers import NumberReader
from pipelines.voice.reading.parts import FractionReader, RomanReader
from pipelines.voice.reading.rules import LanguageRules, RomanRule
from pipelines.voice.reading.units import UnitReader
from pipelines.voice.script.pieces import Piece, Span

PAUSE_S_MAX = 5.0

_PAUSE = re.compile(r"\[pause\s+(?P<seconds>\d+(?:\.\d+)?)\s?s\]", re.IGNORECASE)
_NUMBER_SIGN = r"(?<!\w)(?:[#№]|No\.|Nr\.|[Nn][°º]|[Nn]\.[ºo]?|núm\.)\s?"

Said = Piece | None
Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Said]]


class ScriptReader:
    """Reads scripts of one language; ``pronunciations`` are the campaign's own and come first."""

    def __init__(self, rules: LanguageRules, pronunciations: Mapping[str, str]) -> None:
        self._rules = rules
        self._numbers = NumberReader(rules)
        self._pronunciations = dict(pronunciations)
        self._folded = {word.casefold(): said for word, said in self._pronunciations.items()}
        self._all_rules = tuple(self._ordered_rules())

    def read(self, text: str) -> tuple[Piece, ...]:
        """Return pieces that cover the whole text, in order."""
        found: list[Piece] = []
        taken = bytearray(len(text))
        for pattern, say in self._all_rules:
            for match in pattern.finditer(text):
                begin, end = _extent(match)
                if begin == end or any(taken[begin:end]):
                    continue
                piece = say(match)
                if piece is not None:
                    found.append(piece)
                    taken[begin:end] = b"\x01" * (end - begin)
        return tuple(_with_plain(text, sorted(found, key=lambda piece: piece.span.begin)))

    def _ordered_rules(self) -> Iterable[Rule]:
        dates, times = DateReader(self._numbers), TimeReader(self._numbers)
        money, units = MoneyReader(self._numbers), UnitReader(self._numbers)
        number = self._numbers.pattern("n")
        yield _PAUSE, _pause
        if self._pronunciations:
            yield self._own_words(), self._own
        yield from self._contact()
        yield from self._fixed()
        yield times.pattern, lambda m: _reading(m, times.say(m))
        if times.bare_pattern is not None:
            yield times.bare_pattern, lambda m: _reading(m, times.say(m))
        yield money.range_pattern, lambda m: _reading(m, money.say_range(m))
        yield money.pattern, lambda m: _reading(m, money.say(m))
        yield money.scaled_pattern, lambda m: _reading(m, money.say_scaled(m))
        yield from self._short_forms()
        yield dates.digits, lambda m: _reading(m, dates.say_digits(m))
        for written in dates.written:
            yield written, lambda m: _reading(m, dates.say_written(m))
        phones = PhoneReader(self._numbers)
        yield phones.pattern, lambda m: _reading(m, phones.say(m))
        minus = r"(?P<minus>(?<![\w)%€])[-−])?"
        before = r"(?<![A-Za-z0-9.,])"
        to = self._rules.range.format(a="", b="").strip()
        yield re.compile(r"(?<=[\d%€])\s?[-–~～〜]\s?(?=[$€£¥]?\d)"), lambda m: _reading(m, to)
        yield from self._parts()
        yield re.compile(rf"{before}{minus}{number}\s?[%％]"), self._percent
        yield units.pattern, lambda m: _reading(m, units.say(m))
        if self._rules.ordinal is not None:
            yield re.compile(self._rules.ordinal), self._ordinal
        if self._rules.decade is not None:
            yield re.compile(self._rules.decade[0]), self._decade
        yield re.compile(rf"{_NUMBER_SIGN}{number}"), self._numbered
        yield re.compile(rf"{minus}{number}"), self._number
        signs = "|".join(re.escape(sign) for sign in self._rules.symbols)
        yield re.compile(signs), lambda m: _reading(m, self._rules.symbols[m[0]])

    def _contact(self) -> Iterable[Rule]:
        addresses = AddressReader(self._numbers)
        yield addresses.address, lambda m: _reading(m, addresses.say(m))
        yield addresses.handle, lambda m: _reading(m, addresses.say_handle(m))
        yield addresses.hashtag, lambda m: _reading(m, addresses.say_hashtag(m))

    def _fixed(self) -> Iterable[Rule]:
        for pattern, words in self._rules.fixed:
            yield re.compile(pattern), functools.partial(_reading, said=words)

    def _parts(self) -> Iterable[Rule]:
        fractions, romans = FractionReader(self._numbers), RomanReader(self._numbers)
        yield fractions.pattern, lambda m: _reading(m, fractions.say(m))
        for pattern, rule in romans.rules():
            yield pattern, functools.partial(_roman, romans, rule)

    def _short_forms(self) -> Iterable[Rule]:
        for table, may_end in ((self._rules.final_abbreviations, True), (self._rules.abbreviations, False)):
            if not table:
                continue
            forms = "|".join(_form(form, spaced=self._rules.spaced) for form in sorted(table, key=len, reverse=True))
            spoken = {re.sub(r"\s", " ", form): said for form, said in table.items()}
            pattern = re.compile(rf"(?<![\w.])(?:{forms})" if self._rules.spaced else f"(?:{forms})")

            def say(m: re.Match[str], spoken: dict[str, str] = spoken, *, may_end: bool = may_end) -> Said:
                piece = _reading(m, spoken[re.sub(r"\s", " ", m[0])])
                return None if piece is None else replace(piece, may_end=may_end and m[0].endswith("."))

            yield pattern, say

    def _own_words(self) -> re.Pattern[str]:
        words = "|".join(re.escape(word) for word in sorted(self._pronunciations, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)" if self._rules.spaced else f"(?:{words})", re.IGNORECASE)

    def _own(self, match: re.Match[str]) -> Said:
        said = self._pronunciations.get(match[0]) or self._folded[match[0].casefold()]
        if said.startswith("/") and said.endswith("/") and len(said) > 2:  # noqa: PLR2004 -- two slashes and something between
            symbols = said[1:-1].replace("g", "ɡ").replace("'", "ˈ")
            token_ids(symbols)  # an unknown symbol is refused here, with the word's own name for it
            return Piece(kind="reading", text=match[0], span=_span(match), symbols=symbols)
        if not said.strip():
            raise ScriptRefusedError(f"the pronunciation of {match[0]!r} is empty; write a respelling or /IPA/")
        return _reading(match, said)

    def _percent(self, match: re.Match[str]) -> Said:
        minus = f"{self._rules.minus} " if match["minus"] else ""
        return _reading(match, minus + self._rules.percent.format(n=self._said(match["n"])))

    def _ordinal(self, match: re.Match[str]) -> Said:
        if match[0] in self._rules.ordinals:
            return _reading(match, self._rules.ordinals[match[0]])
        suffix = match.groupdict().get("suffix") or ""
        before = match.string[: match.start()]
        ending = next((end for word, end in self._rules.ordinal_endings if re.search(word, before)), "")
        said = self._numbers.ordinal(int(match["n"]), feminine="ª" in suffix) + ending
        plural = "s" if suffix.endswith("s") else ""
        # where nobody spells ordinals (Hindi), the number is read and its ending kept
        return _reading(match, said + (suffix if said.isdigit() else plural))

    def _decade(self, match: re.Match[str]) -> Said:
        assert self._rules.decade is not None
        _, end, instead = self._rules.decade
        return _reading(match, re.sub(end, instead, self._numbers.year(int(match["n"]))))

    def _numbered(self, match: re.Match[str]) -> Said:
        return _reading(match, self._rules.number_sign.format(n=self._said(match["n"])))

    def _number(self, match: re.Match[str]) -> Said:
        number = self._numbers.parse(match["n"])
        minus = bool(match["minus"])
        if self._rules.numbers == "native" and self._rules.spaced and re.search(r"[A-Za-z]", _beside(match)):
            return _reading(match, match[0])  # "X7": the letters are read apart
        if self._rules.numbers == "native" and not number.fraction and not number.is_grouped and not minus:
            return None  # the phonemizer reads it, with the counter after it
        said = (
            self._numbers.year(int(number.whole))
            if self._numbers.is_year(number)
            else self._said(match["n"], self._noun(match))
        )
        return _reading(match, f"{self._rules.minus} {said}" if minus else said)

    def _noun(self, match: re.Match[str]) -> str:
        after, before = match.string[match.end() :], match.string[: match.start()]
        if self._rules.measure is not None:
            return "m" if re.match(self._rules.measure, after) and not before.endswith("第") else ""
        noun = re.match(r"\s(?=[^\W\d_]{3})", after)
        if noun is None:
            return ""
        feminine = self._rules.feminine_noun
        return "f" if feminine and re.match(feminine, after.lstrip()) else "m"

    def _said(self, written: str, noun: str = "") -> str:
        return self._numbers.say(self._numbers.parse(written), noun=noun)


def _reading(match: re.Match[str], said: str | None) -> Said:
    if said is None:
        return None
    return Piece(
        kind="reading", text=said, span=_span(match), may_end=match[0].endswith("m.")
    )  # 5 p.m. may end a sentence


def _roman(romans: RomanReader, rule: RomanRule, match: re.Match[str]) -> Said:
    return _reading(match, romans.say(match, rule))


def _beside(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - 1) : match.start()] + match.string[match.end() : match.end() + 1]


def _form(form: str, *, spaced: bool) -> str:
    end = (r"(?!\w)" if spaced else r"(?![A-Za-z0-9])") if form[-1].isalnum() else ""
    return re.escape(form).replace(r"\ ", r"\s") + end


def _pause(match: re.Match[str]) -> Piece:
    seconds = float(match["seconds"])
    if not 0 < seconds <= PAUSE_S_MAX:
        raise ScriptRefusedError(f"{match[0]} is not a pause we make; write 0.1 to {PAUSE_S_MAX:.0f} seconds")
    return Piece(kind="pause", text="", span=_span(match), pause_s=seconds)


def _span(match: re.Match[str]) -> Span:
    begin, end = _extent(match)
    return Span(begin=begin, end=end)


def _extent(match: re.Match[str]) -> tuple[int, int]:
    return match.span("r") if "r" in match.re.groupindex else match.span()  # what stands beside "r" only decides


def _with_plain(text: str, found: list[Piece]) -> Iterable[Piece]:
    at = 0
    for piece in found:
        if piece.span.begin > at:
            yield Piece(kind="plain", text=text[at : piece.span.begin], span=Span(begin=at, end=piece.span.begin))
        yield piece
        at = piece.span.end
    if at < len(text):
        yield Piece(kind="plain", text=text[at:], span=Span(begin=at, end=len(text)))
