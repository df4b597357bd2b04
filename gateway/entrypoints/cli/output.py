"""Showing data on standard output: a table for people, JSON or one JSON document per line for programs."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from gateway.domain.days import dutch_time
from gateway.domain.errors import RefusedError, reason_of
from gateway.domain.printable import printable

_PRIVATE = 0o600


class Output(StrEnum):
    """In which form data is shown."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"


Row = Mapping[str, Any]


def show_rows(rows: Sequence[Row], output: Output) -> None:
    """Show a list."""
    if output is Output.TABLE:
        _write("".join(line + "\n" for line in _table(rows)))
    elif output is Output.JSON:
        _write(_json(list(rows), indent=2) + "\n")
    else:
        _write("".join(_json(row) + "\n" for row in rows))


def show_record(record: Row, output: Output) -> None:
    """Show one thing."""
    if output is Output.TABLE:
        _write("".join(line + "\n" for line in _fields(record)))
    else:
        _write(_json(record, indent=2 if output is Output.JSON else None) + "\n")


def show_text(text: str) -> None:
    """Show a text as it is, its control characters written out."""
    _write(text if text.endswith("\n") else text + "\n")


def refuse_taken(file: Path | None) -> Path | None:
    """Refuse a file that is there already, before anything is done that it was to hold.

    Raises:
        RefusedError: ``file-exists``.
    """
    if file is not None and file.exists():
        raise RefusedError(
            "file-exists",
            "There is a file already; it is not overwritten.",
            where=str(file),
            remedy="Choose another name, or remove that file first when nobody needs it any more.",
        )
    return file


NewFile = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Write to this file; it must not be there yet.", callback=refuse_taken, show_default=False
    ),
]
"""The option of every command that can write what it shows to a file."""


@contextmanager
def new_file(file: Path) -> Iterator[BinaryIO]:
    """Write a new file of our own, for its owner alone; it is there only when it is whole.

    Raises:
        RefusedError: ``file-exists``, or ``output-not-writable``: it cannot be written there.
    """
    half = file.with_name(file.name + ".half")
    refuse_taken(file)
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        try:
            with os.fdopen(descriptor, "wb") as target:
                yield target
            half.rename(file)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RefusedError(
            "output-not-writable",
            f"It cannot be written ({reason_of(error)}).",
            where=str(half if isinstance(error, FileExistsError) else file),
            remedy="Name a file that is not there yet, in a folder that is there and yours.",
        ) from None


def write_new_text(file: Path, text: str) -> None:
    """Write a text to a new file as it would be shown: somebody will look at it on a terminal.

    Raises:
        RefusedError: As ``new_file``.
    """
    with new_file(file) as target:
        target.write(printable(text).encode("utf-8"))


def show_or_write(text: str, file: Path | None) -> None:
    """Show a text, or write it to a new file when one is named.

    Raises:
        RefusedError: As ``new_file``.
    """
    if file is None:
        show_text(text)
    else:
        write_new_text(file, text)


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(plain(value), ensure_ascii=False, indent=indent)


def _table(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    columns = list(rows[0])
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    titles = [column.replace("_", " ").upper() for column in columns]
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in [titles, *cells]
    ]


def _cell(value: Any) -> str:
    return " ".join(re.split(r"[\n\t]", _words(value)))


def _words(value: Any) -> str:
    if value is None or (isinstance(value, list | tuple) and not value):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return dutch_time(value)
    if isinstance(value, list | tuple):
        return ", ".join(_words(part) for part in value)
    return printable(str(plain(value)))


def _fields(record: Row, indent: str = "") -> list[str]:
    width = max((len(key) for key in record), default=0)
    lines: list[str] = []
    for key, value in record.items():
        title = f"{indent}{key.replace('_', ' ')}:"
        if _is_nested(value):
            lines += [title, *_nested(value, indent + "  ")]
        elif isinstance(value, str) and "\n" in value:
            lines += [title, *(f"{indent}  {line}" for line in printable(value).splitlines())]
        else:
            lines.append(f"{title.ljust(len(indent) + width + 2)}{_words(value)}")
    return lines


def _is_nested(value: Any) -> bool:
    first = value[0] if isinstance(value, list | tuple) and value else value
    return isinstance(first, Mapping)


def _nested(value: Any, indent: str) -> list[str]:
    parts = [value] if isinstance(value, Mapping) else value
    lines: list[str] = []
    for position, part in enumerate(parts):
        lines += [*([""] if position else []), *_fields(part, indent)]
    return lines


def _write(text: str) -> None:
    """Write all there is on standard output; the one place, so that nothing gets past ``printable``."""
    sys.stdout.write(printable(text))
    sys.stdout.flush()
