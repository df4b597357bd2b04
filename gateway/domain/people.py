"""People and organisations as a case knows them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class NameUse(StrEnum):
    """Which surname a person goes by (naamgebruik)."""

    OWN = "own"
    PARTNER_OWN = "partner-own"
    OWN_PARTNER = "own-partner"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as the Dutch write it; a mononym has a family name only.

    Attributes:
        family: Own surname without prefix.
        prefix: Surname prefix (tussenvoegsel), such as ``van der``.
        initials: ``J.P.``
        given: All given names in one text, as exported.
        call_name: The name somebody is called by (roepnaam).
        partner_prefix, partner_family: Of the partner.
        use: Which of both the person goes by.
    """

    family: str
    prefix: str | None = None
    initials: str | None = None
    given: str | None = None
    call_name: str | None = None
    partner_prefix: str | None = None
    partner_family: str | None = None
    use: NameUse = NameUse.OWN


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address, any country."""

    street: str | None = None
    house_number: str | None = None
    addition: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody with a written mandate to speak for the employee; may not consent unless told otherwise."""

    name: str
    relation: str | None = None
    mandate_signed_on: date | None = None
    may_consent: bool = False


@dataclass(frozen=True, slots=True)
class Employee:
    """The employee; only name, address and contact data may ever travel (R28)."""

    name: PersonName
    address: Address | None = None
    is_address_protected: bool = False
    telephone: str | None = None
    email: str | None = None
    personnel_number: str | None = None
    bsn: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    preferred_channel: str | None = None
    language: str | None = None
    needs_interpreter: bool = False
    occupation: str | None = None
    hours_per_week: float | None = None
    address_note: str | None = None
    hirer: str | None = None
    representative: Representative | None = None


@dataclass(frozen=True, slots=True)
class FormerOrganisation:
    """Where a physician worked before; shown, and no ground by itself to doubt independence (R5)."""

    organisation: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Physician:
    """A physician in one role at one organisation.

    Attributes:
        name: As shown to people.
        big: BIG register number, 11 digits.
        agb: AGB code, 8 digits.
        role: ``bedrijfsarts`` or ``praktijkondersteuner-bedrijfsarts`` (or what the export says).
        organisation: Organisation id of this role.
        supervisor_big: Of the supervising bedrijfsarts, for a practice assistant.
        other_organisations: Every other organisation this person works for (R5: all roles and side jobs).
        focus_areas, region: As shown to who chooses (R8).
        former_organisations: Where this person worked before; shown, does not count by itself.
    """

    name: str
    big: str | None = None
    agb: str | None = None
    role: str = "bedrijfsarts"
    organisation: str | None = None
    supervisor_big: str | None = None
    other_organisations: tuple[str, ...] = ()
    focus_areas: tuple[str, ...] = ()
    region: str | None = None
    former_organisations: tuple[FormerOrganisation, ...] = ()


@dataclass(frozen=True, slots=True)
class Employer:
    """The employer; a debtor, never a reader (R35)."""

    name: str
    kvk: str | None = None
    employee_count: int | None = None
    debtor_number: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation in a message: sender, recipient, custodian."""

    organisation_id: str
    name: str
    ura: str | None = None
    kvk: str | None = None
    agb: str | None = None


_BETWEEN_BRACKETS = re.compile(r"\([^)]*\)")
HYPHEN = re.compile(r"\s*[-\u2010-\u2015]\s*")
AFTER_A_NAME = frozenset({"ba", "bedrijfsarts", "bsc", "jr", "llm", "ma", "md", "msc", "mph", "phd", "sr"})
"""Words that may stand behind a surname without a comma."""


def family_name_of(name: str) -> str:
    """Take the surname out of a name as people write it, without prefix, case, accents and signs.

    ``mw. drs. I. van 't Verlaat``, ``Verlaat, I. van 't`` and ``I. (Ineke) VERLAAT MSc`` all give ``verlaat``.

    Returns:
        The surname as letters and digits; empty when the text holds none.
    """
    before_comma, _, after_comma = HYPHEN.sub("-", _BETWEEN_BRACKETS.sub(" ", name)).partition(",")
    words = [_plain(word) for word in (before_comma if before_comma.strip() else after_comma).split()]
    known = [word for word in words if word]
    while len(known) > 1 and known[-1] in AFTER_A_NAME:
        known.pop()
    return known[-1] if known else ""


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def same_person(physician: Physician, name: str | None, big: str | None = None) -> bool:
    """Whether a BIG number, or else a name, is that of a physician (R21).

    Args:
        physician: On record.
        name: As somebody wrote it.
        big: Stated beside the name; where both numbers are known they decide.
    """
    if big and physician.big:
        return big.strip() == physician.big.strip()
    family = family_name_of(name or "")
    return bool(family) and family == family_name_of(physician.name)
