"""Ask the pool to erase a referral; at the pool, judge that and answer: erased, or kept with the ground (R37, R58)."""

from gateway.application.compose_message import Draft, compose
from gateway.application.conduct_referral import say
from gateway.domain.case import fold
from gateway.domain.messages import ErasureConfirmation, ErasureRequest, Kind, Message
from gateway.domain.rules.ceilings import times_said
from gateway.domain.rules.keeping import kept_for_partner, proofs_of
from gateway.domain.steps import Actor, ActorRole, CaseErased, ErasureConfirmed
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, SETTLED_OUTBOX_STATES, UnitOfWork


async def request_erasure(services: Services, referral_id: str, by: Actor) -> Message:
    """Ask the pool to erase what it holds of an ended referral."""
    return await say(services, referral_id, ErasureRequest(), by)


async def answer_erasure(services: Services, work: UnitOfWork, case_id: str, referral_id: str, partner: str) -> None:
    """Erase what a partner asked to erase, or keep what must be kept; say so, and keep in the journal that it was.

    What goes is the key of the case: everything that came with the referral. What stays is the proof of the consents
    on which our disclosures rested. Who asks very often hears no more that it is kept, and still that it was erased.
    """
    steps = await work.steps(case_id)
    case = fold(case_id, steps)
    kept = kept_for_partner(case, await _under_way(work, case_id))
    if kept and times_said(steps, Kind.ERASURE_REQUESTED, referral_id) >= services.ceilings.messages_of_a_kind:
        return
    by, now = Actor(ActorRole.SYSTEM, services.party.party_id), services.clock.now()
    journal = case_id if kept else GATEWAY_CASE
    message = await compose(services, work, Draft(ErasureConfirmation(now, kept), partner, journal, by, referral_id))
    answer = ErasureConfirmed(
        at=now,
        by=by,
        message_id=message.message_id,
        referral_id=referral_id,
        partner=partner,
        kept_because=kept,
        proofs=() if kept else proofs_of(case, steps),
    )
    if kept is None:
        await work.append(case_id, (CaseErased(at=now, by=by),))
        await work.erase(case_id)
    await work.append(journal, (answer,))


async def _under_way(work: UnitOfWork, case_id: str) -> frozenset[Kind]:
    """Kinds of the messages of a case that are not known to have come to rest."""
    return frozenset(item.kind for item in await work.outbox(case_id) if item.state not in SETTLED_OUTBOX_STATES)
