"""What the subject took back in part, after signing (docs/consent-spec.md 4.25).

A restriction needs no signature: it can only make the consent smaller, and taking back must be as easy as giving.
It counts by its salted hash in the ledger; one that the ledger names and the envelope lacks means that somebody hid it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from typing import Annotated

from pydantic import AfterValidator, model_validator

from consent.canonical import canonical
from consent.grant import Modality, Sha256Hex
from consent.record import Language, Line, Scope, Territory, as_set
from consent.signatures import Instant, Stored
from consent.territory import covers_language, covers_territory

_DOMAIN = b"sayso/v1/restriction\0"
FIELDS = ("modalities", "languages", "territories", "channels", "brands", "products")


class Restriction(Stored):
    """Values of the scope's lists that are no longer allowed, from ``at`` on."""

    modalities: Annotated[tuple[Modality, ...], AfterValidator(as_set)] = ()
    languages: Annotated[tuple[Language, ...], AfterValidator(as_set)] = ()
    territories: Annotated[tuple[Territory, ...], AfterValidator(as_set)] = ()
    channels: Annotated[tuple[Line, ...], AfterValidator(as_set)] = ()
    brands: Annotated[tuple[Line, ...], AfterValidator(as_set)] = ()
    products: Annotated[tuple[Line, ...], AfterValidator(as_set)] = ()
    at: Instant

    @model_validator(mode="after")
    def _takes_something_back(self) -> Restriction:
        if not any(getattr(self, name) for name in FIELDS):
            raise ValueError("nothing is taken back; name at least one value")
        return self

    def salted_hash(self, salt: bytes) -> Sha256Hex:
        """Return the restriction's name in the ledger; its values can be guessed, so the record's salt is in it."""
        return Sha256Hex(hashlib.sha256(_DOMAIN + salt + canonical(self.model_dump(mode="json"))).hexdigest())


def leaves_nothing(scope: Scope, restrictions: Iterable[Restriction]) -> bool:
    """Say whether one of the scope's lists is taken back as a whole; then the consent is withdrawn, not restricted."""
    known = tuple(restrictions)
    named = ("modalities", "channels", "brands", "products")
    return (
        all(covers_language(_all(known, "languages"), one) for one in scope.languages)
        or all(covers_territory(_all(known, "territories"), one) for one in scope.territories)
        or any(all(_is_named(known, name, value) for value in getattr(scope, name)) for name in named)
    )


def taken_back(
    restrictions: Iterable[Restriction],
    *,
    modalities: Iterable[Modality],
    locale: str,
    market: str,
    channel: str,
    brand: str,
    product: str,
) -> tuple[str, ...]:
    """Return what of a take was taken back, for people; empty if nothing was.

    A part covers what lies in it and blocks what contains it: without "FR" there is no take for the market "EU" either.
    """
    known = tuple(restrictions)
    asked = (("channels", channel), ("brands", brand), ("products", product))
    return (
        *(f"modality {one.value}" for one in sorted(set(modalities)) if _is_named(known, "modalities", one)),
        *((f"language {locale}",) if _touches(_all(known, "languages"), locale, covers_language) else ()),
        *((f"territory {market}",) if _touches(_all(known, "territories"), market, covers_territory) else ()),
        *(f"{name[:-1]} {value}" for name, value in asked if _is_named(known, name, value)),
    )


def _all(restrictions: tuple[Restriction, ...], name: str) -> tuple[str, ...]:
    return tuple(value for restriction in restrictions for value in getattr(restriction, name))


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_named(restrictions: tuple[Restriction, ...], name: str, value: str) -> bool:
    return _same(value) in {_same(one) for one in _all(restrictions, name)}


def _touches(gone: tuple[str, ...], asked: str, covers: Callable[[Iterable[str], str], bool]) -> bool:
    return covers(gone, asked) or any(covers((asked,), one) for one in gone)
