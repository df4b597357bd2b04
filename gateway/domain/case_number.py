"""Compare numbers of cases, and ids of organisations, as people and spreadsheets change them (R25, R58).

A number that reads like a known one perhaps names the same case, and nobody but a person can tell. Case, width,
blanks, separators, accents, invisible characters, leading zeros and a decimal that a spreadsheet adds are what is lost.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_DECIMAL = re.compile(r"(?<=[0-9])[.,]0+$")
_RUN = re.compile(r"[0-9]+|[^\W\d_]+")


def kept_as(number: str) -> frozenset[str]:
    """Name the keys under which a number is found by every number that reads like it."""
    read = _read(number)
    return frozenset({f"runs {read.runs}", f"any {read.whole}", *([f"whole {read.whole}"] if read.is_whole else [])})


def sought_as(number: str) -> frozenset[str]:
    """Name the keys by which to look for the numbers that a number reads like.

    Digits without a separator read like the same digits with one. Two numbers that put it at different places do not:
    1-23 and 12-3 are two cases.
    """
    read = _read(number)
    return frozenset({f"runs {read.runs}", f"whole {read.whole}", *([f"any {read.whole}"] if read.is_whole else [])})


def alike(one: str, other: str) -> bool:
    """Whether two numbers read the same; symmetric, and true of equal ones."""
    return not kept_as(one).isdisjoint(sought_as(other))


@dataclass(frozen=True, slots=True)
class _Read:
    """A number as it is read.

    Attributes:
        runs: Its runs of letters and of digits, without leading zeros.
        whole: Its letters and digits.
        is_whole: Whether nothing stands between two runs of digits.
    """

    runs: str
    whole: str
    is_whole: bool


def _read(number: str) -> _Read:
    seen = "".join(map(_plain, unicodedata.normalize("NFKD", number))).casefold().strip()
    runs = _RUN.findall(_DECIMAL.sub("", seen))
    if not runs:
        return _Read(seen, seen, is_whole=True)
    touching = any(one.isdecimal() and other.isdecimal() for one, other in pairwise(runs))
    short = (run.lstrip("0") or "0" for run in runs)
    return _Read(" ".join(short), "".join(runs), is_whole=not touching)


def _plain(letter: str) -> str:
    if letter in _FILLERS or (unicodedata.category(letter) in _UNSEEN and not letter.isspace()):
        return ""
    return str(digit) if (digit := unicodedata.decimal(letter, None)) is not None else letter


@dataclass(frozen=True, slots=True)
class Numbers:
    """Known numbers, to be found by what reads like them.

    Attributes:
        exact: As they are.
        by_key: By what they are kept as.
    """

    exact: frozenset[str]
    by_key: Mapping[str, frozenset[str]]

    def like(self, number: str) -> frozenset[str]:
        """List the known numbers that read like one; only itself where it is known."""
        if number in self.exact:
            return frozenset({number})
        return frozenset().union(*(self.by_key.get(key, ()) for key in sought_as(number)))


def numbers_of(known: Iterable[str]) -> Numbers:
    """Group known numbers by how they read."""
    exact = frozenset(known)
    by_key: dict[str, set[str]] = {}
    for number in exact:
        for key in kept_as(number):
            by_key.setdefault(key, set()).add(number)
    return Numbers(exact, {key: frozenset(found) for key, found in by_key.items()})
