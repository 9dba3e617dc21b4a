"""What a decision, a proof and an append cost on a studio with a long history.

    python -m bench.consent [--json] [--records 100000] [--entries 1000000]

A real store on disk (SQLite): every record with its own signature and approval, and a ledger in which each record is
filed, signed and approved, the rest being releases. A decision is what a gate does: the witness and the newest
checkpoint are read, the envelope is read, every rule is run. Times are of one process on one core;
the bar is on the time that passed, so a machine that is busy with other work misses it.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, insert

from bench.consenting import a_record
from consent.decide import Granted, explain
from consent.envelope import Envelope, approve_record, erase_salt, new_envelope, sign_record
from consent.grant import Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from consent.keys import SigningKey
from consent.ledger import Approved, Entry, RecordCreated, Released, Signed, entry_bytes, leaf_hash, verify_inclusion
from consent.policy import Rulebook
from studio.store.engine import open_engine
from studio.store.ledger import LedgerStore
from studio.store.migrate import migrate
from studio.store.records import RecordStore
from studio.store.schema import envelopes, salts

BATCH = 1000
ASKED = 2000  # decisions and proofs that are timed
BARS = {"decision_p99_ms": 2.0, "proof_p99_ms": 10.0, "appends_per_s": 1000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one run."""

    records: int
    entries: int
    fill_s: float
    appends_per_s: float
    open_s: float
    decision_ms: Sequence[float]
    decision_cpu_ms: Sequence[float]  # what this process computed: without waiting for others on the machine
    proof_ms: Sequence[float]


def _filled(
    engine: Engine, records: int, *, subject: SigningKey, controller: SigningKey, at: datetime
) -> Iterator[tuple[Sha256Hex, tuple[Entry, ...]]]:
    """File records, and give each one's public hash and first ledger entries."""
    rows: list[dict[str, object]] = []
    salt_rows: list[dict[str, object]] = []
    for number in range(records):
        envelope = _signed(number, subject=subject, controller=controller, at=at)
        name, signature = envelope.public_hash, envelope.subject_signature
        if name is None or signature is None:
            raise RuntimeError("a fresh envelope has a salt and a signature")
        body = erase_salt(envelope).to_json()
        rows.append({"record_id": envelope.record_id, "body": body, "created_at": at})
        salt_rows.append({"record_id": envelope.record_id, "salt": envelope.salt, "public_hash": name})
        if len(rows) == BATCH or number == records - 1:
            with engine.begin() as connection:
                connection.execute(insert(envelopes), rows)
                connection.execute(insert(salts), salt_rows)
            rows, salt_rows = [], []
        yield (
            name,
            (
                RecordCreated(public_hash=name, at=at),
                Signed(public_hash=name, at=at, signature_sha256=signature.sha256),
                Approved(public_hash=name, at=at, approval_sha256=envelope.approvals[0].sha256),
            ),
        )


def _signed(number: int, *, subject: SigningKey, controller: SigningKey, at: datetime) -> Envelope:
    record = a_record(at.date()).model_copy(update={"reference": f"record {number}"})
    envelope = sign_record(new_envelope(record, salt=secrets.token_bytes(32)), key=subject, at=at)
    return approve_record(envelope, key=controller, approver="legal@example.com", at=at)


def _releases(names: Sequence[Sha256Hex], count: int, *, at: datetime) -> Iterator[Entry]:
    for number in range(count):
        yield Released(
            public_hash=names[number % len(names)],
            at=at,
            take_id=TakeId(f"take-{number}"),
            file_sha256=Sha256Hex("00" * 32),
            script_sha256=Sha256Hex("11" * 32),
            locale="en-US",
            market="US",
            channel="web",
            format="wav",
        )


def _in_batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _timed(action: Callable[[], object]) -> float:
    return _both_timed(action)[0]


def _both_timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that passed, and the seconds that this process computed."""
    began, computed = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - began, time.process_time() - computed


def measure(folder: Path, *, records: int, entries: int, progress: Callable[[str], None]) -> Measured:
    """Fill a studio and time what its gates do."""
    at = datetime.now(UTC)
    subject, controller, ledger_key = (SigningKey.generate() for _ in range(3))
    engine = open_engine(f"sqlite:///{folder / 'bench.sqlite'}")
    migrate(engine, lock_path=folder / "migrate.lock")
    ledger = LedgerStore(engine, key=ledger_key, witness_path=folder / "witness")
    began = time.perf_counter()
    names: list[Sha256Hex] = []
    first: list[Entry] = []
    for name, filed in _filled(engine, records, subject=subject, controller=controller, at=at):
        names.append(name)
        first.extend(filed)
    fill_s = time.perf_counter() - began
    progress(f"{records:,} records filed in {fill_s:.0f} s")
    append_s, done = 0.0, 0
    for batch in _in_batches(iter([*first, *_releases(names, entries - len(first), at=at)])):
        append_s += _timed(partial(ledger.append, batch, at=at))
        done += len(batch)
        if done % 100_000 == 0:
            progress(f"{done:,} entries")
    # What a new process pays once; the decisions are then made by it, as a gate of a running studio makes them.
    again = LedgerStore(engine, key=ledger_key, witness_path=folder / "witness")
    open_s = _timed(again.view)
    progress(f"opened in {open_s:.0f} s")
    store = RecordStore(engine, again)
    rulebook = Rulebook(controller_keys=frozenset({controller.public_key}), topics={})
    chosen = np.random.default_rng(7)
    asked = [store.find_by_public_hash(names[n]) for n in chosen.integers(0, records, ASKED)]
    requests = [_request(one.record_id) for one in asked if one is not None]
    decisions = [_both_timed(partial(_decide, request, store, rulebook, at)) for request in requests]
    proofs = [_timed(partial(_prove, again, int(n))) for n in chosen.integers(0, entries, ASKED)]
    engine.dispose()
    return Measured(
        records=records,
        entries=entries,
        fill_s=fill_s,
        appends_per_s=entries / append_s,
        open_s=open_s,
        decision_ms=[1000 * passed for passed, _ in decisions],
        decision_cpu_ms=[1000 * computed for _, computed in decisions],
        proof_ms=[1000 * one for one in proofs],
    )


def _request(record_id: RecordId) -> TakeRequest:
    return TakeRequest(
        take_id=TakeId("bench"),
        record_id=record_id,
        brand="Bench",
        product="Bench",
        commercial=True,
        modalities=frozenset({Modality.VOICE}),
        locale="en-US",
        market="US",
        channel="web",
        format="wav",
        script="One more cup of coffee.",
        assets=frozenset(),
    )


def _decide(request: TakeRequest, store: RecordStore, rulebook: Rulebook, at: datetime) -> None:
    envelope, ledger = store.to_decide(request.record_id)
    decision = explain(request, envelope=envelope, ledger=ledger, rulebook=rulebook, at=at)
    if not isinstance(decision, Granted):
        raise SystemExit(f"the bench's own take is refused: {decision.reasons}")


def _prove(ledger: LedgerStore, index: int) -> None:
    view = ledger.view()
    leaf = leaf_hash(entry_bytes(view.entry(index)))
    verify_inclusion(leaf, index=index, size=view.size, proof=view.inclusion_proof(index), root=view.root)


def bars(measured: Measured) -> list[dict[str, object]]:
    """The bars, each with what was measured."""
    decision, proof = (float(np.percentile(one, 99)) for one in (measured.decision_ms, measured.proof_ms))
    figures = {"decision_p99_ms": decision, "proof_p99_ms": proof, "appends_per_s": measured.appends_per_s}
    return [
        {
            "what": what,
            "value": round(value, 3),
            "bar": BARS[what],
            "holds": value >= BARS[what] if what == "appends_per_s" else value <= BARS[what],
        }
        for what, value in figures.items()
    ]


def main() -> None:
    """Print the table, or with ``--json`` the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=None, help="not used here; every bench takes it")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()

    def progress(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        measured = measure(Path(folder), records=asked.records, entries=asked.entries, progress=progress)
    if asked.json:
        print(json.dumps({"name": "consent", "bars": bars(measured)}))
        return
    print(f"{measured.records:,} records, {measured.entries:,} ledger entries, one process, one core")
    rows = (
        ("decision", measured.decision_ms),
        ("  of it computing", measured.decision_cpu_ms),
        ("inclusion proof", measured.proof_ms),
    )
    for name, values in rows:
        middle, tail = np.percentile(values, [50, 99])
        print(f"{name:17} p50 {middle:7.2f} ms   p99 {tail:7.2f} ms")
    print(f"{'append':17} {measured.appends_per_s:,.0f} entries a second, in batches of {BATCH}")
    print(f"{'first opening':17} {measured.open_s:.1f} s (every entry and every hash checked, once a process)")
    for bar in bars(measured):
        print(f"  {bar['what']}: {bar['value']} against {bar['bar']}: {'holds' if bar['holds'] else 'MISSED'}")


if __name__ == "__main__":
    main()
