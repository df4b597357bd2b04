"""Any two versions of a record: what the second does not permit does not go, and what it restricts holds afterwards.

``case check`` judges the second version alone; ``case submit`` merges it into what the first one left. The promise is
that submitting permits nothing that checking refuses, whatever the first version said.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from gateway.application.check_cases import check_case
from gateway.application.plan_submission import Surroundings, plan_submission
from gateway.domain import steps as s
from gateway.domain.consent import Choice, Consent, Purpose, weigh
from gateway.domain.errors import RefusedError
from gateway.domain.people import Organisation
from gateway.domain.policy import Policy
from gateway.domain.restatement import Doubt
from gateway.ports.backoffice import CaseImport, ImportProblem
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    a_request,
    at,
    decided,
)

HOME = Organisation(OHS, "Arbodienst Lindehof B.V.")
POLICIES = {"test": Policy("test", decision_age_limit_days=14)}
NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)
TO_SO = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)
SPELT = {
    "praktijk-mulkens": POOL,
    "Praktijk-Mulkens ": POOL,
    "dr. S. (Saskia) Mulkens": POOL,
    "praktijk-wiarda": "praktijk-wiarda",
    "Praktijk Onbekend": None,
}
MOMENTS = [at(14, 9), at(14, 11), at(15), at(16), at(19), at(1, month=12)]
PERSON = a_request().employee
REQUESTS = [
    {},
    {},
    {},
    {"employee": replace(PERSON, telephone="+31 6 0000 0999")},
    {"employee": replace(PERSON, personnel_number="P2")},
    {"employee": replace(PERSON, birth_date=date(1990, 1, 1))},
    {"first_physician": replace(FIRST, other_organisations=(POOL,))},
    {"first_physician": replace(FIRST, organisation="Arbodienst Lindehof")},
    {"chosen_option": None},
    {"at": at(1, month=12)},
    {"no_suspension_discussed": False},
]
DECLINED = s.RequestDeclined(
    at=at(14, 10),
    by=FIRST_PHYSICIAN,
    reason_code="improper-use",
    reasons="Omdat.",
    written_to_employee_on=date(2026, 9, 14),
    complaints_procedure_named=True,
)
ASSESSED = [
    (ACCEPTED,),
    (ACCEPTED,),
    (ACCEPTED,),
    (replace(ACCEPTED, at=at(1, month=12)),),
    (replace(ACCEPTED, by=BACK_OFFICE),),
    (DECLINED,),
    (),
]
NOT_UNDERSTOOD = (Doubt("not-understood", "$.toestemmingen[0]"),)


class Version(tuple):
    """Steps and doubts, shown in a few words when a pair fails."""

    __slots__ = ()

    def __repr__(self):
        return "; ".join([*map(_words, self[0]), *(doubt.code for doubt in self[1])])


def _words(step):
    consent = getattr(step, "consent", None)
    if consent is None:
        return f"{step.code} {getattr(step, 'consent_id', '')} {step.at:%d-%m %H}"
    own = "" if consent.given_by_employee else " by another"
    until = f" until {consent.expires_at:%d-%m}" if consent.expires_at else ""
    return (
        f"{consent.choice} {consent.consent_id} {consent.purpose} {consent.recipient!r} {consent.decided_at:%d-%m %H}"
        f"{own}{until}"
    )


GOOD = Version(([a_request(), ACCEPTED, *decided(CONTACT)], ()))
"""One against which nothing can be said."""


def version(pick):
    """One version of the record: its steps, and what the reader did not understand; ``pick`` chooses from a list."""
    if pick([True, False, False]):
        return GOOD
    steps = [*pick(ASSESSED)]
    for number in range(1, 1 + pick([0, 1, 2, 2, 3])):
        decision = Consent(
            consent_id=f"T{number}",
            purpose=pick([Purpose.CONTACT_TO_SO, *TO_SO]),
            choice=pick([Choice.GIVEN, Choice.GIVEN, Choice.REFUSED]),
            recipient=pick(["praktijk-mulkens", "praktijk-mulkens", *SPELT]),
            decided_at=pick(MOMENTS),
            expires_at=pick([None, None, None, at(18), at(30)]),
            given_by_employee=pick([True, True, True, False]),
        )
        make = s.ConsentRefused if decision.choice is Choice.REFUSED else s.ConsentGiven
        steps.append(make(at=decision.decided_at, by=EMPLOYEE, consent=decision))
        if decision.choice is Choice.GIVEN and pick([False, False, False, True]):
            taken_back = max(pick(MOMENTS), decision.decided_at)
            steps.append(
                s.ConsentWithdrawn(at=taken_back, by=EMPLOYEE, consent_id=decision.consent_id, purpose=decision.purpose)
            )
    if pick([False] * 9 + [True]):
        steps.append(s.RequestWithdrawn(at=pick(MOMENTS), by=EMPLOYEE))
    doubts = pick([()] * 9 + [NOT_UNDERSTOOD])
    return Version(([a_request(**pick(REQUESTS)), *sorted(steps, key=lambda step: step.at)], doubts))


@st.composite
def pairs(draw):
    def pick(options):
        return options[draw(st.integers(0, len(options) - 1))]

    return version(pick), version(pick)


def planned(known, version, now=NOW):
    steps, doubts = version
    try:
        return plan_submission(Surroundings(HOME, POLICIES["test"], now, BACK_OFFICE), "Z", known, steps, doubts)
    except RefusedError:
        return None


def checked(version, now):
    steps, doubts = version
    problems = tuple(ImportProblem(1, doubt.about or "$", "x", "y") for doubt in doubts)
    return check_case(CaseImport("Z", "test", HOME, tuple(steps), 1, problems), POLICIES, now)


def restrictions(version):
    """What a version takes away, told without the product: purpose and recipients, each of the second physicians."""
    steps, _ = version
    later_given = [step.consent for step in steps if isinstance(step, s.ConsentGiven)]
    withdrawn = {step.consent_id for step in steps if isinstance(step, s.ConsentWithdrawn)}
    for step in steps:
        if not isinstance(step, s.ConsentGiven | s.ConsentRefused):
            continue
        consent = step.consent
        is_over = consent.expires_at is not None and consent.expires_at <= NOW
        if consent.choice is Choice.REFUSED or consent.consent_id in withdrawn or is_over:
            known = SPELT[consent.recipient]
            is_objection = consent.choice is Choice.REFUSED or consent.consent_id in withdrawn
            to_all = [known] if known else ([POOL, "praktijk-wiarda"] if is_objection else [])
            for recipient in to_all:
                again = any(
                    given.consent_id != consent.consent_id
                    and given.purpose is consent.purpose
                    and SPELT[given.recipient] == recipient
                    for given in later_given
                )
                if not again:
                    yield consent.purpose, recipient


def check(pair):
    first, second = pair
    one = planned((), first)
    known = one.steps if one else ()
    later = NOW + timedelta(hours=1)
    two = planned(known, second, later)
    if two is None:
        assert checked(second, later).now, "refused at the door, and checked as permitted"
        return "refused"
    if two.is_refused:
        assert two.refusals
        return "another person"
    held = {refusal.code for refusal in two.refusals}
    for purpose, recipient in restrictions(second):
        stands = weigh(two.after.consents, purpose, recipient, later)
        if stands.is_active:  # by what the second version left out or says differently: a person must say what holds
            assert held & {doubt.code for doubt in two.doubts}, (purpose, recipient)
    if any(isinstance(step, s.RequestWithdrawn) and step.at <= later for step in second[0]):
        assert two.refusals
    again = planned((*known, *two.steps), second, later)
    assert again is not None
    assert again.steps == (), "the same export again adds something"
    assert again.refusals == two.refusals
    if two.refusals:
        return "waits"
    assert not checked(second, later).now, "sent, and checked as refused"
    return "sent"


def test_submitting_permits_nothing_that_checking_refuses(search):
    search(pairs(), check, examples=1_000)


def test_ten_thousand_pairs_agree():
    chance = random.Random(20261128)
    found = Counter(check((version(chance.choice), version(chance.choice))) for _ in range(10_000))
    assert set(found) == {"sent", "waits", "refused", "another person"}
    assert found["sent"] > 100
