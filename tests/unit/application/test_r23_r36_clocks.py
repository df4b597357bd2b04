"""Clocks of cases as alerts and in the work list (R7, R23, R36, R42, R58)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from gateway.application import conduct_referral as pool
from gateway.application import read_case
from gateway.application.check_gateway import Health, check_eligibility, check_group
from gateway.application.read_case import every_case
from gateway.application.reading.work_lists import work_list
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.application.watch_alerts import CLOCK_ALERTS, overdue_facts
from gateway.domain.errors import RefusedError
from gateway.domain.messages import DeclineCode
from gateway.domain.policy import Eligibility, FixedGroup, Policy, PoolEligibility, PoolModel
from gateway.domain.rules.waiting import Awaited
from gateway.domain.worklist import ItemKind
from gateway.entrypoints.workers.housekeeping import HousekeepingWorker
from gateway.entrypoints.workers.surroundings import group_facts
from gateway.ports.store import WorkLine, WorkQuery
from tests.support.world import BACK_OFFICE, FIRST_PHYSICIAN, POOL, SECOND_PHYSICIAN, World, accepted_case

CASE = "SO-2026-0001"


async def lines(world: World, kind: ItemKind) -> Sequence[WorkLine]:
    return (await work_list(world.ohs, BACK_OFFICE, WorkQuery(kind))).lines


async def test_r23_a_referral_that_does_not_go_out_is_told_after_its_working_day(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    world.clock.forward(days=1)
    assert await overdue_facts(world.ohs) == set()
    world.clock.forward(days=1)
    assert await overdue_facts(world.ohs) == {("referral-overdue", "")}
    await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    assert await overdue_facts(world.ohs) == set()


async def test_r36_no_answer_in_the_agreed_days_is_told_at_both_sides(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    world.clock.forward(days=7)
    assert await overdue_facts(world.ohs) == await overdue_facts(world.pool) == set()
    world.clock.forward(days=1)
    assert await overdue_facts(world.ohs) == await overdue_facts(world.pool) == {("answer-overdue", "")}
    (listed,) = await lines(world, ItemKind.REFERRAL)
    await pool.decline_referral(world.pool, listed.item.item_id, SECOND_PHYSICIAN, DeclineCode.NOT_AVAILABLE)
    await world.settle()
    assert await overdue_facts(world.ohs) == await overdue_facts(world.pool) == set()


async def test_the_worker_tells_every_clock_in_one_round(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    await submit_case(world.ohs, "SO-2026-0002", accepted_case())
    worker = HousekeepingWorker(world.ohs)
    assert worker.facts is None
    world.clock.forward(days=10)
    await worker.look()
    assert worker.facts == (("answer-overdue", ""), ("referral-overdue", ""))
    assert {code for code, _ in worker.facts} <= CLOCK_ALERTS


async def test_no_alert_names_a_case_however_many_there_are(world: World):
    for number in range(3):
        await submit_case(world.ohs, f"SO-2026-100{number}", accepted_case(), refer=False)
    world.clock.forward(days=10)
    assert await overdue_facts(world.ohs) == {("referral-overdue", "")}


async def test_a_round_goes_a_few_cases_at_a_time(world: World, monkeypatch):
    for number in range(5):
        await submit_case(world.ohs, f"SO-2026-100{number}", accepted_case(), refer=False)
    monkeypatch.setattr(read_case, "_AT_ONCE", 2)
    store, looks = world.ohs.store, []
    look = store.look
    monkeypatch.setattr(store, "look", lambda: looks.append(1) or look())
    assert [case.case_id async for case in every_case(world.ohs)] == [f"SO-2026-100{n}" for n in range(5)]
    assert len(looks) == 4  # Their names, and three times at most two of them.


async def test_what_is_due_first_stands_first_in_the_lists(world: World):
    await submit_case(world.ohs, "waits-for-consent", accepted_case()[:2], refer=False)
    await submit_case(world.ohs, "was-referred", accepted_case())
    await submit_case(world.ohs, "may-be-referred", accepted_case(), refer=False)
    found = await lines(world, ItemKind.CASE)
    assert [(row.case_id, row.item.waiting.what, row.item.waiting.due) for row in found] == [
        ("may-be-referred", Awaited.REFERRAL, date(2026, 9, 15)),
        ("was-referred", Awaited.ANSWER, date(2026, 9, 21)),
        ("waits-for-consent", Awaited.CONSENT, None),
    ]
    (referral,) = await lines(world, ItemKind.REFERRAL)
    assert (referral.case_id, referral.item.waiting.what, referral.item.waiting.due) == (
        "was-referred",
        Awaited.ANSWER,
        date(2026, 9, 21),
    )


async def test_r37_nothing_leaves_a_second_time_on_the_old_consent(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    (listed,) = await lines(world, ItemKind.REFERRAL)
    await pool.decline_referral(world.pool, listed.item.item_id, SECOND_PHYSICIAN, DeclineCode.NOT_AVAILABLE)
    await world.settle()
    before = world.seen()
    with pytest.raises(RefusedError) as refused:
        await refer(world.ohs, CASE, FIRST_PHYSICIAN, recipient=POOL.party_id)
    assert refused.value.code == "consent-before-decline"
    await world.settle()
    assert world.seen() == before


async def test_r07_the_list_of_the_day_keeps_a_referral_home():
    group = FixedGroup(date(2026, 1, 1), "de directie", date(2025, 12, 1), ("praktijk-elders",))
    world = await World(policy=Policy("fixed", pool_model=PoolModel.FIXED_GROUP, group=(group,))).open()
    try:
        await submit_case(world.ohs, CASE, accepted_case(), refer=False)
        with pytest.raises(RefusedError) as refused:
            await refer(world.ohs, CASE, FIRST_PHYSICIAN)
        assert refused.value.code == "not-in-fixed-group"
        assert world.seen() == 0
    finally:
        await world.close()


GROUP = FixedGroup(date(2026, 1, 1), "de directie", date(2025, 12, 1), ("praktijk-mulkens", "arbo-verhagen/G4"))
NEXT = replace(GROUP, valid_from=date(2027, 1, 1), decided_on=date(2026, 11, 30), members=("praktijk-wiarda",))
FIXED = Policy("fixed", pool_model=PoolModel.FIXED_GROUP, group=(GROUP, NEXT))


def _at(*day):
    return datetime(*day, 12, 0, tzinfo=UTC)


def test_r07_a_list_past_its_yearly_review_is_a_fact_to_tell_and_no_block():
    only = replace(FIXED, group=(GROUP,))
    assert list(group_facts(only, _at(2026, 12, 1))) == []
    assert list(group_facts(only, _at(2026, 12, 2))) == [("fixed-group-review", "")]
    assert list(group_facts(FIXED, _at(2027, 1, 1))) == []
    assert list(group_facts(only, _at(2025, 12, 31))) == [("fixed-group-review", "")]
    assert list(group_facts(replace(FIXED, pool_model=PoolModel.EMPLOYEE_PICKS), _at(2030, 1, 1))) == []
    assert list(group_facts(replace(FIXED, group=()), _at(2030, 1, 1))) == []


def test_r07_the_check_shows_every_list_and_which_one_counts():
    old, new = check_group(FIXED, _at(2026, 9, 14))
    assert (old.health, new.health) == (Health.OK, Health.OK)
    assert old.why == (
        "In force: valid from 2026-01-01, decided by de directie on 2025-12-01, review due 2026-12-01; "
        "members: praktijk-mulkens, arbo-verhagen/G4"
    )
    assert new.why.startswith("Not in force: valid from 2027-01-01")
    late, _ = check_group(FIXED, _at(2026, 12, 2))
    assert late.health is Health.ATTENTION
    assert late.why.startswith("In force, past its yearly review: ")


def test_r07_the_check_says_that_no_list_counts_and_that_none_is_stated():
    nothing, *_ = check_group(FIXED, _at(2025, 12, 31))
    assert (nothing.health, nothing.why) == (Health.ATTENTION, "No list is in force yet.")
    (unstated,) = check_group(replace(FIXED, group=()), _at(2026, 9, 14))
    assert unstated.health is Health.ATTENTION
    assert list(check_group(Policy("x"), _at(2026, 9, 14))) == []


def test_r07_the_check_shows_which_membership_opens_a_pool():
    lpbso = PoolEligibility("lpbso", (Eligibility.OVAL, Eligibility.KOM, Eligibility.ZFB))
    (line,) = check_eligibility(Policy("x", eligibility=(lpbso,)))
    assert (line.what, line.health, line.why) == ("eligibility", Health.OK, "lpbso: one of OVAL, KoM, ZFB")
    assert list(check_eligibility(Policy("x"))) == []
