"""Take in parked messages, refuse them, or set them aside: what waits in a line when its turn has come."""

from dataclasses import dataclass, replace
from datetime import datetime

from typing_extensions import override

from gateway.application.attest_journal import current_checkpoint
from gateway.application.overtaking import reopened
from gateway.application.perform_act import known_partner
from gateway.application.quarantine_message import hold
from gateway.application.take_in_message import Intake, Line
from gateway.domain.errors import EnvelopeError, RefusedError
from gateway.domain.protocol import TAKES_BACK
from gateway.domain.receipts import NOT_OPENED, TAKEN, digest_of_body
from gateway.ports.services import Services
from gateway.ports.store import InboxItem, InboxState, UnitOfWork
from gateway.ports.transport import Delivery, Lane

_UNFILLED = "gap-not-filled"


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a line moved.

    Attributes:
        has_more: Whether the turn of another one may have come.
        refused: Sender and digest of what was refused: what was fetched for it is not needed.
    """

    has_more: bool
    refused: tuple[tuple[str, str], ...]


async def take_parked(services: Services, work: UnitOfWork, line: Line, limit: int) -> Moved:
    """Let parked messages of a line have their effect as far as their turn has come.

    Args:
        services: Ours.
        work: The unit of work.
        line: Sender and referral.
        limit: At most so many.

    Raises:
        RefusedError: One of them cannot be taken in; which one, ``limit=1`` tells.
    """
    intake = await _intake_of(services, work, line)
    has_more = True
    for _ in range(limit):
        has_more = has_more and await intake.take_parked(line)
    await intake.finish()
    return Moved(has_more, tuple(intake.refused))


async def set_aside_parked(services: Services, work: UnitOfWork, line: Line, reason: str) -> Moved:
    """Hold the parked message whose turn has come, refuse it, and let the line go on behind it."""
    intake = await _intake_of(services, work, line)
    item = await work.first_waiting(*line)
    if item is not None and item.body is not None and (item.sequence or 0) <= await work.last_received(*line) + 1:
        await intake.set_aside(item, item.body, reason)
    await intake.finish()
    return Moved(True, tuple(intake.refused))


async def close_gap(services: Services, work: UnitOfWork, line: Line, before: datetime) -> Moved:
    """Give up what is missing before a message that has waited since before an instant.

    Nothing has its effect out of turn but what takes something back, which counts whenever it comes (R27, R37). What is
    missing still finds its place used when it comes, and a withdrawal is then told again by its sender.
    """
    intake = await _intake_of(services, work, line)
    item = await work.first_waiting(*line)
    if item is not None and item.received_at < before:
        await intake.close_gap(item)
    await intake.finish()
    return Moved(True, tuple(intake.refused))


async def _intake_of(services: Services, work: UnitOfWork, line: Line) -> "_ParkedIntake":
    _, referral_id = line
    await work.hold({await work.case_of_referral(referral_id) or referral_id})
    note = await current_checkpoint(services, work)
    return _ParkedIntake(services, work, note, services.terms.receipts_together)


class _ParkedIntake(Intake):
    """One unit of work in which parked messages of a line are taken in."""

    async def take_parked(self, line: Line) -> bool:
        """Take in, or refuse, the first parked message of a line, when its turn has come; returns whether it had."""
        item, last = await self._work.first_waiting(*line), await self._work.last_received(*line)
        if item is None or (item.sequence or 0) > last + 1:
            return False
        if item.body is None:
            # It was discarded while it was parked: its turn has come, and the line goes on behind it.
            await self._work.save_inbox(replace(item, state=InboxState.REFUSED))
        elif item.sequence == last + 1:
            await self._take_parked(item, item.body)
        else:
            await self._refuse(replace(item, body=None), TAKEN, Lane.CASES)
        return True

    async def _take_parked(self, item: InboxItem, body: bytes) -> None:
        try:
            message = reopened(self._services, item, body)
        except EnvelopeError as error:
            await self.set_aside(item, body, error.reason, is_opened=False)
        except RefusedError as error:
            await self.set_aside(item, body, error.code)
        else:
            partner = await known_partner(self._work, message.sender)
            await self._take_effect(message, replace(item, body=None), partner, Lane.CASES)

    async def set_aside(self, item: InboxItem, body: bytes, reason: str, *, is_opened: bool = True) -> None:
        """Hold a parked message that cannot be taken in, and tell its sender; it blames nobody else."""
        delivery = Delivery(item.message_id, item.sender, item.sender, self._services.party.party_id, body)
        await hold(self._services, self._work, delivery, reason)
        if is_opened:
            await self._refuse(replace(item, body=None), reason, Lane.CASES)
            return
        # It opens no more, so that the receipt speaks of the body, like that of what never opened.
        unopened = replace(item, body=None, digest=digest_of_body(body))
        self.refused.append((item.sender, item.digest))
        receipt_id = await self._receipts.refuse(unopened, NOT_OPENED, Lane.CASES)
        refused = replace(item, body=None, state=InboxState.REFUSED, receipt_id=receipt_id, reason=NOT_OPENED)
        await self._work.save_inbox(refused)

    @override
    async def _may_refuse(self, item: InboxItem) -> bool:
        """Always: it is here already, under the ceiling of what is parked, and leaves the line."""
        return True

    async def close_gap(self, item: InboxItem) -> None:
        """Give up what is missing before a parked message."""
        if item.body is not None and item.kind in TAKES_BACK:
            await self._take_parked(item, item.body)
        elif item.body is not None:
            await self._refuse(replace(item, body=None), _UNFILLED, Lane.CASES)
        else:
            await self._work.save_inbox(replace(item, state=InboxState.REFUSED))
