"""Checkpoints as C2SP notes: the published examples verify, changed ones do not."""

from __future__ import annotations

import base64

import pytest

from consent.errors import LedgerTamperedError, LedgerUnreadableError
from consent.keys import PublicKey, SigningKey
from consent.ledger.checkpoint import sign_checkpoint, verifier_key, verify_checkpoint
from consent.ledger.merkle import EMPTY_ROOT, leaf_hash

ORIGIN = "sayso.example/ledger"
ROOT = leaf_hash(b"x")


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


def test_checkpoint_is_read_back(key: SigningKey) -> None:
    note = sign_checkpoint(ORIGIN, 7, ROOT, key)
    said = verify_checkpoint(note, key.public_key, origin=ORIGIN)
    assert (said.origin, said.size, said.root) == (ORIGIN, 7, ROOT)
    assert note.splitlines()[:3] == [ORIGIN, "7", base64.b64encode(ROOT).decode()]


def test_empty_ledger_has_a_checkpoint(key: SigningKey) -> None:
    assert verify_checkpoint(sign_checkpoint(ORIGIN, 0, EMPTY_ROOT, key), key.public_key, origin=ORIGIN).size == 0


def test_verifier_key_is_the_published_form() -> None:
    """The note and key that the signed_note and Go implementations use as their example."""
    published = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    public = PublicKey(base64.b64decode(published.rsplit("+", 1)[1])[1:])
    assert verifier_key("example.com/foo", public) == published
    text = "This is an example message.\n"
    line = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    public.verify_plain(text.encode(), base64.b64decode(line)[4:])


def test_signatures_of_witnesses_are_passed_over(key: SigningKey) -> None:
    note = sign_checkpoint(ORIGIN, 7, ROOT, key)
    text = note.split("\n\n")[0] + "\n"
    other = SigningKey.generate()
    witness = base64.b64encode(b"\1\2\3\4" + other.sign_plain(text.encode())).decode()
    assert verify_checkpoint(f"{note}— witness.example {witness}\n", key.public_key, origin=ORIGIN).size == 7
    same_name = f"{note}— {ORIGIN} {witness}\n"
    assert verify_checkpoint(same_name, key.public_key, origin=ORIGIN).size == 7


CHANGED = {
    "size": lambda note: note.replace("\n7\n", "\n8\n"),
    "root": lambda note: note.replace(base64.b64encode(ROOT).decode(), base64.b64encode(EMPTY_ROOT).decode()),
    "origin": lambda note: note.replace(ORIGIN, "other.example", 1),
    "a line more": lambda note: note.replace("\n\n", "\nextension\n\n"),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_changed_checkpoint_is_tampered_with(change: object, key: SigningKey) -> None:
    note = sign_checkpoint(ORIGIN, 7, ROOT, key)
    with pytest.raises(LedgerTamperedError):
        verify_checkpoint(change(note), key.public_key, origin=ORIGIN)  # type: ignore[operator] # a case's function


UNREADABLE = {
    "empty": lambda note: "",
    "no signature": lambda note: note.split("\n\n")[0] + "\n",
    "no last line break": lambda note: note[:-1],
    "tab": lambda note: note.replace("\n7\n", "\n7\t\n"),
    "signature line without name": lambda note: note.replace(f"— {ORIGIN} ", "— "),
    "signature not base64": lambda note: note[:-3] + "%\n",
    "signature badly padded": lambda note: note[:-2] + "\n",
    "signature too short": lambda note: note.split("— ")[0] + f"— {ORIGIN} AAAA\n",
    "hyphen for the dash": lambda note: note.replace("— ", "- "),
    "another log": lambda note: note.replace(f"— {ORIGIN}", "— other.example"),
    "far too long": lambda note: "x" * 200_000 + note,
}


@pytest.mark.parametrize("change", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_other_text_is_no_checkpoint(change: object, key: SigningKey) -> None:
    with pytest.raises(LedgerUnreadableError):
        verify_checkpoint(change(sign_checkpoint(ORIGIN, 7, ROOT, key)), key.public_key, origin=ORIGIN)  # type: ignore[operator] # a case's function


BODIES = {
    "two lines": f"{ORIGIN}\n7\n",
    "empty line": f"{ORIGIN}\n\n7\nx\n",
    "size with zero before": f"{ORIGIN}\n07\n{base64.b64encode(ROOT).decode()}\n",
    "negative size": f"{ORIGIN}\n-7\n{base64.b64encode(ROOT).decode()}\n",
    "root not base64": f"{ORIGIN}\n7\n%%%\n",
    "root too short": f"{ORIGIN}\n7\nAAAA\n",
    "another origin": f"other.example\n7\n{base64.b64encode(ROOT).decode()}\n",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_signed_text_that_is_no_checkpoint(body: str, key: SigningKey) -> None:
    """Signed by our own key, so only the form can tell."""
    key_hash = base64.b64decode(sign_checkpoint(ORIGIN, 0, EMPTY_ROOT, key).rsplit(" ", 1)[1])[:4]
    value = base64.b64encode(key_hash + key.sign_plain(body.encode())).decode()
    with pytest.raises(LedgerUnreadableError):
        verify_checkpoint(f"{body}\n— {ORIGIN} {value}\n", key.public_key, origin=ORIGIN)


def test_another_key_is_not_ours(key: SigningKey) -> None:
    note = sign_checkpoint(ORIGIN, 7, ROOT, key)
    with pytest.raises(LedgerUnreadableError, match="has no signature"):
        verify_checkpoint(note, SigningKey.generate().public_key, origin=ORIGIN)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\u3000b"], ids=repr)
def test_origin_can_name_a_key(origin: str, key: SigningKey) -> None:
    with pytest.raises(ValueError, match="cannot name a ledger"):
        sign_checkpoint(origin, 0, EMPTY_ROOT, key)
