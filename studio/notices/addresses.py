"""Who is told of what: ``<home>/notices.toml``. Without the file everything goes to the contact that the record names.

legal = ["legal@example.com"]

[channels]                          # who can take something down there
youtube = ["social@example.com"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from consent.record import ConsentRecord
from consent.signatures import ADDRESS, Email
from studio.errors import UsageError


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    legal: tuple[Email, ...] = ()
    channels: dict[str, tuple[Email, ...]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Addresses by role. An empty answer means that nobody is named, which the outbox shows as a failure."""

    legal: tuple[str, ...] = ()
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by casefolded name

    def of_legal(self, record: ConsentRecord) -> tuple[str, ...]:
        """Those who look after consents."""
        return self.legal or _if_address(record.controller.contact)

    def of_channel(self, name: str, record: ConsentRecord) -> tuple[str, ...]:
        """Those who can take something down there; legal where nobody is named."""
        return self.channels.get(name.casefold()) or self.of_legal(record)

    def of_subject(self, record: ConsentRecord) -> tuple[str, ...]:
        """The person, if the contact is an e-mail address."""
        return _if_address(record.subject.contact)


def read_addresses(path: Path) -> Addresses:
    """Read notices.toml; a file that is not there names nobody.

    Raises:
        UsageError: it cannot be read, or holds something else than addresses.
    """
    try:
        read = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Addresses()
    except ValidationError as e:
        first = e.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path}: {where}: {first['msg']}; see studio.notices.addresses for the form") from e
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise UsageError(f"{path} cannot be read: {e}") from e
    return Addresses(legal=read.legal, channels={name.casefold(): who for name, who in read.channels.items()})


def _if_address(contact: str) -> tuple[str, ...]:
    return (contact,) if re.fullmatch(ADDRESS, contact) else ()
