"""The API's actions over one studio: a brief as JSON becomes a brief.toml, as if written by hand."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from consent.errors import RecordInvalidError
from studio.accounts.tokens import Tokens
from studio.campaigns.brief import BriefModel, read_brief
from studio.campaigns.check import CheckResult
from studio.campaigns.produce import Jobs
from studio.campaigns.result import ProduceResult, TakeResult
from studio.errors import NotFoundError, UsageError
from studio.pages.desk import SubjectCard
from studio.store.api_tokens import TokenStore
from studio.web.api.desk import ApiDesk, ConsentLine
from studio.wiring.accounts import new_token
from studio.wiring.desk import StudioDesk
from studio.wiring.root import Wiring

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiActions:
    """What stands behind the routes. ``jobs`` runs what is enqueued."""

    wiring: Wiring
    jobs: Jobs

    def produce(self, brief: BriefModel) -> str:
        """Open the campaign (gate 1) and hand its takes over; returns its id.

        Raises:
            UsageError: the brief names a file; programs elsewhere have none on this machine.
        """
        with self._written(brief) as path:
            campaign_id = self.wiring.producer.open(read_brief(path)).id
        takes = self.wiring.campaigns.takes_of(campaign_id)
        self.jobs.enqueue(row.id for row in takes if not row.status.is_final)
        return campaign_id

    def explain(self, brief: BriefModel) -> CheckResult:
        """What consent says to each take of a brief, clause by clause; nothing is made and nothing counted."""
        with self._written(brief) as path:
            return self.wiring.checker.check(self.wiring.records.resolve(brief.consent), read_brief(path))

    @contextmanager
    def _written(self, brief: BriefModel) -> Iterator[Path]:
        """The brief as a file, for as long as it is read: the campaign has copies, which a withdrawal destroys."""
        folder = self.wiring.settings.home / "briefs" / secrets.token_hex(6)
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield self._write(brief, folder)
        finally:
            shutil.rmtree(folder)

    def _write(self, brief: BriefModel, folder: Path) -> Path:
        said = brief.model_dump(mode="json", exclude_unset=True)
        named = [key for key in ("background", "logo", "stem") if said.get(key) is not None]
        if named:
            raise UsageError(f"{named[0]} names a file, and the API takes none; use sayso produce for it")
        picture = self._picture(brief)
        said.pop("portrait", None)
        if picture is not None:
            said["portrait"] = "portrait" + picture.suffix
            shutil.copyfile(picture, folder / said["portrait"])
            anchors = picture.with_suffix(".anchors.json")
            if anchors.is_file():
                shutil.copyfile(anchors, folder / "portrait.anchors.json")
        path = folder / "brief.toml"
        path.write_text(toml_of(said), encoding="utf-8")
        return path

    def _picture(self, brief: BriefModel) -> Path | None:
        """A picture that the consent is bound to: the one named by its SHA-256, or the first."""
        envelope = self.wiring.records.find_or_error(self.wiring.records.resolve(brief.consent))
        if envelope is None or isinstance(envelope, RecordInvalidError):
            return None  # gate 1 says why
        assets = envelope.record().scope.assets
        bound = [asset.sha256 for asset in assets if asset.media_type.startswith("image/")]
        if brief.portrait is not None and (not SHA256.fullmatch(brief.portrait) or brief.portrait not in bound):
            raise UsageError("portrait must be the SHA-256 of a picture that the consent is bound to, or be left out")
        wanted = bound if brief.portrait is None else [brief.portrait]
        return next((path for path in map(self.wiring.shelf.find, wanted) if path is not None), None)

    def campaign(self, campaign_id: str) -> ProduceResult:
        """How far a campaign is."""
        if self.wiring.campaigns.campaign(campaign_id) is None:
            raise NotFoundError(f"there is no campaign {campaign_id[:60]}")
        return self.wiring.producer.results(campaign_id, out=None)

    def take(self, take_id: str) -> TakeResult:
        """One take."""
        row = self.wiring.campaigns.take(take_id)
        takes = self.wiring.producer.results(row.campaign_id, out=None).takes
        return next(take for take in takes if take.id == row.id)

    def file(self, take_id: str) -> Path:
        """The released file of a take."""
        path = self.take(take_id).path
        if path is None:
            raise NotFoundError(f"the take {take_id} has no file; its status and reasons are at the take's address")
        return path


def open_tokens(wiring: Wiring) -> Tokens:
    """The tokens of this studio."""
    return Tokens(store=TokenStore(wiring.engine), accounts=wiring.accounts, clock=wiring.clock, new_token=new_token)


def open_api(wiring: Wiring, jobs: Jobs) -> ApiDesk:
    """The API's desk of this studio."""
    actions = ApiActions(wiring=wiring, jobs=jobs)
    cards = StudioDesk(wiring=wiring, jobs=jobs, locales=())
    return ApiDesk(
        tokens=open_tokens(wiring),
        requests=TokenStore(wiring.engine),
        produce=actions.produce,
        campaign=actions.campaign,
        take=actions.take,
        file=actions.file,
        consents=lambda: tuple(map(_line, cards.subjects())),
        explain=actions.explain,
    )


def _line(card: SubjectCard) -> ConsentLine:
    return ConsentLine(
        record_id=card.record_id,
        subject=card.name,
        subject_class=card.subject_class,
        assurance=card.assurance,
        brands=card.brands,
        products=card.products,
        languages=card.languages,
        channels=card.channels,
        valid_until=card.valid_until,
    )


def toml_of(table: dict[str, JsonValue]) -> str:
    """A JSON object as TOML. A JSON string is a TOML basic string, so json does the quoting; null is a missing key."""
    takes = table.get("takes")
    lines = [f"{_text(key)} = {_value(value)}" for key, value in table.items() if key != "takes" and value is not None]
    for take in takes if isinstance(takes, list) else []:
        assert isinstance(take, dict), "the model has seen to it"
        lines += ["", "[[takes]]", *(f"{_text(k)} = {_value(v)}" for k, v in take.items() if v is not None)]
    return "\n".join(lines) + "\n"


def _value(value: JsonValue) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(k)} = {_value(v)}" for k, v in value.items() if v is not None) + " }"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # DEL is allowed in JSON and not in TOML
