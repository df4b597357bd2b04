"""Waiting that ends early: when the workers stop, or when there is something to do."""

import asyncio
from contextlib import suppress


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
