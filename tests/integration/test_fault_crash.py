"""Processes that are killed at every step of a message's life, and frozen: what was begun ends as if they had not been."""

import asyncio
import signal
import sys

import pytest

from gateway.domain.messages import Kind
from gateway.ports.store import OutboxState
from tests.support.broker import TestBroker
from tests.support.chaos_proxy import ChaosProxy, ConfirmChannel
from tests.support.cli import ROOT, environment
from tests.support.exchange import PARTIES, Exchange, exchange
from tests.support.world import OHS, POOL

CASE = "SO-9999"


@pytest.fixture(scope="module")
def broker(rabbitmq: TestBroker) -> TestBroker:
    rabbitmq.provision(*PARTIES)
    return rabbitmq


@pytest.fixture
def store_of(request, tmp_path):
    """Files, or databases of one server for a test that asks for them."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield lambda _: "sqlite:///store.db"
        return
    server = request.getfixturevalue("postgres")
    urls = {party_id: server.database() for party_id in PARTIES}
    yield urls.__getitem__
    for url in urls.values():
        server.drop(url)


@pytest.fixture
async def road(broker: TestBroker):
    await broker.purge(*PARTIES)
    async with ChaosProxy((broker.host, broker.port)) as proxy:
        yield proxy


@pytest.fixture
async def both(broker: TestBroker, road: ChaosProxy, store_of, tmp_path):
    here = broker.host, broker.port
    async with exchange(tmp_path, {OHS: road.address, POOL: here}, store_of) as opened:
        yield opened


async def process(site, moment: str, *case_id: str) -> asyncio.subprocess.Process:
    program = ("-W", "error", "-m", "tests.support.mortal", str(site.home), moment, *case_id)
    return await asyncio.create_subprocess_exec(
        sys.executable, *program, cwd=ROOT, env=environment(None), stdout=asyncio.subprocess.PIPE
    )


async def killed(dying: asyncio.subprocess.Process) -> None:
    """It died, and not of a mistake."""
    async with asyncio.timeout(60):
        assert await dying.wait() == -signal.SIGKILL


async def outbox(both: Exchange) -> list[tuple[OutboxState, bool]]:
    async with both.ohs.store.look() as work:
        return [(item.state, item.attempts > 0) for item in await work.outbox()]


async def arrived(services) -> int:
    """How many referrals one side has taken in."""
    async with services.store.look() as work:
        return sum(item.kind is Kind.REFERRAL_REQUESTED for item in await work.inbox())


FOUND = {
    "sender before commit": [],
    "sender after commit": [(OutboxState.PENDING, False)],
    "sender after confirm": [(OutboxState.PENDING, True)],
    "sender before mark": [(OutboxState.PENDING, True)],
    "sender after mark": [(OutboxState.SENT, True)],
}
"""What the sender has on record when it is dead: its outbox, and whether an attempt was begun."""


ON_A_SERVER = "sender after confirm"
"""The moment that is tried with a database server too; the others differ in nothing that depends on the store."""


@pytest.mark.parametrize(
    ("moment", "store_of"),
    [*((moment, "sqlite") for moment in FOUND), (ON_A_SERVER, "postgresql")],
    indirect=["store_of"],
)
async def test_a_sender_killed_at_any_step_loses_nothing_and_says_nothing_twice(both, moment):
    sender, pool = both.sites
    await killed(await process(sender, moment, CASE))
    assert await outbox(both) == FOUND[moment]
    async with pool.serving(), sender.serving():
        both.begin("declined")
        ledger = await both.end()
    assert ledger.sent == 4 + len(FOUND[moment])


async def test_a_sender_killed_before_it_hears_the_confirm_has_its_effect_once(both, road):
    sender, pool = both.sites
    dying = await process(sender, "never", CASE)
    async with pool.serving():
        await both.delivered()
        road.road = ConfirmChannel.DEAF
        both.begin("declined")
        async with asyncio.timeout(60):
            while await arrived(both.pool) < 2:
                await asyncio.sleep(0.02)
        dying.kill()
        await killed(dying)
        assert await outbox(both) == [(OutboxState.DELIVERED, True), (OutboxState.PENDING, True)]
        road.road = ConfirmChannel.OPEN
        async with sender.serving():
            await both.end()


@pytest.mark.parametrize(
    ("moment", "taken", "store_of"),
    [
        ("receiver before commit", 0, "sqlite"),
        ("receiver between commit and ack", 1, "sqlite"),
        ("receiver between commit and ack", 1, "postgresql"),
        ("receiver after ack", 1, "sqlite"),
    ],
    indirect=["store_of"],
)
async def test_a_receiver_killed_at_any_step_takes_everything_in_once(both, moment, taken):
    sender, pool = both.sites
    dying = await process(pool, moment)
    async with sender.serving():
        both.begin("declined", "withheld")
        await killed(dying)
        assert await arrived(both.pool) >= taken
        async with pool.serving():
            await both.end()


async def test_a_receiver_that_is_frozen_in_the_middle_and_a_second_one_have_each_effect_once(both):
    """SIGSTOP: its connection is given up and all it had in hand goes to the other; then it goes on."""
    sender, pool = both.sites
    frozen = await process(pool, "never")
    async with sender.serving():
        both.begin("declined", "withheld", "released")
        await both.delivered()
        frozen.send_signal(signal.SIGSTOP)
        # It may have been stopped while it held a SQLite file: then the other waits until it goes on.
        asyncio.get_running_loop().call_later(2, frozen.send_signal, signal.SIGCONT)
        async with pool.serving():
            await both.end()
    frozen.terminate()
    async with asyncio.timeout(30):
        assert await frozen.wait() == 0


async def test_a_gateway_asked_to_stop_ends_cleanly_with_messages_on_their_way_and_they_go_on_later(both):
    sender, pool = both.sites
    stopping = await process(sender, "never", CASE)
    async with pool.serving():
        both.begin("released", "withheld", "declined")
        await both.delivered(2)
        stopping.terminate()
        async with asyncio.timeout(30):
            assert await stopping.wait() == 0
        async with both.ohs.store.look() as work:
            assert not [item for item in await work.outbox() if item.owner]
        async with sender.serving():
            await both.end()
