"""A road between a client and a server on loopback that goes bad when a test says so: stalled, deaf, cut or closed."""

import asyncio
import socket
import struct
from contextlib import suppress
from enum import Enum
from typing import Self

_CHUNK = 16 * 1024
_RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends RST."""


class ConfirmChannel(Enum):
    """What becomes of bytes."""

    OPEN = "open"
    STALLED = "stalled"
    """Nothing goes either way, and nobody hears of it, as behind a firewall that forgot a connection."""
    DEAF = "deaf"
    """What the client says arrives; what the server answers is lost."""
    CLOSED = "closed"
    """Connecting is refused."""


class ChaosProxy:
    """Stands in front of one server, or of several that take turns; change ``road`` at any moment.

    Attributes:
        servers: Host and port of each; a new connection goes to the next one that answers.
        road: How it is now.
        lost: Bytes of answers that were lost.
    """

    def __init__(self, *servers: tuple[str, int]) -> None:
        self.servers = list(servers)
        self._turn = 0
        self.road = ConfirmChannel.OPEN
        self.lost = 0
        self._cut_after: int | None = None
        self._cut = asyncio.Event()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._listener: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listener is not None:
            self._listener.close()
        self.reset()
        while self._pairs:
            await asyncio.sleep(0.01)

    @property
    def address(self) -> tuple[str, int]:
        """Where clients connect."""
        assert self._listener is not None
        host, port = self._listener.sockets[0].getsockname()
        return host, port

    def reset(self) -> None:
        """End every connection as a crash does: with RST."""
        for pair in self._pairs:
            for writer in pair:
                _abort(writer)

    def cut_after(self, count: int) -> asyncio.Event:
        """Let so many more bytes of the client through, then end that connection in the middle of what it says.

        Returns:
            An event that is set once it happened.
        """
        self._cut_after, self._cut = count, asyncio.Event()
        return self._cut

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.road is ConfirmChannel.CLOSED:
            _abort(writer)
            return
        opened = await self._reach()
        if opened is None:
            _abort(writer)
            return
        there, back = opened
        pair = writer, back
        self._pairs.add(pair)
        ways = [asyncio.create_task(self._ask(reader, back, pair)), asyncio.create_task(self._answer(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for one in pair:
                one.close()
                with suppress(OSError):
                    await one.wait_closed()
            self._pairs.discard(pair)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self.servers:
            self._turn += 1
            with suppress(OSError):
                return await asyncio.open_connection(*self.servers[self._turn % len(self.servers)])
        return None

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: tuple) -> None:
        while data := await reader.read(_CHUNK):
            await self._while_stalled()
            if self._cut_after is not None and len(data) >= self._cut_after:
                writer.write(data[: self._cut_after])
                await writer.drain()
                self._cut_after = None
                self._cut.set()
                for one in pair:
                    _abort(one)
                return
            if self._cut_after is not None:
                self._cut_after -= len(data)
            writer.write(data)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await self._while_stalled()
            if self.road is ConfirmChannel.DEAF:
                self.lost += len(data)
                continue
            writer.write(data)
            await writer.drain()

    async def _while_stalled(self) -> None:
        while self.road is ConfirmChannel.STALLED:
            await asyncio.sleep(0.02)


def _abort(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
