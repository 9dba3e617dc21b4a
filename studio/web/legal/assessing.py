"""The five questions of the impact assessment, as a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from consent.assessment import Answer, Answers, Level
from studio.errors import UsageError
from studio.web.legal.forms import Texts

TEXT_CHARS_MAX: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, with what to think of."""

    name: str
    title: str
    hint: str


QUESTIONS: Final = (
    Question(
        name="dignity",
        title="Dignity",
        hint="Could a use shame, belittle or sexualise the person, or show them as they would never be?",
    ),
    Question(
        name="sensitive_context",
        title="Sensitive context",
        hint="Health, politics, religion, sex, money trouble: does any use come near?",
    ),
    Question(
        name="vulnerable_audiences",
        title="Vulnerable audiences",
        hint="Will children, patients or people in debt see it, and could they be led by it?",
    ),
    Question(
        name="deception_risk",
        title="Deception",
        hint="Would somebody act on it because they think the person really said it?",
    ),
    Question(
        name="brand_fit",
        title="Fit with the brand",
        hint="Does what the person stands for fit what is advertised?",
    ),
)
LEVELS: Final[tuple[tuple[Level, str], ...]] = (("none", "No risk"), ("low", "Some risk"), ("high", "High risk"))


def read_answers(texts: Texts) -> Answers:
    """Read the form.

    Raises:
        UsageError: a question has no level or no words.
    """
    return Answers(**{question.name: _answer(question, texts) for question in QUESTIONS})


def _answer(question: Question, texts: Texts) -> Answer:
    given = (texts.get(f"{question.name}.level") or [""])[0]
    level = next((one for one, _ in LEVELS if one == given), None)
    text = (texts.get(f"{question.name}.text") or [""])[0].replace("\r\n", "\n").strip()
    if level is None:
        raise UsageError(f"{question.title}: choose how much of a risk it is")
    if not text:
        raise UsageError(f"{question.title}: say why, in a sentence")
    if len(text) > TEXT_CHARS_MAX:
        raise UsageError(f"{question.title}: that has {len(text)} characters; {TEXT_CHARS_MAX} at most")
    return Answer(level=level, text=text)
