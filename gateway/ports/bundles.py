"""Bundles: a message as the bytes that are signed, and those bytes as a message again (protocol.md section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.domain.consent import Purpose
from gateway.domain.messages import Message


class AuditWhat(StrEnum):
    """What an audit line is about."""

    DISCLOSURE = "disclosure"
    CONSENT_DECISION = "consent-decision"
    RECEIPT = "receipt"
    NOTICE = "notice"


class AuditOutcome(StrEnum):
    """Whether it was let through."""

    PERMITTED = "permitted"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One log line in the sense of NEN 7513, as far as it travels in a bundle.

    Attributes:
        what: Disclosure, consent decision, receipt or notice.
        outcome: Permitted or denied.
        recorded_at: Aware instant.
        agent_role: Role of who acted: bedrijfsarts, secretariat, system.
        agent_organisation: Party id of who acted.
        message_id: The message it is about.
        agent_name: As shown to the employee (R50); None for a system.
        on_behalf_of: The responsible physician, when somebody else acted.
        purpose: The consent purpose that was weighed.
        consent_id: The consent that decided.
        rules: Rule numbers behind the outcome.
    """

    what: AuditWhat
    outcome: AuditOutcome
    recorded_at: datetime
    agent_role: str
    agent_organisation: str
    message_id: str
    agent_name: str | None = None
    on_behalf_of: str | None = None
    purpose: Purpose | None = None
    consent_id: str | None = None
    rules: tuple[str, ...] = ()


class BundleMapper(Protocol):
    """Translates messages to bundles and back without loss: ``from_bundle(to_bundle(m)) == m``."""

    def to_bundle(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> bytes:
        """Write a message as a FHIR R4 message bundle.

        Args:
            message: What is said.
            audit: Log lines to carry; the line the protocol asks for is added when it is not among them.

        Returns:
            The exact JSON bytes to sign. They must never be parsed and written again before signing.

        Raises:
            RefusedError: ``bundle-...``: the message cannot be said within the protocol. Without personal data.
        """
        ...

    def from_bundle(self, payload: bytes) -> Message:
        """Read a bundle; trailing spaces (padding) are allowed.

        Raises:
            RefusedError: ``bundle-...`` with the FHIR path in ``where`` and no value of the input anywhere.
        """
        ...
