"""``sogw rights``: the employee asks for access, a copy, correction, restriction or erasure, and is answered (R58)."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.rights import RightStanding
from gateway.domain.steps import Right
from gateway.entrypoints.cli.arguments import CaseId, moment, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session
from gateway.entrypoints.cli.work_list import (
    SHOWN,
    Cursor,
    DueBy,
    Limit,
    OfCase,
    of_right,
    show_work_list,
)

if TYPE_CHECKING:
    from gateway.application.answer_right import Answered

app = noun("rights")

Which = Annotated[Right, typer.Argument(metavar="RIGHT", help=f"One of: {', '.join(Right)}.")]
RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="Id of the request; see: sogw rights list.")]
AskedAt = Annotated[
    datetime | None,
    typer.Option("--asked-at", parser=moment, metavar="TIME", help="When the employee asked.", show_default="now"),
]
Text = Annotated[Path | None, typer.Option("--text", metavar="FILE", help="In words; - for standard input.")]
Reasons = Annotated[
    Path, typer.Option("--text", metavar="FILE", help="What the employee was told; - for standard input.")
]
Refuse = Annotated[bool, typer.Option("--refuse", help="It is not done; grounds to keep are named by themselves.")]
All = Annotated[bool, typer.Option("--all", help="Also what was answered.")]

_WAITING = {RightStanding.WAITING, RightStanding.OVERDUE}
_NEXT = {
    Right.ACCESS: "Make the copy with: sogw case export",
    Right.COPY: "Make the copy with: sogw case export",
    Right.CORRECTION: "Record the correction with: sogw rights done, and --text",
    Right.RESTRICTION: "Grant it with: sogw rights done",
    Right.ERASURE: "Erase, or hear what must be kept, with: sogw rights done",
}


@command(
    app,
    "request",
    "sogw rights request SO-2026-0001 copy",
    "sogw rights request SO-2026-0001 correction --asked-at 2026-10-02T09:00 --text letter.txt",
    needs="right.register",
)
async def request(session: Session, case: CaseId, right: Which, asked_at: AskedAt = None, text: Text = None) -> None:
    """Record what the employee asks; it must be answered within a month."""
    from gateway.application.answer_right import request_right

    words = read_text(text) if text else None
    async with session.gateway() as gateway:
        step = await request_right(gateway.services, case, right, session.desk(), asked_at=asked_at, text=words)
    session.show_record({"request": step.request_id, "right": step.right, "due_on": step.due_on})
    say(f"{_NEXT[right]}.")


@command(app, "list", "sogw rights list", "sogw rights list --all --output json", needs="worklist.read")
async def list_all(
    session: Session,
    all_: All = False,
    case: OfCase = None,
    due_by: DueBy = None,
    limit: Limit = SHOWN,
    cursor: Cursor = None,
) -> None:
    """List the requests that wait, the first due first. It shows no person."""
    from gateway.domain.rights import RightStanding
    from gateway.domain.worklist import ItemKind

    await show_work_list(
        session,
        ItemKind.RIGHT,
        of_right,
        nothing="No request waits for an answer.",
        state=None if all_ else RightStanding.WAITING,
        case_id=case,
        due_by=due_by,
        limit=limit,
        cursor=cursor,
    )


@command(
    app,
    "done",
    "sogw rights done SO-2026-0001 6c0d5a0e-0b7c-4b39-9f2b-3f0d3a1e9a10",
    "sogw rights done SO-2026-0001 6c0d5a0e-0b7c-4b39-9f2b-3f0d3a1e9a10 --refuse --text reasons.txt",
    needs="right.answer",
)
async def done(
    session: Session, case: CaseId, request_id: RequestId, refuse: Refuse = False, text: Text = None
) -> None:
    """Answer a request: carry it out, or refuse it with the ground.

    Access and copy: made before, with 'sogw case export'. Correction: the text is kept beside what it corrects.
    Restriction: nothing about the person goes out any more. Erasure: whoever received data is asked first; do this
    again when they have confirmed, and the case is erased here too. What must be kept is named.
    """
    from gateway.application.answer_right import grant_right, refuse_right

    words = read_text(text) if text else None
    answer = refuse_right if refuse else grant_right
    async with session.gateway() as gateway:
        answered = await answer(gateway.services, case, request_id, session.physician(), text=words)
    _tell(session, answered)


@command(
    app,
    "lift",
    "sogw rights lift SO-2026-0001 6c0d5a0e-0b7c-4b39-9f2b-3f0d3a1e9a10 --text told.txt",
    needs="right.answer",
)
async def lift(session: Session, case: CaseId, request_id: RequestId, text: Reasons) -> None:
    """End a restriction, after the employee was told why."""
    from gateway.application.answer_right import lift_restriction

    words = read_text(text)
    async with session.gateway() as gateway:
        await lift_restriction(gateway.services, case, request_id, session.physician(), words)
    say("Recorded. The data may be used again.")


def _tell(session: Session, answered: "Answered") -> None:
    step = answered.step
    if step is None:
        for message in answered.passed_on:
            session.show_sent(message)
        say("Not erased yet: do this again when the other side has confirmed.")
        return
    session.show_record(
        {"request": step.request_id, "right": step.right, "granted": step.is_granted, "must_be_kept": step.grounds}
    )
    if step.right is Right.ERASURE and step.is_granted:
        say("Erased. Let older copies go too, with: sogw key rotate-vault")
