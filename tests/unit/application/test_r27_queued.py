"""R27, R37, R58: what restricts counts for what is said here and for what waits here, also before its own turn."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.relay_outbox import relay_once
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from gateway.domain.protocol import BusinessStatus
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxState
from tests.support import stages
from tests.support.skipping import insist
from tests.support.world import EMPLOYEE, FIRST_PHYSICIAN, OHS, SECOND_PHYSICIAN, World, consent

Speak = Callable[[World, str], Awaitable[object]]


async def answer(world: World, referral_id: str) -> object:
    number = await stages.request_of(world, referral_id)
    return await provide_information(
        world.ohs, referral_id, number, FIRST_PHYSICIAN, m.InformationKind.REASONING, "Redenering."
    )


async def release(world: World, referral_id: str) -> object:
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    return await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Verslag.")


async def states(services: Services, kind: Kind) -> list[OutboxState]:
    async with services.store.look() as work:
        return [item.state for item in await work.outbox() if item.kind is kind]


def taken_back(world: World) -> m.Content:
    return m.ConsentWithdrawal(stages.MEDICAL.consent_id, Purpose.MEDICAL_TO_SO, world.clock.now())


def stopped(_: World) -> m.Content:
    return m.ReferralStop(m.StopCode.NO_SHOW)


def withdrawn(_: World) -> m.Content:
    return m.ReferralWithdrawal()


ANSWER = (stages.asked, answer, Kind.INFORMATION_PROVIDED, Kind.INFORMATION_DECLINED)
REPORT = (stages.drafted, release, Kind.REPORT_RELEASED, Kind.REPORT_WITHHELD)
WAITING = {
    "consent-withdrawn": (*ANSWER, taken_back, "medical-not-permitted"),
    "referral-stopped": (*ANSWER, stopped, "wrong-state"),
    "referral-withdrawn": (*REPORT, withdrawn, "withdrawn"),
}
"""What the other side says, and what it keeps from being said; for the answer the pool says it."""


def sides(world: World, kind: Kind) -> tuple[Services, Services]:
    """Who discloses, and whose word restricts."""
    return (world.ohs, world.pool) if kind is Kind.INFORMATION_PROVIDED else (world.pool, world.ohs)


@pytest.mark.parametrize("word", WAITING)
async def test_r27_what_waits_for_its_turn_keeps_this_side_from_speaking(world: World, word: str):
    stage, speak, kind, _, say, code = WAITING[word]
    referral_id = await stage(world)
    discloses, restricts = sides(world, kind)
    told = await insist(restricts, discloses, say(world), referral_id, later=1)
    assert told.state == "parked"
    with pytest.raises(RefusedError) as refused:
        await speak(world, referral_id)
    assert refused.value.code == code
    assert await states(discloses, kind) == []


@pytest.mark.parametrize("later", [0, 1], ids=["taken in", "waits for its turn"])
@pytest.mark.parametrize("word", WAITING)
async def test_r27_what_was_queued_before_does_not_leave_after(world: World, word: str, later: int):
    stage, speak, kind, instead, say, code = WAITING[word]
    referral_id = await stage(world)
    discloses, restricts = sides(world, kind)
    await speak(world, referral_id)
    await insist(restricts, discloses, say(world), referral_id, later=later)
    while await relay_once(discloses):
        pass
    async with discloses.store.look() as work:
        (dropped,) = [item for item in await work.outbox() if item.kind is kind]
        assert dropped.state is OutboxState.DROPPED
        assert dropped.reason == code
    assert len(await states(discloses, instead)) == 1


async def test_r27_a_report_that_was_dropped_after_the_withdrawal_is_not_released_after_all(world: World):
    """What takes its place in the line does not turn the end into one after which a report may follow."""
    referral_id = await stages.drafted(world)
    await release(world, referral_id)
    await insist(world.ohs, world.pool, m.ReferralWithdrawal(), referral_id)
    while await relay_once(world.pool):
        pass
    assert (await world.case(world.pool, referral_id)).referrals[-1].state is BusinessStatus.WITHDRAWN
    with pytest.raises(RefusedError):
        await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Verslag.")


async def test_r58_a_report_that_waits_is_not_made_unstoppable_by_an_erasure(world: World):
    referral_id = await stages.drafted(world)
    await release(world, referral_id)
    await insist(world.ohs, world.pool, m.ErasureRequest(), referral_id)
    answers = [x for x in await world.steps(world.pool, referral_id) if isinstance(x, s.ErasureConfirmed)]
    assert [answer.kept_because for answer in answers] == [m.KeptBecause.MESSAGES_UNDER_WAY]


async def test_r58_of_an_erased_case_nothing_is_disclosed_any_more(world: World):
    """Nobody can take it back then; the other side hears what it hears when the employee keeps a report back."""
    referral_id = await stages.drafted(world)
    await release(world, referral_id)
    async with world.pool.store.begin() as work:
        await work.erase(referral_id)
    await world.settle()
    assert await states(world.pool, Kind.REPORT_RELEASED) == [OutboxState.DROPPED]
    assert (await world.case(world.ohs, stages.CASE)).referrals[-1].state is BusinessStatus.FINISHED_WITHOUT_REPORT
    assert await world.steps(world.pool, referral_id) == []
    assert any(isinstance(x, s.MessageDropped) for x in await world.steps(world.pool, GATEWAY_CASE))
    async with world.ohs.store.begin() as work:
        assert await work.waiting_count(world.pool.party.party_id, referral_id) == 0


async def test_r58_of_an_erased_case_no_answer_leaves(world: World):
    referral_id = await stages.asked(world)
    await answer(world, referral_id)
    async with world.ohs.store.begin() as work:
        await work.erase(stages.CASE)
    await world.settle()
    assert await states(world.ohs, Kind.INFORMATION_PROVIDED) == [OutboxState.DROPPED]
    assert (await world.case(world.pool, referral_id)).referrals[-1].state is BusinessStatus.WITHDRAWN
