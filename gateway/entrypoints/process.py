"""Keep what is in this process's memory in it: no core dump, and not readable by other processes of the same user."""

import sys
from typing import Final

from gateway.domain.errors import OperatorError

_PR_SET_DUMPABLE: Final = 4
"""``prctl(2)``; a process that is not dumpable also hides its memory and environment in ``/proc`` and from ptrace."""


def seal_process() -> None:
    """Set ``RLIMIT_CORE`` to 0, and on Linux ``PR_SET_DUMPABLE`` too; elsewhere the limit is all there is.

    A child process inherits the limit; the kernel makes it dumpable again when it runs another program.

    Raises:
        OperatorError: ``process-exposed``: the kernel refused, so keys could end up in a file.
    """
    if sys.platform == "win32":  # it has neither
        return
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            _forbid_dumps()
    except (ImportError, OSError, ValueError):
        raise OperatorError(
            "process-exposed",
            "The system does not let this process forbid dumps of its memory, which holds keys.",
            remedy="Let the service manager or container allow setrlimit and prctl to it.",
        ) from None


def _forbid_dumps() -> None:
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
