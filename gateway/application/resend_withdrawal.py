"""Resend a withdrawal or an erasure request that was refused for time, keys or its place: it must be heard (R27, R37).

Each resend is a new message, sealed with the keys that are pinned by then. What was not opened takes its place in the
line again, a little later each time. What came to a place that was used before takes the next one at once: that happens
after an older copy of the store was put in place, and it is heard after as many tries as numbers were lost. After
``MOST`` resends the message stays refused, and an alert asks a person.

So is what took the place of a dropped disclosure: when that had arrived and was refused there, its place is used, and
the other side still waits for a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from gateway.application.compose_message import Draft, compose
from gateway.domain.effects import content_of
from gateway.domain.messages import Content, Kind, ReceiptVerdict
from gateway.domain.protocol import TAKES_BACK
from gateway.domain.receipts import NOT_OPENED, TAKEN
from gateway.domain.steps import (
    Actor,
    ActorRole,
    MessageDelivered,
    Step,
)
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, OutboxState, UnitOfWork

MOST = 10
"""How often one withdrawal is sent anew before a person must act."""
FIRST_WAIT = timedelta(minutes=5)
"""Before the first resend of what was not opened; doubled each time, so that all of them take three and a half days."""
_IN_PLACE_OF_ANOTHER = frozenset({Kind.REPORT_WITHHELD, Kind.INFORMATION_DECLINED})
"""Kinds that take the place of a disclosure that was dropped."""
_RESENT_AFTER: Mapping[str, frozenset[Kind]] = {
    NOT_OPENED: TAKES_BACK,
    TAKEN: TAKES_BACK | _IN_PLACE_OF_ANOTHER,
}
"""What is said again, by the code of the receipt that refused it."""
RESENT = "resent"
"""Reason of a dropped message in whose place a new one says the same."""


async def resend(services: Services, work: UnitOfWork, item: OutboxItem, code: str, by: Actor | None = None) -> str:
    """Say what a refused message said in a new one, if it must be heard; the case is held.

    Args:
        services: Ours.
        work: The running unit of work.
        item: The message that was refused.
        code: Of the receipt; only ``not-opened`` and ``sequence-used`` let it go again.
        by: A person who wants it now, however often it was tried; None when the gateway does it by itself.

    Returns:
        The id of the message that goes instead; ``""`` when none does.
    """
    if item.kind not in _RESENT_AFTER.get(code, ()):
        return ""
    said = await work.steps(item.case_id)
    own = next((step for step in said if step.message_id == item.message_id and content_of(step)), None)
    if own is None or await _is_in_place_of_what_arrived(work, item, said):
        return ""
    tries, is_heard = _tries(said, own)
    if is_heard:
        await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=RESENT))
        return ""
    if by is None and len(tries) > MOST:
        return ""
    await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=RESENT))
    is_in_place = code == NOT_OPENED
    wait = FIRST_WAIT * 2 ** (len(tries) - 1) if is_in_place and by is None else timedelta()
    system = Actor(ActorRole.SYSTEM, services.party.party_id)
    draft = Draft(
        cast("Content", content_of(tries[0])),
        item.recipient,
        item.case_id,
        by or system,
        item.referral_id,
        sequence=item.sequence if is_in_place else None,
        wait=wait,
    )
    message = await compose(services, work, draft)
    await work.append(item.case_id, (replace(own, at=message.sent_at, by=by or system, message_id=message.message_id),))
    return message.message_id


async def _is_in_place_of_what_arrived(work: UnitOfWork, item: OutboxItem, said: Sequence[Step]) -> bool:
    """Whether the message that was dropped in its place is known to have arrived: then nothing is left to say."""
    if item.kind in TAKES_BACK:
        return False
    before = {x.message_id for x in await work.outbox(item.case_id) if _place(x) == _place(item)} - {item.message_id}
    delivered = (step for step in said if isinstance(step, MessageDelivered) and step.message_id in before)
    return any(step.verdict == ReceiptVerdict.OK for step in delivered)


def _place(item: OutboxItem) -> tuple[str | None, str, int | None]:
    return item.referral_id, item.recipient, item.sequence


def _says_the_same(step: Step, own: Step) -> bool:
    """Whether a step is an earlier or later try of the same message: by itself, with another time, actor and id."""
    if type(step) is not type(own) or step.message_id is None:
        return False
    return replace(step, at=own.at, by=own.by, message_id=own.message_id) == own


def _tries(said: Sequence[Step], own: Step) -> tuple[list[Step], bool]:
    """The tries of one message up to its own step, first to last, and whether one of them was accepted after all.

    What was accepted, or has no answer yet, is followed by a message of its own and not by another try. A receipt can
    come late, or the other side replays what it could not open.
    """
    tries: list[Step] = []
    words: dict[str | None, str] = {}
    is_complete = False
    for step in said:
        if isinstance(step, MessageDelivered) and words.get(step.message_id) != ReceiptVerdict.OK:
            words[step.message_id] = step.verdict
        elif not is_complete and _says_the_same(step, own):
            found = [words.get(one.message_id) for one in tries]
            is_another = not found or ReceiptVerdict.OK in found or found[-1] is None
            tries = [step] if is_another else [*tries, step]
            is_complete = step.message_id == own.message_id
    return tries, any(words.get(one.message_id) == ReceiptVerdict.OK for one in tries)
