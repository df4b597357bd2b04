"""``sogw partner pause`` and ``resume``, and how the way out to a partner is shown."""

from typing import Annotated

import typer

from gateway.domain.steps import ActorRole
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.session import Session
from gateway.ports.store import Route

PartnerId = Annotated[str, typer.Argument(metavar="PARTY", help="Id of the partner.")]
Because = Annotated[str, typer.Option("--reason", help="Why, for the journal; name nobody.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""

    @command(
        app,
        "pause",
        'sogw partner pause praktijk-mulkens --reason "They are moving to another data centre"',
        needs="partner.manage",
    )
    async def pause(session: Session, party: PartnerId, reason: Because) -> None:
        """Let nothing go out to a partner, receipts and withdrawals included; what it sends is taken in as ever.

        It holds for every process and after every restart, until 'sogw partner resume'.
        """
        from gateway.application.pause_partner import pause_partner

        async with session.gateway() as gateway:
            route = await pause_partner(gateway.services, party, reason, session.actor(ActorRole.OPERATOR))
        session.show_record({"party": party, **route_facts(route)})
        say("Withdrawals of consent wait too. What is older than seven days when you resume is not sent any more.")

    @command(app, "resume", 'sogw partner resume praktijk-mulkens --reason "They are back"', needs="partner.manage")
    async def resume(session: Session, party: PartnerId, reason: Because) -> None:
        """Let messages go out again; a circuit that failures had opened is closed too."""
        from gateway.application.pause_partner import resume_partner

        async with session.gateway() as gateway:
            route = await resume_partner(gateway.services, party, reason, session.actor(ActorRole.OPERATOR))
        session.show_record({"party": party, **route_facts(route)})
        say("What waited goes out within seconds, where 'sogw serve' runs.")


def way_out(route: Route) -> str:
    """One word: ``open``, ``failing``, ``resting`` (the circuit is open) or ``paused``."""
    if route.paused_at is not None:
        return "paused"
    if route.opened_at is not None:
        return "resting"
    return "failing" if route.failures else "open"


def route_facts(route: Route) -> Row:
    """The way out to a partner in full."""
    return {
        "way_out": way_out(route),
        "paused_at": route.paused_at,
        "paused_because": route.paused_because,
        "failures": route.failures,
        "last_failure": route.cause,
        "resting_since": route.opened_at,
        "next_probe_at": route.probe_at,
    }
