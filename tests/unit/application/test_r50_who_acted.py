"""Each side's log says who acted at the other side, as far as that side may be believed (R50)."""

from dataclasses import replace

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.party import Role
from gateway.domain.rules.permission import role_told
from gateway.domain.steps import ActorRole
from tests.support.world import (
    BACK_OFFICE,
    COORDINATOR,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    START,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
CONTACT = consent(Purpose.CONTACT_TO_SO)
ASSISTANT = replace(
    FIRST_PHYSICIAN, role=ActorRole.PRACTICE_ASSISTANT, name="P. de Vries", on_behalf_of=FIRST_PHYSICIAN.name
)


@pytest.fixture
async def world():
    world = await World().open()
    await submit_case(world.ohs, CASE, accepted_case(), by=BACK_OFFICE)
    await world.settle()
    yield world
    await world.close()


async def referral(world: World) -> str:
    [only] = (await world.case(world.ohs, CASE)).referrals
    return only.referral_id


async def roles(world: World, side, case_id: str, *kinds: type[s.Step]) -> set[ActorRole]:
    return {step.by.role for step in await world.steps(side, case_id) if isinstance(step, kinds)}


@pytest.mark.parametrize("by", [EMPLOYEE, BACK_OFFICE, FIRST_PHYSICIAN, ASSISTANT], ids=lambda by: by.role)
async def test_r50_the_pool_s_log_names_who_took_the_consent_back(world: World, by: s.Actor):
    await withdraw_consent(world.ohs, CASE, CONTACT.consent_id, by)
    await world.settle()
    told = (s.ConsentWithdrawn, s.ConsentWithdrawalNotified, s.ReferralWithdrawn)
    here = {step.by for step in await world.steps(world.pool, await referral(world)) if isinstance(step, told)}
    assert here == {s.Actor(by.role, OHS.party_id)}


@pytest.mark.parametrize("by", [EMPLOYEE, BACK_OFFICE], ids=lambda by: by.role)
async def test_r50_the_pool_s_log_names_who_withdrew_the_request(world: World, by: s.Actor):
    await withdraw_request(world.ohs, CASE, by)
    await world.settle()
    assert await roles(world, world.pool, await referral(world), s.ReferralWithdrawn) == {by.role}


async def test_r50_the_arbodienst_s_log_names_who_declined_and_the_pool_s_what_came_by_itself(world: World):
    referral_id = await referral(world)
    assert await roles(world, world.pool, referral_id, s.ReferralRequested) == {ActorRole.BACK_OFFICE}
    coordinator = replace(COORDINATOR, name="C. de Plaatser")
    await pool.decline_referral(world.pool, referral_id, coordinator, m.DeclineCode.NOT_AVAILABLE)
    await world.settle()
    assert await roles(world, world.ohs, CASE, s.ReferralDeclined) == {ActorRole.POOL_COORDINATOR}
    assert await roles(world, world.ohs, CASE, s.ErasureConfirmed) == {ActorRole.SYSTEM}


def said(content: m.Content, acted_as: str | None) -> m.Message:
    return m.Message("id", POOL.party_id, OHS.party_id, START, content, "ref", 1, acted_as)


WITHDRAWAL = m.ConsentWithdrawal("T1", Purpose.CONTACT_TO_SO, START)


@pytest.mark.parametrize(
    ("content", "acted_as", "side", "expected"),
    [
        (WITHDRAWAL, "employee", Role.OHS, ActorRole.EMPLOYEE),
        (WITHDRAWAL, "employee", Role.POOL, ActorRole.EMPLOYEE),
        (WITHDRAWAL, "pool-coordinator", Role.OHS, ActorRole.SYSTEM),
        (WITHDRAWAL, "first-physician", Role.POOL, ActorRole.SYSTEM),
        (WITHDRAWAL, "employer", Role.OHS, ActorRole.SYSTEM),
        (WITHDRAWAL, "Mevrouw De Vries", Role.OHS, ActorRole.SYSTEM),
        (WITHDRAWAL, None, Role.OHS, ActorRole.SYSTEM),
        (m.ReportWithholding(), "pool-coordinator", Role.POOL, ActorRole.SYSTEM),
        (m.ReportWithholding(), "second-physician", Role.POOL, ActorRole.SECOND_PHYSICIAN),
        (m.ErasureConfirmation(START, None), "second-physician", Role.POOL, ActorRole.SYSTEM),
    ],
)
def test_r50_a_role_that_may_not_say_this_is_the_partner_s_gateway(content, acted_as, side, expected):
    assert role_told(said(content, acted_as), side) is expected
