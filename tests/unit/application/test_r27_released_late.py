"""R27, R40, R41: withheld is not for ever: with a consent given after the draft the pool releases while it keeps it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.record_step import record_step
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.refusal import CaseStatus
from gateway.domain.rules.verdict import assess
from gateway.ports.services import Services
from gateway.ports.store import OutboxItem, OutboxState
from gateway.ports.transport import PublishOutcome
from mappings.letters import DutchLetters, Letterhead
from tests.support.ledger import balanced
from tests.support.races import Races
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
REPORT = "Twee uur per dag."
LATE = "T-late"


async def withheld(world: World, *, is_drafted: bool = True) -> str:
    """Bring a case to its end without a report; returns the referral id."""
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    if is_drafted:
        world.clock.forward(minutes=10)
        await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
        no = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now(), choice=Choice.REFUSED)
        await pool.record_consent(world.pool, referral_id, EMPLOYEE, no)
    await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    world.clock.forward(days=9)
    return referral_id


async def consents_late(services: Services, referral_id: str, at=None) -> None:
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=at or services.clock.now())
    given = type(given)(LATE, given.purpose, given.choice, given.recipient, given.decided_at, "paper")
    await pool.record_consent(services, referral_id, EMPLOYEE, given)


async def release(services: Services, referral_id: str) -> m.Message:
    return await pool.release_report(services, referral_id, SECOND_PHYSICIAN, REPORT)


async def refused(services: Services, referral_id: str) -> str:
    with pytest.raises(RefusedError) as caught:
        await release(services, referral_id)
    return caught.value.code


async def sent(services: Services, *kinds: m.Kind) -> list[OutboxItem]:
    async with services.store.look() as work:
        return [item for item in await work.outbox() if item.kind in kinds]


async def test_a_late_consent_lets_the_report_go_and_both_sides_call_it_released(world: World):
    referral_id = await withheld(world)
    before = assess(await world.case(world.ohs, CASE), world.policy)
    assert before.status is CaseStatus.COMPLETED_WITHOUT_REPORT
    await consents_late(world.pool, referral_id)
    world.clock.forward(minutes=1)
    await release(world.pool, referral_id)
    await world.settle()
    for side, case_id in ((world.ohs, CASE), (world.pool, referral_id)):
        referral = (await world.case(side, case_id)).referrals[-1]
        assert referral.state is BusinessStatus.RELEASED
        assert referral.report is not None
        assert referral.report.text == REPORT
        assert referral.draft_discussed_at is not None
    case = await world.case(world.ohs, CASE)
    after = assess(case, world.policy)
    assert (after.status, after.may_return_report) == (CaseStatus.COMPLETED, True)
    assert after.employer_receives == before.employer_receives, "the employer hears nothing new (R35)"
    await balanced(world.ohs, world.pool)


async def test_r43_what_was_not_assessed_is_assessed_after_all_and_the_log_tells_it_in_order(world: World):
    referral_id = await withheld(world)
    not_assessed = s.AdviceWeighed(at=world.clock.now(), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED)
    await record_step(world.ohs, CASE, not_assessed)
    world.clock.forward(days=1)
    await consents_late(world.pool, referral_id)
    world.clock.forward(minutes=1)
    await release(world.pool, referral_id)
    await world.settle()
    with pytest.raises(RefusedError) as refused:
        await record_step(world.ohs, CASE, replace(not_assessed, at=world.clock.now()))
    assert refused.value.code == "advice-received"
    wholly = s.AdviceWeighed(at=world.clock.now(), by=FIRST_PHYSICIAN, adoption=s.Adoption.WHOLLY, reasons="Goed.")
    await record_step(world.ohs, CASE, wholly)
    case = await world.case(world.ohs, CASE)
    assert case.adoption is s.Adoption.WHOLLY
    assert assess(case, world.policy).status is CaseStatus.COMPLETED
    letters = DutchLetters(Letterhead("Arbodienst Lindehof B.V."), {})
    async with world.ohs.store.look() as work:
        lines = letters.employee_log_lines(case, await work.entries(CASE))
    codes = [line.code for line in lines]
    assert codes.index("report-withheld") < codes.index("report-released")
    released = lines[codes.index("report-released")]
    assert any(LATE in words for words in released.consents)
    assert "Goed." in letters.adoption(case).text


async def test_r40_a_consent_from_before_the_draft_or_none_does_not_open_it_again(world: World):
    referral_id = await withheld(world)
    assert await refused(world.pool, referral_id) == "outcome-consent-refused"
    drafted = (await world.case(world.pool, referral_id)).referrals[-1].draft_discussed_at
    assert drafted is not None
    await consents_late(world.pool, referral_id, at=drafted)
    assert await refused(world.pool, referral_id) in {"outcome-consent-refused", "outcome-consent-before-draft"}


async def test_r39_without_a_draft_there_is_nothing_to_release(world: World):
    referral_id = await withheld(world, is_drafted=False)
    await consents_late(world.pool, referral_id)
    assert await refused(world.pool, referral_id) == "draft-not-discussed"


@pytest.mark.parametrize("end", ["withdrawn", "stopped"])
async def test_what_was_withdrawn_or_stopped_is_never_released(world: World, end: str):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    if end == "withdrawn":
        await withdraw_request(world.ohs, CASE, EMPLOYEE)
    else:
        await pool.stop_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    await world.settle()
    world.clock.forward(days=1)
    await consents_late(world.pool, referral_id)
    world.clock.forward(minutes=1)
    assert await refused(world.pool, referral_id) == "wrong-state"


async def test_r27_a_late_consent_taken_back_in_time_keeps_the_report_home(world: World):
    referral_id = await withheld(world)
    await consents_late(world.pool, referral_id)
    world.clock.forward(minutes=1)
    await release(world.pool, referral_id)
    world.clock.forward(seconds=1)
    await withdraw_consent(world.pool, referral_id, LATE, EMPLOYEE)
    await world.settle()
    for side, case_id in ((world.ohs, CASE), (world.pool, referral_id)):
        assert (await world.case(side, case_id)).referrals[-1].state is BusinessStatus.FINISHED_WITHOUT_REPORT
    assert (await world.case(world.ohs, CASE)).referrals[-1].report is None
    assert [item.state for item in await sent(world.pool, m.Kind.REPORT_RELEASED)] == [OutboxState.DROPPED]
    assert [item.state for item in await sent(world.pool, m.Kind.REPORT_WITHHELD)] == [OutboxState.DELIVERED] * 2
    await balanced(world.ohs, world.pool)


async def test_r41_a_late_consent_that_let_nothing_through_is_nobodys_news(world: World):
    referral_id = await withheld(world)
    await consents_late(world.pool, referral_id)
    seen = world.seen()
    world.clock.forward(minutes=1)
    await withdraw_consent(world.pool, referral_id, LATE, EMPLOYEE)
    await world.settle()
    assert world.seen() == seen
    assert await refused(world.pool, referral_id) == "outcome-consent-withdrawn"


async def test_the_pair_has_one_size_also_when_the_report_comes_late(world: World):
    referral_id = await withheld(world)
    await consents_late(world.pool, referral_id)
    world.clock.forward(minutes=1)
    await release(world.pool, referral_id)
    items = await sent(world.pool, m.Kind.REPORT_WITHHELD, m.Kind.REPORT_RELEASED)
    assert len(items) == 2
    assert len({len(item.body) for item in items}) == 1


def withheld_in_races(races: Races) -> str:
    """The same, where the test decides what the network does."""
    races.do(submit_case(races.world.ohs, CASE, accepted_case()))
    races.come_to_rest()
    ((referral_id, _),) = races.journals(POOL.party_id).items()
    for act in (
        lambda: pool.accept_referral(races.world.pool, referral_id, SECOND_PHYSICIAN, SECOND),
        lambda: pool.reach_milestone(races.world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED),
        lambda: pool.discuss_draft(races.world.pool, referral_id, SECOND_PHYSICIAN),
        lambda: pool.withhold_report(races.world.pool, referral_id, SECOND_PHYSICIAN),
    ):
        races.do(act())
    races.come_to_rest()
    races.world.clock.forward(days=9)
    return referral_id


@pytest.fixture
def races() -> Iterator[Races]:
    made = Races()
    yield made
    made.close()


def test_a_late_report_that_was_dropped_after_an_attempt_and_had_arrived_is_released_at_both_sides(races: Races):
    referral_id = withheld_in_races(races)
    races.do(consents_late(races.world.pool, referral_id))
    races.world.clock.forward(minutes=1)
    races.do(release(races.world.pool, referral_id))
    races.start_relay(POOL.party_id)
    races.answer(0, PublishOutcome.UNKNOWN, arrives=True)
    races.world.clock.forward(minutes=1)
    races.do(withdraw_consent(races.world.pool, referral_id, LATE, EMPLOYEE))
    races.come_to_rest()
    for party, case_id in ((POOL, referral_id), (OHS, CASE)):
        case = races.do(races.world.case(races.services(party.party_id), case_id))
        assert case.referrals[-1].state is BusinessStatus.RELEASED
    races.do(balanced(*races.world.parties.values()))


def test_a_late_report_that_was_dropped_after_an_attempt_and_was_lost_stays_withheld(races: Races):
    referral_id = withheld_in_races(races)
    races.do(consents_late(races.world.pool, referral_id))
    races.world.clock.forward(minutes=1)
    races.do(release(races.world.pool, referral_id))
    races.start_relay(POOL.party_id)
    races.answer(0, PublishOutcome.UNKNOWN, arrives=False)
    races.world.clock.forward(minutes=1)
    races.do(withdraw_consent(races.world.pool, referral_id, LATE, EMPLOYEE))
    races.come_to_rest()
    for party, case_id in ((POOL, referral_id), (OHS, CASE)):
        case = races.do(races.world.case(races.services(party.party_id), case_id))
        assert case.referrals[-1].state is BusinessStatus.FINISHED_WITHOUT_REPORT
    races.do(balanced(*races.world.parties.values()))
