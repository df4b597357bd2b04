"""``sogw invoice``: invoices, by a road of their own and without anybody in them (R53 to R56)."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.domain.messages import InvoiceNotice
from gateway.domain.people import Organisation
from gateway.domain.steps import ActorRole, EmployerInvoiced, PoolInvoiceIssued, PoolInvoiceReceived
from gateway.entrypoints.cli.arguments import CaseId
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.invoice_file import read_invoice
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import Row
from gateway.entrypoints.cli.session import Session

app = noun("invoice")

InvoiceFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON with number, dated_on (employer only), period_start, period_end and lines"
        " (description, quantity, unit_price_cents); - for standard input.",
    ),
]
PartnerId = Annotated[str, typer.Argument(metavar="PARTY", help="Party id of the arbodienst.")]


@command(app, "issue", "sogw invoice issue arbo-lindehof invoice.json", needs="invoice.issue")
async def issue(session: Session, party: PartnerId, file: InvoiceFile) -> None:
    """At the pool: send an invoice to an arbodienst; it shares no id, time or road with a case (R55)."""
    from gateway.application.issue_invoice import issue_invoice
    from gateway.application.perform_act import known_partner

    by, given = session.permitted(session.desk()), read_invoice(file)
    async with session.gateway() as gateway:
        own = gateway.services.party
        async with gateway.services.store.begin() as work:
            partner = await known_partner(work, party)
        invoice = InvoiceNotice(
            number=given.number,
            issuer=Organisation(own.party_id, own.name, own.ura, own.kvk, own.agb),
            recipient=Organisation(partner.party_id, partner.name, partner.ura, partner.kvk, partner.agb),
            period_start=given.period_start,
            period_end=given.period_end,
            lines=given.lines,
        )
        message = await issue_invoice(gateway.services, party, invoice, by)
    session.show_sent(message)


@command(app, "employer", "sogw invoice employer SO-2026-0001 invoice.json", needs="invoice.issue")
async def employer(session: Session, case: CaseId, file: InvoiceFile) -> None:
    """At the arbodienst: record the employer's invoice, when nothing in it points to a person (R54)."""
    from gateway.application.issue_invoice import invoice_employer

    given = read_invoice(file)
    async with session.gateway() as gateway:
        now = gateway.services.clock.now()
        step = EmployerInvoiced(
            at=now,
            by=session.actor(ActorRole.BACK_OFFICE),
            number=given.number,
            dated_on=given.dated_on or given.period_end,
            period_start=given.period_start,
            period_end=given.period_end,
            lines=given.lines,
        )
        await invoice_employer(gateway.services, case, step)
    say(f"Recorded. The invoice: sogw case letter {case} employer-invoice")


@command(app, "list", "sogw invoice list", needs="invoice.read")
async def list_all(session: Session) -> None:
    """List the invoices between pool and arbodienst."""
    from gateway.ports.store import GATEWAY_CASE

    session.permitted(session.desk())
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        steps = await work.steps(GATEWAY_CASE)
    rows = [_row(step) for step in steps if isinstance(step, PoolInvoiceIssued | PoolInvoiceReceived)]
    session.show_rows(rows, nothing="There are no invoices.")


def _row(step: Any) -> Row:
    total = sum(line.quantity * line.unit_price_cents for line in step.invoice.lines)
    return {
        "direction": "out" if isinstance(step, PoolInvoiceIssued) else "in",
        "number": step.invoice.number,
        "partner": step.partner,
        "period_start": step.invoice.period_start,
        "period_end": step.invoice.period_end,
        "total_cents": total,
        "message_id": step.message_id,
    }
