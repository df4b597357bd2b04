"""What ``sogw`` runs first: an interrupt while the program is still loading ends it quietly; nothing was begun."""

import signal
import sys

_INTERRUPTED = 130


def run() -> None:
    """Load the program, and run it."""
    hears = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # who started us may want it ignored
    if hears:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from gateway.entrypoints.cli.main import run as run_command

    try:
        if hears:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run_command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
