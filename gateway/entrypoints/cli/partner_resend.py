"""``sogw partner resend``: for a partner that went on from an older copy of its store."""

from datetime import datetime
from typing import Annotated

import typer

from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli.arguments import moment
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.partner_route import PartnerId
from gateway.entrypoints.cli.session import Session

Since = Annotated[
    datetime,
    typer.Option("--since", parser=moment, metavar="INSTANT", help="When its copy was made, or earlier."),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @command(
        app, "resend", "sogw partner resend praktijk-mulkens --since 2026-11-25T09:00+01:00", needs="partner.manage"
    )
    async def resend(session: Session, party: PartnerId, since: Since) -> None:
        """Deliver again what a partner received and lost with its store: same bytes, same ids, one effect each."""
        from gateway.application.resend_since import resend_since

        async with session.gateway() as gateway:
            resent = await resend_since(gateway.services, party, since, session.actor(ActorRole.OPERATOR))
        session.show_record({"sent_again": resent.sent, "too_old": resent.too_old})
        if resent.too_old:
            say("What is too old goes by telephone: do those acts again, or tell the partner what they said.")
