"""How far a case of a world has come: each stage is the one before and one act more, over real envelopes."""

from gateway.application import conduct_referral as pool
from gateway.application.ask_availability import ask_availability
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Consent, Purpose
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
CONTACT = consent(Purpose.CONTACT_TO_SO)
FEEDBACK = consent(Purpose.FEEDBACK_TO_SO)
MEDICAL = consent(Purpose.MEDICAL_TO_SO)
OTHER_CONTACT = consent(Purpose.CONTACT_TO_SO, OTHER_POOL.party_id)
ALL = (CONTACT, FEEDBACK, MEDICAL, OTHER_CONTACT)


async def submitted(world: World, *consents: Consent) -> None:
    """A case that may be referred, and is not."""
    await submit_case(world.ohs, CASE, accepted_case(*(consents or ALL)), refer=False)


async def asked_for_room(world: World) -> str:
    """The pool was asked whether it has room."""
    await submitted(world)
    message = await ask_availability(world.ohs, CASE, POOL.party_id, FIRST_PHYSICIAN, m.AvailabilityQuery("Noord"))
    await world.settle()
    return message.referral_id or ""


async def referred(world: World, *consents: Consent) -> str:
    """The referral has come to the pool."""
    submission = await submit_case(world.ohs, CASE, accepted_case(*(consents or ALL)))
    assert submission.refusals == ()
    await world.settle()
    return (await world.case(world.ohs, CASE)).referrals[-1].referral_id


async def accepted(world: World, *consents: Consent) -> str:
    """The pool accepted an hour later."""
    referral_id = await referred(world, *consents)
    world.clock.forward(hours=1)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await world.settle()
    return referral_id


async def started(world: World, *consents: Consent) -> str:
    """The second opinion has started."""
    referral_id = await accepted(world, *consents)
    world.clock.forward(hours=1)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    world.clock.forward(hours=1)
    return referral_id


async def asked(world: World) -> str:
    """The second physician asked for the reasoning, and nobody has answered; its number is ``request_of``."""
    referral_id = await started(world)
    kind = m.InformationKind.REASONING
    now = world.clock.now()
    await pool.request_information(world.pool, referral_id, SECOND_PHYSICIAN, kind, employee_decided_at=now)
    await world.settle()
    world.clock.forward(minutes=10)
    return referral_id


async def drafted(world: World) -> str:
    """The draft was discussed ten minutes ago."""
    referral_id = await started(world)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    world.clock.forward(minutes=10)
    return referral_id


async def released(world: World) -> str:
    """The report came, with the employee's consent."""
    referral_id = await drafted(world)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    world.clock.forward(minutes=10)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Twee uur per dag.")
    await world.settle()
    return referral_id


async def stopped(world: World) -> str:
    """The second opinion ended without completion; nothing was asked to be erased."""
    referral_id = await started(world)
    await pool.stop_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    await world.settle()
    return referral_id


async def declined_and_elsewhere(world: World) -> tuple[str, str]:
    """The pool declined, and the case went on at the other pool; both referrals."""
    first = await referred(world)
    await pool.decline_referral(world.pool, first, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)
    await world.settle()
    async with world.ohs.store.begin() as work:
        chosen = s.RecipientChosen(at=world.clock.now(), by=EMPLOYEE, recipient=OTHER_POOL.party_id)
        await work.append(CASE, (chosen,))
    await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    await world.settle()
    return first, (await world.case(world.ohs, CASE)).referrals[-1].referral_id


async def request_of(world: World, referral_id: str) -> str:
    """The number of the newest request for information."""
    referral = (await world.case(world.pool, referral_id)).referral(referral_id)
    assert referral is not None
    return referral.requests[-1].request_id
