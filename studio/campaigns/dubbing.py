"""A dub is a brief whose scripts come from a table: each take gets its locale's lines, and their times."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pipelines.voice.dubbing.table import DubTable, script_of, slots_of
from studio.campaigns.brief import Brief, DubLine
from studio.errors import UsageError

SOUND = ("wav", "mp3")


def dub_brief(brief: Brief, table: DubTable, *, stem: Path | None) -> Brief:
    """Return the brief with the table's lines in place of its scripts, spoken at the times of the original.

    Raises:
        UsageError: A take is no sound: pictures of a dub stay as they were filmed.
        InputInvalidError: The table has no line for a take's locale.
    """
    takes = []
    for take in brief.model.takes:
        others = [one for one in take.all_formats if one not in SOUND]
        if others:
            raise UsageError(f'a dub makes sound, and a take asks for {others[0]}; write format = "wav" or "mp3"')
        slots = slots_of(table, take.locale)
        lines = tuple(DubLine(start_s=slot.start_s, end_s=slot.end_s, text=slot.text) for slot in slots)
        said = {"text": script_of(slots), "lines": lines, "programme_s": table.duration_s}
        if take.translated_from is None:
            said["translated_from"] = table.language
        takes.append(take.model_copy(update=said))
    return dataclasses.replace(
        brief, model=brief.model.model_copy(update={"takes": tuple(takes)}), stem=stem or brief.stem
    )
