"""One journal entry as the tree sees it: public, pseudonymous, and bound to its content by a salted commitment.

The leaf is the canonical JSON of the public part. It holds SHA-256 of ``salt || content``; salt and content lie sealed
under the key of the case. Destroying that key leaves every leaf, and so the tree, as it was (R52, R58).
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from gateway.domain.errors import OperatorError
from gateway.domain.steps import ActionRefused, MessageDropped, MessageQuarantined, Step

_VERSION = 1
_SALT_BYTES = 32

DONE = "done"
_OUTCOMES: dict[type[Step], str] = {
    ActionRefused: "refused",
    MessageDropped: "dropped",
    MessageQuarantined: "quarantined",
}


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """What the journal says in clear; nothing in it names a person.

    Attributes:
        sequence: Place in the journal, from 1.
        case_ref: Random pseudonym of the case, 32 hex digits.
        recorded_at: When it was written.
        actor_role, organisation: Who acted, without the name.
        code, rules: Of the step.
        outcome: ``done``, ``refused``, ``dropped`` or ``quarantined``.
        message_id: The message that carried it, when one did.
        commitment: SHA-256 of salt and content, hex.
    """

    sequence: int
    case_ref: str
    recorded_at: datetime
    actor_role: str
    organisation: str
    code: str
    rules: tuple[str, ...]
    outcome: str
    message_id: str | None
    commitment: str

    def canonical(self) -> bytes:
        """The bytes of the leaf: JSON with sorted keys, no spaces, ASCII; times in UTC with microseconds."""
        members = {
            "v": _VERSION,
            "sequence": self.sequence,
            "case": self.case_ref,
            "recorded_at": self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "role": self.actor_role,
            "organisation": self.organisation,
            "step": self.code,
            "rules": list(self.rules),
            "outcome": self.outcome,
            "message_id": self.message_id,
            "commitment": self.commitment,
        }
        return json.dumps(members, sort_keys=True, separators=(",", ":")).encode("ascii")


def outcome_of(step: Step) -> str:
    """The public outcome of a step; reasons stay sealed."""
    return _OUTCOMES.get(type(step), DONE)


def salted(content: bytes) -> tuple[bytes, str]:
    """What is sealed (a fresh salt, then the content) and the commitment to it in hex."""
    value = os.urandom(_SALT_BYTES) + content
    return value, sha256(value).hexdigest()


def unsalted(value: bytes, commitment: str) -> bytes:
    """The content.

    Raises:
        OperatorError: ``journal-changed``: it is not what the journal committed to.
    """
    if sha256(value).hexdigest() != commitment:
        raise OperatorError(
            "journal-changed",
            "The content of a journal entry is not what the journal committed to.",
            remedy="Keep the file as evidence and restore the store from a backup.",
        )
    return value[_SALT_BYTES:]
