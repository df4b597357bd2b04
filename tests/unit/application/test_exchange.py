"""The whole way between gateways: what happens at each side, and what does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.receive_message import receive
from gateway.application.refer_case import refer
from gateway.application.relay_outbox import relay_once
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.domain.steps import ActionRefused, ConsentGiven, DraftDiscussed, MessageDropped
from gateway.entrypoints.cli.referral_view import referral_record
from gateway.ports.store import InboxState, OutboxState
from gateway.ports.transport import Delivery
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
    consented,
)

CASE = "SO-2026-0001"
MEDICAL = consent(Purpose.MEDICAL_TO_SO)


async def referred(world: World, *consents) -> str:
    """Submit a case and let the referral arrive; returns the referral id."""
    base = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    submission = await submit_case(world.ohs, CASE, accepted_case(*base, *consents))
    assert submission.refusals == ()
    await world.settle()
    case = await world.case(world.ohs, CASE)
    return case.referrals[-1].referral_id


async def examined(world: World, *consents) -> str:
    """Bring a referral to the moment after the draft was discussed."""
    referral_id = await referred(world, *consents)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    world.clock.forward(hours=1)
    return referral_id


async def decide_outcome(world: World, referral_id: str, choice: Choice = Choice.GIVEN) -> None:
    world.clock.forward(minutes=10)
    decision = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now(), choice=choice)
    await pool.record_consent(world.pool, referral_id, SECOND_PHYSICIAN, decision)


async def state(world: World, side, case_id: str, referral_id: str) -> BusinessStatus:
    referral = (await world.case(side, case_id)).referral(referral_id)
    assert referral is not None
    return referral.state


async def outbox_states(side) -> dict[m.Kind, set[OutboxState]]:
    async with side.store.begin() as work:
        found: dict[m.Kind, set[OutboxState]] = {}
        for item in await work.outbox():
            found.setdefault(item.kind, set()).add(item.state)
        return found


async def test_a_case_goes_out_and_the_report_comes_back(world: World):
    referral_id = await examined(world)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await decide_outcome(world, referral_id)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Twee uur per dag.")
    await world.settle()
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert referral is not None
    assert referral.state is BusinessStatus.RELEASED
    assert referral.report is not None
    assert referral.report.text == "Twee uur per dag."
    assert (await outbox_states(world.pool))[m.Kind.REPORT_RELEASED] == {OutboxState.DELIVERED}
    assert (await outbox_states(world.ohs))[m.Kind.REFERRAL_REQUESTED] == {OutboxState.DELIVERED}


async def test_r50_each_log_says_once_what_both_sides_know(world: World):
    referral_id = await examined(world, MEDICAL)
    await pool.request_information(
        world.pool, referral_id, SECOND_PHYSICIAN, m.InformationKind.REASONING, employee_decided_at=world.clock.now()
    )
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await decide_outcome(world, referral_id)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Twee uur per dag.")
    await world.settle()
    for side, case_id in ((world.ohs, CASE), (world.pool, referral_id)):
        async with side.store.begin() as work:
            steps = await work.steps(case_id)
        given = [step.consent.consent_id for step in steps if isinstance(step, ConsentGiven)]
        assert len(given) == len(set(given))
        assert sum(isinstance(step, DraftDiscussed) for step in steps) == 1


async def test_r40_a_report_without_consent_after_the_draft_stays_at_the_pool(world: World):
    referral_id = await examined(world)
    await decide_outcome(world, referral_id)
    world.clock.forward(minutes=5)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    with pytest.raises(RefusedError) as refused:
        await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Geheim verslag.")
    assert refused.value.code == "outcome-consent-before-draft"
    assert "R40" in refused.value.rules
    steps = await world.steps(world.pool, referral_id)
    assert isinstance(steps[-1], ActionRefused)


async def test_r41_refused_outcome_leaves_only_report_withheld(world: World):
    referral_id = await examined(world)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await decide_outcome(world, referral_id, Choice.REFUSED)
    with pytest.raises(RefusedError):
        await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Geheim verslag.")
    await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.FINISHED_WITHOUT_REPORT


async def test_released_and_withheld_have_one_size_for_the_broker(world: World):
    sizes = []
    for choice in (Choice.GIVEN, Choice.REFUSED):
        own = await World().open()
        referral_id = await examined(own)
        await pool.discuss_draft(own.pool, referral_id, SECOND_PHYSICIAN)
        await decide_outcome(own, referral_id, choice)
        if choice is Choice.GIVEN:
            message = await pool.release_report(own.pool, referral_id, SECOND_PHYSICIAN, "Twee uur per dag. " * 500)
        else:
            message = await pool.withhold_report(own.pool, referral_id, SECOND_PHYSICIAN)
        async with own.pool.store.begin() as work:
            item = await work.outbox_item(message.message_id)
        assert item is not None
        sizes.append(len(item.body))
        await own.close()
    assert sizes[0] == sizes[1]


async def test_r25_without_contact_consent_nothing_travels(world: World):
    refusal = consent(Purpose.CONTACT_TO_SO, choice=Choice.REFUSED)
    submission = await submit_case(world.ohs, CASE, accepted_case(refusal))
    await world.settle()
    assert [r.code for r in submission.refusals] == ["contact-consent-refused"]
    assert world.seen() == 0


async def test_r27_a_referral_in_the_queue_is_dropped_when_its_consent_is_withdrawn(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    world.clock.forward(seconds=1)
    await withdraw_consent(world.ohs, CASE, consent(Purpose.CONTACT_TO_SO).consent_id, EMPLOYEE)
    await world.settle()
    assert world.seen() == 0
    steps = await world.steps(world.ohs, CASE)
    assert any(isinstance(step, MessageDropped) and step.kind == "referral-requested" for step in steps)


async def test_r27_withdrawal_under_way_ends_the_referral_and_the_pool_is_told(world: World):
    referral_id = await referred(world)
    world.clock.forward(minutes=1)
    await withdraw_consent(world.ohs, CASE, consent(Purpose.CONTACT_TO_SO).consent_id, EMPLOYEE)
    await world.settle()
    assert await state(world, world.pool, referral_id, referral_id) is BusinessStatus.WITHDRAWN
    at_pool = (await world.case(world.pool, referral_id)).consent(consent(Purpose.CONTACT_TO_SO).consent_id)
    assert at_pool is not None
    assert at_pool.withdrawn_at is not None


async def test_r27_a_released_report_in_the_queue_becomes_withheld_when_consent_goes(world: World):
    referral_id = await examined(world)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await decide_outcome(world, referral_id)
    await world.settle()
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Twee uur per dag.")
    world.clock.forward(seconds=1)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id)
    await withdraw_consent(world.pool, referral_id, given.consent_id, EMPLOYEE)
    await world.settle()
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.FINISHED_WITHOUT_REPORT
    kinds = await outbox_states(world.pool)
    assert kinds[m.Kind.REPORT_RELEASED] == {OutboxState.DROPPED}
    assert kinds[m.Kind.REPORT_WITHHELD] == {OutboxState.DELIVERED}


async def test_r32_information_is_given_on_the_employees_decision(world: World):
    referral_id = await examined(world, MEDICAL)
    await pool.request_information(
        world.pool, referral_id, SECOND_PHYSICIAN, m.InformationKind.REASONING, employee_decided_at=world.clock.now()
    )
    await world.settle()
    asked = (await world.case(world.ohs, CASE)).referrals[-1].requests[-1]
    await provide_information(
        world.ohs, referral_id, asked.request_id, FIRST_PHYSICIAN, m.InformationKind.REASONING, "Mijn onderbouwing."
    )
    await world.settle()
    at_pool = (await world.case(world.pool, referral_id)).referrals[-1]
    assert [d.text for d in at_pool.documents] == ["Mijn onderbouwing."]


async def test_r25_a_request_whose_consent_meets_an_objection_of_ours_waits_for_a_person(world: World):
    referral_id = await examined(world, MEDICAL)
    world.clock.forward(minutes=1)
    no = replace(MEDICAL, consent_id="T-no", decided_at=world.clock.now(), choice=Choice.REFUSED)
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(no),))
    await pool.request_information(
        world.pool, referral_id, SECOND_PHYSICIAN, m.InformationKind.MEDICAL_DATA, employee_decided_at=world.clock.now()
    )
    await world.settle()
    case = await world.case(world.ohs, CASE)
    (asked,) = case.referrals[-1].requests
    assert (asked.is_answered, asked.outcome) == (False, None)
    record = referral_record(case, case.referrals[-1])["information_requests"][0]
    assert [told["consent"] for told in record["told_consents"]] == [MEDICAL.consent_id]
    assert (record["standing"], record["decided_by"]) == ("refused", "T-no")
    with pytest.raises(RefusedError) as refused:
        await provide_information(world.ohs, referral_id, asked.request_id, FIRST_PHYSICIAN, asked.asked, "Geheim.")
    assert refused.value.code == "medical-not-permitted"


async def test_r30_work_circumstances_need_no_consent(world: World):
    referral_id = await examined(world)
    await pool.request_information(
        world.pool, referral_id, SECOND_PHYSICIAN, m.InformationKind.WORK_CIRCUMSTANCES, employee_decided_at=None
    )
    await world.settle()
    asked = (await world.case(world.ohs, CASE)).referrals[-1].requests[-1]
    await provide_information(
        world.ohs, referral_id, asked.request_id, FIRST_PHYSICIAN, m.InformationKind.WORK_CIRCUMSTANCES, "Magazijn."
    )
    await world.settle()
    assert [d.text for d in (await world.case(world.pool, referral_id)).referrals[-1].documents] == ["Magazijn."]


async def test_r37_a_decline_is_erased_and_the_second_preference_needs_new_consent(world: World):
    referral_id = await referred(world)
    await pool.decline_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.SO_DECLINED
    with pytest.raises(RefusedError) as refused:
        await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    assert refused.value.code == "contact-consent-other-recipient"
    world.clock.forward(hours=1)
    fresh = consent(Purpose.CONTACT_TO_SO, OTHER_POOL.party_id, at=world.clock.now())
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(fresh),))
    await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    await world.settle()
    case = await world.case(world.ohs, CASE)
    assert [r.partner for r in case.referrals] == [POOL.party_id, OTHER_POOL.party_id]
    at_other = await world.case(world.parties[OTHER_POOL.party_id], case.referrals[-1].referral_id)
    assert at_other.referrals[-1].state is BusinessStatus.REFERRED


async def test_r5_a_physician_who_is_not_independent_loses_the_referral(world: World):
    referral_id = await referred(world)
    theirs = replace(SECOND, other_organisations=(), organisation=OHS.party_id)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, theirs)
    await world.settle()
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.WITHDRAWN
    assert await world.steps(world.pool, referral_id) == []


async def test_r5_r37_the_physician_of_a_breached_option_loses_the_referral(world: World):
    referral_id = await referred(world)
    breach = s.IndependenceBreached(at=world.clock.now(), by=FIRST_PHYSICIAN, option_id="opt-1", reason="Nevenfunctie.")
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (breach,))
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await world.settle()
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.WITHDRAWN
    refused = [x for x in await world.steps(world.ohs, CASE) if isinstance(x, s.ActionRefused)]
    assert [step.reason for step in refused] == ["option-not-independent"]
    assert await world.steps(world.pool, referral_id) == []


async def test_a_withdrawn_request_always_takes_effect(world: World):
    referral_id = await referred(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await world.settle()
    assert await state(world, world.pool, referral_id, referral_id) is BusinessStatus.WITHDRAWN


async def test_a_duplicate_delivery_has_no_second_effect_and_the_same_receipt(world: World):
    referral_id = await referred(world)
    first = next(d for s, d in world.deliveries if s is world.pool)
    before = await world.steps(world.pool, referral_id)
    await receive(world.pool, first)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == before


async def test_messages_out_of_order_wait_for_each_other(world: World):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    async with world.pool.store.begin() as work:
        items = [item for item in await work.outbox() if item.kind is not m.Kind.RECEIPT]
    as_delivery = [Delivery(i.message_id, POOL.party_id, POOL.party_id, i.recipient, i.body) for i in items]
    await receive(world.ohs, as_delivery[1])
    async with world.ohs.store.begin() as work:
        parked = await work.inbox_item(POOL.party_id, items[1].message_id)
    assert parked is not None
    assert parked.state is InboxState.PARKED
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.REFERRED
    await receive(world.ohs, as_delivery[0])
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.SO_STARTED


async def test_what_cannot_be_opened_is_quarantined_and_the_sender_told(world: World):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    async with world.pool.store.begin() as work:
        item = next(i for i in await work.outbox() if i.kind is m.Kind.REFERRAL_ACCEPTED)
    broken = Delivery(item.message_id, POOL.party_id, POOL.party_id, OHS.party_id, item.body[:-4] + b"AAAA")
    await receive(world.ohs, broken)
    async with world.ohs.store.begin() as work:
        held = await work.quarantine()
    assert len(held) == 1
    assert await state(world, world.ohs, CASE, referral_id) is BusinessStatus.REFERRED


async def test_no_receipt_in_time_sends_the_same_bytes_again(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await relay_once(world.ohs)
    assert world.seen() == 1
    assert await relay_once(world.ohs) == 0
    world.clock.at += world.ohs.terms.receipt_within + timedelta(seconds=1)
    await relay_once(world.ohs)
    assert world.seen() == 2
    bodies = (
        list(world.broker.bodies) if not isinstance(world.broker.bodies, dict) else list(world.broker.bodies.values())
    )
    assert len({bytes(b) for b in bodies}) == 1


async def test_submitting_again_adds_nothing_and_refers_once(world: World):
    await referred(world)
    again = await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    assert again.added == 0
    assert [r.code for r in again.refusals] == ["referral-active"]


@pytest.mark.parametrize("ended", [False, True], ids=["not accepted", "stopped"])
async def test_r39_no_draft_is_discussed_of_a_referral_that_is_not_under_way(world: World, ended: bool):
    """What is recorded with the act does not make it fit."""
    referral_id = await referred(world)
    if ended:
        await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
        await pool.stop_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    before = (await world.case(world.pool, referral_id)).referrals[-1]
    with pytest.raises(RefusedError) as refused:
        await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    assert refused.value.code == "wrong-state"
    assert (await world.case(world.pool, referral_id)).referrals[-1] == before
