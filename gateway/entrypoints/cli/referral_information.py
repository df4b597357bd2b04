"""``sogw referral request-information|answer-information``: what the physicians ask each other (R29, R30, R32)."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.errors import RefusedError
from gateway.domain.messages import InformationDeclineCode, InformationKind, Kind
from gateway.domain.permissions import Permission
from gateway.domain.referral_state import InformationState
from gateway.domain.steps import Actor, ActorRole
from gateway.entrypoints.cli.arguments import ReferralId, moment
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.files import paper
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.ports.services import Services

_SOME = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b"

Asked = Annotated[
    InformationKind, typer.Argument(metavar="KIND", help="medical-data, reasoning or work-circumstances.")
]
EmployeeDecidedAt = Annotated[
    datetime | None,
    typer.Option(
        "--employee-decided-at",
        parser=moment,
        metavar="TIME",
        help="When the employee decided that it may be asked, or 'now'; not needed for work circumstances.",
    ),
]
Answer = Annotated[
    Path | None,
    typer.Option(
        "--text",
        "--file",
        metavar="FILE",
        help="What was asked and nothing more: text, PDF or image; - for standard input.",
    ),
]
Decline = Annotated[InformationDeclineCode | None, typer.Option("--decline", help="Give nothing, with a code.")]
RequestId = Annotated[
    str | None, typer.Option("--request", help="Id of the request.", show_default="the only open one")
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    command(
        app,
        "request-information",
        f"sogw referral request-information {_SOME} reasoning --employee-decided-at now",
        f"sogw referral request-information {_SOME} work-circumstances",
        needs="information.request",
    )(ask)
    command(
        app,
        "answer-information",
        f"sogw referral answer-information {_SOME} --text reasoning.txt",
        f"sogw referral answer-information {_SOME} --decline not-available",
        needs="information.answer",
    )(answer)


async def ask(
    session: Session, referral: ReferralId, kind: Asked, employee_decided_at: EmployeeDecidedAt = None
) -> None:
    """At the pool: ask the first physician for something, on the employee's decision (R32)."""
    from gateway.application.conduct_referral import request_information

    async with session.gateway() as gateway:
        message = await request_information(
            gateway.services, referral, session.actor(), kind, employee_decided_at=employee_decided_at
        )
    session.show_sent(message)


async def answer(
    session: Session, referral: ReferralId, text: Answer = None, decline: Decline = None, request: RequestId = None
) -> None:
    """At the arbodienst: give what was asked and nothing more, or a code; consent is weighed again (R32)."""
    from gateway.application.answer_information import decline_information, provide_information

    if (text is None) == (decline is None):
        raise typer.BadParameter("give one of both", param_hint="--text / --decline")
    by = session.actor(ActorRole.FIRST_PHYSICIAN)
    async with session.gateway() as gateway:
        asked = await _asked(gateway.services, referral, request, by)
        if text is not None:
            async with paper(gateway.services, text) as content:
                message = await provide_information(
                    gateway.services, referral, asked.request_id, by, asked.asked, content
                )
        else:
            message = await decline_information(
                gateway.services,
                referral,
                asked.request_id,
                by,
                decline or InformationDeclineCode.NOT_AVAILABLE,
            )
    session.show_sent(message)


async def _asked(services: "Services", referral_id: str, request_id: str | None, by: Actor) -> InformationState:
    """The named request, or the only one that is open."""
    from gateway.application.read_case import load_for_defaults

    # Whoever may answer the least may see which request waits; what is answered is judged by itself.
    permission, action = Permission.WORK_CIRCUMSTANCES_ANSWER, Kind.INFORMATION_PROVIDED
    case = await load_for_defaults(services, referral_id, by, permission, action)
    referral = case.referral(referral_id)
    requests = [r for r in referral.requests if request_id in {None, r.request_id}] if referral else []
    waiting = [r for r in requests if not r.is_answered]
    if request_id is None and len(waiting) > 1:
        raise RefusedError(
            "request-not-named",
            f"{len(waiting)} requests are open.",
            remedy=f"Name one with --request; see: sogw referral show {referral_id}",
        )
    if not waiting:
        raise RefusedError(
            "request-unknown",
            "No such request is waiting for an answer.",
            remedy=f"See: sogw referral show {referral_id}",
            rules=("R32",),
        )
    return waiting[0]
