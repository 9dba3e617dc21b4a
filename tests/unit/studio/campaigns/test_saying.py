"""Tone, SSML and the dictionary on their way from a brief to the plans of its takes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from consent.errors import FileInvalidError
from consent.grant import RecordId
from consent.topics import mentions
from pipelines.errors import ScriptRefusedError
from pipelines.voice.markup.reader import read_markup
from pipelines.voice.phonemes.dictionary import Wrong, read_entries
from pipelines.voice.script.planner import ScriptPlanner
from studio.campaigns.brief import read_brief
from studio.campaigns.planning import plan_takes
from studio.jobs.plan import TakePlan

DOCS = Path(__file__).resolve().parents[4] / "docs"
PAGE = (DOCS / "text-and-tone.md").read_text(encoding="utf-8")
FENCES = [
    (found[1], found[2].strip(), found[3])
    for found in re.finditer(r"^```(xml|toml)([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]
BRIEF = next(body for _, info, body in FENCES if info == "brief")


def planned(folder: Path, text: str = BRIEF) -> tuple[TakePlan, ...]:
    path = folder / "brief.toml"
    path.write_text(text, encoding="utf-8")
    return plan_takes(
        read_brief(path), record_id=RecordId("0" * 64), campaign_id="c", producer="", cards_for=lambda _: ((), ())
    )


def test_a_brief_with_tone_and_ssml_is_planned(tmp_path: Path) -> None:
    (plan,) = planned(tmp_path)
    assert plan.tone == "excited"
    assert plan.pitch == 0.0
    assert plan.text.lstrip().startswith("<speak>")
    assert plan.pronunciations == {"Sayso": "say so", "Coffee One": "/ˈkɔfi wʌn/"}
    assert plan.request.script.splitlines() == [
        "Sayso presents: Coffee One. Only $12.50!",
        "say so presents: /ˈkɔfi wʌn/. Only $12.50!",
    ]
    assert TakePlan.model_validate_json(plan.model_dump_json()) == plan


def test_a_take_without_a_tone_has_the_briefs(tmp_path: Path) -> None:
    text = BRIEF.replace('tone = "excited"\n', "pitch = 2\n").replace('tone = "warm"', 'tone = "warm"\nspeed = 0.9')
    (plan,) = planned(tmp_path, text)
    assert (plan.tone, plan.pitch, plan.speed) == ("warm", 2.0, 0.9)


def test_an_old_plan_is_spoken_as_it_was() -> None:
    old = TakePlan.model_validate(
        {
            "take_id": "t", "campaign_id": "c", "record_id": "r", "brand": "b", "product": "p", "commercial": True,
            "locale": "en-US", "market": "US", "channel": "web", "format": "wav", "text": "Hi.", "portrait": None,
            "portrait_sha256": None,
        }
    )  # fmt: skip
    assert (old.tone, old.pitch, old.request.script) == ("neutral", 0.0, "Hi.")


def test_prohibited_words_are_found_in_what_is_heard(tmp_path: Path) -> None:
    hidden = "<speak>Come to <sub alias='our new'>the</sub> <sub alias='casino'>house</sub>.</speak>"
    (plan,) = planned(tmp_path, re.sub(r'""".*?"""', f'"{hidden}"', BRIEF, flags=re.DOTALL))
    assert mentions(plan.request.script, {"casino", "new casino", "the house"}) == ("casino", "new casino", "the house")


MISTAKES = {
    "no such tone": ('tone = "warm"', 'tone = "angry"', r":5: tone: found \"angry\""),
    "a pitch out of reach": ('tone = "warm"', "pitch = 9.0", r":5: pitch: found 9\.0"),
    "no SSML": ("<emphasis>", "<emph>", r"takes\[0\]\.text: SSML, line 2, column 19: <emph> is not read here"),
    "another language": ("<speak>", "<speak xml:lang='fr'>", r"the script is in 'fr' and the take in 'en-US'"),
    "no IPA": ('"say so"', '"/SAY/"', r":8: pronunciation\.Sayso: the IPA '/SAY/' of 'Sayso' has 'S'"),
    "no IPA in a take": ("kɔfi", "kʕfi", r"takes\[0\]\.pronunciation\.Coffee One: .* the nearest is"),
    "no language": ("[[takes]]", "[pronunciation.nl]\na = 'b'\n[[takes]]", r":10: pronunciation\.nl: 'nl' is no"),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in BRIEF
    with pytest.raises(FileInvalidError, match=message):
        planned(tmp_path, BRIEF.replace(old, new, 1))


@pytest.fixture(scope="module")
def planner() -> ScriptPlanner:
    return ScriptPlanner()


XML = [(info, body) for kind, info, body in FENCES if kind == "xml"]


@pytest.mark.parametrize(("info", "body"), XML, ids=[f"example {n + 1}" for n in range(len(XML))])
def test_examples_in_ssml_are_as_the_page_says(planner: ScriptPlanner, info: str, body: str) -> None:
    found = dict(re.findall(r'(\w+)="([^"]*)"', info))
    locale = found.get("locale", "en-US")
    if "refused" in found:
        with pytest.raises(ScriptRefusedError, match=re.escape(found["refused"])):
            read_markup(body, locale=locale)
        return
    _, passes = planner.plan(body, locale=locale)
    assert passes
    assert "<" not in read_markup(body, locale=locale).text


def test_examples_in_toml_are_read(tmp_path: Path) -> None:
    parts = [body for kind, info, body in FENCES if kind == "toml" and info != "brief"]
    assert len(parts) == 2
    tone, words = (tomllib.loads(body) for body in parts)
    assert not [one for _, one in read_entries(words["pronunciation"]) if isinstance(one, Wrong)]
    (plan,) = planned(tmp_path, BRIEF.replace('tone = "warm"', parts[0]).replace('tone = "excited"\n', ""))
    assert (plan.tone, plan.speed, plan.pitch) == (tone["tone"], tone["speed"], tone["pitch"])


def test_the_page_has_the_numbers_of_the_tones() -> None:
    from pipelines.voice.tone import TONES

    for name in ("warm", "excited", "serious"):
        (row,) = re.findall(rf"^\| {name} \|(.*)$", PAGE, re.MULTILINE)
        cells = [float(re.sub(r"[^0-9.+-]", "", cell) or 0) for cell in row.split("|")[:7]]
        own = TONES[name]
        factors = [own.rate, own.f0_scale, own.f0_range, own.energy, own.energy_range, own.pause_scale, own.tilt_db]
        assert cells == pytest.approx(factors)
