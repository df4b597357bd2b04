"""Alerts: worked out from facts, told once when they begin and once when they end, whoever watches."""

from datetime import timedelta

import pytest
import structlog

from adapters.alerts import LogAlerts
from gateway.application.relay_outbox import relay_once
from gateway.application.submit_case import submit_case
from gateway.application.watch_alerts import PATIENCE, ceiling_facts, facts_of, watch
from gateway.domain.alerts import ALERTS
from gateway.domain.ceilings import Ceiling
from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint
from gateway.domain.messages import Kind
from gateway.logging import only_allowed
from gateway.ports.store import InboxItem, InboxState, QuarantineItem
from gateway.ports.transport import Lane, PublishOutcome
from tests.support.world import POOL, START, accepted_case

HERE, THERE = "machine-1", "machine-2"


class Told:
    """Remembers what it was told."""

    def __init__(self):
        self.changes = []

    def tell(self, alert):
        self.changes.append((alert.code, alert.subject, "raised" if alert.cleared_at is None else "cleared"))


async def test_each_change_of_state_is_told_once_however_often_and_by_whom_it_is_seen(world):
    told = Told()
    for _ in range(3):
        await watch(world.ohs, [("store-full", "")], told, HERE)
        await watch(world.ohs, [("store-full", "")], told, THERE)
    for _ in range(3):
        await watch(world.ohs, [], told, HERE)
    assert told.changes == [("store-full", "", "raised"), ("store-full", "", "cleared")]
    await watch(world.ohs, [("store-full", "")], told, HERE)
    assert told.changes[2:] == [("store-full", "", "raised")]


async def test_only_the_machine_that_did_not_consume_can_say_that_it_does_again(world):
    told = Told()
    await watch(world.ohs, [("not-consuming", HERE)], told, HERE)
    await watch(world.ohs, [], told, THERE)
    assert told.changes == [("not-consuming", HERE, "raised")]
    await watch(world.ohs, [], told, HERE)
    assert told.changes[1:] == [("not-consuming", HERE, "cleared")]


async def facts(world):
    async with world.ohs.store.look() as work:
        return set(await facts_of(work, world.clock.at))


async def test_a_message_that_waits_too_long_and_one_that_was_given_up(world):
    await submit_case(world.ohs, "case-1", accepted_case())
    assert await facts(world) == set()
    world.clock.at += PATIENCE
    assert await facts(world) == {("outbox-old", POOL.party_id)}
    world.broker.fail_next(PublishOutcome.FAULTY)
    await relay_once(world.ohs)
    assert await facts(world) == {("message-undeliverable", POOL.party_id)}


async def test_a_circuit_that_is_open(world):
    for number in range(world.ohs.terms.open_after):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    world.broker.fail_next(PublishOutcome.UNROUTABLE, times=world.ohs.terms.open_after)
    await relay_once(world.ohs)
    assert await facts(world) == {("partner-resting", POOL.party_id)}


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("not-an-envelope", {"message-held"}), ("digest-mismatch", {"message-held", "digest-mismatch"})],
)
async def test_a_held_delivery_and_an_impostor(world, reason, expected):
    async with world.ohs.store.begin() as work:
        await work.save_quarantine(QuarantineItem("item", "", POOL.party_id, Lane.CASES, b"x", reason, START))
    assert await facts(world) == {(code, POOL.party_id) for code in expected}


async def test_a_gap_that_stays(world):
    async with world.ohs.store.begin() as work:
        await work.save_inbox(
            InboxItem(POOL.party_id, "id", "ab", Kind.MILESTONE_REACHED, InboxState.PARKED, START, body=b"x")
        )
    assert await facts(world) == set()
    world.clock.at += PATIENCE
    assert await facts(world) == {("gap-parked", POOL.party_id)}


async def test_two_journals_of_one_partner(world):
    async with world.ohs.store.begin() as work:
        for seconds, root in enumerate(("aa", "bb")):
            at = START + timedelta(seconds=seconds)
            await work.save_witnessed(POOL.party_id, SignedCheckpoint(Checkpoint(7, root * 32), at, f"note {root}"))
    assert await facts(world) == {("partner-journal-split", POOL.party_id)}


@pytest.mark.parametrize("code", ALERTS)
async def test_every_alert_has_words_and_a_line_in_the_log_that_keeps_them(world, code):
    with structlog.testing.capture_logs(processors=[only_allowed]) as lines:
        await watch(world.ohs, [(code, "lpbso")], LogAlerts("arbo-lindehof"), HERE)
        world.clock.forward(days=7)
        await watch(world.ohs, [], LogAlerts("arbo-lindehof"), "lpbso")
    raised, cleared = lines
    assert (raised["event"], raised["code"], raised["subject"]) == ("alert-raised", code, "lpbso")
    assert raised["reason"] == ALERTS[code].what
    assert raised["remedy"] == ALERTS[code].remedy
    assert cleared["event"] == "alert-cleared"


async def test_a_process_that_has_not_looked_yet_does_not_say_that_it_is_over(world):
    told = Told()
    await watch(world.ohs, [("journal-doubted", "journal-changed")], told, HERE)
    await watch(world.ohs, [], told, THERE, unjudged={"journal-doubted"})
    assert told.changes == [("journal-doubted", "journal-changed", "raised")]
    await watch(world.ohs, [], told, THERE)
    assert told.changes[1:] == [("journal-doubted", "journal-changed", "cleared")]


async def test_a_ceiling_is_told_for_an_hour_by_the_machine_that_saw_it(world):
    told = Told()
    world.ohs.reached.note(POOL.party_id, Ceiling.PARKED, world.clock.now())
    await watch(world.ohs, ceiling_facts(world.ohs, HERE), told, HERE)
    await watch(world.ohs, [], told, THERE)
    subject = f"{POOL.party_id} parked {HERE}"
    assert told.changes == [("ceiling-reached", subject, "raised")]
    world.clock.forward(minutes=61)
    await watch(world.ohs, ceiling_facts(world.ohs, HERE), told, HERE)
    assert told.changes[1:] == [("ceiling-reached", subject, "cleared")]


def test_who_is_refused_unopened_is_told_to_call_before_anything_is_done_again():
    remedy = ALERTS["message-refused"].remedy
    assert (
        remedy.index("not-opened, call the partner first") < remedy.index("do the act again") < remedy.index("discard")
    )
