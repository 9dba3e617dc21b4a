"""The people of the controller: each comes in by a link of their own, and keeps the role that it names.

A link works once, within seven days. The role is asked for anew with each request, so that who was taken off the list
is out at once, whatever session their browser still holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.signatures import ADDRESS, ADDRESS_CHARS_MAX
from studio.errors import NotFoundError, UsageError
from studio.store.people import Role, StartLinkRow, StartLinkStore

LINK_DAYS = 7  # an invitation that nobody has opened in a week is asked for again
ROLES: tuple[Role, ...] = ("legal", "marketer", "admin", "viewer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the controller."""

    email: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLink:
    """A link as it is shown, once: nothing of it but a hash is kept."""

    path: str
    person: Person
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of the list, for the list."""

    email: str
    role: Role
    state: str  # "invited", "active", "invitation expired" or "removed"
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Invites people and knows their roles. ``new_token`` makes 256 random bits, written for an address."""

    links: StartLinkStore
    clock: Callable[[], datetime]
    new_token: Callable[[], str]

    def invite(self, email: str, *, role: str) -> StartLink:
        """Make a link for one person; an older one that was not used ends.

        Raises:
            UsageError: no address, or no role.
        """
        address = checked_address(email)
        known = next((one for one in ROLES if one == role), None)
        if known is None:
            raise UsageError(f"there is no role {role!r}; give one of: {', '.join(ROLES)}")
        token, at = self.new_token(), self.clock()
        link = StartLinkRow(
            token_sha256=_hash(token),
            email=address,
            role=known,
            created_at=at,
            expires_at=at + timedelta(days=LINK_DAYS),
        )
        self.links.add(link)
        person = Person(email=address, role=known)
        return StartLink(path=f"/start/{token}", person=person, expires_at=link.expires_at)

    def greet(self, token: str) -> Person | None:
        """Say whose link this is, if it still works, without using it up: mail scanners open links too."""
        link = self.links.find(_hash(token))
        if link is None or link.used_at or link.removed_at or link.expires_at <= self.clock():
            return None
        return Person(email=link.email, role=link.role)

    def redeem(self, token: str) -> Person | None:
        """Use a link up; None if it does not work (any more)."""
        person = self.greet(token)
        if person is None or not self.links.use(_hash(token), at=self.clock()):
            return None
        return person

    def role_of(self, email: str) -> Role | None:
        """The role that this person has now: of the link they used last; None if they were taken off the list."""
        used = [one for one in self.links.of_email(email) if one.used_at is not None and one.removed_at is None]
        newest = max(used, key=lambda one: one.used_at or one.created_at, default=None)
        return None if newest is None else newest.role

    def remove(self, email: str) -> None:
        """Take a person off the list, at once.

        Raises:
            NotFoundError: they are not on it.
        """
        if not self.links.remove(email.strip().lower(), at=self.clock()):
            raise NotFoundError(f"{email} is not on the list; sayso people list shows who is")

    def all(self) -> tuple[Member, ...]:
        """Everybody, by address; whoever was taken off is shown as such."""
        newest = {link.email: link for link in self.links.all()}
        return tuple(self._member(link) for _, link in sorted(newest.items()))

    def _member(self, link: StartLinkRow) -> Member:
        role = self.role_of(link.email)
        if role is not None:
            return Member(email=link.email, role=role, state="active", since=link.used_at or link.created_at)
        if link.removed_at is not None:
            return Member(email=link.email, role=link.role, state="removed", since=link.removed_at)
        state = "invited" if link.expires_at > self.clock() else "invitation expired"
        return Member(email=link.email, role=link.role, state=state, since=link.created_at)


def checked_address(email: str) -> str:
    """The address as it is stored; raises ``UsageError`` if it is none."""
    address = email.strip().lower()
    if len(address) > ADDRESS_CHARS_MAX or not re.fullmatch(ADDRESS, address):
        raise UsageError(f"{email[:80]!r} is no e-mail address; invite a person by theirs")
    return address


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
