"""What people give to commands: texts from a file or standard input, moments and days, and ids."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from gateway.domain.days import AMSTERDAM
from gateway.domain.document_content import is_blank
from gateway.domain.errors import RefusedError, reason_of

MAX_BYTES = 4 * 1024 * 1024
STANDARD_INPUT = Path("-")

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Id of the case.", show_default=False)]
ReferralId = Annotated[str, typer.Argument(metavar="REFERRAL", help="Id of the referral.", show_default=False)]
TextFile = Annotated[Path, typer.Argument(metavar="FILE", help="Text in UTF-8; - for standard input.")]


def read_bytes(source: Path) -> bytes:
    """The content of a file, or of standard input for ``-``.

    Raises:
        RefusedError: ``input-unreadable`` or ``input-too-large``.
    """
    try:
        if source == STANDARD_INPUT:
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with source.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RefusedError(
            "input-unreadable",
            f"It cannot be read ({reason_of(error)}).",
            where=str(source),
            remedy="Name a file that exists and is yours, or - for standard input.",
        ) from None
    if len(content) > MAX_BYTES:
        raise RefusedError(
            "input-too-large",
            f"It is larger than {MAX_BYTES // 1024 // 1024} MiB.",
            where=str(source),
            remedy="Send less; a message could not carry it.",
        )
    return content


def one_of(words: Iterable[str]) -> Callable[[str], str]:
    """Make the parser of an option that is a word of a closed list; another word is refused with the list."""
    known = tuple(dict.fromkeys(map(str, words)))

    def parse(text: str) -> str:
        if text not in known:
            raise typer.BadParameter(f"not one of: {', '.join(known)}")
        return text

    return parse


FROM_STANDARD_INPUT = "@-"
_MOST_ARGUMENTS = 256


def with_given_arguments(arguments: Sequence[str]) -> list[str]:
    """Put the lines of standard input in the place of ``@-``, one argument each; a process list shows only the ``@-``.

    Raises:
        RefusedError: As ``read_text``; ``arguments-twice`` or ``arguments-too-many``.
    """
    if FROM_STANDARD_INPUT not in arguments:
        return list(arguments)
    place = arguments.index(FROM_STANDARD_INPUT)
    before, after = arguments[:place], arguments[place + 1 :]
    if FROM_STANDARD_INPUT in after:
        raise RefusedError(
            "arguments-twice",
            "Standard input can be read once.",
            where=FROM_STANDARD_INPUT,
            remedy="Write every argument on a line of its own, in their order, and @- once.",
        )
    lines = [line for line in read_text(STANDARD_INPUT).split("\n") if line]
    if len(lines) > _MOST_ARGUMENTS:
        raise RefusedError(
            "arguments-too-many",
            f"There are more than {_MOST_ARGUMENTS} lines.",
            where=FROM_STANDARD_INPUT,
            remedy="Write one argument on each line; a text goes into a file.",
        )
    return [*before, *lines, *after]


def read_text(source: Path) -> str:
    """A text, unchanged.

    Raises:
        RefusedError: As ``read_bytes``, or ``input-not-text``: it shows nothing, or is not UTF-8.
    """
    content = read_bytes(source)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(
            "input-not-text",
            f"It is not UTF-8 text; byte {error.start} is the first that is not.",
            where=str(source),
            remedy="Save it as plain text in UTF-8.",
        ) from None
    if is_blank(text):
        raise RefusedError(
            "input-not-text", "It is empty.", where=str(source), remedy="Write the text and save the file first."
        )
    return text


def read_document(source: Path, invalid: Callable[[str, str], RefusedError]) -> dict[str, Any]:
    """A JSON object that means one thing to every reader: UTF-8, no member twice, bounded nesting and numbers.

    Args:
        source: The file, or ``-``.
        invalid: Makes the error of the kind of file from a JSON path and what is wrong.

    Raises:
        RefusedError: As ``read_bytes``, or what ``invalid`` makes.
    """
    from gateway.ports.backoffice import ImportProblem
    from mappings.backoffices.lines import parse_document

    document = parse_document(read_bytes(source))
    if isinstance(document, ImportProblem):
        raise invalid(document.where, document.message)
    return document


def words(value: Any) -> str:
    """A text that says something and can be written again.

    Raises:
        TypeError, ValueError: It is no text, empty, or holds half a character.
    """
    if not isinstance(value, str):
        raise TypeError
    if not value.strip():
        raise ValueError
    value.encode("utf-8")
    return value


def moment(text: str | datetime) -> datetime:
    """An aware instant from ``now`` or ISO 8601; without an offset it is Dutch time."""
    if isinstance(text, datetime):
        return text
    if text == "now":
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("not 'now' or a time such as 2026-03-09T14:30 or 2026-03-09T14:30+01:00") from None
    return _bounded(instant if instant.tzinfo else _dutch(instant))


def _dutch(local: datetime) -> datetime:
    """A Dutch time; one that the change of the clock leaves out, or lets come twice, needs its offset (R25)."""
    first, second = (local.replace(tzinfo=AMSTERDAM, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise typer.BadParameter(
            "the clock changes then, so that this Dutch time does not exist or comes twice [R25];"
            " add the offset, such as +01:00"
        )
    return first


_FIRST_YEAR, _LAST_YEAR = 1900, 9998
"""As exports have them; beyond these a moment does not exist in every time zone."""

Moment = TypeVar("Moment", date, datetime)


def _bounded(value: Moment) -> Moment:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise typer.BadParameter(f"not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return value


def day(text: str | date) -> date:
    """A date from ``today`` or ISO 8601."""
    if isinstance(text, date):
        return text
    if text == "today":
        return datetime.now(AMSTERDAM).date()
    try:
        return _bounded(date.fromisoformat(text))
    except ValueError:
        raise typer.BadParameter("not 'today' or a date such as 2026-03-09") from None
