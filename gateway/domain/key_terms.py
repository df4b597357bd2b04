"""Until when the keys that a party publishes can be used."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

KEY_WARNING = timedelta(days=20)
"""How long before its end a key without successor is told; daily rotation makes one a day earlier."""

_USES = ("checkpoint", "enc", "sig")
_LIVES = frozenset({"next", "active"})


def ends_of_use(keys: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, datetime | None]:
    """Of each use, until when every algorithm of it has a key: successors count; None where one has none now.

    Args:
        keys: Of a manifest.
        now: The instant.
    """
    return {use: _end([key for key in keys if key["use"] == use], now) for use in _USES}


def _end(keys: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    ends: dict[str, datetime] = {}
    for key in keys:
        until = _moment(key["exp"]) if key["status"] in _LIVES else now
        ends[key["alg"]] = max(ends.get(key["alg"], now), until)
    in_use = {key["alg"] for key in keys if _is_in_use(key, now)}
    return min(ends.values()) if ends and in_use == ends.keys() else None


def _is_in_use(key: Mapping[str, Any], now: datetime) -> bool:
    """Partners seal to a successor from its time on; we sign with it only when rotation took it up."""
    is_taken_up = key["status"] == "active" or (key["use"] == "enc" and key["status"] == "next")
    return is_taken_up and _moment(key["nbf"]) <= now < _moment(key["exp"])


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
