"""A referral is about the advice that stands, in whatever order an export and people tell of it (R12 to R14)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application.confirm_statement import confirm_statement
from gateway.application.decide_request import accept_request
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.domain import steps as s
from gateway.domain.case import Triage
from gateway.domain.days import dutch_day
from gateway.domain.errors import RefusedError
from tests.support.world import BACK_OFFICE, EMPLOYEE, FIRST_PHYSICIAN, START, World, accepted_case

CASE = "SO-2026-0001"
REQUEST, ACCEPTED, *CONSENTS = accepted_case()
PLANNED = s.ReassessmentPlanned(at=START - timedelta(hours=2), by=FIRST_PHYSICIAN)
RENEWED = s.AdviceRenewed(at=START + timedelta(hours=2), by=FIRST_PHYSICIAN, feedback_text="Zes uur.")
MAINTAINED = s.RequestMaintained(at=START + timedelta(hours=3), by=EMPLOYEE)
AGAIN = s.RequestAccepted(at=START + timedelta(hours=4), by=FIRST_PHYSICIAN)
HELD = {"awaiting-reassessment", "request-not-maintained", "not-accepted"}


@pytest.fixture
async def world():
    world = await World().open()
    world.clock.forward(days=2)
    yield world
    await world.close()


def in_order(*steps: s.Step) -> list[s.Step]:
    return sorted(steps, key=lambda step: step.at)


async def feedback_sent(world: World) -> str:
    [referral] = (await world.case(world.ohs, CASE)).referrals
    [document] = referral.referral.documents
    return document.text


@pytest.mark.parametrize("planned", [(), (PLANNED,)], ids=["not planned", "planned"])
@pytest.mark.parametrize("maintained", [(), (MAINTAINED,)], ids=["not asked", "asked again"])
async def test_an_export_accepted_before_the_new_advice_waits_with_the_true_reason(world, planned, maintained):
    said = in_order(REQUEST, ACCEPTED, *CONSENTS, *planned, RENEWED, *maintained)
    done = await submit_case(world.ohs, CASE, said)
    assert done.message_id is None
    assert HELD & {refusal.code for refusal in done.refusals}
    assert {r.code for d in done.plan.defects for r in d.refusals} <= {"reassessment-without-ground"}
    case = await world.case(world.ohs, CASE)
    assert (case.advice.feedback_text, case.accepted_at) == ("Zes uur.", None)


async def test_accepted_anew_the_new_advice_goes(world):
    done = await submit_case(
        world.ohs, CASE, in_order(REQUEST, ACCEPTED, PLANNED, *CONSENTS, RENEWED, MAINTAINED, AGAIN)
    )
    assert done.message_id is not None
    assert await feedback_sent(world) == "Zes uur."


async def test_a_later_export_brings_the_new_advice_and_ends_the_acceptance_on_record(world):
    first = in_order(REQUEST, ACCEPTED, *CONSENTS)
    await submit_case(world.ohs, CASE, first, refer=False)
    await submit_case(world.ohs, CASE, [*first, RENEWED], refer=False)
    assert (await world.case(world.ohs, CASE)).triage is Triage.REASSESSMENT
    done = await submit_case(world.ohs, CASE, [*first, RENEWED, MAINTAINED, AGAIN])
    assert await feedback_sent(world) == "Zes uur."
    assert {r.code for d in done.plan.defects for r in d.refusals} <= {"reassessment-without-ground"}


async def test_a_later_export_with_an_acceptance_of_the_earlier_advice_is_told_so(world):
    first = in_order(REQUEST, *CONSENTS, PLANNED, RENEWED, MAINTAINED)
    await submit_case(world.ohs, CASE, first)
    done = await submit_case(world.ohs, CASE, in_order(*first, ACCEPTED))
    assert done.message_id is None
    assert (await world.case(world.ohs, CASE)).triage is Triage.RECEIVED
    bare = in_order(REQUEST, *CONSENTS, ACCEPTED)  # It does not repeat what was recorded here.
    done = await submit_case(world.ohs, CASE, bare)
    codes = {refusal.code for defect in done.plan.defects for refusal in defect.refusals}
    assert codes == {"acceptance-of-earlier-advice"}
    assert done.message_id is None


async def test_what_was_recorded_here_of_the_new_advice_is_not_undone_by_an_export_that_tells_it_again(world):
    first = in_order(REQUEST, ACCEPTED, *CONSENTS)
    await submit_case(world.ohs, CASE, first, refer=False)
    for step in (RENEWED, MAINTAINED):
        await record_step(world.ohs, CASE, step)
    await accept_request(world.ohs, CASE, FIRST_PHYSICIAN)
    hour = timedelta(hours=1)
    told = [s.AdviceRenewed(at=RENEWED.at + 2 * hour, by=FIRST_PHYSICIAN, feedback_text=None)]
    told.append(s.RequestMaintained(at=MAINTAINED.at + 3 * hour, by=EMPLOYEE))
    done = await submit_case(world.ohs, CASE, [*first, *told])
    assert done.message_id is not None
    assert await feedback_sent(world) == "Zes uur."


async def test_another_text_of_the_same_day_counts(world):
    first = in_order(REQUEST, ACCEPTED, *CONSENTS)
    await submit_case(world.ohs, CASE, first, refer=False)
    await record_step(world.ohs, CASE, s.AdviceRenewed(at=RENEWED.at, by=FIRST_PHYSICIAN))
    other = s.AdviceRenewed(at=RENEWED.at + timedelta(hours=1), by=FIRST_PHYSICIAN, feedback_text="Zes uur.")
    await submit_case(world.ohs, CASE, [*first, other])
    assert (await world.case(world.ohs, CASE)).advice.feedback_text == "Zes uur."


async def test_a_new_advice_recorded_here_ends_the_acceptance(world):
    await submit_case(world.ohs, CASE, in_order(REQUEST, ACCEPTED, *CONSENTS), refer=False)
    await record_step(world.ohs, CASE, RENEWED)
    with pytest.raises(RefusedError) as caught:
        await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    assert caught.value.code == "awaiting-reassessment"


def of_another_referral(make: type[s.ReferralStep], hours: int, **fields) -> s.Step:
    at = START + timedelta(hours=hours)
    return make(at=at, by=FIRST_PHYSICIAN, referral_id="00000000-0000-4000-8000-000000000009", **fields)


async def test_an_advice_from_while_a_referral_of_the_record_ran_holds_the_next_one_until_it_is_recorded(world):
    sent = of_another_referral(s.ReferralRequested, 1, recipient="praktijk-wiarda")
    ended = of_another_referral(s.ReferralDeclined, 3, reason=s.DeclineCode.NOT_AVAILABLE)
    said = in_order(REQUEST, ACCEPTED, *CONSENTS, sent, RENEWED, ended)
    done = await submit_case(world.ohs, CASE, said)
    assert "advice-superseded" in {doubt.code for doubt in done.plan.doubts}
    assert done.message_id is None
    await record_step(world.ohs, CASE, s.AdviceRenewed(at=RENEWED.at, by=FIRST_PHYSICIAN, feedback_text="Zes uur."))
    done = await submit_case(world.ohs, CASE, said)
    assert "advice-superseded" not in {doubt.code for doubt in done.plan.doubts}


def told_in_the_dossier(text: str, days: int = 1, **advice) -> list[s.Step]:
    """The same record, with feedback of a later day."""
    on = dutch_day(START + timedelta(days=days))
    newer = replace(REQUEST.advice, feedback_on=on, feedback_text=text, **advice)
    return [replace(REQUEST, advice=newer), ACCEPTED, *CONSENTS]


async def test_feedback_of_a_later_day_in_other_words_is_a_new_advice_wherever_it_stands(world):
    await submit_case(world.ohs, CASE, [REQUEST, ACCEPTED, *CONSENTS], refer=False)
    done = await submit_case(world.ohs, CASE, told_in_the_dossier("Acht uur."))
    assert done.message_id is None
    assert HELD & {refusal.code for refusal in done.refusals}
    case = await world.case(world.ohs, CASE)
    assert (case.advice.feedback_text, case.accepted_at, case.triage) == ("Acht uur.", None, Triage.REASSESSMENT)
    again = await submit_case(world.ohs, CASE, told_in_the_dossier("Acht uur."))
    assert not [step for step in again.plan.steps if isinstance(step, s.AdviceRenewed)]
    await record_step(world.ohs, CASE, replace(MAINTAINED, at=START + timedelta(days=1, hours=3)))
    await accept_request(world.ohs, CASE, FIRST_PHYSICIAN)
    await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    assert await feedback_sent(world) == "Acht uur."


async def test_a_later_day_of_the_same_text_is_a_correction(world):
    await submit_case(world.ohs, CASE, [REQUEST, ACCEPTED, *CONSENTS], refer=False)
    done = await submit_case(world.ohs, CASE, told_in_the_dossier(REQUEST.advice.feedback_text))
    assert done.message_id is not None


@pytest.mark.parametrize("known", [True, False])
async def test_feedback_of_a_day_to_come_holds_and_does_not_count(world, known):
    if known:
        await submit_case(world.ohs, CASE, [REQUEST, ACCEPTED, *CONSENTS], refer=False)
    done = await submit_case(world.ohs, CASE, told_in_the_dossier("Ooit.", days=20))
    assert [refusal.code for refusal in done.refusals] == ["dated-in-future"]
    if known:
        assert (await world.case(world.ohs, CASE)).advice.feedback_text == REQUEST.advice.feedback_text


async def test_a_newer_decision_that_a_person_confirms_is_a_new_advice(world):
    await submit_case(world.ohs, CASE, [REQUEST, ACCEPTED, *CONSENTS], refer=False)
    newer = told_in_the_dossier("Acht uur.", given_at=REQUEST.advice.given_at + timedelta(hours=30))
    held = await submit_case(world.ohs, CASE, newer)
    assert [refusal.code for refusal in held.refusals] == ["dossier-widened"]
    await confirm_statement(world.ohs, CASE, BACK_OFFICE)
    done = await submit_case(world.ohs, CASE, newer)
    assert HELD & {refusal.code for refusal in done.refusals}
    assert (await world.case(world.ohs, CASE)).accepted_at is None
