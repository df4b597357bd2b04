"""What reaches the employer, and the invoice: R2, R9, R35, R53 to R56."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.people import Employee, Employer, PersonName
from gateway.domain.policy import InvoiceMode, Policy
from gateway.domain.rules import billing as rule
from gateway.domain.rules.billing import EmployerReceives
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import (
    EMPLOYEE,
    POLICY,
    POOL,
    a_case,
    a_request,
    an_invoice,
    at,
    completed,
    consent,
    decided,
    of_referral,
    ready,
    referred,
)

INVOICE = an_invoice()


def _received(case, policy=POLICY, *, has_referral=True):
    return rule.employer_receives(case, policy, at(30), has_referral=has_referral)


def test_r35_usually_the_employer_receives_nothing():
    assert _received(completed()) == ()


def test_r54_an_invoice_without_personal_data():
    assert _received(completed(INVOICE)) == (EmployerReceives.INVOICE_WITHOUT_PERSONAL_DATA,)


def test_r02_an_employer_who_asks_gets_the_general_answer_and_nothing_else():
    case = completed(INVOICE, submitted_by=s.ActorRole.EMPLOYER)
    assert _received(case) == (EmployerReceives.GENERAL_ANSWER,)


def test_r02_anybody_else_who_asks_brings_the_employer_nothing():
    assert _received(completed(INVOICE, submitted_by=s.ActorRole.BACK_OFFICE)) == ()


def test_r09_outside_the_contract_the_employer_learns_of_the_request_when_the_employee_said_so():
    aware = decided(consent(Purpose.EMPLOYER_AWARE, "werkgever"))
    outside = a_request(chosen_option="buiten-contract")
    assert _received(a_case(aware, request=outside)) == (EmployerReceives.EXISTENCE_OF_REQUEST,)
    assert _received(a_case(request=outside)) == ()
    assert _received(ready(aware)) == ()


def test_r09_who_chose_a_physician_of_the_contract_after_all_tells_the_employer_nothing():
    aware = decided(consent(Purpose.EMPLOYER_AWARE, "werkgever"))
    inside = s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient=POOL)
    assert _received(a_case(aware, inside, request=a_request(chosen_option="buiten-contract"))) == ()


@pytest.mark.parametrize(("count", "is_folded"), [(None, True), (1, True), (9, True), (10, False), (214, False)])
def test_r55_a_small_employer_gets_a_total_that_mentions_nothing(count, is_folded):
    case = completed(INVOICE, employer=Employer("Klein", employee_count=count))
    assert rule.must_be_folded(case, POLICY) is is_folded
    expected = "INVOICE_WITHOUT_MENTION" if is_folded else "INVOICE_WITHOUT_PERSONAL_DATA"
    assert _received(case) == (EmployerReceives[expected],)
    advice = (refuse("invoice-mentions-second-opinion"),) if is_folded else ()
    assert rule.invoice_advice(case, POLICY) == advice


@pytest.mark.parametrize("day", [date(2026, 9, 14), date(2026, 9, 17), date(2026, 9, 23)])
def test_r54_an_invoice_is_not_dated_on_a_day_of_the_case(day):
    """Of the request, of the first contact, of the report."""
    assert rule.without_personal_data(completed(), an_invoice(dated_on=day)) == refuse("invoice-identifies")
    assert rule.without_personal_data(completed(), an_invoice(dated_on=date(2026, 9, 29))) is PERMIT
    later = ready(referred(when=at(25)))
    assert rule.without_personal_data(later, an_invoice(dated_on=date(2026, 9, 14))) == refuse("invoice-identifies")


def test_r55_the_threshold_is_policy():
    assert rule.must_be_folded(completed(), Policy("x", min_employees_for_itemised=500))


@pytest.mark.parametrize(
    "text", ["verrichting SO", "verrichtingen so", "Second opinion", "second-opinion", "SECONDOPINION"]
)
def test_r55_what_mentions_a_second_opinion(text):
    assert rule.mentions_second_opinion(an_invoice(text))


@pytest.mark.parametrize("text", ["Arbodienstverlening conform basiscontract", "Soort dienst", "Basisdiensten sociaal"])
def test_r55_what_does_not(text):
    case = completed(an_invoice(text))
    assert not rule.mentions_second_opinion(an_invoice(text))
    assert _received(case) == (EmployerReceives.INVOICE_WITHOUT_MENTION,)


@pytest.mark.parametrize(
    "text",
    [
        "SO dhr. Kolk",
        "SO dhr. KOLK.",
        "SO K\u200bolk",
        "SO Ko\u0301lk",
        "SO Jur",
        "SO P10037",
        "SO P 10037",
        "SO Z-2026-1",
        "SO orderpicker",
        "SO door Mulkens",
        "SO Terpstra-Oud",
        "SO BIG 9999 0005 101",
        "SO tel. 06-00000101 (+31600000101)",
        "SO op 17-9-2026",
        "SO op 2026-09-17",
        "SO op 17 september",
        "SO op 3 mrt",
        "SO op 31-31-2026",
    ],
)
def test_r54_nothing_from_which_a_person_can_be_found(text):
    case = completed(an_invoice(text))
    assert rule.without_personal_data(case, an_invoice(text)) == refuse("invoice-identifies")
    assert _received(case) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Arbodienstverlening conform basiscontract, verrichting SO",
        "SO in de periode 1 september tot en met 30 september",
        "SO periode 01-09-2026 t/m 30-09-2026",
        "12 maandbedragen van de basisdienst",
    ],
)
def test_r54_period_quantity_and_price_identify_nobody(text):
    assert rule.without_personal_data(completed(), an_invoice(text)) is PERMIT


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "F-P10037"},
        {"period_start": date(2026, 9, 17), "period_end": date(2026, 9, 17), "dated_on": date(2026, 9, 17)},
        {"dated_on": date(2026, 9, 17)},
        {"dated_on": date(2026, 9, 14)},
    ],
    ids=["number", "period of a day", "dated on the consult", "dated on the request"],
)
def test_r54_r55_number_and_dates_identify_as_well(changes):
    assert rule.without_personal_data(completed(), an_invoice(**changes)) == refuse("invoice-identifies")


def test_r54_short_words_of_a_name_are_no_name():
    employee = Employee(PersonName(family="An", call_name="Bo"))
    assert rule.without_personal_data(completed(employee=employee), an_invoice("an bo SO")) is PERMIT


def test_r54_a_case_without_dossier_still_has_a_key():
    case = replace(completed(), dossier=None)
    assert rule.without_personal_data(case, an_invoice("SO Z-2026-1")) == refuse("invoice-identifies")


def test_r55_no_invoice_when_the_policy_sends_none():
    policy = Policy("defence", invoice_mode=InvoiceMode.NONE)
    case = completed(INVOICE)
    assert rule.invoice_refusals(case, policy, has_referral=True) == (refuse("invoice-not-in-policy"),)
    assert _received(case, policy) == ()


def test_r56_only_what_took_place():
    assert rule.something_to_invoice(completed(), has_referral=True) is PERMIT
    assert rule.something_to_invoice(ready(), has_referral=False) == refuse("nothing-to-invoice")
    assert _received(ready(INVOICE), has_referral=False) == ()


def test_r56_a_withdrawn_case_only_by_contract():
    withdrawn = s.RequestWithdrawn(at=at(15), by=EMPLOYEE)
    case = ready(referred(), withdrawn)
    assert rule.something_to_invoice(case, has_referral=True) == refuse("nothing-to-invoice")
    costs = replace(case.dossier.contract, has_cancellation_costs=True)
    assert rule.something_to_invoice(ready(referred(), withdrawn, contract=costs), has_referral=True) is PERMIT


def test_r56_a_referral_that_was_withdrawn_is_no_ground_either():
    ended = of_referral(s.ReferralWithdrawn, at(15))
    assert rule.something_to_invoice(ready(referred(), ended), has_referral=True) == refuse("nothing-to-invoice")


def test_r54_the_days_of_the_invoice_itself_are_its_own():
    """Its date and its period; any other day in a line points to somebody."""
    dated = date(2026, 9, 29)
    for day in ("29-09-2026", "01-09-2026", "30-09-2026"):
        assert rule.without_personal_data(completed(), an_invoice(f"Factuur {day}", dated_on=dated)) is PERMIT
    other = an_invoice("Factuur 28-09-2026", dated_on=dated)
    assert rule.without_personal_data(completed(), other) == refuse("invoice-identifies")


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("1-9-26", "28-9-26"),
        ("01-09-2026", "28-09-2026"),
        ("2026-09-01", "2026-09-28"),
        ("20260901", "20260928"),
        ("01092026", "28092026"),
        ("1 september", "28 september"),
        ("op 1/9", "op 28/9"),
        ("20260901", "20260911"),
        ("20260901", "20261017"),
        ("01092026", "17102026"),
    ],
)
def test_r54_a_day_is_read_in_every_form(own, other):
    assert rule.without_personal_data(completed(), an_invoice(f"Factuur {own}")) is PERMIT
    assert rule.without_personal_data(completed(), an_invoice(f"Factuur {other}")) == refuse("invoice-identifies")
