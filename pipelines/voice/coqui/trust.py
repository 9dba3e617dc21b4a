"""A checkpoint's ``config.json`` is data: it may choose numbers and letters, never what is imported, opened or fetched.

Coqui imports the class that a config names, opens the files that it names, and fetches those that start with http. A
card pins the config's bytes, but a pin says who chose, not what is harmless; so the config is read here first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pipelines.errors import WeightsError

# Classes of coqui-tts itself that turn letters into numbers.
CHARACTER_CLASSES: Final = (
    "TTS.tts.models.vits.VitsCharacters",
    "TTS.tts.utils.text.characters.Graphemes",
    "TTS.tts.utils.text.characters.IPAPhonemes",
)
PHONEMIZERS: Final = ("espeak", "gruut")  # a program that is started, and a package with word lists (MIT)
_CONFIG_BYTES_MAX: Final = 4_000_000
_MODEL_KEYS: Final = frozenset({"model", "base_model"})
# Keys whose values are files that Coqui opens when it builds a model.
FILE_KEYS: Final = (
    "speaker_file",
    "speakers_file",
    "language_ids_file",
    "d_vector_file",
    "speaker_encoder_config_path",
    "speaker_encoder_model_path",
)
_OPENED: Final = ("_file", "_path", "_checkpoint", "_uri")  # ends of keys whose values Coqui may open
_NOTES: Final = frozenset({"output_path", "phoneme_cache_path", "logger_uri"})  # of the training; inference has no use


def read_config(path: Path, *, model: str) -> dict[str, Any]:
    """Read a Coqui config and refuse what could reach beyond its card.

    ``model`` is the kind that the card promises ("vits", "xtts").

    Raises:
        WeightsError: It is no JSON object, is for another model, names a class or phonemizer that is not Coqui's own,
            or points to an address.
    """
    if path.stat().st_size > _CONFIG_BYTES_MAX:
        raise WeightsError(f"{path.name} has {path.stat().st_size} bytes and a config {_CONFIG_BYTES_MAX} at most")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as e:
        raise WeightsError(f"{path.name} is no JSON ({e}); run: sayso models verify") from e
    if not isinstance(config, dict):
        raise WeightsError(f"{path.name} is no JSON object; run: sayso models verify")
    for key in _MODEL_KEYS:
        if config.get(key, model) not in {model, None}:
            raise WeightsError(
                f"{path.name} is for the {key} {config[key]!r} and {model!r} was needed; correct the card"
            )
    _require_own_classes(config, name=path.name)
    for key, value in _strings(config):
        name = key.rsplit(".", maxsplit=1)[-1]
        reaches = key.startswith("model_args.") or (name.endswith(_OPENED) and name not in _NOTES)
        if reaches and "://" in value:
            raise WeightsError(f"{path.name} points {key} to {value[:60]!r}; files come from cards alone")
    return config


def with_files(config: Mapping[str, Any], files: Mapping[str, Path]) -> dict[str, Any]:
    """The config with no file named in it but ``files`` (key of ``FILE_KEYS`` to installed file)."""
    made = dict(config)
    inner = dict(made.get("model_args") or {})
    for key in FILE_KEYS:
        place = str(files[key]) if key in files else None
        for table in (made, inner):
            if key in table or place is not None:
                table[key] = place
    if "speaker_encoder_model_path" not in files:
        inner["use_speaker_encoder_as_loss"] = False  # a loss is for training; without its files Coqui would refuse
    made["model_args"] = inner
    return made


def _require_own_classes(config: Mapping[str, Any], *, name: str) -> None:
    characters = config.get("characters")
    named = characters.get("characters_class") if isinstance(characters, dict) else None
    if named is not None and named not in CHARACTER_CLASSES:
        raise WeightsError(f"{name} asks to import {named!r}; only these may be: {', '.join(CHARACTER_CLASSES)}")
    if config.get("use_phonemes") and config.get("phonemizer") not in PHONEMIZERS:
        raise WeightsError(
            f"{name} asks for the phonemizer {config.get('phonemizer')!r}; only {' and '.join(PHONEMIZERS)} may be"
        )


def _strings(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
