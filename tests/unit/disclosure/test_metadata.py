from __future__ import annotations

import json

import pytest

from pipelines.disclosure.market import load_market
from pipelines.disclosure.metadata import metadata_for
from pipelines.errors import DisclosureError

# GB 45438-2025, Appendix E, as read in secondary sources.
MANDATORY = {"Label", "ContentProducer", "ProduceID", "ContentPropagator", "PropagateID"}


def test_china_carries_the_aigc_block_with_its_mandatory_keys() -> None:
    tags = metadata_for(load_market("CN"), producer="Example GmbH", take_id="take-1", subject_class="replica")
    block = json.loads(tags["AIGC"])
    assert set(block) >= MANDATORY
    assert all(isinstance(value, str) for value in block.values())
    assert block["Label"] == "1"
    assert block["ProduceID"] == "take-1"


@pytest.mark.parametrize("market", ["EU", "US-NY", "JP"])
def test_other_markets_carry_the_source_type_only(market: str) -> None:
    tags = metadata_for(load_market(market), producer="", take_id="t", subject_class="synthetic_performer")
    assert "AIGC" not in tags
    assert tags["DigitalSourceType"].endswith("/trainedAlgorithmicMedia")


def test_replica_is_a_composite() -> None:
    tags = metadata_for(load_market("EU"), producer="", take_id="t", subject_class="replica")
    assert tags["DigitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")


def test_china_without_a_producer_is_refused() -> None:
    with pytest.raises(DisclosureError, match="controller"):
        metadata_for(load_market("CN"), producer="", take_id="t", subject_class="replica")
