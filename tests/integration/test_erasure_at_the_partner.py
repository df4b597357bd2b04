"""Erasure is passed on: once the pool has confirmed, nothing of the person is left there, on both databases (R37, R58).

Nothing means: no byte in any file, log or copy of its store, and nothing in whatever its own keys still open.
"""

import pytest

from adapters.keyrings import AesVault, FileKeyring, PassphraseCustody, ScryptCost
from adapters.sql import SqlStore
from gateway.application import conduct_referral as pool
from gateway.application.copy_case import copy_case
from gateway.application.read_case import read_case, read_trace
from gateway.application.receive_message import receive
from gateway.application.replace_storage_key import replace_storage_key
from gateway.application.request_erasure import request_erasure
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.errors import OperatorError, RefusedError
from gateway.ports.store import GATEWAY_CASE
from mappings.letters import DutchLetters
from tests.support.skipping import insist
from tests.support.store_places import PostgresPlace, SqlitePlace, found, wrapped_key
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    START,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
REPORT = "Zeldzaam verslag van een tweede mening"
PERSON = (
    *("Kolkmeijer", "Jurriaan", "Houtduifpad", "9401 KX", "j.vanderkolk@post.example", "0000 0101"),
    *("Vier uur aangepast werk", REPORT, CASE),
)
CUSTODY = PassphraseCustody(b"correct horse battery staple", ScryptCost(n=2**10))
OPERATOR = s.Actor(s.ActorRole.OPERATOR, POOL.party_id)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return SqlitePlace(tmp_path)
    return PostgresPlace(request.getfixturevalue("postgres"))


@pytest.fixture
def keyring(tmp_path):
    return FileKeyring.create(tmp_path / "keys", POOL.party_id, CUSTODY, START)


@pytest.fixture
async def world(place, keyring):
    """Two gateways with real envelopes between them; the pool keeps its store in a database."""
    made = await World().open()
    async with made.pool.store.look() as work:
        partners = await work.partners()
    store = SqlStore(place.url, AesVault.of(keyring.storage_keys(), keyring.storage_keys), made.clock)
    await store.open()
    async with store.begin() as work:
        for partner in partners:
            await work.save_partner(partner)
    object.__setattr__(made.pool, "store", store)
    yield made
    await made.close()


async def reported(world):
    """The whole way up to the report; returns the referral id."""
    given = [consent(purpose) for purpose in (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO)]
    await submit_case(world.ohs, CASE, accepted_case(*given))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    world.clock.forward(hours=1)
    outcome = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, outcome)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, REPORT)
    await world.settle()
    return referral_id


async def readable(services):
    """Everything that a party can still read of its own store, as text."""
    async with services.store.look() as work:
        cases = [GATEWAY_CASE, *await work.case_ids()]
        held = [await work.quarantine_item(item.item_id) for item in await work.quarantine()]
        parts = [*await work.outbox(), *await work.inbox(), *held, *await work.partners()]
        return repr([parts, [await work.entries(case_id) for case_id in cases], cases])


def persons_in(text):
    return [marker for marker in PERSON if marker in text]


def persons_in_bytes(everything):
    """In any spelling: as SQLite and PostgreSQL keep text, as JSON escapes it, and in two bytes a character."""
    return [p for p in PERSON if found([p.encode()], everything) or p.encode("utf-16-le") in everything]


async def codes(world, case_id=CASE):
    return [step.code for step in await world.steps(world.ohs, case_id)]


async def test_after_the_confirmation_nothing_of_the_person_is_left_at_the_pool(world, place, keyring):
    referral_id = await reported(world)
    key = await wrapped_key(world.pool.store, referral_id)
    assert persons_in(await readable(world.pool)) == [p for p in PERSON if p != CASE]  # so the search itself works
    assert found([key], place.everything()) == [key]

    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()

    assert (await codes(world))[-3:] == ["erasure-requested", "message-delivered", "erasure-confirmed"]
    assert persons_in(await readable(world.pool)) == []
    assert persons_in_bytes(place.everything()) == []
    assert (key in place.everything()) is place.keeps_deleted_rows
    await replace_storage_key(world.pool, keyring, OPERATOR)
    assert persons_in_bytes(place.everything()) == []
    with pytest.raises(OperatorError, match="does not open"):
        AesVault.of(keyring.storage_keys()).seal(key, b"", b"")


async def test_the_log_of_the_arbodienst_says_who_was_asked_and_who_confirmed(world):
    referral_id = await reported(world)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    view = await read_case(world.ohs, CASE, FIRST_PHYSICIAN, "log")
    letters = DutchLetters(None, {OHS.party_id: OHS.name, POOL.party_id: POOL.name})
    told = {line.code: line for line in letters.employee_log_lines(view.case, view.entries)}
    assert told["erasure-requested"].what == "Er is gevraagd om uw gegevens uit deze verwijzing te wissen."
    assert told["erasure-confirmed"].what == "Bevestigd is dat uw gegevens uit deze verwijzing zijn gewist."
    assert told["erasure-confirmed"].organisation == POOL.party_id
    assert told["erasure-confirmed"].partner == POOL.name


async def test_the_pool_keeps_a_log_without_a_person_and_gives_no_copy_any_more(world):
    referral_id = await reported(world)
    before = [step.code for step in await world.steps(world.pool, referral_id)]
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    trace = await read_trace(world.pool, referral_id, SECOND_PHYSICIAN)
    assert [entry.code for entry in trace][: len(before)] == before
    assert trace[-1].code == "case-erased"
    assert persons_in(repr(trace)) == []
    with pytest.raises(RefusedError) as gone:
        await copy_case(world.pool, referral_id, SECOND_PHYSICIAN)
    assert gone.value.code == "case-erased"


async def test_what_comes_again_about_an_erased_referral_does_not_bring_the_person_back(world):
    referral_id = await reported(world)
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)
    await world.settle()
    for delivery in [delivery for services, delivery in world.deliveries if services is world.pool]:
        await receive(world.pool, delivery)
    await insist(world.ohs, world.pool, m.ErasureRequest(), referral_id)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    assert persons_in(await readable(world.pool)) == []
    assert (await codes(world)).count("erasure-confirmed") == 1
