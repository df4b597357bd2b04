"""The invoice in values: its descriptions are ours, so no description can name a person (R54, R55)."""

from dataclasses import dataclass, replace
from typing import Final

from gateway.domain.case import Case
from gateway.domain.messages import InvoiceLine
from gateway.domain.policy import InvoiceMode, Policy
from gateway.domain.rules.billing import mentions_second_opinion, must_be_folded, without_personal_data
from gateway.domain.rules.refusal import refuse
from gateway.domain.steps import EmployerInvoiced
from mappings.letters.requirements import permitted

PLAIN: Final = "Arbodienstverlening volgens contract"
ITEMISED: Final = "Arbodienstverlening volgens contract, verrichtingen second opinion"


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line as the employer sees it."""

    description: str
    quantity: int
    unit_price_cents: int

    @property
    def total_cents(self) -> int:
        """Quantity times price."""
        return self.quantity * self.unit_price_cents


def printed_lines(case: Case, invoice: EmployerInvoiced, policy: Policy) -> tuple[PrintedLine, ...]:
    """The lines that may be shown.

    Below the threshold (or with an unknown number of employees) one total: not even a quantity shows that something
    happened more or less often. Otherwise quantity and price per line, under one of two fixed descriptions.

    Raises:
        RefusedError: The policy sends no invoice, or a text of the invoice identifies somebody.
    """
    if policy.invoice_mode is InvoiceMode.NONE:
        permitted(refuse("invoice-not-in-policy"))
    permitted(without_personal_data(case, invoice))
    if must_be_folded(case, policy):
        total = sum(line.quantity * line.unit_price_cents for line in invoice.lines)
        return (PrintedLine(PLAIN, 1, total),)
    return tuple(
        PrintedLine(_description(invoice, line), line.quantity, line.unit_price_cents) for line in invoice.lines
    )


def _description(invoice: EmployerInvoiced, line: InvoiceLine) -> str:
    """Ours, whatever the line said."""
    return ITEMISED if mentions_second_opinion(replace(invoice, lines=(line,))) else PLAIN
