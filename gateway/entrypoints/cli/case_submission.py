"""Submitting an export: which lines are ours, and what came of each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gateway.application.enclose_files import Paper
from gateway.application.submit_case import Submission, submit_case
from gateway.bootstrap import Gateway
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DocumentRole
from gateway.domain.steps import Actor
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.files import papers
from gateway.entrypoints.cli.given import STANDARD_INPUT
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.session import Session
from gateway.ports.backoffice import CaseImport, ImportProblem
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.products import AnyProduct


async def submit_export(
    session: Session, file: Path, only: str | None, attach: list[str] | None, *, refer: bool
) -> int:
    """Submit the cases of an export that are this arbodienst's.

    Returns:
        How many lines could not be read.
    """
    with _opened(file) as stream:
        items = list(AnyProduct().read(bounded_lines(stream)))
    problems = [item for item in items if isinstance(item, ImportProblem)]
    ours = _ours(session, [item for item in items if isinstance(item, CaseImport)], only)
    if attach and len(ours) != 1:
        raise RefusedError(
            "attachment-without-case",
            f"Attachments go with one case, and {len(ours)} were found.",
            remedy="Name it with --case.",
        )
    async with session.gateway() as gateway, papers(gateway.services, attach) as attachments:
        rows = [await _submitted(gateway, case, attachments, session.actor(), refer=refer) for case in ours]
    session.show_rows(rows, nothing="No case was submitted.")
    for problem in problems:
        say(f"not read: {problem}")
    return len(problems)


def _ours(session: Session, cases: list[CaseImport], only: str | None) -> list[CaseImport]:
    named = [case for case in cases if only in {None, case.case_id}]
    if only is not None and not named:
        raise RefusedError("case-not-in-export", "The export has no such case.", remedy="Check --case and FILE.")
    party = session.settings.party.id
    if only is None:
        others = sum(case.organisation.organisation_id != party for case in named)
        if others:
            say(f"{others} cases are of other organisations and were left out.")
        named = [case for case in named if case.organisation.organisation_id == party]
    _warn_about_policy(session, named)
    return named


def _warn_about_policy(session: Session, cases: list[CaseImport]) -> None:
    ours = session.settings.policy.id or "default"
    others = sorted({case.policy_id for case in cases} - {ours})
    if others:
        say(f"The export names another policy ({', '.join(others)}); judged by ours, '{ours}'.")


async def _submitted(
    gateway: Gateway, case: CaseImport, attachments: Mapping[DocumentRole, Paper], by: Actor, *, refer: bool
) -> Row:
    """Record and refer; when nobody serves the recipient, the case is kept and waits."""
    try:
        submission = await submit_case(
            gateway.services, case.case_id, case.steps, attachments=attachments, refer=refer, by=by
        )
    except RefusedError as refusal:
        if refusal.code != "no-route" or attachments:
            raise
        submission = await submit_case(gateway.services, case.case_id, case.steps, refer=False, by=by)
        say(f"{case.case_id}: {refusal}")
        return {**_row(submission), "waits_for": (refusal.code,)}
    return _row(submission)


def _row(submission: Submission) -> Row:
    for refusal in submission.refusals:
        say(f"{submission.case_id}: {refusal.message} [{', '.join(refusal.rules)}] {refusal.remedy}")
    return {
        "case": submission.case_id,
        "new_steps": submission.added,
        "referral_message": submission.message_id,
        "waits_for": tuple(refusal.code for refusal in submission.refusals),
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
            f"It cannot be read ({type(error).__name__}).",
            where=str(file),
            remedy="Name a file that exists and is yours, or - for standard input.",
        ) from None
