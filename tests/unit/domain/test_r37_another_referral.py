"""Rules on a referral after another one: R8, R37."""

from dataclasses import replace

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind
from gateway.domain.case import fold
from gateway.domain.consent import Choice, Purpose
from gateway.domain.party import Party, Role
from gateway.domain.rules import exchange
from gateway.domain.rules.referral import may_follow, may_refer, may_start_referral
from gateway.domain.rules.refusal import refuse
from tests.support.cases import (
    CONTACT,
    DRAFT,
    EMPLOYEE,
    FIRST,
    OHS,
    OTHER_POOL,
    OUTCOME,
    POLICY,
    POOL,
    RELEASED,
    STARTED,
    WITHHELD,
    a_case,
    at,
    changed,
    completed,
    consent,
    decided,
    of_referral,
    read_record,
    ready,
    referred,
    sample_policies,
    sample_records,
)

HELD = refuse("opinion-already-held")
OLD = refuse("consent-before-decline")
DECLINED = of_referral(s.ReferralDeclined, at(15), reason=m.DeclineCode.NOT_AVAILABLE)
STOPPED = of_referral(s.ReferralStopped, at(18), reason=m.StopCode.NO_SHOW)
WITHDRAWN = of_referral(s.ReferralWithdrawn, at(18))
ANEW = consent(Purpose.CONTACT_TO_SO, POOL, at(19), consent_id="anew")
OTHER = consent(Purpose.CONTACT_TO_SO, OTHER_POOL)
OTHER_ANEW = consent(Purpose.CONTACT_TO_SO, OTHER_POOL, at(19))


def started(case, recipient=None):
    return may_start_referral(case, at(24), recipient).refusals


def test_r08_the_first_referral_follows_none():
    assert started(ready()) == ()
    assert started(a_case()) == ()


def test_r08_never_two_active_referrals():
    assert started(ready(referred())) == (refuse("referral-active"),)


def test_r08_room_is_asked_only_where_a_referral_may_still_follow():
    """Accepted or not yet, and also while another referral is on its way: it may come to nothing."""
    for case in (a_case(accepted=False), ready(), ready(referred()), ready(referred(), DECLINED)):
        assert may_follow(case).is_permitted
    back = s.RequestWithdrawn(at=at(15), by=EMPLOYEE)
    held = s.CaseStated(at=at(15), by=EMPLOYEE, doubts=("consent-missing",))
    refused = s.RequestFoundInadmissible(at=at(15), by=EMPLOYEE, reason_code="not-by-employee")
    assert may_follow(ready(back)).refusals == (refuse("withdrawn"),)
    assert may_follow(ready(held)).refusals == (refuse("consent-missing"),)
    assert may_follow(a_case(refused, accepted=False)).refusals == (refuse("inadmissible"),)
    assert may_follow(completed()).refusals == (HELD,)


@pytest.mark.parametrize(
    "steps",
    [
        [STARTED, DRAFT, *decided(OUTCOME), RELEASED],
        [STARTED, DRAFT, WITHHELD],
        [STARTED, WITHDRAWN],
        [STARTED, STOPPED],
    ],
    ids=["released", "without report", "withdrawn after the start", "stopped after the start"],
)
def test_r37_a_second_opinion_that_took_place_is_not_had_again_in_the_same_case(steps):
    case = ready(referred(), steps, decided(ANEW, OTHER_ANEW))
    for recipient in (None, POOL, OTHER_POOL):
        assert HELD in started(case, recipient)


def test_r37_what_was_permitted_on_the_facts_stays_so():
    assert may_refer(completed(), POLICY, at(24)).is_permitted
    assert started(completed()) == (HELD, OLD)


@pytest.mark.parametrize("end", [DECLINED, STOPPED, WITHDRAWN], ids=lambda step: step.code)
def test_r37_what_came_to_nothing_is_not_repeated_on_the_old_consent(end):
    case = ready(referred(), end)
    assert started(case, POOL) == (OLD,)
    assert started(ready(referred(), end, decided(ANEW)), POOL) == ()


def test_r37_another_recipient_needs_a_consent_that_is_newer_than_the_decline():
    before = ready(referred(), DECLINED, decided(OTHER))
    assert started(before, OTHER_POOL) == (OLD,)
    assert started(ready(referred(), DECLINED, decided(OTHER_ANEW)), OTHER_POOL) == ()
    at_once = replace(OTHER, decided_at=at(15))
    assert started(ready(referred(), DECLINED, decided(at_once)), OTHER_POOL) == (OLD,)


def test_r37_a_second_preference_with_a_consent_of_its_own_was_chosen_beforehand():
    case = ready(referred(), DECLINED, decided(OTHER), second_preference="opt-2")
    assert started(case, OTHER_POOL) == ()
    assert started(case) == ()
    assert started(case, POOL) == (OLD,)


def test_r37_a_choice_in_so_many_words_uses_the_consent_given_for_it():
    chosen = s.RecipientChosen(at=at(17), by=EMPLOYEE, recipient=OTHER_POOL)
    assert started(ready(referred(), DECLINED, decided(OTHER), chosen)) == ()


def test_r37_a_consent_for_the_house_is_none_for_the_next_person_there():
    house = consent(Purpose.CONTACT_TO_SO, "arbo-verhagen")
    case = a_case(decided(house), referred("arbo-verhagen/G3"), DECLINED)
    assert started(case, "arbo-verhagen/G4") == (OLD,)
    anew = consent(Purpose.CONTACT_TO_SO, "arbo-verhagen/G4", at(19))
    assert started(a_case(decided(house, anew), referred("arbo-verhagen/G3"), DECLINED), "arbo-verhagen/G4") == ()


@pytest.mark.parametrize(
    "newer",
    [{"given_by_employee": False}, {"expires_at": at(20)}, {"decided_at": at(25)}],
    ids=["by somebody else", "expired", "yet to come"],
)
def test_r37_a_newer_consent_that_does_not_count_makes_the_old_one_no_newer(newer):
    case = ready(referred(), DECLINED, decided(replace(ANEW, **newer)), second_preference="opt-2")
    refusals = {*may_refer(case, POLICY, at(24), POOL).refusals, *started(case, POOL)}
    assert refusals in ({OLD}, {refuse("contact-consent-expired")})


def test_r37_the_last_of_several_ends_counts():
    second = referred(OTHER_POOL, at(17), referral_id="second")
    gone = of_referral(s.ReferralDeclined, at(20), "second", reason=m.DeclineCode.NOT_AVAILABLE)
    between = decided(consent(Purpose.CONTACT_TO_SO, "praktijk-derde", at(19)))
    case = ready(referred(), DECLINED, decided(OTHER_ANEW), second, gone, between)
    assert started(case, "praktijk-derde") == (OLD,)


def test_r37_without_any_consent_it_is_the_consent_that_is_missing():
    refused = consent(Purpose.CONTACT_TO_SO, OTHER_POOL, choice=Choice.REFUSED)
    case = ready(referred(), DECLINED, decided(refused))
    assert started(case, OTHER_POOL) == ()
    assert not may_refer(case, POLICY, at(24), OTHER_POOL).is_permitted


def test_r37_asking_for_room_is_no_referral():
    asked = of_referral(s.AvailabilityAsked, at(12), "enquiry", partner=POOL)
    answered = of_referral(s.AvailabilityAnswered, at(13), "enquiry", partner=POOL, is_available=False)
    assert started(ready(asked, answered)) == ()


def _before_the_next(record):
    """The sample as it stood after the decline and the new consents, before the second referral."""
    record["verwijzing"]["reacties"] = record["verwijzing"]["reacties"][:2]
    record["verwijzing"]["status"] = "niet-verzonden"


def test_r37_the_sample_goes_to_another_person_on_a_consent_given_after_the_decline():
    case = read_record(changed("18", _before_the_next))
    policy = sample_policies()[case.policy_id]
    folded = fold(case.case_id, [step for step in case.steps if step.at < at(23, 13, month=10)])
    moment = at(23, 13, month=10)
    assert may_refer(folded, policy, moment).is_permitted
    assert may_start_referral(folded, moment).is_permitted
    early = replace(folded, consents=tuple(replace(c, decided_at=at(20, month=10)) for c in folded.consents))
    assert may_start_referral(early, moment).is_permitted, "the second preference of the request"
    only_one = replace(early, dossier=replace(early.dossier, second_preference=None))
    assert may_start_referral(only_one, moment).refusals == (OLD,)


def test_r37_every_sample_that_is_over_stays_over():
    for record in sample_records().values():
        case = read_record(record)
        folded = fold(case.case_id, case.steps)
        if folded.referrals:
            assert may_start_referral(folded, at(1, month=12)).refusals, case.case_id


def test_r37_the_one_who_sends_is_held_to_it():
    house = m.Organisation
    content = m.Referral(
        authored_at=at(14),
        advice_kind=AdviceKind.ABSENCE_GUIDANCE,
        requester=FIRST,
        requester_organisation=house(OHS, "Lindehof"),
        performer_organisation=house(POOL, "Mulkens"),
        recipient=POOL,
        patient=m.PatientContact(ready().dossier.employee.name),
        consents=(CONTACT,),
    )
    ours, theirs = Party(OHS, Role.OHS, "Lindehof"), Party(POOL, Role.POOL, "Mulkens")

    def sent(case):
        return exchange.may_send(exchange.Situation(case, None, POLICY, ours, theirs, at(24)), content).refusals

    assert sent(ready()) == ()
    assert sent(completed()) == (HELD, OLD)
    assert OLD in sent(ready(referred(), DECLINED))
