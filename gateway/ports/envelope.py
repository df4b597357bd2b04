"""The envelope: sealing and opening of one message for one recipient (``so-envelope/1``, protocol.md section 3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SealedMessage:
    """What sealing yields.

    Attributes:
        body: Compact JWE, ASCII.
        digest: Lower-case hex SHA-256 of the inner JWS signing input; what a receipt attests.
    """

    body: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """What opening yields, after every check of the profile held.

    Attributes:
        payload: The exact signed bytes, padding included (trailing spaces after JSON).
        sender, recipient, message_id: ``iss``, ``aud``, ``jti`` - equal inside and outside.
        issued_at, expires_at: Aware UTC.
        digest: As in SealedMessage.
        is_quantum_safe: False when the classical suite was used.
    """

    payload: bytes
    sender: str
    recipient: str
    message_id: str
    issued_at: datetime
    expires_at: datetime
    digest: str
    is_quantum_safe: bool


class EnvelopeSealer(Protocol):
    """Seals for partners and opens for one party; keys and pinned manifests are found by party id."""

    def reaches(self, recipient: str, at: datetime) -> bool:
        """Tell whether something can be sealed to a partner; False while it has no usable key.

        Args:
            recipient: A party id.
            at: Aware instant.

        Raises:
            OperatorError: ``partner-not-onboarded``.
        """
        ...

    def seal(
        self, payload: bytes, *, recipient: str, message_id: str, issued_at: datetime, size_floor: int = 0
    ) -> SealedMessage:
        """Pad, sign and encrypt.

        Args:
            payload: JSON bytes of the bundle.
            recipient: A pinned partner's party id.
            message_id: UUID in lower-case 8-4-4-4-12 text, becomes ``jti``; one form, so that lengths do not vary.
            issued_at: Aware instant; ``exp`` is seven days later.
            size_floor: Common padded size in bytes of kinds whose difference is sensitive; 0 for plain Padme.
                All payloads up to this size to the same recipient in the same suite give bodies of one length.

        Raises:
            OperatorError: No usable key, unknown partner, or suite not allowed for it.
            RefusedError: Payload too large, or a message id that is not such a UUID.
        """
        ...

    def open(self, body: bytes, *, at: datetime) -> OpenedMessage:
        """Parse strictly, decrypt, verify and compare.

        Args:
            body: As it came from the broker; may be anything.
            at: Aware instant of receipt; must lie between five minutes before ``iat`` and ``exp``.

        Raises:
            EnvelopeError: Always this one, whatever is wrong with the envelope; ``reason`` stays local.
                ``begins_at`` of one that was verified and only comes too early.
            OperatorError, TemporaryError: Only when a key store itself cannot answer. That says nothing about the
                envelope: it must be tried again, not quarantined.
        """
        ...
