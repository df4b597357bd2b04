"""The journal on a file: append-only by the database itself, and a tree that anybody can compute again."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from gateway.domain import steps as s
from gateway.domain.entry import PublicEntry
from gateway.domain.errors import OperatorError
from gateway.domain.merkle import Frontier, leaf_hash

AT = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
OF_CASES = "WHERE case_ref IN (SELECT case_ref FROM journal)"
BY = s.Actor(s.ActorRole.FIRST_PHYSICIAN, "arbo-lindehof", "dr. J. Terpstra")


class Clock:
    def now(self):
        return AT


@pytest.fixture
async def store(tmp_path):
    made = SqlStore(f"sqlite:///{tmp_path}/store.db", AesVault(bytes(32)), Clock())
    await made.open()
    async with made.begin() as work:
        await work.append("case-1", [s.RequestAccepted(at=AT, by=BY, message_id="m1")])
        await work.append("case-2", [s.ActionRefused(at=AT, by=BY, action="refer", reason="no-consent")])
        await work.append("case-1", [s.NoteRecorded(at=AT, by=BY, topic="één") for _ in range(5)])
    yield made
    await made.close()


def opened(tmp_path):
    return closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None, timeout=1))


def root_of_file(tmp_path):
    """Computed by a stranger from the columns alone: no key is needed."""
    with opened(tmp_path) as file:
        file.row_factory = sqlite3.Row
        frontier = Frontier()
        for row in file.execute("SELECT * FROM journal ORDER BY sequence"):
            members = {
                "v": 1,
                "sequence": row["sequence"],
                "case": row["case_ref"],
                "recorded_at": row["recorded_at"].replace(" ", "T") + "+00:00",
                "role": row["actor_role"],
                "organisation": row["organisation"],
                "step": row["code"],
                "rules": row["rules"].split(),
                "outcome": row["outcome"],
                "message_id": row["message_id"],
                "commitment": row["commitment"],
            }
            entry = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
            frontier = frontier.append(leaf_hash(entry))
    return frontier.root().hex()


async def test_the_root_can_be_computed_from_the_file_also_after_erasure(store, tmp_path):
    async with store.begin() as work:
        checkpoint = await work.checkpoint()
    assert checkpoint.size == 7
    assert root_of_file(tmp_path) == checkpoint.root
    async with store.begin() as work:
        await work.erase("case-1")
        assert await work.checkpoint() == checkpoint
    assert root_of_file(tmp_path) == checkpoint.root


async def test_the_public_part_says_what_it_should_and_nothing_more(store, tmp_path):
    with opened(tmp_path) as file:
        columns = "sequence, actor_role, organisation, code, rules, outcome, message_id"
        rows = file.execute(f"SELECT {columns} FROM journal LIMIT 2").fetchall()
    assert rows == [
        (1, "first-physician", "arbo-lindehof", "request-accepted", "R14", "done", "m1"),
        (2, "first-physician", "arbo-lindehof", "action-refused", "R49", "refused", None),
    ]


def test_the_leaf_is_canonical():
    entry = PublicEntry(1, "ab", AT, "system", "één", "x", ("R1", "R2"), "done", None, "cd")
    assert entry.canonical() == (
        b'{"case":"ab","commitment":"cd","message_id":null,"organisation":"\\u00e9\\u00e9n","outcome":"done",'
        b'"recorded_at":"2026-05-04T12:00:00.123456+00:00","role":"system","rules":["R1","R2"],"sequence":1,'
        b'"step":"x","v":1}'
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET outcome = 'done'",
        "UPDATE journal SET sealed = x'' WHERE sequence = 3",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE sequence = 7",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE sequence = 1",
        "INSERT INTO journal SELECT 9, case_ref, opened_at, 'r', 'o', 'c', '', 'done', NULL, '', x'' FROM cases LIMIT 1",
        "DELETE FROM cases",
    ],
)
async def test_the_database_refuses_to_change_what_was_written(store, tmp_path, change):
    with opened(tmp_path) as file:
        file.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            file.execute(change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            "UPDATE journal SET sealed = (SELECT sealed FROM journal WHERE sequence = 3) WHERE sequence = 4",
            "vault-unreadable",
        ),
        ("UPDATE journal SET sealed = substr(sealed, 1, 40) WHERE sequence = 4", "vault-unreadable"),
        (
            "UPDATE journal SET commitment = (SELECT commitment FROM journal WHERE sequence = 3) WHERE sequence = 4",
            "journal-changed",
        ),
        (
            f"UPDATE case_keys SET wrapped_key = (SELECT max(wrapped_key) FROM case_keys {OF_CASES}) {OF_CASES}",
            "vault-unreadable",
        ),
    ],
    ids=["content moved", "content cut", "commitment moved", "key of another case"],
)
async def test_who_gets_past_the_database_is_found_out_on_reading(store, tmp_path, change, code):
    with opened(tmp_path) as file:
        file.execute("DROP TRIGGER journal_is_not_updated")
        file.execute(change)
    errors = []
    async with store.begin() as work:
        for case_id in ("case-1", "case-2"):
            try:
                await work.steps(case_id)
            except OperatorError as error:
                errors.append(error.code)
    assert errors == [code]


async def test_the_tree_of_a_thousand_appended_one_by_one_or_at_once_is_the_same_size(store, tmp_path):
    async with store.begin() as work:
        await work.append("case-3", [s.NoteRecorded(at=AT, by=BY, topic=str(n)) for n in range(993)])
        checkpoint = await work.checkpoint()
        assert [entry.sequence for entry in await work.entries("case-3")] == list(range(8, 1001))
    assert checkpoint.size == 1000
    assert root_of_file(tmp_path) == checkpoint.root
