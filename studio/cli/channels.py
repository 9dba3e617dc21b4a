"""sayso channels …: what each platform accepts, and what its uploader must tick."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.session import HomeOption, JsonOption, plain_errors, say, say_json

if TYPE_CHECKING:
    from pipelines.disclosure.channel import ChannelProfile

app = typer.Typer(
    no_args_is_help=True, help="Channel profiles: what each platform accepts and asks, with the sources of every rule."
)


@app.command("list", epilog="Example: sayso channels list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:  # noqa: ARG001 - every command has --home
    """List the channel profiles."""
    with plain_errors():
        from pipelines.disclosure.channel import channel_ids, load_channel  # noqa: PLC0415 - keeps --help fast

        profiles = [load_channel(one) for one in channel_ids()]
        if as_json:
            rows = [
                {
                    "id": p.id,
                    "name": p.name,
                    "as_of": p.as_of.isoformat(),
                    "accepts": _accepts(p),
                    "disclosure_switch": p.disclosure_switch,
                }
                for p in profiles
            ]
            say_json({"channels": rows})
            return
        for p in profiles:
            say(f"{p.id:<14} {p.name} ({', '.join(_accepts(p))}; as of {p.as_of}): {p.disclosure_switch}")


@app.command(epilog="Example: sayso channels show youtube")
def show(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help='Such as "youtube".', show_default=False)],
    home: HomeOption = None,  # noqa: ARG001 - every command has --home
    as_json: JsonOption = False,
) -> None:
    """Show a channel rule by rule, with the source of each."""
    with plain_errors():
        from pipelines.disclosure.channel import load_channel  # noqa: PLC0415 - keeps --help fast

        profile = load_channel(channel)
        if as_json:
            say_json(profile.model_dump(mode="json"))
            return
        say(f"{profile.id}: {profile.name} (as of {profile.as_of})\n{profile.disclosure_switch}")
        for line in _lines(profile):
            say(line)
        if profile.note:
            say(f"Note: {profile.note}")


def _accepts(profile: ChannelProfile) -> list[str]:
    kinds = (("video", profile.video), ("still", profile.still), ("audio", profile.sound))
    return [kind for kind, rules in kinds if rules]


def _lines(profile: ChannelProfile) -> Iterator[str]:
    for shape in ("landscape", "portrait", "square"):
        m = getattr(profile.margins, shape)
        text = f"top {m.top:.0%}, right {m.right:.0%}, bottom {m.bottom:.0%}, left {m.left:.0%} of {shape} frames"
        yield from _rule(profile, f"kept free: {text}", profile.margins_sources)
    if profile.captions is not None:
        formats = " or ".join(profile.captions) or "none"
        yield from _rule(profile, f"captions: {formats}", profile.captions_sources)
    for video in profile.video:
        name = f"video ({video.placement})" if video.placement else "video"
        yield from _table(profile, name, video.model_dump(exclude={"placement"}, exclude_defaults=True))
    for name in ("still", "sound", "loudness", "thumbnail", "text"):
        rules = getattr(profile, name)
        if rules is not None:
            yield from _table(profile, name, rules.model_dump(exclude_none=True))
    for one in profile.api:
        value = str(one.value).lower() if isinstance(one.value, bool) else one.value
        yield from _rule(profile, f"{one.api}: {one.field} = {value}", one.sources)


def _table(profile: ChannelProfile, name: str, rules: dict[str, object]) -> Iterator[str]:
    sources = rules.pop("sources")
    assert isinstance(sources, tuple)
    facts = {key: value for key, value in rules.items() if value not in ((), "")}
    if not facts:
        yield from _rule(profile, f"{name}: accepted, nothing is checked", sources)
    for key, value in facts.items():
        said = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        yield from _rule(profile, f"{name}: {key} = {said}", sources)


def _rule(profile: ChannelProfile, text: str, sources: tuple[str, ...]) -> Iterator[str]:
    yield f"- {text}"
    for source in map(profile.source, sources):
        yield f"  {source.text} {source.url}".rstrip()
