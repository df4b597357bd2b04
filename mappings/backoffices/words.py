"""Closed lists: the words a format knows, where they stand, and what becomes of others.

A word is known when it is written exactly so. Nothing is recognised by a part of a word.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

NOTE = "note"
"""What a profile says of a word that decides nothing."""


@dataclass(frozen=True, slots=True)
class WordList:
    """One closed list.

    Attributes:
        name: As profiles and the documentation name it.
        places: Where in a record its words stand: keys joined by dots, ``[]`` for every item of a list.
        words: What is known, with what it means to the reader.
        decides: Whether an unknown word makes the record not understood; otherwise it is told and shown.
        takes_notes: Whether a profile may say of a word that it is a note.
        restricting: The words of it that close a way; a profile may call a word that restricts one of these only.
    """

    name: str
    places: tuple[str, ...]
    words: Mapping[str, str]
    decides: bool = True
    takes_notes: bool = False
    restricting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Word:
    """A word in a record: the list it should be of, and the object and key that hold it."""

    listed: WordList
    holder: Any
    key: str | int
    location: tuple[str | int, ...]

    @property
    def text(self) -> object:
        """The word as written."""
        return self.holder[self.key]


def words_in(record: Any, lists: Sequence[WordList]) -> Iterator[Word]:
    """Find every text that stands in the place of a closed list."""
    for listed in lists:
        for place in listed.places:
            for holder, key, location in _holders(record, place.split("."), ()):
                if isinstance(holder[key], str):
                    yield Word(listed, holder, key, location)


def _holders(
    value: Any, keys: list[str], location: tuple[str | int, ...]
) -> Iterator[tuple[Any, str | int, tuple[str | int, ...]]]:
    """Walk down ``keys``; what is not there or of another kind holds no word."""
    key, *more = keys
    name = key.removesuffix("[]")
    if not isinstance(value, dict) or name not in value:
        return
    here = (*location, name)
    if not key.endswith("[]"):
        yield from _holders(value[name], more, here) if more else iter([(value, name, here)])
        return
    items = value[name] if isinstance(value[name], list) else []
    for index, item in enumerate(items):
        inside = (*here, index)
        yield from _holders(item, more, inside) if more else iter([(items, index, inside)])


_LIKE_A_KEY, _LIKE_A_WORD = 0.7, 0.86
"""How much alike; ``niet geaccepteerd`` must not call for ``geaccepteerd``."""


def keys_like(key: object, known: Iterable[str]) -> tuple[str, ...]:
    """The known keys that look like a key, most alike first."""
    return _alike(key, known, _LIKE_A_KEY)


def nearest_word(word: object, known: Iterable[str]) -> str | None:
    """The known word that looks most like a word, or None where the likeness might turn its meaning."""
    return next(iter(_alike(word, known, _LIKE_A_WORD)), None)


def _alike(text: object, known: Iterable[str], cutoff: float) -> tuple[str, ...]:
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(str(text)[:_LONGEST].strip().casefold(), by_folded, n=3, cutoff=cutoff)
    return tuple(by_folded[name] for name in found)


_LONGEST = 200
"""Characters of a text that are compared; comparing takes the square of them."""
