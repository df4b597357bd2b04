"""Turns between the processes of one test run: what installs or builds something happens once at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def my_turn(what: str) -> Iterator[None]:
    """Wait until no other test process of this user does the same."""
    place = Path(tempfile.gettempdir()) / f"sogw-tests-{os.getuid()}-{what}.lock"
    with place.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
