"""A config is data: what it may not choose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import WeightsError
from pipelines.voice.coqui.trust import FILE_KEYS, read_config, with_files

PLAIN: dict[str, Any] = {"model": "vits", "model_args": {"num_chars": 40}, "output_path": "s3://bucket/run"}


def written(tmp_path: Path, config: object) -> Path:
    path = tmp_path / "config.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return path


def test_a_plain_config_is_read_and_its_notes_of_the_training_are_let_be(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, PLAIN), model="vits") == PLAIN


REFUSED = {
    "no JSON": ("{", "is no JSON"),
    "a list": ("[]", "is no JSON object"),
    "another model": ({**PLAIN, "model": "tortoise"}, "for the model 'tortoise' and 'vits' was needed"),
    "another base model": ({**PLAIN, "base_model": "tortoise"}, "base_model"),
    "a class of the system": ({**PLAIN, "characters": {"characters_class": "os.system"}}, "asks to import 'os.system'"),
    "a class of Coqui that is none of ours": (
        {**PLAIN, "characters": {"characters_class": "TTS.utils.manage.ModelManager"}},
        "asks to import",
    ),
    "a phonemizer that nobody named": ({**PLAIN, "use_phonemes": True, "phonemizer": "my_phonemizer"}, "phonemizer"),
    "no phonemizer": ({**PLAIN, "use_phonemes": True, "phonemizer": None}, "phonemizer None"),
    "an address among the files": (
        {**PLAIN, "model_args": {"speakers_file": "https://example.com/speakers.pth"}},
        "model_args.speakers_file to 'https",
    ),
    "an address at the top": ({**PLAIN, "d_vector_file": "http://example.com/d.pth"}, "d_vector_file"),
    "an address in a list": ({**PLAIN, "d_vector_file": ["ftp://example.com/d.pth"]}, "d_vector_file"),
}


@pytest.mark.parametrize(("config", "why"), REFUSED.values(), ids=REFUSED)
def test_a_config_that_reaches_out_is_refused(tmp_path: Path, config: object, why: str) -> None:
    with pytest.raises(WeightsError, match=why):
        read_config(written(tmp_path, config), model="vits")


def test_a_config_of_many_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="at most"):
        read_config(written(tmp_path, " " * 4_000_001), model="vits")


def test_files_that_a_config_names_are_forgotten_but_for_those_of_the_card(tmp_path: Path) -> None:
    named = dict.fromkeys(FILE_KEYS, "/home/trainer/file")
    speakers = tmp_path / "speakers.json"
    made = with_files({**named, "model_args": {**named, "num_chars": 40}}, {"speakers_file": speakers})
    for table in (made, made["model_args"]):
        assert table["speakers_file"] == str(speakers)
        assert {table[key] for key in FILE_KEYS if key != "speakers_file"} == {None}
    assert made["model_args"]["num_chars"] == 40
