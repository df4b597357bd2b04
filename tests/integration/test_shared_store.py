"""Several workers of one party on one store: relays as processes that are killed and frozen, consumers that race."""

import asyncio
import random
import signal
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.alerts import LogAlerts
from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from gateway.application import conduct_referral as pool
from gateway.application.receive_message import receive
from gateway.application.relay_outbox import relay_once
from gateway.application.submit_case import submit_case
from gateway.application.watch_alerts import watch
from gateway.domain import messages as m
from gateway.domain.errors import TemporaryError
from gateway.ports.services import DeliveryTerms, Services
from gateway.ports.store import InboxState, OutboxState, Route
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement
from tests.contract.test_store import outgoing
from tests.support.world import OHS, POOL, SECOND, SECOND_PHYSICIAN, accepted_case

ROOT = Path(__file__).parents[2]
CLAIM = timedelta(seconds=1)
PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from gateway.entrypoints.loop import run
from tests.integration.test_shared_store import work
run(work(*sys.argv[1:]))
"""


class Now:
    def now(self):
        return datetime.now(UTC)


class Wire:
    """Writes down what is published: one line, in one write."""

    is_consuming = True

    def __init__(self, path: str, name: str, outcome: PublishOutcome) -> None:
        self._path = path
        self._name = name
        self._outcome = outcome

    def reach(self, _: Lane) -> bool:
        return True

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        if self._outcome is PublishOutcome.FAULTY:
            say("holding")
            await asyncio.sleep(0.5)
        else:
            await asyncio.sleep(0.001)
            self._write(parcel)
        return self._outcome

    def _write(self, parcel: Parcel) -> None:
        with Path(self._path).open("a") as wire:
            wire.write(f"{self._name} {parcel.message_id}\n")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def new_store(url):
    return SqlStore(url, AesVault(bytes(32)), Now(), patience=30)


def relay_services(store, wire):
    nothing = {"party": OHS, "sealer": None, "notary": None, "mapper": None, "policy": None, "new_id": None}
    terms = DeliveryTerms(claim_for=CLAIM)
    return Services(store=store, transport=wire, clock=Now(), jitter=lambda: 0.0, terms=terms, **nothing)


async def work(url: str, path: str, name: str, outcome: str) -> None:
    """A relay in a process of its own, until nothing is left to send."""
    store = new_store(url)
    await store.open()
    services = relay_services(store, Wire(path, name, PublishOutcome(outcome)))
    while True:
        await relay_once(services)
        async with store.begin() as unit:
            if all(item.state is not OutboxState.PENDING for item in await unit.outbox()):
                break
        if outcome == "faulty":
            break
        await asyncio.sleep(0.02)
    say("done")
    await store.close()


async def start(url, path, name, outcome="confirmed"):
    arguments = (PROGRAM.format(root=str(ROOT)), url, str(path), name, outcome)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", *arguments, stdout=asyncio.subprocess.PIPE
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
async def store(url):
    made = new_store(url)
    await made.open()
    yield made
    await made.close()


async def fill(store, conversations, length):
    now = datetime.now(UTC)
    async with store.begin() as unit:
        for place in range(length):
            for conversation in range(conversations):
                await unit.enqueue(
                    replace(
                        outgoing(0, sequence=place + 1, referral_id=f"referral-{conversation}"),
                        message_id=f"{conversation}-{place}",
                        case_id=f"case-{conversation}",
                        next_attempt_at=now,
                        created_at=now,
                    )
                )


async def outbox(store):
    async with store.look() as unit:
        return await unit.outbox()


def sent(path):
    """Who published which message, in order."""
    return [line.split() for line in path.read_text().splitlines()]


async def test_two_relays_send_everything_once_and_each_conversation_in_order(url, store, tmp_path):
    await fill(store, conversations=6, length=4)
    wire = tmp_path / "wire"
    workers = [await start(url, wire, name) for name in ("one", "two")]
    await asyncio.gather(*(worker.communicate() for worker in workers))
    assert [worker.returncode for worker in workers] == [0, 0]
    places = defaultdict(list)
    for _, message_id in sent(wire):
        conversation, place = message_id.split("-")
        places[conversation].append(int(place))
    assert dict(places) == {str(conversation): [0, 1, 2, 3] for conversation in range(6)}
    assert {(item.state, item.attempts, item.owner) for item in await outbox(store)} == {(OutboxState.SENT, 1, None)}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_relay_that_is_killed_or_frozen_is_taken_over_and_its_late_word_changes_nothing(
    url, store, tmp_path, end
):
    await fill(store, conversations=3, length=2)
    wire = tmp_path / "wire"
    victim = await start(url, wire, "victim", "faulty")
    await victim.stdout.readline()
    victim.send_signal(end)
    claimed = [item for item in await outbox(store) if item.owner]
    assert len(claimed) == 3
    other = await start(url, wire, "other")
    await other.communicate()
    assert sorted(message_id for _, message_id in sent(wire)) == sorted(f"{c}-{p}" for c in range(3) for p in range(2))
    if end == signal.SIGSTOP:
        victim.send_signal(signal.SIGCONT)
        said, _ = await victim.communicate()
        assert said.endswith(b"done\n")
    await victim.wait()
    after = await outbox(store)
    assert {(item.state, item.owner) for item in after} == {(OutboxState.SENT, None)}
    assert sorted(item.attempts for item in after) == [1, 1, 1, 2, 2, 2]


async def test_who_was_frozen_between_claim_and_publish_publishes_nothing(store, tmp_path):
    await fill(store, conversations=1, length=1)
    wire = tmp_path / "wire"
    services = relay_services(store, Wire(str(wire), "frozen", PublishOutcome.CONFIRMED))
    late = replace(services, terms=replace(services.terms, claim_for=timedelta(0)))
    assert await relay_once(late) == 1
    assert not wire.exists()
    await asyncio.sleep(1.1)  # the first retry
    assert await relay_once(services) == 1
    assert len(sent(wire)) == 1


# What is decided once, whoever sees it


@pytest.fixture
async def two(store, url):
    """Two processes on one store, each with connections of its own."""
    other = new_store(url)
    await other.open()
    yield store, other
    await other.close()


async def test_processes_that_see_the_same_tell_it_once(two):
    now = datetime.now(UTC)
    async with two[0].begin() as unit:
        await unit.enqueue(replace(outgoing(1, state=OutboxState.UNDELIVERABLE), created_at=now))
    told = await asyncio.gather(
        *(watch(relay_services(store, None), (), LogAlerts("x"), "machine") for store in (*two, *two))
    )
    assert [alert.code for alerts in told for alert in alerts] == ["message-undeliverable"]


async def test_who_weighs_a_route_does_not_undo_a_pause_meanwhile(two):
    one, other = two
    partner = POOL.party_id
    async with one.begin() as unit:
        await unit.save_route(Route(partner, failures=1))
    async with one.begin() as unit:
        route = await unit.hold_route(partner)
        pausing = asyncio.create_task(pause(other, partner))
        await asyncio.sleep(0.05)
        await unit.save_route(replace(route, failures=2))
    await pausing
    async with one.look() as unit:
        route = await unit.route(partner)
    assert (route.failures, route.paused_because) == (2, "moving house")


async def pause(store, partner):
    async with store.begin() as unit:
        route = await unit.hold_route(partner)
        await unit.save_route(replace(route, paused_at=datetime.now(UTC), paused_because="moving house"))


# Consumers


@pytest.fixture
async def consumers(world, url):
    """The arbodienst as two processes on one store, each with connections of its own."""
    stores = [new_store(url) for _ in range(2)]
    await asyncio.gather(*(store.open() for store in stores))
    async with world.ohs.store.look() as unit:
        partners = await unit.partners()
    async with stores[0].begin() as unit:
        for partner in partners:
            await unit.save_partner(partner)
    yield [replace(world.ohs, store=store) for store in stores]
    for store in stores:
        await store.close()


async def deliveries_of(services, recipient):
    async with services.store.look() as unit:
        items = [item for item in await unit.outbox() if item.kind is not m.Kind.RECEIPT]
    us = services.party.party_id
    return [Delivery(item.message_id, us, us, recipient, item.body) for item in items]


async def stored(services, delivery):
    """As a broker does: what could not be stored comes again."""
    while True:
        try:
            assert await receive(services, delivery) is Settlement.ACK
        except TemporaryError:
            await asyncio.sleep(0.01)
        else:
            return


@pytest.mark.parametrize("seed", range(3))
async def test_consumers_that_get_everything_twice_and_in_any_order_have_each_effect_once(world, consumers, seed):
    one, two = consumers
    cases = [f"case-{number}" for number in range(2)]
    for case_id in cases:
        await submit_case(one, case_id, accepted_case())
    for delivery in await deliveries_of(one, POOL.party_id):
        await stored(world.pool, delivery)
    async with world.pool.store.look() as unit:
        referrals = await unit.case_ids()
    assert len(referrals) == len(cases)
    for referral_id in referrals:
        await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
        for milestone in (m.Milestone.APPOINTMENT_PLANNED, m.Milestone.SO_STARTED):
            due = world.clock.now() + timedelta(days=3)
            await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, milestone, due_at=due)
    twice = [*(answers := await deliveries_of(world.pool, OHS.party_id)), *answers]
    assert len(answers) == 6
    random.Random(seed).shuffle(twice)
    await asyncio.gather(*(stored(consumers[number % 2], delivery) for number, delivery in enumerate(twice)))

    async with two.store.begin() as unit:
        inbox, sent_out = await unit.inbox(), await unit.outbox()
        steps = {case_id: [step.code for step in await unit.steps(case_id)] for case_id in cases}
        entries = [entry.sequence for case_id in cases for entry in await unit.entries(case_id)]
        size = (await unit.checkpoint()).size
    assert {item.state for item in inbox} == {InboxState.PROCESSED}
    assert sorted(item.message_id for item in inbox) == sorted(delivery.message_id for delivery in answers)
    receipts = [item for item in sent_out if item.kind is m.Kind.RECEIPT]
    assert {item.receipt_id for item in inbox} == {item.message_id for item in receipts}
    opened = (world.pool.sealer.open(item.body, at=world.clock.now()).payload for item in receipts)
    told = [
        message_id for payload in opened for message_id in world.pool.mapper.from_bundle(payload).content.message_ids
    ]
    assert sorted(told) == sorted(delivery.message_id for delivery in answers), "each once, alone or with others"
    for codes in steps.values():
        assert codes[-3:] == ["referral-accepted", "milestone-reached", "milestone-reached"]
    assert sorted(entries) == list(range(1, size + 1))
