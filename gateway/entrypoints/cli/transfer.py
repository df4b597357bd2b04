"""``sogw transfer``: another physician, when the employee asks for one, and the neutral handover (R47, R48)."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.rules.aftercare import HANDOVER_PARTS
from gateway.domain.steps import ActorRole, HandoverMade, TransferDecided, TransferRequested
from gateway.entrypoints.cli.arguments import CaseId, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("transfer")

Granted = Annotated[bool, typer.Option("--grant/--refuse", help="Which way it was decided.")]
Reasons = Annotated[
    Path | None,
    typer.Option("--reasons", metavar="FILE", help="Why, for the employee; needed to refuse. - for stdin."),
]
Colleague = Annotated[str | None, typer.Option("--colleague", help="Who takes over.")]
Parts = Annotated[
    list[str], typer.Option("--part", metavar="PART", help=f"May be repeated: {', '.join(sorted(HANDOVER_PARTS))}.")
]
Facts = Annotated[
    Path | None,
    typer.Option("--text", metavar="FILE", help="Measured limitations and facts, no opinion; - for stdin."),
]


@command(app, "request", "sogw transfer request SO-2026-0004", needs="transfer.ask")
async def request(session: Session, case: CaseId) -> None:
    """Record that the employee asks for another physician."""
    by = session.actor(ActorRole.BACK_OFFICE)
    await session.record(case, lambda at: TransferRequested(at=at, by=by))
    say(f"Recorded. Answer with: sogw transfer decide {case} --grant|--refuse")


@command(
    app,
    "decide",
    "sogw transfer decide SO-2026-0004 --grant --colleague 'dr. A. Bakker'",
    "sogw transfer decide SO-2026-0004 --refuse --reasons reasons.txt",
    needs="transfer.decide",
)
async def decide(
    session: Session, case: CaseId, grant: Granted, colleague: Colleague = None, reasons: Reasons = None
) -> None:
    """Record the answer: granted, or refused with reasons where the policy leaves room for that."""
    text = read_text(reasons) if reasons else None
    by = session.actor(ActorRole.FIRST_PHYSICIAN)
    await session.record(
        case, lambda at: TransferDecided(at=at, by=by, is_granted=grant, colleague=colleague, reasons=text)
    )
    if grant:
        ours = session.settings.party.id
        say(f"Recorded. Ask the employee: sogw consent give {case} DOSSIER-TO-COLLEAGUE --recipient {ours}")
    else:
        say(f"Recorded. The letter: sogw case letter {case} transfer-refused")


@command(
    app,
    "hand-over",
    "sogw transfer hand-over SO-2026-0004 --colleague 'dr. A. Bakker' --part limitations --text facts.txt",
    needs="transfer.decide",
)
async def hand_over(
    session: Session, case: CaseId, part: Parts, colleague: Colleague = None, text: Facts = None
) -> None:
    """Hand over facts, with the employee's consent; there is no place for an opinion."""
    facts = read_text(text) if text else None
    by = session.actor(ActorRole.FIRST_PHYSICIAN)
    await session.record(
        case, lambda at: HandoverMade(at=at, by=by, colleague=colleague, parts=tuple(part), text=facts)
    )
    say(f"Recorded. For the colleague: sogw case letter {case} handover")
