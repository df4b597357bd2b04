"""What the employer receives: an invoice without personal data, and nothing else (R2, R9, R35, R53 to R56)."""

import re
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.case import Case
from gateway.domain.people import Employee
from gateway.domain.policy import InvoiceMode, Policy
from gateway.domain.rules import recipient as choice
from gateway.domain.rules.refusal import PERMIT, Refusal, Ruling, refuse
from gateway.domain.rules.request import asked_by_employee
from gateway.domain.steps import ActorRole, EmployerInvoiced


class EmployerReceives(StrEnum):
    """Everything that can ever reach the employer."""

    GENERAL_ANSWER = "general-answer"
    EXISTENCE_OF_REQUEST = "existence-of-request"
    INVOICE_WITHOUT_PERSONAL_DATA = "invoice-without-personal-data"
    INVOICE_WITHOUT_MENTION = "invoice-without-mention"


_MENTION = re.compile(r"\bSO\b|second\s*-?\s*opinion", re.IGNORECASE)
_DATE = re.compile(r"\b(?:(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})-(\d{2})-(\d{2}))\b")
_SHORTEST_NAME = 3


def mentions_second_opinion(invoice: EmployerInvoiced) -> bool:
    """Whether a line says what it was for."""
    return any(_MENTION.search(line.description) for line in invoice.lines)


def must_be_folded(case: Case, policy: Policy) -> bool:
    """R55: a small employer, or one of unknown size, gets a total that mentions nothing."""
    count = case.dossier.employer.employee_count if case.dossier else None
    return count is None or count < policy.min_employees_for_itemised


def without_personal_data(case: Case, invoice: EmployerInvoiced) -> Ruling:
    """R54: no name, number, date of consult, physician or case key in any text of the invoice."""
    texts = [invoice.number, *(line.description for line in invoice.lines)]
    words = {word.casefold() for text in texts for word in re.findall(r"\w[\w'\u2019.@+-]*", text)}
    own_dates = {invoice.dated_on, invoice.period_start, invoice.period_end}
    names_a_date = any(_dates_in(line.description) - own_dates for line in invoice.lines)
    return refuse("invoice-identifies") if words & _identifying_words(case) or names_a_date else PERMIT


def _dates_in(text: str) -> set[date]:
    """Calendar dates in a text, as day-month-year or ISO; a date that cannot exist counts as the first day ever."""
    found = set()
    for day, month, year, iso_year, iso_month, iso_day in _DATE.findall(text):
        try:
            found.add(date(int(year or iso_year), int(month or iso_month), int(day or iso_day)))
        except ValueError:
            found.add(date.min)
    return found


def _identifying_words(case: Case) -> set[str]:
    if case.dossier is None:
        return {case.case_id.casefold()}
    texts = [case.case_id, *_employee_texts(case.dossier.employee)]
    physicians = [case.dossier.first_physician, choice.second_physician(case, choice.intended_recipient(case) or "")]
    for physician in physicians:
        if physician is not None:
            texts += [physician.big or "", physician.agb or "", *_name_words(physician.name)]
    words = {word.casefold() for text in texts for word in (text, *text.split())}
    return {word for word in words if len(word) >= _SHORTEST_NAME}


def _employee_texts(employee: Employee) -> list[str]:
    name = employee.name
    known = [name.family, name.given, name.call_name, name.partner_family, employee.personnel_number]
    known += [employee.bsn, employee.email, employee.telephone, employee.occupation]
    return [text for text in known if text]


def _name_words(name: str) -> list[str]:
    """The capitalised words of a physician's name; titles and prefixes identify nobody."""
    return [word.strip("().") for word in name.split() if word[:1].isupper() or word[:1] == "("]


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
    rulings: list[Ruling] = []
    for invoice in case.invoices:
        rulings.append(refuse("invoice-not-in-policy") if policy.invoice_mode is InvoiceMode.NONE else PERMIT)
        rulings.append(something_to_invoice(case, has_referral=has_referral))
        rulings.append(without_personal_data(case, invoice))
    return tuple(dict.fromkeys(r for r in rulings if isinstance(r, Refusal)))


def employer_receives(case: Case, policy: Policy, at: datetime, *, has_referral: bool) -> tuple[EmployerReceives, ...]:
    """All that may reach the employer for this case (R35); usually nothing or one invoice."""
    received: list[EmployerReceives] = []
    if case.dossier is not None and case.dossier.submitted_by is ActorRole.EMPLOYER:
        received.append(EmployerReceives.GENERAL_ANSWER)
    if isinstance(asked_by_employee(case), Refusal):
        return tuple(received)
    target = choice.intended_recipient(case)
    if target is not None and choice.is_outside_contract(case, target) and choice.employer_may_know(case, at):
        received.append(EmployerReceives.EXISTENCE_OF_REQUEST)
    if case.invoices and not invoice_refusals(case, policy, has_referral=has_referral):
        folded = must_be_folded(case, policy) or not any(map(mentions_second_opinion, case.invoices))
        received.append(
            EmployerReceives.INVOICE_WITHOUT_MENTION if folded else EmployerReceives.INVOICE_WITHOUT_PERSONAL_DATA
        )
    return tuple(received)
