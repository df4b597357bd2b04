"""What becomes of a referral when a message was dropped, or when its receipt came: R27, R28, R37, R39, R40, R58."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind
from gateway.domain.case import Case
from gateway.domain.effects import changes
from gateway.domain.messages import (
    ConsentWithdrawal,
    Document,
    DocumentRole,
    KeptBecause,
    Kind,
    Milestone,
    PatientContact,
    ReceiptVerdict,
    Referral,
    ReportRelease,
    StopCode,
)
from gateway.domain.party import Party, Role
from gateway.domain.people import Organisation, PersonName
from gateway.domain.policy import Policy
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.exchange import Situation, may_receive, rests_on_consent, still_permitted
from gateway.domain.rules.refusal import refuse
from tests.support.cases import (
    DRAFT,
    FIRST,
    OHS,
    OTHER_POOL,
    OUTCOME,
    POLICY,
    POOL,
    REFERRAL_ID,
    SECOND,
    STARTED,
    WITHHELD,
    at,
    completed,
    of_referral,
    ready,
    referred,
)

LINDEHOF, MULKENS = Party(OHS, Role.OHS, "Lindehof"), Party(POOL, Role.POOL, "Mulkens")
OK, REFUSED = ReceiptVerdict.OK, ReceiptVerdict.FATAL_ERROR
REPORT = Document("d9", DocumentRole.REPORT, "Advies.", at(24))
RELEASED = of_referral(s.ReportReleased, at(24), report=REPORT)
FIRST_TOLD, NEW, NEWER = (PatientContact(PersonName("Kolk"), telephone=f"060000000{number}") for number in (1, 2, 3))
SENT = Referral(
    authored_at=at(14),
    advice_kind=AdviceKind.ABSENCE_GUIDANCE,
    requester=FIRST,
    requester_organisation=Organisation(OHS, "Arbodienst"),
    performer_organisation=Organisation(POOL, "Praktijk"),
    recipient=POOL,
    patient=FIRST_TOLD,
    consents=(),
)


def dropped(kind, message_id=None, *, was_attempted=False):
    fields = {"kind": kind, "reason": "x", "was_attempted": was_attempted, "message_id": message_id}
    return of_referral(s.MessageDropped, at(25), **fields)


def receipt(kind, verdict, message_id=None, referral_id=REFERRAL_ID):
    fields = {"kind": kind, "verdict": verdict, "reason": "x", "message_id": message_id}
    return of_referral(s.MessageDelivered, at(26), referral_id, **fields)


def after(*steps):
    return ready(referred(), *steps).referral(REFERRAL_ID)


def test_r27_a_referral_that_never_left_the_house_never_was_and_one_that_may_have_arrived_is_over():
    assert after(dropped(Kind.REFERRAL_REQUESTED)) is None
    ended = after(dropped(Kind.REFERRAL_REQUESTED, was_attempted=True))
    assert (ended.state, ended.ended_at) == (BusinessStatus.WITHDRAWN, at(25))


def test_r27_another_message_that_was_dropped_ends_nothing():
    assert after(dropped(Kind.INFORMATION_PROVIDED, was_attempted=True)).state is BusinessStatus.REFERRED


def test_r37_a_refused_referral_is_over_and_one_that_ended_stays_as_it_ended():
    refused = receipt(Kind.REFERRAL_REQUESTED, REFUSED)
    assert after(refused).state is BusinessStatus.STOPPED
    assert after(receipt(Kind.REFERRAL_REQUESTED, OK)).state is BusinessStatus.REFERRED
    withdrawn = after(of_referral(s.ReferralWithdrawn, at(18)), refused)
    assert (withdrawn.state, withdrawn.ended_at) == (BusinessStatus.WITHDRAWN, at(18))


def test_r37_who_answered_a_referral_has_it_whatever_a_later_receipt_says():
    refused = receipt(Kind.REFERRAL_REQUESTED, REFUSED)
    accepted = of_referral(s.ReferralAccepted, at(15), physician=SECOND)
    for answered in ([accepted], [accepted, STARTED], [accepted, STARTED, DRAFT]):
        assert after(*answered, refused).state is after(*answered).state


def test_r58_who_answered_a_request_to_erase_has_it_whatever_a_later_receipt_says():
    refused = receipt(Kind.ERASURE_REQUESTED, REFUSED)
    for answer in (KEPT, replace(KEPT, kept_because=None)):
        assert after(STOPPED, ASKED, answer, refused).erasure_asked_at == at(20)


def test_r37_a_receipt_about_another_referral_changes_nothing():
    assert ready(referred(), receipt(Kind.REFERRAL_REQUESTED, REFUSED, referral_id="x")) == ready(referred())


@pytest.mark.parametrize(
    ("before", "state"),
    [([], BusinessStatus.DRAFT_WITH_EMPLOYEE), ([WITHHELD], BusinessStatus.FINISHED_WITHOUT_REPORT)],
)
def test_r40_a_refused_report_never_came_and_may_be_released_anew_or_stays_withheld(before, state):
    referral = after(STARTED, DRAFT, before, RELEASED, receipt(Kind.REPORT_RELEASED, REFUSED))
    assert (referral.state, referral.state_since) == (state, at(26))
    assert (referral.report, referral.reported_at) == (None, None)
    assert referral.draft_discussed_at == at(23, 12)


def test_r40_a_report_that_was_accepted_stays():
    assert completed(receipt(Kind.REPORT_RELEASED, OK)).referrals == completed().referrals


def test_r27_a_report_that_arrived_after_all_counts_over_what_was_said_in_its_place():
    withheld = replace(WITHHELD, at=at(25))
    referral = after(STARTED, DRAFT, RELEASED, withheld, receipt(Kind.REPORT_RELEASED, OK))
    assert (referral.state, referral.report, referral.reported_at) == (BusinessStatus.RELEASED, REPORT, at(24))
    not_arrived = after(STARTED, DRAFT, RELEASED, withheld, receipt(Kind.REPORT_RELEASED, REFUSED))
    assert not_arrived.state is BusinessStatus.FINISHED_WITHOUT_REPORT


def corrected(contact, message_id, when=20):
    return of_referral(s.ContactCorrected, at(when), contact=contact, message_id=message_id)


def told(*steps):
    """The telephone number that the pool is known to have."""
    return ready(referred(referral=SENT), *steps).referral(REFERRAL_ID).referral.patient.telephone


def test_r28_a_dropped_correction_was_not_told_and_one_that_arrived_after_all_was():
    both = corrected(NEW, "c1"), corrected(NEWER, "c2", 21)
    gone = dropped(Kind.CONTACT_CORRECTED, "c2", was_attempted=True)
    assert told(*both) == NEWER.telephone
    assert told(*both, gone) == NEW.telephone
    assert told(*both, gone, dropped(Kind.CONTACT_CORRECTED, "c1")) == FIRST_TOLD.telephone
    assert told(*both, gone, receipt(Kind.CONTACT_CORRECTED, OK, "c2")) == NEWER.telephone
    assert told(*both, gone, receipt(Kind.CONTACT_CORRECTED, OK, "c1")) == NEW.telephone
    assert told(*both, gone, receipt(Kind.CONTACT_CORRECTED, REFUSED, "c2")) == NEW.telephone


STOPPED = of_referral(s.ReferralStopped, at(18), reason=StopCode.NO_SHOW)
ASKED = of_referral(s.ErasureRequested, at(20))
KEPT = of_referral(s.ErasureConfirmed, at(21), kept_because=KeptBecause.COMPLAINT_OPEN)


def test_r58_what_a_pool_keeps_is_kept_since_it_said_so_until_it_is_asked_anew():
    kept = after(STOPPED, ASKED, KEPT)
    expected = (at(20), at(21), KeptBecause.COMPLAINT_OPEN)
    assert (kept.erasure_asked_at, kept.erasure_kept_at, kept.erasure_kept_because) == expected
    anew = after(STOPPED, ASKED, KEPT, replace(ASKED, at=at(22)))
    assert (anew.erasure_asked_at, anew.erasure_kept_at, anew.erasure_kept_because) == (at(22), None, None)


def test_r58_what_was_erased_is_kept_by_nobody():
    erased = replace(KEPT, at=at(23), kept_because=None)
    for steps in ([erased], [KEPT, erased]):
        referral = after(STOPPED, ASKED, *steps)
        assert (referral.erasure_kept_at, referral.erasure_kept_because) == (None, None)


def test_r58_a_refused_request_to_erase_was_not_made():
    assert after(STOPPED, ASKED, receipt(Kind.ERASURE_REQUESTED, REFUSED)).erasure_asked_at is None
    assert after(STOPPED, ASKED, receipt(Kind.ERASURE_REQUESTED, OK)).erasure_asked_at == at(20)


def test_r58_a_request_to_erase_changes_a_case_once():
    case = ready(referred(), STOPPED)
    other = ready(referred(), STOPPED, referred(OTHER_POOL, at(19), referral_id="second"))
    later = replace(ASKED, at=at(28))
    assert changes(case, (ASKED,))
    assert not changes(ready(referred(), STOPPED, ASKED), (later,))
    both = ready(referred(), STOPPED, ASKED, referred(OTHER_POOL, at(19), referral_id="second"))
    assert changes(both, (replace(later, referral_id="second"),))
    assert not changes(other, (s.NoteRecorded(at=at(29), by=later.by, topic="x"),))


@pytest.mark.parametrize("kind", Kind)
def test_r27_r58_of_an_erased_case_nothing_goes_that_rests_on_a_consent(kind):
    situation = Situation(Case("Z"), None, Policy("x"), LINDEHOF, MULKENS, at(25))
    decision = still_permitted(situation, kind, frozenset())
    assert decision.refusals == ((refuse("no-referral"),) if rests_on_consent(kind) else ())


def test_r27_a_report_is_not_read_once_the_consent_it_brings_was_taken_back():
    with_employee = of_referral(
        s.MilestoneReached, at(23, 12), milestone=Milestone.DRAFT_WITH_EMPLOYEE, reached_at=at(23, 12)
    )
    case = ready(referred(referral=SENT), STARTED, with_employee)
    report = Document("d9", DocumentRole.REPORT, "Advies.", at(24), SECOND.name)
    brought = ReportRelease(report, at(23, 12), (OUTCOME,))
    taken_back = ConsentWithdrawal(OUTCOME.consent_id, OUTCOME.purpose, at(24))
    at_hand = Situation(case, case.referrals[0], POLICY, LINDEHOF, MULKENS, at(25))
    assert may_receive(at_hand, brought).is_permitted
    overtaken = may_receive(replace(at_hand, overtaken_by=(taken_back,)), brought)
    assert overtaken.refusals == (refuse("outcome-consent-absent"),)
