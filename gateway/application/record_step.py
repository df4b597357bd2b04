"""Record a step that stays in the house: triage, consent given, choice, follow-up, adoption, transfer (R42 to R48)."""

from collections.abc import Callable
from typing import Any

from gateway.application.perform_act import existing_case, raise_refusal, recorded
from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.domain.rules.aftercare import (
    adoption_reasoned,
    advice_at_hand,
    follow_up_in_policy,
    may_hand_over,
    transfer_answered,
    transfer_granted,
    transfer_requested,
)
from gateway.domain.rules.complaint import may_file, may_judge
from gateway.domain.rules.reassessment import advice_renewed, awaits_reassessment, reassessment_in_time
from gateway.domain.rules.recipient import employer_may_know
from gateway.domain.rules.refusal import PERMIT, Decision, decide, refuse
from gateway.domain.rules.triage import gives_time_to_reply, may_find_inadmissible, may_refuse
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def record_step(services: Services, case_id: str, step: s.Step) -> None:
    """Append one step that sends nothing, when its rule permits.

    Raises:
        RefusedError: For instance a refusal without reasons (R15), or a handover with an opinion (R48).
    """

    async def run(work: UnitOfWork) -> None:
        case = await existing_case(work, case_id)
        _at_the_right_side(case, step)
        check = _CHECKS.get(type(step))
        if check is not None:
            raise_refusal(check(services, case, step))
        await work.append(case_id, (step,))

    await recorded(services, case_id, step.code, step.by, run)


_AT_EITHER_SIDE = (s.ConsentGiven, s.ConsentRefused)


def _at_the_right_side(case: Case, step: s.Step) -> None:
    """R38: what happens around the request is the arbodienst's to record, where the request was made."""
    if case.dossier is None and not isinstance(step, _AT_EITHER_SIDE):
        raise RefusedError(
            "request-made-elsewhere",
            "The request was made at the arbodienst; here is only its referral.",
            remedy="Record it at the gateway of the arbodienst; for the course of the opinion see: sogw referral",
            rules=("R38",),
        )


def _weighed(services: Services, case: Case, step: s.AdviceWeighed) -> Decision:
    return decide(
        follow_up_in_policy(services.policy, step.by.role),
        advice_at_hand(case, step.adoption),
        adoption_reasoned(step.adoption, step.reasons),
    )


def _agreed(_: Services, case: Case, step: s.EmployerAgreementRecorded) -> Decision:
    """R9: nobody at the employer can have agreed to what the employee did not let them know."""
    return decide(PERMIT if employer_may_know(case, step.at) else refuse("outside-contract-unaware"))


def _transfer(services: Services, case: Case, step: s.TransferDecided) -> Decision:
    answered = transfer_answered(services.policy, is_granted=step.is_granted, reasons=step.reasons)
    return decide(transfer_requested(case), answered)


def _handover(services: Services, case: Case, step: s.HandoverMade) -> Decision:
    neutral = may_hand_over(case, services.party.party_id, step.parts, step.at)
    return Decision((*decide(transfer_granted(case)).refusals, *neutral.refusals))


_CHECKS: dict[type[s.Step], Callable[[Services, Case, Any], Decision]] = {
    s.ClarificationAsked: lambda _, __, step: decide(gives_time_to_reply(step)),
    s.RequestDeclined: lambda _, case, step: may_refuse(case, step),
    s.RequestRedirected: lambda _, case, step: may_refuse(case, step),
    s.RequestFoundInadmissible: lambda _, __, step: may_find_inadmissible(step),
    s.ReassessmentPlanned: lambda _, case, __: decide(reassessment_in_time(case)),
    s.AdviceRenewed: lambda _, case, __: decide(awaits_reassessment(case)),
    s.RequestMaintained: lambda _, case, __: decide(awaits_reassessment(case), advice_renewed(case)),
    s.EmployerAgreementRecorded: _agreed,
    s.AdviceWeighed: _weighed,
    s.TransferDecided: _transfer,
    s.HandoverMade: _handover,
    s.ComplaintFiled: lambda _, case, step: may_file(case, step),
    s.ComplaintDecided: lambda _, case, step: may_judge(case, step),
}
