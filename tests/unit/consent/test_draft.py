"""consent.toml: what is read, what is hashed, and errors that name file, line and key."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from consent.draft import parse_consent_toml
from consent.errors import FileInvalidError
from consent.record import Depiction, canonical_bytes

PNG = b"\x89PNG\r\n\x1a\n123"
CONSENT = """\
# consent.toml
class = "replica"                    # or "synthetic_performer"
[subject]
name = "Test Subject"
birth_year = 1990
contact = "subject@example.org"
language = "fr"
[controller]
name = "Example GmbH"
contact = "privacy@example.com"
[scope]
description = "Coffee One launch ads, spoken by me, in French and English"
modalities = ["face", "voice"]
languages = ["en", "fr"]
territories = ["FR", "US"]
channels = ["youtube", "web"]
brands = ["Example"]
products = ["Coffee One"]
valid_from = 2026-11-01
valid_until = 2027-11-01
max_takes = 20
script_approval = "none"             # none | per_script
prohibited_topics = ["politics", "health"]
assets = ["portrait.png"]            # hashed into the record
"""


def photograph(_: Path) -> Depiction:
    return "photograph"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "portrait.png").write_bytes(PNG)
    return tmp_path


def write(folder: Path, text: str = CONSENT) -> Path:
    path = folder / "consent.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_example_gives_the_stored_record(folder: Path) -> None:
    record = parse_consent_toml(write(folder), depiction=photograph)
    stored = Path(__file__).parent / "data" / "record-v1.json"
    assert canonical_bytes(record) == stored.read_bytes()


def test_asset_is_bound_by_its_bytes_and_neutral_name(folder: Path) -> None:
    (folder / "pictures").mkdir()
    (folder / "pictures" / "me.jpg").write_bytes(b"\xff\xd8\xff1")
    text = CONSENT.replace('["portrait.png"]', '["portrait.png", "pictures/me.jpg"]')
    record = parse_consent_toml(
        write(folder, text), depiction=lambda path: "unknown" if path.suffix == ".jpg" else "illustration"
    )
    found = {(one.name, one.sha256, one.media_type, one.depiction) for one in record.scope.assets}
    assert found == {
        ("portrait.png", hashlib.sha256(PNG).hexdigest(), "image/png", "illustration"),
        ("me.jpg", hashlib.sha256(b"\xff\xd8\xff1").hexdigest(), "image/jpeg", "unknown"),
    }


def test_only_pictures_are_judged(folder: Path) -> None:
    (folder / "voice.wav").write_bytes(b"RIFF\0\0\0\0WAVE")
    (folder / "footage.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    text = CONSENT.replace('["portrait.png"]', '["voice.wav", "footage.mp4"]')

    def never(path: Path) -> Depiction:
        raise AssertionError(path)

    record = parse_consent_toml(write(folder, text), depiction=never)
    assert {(one.media_type, one.depiction) for one in record.scope.assets} == {
        ("audio/wav", "audio"),
        ("video/mp4", "unknown"),
    }


def test_withdrawal_goes_to_the_controller_unless_it_is_written(folder: Path) -> None:
    assert parse_consent_toml(write(folder), depiction=photograph).withdrawal.channel == "privacy@example.com"
    text = CONSENT + '[withdrawal]\nchannel = "https://example.com/withdraw"\npublished = "keep"\n'
    record = parse_consent_toml(write(folder, text), depiction=photograph)
    assert (record.withdrawal.channel, record.withdrawal.published) == ("https://example.com/withdraw", "keep")


def test_consent_without_assets_binds_none(folder: Path) -> None:
    text = "\n".join(line for line in CONSENT.splitlines() if not line.startswith("assets"))
    assert parse_consent_toml(write(folder, text), depiction=photograph).scope.assets == ()


# how the file is changed -> line, key, words of the message
MISTAKES = {
    "unknown key": (
        ('brands = ["Example"]', 'brand = "Example"\nbrands = ["Example"]'),
        17,
        "scope.brand",
        "did you mean 'brands'",
    ),
    "unknown table": (("[scope]", "[scop]\nx = 1\n[scope]"), 11, "scop", "did you mean 'scope'"),
    "key of nobody": (
        ("[scope]", "zzz = 1\n[scope]"),
        11,
        "controller.zzz",
        "known here: contact, data_protection_officer",
    ),
    "internal name": (
        ('class = "replica"', 'class = "replica"\nsubject_class = "replica"'),
        3,
        "subject_class",
        "unknown key",
    ),
    "missing key": (('language = "fr"\n', ""), 3, "subject.language", "missing"),
    "missing table": (
        ('[controller]\nname = "Example GmbH"\ncontact = "privacy@example.com"\n', ""),
        1,
        "controller",
        "missing",
    ),
    "key twice": (("[controller]\n", ""), 8, "name", "not TOML"),
    "wrong class": (('"replica"', '"clone"'), 2, "class", "'replica' or 'synthetic_performer'"),
    "number as text": (("max_takes = 20", 'max_takes = "20"'), 21, "scope.max_takes", "valid integer"),
    "text as number": (('name = "Test Subject"', "name = 3"), 4, "subject.name", "valid string"),
    "true as number": (("max_takes = 20", "max_takes = true"), 21, "scope.max_takes", "valid integer"),
    "time as date": (("2027-11-01", "2027-11-01T10:00:00Z"), 20, "scope.valid_until", "date"),
    "too long": (("2027-11-01", "2037-11-01"), 20, "scope.valid_until", "2036-11-01"),
    "ends first": (("2027-11-01", "2025-11-01"), 20, "scope.valid_until", "later day"),
    "unknown modality": (('"voice"]', '"soul"]'), 13, "scope.modalities[1]", "'voice'"),
    "UK": (('"US"]', '"UK"]'), 15, "scope.territories[1]", '"GB"'),
    "not TOML": (("max_takes = 20", "max_takes = "), 21, "max_takes", "not TOML"),
    "no such asset": (('"portrait.png"]', '"none.png"]'), 24, "scope.assets[0]", "there is no file"),
    "asset twice": (('"portrait.png"]', '"portrait.png", "./portrait.png"]'), 24, "scope.assets[1]", "name it once"),
    "asset is a folder": (('"portrait.png"]', '"."]'), 24, "scope.assets[0]", "there is no file"),
    "asset is something else": (('"portrait.png"]', '"consent.toml"]'), 24, "scope.assets[0]", "no picture"),
}


@pytest.mark.parametrize(("change", "line", "key", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_names_file_line_and_key(
    change: tuple[str, str], line: int, key: str, words: str, folder: Path
) -> None:
    path = write(folder, CONSENT.replace(*change, 1))
    with pytest.raises(FileInvalidError) as error:
        parse_consent_toml(path, depiction=photograph)
    found = error.value.problems[0]
    assert (found.line, found.key) == (line, key)
    assert words in found.message
    assert str(error.value).startswith(f"{path}:{line}: {key}: ")


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    text = CONSENT.replace('"replica"', '"clone"').replace("max_takes = 20", "max_takes = 0").replace('"US"', '"us"')
    with pytest.raises(FileInvalidError) as error:
        parse_consent_toml(write(folder, text), depiction=photograph)
    assert [problem.line for problem in error.value.problems] == [2, 15, 21]


def test_asset_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(folder)
    opened = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "portrait.png":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)  # type: ignore[call-overload] # passed through

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileInvalidError, match="Permission denied"):
        parse_consent_toml(path, depiction=photograph)
