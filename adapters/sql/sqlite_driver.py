"""A SQLite connection that leaves the event loop only for what may take long: to begin, to commit, to roll back.

aiosqlite hands every call to a thread and waits for it, four times for one query; that wait is most of what a
statement costs. Within a transaction the lock is held and the pages are mostly in memory, so a statement takes
microseconds and runs at once. Waiting for another process (BEGIN) and for the disk (COMMIT) stay in the thread.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite
from typing_extensions import override

_ROWS_AT_ONCE = 64


class DirectConnection(aiosqlite.Connection):
    """As aiosqlite, but without the detour while in a transaction. One task at a time may use it."""

    @override
    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The one way by which aiosqlite calls sqlite3, for cursors too."""
        is_of_cursor = isinstance(getattr(fn, "__self__", None), sqlite3.Cursor)
        if self.in_transaction and (is_of_cursor or fn == self._conn.cursor):
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    @override
    async def rollback(self) -> None:
        """Nothing to go to the thread for when there is no transaction, as after every commit."""
        if self.in_transaction:
            await super().rollback()


def connect(database: str, **options: Any) -> DirectConnection:
    """A connection to be awaited, as ``aiosqlite.connect`` makes; its thread does not keep the program alive."""
    options["check_same_thread"] = False
    made = DirectConnection(partial(sqlite3.connect, database, **options), _ROWS_AT_ONCE)
    worker: Any = getattr(made, "_thread", made)
    worker.daemon = True
    return made
