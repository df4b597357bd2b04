"""Lines of an export: split on line feeds only, strict JSON, one object per line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from gateway.ports.backoffice import ImportProblem

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes in one line; a case of fifty thousand characters takes a hundredth of it."""

MOST_ENTRIES = 1000
"""In one list or object; a file of twenty years has a tenth of it. Every wrong entry is a problem to report, and a line
of millions of them would fill the memory with problems."""

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
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return ImportProblem(
            number, "$", f"Byte {error.start + 1} of the line is not UTF-8.", "Export the file as UTF-8."
        )
    return _parse_object(number, text)


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
    except RecursionError:
        return ImportProblem(number, "$", "The JSON is nested too deep.", "Write the record in the documented shape.")
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
    return value


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
