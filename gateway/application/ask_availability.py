"""Ask a pool whether there is room, before any person is mentioned (R8, policy)."""

from gateway.application.perform_act import Act, existing_case, perform_within, recorded
from gateway.domain.messages import AvailabilityQuery, Message
from gateway.domain.permissions import permission_to_say
from gateway.domain.steps import Actor
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork


async def ask_availability(services: Services, case_id: str, pool: str, by: Actor, query: AvailabilityQuery) -> Message:
    """Open an enquiry at a pool for a case that is here; it carries region, specialism and language only.

    Raises:
        RefusedError: ``case-unknown``, or a rule stands in the way.
    """
    act = Act(case_id, query, by, pool, services.new_id())

    async def run(work: UnitOfWork) -> Message:
        await existing_case(work, case_id)
        return await perform_within(services, work, act)

    return await recorded(services, case_id, query.kind.value, by, permission_to_say(query), run)
