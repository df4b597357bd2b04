"""Receive deliveries: open, check, let each have its effect once, and answer with a signed receipt (protocol 4).

What cannot be opened or understood goes to quarantine; the queue moves on. The others are taken in together: one unit
of work holds their inbox rows, steps, reactions and receipts, so that one flush of the disk serves them all. A
delivery is acknowledged after it is committed. When something goes wrong in the middle, nothing was changed, and each
is taken in alone: so only the one that is at fault is quarantined or comes again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.application.compose_message import BILLING_KINDS
from gateway.application.enclose_files import enclosures_of, fetch_enclosures, release_enclosures
from gateway.application.quarantine_message import Fault, quarantine
from gateway.application.take_in_message import Arrival, TakenIn, take_in
from gateway.application.unpark_messages import unpark
from gateway.domain.errors import EnvelopeError, RefusedError, TemporaryError
from gateway.domain.messages import Kind, Message
from gateway.domain.protocol import PROTOCOL
from gateway.domain.receipts import place_of_refusal
from gateway.domain.steps import Actor
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Lane, Settlement


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A delivery that could not be opened or understood, and what is wrong with it."""

    delivery: Delivery
    fault: Fault


Outcome = Settlement | Exception
"""``ACK`` once everything is stored; an error when it could not be stored now, and the delivery must come again."""


async def receive(services: Services, delivery: Delivery, *, replayed_by: Actor | None = None) -> Settlement:
    """Take one delivery.

    Args:
        services: Ours.
        delivery: As it comes.
        replayed_by: Who takes it out of quarantine; None when the transport delivers it.

    Returns:
        ``ACK`` once everything is stored. An exception means the store failed: the delivery comes again.
    """
    read = await with_enclosures(services, read_delivery(services, delivery))
    if isinstance(read, Arrival):
        read = replace(read, replayed_by=replayed_by)
    (outcome,) = await receive_all(services, [read])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def read_delivery(services: Services, delivery: Delivery) -> Arrival | Unreadable:
    """Open and check a delivery; waits for nothing and stores nothing.

    A receipt is read whenever it comes: it settles what we sent, by our own clock, and its sender says it once.
    """
    read, begins_at = _read_at(services, delivery, services.clock.now())
    if begins_at is None:
        return read
    early, _ = _read_at(services, delivery, begins_at)
    is_receipt = isinstance(early, Arrival) and early.message.kind is Kind.RECEIPT
    return early if is_receipt else read


def _read_at(services: Services, delivery: Delivery, at: datetime) -> tuple[Arrival | Unreadable, datetime | None]:
    """What it says as of an instant; and when its time begins, where it only comes too early."""
    opened = None
    try:
        opened = services.sealer.open(delivery.body, at=at)
        return Arrival(delivery, opened, _checked(services, delivery, opened)), None
    except EnvelopeError as error:
        return Unreadable(delivery, Fault(error.reason, opened)), error.begins_at
    except RefusedError as error:
        return Unreadable(delivery, Fault(error.code, opened, error.where)), None


async def with_enclosures(services: Services, read: Arrival | Unreadable) -> Arrival | Unreadable:
    """Fetch what lies beside a message, before it takes effect.

    Raises:
        OperatorError, TemporaryError: It cannot be fetched now; the delivery must come again.
    """
    if isinstance(read, Arrival):
        try:
            await fetch_enclosures(services, read.message, read.opened.digest)
        except RefusedError as error:
            return Unreadable(read.delivery, Fault(error.code, read.opened))
    return read


async def receive_all(services: Services, read: Sequence[Arrival | Unreadable]) -> list[Outcome]:
    """Take in what was read, in order; an outcome for each."""
    arrivals = [one for one in read if isinstance(one, Arrival)]
    taken = dict(zip(map(id, arrivals), await _taken(services, arrivals), strict=True))
    return [await _outcome(services, one, taken.get(id(one))) for one in read]


async def _taken(services: Services, arrivals: Sequence[Arrival]) -> Sequence[str | Exception | None]:
    """For each arrival None, a reason for quarantine, or the error that kept it from being stored."""
    if not arrivals:
        return []
    try:
        async with services.store.begin() as work:
            taken = await take_in(services, work, arrivals)
    except TemporaryError as error:
        return [error] * len(arrivals)  # the store cannot do it now: trying each alone would only add to its trouble
    except RefusedError as error:
        if len(arrivals) == 1:
            await release_enclosures(services, [(arrivals[0].message.sender, arrivals[0].opened.digest)])
            return [error.code]
    except Exception as error:  # noqa: BLE001  (one faulty message must not keep its neighbours from being stored)
        if len(arrivals) == 1:
            return [error]
    else:
        await release_enclosures(services, _without_effect(arrivals, taken))
        await unpark(services, taken.lines)
        return taken.problems
    return await _taken_alone(services, arrivals)


def _without_effect(arrivals: Sequence[Arrival], taken: TakenIn) -> Iterator[tuple[str, str]]:
    """Whose files are not needed: what had its effect has moved them, and what waits needs them later."""
    for arrival in arrivals:
        if arrival.opened.digest not in taken.waiting and enclosures_of(arrival.message):
            yield arrival.message.sender, arrival.opened.digest


async def _taken_alone(services: Services, arrivals: Sequence[Arrival]) -> list[str | Exception | None]:
    outcomes: list[str | Exception | None] = []
    for arrival in arrivals:
        outcomes += await _taken(services, [arrival])
        if isinstance(outcomes[-1], TemporaryError):
            break
    return outcomes + outcomes[-1:] * (len(arrivals) - len(outcomes))


async def _outcome(services: Services, one: Arrival | Unreadable, taken: str | Exception | None) -> Outcome:
    if isinstance(taken, Exception):
        return taken
    fault = one.fault if isinstance(one, Unreadable) else _fault_of(one, taken)
    if fault is not None:
        try:
            await quarantine(services, one.delivery, fault)
        except Exception as error:  # noqa: BLE001  (the same)
            return error
    return Settlement.ACK


def _fault_of(arrival: Arrival, problem: str | None) -> Fault | None:
    if problem is None:
        return None
    is_receipt = arrival.message.kind is Kind.RECEIPT
    return Fault(problem, arrival.opened, place_of_refusal(problem), is_answered=not is_receipt)


def _checked(services: Services, delivery: Delivery, opened: OpenedMessage) -> Message:
    """Who the broker says sent it, who signed it and who the bundle says sent it must be one; so must the ids."""
    if delivery.user_id != opened.sender or delivery.routing_key_sender != opened.sender:
        raise EnvelopeError("sender-mismatch")
    if delivery.recipient != services.party.party_id:
        # Brokers before 4.0.3 let CC and BCC headers past the topic permission (messaging.md fact 7): the copy comes
        # here under the routing key it was published with.
        raise EnvelopeError("routed-past-permission")
    if delivery.message_id not in {"", opened.message_id}:
        raise EnvelopeError("message-id-mismatch")
    message = services.mapper.from_bundle(opened.payload)
    claimed = (message.message_id, message.sender, message.recipient)
    if claimed != (opened.message_id, opened.sender, opened.recipient):
        raise EnvelopeError("bundle-mismatch")
    if PROTOCOL[message.kind].shares_size and len(opened.payload) != services.terms.common_size:
        raise EnvelopeError("size-not-shared")  # its length would tell the broker which of the pair it is (R41)
    on_billing = delivery.lane is Lane.BILLING
    if message.kind is not Kind.RECEIPT and (message.kind in BILLING_KINDS) is not on_billing:
        raise EnvelopeError("wrong-lane")
    return message
