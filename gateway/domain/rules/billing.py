"""What the employer receives: an invoice without personal data, and nothing else (R2, R9, R35, R53 to R56)."""

import re
import unicodedata
from datetime import date, datetime
from enum import StrEnum

from gateway.domain.case import Case
from gateway.domain.days import dutch_day
from gateway.domain.people import Employee, Physician
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
_WORD = re.compile(r"\w[\w'\u2019.@+-]*")
_DATE = re.compile(r"\b(?:(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})-(\d{2})-(\d{2}))\b")
_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_LONG_MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|sept|oktober|november|december"
_DAY_IN_WORDS = re.compile(rf"\b(\d{{1,2}})\s+({_LONG_MONTHS}|{'|'.join(_MONTHS)})\b", re.IGNORECASE)
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

    Names are compared without accents and invisible signs, numbers without spaces and signs. A day in a line, a
    period of one day, or an invoice dated on a day of the case instead of the end of its period points to the consult.
    """
    texts = [_plain(text) for text in (invoice.number, *(line.description for line in invoice.lines))]
    words = {word.strip(".") for text in texts for word in _WORD.findall(text)}
    run_together = "\n".join(re.sub(r"[\W_]", "", text) for text in texts)
    is_found = bool(words & _identifying_words(case)) or any(n in run_together for n in _identifying_numbers(case))
    return refuse("invoice-identifies") if is_found or _points_to_a_day(case, invoice) else PERMIT


def _plain(text: str) -> str:
    """Without accents, invisible signs and capitals."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if unicodedata.category(c) not in {"Mn", "Cf"}).casefold()


def _points_to_a_day(case: Case, invoice: EmployerInvoiced) -> bool:
    own_dates = {invoice.dated_on, invoice.period_start, invoice.period_end}
    named = [_dates_in(line.description) - own_dates for line in invoice.lines]
    own_days = {(day.day, day.month) for day in own_dates}
    in_words = [_days_in_words(line.description) - own_days for line in invoice.lines]
    is_dated_in_case = invoice.dated_on != invoice.period_end and invoice.dated_on in _days_of(case)
    return any(named) or any(in_words) or invoice.period_start == invoice.period_end or is_dated_in_case


def _days_of(case: Case) -> set[date]:
    """Dutch days on which something happened that the employer may not know."""
    moments = [case.asked_at, case.accepted_at, case.follow_up_for]
    for referral in case.referrals:
        moments += [referral.requested_at, referral.first_contact_at, referral.draft_discussed_at, referral.reported_at]
    return {dutch_day(moment) for moment in moments if moment is not None}


def _days_in_words(text: str) -> set[tuple[int, int]]:
    """Days such as ``17 september``, as day and month."""
    found = set()
    for day, name in _DAY_IN_WORDS.findall(text):
        short = "mrt" if name.casefold().startswith("maa") else name.casefold()[:3]
        found.add((int(day), _MONTHS.index(short) + 1))
    return found


def _dates_in(text: str) -> set[date]:
    """Calendar dates in a text, as day-month-year or ISO; a date that cannot exist counts as the first day ever."""
    found = set()
    for day, month, year, iso_year, iso_month, iso_day in _DATE.findall(text):
        try:
            found.add(date(int(year or iso_year), int(month or iso_month), int(day or iso_day)))
        except ValueError:
            found.add(date.min)
    return found


def _physicians(case: Case) -> tuple[Physician, ...]:
    if case.dossier is None:
        return ()
    second = choice.second_physician(case, choice.intended_recipient(case) or "")
    return tuple(p for p in (case.dossier.first_physician, second) if p is not None)


def _identifying_words(case: Case) -> set[str]:
    texts = [word for physician in _physicians(case) for word in _name_words(physician.name)]
    if case.dossier is not None:
        texts += _employee_texts(case.dossier.employee)
    words = {_plain(word).strip(".()") for text in texts for word in (text, *text.split())}
    return {word for word in words if len(word) >= _SHORTEST_NAME}


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
    bare = {re.sub(r"[\W_]", "", _plain(text)) for text in known}
    return {text for text in bare if len(text) >= _SHORTEST_NUMBER}


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
