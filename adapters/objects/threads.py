"""Threads per partner: a file that cannot be read holds up its own partner's files, and nothing else."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from gateway.domain.errors import TemporaryError

Result = TypeVar("Result")


class PartnerThreads:
    """Runs blocking work in threads, at most so many per partner; none of them keeps the process from ending.

    A thread that waits for a disk cannot be interrupted. It keeps its place until the disk answers, and who waits for
    it goes on when the time is over.

    Args:
        at_once: Threads of one partner.
        seconds: How long one piece of work may take, waiting for its turn included.
    """

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._places: dict[str, asyncio.Semaphore] = {}

    async def run(self, partner: str, work: Callable[[], Result]) -> Result:
        """Run blocking work in a thread of a partner.

        Raises:
            TemporaryError: ``object-slow``: the time is over.
            Exception: What the work raises.
        """
        places = self._places.setdefault(partner, asyncio.Semaphore(self._at_once))
        try:
            async with asyncio.timeout(self._seconds):
                await places.acquire()
                return await _in_thread(work, places.release)
        except TimeoutError:
            raise TemporaryError(
                "object-slow",
                "A file that lies beside a message was not read in time.",
                remedy="Try again ('sogw serve' does so by itself)."
                " If it stays so, look at the disk in [objects] and [ceilings] file_seconds.",
            ) from None


def _in_thread(work: Callable[[], Result], ended: Callable[[], None]) -> "asyncio.Future[Result]":
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        ended()
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as caught:  # noqa: BLE001  (it is raised where it is waited for)
            error = caught
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    try:
        threading.Thread(target=run, name="objects", daemon=True).start()
    except RuntimeError:  # the system gives no more threads
        ended()
        raise
    return future
