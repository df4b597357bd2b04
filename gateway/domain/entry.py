"""One journal entry as the tree sees it: public, pseudonymous, and bound to its content by a salted commitment.

The leaf is the canonical JSON of the public part. It holds SHA-256 of ``salt || content``; salt and content lie sealed
under the key of the case. Destroying that key leaves every leaf, and so the tree, as it was (R52, R58).
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from gateway.domain.errors import RefusedError
from gateway.domain.merkle import leaf_hash
from gateway.domain.steps import ActionRefused, MessageDropped, MessageQuarantined, Step

_VERSION = 1
SALT_BYTES = 32
"""The salt stands before the content: without it a guess at a short content could be tried."""

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

    def leaf(self) -> bytes:
        """The leaf hash of this entry."""
        return leaf_hash(self.canonical())


def read_entry(leaf: bytes) -> PublicEntry:
    """The entry behind the bytes of a leaf.

    Raises:
        RefusedError: ``entry-malformed``: not the canonical form of an entry.
    """
    try:
        entry = _read(json.loads(leaf))
        if entry.canonical() == leaf:
            return entry
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise RefusedError(
        "entry-malformed",
        "This is no journal entry in its canonical form.",
        remedy="Ask for the proof again; do not change the file.",
    )


def outcome_of(step: Step) -> str:
    """The public outcome of a step; reasons stay sealed."""
    return _OUTCOMES.get(type(step), DONE)


def commitment_to(value: bytes) -> str:
    """The commitment, hex, to a salt followed by content."""
    return sha256(value).hexdigest()


def _read(members: dict[str, Any]) -> PublicEntry:
    return PublicEntry(
        sequence=members["sequence"],
        case_ref=members["case"],
        recorded_at=datetime.fromisoformat(members["recorded_at"]),
        actor_role=members["role"],
        organisation=members["organisation"],
        code=members["step"],
        rules=tuple(members["rules"]),
        outcome=members["outcome"],
        message_id=members["message_id"],
        commitment=members["commitment"],
    )
