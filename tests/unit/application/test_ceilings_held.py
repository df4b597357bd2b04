"""Quarantine: a ceiling per partner and one for all strangers, no bodies of strangers, and lists that read no bodies."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.sql.quarantine import QuarantinePart
from gateway.application import replay_message as replay_module
from gateway.application.discard_message import discard_message
from gateway.application.pause_partner import pause_partner
from gateway.application.quarantine_message import Fault, quarantine
from gateway.application.receive_message import Unreadable, receive
from gateway.application.replay_message import replay_message, replay_what_passed
from gateway.application.watch_alerts import ceiling_facts
from gateway.domain import messages as m
from gateway.domain.ceilings import STRANGERS, Ceilings
from gateway.domain.errors import RefusedError
from gateway.entrypoints.cli.message_view import record
from gateway.ports.clock import Clock
from gateway.ports.store import GATEWAY_CASE, Amount, MessageQuery, OutboxState, QuarantineItem, QuarantineState
from gateway.ports.transport import Lane
from tests.support.hostile import garbage, held, inject, on_disk, reached, referred, renewed, sealed
from tests.support.world import OHS, OPERATOR, POOL, SECOND, World

MIB = 1024 * 1024


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await on_disk(await World().open(), tmp_path, ceilings=Ceilings(held_per_partner=3))
    yield world
    await world.close()


async def receipts(world: World) -> int:
    async with world.ohs.store.look() as work:
        return len([item for item in await work.outbox() if item.kind.value == "receipt"])


async def test_a_partner_fills_its_own_place_and_no_more(world: World):
    for number in range(5):
        await receive(world.ohs, garbage(b"noise %d" % number))
    assert len(await held(world.ohs)) == 3
    assert await receipts(world) == 3, "what is not kept is not answered, so that its sender sends it again"
    assert reached(world.ohs) == [(POOL.party_id, "held")]
    assert ceiling_facts(world.ohs, "here") == [("ceiling-reached", f"{POOL.party_id} held here")]


async def test_the_bytes_of_a_partner_have_a_ceiling_too(world: World):
    world.parties["arbo-lindehof"] = replace(world.ohs, ceilings=Ceilings(held_bytes_per_partner=2 * MIB))
    for number in range(4):
        await receive(world.ohs, garbage(bytes([number]) * (MIB - 10)))
    assert len(await held(world.ohs)) == 2
    async with world.ohs.store.look() as work:
        assert await work.held_of(POOL.party_id) == Amount(2, 2 * (MIB - 10))


async def test_what_comes_to_be_held_has_a_ceiling_by_the_day_whatever_became_of_it(world: World):
    """What is held, taken in and held again left a row, a body, two steps and a receipt each, without end."""
    await renewed(world, OHS.party_id, replace(world.ohs, ceilings=Ceilings(held_per_day=2)))
    for number in range(2):
        await receive(world.ohs, garbage(b"noise %d" % number))
        await discard_message(world.ohs, (await held(world.ohs))[-1].item_id, "ruis", OPERATOR)
    await receive(world.ohs, garbage(b"one more"))
    assert len(await held(world.ohs)) == 2
    assert reached(world.ohs) == [(POOL.party_id, "held")]
    await receive(world.ohs, garbage(b"other", "praktijk-wiarda"))
    assert [item.sender for item in await held(world.ohs)].count("praktijk-wiarda") == 1
    world.clock.forward(hours=24, minutes=1)
    await receive(world.ohs, garbage(b"one more"))
    assert [item.sender for item in await held(world.ohs)].count(POOL.party_id) == 3


@dataclass
class Ahead(Clock):
    """Just beyond the leeway."""

    right: Clock

    def now(self) -> datetime:
        return self.right.now() + timedelta(seconds=400)


async def test_receipts_that_come_too_early_are_settled_at_once_or_leave_nothing(world: World):
    referral_id = await referred(world)
    async with world.ohs.store.look() as work:
        (sent,) = [item for item in await work.outbox() if item.kind is m.Kind.REFERRAL_REQUESTED]
        before = len(await work.steps(GATEWAY_CASE)), len(await work.outbox()), len(await work.inbox())
    assert sent.state is OutboxState.DELIVERED
    ahead = replace(world.pool, clock=Ahead(world.clock))
    again = m.Receipt(sent.message_id, sent.digest, m.ReceiptVerdict.OK, "accepted", ahead.clock.now())
    for _ in range(5):
        await inject(world, again, None, side=ahead)
    assert await held(world.ohs) == []
    async with world.ohs.store.begin() as work:
        await work.update_outbox(replace(sent, state=OutboxState.SENT))
        after = len(await work.steps(GATEWAY_CASE)), len(await work.outbox()), len(await work.inbox())
    assert after == before
    await inject(world, again, None, side=ahead)
    async with world.ohs.store.look() as work:
        assert (await work.outbox_item(sent.message_id)).state is OutboxState.DELIVERED
    await inject(world, m.Acceptance(SECOND), referral_id, side=ahead)
    assert [item.reason for item in await held(world.ohs)] == ["not-yet-valid"], "any other word waits for its time"


async def test_one_look_tries_no_more_than_some_of_what_came_too_early(world: World, monkeypatch):
    """400 of them took 9.7 seconds, in the process that takes in everybody's messages."""
    monkeypatch.setattr(replay_module, "MOST_TRIED", 3)
    async with world.ohs.store.begin() as work:
        for number in range(10):
            item = QuarantineItem(
                f"item-{number}", "", POOL.party_id, Lane.CASES, b"%d" % number, "not-yet-valid", world.clock.now()
            )
            await work.save_quarantine(item)
    tried = set[bytes]()
    looks = list[int]()

    def read(_, delivery):
        looks[-1] += 1
        tried.add(delivery.body)
        return Unreadable(delivery, Fault("not-yet-valid"))

    monkeypatch.setattr(replay_module, "read_delivery", read)
    for _ in range(60):
        looks.append(0)
        assert await replay_what_passed(world.ohs) == 0
    assert set(looks) == {3}
    assert len(tried) == 10, "each has its turn"


async def test_what_an_operator_gave_up_makes_room_for_what_comes_again(world: World):
    deliveries = [garbage(b"noise %d" % number) for number in range(4)]
    for delivery in deliveries:
        await receive(world.ohs, delivery)
    await discard_message(world.ohs, (await held(world.ohs))[0].item_id, "ruis", OPERATOR)
    await receive(world.ohs, deliveries[-1])
    assert {item.message_id for item in await held(world.ohs)} == {delivery.message_id for delivery in deliveries}


async def test_a_partner_that_is_full_keeps_nobody_elses_out(world: World):
    for number in range(5):
        await receive(world.ohs, garbage(b"noise %d" % number))
    await receive(world.ohs, garbage(b"other", "praktijk-wiarda"))
    assert [item.sender for item in await held(world.ohs)].count("praktijk-wiarda") == 1


async def test_a_paused_partner_that_floods_fills_no_more_than_its_place(world: World):
    """Pausing keeps what is ours back; what comes is taken in as ever, under the same ceilings."""
    await pause_partner(world.ohs, POOL.party_id, "ze overspoelen ons", OPERATOR)
    for number in range(50):
        await receive(world.ohs, garbage(b"noise %d" % number))
    await world.settle()
    assert len(await held(world.ohs)) == 3
    assert await receipts(world) == 3


async def test_of_strangers_only_digest_and_size_are_kept_and_all_of_them_are_one(world: World):
    bodies = [b"stranger %d" % number * 1000 for number in range(5)]
    for number, body in enumerate(bodies):
        await receive(world.ohs, garbage(body, f"stranger-{number}"))
    found = await held(world.ohs)
    assert [(item.size, item.digest) for item in found] == [(len(b), sha256(b).hexdigest()) for b in bodies[:3]]
    async with world.ohs.store.look() as work:
        assert await work.held_of(STRANGERS) == Amount(3, 0)
        assert [(await work.quarantine_item(item.item_id)).body for item in found] == [b""] * 3
        shown = await record(work, found[0].item_id)
    assert (shown["bytes"], shown["is_kept"], shown["digest"]) == (len(bodies[0]), False, found[0].digest)
    assert reached(world.ohs) == [(STRANGERS, "held")]


async def test_what_was_not_kept_is_not_replayed_and_can_be_given_up(world: World):
    await receive(world.ohs, garbage(b"stranger", "stranger"))
    (item,) = await held(world.ohs)
    with pytest.raises(RefusedError) as caught:
        await replay_message(world.ohs, item.item_id, OPERATOR)
    assert caught.value.code == "message-not-kept"
    await discard_message(world.ohs, item.item_id, "onbekend", OPERATOR)
    assert [one.state for one in await held(world.ohs)] == [QuarantineState.DISCARDED]


async def test_lists_and_the_worker_read_one_body_at_a_time_and_only_where_it_is_needed(world: World):
    """Twelve bodies of 4 MiB; with all of them in memory the peak would be 48 MiB."""
    now = world.clock.now()
    async with world.ohs.store.begin() as work:
        for number in range(12):
            reason = "not-yet-valid" if number < 2 else "not-an-envelope"
            body = bytes([number]) * (4 * MIB)
            await work.save_quarantine(
                QuarantineItem(f"item-{number}", "", POOL.party_id, Lane.CASES, body, reason, now)
            )
        del body
    tracemalloc.start()
    async with world.ohs.store.look() as work:
        await work.message_list(MessageQuery())
        await work.backlog()
    listing = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    await replay_what_passed(world.ohs)
    trying = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert listing < MIB
    assert trying < 20 * MIB, "the sealed body, the opened one and what is made of it"


async def test_what_a_person_set_aside_stays_so_when_the_same_bytes_are_released(world: World):
    early = await sealed(world, m.Acceptance(SECOND), await referred(world))
    now, lane = world.clock.now(), early.lane
    async with world.ohs.store.begin() as work:
        for state in (QuarantineState.SET_ASIDE, QuarantineState.HELD):
            item = QuarantineItem(state, early.message_id, early.user_id, lane, early.body, "not-yet-valid", now, state)
            await work.save_quarantine(item)
    await receive(world.ohs, early)
    assert [one.state for one in await held(world.ohs)] == [QuarantineState.SET_ASIDE, QuarantineState.REPLAYED]


async def test_what_was_held_before_there_were_ceilings_is_listed_and_released(world: World, monkeypatch):
    """Rows of then have no digest, size or share."""
    referral_id = await referred(world)
    early = await sealed(world, m.Acceptance(SECOND), referral_id)
    sealed_row = QuarantinePart._quarantine_row

    def of_then(part, key, item):
        values = [item.message_id, item.sender, item.reason]
        row = sealed_row(part, key, item)
        return row | {"sealed": part._transaction.seal_values(key, values, "quarantine", item.item_id, "claims")}

    with monkeypatch.context() as then:
        then.setattr(QuarantinePart, "_quarantine_row", of_then)
        await quarantine(world.ohs, early, Fault("not-yet-valid"))
    (item,) = await held(world.ohs)
    assert (item.message_id, item.digest, item.share, item.size) == (early.message_id, "", "", 0)
    await receive(world.ohs, early)
    assert [one.state for one in await held(world.ohs)] == [QuarantineState.REPLAYED]
