"""The peer: the same journey as a good engineer writes it with FastStream, fhir.resources, joserfc and SQLAlchemy.

The same bundle, validated by the same models on both sides; signed and encrypted with the library's own suites; an
outbox table and an inbox table, committed and flushed before anything is confirmed or acknowledged; persistent
messages on a quorum queue with publisher confirms.

What it leaves out, and the gateway does: consent weighed at sending and again at receiving, the closed list of
elements and codings, a journal, personal content sealed at rest, size padding, quantum-safe encryption, order per
conversation, duplicates, and the signed receipt on its way back. Its journey ends when the receiver has committed.
"""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from fhir.resources.R4B.bundle import Bundle
from joserfc import jwe, jws
from joserfc.jwk import OKPKey
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from benchmarks.floor import declare_queues, open_engine, queue_of
from benchmarks.material import referral_and_receipt
from benchmarks.plan import RECEIVER, SENDER, Plan
from benchmarks.signal import Signal, paced

ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM", "Ed25519"]
BATCH = 50
PREFETCH = 100


class Base(DeclarativeBase):
    """Of the tables."""


class OutboxRow(Base):
    """A message to send."""

    __tablename__ = "outbox"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    state: Mapped[str] = mapped_column(String, default="pending", index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class InboxRow(Base):
    """A message that came in."""

    __tablename__ = "inbox"
    id: Mapped[str] = mapped_column(String, primary_key=True)
    bundle: Mapped[bytes] = mapped_column(LargeBinary)


class Registry(jwe.JWERegistry):
    """The library's limits are below a bundle's size."""

    max_ciphertext_length = 8 * 1024 * 1024


class Envelope:
    """Sign and encrypt, decrypt and verify.

    Args:
        keys: JWKs: ``sign`` (Ed25519) and ``seal`` (X25519).
    """

    def __init__(self, keys: dict[str, Any]) -> None:
        self._sign, self._seal = OKPKey.import_key(keys["sign"]), OKPKey.import_key(keys["seal"])
        self._jws, self._jwe = jws.JWSRegistry(algorithms=ALGORITHMS), Registry(algorithms=ALGORITHMS)
        self._jws.max_payload_length = Registry.max_ciphertext_length

    def close(self, payload: str) -> bytes:
        """A JWS in a JWE."""
        signed = jws.serialize_compact({"alg": "Ed25519"}, payload, self._sign, registry=self._jws)
        header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
        return jwe.encrypt_compact(header, signed, self._seal, registry=self._jwe).encode()

    def open(self, body: bytes) -> bytes:
        """What was signed."""
        signed = jwe.decrypt_compact(body, self._seal, registry=self._jwe).plaintext
        return jws.deserialize_compact(signed or b"", self._sign, registry=self._jws).payload


async def prepare(plan: Plan) -> None:
    """Tables, queues, keys, and the bundle to send."""
    referral, _ = await referral_and_receipt()
    folder = Path(plan.folder)
    (folder / "bundle.json").write_bytes(referral.bundle)
    keys = {
        "sign": OKPKey.generate_key("Ed25519").as_dict(private=True),
        "seal": OKPKey.generate_key("X25519").as_dict(private=True),
    }
    (folder / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
    for party in (SENDER, RECEIVER):
        engine = open_engine(plan.stores[party])
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await engine.dispose()
    await declare_queues(plan)


async def send(plan: Plan, index: int, signal: Signal) -> None:
    """Build, validate, sign, encrypt, store; and relay what was stored."""
    engine = open_engine(plan.stores[SENDER])
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    envelope = _envelope(plan)
    template = json.loads((Path(plan.folder) / "bundle.json").read_bytes())

    async def act(_number: int) -> None:
        message_id = str(uuid4())
        signal.begin(message_id, at=signal.now())
        template["identifier"]["value"] = f"urn:uuid:{message_id}"
        bundle = Bundle(**template)
        body = envelope.close(bundle.model_dump_json())
        async with sessions() as session:
            session.add(OutboxRow(id=message_id, body=body))
            await session.commit()

    stopping = asyncio.Event()
    Bundle(**template).model_dump_json()  # its models are loaded and compiled at the first use
    async with RabbitBroker(plan.brokers["admin"], logger=None) as broker:
        await signal.ready()
        relay = asyncio.create_task(_relay(plan, broker, sessions, stopping)) if _relays(plan, index) else None
        await paced(plan.share(index), plan.per_second, act)
        await signal.until_stopped()
        stopping.set()
        if relay is not None:
            await relay
    await engine.dispose()


def _relays(plan: Plan, index: int) -> bool:
    """Whether this process empties the outbox: SQLite cannot skip rows that another process has in hand."""
    return index == 0 or not plan.stores[SENDER].startswith("sqlite")


async def _relay(plan: Plan, broker: Any, sessions: async_sessionmaker[AsyncSession], stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        async with sessions() as session:
            pending = (
                select(OutboxRow).where(OutboxRow.state == "pending").limit(BATCH).with_for_update(skip_locked=True)
            )
            rows = (await session.scalars(pending)).all()
            for row in rows:
                await broker.publish(row.body, queue=queue_of(plan, RECEIVER), message_id=row.id, persist=True)
                row.state = "sent"
            await session.commit()
        if not rows:
            await asyncio.sleep(0.005)


async def receive(plan: Plan, _index: int, signal: Signal) -> None:
    """Decrypt, verify, validate, store, acknowledge."""
    engine = open_engine(plan.stores[RECEIVER])
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    envelope = _envelope(plan)
    broker = RabbitBroker(plan.brokers["admin"], default_channel=Channel(prefetch_count=PREFETCH), logger=None)

    @broker.subscriber(RabbitQueue(queue_of(plan, RECEIVER), durable=True, declare=False))
    async def handle(body: bytes, message: RabbitMessage) -> None:
        payload = envelope.open(body)
        Bundle.model_validate_json(payload)
        async with sessions() as session:
            session.add(InboxRow(id=message.message_id, bundle=payload))
            await session.commit()
        signal.done(message.message_id)

    Bundle.model_validate_json((Path(plan.folder) / "bundle.json").read_bytes())
    await broker.start()
    await signal.ready()
    await signal.until_stopped()
    await broker.stop()
    await engine.dispose()


def _envelope(plan: Plan) -> Envelope:
    return Envelope(json.loads((Path(plan.folder) / "keys.json").read_text(encoding="utf-8")))
