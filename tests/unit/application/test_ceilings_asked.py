"""What a partner asks: so many requests of a referral, so many questions, and no answer again that tells nothing new."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.decline_requests import decline_what_is_due
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.ports.store import InboxState
from tests.support.hostile import CASE, examined, inbox, inject, on_disk, reached, renewed
from tests.support.world import OHS, POOL, SECOND_PHYSICIAN, World, consent

KEPT, REFUSED = InboxState.PROCESSED, InboxState.REFUSED
MEDICAL = consent(Purpose.MEDICAL_TO_SO)
REASONING, WORK = m.InformationKind.REASONING, m.InformationKind.WORK_CIRCUMSTANCES
ASKED, DECLINED = m.Kind.INFORMATION_REQUESTED, m.Kind.INFORMATION_DECLINED


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await on_disk(await World().open(), tmp_path)
    yield world
    await world.close()


async def sent(world: World, kind: m.Kind) -> list[int]:
    """The sizes of what the arbodienst said."""
    async with world.ohs.store.look() as work:
        return [len(item.body) for item in await work.outbox() if item.kind is kind]


async def outcomes(world: World, kind: m.Kind = ASKED, side=None) -> list[tuple[InboxState, str | None]]:
    return [(item.state, item.reason) for item in await inbox(side or world.ohs, kind)]


async def ask(world: World, referral_id: str, number: int, asked: m.InformationKind = REASONING, **more) -> None:
    decided = more.pop("decided", world.clock.now())
    await inject(world, m.InformationRequest(f"V-{number}", asked, decided, **more), referral_id)


async def test_r32_the_same_is_declined_once_and_not_fifty_times(world: World):
    """34 bytes of answer for each byte of request, before."""
    referral_id = await examined(world)
    for number in range(50):
        await ask(world, referral_id, number)
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 1
    assert len(await sent(world, DECLINED)) == 1
    assert await outcomes(world) == [(KEPT, None)] + [(REFUSED, "asked-again")] * 49
    assert reached(world.ohs) == [], "an honest partner may try again once"


async def test_r32_each_kind_is_declined_once(world: World):
    referral_id = await examined(world)
    for number in range(12):
        await ask(world, referral_id, number, list(m.InformationKind)[number % 2])
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 2
    assert len(await sent(world, DECLINED)) == 2


async def test_r32_what_was_declined_may_be_asked_again_when_the_employee_has_consented(world: World):
    referral_id = await examined(world)
    await ask(world, referral_id, 1)
    world.clock.forward(days=5)
    await decline_what_is_due(world.ohs)
    await ask(world, referral_id, 2)
    now = world.clock.now()
    await ask(world, referral_id, 3, consents=(replace(MEDICAL, decided_at=now, consent_id="T-later"),))
    assert await outcomes(world) == [(KEPT, None), (REFUSED, "asked-again"), (KEPT, None)]
    assert len(await sent(world, DECLINED)) == 1


async def test_r32_so_many_requests_wait_for_an_answer_and_no_more(world: World):
    referral_id = await examined(world, MEDICAL)
    for number in range(8):
        await ask(world, referral_id, number)
    assert await outcomes(world) == [(KEPT, None)] * 5 + [(REFUSED, "too-many-requests")] * 3
    assert len((await world.case(world.ohs, CASE)).referrals[-1].requests) == 5
    assert reached(world.ohs) == [(POOL.party_id, "information-requests")]


async def test_r32_so_many_requests_are_made_while_a_referral_lives(world: World):
    await renewed(world, OHS.party_id, replace(world.ohs, ceilings=Ceilings(information_requests=3)))
    referral_id = await examined(world, MEDICAL)
    for number in range(5):
        await ask(world, referral_id, number)
    assert await outcomes(world) == [(KEPT, None)] * 3 + [(REFUSED, "too-many-requests")] * 2


async def test_r32_an_honest_pool_hears_it_before_it_asks(world: World):
    referral_id = await examined(world, MEDICAL)
    for _ in range(5):
        await pool.request_information(world.pool, referral_id, SECOND_PHYSICIAN, WORK, employee_decided_at=None)
    with pytest.raises(RefusedError) as caught:
        await pool.request_information(world.pool, referral_id, SECOND_PHYSICIAN, WORK, employee_decided_at=None)
    assert caught.value.code == "too-many-requests"
    await world.settle()
    assert await outcomes(world) == [(KEPT, None)] * 5


async def test_r8_a_flood_of_questions_whether_there_is_room_ends_at_the_ceiling(world: World):
    await renewed(world, POOL.party_id, replace(world.pool, ceilings=Ceilings(open_availability_questions=3)))
    referrals = [world.ohs.new_id() for _ in range(10)]
    for referral_id in referrals:
        await inject(world, m.AvailabilityQuery("Drenthe"), referral_id, side=world.ohs, to=world.pool)
    kind = m.Kind.AVAILABILITY_ASKED
    assert await outcomes(world, kind, world.pool) == [(KEPT, None)] * 3 + [(REFUSED, "too-many-questions")] * 7
    assert reached(world.pool) == [(OHS.party_id, "availability-questions")]
    async with world.pool.store.look() as work:
        assert len(await work.case_ids()) == 3
    async with world.pool.store.begin() as work:
        assert await work.open_questions(OHS.party_id, world.clock.now()) == 3
    world.clock.forward(days=31)
    await inject(world, m.AvailabilityQuery("Drenthe"), world.ohs.new_id(), side=world.ohs, to=world.pool)
    assert (await outcomes(world, kind, world.pool))[-1] == (KEPT, None)


async def test_r8_an_answer_makes_room_for_the_next_question(world: World):
    await renewed(world, POOL.party_id, replace(world.pool, ceilings=Ceilings(open_availability_questions=1)))
    await submit_case(world.ohs, CASE, ())
    first, second = (world.ohs.new_id() for _ in range(2))
    await inject(world, m.AvailabilityQuery(), first, side=world.ohs, to=world.pool)
    await pool.answer_availability(world.pool, first, SECOND_PHYSICIAN, is_available=False)
    await inject(world, m.AvailabilityQuery(), second, side=world.ohs, to=world.pool)
    assert await outcomes(world, m.Kind.AVAILABILITY_ASKED, world.pool) == [(KEPT, None)] * 2
