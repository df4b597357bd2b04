"""The event loop of a process that stays: uvloop's where there is one, else asyncio's own."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run what goes on for long; a command that ends at once does not earn the import back.

    Args:
        work: Ours.
    """
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the loop; None means asyncio's own, as on a machine for which uvloop is not made."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
