"""A partner whose encryption keys are gone: what the employee decides counts at once, and is told when it may be (R27)."""

from dataclasses import replace

import pytest

from adapters.keyrings.manifests import issue_manifest
from gateway.application.answer_information import provide_information
from gateway.application.answer_right import grant_right, request_right
from gateway.application.conduct_referral import stop_referral
from gateway.application.discard_message import discard_message
from gateway.application.relay_outbox import relay_once
from gateway.application.request_erasure import request_erasure
from gateway.application.submit_case import preview, submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose, Standing
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.standing import standing_of
from gateway.entrypoints.workers.held import HeldWorker
from gateway.ports.store import OutboxItem, OutboxState
from tests.support import stages
from tests.support.skipping import heard, insist
from tests.support.stages import CASE
from tests.support.world import (
    BACK_OFFICE,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OPERATOR,
    POOL,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    request,
)


def lose_keys(world: World) -> None:
    """The pool publishes no encryption key any more, and the arbodienst takes its manifest."""
    ring, now = world.pool.sealer._keyring, world.clock.now()
    left = [entry for entry in ring._entries if entry.use != "enc"]
    made = issue_manifest(POOL.party_id, ring.manifest().counter + 1, int(now.timestamp()), ring._identity, left)
    world.ohs.sealer._partners.update(POOL.party_id, made.token)


def make_keys(world: World) -> None:
    """It has new ones, and the arbodienst takes them."""
    ring = world.pool.sealer._keyring
    for _ in range(2):
        ring.rotate(world.clock.now(), at_once=True)
        world.clock.forward(minutes=1)
    world.ohs.sealer._partners.update(POOL.party_id, ring.manifest().token)


async def waiting(world: World) -> list[OutboxItem]:
    async with world.ohs.store.look() as work:
        return [item for item in await work.outbox() if item.state is OutboxState.PENDING]


async def answer(world: World, referral_id: str) -> None:
    number = await stages.request_of(world, referral_id)
    reasoning = m.InformationKind.REASONING
    await provide_information(world.ohs, referral_id, number, FIRST_PHYSICIAN, reasoning, "Mijn onderbouwing.")


async def later(world: World) -> None:
    world.clock.forward(seconds=world.ohs.terms.longest_retry.total_seconds())
    await world.settle()


async def test_r27_a_consent_is_withdrawn_at_once_and_told_when_there_is_a_key(world: World):
    referral_id = await stages.started(world)
    (known,) = [c for c in (await world.case(world.ohs, CASE)).consents if c.purpose is Purpose.MEDICAL_TO_SO]
    lose_keys(world)
    await withdraw_consent(world.ohs, CASE, known.consent_id, EMPLOYEE)
    case = await world.case(world.ohs, CASE)
    referral = case.referral(referral_id)
    assert referral is not None
    standing = standing_of(case, Purpose.MEDICAL_TO_SO, referral.recipient, world.clock.now(), referral=referral)
    assert standing.standing is Standing.WITHDRAWN
    await world.settle()
    (item,) = await waiting(world)
    assert (item.kind, item.body, item.reason) == (m.Kind.CONSENT_WITHDRAWN, b"", "partner-key-missing")
    world.clock.forward(days=15)
    await world.settle()
    assert [item.state for item in await waiting(world)] == [OutboxState.PENDING], "it is not given up"
    make_keys(world)
    await later(world)
    assert await waiting(world) == []
    told = [step for step in await world.steps(world.pool, referral_id) if isinstance(step, s.ConsentWithdrawn)]
    assert [step.consent_id for step in told] == [known.consent_id]


async def test_r27_a_request_is_withdrawn_and_erased_later(world: World):
    referral_id = await stages.started(world)
    lose_keys(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    make_keys(world)
    await later(world)
    assert await world.steps(world.pool, referral_id) == []
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert referral is not None
    assert referral.erasure_confirmed_at is not None


async def test_what_discloses_is_refused_and_nothing_is_kept_for_later(world: World):
    referral_id = await stages.asked(world)
    lose_keys(world)
    with pytest.raises(OperatorError) as refused:
        await answer(world, referral_id)
    assert refused.value.code == "partner-key-missing"
    assert await waiting(world) == []


async def test_one_partner_without_a_key_does_not_stop_the_relay(world: World):
    """An answer that may not go any more is replaced by a message that cannot be sealed: others go all the same."""
    referral_id = await stages.asked(world)
    await answer(world, referral_id)
    lose_keys(world)
    asked = await request_right(world.ohs, CASE, s.Right.RESTRICTION, FIRST_PHYSICIAN)
    await grant_right(world.ohs, CASE, asked.request_id, FIRST_PHYSICIAN)
    await relay_once(world.ohs)
    async with world.ohs.store.look() as work:
        kinds = {item.kind: item.state for item in await work.outbox()}
    assert kinds[m.Kind.INFORMATION_PROVIDED] is OutboxState.DROPPED
    assert kinds[m.Kind.INFORMATION_DECLINED] is OutboxState.PENDING


async def test_what_a_partner_without_a_key_says_counts_and_its_receipt_comes_later(world: World):
    referral_id = await stages.started(world)
    lose_keys(world)
    await stop_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    await world.settle()
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert referral is not None
    assert referral.state is BusinessStatus.STOPPED
    make_keys(world)
    world.clock.forward(hours=1)
    await world.settle()
    async with world.pool.store.look() as work:
        (said,) = [item for item in await work.outbox() if item.kind is m.Kind.REFERRAL_STOPPED]
    assert said.state is OutboxState.DELIVERED


async def test_what_waits_for_a_key_is_settled_by_no_word_and_given_up_by_a_person_after_a_week(world: World):
    await stages.started(world)
    lose_keys(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    (item,) = await waiting(world)
    lie = m.Receipt(item.message_id, "", m.ReceiptVerdict.OK, "accepted", world.clock.now())
    assert (await insist(world.pool, world.ohs, lie, None)).code == "receipt-for-nothing"
    with pytest.raises(RefusedError) as refused:
        await discard_message(world.ohs, item.message_id, "Zij komen niet terug.", OPERATOR)
    assert refused.value.code == "message-not-stuck"
    world.clock.forward(days=8)
    assert await discard_message(world.ohs, item.message_id, "Zij komen niet terug.", OPERATOR) == (
        item.message_id,
        "dropped",
    )
    assert await waiting(world) == []


async def test_r27_an_export_that_takes_back_and_corrects_counts_and_the_correction_is_told_later(world: World):
    """What cannot be told yet, contact data, keeps nothing that the employee decided from the record."""
    referral_id = await stages.started(world)
    lose_keys(world)
    refused = replace(stages.MEDICAL, consent_id="NEE-1", choice=Choice.REFUSED, decided_at=world.clock.now())
    moved = replace(request().employee, telephone="+31 6 0000 0999")
    record = accepted_case(*stages.ALL, refused, employee=moved)
    submission = await submit_case(world.ohs, CASE, record)
    assert submission.corrected == ()
    case = await world.case(world.ohs, CASE)
    assert "NEE-1" in {consent.consent_id for consent in case.consents}
    (item,) = await waiting(world)
    assert item.kind is m.Kind.CONSENT_WITHDRAWN, "the pool hears of it when there is a key"
    make_keys(world)
    await later(world)
    assert (await submit_case(world.ohs, CASE, record)).corrected == (POOL.party_id,)
    await world.settle()
    referral = (await world.case(world.pool, referral_id)).referral(referral_id)
    assert referral is not None
    assert referral.referral is not None
    assert referral.referral.patient.telephone == "+31 6 0000 0999"


async def test_r27_a_record_is_kept_when_its_referral_cannot_be_sealed(world: World):
    lose_keys(world)
    submission = await submit_case(world.ohs, CASE, accepted_case(*stages.ALL))
    assert [refusal.code for refusal in submission.refusals] == ["partner-key-missing"]
    case = await world.case(world.ohs, CASE)
    assert (len(case.consents), case.referrals) == (len(stages.ALL), ())
    make_keys(world)
    assert (await submit_case(world.ohs, CASE, accepted_case(*stages.ALL))).message_id is not None


async def test_a_preview_tells_that_a_referral_cannot_be_sealed(world: World):
    lose_keys(world)
    plan = await preview(world.ohs, CASE, accepted_case(*stages.ALL), BACK_OFFICE)
    assert [refusal.code for refusal in plan.refusals] == ["partner-key-missing"]


async def test_r27_keys_that_simply_end_keep_nothing_from_being_taken_back(world: World):
    await stages.started(world)
    world.clock.forward(days=91)
    world.ohs.sealer._keyring.rotate(world.clock.now(), at_once=True)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    assert (await world.case(world.ohs, CASE)).withdrawn_at is not None
    assert [(item.kind, item.body) for item in await waiting(world)] == [(m.Kind.REFERRAL_WITHDRAWN, b"")]


async def test_a_gap_of_a_partner_without_a_key_is_given_up_and_stops_no_other_work(world: World):
    referral_id = await stages.started(world)
    moved = m.MilestoneNotice(m.Milestone.APPOINTMENT_PLANNED, world.clock.now())
    early = await insist(world.pool, world.ohs, moved, referral_id, later=5)
    assert early.state == "parked"
    lose_keys(world)
    world.clock.forward(days=6, hours=2)
    asked = m.InformationRequest("V-1", m.InformationKind.MEDICAL_DATA, world.clock.now())
    async with world.ohs.store.begin() as work:
        step = s.ConsentRefused(
            at=world.clock.now(), by=EMPLOYEE, consent=replace(stages.MEDICAL, choice=Choice.REFUSED)
        )
        await work.append(CASE, (step,))
    assert (await insist(world.pool, world.ohs, asked, referral_id)).state == "processed"
    world.clock.forward(days=5)
    await HeldWorker(world.ohs, lambda: None).look()
    told = await heard(world.ohs, POOL.party_id, early.message_id)
    assert (told.state, told.code) == ("refused", "gap-not-filled")
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert referral is not None
    assert [request.is_answered for request in referral.requests] == [True]
