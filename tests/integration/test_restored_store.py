"""An arbodienst goes on from an older copy of its store, on both databases: nothing lost, nothing twice (R27, R49)."""

import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from adapters.sql.backup import StoreFile
from gateway.application import conduct_referral as pool
from gateway.application.pause_partner import resume_partner
from gateway.application.request_erasure import request_erasure
from gateway.application.resend_since import resend_since
from gateway.application.restore_store import begin_again, note_backup
from gateway.application.submit_case import submit_case
from gateway.application.verify_journal import verify_journal
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.protocol import BusinessStatus
from gateway.ports.store import GATEWAY_CASE, OutboxState
from tests.support.postgres_cluster import installed_programs
from tests.support.postgres_handle import PostgresUnavailable
from tests.support.world import BACK_OFFICE, OHS, POOL, SECOND, SECOND_PHYSICIAN, World, accepted_case, consent

CASE = "SO-2026-0001"
OPERATOR = s.Actor(s.ActorRole.OPERATOR, OHS.party_id, "B. de Beheerder")
AT_POOL = s.Actor(s.ActorRole.OPERATOR, POOL.party_id)
MEDICAL = consent(Purpose.MEDICAL_TO_SO)


class FilePlace:
    """A file, copied and put back by the program itself."""

    def __init__(self, folder):
        self.url = f"sqlite:///{folder}/store.db"
        self._copy = folder / "backup.db"

    def back_up(self):
        StoreFile(self.url).copy_to(self._copy)

    @contextmanager
    def put_back(self):
        place = StoreFile(self.url)
        place.take_in(self._copy)
        yield place.draft_url
        place.put_in_place()
        place.leave()


class ServerPlace:
    """A database on a server, copied by ``pg_dump`` and put back by ``pg_restore``."""

    def __init__(self, server, folder):
        self._server = server
        self.url = server.database()
        self._copy = folder / "backup.dump"

    def back_up(self):
        self._run("pg_dump", "--format=custom", f"--file={self._copy}", self.url)

    @contextmanager
    def put_back(self):
        name = urlsplit(self.url).path.lstrip("/")
        self._server.drop(self.url)
        self._run("pg_restore", "--create", f"--dbname={self._server.url}", str(self._copy))
        assert self.url.endswith(name)
        yield self.url

    @staticmethod
    def _run(program, *arguments):
        try:
            path = installed_programs() / program
        except PostgresUnavailable:
            path = shutil.which(program)
        if not path:
            pytest.skip(f"{program} is not installed here, so this copy cannot be made")
        done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return FilePlace(tmp_path)
    return ServerPlace(request.getfixturevalue("postgres"), tmp_path)


def new_store(url, world):
    return SqlStore(url, AesVault(bytes(32)), world.clock)


@pytest.fixture
async def world(place):
    """The arbodienst keeps its store in a database; the pool in memory."""
    made = await World().open()
    async with made.ohs.store.look() as work:
        partners = await work.partners()
    await take_over(made, place.url)
    async with made.ohs.store.begin() as work:
        for partner in partners:
            await work.save_partner(partner)
    yield made
    await made.close()


async def take_over(world, url):
    """Another store under the very services that the broker delivers to."""
    store = new_store(url, world)
    await store.open()
    object.__setattr__(world.ohs, "store", store)


async def referred(world):
    base = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO), MEDICAL)
    await submit_case(world.ohs, CASE, accepted_case(*base))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await world.settle()
    return referral_id


async def restore(world, place):
    """As the operator does it."""
    await world.ohs.store.close()
    with place.put_back() as url:
        await take_over(world, url)
        assert set(await begin_again(world.ohs, "De schijf is stuk", OPERATOR)) >= {POOL.party_id}
        await world.ohs.store.close()
    await take_over(world, place.url)


async def what_the_pool_knows(world, referral_id):
    case = await world.case(world.pool, referral_id)
    return case.referral(referral_id).state, {given.consent_id: given.choice for given in case.consents}


async def codes(world, side, case_id, *kinds):
    return [step.code for step in await world.steps(side, case_id) if isinstance(step, kinds)]


async def outgoing(side, *kinds):
    async with side.store.look() as work:
        return [item for item in await work.outbox() if item.kind in kinds]


async def test_what_was_received_since_comes_again_and_a_lost_withdrawal_is_told_until_it_is_heard(world, place):
    referral_id = await referred(world)
    world.clock.forward(minutes=1)
    await note_backup(world.ohs, OPERATOR)
    place.back_up()
    made_at = world.clock.now()
    world.clock.forward(minutes=1)
    await withdraw_consent(world.ohs, CASE, MEDICAL.consent_id, s.Actor(s.ActorRole.EMPLOYEE, OHS.party_id))
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    known = await what_the_pool_knows(world, referral_id)
    before = (await world.case(world.ohs, CASE)).referral(referral_id)

    await restore(world, place)
    world.clock.forward(minutes=1)

    assert (await world.case(world.ohs, CASE)).referral(referral_id).state is BusinessStatus.SO_ACCEPTED
    resent = await resend_since(world.pool, OHS.party_id, made_at - timedelta(minutes=1), AT_POOL)
    assert len(resent.sent) == 2
    assert resent.too_old == ()
    seen = world.seen()
    await world.settle()
    assert world.seen() == seen + len(resent.sent)  # all of it from the pool: the arbodienst says nothing yet
    again = (await world.case(world.ohs, CASE)).referral(referral_id)
    now = world.clock.now()  # what comes again counts by our own time of receipt
    told = tuple(replace(one, told_at=now) for one in before.milestones)
    assert again == replace(before, state_since=now, milestones=told)

    await withdraw_consent(world.ohs, CASE, MEDICAL.consent_id, s.Actor(s.ActorRole.EMPLOYEE, OHS.party_id))
    await world.settle()
    assert world.seen() == seen + len(resent.sent)
    await resume_partner(world.ohs, POOL.party_id, "Alles is weer bekend", OPERATOR)
    await world.settle()

    assert await what_the_pool_knows(world, referral_id) == known
    withdrawals = await outgoing(world.ohs, m.Kind.CONSENT_WITHDRAWN)
    assert (withdrawals[0].state, withdrawals[0].reason) == (OutboxState.DROPPED, "resent")
    assert withdrawals[-1].state is OutboxState.DELIVERED
    told = await outgoing(world.pool, m.Kind.REFERRAL_ACCEPTED, m.Kind.MILESTONE_REACHED)
    assert [item.state for item in told] == [OutboxState.DELIVERED] * 2
    assert await codes(world, world.ohs, CASE, s.ReferralAccepted, s.MilestoneReached) == [
        "referral-accepted",
        "milestone-reached",
    ]
    assert (await verify_journal(world.ohs)).findings == []


async def test_a_withdrawal_made_after_the_copy_was_put_in_place_is_heard_though_its_number_was_used(world, place):
    referral_id = await referred(world)
    await note_backup(world.ohs, OPERATOR)
    place.back_up()
    await withdraw_consent(world.ohs, CASE, MEDICAL.consent_id, s.Actor(s.ActorRole.EMPLOYEE, OHS.party_id))
    await world.settle()
    await restore(world, place)
    await resume_partner(world.ohs, POOL.party_id, "Niemand wist van een intrekking", OPERATOR)
    contact = f"T-{Purpose.CONTACT_TO_SO.value}-{POOL.party_id}"
    await withdraw_consent(world.ohs, CASE, contact, s.Actor(s.ActorRole.EMPLOYEE, OHS.party_id))
    await world.settle()
    case = await world.case(world.pool, referral_id)
    assert case.referral(referral_id).state is BusinessStatus.WITHDRAWN
    told = await outgoing(world.ohs, m.Kind.CONSENT_WITHDRAWN, m.Kind.REFERRAL_WITHDRAWN)
    assert OutboxState.DELIVERED in {item.state for item in told if item.kind is m.Kind.CONSENT_WITHDRAWN}
    await request_erasure(world.ohs, referral_id, BACK_OFFICE)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    assert "erasure-confirmed" in await codes(world, world.ohs, CASE, s.ErasureConfirmed)


async def test_what_was_on_its_way_out_goes_again_and_has_one_effect(world, place):
    base = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    await submit_case(world.ohs, CASE, accepted_case(*base))
    place.back_up()  # the referral waits in the outbox
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    at_pool = await world.steps(world.pool, referral_id)
    await restore(world, place)
    await resume_partner(world.ohs, POOL.party_id, "Terug", OPERATOR)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == at_pool
    (referral,) = await outgoing(world.ohs, m.Kind.REFERRAL_REQUESTED)
    assert referral.state is OutboxState.DELIVERED
    assert await codes(world, world.ohs, GATEWAY_CASE, s.StoreRestored) == ["store-restored"]
