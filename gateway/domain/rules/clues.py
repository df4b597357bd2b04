"""Clues in a text from which a person or a day can be found, however they are spelt (R54).

What is known of a case is looked for by name and number. Without a case the shape alone tells: a date, a weekday or a
time of day, a long number, an e-mail address, initials or a title before a name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the people a text may not point to.

    Attributes:
        words: Their names and the like, as ``plain`` writes them.
        numbers: Their numbers and keys, as ``run_together`` writes them.
    """

    words: frozenset[str] = field(default=frozenset())
    numbers: frozenset[str] = field(default=frozenset())


NOBODY = Known()

_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_LONG = "januari|februari|maart|april|mei|juni|juli|augustus|september|sept|oktober|november|december"
_MONTH = rf"(?P<month>{_LONG}|{'|'.join(_MONTHS)})\b"
_UNITS = ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen")
_TEENS = ("tien", "elf", "twaalf", "dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien")
_TENS = ("twintig", *(f"{unit}entwintig" for unit in _UNITS), "dertig", "eenendertig")
_CARDINALS = (*_UNITS, *_TEENS, *_TENS)
_ORDINALS = {"een": "eerste", "drie": "derde", "acht": "achtste", "negentien": "negentiende"}
_IN_WORDS = {word: number for number, word in enumerate(_CARDINALS, 1)}


def _ordinal(word: str) -> str:
    if word.endswith("een") and word != "een":
        return f"{word}de"
    return _ORDINALS.get(word) or (f"{word}ste" if word.endswith("tig") else f"{word}de")


_IN_WORDS |= {_ordinal(word): number for word, number in _IN_WORDS.items()}
_NUMBER_WORDS = "|".join(sorted(_IN_WORDS, key=len, reverse=True))
_DAY_THEN_MONTH = re.compile(rf"\b(?P<day>\d{{1,2}}|{_NUMBER_WORDS})\s*(?:e|de|ste)?[\s.-]*(?:van\s+)?{_MONTH}")
_MONTH_THEN_DAY = re.compile(rf"\b{_MONTH}[\s.-]+(?P<day>\d{{1,2}})(?:e|de|ste)?\b(?![\d.,:]*\d)")
_SIGN = r"\s?[-/._ ]\s?"
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}}){_SIGN}(\d{{1,2}}){_SIGN}(\d{{4}}|\d{{2}})(?!\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){_SIGN}(\d{{1,2}}){_SIGN}(\d{{1,2}})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_DAY_AND_MONTH = re.compile(r"\b(?:op|dd|d\.d\.|datum|van|per)\s+(\d{1,2})\s?[-/.]\s?(\d{1,2})(?![\d%])")
_WEEKDAY = re.compile(r"\b(?:maan|dins|woens|donder|vrij|zater|zon)dag(?:en)?\b")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)|\bom\s+\d{1,2}(?:[.:]\d{2})?\s*(?:u|uur|h)\b")
_ADDRESS = re.compile(r"\S@\S")
_TITLE = re.compile(r"\b(?:dhr|meneer|heer|mevr|mevrouw|mw|mej|dr|drs|prof)\b\.?\s*[^\W\d]")
_INITIALS = re.compile(r"\b(?:[A-Z]\.\s?)+(?:(?:van|de|der|den|ten|ter)\s+)*[A-Z][a-z]{2,}")
_DIGIT_WORDS = {"nul": "0", **{word: str(number) for number, word in enumerate(_UNITS, 1)}}
_SPELLED = re.compile(rf"\b(?:{'|'.join(_DIGIT_WORDS)})(?:[\s,.-]+(?:{'|'.join(_DIGIT_WORDS)})){{3,}}\b")
_BROKEN_NUMBER = re.compile(r"\d(?:[\s._/-]{1,3}\d|\d)*")
_WORD = re.compile(r"\w[\w'\u2019.@+-]*")
_BETWEEN_PARTS = re.compile(r"[\W_]+")
_SHORTEST_PART = 4
_LONGEST_PLAIN = 4
_LONGEST_BROKEN = 7
_SURE_OF = 6
"""A name of so many letters is found inside a text that was written apart or together; a shorter one is no clue."""


def plain(text: str) -> str:
    """Write a text without accents, invisible signs, capitals, and other forms of digits, blanks and dashes."""
    return _bare(text).casefold()


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(_simple(c) for c in parts if unicodedata.category(c) not in {"Mn", "Cf"})


def run_together(text: str) -> str:
    """Write a plain text without blanks and signs."""
    return re.sub(r"[\W_]", "", text)


def parts_of(word: str) -> list[str]:
    """The parts of a double name, and a name before an apostrophe."""
    return [part for part in _BETWEEN_PARTS.split(word) if len(part) >= _SHORTEST_PART]


def _simple(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Pd" or character in "\u2212\u2043\u30fc":
        return "-"
    return " " if category in {"Zs", "Zl", "Zp", "Cc"} else character


def points_to(texts: Iterable[str], known: Known, own_days: AbstractSet[date]) -> bool:
    """Whether texts name what is known of people, or a day that is not one of their own."""
    written = [plain(text) for text in texts]
    words = {word.strip(".") for text in written for word in _WORD.findall(text)}
    words |= {part for word in words for part in parts_of(word)}
    together = "\n".join(run_together(text) for text in written)
    long_names = (run_together(word) for word in known.words if len(run_together(word)) >= _SURE_OF)
    return (
        bool(words & known.words)
        or any(name in together for name in long_names)
        or any(number in together for number in known.numbers)
        or any(_days(text, own_days) for text in written)
    )


def looks_personal(text: str, own_days: AbstractSet[date] = frozenset()) -> bool:
    """Whether the shape of a text tells of a person or a day, when nothing is known of whom it may be."""
    written = plain(text)
    return (
        tells_number_or_day(text, own_days)
        or any(pattern.search(written) for pattern in (_TITLE, _SPELLED))
        or _INITIALS.search(_bare(text)) is not None
        or any(_is_foreign(c) for c in written)
    )


def tells_number_or_day(text: str, own_days: AbstractSet[date] = frozenset()) -> bool:
    """Whether a text holds a long number, an address or a day; names of organisations may have titles and initials."""
    written = plain(text)
    numbers = _BROKEN_NUMBER.findall(_without_days(written, own_days))
    return _days(written, own_days) or _ADDRESS.search(written) is not None or any(map(_is_long, numbers))


def is_identifier(text: str, own_days: AbstractSet[date]) -> bool:
    """Whether a reference, such as the number of an invoice, is shaped like a number of a person or a day."""
    written = plain(text)
    digits = re.sub(r"\D", "", written)
    has_sign = any(pattern.search(written) for pattern in (_ADDRESS, _TITLE)) or any(map(_is_foreign, written))
    return has_sign or _days(written, own_days) or len(digits) > _DIGITS_OF_A_REFERENCE or _is_bsn(digits)


_DIGITS_OF_A_REFERENCE = 10
_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def _is_bsn(digits: str) -> bool:
    """The check of a citizen service number."""
    is_nine = len(digits) == len(_BSN_WEIGHTS)
    return is_nine and sum(int(d) * w for d, w in zip(digits, _BSN_WEIGHTS, strict=True)) % 11 == 0


def _is_long(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    longest = max(map(len, re.findall(r"\d+", number)))
    return longest > _LONGEST_PLAIN or len(digits) > _LONGEST_BROKEN


def _is_foreign(character: str) -> bool:
    """A letter of another script may stand for one of ours that looks alike."""
    return character.isalpha() and "LATIN" not in unicodedata.name(character, "")


def _days(text: str, own: AbstractSet[date]) -> bool:
    """Whether a plain text names a day other than its own, a weekday, or a time of day."""
    if _WEEKDAY.search(text) or _TIME.search(text):
        return True
    own_days = {(day.day, day.month) for day in own}
    return any(day not in own for day in _dates_in(text)) or any(day not in own_days for day in _days_in(text))


def _dates_in(text: str) -> Iterator[date]:
    """Calendar dates in a text; one that cannot exist counts as the first day ever."""
    for day, month, year in _DAY_FIRST.findall(text):
        yield _date(2000 + int(year) if len(year) == len("26") else int(year), int(month), int(day))
    for year, month, day in _YEAR_FIRST.findall(text):
        yield _date(int(year), int(month), int(day))
    for digits in _COMPACT.findall(text):
        for year, month, day in ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2])):
            found = _date(int(year), int(month), int(day))
            if found.year in range(1900, 2100):
                yield found


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date.min


def _days_in(text: str) -> Iterator[tuple[int, int]]:
    """Days without a year, in digits or in words, as day and month."""
    for pattern in (_DAY_THEN_MONTH, _MONTH_THEN_DAY):
        for found in pattern.finditer(text):
            yield _number(found["day"]), _month(found["month"])
    for day, month in _DAY_AND_MONTH.findall(text):
        yield int(day), int(month)


def _number(day: str) -> int:
    return int(day) if day.isdecimal() else _IN_WORDS[day]


def _month(name: str) -> int:
    return _MONTHS.index("mrt" if name.startswith("maa") else name[:3]) + 1


def _without_days(text: str, own: AbstractSet[date]) -> str:
    """The text without the days of its own, so that their digits are no number."""
    spelled = [form for day in own for form in _forms(day)]
    for form in sorted(spelled, key=len, reverse=True):
        text = text.replace(form, " ")
    return text


def _forms(day: date) -> Iterator[str]:
    for sign in "-/.":
        yield day.strftime(f"%d{sign}%m{sign}%Y")
        yield f"{day.day}{sign}{day.month}{sign}{day.year}"
    yield from (day.isoformat(), day.strftime("%Y%m%d"), day.strftime("%d%m%Y"))
