"""Whether a recipient text may mean the person who would receive: an objection counts also where it may be meant (R25).

A back office, an employee or a physician writes a name as it comes: with title, initials, half of a double name, a slip
of the pen, or a number. Two texts mean different people only where both name somebody and no part is alike.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from typing import Final

from gateway.domain.people import AFTER_A_NAME, Physician

_BIG: Final = re.compile(r"(?<!\d)\d{11}(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_ALIKE: Final = 0.8
_LONGEST_NAME: Final = 200
"""Characters; what is longer is no name, and may mean anybody. Comparing takes the square of what a partner wrote."""
_BESIDE = """
    al ben bin de den der du el het in la le op te ten ter van von zu
    dr drs mr ir ing prof dhr mw mevr mevrouw heer big kol collega
"""
_ROLES = """
    arts artsen bedrijfsarts bedrijfsartsen verzekeringsarts dokter doctor physician
    behandelaar behandelend behandelende medewerker medewerkers assistent praktijkondersteuner balie secretariaat
    eerste tweede first second andere ander other iedereen alle allen all team
"""
_NO_NAMES: Final = AFTER_A_NAME | frozenset(_BESIDE.split()) | frozenset(_ROLES.split())
"""Words beside a name, and words for a role: by themselves they tell nobody from anybody."""


def may_be_meant(
    named: str, addressed: str, physicians: tuple[Physician, ...], *, is_as_addressed: bool = True
) -> bool:
    """Tell whether a text may mean the one who would receive.

    Args:
        named: The person in the recipient of an objection.
        addressed: The person in the recipient of the disclosure; empty when only an organisation is addressed.
        physicians: Who would receive, as far as known.
        is_as_addressed: Whether the record ties these to who is addressed; else one code tells nothing of another.
    """
    number = _BIG.search(named)
    if number and any(number.group() == (one.big or "").strip() for one in physicians):
        return True
    if addressed and _is_code(named) and _is_code(addressed):
        return _folded(named) == _folded(addressed) or not is_as_addressed
    receivers = (*physicians, *((Physician(addressed),) if addressed else ()))
    return not receivers or any(_may_be(named, one) for one in receivers)


def may_be_one(one: Physician, other: Physician) -> bool:
    """Tell whether two physicians may be one: by their BIG numbers, or by name where one has none."""
    if one.big and other.big:
        return one.big.strip() == other.big.strip()
    return _may_be(one.name, other)


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two texts surely name one person: the same text, or all the same words of a name."""
    words = _words(one)
    return _folded(one) == _folded(other) or (bool(words) and words == _words(other))


def _may_be(named: str, physician: Physician) -> bool:
    found, words, theirs = _BIG.search(named), _words(named), _words(physician.name)
    if found and physician.big and (not words or found.group() == physician.big.strip()):
        return found.group() == physician.big.strip()
    return not words or not theirs or any(_is_alike(word, other) for word in words for other in theirs)


def _is_alike(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _is_code(text: str) -> bool:
    """Whether a text is a code such as ``G4``: it has a digit and no word."""
    return any(letter.isdigit() for letter in text) and not _words(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_folded(text))) - _NO_NAMES if len(text) <= _LONGEST_NAME else frozenset()


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).casefold().split())
