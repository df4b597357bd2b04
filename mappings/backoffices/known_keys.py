"""The keys of our own formats: what may be told of a path, because no back office made it."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from mappings.backoffices.arbodienst_record import Zaak
from mappings.backoffices.canonical import case_model
from mappings.backoffices.model_keys import keys_of


@cache
def known_keys() -> frozenset[str]:
    """Every key that one of the formats has, wherever it stands."""
    found: set[str] = set()
    kinds: list[Any] = [Zaak, case_model()]
    seen: set[int] = set()
    while kinds:
        kind = kinds.pop()
        if id(kind) not in seen:
            seen.add(id(kind))
            keys = keys_of(kind)
            found.update(keys)
            kinds.extend(_parts(keys.values()))
    return frozenset(found)


def _parts(values: Iterable[tuple[Any, ...]]) -> Iterable[Any]:
    return (part for kinds in values for part in kinds)
