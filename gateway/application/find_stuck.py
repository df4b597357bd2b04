"""Find a message that is stuck, by what a person has of it: its id, or the local id of a held delivery."""

from gateway.domain.errors import RefusedError
from gateway.ports.store import InboxItem, OutboxItem, QuarantineItem, QuarantineState, UnitOfWork


async def find_held(work: UnitOfWork, wanted: str) -> QuarantineItem | None:
    """The held delivery with this local id or claimed message id, with its body."""
    held = await work.held_as(wanted)
    found = next((item for item in held if item.state is QuarantineState.HELD), None)
    return await work.quarantine_item(found.item_id) if found else None


async def find_taken(work: UnitOfWork, wanted: str) -> InboxItem | None:
    """The incoming message with this id, as it is once its case is held: its turn may have come meanwhile."""
    found = next(iter(await work.came_as(wanted)), None)
    if found is None:
        return None
    if found.referral_id is not None:
        await work.hold([await work.case_of_referral(found.referral_id) or found.referral_id])
    return await work.inbox_item(found.sender, found.message_id)


async def find_sent(work: UnitOfWork, wanted: str) -> OutboxItem | None:
    """The outgoing message with this id, as it is once its case is held: its receipt may have come meanwhile."""
    found = await work.outbox_item(wanted)
    if found is None:
        return None
    await work.hold([found.case_id])
    return await work.outbox_item(wanted)


def not_found() -> RefusedError:
    """There is no such message."""
    return RefusedError("message-unknown", "There is no such message here.", remedy="See: sogw message list")
