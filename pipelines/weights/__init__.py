"""Weights are data: model cards, and a folder that holds exactly the bytes that the cards name.

The only part of Sayso that touches the network.
"""

from pipelines.weights.cards import Card, CardFile
from pipelines.weights.catalogue import load_cards
from pipelines.weights.status import CardStatus, State, not_commercial
from pipelines.weights.store import PullProgress, WeightsStore

__all__ = ["Card", "CardFile", "CardStatus", "PullProgress", "State", "WeightsStore", "load_cards", "not_commercial"]
