"""Ask the other side to erase a referral, and erase on request: destroying the key of the case (R37, R58)."""

from gateway.application.compose_message import Draft, compose
from gateway.application.conduct_referral import say
from gateway.domain.messages import ErasureConfirmation, ErasureRequest, Message
from gateway.domain.steps import Actor, ActorRole, CaseErased, ErasureConfirmed
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, UnitOfWork


async def request_erasure(services: Services, referral_id: str, by: Actor) -> Message:
    """Ask the partner to erase what it holds of an ended referral."""
    return await say(services, referral_id, ErasureRequest(), by)


async def erase_and_confirm(services: Services, work: UnitOfWork, case_id: str, referral_id: str, partner: str) -> None:
    """Destroy the key of a case that a partner asked to erase, confirm it, and keep that it happened."""
    now = services.clock.now()
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    draft = Draft(ErasureConfirmation(now), partner, GATEWAY_CASE, by, referral_id)
    message = await compose(services, work, draft)
    await work.append(case_id, (CaseErased(at=now, by=by),))
    await work.erase(case_id)
    step = ErasureConfirmed(at=now, by=by, message_id=message.message_id, referral_id=referral_id, partner=partner)
    await work.append(GATEWAY_CASE, (step,))
