"""Whose case it is, as far as names and BIG numbers tell (R8, R10, R15, R21, R38)."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.party import Role
from gateway.domain.people import Physician
from gateway.domain.permissions import Permission
from gateway.domain.policy import Policy
from gateway.domain.rules.decisions import by_first_physician
from gateway.domain.rules.permission import actor_may
from gateway.domain.rules.refusal import PERMIT
from gateway.domain.steps import Actor, ActorRole
from tests.support.cases import FIRST, OHS, POOL, SECOND, THIRD, a_case, a_request, at, of_referral, referred
from tests.support.messages import REFERRAL

STAND_IN = Actor(ActorRole.FIRST_PHYSICIAN, OHS, "dr. A. Ander", FIRST.name)
NAMESAKE = replace(STAND_IN, name="A. Terpstra-Oud")
OFFICER = Actor(ActorRole.COMPLAINTS_OFFICER, OHS, "mr. P. Kist")
COMPLAINED = s.ComplaintFiled(at=at(20), by=Actor(ActorRole.EMPLOYEE, OHS), about="other")


def accepts(by, **request):
    return by_first_physician(a_case(request=a_request(**request)), by) is PERMIT


def may(permission, by, side, case):
    return actor_may(permission, by, side, Policy("x"), case) is PERMIT


@pytest.mark.parametrize(
    "by",
    [STAND_IN, replace(STAND_IN, big="99990001999"), NAMESAKE],
    ids=["a colleague", "a colleague with a number", "somebody of the same name"],
)
def test_r10_whoever_acts_for_the_physician_of_the_case_accepts(by):
    assert accepts(by)


@pytest.mark.parametrize(
    "by",
    [
        replace(STAND_IN, organisation=POOL),
        replace(STAND_IN, on_behalf_of=None),
        replace(STAND_IN, on_behalf_of="dr. B. Jansen"),
        replace(STAND_IN, name=None),
        replace(STAND_IN, name="dr."),
        replace(STAND_IN, name=SECOND.name),
        replace(STAND_IN, name="Mevrouw Anders", big=SECOND.big),
        replace(STAND_IN, name="J. van der Kolk"),
        replace(NAMESAKE, big="99990001999"),
    ],
    ids=[
        "of another organisation",
        "for nobody",
        "for another physician",
        "without a name",
        "with a title only",
        "a physician of the contract",
        "with the number of one",
        "the employee",
        "a namesake with another number",
    ],
)
def test_r10_nobody_else_accepts_on_behalf_of_the_physician(by):
    assert not accepts(by)


@pytest.mark.parametrize(
    "name",
    ["J.M.A. Terpstra-Oud", "dr. J. M. A. Terpstra-Oud", "dr . J.M. Terpstra-Oud", "J.M. Terpstra-Oud M.Sc."],
    ids=["more initials", "apart", "a blank in a title", "letters behind the name"],
)
def test_r10_a_physician_accepts_with_more_initials_than_the_record_has(name):
    own = Actor(ActorRole.FIRST_PHYSICIAN, OHS, name)
    assert accepts(own)
    assert not accepts(replace(own, name=name.replace("J", "B")))
    assert not accepts(replace(own, name=f"niet {name}"))


def test_r10_where_the_record_has_no_number_a_number_makes_nobody_a_namesake():
    assert accepts(replace(NAMESAKE, big="99990001999"), first_physician=replace(FIRST, big=None))


@pytest.mark.parametrize("first", [FIRST, replace(FIRST, big=None)], ids=["with a number", "without one"])
def test_r42_an_assistant_acts_for_the_physician_of_the_case_and_for_no_other(first):
    case = a_case(request=a_request(first_physician=first))
    by = Actor(ActorRole.PRACTICE_ASSISTANT, OHS, "A. Ander", FIRST.name)
    assert may(Permission.REQUEST_CLARIFY, by, Role.OHS, case)
    assert not may(Permission.REQUEST_CLARIFY, replace(by, on_behalf_of="C. Collega"), Role.OHS, case)


@pytest.mark.parametrize(
    "by",
    [
        replace(OFFICER, big=FIRST.big),
        replace(OFFICER, name="K. van der Kolk"),
        replace(OFFICER, name=FIRST.name),
        replace(OFFICER, name="A. Terpstra-Oud Ph.D."),
        replace(OFFICER, name="K. van der Kolk M.Sc. LL.M"),
        replace(OFFICER, name="A. Terpstra-Oud bedrijfsarts"),
    ],
    ids=[
        "the number of the physician",
        "the name of the employee",
        "the name of the physician",
        "the name with letters behind it",
        "the employee's name with letters behind it",
        "the name with a profession behind it",
    ],
)
def test_r21_who_may_be_involved_hears_no_complaint_whatever_tells_it(by):
    case = a_case(COMPLAINED)
    assert may(Permission.LOG_READ, OFFICER, Role.OHS, case)
    assert not may(Permission.LOG_READ, by, Role.OHS, case)


def at_the_pool(*steps, performer=None):
    """The case there: it begins with the referral, and may name whom the employee chose."""
    asked = referred(referral=replace(REFERRAL, performer=performer))
    return replace(a_case(asked, *steps), dossier=None)


def accepting(physician: Physician):
    return Actor(ActorRole.SECOND_PHYSICIAN, POOL, physician.name, big=physician.big)


def test_r8_a_referral_to_a_person_is_accepted_by_nobody_else_there():
    case = at_the_pool(performer=SECOND)
    assert may(Permission.REFERRAL_ACCEPT, accepting(SECOND), Role.POOL, case)
    assert not may(Permission.REFERRAL_ACCEPT, accepting(THIRD), Role.POOL, case)
    assert may(Permission.REFERRAL_ACCEPT, accepting(THIRD), Role.POOL, at_the_pool())


def test_r38_whoever_accepted_is_told_from_a_namesake_by_the_number():
    case = at_the_pool(of_referral(s.ReferralAccepted, at(15), physician=SECOND))
    assert may(Permission.REFERRAL_READ, accepting(SECOND), Role.POOL, case)
    namesake = replace(accepting(SECOND), big="99990005999")
    assert not may(Permission.REFERRAL_READ, namesake, Role.POOL, case)


def test_r2_the_employee_is_not_their_own_representative():
    own_name = Actor(ActorRole.REPRESENTATIVE, OHS, "J. van der Kolk")
    assert may(Permission.CONSENT_WITHDRAW, replace(own_name, role=ActorRole.EMPLOYEE), Role.OHS, a_case())
    assert not may(Permission.CONSENT_WITHDRAW, own_name, Role.OHS, a_case())
