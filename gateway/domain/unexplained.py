"""Keep what a record left in doubt until something explains it: an older record is understood, and tells nothing (R25).

A back office may submit an older export after a newer one. That it can be read says nothing of what the newer one told.
"""

from collections.abc import Sequence
from datetime import datetime

from gateway.domain import steps as s
from gateway.domain.restatement import keys_of, restate

NOT_EXPLAINED = "not-explained"
"""Doubt of a record that says nothing but what was on record before the doubt arose; a person's word ends it."""

_MENDED_BY_EARLIER = frozenset({"dossier-widened"})
"""Doubts that a record ends which says what was said before: what it restored is what restricts."""


def is_unexplained(known: Sequence[s.Step], said: Sequence[s.Step], at: datetime, by: s.Actor) -> bool:
    """Whether a case is in doubt, and a record says no decision that was not on record before that.

    Args:
        known: Steps on record, oldest first.
        said: Steps of the record, oldest first.
        at: When it is submitted.
        by: Who submits it.
    """
    since = _in_doubt_since(known)
    return since is not None and not keys_of(restate(known[:since], said, at, by).steps)


def _in_doubt_since(known: Sequence[s.Step]) -> int | None:
    """Where the doubt arose that nobody explained since; None when the last record was taken at its word.

    What came with the first record of a case was not known before it.
    """
    since: int | None = None
    doubts: frozenset[str] = frozenset()
    first = next((place for place, step in enumerate(known) if isinstance(step, s.CaseStated)), 0)
    for place, step in enumerate(known):
        if isinstance(step, s.CaseStated):
            doubts = frozenset(step.doubts) - _MENDED_BY_EARLIER
        elif isinstance(step, s.StatementConfirmed):
            doubts -= frozenset(step.doubts)
        else:
            continue
        arose = 0 if place == first else place
        since = (arose if since is None else since) if doubts else None
    return since
