"""Rules on the referral and on information after it: R25 to R32."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose, Standing
from gateway.domain.enclosure import INLINE_BYTES
from gateway.domain.messages import InformationKind
from gateway.domain.policy import Policy, QuestionMoment
from gateway.domain.rules import information, referral
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import (
    CONTACT,
    DRAFT,
    EMPLOYEE,
    FEEDBACK,
    MEDICAL,
    OTHER_POOL,
    POLICY,
    POOL,
    REFERRAL_ID,
    SECOND,
    STARTED,
    THIRD,
    WITHHELD,
    a_case,
    a_request,
    at,
    consent,
    decided,
    of_referral,
    ready,
    referred,
)

EARLY = Policy("early", medical_data_before_first_contact=True)
REQUEST_ID = "0b7e4e1e-2222-5333-8444-555566667777"


def test_r25_a_case_in_order_may_be_referred():
    assert referral.may_refer(ready(), POLICY, at(15)).is_permitted


@pytest.mark.parametrize(
    ("consents", "code"),
    [
        ((), "contact-consent-absent"),
        ((replace(CONTACT, choice=Choice.REFUSED),), "contact-consent-refused"),
        ((replace(CONTACT, withdrawn_at=at(14, 12)),), "contact-consent-withdrawn"),
        ((replace(CONTACT, expires_at=at(14, 12)),), "contact-consent-expired"),
        ((consent(Purpose.CONTACT_TO_SO, OTHER_POOL),), "contact-consent-other-recipient"),
        ((consent(Purpose.CONTACT_TO_SO, f"{POOL}/collega"),), "contact-consent-other-recipient"),
    ],
)
def test_r25_r26_without_contact_consent_nothing_travels(consents, code):
    case = a_case(decided(*consents))
    assert referral.contact_consent(case, POOL, at(15)) == refuse(code)
    assert referral.may_refer(case, POLICY, at(15), POOL).refusals == (refuse(code),)


def test_r25_without_a_recipient_there_is_no_consent_to_find():
    case = a_case(request=replace(ready().dossier, chosen_option=None, contract=ready().dossier.contract))
    assert refuse("contact-consent-absent") in referral.may_refer(case, POLICY, at(15)).refusals


def test_refusals_come_in_the_order_in_which_a_person_mends_them():
    case = a_case(request=replace(ready().dossier, submitted_by=s.ActorRole.EMPLOYER), accepted=False)
    codes = [refusal.code for refusal in referral.may_refer(case, POLICY, at(15)).refusals]
    assert codes == ["not-by-employee", "not-accepted", "contact-consent-absent"]


def test_r37_never_two_referrals_at_once():
    assert referral.no_other_referral(ready()) is PERMIT
    assert referral.no_other_referral(ready(referred())) == refuse("referral-active")
    assert referral.no_other_referral(ready(referred(), STARTED, DRAFT, WITHHELD)) is PERMIT


def test_r26_the_feedback_goes_along_with_consent_and_policy():
    assert referral.may_carry_feedback(ready(), POLICY, POOL, at(15)) is PERMIT
    without = a_case(decided(CONTACT))
    assert referral.may_carry_feedback(without, POLICY, POOL, at(15)) == refuse("feedback-not-permitted")
    kept_back = Policy("poli", contested_feedback_with_referral=False)
    assert referral.may_carry_feedback(ready(), kept_back, POOL, at(15)) == refuse("feedback-not-permitted")


def test_r29_medical_data_before_the_first_contact_only_by_policy_and_consent():
    assert referral.may_carry_medical(ready(), EARLY, POOL, at(15)) is PERMIT
    assert referral.may_carry_medical(ready(), POLICY, POOL, at(15)) == refuse("medical-before-first-contact")
    without = a_case(decided(CONTACT))
    assert referral.may_carry_medical(without, EARLY, POOL, at(15)) == refuse("medical-not-permitted")


@pytest.mark.parametrize(("moment", "travels"), [(QuestionMoment.AT_REQUEST, True), ("with_second_physician", False)])
def test_r31_the_question_travels_only_when_it_is_settled_at_the_request(moment, travels):
    assert referral.carries_question(Policy("x", question_moment=QuestionMoment(moment))) is travels


def test_r25_the_referral_rests_on_named_decisions():
    decisions = referral.consents_for(a_case(decided(CONTACT)), EARLY, POOL, at(15))
    assert {purpose: decision.standing for purpose, decision in decisions.items()} == {
        Purpose.CONTACT_TO_SO: Standing.ACTIVE,
        Purpose.FEEDBACK_TO_SO: Standing.ABSENT,
        Purpose.MEDICAL_TO_SO: Standing.ABSENT,
    }
    assert Purpose.MEDICAL_TO_SO not in referral.consents_for(ready(), POLICY, POOL, at(15))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Vier uur per dag.\x00", "document-control-characters"),
        ("\u200b\u200b", "document-blank"),
        (r"{\rtf1 Vier uur per dag.}", "document-rtf"),
        ("JVBERi0xLjQKMSAw", "document-base64"),
        ("%PDF-1.7 %%EOF", "document-type-contradicts"),
    ],
)
def test_r12_the_feedback_is_judged_as_its_message_will_be(text, code):
    """So that a check says what submitting would do."""
    request = a_request(advice=replace(a_request().advice, feedback_text=text))
    judged = referral.may_refer(a_case(decided(CONTACT, FEEDBACK), request=request), POLICY, at(15))
    assert judged.refusals == (refuse(code),)
    assert referral.may_refer(a_case(decided(CONTACT), request=request), POLICY, at(15)).is_permitted


AT_REQUEST = Policy("question", question_moment=QuestionMoment.AT_REQUEST)
LONGEST = "x" * INLINE_BYTES
TOO_LONG = (refuse("text-too-long"),)


def test_r12_no_more_feedback_goes_along_than_fits_into_a_message():
    def judged(text, *consents):
        request = a_request(advice=replace(a_request().advice, feedback_text=text))
        return referral.may_refer(a_case(decided(CONTACT, *consents), request=request), POLICY, at(15)).refusals

    assert judged(LONGEST, FEEDBACK) == ()
    assert judged(LONGEST + "x", FEEDBACK) == TOO_LONG
    assert judged(LONGEST + "x") == ()


def test_r12_r31_no_longer_question_goes_along_than_fits_into_a_message():
    def judged(text, policy):
        settled = s.QuestionSettled(at=at(14, 12), by=EMPLOYEE, text=text)
        return referral.may_refer(ready(settled), policy, at(15)).refusals

    assert judged(LONGEST, AT_REQUEST) == ()
    assert judged(LONGEST + "x", AT_REQUEST) == TOO_LONG
    assert judged(LONGEST + "x", Policy("later", question_moment=QuestionMoment("with_second_physician"))) == ()


@pytest.mark.parametrize(("insists", "codes"), [(None, ()), (True, ()), (False, (refuse("alternative-chosen"),))])
def test_r20_who_took_the_other_instrument_is_not_referred(insists, codes):
    offered = s.AlternativeOffered(at=at(15), by=EMPLOYEE, alternative="mediation", employee_insists=insists)
    assert referral.may_refer(ready(offered), POLICY, at(16)).refusals == codes


def _breaches(policy=POLICY, contents=(), consents=(CONTACT, FEEDBACK, MEDICAL), *more):
    case = a_case(decided(*consents), referred(contents=contents), *more)
    return {refusal.code for refusal in referral.recorded_breaches(case, policy)}


def test_a_referral_as_it_should_be_has_no_breaches():
    assert _breaches(contents=("contact-data", "contested-feedback", "work-circumstances")) == set()
    assert _breaches(EARLY, contents=("contact-data", "medical-data", "question")) == set()


def test_r25_a_consent_after_sending_does_not_undo_the_sending():
    assert _breaches(consents=(replace(CONTACT, decided_at=at(14, 14)),)) == {"sent-before-consent"}


def test_r28_the_list_is_closed():
    assert _breaches(contents=("contact-data", "bsn")) == {"content-not-on-list"}


def test_r26_feedback_on_record_needs_its_consent():
    assert _breaches(contents=("contested-feedback",), consents=(CONTACT,)) == {"feedback-not-permitted"}


def test_r29_medical_data_on_record_need_policy_and_consent():
    assert _breaches(contents=("medical-data",)) == {"medical-before-first-contact"}
    assert _breaches(EARLY, ("medical-data",), (CONTACT,)) == {"medical-not-permitted"}


def _asked(decided_at):
    return of_referral(
        s.InformationRequested,
        at(18),
        request_id=REQUEST_ID,
        asked=InformationKind.REASONING,
        employee_decided_at=decided_at,
    )


def _given():
    return of_referral(s.InformationProvided, at(19), request_id=REQUEST_ID)


def test_r32_an_answer_on_record_needs_decision_consent_and_first_contact():
    assert _breaches(POLICY, (), (CONTACT, MEDICAL), STARTED, _asked(at(18)), _given()) == set()
    assert _breaches(POLICY, (), (CONTACT,), STARTED, _asked(at(18)), _given()) == {"medical-not-permitted"}
    assert _breaches(POLICY, (), (CONTACT, MEDICAL), STARTED, _asked(None), _given()) == {"employee-did-not-decide"}
    assert _breaches(POLICY, (), (CONTACT, MEDICAL), _asked(at(18)), _given()) == {"before-first-contact"}


def test_r32_a_declined_request_is_no_breach():
    no = of_referral(
        s.InformationDeclined, at(19), request_id=REQUEST_ID, reason=s.InformationDeclineCode.NOT_PERMITTED
    )
    assert _breaches(POLICY, (), (CONTACT,), STARTED, _asked(at(18)), no) == set()


def _referral(*steps):
    return ready(referred(), *steps).referral(REFERRAL_ID)


def test_r29_nothing_is_asked_before_the_second_opinion_has_started():
    assert information.after_first_contact(_referral(STARTED)) is PERMIT
    assert information.after_first_contact(_referral()) == refuse("before-first-contact")


@pytest.mark.parametrize("kind", InformationKind)
def test_r30_r32_medical_data_and_reasoning_are_the_employees_decision(kind):
    expected = PERMIT if kind is InformationKind.WORK_CIRCUMSTANCES else refuse("employee-did-not-decide")
    assert information.employee_decided(kind, None) == expected
    assert information.employee_decided(kind, at(18)) is PERMIT


@pytest.mark.parametrize("kind", InformationKind)
def test_r30_r32_and_need_consent_for_this_recipient(kind):
    case = ready(referred(), STARTED)
    without = a_case(decided(CONTACT), referred(), STARTED)
    expected = PERMIT if kind is InformationKind.WORK_CIRCUMSTANCES else refuse("medical-not-permitted")
    assert information.information_consent(case, case.referral(REFERRAL_ID), kind, at(18)) is PERMIT
    assert information.information_consent(without, without.referral(REFERRAL_ID), kind, at(18)) == expected


OBJECTION = consent(Purpose.MEDICAL_TO_SO, f"{POOL}/wiarda", at(14, 12), choice=Choice.REFUSED, consent_id="T-no")


def _twice_there(*consents):
    """Two referrals to one practice: the first was accepted by the one objected to, and stopped; the second was not."""
    asked = replace(_asked(at(18)), consents=consents)
    first = [referred(), of_referral(s.ReferralAccepted, at(15), physician=THIRD), STARTED, asked]
    stopped = of_referral(s.ReferralStopped, at(19), reason=s.StopCode.NO_SHOW)
    again = [
        referred(when=at(20), referral_id="another"),
        of_referral(s.ReferralAccepted, at(21), "another", physician=SECOND),
    ]
    return ready(decided(OBJECTION), first, stopped, again)


def test_r25_r32_an_objection_to_a_physician_counts_in_the_referral_in_which_they_would_receive():
    case, kind = _twice_there(), InformationKind.REASONING
    first, second = case.referrals
    assert information.information_consent(case, first, kind, at(22)) == refuse("medical-not-permitted")
    assert information.information_consent(case, second, kind, at(22)) is PERMIT


def test_r32_a_request_that_tells_of_an_objection_to_its_own_physician_is_declined_by_itself():
    told = [replace(one, recorder=POOL) for one in (MEDICAL, OBJECTION)]
    case = _twice_there(*told)
    assert information.declined_by_itself(case, case.referrals[0], REQUEST_ID, at(22))


@pytest.mark.parametrize(("told", "is_declined"), [((), True), ((replace(MEDICAL, recorder=POOL),), False)])
def test_r32_where_a_request_tells_of_a_consent_that_our_record_denies_a_person_looks(told, is_declined):
    no = replace(MEDICAL, consent_id="no", choice=Choice.REFUSED, decided_at=at(15))
    case = a_case(decided(CONTACT, no), referred(), STARTED, replace(_asked(at(18)), consents=told))
    assert information.declined_by_itself(case, case.referral(REFERRAL_ID), REQUEST_ID, at(19)) is is_declined


def test_r32_asking():
    assert information.may_ask(_referral(STARTED), InformationKind.REASONING, at(18)).is_permitted
    refusals = information.may_ask(_referral(), InformationKind.REASONING, None).refusals
    assert refusals == (refuse("before-first-contact"), refuse("employee-did-not-decide"))


def test_r32_answering():
    case = ready(referred(), STARTED, _asked(at(18)))
    assert information.may_answer(case, case.referral(REFERRAL_ID), REQUEST_ID, at(19)).is_permitted
    unasked = information.may_answer(case, case.referral(REFERRAL_ID), "never asked", at(19))
    assert unasked.refusals == (refuse("employee-did-not-decide"),)
