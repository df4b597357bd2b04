"""What a database must do in its own way; everything else is the same SQL for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Database(Protocol):
    """One kind of database, at one address.

    Attributes:
        turns: How many units of work one process may have at the same time.
        holds_all: Whether a transaction that writes has everything to itself from its beginning.
        looking: Options of a connection whose transaction only reads, all of it as of one moment.
    """

    turns: int
    holds_all: bool
    looking: Mapping[str, Any]

    def engine(self, patience: float) -> AsyncEngine:
        """An engine whose transactions keep what the port promises.

        Args:
            patience: Seconds to wait for somebody else.

        Raises:
            OperatorError: The address cannot be used.
        """
        ...

    async def hold(self, connection: AsyncConnection, keys: Sequence[int]) -> None:
        """Hold these keys (64 bits, signed, sorted) until the transaction ends, waiting for whoever has them."""
        ...

    async def hold_free(self, connection: AsyncConnection, keys: Sequence[int]) -> Sequence[int]:
        """Hold those of these keys that nobody else has, without waiting; returns them."""
        ...

    async def forget(self, made: AsyncEngine) -> bool:
        """After an erasure, remove what was erased from where it lingers; returns whether that was done."""
        ...
