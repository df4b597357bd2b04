"""A case that is submitted, and submitted again: what restricts counts, what widens does not, and nothing leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application.conduct_referral import record_consent
from gateway.application.confirm_statement import confirm_statement
from gateway.application.decide_request import Grounds, decline_request
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.submit_case import hold_case, preview, submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.domain.restatement import Doubt
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OTHER_POOL,
    POOL,
    SECOND_PHYSICIAN,
    START,
    World,
    accepted_case,
    consent,
    consented,
    request,
)

CASE = "SO-2026-0001"
BACK_OFFICE = s.Actor(s.ActorRole.BACK_OFFICE, "arbo-lindehof", "M. de Planner")
CONTACT, FEEDBACK = consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO)


async def sent(world: World) -> int:
    """How many messages left for anybody."""
    await world.settle()
    return len(world.deliveries)


def later(*consents, **changes):
    return accepted_case(*consents, **changes)


BAD_AGAIN = {
    "a refusal under a known id": later(
        replace(CONTACT, choice=Choice.REFUSED, decided_at=START + timedelta(hours=1)), FEEDBACK
    ),
    "a refusal of the same moment": later(replace(CONTACT, choice=Choice.REFUSED), FEEDBACK),
    "an end that has passed": later(replace(CONTACT, expires_at=START + timedelta(minutes=1)), FEEDBACK),
    "another recipient": later(replace(CONTACT, recipient=OTHER_POOL.party_id), FEEDBACK),
    "a consent that is gone": later(FEEDBACK),
    "another person": accepted_case(CONTACT, FEEDBACK, employee=replace(request().employee, personnel_number="P2")),
    "an acceptance that is gone": (request(), *map(consented, (CONTACT, FEEDBACK))),
    "a request that was taken back": (
        *accepted_case(),
        s.RequestWithdrawn(at=START + timedelta(hours=1), by=EMPLOYEE),
    ),
    "a consent that was taken back": (
        *accepted_case(),
        s.ConsentWithdrawn(
            at=START + timedelta(hours=1),
            by=EMPLOYEE,
            consent_id=CONTACT.consent_id,
            purpose=Purpose.CONTACT_TO_SO,
        ),
    ),
    "a refusal of the future": later(
        CONTACT,
        FEEDBACK,
        replace(CONTACT, consent_id="R", choice=Choice.REFUSED, decided_at=START + timedelta(days=99)),
    ),
    "a refusal for nobody known": later(
        CONTACT, FEEDBACK, replace(CONTACT, consent_id="R", choice=Choice.REFUSED, recipient="Mulkens?")
    ),
    "a side job with the first physician": accepted_case(
        first_physician=replace(request().first_physician, other_organisations=("praktijk-mulkens",))
    ),
}


@pytest.mark.parametrize("again", BAD_AGAIN.values(), ids=BAD_AGAIN.keys())
@pytest.mark.parametrize("refers", [False, True], ids=["only recorded", "in the outbox"])
async def test_r27_after_a_bad_second_export_nothing_leaves(world: World, again, refers):
    first = await submit_case(world.ohs, CASE, accepted_case(), refer=refers)
    assert (first.message_id is not None) is refers
    world.clock.forward(hours=2)
    second = await submit_case(world.ohs, CASE, again)
    assert second.message_id is None
    assert second.refusals
    assert await sent(world) == 0
    with pytest.raises(RefusedError):
        await refer(world.ohs, CASE, FIRST_PHYSICIAN)


@pytest.mark.parametrize("again", BAD_AGAIN.values(), ids=BAD_AGAIN.keys())
async def test_checking_says_what_submitting_does(world: World, again):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    world.clock.forward(hours=2)
    planned = await preview(world.ohs, CASE, again, BACK_OFFICE)
    done = await submit_case(world.ohs, CASE, again, by=BACK_OFFICE)
    assert planned.refusals == done.refusals
    assert planned.steps == done.plan.steps


async def test_the_same_export_again_adds_nothing(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    before = await world.steps(world.ohs, CASE)
    again = await submit_case(world.ohs, CASE, accepted_case())
    assert (again.added, again.message_id) == (0, None)
    assert await world.steps(world.ohs, CASE) == before


async def test_a_partner_hears_of_a_consent_that_an_export_takes_back(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(hours=2)
    refused = replace(CONTACT, choice=Choice.REFUSED, decided_at=START + timedelta(hours=1))
    await submit_case(world.ohs, CASE, later(refused, FEEDBACK))
    await world.settle()
    [referral] = (await world.case(world.ohs, CASE)).referrals
    assert referral.state is BusinessStatus.WITHDRAWN
    there = await world.case(world.pool, referral.referral_id)
    assert there.consent(CONTACT.consent_id).withdrawn_at is not None
    assert there.referrals[0].state is BusinessStatus.WITHDRAWN


async def test_a_partner_hears_of_a_request_that_an_export_takes_back(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(hours=2)
    taken_back = s.RequestWithdrawn(at=START + timedelta(hours=1), by=EMPLOYEE)
    await submit_case(world.ohs, CASE, (*accepted_case(), taken_back))
    await world.settle()
    [referral] = (await world.case(world.pool, (await world.case(world.ohs, CASE)).referrals[0].referral_id)).referrals
    assert referral.state is BusinessStatus.WITHDRAWN


async def test_r27_a_refusal_on_record_here_is_passed_on_like_a_withdrawal(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(hours=2)
    refused = replace(CONTACT, consent_id="R", choice=Choice.REFUSED, decided_at=world.clock.now())
    await record_step(world.ohs, CASE, s.ConsentRefused(at=world.clock.now(), by=EMPLOYEE, consent=refused))
    await world.settle()
    [referral] = (await world.case(world.ohs, CASE)).referrals
    assert referral.state is BusinessStatus.WITHDRAWN


async def test_a_person_confirms_what_was_left_out_and_the_case_goes_on(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    held = await submit_case(world.ohs, CASE, later(FEEDBACK))
    assert [refusal.code for refusal in held.refusals] == ["consent-missing"]
    assert await confirm_statement(world.ohs, CASE, BACK_OFFICE) == ()
    again = await submit_case(world.ohs, CASE, later(FEEDBACK))
    assert again.message_id is not None
    with pytest.raises(RefusedError) as nothing:
        await confirm_statement(world.ohs, CASE, BACK_OFFICE)
    assert nothing.value.code == "nothing-to-confirm"


async def test_what_was_not_understood_holds_until_an_export_that_is(world: World):
    doubts = (Doubt("not-understood", "$.toestemmingen[0].geldigTot"),)
    held = await submit_case(world.ohs, CASE, accepted_case(), doubts=doubts)
    assert [refusal.code for refusal in held.refusals] == ["not-understood"]
    with pytest.raises(RefusedError) as refused:
        await confirm_statement(world.ohs, CASE, BACK_OFFICE)
    assert refused.value.code == "nothing-to-confirm"
    assert await sent(world) == 0
    good = await submit_case(world.ohs, CASE, accepted_case())
    assert good.message_id is not None


async def test_a_case_whose_last_row_cannot_be_read_is_held(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    assert await hold_case(world.ohs, CASE, BACK_OFFICE, "not-understood")
    before = await world.steps(world.ohs, CASE)
    assert await hold_case(world.ohs, CASE, BACK_OFFICE, "not-understood")
    assert await world.steps(world.ohs, CASE) == before
    assert await sent(world) == 0
    assert not await hold_case(world.ohs, "SO-2026-9999", BACK_OFFICE, "not-understood")


@pytest.mark.parametrize("recipient", [POOL.party_id, OTHER_POOL.party_id])
async def test_r27_a_refusal_that_kept_the_date_of_its_consent_is_no_incident(world: World, recipient):
    """Who edits a row in its place means today; what went before that went rightly."""
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(hours=2)
    edited = replace(CONTACT, choice=Choice.REFUSED, recipient=recipient)
    done = await submit_case(world.ohs, CASE, later(edited, FEEDBACK))
    assert (done.plan.breaches, done.plan.unsent) == ((), ())
    [referral] = (await world.case(world.ohs, CASE)).referrals
    assert referral.state is BusinessStatus.WITHDRAWN


NOT_UNDERSTOOD = (Doubt("not-understood", "$.toestemmingen[0].keuze"),)
REFUSAL = replace(CONTACT, consent_id="C-9", choice=Choice.REFUSED, recipient=OTHER_POOL.party_id)


async def codes_of(world: World, said, doubts=()) -> list[str]:
    world.clock.forward(hours=2)
    return [refusal.code for refusal in (await submit_case(world.ohs, CASE, said, doubts=doubts)).refusals]


async def hold_unread(world: World) -> None:
    assert await hold_case(world.ohs, CASE, BACK_OFFICE, "not-understood")


async def hold_in_part(world: World) -> None:
    assert "not-understood" in await codes_of(world, later(CONTACT, FEEDBACK, REFUSAL), NOT_UNDERSTOOD)


@pytest.mark.parametrize("hold", [hold_unread, hold_in_part])
async def test_r25_an_older_export_does_not_lift_what_a_newer_one_left_in_doubt(world: World, hold):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    await hold(world)
    assert await codes_of(world, accepted_case()) == ["not-explained"]
    employee = replace(request().employee, telephone="+31 6 0000 0999")
    assert await codes_of(world, accepted_case(employee=employee)) == ["not-explained"]
    assert set(await codes_of(world, accepted_case(), NOT_UNDERSTOOD)) == {"not-understood", "not-explained"}
    assert await codes_of(world, accepted_case()) == ["not-explained"]
    assert await sent(world) == 0
    assert await confirm_statement(world.ohs, CASE, BACK_OFFICE) == ()
    assert await codes_of(world, accepted_case()) == []


@pytest.mark.parametrize("hold", [hold_unread, hold_in_part])
async def test_r25_an_export_that_names_what_was_in_doubt_lifts_it(world: World, hold):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    await hold(world)
    assert await codes_of(world, accepted_case()) == ["not-explained"]
    assert await codes_of(world, later(CONTACT, FEEDBACK, REFUSAL)) == []


async def test_r25_a_word_about_another_doubt_leaves_out_nothing(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    await hold_unread(world)
    assert set(await codes_of(world, later(FEEDBACK))) >= {"consent-missing", "not-explained"}
    assert set(await codes_of(world, accepted_case())) == {"not-explained"}


async def test_a_restriction_that_comes_back_needs_no_word(world: World):
    guarded = replace(request().employee, is_address_protected=True)
    await submit_case(world.ohs, CASE, accepted_case(employee=guarded), refer=False)
    assert await codes_of(world, accepted_case()) == ["dossier-widened"]
    assert await codes_of(world, accepted_case(employee=guarded)) == []


async def test_a_corrected_number_moves_no_state(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    employee = replace(request().employee, telephone="+31 6 0000 0999")
    again = await submit_case(world.ohs, CASE, accepted_case(employee=employee))
    assert again.message_id is not None
    case = await world.case(world.ohs, CASE)
    assert case.triage.value == "accepted"
    assert case.referrals[0].referral.patient.telephone == "+31 6 0000 0999"


async def test_a_partner_hears_of_a_corrected_number(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    employee = replace(request().employee, telephone="+31 6 0000 0999")
    await submit_case(world.ohs, CASE, accepted_case(employee=employee))
    await world.settle()
    [here] = (await world.case(world.ohs, CASE)).referrals
    [there] = (await world.case(world.pool, here.referral_id)).referrals
    assert there.referral.patient.telephone == "+31 6 0000 0999"
    sent = world.seen()
    await submit_case(world.ohs, CASE, accepted_case(employee=employee))
    await world.settle()
    assert world.seen() == sent


async def test_a_refused_referral_loses_nothing_of_the_record(world: World):
    """What cannot be made after all is told; the refusal in the same record counts."""
    world.ohs.sealer.seal = _too_large
    submission = await submit_case(world.ohs, CASE, accepted_case())
    assert (submission.message_id, submission.refusals[-1].code) == (None, "payload-too-large")
    assert (await world.case(world.ohs, CASE)).triage.value == "accepted"
    planned = await preview(world.ohs, CASE, accepted_case(), BACK_OFFICE)
    assert [refusal.code for refusal in planned.refusals] == ["payload-too-large"]


def _too_large(*_, **__):
    raise RefusedError("payload-too-large", "Too large.", remedy="Send less.")


async def test_nobody_serves_the_recipient_and_the_case_is_kept(world: World):
    stranger = replace(request().contract.options[0].physician, organisation="praktijk-elders")
    option = replace(request().contract.options[0], physician=stranger)
    steps = accepted_case(
        consent(Purpose.CONTACT_TO_SO, "praktijk-elders"),
        contract=replace(request().contract, options=(option,)),
        second_preference=None,
    )
    submission = await submit_case(world.ohs, CASE, steps)
    assert [refusal.code for refusal in submission.refusals] == ["no-route"]
    assert (await world.case(world.ohs, CASE)).triage.value == "accepted"


async def test_r08_where_two_serve_the_recipient_nothing_goes_to_either(world: World):
    async with world.ohs.store.begin() as work:
        other = next(p for p in await work.partners() if p.party.party_id == OTHER_POOL.party_id)
        await work.save_partner(replace(other, recipients=("Praktijk-MULKENS",)))  # as it was believed before
    submission = await submit_case(world.ohs, CASE, accepted_case(CONTACT, FEEDBACK))
    assert [refusal.code for refusal in submission.refusals] == ["route-ambiguous"]
    with pytest.raises(RefusedError, match="More than one partner") as caught:
        await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    assert caught.value.code == "route-ambiguous"
    assert await sent(world) == 0


async def test_a_live_refusal_is_not_undone_by_an_older_acceptance(world: World):
    await submit_case(world.ohs, CASE, (request(),))
    world.clock.forward(hours=1)
    grounds = Grounds("improper-use", "Omdat.", world.clock.now().date(), names_complaints_procedure=True)
    await decline_request(world.ohs, CASE, FIRST_PHYSICIAN, grounds)
    again = await submit_case(world.ohs, CASE, accepted_case())
    assert again.message_id is None
    assert "declined" in [refusal.code for refusal in again.refusals]
    refused = [step for step in await world.steps(world.ohs, CASE) if isinstance(step, s.ActionRefused)]
    assert [(step.action, step.reason) for step in refused] == [("request-accepted", "request-decided")]
    assert (await submit_case(world.ohs, CASE, accepted_case())).added == 0


async def test_what_an_export_says_of_a_running_referral_is_a_note(world: World):
    weighed = s.AdviceWeighed(
        at=START + timedelta(days=2), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED, reasons="Zo."
    )
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(days=3)
    again = await submit_case(world.ohs, CASE, (*accepted_case(), weighed))
    assert [defect.refusals[0].code for defect in again.plan.defects] == ["course-contradicts"]
    assert (await world.case(world.ohs, CASE)).adoption is None


async def test_a_refusal_of_what_was_referred_from_here_holds_the_case(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(days=1)
    declined = s.RequestDeclined(
        at=START + timedelta(hours=3),
        by=FIRST_PHYSICIAN,
        reason_code="improper-use",
        reasons="Omdat.",
        written_to_employee_on=START.date(),
        complaints_procedure_named=True,
    )
    again = await submit_case(world.ohs, CASE, (request(), declined, *map(consented, (CONTACT, FEEDBACK))))
    assert "decision-contradicts" in [refusal.code for refusal in again.refusals]
    assert (await world.case(world.ohs, CASE)).triage.value == "accepted"


async def test_r25_a_consent_dated_ahead_does_not_beat_the_refusal_before_it(world: World):
    await submit_case(world.ohs, CASE, (request(),))
    ahead = consent(Purpose.CONTACT_TO_SO, at=world.clock.now() + timedelta(seconds=20))
    with pytest.raises(RefusedError) as refused:
        await record_step(world.ohs, CASE, s.ConsentGiven(at=ahead.decided_at, by=BACK_OFFICE, consent=ahead))
    assert refused.value.code == "dated-in-future"


async def test_r40_the_pool_records_no_consent_of_a_moment_to_come(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    [referral] = (await world.case(world.ohs, CASE)).referrals
    ahead = consent(Purpose.OUTCOME_TO_FIRST, "arbo-lindehof", at=world.clock.now() + timedelta(seconds=25))
    with pytest.raises(RefusedError) as refused:
        await record_consent(world.pool, referral.referral_id, SECOND_PHYSICIAN, ahead)
    assert refused.value.code == "dated-in-future"


async def test_r37_an_export_that_tells_of_an_opinion_elsewhere_holds_what_came_to_nothing_here(world: World):
    weighed = s.AdviceWeighed(
        at=START + timedelta(hours=4), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED, reasons="Zo."
    )
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(hours=5)
    running = await preview(world.ohs, CASE, (*accepted_case(), weighed), BACK_OFFICE)
    assert "opinion-already-held" not in [doubt.code for doubt in running.doubts]
    await withdraw_consent(world.ohs, CASE, CONTACT.consent_id, EMPLOYEE)
    await world.settle()
    over = await preview(world.ohs, CASE, (*accepted_case(), weighed), BACK_OFFICE)
    assert "opinion-already-held" in [doubt.code for doubt in over.doubts]
