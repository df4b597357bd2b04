"""What every store promises about work lists: what they say is what the steps say, a page at a time, due first."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.case import fold
from gateway.domain.consent import Purpose
from gateway.domain.days import dutch_day
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.party import Role
from gateway.domain.policy import Policy
from gateway.domain.relation import identity_of, is_physician_of
from gateway.domain.rights import Right, due_on
from gateway.domain.steps import (
    Actor,
    ActorRole,
    CaseRead,
    ConsentWithdrawn,
    RequestWithdrawn,
    RightRequested,
)
from gateway.domain.worklist import ItemKind, Summariser, WorkItem
from gateway.ports.store import GATEWAY_CASE, QuarantineItem, WorkQuery
from gateway.ports.transport import Lane
from tests.contract.conftest import migrated_file, sql_store
from tests.support.world import EMPLOYEE, FIRST, FIRST_PHYSICIAN, OHS, START, accepted_case, consent, request

SUMMARISE = Summariser(Role.OHS, Policy("default"))
CONTACT = consent(Purpose.CONTACT_TO_SO)
NOW = START + timedelta(days=2)


class Clock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def asked(number: int) -> RightRequested:
    at = START + timedelta(hours=number)
    return RightRequested(at=at, by=EMPLOYEE, request_id=f"right-{number}", right=Right.ACCESS, due_on=due_on(at))


READ = CaseRead(at=NOW, by=FIRST_PHYSICIAN, view="case")
COURSE = (
    *accepted_case(replace(CONTACT, expires_at=NOW + timedelta(days=3))),
    READ,
    asked(1),
    ConsentWithdrawn(
        at=START + timedelta(hours=3), by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=CONTACT.purpose
    ),
    READ,
    RequestWithdrawn(at=START + timedelta(hours=5), by=EMPLOYEE),
    asked(6),
)


async def listed(store, kind=ItemKind.CASE, **wanted):
    """Every line of a list, page by page."""
    lines, cursor = [], None
    while True:
        async with store.look() as work:
            page = await work.work_list(WorkQuery(kind, cursor=cursor, **wanted))
        lines += page.lines
        cursor = page.cursor
        if cursor is None:
            return lines


async def kept(store, cases):
    async with store.begin() as work:
        for case_id, steps in cases.items():
            await work.append(case_id, steps)


def of_kind(items: tuple[WorkItem, ...], kind: ItemKind) -> list[WorkItem]:
    return [item for item in items if item.kind is kind]


@pytest.mark.parametrize("number", range(1, len(COURSE) + 1))
async def test_a_list_says_what_the_steps_say_after_each_of_them(store, number):
    for step in COURSE[:number]:
        await kept(store, {"SO-1": (step,)})
    expected = SUMMARISE("SO-1", COURSE[:number], NOW)
    for kind in ItemKind:
        lines = await listed(store, kind)
        assert [line.item for line in lines] == sorted(of_kind(expected.items, kind), key=lambda item: item.began_at), (
            kind
        )
        assert {line.case_id for line in lines} <= {"SO-1"}
    async with store.look() as work:
        assert await work.case_version("SO-1") == expected.version


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, len(COURSE)), min_size=1, max_size=6), erased=st.sets(st.integers(0, 5)))
async def test_whatever_was_written_and_erased_the_lists_are_those_of_the_steps(store, cuts, erased):
    async with store.begin() as work:
        for case_id in [name for name in await work.case_ids() if name != GATEWAY_CASE]:
            await work.erase(case_id)
    await kept(store, {f"SO-{number}": COURSE[:cut] for number, cut in enumerate(cuts)})
    async with store.begin() as work:
        for number in erased:
            await work.erase(f"SO-{number}")
    left = {f"SO-{number}": COURSE[:cut] for number, cut in enumerate(cuts) if number not in erased}
    expected = [item for name, steps in left.items() for item in SUMMARISE(name, steps, NOW).items]
    for kind in ItemKind:
        found = [(line.case_id, line.item) for line in await listed(store, kind, limit=2)]
        assert sorted(item.item_id for _, item in found) == sorted(i.item_id for i in expected if i.kind is kind)
        assert all(item in of_kind(SUMMARISE(name, left[name], NOW).items, kind) for name, item in found)


async def test_what_is_due_first_comes_first_and_pages_join_without_gap_or_repeat(store):
    cases = {
        f"SO-{number}": (*accepted_case(), asked(number)) if number % 3 else (request(),) for number in range(1, 24)
    }
    await kept(store, cases)
    whole = await listed(store, limit=100)
    dues = [(w.due or None, w.since) for line in whole if (w := line.item.waiting)]
    assert len(whole) == len(cases)
    assert [due for due, _ in dues if due] == sorted(due for due, _ in dues if due)
    assert all(due is None for due, _ in dues[sum(due is not None for due, _ in dues) :])
    assert await listed(store, limit=5) == whole
    assert await listed(store, limit=1) == whole
    rights = await listed(store, ItemKind.RIGHT, limit=4)
    assert [line.item.due_on for line in rights] == sorted(line.item.due_on for line in rights)
    due = rights[3].item.due_on
    assert await listed(store, ItemKind.RIGHT, due_by=due) == [r for r in rights if r.item.due_on <= due]


async def test_a_list_is_filtered_by_what_it_shows(store):
    withdrawn = RequestWithdrawn(at=START, by=EMPLOYEE)
    await kept(store, {"SO-1": accepted_case(), "SO-2": (*accepted_case(), withdrawn), "SO-3": (request(),)})
    lines = await listed(store)
    for name in ("state", "is_open"):
        for value in {getattr(line.item, name) for line in lines}:
            expected = [line for line in lines if getattr(line.item, name) == value]
            assert await listed(store, **{name: value}) == expected
    whom = {line.item.waiting.whom for line in lines if line.item.waiting}
    assert len(whom) > 1
    for one in whom:
        expected = [line for line in lines if line.item.waiting and line.item.waiting.whom is one]
        assert await listed(store, whom=one.value) == expected
    assert await listed(store, partner="praktijk-mulkens") == []


NAMES = ("dr. J.M. Terpstra-Oud", "J. Terpstra-Oud", "P. Terpstra-Oud", "Terpstra-Oud", "dr. S. Mulkens", "K. Bos", "")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("big", [None, FIRST.big, "99990009999"])
async def test_r38_a_physician_sees_whose_case_it_is_by_the_rule_that_permits(store, name, big):
    others = {"SO-B": replace(FIRST, name="K. Bos", big="99990004444"), "SO-N": replace(FIRST, name="", big="")}
    cases = {"SO-T": accepted_case(), **{key: accepted_case(first_physician=who) for key, who in others.items()}}
    await kept(store, cases)
    by = Actor(ActorRole.FIRST_PHYSICIAN, OHS.party_id, name, big=big)
    expected = {case_id for case_id, steps in cases.items() if is_physician_of(fold(case_id, steps), by)}
    found = await listed(store, physician=(identity_of(by.name, by.big),), limit=1)
    assert {line.case_id for line in found} == expected


async def test_what_time_alone_changes_is_made_anew(store, clock):
    given_until = NOW + timedelta(days=3)
    steps = accepted_case(replace(CONTACT, expires_at=given_until), consent(Purpose.FEEDBACK_TO_SO))
    await kept(store, {"SO-1": steps})
    (before,) = await listed(store)
    clock.at = given_until
    async with store.begin() as work:
        await work.summarise_anew(await work.summaries_due(clock.at, 10))
        assert await work.summaries_due(clock.at, 10) == []
    (after,) = await listed(store)
    assert after.item == SUMMARISE("SO-1", steps, clock.at).items[0]
    assert after.item.state != before.item.state


@given(hours=st.integers(0, 24 * 400), later=st.floats(0, 0.999))
def test_a_summary_holds_as_long_as_it_says(hours, later):
    at = START + timedelta(hours=hours)
    for cut in range(1, len(COURSE) + 1):
        steps = COURSE[:cut]
        summary = SUMMARISE("SO-1", steps, at)
        until = summary.holds_until or at + timedelta(days=800)
        moment = at + (until - at) * later
        assert SUMMARISE("SO-1", steps, moment).items == summary.items, (cut, dutch_day(moment))


async def test_a_cursor_of_something_else_is_refused(store):
    await kept(store, {"SO-1": accepted_case()})
    for cursor in ("x", "e30=", "WzEsMl0=", "ünsinn", "[" * 100_000):
        async with store.look() as work:
            with pytest.raises(RefusedError, match="cursor"):
                await work.work_list(WorkQuery(ItemKind.CASE, cursor=cursor))


async def test_what_is_no_case_is_on_no_list(store):
    await kept(store, {GATEWAY_CASE: (READ,)})
    held = QuarantineItem("item", "m", "lpbso", Lane.CASES, b"bytes", "no-object", NOW)
    async with store.begin() as work:
        await work.save_quarantine(held)
    assert await listed(store) == []
    async with store.begin() as work:
        assert await work.summaries_due(NOW, 10) == []


async def test_what_is_kept_is_compared_with_the_steps(store):
    await kept(store, {"SO-1": COURSE[:6]})
    async with store.look() as work:
        assert await work.is_summary_true("SO-1")
        assert await work.is_summary_true("SO-unknown")


async def test_lines_that_somebody_changed_are_told_and_made_anew(tmp_path, clock):
    made = sql_store(f"sqlite:///{shutil.copy(await migrated_file(tmp_path.parent), tmp_path)}", clock)
    await made.open()
    await kept(made, {"SO-1": COURSE[:6], "SO-2": COURSE[:6]})
    changes = (
        "DELETE FROM work_items WHERE kind = 'right' AND case_ref = :ref",
        "UPDATE case_summaries SET version = version + 1 WHERE case_ref = :ref",
        "DELETE FROM case_summaries WHERE case_ref = :ref",
    )
    for change in changes:
        with closing(sqlite3.connect(tmp_path / "migrated.db")) as file:
            (ref,) = file.execute("SELECT case_ref FROM work_items WHERE kind = 'right'").fetchone()
            file.execute(change, {"ref": ref})
            file.commit()
        async with made.look() as work:
            assert sorted([await work.is_summary_true(name) for name in ("SO-1", "SO-2")]) == [False, True]
        async with made.begin() as work:
            await work.summarise_anew(["SO-1", "SO-2"])
            assert await work.is_summary_true("SO-1")
            assert await work.is_summary_true("SO-2")
    await made.close()


async def test_several_who_make_the_lines_of_cases_anew_take_turns_in_whatever_order(store):
    await kept(store, {"SO-1": COURSE[:6], "SO-2": COURSE})

    async def again(*case_ids: str) -> None:
        async with store.begin() as work:
            await work.summarise_anew(case_ids)

    before = [await listed(store, kind) for kind in ItemKind]
    await asyncio.gather(*(again(*order) for order in (("SO-1", "SO-2"), ("SO-2", "SO-1")) * 3))
    assert [await listed(store, kind) for kind in ItemKind] == before


async def test_a_case_that_cannot_be_read_takes_new_steps_and_keeps_its_lines_until_it_can(tmp_path, clock):
    made = sql_store(f"sqlite:///{shutil.copy(await migrated_file(tmp_path.parent), tmp_path)}", clock)
    await made.open()
    await kept(made, {"SO-1": COURSE[:4]})
    before = await listed(made)
    with closing(sqlite3.connect(tmp_path / "migrated.db")) as file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {trigger}")
        file.execute("UPDATE journal SET sealed = zeroblob(64) WHERE sequence = 2")
        file.commit()
    await kept(made, {"SO-1": COURSE[5:6], "SO-2": COURSE[:4]})
    assert [line for line in await listed(made) if line.case_id == "SO-1"] == before
    async with made.begin() as work:
        assert len(await work.leaves(None, 99)) == 9
        assert await work.summaries_due(clock.at, 10) == ["SO-1"]
        with pytest.raises(OperatorError):
            await work.summarise_anew(["SO-1"])
    await made.close()
