"""Ask a pool whether there is room, before any person is mentioned (R8, policy)."""

from gateway.application.perform_act import Act, perform
from gateway.domain.messages import AvailabilityQuery, Message
from gateway.domain.steps import Actor
from gateway.ports.services import Services


async def ask_availability(services: Services, case_id: str, pool: str, by: Actor, query: AvailabilityQuery) -> Message:
    """Open an enquiry at a pool; it carries region, specialism and language only."""
    return await perform(services, Act(case_id, query, by, pool, services.new_id()))
