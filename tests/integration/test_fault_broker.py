"""A broker that is killed, forgets a queue, blocks, loses patience or is soaked, with cases on their way."""

import asyncio
from dataclasses import replace

import pytest

from adapters.rabbitmq.topology import INBOX_POLICY
from gateway.ports.store import OutboxState
from tests.soak.run import Plan, soak
from tests.support.broker_handle import BrokerUnavailable
from tests.support.broker_node import NodeBroker, installed_broker, is_installed, node_broker
from tests.support.exchange import PARTIES, Exchange, exchange
from tests.support.world import OHS, POOL

CASES = ("released", "withheld")
PATIENCE = "application:set_env(rabbit, consumer_timeout, {}), application:set_env(rabbit, channel_tick_interval, {})."
"""How long the broker waits for an acknowledgement, and how often it looks, in milliseconds."""


@pytest.fixture(scope="module")
def broker():
    """A node of this file's own, whatever broker the others use, for it is killed."""
    try:
        if not is_installed():
            installed_broker().stop()
        node = node_broker()
    except BrokerUnavailable as reason:
        pytest.skip(str(reason))
    try:
        node.provision(*PARTIES)
        yield node
    finally:
        node.stop()


@pytest.fixture
async def both(broker: NodeBroker, tmp_path):
    here = broker.host, broker.port
    async with exchange(tmp_path, {OHS: here, POOL: here}) as opened:
        yield opened


async def test_a_killed_broker_loses_nothing_that_was_confirmed_and_the_rest_goes_again(both: Exchange, broker):
    ohs, pool = both.sites
    async with ohs.serving(), pool.serving():
        both.begin(*CASES)
        await both.delivered()
        await asyncio.to_thread(broker.kill)
        both.begin(*CASES)
        await asyncio.to_thread(broker.start)
        await both.end()


NO_PROBES = {
    "receipt_within_seconds": 15,
    "longest_retry_seconds": 600,
    "probe_seconds": 600,
    "open_after_failures": 3,
}
"""Where a probe or a long backoff is waited for, a test loses its patience."""


async def test_a_killed_broker_opens_no_circuit_and_what_waits_goes_as_soon_as_it_is_back(broker: NodeBroker, tmp_path):
    here = broker.host, broker.port
    async with exchange(tmp_path, {OHS: here, POOL: here}, **NO_PROBES) as both:
        ohs, pool = both.sites
        async with ohs.serving():
            both.begin(*CASES, *CASES)
            await _confirmed(both, 2 * len(CASES))
            await asyncio.to_thread(broker.kill)
            both.begin(*CASES)
            await both.submitted()
            await asyncio.sleep(NO_PROBES["receipt_within_seconds"])  # so the receipts of the first are overdue
            await asyncio.to_thread(broker.start)
            await _confirmed(both, 3 * len(CASES))
            assert await _failures(both) == 0
            async with pool.serving():
                await both.end()


async def test_an_inbox_that_a_killed_broker_forgot_heals_by_receipts_that_do_not_come(both: Exchange, broker):
    """A quorum queue younger than a second or two does not outlive SIGKILL on a single node (messaging.md fact 6)."""
    ohs, pool = both.sites
    async with ohs.serving():
        queue = f"in.{POOL.party_id}"
        await asyncio.to_thread(broker.ctl, "-p", "so", "delete_queue", queue)
        await asyncio.to_thread(broker.import_definitions, _inbox(queue))
        both.begin(*CASES)
        await _confirmed(both, len(CASES))
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        # Where the node still lists a queue it cannot serve, its operator removes it and applies the topology again.
        await asyncio.to_thread(_forget, broker, queue)
        async with pool.serving():
            ledger = await both.end()
    assert ledger.resent >= len(CASES)


def _inbox(name: str) -> dict:
    queue = {"name": name, "vhost": "so", "durable": True, "auto_delete": False}
    bound = {"source": "msg", "vhost": "so", "destination": name, "destination_type": "queue", "arguments": {}}
    return {
        "queues": [{**queue, "arguments": {"x-queue-type": "quorum"}}],
        "bindings": [{**bound, "routing_key": f"*.{name.removeprefix('in.')}.#"}],
    }


def _forget(broker: NodeBroker, name: str) -> None:
    broker.ctl("-p", "so", "delete_queue", name)
    broker.provision(*PARTIES)


async def _failures(both: Exchange) -> int:
    async with both.ohs.store.look() as work:
        return (await work.route(POOL.party_id)).failures


async def _confirmed(both: Exchange, count: int) -> None:
    async with asyncio.timeout(30):
        while True:
            async with both.ohs.store.look() as work:
                if sum(item.state is OutboxState.SENT for item in await work.outbox()) == count:
                    return
            await asyncio.sleep(0.05)


class Slow:
    """In place of a transport: the first delivery takes longer than this broker waits for an acknowledgement."""

    def __init__(self, transport) -> None:
        self._transport = transport
        self.is_first = True

    def __getattr__(self, name: str):
        return getattr(self._transport, name)

    async def consume(self, handler) -> None:
        async def handle(delivery):
            if self.is_first:
                self.is_first = False
                await asyncio.sleep(4)
            return await handler(delivery)

        await self._transport.consume(handle)


async def test_a_consumer_too_slow_for_the_broker_comes_back_and_has_each_effect_once(both: Exchange, broker):
    """The consumer time-out, set to a second, closes the channel; the delivery comes again."""
    ohs, pool = both.sites
    await asyncio.to_thread(broker.ctl, "eval", PATIENCE.format(1_000, 500))
    async with pool.serving(lambda services: replace(services, transport=Slow(services.transport))), ohs.serving():
        both.begin(*CASES)
        await both.end()
    await asyncio.to_thread(broker.ctl, "eval", PATIENCE.format(1_800_000, 60_000))


async def test_a_full_inbox_makes_messages_wait_and_nothing_is_dropped(both: Exchange, broker):
    ohs, pool = both.sites
    await asyncio.to_thread(broker.import_definitions, {"policies": [_narrow(f"in.{POOL.party_id}")]})
    try:
        async with ohs.serving():
            both.begin(*CASES, *CASES, *CASES)
            async with asyncio.timeout(30):
                while "refused" not in await _reasons(both):
                    await asyncio.sleep(0.05)
            async with pool.serving():
                await both.end()
    finally:
        await asyncio.to_thread(broker.ctl, "-p", "so", "clear_policy", "narrow")


def _narrow(queue: str) -> dict:
    definition = {**INBOX_POLICY, "max-length": 1}
    pattern = f"^{queue.replace('.', '[.]')}$"
    return {
        "vhost": "so",
        "name": "narrow",
        "pattern": pattern,
        "apply-to": "queues",
        "priority": 20,
        "definition": definition,
    }


async def _reasons(both: Exchange) -> set[str | None]:
    async with both.ohs.store.look() as work:
        return {item.reason for item in await work.outbox()}


async def test_a_deleted_inbox_and_a_deleted_user_are_waited_for_until_the_operator_mends_them(both: Exchange, broker):
    ohs, pool = both.sites
    async with ohs.serving() as sender, pool.serving() as recipient:
        both.begin(*CASES)
        await both.delivered()
        await asyncio.to_thread(broker.ctl, "-p", "so", "delete_queue", f"in.{POOL.party_id}")
        await asyncio.to_thread(broker.ctl, "delete_user", OHS.party_id)
        both.begin(*CASES)
        async with asyncio.timeout(30):
            while sender.services.transport.is_consuming or recipient.services.transport.is_consuming:
                await asyncio.sleep(0.05)
        await asyncio.to_thread(broker.provision, *PARTIES)
        await both.end()


WITHDRAWN = {
    "permissions of a party": (
        ("-p", "so", "set_permissions", OHS.party_id, "^$", "^$", "^$"),
        ("-p", "so", "clear_permissions", OHS.party_id),
    ),
    "connections of everybody": (
        ("set_vhost_limits", "-p", "so", '{"max-connections":0}'),
        ("clear_vhost_limits", "-p", "so"),
    ),
}
"""How the operator takes it away, and how that is undone before the topology is applied again."""


@pytest.mark.parametrize("what", WITHDRAWN)
async def test_withdrawn_rights_are_waited_for_until_they_are_given_back(both: Exchange, broker, what):
    """A channel that is open may use them on for a while (the broker remembers); the next one may not."""
    ohs, pool = both.sites
    withdraw, undo = WITHDRAWN[what]
    async with ohs.serving() as sender, pool.serving():
        both.begin(*CASES)
        await both.delivered()
        await asyncio.to_thread(broker.ctl, *withdraw)
        await asyncio.to_thread(broker.ctl, "close_all_connections", "--global", "rights were withdrawn")
        both.begin(*CASES)
        async with asyncio.timeout(30):
            while sender.services.transport.is_consuming:
                await asyncio.sleep(0.05)
        await asyncio.to_thread(broker.ctl, *undo)
        await asyncio.to_thread(broker.provision, *PARTIES)
        await both.end()


async def test_the_soak_runs_for_seconds_and_its_books_balance(broker):
    """Beside a partner that keeps to no rule, and gains nothing."""
    report = await soak(Plan(minutes=0.15, at_once=6, every=1.0, patience=90.0, is_hostile=True), broker)
    assert report.is_kept, report.lines()
    assert report.courses
    assert report.lies
