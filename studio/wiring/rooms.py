"""The rooms of consent between people, over one studio: requests with their links, and legal's review."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from consent.grant import RecordId
from consent.restriction import Restriction
from pipelines.assets import ASSETS
from studio.consents.actbook import ActBook
from studio.consents.aftermath import follow
from studio.requests.frame import labelled_frame
from studio.requests.letter import LinkMail
from studio.requests.reporting import Findings
from studio.requests.site import Site
from studio.requests.speaking import Expected
from studio.review.desk import ReviewDesk
from studio.store.outbox import Message
from studio.wiring.prompted import hear_prompted, prompts_of
from studio.wiring.receipts import StudioReceipts
from studio.wiring.requesting import RequestParts, RequestRoom, open_request_room
from studio.wiring.restricting import stop_what_was_taken_back
from studio.wiring.reviewing import ReviewParts, open_review_desk
from studio.wordings.record_text import RecordWordings
from studio.wordings.texts import languages

if TYPE_CHECKING:
    from studio.wiring.root import Wiring


def open_requests(wiring: Wiring) -> RequestRoom:
    """Requests of this studio, with its real checks, mails and receipts."""
    outbox, clock = wiring.keeping.outbox, wiring.clock
    site = Site.of(wiring.settings.public_url)

    def check(path: Path, expected: Expected) -> Findings:
        return check_statement(wiring, path, expected)

    def changed(what: str, request_id: str) -> None:
        row = wiring.request_room.overview.show(request_id)
        contact = row.record.controller.contact
        at = clock()
        outbox.put(
            Message(
                dedupe=f"request:{request_id}:{what}:{at.isoformat()}",
                channel="mail",
                recipient=contact,
                subject=f"Request {request_id}: {what.replace('_', ' ')}",
                body=f"{site.url('/legal/' + request_id)}\n",
            ),
            at=at,
        )

    def restricted(record_id: RecordId, restriction: Restriction) -> None:
        stop = partial(stop_what_was_taken_back, wiring, record_id, restriction)
        book = ActBook(records=wiring.records, clock=clock)
        follow(stop, what="stopping takes that were taken back", record_id=record_id, book=book)
        wiring.keeping.destruction.restricted(record_id, restriction)

    return open_request_room(
        RequestParts(
            engine=wiring.engine,
            records=wiring.records,
            ledger=wiring.ledger,
            campaigns=wiring.campaigns,
            shelf=wiring.shelf,
            vault=wiring.vault,
            consents=wiring.acts,
            status=wiring.dossiers.status,
            wordings=RecordWordings(),
            languages=languages(),
            check=check,
            receipts=StudioReceipts(
                ledger=wiring.ledger,
                rulebook=lambda: wiring.rulebook,
                font_file=wiring.weights.path,
                verify_url=site.url("/verify"),
                clock=clock,
                signer=lambda: wiring.identity,
            ),
            frame=labelled_frame,
            site=site,
            templates_dir=ASSETS / "requests",
            home=wiring.settings.home,
            library_dir=wiring.settings.library_dir,
            deliver=LinkMail(folder=ASSETS / "requests" / "letters", outbox=outbox, clock=clock).deliver,
            changed=changed,
            restricted=restricted,
            controller_key=wiring.controller_key,
            clock=clock,
            random_bytes=secrets.token_bytes,
            random_below=secrets.randbelow,
            hear=hear_prompted(wiring.weights),
            prompts=prompts_of,
        )
    )


def open_review(wiring: Wiring) -> ReviewDesk:
    """Legal's desk of this studio."""
    return open_review_desk(
        ReviewParts(
            engine=wiring.engine,
            records=wiring.records,
            ledger=wiring.ledger,
            vault=wiring.vault,
            consents=wiring.acts,
            requests=wiring.request_room.requests,
            rulebook=lambda: wiring.rulebook,
            wordings=RecordWordings(),
            languages=languages(),
            assets=ASSETS,
            clock=wiring.clock,
        )
    )


def check_statement(wiring: Wiring, path: Path, expected: Expected) -> Findings:
    """Run the real checks over a recording; raises ``EvidenceRefusedError`` for a file that cannot be taken."""
    from pipelines.evidence.checks import EvidenceChecks  # noqa: PLC0415 - needs the engines extra
    from pipelines.evidence.statement import StatementExpectation  # noqa: PLC0415 - as above

    said = StatementExpectation(
        text=expected.text,
        name=expected.name,
        company=expected.company,
        code=expected.code,
        language=expected.language,
    )
    return EvidenceChecks(wiring.weights).run(
        path,
        expected=said,
        portraits=expected.portraits,
        voices=expected.voices,
        movements=expected.movements,
        code_issued_at=expected.code_issued_at,
        received_at=expected.received_at,
    )
