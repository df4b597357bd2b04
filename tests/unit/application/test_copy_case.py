"""The employee's copy at both sides: one act, complete, and in the log before anybody sees it (Q5, R52, R58)."""

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.copy_case import copy_case
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from mappings.copies import DutchCopies
from mappings.letters import DutchLetters
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
REPORT = "MERKTEKEN verslag"
NAMES = {OHS.party_id: OHS.name, POOL.party_id: POOL.name}


async def reported(world: World) -> str:
    """A case up to its report; returns the referral id."""
    base = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    await submit_case(world.ohs, CASE, accepted_case(*base))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    world.clock.forward(hours=1)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, REPORT)
    await world.settle()
    return referral_id


async def test_q5_one_act_gives_case_log_consents_messages_and_report(world: World):
    await reported(world)
    copied = await copy_case(world.ohs, CASE, FIRST_PHYSICIAN)
    writer = DutchCopies(DutchLetters(None, NAMES), NAMES)
    assert {item.kind for item in copied.sent} == {Kind.REFERRAL_REQUESTED, Kind.RECEIPT}
    assert {Kind.REFERRAL_ACCEPTED, Kind.MILESTONE_REACHED, Kind.REPORT_RELEASED} <= {i.kind for i in copied.received}
    assert [entry.step for entry in copied.entries] == await world.steps(world.ohs, CASE)
    for form in (writer.document(copied), writer.page(copied)):
        for personal in (REPORT, "Kolk", "Houtduifpad", "j.vanderkolk@post.example", POOL.name):
            assert personal in form
    assert "Naar Praktijk Mulkens: de verwijzing; aangekomen." in writer.page(copied)


async def test_r52_the_copy_is_in_the_log_of_the_copy_and_of_the_case(world: World):
    await reported(world)
    copied = await copy_case(world.ohs, CASE, FIRST_PHYSICIAN)
    last = (await world.steps(world.ohs, CASE))[-1]
    assert last == copied.entries[-1].step == s.CaseRead(at=world.clock.now(), by=FIRST_PHYSICIAN, view="export")
    line = DutchLetters(None, NAMES).employee_log_lines(copied.case, copied.entries)[-1]
    assert line.what == "Gemaakt: een kopie van uw gegevens."
    assert FIRST_PHYSICIAN.name in line.by


async def test_a_pool_copies_by_the_referral_and_an_arbodienst_may(world: World):
    referral_id = await reported(world)
    at_pool = await copy_case(world.pool, referral_id, SECOND_PHYSICIAN)
    assert at_pool.holder == POOL
    assert at_pool.case.dossier is None
    assert REPORT in DutchCopies(DutchLetters(None, NAMES), NAMES).page(at_pool)
    assert (await world.steps(world.pool, referral_id))[-1].view == "export"
    assert (await copy_case(world.ohs, referral_id, FIRST_PHYSICIAN)).case.case_id == CASE


async def test_there_is_no_copy_of_what_is_not_here_or_is_gone(world: World):
    referral_id = await reported(world)
    async with world.pool.store.begin() as work:
        await work.erase(referral_id)
    for name, code in (("SO-2026-9999", "case-unknown"), (referral_id, "case-erased")):
        with pytest.raises(RefusedError) as refused:
            await copy_case(world.pool, name, SECOND_PHYSICIAN)
        assert refused.value.code == code
