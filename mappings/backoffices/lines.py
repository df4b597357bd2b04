"""Lines of an export: split on line feeds only, strict JSON, one object per line."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from gateway.ports.backoffice import ImportProblem
from mappings.backoffices.known_keys import known_keys

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes in one line; a case of fifty thousand characters takes a hundredth of it."""

MOST_ENTRIES = 1000
"""In one list or object; a file of twenty years has a tenth of it. Every wrong entry is a problem to report, and a line
of millions of them would fill the memory with problems."""

DEEPEST = 32
"""Lists and objects within each other; the formats have a quarter of it. Counted before anything descends."""

Record = dict[str, Any]

_BOM = b"\xef\xbb\xbf"


class _NotStrictError(ValueError):
    """JSON that parses elsewhere but means different things to different readers."""


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of a binary stream; of a line longer than the limit only the beginning is kept in memory."""
    while line := stream.readline(LONGEST_LINE + 2):
        yield line
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE + 2)


def records(lines: Iterable[bytes | str]) -> Iterator[tuple[int, Record | ImportProblem]]:
    """Number the lines from 1 and parse each; empty lines are counted and skipped."""
    for number, line in enumerate(lines, start=1):
        raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        raw = raw.removeprefix(_BOM) if number == 1 else raw
        if raw.strip():
            yield number, _parse(number, raw)


def parse_document(raw: bytes) -> Record | ImportProblem:
    """A whole file that is one JSON object; problems name line 1."""
    return _parse(1, raw.removeprefix(_BOM))


def _parse(number: int, raw: bytes) -> Record | ImportProblem:
    if len(raw) > LONGEST_LINE:
        return ImportProblem(
            number,
            "$",
            f"The line is longer than {LONGEST_LINE // 1024 // 1024} MiB.",
            "Write one case per line, ended by a line feed.",
        )
    if _is_too_deep(raw):
        return ImportProblem(
            number,
            "$",
            f"The JSON is nested too deep: more than {DEEPEST} lists and objects within each other.",
            "Write the record in the documented shape.",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return ImportProblem(
            number, "$", f"Byte {error.start + 1} of the line is not UTF-8.", "Export the file as UTF-8."
        )
    return _parse_object(number, text)


_BRACKET_OR_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A text is passed over whole, also one that never ends; what is possessive is never tried again."""
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def _is_too_deep(raw: bytes) -> bool:
    depth = 0
    for found in _BRACKET_OR_TEXT.finditer(raw):
        depth += _STEP.get(found.group(), 0)
        if depth > DEEPEST:
            return True
    return False


def _parse_object(number: int, text: str) -> Record | ImportProblem:
    """One JSON object, without duplicate keys and without NaN; otherwise the problem."""
    try:
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except _NotStrictError as error:
        return ImportProblem(number, "$", str(error), "Let the export write plain JSON (RFC 8259).")
    except json.JSONDecodeError as error:
        return ImportProblem(
            number,
            "$",
            f"Not valid JSON at character {error.pos + 1}.",
            "Write one complete JSON object per line, ended by a line feed.",
        )
    except ValueError:
        return ImportProblem(number, "$", "A number is too long.", "Write identifiers as text.")
    return _one_record(number, value)


def _one_record(number: int, value: Any) -> Record | ImportProblem:
    if not isinstance(value, dict):
        return ImportProblem(number, "$", "The line is not a JSON object.", "Write one case per line.")
    if _has_too_many(value):
        return ImportProblem(
            number,
            "$",
            f"A list or object in it has more than {MOST_ENTRIES} entries.",
            "Write one case per line, and nothing that is not part of it.",
        )
    place = _unreadable_text(value, ())
    if place is not None:
        return ImportProblem(
            number,
            place,
            "This text holds half a character (a lone surrogate) or a NUL.",
            "Export the file as UTF-8, without NUL characters.",
            case_id_of(value),
        )
    return value


def case_id_of(record: Record) -> str | None:
    """The case a record says it is of, in either format; None when it says nothing usable."""
    found = next((text for key in _CASE_KEYS if (text := _as_text(record.get(key))) is not None), None)
    is_usable = found is not None and found.strip() and len(found) <= _LONGEST_ID and _is_readable(found)
    return found if is_usable else None


def _as_text(value: Any) -> str | None:
    """A number is what a number of a case becomes in a spreadsheet; it cannot be read, and says which case it is."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value if isinstance(value, str) else None


_CASE_KEYS = ("zaak_id", "case_id")
_LONGEST_ID = 200


_UNREADABLE = re.compile("[\x00\ud800-\udfff]")


def _is_readable(text: str) -> bool:
    return _UNREADABLE.search(text) is None


def _unreadable_text(value: Any, here: tuple[str | int, ...]) -> str | None:
    """The path of the first text or key that cannot be written as UTF-8, or holds a NUL."""
    if isinstance(value, str):
        return None if _is_readable(value) else shown_path(here)
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        if not all(map(_is_readable, value)):
            return shown_path(here)
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    found = (_unreadable_text(part, (*here, key)) for key, part in parts)
    return next((place for place in found if place is not None), None)


def shown_path(location: tuple[str | int, ...]) -> str:
    """A JSON path; a key that no format has is left out: it may hold anything, a name too."""
    return "$" + "".join(map(_shown, location))


def _shown(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part in known_keys() else "[?]"


def config_path(location: tuple[str | int, ...]) -> str:
    """The same of a file that the arbodienst writes itself: every key that looks like one is shown."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "$" + "".join(part if _NAME_OF_A_PLACE.fullmatch(part) else "[?]" for part in parts)


_NAME_OF_A_PLACE = re.compile(r"\[[0-9]+\]|\.[A-Za-z_][A-Za-z0-9_]{0,59}")


def _has_too_many(value: Any) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return len(value) > MOST_ENTRIES or any(map(_has_too_many, parts))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _NotStrictError("A key occurs twice in one object.")
    return record


def _no_constant(_: str) -> Any:
    raise _NotStrictError("NaN and Infinity are not JSON numbers.")
