"""Submitting an export: every line has its row, and no row stops another."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from gateway.application.check_cases import doubts_of
from gateway.application.enclose_files import Paper
from gateway.application.match_numbers import Matched, match_numbers
from gateway.application.plan_submission import OVER
from gateway.application.submit_case import Submission, hold_case, submit_case
from gateway.bootstrap import Gateway
from gateway.domain.errors import RefusedError, reason_of
from gateway.domain.messages import DocumentRole
from gateway.domain.printable import one_line
from gateway.domain.rules.refusal import Refusal, decide, refuse
from gateway.domain.steps import Actor, ActorRole
from gateway.entrypoints.cli.arguments import STANDARD_INPUT
from gateway.entrypoints.cli.case_rows import code_of, problems_of, repeated, shown, told, warn_about_policy
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.files import read_attachments
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.session import Session
from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.mentions import read_with_mentions


class Outcome(StrEnum):
    """What came of one row."""

    REFERRED = "referred"
    RUNNING = "running"
    WAITS = "waits"
    RECORDED = "recorded"
    OVER = "over"
    HELD = "held"
    REFUSED = "refused"
    NOT_READ = "not-read"
    ERASED = "erased-skipped"
    OTHERS = "other-organisation-skipped"


FAILED = frozenset({Outcome.HELD, Outcome.REFUSED, Outcome.NOT_READ})
"""What somebody must look at; any such row makes exit status 3."""


async def submit_export(
    session: Session,
    file: Path,
    only: str | None,
    attach: list[str] | None,
    *,
    refer: bool,
    reader: BackOffice,
) -> int:
    """Submit the cases of an export that are this arbodienst's.

    Args:
        session: Whose gateway.
        file: The export; ``-`` reads standard input.
        only: The one case to take; None for all.
        attach: What goes along, as ``KIND=FILE``.
        refer: Whether to refer what may be referred.
        reader: Of the back office.

    Returns:
        How many rows failed.
    """
    with _opened(file) as stream:
        items = _named(repeated(read_with_mentions(reader, bounded_lines(stream))), only)
    cases = [item for item in items if isinstance(item, CaseImport)]
    if attach and len(cases) != 1:
        raise RefusedError(
            "attachment-without-case",
            f"Attachments go with one case, and {len(cases)} were found.",
            remedy="Name it with --case.",
        )
    party = session.settings.party.id
    warn_about_policy(session, [case for case in cases if case.organisation.organisation_id == party])
    rows: list[Row] = []
    try:
        async with session.gateway() as gateway, read_attachments(gateway.services, attach) as attachments:
            for matched in _one_row_each(await match_numbers(gateway.services, items)):
                rows.append(  # noqa: PERF401 - what was done is shown, also when a row ends it all
                    await _row_of(session, gateway, matched, attachments, refer=refer)
                )
    finally:
        session.show_rows(rows, nothing="No case was submitted.")
    left_behind = _attachments_left_behind(rows) if attach else 0
    return sum(row["outcome"] in FAILED for row in rows) + left_behind


def _attachments_left_behind(rows: list[Row]) -> int:
    """Say of every case that was given documents that they were not sent; returns of how many."""
    others = [row["line"] for row in rows if row["outcome"] is not Outcome.REFERRED]
    for line in others:
        for refusal in decide(refuse("attachment-not-sent")).refusals:
            rules = ", ".join(refusal.rules)
            say(f"error: line {line}: {refusal.code}: {refusal.message} [{rules}] {refusal.remedy}")
    return len(others)


def _named(items: Iterable[CaseImport | ImportProblem], only: str | None) -> list[CaseImport | ImportProblem]:
    items = list(items)
    named = [item for item in items if only is None or item.case_id in {only, None}]
    if only is not None and not any(item.case_id == only for item in named):
        raise RefusedError("case-not-in-export", "The export has no such case.", remedy="Check --case and FILE.")
    return named


def _one_row_each(rows: list[Matched]) -> Iterator[Matched]:
    """One item per line: every problem of a line is told, and the line is one row."""
    seen: set[int] = set()
    for matched in rows:
        for line in problems_of(matched):
            say(line)
        if matched.item.line not in seen:
            seen.add(matched.item.line)
            yield matched


async def _row_of(
    session: Session,
    gateway: Gateway,
    matched: Matched,
    attachments: Mapping[DocumentRole, Paper],
    *,
    refer: bool,
) -> Row:
    by, item = session.actor(ActorRole.BACK_OFFICE), matched.item
    if matched.is_erased and matched.refusal and isinstance(item, CaseImport):
        return _row(item, Outcome.ERASED, waits_for=(matched.refusal.code,))
    if matched.refusal is not None or isinstance(item, ImportProblem):
        return await _not_read(gateway, matched, by)
    if item.organisation.organisation_id != gateway.services.party.party_id:
        return await _of_another(gateway, item, by)
    try:
        submission = await submit_case(
            gateway.services,
            item.case_id,
            item.steps,
            attachments=attachments,
            refer=refer,
            by=by,
            doubts=doubts_of(item),
        )
    except RefusedError as refusal:
        if refusal.code == "case-erased":
            return _row(item, Outcome.ERASED)
        say(f"error: line {item.line}: {one_line(item.case_id)}: {refusal}")
        return _row(item, Outcome.REFUSED, waits_for=(refusal.code,))
    return _submitted(item, submission)


async def _of_another(gateway: Gateway, item: CaseImport, by: Actor) -> Row:
    """A case of another arbodienst is left out; one that was ours until now is held."""
    code = "case-of-another-organisation"
    if await hold_case(gateway.services, item.case_id, by, code):
        refusal = refuse(code)
        say(f"error: line {item.line}: {one_line(item.case_id)}: {code}: {refusal.message} {refusal.remedy}")
        return _row(item, Outcome.HELD, waits_for=(code,))
    say(f"note: line {item.line}: {one_line(item.case_id)}: The case is of another organisation and was left out.")
    return _row(item, Outcome.OTHERS)


async def _not_read(gateway: Gateway, matched: Matched, by: Actor) -> Row:
    """Hold the known cases that a row is perhaps about: nobody knows what it took back."""
    item = matched.item
    code = code_of(matched)
    held = [case_id for case_id in matched.cases if await hold_case(gateway.services, case_id, by, code)]
    named: Row = {"case": held[0]} if item.case_id is None and len(held) == 1 else {}
    is_known = held or matched.refusal or (isinstance(item, ImportProblem) and item.code)
    return _row(item, Outcome.NOT_READ, waits_for=(code,) if is_known else (), **named)


def _submitted(item: CaseImport, submission: Submission) -> Row:
    plan = submission.plan
    for line in told(item, plan.doubts):
        say(line)
    for defect in plan.defects:
        _tell(item, defect.refusals, "" if defect.counts else "This decision does not count. ")
    for key in plan.left_out:
        say(f"note: line {item.line}: {one_line(item.case_id)}: named before and not any more: {shown(item, key)}.")
    for partner in submission.corrected:
        say(f"note: line {item.line}: {one_line(item.case_id)}: corrected contact data go to {partner}.")
    _tell(item, (*plan.breaches, *plan.unsent))
    outcome = _outcome(submission)
    in_doubt = {doubt.code for doubt in plan.doubts}
    if outcome is not Outcome.RUNNING:
        _tell(item, [refusal for refusal in submission.refusals if refusal.code not in in_doubt])
    return _row(
        item,
        outcome,
        new_steps=submission.added,
        referral_message=submission.message_id,
        waits_for=tuple(refusal.code for refusal in submission.refusals),
    )


def _outcome(submission: Submission) -> Outcome:
    if submission.plan.is_refused:
        return Outcome.REFUSED
    in_doubt = {doubt.code for doubt in submission.plan.doubts}
    if in_doubt - OVER or submission.plan.breaches or submission.plan.unsent:
        return Outcome.HELD
    if in_doubt:
        return Outcome.RUNNING if "running-elsewhere" in in_doubt else Outcome.OVER
    if submission.message_id is not None:
        return Outcome.REFERRED
    if {refusal.code for refusal in submission.refusals} == {"referral-active"}:
        return Outcome.RUNNING
    return Outcome.WAITS if submission.refusals else Outcome.RECORDED


def _tell(item: CaseImport, refusals: Iterable[Refusal], before: str = "") -> None:
    for refusal in refusals:
        rules = ", ".join(refusal.rules)
        say(f"{one_line(item.case_id)}: {before}{refusal.message} [{rules}] {refusal.remedy}")


def _row(item: CaseImport | ImportProblem, outcome: Outcome, **more: Any) -> Row:
    return {
        "line": item.line,
        "case": item.case_id,
        "outcome": outcome,
        "new_steps": 0,
        "referral_message": None,
        "waits_for": (),
        **more,
    }


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == STANDARD_INPUT:
        import sys

        yield sys.stdin.buffer
        return
    try:
        with file.open("rb") as stream:
            yield stream
    except OSError as error:
        raise RefusedError(
            "input-unreadable",
            f"It cannot be read ({reason_of(error)}).",
            where=str(file),
            remedy="Name a file that exists and is yours, or - for standard input.",
        ) from None
