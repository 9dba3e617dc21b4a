"""What machines read in a released file's tags: IPTC's source type everywhere, GB 45438's AIGC block for China."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pipelines.disclosure.market import MarketProfile
from pipelines.errors import DisclosureError

# IPTC NewsCodes. A replica mixes a real person's picture with generated parts; a performer is generated throughout.
_COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_AIGC_IS_GENERATED = "1"  # 2 is "possibly", 3 is "suspected": for those who did not make it themselves


def digital_source_type(subject_class: str) -> str:
    """Return the IPTC digital source type of a take."""
    return _COMPOSITE if subject_class == "replica" else _GENERATED


def metadata_for(
    market: MarketProfile, *, producer: str, take_id: str, subject_class: str, integrity: str = ""
) -> Mapping[str, str]:
    """Return the container tags that a release carries in this market.

    Args:
        market: the market's profile.
        producer: the controller's legal name; it is published.
        take_id: unique id of what was produced.
        subject_class: "replica" or "synthetic_performer".
        integrity: what ``ReservedCode1`` holds in China: the producer's own integrity value.

    Raises:
        DisclosureError: the market asks for a producer and there is none.
    """
    tags = {
        "comment": "AI-generated content. Made with Sayso; see the C2PA manifest in this file.",
        "DigitalSourceType": digital_source_type(subject_class),
    }
    if market.metadata.aigc_json:
        if not producer or not take_id:
            raise DisclosureError(
                f"market {market.id} publishes who made a file; give the controller's name and the take's id"
            )
        fields = {
            "Label": _AIGC_IS_GENERATED,
            "ContentProducer": producer,
            "ProduceID": take_id,
            "ReservedCode1": integrity,
            # The one who first publishes is the producer itself; a platform that passes it on writes its own.
            "ContentPropagator": producer,
            "PropagateID": take_id,
            "ReservedCode2": integrity,
        }
        tags["AIGC"] = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return tags
