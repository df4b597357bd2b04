"""The floor: opaque bytes of the referral's size there, opaque bytes of the receipt's size back, everything batched.

The same durability as the gateway: what is sent was committed, what is acknowledged was committed, everything is
confirmed. Nothing is mapped, checked, sealed or judged.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, bindparam, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.jose.profile import MAX_PAYLOAD_BYTES
from benchmarks.material import referral_and_receipt
from benchmarks.plan import RECEIVER, SENDER, Plan
from benchmarks.signal import Signal, paced

AT_ONCE = 100
PREFETCH = 200
ENVELOPE_OVERHEAD = 16 / 9
"""Base64 twice."""

_META = MetaData()
OUTBOX = Table(
    "outbox", _META, Column("id", String, primary_key=True), Column("state", String), Column("body", LargeBinary)
)
INBOX = Table("inbox", _META, Column("id", String, primary_key=True), Column("body", LargeBinary))
ADD_OUT, ADD_IN = OUTBOX.insert(), INBOX.insert()
MARK = OUTBOX.update().where(OUTBOX.c.id == bindparam("key")).values(state=bindparam("new_state"))


def open_engine(url: str) -> AsyncEngine:
    """A database with every commit flushed."""
    if not url.startswith("sqlite"):
        return create_async_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    engine = create_async_engine(url.replace("sqlite://", "sqlite+aiosqlite://"), connect_args={"timeout": 30})

    @event.listens_for(engine.sync_engine, "connect")
    def durable(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


async def prepare(plan: Plan) -> None:
    """Tables, queues, and the sizes of what will be sent."""
    referral, receipt = await referral_and_receipt()
    for party, said in ((SENDER, referral), (RECEIVER, receipt)):
        size = int(len(said.bundle) * ENVELOPE_OVERHEAD)
        (Path(plan.folder) / f"{party}.body").write_bytes(os.urandom(min(size, MAX_PAYLOAD_BYTES)))
        engine = open_engine(plan.stores[party])
        async with engine.begin() as connection:
            await connection.run_sync(_META.create_all)
        await engine.dispose()
    await declare_queues(plan)


def queue_of(plan: Plan, party: str) -> str:
    """A queue of its own for each measurement."""
    return f"bench.{party}.{Path(plan.folder).name}"


async def declare_queues(plan: Plan) -> None:
    """Durable and replicated like the gateway's, and gone when nobody has used them for a minute."""
    async with await aio_pika.connect(plan.brokers["admin"]) as connection, connection.channel() as channel:
        for party in (SENDER, RECEIVER):
            arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-expires": 60_000}
            await channel.declare_queue(queue_of(plan, party), durable=True, arguments=arguments)


Change = tuple[Any, dict[str, Any]]
"""A statement and its parameters."""


@dataclass(slots=True)
class GroupCommit:
    """Commits what came in meanwhile as one transaction."""

    engine: AsyncEngine
    _waiting: asyncio.Queue[tuple[Sequence[Change], asyncio.Future[None]]] = field(default_factory=asyncio.Queue)

    async def save(self, *changes: Change) -> None:
        """Returns once they are on disk."""
        saved = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((changes, saved))
        await saved

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty() and len(batch) < AT_ONCE:
                batch.append(self._waiting.get_nowait())
            by_statement: dict[int, tuple[Any, list[dict[str, Any]]]] = {}
            for changes, _ in batch:
                for statement, values in changes:
                    by_statement.setdefault(id(statement), (statement, []))[1].append(values)
            async with self.engine.begin() as connection:
                for statement, rows in by_statement.values():
                    await connection.execute(statement, rows)
            for _, saved in batch:
                saved.set_result(None)


@dataclass(slots=True)
class Side:
    """One process: its store, and the road to the other side."""

    plan: Plan
    party: str
    other: str
    store: GroupCommit
    exchange: Any
    body: bytes

    async def publish(self, name: str) -> None:
        """Send and wait for the confirm."""
        message = aio_pika.Message(self.body, message_id=name, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await self.exchange.publish(message, routing_key=queue_of(self.plan, self.other), mandatory=True)


async def send(plan: Plan, index: int, signal: Signal) -> None:
    """Send referrals and take in receipts."""

    async def settle(side: Side, message: AbstractIncomingMessage) -> None:
        name = message.message_id or ""
        await side.store.save((MARK, {"key": name, "new_state": "delivered"}))
        signal.done(name)
        await message.ack()

    async def drive(side: Side) -> None:
        async def act(number: int) -> None:
            name = f"m{number:08d}"
            signal.begin(name, at=signal.now())
            await side.store.save((ADD_OUT, {"id": name, "state": "pending", "body": side.body}))
            await side.publish(name)

        await paced(plan.share(index), plan.per_second, act, at_once=AT_ONCE)

    await _run(plan, SENDER, RECEIVER, signal, settle, drive)


async def receive(plan: Plan, _index: int, signal: Signal) -> None:
    """Take in referrals and send receipts."""

    async def take(side: Side, message: AbstractIncomingMessage) -> None:
        name = message.message_id or ""
        row = {"id": name, "state": "pending", "body": side.body}
        await side.store.save((ADD_IN, {"id": name, "body": message.body}), (ADD_OUT, row))
        await message.ack()
        await side.publish(name)
        await side.store.save((MARK, {"key": name, "new_state": "sent"}))

    await _run(plan, RECEIVER, SENDER, signal, take, None)


async def _run(plan: Plan, party: str, other: str, signal: Signal, handle: Any, drive: Any) -> None:
    engine = open_engine(plan.stores[party])
    store = GroupCommit(engine)
    writer = asyncio.create_task(store.run())
    async with (
        await aio_pika.connect(plan.brokers["admin"]) as out,
        await aio_pika.connect(plan.brokers["admin"]) as back,
        out.channel(publisher_confirms=True, on_return_raises=True) as channel,
        back.channel() as incoming,
    ):
        body = (Path(plan.folder) / f"{party}.body").read_bytes()
        side = Side(plan, party, other, store, channel.default_exchange, body)
        await incoming.set_qos(prefetch_count=PREFETCH)
        queue = await incoming.get_queue(queue_of(plan, party))
        await queue.consume(lambda message: handle(side, message))
        await signal.ready()
        driving = asyncio.create_task(drive(side)) if drive else None
        await signal.until_stopped()
        if driving is not None:
            await driving
    writer.cancel()
    await engine.dispose()
