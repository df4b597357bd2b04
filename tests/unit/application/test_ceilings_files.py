"""Files beside messages: stored only with the step that accepts their message, under a ceiling per partner."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.objects import DirectoryObjects
from gateway.application import take_in_message
from gateway.application.apply_retention import apply_retention
from gateway.application.receive_message import receive
from gateway.application.replay_message import replay_message
from gateway.application.unpark_messages import unpark_ready
from gateway.domain import messages as m
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Purpose
from gateway.domain.enclosure import PDF, Enclosure
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.ports.services import Services
from gateway.ports.store import InboxState
from tests.support.hostile import CASE, examined, held, inbox, inject, on_disk, reached, referred, renewed, sealed
from tests.support.world import OHS, OPERATOR, POOL, World, consent

MIB = 1024 * 1024
SIZE = 2 * MIB


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await on_disk(await World().open(), tmp_path)
    yield world
    await world.close()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Where the arbodienst keeps what came."""
    return tmp_path / OHS.party_id


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def kept(own: Path) -> list[Path]:
    return files(own / "kept")


async def report(world: World, size: int = SIZE) -> m.ReportRelease:
    """A report that lies beside its message, as a partner that skips its own rules makes it."""
    content = b"%PDF-1.7\n" + b"x" * (size - 15) + b"\n%%EOF"
    claim = await world.pool.objects.put(io.BytesIO(content))
    now = world.clock.now()
    document = m.Document(world.pool.new_id(), m.DocumentRole.REPORT, "", now, "x", Enclosure(PDF, len(content), claim))
    agreed = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=now)
    return m.ReportRelease(document, now - timedelta(minutes=1), (agreed,))


async def with_draft(world: World) -> str:
    referral_id = await examined(world)
    milestone = m.MilestoneNotice(m.Milestone.DRAFT_WITH_EMPLOYEE, world.clock.now() - timedelta(minutes=1))
    await inject(world, milestone, referral_id)
    return referral_id


async def test_an_accepted_message_keeps_its_file_and_a_second_delivery_changes_nothing(world: World, own: Path):
    referral_id = await with_draft(world)
    delivery = await inject(world, await report(world), referral_id)
    await receive(world.ohs, delivery)
    assert [path.parent.name for path in kept(own)] == [referral_id]
    assert files(own) == kept(own)


async def test_a_refused_message_leaves_no_file(world: World, own: Path):
    referral_id = await referred(world)
    for _ in range(3):
        await inject(world, await report(world), referral_id)
    assert {(i.state, i.reason) for i in await inbox(world.ohs, m.Kind.REPORT_RELEASED)} == {
        (InboxState.REFUSED, "wrong-state")
    }
    assert files(own) == []


async def test_a_message_that_is_held_leaves_no_file(world: World, own: Path, monkeypatch):
    """Whatever goes wrong in the unit of work that would have accepted it."""
    referral_id = await with_draft(world)

    def stumble(*_, **__):
        raise RefusedError("referral-bound", "No.", remedy="None.")

    monkeypatch.setattr(take_in_message, "steps_of", stumble)
    await inject(world, await report(world), referral_id)
    assert [item.reason for item in await held(world.ohs)] == ["referral-bound"]
    assert files(own) == []


async def test_of_two_files_of_which_one_is_damaged_none_is_left(world: World, own: Path, tmp_path: Path):
    """The first one opened whole before the second did not."""
    referral_id = await examined(world)
    first, second = [(await report(world)).report for _ in range(2)]
    place = tmp_path / "shared" / POOL.party_id / second.enclosure.claim.object_id
    place.write_bytes(place.read_bytes()[:-1] + b"x")
    answer = m.InformationAnswer("V-1", tuple(replace(d, role=m.DocumentRole.REASONING) for d in (first, second)))
    await inject(world, answer, referral_id)
    assert [item.reason for item in await held(world.ohs)] == ["object-damaged"]
    assert files(own) == []


async def test_a_parked_message_has_its_file_aside_and_keeps_it_when_it_is_accepted(world: World, own: Path):
    referral_id = await examined(world)
    delivery = await sealed(world, await report(world), referral_id, sequence=4)
    await receive(world.ohs, delivery)
    await receive(world.ohs, delivery)
    assert (kept(own), len(files(own))) == ([], 1)
    milestone = m.MilestoneNotice(m.Milestone.DRAFT_WITH_EMPLOYEE, world.clock.now() - timedelta(minutes=1))
    await inject(world, milestone, referral_id, sequence=3)
    assert len(kept(own)) == len(files(own)) == 1
    assert (await world.case(world.ohs, CASE)).referral(referral_id).report is not None


async def test_what_waits_keeps_its_file_however_long(world: World, own: Path):
    referral_id = await examined(world)
    await inject(world, await report(world), referral_id, sequence=4)
    world.clock.at += timedelta(days=365 * 20)  # the file system has the machine's clock
    await apply_retention(world.ohs, OPERATOR)
    assert len(files(own)) == 1


async def test_a_parked_message_that_is_refused_in_its_turn_leaves_no_file(world: World, own: Path):
    referral_id = await referred(world)
    await inject(world, await report(world), referral_id, sequence=2)
    assert len(files(own)) == 1
    world.clock.forward(days=7)
    await unpark_ready(world.ohs)
    assert files(own) == []


async def test_what_a_store_that_failed_left_aside_is_used_or_removed(world: World, own: Path, monkeypatch):
    referral_id = await with_draft(world)
    delivery = await sealed(world, await report(world), referral_id)

    async def busy(*_):
        raise TemporaryError("store-busy", "Busy.", remedy="None.")

    with monkeypatch.context() as failing:
        failing.setattr("gateway.application.receive_message.take_in", busy)
        with pytest.raises(TemporaryError):
            await receive(world.ohs, delivery)
    assert (kept(own), len(files(own))) == ([], 1)
    await apply_retention(world.ohs, OPERATOR)
    assert len(files(own)) == 1, "it may be on its way"
    world.clock.at += timedelta(days=365 * 20)  # the file system has the machine's clock
    await apply_retention(world.ohs, OPERATOR)
    assert files(own) == []


async def bounded(world: World, tmp_path: Path, mib: int) -> Services:
    ceilings = Ceilings(kept_bytes_per_partner=mib * MIB)
    objects = DirectoryObjects(OHS.party_id, tmp_path / "shared", tmp_path / OHS.party_id, ceilings)
    await renewed(world, OHS.party_id, replace(world.ohs, objects=objects, ceilings=ceilings))
    return world.ohs


async def test_a_partner_that_is_full_is_held_and_told_and_taken_in_when_there_is_room(
    world: World, own: Path, tmp_path: Path
):
    referral_id = await with_draft(world)
    await bounded(world, tmp_path, 1)
    delivery = await inject(world, await report(world), referral_id)
    assert [(i.message_id, i.reason) for i in await held(world.ohs)] == [(delivery.message_id, "objects-full")]
    assert reached(world.ohs) == [(POOL.party_id, "kept-files")]
    assert files(own) == []
    await bounded(world, tmp_path, 10)
    assert (await replay_message(world.ohs, delivery.message_id, OPERATOR)).state == "processed"
    assert len(kept(own)) == 1


async def test_ten_thousand_tiny_files_are_a_few(world: World, own: Path, tmp_path: Path):
    """Each counts for what would have travelled inside; parked, they would all lie on the disk."""
    referral_id = await referred(world)
    await bounded(world, tmp_path, 5)
    for place in range(10):
        await inject(world, await report(world, 1024), referral_id, sequence=place + 2)
    assert len(files(own)) == 5
    assert len(await inbox(world.ohs, m.Kind.REPORT_RELEASED)) == 5
    assert [item.reason for item in await held(world.ohs)] == ["objects-full"] * 5
