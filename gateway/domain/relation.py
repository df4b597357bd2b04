"""Relation to a case: whose case it is, as far as names and BIG numbers tell (R10, R15, R21, R38).

A typed name is no authentication. It binds an act to a person for the employee's log, and keeps people apart who say
honestly who they are. A name that permits must agree in all its parts; a name that excludes needs one part in common.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.domain.case import Case
from gateway.domain.people import AFTER_A_NAME, HYPHEN, PersonName, Physician
from gateway.domain.steps import Actor, ActorRole

_BIG: Final = re.compile(r"(?<!\d)\d{11}(?!\d)")
_ASIDE: Final = re.compile(r"\([^()]*\)")
_BIG_MARK: Final = re.compile(r"\bbig\b[-:. ]*(nummer)?[:. ]*", re.IGNORECASE)
_TITLES: Final = frozenset({"dr", "drs", "mr", "ir", "ing", "prof", "dhr", "mw", "mevr", "mevrouw", "heer"})
_HYPHENS: Final = re.compile(r"[-\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as a text names one.

    Attributes:
        family: Parts of the family name without prefix, folded; empty when the text names nobody.
        initials: Folded; empty when none are given.
        big: BIG number, when the text or the record has one.
        words: Everything that the text says besides titles, initials and prefixes, folded.
    """

    family: tuple[str, ...]
    initials: str = ""
    big: str | None = None
    words: frozenset[str] = frozenset()

    def is_surely(self, other: "Identity") -> bool:
        """Tell whether this text names a person of the record and says no more; ``niet`` is no name."""
        if self.big and other.big and self.big != other.big:
            return False
        if self.big and self.big == other.big and (self.words <= other.words or not other.words):
            return True
        is_contradicted = self.initials and other.initials and self.initials[0] != other.initials[0]
        says_no_more = self.words <= other.words
        return bool(self.family) and self.family == other.family and not is_contradicted and says_no_more

    def may_be(self, other: "Identity") -> bool:
        """Tell whether both could be one person: the same BIG number, else a part of the family name in common.

        A text that says nothing but what the other says too, as a first name by itself does, may mean them.
        """
        if self.big and other.big:
            return self.big == other.big
        says_no_more = bool(self.words and other.words) and (self.words <= other.words or other.words <= self.words)
        return says_no_more or not set(self.family).isdisjoint(other.family)


def identity_of(text: str | None, big: str | None = None) -> Identity:
    """Read a name as people write it: ``dr. J.M. (Janneke) Terpstra-Oud, BIG 99990001101``."""
    text = HYPHEN.sub("-", _folded(text or ""))
    found = _BIG.search(text)
    without_big = _BIG_MARK.sub(" ", _BIG.sub(" ", text))
    words = _ASIDE.sub(" ", without_big).partition(",")[0].split()
    named = [word for word in words if word.rstrip(".") not in _TITLES]
    while len(named) > 1 and named[-1].replace(".", "") in AFTER_A_NAME:
        named.pop()
    if not named:
        return Identity((), big=big or (found.group() if found else None))
    initials = "".join(word.replace(".", "") for word in named[:-1] if word.endswith("."))
    family = tuple(part for part in _HYPHENS.split(named[-1].strip(".")) if part)
    return Identity(family, initials, big or (found.group() if found else None), frozenset(_telling(without_big)))


_PREFIXES: Final = frozenset(
    {"al", "ben", "bin", "de", "den", "der", "du", "el", "het", "in", "la", "le", "op"}
    | {"'t", "te", "ten", "ter", "van", "von", "zu"}
)
_BESIDE_NAMES: Final = _TITLES | _PREFIXES | AFTER_A_NAME | {"arts", "kol-arts"}


def _telling(text: str) -> Iterator[str]:
    """Go through the words of a name that are no title, initial, prefix or letters behind it."""
    for word in re.split(r"[\s,()]+", text):
        is_initials = (
            "." in word and word.strip(".") != _TOGETHER_WITH and max(map(len, word.split("."))) <= _LONGEST_INITIAL
        )
        bare = word.strip(".")
        if len(bare) > 1 and not is_initials and bare not in _BESIDE_NAMES:
            yield bare


_LONGEST_INITIAL: Final = 2
_TOGETHER_WITH: Final = "i.o.m"


def physicians_of(case: Case, role: ActorRole) -> Iterator[Identity]:
    """Name the physicians whose case it is, seen from the side of a role.

    At the arbodienst the first physician, the supervising one of an assistant, and the colleague who took over (R47);
    at the pool whoever accepted, and before that whom the employee chose (R8).
    """
    return _second_physicians(case) if role is ActorRole.SECOND_PHYSICIAN else _first_physicians(case)


def is_physician_of(case: Case, by: Actor) -> bool:
    """Tell whether an actor is a physician of the case, or says to act for one.

    Where the record names nobody yet, as in a referral to a pool, any named physician of this side is.
    """
    known = [one for one in physicians_of(case, by.role) if one.family or one.big]
    if not known:
        return True
    return _is_one_of(known, identity_of(by.name, by.big)) or _acts_for(case, known, by)


def is_surely_physician_of(case: Case, by: Actor) -> bool:
    """Tell whether an actor is a physician of the case themselves, by name or number."""
    known = [one for one in physicians_of(case, by.role) if one.family or one.big]
    is_ours = case.dossier is None or by.organisation == case.dossier.organisation
    return is_ours and (not known or _is_one_of(known, identity_of(by.name, by.big)))


def is_stand_in_for(case: Case, by: Actor) -> bool:
    """Tell whether somebody named may act for the first physician; no employee, no second physician may (R10)."""
    dossier = case.dossier
    if dossier is None or by.organisation != dossier.organisation:
        return False
    actor = identity_of(by.name, by.big)
    first = identity_of(dossier.first_physician.name, dossier.first_physician.big)
    is_namesake = actor.family == first.family and bool(actor.big and first.big and actor.big != first.big)
    others = [_of(option.physician) for option in dossier.contract.options if option.physician is not None]
    is_other = any(actor.may_be(one) for one in others) or not _employee_names(case).isdisjoint(actor.family)
    return bool(actor.family) and not is_namesake and not is_other and _acts_for(case, [first], by)


def acts_for_physician_of(case: Case, by: Actor) -> bool:
    """Tell whether the principal that an actor names is a physician of the case."""
    known = [one for one in physicians_of(case, by.role) if one.family or one.big]
    return not known or _acts_for(case, known, by)


def _acts_for(case: Case, known: list[Identity], by: Actor) -> bool:
    """Tell whether an actor says to act for one of these; who judged a complaint in the case acts for nobody (R21)."""
    actor = identity_of(by.name, by.big)
    has_judged = any(actor.may_be(identity_of(one.name, one.big)) for one in case.judges)
    return not has_judged and _is_one_of(known, identity_of(by.on_behalf_of))


def is_employee_of(case: Case, by: Actor) -> bool:
    """Tell whether an actor can be the employee: a name that is given must be a name of theirs."""
    if not by.name:
        return True
    own = _employee_names(case)
    return not own or (bool(identity_of(by.name).family) and not own.isdisjoint(identity_of(by.name).family))


def is_representative_in(case: Case, by: Actor) -> bool:
    """Tell whether an actor is the representative on record, with a signed mandate (R2)."""
    known = case.dossier.employee.representative if case.dossier else None
    is_mandated = known is not None and known.mandate_signed_on is not None
    return is_mandated and known is not None and identity_of(by.name).is_surely(identity_of(known.name))


def may_consent_in(case: Case, by: Actor) -> bool:
    """Tell whether the mandate of the representative on record covers consent."""
    known = case.dossier.employee.representative if case.dossier else None
    return known is not None and known.may_consent and is_representative_in(case, by)


def is_involved_in(case: Case, by: Actor) -> bool:
    """Tell whether an actor may be a physician of the case, or did anything in it, by BIG, else by family name (R21).

    In which role they did it does not count: who takes another hat is the same person.
    """
    actor = identity_of(by.name, by.big)
    is_employee = not _employee_names(case).isdisjoint(actor.family)
    return is_employee or any(actor.may_be(one) for one in (*_first_physicians(case), *_handlers(case)))


def may_be_first_physician(case: Case, name: str) -> bool:
    """Tell whether a name may be that of the first physician; initials that differ tell a namesake."""
    first = case.dossier.first_physician if case.dossier is not None else None
    one, other = identity_of(name), identity_of(first.name if first else None, first.big if first else None)
    is_namesake = bool(one.initials and other.initials) and one.initials[0] != other.initials[0]
    return first is not None and one.may_be(other) and not is_namesake


def _first_physicians(case: Case) -> Iterator[Identity]:
    if case.dossier is not None:
        first = case.dossier.first_physician
        yield identity_of(first.name, first.big)
        if first.supervisor_big:
            yield Identity((), big=first.supervisor_big)
    if case.transfer is not None and case.transfer.is_granted:
        yield identity_of(case.transfer.colleague)


def _handlers(case: Case) -> Iterator[Identity]:
    """Name whoever else did something in the case, stand-ins and their principals included."""
    physicians = list(_first_physicians(case))
    named = (identity_of(one.name, one.big) for one in case.handlers)
    return (one for one in named if not _is_one_of(physicians, one))  # of a physician the record has the number


def _second_physicians(case: Case) -> Iterator[Identity]:
    for referral in case.referrals:
        chosen = referral.referral.performer if referral.referral else None
        yield from (_of(known) for known in (referral.physician or chosen,) if known is not None)


def _of(physician: Physician) -> Identity:
    return identity_of(physician.name, physician.big)


def _is_one_of(known: list[Identity], actor: Identity) -> bool:
    return any(actor.is_surely(one) for one in known)


def _employee_names(case: Case) -> set[str]:
    names = [case.dossier.employee.name] if case.dossier else []
    names += [referral.referral.patient.name for referral in case.referrals if referral.referral]
    return {part for name in names for part in _family_parts(name)}


def _family_parts(name: PersonName) -> Iterator[str]:
    for family in (name.family, name.partner_family):
        if family:
            yield from identity_of(family).family


def _folded(text: str) -> str:
    """Fold case, width and accents; the same name is the same whoever typed it."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
