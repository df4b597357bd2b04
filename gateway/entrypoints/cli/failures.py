"""Errors as people see them: one line that says what happened, by which rule and what to do; no traceback."""

import os
import sys
import traceback
from typing import Final

from gateway.domain.errors import GatewayError, OperatorError, reason_of
from gateway.domain.printable import printable

EXIT_STATUSES: Final = (
    (0, "done", "what was asked was done"),
    (1, "internal", "a mistake in the program; nothing to mend in the input"),
    (2, "usage", "the command line is not as the help says"),
    (3, "refused", "a rule, a consent or the input stands in the way; the line names the rules and the way out"),
    (75, "temporary", "not now: a broker or store does not answer; try again"),
    (78, "operator", "a setting, a key, a partner or the broker is not as it must be"),
    (130, "interrupted", "stopped by Ctrl-C"),
)
"""What a script may rely on; printed in the reference."""

INTERNAL, USAGE, INTERRUPTED = 1, 2, 130


def report(error: GatewayError) -> int:
    """Tell an error that was raised on purpose; returns its exit status."""
    where = f"{error.where}: " if error.where else ""
    rules = f" [{', '.join(error.rules)}]" if error.rules else ""
    remedy = f" \N{RIGHTWARDS ARROW} {error.remedy}" if error.remedy else ""
    _print(error.code, f"{where}{error.message}{rules}{remedy}")
    return error.exit_status


def report_usage(message: str, hint: str) -> int:
    """Tell that the command line is not understood."""
    _print("usage", f"{message} \N{RIGHTWARDS ARROW} {hint}")
    return USAGE


def report_unexpected(error: BaseException) -> int:
    """Tell a mistake of ours by its type only: its text, and a traceback, could quote personal data."""
    if os.environ.get("SOGW_DEBUG") == "1":
        traceback.print_exception(error)
    remedy = "Set SOGW_DEBUG=1 for details; they may quote personal data, so do not share them unread."
    _print("internal", f"Something unexpected happened ({type(error).__name__}). \N{RIGHTWARDS ARROW} {remedy}")
    return INTERNAL


def report_file(error: OSError) -> int:
    """Tell of a file that does not let us, where nothing more is known than its name and the system's reason."""
    return report(
        OperatorError(
            "file-not-usable",
            f"This file or folder cannot be used ({reason_of(error)}).",
            where=os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "",
            remedy="Name one that is there and yours, look at the free space, and try again.",
        )
    )


def say(text: str) -> None:
    """Talk to the person at the keyboard, on standard error."""
    print(printable(text), file=sys.stderr, flush=True)


def _print(code: str, text: str) -> None:
    label = f"error[{code}]"
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        label = f"\x1b[1;31m{label}\x1b[0m"
    print(f"{label}: {printable(text)}", file=sys.stderr, flush=True)
