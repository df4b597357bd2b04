"""Whom a back office means: recipients by id or name, however they are spelt (R8, R25)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.domain.consent import EVERYBODY, Purpose
from gateway.domain.contract import ContractOption, OptionKind, organisation_of
from gateway.domain.people import Organisation, family_name_of
from gateway.domain.steps import RequestSubmitted

_INVISIBLE = "Cf"
_ID = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?")
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
_EVERYBODY = frozenset({EVERYBODY, "iedereen", "allen", "alle", "all", "everybody", "everyone"})
"""Words for all at once; an objection may be to all, a consent is for one."""
_PERSON = re.compile(r"[a-z0-9][a-z0-9._ -]*")

UNRESOLVED_PURPOSES = frozenset({Purpose.TREATING_INFO, Purpose.EMPLOYER_AWARE, Purpose.SO_CONTACT_EMPLOYER})
"""Their recipients stand in no directory: a treating doctor, the employer."""


def normal(text: str) -> str:
    """Spell a text as it is compared: NFKC, without invisible characters, single blanks, case folded."""
    visible = text
    if not text.isascii():
        plain = _HYPHENS.sub("-", unicodedata.normalize("NFKC", text))
        visible = "".join(letter for letter in plain if unicodedata.category(letter) != _INVISIBLE)
    return "/".join(" ".join(part.split()) for part in visible.casefold().split("/"))


def is_id(text: str) -> bool:
    """Whether a text has the shape of an organisation's id, or ``organisation/person``; a name has not (R5)."""
    return _ID.fullmatch(normal(text)) is not None


def is_organisation_id(text: str) -> bool:
    """Whether a text is an organisation's id as it is written: small letters, digits and hyphens (R5).

    A trade register number is one too. A word for nobody is none, nor is a date: independence is not told by it.
    """
    if _ORGANISATION.fullmatch(text) is None or text in _NOBODY:
        return False
    return _REGISTER_NUMBER.fullmatch(text) is not None or not text.replace("-", "").isdigit()


_ORGANISATION = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_REGISTER_NUMBER = re.compile(r"[0-9]{8}")
_NOBODY = frozenset(
    {
        *("onbekend", "niet-bekend", "nb", "n-b", "nvt", "n-v-t", "niet-van-toepassing", "ja", "nee", "geen", "leeg"),
        *("unknown", "none", "null", "na", "n-a", "yes", "no", "true", "false", "x", "xx", "xxx", "nader-te-bepalen"),
        *("anders", "overig", "divers", "diverse", "elders", "zelfstandig", "zzp", "todo", "tbd"),
    }
)


def letters_in(text: str) -> str:
    """The letters and digits of a place, by which two spellings of one are told to be the same."""
    return "".join(letter for letter in normal(text) if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody a recipient may be.

    Attributes:
        ids: Id by its normal spelling.
        names: Ids by the normal spelling of a name; a name of two organisations finds neither.
        is_open: Whether the contract names a pool or service whose members it does not list.
        physicians: By organisation, the family name of its only physician in the contract.
    """

    ids: Mapping[str, str]
    names: Mapping[str, frozenset[str]]
    is_open: bool = False
    physicians: Mapping[str, str] = field(default_factory=dict)

    def find(self, text: str) -> str | None:
        """The id that is meant; None when nobody we know is."""
        spelt = normal(text)
        if spelt in self.ids:
            return self.ids[spelt]
        organisation, slash, person = spelt.partition("/")
        if slash and organisation in self.ids and self._may_be_there(organisation, person):
            return f"{organisation_of(self.ids[organisation])}/{person}"
        found = self.names.get(spelt, frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def _may_be_there(self, organisation: str, person: str) -> bool:
        """Whether a person can be meant at an organisation; its only physician in the contract is nobody else (R8)."""
        if _PERSON.fullmatch(person) is None:
            return False
        only = self.physicians.get(organisation)
        return only is None or family_name_of(person) == only

    def resolve(self, purpose: Purpose, text: str, *, is_objection: bool) -> str | None:
        """The recipient of a consent decision.

        Returns:
            Its id; ``EVERYBODY`` for an objection to somebody unknown, which blocks the purpose for all; None for a
            consent to somebody unknown.
        """
        if normal(text) in _EVERYBODY:
            return EVERYBODY if is_objection else None
        if purpose in UNRESOLVED_PURPOSES:
            return normal(text)
        found = self.find(text)
        if found is not None or is_objection:
            return found or EVERYBODY
        return normal(text) if self.is_open and is_id(text) else None


def directory_of(
    dossier: RequestSubmitted | None,
    organisation: Organisation,
    *,
    partners: Iterable[tuple[str, str, tuple[str, ...]]],
    also: Iterable[str],
    is_open: bool,
) -> Directory:
    """Everybody a case's recipients may be.

    Args:
        dossier: With the contract and the first physician.
        organisation: The arbodienst.
        partners: Id, name and further recipients of each.
        also: Recipients on record or chosen.
        is_open: Whether somebody outside the contract may be meant.
    """
    ids: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    options = dossier.contract.options if dossier else ()
    entries = [
        *((recipient, name) for id_, name, more in partners for recipient in (id_, *more)),
        (organisation.organisation_id, organisation.name),
        *((place, None) for place in ((dossier.organisation, dossier.first_physician.organisation) if dossier else ())),
        *((o.physician.organisation, name) for o in options if o.physician for name in (o.name, o.physician.name)),
        *((recipient, None) for recipient in also),
    ]
    for recipient, name in entries:
        if recipient is not None and is_id(recipient):
            known = ids.setdefault(normal(recipient), recipient.strip())
            if name:
                names.setdefault(normal(name), set()).add(organisation_of(known))
    has_pool = any(option.kind is not OptionKind.PHYSICIAN for option in options)
    named = {name: frozenset(found) for name, found in names.items()}
    return Directory(ids, named, is_open or has_pool, _only_physicians(options))


def _only_physicians(options: Iterable[ContractOption]) -> dict[str, str]:
    """By organisation, the family name of its physician, where the contract names one there and no more."""
    found: dict[str, set[str]] = {}
    for option in options:
        if option.physician is not None and option.physician.organisation:
            found.setdefault(normal(option.physician.organisation), set()).add(family_name_of(option.physician.name))
    return {place: next(iter(names)) for place, names in found.items() if len(names) == 1}
