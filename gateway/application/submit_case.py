"""Submit a case: append what the back office knows and we do not, then refer as soon as possible (R10, R23, R49)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.application.enclose_files import Paper
from gateway.application.perform_act import erased_case, recorded
from gateway.application.refer_case import refer_within
from gateway.domain.case import Case, fold
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DocumentRole
from gateway.domain.rules.referral import may_refer, no_other_referral
from gateway.domain.rules.refusal import Refusal, decide
from gateway.domain.rules.rights import not_restricted
from gateway.domain.steps import Actor, ActorRole, ReferralStep, Step
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of it.

    Attributes:
        case_id: The case.
        added: How many steps were new.
        message_id: Of the referral that went out; None when none did.
        refusals: Why none went out.
    """

    case_id: str
    added: int
    message_id: str | None
    refusals: tuple[Refusal, ...]


async def submit_case(
    services: Services,
    case_id: str,
    steps: Sequence[Step],
    *,
    attachments: Mapping[DocumentRole, Paper] | None = None,
    refer: bool = True,
    by: Actor | None = None,
) -> Submission:
    """Record a case from the back office and refer it when the rules permit.

    Steps of referrals in the export are left out: those facts come by message, or they did not happen here.
    Submitting again adds only what is new.

    Raises:
        RefusedError: The case belongs to another organisation, or was erased: an export that is offered again does
            not bring it back.
    """
    own = [step for step in steps if not isinstance(step, ReferralStep)]
    actor = by or Actor(ActorRole.BACK_OFFICE, services.party.party_id)

    async def run(work: UnitOfWork) -> Submission:
        known = await work.steps(case_id)
        if not known and await work.trace(case_id):
            raise erased_case()
        new = [step for step in own if step not in known]
        if new:
            await work.append(case_id, new)
        case = fold(case_id, [*known, *new])
        _belongs_here(services, case)
        decision = may_refer(case, services.policy, services.clock.now())
        refusals = (*decision.refusals, *decide(no_other_referral(case), not_restricted(case)).refusals)
        if refusals or not refer:
            return Submission(case_id, len(new), None, refusals)
        message = await refer_within(services, work, case_id, actor, None, attachments or {})
        return Submission(case_id, len(new), message.message_id, ())

    return await recorded(services, case_id, "case-submitted", actor, run)


def _belongs_here(services: Services, case: Case) -> None:
    if case.dossier is not None and case.dossier.organisation != services.party.party_id:
        raise RefusedError(
            "case-of-another-organisation",
            "The case belongs to another arbodienst than this gateway serves.",
            remedy="Submit it at the gateway of that arbodienst.",
        )
