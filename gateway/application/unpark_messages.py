"""Take in parked messages whose turn has come, a few with one commit, each at its own risk.

The one that closes a gap is committed before: what waits behind it can neither undo it nor be blamed on it. When this
ends early (the process dies, the store is away) the lines stay ready, and the worker for held messages goes on. One
that cannot be taken in is held and refused alone, and the line goes on behind it.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Concatenate, ParamSpec

from gateway.application.enclose_files import release_enclosures
from gateway.application.take_in_message import Line
from gateway.application.take_parked_message import Moved, close_gap, set_aside_parked, take_parked
from gateway.domain.errors import RefusedError
from gateway.ports.services import Services
from gateway.ports.store import UnitOfWork

More = ParamSpec("More")

LINES_AT_ONCE = 100


async def unpark(services: Services, lines: Iterable[Line]) -> None:
    """Go on with lines whose gap was closed; what cannot be done now is left to ``unpark_ready``."""
    for line in lines:
        with suppress(Exception):
            await _unpark_line(services, line)


async def unpark_ready(services: Services) -> int:
    """Go on with every line that stands still although it could go on, and with those that waited too long.

    Returns:
        How many lines moved.

    Raises:
        TemporaryError: The store cannot do it now.
        Exception: Why one of them cannot go on; the others were tried.
    """
    before = services.clock.now() - services.ceilings.parked_for
    async with services.store.look() as work:
        stale = await work.stale_lines(before, LINES_AT_ONCE)
        ready = await work.ready_lines(LINES_AT_ONCE)
    problems: list[Exception] = []
    for line in dict.fromkeys([*stale, *ready]):
        try:
            if line in stale:
                await _moved(services, close_gap, line, before)
            await _unpark_line(services, line)
        except Exception as error:  # noqa: BLE001  (one faulty line must not keep the others from going on)
            problems.append(error)
    if problems:
        raise problems[0]
    return len({*stale, *ready})


async def _unpark_line(services: Services, line: Line) -> None:
    limit, has_more = services.ceilings.unparked_together, True
    while has_more:
        try:
            has_more = await _moved(services, take_parked, line, limit)
        except RefusedError as error:
            if limit == 1:
                await _moved(services, set_aside_parked, line, error.code)
            limit = 1


async def _moved(
    services: Services,
    move: Callable[Concatenate[Services, UnitOfWork, Line, More], Awaitable[Moved]],
    line: Line,
    *more: More.args,
    **named: More.kwargs,
) -> bool:
    """Move a line in a unit of work of its own; returns whether there may be more."""
    async with services.store.begin() as work:
        moved = await move(services, work, line, *more, **named)
    await release_enclosures(services, moved.refused)
    return moved.has_more
