"""Measures the statement checks: the right statement, a wrong name, company or code, another text, another language.

Synthesized readings are of bench/statements.toml, two voices per language, at 48 kHz to Opus as a browser sends them.
Real readings are LJ Speech clips: their sentence is the statement, a name in it is the name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.evidence_voices import at_16k, read
from bench.rerecording import RATE, opus
from pipelines.evidence.statement import StatementExpectation, check_statement
from pipelines.media import AudioClip, Float32Array
from pipelines.speech.transcript import Hearing, Listener
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.voice.voices import default_voice

STATEMENTS = Path(__file__).with_name("statements.toml")
CHECKS = ("text", "name", "company", "code", "language")
_REAL_NAMES = re.compile(r"\b([A-Z][a-z]{3,} [A-Z][a-z]{3,})\b")
_NOT_THIS_NAME = "Amara Okafor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One synthesized reading at 16 kHz."""

    language: str
    voice: str
    kind: str  # "statement" or "other"
    waveform: Float32Array
    expected: StatementExpectation
    wrong_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One reading: scores against the truth, and the highest against anything wrong. Codes count digits."""

    reading: str
    right: tuple[float, ...]
    wrong: tuple[float, ...]
    passes: bool
    wrong_passes: tuple[str, ...]


def speak_all(engine: KokoroVoice | None, folder: Path | None) -> Iterator[Spoken]:
    """Every reading, spoken now or read from ``folder`` (LANGUAGE-INDEX-KIND.wav)."""
    table = tomllib.loads(STATEMENTS.read_text(encoding="utf-8"))
    rng = np.random.default_rng(7)
    for language, row in table.items():
        if isinstance(row, str):
            continue
        locale = "en-US" if language == "en" else language
        for index, name in enumerate(row["names"]):
            code = "".join(str(digit) for digit in rng.integers(0, 10, 6))
            company = table["company"]
            expected = StatementExpectation(
                text=row["text"].format(name=name, company=company, code=code),
                name=name,
                company=company,
                code=code,
                language=language,
            )
            voice = default_voice(locale, ("female", "male")[index])
            apart = "、" if language in {"ja", "zh"} else ", "
            texts = {"statement": row["text"].format(name=name, company=company, code=apart.join(code))}
            if index == 0:
                texts["other"] = row["other"]
            for kind, text in texts.items():
                file = folder / f"{language}-{index}-{kind}.wav" if folder else None
                yield Spoken(
                    language=language,
                    voice=voice,
                    kind=kind,
                    waveform=read(file) if file and file.is_file() else _speak(engine, text, locale, voice),
                    expected=expected,
                    wrong_names=_others(table, language, name),
                )


def _speak(engine: KokoroVoice | None, text: str, locale: str, voice: str) -> Float32Array:
    from bench.consenting import grant_for  # noqa: PLC0415 -- only where something is spoken anew

    if engine is None:
        raise SystemExit("a reading is missing in the folder; leave out --spoken to have all of them spoken")
    spoken = engine.speak(text, locale=locale, voice=voice, grant=grant_for(text, locale), seed=1)
    return at_16k(spoken.audio.waveform, spoken.audio.sample_rate)


def _others(table: dict[str, object], language: str, name: str) -> tuple[str, ...]:
    """Every other name in the same script."""
    rows = {key: row for key, row in table.items() if isinstance(row, dict)}
    foreign = {"ja", "zh", "hi"}
    names = [
        other
        for key, row in rows.items()
        if key == language or (key not in foreign and language not in foreign)
        for other in row["names"]
    ]
    return tuple(other for other in names if other != name)


def synthesized_rows(listener: Listener, spoken: list[Spoken]) -> list[StatementRow]:
    """Each reading against its own statement, every other name of its script, another company and code."""
    rows = []
    for one in spoken:
        waveform = opus(one.waveform, np.random.default_rng(0))
        hearing = listener.hear(AudioClip(waveform=waveform, sample_rate=RATE), language=one.expected.spoken)
        wrong = [
            replace(one.expected, name=n, text=one.expected.text.replace(one.expected.name, n)) for n in one.wrong_names
        ]
        wrong.append(replace(one.expected, company="Brightwater Motors"))
        wrong.append(replace(one.expected, code="".join(str((int(digit) + 1) % 10) for digit in one.expected.code)))
        rows.append(_row(f"{one.language} {one.voice} {one.kind}", hearing, one.expected, wrong))
    return rows


def real_rows(listener: Listener, media: Path, *, count: int) -> list[StatementRow]:
    """Clips of LJ Speech with a name of two words in them; wrong are another sentence and another name."""
    folder = media / "speech" / "ljspeech"
    lines = [line.split("|") for line in (folder / "metadata.csv").read_text(encoding="utf-8").splitlines()]
    there = [(clip, text) for clip, _, text in lines if (folder / f"{clip}.wav").is_file() and len(text) > 60]  # noqa: PLR2004
    rows = []
    for at, (clip, text) in enumerate(there[:count]):
        waveform = opus(read(folder / f"{clip}.wav"), np.random.default_rng(0))
        hearing = listener.hear(AudioClip(waveform=waveform, sample_rate=RATE), language="en")
        found = _REAL_NAMES.search(text)
        name = found.group(1) if found else " ".join(text.split()[:2])
        expected = StatementExpectation(text=text, name=name, company=text.split()[-1], code="", language="en")
        other = replace(expected, text=there[(at + 1) % len(there)][1])
        named = replace(expected, name=_NOT_THIS_NAME, text=text.replace(name, _NOT_THIS_NAME))
        rows.append(_row(f"real {clip} ({name})", hearing, expected, [other, named]))
    return rows


def _row(
    reading: str, hearing: Hearing, expected: StatementExpectation, wrong: list[StatementExpectation]
) -> StatementRow:
    right = check_statement(hearing, expected)
    fooled: dict[int, float] = {}
    passed: list[str] = []
    for other in wrong:
        for at, (result, field) in enumerate(
            zip(check_statement(hearing, other), ("text", "name", "company", "code"), strict=False)
        ):
            changed = getattr(other, field) != getattr(expected, field)
            if not changed or (field == "text" and other.name != expected.name):
                continue
            fooled[at] = max(fooled.get(at, 0.0), result.score or 0.0)
            if result.outcome == "passed":
                passed.append(f"{field}: {getattr(other, field)[:30]}")
    return StatementRow(
        reading=reading,
        right=tuple(result.score or 0.0 for result in right),
        wrong=tuple(fooled.get(at, float("nan")) for at in range(len(right))),
        passes=all(
            result.outcome == "passed"
            for result in right
            if not (result.name == "statement_code" and not expected.code)
        ),
        wrong_passes=tuple(passed),
    )
