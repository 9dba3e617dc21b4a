"""The desk of the first page, over the studio's own actions: an order becomes a brief.toml, as if written by hand."""

from __future__ import annotations

import json
import secrets
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from consent.decide import record_status
from consent.envelope import Envelope
from pipelines.assets import ASSETS
from studio.campaigns.brief import read_brief
from studio.campaigns.produce import Jobs
from studio.pages.desk import Desk, LocaleChoice, Order, SubjectCard, load_locales
from studio.store.campaigns import Fault, TakeRow, TakeStatus
from studio.wiring.root import Wiring

CAMPAIGNS_SHOWN = 20


class AssetShelf(Protocol):
    """Where copies of the pictures that consents are bound to lie."""

    def find(self, sha256: str) -> Path | None:
        """The copy with this hash, if this home has it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioDesk:
    """The page's actions over one studio. ``jobs`` runs what is enqueued."""

    wiring: Wiring
    jobs: Jobs
    locales: tuple[LocaleChoice, ...]

    def subjects(self) -> tuple[SubjectCard, ...]:
        """Everybody whose consent stands now, newest record first."""
        records = self.wiring.records
        envelopes = [records.find(record_id) for record_id in records.all_ids()]
        cards = [self._card(envelope) for envelope in envelopes if envelope is not None and self._stands(envelope)]
        return tuple(reversed(cards))

    def order(self, order: Order) -> str:
        """Write the brief, open the campaign (gate 1), hand its takes over; returns the campaign's id."""
        folder = self.wiring.settings.home / "briefs" / secrets.token_hex(6)
        folder.mkdir(mode=0o700, parents=True)
        try:
            campaign_id = self._open(order, folder)
        finally:
            shutil.rmtree(folder)  # the campaign has its own copies, and a withdrawal destroys those
        self.jobs.enqueue(row.id for row in self.takes(campaign_id) if not row.status.is_final)
        return campaign_id

    def _open(self, order: Order, folder: Path) -> str:
        portrait = None
        if order.portrait is not None:
            portrait = folder / ("portrait" + order.portrait.suffix.lower())
            shutil.copyfile(order.portrait, portrait)
            anchors = order.portrait.with_suffix(".anchors.json")
            if anchors.is_file():
                shutil.copyfile(anchors, portrait.with_suffix(".anchors.json"))
        path = folder / "brief.toml"
        path.write_text(brief_toml(order, self.locales, portrait=portrait), encoding="utf-8")
        return self.wiring.producer.open(read_brief(path)).id

    def takes(self, campaign_id: str) -> tuple[TakeRow, ...]:
        """The campaign's takes as they are now."""
        return self.wiring.campaigns.takes_of(campaign_id)

    def cancel(self, campaign_id: str) -> None:
        """Stop what has not finished; what it made so far is destroyed."""
        still_open = tuple(row.id for row in self.takes(campaign_id) if not row.status.is_final)
        fault = Fault(code="cancelled", message="stopped by a person; render again to make it")
        self.wiring.stop_takes(still_open, fault=fault, status=TakeStatus.CANCELLED)

    def _stands(self, envelope: Envelope) -> bool:
        status = record_status(
            envelope.record_id,
            envelope=envelope,
            ledger=self.wiring.ledger.view_or_error(),
            rulebook=self.wiring.rulebook,
            at=self.wiring.clock(),
        )
        return status == "active"

    def _card(self, envelope: Envelope) -> SubjectCard:
        record = envelope.record()
        pictures = [asset for asset in record.scope.assets if asset.media_type.startswith("image/")]
        found = [self.wiring.shelf.find(asset.sha256) for asset in pictures]
        return SubjectCard(
            record_id=envelope.record_id,
            name=record.subject.name,
            subject_class=record.subject_class,
            assurance=str(self.wiring.dossiers.show(envelope.record_id)["assurance"] or "none"),
            brands=tuple(record.scope.brands),
            products=tuple(record.scope.products),
            languages=tuple(record.scope.languages),
            channels=tuple(record.scope.channels),
            valid_until=record.scope.valid_until,
            portrait=next((path for path in found if path is not None), None),
        )


def open_desk(wiring: Wiring, jobs: Jobs) -> Desk:
    """The desk of this studio."""
    locales = load_locales(ASSETS / "locales.toml")
    desk = StudioDesk(wiring=wiring, jobs=jobs, locales=locales)
    return Desk(
        subjects=desk.subjects,
        order=desk.order,
        takes=desk.takes,
        recent=lambda: wiring.campaigns.recent(CAMPAIGNS_SHOWN),
        cancel=desk.cancel,
        locales=locales,
        examples=demo_scripts(),
    )


def demo_scripts() -> dict[str, str]:
    """The demo's scripts by locale, to start from."""
    brief = tomllib.loads((ASSETS / "demo" / "brief.toml").read_text(encoding="utf-8"))
    return {take["locale"]: take["text"] for take in brief["takes"]}


def brief_toml(order: Order, locales: tuple[LocaleChoice, ...], *, portrait: Path | None) -> str:
    """The order as a brief.toml. A JSON string is a TOML basic string, so json does the quoting."""
    markets = {locale.code: locale.market for locale in locales}
    lines = [
        f"consent = {_quoted(order.record_id)}",
        f"brand = {_quoted(order.brand)}",
        f"product = {_quoted(order.product)}",
        "commercial = true",
    ]
    if portrait is not None:
        lines.append(f"portrait = {_quoted(portrait.name)}")
    if order.title:
        lines.append(f"title = {_quoted(order.title)}")
    if order.call_to_action:
        lines.append(f"call_to_action = {_quoted(order.call_to_action)}")
    for locale, text in order.scripts.items():
        formats = ", ".join(_quoted(one) for one in order.formats)
        lines += [
            "",
            "[[takes]]",
            f"locale = {_quoted(locale)}",
            f"market = {_quoted(markets[locale])}",
            f"channel = {_quoted(order.channel)}",
            f"formats = [{formats}]",
            f"text = {_quoted(text)}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # DEL is allowed in JSON and not in TOML.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
