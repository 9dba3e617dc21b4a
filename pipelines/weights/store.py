"""The weights folder: where each card's files lie, whether they are whole, and how they get there.

A pull, for each card: 1. take the store's lock, so that two pulls do not collide; 2. find the files that are absent or
damaged; 3. check that there is room; 4. ask the card's sources in order; each file is checked by size and SHA-256, made
durable and moved to its place in one step; 5. say in one sentence per card what could not be had, and why.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.assets import ASSETS
from pipelines.errors import WeightsError
from pipelines.weights.cards import Card, CardFile, SourceKind
from pipelines.weights.faults import DiskFullError, megabytes
from pipelines.weights.fetching import Fetching, no_pull_progress
from pipelines.weights.receipts import Receipts
from pipelines.weights.receiving import no_room_is_an_error
from pipelines.weights.registry import Clients
from pipelines.weights.status import CardStatus, State, not_commercial

PullProgress = Callable[[str, int, int], None]  # card id, bytes there, bytes wanted; steps back when a source fails

ALL_SOURCES: tuple[SourceKind, ...] = ("hub", "url", "pypi", "npm", "zip", "repo")
_FILES_IN_A_MESSAGE = 3


class WeightsStore:
    """The installed weights below ``root``; each card's files lie in ``root/<card id>/``.

    Reading a store needs no network and writes nothing but receipts of checked hashes.
    """

    def __init__(
        self, root: Path, cards: Mapping[str, Card], *, assets: Path = ASSETS, clients: Clients | None = None
    ) -> None:
        self._root = root
        self._cards = dict(cards)
        self._assets = assets
        self._clients = clients or Clients()
        self._receipts = Receipts(root / ".receipts")

    @property
    def root(self) -> Path:
        """The weights folder."""
        return self._root

    @property
    def cards(self) -> Mapping[str, Card]:
        """Every card, by id."""
        return self._cards

    @property
    def default_ids(self) -> tuple[str, ...]:
        """The cards that the demo campaign and the tests need."""
        return tuple(card.id for card in self._cards.values() if card.default)

    def card(self, card_id: str) -> Card:
        """One card.

        Raises:
            WeightsError: there is no such card.
        """
        try:
            return self._cards[card_id]
        except KeyError as e:
            known = ", ".join(sorted(self._cards))
            raise WeightsError(f"no model card has the id {card_id}; the ids are {known}") from e

    def path(self, card_id: str, file: str) -> Path:
        """Where a checked file lies.

        Raises:
            WeightsError: it is absent or damaged; the message names the command that brings it.
        """
        card = self.card(card_id)
        entry = next((f for f in card.files if f.name == file), None)
        if entry is None:
            raise WeightsError(f"the card {card_id} has no file {file}; it has {_some(f.name for f in card.files)}")
        place = self._place(card, entry.name)
        if not place.is_file():
            raise WeightsError(f"{file} of {card.title} is not installed; run: sayso models pull {card_id}")
        if not self._receipts.holds(card_id, entry, place):
            raise WeightsError(f"{file} of {card.title} is damaged; run: sayso models pull {card_id}")
        return place

    def folder(self, card_id: str) -> Path:
        """The folder of an installed card, for engines that open a folder.

        Raises:
            WeightsError: the card is not installed.
        """
        status = self.status(card_id)
        if status.state != "installed":
            title = self._cards[card_id].title
            raise WeightsError(f"{title} is {status}; run: sayso models pull {card_id}")
        return self._root / card_id

    def state(self, card_id: str) -> State:
        """``installed``, ``missing`` or ``damaged``."""
        return self.status(card_id).state

    def status(self, card_id: str, *, afresh: bool = False) -> CardStatus:
        """What is there of a card; ``afresh`` hashes every file again."""
        card = self.card(card_id)
        present, absent, damaged = [], [], []
        for file in card.files:
            place = self._place(card, file.name)
            if not place.is_file():
                absent.append(file.name)
            elif self._receipts.holds(card_id, file, place, afresh=afresh):
                present.append(file.name)
            else:
                damaged.append(file.name)
        needed = card.enough or tuple(file.name for file in card.files)
        state: State
        if damaged:
            state = "damaged"
        elif set(needed) <= set(present):
            state = "installed"
        else:
            state = "missing"
        return CardStatus(
            card_id=card_id,
            state=state,
            unit=card.unit,
            present=tuple(present),
            absent=tuple(absent),
            damaged=tuple(damaged),
        )

    def verify(self, card_ids: Sequence[str]) -> tuple[CardStatus, ...]:
        """Hash every file of the cards again and say what is there."""
        return tuple(self.status(card_id, afresh=True) for card_id in card_ids)

    def not_commercial(self, card_ids: Collection[str]) -> frozenset[str]:
        """The cards among ``card_ids`` that may not serve commercial work."""
        return not_commercial(self._cards, card_ids)

    def pull(
        self,
        card_ids: Sequence[str],
        *,
        progress: PullProgress = no_pull_progress,
        sources: Collection[SourceKind] = ALL_SOURCES,
    ) -> tuple[CardStatus, ...]:
        """Bring what is absent or damaged; what is whole is not touched. ``sources`` limits who is asked.

        Raises:
            WeightsError: a card could not be made usable, one sentence per card; the others are there all the same.
            DiskFullError: there is no room; nothing more was tried.
        """
        cards = [self.card(card_id) for card_id in card_ids]
        if all(self.status(card.id).is_complete for card in cards):
            return tuple(self.status(card.id) for card in cards)  # offline, and on a folder that may be read-only
        failures = []
        with self._locked():
            fetching = Fetching(self._root, clients=self._clients, kinds=frozenset(sources))
            for card in cards:
                sentence = self._pull(card, fetching=fetching, progress=progress)
                if sentence:
                    failures.append(sentence)
            if not failures:
                fetching.tidy()
        if failures:
            raise WeightsError("\n".join(failures))
        return tuple(self.status(card.id) for card in cards)

    def _pull(self, card: Card, *, fetching: Fetching, progress: PullProgress) -> str | None:
        """Bring one card; the sentence that says why it is not usable, if it is not."""
        before = self.status(card.id)
        wanted = [file for file in card.files if file.name in before.absent + before.damaged]
        spoilt = [file.name for file in wanted if card.repo_path(file.name)]
        if spoilt:
            return f"{spoilt[0]} of {card.title} ships with Sayso and is not what it should be; reinstall Sayso"
        self._need_room(card, wanted)
        reasons = fetching.bring(
            card,
            wanted,
            place=lambda name: self._place(card, name),
            on_bytes=lambda done: progress(card.id, done, sum(file.bytes for file in wanted)),
        )
        after = self.status(card.id)
        if after.state == "installed":
            return None
        why = "; ".join(reasons) or "none of the sources that may be asked has it"
        return f"{card.title} could not be fetched: {why}; put this right and run: sayso models pull {card.id}"

    def _place(self, card: Card, name: str) -> Path:
        shipped = card.repo_path(name)
        return self._assets / shipped if shipped else self._root / card.id / name

    def _need_room(self, card: Card, wanted: Sequence[CardFile]) -> None:
        needed = sum(file.bytes for file in wanted)
        free = shutil.disk_usage(self._root).free
        if needed > free:
            raise DiskFullError(
                f"{card.title} needs {megabytes(needed)} and the disk of {self._root} has {megabytes(free)} left; "
                "free some space and run the command again"
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One pull at a time for the whole store; the system frees the lock of a process that died."""
        with no_room_is_an_error(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            lock = (self._root / ".lock").open("a")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _some(names: Iterator[str]) -> str:
    listed = list(names)
    more = ", …" if len(listed) > _FILES_IN_A_MESSAGE else ""
    return ", ".join(listed[:_FILES_IN_A_MESSAGE]) + more
