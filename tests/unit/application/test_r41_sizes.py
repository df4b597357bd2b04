"""R32, R41: whoever runs the broker or the place for files cannot tell what was said, whatever it holds.

A released report and a withheld one, information provided and declined: the same lengths, numbers, files and
follow-ups, from 1 KiB to 10 MiB.
"""

import io
from dataclasses import replace

import pytest

from adapters.memory.objects import MemoryObjects
from gateway.application import conduct_referral as pool
from gateway.application.answer_information import decline_information, provide_information
from gateway.application.enclose_files import HandedOver, enclosed, handed_over
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain.consent import Purpose
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.size_class import COMMON_FILE_BYTES
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
KIB = 1024
SIZES = [KIB * n for n in (1, 64, 127, 129, 180, 190, 300, 700, 1000, 1025, 4 * KIB, 10 * KIB)]
Seen = tuple[list[tuple[str, str, int]], list[tuple[str, int]], list[str]]


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose files were read, in order: the place for files sees that too."""
    read: list[str] = []
    for name in ("fetch", "fetch_decoy"):
        whole = getattr(MemoryObjects, name)

        async def seen(self, what, sender, *more, whole=whole):
            read.append(sender)
            await whole(self, what, sender, *more)

        monkeypatch.setattr(MemoryObjects, name, seen)
    return read


async def begun(world: World) -> str:
    """Up to the start of the second opinion; returns the referral id."""
    consents = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    await submit_case(world.ohs, CASE, accepted_case(*consents))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    return referral_id


async def with_consent(world: World) -> str:
    """Up to a report that may be released."""
    referral_id = await begun(world)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    world.clock.forward(hours=1)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    return referral_id


def a_pdf(size: int) -> HandedOver:
    return handed_over(io.BytesIO(b"%PDF-1.7\n" + b"x" * (size - 15) + b"\n%%EOF"))


async def finish(world: World, size: int | None) -> None:
    referral_id = await begun(world)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    world.clock.forward(hours=1)
    before = world.seen()
    if size is None:
        await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    else:
        given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
        await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
        async with enclosed(world.pool, a_pdf(size)) as paper:
            await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, paper)
    await world.settle()
    world.before = before
    state = (await world.case(world.ohs, CASE)).referrals[-1].state
    assert state == ("finished-without-report" if size is None else "released")


async def answer(world: World, size: int | None) -> None:
    referral_id = await begun(world)
    asked = m.InformationKind.WORK_CIRCUMSTANCES
    await pool.request_information(
        world.pool, referral_id, SECOND_PHYSICIAN, asked, employee_decided_at=world.clock.now()
    )
    await world.settle()
    world.clock.forward(hours=1)
    world.before = world.seen()
    request_id = (await world.case(world.ohs, CASE)).referrals[-1].requests[-1].request_id
    if size is None:
        code = m.InformationDeclineCode.NOT_AVAILABLE
        await decline_information(world.ohs, referral_id, request_id, FIRST_PHYSICIAN, code)
    else:
        async with enclosed(world.ohs, a_pdf(size)) as paper:
            await provide_information(world.ohs, referral_id, request_id, FIRST_PHYSICIAN, asked, paper)
    await world.settle()


def shown(world: World, fetched: list[str]) -> Seen:
    """What broker and place for files saw."""
    parcels = [(o.sender, o.recipient, o.size) for o in world.broker.observations()[world.before :]]
    files = sorted((party, file.size) for (party, _), file in world.objects.items())
    return parcels, files, list(fetched)


@pytest.mark.parametrize("act", [finish, answer])
@pytest.mark.parametrize("size", SIZES)
async def test_what_was_said_does_not_show(act, size, fetched):
    seen = []
    for said in (None, size):
        fetched.clear()
        world = await World().open()
        await act(world, said)
        seen.append(shown(world, fetched))
        await world.close()
    assert seen[0] == seen[1]
    parcels, files, reads = seen[0]
    assert len(parcels) == 2, "the message and its receipt"
    assert [size for _, size in files] == [COMMON_FILE_BYTES]
    assert len(reads) == 1


async def test_names_of_decoys_look_like_those_of_files(world: World):
    await finish(world, None)
    (_, name), *_ = world.objects
    assert (len(name), name[14], name[19] in "89ab") == (36, "4", True)


async def test_without_a_place_for_files_nothing_larger_than_the_common_size_goes(world: World):
    referral_id = await with_consent(world)
    nowhere = replace(world.pool, objects=None)
    async with enclosed(nowhere, a_pdf(190 * KIB)) as paper:
        with pytest.raises(OperatorError) as caught:
            await pool.release_report(nowhere, referral_id, SECOND_PHYSICIAN, paper)
    assert caught.value.code == "objects-not-set"


async def test_a_message_of_a_pair_never_outgrows_the_common_size(world: World):
    """Consents and audit lines take room as well; what does not fit is refused and does not show its length."""
    referral_id = await with_consent(world)
    for number in range(15):
        given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
        given = replace(given, consent_id=f"T-{number}")
        await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    async with enclosed(world.pool, a_pdf(127 * KIB)) as paper:
        with pytest.raises(RefusedError) as caught:
            await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, paper)
    assert caught.value.code == "payload-too-large"


async def test_a_long_text_lies_beside_its_message_too(world: World):
    """Bytes count, not characters."""
    referral_id = await with_consent(world)
    message = await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "é" * 70_000)
    assert message.content.report.enclosure.claim is not None
    await world.settle()
    assert (await world.case(world.ohs, CASE)).referral(referral_id).state == "released"


async def test_r12_a_long_text_is_judged_before_it_is_laid_out(world: World):
    referral_id = await with_consent(world)
    with pytest.raises(RefusedError) as caught:
        await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "\u0001" * 140_000)
    assert caught.value.code == "document-control-characters"
    assert world.objects == {}
