"""The invoice: no subject, no case, no correlation (R53 to R56); amounts in euro cents, exactly."""

from decimal import Decimal

from gateway.domain.messages import InvoiceLine, InvoiceNotice
from mappings.fhir.datatypes import extension, identifier
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.node import Node
from mappings.fhir.organisation import read_organisation, write_organisation
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import INVOICE_NUMBER, INVOICE_PERIOD

MAX_CENTS = 10**14
"""Amounts below this are written as JSON numbers without loss."""

_CURRENCY = "EUR"


def write_invoice(draft: Draft, content: InvoiceNotice) -> None:
    """Add the Invoice and its two organisations."""
    period = {"start": content.period_start.isoformat(), "end": content.period_end.isoformat()}
    invoice: Json = {
        "resourceType": "Invoice",
        "extension": [extension(INVOICE_PERIOD, valuePeriod=period)],
        "identifier": [identifier(INVOICE_NUMBER, content.number)],
        "status": "issued",
        "recipient": write_organisation(draft, "recipient", content.recipient, is_ohs=True),
        "date": content.period_end.isoformat(),
        "issuer": write_organisation(draft, "issuer", content.issuer),
        "totalNet": _money(sum(line.quantity * line.unit_price_cents for line in content.lines)),
    }
    if content.lines:
        invoice["lineItem"] = [_line(line) for line in content.lines]
    draft.add("invoice", invoice)


def read_invoice(view: View) -> InvoiceNotice:
    """The invoice again; its total must follow from its lines."""
    invoice = view.one("Invoice")
    period = invoice.extension(INVOICE_PERIOD)
    if period is None:
        raise refusal("element-missing", f"{invoice.path}.extension")
    lines = tuple(_read_line(node) for node in invoice.children("lineItem"))
    total = invoice.child("totalNet")
    if _cents(total) != sum(line.quantity * line.unit_price_cents for line in lines):
        raise refusal("total-contradicts", total.path)
    return InvoiceNotice(
        number=invoice.identifier(INVOICE_NUMBER),
        issuer=read_organisation(view.target(invoice.child("issuer"), "Organization")),
        recipient=read_organisation(view.target(invoice.child("recipient"), "Organization")),
        period_start=period.child("valuePeriod").day("start"),
        period_end=period.child("valuePeriod").day("end"),
        lines=lines,
    )


def _line(line: InvoiceLine) -> Json:
    """Unit price for information, and what is charged: quantity times that price."""
    item: Json = {}
    put(item, "text", line.description)
    charged = {"type": "base", "factor": line.quantity, "amount": _money(line.quantity * line.unit_price_cents)}
    unit = {"type": "informational", "amount": _money(line.unit_price_cents)}
    return {"chargeItemCodeableConcept": item, "priceComponent": [unit, charged]}


def _read_line(node: Node) -> InvoiceLine:
    components = {part.plain("type"): part for part in node.children("priceComponent")}
    if components.keys() != {"informational", "base"} or len(node.children("priceComponent")) != len(components):
        raise refusal("entry-count", f"{node.path}.priceComponent")
    charged = components["base"]
    quantity, price = charged.integer("factor"), _cents(components["informational"].child("amount"))
    if _cents(charged.child("amount")) != quantity * price:
        raise refusal("total-contradicts", charged.path)
    return InvoiceLine(node.child("chargeItemCodeableConcept").text("text"), quantity, price)


def _money(cents: int) -> Json:
    if abs(cents) >= MAX_CENTS:
        raise refusal("value-invalid", "Invoice.lineItem.priceComponent.amount")
    return {"value": cents // 100 if cents % 100 == 0 else cents / 100, "currency": _CURRENCY}


def _cents(money: Node) -> int:
    value = money.value.get("value")
    if money.value.get("currency") != _CURRENCY or not isinstance(value, int | float | Decimal):
        raise refusal("value-invalid", money.path)
    cents = Decimal(str(value)) * 100
    if cents != int(cents):
        raise refusal("value-invalid", f"{money.path}.value")
    return int(cents)
