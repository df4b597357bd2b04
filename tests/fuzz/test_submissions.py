"""Changed cases from an export, recorded and referred: what we send, a partner can read; what we record, a store can keep.

Otherwise an odd character in a back office would end in a quarantine at the other side, or in a file nobody can open.
"""

import asyncio
import json
from collections.abc import Iterator

import pytest

from adapters.sql.codec import encode
from gateway.application.submit_case import submit_case
from gateway.domain.errors import RefusedError
from gateway.ports.backoffice import CaseImport
from gateway.ports.store import OutboxState
from mappings.backoffices.canonical import write_case
from tests.fuzz.mutations import MARK, documents
from tests.fuzz.test_exports import NOW, judged
from tests.support.cases import read_record, sample_records
from tests.support.world import HandClock, World

_NOTHING_YET = {"verwijzing": None, "informatieverzoeken": [], "second_opinion": None, "vervolg": None, "factuur": None}
_REFERRED = {"SO-2026-0001", "SO-2026-0020"}
SENT = [{**record, **_NOTHING_YET} for record in sample_records().values() if record["zaak_id"] in _REFERRED]
"""Cases that are referred as they are: whatever came after the referral in the samples has not been yet."""
GIVEN_UP = {OutboxState.REFUSED, OutboxState.UNDELIVERABLE}
SEEDS = [*SENT, *(json.loads(write_case(read_record(record))) for record in SENT)]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


async def outcome(case: CaseImport) -> str:
    """Submit to an empty gateway, let it travel, and look what became of it."""
    world = await World(clock=HandClock(NOW)).open()
    try:
        submission = await submit_case(world.ohs, case.case_id, case.steps)
        await world.settle()
        await nothing_is_stuck(world)
    finally:
        await world.close()
    return "referred" if submission.message_id else "waits"


async def nothing_is_stuck(world: World) -> None:
    for services in world.parties.values():
        async with services.store.begin() as work:
            assert [item.reason for item in await work.quarantine()] == []
            assert [item.reason for item in await work.outbox() if item.state in GIVEN_UP] == []


def refusal(error: RefusedError) -> str:
    assert MARK not in str(error)
    return error.code


def test_what_goes_out_is_read_at_the_other_side(search, runner):
    def check(line):
        for item in judged(line + b"\n"):
            if isinstance(item, CaseImport):
                for step in item.steps:
                    encode(step)
                try:
                    return runner.run(outcome(item))
                except RefusedError as error:
                    return refusal(error)
        return "not read"

    found = search(documents(SEEDS), check, examples=150)
    assert {"referred", "not read"} <= set(found)
