"""How often anything may repeat in a message: every list has a bound, far below the one that makes work (ADR 63).

The bounds are the same at the sender, who hears of them before anything leaves the house.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from gateway.domain.rules.billing import MOST_LINES
from mappings.fhir.refusals import refusal

MOST = 20
"""Entries of one resource type, and items of one list."""
EXCEPTIONS: Mapping[str, int | None] = {"lineItem": MOST_LINES, "entity": 4 * MOST, "entry": None}
"""By element name.

A line of the audit names every document and consent; the entries are counted by type, before anything else is read.
"""
MOST_LINES_OF_AUDIT = 2 * MOST
"""The act itself and every consent that was weighed for it."""


def most_of(element: str) -> int | None:
    """How many items a list may have, by the name of its element; None where something else bounds it."""
    return EXCEPTIONS.get(element, MOST)


def check_entries(types: Iterable[str]) -> None:
    """Count the entries of a bundle by their resource type.

    Raises:
        RefusedError: ``bundle-list-too-long``.
    """
    for name, count in Counter(types).items():
        if count > (MOST_LINES_OF_AUDIT if name == "AuditEvent" else MOST):
            raise refusal("list-too-long", f"Bundle.entry.resource.ofType({name})")
