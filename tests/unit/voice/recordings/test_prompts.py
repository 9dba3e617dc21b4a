"""The sentences to read aloud: whole, strict, and holding the sounds of their language early."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipelines.assets import ASSETS
from pipelines.errors import ProfileInvalidError
from pipelines.voice.recordings.coverage import coverage, kinds, pairs, words_of
from pipelines.voice.recordings.prompts import FOLDER, SENTENCES, languages, load_prompts, nearest
from pipelines.voice.script.planner import ScriptPlanner

UNSPACED = {"ja", "zh"}


@pytest.fixture(scope="module")
def planner() -> ScriptPlanner:
    return ScriptPlanner()


def demo_scripts(language: str) -> list[str]:
    """Without the names of the brand and the product: they are English in every language."""
    brief = tomllib.loads((ASSETS / "demo" / "brief.toml").read_text(encoding="utf-8"))
    names = (brief["product"], brief["brand"])
    texts = [one["text"] for one in brief["takes"] if one["locale"].split("-")[0] == language.split("-", maxsplit=1)[0]]
    for name in names:
        texts = [text.replace(name, "") for text in texts]
    return texts


@pytest.mark.filterwarnings("ignore:Dictionary.create:DeprecationWarning")  # pyopenjtalk asks Sudachi the old way
@pytest.mark.parametrize("language", languages())
def test_the_first_thirty_hold_nearly_every_sound_and_all_of_them_more(language: str, planner: ScriptPlanner) -> None:
    prompts = load_prompts(language)
    said = [words_of(one, locale=language, planner=planner) for one in prompts.sentences]
    demo = kinds(run for text in demo_scripts(language) for run in words_of(text, locale=language, planner=planner))
    wanted = prompts.sounds | demo
    after = {
        count: coverage((run for one in said[:count] for run in one), wanted=wanted) for count in (12, 30, SENTENCES)
    }
    assert after[12].sounds >= 0.85, after[12].missing
    assert after[30].sounds >= 0.90, after[30].missing
    assert after[SENTENCES].sounds >= 0.95, after[SENTENCES].missing


@pytest.mark.parametrize("language", languages())
def test_a_sentence_is_said_in_four_to_nine_seconds(language: str) -> None:
    for sentence in load_prompts(language).sentences:
        if language in UNSPACED:
            assert 12 <= len(sentence) <= 45, sentence
        else:
            assert 5 <= len(sentence.split()) <= 16, sentence
        assert sentence[-1] in ".?!。？！।", sentence


def test_another_country_reads_its_language_and_the_unknown_read_english() -> None:
    assert [nearest(one) for one in ("fr", "fr-CA", "de_AT", "EN-gb", "nl", "")] == ["fr", "fr", "de", "en", "en", "en"]
    assert load_prompts("de-CH") == load_prompts("de")


def test_numbers_are_words_and_nothing_is_said_twice() -> None:
    for language in languages():
        sentences = load_prompts(language).sentences
        assert len(set(sentences)) == SENTENCES
        assert not any(letter.isnumeric() and letter.isascii() for one in sentences for letter in one)


@pytest.mark.parametrize(
    ("found", "given"),
    [
        ("version = 1", "version = 2"),
        ('sounds = "', 'sound = "'),
        ("twenty", "20"),
        ('One more."]', 'one more than a hundred.", "Number 0."]'),
        ("sentences", "phrases"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(found: str, given: str, tmp_path: Path) -> None:
    sentences = [f"Sentence {'very ' * at}long." for at in range(SENTENCES - 2)]
    sentences = [one if len(one) <= 120 else f"Other {'x' * (at - 10)} end." for at, one in enumerate(sentences)]
    listed = ", ".join(f'"{one}"' for one in [*sentences, "It costs twenty pence.", "One more."])
    good = f'version = 1\nsounds = "a b"\nsentences = [{listed}]\n'
    (tmp_path / "en.toml").write_text(good, encoding="utf-8")
    assert len(load_prompts("en", tmp_path).sentences) == SENTENCES
    load_prompts.cache_clear()
    assert found in good
    (tmp_path / "en.toml").write_text(good.replace(found, given), encoding="utf-8")
    with pytest.raises(ProfileInvalidError, match=r"en\.toml"):
        load_prompts("en", tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalidError, match=r"en\.toml"):
        load_prompts("xx", tmp_path)


def test_neighbours_are_counted_within_a_breath_and_tones_are_no_neighbours() -> None:
    running = pairs([("a", "b", "↗", "c"), ("b", "c")])
    assert running == {("a", "b"): 1, ("b", "c"): 2}
    found = coverage([("b", "c")], wanted=frozenset("abc"), running=running)
    assert found.pairs == pytest.approx(2 / 3)
    assert found.missing == {"a"}


def test_each_language_of_the_studio_has_sentences() -> None:
    assert set(languages()) == {path.stem for path in (ASSETS / "wordings").glob("*.toml")}
    assert FOLDER.is_dir()
