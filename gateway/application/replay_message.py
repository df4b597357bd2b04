"""Replay a message that did not do its work: the same bytes under the same id, so that it has one effect.

An outgoing message goes back to the head of the outbox, where consent is weighed again before it leaves. A refused
withdrawal or erasure request that was not opened is sealed anew, under a new id. A held delivery is offered to
``receive`` once more, as if the broker had just brought it.
"""

from dataclasses import dataclass, replace
from random import SystemRandom

from gateway.application.find_stuck import find_held, find_sent
from gateway.application.permit_act import permit_role
from gateway.application.quarantine_message import PASSING
from gateway.application.receive_message import Unreadable, read_delivery, receive
from gateway.application.resend_withdrawal import resend
from gateway.domain.errors import EnvelopeError, RefusedError, TemporaryError
from gateway.domain.messages import Kind, Receipt
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor, ActorRole, MessageReplayed
from gateway.ports.services import Services
from gateway.ports.store import (
    GATEWAY_CASE,
    OutboxItem,
    OutboxState,
    QuarantineItem,
    QuarantineState,
    UnitOfWork,
)
from gateway.ports.transport import Delivery

MOST_TRIED = 64
"""Deliveries that came too early and are tried in one look; each must be opened for it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a replay.

    Attributes:
        message_id: Of the message.
        direction: ``out`` or ``in``.
        state: State afterwards.
        reason: Why it is held still; None when it went well.
    """

    message_id: str
    direction: str
    state: str
    reason: str | None = None


async def replay_message(services: Services, wanted: str, by: Actor) -> Replay:
    """Replay one message.

    Args:
        services: Ours.
        wanted: Message id, or the local id of a held delivery.
        by: Who asks for it.

    Raises:
        RefusedError: There is no such message, or it must not or cannot go again.
    """
    permit_role(services, by, Permission.MESSAGE_HANDLE)
    async with services.store.begin() as work:
        item = await find_sent(work, wanted)
        if item is not None:
            return await _send_again(services, work, item, by)
        held = await find_held(work, wanted)
    if held is None:
        raise RefusedError(
            "message-not-replayable",
            "No outgoing message and no held delivery has this id.",
            remedy="See: sogw message list",
        )
    if held.body and held.reason in PASSING and not await _discloses_nothing(services, held):
        raise RefusedError(
            "message-left-to-sender",
            "It came too early, and its sender sends it again by itself if its consents still hold.",
            remedy="Set the clock that is wrong, and wait. If it is to be given up: sogw message discard MESSAGE",
            rules=("R27",),
        )
    if held.size and not held.body:
        raise RefusedError(
            "message-not-kept",
            "Its sender was no partner when it came, so only its digest and size were kept.",
            remedy="Onboard the sender, who then sends it again; or: sogw message discard MESSAGE",
        )
    return await _take_again(services, held, by)


async def replay_what_passed(services: Services) -> int:
    """Replay what came too early, once its time has come, where its sender will not: a message that was given up.

    However much is held, one look tries no more than some of it, by lot, so that each has its turn.

    A message that its sender still sends is left to it: it weighs the consents anew, and may have given it up in words
    that come too early as well (R27).

    Returns:
        How many are held no more.

    Raises:
        TemporaryError: The store cannot do it now.
        Exception: Why one of them cannot be stored; the others were tried.
    """
    held = QuarantineState.HELD
    async with services.store.look() as work:
        passing = [item.item_id for item in await work.quarantine(held) if item.reason in PASSING]
    passing = SystemRandom().sample(passing, min(MOST_TRIED, len(passing)))
    by = Actor(ActorRole.SYSTEM, services.party.party_id)
    problems: list[Exception] = []
    count = 0
    for item_id in passing:
        try:
            async with services.store.look() as work:
                item = await work.quarantine_item(item_id)  # one body at a time
            if item is not None and item.state is held and await _discloses_nothing(services, item):
                count += (await _take_again(services, item, by)).state != held.value
        except TemporaryError:
            raise
        except Exception as error:  # noqa: BLE001  (one faulty delivery must not keep the others from being tried)
            problems.append(error)
    if problems:
        raise problems[0]
    return count


async def _discloses_nothing(services: Services, held: QuarantineItem) -> bool:
    """It is a receipt, or its place in the line is taken, so that all that can come of it is a refusal."""
    read = read_delivery(services, _delivery(services, held))
    if isinstance(read, Unreadable):
        return False
    message = read.message
    if isinstance(message.content, Receipt):
        return True
    if message.referral_id is None or message.sequence is None:
        return False
    async with services.store.look() as work:
        return message.sequence <= await work.last_received(message.sender, message.referral_id)


async def _send_again(services: Services, work: UnitOfWork, item: OutboxItem, by: Actor) -> Replay:
    now = services.clock.now()
    if item.state is OutboxState.REFUSED and (anew := await resend(services, work, item, item.reason or "", by)):
        await work.append(GATEWAY_CASE, (_step(services, item.message_id, item.state.value, by),))
        return Replay(anew, "out", OutboxState.PENDING.value)
    if now - item.created_at > services.terms.give_up_after:
        raise RefusedError(
            "message-expired",
            "Its envelope has expired, so nobody may open it any more.",
            remedy="Do the act again: that makes a new message.",
        )
    if not item.body:
        raise RefusedError(
            "message-deleted",
            "Its bytes were deleted when their term was over.",
            remedy="Do the act again: that makes a new message.",
            rules=("R57",),
        )
    if item.state is OutboxState.DROPPED:
        raise RefusedError(
            "message-dropped",
            "It was dropped: its consent had gone, a person gave it up, or a new message says the same.",
            remedy="Do the act again, when the employee consents again: that makes a new message.",
            rules=("R27",),
        )
    if item.state is OutboxState.REFUSED and item.kind is Kind.REFERRAL_REQUESTED:
        raise RefusedError(
            "referral-refused",
            "The referral ended when the other side refused it.",
            remedy="Refer again, to whom the employee chooses now.",
            rules=("R37",),
        )
    await work.update_outbox(replace(item, state=OutboxState.PENDING, next_attempt_at=now, reason="replayed"))
    await work.append(GATEWAY_CASE, (_step(services, item.message_id, item.state.value, by),))
    return Replay(item.message_id, "out", OutboxState.PENDING.value)


async def _take_again(services: Services, held: QuarantineItem, by: Actor) -> Replay:
    try:
        opened = services.sealer.open(held.body, at=services.clock.now())
    except EnvelopeError as error:
        return Replay(held.message_id, "in", held.state.value, error.reason)
    await receive(services, _delivery(services, held), replayed_by=by)
    async with services.store.look() as work:
        taken = await work.inbox_item(opened.sender, opened.message_id)
    if taken is None:
        return Replay(opened.message_id, "in", held.state.value, held.reason)
    return Replay(opened.message_id, "in", taken.state.value, taken.reason)


def _delivery(services: Services, held: QuarantineItem) -> Delivery:
    """The delivery as it came: whom the broker vouched for was kept with it."""
    return Delivery(
        message_id=held.message_id,
        routing_key_sender=held.sender,
        user_id=held.sender,
        recipient=services.party.party_id,
        body=held.body,
        lane=held.lane,
        is_redelivered=True,
    )


def _step(services: Services, message_id: str, reason: str, by: Actor) -> MessageReplayed:
    return MessageReplayed(at=services.clock.now(), by=by, message_id=message_id, reason=reason)
