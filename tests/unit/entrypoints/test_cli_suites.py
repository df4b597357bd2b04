"""To whom nothing can be sent, and what is not quantum-safe, by command line; an exception ends before its date."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.keyrings import MemoryKeyring
from adapters.keyrings.manifests import entry_of, issue_manifest
from gateway.bootstrap import build
from gateway.domain.days import dutch_day
from gateway.domain.party import Party, Role
from gateway.ports.store import Partner
from gateway.ports.suites import CLASSICAL, HYBRID
from gateway.settings import load_settings
from tests.unit.entrypoints.conftest import Door

POOL = "lpbso"
NOW = datetime.now(UTC)
TOMORROW = (dutch_day(NOW) + timedelta(days=1)).isoformat()


class Pool:
    """A pool's manifests, each newer than the last, with the keys that a test wants in it."""

    def __init__(self) -> None:
        self.ring = MemoryKeyring.generate(POOL, NOW - timedelta(hours=1))
        self.counter = self.ring.manifest().counter

    def manifest(self, *algs: str, is_revoked: bool = False):
        self.counter += 1
        entries = []
        for key in self.ring.manifest().keys:
            if key["use"] == "enc" and key["alg"] not in algs:
                continue
            if key["use"] == "enc" and is_revoked:
                entries.append(entry_of({**key, "status": "revoked", "revoked_at": int(NOW.timestamp())}))
            else:
                entries.append(entry_of(key))
        return issue_manifest(POOL, self.counter, int(NOW.timestamp()), self.ring._identity, entries)

    def file(self, folder, *algs: str, is_revoked: bool = False) -> tuple[str, str, str]:
        made = self.manifest(*algs, is_revoked=is_revoked)
        party = {"id": POOL, "role": "pool", "name": "LPBSO"}
        file = folder / "lpbso.json"
        file.write_text(json.dumps({"format": "sogw-party/1", "party": party, "manifest": made.token}))
        return str(file), "--fingerprint", made.fingerprint


@pytest.fixture
def pool() -> Pool:
    return Pool()


def only(rows):
    (row,) = rows
    return row


def facts(door: Door) -> set[tuple[bool, str | None, bool]]:
    """What the three commands say of the partner: whether it can be sent to, the suite, whether it is safe."""
    rows = [
        only(door.data("partner", "list")),
        door.data("partner", "show", POOL),
        only(door.data("partner", "report")),
    ]
    return {(row["can_send"], row["suite"], row["quantum_safe"]) for row in rows}


def checked(door: Door, status: int = 0):
    lines = json.loads(door("check", "--output", "json", status=status).out)
    return next(line for line in lines if line["what"] == "partners")


@pytest.mark.parametrize(
    ("algs", "is_revoked", "options", "code"),
    [
        ((), False, (), "partner-key-missing"),
        ((HYBRID, CLASSICAL), True, (), "partner-key-missing"),
        ((CLASSICAL,), False, (), "suite-not-allowed"),
        ((CLASSICAL,), False, ("--classical-until", "2020-01-01"), "exception-is-over"),
        ((HYBRID,), False, ("--classical-until", "2020-01-01"), "exception-is-over"),
        ((), False, ("--classical-until", TOMORROW), "partner-key-missing"),
    ],
)
def test_a_new_partner_to_whom_nothing_could_be_sent_is_refused(
    door: Door, pool, tmp_path, algs, is_revoked, options, code
):
    said = door("partner", "add", *pool.file(tmp_path, *algs, is_revoked=is_revoked), *options, status=78)
    assert said.err.startswith(f"error[{code}]: ")
    assert door.data("partner", "list") == []


def test_a_partner_with_a_hybrid_key_is_quantum_safe_everywhere(door: Door, pool, tmp_path):
    added = door("partner", "add", *pool.file(tmp_path, HYBRID, CLASSICAL), "--output", "json")
    assert "NOTHING" not in added.err
    assert facts(door) == {(True, HYBRID, True)}
    assert checked(door)["health"] == "ok"


def test_an_exception_is_told_and_ends_by_a_command_before_its_date(door: Door, pool, tmp_path):
    door("partner", "add", *pool.file(tmp_path, HYBRID, CLASSICAL), "--classical-until", TOMORROW)
    assert facts(door) == {(True, HYBRID, False)}
    assert "end-exception" in only(door.data("partner", "report"))["remedy"]
    assert "end-exception" in checked(door)["remedy"]
    door("partner", "end-exception", POOL)
    assert facts(door) == {(True, HYBRID, True)}
    assert only(door.data("partner", "report"))["exception"] == "ended"
    assert checked(door)["health"] == "ok"
    assert "partner-without-exception" in door("partner", "end-exception", POOL, status=3).err
    assert "partner-unknown" in door("partner", "end-exception", "nobody", status=3).err
    assert [entry["step"] for entry in door.data("journal", "list")].count("partner-pinned") == 2


def test_the_end_of_an_exception_reaches_who_serves(door: Door, pool, tmp_path):
    door("partner", "add", *pool.file(tmp_path, CLASSICAL), "--classical-until", TOMORROW)

    async def serving():
        async with build(load_settings(door.home)) as gateway:
            before = gateway.directory.keys.classical_suite_until(POOL)
            await asyncio.to_thread(door, "partner", "end-exception", POOL)
            await gateway.refresh()
            return before, gateway.directory.keys.classical_suite_until(POOL)

    before, after = asyncio.run(serving())
    assert before > datetime.now(UTC) >= after


def test_without_another_key_the_end_of_an_exception_is_the_end_of_sending_and_the_first_line_says_so(
    door: Door, pool, tmp_path
):
    door("partner", "add", *pool.file(tmp_path, CLASSICAL), "--classical-until", TOMORROW)
    assert facts(door) == {(True, CLASSICAL, False)}
    assert CLASSICAL in checked(door)["why"]
    said = door("partner", "end-exception", POOL)
    assert said.err.startswith(f"NOTHING CAN BE SENT to {POOL}: ")
    assert facts(door) == {(False, None, False)}
    assert checked(door, 78)["why"].startswith(f"Nothing can be sent to: {POOL}")
    assert checked(door, 78)["health"] == "failed"
    for words in (("list",), ("show", POOL)):
        assert door("partner", *words).err.startswith(f"NOTHING CAN BE SENT to {POOL}: ")


def test_a_revocation_of_the_last_key_is_taken_and_the_first_line_says_what_it_means(door: Door, pool, tmp_path):
    door("partner", "add", *pool.file(tmp_path, HYBRID))
    said = door("partner", "update", pool.file(tmp_path, HYBRID, is_revoked=True)[0])
    assert said.err.startswith(f"NOTHING CAN BE SENT to {POOL}: ")
    assert facts(door) == {(False, None, False)}
    said = door("partner", "add", *pool.file(tmp_path))
    assert said.err.startswith(f"NOTHING CAN BE SENT to {POOL}: ")


def test_keys_that_ran_out_are_told_though_the_exception_was_never_asked_for(door: Door):
    old = MemoryKeyring.generate(POOL, NOW - timedelta(days=4000)).manifest()

    async def meet():
        async with build(load_settings(door.home)) as gateway, gateway.services.store.begin() as work:
            await work.save_partner(Partner(Party(POOL, Role.POOL, "LPBSO"), old.token, old.fingerprint))

    asyncio.run(meet())
    assert facts(door) == {(False, None, False)}
    assert checked(door, 78)["why"].startswith("Nothing can be sent to: ")
