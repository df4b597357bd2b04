"""Record a step that stays in the house: triage, consent given, choice, follow-up, adoption, transfer (R42 to R48)."""

from gateway.application.perform_act import existing_case, raise_refusal, recorded
from gateway.application.withdraw_consent import pass_on_restrictions
from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.errors import RefusedError
from gateway.domain.permissions import STEP_PERMISSIONS
from gateway.domain.rules.decisions import may_record, not_ahead
from gateway.domain.rules.refusal import decide
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def record_step(services: Services, case_id: str, step: s.Step) -> None:
    """Append one step that sends nothing, when its rule permits.

    Raises:
        RefusedError: For instance a refusal without reasons (R15), or a handover with an opinion (R48).
        KeyError: No person records this kind of step.
    """

    async def run(work: UnitOfWork) -> None:
        case = await existing_case(work, case_id)
        _at_the_right_side(case, step)
        raise_refusal(decide(not_ahead(step, services.clock.now())))
        raise_refusal(may_record(services.policy, case, step))
        await work.append(case_id, (step,))
        if isinstance(step, s.ConsentRefused):
            await pass_on_restrictions(services, work, case, step.by)

    await recorded(services, case_id, step.code, step.by, STEP_PERMISSIONS[type(step)], run)


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
