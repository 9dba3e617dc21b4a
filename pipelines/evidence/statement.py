"""Did the person say the statement? Text, name, company, code and language, as Whisper heard them.

The measures are blunt on purpose: whisper-base mishears, so a reading passes that sounds like the statement. A "not"
that was slipped in sounds almost the same; whoever approves watches the recording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipelines.evidence.digits import digit_runs, digits_heard
from pipelines.evidence.result import (
    STATEMENT_CODE,
    STATEMENT_COMPANY,
    STATEMENT_LANGUAGE,
    STATEMENT_NAME,
    STATEMENT_TEXT,
    CheckResult,
    Outcome,
)
from pipelines.evidence.sounds import likeness, likeness_within, skeleton_of, sound_of
from pipelines.speech.transcript import Hearing

SOURCE: Final = "measured by bench/evidence.py; see docs/evidence.md"
TEXT_MIN: Final = 0.65
NAME_MIN: Final = 0.70
COMPANY_MIN: Final = 0.62
LANGUAGE_MIN: Final = 0.50

_SHORT_PART: Final = 4  # shorter parts of a name are found in any text; they count in the whole name only
_NEAR: Final = 30  # letters before and after the place of the name
_OTHER_SCRIPTS: Final = frozenset({"ja", "zh", "hi"})
# Whisper writes spoken Hindi in Urdu letters about as often: one spoken language, two names.
_SAME_SPOKEN: Final = {"hi": frozenset({"hi", "ur"})}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementExpectation:
    """What has to be said. ``code`` is six digits; ``language`` is BCP 47 ("pt-BR")."""

    text: str
    name: str
    company: str
    code: str
    language: str

    @property
    def spoken(self) -> str:
        """The primary subtag of the language: "pt"."""
        return self.language.replace("_", "-").split("-")[0].lower()


def check_statement(hearing: Hearing, expected: StatementExpectation) -> tuple[CheckResult, ...]:
    """Compare what was heard with what had to be said; five results, in the order of ``result``."""
    if not hearing.text.strip():
        return tuple(
            _result(name, "missing", None, None, "no speech was heard in the recording; speak louder and nearer")
            for name in (STATEMENT_TEXT, STATEMENT_NAME, STATEMENT_COMPANY, STATEMENT_CODE, STATEMENT_LANGUAGE)
        )
    heard = sound_of(hearing.text, expected.spoken)
    return (
        _text(heard, expected),
        _name(heard, expected),
        _company(heard, expected),
        _code(hearing, expected),
        _language(hearing, expected),
    )


def _text(heard: str, expected: StatementExpectation) -> CheckResult:
    score = likeness(re.sub(r"\d", "", heard), re.sub(r"\d", "", sound_of(expected.text, expected.spoken)))
    return _held(STATEMENT_TEXT, score, TEXT_MIN, "the statement was read to {score}, {needed} is needed")


def _name(heard: str, expected: StatementExpectation) -> CheckResult:
    parts = [sound_of(part, expected.spoken) for part in expected.name.split()]
    whole = "".join(parts)
    near = _around(heard, whole, sound_of(expected.text, expected.spoken))
    scores = [likeness_within(near, whole)]
    scores += [likeness_within(near, part) for part in parts if len(part) >= _SHORT_PART]
    return _held(STATEMENT_NAME, min(scores), NAME_MIN, "the name was heard to {score}, {needed} is needed")


def _around(heard: str, name: str, text: str) -> str:
    """The stretch of what was heard where the name has to be: elsewhere, something like a name is found by chance."""
    at = text.find(name)
    if at < 0:
        return heard
    start = at * len(heard) // len(text)
    return heard[max(0, start - _NEAR) : start + len(name) + _NEAR]


def _company(heard: str, expected: StatementExpectation) -> CheckResult:
    company = sound_of(expected.company, expected.spoken)
    score = likeness_within(heard, company)
    if expected.spoken in _OTHER_SCRIPTS and expected.company.isascii():
        score = max(score, likeness_within(skeleton_of(heard), skeleton_of(company)))
        if score < COMPANY_MIN:
            reason = f"a company's name in Latin letters is often misheard in this language ({score:.0%}); listen to it"
            return _result(STATEMENT_COMPANY, "missing", score, COMPANY_MIN, reason)
    return _held(STATEMENT_COMPANY, score, COMPANY_MIN, "the company was heard to {score}, {needed} is needed")


def _code(hearing: Hearing, expected: StatementExpectation) -> CheckResult:
    runs = digit_runs(hearing.text, expected.spoken) + digit_runs(hearing.closing, expected.spoken)
    found = digits_heard(runs, expected.code)
    length = len(expected.code)
    outcome: Outcome = "passed" if length and found == length else "failed"
    reason = f"{found} of {length} digits of the code were heard in their places, all are needed"
    return _result(STATEMENT_CODE, outcome, float(found), float(length), reason)


def _language(hearing: Hearing, expected: StatementExpectation) -> CheckResult:
    same = _SAME_SPOKEN.get(expected.spoken, frozenset({expected.spoken}))
    score = sum(share for name, share in hearing.languages if name in same)
    top = hearing.languages[0][0] if hearing.languages else "none"
    outcome: Outcome = "passed" if score >= LANGUAGE_MIN else "failed"
    reason = f"the language sounds like {expected.spoken} by {score:.2f}, {LANGUAGE_MIN:.2f} is needed; heard: {top}"
    return _result(STATEMENT_LANGUAGE, outcome, score, LANGUAGE_MIN, reason)


def _held(name: str, score: float, needed: float, sentence: str) -> CheckResult:
    outcome: Outcome = "passed" if score >= needed else "failed"
    return _result(name, outcome, score, needed, sentence.format(score=f"{score:.0%}", needed=f"{needed:.0%}"))


def _result(name: str, outcome: Outcome, score: float | None, threshold: float | None, reason: str) -> CheckResult:
    return CheckResult(name=name, outcome=outcome, score=score, threshold=threshold, source=SOURCE, reason=reason)
