"""``sogw housekeeping``: the end of every term of keeping."""

from typing import Annotated

import typer

from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("housekeeping")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")]


@command(app, "run", "sogw housekeeping run --dry-run", "sogw housekeeping run --output json", needs="store.keep")
async def run(session: Session, dry_run: DryRun = False) -> None:
    """Delete what is over its term, and keep in the journal that it was; 'sogw serve' does the same once a day.

    Nothing that is not final is touched: open cases, messages under way or stuck, complaints and requests that wait.
    """
    from gateway.application.apply_retention import apply_retention
    from gateway.domain.steps import ActorRole

    async with session.gateway() as gateway:
        cleared = await apply_retention(gateway.services, session.actor(ActorRole.OPERATOR), is_trial=dry_run)
    session.show_rows([{"kind": c.kind, "deleted": c.count, "settled_before": c.until} for c in cleared])
    if dry_run:
        say("Nothing was deleted: this is what would be.")


@command(app, "terms", "sogw housekeeping terms", "sogw housekeeping terms --output json", needs="gateway.check")
def terms(session: Session) -> None:
    """List how long each kind of data is kept, on what ground, and what happens then."""
    from gateway.domain.retention import TERMS

    session.operator()
    chosen = session.settings.retention.terms()
    session.show_rows(
        [
            {
                "kind": kind,
                "days": round(chosen.of(kind).total_seconds() / 86400, 2),
                "since": term.since,
                "then": term.ending,
                "ground": term.ground if term.is_verified else f"{term.ground} (UNVERIFIED)",
            }
            for kind, term in TERMS.items()
        ]
    )
