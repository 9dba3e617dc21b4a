"""Requests, wired: legal's side and the subject's side over the same stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from consent.decide import RecordStatus
from consent.grant import RecordId
from consent.keys import SigningKey
from consent.restriction import Restriction
from studio.consents.actbook import ActBook
from studio.consents.acts import ConsentActs
from studio.consents.aftermath import follow
from studio.consents.subject_acts import SubjectActs
from studio.jobs.plan import TakePlan
from studio.requests.answering import Answering
from studio.requests.asking import Delivery, Requests
from studio.requests.comparing import Comparing
from studio.requests.drafting import Drafting
from studio.requests.filing import Filing
from studio.requests.linkdesk import LinkDesk, Receipts
from studio.requests.links import Links
from studio.requests.notice import Wordings
from studio.requests.overview import Overview
from studio.requests.passkeys import Passkeys
from studio.requests.reporting import Reporting
from studio.requests.signing import ScriptSigning, Signing
from studio.requests.site import Site
from studio.requests.speaking import Check, Speaking
from studio.requests.taking_back import TakingBack
from studio.requests.templates import load_template
from studio.requests.uses import Frame, Uses
from studio.requests.visiting import Visiting
from studio.requests.voicing import Hear, VoiceDesk
from studio.store.acts_log import ActsLog
from studio.store.campaigns import CampaignStore
from studio.store.ledger import LedgerStore
from studio.store.links import LinkStore
from studio.store.passkeys import PasskeyStore
from studio.store.records import RecordStore
from studio.store.requests import RequestStore
from studio.store.scripts import ScriptInbox
from studio.store.shelf import AssetShelf
from studio.store.statements import StatementStore
from studio.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """What requests are made of; all of it comes from the composition root.

    ``check`` runs the evidence checks; ``changed`` tells legal (what happened, id of the request); ``restricted``
    queues the notices of a partial withdrawal; ``random_below`` draws from 0 to one less than its argument; ``hear``
    listens to a sentence that the subject recorded, and ``prompts`` are the sentences of a language.
    """

    engine: Engine
    records: RecordStore
    ledger: LedgerStore
    campaigns: CampaignStore
    shelf: AssetShelf
    vault: Vault
    consents: ConsentActs
    status: Callable[[RecordId], RecordStatus]
    wordings: Wordings
    languages: tuple[str, ...]
    check: Check
    receipts: Receipts
    frame: Frame
    site: Site
    templates_dir: Path
    home: Path
    library_dir: Path
    deliver: Delivery
    changed: Callable[[str, str], None]
    restricted: Callable[[RecordId, Restriction], None]
    controller_key: Callable[[], SigningKey]
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    random_below: Callable[[int], int]
    hear: Hear | None = None  # None: nobody records their voice here
    prompts: Callable[[str], tuple[str, ...]] = lambda _language: ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRoom:
    """Both sides of requests. ``filing.settle`` is owed after each approval."""

    requests: Requests
    overview: Overview
    filing: Filing
    desk: LinkDesk
    voice: VoiceDesk | None


def open_request_room(parts: RequestParts) -> RequestRoom:
    """Wire it."""
    store, link_store = RequestStore(parts.engine), LinkStore(parts.engine)
    statements, inbox = StatementStore(parts.engine), ScriptInbox(parts.engine)
    drafting = Drafting(depiction=parts.consents.depiction, shelf=parts.shelf, vault=parts.vault)
    filing = Filing(
        records=parts.records,
        requests=store,
        drafting=drafting,
        wordings=parts.wordings,
        status=parts.status,
        clock=parts.clock,
        random_bytes=parts.random_bytes,
    )
    links = Links(store=link_store, site=parts.site, clock=parts.clock, random_bytes=parts.random_bytes)
    requests = Requests(
        requests=store,
        records=parts.records,
        filing=filing,
        drafting=drafting,
        links=links,
        scripts=inbox,
        template=lambda deal: load_template(parts.templates_dir, deal),
        deliver=parts.deliver,
        clock=parts.clock,
        new_id=lambda: f"r{parts.random_bytes(5).hex()}",
    )
    overview = Overview(
        requests=store,
        records=parts.records,
        links=link_store,
        statements=statements,
        acts=ActsLog(parts.engine),
        status=parts.status,
    )
    desk = _open_desk(
        parts,
        changed=_telling(parts, store),
        store=store,
        links=links,
        filing=filing,
        statements=statements,
        inbox=inbox,
    )
    voice = None if parts.hear is None else _open_voice(parts, parts.hear, desk=desk, statements=statements)
    return RequestRoom(requests=requests, overview=overview, filing=filing, desk=desk, voice=voice)


def _open_desk(
    parts: RequestParts,
    *,
    changed: Callable[[str, str], None],
    store: RequestStore,
    links: Links,
    filing: Filing,
    statements: StatementStore,
    inbox: ScriptInbox,
) -> LinkDesk:
    acts = SubjectActs(records=parts.records, ledger=parts.ledger, clock=parts.clock)
    visiting = Visiting(links=links, requests=store, records=parts.records, status=parts.status, clock=parts.clock)
    passkeys = Passkeys(
        store=PasskeyStore(parts.engine), site=parts.site, clock=parts.clock, random_bytes=parts.random_bytes
    )
    reporting = Reporting(
        statements=statements,
        acts=acts,
        vault=parts.vault,
        controller_key=parts.controller_key,
        clock=parts.clock,
    )
    speaking = Speaking(
        visiting=visiting,
        statements=statements,
        reporting=reporting,
        wordings=parts.wordings,
        vault=parts.vault,
        shelf=parts.shelf,
        check=parts.check,
        clock=parts.clock,
        random_below=parts.random_below,
    )
    return LinkDesk(
        visiting=visiting,
        links=links,
        speaking=speaking,
        passkeys=passkeys,
        signing=Signing(
            visiting=visiting, passkeys=passkeys, speaking=speaking, acts=acts, links=links, clock=parts.clock
        ),
        scripts=ScriptSigning(
            visiting=visiting,
            records=parts.records,
            campaigns=parts.campaigns,
            inbox=inbox,
            passkeys=passkeys,
            acts=acts,
            planned=planned_script,
            clock=parts.clock,
        ),
        answering=Answering(visiting=visiting, filing=filing, acts=acts, changed=changed, clock=parts.clock),
        comparing=Comparing(requests=store, records=parts.records, log=ActsLog(parts.engine), wordings=parts.wordings),
        uses=Uses(
            requests=store,
            records=parts.records,
            ledger=parts.ledger,
            campaigns=parts.campaigns,
            home=parts.home,
            library_dir=parts.library_dir,
            frame=parts.frame,
        ),
        taking_back=TakingBack(
            visiting=visiting,
            consents=parts.consents,
            acts=acts,
            restricted=parts.restricted,
            clock=parts.clock,
        ),
        acts=acts,
        wordings=parts.wordings,
        receipts=parts.receipts,
        languages=parts.languages,
        deliver=parts.deliver,
        changed=changed,
        clock=parts.clock,
    )


def _telling(parts: RequestParts, store: RequestStore) -> Callable[[str, str], None]:
    """Tell legal of a change; what was done stands even if legal cannot be told, and that it was not is on record."""
    book = ActBook(records=parts.records, clock=parts.clock)

    def changed(what: str, request_id: str) -> None:
        follow(
            lambda: parts.changed(what, request_id),
            what=f"telling legal: {what}",
            record_id=store.versions(request_id)[-1].record_id,
            book=book,
        )

    return changed


def _open_voice(parts: RequestParts, hear: Hear, *, desk: LinkDesk, statements: StatementStore) -> VoiceDesk:
    return VoiceDesk(
        visiting=desk.visiting,
        statements=statements,
        vault=parts.vault,
        prompts=parts.prompts,
        hear=hear,
        note=lambda visit, action: desk.acts.book.note(visit.record_id, action=action, actor=visit.actor),
        clock=parts.clock,
    )


def planned_script(plan: str) -> tuple[str, str] | None:
    """The words and the locale of a take's plan; None if it cannot be read."""
    try:
        read = TakePlan.model_validate_json(plan)
    except ValueError:
        return None
    return read.text, read.locale
