"""Copy a case: all that is held of it, for the employee; that it was copied is in the log before anybody sees it."""

from gateway.application.perform_act import existing_case
from gateway.domain.case import fold
from gateway.domain.steps import Actor, CaseRead
from gateway.ports.copies import CaseCopy
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def copy_case(services: Services, name: str, by: Actor) -> CaseCopy:
    """Gather what we hold of a case (R52, R58).

    Args:
        services: Ours.
        name: Id of the case, or of one of its referrals: a pool knows no other.
        by: Who asks for it.

    Raises:
        RefusedError: ``case-unknown`` or ``case-erased``.
    """
    async with services.store.begin() as work:
        case_id = await _case_named(work, name)
        await existing_case(work, case_id)
        now = services.clock.now()
        await work.append(case_id, (CaseRead(at=now, by=by, view="export"),))
        entries = tuple(await work.entries(case_id))
        return CaseCopy(
            holder=services.party,
            case=fold(case_id, [entry.step for entry in entries]),
            entries=entries,
            sent=tuple(await work.outbox(case_id)),
            received=tuple(await work.inbox(case_id)),
            made_at=now,
            made_by=by,
            retention=services.retention,
        )


async def _case_named(work: UnitOfWork, name: str) -> str:
    return name if await work.has_case(name) else await work.case_of_referral(name) or name
