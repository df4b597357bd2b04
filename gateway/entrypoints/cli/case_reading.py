"""``sogw case list|show|log|letter``: what there is to see; whoever looks into a case is in its log (R52)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.domain.errors import RefusedError
from gateway.domain.rules.verdict import assess
from gateway.entrypoints.cli.arguments import CaseId
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.output import Output, Row, show_text
from gateway.entrypoints.cli.referral_view import consent_row, referral_row
from gateway.entrypoints.cli.session import Session
from gateway.entrypoints.cli.work_list import (
    SHOWN,
    Cursor,
    DueBy,
    ForWhom,
    InState,
    Limit,
    OfPartner,
    OpenOnly,
    of_case,
    show_work_list,
)
from gateway.ports.letters import Letter, LetterKind

if TYPE_CHECKING:
    from gateway.bootstrap import Gateway
    from gateway.domain.case import Case
    from gateway.domain.entry import PublicEntry
    from gateway.ports.letters import LetterWriter

Kind = Annotated[LetterKind, typer.Argument(metavar="KIND", help=f"One of: {', '.join(LetterKind)}.")]

StepNumber = Annotated[
    int | None,
    typer.Option("--step", metavar="NUMBER", help="Of the step it is about, as the log numbers it; the last one."),
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    command(app, "list", "sogw case list", "sogw case list --output ndjson", needs="worklist.read")(list_all)
    command(app, "show", "sogw case show SO-2026-0001", needs="case.read")(show)
    command(app, "log", "sogw case log SO-2026-0001", "sogw case log SO-2026-0001 --output json", needs="log.read")(log)
    command(app, "letter", "sogw case letter SO-2026-0001 consent-overview > letter.txt", needs="letter.write")(letter)


async def list_all(
    session: Session,
    open_only: OpenOnly = False,
    state: InState = None,
    partner: OfPartner = None,
    whom: ForWhom = None,
    due_by: DueBy = None,
    limit: Limit = SHOWN,
    cursor: Cursor = None,
) -> None:
    """List cases: where each stands and what it waits for, the first due first. It shows no person."""
    from gateway.domain.worklist import ItemKind

    await show_work_list(
        session,
        ItemKind.CASE,
        of_case,
        nothing="There are no cases yet.",
        is_open=open_only or None,
        state=state,
        partner=partner,
        whom=whom,
        due_by=due_by,
        limit=limit,
        cursor=cursor,
    )


async def show(session: Session, case: CaseId) -> None:
    """Show a case; that you looked is in the employee's log."""
    from gateway.application.read_case import read_case

    async with session.gateway() as gateway:
        view = await read_case(gateway.services, case, session.actor(), "case")
        verdict = assess(view.case, gateway.services.policy, gateway.services.clock.now())
    session.show_record(
        {
            **_record(view.case),
            "may_refer": verdict.may_refer,
            "may_return_report": verdict.may_return_report,
            "employer_receives": verdict.employer_receives,
            "stands_in_the_way": [
                {"code": r.code, "rules": r.rules, "what": r.message, "remedy": r.remedy} for r in verdict.refusals
            ],
        }
    )


async def log(session: Session, case: CaseId) -> None:
    """Show the employee's log in plain Dutch: which step, when, by whom. Reading it is a line in it.

    Of a case that was erased: every step with time, role and organisation, and nothing about a person.
    """
    from gateway.application.read_case import read_case, read_trace

    async with session.gateway() as gateway:
        trace = await read_trace(gateway.services, case, session.physician())
        if trace:
            await _show_trace(session, gateway, case, trace)
            return
        view = await read_case(gateway.services, case, session.physician(), "log")
        letters = await letter_writer(gateway)
    if session.output is Output.TABLE:
        show_text(letters.employee_log(view.case, view.entries))
    else:
        session.show_rows([_as_row(line) for line in letters.employee_log_lines(view.case, view.entries)])


async def _show_trace(session: Session, gateway: "Gateway", case: str, trace: "list[PublicEntry]") -> None:
    from gateway.entrypoints.cli.journal import entry_row

    if session.output is Output.TABLE:
        show_text((await letter_writer(gateway)).trace(case, trace))
    else:
        session.show_rows([entry_row(entry) for entry in trace])


async def letter(session: Session, case: CaseId, kind: Kind, step: StepNumber = None) -> None:
    """Write a letter to standard output, ready to print; what may show outside goes to standard error.

    It says what held when its step was taken, whatever happened since.
    """
    from gateway.application.issue_invoice import number_of_its_own
    from gateway.application.perform_act import raise_refusal
    from gateway.application.read_case import PLAIN_LETTERS, read_case
    from gateway.ports.letter_occasions import case_at_occasion

    by = session.desk() if kind in PLAIN_LETTERS else session.physician()
    async with session.gateway() as gateway:
        view = await read_case(gateway.services, case, by, f"letter:{kind.value}")
        then = case_at_occasion(kind, case, view.entries, step)
        if kind is LetterKind.EMPLOYER_INVOICE and then.invoices:
            raise_refusal(await number_of_its_own(gateway.services, case, then.invoices[-1]))
        written = _written(await letter_writer(gateway), then, kind, gateway)
    if session.output is Output.TABLE:
        show_text(written.paper)
    else:
        session.show_record(_as_row(written))
    say(f"For: {written.audience.value}. On the envelope: {written.subject}")
    if _lives_elsewhere(then, view.case):
        say(f"The address was corrected after this letter; for the one of today: sogw case show {case}")
    for flag in written.review:
        say(f"Read before sending: the {flag.part} has words of opinion: {', '.join(flag.words)} [R48]")


def _lives_elsewhere(then: "Case", now: "Case") -> bool:
    """Whether the address in a letter is no longer the one on record."""
    if then.dossier is None or now.dossier is None:
        return False
    return then.dossier.employee.address != now.dossier.employee.address


def _written(letters: "LetterWriter", case: "Case", kind: LetterKind, gateway: "Gateway") -> Letter:
    if kind is LetterKind.GENERAL_ANSWER:
        return letters.general_answer()
    if kind is LetterKind.EMPLOYER_INVOICE:
        if not case.invoices:
            raise RefusedError(
                "nothing-to-write",
                "There is no invoice in this case.",
                remedy="Record it first, with: sogw invoice employer",
                rules=("R53",),
            )
        return letters.employer_invoice(case, case.invoices[-1], gateway.services.policy)
    write = getattr(letters, kind.value.replace("-", "_"))
    written: Letter = write(case)
    return written


async def letter_writer(gateway: "Gateway") -> "LetterWriter":
    """Who writes letters here, under our own head."""
    from mappings.letters import DutchLetters, letterhead_of

    head = letterhead_of(gateway.services.party.name, gateway.services.policy)
    return DutchLetters(head, await names(gateway))


async def names(gateway: "Gateway") -> dict[str, str]:
    """The names of ourselves and our partners by id."""
    own = gateway.services.party
    async with gateway.services.store.look() as work:
        parties = [own, *(partner.party for partner in await work.partners())]
    return {party.party_id: party.name for party in parties}


def _record(case: "Case") -> Row:
    dossier = case.dossier
    return {
        "case": case.case_id,
        "triage": case.triage,
        "employee": _as_row(dossier.employee) if dossier else None,
        "first_physician": dossier.first_physician.name if dossier else None,
        "advice_given_at": case.advice.given_at if case.advice else None,
        "question": case.question,
        "asked_at": case.asked_at,
        "accepted_at": case.accepted_at,
        "withdrawn_at": case.withdrawn_at,
        "adoption": case.adoption,
        "consents": [consent_row(consent) for consent in case.consents],
        "referrals": [referral_row(referral) for referral in case.referrals],
    }


def _as_row(value: Any) -> Row:
    """A record of values without what is not there."""
    from dataclasses import asdict

    return {name: part for name, part in asdict(value).items() if part not in (None, ())}
