"""Validation errors in words: line, JSON path, what is wrong and the remedy; never a value of the record."""

from collections.abc import Collection, Iterator, Sequence

from pydantic import ValidationError

from gateway.ports.backoffice import ImportProblem

_WORDS = {
    "missing": ("A required key is missing.", "Add the key; null is allowed where the format says so."),
    "string_type": ("This must be text.", "Write it between quotes."),
    "string_unicode": ("This text holds half a character (a lone surrogate).", "Export the file as UTF-8."),
    "string_too_short": ("This text may not be empty.", "Fill it in."),
    "string_too_long": ("This text is too long.", "Shorten it."),
    "bool_type": ("This must be true or false.", "Write it without quotes."),
    "int_type": ("This must be a whole number.", "Write it without quotes and without decimals."),
    "int_from_float": ("This must be a whole number.", "Write it without decimals."),
    "float_type": ("This must be a number.", "Write it without quotes."),
    "finite_number": ("This must be a finite number.", "Correct the number."),
    "greater_than_equal": ("This number is too small.", "Correct the number."),
    "json_invalid": ("Some text or number in this line cannot be read.", "Export the file as plain UTF-8 JSON."),
    "too_short": ("This list may not be empty.", "Write at least one item."),
    "list_type": ("This must be a list.", "Write it between square brackets; an empty list is allowed."),
    "tuple_type": ("This must be a list.", "Write it between square brackets; an empty list is allowed."),
    "dict_type": ("This must be an object.", "Write it between braces."),
    "model_type": ("This must be an object.", "Write it between braces; see the format for where null is allowed."),
    "model_attributes_type": ("This must be an object.", "Write it between braces."),
    "dataclass_type": ("This must be an object.", "Write it between braces; see the format for where null is allowed."),
    "dataclass_exact_type": ("This must be an object.", "Write it between braces."),
    "extra_forbidden": ("An unknown key.", "Remove it, or correct its spelling; see the format."),
    "unexpected_keyword_argument": ("An unknown key.", "Remove it, or correct its spelling; see the format."),
    "union_tag_invalid": ("This kind is not known.", "Use one of the kinds the format names."),
    "union_tag_not_found": ("The key that says which kind this is, is missing.", "Add it; see the format."),
    "timezone_aware": ("This time has no offset.", "Add the offset, such as +02:00 or Z."),
    "datetime_type": ("This must be a date and time.", "Write it as 2026-09-07T10:20:00+02:00."),
    "datetime_parsing": ("This must be a date and time.", "Write it as 2026-09-07T10:20:00+02:00."),
    "datetime_from_date_parsing": ("This must be a date and time.", "Write it as 2026-09-07T10:20:00+02:00."),
    "date_type": ("This must be a date.", "Write it as 2026-09-07."),
    "date_parsing": ("This must be a date.", "Write it as 2026-09-07."),
    "date_from_datetime_parsing": ("This must be a date.", "Write it as 2026-09-07."),
    "date_from_datetime_inexact": ("This must be a date without a time.", "Write it as 2026-09-07."),
}
_CHOICES = frozenset({"literal_error", "enum"})
_KEYS_OF_THE_RECORD = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


def problems(
    line: int,
    error: ValidationError,
    tags: frozenset[str] = frozenset(),
    *,
    case_id: str | None = None,
    without: Collection[tuple[int | str, ...]] = (),
    positions: Sequence[int] = (),
) -> Iterator[ImportProblem]:
    """One problem per validation error, rebuilt without input values.

    Args:
        line: Line of the export.
        error: What pydantic found.
        tags: Discriminator values, which pydantic puts in the location though the record has no such key.
        case_id: The case of the line, where the line says so much.
        without: Places of which something is told already.
        positions: Where the steps that were read stand in the line, when some were left out.
    """
    for found in error.errors(include_input=False, include_url=False, include_context=True):
        kind = found["type"]
        place = found["loc"][:-1] if kind in _KEYS_OF_THE_RECORD else found["loc"]
        if place in without:
            continue
        message, remedy = _words(kind, found.get("ctx", {}))
        yield ImportProblem(line, json_path(_in_the_line(place, positions), tags), message, remedy, case_id)


def _in_the_line(place: tuple[int | str, ...], positions: Sequence[int]) -> tuple[int | str, ...]:
    if positions and place[:1] == ("steps",) and len(place) > 1 and isinstance(place[1], int):
        return ("steps", positions[place[1]], *place[2:])
    return place


def _words(kind: str, context: dict[str, object]) -> tuple[str, str]:
    if kind in _CHOICES:
        return f"This must be one of {context.get('expected', 'the known codes')}.", "Correct the code."
    if kind == "value_error":
        return str(context.get("error", "This value is not allowed.")), "Correct the value; see the format."
    return _WORDS.get(kind, ("This value is not allowed here.", "See the format."))


def json_path(location: tuple[int | str, ...], tags: frozenset[str] = frozenset()) -> str:
    """``("toestemmingen", 0, "datum")`` as ``$.toestemmingen[0].datum``."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in location if step not in tags]
    return "$" + "".join(parts)
