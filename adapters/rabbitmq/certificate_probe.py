"""Find out what a broker says against our certificate, by saying nothing.

In TLS 1.3 the broker looks at our certificate when the handshake is over for us already (RFC 8446 section 2). By then
the driver speaks AMQP, and what it writes to a broker that has hung up makes the operating system forget the alert that
was waiting to be read: a refusal for good would look like a cut cable. Who writes nothing hears the alert every time.
"""

import asyncio
import ssl
from contextlib import suppress

from yarl import URL

_PORT = 5671
"""IANA's port for amqps, when the address names none."""

_SECONDS = 2.0
"""How long is listened: a broker that accepts us waits for us in silence."""


async def overheard(url: URL, context: ssl.SSLContext) -> ssl.SSLError | None:
    """Connect again, say nothing, and return what ends the connection when TLS names it.

    Args:
        url: Host and port of an ``amqps`` broker.
        context: Ours, with the certificate that may be refused.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(url.host, url.port or _PORT, ssl=context)
            try:
                await reader.read(1)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except ssl.SSLError as error:
        return error
    except (OSError, TimeoutError):
        pass
    return None
