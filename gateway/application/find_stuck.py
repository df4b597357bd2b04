"""Find a message that is stuck, by what a person has of it: its id, or the local id of a held delivery."""

from gateway.domain.errors import RefusedError
from gateway.ports.store import InboxItem, QuarantineItem, QuarantineState, UnitOfWork


async def find_held(work: UnitOfWork, wanted: str) -> QuarantineItem | None:
    """The held delivery with this local id or claimed message id."""
    return next(
        (
            item
            for item in await work.quarantine()
            if wanted in {item.item_id, item.message_id} and item.state is QuarantineState.HELD
        ),
        None,
    )


async def find_taken(work: UnitOfWork, wanted: str) -> InboxItem | None:
    """The incoming message with this id."""
    return next((item for item in await work.inbox() if item.message_id == wanted), None)


def not_found() -> RefusedError:
    """There is no such message."""
    return RefusedError("message-unknown", "There is no such message here.", remedy="See: sogw message list")
