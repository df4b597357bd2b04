"""What the journal commits to: a salt and the content, sealed together; the commitment itself is public."""

import os
from typing import Any

from sqlalchemy import Row

from gateway.domain.entry import SALT_BYTES, PublicEntry, commitment_to
from gateway.domain.errors import OperatorError


def salted(content: bytes) -> tuple[bytes, str]:
    """What is sealed (a fresh salt, then the content) and the commitment to it in hex."""
    value = os.urandom(SALT_BYTES) + content
    return value, commitment_to(value)


def unsalted(value: bytes, commitment: str) -> bytes:
    """The content.

    Raises:
        OperatorError: ``journal-changed``: it is not what the journal committed to.
    """
    if commitment_to(value) != commitment:
        raise OperatorError(
            "journal-changed",
            "The content of a journal entry is not what the journal committed to.",
            remedy="Keep the file as evidence and restore the store from a backup.",
        )
    return value[SALT_BYTES:]


def public_entry(row: Row[Any]) -> PublicEntry:
    """The public part of a row of the journal."""
    return PublicEntry(
        sequence=row.sequence,
        case_ref=row.case_ref,
        recorded_at=row.recorded_at,
        actor_role=row.actor_role,
        organisation=row.organisation,
        code=row.code,
        rules=tuple(row.rules.split()),
        outcome=row.outcome,
        message_id=row.message_id,
        commitment=row.commitment,
    )
