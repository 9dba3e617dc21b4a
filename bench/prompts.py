"""How well the sentences to read aloud cover their languages, by the studio's own front end.

    python -m bench.prompts [--languages en,de] [--order]

Per language, after 12, 30 and 100 sentences: the share of the language's sounds that were read, and the share of
neighbouring sounds in other running text (the demo campaign's script and the studio's own wordings) that were.
``--order`` writes the sentences of each file in an order that reaches both early; the last sentence stays last.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines.assets import ASSETS
from pipelines.errors import ScriptRefusedError
from pipelines.voice.recordings.coverage import Pair, coverage, kinds, pairs, words_of
from pipelines.voice.recordings.prompts import FOLDER, load_prompts
from pipelines.voice.recordings.prompts import languages as known_languages
from pipelines.voice.script.planner import ScriptPlanner

MARKS = (12, 30, 100)
Said = tuple[tuple[str, ...], ...]


def running_text(language: str, planner: ScriptPlanner) -> Said:
    """Text that is no prompt: the demo's script and the wordings of the studio's pages."""
    made: list[tuple[str, ...]] = []
    for text in (*demo_scripts(language), *_wordings(language)):
        try:
            made.extend(words_of(text, locale=language, planner=planner))
        except ScriptRefusedError:
            continue  # a name or a mark alone
    return tuple(made)


def demo_scripts(language: str) -> tuple[str, ...]:
    """What the demo campaign says in a language."""
    brief = tomllib.loads((ASSETS / "demo" / "brief.toml").read_text(encoding="utf-8"))
    return tuple(
        one["text"] for one in brief["takes"] if one["locale"].split("-")[0] == language.split("-", maxsplit=1)[0]
    )


def _wordings(language: str) -> Iterator[str]:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield re.sub(r"\{[^}]*\}", " ", value)
        elif isinstance(value, dict):
            for one in value.values():
                yield from texts(one)

    yield from texts(tomllib.loads((ASSETS / "wordings" / f"{language}.toml").read_text(encoding="utf-8")))


def in_order(said: Sequence[Said], *, wanted: frozenset[str], running: Counter[Pair]) -> list[int]:
    """Indices so that each next sentence adds the most: sounds not read yet first, then frequent neighbours.

    A sound counts twice, so that no sound is read only once; what a sentence adds is held against its length.
    """
    counts: Counter[str] = Counter()
    known: set[Pair] = set()
    left = list(range(len(said) - 1))
    order: list[int] = []
    total = sum(running.values())
    while left:

        def gain(at: int) -> tuple[float, int]:
            here = kinds(said[at]) & wanted
            fresh = sum(1.0 if not counts[one] else 0.25 if counts[one] == 1 else 0.0 for one in here)
            new = sum(running[pair] for pair in set(pairs(said[at])) - known)
            length = sum(len(run) for run in said[at])
            return ((fresh + 40 * new / total) / length**0.5, -at)

        best = max(left, key=gain)
        left.remove(best)
        order.append(best)
        counts.update(kinds(said[best]))
        known.update(pairs(said[best]))
    return [*order, len(said) - 1]


def rewrite(language: str, order: Sequence[int]) -> None:
    """Write the file of a language in a new order; its comment and its sounds stay as they are."""
    path = FOLDER / f"{language}.toml"
    sentences = load_prompts(language).sentences
    head, _ = path.read_text(encoding="utf-8").split("sentences = [", 1)
    lines = "".join(f'    "{sentences[at]}",\n' for at in order)
    path.write_text(f"{head}sentences = [\n{lines}]\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, or order the files."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--languages", default=",".join(known_languages()))
    asked.add_argument("--order", action="store_true", help="rewrite the files")
    given = asked.parse_args(argv)
    planner = ScriptPlanner()
    print("| language | sounds | after 12 | after 30 | after 100 | pairs after 12 | after 30 | after 100 | missing |")
    print("|---|---|---|---|---|---|---|---|---|")
    for language in given.languages.split(","):
        prompts = load_prompts(language)
        said = [words_of(one, locale=language, planner=planner) for one in prompts.sentences]
        running = pairs(running_text(language, planner))
        if given.order:
            order = in_order(said, wanted=prompts.sounds, running=running)
            rewrite(language, order)
            said = [said[at] for at in order]
        parts = [
            coverage((run for one in said[:count] for run in one), wanted=prompts.sounds, running=running)
            for count in MARKS
        ]
        shares = [f"{one.sounds:.0%}" for one in parts] + [f"{one.pairs:.0%}" for one in parts]
        print(f"| {language} | {len(prompts.sounds)} | {' | '.join(shares)} | {' '.join(sorted(parts[-1].missing))} |")


if __name__ == "__main__":
    main()
