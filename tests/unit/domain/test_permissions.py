"""Every cell of the table of permissions, at both sides, with and without a name and a relation to the case."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.party import Role
from gateway.domain.people import Physician, Representative
from gateway.domain.permissions import (
    KIND_PERMISSIONS,
    PERMISSIONS,
    ROLES_OF_SIDE,
    STEP_PERMISSIONS,
    Bond,
    Naming,
    Permission,
    permission_to_say,
)
from gateway.domain.policy import Policy
from gateway.domain.relation import identity_of
from gateway.domain.rules.permission import actor_may, bond_of, role_may, sees_content
from gateway.domain.rules.refusal import PERMIT
from gateway.domain.steps import Actor, ActorRole
from tests.support.cases import FIRST, OHS, SECOND, a_case, a_request, at, of_referral, referred

STRICT = Policy("strict")
DELEGATING = Policy("delegating", follow_up_by=("bedrijfsarts", "praktijkondersteuner"))
NOBODY_EVER = (ActorRole.EMPLOYER, ActorRole.MANAGEMENT, ActorRole.SYSTEM)
REPRESENTATIVE = Representative("K. van der Kolk", "partner", date(2026, 9, 1), may_consent=True)
EMPLOYEE = replace(a_request().employee, representative=REPRESENTATIVE)
ACCEPTED_THERE = of_referral(s.ReferralAccepted, at(15), physician=SECOND)
CASE = a_case(
    referred(),
    ACCEPTED_THERE,
    s.ComplaintFiled(at=at(20), by=Actor(ActorRole.EMPLOYEE, OHS), about="other"),
    request=a_request(employee=EMPLOYEE),
)
OWN_NAME = {
    ActorRole.FIRST_PHYSICIAN: FIRST.name,
    ActorRole.SECOND_PHYSICIAN: SECOND.name,
    ActorRole.EMPLOYEE: "J. van der Kolk",
    ActorRole.REPRESENTATIVE: REPRESENTATIVE.name,
}
PRINCIPAL = {ActorRole.PRACTICE_ASSISTANT: FIRST.name}
REFUSED = {
    Bond.OF_CASE: "not-of-the-case",
    Bond.DELEGATED: "not-of-the-case",
    Bond.DELEGATED_BY_POLICY: "not-of-the-case",
    Bond.OWN: "not-the-own-case",
    Bond.CONSENTING: "not-the-own-case",
}
CELLS = [(side, permission, role) for side in Role for permission in Permission for role in ActorRole]


def related(role, **changes):
    """Somebody of that role who is as close to the case as one can be."""
    return replace(Actor(role, OHS, OWN_NAME.get(role, "A. Ander"), PRINCIPAL.get(role)), **changes)


def code(permission, by, side, policy=DELEGATING, case=CASE):
    ruling = actor_may(permission, by, side, policy, case)
    return None if ruling is PERMIT else ruling.code


def test_every_permission_has_a_row_and_every_row_words():
    assert set(PERMISSIONS) == set(Permission)
    assert all(row.what for row in PERMISSIONS.values())
    assert all(bond is not Bond.NONE for row in PERMISSIONS.values() for bond in row.grants.values())


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("side", Role)
@pytest.mark.parametrize("role", NOBODY_EVER)
def test_r35_r51_employer_and_management_have_no_cell_and_nobody_acts_as_the_system(side, permission, role):
    assert bond_of(permission, role, side) is Bond.NONE
    assert role_may(permission, related(role), side).code == "role-not-permitted"
    assert code(permission, related(role, on_behalf_of=FIRST.name), side) == "role-not-permitted"


@pytest.mark.parametrize(("side", "permission", "role"), CELLS)
def test_a_cell_is_what_the_table_says(side, permission, role):
    granted = PERMISSIONS[permission].grants.get(role, Bond.NONE)
    bond = granted if role in ROLES_OF_SIDE[side] else Bond.NONE
    assert bond_of(permission, role, side) is bond
    expected = "role-not-permitted" if bond is Bond.NONE else None
    assert code(permission, related(role), side) == expected


@pytest.mark.parametrize(("side", "permission", "role"), CELLS)
def test_who_is_not_close_enough_is_refused(side, permission, role):
    bond = bond_of(permission, role, side)
    if bond in REFUSED:
        stranger = related(role, name="B. Buitenstaander", on_behalf_of="C. Collega")
        assert code(permission, stranger, side) == REFUSED[bond]


@pytest.mark.parametrize(("side", "permission", "role"), CELLS)
def test_a_name_is_asked_before_anything_is_known_of_the_case(side, permission, role):
    bond = bond_of(permission, role, side)
    if bond is Bond.NONE:
        return
    naming = PERMISSIONS[permission].naming
    is_own = bond is Bond.OWN
    needs_name = naming is Naming.LOOKS or (not is_own and (naming is Naming.ACTS or bond is not Bond.ANY))
    for name in (None, " "):
        ruling = role_may(permission, related(role, name=name), side)
        assert (ruling is not PERMIT and ruling.code == "name-required") is needs_name


def test_what_a_person_must_be_named_for_is_in_the_table():
    named = {p for p, row in PERMISSIONS.items() if row.naming is not Naming.FREE}
    assert {
        *(Permission.REQUEST_DECIDE, Permission.REFERRAL_ACCEPT, Permission.REFERRAL_DECLINE),
        *(Permission.REPORT_RELEASE, Permission.REPORT_WITHHOLD, Permission.CONSENT_GIVE, Permission.COMPLAINT_JUDGE),
    } <= named
    looks = {p for p, row in PERMISSIONS.items() if row.naming is Naming.LOOKS}
    assert looks == {
        *(Permission.CASE_READ, Permission.REFERRAL_READ, Permission.DOCUMENT_READ, Permission.CONSENT_READ),
        *(Permission.LETTER_WRITE, Permission.LETTER_WRITE_PLAIN, Permission.LOG_READ, Permission.CASE_COPY),
        *(Permission.MESSAGE_OPEN, Permission.PROOF_CONTENT),
    }


@pytest.mark.parametrize("role", [ActorRole.BACK_OFFICE, ActorRole.POOL_COORDINATOR])
@pytest.mark.parametrize("side", Role)
def test_r38_r42_the_desk_sees_no_content(role, side):
    for permission in (Permission.CASE_READ, Permission.REFERRAL_READ):
        assert not sees_content(permission, role, side)
    for permission in (Permission.DOCUMENT_READ, Permission.LOG_READ, Permission.CASE_COPY, Permission.LETTER_WRITE):
        assert bond_of(permission, role, side) is Bond.NONE


def test_r42_an_assistant_reads_and_weighs_the_report_only_where_the_policy_has_it_so():
    by = related(ActorRole.PRACTICE_ASSISTANT)
    for permission in (Permission.DOCUMENT_READ, Permission.ADVICE_WEIGH, Permission.TRANSFER_DECIDE):
        assert code(permission, by, Role.OHS) is None
        assert code(permission, by, Role.OHS, STRICT) == "follow-up-not-in-policy"


def test_an_assistant_names_the_physician():
    for on_behalf_of in (None, " "):
        by = related(ActorRole.PRACTICE_ASSISTANT, on_behalf_of=on_behalf_of)
        for case in (CASE, None):
            assert code(Permission.REQUEST_CLARIFY, by, Role.OHS, case=case) == "not-of-the-case"
            assert code(Permission.CASE_SUBMIT, by, Role.OHS, case=case) == "not-of-the-case"


def test_r15_a_colleague_decides_only_on_behalf_of_the_physician_of_the_case():
    colleague = related(ActorRole.FIRST_PHYSICIAN, name="dr. A. Bakker")
    assert code(Permission.REQUEST_DECIDE, colleague, Role.OHS) == "not-of-the-case"
    stand_in = replace(colleague, on_behalf_of=FIRST.name)
    assert code(Permission.REQUEST_DECIDE, stand_in, Role.OHS) is None
    assert code(Permission.REQUEST_DECIDE, replace(colleague, on_behalf_of="dr. B. Jansen"), Role.OHS) is not None


def test_r47_the_colleague_who_took_over_is_a_physician_of_the_case():
    by = Actor(ActorRole.FIRST_PHYSICIAN, OHS, FIRST.name)
    granted = s.TransferDecided(at=at(29), by=by, is_granted=True, colleague="dr. A. Bakker")
    colleague = related(ActorRole.FIRST_PHYSICIAN, name="dr. A. Bakker")
    assert code(Permission.CASE_READ, colleague, Role.OHS, case=a_case(granted)) is None
    refused = replace(granted, is_granted=False)
    assert code(Permission.CASE_READ, colleague, Role.OHS, case=a_case(refused)) == "not-of-the-case"


def test_the_physician_who_supervises_an_assistant_is_known_by_big():
    assistant = Physician("P. Ondersteuner", role="praktijkondersteuner-bedrijfsarts", supervisor_big="99990001101")
    case = a_case(request=a_request(first_physician=assistant))
    supervisor = related(ActorRole.FIRST_PHYSICIAN, name="dr. J.M. Terpstra-Oud, BIG 99990001101")
    assert code(Permission.REQUEST_DECIDE, supervisor, Role.OHS, case=case) is None
    other = replace(supervisor, name="dr. J.M. Terpstra-Oud, BIG 99990001102")
    assert code(Permission.REQUEST_DECIDE, other, Role.OHS, case=case) == "not-of-the-case"


def test_before_anybody_is_named_a_pool_decides_by_any_named_physician():
    by = related(ActorRole.SECOND_PHYSICIAN, name="dr. B. Polie")
    assert code(Permission.REFERRAL_ACCEPT, by, Role.POOL, case=a_case(referred())) is None
    assert code(Permission.REFERRAL_ACCEPT, by, Role.POOL) == "not-of-the-case"


@pytest.mark.parametrize(
    ("representative", "expected"),
    [
        (REPRESENTATIVE, None),
        (replace(REPRESENTATIVE, may_consent=False), "not-the-own-case"),
        (replace(REPRESENTATIVE, mandate_signed_on=None), "not-the-own-case"),
        (None, "not-the-own-case"),
    ],
)
def test_r2_a_representative_consents_only_with_a_mandate_that_says_so(representative, expected):
    case = a_case(request=a_request(employee=replace(EMPLOYEE, representative=representative)))
    by = related(ActorRole.REPRESENTATIVE)
    assert code(Permission.CONSENT_GIVE, by, Role.OHS, case=case) == expected


def test_r27_a_representative_may_always_take_back():
    without = replace(REPRESENTATIVE, may_consent=False)
    case = a_case(request=a_request(employee=replace(EMPLOYEE, representative=without)))
    assert code(Permission.CONSENT_WITHDRAW, related(ActorRole.REPRESENTATIVE), Role.OHS, case=case) is None


def test_r21_a_complaints_officer_sees_a_case_of_which_was_complained_and_is_not_involved():
    officer = related(ActorRole.COMPLAINTS_OFFICER, name="mr. P. Kist")
    assert code(Permission.LOG_READ, officer, Role.OHS) is None
    assert code(Permission.LOG_READ, officer, Role.OHS, case=a_case()) == "no-complaint-at-hand"
    involved = replace(officer, name="mw. J. Terpstra")
    assert code(Permission.LOG_READ, involved, Role.OHS) == "no-complaint-at-hand"


def test_of_a_case_that_is_gone_role_and_name_decide():
    assert (
        code(Permission.LOG_READ, related(ActorRole.FIRST_PHYSICIAN, name="dr. A. Bakker"), Role.OHS, case=None) is None
    )
    assert code(Permission.LOG_READ, related(ActorRole.BACK_OFFICE), Role.OHS, case=None) == "role-not-permitted"
    assert code(Permission.CASE_READ, related(ActorRole.SECOND_PHYSICIAN), Role.POOL, case=fold("x", [])) is None


@pytest.mark.parametrize(
    ("one", "other", "surely", "maybe"),
    [
        ("dr. J.M. (Janneke) Terpstra-Oud", "Dr. J.M. TERPSTRA-OUD", True, True),
        ("dr. J.M. Terpstra-Oud", "mw. Terpstra-Oud, bedrijfsarts", True, True),
        ("dr. J.M. Terpstra-Oud", "dr. J. Terpstra", False, True),
        ("dr. J.M. Terpstra-Oud", "A. Terpstra-Oud", False, True),
        ("K. (Kees) Drieënhuizen", "k. drieenhuizen", True, True),
        ("mw. drs. I. van 't Verlaat", "I. Verlaat", True, True),
        ("dr. S. Mulkens", "dr. S. Mulders", False, False),
        ("dr. S. Mulkens, BIG 99990005101", "Mevrouw Anders (BIG-nummer: 99990005101)", False, True),
        ("dr. S. Mulkens, 99990005101", "dr. S. Mulkens, 99990005102", False, False),
        ("dr. J.M. Terpstra-Oud", "M. de Planner namens dr. J.M. Terpstra-Oud", False, True),
        ("dr. J.M. Terpstra-Oud", "wacht op Terpstra-Oud", False, True),
        ("dr. J.M. Terpstra-Oud", "niet Terpstra-Oud", False, True),
        ("dr. J.M. Terpstra-Oud", "Terpstra-Oud (niet)", False, True),
        ("I. van 't Verlaat", "i.o.m. I. van 't Verlaat", False, True),
        ("dr. J.M. Terpstra-Oud", "Secretariaat Terpstra-Oud", False, True),
        ("dr. J.M. Terpstra-Oud", "Piet Terpstra-Oud", False, True),
        ("dr. J.M. (Janneke) Terpstra-Oud", "Janneke Terpstra-Oud", True, True),
        ("", "", False, False),
        ("dr.", "mr.", False, False),
    ],
)
def test_people_are_compared_by_big_else_by_family_name(one, other, surely, maybe):
    first, second = identity_of(one), identity_of(other)
    assert second.is_surely(first) is surely
    assert (first.may_be(second), second.may_be(first)) == (maybe, maybe)


def test_every_kind_that_a_person_says_has_its_permission():
    own = {m.Kind.RECEIPT, m.Kind.ERASURE_CONFIRMED}
    assert set(KIND_PERMISSIONS) == set(m.Kind) - own


def test_a_draft_and_work_circumstances_have_a_permission_of_their_own():
    for milestone in m.Milestone:
        expected = Permission.MILESTONE_REPORT
        if milestone is m.Milestone.DRAFT_WITH_EMPLOYEE:
            expected = Permission.DRAFT_DISCUSS
        assert permission_to_say(m.MilestoneNotice(milestone, at(20))) is expected
    for role in m.DocumentRole:
        answer = m.InformationAnswer("r", (m.Document("d", role, "Tekst.", at(20)),))
        is_work = role is m.DocumentRole.WORK_CIRCUMSTANCES
        expected = Permission.WORK_CIRCUMSTANCES_ANSWER if is_work else Permission.INFORMATION_ANSWER
        assert permission_to_say(answer) is expected
    mixed = m.InformationAnswer(
        "r",
        tuple(
            m.Document("d", role, "x", at(20)) for role in (m.DocumentRole.WORK_CIRCUMSTANCES, m.DocumentRole.REASONING)
        ),
    )
    assert permission_to_say(mixed) is Permission.INFORMATION_ANSWER
    assert permission_to_say(m.InformationAnswer("r", ())) is Permission.INFORMATION_ANSWER


def test_no_person_records_what_only_a_message_or_the_gateway_says():
    assert not [step for step in STEP_PERMISSIONS if issubclass(step, s.ReferralStep)]
    for step in (s.RequestSubmitted, s.CaseErased, s.RightAnswered, s.ConsentWithdrawn, s.DataDeleted):
        assert step not in STEP_PERMISSIONS


def test_r14_who_decides_on_a_request_says_who_they_are():
    nameless = replace(related(ActorRole.FIRST_PHYSICIAN), name=None)
    assert role_may(Permission.REQUEST_DECIDE, nameless, Role.OHS).code == "name-required"
    assert role_may(Permission.REQUEST_DECIDE, related(ActorRole.FIRST_PHYSICIAN), Role.OHS) is PERMIT
