"""Invoices: the pool's to the arbodienst by the billing lane, and the employer's, which names nobody (R53 to R56)."""

from gateway.application.compose_message import Draft, compose
from gateway.application.perform_act import existing_case, known_partner, raise_refusal, recorded, situation_of
from gateway.application.read_case import every_case
from gateway.domain.case import Case, apply
from gateway.domain.messages import InvoiceNotice, Message
from gateway.domain.people import Employer
from gateway.domain.permissions import Permission
from gateway.domain.rules.billing import (
    invoice_refusals,
    is_same_invoice,
    known_of,
    notice_without_personal_data,
    number_free,
)
from gateway.domain.rules.exchange import may_send
from gateway.domain.rules.refusal import Decision, decide
from gateway.domain.steps import Actor, EmployerInvoiced, PoolInvoiceIssued
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, UnitOfWork


async def issue_invoice(services: Services, recipient: str, invoice: InvoiceNotice, by: Actor) -> Message:
    """Send a pool's invoice, when nothing in it points to anybody on record here (R54).

    It shares no id, no time and no road with a case (R55).
    """
    known = known_of([case async for case in every_case(services)])

    async def run(work: UnitOfWork) -> Message:
        now = services.clock.now()
        partner = await known_partner(work, recipient)
        raise_refusal(may_send(situation_of(services, Case(GATEWAY_CASE), None, partner, now), invoice))
        raise_refusal(decide(notice_without_personal_data(invoice, now, known)))
        issued = (step.invoice for step in await work.steps(GATEWAY_CASE) if isinstance(step, PoolInvoiceIssued))
        raise_refusal(decide(number_free(invoice, issued)))
        message = await compose(services, work, Draft(invoice, recipient, GATEWAY_CASE, by))
        step = PoolInvoiceIssued(
            at=message.sent_at, by=by, message_id=message.message_id, partner=recipient, invoice=invoice
        )
        await work.append(GATEWAY_CASE, (step,))
        return message

    return await recorded(services, GATEWAY_CASE, "invoice-issued", by, Permission.INVOICE_ISSUE, run)


async def invoice_employer(services: Services, case_id: str, step: EmployerInvoiced) -> None:
    """Record the employer's invoice when nothing in it points to a person, and its number is its own (R54)."""

    async def run(work: UnitOfWork) -> None:
        case = apply(await existing_case(work, case_id), [step])
        has_referral = any(r.referral is not None for r in case.referrals)
        raise_refusal(Decision(invoice_refusals(case, services.policy, has_referral=has_referral)))
        raise_refusal(numbered)
        await work.append(case_id, (step,))

    numbered = await number_of_its_own(services, case_id, step)
    await recorded(services, case_id, step.code, step.by, Permission.INVOICE_ISSUE, run)


async def number_of_its_own(services: Services, case_id: str, step: EmployerInvoiced) -> Decision:
    """Whether no other invoice on record has its number; asked before it is recorded, and when it is printed.

    Another case may have the same invoice, to the same employer, and no other one of that number.
    """
    employer, known = None, list[tuple[Employer | None, EmployerInvoiced]]()
    async for case in every_case(services):
        theirs = case.dossier.employer if case.dossier else None
        if case.case_id == case_id:
            employer = theirs
        else:
            known += [(theirs, invoice) for invoice in case.invoices]
    async with services.store.look() as work:
        kept = [other for other in await work.steps(GATEWAY_CASE) if isinstance(other, EmployerInvoiced)]
    others = [other for theirs, other in known if not (theirs == employer and is_same_invoice(step, other))]
    return decide(number_free(step, (*others, *(other for other in kept if not is_same_invoice(step, other)))))
