"""Several processes on one file: a gateway that serves, and commands beside it; also when one of them is killed."""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from gateway.domain import steps as s

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PROGRAM = """
import asyncio, sys
from dataclasses import replace
sys.path.insert(0, {root!r})
from tests.integration.test_sqlite_processes import AT, note, new_store
from tests.contract.test_store import outgoing

async def main(path, who, times):
    store = new_store(path)
    await store.open()
    for number in range(times):
        async with store.begin() as work:
            sequence = await work.next_sequence("referral", "lpbso")
            await asyncio.sleep(0)
            await work.append("shared", [note(f"{{who}} {{number}}")])
            message = replace(outgoing(0), message_id=f"{{who}}-{{number}}", referral_id="referral", sequence=sequence)
            await work.enqueue(message)
        print(number, flush=True)
    await store.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


class Clock:
    def now(self):
        return AT


def new_store(path, patience=30.0):
    return SqlStore(f"sqlite:///{path}", AesVault(bytes(32)), Clock(), patience=patience)


def note(text):
    return s.NoteRecorded(at=AT, by=s.Actor(s.ActorRole.SYSTEM, "arbo-lindehof"), topic=text)


async def start(path, who, times):
    program = PROGRAM.format(root=str(ROOT))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", program, str(path), who, str(times), stdout=asyncio.subprocess.PIPE
    )


async def ended(*processes):
    results = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0] * len(processes)
    return results


async def everything(path):
    store = new_store(path)
    await store.open()
    async with store.begin() as work:
        entries, outbox, point = await work.entries("shared"), await work.outbox(), await work.checkpoint()
    await store.close()
    return entries, outbox, point


async def test_processes_that_meet_at_a_new_file_all_open_it_and_lose_nothing(tmp_path):
    path = tmp_path / "store.db"
    await ended(*[await start(path, f"p{number}", 5) for number in range(6)])
    entries, outbox, point = await everything(path)
    assert [entry.sequence for entry in entries] == list(range(1, 31))
    assert [item.sequence for item in outbox] == list(range(1, 31))
    assert point.size == 30
    for number in range(6):
        texts = [entry.step.topic for entry in entries if entry.step.topic.startswith(f"p{number} ")]
        assert texts == [f"p{number} {n}" for n in range(5)]


async def test_a_command_works_beside_a_process_that_serves(tmp_path):
    path = tmp_path / "store.db"
    serving = await start(path, "serve", 40)
    await serving.stdout.readline()
    store = new_store(path)
    await store.open()
    for number in range(10):
        async with store.begin() as work:
            await work.append("shared", [note(f"command {number}")])
    await store.close()
    await ended(serving)
    entries, _, point = await everything(path)
    assert [entry.sequence for entry in entries] == list(range(1, 51))
    assert point.size == 50


@pytest.mark.parametrize("after", [1, 7, 20])
async def test_a_killed_process_leaves_whole_units_of_work_and_no_lock(tmp_path, after):
    path = tmp_path / "store.db"
    victim = await start(path, "victim", 10_000)
    for _ in range(after):
        await victim.stdout.readline()
    victim.send_signal(signal.SIGKILL)
    rest, _ = await victim.communicate()
    promised = after + rest.count(b"\n")
    entries, outbox, point = await everything(path)
    assert len(entries) == len(outbox) == point.size
    assert promised <= point.size <= promised + 1
    await ended(await start(path, "next", 3))
    entries, _, after_all = await everything(path)
    assert after_all.size == point.size + 3
    assert [entry.sequence for entry in entries] == list(range(1, after_all.size + 1))


async def test_many_may_open_a_new_file_at_the_same_moment(tmp_path):
    """SQLite refuses at once, without patience, one of two that bring a new file into another mode."""
    for attempt in range(15):
        stores = [new_store(tmp_path / f"{attempt}.db") for _ in range(4)]
        await asyncio.gather(*(store.open() for store in stores))
        await asyncio.gather(*(store.close() for store in stores))


async def test_two_stores_on_one_file_see_each_others_commits_only(tmp_path):
    path = tmp_path / "store.db"
    one, two = new_store(path), new_store(path)
    await asyncio.gather(one.open(), two.open())

    async def later():
        async with two.begin() as work:
            return len(await work.steps("shared"))

    async with one.begin() as work:
        await work.append("shared", [note("a")])
        looking = asyncio.create_task(later())
        await asyncio.sleep(0.1)
        await work.append("shared", [note("b")])
        assert not looking.done()
    assert await looking == 2
    await asyncio.gather(one.close(), two.close())


async def test_many_cancelled_units_of_work_leave_the_store_in_order(tmp_path):
    store = new_store(tmp_path / "store.db", patience=5)
    await store.open()

    async def act(number):
        async with store.begin() as work:
            await work.append("shared", [note(f"{number} a")])
            await work.append("shared", [note(f"{number} b")])

    tasks = [asyncio.create_task(act(number)) for number in range(40)]
    for number, task in enumerate(tasks):
        await asyncio.sleep(0.002)
        if number % 2:
            task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in done} <= {type(None), asyncio.CancelledError}
    async with store.begin() as work:
        texts = [step.topic for step in await work.steps("shared")]
        point = await work.checkpoint()
    await store.close()
    finished = [number for number, result in enumerate(done) if result is None]
    assert point.size == len(texts)
    assert texts[::2] == [text.replace("b", "a") for text in texts[1::2]]
    assert {f"{number} a" for number in finished} <= set(texts)
