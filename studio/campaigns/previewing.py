"""A preview is a take like any other, so that it goes through the one door: as a brief that nobody had to write.

What is not said is taken from the scope of the consent. It advertises nothing (``commercial = false``).
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Final

from consent.grant import Modality
from consent.record import ConsentRecord
from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.market import load_market
from pipelines.errors import ProfileInvalidError
from studio.campaigns.brief import Brief, read_brief
from studio.errors import UsageError
from studio.store.likenesses import LikenessRow

FILM: Final = "960x540"  # a quarter of what is released: enough to judge a mouth by


def preview_brief(
    folder: Path,
    *,
    likeness: LikenessRow,
    record: ConsentRecord,
    text: str,
    locale: str,
    market: str | None = None,
    channel: str | None = None,
) -> Brief:
    """Write a brief of one sound, or for a twin of one small film, into ``folder`` and read it.

    Raises:
        FileInvalidError: a word of it is wrong.
        UsageError: the scope has no market or channel that this studio knows; say which.
    """
    scope, is_twin = record.scope, likeness.modality is Modality.FACE
    said = {
        "consent": likeness.record_id,
        "brand": scope.brands[0],
        "product": scope.products[0],
        "twin" if is_twin else "likeness": likeness.id,
    }
    take = {
        "locale": locale,
        "market": market or _first_known(scope.territories, "market"),
        "channel": channel or _first_known(scope.channels, "channel"),
        "format": FILM if is_twin else "wav",
        "text": text,
    }
    lines = [*map(_line, said.items()), "commercial = false", "[[takes]]", *map(_line, take.items())]
    path = folder / "preview.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return dataclasses.replace(read_brief(path), is_preview=True)


def _line(pair: tuple[str, str]) -> str:
    name, value = pair
    try:
        value.encode()
    except UnicodeEncodeError as e:
        raise UsageError(f"the {name} of the preview is no Unicode text") from e
    return f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")


def _first_known(names: tuple[str, ...], kind: str) -> str:
    load = load_market if kind == "market" else load_channel
    for name in names:
        try:
            load(name)
        except ProfileInvalidError:
            continue
        return name
    raise UsageError(f"the consent names no {kind} that this studio knows ({', '.join(names)}); say it with --{kind}")
