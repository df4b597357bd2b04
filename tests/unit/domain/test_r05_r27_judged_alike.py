"""One judgement for what is made, queued and received, by the situation alone: R5, R8, R25, R27."""

from dataclasses import replace

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind
from gateway.domain.case import Case
from gateway.domain.consent import EVERYBODY, Choice, Purpose, Standing
from gateway.domain.messages import Kind
from gateway.domain.party import Party, Role
from gateway.domain.people import Organisation, PersonName
from gateway.domain.rules.exchange import Situation, may_receive, may_send, still_permitted
from gateway.domain.rules.situation import without_withdrawn
from tests.support.cases import (
    CONTACT,
    FEEDBACK,
    FIRST,
    MEDICAL,
    OHS,
    OTHER_POOL,
    OUTCOME,
    POLICY,
    POOL,
    REFERRAL_ID,
    SECOND,
    STARTED,
    THIRD,
    WITHHELD,
    a_case,
    at,
    consent,
    decided,
    of_referral,
    ready,
    referred,
)

ARBODIENST, PRACTICE = Party(OHS, Role.OHS, "Lindehof"), Party(POOL, Role.POOL, "Mulkens")
SENT = m.Referral(
    authored_at=at(14, 12),
    advice_kind=AdviceKind.ABSENCE_GUIDANCE,
    requester=FIRST,
    requester_organisation=Organisation(OHS, "Lindehof"),
    performer_organisation=Organisation(POOL, "Mulkens"),
    recipient=POOL,
    patient=m.PatientContact(PersonName("Kolk")),
    consents=(CONTACT,),
    performer=SECOND,
)
ACCEPTED = of_referral(s.ReferralAccepted, at(15), physician=SECOND)
ENDS = {
    "declined": [of_referral(s.ReferralDeclined, at(15), reason=m.DeclineCode.NOT_AVAILABLE)],
    "stopped": [ACCEPTED, STARTED, of_referral(s.ReferralStopped, at(18), reason=m.StopCode.NO_SHOW)],
    "without report": [ACCEPTED, STARTED, WITHHELD],
}


def at_the_arbodienst(case: Case, **changes) -> Situation:
    return Situation(case, case.referral(REFERRAL_ID), POLICY, ARBODIENST, PRACTICE, at(20), **changes)


def at_the_pool(*steps, **changes) -> Situation:
    """As the pool knows it: one referral, and no request."""
    case = replace(a_case(*steps), dossier=None) if steps else Case(REFERRAL_ID)
    return Situation(case, case.referral(REFERRAL_ID), POLICY, PRACTICE, ARBODIENST, at(20), **changes)


def codes(decision) -> list[str]:
    return [refusal.code for refusal in decision.refusals]


def heard(content, *steps) -> list[str]:
    """How the pool answers the arbodienst."""
    return codes(may_receive(at_the_pool(*steps), content))


def told(content, *steps) -> list[str]:
    """What keeps the pool from saying it to the arbodienst."""
    return codes(may_send(at_the_pool(*steps), content))


def test_a_referral_in_order_is_received():
    assert heard(SENT) == []


def test_r5_nobody_is_asked_to_judge_an_advice_of_their_own():
    assert heard(replace(SENT, performer=replace(SECOND, big=FIRST.big))) == ["not-independent"]
    unknown = replace(SENT, requester=replace(FIRST, big=None, supervisor_big=FIRST.big, role="poh"))
    assert heard(replace(unknown, performer=replace(SECOND, big=None))) == []


def test_r5_nobody_accepts_to_judge_an_advice_of_their_own():
    there = referred(referral=replace(SENT, performer=None))
    assert told(m.Acceptance(SECOND), there) == []
    assert told(m.Acceptance(replace(SECOND, big=FIRST.big)), there) == ["not-independent"]


def test_r8_the_physician_whom_the_referral_names_accepts_and_no_colleague():
    there = referred(referral=SENT)
    assert told(m.Acceptance(SECOND), there) == []
    assert told(m.Acceptance(THIRD), there) == ["physician-not-chosen"]


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (consent(Purpose.FEEDBACK_TO_SO, EVERYBODY, choice=Choice.REFUSED), []),
        (consent(Purpose.FEEDBACK_TO_SO, EVERYBODY), ["consent-out-of-place"]),
        (consent(Purpose.FEEDBACK_TO_SO, OTHER_POOL, choice=Choice.REFUSED), ["consent-out-of-place"]),
    ],
    ids=["an objection to everybody", "a consent for everybody", "an objection to somebody else"],
)
def test_r25_what_a_message_carries_is_about_its_recipient_or_an_objection_to_everybody(added, code):
    assert heard(replace(SENT, consents=(CONTACT, added))) == code


def test_r27_the_last_word_is_said_once_though_it_has_its_effect_when_it_crosses_another():
    ended = [referred(), *ENDS["stopped"]]
    assert codes(may_send(at_the_arbodienst(ready(*ended)), m.ReferralWithdrawal())) == ["wrong-state"]
    assert heard(m.ReferralWithdrawal(), *ended) == []


@pytest.mark.parametrize("second_preference", [None, "opt-2"])
@pytest.mark.parametrize("end", ENDS)
def test_r27_r37_a_referral_that_was_answered_may_be_sent_again_for_its_receipt(end, second_preference):
    """Who answered it has it, so that the same bytes tell nothing new, whoever is to be chosen now."""
    situation = at_the_arbodienst(ready(referred(), ENDS[end], second_preference=second_preference))
    assert codes(still_permitted(situation, Kind.REFERRAL_REQUESTED, frozenset())) == []


def test_r27_a_referral_that_was_taken_back_goes_no_more_and_the_journal_says_why():
    situation = at_the_arbodienst(ready(referred(), of_referral(s.ReferralWithdrawn, at(18))))
    assert codes(still_permitted(situation, Kind.REFERRAL_REQUESTED, frozenset())) == ["withdrawn"]


def test_r27_an_answer_does_not_go_where_the_referral_ended_meanwhile():
    situation = at_the_arbodienst(ready(referred(), ENDS["stopped"]))
    assert codes(still_permitted(situation, Kind.INFORMATION_PROVIDED, frozenset())) == ["wrong-state"]


def test_r25_at_the_receiver_the_consent_that_the_message_carries_decides():
    """Ours may be the newer; the sender rests on its own, and on none when it carries none."""
    ours = replace(OUTCOME, consent_id="ours", decided_at=at(19))
    situation = at_the_arbodienst(ready(referred(partner=POOL), decided(ours)), is_received=True)
    carried = replace(OUTCOME, decided_at=at(18))
    found = situation.standing((carried,), Purpose.OUTCOME_TO_FIRST, OHS)
    assert (found.standing, found.consent) == (Standing.ACTIVE, replace(carried, recorder=POOL))
    assert situation.standing((), Purpose.OUTCOME_TO_FIRST, OHS).standing is Standing.ABSENT
    objection = replace(ours, choice=Choice.REFUSED)
    against = at_the_arbodienst(ready(referred(partner=POOL), decided(objection)), is_received=True)
    assert against.standing((carried,), Purpose.OUTCOME_TO_FIRST, OHS).standing is Standing.REFUSED


def test_r27_a_withdrawal_that_came_early_takes_back_its_own_consent_and_no_other():
    withdrawal = m.ConsentWithdrawal(MEDICAL.consent_id, Purpose.MEDICAL_TO_SO, at(19))
    situation = at_the_arbodienst(ready(referred(partner=POOL)), overtaken_by=(withdrawal,))
    then, carried = without_withdrawn(situation, (FEEDBACK, MEDICAL))
    assert {c.consent_id for c in then.case.consents if c.withdrawn_at} == {MEDICAL.consent_id}
    assert [c.withdrawn_at for c in carried] == [None, at(20)]
