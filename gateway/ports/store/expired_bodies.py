"""Find and delete bodies whose term is over."""

from datetime import datetime
from typing import Protocol

from gateway.domain.retention import DataKind


class ExpiredBodies(Protocol):
    """Bodies of settled messages whose term is over."""

    async def expired_bodies(self, kind: DataKind, before: datetime) -> int:
        """How many bodies of that kind were settled before an instant and are here still.

        Args:
            kind: ``TRANSPORT_COPY`` or ``RECEIPT_COPY``: of outgoing messages that are delivered, refused or dropped;
                ``HELD_DELIVERY``: of deliveries that were replayed or discarded.
            before: The instant.
        """
        ...

    async def delete_expired_bodies(self, kind: DataKind, before: datetime) -> int:
        """Delete these bodies; returns how many. The rows stay, with ``b""`` as their body.

        Of deliveries that were replayed the rows go too: their messages are in the inbox, or settled nothing more.
        """
        ...
