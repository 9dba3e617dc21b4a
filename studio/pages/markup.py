"""The HTML that the page shows: subject card, progress table, releases. Everything from people is escaped."""

from __future__ import annotations

import base64
from html import escape
from urllib.parse import quote

from consent.grant import ReasonCode
from studio.pages.desk import SubjectCard
from studio.store.campaigns import TakeRow, TakeStatus

STEP_WORDS = {
    "": "waiting",
    "speech": "speaking",
    "animate": "moving the face",
    "compose": "laying out",
    "release": "rendering and signing",
}
STATUS_WORDS = {
    TakeStatus.QUEUED: "waiting",
    TakeStatus.RELEASED: "released",
    TakeStatus.REFUSED: "refused",
    TakeStatus.FAILED: "failed",
    TakeStatus.CANCELLED: "stopped",
}
CLASS_WORDS = {"replica": "a real person", "synthetic_performer": "a fictional performer"}
_REASON_CODES = frozenset(code.value for code in ReasonCode)


def subject_html(card: SubjectCard | None) -> str:
    """A card that says who this is and what the consent covers."""
    if card is None:
        return (
            "<p class='hint'>No consent is active in this studio. "
            "Start with <code>sayso consent new</code>, or run <code>make demo</code>.</p>"
        )
    picture = ""
    if card.portrait is not None and card.portrait.is_file():
        kind = "png" if card.portrait.suffix.lower() == ".png" else "jpeg"
        data = base64.b64encode(card.portrait.read_bytes()).decode()
        picture = f"<img alt='Portrait of {escape(card.name)}' src='data:image/{kind};base64,{data}'>"
    covers = (
        ("Brands", card.brands),
        ("Products", card.products),
        ("Languages", card.languages),
        ("Channels", card.channels),
    )
    facts = "".join(f"<dt>{name}</dt><dd>{escape(', '.join(values))}</dd>" for name, values in covers)
    kind_of_person = CLASS_WORDS.get(card.subject_class, card.subject_class)
    return (
        f"<div class='subject'>{picture}<div><h3>{escape(card.name)}</h3>"
        f"<p class='hint'>{kind_of_person} · consent until {card.valid_until}</p>"
        f"<dl>{facts}</dl></div></div>"
    )


def progress_html(takes: tuple[TakeRow, ...], *, described: dict[str, str]) -> str:
    """One row per take; ``described`` names each by id."""
    if not takes:
        return "<p class='hint'>Takes appear here as soon as you render.</p>"
    done = sum(take.status.is_final for take in takes)
    rows = "".join(_progress_row(take, described.get(take.id, take.id)) for take in takes)
    head = f"<p><b>{done} of {len(takes)}</b> takes finished</p>"
    return f"<div class='takes' data-done='{done}' data-all='{len(takes)}'>{head}{rows}</div>"


def _progress_row(take: TakeRow, title: str) -> str:
    running = take.status is TakeStatus.RUNNING
    words = STEP_WORDS.get(take.step, take.step) if running else STATUS_WORDS.get(take.status, take.status.value)
    share = round(100 * take.share) if running else (100 if take.status.is_final else 0)
    seconds = sum(take.seconds.values())
    spent = f" · {seconds:.0f} s" if seconds and take.status.is_final else ""
    why = "".join(_reason(r.code, r.message) for r in take.reasons)
    bar = (
        f"<div class='meter' role='progressbar' aria-valuemin='0' aria-valuemax='100' aria-valuenow='{share}' "
        f"aria-label='{escape(title)}'><i style='width:{share}%'></i></div>"
    )
    return (
        f"<div class='take {take.status.value}' data-status='{take.status.value}'>"
        f"<div class='line'><span>{escape(title)}</span><span class='state'>{escape(words)}{spent}</span></div>"
        f"{bar if running else ''}{why}</div>"
    )


def _reason(code: str, message: str) -> str:
    name = f"<code>{escape(code)}</code> " if code in _REASON_CODES else ""
    return f"<p class='why'>{name}{escape(message)}</p>"


def releases_html(takes: tuple[TakeRow, ...], *, described: dict[str, str]) -> str:
    """A player and a download for each released file, served by our own route."""
    cards = [_release(take, described.get(take.id, take.id)) for take in takes if take.status is TakeStatus.RELEASED]
    if not cards:
        return ""
    return f"<h3>Releases</h3><div class='releases'>{''.join(cards)}</div>"


def _release(take: TakeRow, title: str) -> str:
    name = (take.path or "").rsplit("/", 1)[-1]
    url = f"/files/{quote(take.id)}/{quote(name)}"
    if name.endswith(".mp4"):
        captions = quote(name.rsplit(".", 1)[0] + ".vtt")
        track = f"<track kind='captions' src='/files/{quote(take.id)}/{captions}'>"
        player = f"<video controls preload='metadata' src='{url}'>{track}</video>"
    elif name.endswith((".wav", ".mp3")):
        player = f"<audio controls preload='metadata' src='{url}'></audio>"
    else:
        player = f"<img alt='{escape(title)}' src='{url}'>"
    return (
        f"<figure>{player}<figcaption><span>{escape(title)}</span>"
        f"<a href='{url}?download=true' download>Download</a></figcaption></figure>"
    )
