"""Why a take cannot be handed out for a channel, and what to change in the brief."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipelines.disclosure.channel import load_channel
from pipelines.disclosure.market import load_market
from pipelines.release.delivery import Check
from studio.errors import UsageError
from studio.jobs.plan import TakePlan

_NEW_TAKE: Final = "write it into the take of the brief and run: sayso produce BRIEF.toml --out DIR"
_REMEDIES: Final = (
    (("media", "aspect", "width in px", "height in px", "picture format"), "change `format` in the brief"),
    (("length in s",), "change the length of `text`, or `speed`, in the brief"),
    (("file size in bytes", "bit rate in kbit/s"), "take a smaller `format` or a shorter `text` in the brief"),
    (("title",), "shorten `title` in the brief"),
    (("disclosure line",), "choose another `channel` in the brief: the disclosure is not shortened"),
)
_NO_REMEDY: Final = "no key of a brief changes this; choose another `channel` in the brief"


def require_same(plan: TakePlan, *, channel: str | None, market: str | None, locale: str | None) -> None:
    """Raise ``UsageError`` when another channel, market or locale is asked than the take was released for.

    Raises:
        ProfileInvalidError: the channel or market that is asked is unknown.
    """
    if channel is not None:
        load_channel(channel)
    if market is not None:
        load_market(market)
    for name, asked, own in (
        ("channel", channel, plan.channel),
        ("market", market, plan.market),
        ("locale", locale, plan.locale),
    ):
        if asked is not None and asked != own:
            raise UsageError(
                f"take {plan.take_id} was released for the {name} {own}, not {asked}; a consent covers each {name} "
                f'by itself, so this needs a new take: {name} = "{asked}", {_NEW_TAKE}'
            )


def require_fit(plan: TakePlan, broken: Sequence[Check], *, channel: str) -> None:
    """Raise ``UsageError`` with every rule of the channel that the released file breaks, and what to change."""
    if not broken:
        return
    faults = "; ".join(
        f"{check.what}{f' for {check.placement}' if check.placement else ''} is {check.found}, needed is "
        f"{check.needed}: {_remedy(check.what)}"
        for check in broken
    )
    raise UsageError(
        f"take {plan.take_id} does not fit {channel}, and a signed file is never changed: {faults}; "
        "then produce it again"
    )


def _remedy(what: str) -> str:
    return next((remedy for names, remedy in _REMEDIES if what in names), _NO_REMEDY)
