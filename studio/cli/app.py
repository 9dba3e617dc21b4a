"""The command tree of ``sayso``."""

from __future__ import annotations

import typer

from studio.cli import (
    bench,
    campaign,
    channels,
    consent,
    demo,
    doctor,
    dub,
    export,
    keys,
    ledger,
    likeness,
    markets,
    models,
    people,
    request,
    retention,
    review,
    serve,
    signer,
    users,
    verify,
    version,
)

app = typer.Typer(
    name="sayso",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Nobody speaks without their say-so: localized ads with a real person's face and voice, only inside what that "
    "person signed.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused by consent, 4 verification says no.",
)
demo.add_to(app)
serve.add_to(app)
campaign.add_to(app)
dub.add_to(app)
verify.add_to(app)
export.add_to(app)
app.add_typer(consent.app, name="consent")
retention.add_to(consent.app)
app.add_typer(request.app, name="request")
app.add_typer(review.app, name="review")
app.add_typer(users.app, name="users")
app.add_typer(people.app, name="people")
app.add_typer(likeness.app, name="likeness")
app.add_typer(ledger.app, name="ledger")
app.add_typer(models.app, name="models")
app.add_typer(markets.app, name="markets")
app.add_typer(channels.app, name="channels")
app.add_typer(keys.app, name="keys")
app.add_typer(signer.app, name="signer")
doctor.add_to(app)
bench.add_to(app)
version.add_to(app)


def run() -> None:
    """Parse the command line and run it."""
    app()
