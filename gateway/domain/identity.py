"""Tell whether two exports of a case are about one person (R25, R28)."""

import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from gateway.domain import steps as s
from gateway.domain.people import Employee


class Identity(StrEnum):
    """Whether a later export is about the person on record; the value is the code of the refusal."""

    SAME = ""
    PERHAPS = "person-changed"
    OTHER = "other-person"


NOT_THE_PERSON = frozenset({Identity.PERHAPS.value, Identity.OTHER.value})
"""Doubts for which nothing of a statement counts."""


def identity_of(known: Iterable[s.Step], said: Iterable[s.Step]) -> Identity:
    """Compare the person of a statement with every dossier on record.

    | Of the two | The person is |
    |---|---|
    | a birth date, personnel number or BSN that both know differs | another |
    | the family name differs | another |
    | the same by one slip, and two of those facts are equal | perhaps another |
    | no number is equal, and the first name, initials, gender or all of several contact data differ | perhaps another |
    | anything else | the same |

    Every dossier is looked at, so that a number left out in between hides nobody. A name and what lies beside it need
    to agree with one of them only: what a person confirmed is on record.
    """
    ours = [dossier.employee for dossier in _dossiers(known)]
    theirs = [dossier.employee for dossier in _dossiers(said)]
    found = [_identity(ours, other) for other in theirs] if ours else []
    return next((worst for worst in (Identity.OTHER, Identity.PERHAPS) if worst in found), Identity.SAME)


def _dossiers(steps: Iterable[s.Step]) -> Iterator[s.RequestSubmitted]:
    for step in steps:
        if isinstance(step, s.RequestSubmitted):
            yield step
        elif isinstance(step, s.DossierCorrected):
            yield step.dossier


def _identity(ours: list[Employee], other: Employee) -> Identity:
    if any(_differ(pair) for one in ours for pair in _facts(one, other)):
        return Identity.OTHER
    names = {_letters(one.name.family) for one in ours}
    name = _letters(other.name.family)
    if name not in names:
        is_slip = any(_is_a_slip(one, other) for one in ours)
        return Identity.PERHAPS if is_slip else Identity.OTHER
    return Identity.SAME if any(_agree(one, other) for one in ours) else Identity.PERHAPS


Pair = tuple[object, object]


def _facts(one: Employee, other: Employee) -> list[Pair]:
    return [(one.birth_date, other.birth_date), *_numbers(one, other)]


def _numbers(one: Employee, other: Employee) -> list[Pair]:
    return [(one.personnel_number, other.personnel_number), (one.bsn, other.bsn)]


def _differ(pair: Pair) -> bool:
    return None not in pair and pair[0] != pair[1]


def _is_equal(pair: Pair) -> bool:
    return pair[0] is not None and pair[0] == pair[1]


def _is_a_slip(one: Employee, other: Employee) -> bool:
    is_known = sum(map(_is_equal, _facts(one, other))) > 1
    return is_known and _is_one_slip_apart(_letters(one.name.family), _letters(other.name.family))


def _agree(one: Employee, other: Employee) -> bool:
    """Whether a number says that it is the same person, or nothing says that it is not."""
    if any(map(_is_equal, _numbers(one, other))):
        return True
    told = [
        (one.name.initials, other.name.initials),
        (one.name.given, other.name.given),
        (one.name.call_name, other.name.call_name),
        (one.gender, other.gender),
    ]
    contact = [
        pair
        for pair in ((one.address, other.address), (one.telephone, other.telephone), (one.email, other.email))
        if None not in pair
    ]
    is_moved = len(contact) > 1 and all(map(_differ, contact))
    return not (is_moved or any(_contradict(*pair) for pair in told))


def _contradict(one: str | None, other: str | None) -> bool:
    """Whether two spellings of a first name, or of initials, are not one a part of the other."""
    first, second = sorted((_letters(one or ""), _letters(other or "")))
    return not second.startswith(first)


def _letters(name: str) -> str:
    """A name without accents, case, blanks and signs."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _is_one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, or different, or two that changed places, makes one of the other."""
    short, long = sorted((one, other), key=len)
    start = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(long) - len(short) == 1:
        return short[start:] == long[start + 1 :]
    if len(long) != len(short):
        return False
    swapped = short[start + 1 : start + 2] + short[start : start + 1] + short[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or swapped == long[start:]
