"""The list of people as an admin keeps it: invite, remove, reset, sessions, and the log of all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from studio.accounts.entering import Entering
from studio.accounts.values import WITH_SECOND_FACTOR, Listed, ResetLink, hashed
from studio.errors import NotFoundError
from studio.review.people import People, Person, StartLink
from studio.store.accounts import AccountRow, AccountStore, ResetLinkRow
from studio.store.audit import AuditEvent, AuditLog, AuditRow
from studio.store.people import Role
from studio.store.sessions import SessionRow, SessionStore

RESET_LINK = timedelta(hours=24)
SESSION_CHARS_MIN = 6  # of a session's short name; fewer might name another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The acts of an admin, and what the gate asks. ``actor`` of an act is an address, or "console"."""

    entering: Entering
    accounts: AccountStore
    sessions: SessionStore
    audit: AuditLog
    people: People
    clock: Callable[[], datetime]
    new_token: Callable[[], str]

    # -- what the gate asks, with every request ----------------------------------------------------------------------

    def has_admin(self) -> bool:
        """Whether an admin can come in; then the console's start link opens nothing any more."""
        return self.accounts.has_admin()

    def role_of(self, email: str) -> Role | None:
        """The role that a person has now."""
        account = self.accounts.find(email)
        return None if account is None or account.removed_at is not None else account.role

    def who(self, session: str) -> Person | None:
        """Whose whole session this is."""
        found = self.sessions.find(hashed(session), stage="full", at=self.clock()) if session else None
        role = None if found is None else self.role_of(found.email)
        return None if found is None or role is None else Person(email=found.email, role=role)

    def leave(self, session: str, *, origin: str) -> None:
        """Sign out."""
        person = self.who(session)
        if person is not None and self.sessions.end(hashed(session), at=self.clock()):
            self.note("signed_out", actor=person.email, about=hashed(session)[:12], origin=origin)

    # -- the list ----------------------------------------------------------------------------------------------------

    def invite(self, email: str, *, role: str, actor: str = "console") -> StartLink:
        """Make an invitation; for somebody who is in already it changes the role, once they use it.

        Raises:
            UsageError: no address, or no role.
        """
        link = self.people.invite(email, role=role)
        self.note("invited", actor=actor, about=f"{link.person.email} as {link.person.role}")
        return link

    def remove(self, email: str, *, actor: str = "console") -> None:
        """Take a person off the list: they are out at once, and their links and tokens open nothing.

        Raises:
            NotFoundError: they are not on it.
        """
        address, at = email.strip().lower(), self.clock()
        account = self._standing(address)
        if account is None:
            self.people.remove(address)
        else:
            self.people.links.remove(address, at=at)
            self.accounts.put(_removed(account, at))
            self.sessions.end_all(address, at=at)
        self.note("removed", actor=actor, about=address)

    def reset(self, email: str, *, with_second_factor: bool, actor: str = "console") -> ResetLink:
        """Make a link to set a new password; older ones end.

        Raises:
            NotFoundError: nobody of this address has an account.
        """
        address, at = email.strip().lower(), self.clock()
        if self._standing(address) is None:
            raise NotFoundError(
                f"{address} has no account; sayso users list shows who has, sayso users invite makes one"
            )
        token = self.new_token()
        link = ResetLinkRow(
            token_sha256=hashed(token),
            email=address,
            with_second_factor=with_second_factor,
            created_at=at,
            expires_at=at + RESET_LINK,
        )
        self.accounts.add_link(link)
        what = f"{address}, second factor too" if with_second_factor else address
        self.note("reset_link_made", actor=actor, about=what)
        return ResetLink(path=f"/sign-in/reset/{token}", email=address, expires_at=link.expires_at)

    def all(self) -> tuple[Listed, ...]:
        """Everybody by address: accounts, and invitations that nobody has used."""
        listed = {one.email: one for one in map(_listed, self.accounts.all())}
        for member in self.people.all():
            known = listed.get(member.email)
            if known is None or (known.state == "removed" and member.state == "invited"):
                listed[member.email] = Listed(
                    email=member.email,
                    role=member.role,
                    state="must be invited again" if member.state == "active" else member.state,
                    has_second_factor=False,
                    since=member.since,
                )
        return tuple(listed[email] for email in sorted(listed))

    # -- sessions ----------------------------------------------------------------------------------------------------

    def open_sessions(self) -> tuple[SessionRow, ...]:
        """Every open session of whoever may still come in."""
        return tuple(one for one in self.sessions.open(at=self.clock()) if self.role_of(one.email) is not None)

    def end_session(self, name: str, *, actor: str = "console", email: str | None = None) -> SessionRow:
        """End a session by its short name, or the first letters of it; ``email``: only one of this person.

        Raises:
            NotFoundError: no open session is called so, or more than one.
        """
        mine = [one for one in self.open_sessions() if email is None or one.email == email]
        found = [one for one in mine if len(name) >= SESSION_CHARS_MIN and one.id.startswith(name)]
        if len(found) != 1:
            raise NotFoundError(f"{name[:20]!r} names no open session; sayso users sessions lists them")
        self.sessions.end(found[0].token_sha256, at=self.clock())
        self.note("session_ended", actor=actor, about=f"{found[0].id} of {found[0].email}")
        return found[0]

    # -- the log -----------------------------------------------------------------------------------------------------

    def log(self) -> tuple[AuditRow, ...]:
        """Everything on record, oldest first."""
        return self.audit.all()

    def note(self, action: str, *, actor: str, about: str = "", origin: str = "console") -> None:
        """Put a change on record."""
        self.audit.add(AuditEvent(at=self.clock(), actor=actor, action=action, about=about, origin=origin))

    def _standing(self, email: str) -> AccountRow | None:
        account = self.accounts.find(email)
        return None if account is None or account.removed_at is not None else account


def _removed(account: AccountRow, at: datetime) -> AccountRow:
    """The account without anything that opens it: whoever is invited again sets up both factors anew."""
    return AccountRow(
        id=account.id,
        email=account.email,
        role=account.role,
        password="",
        totp_step=account.totp_step,
        created_at=account.created_at,
        removed_at=at,
    )


def _listed(account: AccountRow) -> Listed:
    missing = account.role in WITH_SECOND_FACTOR and not account.has_second_factor
    state = "removed" if account.removed_at is not None else "second factor missing" if missing else "active"
    return Listed(
        email=account.email,
        role=account.role,
        state=state,
        has_second_factor=account.has_second_factor,
        since=account.removed_at or account.created_at,
    )
