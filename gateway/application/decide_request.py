"""Decide on a request at the arbodienst, as its first physician (R10, R11, R14 to R19)."""

from dataclasses import dataclass
from datetime import date

from gateway.application.perform_act import existing_case, raise_refusal, recorded
from gateway.application.record_step import record_step
from gateway.domain.permissions import Permission
from gateway.domain.rules.decisions import may_accept
from gateway.domain.rules.verdict import Verdict, assess
from gateway.domain.steps import (
    Actor,
    RequestAccepted,
    RequestDeclined,
    RequestFoundInadmissible,
    RequestRedirected,
)
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a request is refused, and how the employee hears it.

    Attributes:
        reason_code: A code of the list of grounds (R16).
        reasons: In the physician's words, for the employee.
        written_on: Day of the letter to the employee.
        names_complaints_procedure: Whether the letter names it (R15).
    """

    reason_code: str
    reasons: str
    written_on: date | None
    names_complaints_procedure: bool


async def accept_request(services: Services, case_id: str, by: Actor) -> Verdict:
    """Accept; it needs no reason.

    Returns:
        The verdict afterwards: what still stands in the way of a referral.

    Raises:
        RefusedError: Not by a physician of the case, or the request was decided on already.
    """

    async def run(work: UnitOfWork) -> Verdict:
        case = await existing_case(work, case_id)
        raise_refusal(may_accept(case, by))
        now = services.clock.now()
        await work.append(case_id, (RequestAccepted(at=now, by=by),))
        return assess(await existing_case(work, case_id), services.policy, now)

    return await recorded(services, case_id, "request-accepted", by, Permission.REQUEST_DECIDE, run)


async def decline_request(services: Services, case_id: str, by: Actor, grounds: Grounds) -> None:
    """Decline in writing, with reasons, naming the complaints procedure.

    Raises:
        RefusedError: With the rule that the refusal itself breaks.
    """
    step = RequestDeclined(
        at=services.clock.now(),
        by=by,
        reason_code=grounds.reason_code,
        reasons=grounds.reasons,
        written_to_employee_on=grounds.written_on,
        complaints_procedure_named=grounds.names_complaints_procedure,
    )
    await record_step(services, case_id, step)


async def redirect_request(services: Services, case_id: str, by: Actor, grounds: Grounds) -> None:
    """Redirect to an expert opinion of UWV, where the employee applies; nothing is sent there (R17).

    Raises:
        RefusedError: As ``decline_request``.
    """
    step = RequestRedirected(
        at=services.clock.now(),
        by=by,
        reason_code=grounds.reason_code,
        reasons=grounds.reasons,
        written_to_employee_on=grounds.written_on,
        complaints_procedure_named=grounds.names_complaints_procedure,
    )
    await record_step(services, case_id, step)


async def find_inadmissible(services: Services, case_id: str, by: Actor, reason_code: str, reasons: str) -> None:
    """Find that this is no request in the sense of the law: not by the employee, or about something else (R2, R11).

    Raises:
        RefusedError: Not by the first physician, on another ground, or the request was decided on already.
    """
    step = RequestFoundInadmissible(at=services.clock.now(), by=by, reason_code=reason_code, reasons=reasons)
    await record_step(services, case_id, step)
