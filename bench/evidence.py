"""How well the evidence checks tell right from wrong: speaker, statement, signs of synthesis.

    python -m bench.evidence --weights ~/.sayso/weights [--media ../shared/media] [--spoken FOLDER] [--json]

Real recordings come from ``--media`` and are never copied. Statements are synthesized with the studio's own engine in
nine languages (four minutes of work), or read from ``--spoken``. docs/evidence.md explains the tables.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.evidence_statements import CHECKS, StatementRow, real_rows, speak_all, synthesized_rows
from bench.evidence_voices import SignRow, SpeakerRow, sign_rows, speaker_rows
from pipelines.assets import ASSETS
from pipelines.speech.encoder import SpeakerEncoder
from pipelines.speech.stock import stock_voices
from pipelines.speech.transcript import Listener
from pipelines.voice.kokoro.engine import KokoroVoice
from pipelines.weights.catalogue import load_cards
from pipelines.weights.store import WeightsStore

EQUAL_ERROR_BAR = 0.02
REAL_CLIPS = 12


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument(
        "--media", type=Path, default=Path(__file__).resolve().parent.parent.parent / "shared" / "media"
    )
    parser.add_argument("--spoken", type=Path)
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    if not wish.media.is_dir():
        raise SystemExit(f"the real recordings are not at {wish.media}; give their folder with --media")
    weights = WeightsStore(wish.weights, load_cards(ASSETS / "weights.toml"))
    encoder, listener = SpeakerEncoder(weights), Listener(weights)
    engine = KokoroVoice(weights, lambda: datetime.now(UTC), threads=1)
    stock = np.stack([voice.embedding for voice in stock_voices(weights)])
    speakers = speaker_rows(encoder, wish.media, together=3)
    short = speaker_rows(encoder, wish.media, together=1)
    spoken = list(speak_all(engine, wish.spoken))
    made = {"made: the studio's own voices": [one.waveform for one in spoken if one.kind == "statement"]}
    signs = sign_rows(encoder, stock, wish.media, made)
    statements = [*synthesized_rows(listener, spoken), *real_rows(listener, wish.media, count=REAL_CLIPS)]
    if wish.json:
        print(json.dumps({"name": "evidence", "bars": _bars(short, signs, statements)}))
        return
    _print_speakers(short)
    _print_speakers(speakers)
    _print(signs, statements)
    for bar in _bars(short, signs, statements):
        print(f"{'holds' if bar['holds'] else 'MISSED'}: {bar['what']}: {bar['value']} (bar {bar['bar']})")


def _print_speakers(speakers: list[SpeakerRow]) -> None:
    print("\n| statement | pairs same/other | EER | at | rejected | accepted | lowest same | highest other |")
    for row in speakers:
        print(
            f"| {row.change} | {row.same}/{row.different} | {row.equal_error:.2%} | {row.at:.2f} | "
            f"{row.false_reject:.2%} | {row.false_accept:.2%} | {row.lowest_same:.2f} | {row.highest_different:.2f} |"
        )


def _print(signs: list[SignRow], statements: list[StatementRow]) -> None:
    print("\n| voices | change | n | silent pauses | stock voice | pause depth, median | nearest stock, median |")
    for sign in signs:
        print(
            f"| {sign.voices} | {sign.change} | {sign.count} | {sign.silent} | {sign.stock} | {sign.depth_db:.0f} dB | "
            f"{sign.likeness:.2f} |"
        )
    print(f"\n| reading | {' | '.join(f'{check} right/wrong' for check in CHECKS)} | all pass | wrong that passed |")
    for statement in statements:
        pairs = zip(statement.right, statement.wrong, strict=True)
        cells = " | ".join(f"{right:.2f}/{wrong:.2f}".replace("/nan", "") for right, wrong in pairs)
        passed = "yes" if statement.passes else "no"
        print(f"| {statement.reading} | {cells} | {passed} | {'; '.join(statement.wrong_passes)} |")


def _bars(speakers: list[SpeakerRow], signs: list[SignRow], statements: list[StatementRow]) -> list[dict[str, object]]:
    clean, replayed = speakers[0], speakers[-1]
    read = [row for row in statements if row.reading.endswith("statement")]
    other = [row for row in statements if row.reading.endswith("other")]
    fooled = sum(len(row.wrong_passes) for row in read)
    alarms = sum(row.silent + row.stock for row in signs if row.voices.startswith("real"))
    direct = [row for row in signs if row.voices.startswith("made") and row.change == "opus 24k"]
    missed = sum(row.count - max(row.silent, row.stock) for row in direct)
    return [
        _bar("speaker: equal error rate", f"{clean.equal_error:.2%}", "2 %", clean.equal_error <= EQUAL_ERROR_BAR),
        _bar(
            "speaker: others accepted, played back",
            f"{replayed.false_accept:.2%}",
            "2 %",
            replayed.false_accept <= EQUAL_ERROR_BAR,
        ),
        _bar(
            "statement: right readings that pass",
            f"{sum(row.passes for row in read)} of {len(read)}",
            "most",
            sum(row.passes for row in read) * 3 >= len(read) * 2,
        ),
        _bar("statement: wrong names, companies, codes that pass", fooled, 0, fooled == 0),
        _bar(
            "statement: other texts that pass",
            sum(row.passes for row in other),
            0,
            not any(row.passes for row in other),
        ),
        _bar("synthesis: false alarms on real recordings", alarms, 0, alarms == 0),
        _bar("synthesis: own voices fed in directly that are missed", missed, 0, missed == 0),
    ]


def _bar(what: str, value: object, bar: object, holds: bool) -> dict[str, object]:  # noqa: FBT001 -- a row of a table
    return {"what": what, "value": value, "bar": bar, "holds": holds}


if __name__ == "__main__":
    main()
