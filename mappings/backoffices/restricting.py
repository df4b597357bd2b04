"""Words that restrict, however they are spelt or bent: they hold a record wherever nobody else understands them (R25).

A word is compared by its letters alone, without case, accents, blanks and signs. Such a word never permits anything
and never decides; it only keeps what it stands in from being passed over.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

_STEMS = (
    *("intrek", "ingetrok", "introk", "herroep", "weiger", "afgewez", "afwijz", "bezwaar", "bezwar", "stop", "blok"),
    *("verlop", "vervall", "annul", "opgezeg", "opzeg", "beeindig", "withdr", "refus"),
    *("revok", "revoc", "declin", "reject", "denied", "denial", "objection", "objected", "cancel", "block", "expir"),
    *("optout", "optedout", "oppos", "ongegrond", "afgezegd", "afgemeld", "gestaakt", "geentoestem", "nietakkoord"),
)
"""What a word of a closed list restricts by."""

_SHORT = ("trektin", "trekin", "tochniet", "nietmeer", "wilniet", "willenniet", "geheimadres", "adresgeheim")
"""What a key or a short text restricts by besides."""

_PHRASES = (
    *("geentoestem", "nietakkoord", "nietdoorst", "nietdoorge", "nietdoorz", "nietverst", "nietverz", "nietverwijz"),
    *("nietdelen", "nietgedeeld", "nietverstrek", "noconsent", "donotsend", "donotshare", "notagree"),
)
"""What also a longer text restricts by: nobody says so of anything else."""
_TAKES_BACK = re.compile("trek.{0,40}?(?:toestemming|verzoek|aanvraag).{0,12}?in")


def letters_of(text: str) -> str:
    """The letters and digits of a text, as they are compared."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def restricts(text: str) -> bool:
    """Whether a word or a key holds a restricting word, in whatever form."""
    letters = letters_of(text)
    return any(stem in letters for stem in (*_STEMS, *_SHORT)) or _says_no(letters)


def _says_no(letters: str) -> bool:
    return any(phrase in letters for phrase in _PHRASES) or _TAKES_BACK.search(letters) is not None


def restricts_in_prose(text: str) -> bool:
    """Whether a text about a decision takes it back or bounds it, in one of its words or in what they say together."""
    letters = letters_of(text)
    return any(map(restricts, text.split())) or any(words in letters for words in _SHORT) or _says_no(letters)


def restricts_among(text: str, words: Iterable[str], restricting: AbstractSet[str]) -> bool:
    """Whether a word restricts in a list that has such words: by itself, or as the denial of one that permits."""
    letters = letters_of(text)
    denied = (letters_of(word) for word in words if word not in restricting)
    is_denial = any(f"{no}{word}" in letters for word in denied for no in _DENIALS)
    return is_denial or any(stem in letters for stem in _STEMS)


_DENIALS = ("niet", "nietmeer", "geen", "not", "non")
_SENDING = ("verzond", "verstuur", "gestuurd", "stuurd", "verwezen", "afgerond", "geaccept", "gepland", "sent")
_NOT_YET = ("niet", "nog", "wacht", "rij", "not", "unsent", "queue", "concept", "teverz", "draft")


def tells_of_sending(text: str) -> bool:
    """Whether a word says, without a denial, that something went out or went on."""
    letters = letters_of(text)
    return any(stem in letters for stem in _SENDING) and not any(stem in letters for stem in _NOT_YET)


_WORDS_OF_A_CODE = 3
"""A longer text is prose, and anything may be said in it; only a phrase counts there."""


def holds_restriction(key: str, value: Any) -> bool:
    """Whether something under a key that nobody knows restricts: by its key, or by a key or a short text within.

    A restricting key with nothing under it says that there is none.
    """
    return (restricts(key) and not _is_nothing(value)) or any(map(restricts, _codes_in(value)))


def _is_nothing(value: Any) -> bool:
    if isinstance(value, str):
        return not letters_of(value)
    return value is None or value in ([], {})


def _codes_in(value: Any) -> Iterator[str]:
    """Keys, short texts and phrases; nesting has its limit before anything is read."""
    if isinstance(value, str):
        if len(value.split()) <= _WORDS_OF_A_CODE or _says_no(letters_of(value)):
            yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if not _is_nothing(part):
                yield str(key)
                yield from _codes_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _codes_in(part)
