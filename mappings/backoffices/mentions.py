"""Look for the case that a line is about, where the line itself cannot be read: what it took back must hold something.

The search is bounded: one pass over a line that is bounded itself, and a number of texts that it never exceeds.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from gateway.ports.backoffice import BackOffice, CaseImport, ImportProblem

MOST_TEXTS = 10_000
"""That are kept of one line; a record of twenty years has a tenth of it."""

_LONGEST = 200
_TEXT = r'"((?:[^"\\]|\\.){1,200})"'
_NAMED = re.compile(
    rf'(?:zaak|case)_?(?:id|nummer|number)"?\s*:\s*(?:{_TEXT}|(-?[0-9][0-9.eE+]{{0,199}}))', re.IGNORECASE
)
_BETWEEN_QUOTES = re.compile(r'[^"]+')
"""Also what lies between two texts: a quote too many makes one of the other."""
_BETWEEN_SIGNS = re.compile(r'[^";,\t\r\n]+')
"""A row of a spreadsheet, where a text has no quotes."""


def read_with_mentions(reader: BackOffice, lines: Iterable[bytes | str]) -> Iterator[CaseImport | ImportProblem]:
    """Read an export, and add to every line without a case number what may be one.

    A reader takes one line at a time, so that the last one it took is the line of what it yields.
    """
    last: bytes | str = b""

    def watched() -> Iterator[bytes | str]:
        nonlocal last
        for line in lines:
            last = line
            yield line

    for item in reader.read(watched()):
        if isinstance(item, ImportProblem) and item.case_id is None:
            text = _text(last)
            yield replace(item, named=frozenset(_named(text)), quoted=frozenset(_quoted(text)))
        else:
            yield item


def _text(line: bytes | str) -> str:
    """The line, whatever it was written in: half of UTF-16 is NUL, and one byte that is not UTF-8 spoils no other."""
    text = line if isinstance(line, str) else line.decode("utf-8", "replace")
    return text.replace("\0", "")


def _named(text: str) -> Iterator[str]:
    for found in islice(_NAMED.finditer(text), MOST_TEXTS):
        yield _plain(found.group(1)) if found.group(1) is not None else found.group(2)


def _quoted(text: str) -> Iterator[str]:
    for pattern in (_BETWEEN_QUOTES, _BETWEEN_SIGNS):
        for found in islice(pattern.finditer(text), MOST_TEXTS):
            if len(found.group()) <= _LONGEST:
                yield _plain(found.group())


def _plain(text: str) -> str:
    """A JSON text without its escapes, where they can be read."""
    try:
        return str(json.loads(f'"{text}"')) if "\\" in text else text
    except ValueError:
        return text
