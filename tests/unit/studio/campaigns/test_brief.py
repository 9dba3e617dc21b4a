"""brief.toml: what is wrong is said with file, line and key, and nothing is repaired."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent.errors import FileInvalidError
from consent.grant import Modality, RecordId
from studio.campaigns.brief import read_brief
from studio.campaigns.planning import brief_sha256, plan_takes

GOOD = """consent = "abcdef"
brand = "Example"
product = "Coffee One"
commercial = true
portrait = "portrait.png"
seed = 7
pronunciations = { Sayso = "say so" }

[[takes]]
locale = "fr-FR"
market = "FR"
channel = "youtube"
formats = ["1080x1920", "1080x1080.jpg"]
text = "Votre café, en dix secondes."

[[takes]]
locale = "en-US"
market = "US-NY"
channel = "podcast"
format = "mp3"
seed = 9
pronunciations = { Latte = "lah tay" }
text = "Coffee in ten seconds."
"""

RECORD = RecordId("0" * 64)


def write(folder: Path, text: str = GOOD) -> Path:
    (folder / "portrait.png").write_bytes(b"a picture")
    path = folder / "brief.toml"
    path.write_text(text)
    return path


def no_cards(_plan: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (), ()


MISTAKES = {
    "unknown key": ("brand =", "label = false\nbrand =", r"brief\.toml:2: label: unknown key"),
    "unknown key in a take": (
        'market = "FR"',
        'market = "FR"\nnotice = false',
        r":12: takes\[0\]\.notice: unknown key",
    ),
    "misspelt key": ("brand =", "bran =", r":2: bran: unknown key; did you mean 'brand'"),
    "missing key": ("commercial = true\n", "", "commercial: this key is missing"),
    "wrong type": ("commercial = true", 'commercial = "yes"', r':4: commercial: found "yes"'),
    "no such format": ('"1080x1080.jpg"', '"1080p"', r":13: takes\[0\]\.formats: found '1080p'"),
    "odd sides": ('"1080x1080.jpg"', '"1081x1080"', r":13: takes\[0\]\.formats: found '1081x1080'"),
    "too large": ('"1080x1080.jpg"', '"8000x4000"', r":13: takes\[0\]\.formats"),
    "no such channel": ('channel = "youtube"', 'channel = "youtub"', r":12: takes\[0\]\.channel"),
    "no such market": ('market = "FR"', 'market = "Nowhere"', r":11: takes\[0\]\.market"),
    "no such picture": ("portrait.png", "absent.png", r":5: portrait: there is no file absent\.png"),
    "a painted person": (
        "seed = 7",
        'background = "painted: a woman in a kitchen"',
        r":6: background: .*shows no people.*: woman",
    ),
    "nothing to paint": ("seed = 7", 'background = "painted: x"', r":6: background: .*1 letters"),
    "no such painter": (
        "seed = 7",
        'painter = "dall-e"\nbackground = "painted: a quiet beach at dusk"',
        r":6: painter: no painting model is called dall-e",
    ),
    "a painter without words": ("seed = 7", 'painter = "qwen-image"', r":6: painter: nothing is painted"),
    "no such background": ("seed = 7", 'background = "blurr"', r":6: background: there is no file blurr"),
    "no picture at all": ('portrait = "portrait.png"\n', "", "a video or a still needs a picture"),
    "format said twice": ('format = "mp3"', 'format = "mp3"\nformats = ["wav"]', "one of the two"),
    "no format": ('format = "mp3"\n', "", "one of the two"),
    "likeness in place of a picture": ('portrait = "portrait.png"', 'likeness = "x"', "needs a picture"),
    "speed out of range": ("seed = 7", "speed = 9.0", r":6: speed: found 9\.0"),
    "not TOML": ("brand =", "brand", r"brief\.toml:2: "),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(FileInvalidError, match=message):
        read_brief(write(tmp_path, GOOD.replace(old, new, 1)))


def test_brief_without_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileInvalidError, match="takes"):
        read_brief(write(tmp_path, GOOD.split("[[takes]]", maxsplit=1)[0]))


def test_each_format_is_a_take(tmp_path: Path) -> None:
    brief = read_brief(write(tmp_path))
    plans = plan_takes(brief, record_id=RECORD, campaign_id="c1", producer="Example", cards_for=no_cards)
    assert [(p.take_id, p.locale, p.format, p.kind) for p in plans] == [
        ("c1-01", "fr-FR", "1080x1920", "video"),
        ("c1-02", "fr-FR", "1080x1080.jpg", "still"),
        ("c1-03", "en-US", "mp3", "audio"),
    ]
    assert [p.file_suffix for p in plans] == [".mp4", ".jpg", ".mp3"]


def test_take_says_more_than_the_brief(tmp_path: Path) -> None:
    brief = read_brief(write(tmp_path, GOOD + 'look = "cartoon"\n'))
    plans = plan_takes(brief, record_id=RECORD, campaign_id="c1", producer="", cards_for=no_cards)
    assert [p.seed for p in plans] == [7, 7, 9]
    assert [p.look for p in plans] == ["photo", "photo", "cartoon"]
    assert plans[0].pronunciations == {"Sayso": "say so"}
    assert plans[2].pronunciations == {"Sayso": "say so", "Latte": "lah tay"}


def test_request_asks_for_what_the_take_uses(tmp_path: Path) -> None:
    brief = read_brief(write(tmp_path))
    plans = plan_takes(brief, record_id=RECORD, campaign_id="c1", producer="", cards_for=no_cards)
    video, still, audio = (p.request for p in plans)
    assert video.modalities == {Modality.FACE, Modality.VOICE}
    assert still.modalities == {Modality.FACE}
    assert audio.modalities == {Modality.VOICE}
    assert len(video.assets) == len(still.assets) == 1
    assert audio.assets == frozenset()


def test_hash_changes_with_words_and_pictures(tmp_path: Path) -> None:
    path = write(tmp_path)
    before = brief_sha256(read_brief(path), record_id=RECORD)
    assert before == brief_sha256(read_brief(path), record_id=RECORD)
    (tmp_path / "portrait.png").write_bytes(b"another picture")
    changed_picture = brief_sha256(read_brief(path), record_id=RECORD)
    path.write_text(GOOD.replace("dix", "cinq"))
    changed_words = brief_sha256(read_brief(path), record_id=RECORD)
    assert len({before, changed_picture, changed_words}) == 3


@pytest.mark.parametrize(
    ("line", "backdrop", "name"),
    [
        ("", "wall", None),
        ('background = "gradient"', "gradient", None),
        ('background = "blur"', "blur", None),
        ('background = "wall"', "wall", None),
        ('background = "Studio.PNG"', "wall", "background.png"),
        ('background = "clip.mp4"', "wall", "background.mp4"),
    ],
)
def test_background_is_a_word_or_a_file(tmp_path: Path, line: str, backdrop: str, name: str | None) -> None:
    for file in ("Studio.PNG", "clip.mp4"):
        (tmp_path / file).write_bytes(b"bytes")
    brief = read_brief(write(tmp_path, GOOD.replace("seed = 7\n", f"seed = 7\n{line}\n", 1)))
    (plan, *_) = plan_takes(brief, record_id=RECORD, campaign_id="c1", producer="", cards_for=no_cards)
    assert (plan.backdrop, plan.background) == (backdrop, name)


def test_painted_background_is_planned_with_its_painter(tmp_path: Path) -> None:
    words = 'background = "painted: a sunlit kitchen, shallow depth of field"\n'
    for line, painter in ((words, "z-image-turbo"), (words + 'painter = "qwen-image"\n', "qwen-image")):
        brief = read_brief(write(tmp_path, GOOD.replace("seed = 7\n", f"seed = 7\n{line}", 1)))
        (plan, *_) = plan_takes(brief, record_id=RECORD, campaign_id="c1", producer="", cards_for=no_cards)
        assert (plan.painted, plan.painter) == ("a sunlit kitchen, shallow depth of field", painter)
        assert (plan.background, plan.backdrop) == (None, "wall")


def test_plan_from_before_there_were_backdrops_has_a_wall(tmp_path: Path) -> None:
    (plan, *_) = plan_takes(
        read_brief(write(tmp_path)), record_id=RECORD, campaign_id="c1", producer="", cards_for=no_cards
    )
    old = plan.model_dump()
    for key in ("backdrop", "painted", "painter"):
        del old[key]
    assert type(plan).model_validate(old).backdrop == "wall"


def test_demo_brief_can_be_read_and_covers_nine_languages() -> None:
    from pipelines.assets import ASSETS
    from studio.campaigns.brief import BriefModel, read_toml

    model = read_toml(ASSETS / "demo" / "brief.toml").validate(BriefModel)
    assert {take.locale.split("-")[0] for take in model.takes} == {"en", "fr", "es", "it", "pt", "ja", "zh", "hi", "de"}
    assert len([f for take in model.takes if take.locale == "en-US" for f in take.all_formats]) == 3
