"""What the employee asks about their data, carried out at both gateways or refused with the ground (R58, Q6, Q7)."""

from datetime import timedelta

import pytest

from gateway.application.answer_right import grant_right, lift_restriction, refuse_right, request_right
from gateway.application.copy_case import copy_case
from gateway.application.read_case import read_trace
from gateway.application.reading.work_lists import work_list
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_request
from gateway.domain import steps as s
from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from gateway.domain.rights import RightStanding
from gateway.domain.steps import Right
from gateway.domain.worklist import ItemKind
from gateway.entrypoints.workers.housekeeping import HousekeepingWorker
from gateway.ports.store import WorkQuery
from mappings.copies import DutchCopies
from mappings.letters import DutchLetters
from tests.support.world import (
    BACK_OFFICE,
    COORDINATOR,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    POOL,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
)

CASE = "SO-2026-0001"


async def referred(world: World) -> str:
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    return (await world.case(world.ohs, CASE)).referrals[-1].referral_id


async def asked(world: World, right: Right) -> str:
    return (await request_right(world.ohs, CASE, right, FIRST_PHYSICIAN, text="Mijn vraag.")).request_id


async def refused(answer, *arguments, **options) -> RefusedError:
    with pytest.raises(RefusedError) as found:
        await answer(*arguments, **options)
    return found.value


async def codes(world: World) -> list[str]:
    return [step.code for step in await world.steps(world.ohs, CASE)]


async def test_the_month_runs_from_when_the_employee_asked(world: World):
    await referred(world)
    at = world.clock.now()
    world.clock.forward(days=20)
    step = await request_right(world.ohs, CASE, Right.ACCESS, FIRST_PHYSICIAN, asked_at=at)
    (line,) = (await work_list(world.ohs, BACK_OFFICE, WorkQuery(ItemKind.RIGHT))).lines
    assert (line.case_id, line.item.due_on) == (CASE, step.due_on)
    (state,) = (await world.case(world.ohs, CASE)).rights
    assert state.standing(world.clock.now()) is RightStanding.WAITING
    world.clock.forward(days=11)
    assert state.standing(world.clock.now()) is RightStanding.OVERDUE
    later = await refused(
        request_right, world.ohs, CASE, Right.COPY, EMPLOYEE, asked_at=world.clock.now() + timedelta(seconds=1)
    )
    assert later.code == "right-asked-later"


async def test_while_the_gateway_runs_a_request_that_is_due_is_a_fact_to_tell(world: World):
    await referred(world)
    request_id = await asked(world, Right.RESTRICTION)
    worker = HousekeepingWorker(world.ohs)
    assert worker.facts is None
    await worker.look()
    assert worker.facts == ()
    world.clock.forward(days=24)
    await worker.look()
    assert worker.facts == (("answer-overdue", ""), ("right-due", ""))
    await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    await worker.look()
    assert worker.facts == (("answer-overdue", ""),)


async def test_a_copy_is_granted_when_it_was_made(world: World):
    await referred(world)
    request_id = await asked(world, Right.COPY)
    assert (await refused(grant_right, world.ohs, CASE, request_id, FIRST_PHYSICIAN)).code == "copy-not-made"
    await copy_case(world.ohs, CASE, FIRST_PHYSICIAN)
    await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert (await codes(world))[-4:] == ["right-requested", "action-refused", "case-read", "right-answered"]


async def test_q7_a_correction_is_added_and_both_are_visible(world: World):
    await referred(world)
    before = await world.steps(world.ohs, CASE)
    request_id = await asked(world, Right.CORRECTION)
    await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN, text="Het was drie uur, geen vier.")
    after = await world.steps(world.ohs, CASE)
    assert after[: len(before)] == before
    page = DutchCopies(DutchLetters(), {}).page(await copy_case(world.ohs, CASE, FIRST_PHYSICIAN))
    assert "Vier uur aangepast werk." in page
    assert "Het was drie uur, geen vier." in page


async def test_what_is_restricted_does_not_leave_until_it_is_lifted(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    request_id = await asked(world, Right.RESTRICTION)
    await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert (await refused(refer, world.ohs, CASE, FIRST_PHYSICIAN)).code == "processing-restricted"
    await lift_restriction(world.ohs, CASE, request_id, FIRST_PHYSICIAN, "U bent gebeld.")
    assert (await refer(world.ohs, CASE, FIRST_PHYSICIAN)).kind is Kind.REFERRAL_REQUESTED


async def test_what_the_back_office_adds_to_a_restricted_case_is_kept_and_not_referred(world: World):
    *known, new = accepted_case()
    await submit_case(world.ohs, CASE, known, refer=False)
    await grant_right(world.ohs, CASE, await asked(world, Right.RESTRICTION), FIRST_PHYSICIAN)
    submission = await submit_case(world.ohs, CASE, [*known, new])
    assert (submission.added, submission.message_id) == (1, None)
    assert "processing-restricted" in [refusal.code for refusal in submission.refusals]
    assert new in await world.steps(world.ohs, CASE)


async def test_what_waits_in_the_outbox_is_dropped_when_it_is_restricted(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    request_id = await asked(world, Right.RESTRICTION)
    await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    await world.settle()
    (dropped,) = [step for step in await world.steps(world.ohs, CASE) if isinstance(step, s.MessageDropped)]
    assert dropped.reason == "processing-restricted"
    assert world.deliveries == []


async def test_q6_an_erasure_is_passed_on_first_and_then_done_and_the_log_says_so(world: World):
    referral_id = await referred(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await world.settle()
    request_id = await asked(world, Right.ERASURE)
    first = await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert first.step is None
    assert [(m.kind, m.recipient, m.referral_id) for m in first.passed_on] == [
        (Kind.ERASURE_REQUESTED, POOL.party_id, referral_id)
    ]
    too_early = await refused(grant_right, world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert too_early.code == "messages-under-way"
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    done = await grant_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert done.step is not None
    assert await world.steps(world.ohs, CASE) == []
    trace = [entry.code for entry in await read_trace(world.ohs, CASE, FIRST_PHYSICIAN)]
    assert trace[-2:] == ["right-answered", "case-erased"]
    assert trace.count("erasure-requested") == trace.count("erasure-confirmed") == 1
    assert (await refused(request_right, world.ohs, CASE, Right.COPY, EMPLOYEE)).code == "case-erased"


async def test_q6_what_must_be_kept_is_named_in_the_refusal_and_in_the_log(world: World):
    await referred(world)
    request_id = await asked(world, Right.ERASURE)
    refusal = await refused(grant_right, world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert refusal.code == "case-not-over"
    answered = await refuse_right(world.ohs, CASE, request_id, FIRST_PHYSICIAN)
    assert answered.step is not None
    assert answered.step.grounds[0] == "case-not-over"
    copied = await copy_case(world.ohs, CASE, FIRST_PHYSICIAN)
    lines = DutchLetters().employee_log_lines(copied.case, copied.entries)
    (told,) = [line.what for line in lines if line.code == "right-answered"]
    assert "dit kan niet. Wat in de weg staat: de zaak is nog niet afgerond" in told


async def test_nothing_is_refused_without_a_reason_or_answered_twice(world: World):
    await referred(world)
    request_id = await asked(world, Right.RESTRICTION)
    where = (world.ohs, CASE)
    assert (await refused(refuse_right, *where, request_id, FIRST_PHYSICIAN)).code == "right-refused-without-ground"
    await refuse_right(*where, request_id, FIRST_PHYSICIAN, text="De gegevens kloppen.")
    for answer in (grant_right, refuse_right):
        assert (await refused(answer, *where, request_id, FIRST_PHYSICIAN, text="Nog eens.")).code == "right-unknown"
        assert (await refused(answer, *where, "no-such-id", FIRST_PHYSICIAN)).code == "right-unknown"


async def test_a_pool_answers_for_what_it_holds_itself(world: World):
    referral_id = await referred(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await world.settle()
    step = await request_right(world.pool, referral_id, Right.ERASURE, SECOND_PHYSICIAN)
    done = await grant_right(world.pool, referral_id, step.request_id, SECOND_PHYSICIAN)
    assert done.step is not None
    assert await world.steps(world.pool, referral_id) == []
    assert (await work_list(world.pool, COORDINATOR, WorkQuery(ItemKind.RIGHT))).lines == ()
