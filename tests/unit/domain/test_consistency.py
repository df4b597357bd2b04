"""What cannot be true of one case, and how it is read until somebody mends it."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import EVERYBODY, Choice, Purpose
from gateway.domain.messages import InformationKind
from gateway.domain.rules.consistency import inconsistencies, restrictive
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    CONTRACT,
    DRAFT,
    EMPLOYEE,
    FEEDBACK,
    FIRST_PHYSICIAN,
    OUTCOME,
    RELEASED,
    STARTED,
    a_request,
    an_invoice,
    at,
    consent,
    decided,
    of_referral,
    referred,
)

GOOD = [a_request(), ACCEPTED, *decided(CONTACT, FEEDBACK), referred(), STARTED, DRAFT, *decided(OUTCOME), RELEASED]
ASKED = of_referral(s.InformationRequested, at(18), request_id="r1", asked=InformationKind.REASONING)


def withdrawal(consent_id=CONTACT.consent_id, purpose=CONTACT.purpose, day=16):
    return s.ConsentWithdrawn(at=at(day), by=EMPLOYEE, consent_id=consent_id, purpose=purpose)


def given(known, **changes):
    changed = replace(known, **changes)
    return s.ConsentGiven(at=changed.decided_at, by=EMPLOYEE, consent=changed)


def request(**changes):
    return a_request(**changes)


def test_a_case_that_can_be_true_has_nothing_that_contradicts():
    assert inconsistencies(GOOD) == ()
    assert restrictive(GOOD) == tuple(GOOD)


def test_what_belongs_to_no_referral_moves_nothing_and_contradicts_nothing():
    assert inconsistencies([a_request(), STARTED]) == ()


def test_r27_what_came_with_a_message_keeps_saying_so():
    said = replace(withdrawal("T99"), message_id="m1")
    both = replace(given(CONTACT, choice=Choice.REFUSED), message_id="m1")
    read = restrictive([said, both])
    assert [type(step) for step in read] == [s.ConsentRefused, s.ConsentRefused]
    assert {step.message_id for step in read} == {"m1"}


def test_without_a_request_nothing_is_held_against_it():
    assert inconsistencies([*decided(CONTACT), referred(), STARTED]) == ()


def test_an_impossible_day_of_birth_is_told_once_and_not_of_every_decision():
    steps = [request(employee=BORN), *decided(replace(CONTACT, decided_at=at(13)))]
    assert [found.code for found in inconsistencies(steps)] == ["born-after-request"]


INSTANT = a_request().at
AT_ONCE = {
    "advice": [request(advice=replace(a_request().advice, given_at=INSTANT))],
    "contract": [request(contract=replace(CONTRACT, ends_on=CONTRACT.starts_on))],
    "earlier case": [request(earlier_cases=(s.EarlierCase("Z-0", completed_on=date(2026, 9, 14)),))],
    "acceptance": [a_request(), replace(ACCEPTED, at=INSTANT)],
    "period": [a_request(), an_invoice(period_end=date(2026, 9, 1))],
    "referral": [a_request(), referred(), replace(STARTED, at=referred().at)],
    "expiry": [a_request(), given(CONTACT, expires_at=CONTACT.decided_at)],
    "withdrawal in the consent": [a_request(), given(CONTACT, withdrawn_at=CONTACT.decided_at)],
    "withdrawal": [a_request(), given(CONTACT), replace(withdrawal(), at=CONTACT.decided_at)],
}


@pytest.mark.parametrize("what", AT_ONCE)
def test_what_is_dated_at_the_same_instant_contradicts_nothing(what):
    assert inconsistencies(AT_ONCE[what]) == ()


def test_an_answer_is_held_against_its_own_question():
    """Another question, or a complaint about something else, was asked later."""
    later = replace(ASKED, at=at(20), request_id="r2")
    answered = of_referral(s.InformationProvided, at(19), request_id="r1")
    assert inconsistencies([a_request(), referred(), ASKED, later, answered]) == ()
    early = [referred(), replace(ASKED, at=at(20)), replace(later, at=at(17)), replace(answered, at=at(18))]
    assert [found.code for found in inconsistencies([a_request(), *early])] == ["answer-before-question"]
    filed = [s.ComplaintFiled(at=at(day), by=EMPLOYEE, about=about) for day, about in ((16, "refusal"), (18, "other"))]
    judged = [
        s.ComplaintDecided(at=at(17), by=BACK_OFFICE, about=about, is_upheld=True) for about in ("refusal", "other")
    ]
    assert [found.index for found in inconsistencies([a_request(), *filed, *judged])] == [4]


def test_a_consent_may_be_older_than_the_request_that_rests_on_it():
    early = [a_request(), *decided(replace(CONTACT, decided_at=at(8)))]
    assert inconsistencies(early) == ()


BORN = replace(a_request().employee, birth_date=date(2026, 9, 14))
YOUNG = replace(a_request().employee, birth_date=date(2026, 9, 12))
LATER_ADVICE = replace(a_request().advice, given_at=at(14, 9, 1))
ODD = {
    "advice-after-request": ([request(advice=LATER_ADVICE)], "advice.given_at"),
    "born-after-request": ([request(employee=BORN)], "employee.birth_date"),
    "contract-ends-before-start": (
        [request(contract=replace(CONTRACT, ends_on=date(2024, 1, 1)))],
        "contract.ends_on",
    ),
    "earlier-case-is-later": (
        [request(earlier_cases=(s.EarlierCase("Z-0", completed_on=date(2026, 9, 15)),))],
        "earlier_cases",
    ),
    "before-the-request": ([a_request(), replace(ACCEPTED, at=at(14, 8, 59))], "at"),
    "period-ends-before-start": (
        [a_request(), an_invoice(period_end=date(2026, 8, 31))],
        "period_end",
    ),
    "before-the-referral": ([a_request(), STARTED, referred(when=at(18))], "at"),
    "answer-before-question": (
        [a_request(), referred(), ASKED, of_referral(s.InformationProvided, at(17), request_id="r1")],
        "at",
    ),
    "consent-id-twice": ([a_request(), given(CONTACT), given(CONTACT, recipient="elders")], "consent.consent_id"),
    "choice-contradicts-step": ([a_request(), given(CONTACT, choice=Choice.REFUSED)], "consent.choice"),
    "decision-dated-twice": (
        [a_request(), s.ConsentGiven(at=at(20), by=EMPLOYEE, consent=CONTACT)],
        "consent.decided_at",
    ),
    "expired-before-decided": ([a_request(), given(CONTACT, expires_at=at(13))], "consent.expires_at"),
    "decided-before-birth": ([request(employee=YOUNG), given(CONTACT, decided_at=at(12))], "consent.decided_at"),
    "consent-for-everybody": ([a_request(), given(CONTACT, recipient=EVERYBODY)], "consent.recipient"),
    "withdrawal-of-nothing": ([a_request(), given(CONTACT), withdrawal("T99")], "consent_id"),
    "withdrawn-before-given": ([a_request(), given(CONTACT), withdrawal(day=13)], "at"),
    "consent-before-advice": ([a_request(), given(CONTACT, decided_at=at(6))], "consent.decided_at"),
    "discussed-before-advice": (
        [request(discussed_with_first_physician_on=date(2026, 9, 6))],
        "discussed_with_first_physician_on",
    ),
    "chosen-twice": (
        [a_request(), *(s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient=to) for to in ("elders", "x"))],
        "recipient",
    ),
}


BEFORE_ITS_DAY = request(
    advice=replace(a_request().advice, given_at=at(14, 8)), discussed_with_first_physician_on=date(2026, 9, 13)
)


def test_an_advice_of_the_day_of_the_request_was_not_discussed_before_it():
    assert [found.code for found in inconsistencies([BEFORE_ITS_DAY])] == ["discussed-before-advice"]


def test_r25_a_consent_of_the_day_of_the_advice_may_follow_it():
    assert inconsistencies([a_request(), given(CONTACT, decided_at=at(7, 8))]) == ()


@pytest.mark.parametrize(
    ("day", "recipient", "options", "is_odd"),
    [
        (15, "elders", ("opt-1", "opt-2"), True),
        (15, "elders", ("opt-1", "opt-1"), False),
        (15, "elders", ("opt-1", None), False),
        (15, "elders", (None, "opt-2"), False),
        (15, "Elders ", (None, None), False),
        (15, "x", (None, None), True),
        (16, "x", ("opt-1", "opt-2"), False),
    ],
)
def test_r8_two_choices_contradict_where_one_moment_names_two(day, recipient, options, is_odd):
    """A choice that is said twice, once with its option, is one choice; a later one takes its place."""
    first = s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient="elders", option_id=options[0])
    second = replace(first, at=at(day), recipient=recipient, option_id=options[1])
    for steps in ([first, second], [second, first]):
        found = inconsistencies([a_request(), *steps])
        assert [one.code for one in found] == (["chosen-twice"] if is_odd else [])


@pytest.mark.parametrize("code", ODD)
def test_what_cannot_be_is_told_by_its_place(code):
    steps, field = ODD[code]
    [found] = inconsistencies(steps)
    assert (found.code, found.field) == (code, field)
    assert found.message.endswith(".")
    assert found.remedy.endswith(".")
    assert steps[found.index].by.organisation not in found.message + found.remedy


def test_a_withdrawal_that_stands_in_the_consent_is_not_older_than_it_either():
    [found] = inconsistencies([a_request(), given(CONTACT, withdrawn_at=at(13))])
    assert (found.code, found.field) == ("withdrawn-before-given", "consent.withdrawn_at")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            s.TransferRequested(at=at(28), by=EMPLOYEE),
            s.TransferDecided(at=at(27), by=FIRST_PHYSICIAN, is_granted=True),
        ),
        (
            s.ComplaintFiled(at=at(28), by=EMPLOYEE, about="other"),
            s.ComplaintDecided(at=at(27), by=BACK_OFFICE, about="other", is_upheld=True),
        ),
    ],
)
def test_an_answer_follows_its_question(question, answer):
    [found] = inconsistencies([a_request(), question, answer])
    assert found.code == "answer-before-question"
    later = replace(answer, at=question.at)
    assert inconsistencies([a_request(), question, later]) == ()


@pytest.mark.parametrize(
    "step",
    [
        s.RequestWithdrawn(at=at(1), by=EMPLOYEE),
        s.CaseReopened(at=at(1), by=BACK_OFFICE),
        s.IndependenceBreached(at=at(1), by=BACK_OFFICE, option_id="opt-1"),
        s.RecipientChosen(at=at(1), by=EMPLOYEE, recipient="x"),
        s.AdviceWeighed(at=at(1), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT),
        s.AdviceRenewed(at=at(1), by=FIRST_PHYSICIAN),
    ],
)
def test_what_follows_a_request_is_not_older_than_it(step):
    assert [found.code for found in inconsistencies([a_request(), step])] == ["before-the-request"]


# --- the restricting reading


def decisions(steps):
    return [
        (step.consent.consent_id, step.consent.choice.value, step.consent.recipient)
        for step in restrictive(steps)
        if isinstance(step, s.ConsentGiven | s.ConsentRefused)
    ]


def withdrawals(steps):
    return [(step.consent_id, step.at) for step in restrictive(steps) if isinstance(step, s.ConsentWithdrawn)]


def test_a_name_and_a_choice_that_differ_refuse():
    refusing = s.ConsentRefused(at=CONTACT.decided_at, by=EMPLOYEE, consent=CONTACT)
    for steps in ([given(CONTACT, choice=Choice.REFUSED)], [refusing]):
        assert [choice for _, choice, _ in decisions(steps)] == ["refused"]
        assert isinstance(restrictive(steps)[0], s.ConsentRefused)


def test_a_consent_for_everybody_is_a_refusal_to_everybody():
    assert decisions([given(CONTACT, recipient=EVERYBODY)]) == [(CONTACT.consent_id, "refused", EVERYBODY)]


def test_a_second_decision_under_one_id_does_not_vanish_and_is_taken_back_with_the_first():
    steps = [given(CONTACT), given(CONTACT, decided_at=at(20)), withdrawal()]
    ids = [CONTACT.consent_id, f"{CONTACT.consent_id}-2"]
    assert [consent_id for consent_id, _, _ in decisions(steps)] == ids
    assert withdrawals(steps) == [(ids[0], at(16)), (ids[1], at(20))]


def test_a_withdrawal_before_its_consent_counts_from_the_consent():
    assert withdrawals([withdrawal(day=1), given(CONTACT)]) == [(CONTACT.consent_id, CONTACT.decided_at)]


def test_a_withdrawal_of_nothing_closes_its_purpose_for_everybody():
    steps = [given(CONTACT), withdrawal("T99")]
    assert decisions(steps)[1:] == [("T99-withdrawn", "refused", EVERYBODY)]
    assert withdrawals(steps) == []


def test_a_withdrawal_for_another_purpose_ends_what_it_names_and_closes_what_it_says():
    steps = [given(CONTACT), withdrawal(purpose=Purpose.MEDICAL_TO_SO)]
    assert withdrawals(steps) == [(CONTACT.consent_id, at(16))]
    [_, closed] = [step.consent for step in restrictive(steps) if hasattr(step, "consent")]
    assert (closed.purpose, closed.choice, closed.recipient) == (Purpose.MEDICAL_TO_SO, Choice.REFUSED, EVERYBODY)


def test_what_a_withdrawal_takes_back_keeps_the_purpose_of_the_consent():
    medical = consent(Purpose.MEDICAL_TO_SO)
    steps = [given(medical), withdrawal(medical.consent_id, Purpose.CONTACT_TO_SO)]
    [taken] = [step for step in restrictive(steps) if isinstance(step, s.ConsentWithdrawn)]
    assert taken.purpose is Purpose.MEDICAL_TO_SO
