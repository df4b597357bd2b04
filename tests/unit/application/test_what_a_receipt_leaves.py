"""What a message that is taken in leaves behind: its receipt, before or behind what it leads to, and its case held."""

from datetime import timedelta

import pytest

from adapters.memory.store_work import MemoryUnitOfWork
from gateway.application.compose_message import Draft, compose
from gateway.application.conduct_referral import decline_referral
from gateway.application.receive_message import read_delivery, receive_all
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.messages import Kind, Receipt, ReceiptVerdict
from gateway.ports.store import GATEWAY_CASE
from gateway.ports.transport import Delivery
from tests.support import stages
from tests.support.world import OHS, POOL, SECOND_PHYSICIAN, START, World, accepted_case

SYSTEM = s.Actor(s.ActorRole.SYSTEM, POOL.party_id)


async def test_a_message_alone_is_answered_before_what_it_leads_to(world: World):
    referral_id = await stages.referred(world)
    await decline_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)
    await world.settle()
    async with world.ohs.store.look() as work:
        kinds = [item.kind for item in await work.outbox()]
    assert kinds[:3] == [Kind.REFERRAL_REQUESTED, Kind.RECEIPT, Kind.ERASURE_REQUESTED]


async def test_two_messages_that_come_together_share_a_receipt(world: World):
    for number in range(2):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    async with world.ohs.store.look() as work:
        items = await work.outbox()
    came = [Delivery(i.message_id, OHS.party_id, OHS.party_id, i.recipient, i.body) for i in items]
    await receive_all(world.pool, [read_delivery(world.pool, delivery) for delivery in came])
    async with world.pool.store.look() as work:
        assert [item.kind for item in await work.outbox()] == [Kind.RECEIPT]


async def test_a_receipt_is_on_record_with_the_case_that_it_is_about(world: World):
    await stages.referred(world)
    async with world.ohs.store.look() as work:
        [receipt] = [item for item in await work.inbox() if item.kind is Kind.RECEIPT]
    assert receipt.case_id == stages.CASE


async def test_the_case_of_what_a_receipt_settles_is_held_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch):
    held: list[set[str]] = []

    async def hold(_: MemoryUnitOfWork, case_ids) -> None:
        held.append(set(case_ids))

    await submit_case(world.ohs, stages.CASE, accepted_case())
    monkeypatch.setattr(MemoryUnitOfWork, "hold", hold)
    await world.settle()
    assert held[-1] == {stages.CASE}


async def test_a_receipt_that_settles_nothing_more_leaves_nothing_behind(world: World):
    await stages.referred(world)
    async with world.ohs.store.look() as work:
        [sent] = await work.outbox()
        before = await work.witnessed(POOL.party_id), await work.inbox()
    note = world.pool.notary.sign(Checkpoint(99, "ab" * 32), START + timedelta(hours=1)).note
    again = Receipt(sent.message_id, sent.digest, ReceiptVerdict.OK, "accepted", START, note)
    async with world.pool.store.begin() as work:
        await compose(world.pool, work, Draft(again, OHS.party_id, GATEWAY_CASE, SYSTEM))
    await world.settle()
    async with world.ohs.store.look() as work:
        assert (await work.witnessed(POOL.party_id), await work.inbox()) == before
