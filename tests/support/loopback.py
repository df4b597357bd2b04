"""Ports on loopback, for the servers that tests start."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import TextIO

_RANGE = range(20_000, 32_000)
"""Below the ports that systems give to outgoing connections: a server needs seconds to bind what was chosen for it."""

_reserved: dict[int, TextIO] = {}


def free_port() -> int:
    """Reserve a port of loopback on which nobody listens: for this process, until it ends.

    Raises:
        RuntimeError: All are taken.
    """
    for port in random.sample(_RANGE, len(_RANGE)):
        if _is_reserved(port) and _is_free(port):
            return port
    raise RuntimeError("no port of loopback is free for a server of the tests")


def _is_reserved(port: int) -> bool:
    """Reserve a port against other processes that choose one; a lock ends with the process that holds it."""
    if port in _reserved:
        return False
    folder = Path(tempfile.gettempdir()) / f"sogw-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    held = (folder / str(port)).open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        return False
    _reserved[port] = held
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
