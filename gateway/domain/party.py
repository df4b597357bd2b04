"""Parties: one party is one gateway, one key set and one inbox (protocol.md)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain.errors import RefusedError
from gateway.domain.people import Organisation

_PARTY_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,31}")
_UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that show nothing, turn a line around or begin another."""

LONGEST_NAME: Final = 200
"""Characters of the name of a party."""


class Role(StrEnum):
    """What a party is to the other: the occupational health service or the pool."""

    OHS = "ohs"
    POOL = "pool"


def check_party_id(text: str, where: str = "") -> None:
    """Refuse a text that is no party id: it becomes a user of the broker, a queue and a word of routing keys.

    Raises:
        RefusedError: ``party-id-invalid``.
    """
    if not _PARTY_ID.fullmatch(text):
        raise RefusedError(
            "party-id-invalid",
            "A party id has 1 to 48 characters: lower-case letters, digits and inner hyphens.",
            where=where,
            remedy="Choose an id such as 'lpbso' or 'arbo-lindehof'.",
        )


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as it takes part in the exchange.

    Attributes:
        party_id: ``[a-z0-9-]``, no dots: it becomes a routing key word and a queue name.
        role: ``ohs`` or ``pool``.
        name: As people know the organisation.
        ura, kvk, agb: Identifiers of the organisation; at least one is wanted in a bundle.
    """

    party_id: str
    role: Role
    name: str
    ura: str | None = None
    kvk: str | None = None
    agb: str | None = None

    def __post_init__(self) -> None:
        check_party_id(self.party_id)

    def is_named_by(self, organisation: Organisation) -> bool:
        """Tell whether an organisation in a message is this party: the same id, and no number of another (R40).

        A name may change after the onboarding, and identifies nobody.
        """
        pairs = ((self.ura, organisation.ura), (self.kvk, organisation.kvk), (self.agb, organisation.agb))
        is_contradicted = any(ours and told and ours != told for ours, told in pairs)
        return organisation.organisation_id == self.party_id and not is_contradicted


def is_name(text: str) -> bool:
    """Tell whether a text may name a party: one line that shows whole, and bounded."""
    shows = not any(unicodedata.category(letter) in _UNPRINTED for letter in text)
    return shows and text == text.strip() and 0 < len(text) <= LONGEST_NAME


def is_number(text: str) -> bool:
    """Tell whether a text may be an identifier of a party: a short word of digits and letters."""
    return _NUMBER.fullmatch(text) is not None
