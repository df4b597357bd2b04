"""Erasure by message: the arbodienst asks, its pool weighs that like the employee's own request, and answers (R37, R58)."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_right import grant_right, refuse_right, request_right
from gateway.application.receive_message import receive
from gateway.application.request_erasure import request_erasure
from gateway.application.watch_alerts import overdue_facts
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import steps as s
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DeclineCode, ErasureConfirmation, ErasureRequest, KeptBecause, Kind, ReceiptVerdict
from gateway.domain.rules.waiting import Awaited, Whom, clocks
from gateway.domain.steps import Actor, ActorRole
from gateway.entrypoints.cli.referral_view import referral_record
from gateway.ports.store import GATEWAY_CASE, OutboxState
from mappings.letters import DutchLetters
from tests.support import stages
from tests.support.skipping import insist
from tests.support.stages import CASE
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    SECOND_PHYSICIAN,
    World,
    consent,
)


async def _complain(world: World, referral_id: str) -> None:
    async with world.pool.store.begin() as work:
        complaint = s.ComplaintFiled(at=world.clock.now(), by=EMPLOYEE, about=s.ComplaintSubject.OTHER)
        await work.append(referral_id, (complaint,))


async def _complaint_ends(world: World, referral_id: str) -> None:
    async with world.pool.store.begin() as work:
        decided = s.ComplaintDecided(at=world.clock.now(), by=EMPLOYEE, about=s.ComplaintSubject.OTHER, is_upheld=False)
        await work.append(referral_id, (decided,))


async def _ask_a_copy(world: World, referral_id: str) -> None:
    await request_right(world.pool, referral_id, s.Right.COPY, SECOND_PHYSICIAN)


async def _restrict(world: World, referral_id: str) -> None:
    step = await request_right(world.pool, referral_id, s.Right.RESTRICTION, SECOND_PHYSICIAN)
    await grant_right(world.pool, referral_id, step.request_id, SECOND_PHYSICIAN)


async def _take_outcome_back(world: World, referral_id: str) -> None:
    """The word is on its way, and the arbodienst has not said that it heard."""
    consent_id = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id).consent_id
    await withdraw_consent(world.pool, referral_id, consent_id, EMPLOYEE)


async def _lose_a_receipt(world: World, _: str) -> None:
    """The report may not have come: what discloses waits for its receipt."""
    async with world.pool.store.begin() as work:
        (sent,) = [item for item in await work.outbox() if item.kind is Kind.REPORT_RELEASED]
        await work.update_outbox(replace(sent, state=OutboxState.SENT))


GROUNDS = {
    KeptBecause.COMPLAINT_OPEN: [_complain],
    KeptBecause.RIGHT_AT_STAKE: [_ask_a_copy, _restrict],
    KeptBecause.WITHDRAWAL_UNDER_WAY: [_take_outcome_back],
    KeptBecause.MESSAGES_UNDER_WAY: [_lose_a_receipt],
}
CASES = [(ground, act) for ground, acts in GROUNDS.items() for act in acts]


def test_every_ground_is_tried():
    assert set(GROUNDS) == set(KeptBecause)


@pytest.mark.parametrize(("ground", "act"), CASES)
async def test_what_must_be_kept_is_kept_and_the_arbodienst_hears_why(world: World, ground: KeptBecause, act):
    referral_id = await stages.released(world)
    await act(world, referral_id)
    before = await world.steps(world.pool, referral_id)
    await insist(world.ohs, world.pool, ErasureRequest(), referral_id)
    after = await world.steps(world.pool, referral_id)
    assert after[: len(before)] == before
    assert [step.code for step in after[len(before) :]] == ["erasure-requested", "erasure-confirmed"]
    async with world.pool.store.look() as work:
        (item,) = [item for item in await work.outbox() if item.kind is Kind.ERASURE_CONFIRMED]
    message = world.pool.mapper.from_bundle(world.ohs.sealer.open(item.body, at=world.clock.now()).payload)
    assert message.content.kept_because is ground


async def kept(world: World) -> str:
    """A pool that keeps what it was asked to erase, for an open complaint there."""
    referral_id = await stages.released(world)
    await _complain(world, referral_id)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    return referral_id


async def test_alert_work_list_referral_and_log_tell_what_is_kept(world: World):
    referral_id = await kept(world)
    case = await world.case(world.ohs, CASE)
    assert ("erasure-kept", "") in await overdue_facts(world.ohs)
    waiting = clocks(case, world.policy, None, world.clock.now())
    assert (Awaited.ERASURE, Whom.BACK_OFFICE) in [(one.what, one.whom) for one in waiting]
    referral = case.referral(referral_id)
    assert referral is not None
    assert referral_record(case, referral)["erasure_kept_because"] is KeptBecause.COMPLAINT_OPEN
    async with world.ohs.store.look() as work:
        lines = DutchLetters().employee_log_lines(case, await work.entries(CASE))
    (told,) = [line.what for line in lines if line.code == "erasure-confirmed"]
    assert told.startswith(
        "Uw gegevens uit deze verwijzing zijn niet gewist. Wat in de weg staat: er loopt nog een klacht"
    )
    assert ("erasure-kept", "") not in await overdue_facts(world.pool)


async def test_q6_an_own_request_waits_for_what_is_kept_elsewhere_and_names_it(world: World):
    referral_id = await stages.stopped(world)
    await _complain(world, referral_id)
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (s.RequestWithdrawn(at=world.clock.now(), by=EMPLOYEE),))
    asked = await request_right(world.ohs, CASE, s.Right.ERASURE, FIRST_PHYSICIAN)
    await grant_right(world.ohs, CASE, asked.request_id, FIRST_PHYSICIAN)
    await world.settle()
    with pytest.raises(RefusedError) as refused:
        await grant_right(world.ohs, CASE, asked.request_id, FIRST_PHYSICIAN)
    assert refused.value.code == "erasure-kept"
    answered = await refuse_right(world.ohs, CASE, asked.request_id, FIRST_PHYSICIAN)
    assert answered.step is not None
    assert answered.step.grounds == ("erasure-kept",)


async def test_asked_again_when_the_ground_is_gone_it_is_erased_and_the_alert_ends(world: World):
    referral_id = await kept(world)
    await _complaint_ends(world, referral_id)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    assert ("erasure-kept", "") not in await overdue_facts(world.ohs)
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert referral is not None
    assert referral.erasure_kept_because is None


async def test_asked_without_end_it_is_told_so_often_that_it_is_kept_and_erased_all_the_same(world: World):
    """Each time left two steps and an answer; the word itself always counts (R27, R37)."""
    referral_id = await kept(world)
    world.parties[POOL.party_id] = replace(world.pool, ceilings=Ceilings(messages_of_a_kind=3))
    for _ in range(6):
        await insist(world.ohs, world.pool, ErasureRequest(), referral_id)
    codes = [step.code for step in await world.steps(world.pool, referral_id)]
    assert (codes.count("erasure-requested"), codes.count("erasure-confirmed")) == (3, 2)
    await _complaint_ends(world, referral_id)
    await insist(world.ohs, world.pool, ErasureRequest(), referral_id)
    assert await world.steps(world.pool, referral_id) == []


async def test_the_proof_of_the_consent_a_report_rested_on_stays_and_names_nobody(world: World):
    referral_id = await stages.released(world)
    (released,) = [x for x in await world.steps(world.pool, referral_id) if isinstance(x, s.ReportReleased)]
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    (answer,) = [x for x in await world.steps(world.pool, GATEWAY_CASE) if isinstance(x, s.ErasureConfirmed)]
    (proof,) = answer.proofs
    assert (proof.purpose, proof.recipient) == (Purpose.OUTCOME_TO_FIRST, OHS.party_id)
    assert proof.disclosed_in == released.message_id
    assert proof.decided_at.date() == date(2026, 9, 14)
    assert "Kolkmeijer" not in repr(answer)


async def test_only_what_came_with_that_referral_goes(world: World):
    """A second referral at the same pool is a case of its own there, and stays."""
    first = await stages.stopped(world)
    await request_erasure(world.ohs, first, FIRST_PHYSICIAN)
    async with world.pool.store.look() as work:
        others = [case_id for case_id in await work.case_ids() if case_id != first]
    await world.settle()
    async with world.pool.store.look() as work:
        assert [case_id for case_id in await work.case_ids() if case_id != first] == others


async def test_a_referral_of_another_arbodienst_or_one_under_way_is_not_erased(world: World):
    referral_id = await stages.started(world)
    assert (await insist(world.ohs, world.pool, ErasureRequest(), referral_id)).code == "wrong-state"
    await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    other = world.parties["praktijk-wiarda"]
    assert (await insist(other, world.pool, ErasureRequest(), referral_id)).code == "not-the-partner"
    assert await world.steps(world.pool, referral_id)
    assert POOL.party_id != other.party.party_id


async def _asking_again(world: World, referral_id: str) -> str:
    with pytest.raises(RefusedError) as refused:
        await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    return refused.value.code


async def test_asked_twice_it_is_one_request_before_its_answer_and_after(world: World):
    """Who has erased would refuse the second one, which is an urgent alert about nothing."""
    referral_id = await stages.released(world)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    assert await _asking_again(world, referral_id) == "erasure-under-way"
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    assert await _asking_again(world, referral_id) == "referral-erased"
    assert "withdrawal-refused" not in {code for code, _ in await overdue_facts(world.ohs)}


async def test_a_request_that_the_other_gateway_refused_may_be_made_again(world: World):
    referral_id = await stages.released(world)
    message = await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    told = s.MessageDelivered(
        at=world.clock.now(),
        by=Actor(ActorRole.SYSTEM, POOL.party_id),
        referral_id=referral_id,
        message_id=message.message_id,
        kind=Kind.ERASURE_REQUESTED,
        verdict=ReceiptVerdict.FATAL_ERROR,
        reason="wrong-state",
    )
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (told,))
    assert (await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)).kind is Kind.ERASURE_REQUESTED


async def test_who_confirmed_an_erasure_does_not_say_afterwards_that_it_is_kept(world: World):
    referral_id = await stages.released(world)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    late = ErasureConfirmation(world.clock.now(), KeptBecause.COMPLAINT_OPEN)
    heard = await insist(world.pool, world.ohs, late, referral_id)
    assert heard.code == "referral-erased"
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert referral is not None
    assert referral.erasure_kept_because is None


async def test_r58_an_erased_conversation_begins_no_second_time(world: World):
    """What is gone does not come back under its own name, whoever says it again."""
    referral_id = await stages.referred(world)
    asked = (await world.case(world.pool, referral_id)).referral(referral_id)
    assert asked is not None
    assert asked.referral is not None
    again = replace(asked.referral, consents=tuple(replace(c, recorder=None) for c in asked.referral.consents))
    await pool.decline_referral(world.pool, referral_id, SECOND_PHYSICIAN, DeclineCode.NOT_AVAILABLE)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    told = await insist(world.ohs, world.pool, again, referral_id)
    assert (told.state, told.code) == ("refused", "wrong-state")
    assert await world.steps(world.pool, referral_id) == []


async def test_r58_what_the_broker_brings_again_after_an_erasure_brings_nothing_back(world: World):
    """The very bytes, while they still open and after: the place in the line is known longer than the case."""
    referral_id = await stages.referred(world)
    await pool.decline_referral(world.pool, referral_id, SECOND_PHYSICIAN, DeclineCode.NOT_AVAILABLE)
    await world.settle()
    said = [delivery for services, delivery in world.deliveries if services is world.pool]
    for days in (0, 6, 2):
        world.clock.forward(days=days)
        for delivery in said:
            await receive(world.pool, delivery)
        await world.settle()
        assert await world.steps(world.pool, referral_id) == []
