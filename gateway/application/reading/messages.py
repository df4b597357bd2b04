"""Read lists of messages: what was sent, received and held; metadata only, and no case is read for it."""

from gateway.application.permit_act import permit_role
from gateway.domain.permissions import Permission
from gateway.domain.steps import Actor
from gateway.ports.services import Services
from gateway.ports.store import Direction, MessageLine, MessageQuery, Page

__all__ = ["Direction", "MessageLine", "MessageQuery", "Page", "message_list"]


async def message_list(services: Services, by: Actor, query: MessageQuery) -> Page[MessageLine]:
    """Give a page of the index of messages, newest first.

    Raises:
        RefusedError: This role lists no messages, or ``cursor-invalid``.
    """
    permit_role(services, by, Permission.MESSAGE_READ)
    async with services.store.look() as work:
        return await work.message_list(query)
