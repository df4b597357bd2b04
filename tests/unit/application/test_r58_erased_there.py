"""R37, R58: of a referral that the pool confirmed to have erased nothing has an effect any more, whoever says it."""

from uuid import uuid4

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.request_erasure import request_erasure
from gateway.application.watch_alerts import OVERREACH, facts_of
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain.consent import Purpose
from gateway.domain.protocol import BusinessStatus
from gateway.ports.store import OutboxState
from tests.support import stages
from tests.support.skipping import insist
from tests.support.world import EMPLOYEE, FIRST_PHYSICIAN, OHS, POOL, SECOND, SECOND_PHYSICIAN, World, consent

STOP = m.ReferralStop(m.StopCode.NO_SHOW)


async def erased(world: World) -> str:
    """The pool withheld its report, and erased what it had; returns the referral."""
    referral_id = await stages.drafted(world)
    await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    world.clock.forward(minutes=10)
    return referral_id


def said(world: World) -> dict[str, m.Content]:
    """What a pool may say that never asked for an erasure; the report with a consent that would do."""
    now = world.clock.now()
    outcome = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=now)
    report = m.Document(str(uuid4()), m.DocumentRole.REPORT, "Verslag.", now)
    return {
        "report": m.ReportRelease(report, now, (outcome,)),
        "withheld": m.ReportWithholding(),
        "stopped": STOP,
        "accepted": m.Acceptance(SECOND),
        "milestone": m.MilestoneNotice(m.Milestone.SO_STARTED, now),
        "information": m.InformationRequest("V-1", m.InformationKind.REASONING, now, ()),
        "withdrawal": m.ConsentWithdrawal(stages.MEDICAL.consent_id, Purpose.MEDICAL_TO_SO, now),
        "erasure": m.ErasureConfirmation(now),
        "kept": m.ErasureConfirmation(now, m.KeptBecause.COMPLAINT_OPEN),
    }


@pytest.mark.parametrize(
    "name",
    ["report", "withheld", "stopped", "accepted", "milestone", "information", "withdrawal", "erasure", "kept"],
)
async def test_what_a_pool_says_after_it_confirmed_the_erasure_has_no_effect_and_is_told(world: World, name: str):
    """A report was taken in from who had said that it was gone: released and erased together."""
    referral_id = await erased(world)
    before = await world.case(world.ohs, stages.CASE)
    told = await insist(world.pool, world.ohs, said(world)[name], referral_id)
    assert (told.state, told.code) == ("refused", "referral-erased")
    after = await world.case(world.ohs, stages.CASE)
    assert after == before
    assert after.referrals[-1].state is BusinessStatus.FINISHED_WITHOUT_REPORT
    async with world.ohs.store.look() as work:
        assert (OVERREACH, POOL.party_id) in await facts_of(work, world.clock.now())


async def test_r27_who_erased_is_told_of_no_consent_that_is_taken_back_later(world: World):
    """It would refuse that, having forgotten the referral: an urgent alert about nothing."""
    await erased(world)
    await withdraw_consent(world.ohs, stages.CASE, stages.MEDICAL.consent_id, EMPLOYEE)
    await world.settle()
    async with world.ohs.store.look() as work:
        sent = [item.state for item in await work.outbox() if item.kind is m.Kind.CONSENT_WITHDRAWN]
    assert OutboxState.REFUSED not in sent
    own = (await world.case(world.ohs, stages.CASE)).own_consent(stages.MEDICAL.consent_id)
    assert own is not None
    assert own.withdrawn_at == world.clock.now()
