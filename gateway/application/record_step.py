"""Record a step that stays in the house: triage, consent given, choice, follow-up, adoption, transfer (R42 to R48)."""

from gateway.application.perform_act import existing_case, raise_refusal, recorded, refused
from gateway.application.plan_submission import known_as
from gateway.application.submit_case import surroundings
from gateway.application.withdraw_consent import pass_on_restrictions
from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.directory import Directory
from gateway.domain.errors import RefusedError
from gateway.domain.permissions import STEP_PERMISSIONS
from gateway.domain.rules.decisions import may_record, not_ahead
from gateway.domain.rules.live import as_it_counts, may_be_chosen, may_be_said, resolved
from gateway.domain.rules.refusal import decide, refuse
from gateway.domain.rules.statement import directory_for
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def record_step(services: Services, case_id: str, step: s.Step) -> s.Step:
    """Append one step that sends nothing, when its rule permits.

    Returns:
        The step as it was recorded: its recipient is named by its id, and a refusal counts by now.

    Raises:
        RefusedError: For instance a refusal without reasons (R15), or a handover with an opinion (R48).
        KeyError: No person records this kind of step.
    """

    async def run(work: UnitOfWork) -> s.Step:
        case, now = await existing_case(work, case_id), services.clock.now()
        heard = as_it_counts(case, step, now)
        _at_the_right_side(case, heard)
        raise_refusal(decide(not_ahead(heard, now)))
        raise_refusal(may_record(services.policy, case, heard))
        raise_refusal(may_be_said(case, heard))
        said = resolved(heard, await _directory(services, work, case, heard))
        if said is None:
            raise refused(refuse("recipient-unknown"))
        raise_refusal(may_be_chosen(case, said))
        await work.append(case_id, (said,))
        if isinstance(said, s.ConsentRefused):
            await pass_on_restrictions(services, work, case, said.by)
        return said

    return await recorded(services, case_id, step.code, step.by, STEP_PERMISSIONS[type(step)], run)


async def _directory(services: Services, work: UnitOfWork, case: Case, step: s.Step) -> Directory:
    """Whom a recipient may be: the same as for a record of a back office."""
    around = surroundings(services, step.by, await work.partners())
    said = () if isinstance(step, s.RecipientChosen) else (step,)  # a choice makes nobody known
    return directory_for(said, around.organisation, known_as(around.partners or ()), case)


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
