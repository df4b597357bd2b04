"""What the employer receives: an invoice without personal data, and nothing else (R2, R9, R35, R53 to R56)."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from gateway.domain.case import Case
from gateway.domain.days import LEEWAY, dutch_day
from gateway.domain.messages import InvoiceLine, InvoiceNotice, PatientContact
from gateway.domain.people import Employee, Organisation, Physician
from gateway.domain.policy import InvoiceMode, Policy
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules import recipient as choice
from gateway.domain.rules.clues import (
    NOBODY,
    Known,
    is_identifier,
    looks_personal,
    parts_of,
    plain,
    points_to,
    run_together,
    tells_number_or_day,
)
from gateway.domain.rules.refusal import PERMIT, Decision, Refusal, Ruling, decide, refuse
from gateway.domain.rules.request import asked_by_employee
from gateway.domain.steps import ActorRole, EmployerInvoiced


class EmployerReceives(StrEnum):
    """Everything that can ever reach the employer."""

    GENERAL_ANSWER = "general-answer"
    EXISTENCE_OF_REQUEST = "existence-of-request"
    INVOICE_WITHOUT_PERSONAL_DATA = "invoice-without-personal-data"
    INVOICE_WITHOUT_MENTION = "invoice-without-mention"


_Invoice = EmployerInvoiced | InvoiceNotice
_MENTION = re.compile(r"\bSO\b|second\s*-?\s*opinion", re.IGNORECASE)
_SHORTEST_NAME = 3
_SHORTEST_NUMBER = 5


def mentions_second_opinion(invoice: EmployerInvoiced) -> bool:
    """Whether a line says what it was for."""
    return any(_MENTION.search(line.description) for line in invoice.lines)


def must_be_folded(case: Case, policy: Policy) -> bool:
    """R55: a small employer, or one of unknown size, gets a total that mentions nothing."""
    count = case.dossier.employer.employee_count if case.dossier else None
    return count is None or count < policy.min_employees_for_itemised


def without_personal_data(case: Case, invoice: EmployerInvoiced) -> Ruling:
    """R54: no name, number, date of consult, physician or case key in any text of the invoice.

    A day in a line, a period of one day, or an invoice dated on a day of the case instead of the end of its period
    points to the consult. What has the shape of a person points to one, whoever it is, as between parties.
    """
    is_dated_in_case = invoice.dated_on != invoice.period_end and invoice.dated_on in _days_of(case)
    own = {invoice.dated_on, invoice.period_start, invoice.period_end}
    if is_dated_in_case or _has_shape_of_person(invoice, own):
        return refuse("invoice-identifies")
    return anonymous(invoice, known_of((case,)), invoice.dated_on)


def _has_shape_of_person(invoice: _Invoice, own: AbstractSet[date]) -> bool:
    texts = (line.description for line in invoice.lines)
    return any(looks_personal(text, own) for text in texts) or is_identifier(invoice.number, own)


def may_invoice(policy: Policy, case: Case, invoice: EmployerInvoiced) -> Decision:
    """Judge the employer's invoice on its own: told by a person or by a back office, and before it is printed."""
    return decide(
        refuse("invoice-not-in-policy") if policy.invoice_mode is InvoiceMode.NONE else PERMIT,
        without_personal_data(case, invoice),
        number_free(invoice, (other for other in case.invoices if other is not invoice)),
    )


def number_free(invoice: _Invoice, others: Iterable[_Invoice]) -> Ruling:
    """R54: a number names one invoice, however it is spelt."""
    number = _number(invoice)
    return refuse("invoice-number-used") if any(_number(other) == number for other in others) else PERMIT


def is_same_invoice(one: EmployerInvoiced, other: EmployerInvoiced) -> bool:
    """Whether two say the same of one number: an invoice of one employer may be recorded with each case it is for."""
    return replace(one, at=other.at, by=other.by, message_id=other.message_id) == other


def _number(invoice: _Invoice) -> str:
    return run_together(plain(invoice.number))


def anonymous(invoice: _Invoice, known: Known, *own_days: date) -> Ruling:
    """R54: nothing in the texts or the period of an invoice points to somebody who is known, or to a day."""
    own = {*own_days, invoice.period_start, invoice.period_end}
    texts = [line.description for line in invoice.lines]
    is_found = points_to(texts, known, own) or points_to((invoice.number,), known, own)
    return refuse("invoice-identifies") if is_found or invoice.period_start == invoice.period_end else PERMIT


def notice_without_personal_data(invoice: InvoiceNotice, at: datetime, known: Known = NOBODY) -> Ruling:
    """R54 for an invoice between parties: by what is known, and by its shape where nobody knows whom it may be about.

    Args:
        invoice: At the pool before it is sent, and at the arbodienst when it comes.
        at: The instant of judging.
        known: What the pool's own record says of people; the arbodienst looks at the shape alone, so that its answer
            tells nothing of whom it knows.
    """
    is_found = _has_shape_of_person(invoice, {invoice.period_start, invoice.period_end})
    is_found = is_found or not all(_is_organisation(house) for house in (invoice.issuer, invoice.recipient))
    is_plausible = all(_is_plausible(line) for line in invoice.lines) and len(invoice.lines) <= MOST_LINES
    if is_found or not is_plausible or not _is_period(invoice, at):
        return refuse("invoice-identifies")
    return anonymous(invoice, known)


MOST_LINES = 200
_MOST_OF_ONE = 9_999
_HIGHEST_PRICE = 9_999_999
"""Cents. More digits could spell a number of a person."""
_LONGEST_PERIOD = timedelta(days=366)


def _is_organisation(house: Organisation) -> bool:
    """A name, and numbers of eight digits, as URA, KvK and AGB have them."""
    numbers = (number for number in (house.ura, house.kvk, house.agb) if number is not None)
    return not tells_number_or_day(house.name) and all(re.fullmatch(r"[0-9]{8}", number) for number in numbers)


def _is_plausible(line: InvoiceLine) -> bool:
    return 0 < line.quantity <= _MOST_OF_ONE and abs(line.unit_price_cents) <= _HIGHEST_PRICE


def _is_period(invoice: InvoiceNotice, at: datetime) -> bool:
    """A year at most, that does not begin later than today."""
    length = invoice.period_end - invoice.period_start
    return timedelta(0) < length <= _LONGEST_PERIOD and invoice.period_start <= dutch_day(at + LEEWAY)


def without_clues(texts: Iterable[str | None], known: Known = NOBODY) -> Ruling:
    """R8, R54: texts that are not about anybody hold nothing that looks as if they were, and name nobody we know."""
    said = [text for text in texts if text]
    is_found = any(map(looks_personal, said)) or points_to(said, known, frozenset())
    return refuse("text-identifies") if is_found else PERMIT


def _days_of(case: Case) -> set[date]:
    """Dutch days on which something happened that the employer may not know."""
    moments = [case.asked_at, case.accepted_at, case.follow_up_for]
    for referral in case.referrals:
        moments += [referral.requested_at, referral.first_contact_at, referral.draft_discussed_at, referral.reported_at]
    return {dutch_day(moment) for moment in moments if moment is not None}


def known_of(cases: Iterable[Case]) -> Known:
    """Names and numbers of the people in cases, and the keys of the cases."""
    words: set[str] = set()
    numbers: set[str] = set()
    for case in cases:
        words |= _identifying_words(case)
        numbers |= _identifying_numbers(case)
    return Known(frozenset(words), frozenset(numbers))


def _physicians(case: Case) -> tuple[Physician, ...]:
    told = [person for referral in case.referrals for person in _told_physicians(referral)]
    if case.dossier is not None:
        told += [case.dossier.first_physician, choice.second_physician(case, choice.intended_recipient(case) or "")]
    return tuple(person for person in told if person is not None)


def _told_physicians(referral: ReferralState) -> tuple[Physician | None, ...]:
    sent = referral.referral
    return (referral.physician, *((sent.requester, sent.performer) if sent else ()))


def _identifying_words(case: Case) -> set[str]:
    people = [*(physician.name for physician in _physicians(case)), *_people_beside(case)]
    names = [word for name in people for word in _name_words(name)]
    texts = [*names]
    if case.dossier is not None:
        texts += _employee_texts(case.dossier.employee)
        names.append(case.dossier.employee.name.family)
    texts += [
        text for referral in case.referrals if referral.referral for text in _told_texts(referral.referral.patient)
    ]
    words = {plain(word).strip(".()") for text in texts for word in (text, *text.split())}
    words |= {part for name in names for word in name.split() for part in parts_of(plain(word))}
    return {word for word in words if len(word) >= _SHORTEST_NAME}


def _people_beside(case: Case) -> list[str]:
    """Names of those who act for the employee, decide, or take over."""
    acts = (case.refusing, case.weighed, case.transfer, case.handover, case.follow_up)
    known = [name for act in acts if act is not None for name in (act.by.name, act.by.on_behalf_of)]
    known += [act.colleague for act in (case.transfer, case.handover) if act is not None]
    known += [case.follow_up.attender] if case.follow_up is not None else []
    if case.dossier is not None:
        representative = case.dossier.employee.representative
        known += [representative.name] if representative is not None else []
        known += [option.physician.name for option in case.dossier.contract.options if option.physician is not None]
    return [name for name in known if name]


def _told_texts(contact: PatientContact) -> list[str]:
    name = contact.name
    known = [name.family, name.given, name.call_name, name.partner_family, contact.email]
    return [text for text in known if text]


def _employee_texts(employee: Employee) -> list[str]:
    name = employee.name
    known = [name.family, name.given, name.call_name, name.partner_family, employee.email, employee.occupation]
    return [text for text in known if text]


def _identifying_numbers(case: Case) -> set[str]:
    """Numbers and keys of the case, of the employee and of both physicians, without spaces and signs."""
    known = [case.case_id]
    for physician in _physicians(case):
        known += [physician.big or "", physician.agb or ""]
    if case.dossier is not None:
        employee = case.dossier.employee
        known += [employee.personnel_number or "", employee.bsn or "", employee.telephone or ""]
    known += [r.referral.patient.telephone or "" for r in case.referrals if r.referral]
    bare = {run_together(plain(text)) for text in known}
    return {text for text in bare if len(text) >= _SHORTEST_NUMBER}


def _name_words(name: str) -> list[str]:
    """The capitalised words of a physician's name; titles and prefixes identify nobody."""
    return [word for word in name.split() if word[:1].isupper() or word[:1] == "("]


def something_to_invoice(case: Case, *, has_referral: bool) -> Ruling:
    """R53, R56: what took place, also when the report is blocked; a withdrawn case only with cancellation costs."""
    contract = case.dossier.contract if case.dossier else None
    is_withdrawn = case.withdrawn_at is not None or (
        case.current_referral is not None and case.current_referral.state == "withdrawn"
    )
    if is_withdrawn and not (contract and contract.has_cancellation_costs):
        return refuse("nothing-to-invoice")
    return PERMIT if has_referral else refuse("nothing-to-invoice")


def invoice_refusals(case: Case, policy: Policy, *, has_referral: bool) -> tuple[Refusal, ...]:
    """What stands in the way of the invoices on record."""
    found: list[Refusal] = []
    for invoice in case.invoices:
        found += may_invoice(policy, case, invoice).refusals
        found += decide(something_to_invoice(case, has_referral=has_referral)).refusals
    return tuple(dict.fromkeys(found))


def invoice_advice(case: Case, policy: Policy) -> tuple[Refusal, ...]:
    """R55: what must be mended before the invoice of a small employer goes, though it may go after that."""
    is_named = any(mentions_second_opinion(invoice) for invoice in case.invoices)
    return (refuse("invoice-mentions-second-opinion"),) if is_named and must_be_folded(case, policy) else ()


def employer_receives(case: Case, policy: Policy, at: datetime, *, has_referral: bool) -> tuple[EmployerReceives, ...]:
    """All that may reach the employer for this case (R35); usually nothing or one invoice."""
    received: list[EmployerReceives] = []
    if case.dossier is not None and case.dossier.submitted_by is ActorRole.EMPLOYER:
        received.append(EmployerReceives.GENERAL_ANSWER)
    if isinstance(asked_by_employee(case), Refusal):
        return tuple(received)
    target = choice.intended_recipient(case)
    if choice.is_outside_contract(case, target) and choice.employer_may_know(case, at):
        received.append(EmployerReceives.EXISTENCE_OF_REQUEST)
    if case.invoices and not invoice_refusals(case, policy, has_referral=has_referral):
        folded = must_be_folded(case, policy) or not any(map(mentions_second_opinion, case.invoices))
        received.append(
            EmployerReceives.INVOICE_WITHOUT_MENTION if folded else EmployerReceives.INVOICE_WITHOUT_PERSONAL_DATA
        )
    return tuple(received)
