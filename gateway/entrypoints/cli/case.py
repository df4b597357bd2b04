"""``sogw case``: cases at the arbodienst, from submission to the end."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.errors import RefusedError
from gateway.domain.steps import ActorRole, RecipientChosen
from gateway.entrypoints.cli import case_copy, case_fact, case_reading, case_reassessment, case_triage
from gateway.entrypoints.cli.arguments import CaseId, moment
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.files import read_attachments
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("case")


Export = Annotated[Path, typer.Argument(metavar="FILE", help="Export of the back office; - for standard input.")]
Policies = Annotated[Path | None, typer.Option("--policies", help="File with policies; by default beside the export.")]
Own = Annotated[
    Path | None,
    typer.Option("--profile", metavar="FILE", help="The back office's own words.", show_default="[backoffice] profile"),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", parser=moment, metavar="TIME", help="Judge as of this moment.", show_default="the last event"
    ),
]
OneCase = Annotated[str | None, typer.Option("--case", help="Only this case of the export.", show_default=False)]
Attach = Annotated[
    list[str] | None,
    typer.Option(
        "--attach",
        metavar="KIND=FILE",
        help="A text, PDF or image to go along under its own consent: medical-data, work-circumstances or reasoning.",
    ),
]
NoRefer = Annotated[bool, typer.Option("--no-refer", help="Record only; refer later with 'sogw case refer'.")]
RecipientOption = Annotated[
    str | None,
    typer.Option("--recipient", help="To whom, as the consents name it.", show_default="the choice on record"),
]


@command(
    app,
    "check",
    "sogw case check cases.jsonl",
    "sogw case check cases.jsonl --policies policies.json",
    needs="case.submit",
)
async def check_cases(
    session: Session, file: Export, policies: Policies = None, profile: Own = None, as_of: AsOf = None
) -> None:
    """Judge every case of an export by the rules; nothing is stored or sent. One JSON document per line.

    In the folder of a gateway it also says what 'sogw case submit' would do, with its partners and what is on record.
    """
    from gateway.entrypoints.cli.case_preview import check

    status = await check(session, file, policies, profile, as_of)
    if status:
        raise typer.Exit(status)


@command(
    app,
    "submit",
    "sogw case submit cases.jsonl --case SO-2026-0001",
    "sogw case submit - --attach medical-data=medical.txt < case.json",
    needs="case.submit",
)
async def submit(
    session: Session,
    file: Export,
    case: OneCase = None,
    attach: Attach = None,
    profile: Own = None,
    no_refer: NoRefer = False,
) -> None:
    """Take cases over from the back office, and refer each as soon as the rules permit.

    Doing it again adds only what is new. Every line of the export has its row, with what keeps it from being referred;
    a line that fails stops no other, and makes exit status 3.
    """
    from gateway.entrypoints.cli.case_preview import reader_of
    from gateway.entrypoints.cli.case_submission import submit_export

    session.permitted(session.actor(ActorRole.BACK_OFFICE))
    reader = reader_of(session, profile)
    failed = await submit_export(session, file, case, attach, refer=not no_refer, reader=reader)
    if failed:
        raise typer.Exit(RefusedError.exit_status)


@command(
    app,
    "refer",
    "sogw case refer SO-2026-0001",
    "sogw case refer SO-2026-0001 --recipient praktijk-wiarda --attach work-circumstances=work.txt",
    needs="referral.send",
)
async def refer_case(session: Session, case: CaseId, recipient: RecipientOption = None, attach: Attach = None) -> None:
    """Send the referral to whom the employee chose, with what the consents permit and nothing else."""
    from gateway.application.refer_case import refer

    async with session.gateway() as gateway, read_attachments(gateway.services, attach) as attachments:
        message = await refer(
            gateway.services, case, session.actor(ActorRole.BACK_OFFICE), recipient=recipient, attachments=attachments
        )
    session.show_sent(message)


@command(
    app,
    "choose",
    "sogw case choose SO-2026-0001 praktijk-wiarda --option opt-2",
    needs="choice.record",
)
async def choose(
    session: Session,
    case: CaseId,
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="As the consents name it.")],
    option: Annotated[str | None, typer.Option("--option", help="The option of the contract.")] = None,
) -> None:
    """Record whom the employee chose, for the first time or again after a decline (R8, R37)."""
    by = session.actor(ActorRole.BACK_OFFICE)
    await session.record(case, lambda at: RecipientChosen(at=at, by=by, recipient=recipient, option_id=option))
    say(f"Recorded. What the referral waits for: sogw case show {case}")


@command(app, "confirm", "sogw case confirm SO-2026-0001 --actor 'M. de Planner'", needs="consent.give")
async def confirm(session: Session, case: CaseId) -> None:
    """Confirm that what the last export left out still stands, after asking the employee (consent) or the physician.

    What does not stand is withdrawn instead: see 'sogw consent withdraw'.
    """
    from gateway.application.confirm_statement import confirm_statement

    async with session.gateway() as gateway:
        left = await confirm_statement(gateway.services, case, session.actor(ActorRole.BACK_OFFICE))
    say(f"Confirmed. Still held because of: {', '.join(left)}." if left else f"Confirmed. See: sogw case show {case}")


@command(app, "withdraw", "sogw case withdraw SO-2026-0001", needs="request.withdraw")
async def withdraw(session: Session, case: CaseId) -> None:
    """The employee takes the request back: it takes effect at once, and the other side is told."""
    from gateway.application.withdraw_consent import withdraw_request

    async with session.gateway() as gateway:
        await withdraw_request(gateway.services, case, session.actor(ActorRole.BACK_OFFICE))
    say("Withdrawn.")


case_reading.add_to(app)
case_copy.add_to(app)
case_triage.add_to(app)
case_reassessment.add_to(app)
case_fact.add_to(app)
