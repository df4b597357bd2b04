"""R5, R25: a later export that takes away what restricts a case holds it; any other detail is a correction."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.people import Address, Employer
from gateway.domain.restatement import restate
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    FIRST,
    OHS,
    SECOND,
    THIRD,
    a_request,
    at,
    contract_of,
    decided,
)

KVK = "00000201"
NUMBER = "99990009901"
ELSEWHERE = "praktijk-elders"


def options(physician, other=THIRD):
    """A contract with these physicians."""
    found = [ContractOption(f"opt-{n}", OptionKind.PHYSICIAN, physician=p) for n, p in enumerate((physician, other), 1)]
    return contract_of(*found)


def restated(before, after):
    known = (a_request(**before), ACCEPTED, *decided(CONTACT))
    return restate(known, (a_request(**after), *known[1:]), at(20), BACK_OFFICE)


def is_held(before, after):
    found = restated(before, after)
    codes = [doubt.code for doubt in found.doubts]
    assert codes in ([], ["dossier-widened"])
    assert [type(step) for step in found.steps] == ([] if codes else [s.DossierCorrected])
    return bool(codes)


EMPLOYEE = a_request().employee
ADVICE = a_request().advice
AT_ELSEWHERE = (ELSEWHERE,)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"employee": replace(EMPLOYEE, is_address_protected=True)}, {}),
        ({"contract": options(replace(SECOND, other_organisations=AT_ELSEWHERE))}, {}),
        ({"submitted_by": s.ActorRole.EMPLOYER}, {"submitted_by": s.ActorRole.EMPLOYEE}),
        ({}, {"advice": replace(ADVICE, given_at=at(8))}),
    ],
    ids=["address", "side job of an option", "who asked", "newer advice"],
)
def test_r25_what_restricts_less_than_before_is_held_and_what_restricts_more_is_a_correction(more, less):
    assert is_held(more, less)
    assert not is_held(less, more)


PLACELESS = {"first_physician": replace(FIRST, organisation=None)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"first_physician": replace(FIRST, organisation=ELSEWHERE)}, {}),
        ({**PLACELESS, "organisation": ELSEWHERE}, PLACELESS),
    ],
    ids=["a practice of their own", "the house"],
)
def test_r05_a_place_where_the_first_physician_worked_may_not_disappear(before, after):
    assert is_held(before, after)


def test_r05_another_first_physician_is_held():
    other = {"first_physician": replace(FIRST, big=NUMBER)}
    assert is_held({}, other)
    assert is_held(other, {})


def test_r05_a_side_job_of_the_first_physician_that_becomes_an_options_is_held():
    first = {"first_physician": replace(FIRST, other_organisations=AT_ELSEWHERE)}
    assert is_held(first, {"contract": options(replace(SECOND, other_organisations=AT_ELSEWHERE))})


@pytest.mark.parametrize(
    ("first", "part"),
    [
        ({}, {"organisation": OHS}),
        ({"organisation": "praktijk-terpstra"}, {"organisation": "praktijk-terpstra"}),
        ({"organisation": "praktijk-terpstra"}, {"organisation": OHS}),
        ({}, {"organisation": KVK}),
        ({}, {"organisation": "transport bv"}),
        ({}, {"big": FIRST.big}),
        ({"supervisor_big": NUMBER}, {"big": NUMBER}),
    ],
    ids=["the house", "a practice of their own", "the house beside it", "employer", "its name", "number", "supervisor"],
)
def test_r05_what_an_option_shared_with_the_first_physician_may_not_disappear(first, part):
    physician = {"first_physician": replace(FIRST, **first)}
    shared = {**physician, "contract": options(replace(SECOND, **part))}
    assert is_held(shared, physician)
    assert is_held(physician, shared) is ("big" in part)  # another number is another person than was chosen


def test_r05_a_side_job_that_an_option_shared_with_the_first_physician_may_not_go_to_another():
    first = {"first_physician": replace(FIRST, other_organisations=AT_ELSEWHERE)}
    working = replace(SECOND, other_organisations=AT_ELSEWHERE)
    assert is_held({**first, "contract": options(working)}, first)


def test_r25_what_nobody_shares_is_corrected_without_a_word():
    assert not is_held({}, {"employer": Employer("Vervoer B.V.", kvk="00000202", employee_count=214)})
    assert not is_held({}, {"contract": options(replace(SECOND, organisation=ELSEWHERE))})


def test_r49_a_correction_names_the_detail_and_no_deeper_than_that():
    before = replace(EMPLOYEE, address=Address("Dorpsstraat", "1", city="Ede"))
    after = replace(before, address=replace(before.address, city="Epe"), telephone=None)
    changes = {"employee": after, "discussed_with_first_physician_on": date(2026, 9, 15)}
    (step,) = restated({"employee": before}, changes).steps
    assert step.changed == ("employee.address", "employee.telephone", "discussed_with_first_physician_on")


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"name": "dr. T. Vervanger"}, True),
        ({"big": "99990005102"}, True),
        ({"name": "dr. T. Vervanger", "big": None}, True),
        ({"name": "S. Mulkens"}, False),
        ({"big": None}, False),
        ({"agb": "84990052", "region": "noord"}, False),
    ],
)
def test_r8_somebody_else_behind_the_chosen_option_was_not_chosen(changes, held):
    assert is_held({"contract": options(SECOND)}, {"contract": options(replace(SECOND, **changes))}) is held
    other = replace(THIRD, name="dr. T. Vervanger", big="99990005102")
    assert not is_held({"contract": options(SECOND)}, {"contract": options(SECOND, other)})


def test_r8_a_choice_after_the_request_is_held_against_the_option_that_it_named():
    other = replace(THIRD, name="dr. T. Vervanger")
    for option_id in ("opt-2", None):
        chosen = s.RecipientChosen(at=at(14, 12), by=s.Actor(s.ActorRole.EMPLOYEE, OHS), recipient="praktijk-wiarda")
        known = (a_request(contract=options(SECOND)), replace(chosen, option_id=option_id), *decided(CONTACT))
        after = a_request(contract=options(SECOND, other))
        assert [d.code for d in restate(known, (after, *known[1:]), at(20), BACK_OFFICE).doubts] == ["dossier-widened"]
