"""What a message tells: the steps it becomes, and which of them this side had on record already (R25, R27, R38, R50)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application.compose_message import SAID_LATER
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Choice
from gateway.domain.days import LEEWAY
from gateway.domain.effects import content_of, new_steps, steps_of
from gateway.domain.messages import Message, Milestone, MilestoneNotice
from tests.support.cases import CONTACT, OHS, OTHER_POOL, POOL, REFERRAL_ID, SECOND_PHYSICIAN, at, decided, ready
from tests.support.messages import SAMPLES

OBJECTION = replace(CONTACT, consent_id="o1", choice=Choice.REFUSED, recorder=POOL, decided_at=at(20))
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


@pytest.mark.parametrize("kind", sorted(SAID_LATER))
def test_r27_what_is_said_when_there_is_a_key_is_written_again_from_its_step(kind: m.Kind):
    for content in (sample.content for sample in SAMPLES.values() if sample.kind is kind):
        by = s.Actor(s.ActorRole.SYSTEM, OHS)
        message = m.Message("id", OHS, POOL, at(20), content, "referral", 1)
        steps = steps_of(message, partner=POOL, by=by, at=at(20))
        (again,) = [found for step in steps if (found := content_of(step)) is not None]
        assert again == content or isinstance(content, m.ConsentWithdrawal | m.ErasureConfirmation)
        assert again.kind is kind


def test_r28_a_correction_that_tells_something_is_never_written_again():
    by = s.Actor(s.ActorRole.SYSTEM, OHS)
    told = next(sample.content for sample in SAMPLES.values() if sample.kind is m.Kind.CONTACT_CORRECTED)
    for content, again in ((told, None), (m.ContactCorrection(None), m.ContactCorrection(None))):
        message = m.Message("id", OHS, POOL, at(20), content, "referral", 1)
        assert [content_of(step) for step in steps_of(message, partner=POOL, by=by, at=at(20))][-1] == again
