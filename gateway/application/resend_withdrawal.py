"""Resend a withdrawal or an erasure request that was refused for time, keys or its place: it must be heard (R27, R37).

Each resend is a new message, sealed with the keys that are pinned by then. What was not opened takes its place in the
line again, a little later each time. What came to a place that was used before takes the next one at once: that happens
after an older copy of the store was put in place, and it is heard after as many tries as numbers were lost. After
``MOST`` resends the message stays refused, and an alert asks a person.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from gateway.application.compose_message import Draft, compose
from gateway.domain.effects import content_of
from gateway.domain.messages import Content, ReceiptVerdict
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
RESENT = "resent"
"""Reason of a dropped message in whose place a new one says the same."""


async def resend(services: Services, work: UnitOfWork, item: OutboxItem, code: str, by: Actor | None = None) -> str:
    """Say what a refused message said in a new one, if it takes something back; the case is held.

    Args:
        services: Ours.
        work: The running unit of work.
        item: The message, as it was refused.
        code: Of the receipt; only ``not-opened`` and ``sequence-used`` let it go again.
        by: A person who wants it now, however often it was tried; None when the gateway does it by itself.

    Returns:
        The id of the message that goes instead; ``""`` when none does.
    """
    if code not in {NOT_OPENED, TAKEN}:
        return ""
    said = await work.steps(item.case_id)
    own = next((step for step in said if step.message_id == item.message_id and taken_back_by(step)), None)
    if own is None:
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
        cast("Content", taken_back_by(tries[0])),
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


def taken_back_by(step: Step) -> Content | None:
    """Write what a step told the other side as a message again, when it took something back."""
    content = content_of(step)
    return content if content is not None and content.kind in TAKES_BACK else None


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
