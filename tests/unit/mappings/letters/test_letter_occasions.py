"""A letter is about its step: what happens later does not change it, whichever letter it is."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.days import AMSTERDAM
from gateway.domain.errors import RefusedError
from gateway.domain.people import Address
from gateway.domain.policy import Policy
from gateway.ports.letter_occasions import OCCASIONS, case_at_occasion, occasions
from gateway.ports.letters import LetterKind
from mappings.letters import DutchLetters
from tests.unit.mappings.letters.samples import (
    BACK_OFFICE,
    CASE_ID,
    CONTACT,
    DOSSIER,
    EMPLOYEE,
    FIRST,
    at,
    consent,
    entries,
    given,
    person,
    submitted,
    whole_path,
)
from tests.unit.mappings.letters.steps_of_every_kind import every_kind_of_step

OFFICER = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, FIRST.organisation, "mr. P. Kist")


def declined(reasons: str = "Deze vraag is al beantwoord.", when: str = "2026-09-14T10:00") -> s.RequestDeclined:
    return s.RequestDeclined(
        at=at(when),
        by=FIRST,
        reason_code="improper-use",
        reasons=reasons,
        written_to_employee_on=at(when).astimezone(AMSTERDAM).date(),
        complaints_procedure_named=True,
    )


def redirected() -> s.RequestRedirected:
    fields = {name: getattr(declined("Het gaat om uw loon."), name) for name in s.RequestDeclined.__slots__}
    return s.RequestRedirected(at=at("2026-10-20T10:00"), by=FIRST, **{**fields, "reason_code": "legal-proceedings"})


def moved(**changes) -> s.DossierCorrected:
    """The back office wrote another address, another spelling and another physician down."""
    employee = person(**{"address": Address("Nieuwpad", "1", None, "9999 ZZ", "Elders", "NL"), **changes})
    employee = replace(employee, name=replace(employee.name, family="Zonnevelt"))
    asked = submitted()
    other = replace(asked.first_physician, name="dr. A. Ander")
    later = replace(
        asked, employee=employee, first_physician=other, employer=replace(asked.employer, name="Elders B.V.")
    )
    return s.DossierCorrected(at=at("2026-11-01T09:00"), by=BACK_OFFICE, dossier=later, changed=("employee.address",))


def letter(kind: LetterKind, steps: list[s.Step], sequence: int | None = None):
    case = case_at_occasion(kind, CASE_ID, entries(steps), sequence)
    writer = DutchLetters()
    if kind is LetterKind.EMPLOYER_INVOICE:
        return writer.employer_invoice(case, case.invoices[-1], Policy("beleid"))
    return getattr(writer, kind.value.replace("-", "_"))(case)


REASSESSMENT = s.ReassessmentPlanned(at=at("2026-09-12T11:00"), by=BACK_OFFICE, for_at=at("2026-09-29T09:20"))
ABOUT: dict[LetterKind, list[s.Step]] = {
    LetterKind.INADMISSIBLE: [
        submitted(),
        s.RequestFoundInadmissible(at=at("2026-09-14T10:00"), by=FIRST, reason_code="pre-employment-exam"),
    ],
    LetterKind.DECLINE: [submitted(), declined()],
    LetterKind.REDIRECT: [submitted(), redirected()],
    LetterKind.REASSESSMENT: [submitted(), REASSESSMENT],
    LetterKind.FOLLOW_UP: whole_path()[:18],
    LetterKind.ADOPTION: whole_path()[:19],
    LetterKind.TRANSFER_REFUSED: [
        submitted(),
        s.TransferRequested(at=at("2026-09-24T09:50"), by=EMPLOYEE),
        s.TransferDecided(at=at("2026-09-28T12:00"), by=FIRST, is_granted=False, reasons="Er is geen collega."),
    ],
    LetterKind.HANDOVER: whole_path()[:23],
    LetterKind.EMPLOYER_INVOICE: whole_path()[:24],
}
"""By letter a journal that ends with its step."""

LATER: list[s.Step] = [
    s.ComplaintFiled(at=at("2026-10-01T09:00"), by=EMPLOYEE, about="refusal"),
    s.ComplaintDecided(at=at("2026-10-05T09:00"), by=OFFICER, about="refusal", is_upheld=True),
    s.AdviceRenewed(at=at("2026-10-06T09:00"), by=FIRST, feedback_text="Zes uur per dag."),
    s.RequestMaintained(at=at("2026-10-07T09:00"), by=EMPLOYEE),
    s.ConsentWithdrawn(at=at("2026-10-08T09:00"), by=EMPLOYEE, consent_id=DOSSIER.consent_id, purpose=DOSSIER.purpose),
    given(consent(9, CONTACT.purpose, "2026-10-09T11:00", "verhagen")),
    s.TransferRequested(at=at("2026-10-09T12:00"), by=EMPLOYEE),
    s.RequestWithdrawn(at=at("2026-10-10T09:00"), by=EMPLOYEE),
    moved(),
]


def test_every_letter_about_a_step_is_held_to_this():
    without_a_step = {LetterKind.CONSENT_OVERVIEW, LetterKind.GENERAL_ANSWER}
    assert set(ABOUT) == set(OCCASIONS) == set(LetterKind) - without_a_step


@pytest.mark.parametrize("kind", ABOUT)
def test_what_happens_later_does_not_change_a_letter(kind):
    before = letter(kind, ABOUT[kind])
    assert letter(kind, [*ABOUT[kind], *LATER]) == before
    is_it = OCCASIONS[kind]
    others = [step for step in every_kind_of_step() if not is_it(step)]
    assert letter(kind, [*ABOUT[kind], *others]) == before


@pytest.mark.parametrize("kind", ABOUT)
def test_of_steps_that_occur_more_than_once_it_is_the_last_one_unless_another_is_asked_for(kind):
    first = ABOUT[kind]
    again = [*first, *LATER, replace(first[-1], at=at("2026-12-01T09:00"))]
    known = occasions(kind, entries(again))
    assert len(known) == 2
    assert letter(kind, again, known[0]) == letter(kind, first)
    assert letter(kind, again) == letter(kind, again, known[1])
    assert letter(kind, again) != letter(kind, first)


def test_a_refusal_that_was_followed_by_another_keeps_its_letter():
    steps = [submitted(), declined(), *LATER, redirected()]
    assert "Deze vraag is al beantwoord." in letter(LetterKind.DECLINE, steps).text
    assert "Het gaat om uw loon." in letter(LetterKind.REDIRECT, steps).text


def test_a_transfer_that_was_granted_after_all_leaves_the_refusal_as_it_was():
    granted = s.TransferDecided(at=at("2026-10-28T12:00"), by=FIRST, is_granted=True)
    assert (
        "Er is geen collega."
        in letter(LetterKind.TRANSFER_REFUSED, [*ABOUT[LetterKind.TRANSFER_REFUSED], granted]).text
    )


@pytest.mark.parametrize("kind", [LetterKind.DECLINE, LetterKind.ADOPTION, LetterKind.CONSENT_OVERVIEW])
def test_an_address_that_is_protected_now_is_in_no_letter_that_is_written_now(kind):
    steps = [*ABOUT.get(kind, whole_path()), moved(is_address_protected=True)]
    text = letter(kind, steps).text
    assert "Kwakelpad" not in text
    assert "Nieuwpad" not in text


def test_the_overview_of_consents_is_of_today():
    text = letter(LetterKind.CONSENT_OVERVIEW, [*whole_path(), *LATER]).text
    assert "Zonnevelt" in text
    assert "Ingetrokken op 8 oktober 2026" in text


@pytest.mark.parametrize("kind", [LetterKind.DECLINE, LetterKind.CONSENT_OVERVIEW, LetterKind.REDIRECT])
@pytest.mark.parametrize("sequence", [0, 7, 99])
def test_a_step_that_the_letter_is_not_about_is_refused(kind, sequence):
    with pytest.raises(RefusedError) as refused:
        case_at_occasion(kind, CASE_ID, entries([submitted(), declined()]), sequence)
    assert refused.value.code == "letter-without-ground"
    assert refused.value.remedy


def test_without_its_step_a_letter_is_about_the_case_as_it_is():
    assert "Wij maken zo snel mogelijk een afspraak" in letter(LetterKind.REASSESSMENT, [submitted()]).text
