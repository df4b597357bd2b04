"""Reading an invoice from JSON; problems name the place and never the value."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gateway.domain.errors import RefusedError
from gateway.domain.messages import InvoiceLine
from gateway.entrypoints.cli.arguments import read_document, words


@dataclass(frozen=True, slots=True)
class GivenInvoice:
    """An invoice as written in the file."""

    number: str
    period_start: date
    period_end: date
    lines: tuple[InvoiceLine, ...]
    dated_on: date | None = None


def read_invoice(file: Path) -> GivenInvoice:
    """Read one invoice.

    Raises:
        RefusedError: ``invoice-file-invalid`` with the JSON path.
    """
    from mappings.backoffices.moments import read_day

    document = read_document(file, lambda where, message: _invalid(file, where, message))
    place = "$"
    try:
        place = "$.number"
        number = words(document["number"])
        place = "$.period_start"
        start = read_day(document["period_start"])
        place = "$.period_end"
        end = read_day(document["period_end"])
        place = "$.dated_on"
        dated_on = read_day(document["dated_on"]) if "dated_on" in document else None
        place = "$.lines"
        lines = tuple(_line(line) for line in document["lines"])
    except (KeyError, TypeError, ValueError):
        raise _invalid(file, place, "It is missing or not as it must be.") from None
    if not lines or end < start:
        raise _invalid(file, "$", "It has no lines, or its period ends before it starts.")
    return GivenInvoice(number, start, end, lines, dated_on)


def _line(line: dict[str, Any]) -> InvoiceLine:
    quantity, price = line["quantity"], line["unit_price_cents"]
    if type(quantity) is not int or type(price) is not int:
        raise TypeError
    return InvoiceLine(words(line["description"]), quantity, price)


def _invalid(file: Path, place: str, message: str) -> RefusedError:
    return RefusedError(
        "invoice-file-invalid",
        message,
        where=f"{file}: {place}",
        remedy="Write number, period_start, period_end (YYYY-MM-DD) and lines with description, quantity and"
        " unit_price_cents (whole numbers).",
    )
