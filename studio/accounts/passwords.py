"""Passwords: argon2id with the second recommended setting of RFC 9106, a few at a time because each takes 64 MiB."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from studio.errors import UsageError

CHARACTERS_MIN, CHARACTERS_MAX = 12, 256
DISTINCT_MIN = 5
SALT_BYTES, HASH_BYTES = 16, 32
AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one hash costs."""

    memory_kib: int = 65_536
    iterations: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """Makes and checks hashes in the PHC form."""

    random_bytes: Callable[[int], bytes]
    cost: Cost = field(default_factory=Cost)
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE), repr=False)

    def hash(self, password: str) -> str:
        """The hash to store."""
        kdf = Argon2id(
            salt=self.random_bytes(SALT_BYTES),
            length=HASH_BYTES,
            iterations=self.cost.iterations,
            lanes=self.cost.lanes,
            memory_cost=self.cost.memory_kib,
        )
        with self._turns:
            return kdf.derive_phc_encoded(password.encode())

    def fits(self, password: str, hashed: str | None) -> bool:
        """Whether the password is the one that was hashed. Without a hash it takes as long, and does not fit."""
        if len(password) > CHARACTERS_MAX:
            return False
        if hashed is None:
            self.hash(password)
            return False
        with self._turns:
            try:
                Argon2id.verify_phc_encoded(password.encode(), hashed)
            except InvalidKey:
                return False
        return True


def check_new_password(password: str, *, email: str) -> None:
    """Refuse a password that can be guessed.

    Raises:
        UsageError: says what was found and what is needed.
    """
    if not CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX:
        raise UsageError(
            f"the password has {len(password)} characters; needed are {CHARACTERS_MIN} to {CHARACTERS_MAX}: "
            "a few words that nobody would put together do well"
        )
    if len(set(password)) < DISTINCT_MIN:
        raise UsageError(f"the password has fewer than {DISTINCT_MIN} different characters; take another one")
    if password.strip().lower() in {email, email.split("@", maxsplit=1)[0]}:
        raise UsageError("the password is the address; take another one")
