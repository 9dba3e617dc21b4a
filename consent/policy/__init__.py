"""The rules: one small pure function each, one reason code each, one numbered clause each (docs/consent-spec.md 4).

standing: what the rules look at, read once. record_rules: may this record be used at all? take_rules: for this take?
"""

from __future__ import annotations

from consent.policy.record_rules import RECORD_RULES
from consent.policy.standing import Outcome, RecordRule, Rulebook, Standing, State, Step, TakeRule, stand
from consent.policy.take_rules import TAKE_RULES, modalities_of

__all__ = [
    "RECORD_RULES",
    "TAKE_RULES",
    "Outcome",
    "RecordRule",
    "Rulebook",
    "Standing",
    "State",
    "Step",
    "TakeRule",
    "modalities_of",
    "stand",
]
