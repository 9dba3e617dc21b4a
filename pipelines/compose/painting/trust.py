"""A folder of weights is data: it may hold numbers, never choose which classes are built or bring code.

diffusers builds the classes that ``model_index.json`` names, imports Python files that lie beside it, and falls back to
pickles. A card pins the bytes, but a pin says who chose, not what is harmless; so the folder is read here first.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from pipelines.compose.painting.models import PaintModel
from pipelines.errors import WeightsError

INDEX: Final = "model_index.json"
SUFFIXES: Final = frozenset({".json", ".safetensors", ".txt", ".model", ".jinja"})  # numbers, words, word pieces
_INDEX_BYTES_MAX: Final = 100_000
_CONFIG_BYTES_MAX: Final = 64_000_000  # a tokenizer's dictionary is the largest
_CODE_KEYS: Final = frozenset({"auto_map", "custom_pipelines", "custom_pipeline"})
_SMALL: Final = frozenset({"config.json", "tokenizer_config.json", "scheduler_config.json", "generation_config.json"})


def check_folder(folder: Path, model: PaintModel, *, pinned: Collection[str]) -> None:
    """Refuse a folder that is not the model, or that could do more than give numbers.

    ``pinned`` are the files of the card; their bytes were checked before.

    Raises:
        WeightsError: a file that no card names, or that is no safetensors, JSON or text; another pipeline or component
            than the model's; a config that names code.
    """
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise WeightsError(f"{name} of {model.title} is a link; give the folder with its own files")
        if path.is_file() and path.suffix not in SUFFIXES:
            raise WeightsError(f"{name} of {model.title} is not safetensors, JSON or text; take it out of the folder")
        if path.is_file() and name not in pinned:
            raise WeightsError(
                f"{name} lies among the weights of {model.title}, and its card has no such file; remove it"
            )
        if path.name in _SMALL and (named := _CODE_KEYS & _read(path, model).keys()):
            raise WeightsError(f"{name} of {model.title} asks for code of its own ({', '.join(sorted(named))})")
    _check_index(folder / INDEX, model)


def _check_index(path: Path, model: PaintModel) -> None:
    if not path.is_file() or path.stat().st_size > _INDEX_BYTES_MAX:
        raise WeightsError(f"{model.title} has no readable {INDEX}; run: sayso models pull {model.card_id}")
    index = _read(path, model)
    if index.get("_class_name") != model.pipeline:
        raise WeightsError(f"{INDEX} is for {index.get('_class_name')!r}, and {model.pipeline} was needed")
    if named := _CODE_KEYS & index.keys():
        raise WeightsError(f"{INDEX} of {model.title} asks for code of its own ({', '.join(sorted(named))})")
    wanted = {name: list(built) for name, built in model.components}
    given = {name: built for name, built in index.items() if isinstance(built, list)}
    given = {name: built for name, built in given.items() if built != [None, None]}  # optional parts that are absent
    if given != wanted:
        other = sorted(name for name in given.keys() | wanted.keys() if given.get(name) != wanted.get(name))
        raise WeightsError(
            f"{INDEX} of {model.title} builds {given.get(other[0])} for {other[0]}, and {wanted.get(other[0])} was "
            "needed; correct the card"
        )


def _read(path: Path, model: PaintModel) -> dict[str, Any]:
    if path.stat().st_size > _CONFIG_BYTES_MAX:
        raise WeightsError(f"{path.name} of {model.title} has {path.stat().st_size} bytes; that is no config")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as e:
        raise WeightsError(f"{path.name} of {model.title} is no JSON ({e}); run: sayso models verify") from e
    if not isinstance(content, dict):
        raise WeightsError(f"{path.name} of {model.title} is no JSON object; run: sayso models verify")
    return content
