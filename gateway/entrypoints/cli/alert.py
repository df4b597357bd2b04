"""``sogw alert``: what a person should know."""

from typing import Annotated

import typer

from gateway.domain.alerts import ALERTS
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("alert")

All = Annotated[bool, typer.Option("--all", help="Those that are over as well.")]


@command(app, "list", "sogw alert list", "sogw alert list --all --output json", needs="gateway.check")
async def list_alerts(session: Session, all: All = False) -> None:  # noqa: A002  (the option's name)
    """List the alerts that 'sogw serve' raised, oldest first; each is also one line in its log."""
    session.operator()
    async with session.gateway() as gateway, gateway.services.store.look() as work:
        found = [alert for alert in await work.alerts() if all or alert.cleared_at is None]
    rows = [
        {
            "alert": alert.code,
            "severity": ALERTS[alert.code].severity,
            "subject": alert.subject or None,
            "since": alert.raised_at,
            "until": alert.cleared_at,
            "what": ALERTS[alert.code].what,
            "remedy": ALERTS[alert.code].remedy,
        }
        for alert in found
        if alert.code in ALERTS
    ]
    session.show_rows(rows, nothing="There are no alerts.")
