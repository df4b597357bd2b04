"""The gate every record passes before it is read: what is not known is told by path, blanks are no text.

A record is walked beside the models that describe it. Unknown keys are taken out and told, with the nearest known key.
Where they stand in a place that decides, restrict, or are almost a known key, the record is not understood. A blank
text is null where null is allowed and a problem elsewhere. Nothing else of a record is changed.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from gateway.ports.backoffice import ImportProblem
from mappings.backoffices.lines import shown_path
from mappings.backoffices.model_keys import Kinds, keys_of
from mappings.backoffices.restricting import holds_restriction
from mappings.backoffices.words import Word, keys_like, nearest_word

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that the format does not have.

    Attributes:
        location: Where it stands, itself included.
        alike: The known keys it looks like, most alike first.
        restricts: Whether the key, or what it holds, is a word that restricts.
    """

    location: Location
    alike: tuple[str, ...] = ()
    restricts: bool = False

    @property
    def meant(self) -> tuple[Location, ...]:
        """The places it would have if it were spelt like a known key."""
        return tuple((*self.location[:-1], key) for key in self.alike)


@dataclass(frozen=True, slots=True)
class Sifted:
    """A record without what is not known, and what was found.

    Attributes:
        record: What is left of it.
        unknown: Keys that the format does not have.
        blank: Where a text is blank that may not be.
    """

    record: Any
    unknown: tuple[UnknownKey, ...]
    blank: tuple[Location, ...]


def sift(record: Any, model: type[BaseModel]) -> Sifted:
    """Walk a record beside its model; the record itself is left as it is."""
    walk = _Walk([], [])
    left = walk.value(record, (model,), ())
    return Sifted(left, tuple(walk.unknown), tuple(walk.blank))


@dataclass(frozen=True, slots=True)
class _Walk:
    unknown: list[UnknownKey]
    blank: list[Location]

    def value(self, value: Any, kinds: Kinds, here: Location) -> Any:
        if isinstance(value, dict):
            return self._object(value, kinds, here)
        if isinstance(value, list):
            return [self.value(item, kinds, (*here, index)) for index, item in enumerate(value)]
        if isinstance(value, str) and _is_text(kinds) and is_blank(value):
            return self._blank(value, kinds, here)
        return value

    def _object(self, value: dict[str, Any], kinds: Kinds, here: Location) -> Any:
        known = _keys(_of_step(kinds, value.get("step")))
        if not known:
            return value
        left = {}
        for key, part in value.items():
            if key in known:
                left[key] = self.value(part, known[key], (*here, key))
            else:
                alike, is_restricting = keys_like(key, known), holds_restriction(key, part)
                self.unknown.append(UnknownKey((*here, key), alike, is_restricting))
        return left

    def _blank(self, value: str, kinds: Kinds, here: Location) -> str | None:
        if type(None) in kinds:
            return None
        self.blank.append(here)
        return value


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: blanks, controls, format characters, and marks without a letter to stand on."""
    return all(letter.isspace() or letter in _FILLERS or unicodedata.category(letter) in _UNSEEN for letter in text)


_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their category that no font shows."""


def _is_text(kinds: Kinds) -> bool:
    return any(kind is str or getattr(kind, "also_text", False) for kind in kinds)


def _of_step(kinds: Kinds, step: object) -> Kinds:
    """Of several models the one whose ``step`` it is; all of them where that says nothing."""
    tagged = tuple(kind for kind in kinds if _tag(kind) is not None)
    return tuple(kind for kind in tagged if _tag(kind) == step) or kinds


def _tag(kind: Any) -> str | None:
    fields = getattr(kind, "model_fields", {})
    values = get_args(fields["step"].annotation) if "step" in fields else ()
    return str(values[0]) if values else None


def _keys(kinds: Iterable[Any]) -> dict[str, Kinds]:
    return {key: inner for kind in kinds for key, inner in keys_of(kind).items()}


Path = Callable[[Location], str]


def unknown_key(line: int, key: UnknownKey, case_id: str | None, path: Path = shown_path) -> ImportProblem:
    """What is told about an unknown key."""
    hint = f"Did you mean '{key.alike[0]}'?" if key.alike else "Leave it out, or correct its spelling."
    message = "An unknown key that restricts something." if key.restricts and not key.alike else "An unknown key."
    return ImportProblem(line, path(key.location), message, f"{hint} See the format.", case_id)


def unknown_word(line: int, word: Word, case_id: str | None) -> ImportProblem:
    """What is told about a word that is not in its closed list."""
    like = nearest_word(word.text, word.listed.words)
    hint = f"Did you mean '{like}'? " if like else ""
    return ImportProblem(
        line,
        shown_path(word.location),
        f"This word is not in the list '{word.listed.name}'.",
        f"{hint}Correct it, or explain the word in a profile.",
        case_id,
    )


def blank_text(line: int, location: Location, case_id: str | None, path: Path = shown_path) -> ImportProblem:
    """What is told about a blank text that is needed."""
    return ImportProblem(line, path(location), "This text may not be empty or blank.", "Fill it in.", case_id)


def split_keys(
    line: int,
    unknown: Iterable[UnknownKey],
    decides: Callable[[Location], bool],
    case_id: str | None,
    unread: Iterable[Location] = (),
) -> tuple[tuple[ImportProblem, ...], tuple[ImportProblem, ...]]:
    """Tell unknown keys apart: those that make the record not understood, and the others.

    A key decides where it stands in a place that decides, where it holds a word that restricts, and where it is spelt
    almost like a known key: what that one should have said is missing then.

    Args:
        line: Of the record.
        unknown: What was found.
        decides: Whether a place decides.
        case_id: Of the record.
        unread: Known keys that nothing reads, and that are missed by nobody.
    """
    doubts: list[ImportProblem] = []
    remarks: list[ImportProblem] = []
    missed = frozenset(unread)
    for key in unknown:
        is_misspelt = any(place not in missed for place in key.meant)
        is_decisive = key.restricts or is_misspelt or decides(key.location)
        (doubts if is_decisive else remarks).append(unknown_key(line, key, case_id))
    return tuple(doubts), tuple(remarks)


def within(location: Location, places: Iterable[tuple[str, ...]]) -> bool:
    """Whether a location lies in one of the places, list positions aside."""
    keys = tuple(part for part in location if isinstance(part, str))
    return any(keys[: len(place)] == place for place in places)


def once(problems: Iterable[ImportProblem]) -> tuple[ImportProblem, ...]:
    """One problem for every place, the first that was found."""
    by_place: dict[str, ImportProblem] = {}
    for problem in problems:
        by_place.setdefault(problem.where, problem)
    return tuple(by_place.values())
