"""Coming in: password, second factor, invitation, reset link, first admin.

1. A password that fits begins half a session (five minutes), or a whole one for a role that needs no second factor.
2. Half a session and a code make a whole one. A role that needs a second factor and has none sets it up here first.
3. Every failed password and code counts towards the wait of the account and of the address it came from.
4. A whole session lasts a working day, is kept by its hash, and ends when its person is removed, reset or changes role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from studio.accounts.lockout import OF_ACCOUNT, OF_ADDRESS, SPAN_MAX, locked_until
from studio.accounts.passwords import Passwords, check_new_password
from studio.accounts.second_factor import SECRET_BYTES, Enrolment, Seal, enrolment, step_of
from studio.accounts.values import WITH_SECOND_FACTOR, Next, NotPassed, Passed, hashed
from studio.review.people import People, Person, checked_address
from studio.store.accounts import AccountRow, AccountStore
from studio.store.audit import AuditEvent, AuditLog
from studio.store.people import Role
from studio.store.sessions import SessionRow, SessionStore, Stage

SESSION = timedelta(hours=12)
HALF_SESSION = timedelta(minutes=5)
REMEMBERED = timedelta(days=30)  # how long a session that has run out stays on the list of its person


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """The acts of whoever wants to come in. ``new_token`` makes 256 random bits, written for an address."""

    accounts: AccountStore
    sessions: SessionStore
    audit: AuditLog
    people: People
    passwords: Passwords
    seal: Seal
    clock: Callable[[], datetime]
    new_token: Callable[[], str]
    random_bytes: Callable[[int], bytes]

    def with_password(self, email: str, password: str, *, origin: str) -> Passed | NotPassed:
        """Step 1."""
        address, at = email.strip().lower(), self.clock()
        until = self._locked(address, origin, at)
        if until is not None:
            return NotPassed(until=until)
        account = self._standing(address)
        if not self.passwords.fits(password, None if account is None else account.password) or account is None:
            return self._failed("sign_in_failed", address, origin, at)
        return self._go_on(account, origin=origin)

    def with_code(self, half: str, code: str, *, origin: str) -> Passed | NotPassed | None:
        """Step 2, for a new second factor too; None if there is no half session (any more)."""
        account, at = self._half(half), self.clock()
        if account is None or account.totp is None:
            return None
        until = self._locked(account.email, origin, at)
        if until is not None:
            return NotPassed(until=until)
        step = step_of(code, self.seal.unseal(account.totp, account_id=account.id), at=at)
        if step is None or not self.accounts.use_code(account.id, step=step, at=at):
            return self._failed("code_failed", account.email, origin, at)
        self.sessions.end(hashed(half), at=at)
        if not account.has_second_factor:
            self._note("second_factor_set", account.email, origin)
        return self._come_in(account, origin=origin)

    def who_is_half_in(self, half: str) -> tuple[str, Next] | None:
        """Whose half session this is, and what is missing."""
        account = self._half(half)
        if account is None:
            return None
        return account.email, "code" if account.has_second_factor else "enrol"

    def enrolment(self, half: str) -> Enrolment | None:
        """What to tell the authenticator app; the same each time, until a code confirms it. None: not to be told."""
        account = self._half(half)
        if account is None or account.has_second_factor:
            return None
        if account.totp is None:
            sealed = self.seal.seal(self.random_bytes(SECRET_BYTES), account_id=account.id)
            account = replace(account, totp=sealed)
            self.accounts.put(account)
        return enrolment(self.seal.unseal(account.totp or b"", account_id=account.id), email=account.email)

    def accept(self, token: str, password: str, *, origin: str) -> Passed | None:
        """Use an invitation up: the account stands with this password and the invitation's role.

        Raises:
            UsageError: the password can be guessed; the invitation still works.
        """
        greeted = self.people.greet(token)
        if greeted is None:
            return None
        check_new_password(password, email=greeted.email)
        hashed_password = self.passwords.hash(password)
        person = self.people.redeem(token)
        if person is None:
            return None
        account = self._make(person, hashed_password)
        self.accounts.put(account)
        self.sessions.end_all(account.email, at=self.clock())
        self._note("invitation_accepted", account.email, origin, about=account.role)
        return self._go_on(account, origin=origin)

    def first_admin(self, email: str, password: str, *, origin: str) -> Passed | None:
        """Make the account of the first admin; None if there is an admin already.

        Raises:
            UsageError: no address, or a password that can be guessed.
        """
        address = checked_address(email)
        check_new_password(password, email=address)
        person = Person(email=address, role="admin")
        account = replace(self._make(person, self.passwords.hash(password)), totp=None, totp_set_at=None)
        if not self.accounts.put_first(account):
            return None
        self._note("first_admin", address, origin)
        return self._go_on(account, origin=origin)

    def greet_reset(self, token: str) -> str | None:
        """Whose reset link this is, if it still works."""
        link = self.accounts.link(hashed(token))
        if link is None or link.used_at is not None or link.expires_at <= self.clock():
            return None
        return link.email if self._standing(link.email) is not None else None

    def reset(self, token: str, password: str, *, origin: str) -> Passed | None:
        """Use a reset link up: a new password, and every session of the person ends.

        Raises:
            UsageError: the password can be guessed; the link still works.
        """
        email, link, at = self.greet_reset(token), self.accounts.link(hashed(token)), self.clock()
        if email is None or link is None:
            return None
        check_new_password(password, email=email)
        hashed_password, account = self.passwords.hash(password), self._standing(email)
        if account is None or not self.accounts.use_link(hashed(token), at=at):
            return None
        account = replace(account, password=hashed_password)
        if link.with_second_factor:
            account = replace(account, totp=None, totp_set_at=None)
        self.accounts.put(account)
        self.accounts.forget_tries(hashed(email))
        self.sessions.end_all(email, at=at)
        self._note("password_set", email, origin)
        return self._go_on(account, origin=origin)

    # -- the parts of a step -----------------------------------------------------------------------------------------

    def _standing(self, email: str) -> AccountRow | None:
        account = self.accounts.find(email)
        return None if account is None or account.removed_at is not None else account

    def _half(self, half: str) -> AccountRow | None:
        found = self.sessions.find(hashed(half), stage="half", at=self.clock())
        return None if found is None else self._standing(found.email)

    def _locked(self, email: str, origin: str, at: datetime) -> datetime | None:
        names = ((hashed(email), OF_ACCOUNT), (hashed("from " + origin), OF_ADDRESS))
        found = (locked_until(self.accounts.tries(name, since=at - SPAN_MAX), rule, at=at) for name, rule in names)
        return max((one for one in found if one is not None), default=None)

    def _failed(self, action: str, email: str, origin: str, at: datetime) -> NotPassed:
        self.accounts.note_try(hashed(email), hashed("from " + origin), at=at, forget_before=at - SPAN_MAX)
        # What was typed is put on record only if it is somebody's address: people type passwords into the wrong field.
        actor = "somebody" if self._standing(email) is None else email
        self._note(action, actor, origin)
        until = self._locked(email, origin, at)
        if until is not None:  # once for each wait: what is refused while it lasts would only fill the log
            self._note("locked", actor, origin)
        return NotPassed(until=until)

    def _go_on(self, account: AccountRow, *, origin: str) -> Passed:
        if account.has_second_factor:
            return self._begin(account, "half", "code")
        if account.role in WITH_SECOND_FACTOR:
            return self._begin(account, "half", "enrol")
        return self._come_in(account, origin=origin)

    def _come_in(self, account: AccountRow, *, origin: str) -> Passed:
        self.accounts.forget_tries(hashed(account.email))
        passed = self._begin(account, "full", "in")
        self._note("signed_in", account.email, origin, about=hashed(passed.token)[:12])
        return passed

    def _begin(self, account: AccountRow, stage: Stage, following: Next) -> Passed:
        token, at = self.new_token(), self.clock()
        session = SessionRow(
            token_sha256=hashed(token),
            email=account.email,
            stage=stage,
            began_at=at,
            expires_at=at + (SESSION if stage == "full" else HALF_SESSION),
        )
        self.sessions.add(session, forget_before=at - REMEMBERED)
        return Passed(email=account.email, role=account.role, next=following, token=token)

    def _make(self, person: Person, hashed_password: str) -> AccountRow:
        known = self.accounts.find(person.email)
        if known is not None and known.removed_at is None:
            return replace(known, role=person.role, password=hashed_password)
        account_id = self.random_bytes(16).hex() if known is None else known.id
        role: Role = person.role
        return AccountRow(
            id=account_id, email=person.email, role=role, password=hashed_password, created_at=self.clock()
        )

    def _note(self, action: str, actor: str, origin: str, *, about: str = "") -> None:
        self.audit.add(AuditEvent(at=self.clock(), actor=actor, action=action, about=about, origin=origin))
