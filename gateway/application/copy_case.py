"""Copy a case: all that is held of it, for the employee; that it was copied is in the log before anybody sees it."""

from gateway.application.perform_act import existing_case, recorded
from gateway.application.permit_act import permitted_place
from gateway.domain.case import fold
from gateway.domain.permissions import Permission
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
        RefusedError: Somebody may not have a copy, ``case-unknown`` or ``case-erased``.
    """
    case_id = await permitted_place(services, name, by, Permission.CASE_COPY, CaseRead.code)

    async def run(work: UnitOfWork) -> CaseCopy:
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

    return await recorded(services, case_id, CaseRead.code, by, Permission.CASE_COPY, run)
