"""R37: who answered a referral has it; a receipt that refuses it afterwards ends nothing, and a person hears (ADR 74)."""

from dataclasses import replace

import pytest

from gateway.application.request_erasure import request_erasure
from gateway.application.watch_alerts import facts_of
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.protocol import BusinessStatus
from gateway.domain.receipts import NOT_OPENED, digest_of_body
from gateway.ports.store import OutboxItem, OutboxState
from tests.support import stages
from tests.support.skipping import insist
from tests.support.world import EMPLOYEE, FIRST_PHYSICIAN, POOL, World


async def without_receipt(world: World, kind: m.Kind) -> OutboxItem:
    """Let a message of the arbodienst stand as if its receipt never came."""
    async with world.ohs.store.begin() as work:
        (item,) = [one for one in await work.outbox() if one.kind is kind]
        item = replace(item, state=OutboxState.SENT)
        await work.update_outbox(item)
    return item


async def refused_by_receipt(world: World, kind: m.Kind, code: str) -> OutboxState:
    """The pool refuses it after all; the state of the message afterwards."""
    item = await without_receipt(world, kind)
    digest = digest_of_body(item.body) if code == NOT_OPENED else item.digest
    refusal = m.Receipt(item.message_id, digest, m.ReceiptVerdict.FATAL_ERROR, code, world.clock.now())
    await insist(world.pool, world.ohs, refusal)
    async with world.ohs.store.look() as work:
        after = await work.outbox_item(item.message_id)
    assert after is not None
    return after.state


async def sent(world: World, kind: m.Kind) -> int:
    async with world.ohs.store.look() as work:
        return sum(item.kind is kind for item in await work.outbox())


@pytest.mark.parametrize("code", ["wrong-state", NOT_OPENED, "sequence-used"])
async def test_a_referral_that_the_pool_works_on_goes_on_and_its_refusal_is_told(world: World, code: str):
    """It became stopped, or was withdrawn, and the pool was told of nothing that the employee took back later."""
    referral_id = await stages.started(world)
    assert await refused_by_receipt(world, m.Kind.REFERRAL_REQUESTED, code) is OutboxState.REFUSED
    referral = (await world.case(world.ohs, stages.CASE)).referral(referral_id)
    assert referral is not None
    assert referral.state is BusinessStatus.SO_STARTED
    assert await sent(world, m.Kind.REFERRAL_WITHDRAWN) == 0
    told = [step for step in await world.steps(world.ohs, stages.CASE) if isinstance(step, s.MessageDelivered)]
    assert (told[-1].kind, told[-1].reason) == (m.Kind.REFERRAL_REQUESTED, code)
    async with world.ohs.store.look() as work:
        assert ("message-refused", POOL.party_id) in await facts_of(work, world.clock.now())
    await withdraw_consent(world.ohs, stages.CASE, stages.CONTACT.consent_id, EMPLOYEE)
    await world.settle()
    assert (await world.case(world.pool, referral_id)).referrals[-1].state is BusinessStatus.WITHDRAWN


@pytest.mark.parametrize("code", ["wrong-state", NOT_OPENED, "sequence-used"])
async def test_a_request_to_erase_that_was_answered_is_not_undone_nor_said_again(world: World, code: str):
    referral_id = await stages.stopped(world)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    before = (await world.case(world.ohs, stages.CASE)).referral(referral_id)
    assert before is not None
    assert before.erasure_confirmed_at is not None
    await refused_by_receipt(world, m.Kind.ERASURE_REQUESTED, code)
    assert (await world.case(world.ohs, stages.CASE)).referral(referral_id) == before
    assert await sent(world, m.Kind.ERASURE_REQUESTED) == 1


@pytest.mark.parametrize(("code", "state"), [("wrong-state", "stopped"), (NOT_OPENED, "withdrawn")])
async def test_a_referral_that_nobody_answered_ends_by_its_refusal(world: World, code: str, state: str):
    referral_id = await stages.referred(world)
    await refused_by_receipt(world, m.Kind.REFERRAL_REQUESTED, code)
    referral = (await world.case(world.ohs, stages.CASE)).referral(referral_id)
    assert referral is not None
    assert referral.state == state
