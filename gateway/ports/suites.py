"""Choose the key and the suite for what goes to a partner: one judgement for sealing, onboarding and the check."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from gateway.domain.days import LEEWAY
from gateway.domain.errors import OperatorError
from gateway.ports.keyring import Manifest

HYBRID: Final = "HPKE-9-KE"
CLASSICAL: Final = "ECDH-ES+A256KW"
LEEWAY_SECONDS: Final = int(LEEWAY.total_seconds())
"""How far two parties' clocks may be apart."""

NO_KEY: Final = "no encryption key that is valid now"
NO_EXCEPTION: Final = "only a key that is not quantum-safe, and no exception is running"


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a message to a partner would be sealed with.

    Attributes:
        key: The partner's public key; None when nothing can be sent.
        why_not: What stands in the way (``NO_KEY`` or ``NO_EXCEPTION``); empty when there is a key.
        exception_runs: Whether the dated exception for the classical suite is running, whether or not it is needed.
        ends_at: When the newest usable key expires or, under the exception, the exception ends; None without a key.
    """

    key: Mapping[str, Any] | None
    why_not: str
    exception_runs: bool
    ends_at: datetime | None

    @property
    def suite(self) -> str | None:
        """The JWE ``alg`` in use; None when nothing can be sent."""
        return None if self.key is None else str(self.key["alg"])

    @property
    def is_quantum_safe(self) -> bool:
        """Whether what goes there is quantum-safe, and what comes from there must be."""
        return self.suite == HYBRID and not self.exception_runs


def sealing(manifest: Manifest | None, classical_until: datetime | None, at: datetime) -> Sealing:
    """Judge by the keys that are pinned: the hybrid key, or else by exception the classical one.

    Args:
        manifest: The partner's, verified; None when none is pinned.
        classical_until: End of its exception, aware; None when it has none.
        at: Aware instant.
    """
    runs = exception_runs(classical_until, at)
    keys = manifest.keys if manifest else ()
    hybrid, classical = list(_usable(keys, HYBRID, at)), list(_usable(keys, CLASSICAL, at))
    if hybrid:
        return Sealing(hybrid[0], "", runs, _last_end(hybrid))
    if classical and runs and classical_until is not None:
        return Sealing(classical[0], "", runs, min(_last_end(classical), classical_until))
    return Sealing(None, NO_EXCEPTION if classical else NO_KEY, runs, None)


def exception_runs(classical_until: datetime | None, at: datetime) -> bool:
    """Tell whether a dated exception for the classical suite is running."""
    return classical_until is not None and at < classical_until


def key_to_seal_to(
    party_id: str, manifest: Manifest | None, classical_until: datetime | None, at: datetime
) -> Mapping[str, Any]:
    """Choose the key that a message to a partner is sealed to.

    Raises:
        OperatorError: ``partner-key-missing`` or ``suite-not-allowed``: nothing can be sent to it.
    """
    found = sealing(manifest, classical_until, at)
    if found.key is not None:
        return found.key
    if found.why_not == NO_KEY:
        raise OperatorError(
            "partner-key-missing",
            f"Partner '{party_id}' has no encryption key that is valid now.",
            remedy="Ask the partner for its current key manifest.",
        )
    raise OperatorError(
        "suite-not-allowed",
        f"Partner '{party_id}' only has a key that is not quantum-safe, and no exception is running for it.",
        remedy="Ask the partner for a hybrid key, or record an exception with an end date: --classical-until.",
    )


def is_within(key: Mapping[str, Any], seconds: int) -> bool:
    """Tell whether a key is valid at an instant."""
    return bool(key["nbf"] - LEEWAY_SECONDS <= seconds < key["exp"])


def _usable(keys: Iterable[Mapping[str, Any]], alg: str, at: datetime) -> Iterator[Mapping[str, Any]]:
    """Usable keys for one algorithm: active ones first, then next ones whose time has come."""
    seconds = int(at.timestamp())
    of_alg = [key for key in keys if (key["alg"], key["use"]) == (alg, "enc") and is_within(key, seconds)]
    for status in ("active", "next"):
        yield from (key for key in of_alg if key["status"] == status)


def _last_end(keys: list[Mapping[str, Any]]) -> datetime:
    return datetime.fromtimestamp(max(key["exp"] for key in keys), UTC)
