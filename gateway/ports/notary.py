"""The notary: signs checkpoints of our journal and verifies those of partners (C2SP signed notes)."""

from datetime import datetime
from typing import Protocol

from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint


class Notary(Protocol):
    """Signs with every key of our journal; believes a partner's note by the keys of its pinned manifest."""

    def sign(self, checkpoint: Checkpoint, at: datetime) -> SignedCheckpoint:
        """Our checkpoint as a note with an Ed25519 and an ML-DSA-44 signature.

        Raises:
            OperatorError: ``no-signing-key``.
        """
        ...

    def verify(self, note: str, party_id: str) -> SignedCheckpoint:
        """What a note says, once both signatures hold.

        Args:
            note: As it came; may be anything.
            party_id: Whose journal it must be of: a pinned partner, or ourselves.

        Raises:
            RefusedError: ``note-malformed``, ``checkpoint-malformed`` or ``checkpoint-unsigned``.
            OperatorError: ``partner-unknown``.
        """
        ...
