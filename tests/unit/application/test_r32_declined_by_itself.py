"""A request that nobody may answer is declined by itself, at a moment that tells nothing, or by a person before."""

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.store_work import MemoryUnitOfWork
from gateway.application.answer_information import decline_information, provide_information
from gateway.application.decline_requests import decline_what_is_due
from gateway.domain import messages as m
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import OperatorError
from gateway.domain.referral_state import InformationState
from gateway.domain.rules.information import due_by_itself
from gateway.domain.working_days import WORKING_DAY, working_time_after
from gateway.entrypoints.workers import held
from gateway.entrypoints.workers.held import HeldWorker
from gateway.ports.store import OutboxItem
from tests.support.hostile import CASE, examined
from tests.support.skipping import insist
from tests.support.world import FIRST_PHYSICIAN, World, consent, consented

DATA = m.InformationKind.MEDICAL_DATA
MEDICAL = consent(Purpose.MEDICAL_TO_SO)


async def asked(world: World, request_id: str = "V-1", *consents) -> InformationState:
    """Have a pool ask without consent of ours; return how that stands at the arbodienst."""
    referral_id = await examined(world, *consents)
    now = world.clock.now()
    await insist(world.pool, world.ohs, m.InformationRequest(request_id, DATA, now), referral_id)
    return await standing(world)


async def standing(world: World) -> InformationState:
    return (await world.case(world.ohs, CASE)).referrals[-1].requests[-1]


async def answers(world: World) -> list[OutboxItem]:
    async with world.ohs.store.look() as work:
        return [
            item
            for item in await work.outbox()
            if item.kind in {m.Kind.INFORMATION_DECLINED, m.Kind.INFORMATION_PROVIDED}
        ]


async def until(world: World, moment: datetime) -> None:
    world.clock.forward(seconds=(moment - world.clock.now()).total_seconds())


async def test_r32_nothing_goes_before_the_moment_and_a_refusal_without_content_then(world: World):
    request = await asked(world)
    due = due_by_itself(request)
    assert (await standing(world)).outcome is None
    await until(world, due - timedelta(seconds=1))
    assert await decline_what_is_due(world.ohs) == 0
    assert await answers(world) == []
    await until(world, due)
    assert await decline_what_is_due(world.ohs) == 1
    assert await decline_what_is_due(world.ohs) == 0, "once"
    assert [item.kind for item in await answers(world)] == [m.Kind.INFORMATION_DECLINED]
    assert (await standing(world)).outcome == "information-declined"
    await world.settle()
    at_pool = (await world.case(world.pool, (await answers(world))[0].referral_id or "")).referrals[-1]
    assert at_pool.documents == ()


async def test_r32_a_person_may_decline_before(world: World):
    request = await asked(world)
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    reason = m.InformationDeclineCode.NOT_PERMITTED
    await decline_information(world.ohs, referral_id, request.request_id, FIRST_PHYSICIAN, reason)
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 0
    assert len(await answers(world)) == 1


async def test_r32_who_consents_meanwhile_is_answered_by_a_person(world: World):
    request = await asked(world)
    world.clock.forward(minutes=1)
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(replace(MEDICAL, consent_id="T-late", decided_at=world.clock.now())),))
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 0
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await provide_information(world.ohs, referral_id, request.request_id, FIRST_PHYSICIAN, DATA, "Wat er is.")
    assert [item.kind for item in await answers(world)] == [m.Kind.INFORMATION_PROVIDED]


async def test_r32_a_consent_that_ends_meanwhile_lets_it_be_declined(world: World):
    await asked(world, "V-1", MEDICAL)
    world.clock.forward(minutes=1)
    no = replace(MEDICAL, consent_id="T-no", decided_at=world.clock.now(), choice=Choice.REFUSED)
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(no),))
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 1


async def test_one_referral_that_ended_stops_no_other_answer(world: World):
    await asked(world)
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await insist(world.pool, world.ohs, m.ReferralStop(m.StopCode.NO_SHOW), referral_id)
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 0
    assert await answers(world) == []


async def test_a_case_that_cannot_be_answered_stops_no_other(world: World, monkeypatch):
    await asked(world)
    unanswered = MemoryUnitOfWork.unanswered

    async def with_one_more(work, since):
        found = await unanswered(work, since)
        return [replace(found[0], case_id="broken"), *found]

    steps = MemoryUnitOfWork.steps

    async def unreadable(work, case_id):
        if case_id == "broken":
            raise OperatorError("journal-unreadable", "A row is no entry.", remedy="See the docs.")
        return await steps(work, case_id)

    monkeypatch.setattr(MemoryUnitOfWork, "unanswered", with_one_more)
    monkeypatch.setattr(MemoryUnitOfWork, "steps", unreadable)
    world.clock.forward(days=5)
    assert await decline_what_is_due(world.ohs) == 1


async def test_the_worker_declines_and_wakes_the_relay(world: World):
    await asked(world)
    world.clock.forward(days=5)
    woken: list[bool] = []
    await HeldWorker(world.ohs, lambda: woken.append(True)).look()
    assert (len(await answers(world)), woken) == (1, [True])


async def test_a_line_that_cannot_go_on_keeps_no_request_from_its_answer(world: World, monkeypatch):
    async def fails(_: object) -> int:
        raise OperatorError("vault-unreadable", "The case cannot be read.", remedy="Look.")

    monkeypatch.setattr(held, "unpark_ready", fails)
    await asked(world)
    world.clock.forward(days=5)
    await HeldWorker(world.ohs, lambda: None).look()
    assert len(await answers(world)) == 1


def test_r32_the_moment_lies_within_a_working_day_and_is_the_same_for_every_process():
    at = datetime.fromisoformat("2026-11-27T16:00:00+01:00")
    requests = [InformationState(f"V-{number}", DATA, None, at) for number in range(400)]
    moments = [due_by_itself(request) for request in requests]
    assert moments == [due_by_itself(replace(request)) for request in requests]
    assert at <= min(moments), "not before it was asked"
    assert max(moments) <= working_time_after(at, WORKING_DAY)
    quarter = WORKING_DAY / 4
    early = sum(moment <= working_time_after(at, quarter) for moment in moments)
    late = sum(moment >= working_time_after(at, 3 * quarter) for moment in moments)
    assert 60 < early < 140, "spread evenly over the day"
    assert 60 < late < 140
