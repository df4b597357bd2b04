"""What a message tells: the steps it becomes, and which of them this side had on record already (R25, R27, R38, R50)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application.compose_message import SAID_LATER
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import apply
from gateway.domain.consent import Choice, Purpose
from gateway.domain.days import LEEWAY
from gateway.domain.effects import as_known, content_of, new_steps, shown_id, steps_of
from gateway.domain.messages import Message, Milestone, MilestoneNotice
from gateway.domain.party import Party, Role, is_name
from tests.support.cases import (
    CONTACT,
    OHS,
    OTHER_POOL,
    POOL,
    REFERRAL_ID,
    SECOND,
    SECOND_PHYSICIAN,
    at,
    decided,
    ready,
    referred,
)
from tests.support.messages import REFERRAL, SAMPLES, full

OBJECTION = replace(CONTACT, consent_id="o1", choice=Choice.REFUSED, recorder=POOL, decided_at=at(20))
NOW = at(20)
CASE = ready(decided(OBJECTION))


def is_news(consent, case=CASE):
    steps = tuple(decided(consent))
    assert new_steps(case, steps) in ((), steps)
    return bool(new_steps(case, steps))


@pytest.mark.parametrize(
    ("later", "is_said_anew"),
    [(timedelta(0), False), (LEEWAY, False), (LEEWAY + timedelta(seconds=1), True), (timedelta(days=1), True)],
)
def test_r27_an_objection_dated_ahead_of_our_clock_is_repeated_within_the_leeway(later, is_said_anew):
    assert is_news(replace(OBJECTION, decided_at=at(20) + later)) is is_said_anew


@pytest.mark.parametrize("changes", [{"recipient": OTHER_POOL}, {"form": "paper"}, {"recorder": OTHER_POOL}])
def test_r27_an_objection_to_something_else_is_no_repetition(changes):
    assert is_news(replace(OBJECTION, decided_at=at(20, 9, 1), **changes))


def test_r50_only_a_partners_objection_is_repeated():
    given = replace(OBJECTION, choice=Choice.GIVEN)
    assert is_news(replace(given, decided_at=at(20, 9, 1)), ready(decided(given)))
    assert is_news(replace(OBJECTION, choice=Choice.GIVEN, decided_at=at(20, 9, 1)))
    ours = replace(OBJECTION, recorder=None)
    assert is_news(replace(ours, decided_at=at(20, 9, 1)), ready(decided(ours)))


def test_r38_an_appointment_is_told_with_its_day_and_when_it_was_made():
    notice = MilestoneNotice(Milestone.APPOINTMENT_PLANNED, reached_at=at(15), due_at=at(28))
    message = Message("m1", POOL, OHS, at(16), notice, REFERRAL_ID, 2)
    (step,) = steps_of(message, partner=POOL, by=SECOND_PHYSICIAN, at=at(16))
    assert isinstance(step, s.MilestoneReached)
    assert (step.milestone, step.reached_at, step.due_at) == (Milestone.APPOINTMENT_PLANNED, at(15), at(28))


def told(content, sent_at=NOW):
    """The steps at the arbodienst that a message of the pool becomes."""
    message = Message("m1", POOL, OHS, sent_at, content, REFERRAL_ID, 2)
    return steps_of(message, partner=POOL, by=SECOND_PHYSICIAN, at=NOW)


def said(content):
    """The steps at the arbodienst that its own message becomes."""
    message = Message("m1", OHS, POOL, at(20), content, REFERRAL_ID, 2)
    return steps_of(message, partner=POOL, by=s.Actor(s.ActorRole.SYSTEM, OHS), at=at(20))


@pytest.mark.parametrize(
    ("sent_at", "accepted_at"),
    [(at(19), at(19)), (at(13), at(13)), (at(12), at(13)), (at(21), at(20))],
    ids=["yesterday", "a week ago", "longer ago", "tomorrow"],
)
def test_r32_an_acceptance_is_of_when_it_was_said_within_what_can_be(sent_at, accepted_at):
    (step,) = told(m.Acceptance(SECOND), sent_at)
    assert step.accepted_at == accepted_at


def test_r27_what_a_partner_takes_back_is_its_word_and_no_word_of_ours():
    withdrawal = m.ConsentWithdrawal("p1", Purpose.CONTACT_TO_SO, at(19))
    assert [step.told_by for step in (told(withdrawal)[0], said(withdrawal)[0])] == [POOL, None]


@pytest.mark.parametrize("kind", [m.Kind.REFERRAL_REQUESTED, m.Kind.INFORMATION_REQUESTED, m.Kind.REPORT_RELEASED])
def test_r25_the_consents_that_a_message_brings_are_the_word_of_who_sent_it(kind):
    message = full(kind)
    for partner, recorder in ((message.sender, message.sender), (message.recipient, None)):
        step = steps_of(message, partner=partner, by=SECOND_PHYSICIAN, at=at(20))[-1]
        brought = step.referral.consents if isinstance(step, s.ReferralRequested) else step.consents
        assert {consent.recorder for consent in brought} == {recorder}


@pytest.mark.parametrize(
    ("choice", "decided_at"), [(Choice.GIVEN, at(20, 9, 4)), (Choice.REFUSED, at(20))], ids=["given", "refused"]
)
def test_r27_only_what_restricts_is_dated_back_to_its_receipt(choice, decided_at):
    ahead = replace(OBJECTION, choice=choice, recorder=None, decided_at=at(20, 9, 4))
    request = m.InformationRequest("r1", m.InformationKind.MEDICAL_DATA, at(19), (ahead,))
    for step in told(request):
        (heard,) = step.consents if isinstance(step, s.InformationRequested) else (step.consent,)
        assert heard.decided_at == decided_at


def test_r28_a_referral_shows_what_went_with_it():
    (step,) = told(REFERRAL)
    documents = ("contested-feedback", "work-circumstances", "medical-data")
    assert step.contents == ("contact-data", *documents, "referral-question")
    assert told(replace(REFERRAL, documents=(), question=None))[0].contents == ("contact-data",)


@pytest.mark.parametrize("say", [told, said])
def test_r27_r50_a_consent_that_was_taken_back_is_taken_back_once(say):
    known = replace(CONTACT, consent_id="p1", recorder=POOL)
    case, steps = ready(decided(known)), say(m.ConsentWithdrawal("p1", known.purpose, at(19)))
    assert new_steps(case, steps) == steps
    assert new_steps(ready(), steps) == steps
    again = new_steps(apply(case, steps), steps)
    assert again == (() if say is told else steps[1:])  # who tells a partner has told it, though it was known here


@pytest.mark.parametrize(
    "content",
    [
        m.ReportWithholding(),
        MilestoneNotice(Milestone.SO_STARTED, at(17)),
        MilestoneNotice(Milestone.DRAFT_WITH_EMPLOYEE, at(19)),
        m.ContactCorrection(replace(REFERRAL.patient, telephone="0600000009")),
    ],
    ids=["no report", "started", "draft", "contact"],
)
def test_r38_r41_what_was_said_already_is_no_news(content):
    case = ready(referred(referral=REFERRAL))
    steps = told(content)
    assert new_steps(case, steps) == steps
    assert new_steps(apply(case, steps), steps) == ()


def test_r28_r38_a_draft_that_is_discussed_anew_is_news_and_so_is_a_correction_that_tells_nothing():
    case = ready(referred(referral=REFERRAL))
    first, second = (told(MilestoneNotice(Milestone.DRAFT_WITH_EMPLOYEE, at(day))) for day in (18, 19))
    assert new_steps(apply(case, first), second) == second
    nothing = told(m.ContactCorrection(None))
    assert new_steps(apply(case, nothing), nothing) == nothing


HIDDEN = "T\u202e1\nDoor: de arbodienst"
PARTNER = Party(POOL, Role.POOL, "Pool")


def test_r27_what_restricts_counts_under_an_id_that_does_not_show_and_is_written_under_its_digest():
    refused = replace(OBJECTION, consent_id=HIDDEN)
    permits = replace(CONTACT, consent_id="c9")
    told = m.InformationRequest("V-1", m.InformationKind.REASONING, at(20), (refused, permits))
    known = as_known(told, PARTNER, CASE)
    assert isinstance(known, m.InformationRequest)
    assert [consent.consent_id for consent in known.consents] == [shown_id(HIDDEN), "c9"]
    assert is_name(shown_id(HIDDEN))
    assert len({shown_id("x" * 4000), shown_id("x" * 4001), shown_id("")}) == 3


def test_r27_a_withdrawal_is_written_under_its_digest_unless_that_id_is_on_record():
    notice = m.ConsentWithdrawal(HIDDEN, CONTACT.purpose, at(20))
    assert as_known(notice, PARTNER, CASE) == replace(notice, consent_id=shown_id(HIDDEN))
    of_before = ready(decided(replace(OBJECTION, consent_id=HIDDEN)))
    assert as_known(notice, PARTNER, of_before) == notice
    named = replace(notice, consent_id=CONTACT.consent_id)
    assert as_known(named, PARTNER, CASE) == named


@pytest.mark.parametrize("kind", sorted(SAID_LATER))
def test_r27_what_is_said_when_there_is_a_key_is_written_again_from_its_step(kind: m.Kind):
    for content in (sample.content for sample in SAMPLES.values() if sample.kind is kind):
        by = s.Actor(s.ActorRole.SYSTEM, OHS)
        message = m.Message("id", OHS, POOL, at(20), content, "referral", 1)
        steps = steps_of(message, partner=POOL, by=by, at=at(20))
        (again,) = [found for step in steps if (found := content_of(step)) is not None]
        assert again == content or isinstance(content, m.ConsentWithdrawal | m.ErasureConfirmation)
        assert again.kind is kind


def test_r40_the_log_tells_the_draft_before_the_consent_that_was_given_after_it():
    release = next(sample for sample in SAMPLES.values() if sample.kind is m.Kind.REPORT_RELEASED).content
    message = m.Message("id", POOL, OHS, at(28), release, REFERRAL_ID, 5)
    kinds = [type(step) for step in steps_of(message, partner=POOL, by=SECOND_PHYSICIAN, at=at(28))]
    assert (kinds[0], kinds[-1]) == (s.DraftDiscussed, s.ReportReleased)
    assert {*kinds[1:-1]} <= {s.ConsentGiven, s.ConsentRefused}
    assert s.ConsentGiven in kinds


def test_r28_a_correction_that_tells_something_is_never_written_again():
    by = s.Actor(s.ActorRole.SYSTEM, OHS)
    told = next(sample.content for sample in SAMPLES.values() if sample.kind is m.Kind.CONTACT_CORRECTED)
    for content, again in ((told, None), (m.ContactCorrection(None), m.ContactCorrection(None))):
        message = m.Message("id", OHS, POOL, at(20), content, "referral", 1)
        assert [content_of(step) for step in steps_of(message, partner=POOL, by=by, at=at(20))][-1] == again
