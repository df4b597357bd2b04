"""What the employer receives holds nothing of the employee (R35, R54, R55)."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from gateway.domain import steps as s
from gateway.domain.errors import RefusedError
from gateway.domain.messages import InvoiceLine
from gateway.domain.people import Representative
from gateway.domain.policy import InvoiceMode, Policy
from gateway.ports.letters import NEUTRAL_SUBJECT, Audience
from mappings.letters import DutchLetters
from mappings.letters.environment import euros
from tests.unit.mappings.letters.samples import SYSTEM, at, folded, person, submitted, whole_path

POLICY = Policy("beleid")
WRITER = DutchLetters()
MENTION = "Arbodienstverlening conform basiscontract, verrichting SO"


def invoiced(*lines: InvoiceLine, **changes) -> s.EmployerInvoiced:
    step = s.EmployerInvoiced(
        at=at("2026-10-02T07:00"),
        by=SYSTEM,
        number="F-2026-0031",
        dated_on=date(2026, 9, 30),
        period_start=date(2026, 9, 1),
        period_end=date(2026, 9, 30),
        lines=lines or (InvoiceLine(MENTION, 3, 69_500), InvoiceLine("Abonnement", 1, 120_050)),
    )
    return replace(step, **changes)


def employer(count: int | None):
    return replace(submitted().employer, employee_count=count)


def test_invoice(letters, golden):
    golden("employer-invoice", letters.employer_invoice(folded(*whole_path()), invoiced(), POLICY).paper)


def test_invoice_below_the_threshold(letters, golden):
    case = folded(submitted(employer=employer(9)))
    golden("employer-invoice-folded", letters.employer_invoice(case, invoiced(), POLICY).paper)


@pytest.mark.parametrize("count", [None, 0, 9])
def test_a_small_or_unknown_employer_sees_one_total_without_mention(letters, count):
    text = letters.employer_invoice(folded(submitted(employer=employer(count))), invoiced(), POLICY).text
    assert "opinion" not in text.casefold()
    assert "1 x € 3.285,50 = € 3.285,50" in text
    assert "695,00" not in text


def test_line_date_is_the_end_of_the_period(letters):
    late = invoiced(dated_on=date(2026, 10, 7))
    assert "30-09-2026  Arbodienstverlening" in letters.employer_invoice(folded(submitted()), late, POLICY).text


def test_an_invoice_that_names_somebody_is_refused(letters):
    naming = invoiced(InvoiceLine("Consult Zonneveld", 1, 69_500))
    with pytest.raises(RefusedError) as refused:
        letters.employer_invoice(folded(submitted()), naming, POLICY)
    assert refused.value.code == "invoice-identifies"
    assert "Zonneveld" not in str(refused.value)


def test_the_descriptions_are_ours(letters):
    """A description the rules cannot judge does not reach the employer either."""
    odd = invoiced(InvoiceLine("afdeling inpak, die van de trap viel", 1, 69_500))
    assert "trap" not in letters.employer_invoice(folded(submitted()), odd, POLICY).text


def test_no_invoice_when_the_policy_sends_none(letters):
    with pytest.raises(RefusedError) as refused:
        letters.employer_invoice(folded(submitted()), invoiced(), replace(POLICY, invoice_mode=InvoiceMode.NONE))
    assert refused.value.code == "invoice-not-in-policy"


def test_both_are_for_the_employer_and_neutral_outside(letters):
    invoice = letters.employer_invoice(folded(submitted()), invoiced(), POLICY)
    for letter in (invoice, letters.general_answer()):
        assert letter.audience is Audience.EMPLOYER
        assert letter.subject == NEUTRAL_SUBJECT


def test_the_general_answer_is_the_same_for_everybody(letters):
    assert letters.general_answer() == letters.general_answer()
    text = letters.general_answer().text
    assert "Wij zeggen ook niet of er iets te vertellen is" in text


def test_euros():
    assert [euros(n) for n in (0, 5, 69_500, 123_456_789, -100)] == [
        "€ 0,00",
        "€ 0,05",
        "€ 695,00",
        "€ 1.234.567,89",
        "-€ 1,00",
    ]


def planted(value, marker: str):
    """The same value with the marker in every text of it, however deep, but for what is the employer's own."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return f"{marker} {value}"
    if isinstance(value, tuple):
        return tuple(planted(item, marker) for item in value)
    if is_dataclass(value):
        return replace(value, **{f.name: planted(getattr(value, f.name), marker) for f in fields(value) if f.init})
    return value


MARKERS = st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=3, max_size=12).map(
    lambda text: f"QZQ{text}ZQZ"
)


@for_all(marker=MARKERS, count=st.sampled_from([None, 3, 10, 500]))
def test_no_employer_document_holds_anything_of_the_dossier(marker, count):
    representative = Representative("Piet", "broer", date(2026, 1, 1))
    employee = person(bsn="999990019", representative=representative, address_note="achterom", hirer="Uitzend")
    dossier = submitted(employee=employee, channel="telefoon", chosen_option="O1", second_preference="G4")
    hidden = planted(replace(dossier, employer=employer(count)), marker)
    own = replace(hidden, employer=replace(hidden.employer, name="Bakkerij", debtor_number="D-201"))
    rest = [planted(step, marker) for step in whole_path()[1:]]
    for letter in (WRITER.general_answer(), WRITER.employer_invoice(folded(own, *rest), invoiced(), POLICY)):
        assert marker not in letter.text + letter.paper + letter.title + letter.subject
