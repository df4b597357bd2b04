"""Looking for an input that breaks a promise, in a bounded or in a long run, and counting what was tried.

``make test`` tries the same few hundred examples per search every time, so that a red run is somebody's change.
``make fuzz MINUTES=10`` divides that time over all searches, with fresh examples until it is over.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

MINUTES = float(os.environ.get("SOGW_FUZZ_MINUTES", "0"))
"""How long to search in all; 0 is the bounded run."""

ROUND = 250
"""Examples between two looks at the clock in a long run."""

HANG_CPU_SECONDS = 20.0
"""Processor time after which an example counts as a hang: thousands of times what any of them needs. Wall time would
make a busy machine a finding."""

Outcomes = Counter[str]


class Hang(BaseException):
    """An example that does not end; not an ``Exception``, so that no last net catches it."""


@contextmanager
def no_hang() -> Iterator[None]:
    """Stop what uses far more processor time than any example may."""

    def stop(_signal: int, _frame: Any) -> None:
        raise Hang(f"more than {HANG_CPU_SECONDS:.0f} seconds of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, HANG_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class Search:
    """One search: draws examples, holds each to its check, and counts the outcomes.

    Args:
        name: Of the test, for the summary.
        seconds: Its share of a long run; 0 for a bounded one.
        outcomes: What came out, by name of the outcome.
    """

    def __init__(self, name: str, seconds: float, outcomes: Outcomes) -> None:
        self._name = name
        self._seconds = seconds
        self._outcomes = outcomes

    def __call__(self, strategy: SearchStrategy[Any], check: Callable[[Any], str], *, examples: int = 200) -> Outcomes:
        """Search; the check names the outcome of an example, or fails."""

        def one(example: Any) -> None:
            with no_hang():
                self._outcomes[check(example)] += 1

        if not self._seconds:
            _explore(strategy, one, examples, derandomize=True)
            return self._outcomes
        end = time.monotonic() + self._seconds
        while time.monotonic() < end:
            _explore(strategy, seed(random.getrandbits(64))(one), ROUND, derandomize=False)
        return self._outcomes


def _explore(strategy: SearchStrategy[Any], one: Callable[[Any], None], examples: int, *, derandomize: bool) -> None:
    bounded = settings(
        max_examples=examples,
        derandomize=derandomize,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    bounded(given(strategy)(one))()
