"""Record a step that stays in the house: triage, consent given, choice, follow-up, adoption, transfer (R42 to R48)."""

from collections.abc import Callable
from typing import Any

from gateway.application.perform_act import existing_case, raise_refusal, recorded
from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.rules.aftercare import adoption_reasoned, may_hand_over, transfer_answered
from gateway.domain.rules.refusal import Decision, decide
from gateway.domain.rules.triage import may_refuse
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def record_step(services: Services, case_id: str, step: s.Step) -> None:
    """Append one step that sends nothing, when its rule permits.

    Raises:
        RefusedError: For instance a refusal without reasons (R15), or a handover with an opinion (R48).
    """

    async def run(work: UnitOfWork) -> None:
        case = await existing_case(work, case_id)
        check = _CHECKS.get(type(step))
        if check is not None:
            raise_refusal(check(services, case, step))
        await work.append(case_id, (step,))

    await recorded(services, case_id, step.code, step.by, run)


def _handover(services: Services, case: Case, step: s.HandoverMade) -> Decision:
    return may_hand_over(case, services.party.party_id, step.parts, step.at)


def _transfer(services: Services, _: Case, step: s.TransferDecided) -> Decision:
    return decide(transfer_answered(services.policy, is_granted=step.is_granted, reasons=step.reasons))


_CHECKS: dict[type[s.Step], Callable[[Services, Case, Any], Decision]] = {
    s.RequestDeclined: lambda _, case, step: may_refuse(case, step),
    s.RequestRedirected: lambda _, case, step: may_refuse(case, step),
    s.AdviceWeighed: lambda _, __, step: decide(adoption_reasoned(step.adoption, step.reasons)),
    s.TransferDecided: _transfer,
    s.HandoverMade: _handover,
}
