"""Work lists at the command line: their options, one page of one, and its lines as rows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.refusal import CaseStatus
from gateway.domain.rules.waiting import Whom
from gateway.entrypoints.cli.arguments import day, one_of
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.referral_view import waiting_row
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.domain.worklist import ItemKind
    from gateway.ports.store import WorkLine

SHOWN = 50
"""Lines of a page, unless somebody asks for more or fewer."""
_MOST = 500
_NONE_FITS = "Nothing fits what was asked for; see also without the options that narrow it."

OpenOnly = Annotated[bool, typer.Option("--open", help="Only those that are under way.")]
OfCase = Annotated[str | None, typer.Option("--case", metavar="CASE", help="Only of this case.")]
InState = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STATE",
        parser=one_of([*CaseStatus, *BusinessStatus]),
        help="Only this state, as the list names it.",
    ),
]
OfPartner = Annotated[str | None, typer.Option("--partner", metavar="PARTY", help="Only with this partner.")]
ForWhom = Annotated[
    str | None,
    typer.Option("--whom", metavar="WHOM", parser=one_of([*Whom]), help=f"Only whose turn it is: {', '.join(Whom)}."),
]
DueBy = Annotated[
    date | None, typer.Option("--due-by", metavar="DATE", parser=day, help="Only what is due by this Dutch day.")
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=_MOST, help="Lines at most.")]
Cursor = Annotated[str | None, typer.Option("--cursor", metavar="CURSOR", help="Go on where a page ended.")]


async def show_work_list(
    session: Session, kind: "ItemKind", row: "Callable[[WorkLine, datetime], Row]", *, nothing: str, **wanted: Any
) -> None:
    """Show one page of a work list, and say how to see the next.

    Args:
        session: The command's.
        kind: What the lines are about.
        row: Makes a row of a line.
        nothing: What to say when there is none.
        wanted: Which lines, by the names of ``WorkQuery``.
    """
    from gateway.application.reading.work_lists import WorkQuery, work_list

    async with session.gateway() as gateway:
        page = await work_list(gateway.services, session.desk(), WorkQuery(kind, **wanted))
        now = gateway.services.clock.now()
    always = {"limit", "state"} if kind == "right" else {"limit"}
    is_narrowed = any(value is not None for name, value in wanted.items() if name not in always)
    session.show_rows([row(line, now) for line in page.lines], nothing=_NONE_FITS if is_narrowed else nothing)
    tell_more(page.cursor)


def tell_more(cursor: str | None) -> None:
    """Say how to see the next page, when there is one."""
    if cursor is not None:
        say(f"There are more. The next page: the same command with --cursor {cursor}")


def of_case(line: "WorkLine", _: datetime) -> Row:
    """Make a row of a case."""
    item = line.item
    return {
        "case": line.case_id,
        "status": item.state or None,
        **waiting_row(item.waiting),
        "referral": item.referral_id,
        "referral_state": item.referral_state,
        "stands_in_the_way": item.codes,
        "last_event": item.last_event_at,
    }


def of_referral(line: "WorkLine", _: datetime) -> Row:
    """Make a row of a referral."""
    item = line.item
    return {
        "case": line.case_id,
        "referral": item.item_id,
        "state": item.state,
        "partner": item.partner,
        "recipient": item.recipient,
        "requested_at": item.began_at,
        "open_requests": item.codes,
        **waiting_row(item.waiting),
    }


def of_right(line: "WorkLine", now: datetime) -> Row:
    """Make a row of a request under the AVG; a day that is over is overdue, whoever looks when."""
    from gateway.domain.rights import RightStanding

    item = line.item
    is_overdue = item.waiting is not None and item.waiting.is_overdue(now)
    return {
        "case": line.case_id,
        "request": item.item_id,
        "right": item.right,
        "asked_at": item.began_at,
        "due_on": item.due_on,
        "state": RightStanding.OVERDUE if is_overdue else item.state,
        "answered_at": item.last_event_at,
    }
