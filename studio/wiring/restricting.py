"""What a partial withdrawal ends at once: takes in the making that the consent does not cover any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent.grant import ReasonCode, RecordId
from consent.restriction import Restriction
from studio.consents.withdrawal import no_longer_covered
from studio.store.campaigns import Fault, TakeStatus

if TYPE_CHECKING:
    from studio.wiring.root import Wiring


def stop_what_was_taken_back(wiring: Wiring, record_id: RecordId, restriction: Restriction) -> tuple[str, ...]:
    """Stop these takes wherever they run, and destroy what they made; returns their ids. The others go on."""
    open_takes = (row for row in wiring.campaigns.takes_of_record(record_id) if not row.status.is_final)
    gone = no_longer_covered(open_takes, restriction)
    fault = Fault(
        code=ReasonCode.REVOKED.value,
        message=f"a part of consent {record_id[:12]} was taken back while this take was made; the take was destroyed",
    )
    wiring.stop_takes(gone, fault=fault, status=TakeStatus.REFUSED)
    return gone
