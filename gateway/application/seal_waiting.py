"""Say what could not be sealed when it was decided, once the partner has a key: no decision waits for a key (R27).

What takes something back, ends something or answers "no" counts at once at the side that decides it. Its message stands
in the outbox without a body, keeps its place in the line, and is made when it may go.
"""

from dataclasses import replace

from gateway.application.compose_message import WITHOUT_KEY, Draft, compose
from gateway.application.resend_withdrawal import RESENT
from gateway.domain.case import fold
from gateway.domain.effects import content_of
from gateway.domain.protocol import TAKES_BACK
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, OutboxState, UnitOfWork


async def seal_waiting(services: Services, work: UnitOfWork, item: OutboxItem) -> None:
    """Make the message of an item without a body, in its place in the line; while there is no key it waits.

    Args:
        services: Ours.
        work: The unit of work that claimed it.
        item: The item, as claimed.
    """
    now = services.clock.now()
    if not services.sealer.reaches(item.recipient, now):
        later = now + services.terms.longest_retry
        await work.update_outbox(replace(item, next_attempt_at=later, reason=WITHOUT_KEY))
        return
    steps = await work.steps(item.case_id)
    said = next((step for step in steps if step.message_id == item.message_id and content_of(step)), None)
    content = content_of(said) if said else None
    if said is None or content is None:
        await work.update_outbox(replace(item, state=OutboxState.UNDELIVERABLE, reason=WITHOUT_KEY))
        return
    await work.update_outbox(replace(item, state=OutboxState.DROPPED, reason=RESENT))
    draft = Draft(content, item.recipient, item.case_id, said.by, item.referral_id, item.sequence, item.lane)
    message = await compose(services, work, draft, fold(item.case_id, steps))
    if message.kind in TAKES_BACK:  # A receipt that refuses it is answered by the step that says it.
        await work.append(item.case_id, (replace(said, message_id=message.message_id),))
