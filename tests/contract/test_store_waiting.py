"""Messages that wait for their turn: found by line and place, counted under a ceiling, and never forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.messages import Kind
from gateway.ports.store import Amount, InboxItem, InboxState, OutboxState
from tests.contract.test_store import outgoing

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
REFERRAL, OTHER = "5b1f0d8e-6a37-4c52-9b7e-0e8f3a1d2c4b", "7c2e1f9a-0b48-4d63-8a6f-1f904b2e3d5c"
WITHDRAWN = Kind.CONSENT_WITHDRAWN


class Clock:
    def now(self):
        return START


@pytest.fixture
def clock():
    return Clock()


def came(place, state=InboxState.PROCESSED, **fields):
    """The message at a place in the line; its bytes are kept while it is parked."""
    body = b"sealed" if state is InboxState.PARKED else None
    name = fields.pop("message_id", f"message-{place}")
    kind = fields.pop("kind", Kind.MILESTONE_REACHED)
    values = {"referral_id": REFERRAL, "sequence": place, "body": body, **fields}
    return InboxItem("lpbso", name, f"{name:0>64}", kind, state, values.pop("received_at", START), **values)


def parked(place, **fields):
    return came(place, InboxState.PARKED, **fields)


async def saved(store, *items):
    async with store.begin() as work:
        for item in items:
            await work.save_inbox(item)


async def test_the_first_that_waits_has_the_lowest_place(store):
    await saved(store, came(1), parked(4), parked(3), parked(2, referral_id=OTHER, message_id="other"))
    async with store.begin() as work:
        assert await work.first_waiting("lpbso", REFERRAL) == parked(3)
        assert await work.waiting_count("lpbso", REFERRAL) == 2
        assert await work.first_waiting("other-pool", REFERRAL) is None
        assert await work.waiting_count("lpbso", "nobody") == 0
        await work.save_inbox(came(3, InboxState.REFUSED))
        assert await work.first_waiting("lpbso", REFERRAL) == parked(4)
        assert await work.waiting_count("lpbso", REFERRAL) == 1


async def test_what_was_discarded_still_waits_for_its_turn(store):
    await saved(store, parked(3), came(2, InboxState.DISCARDED))
    async with store.begin() as work:
        assert await work.first_waiting("lpbso", REFERRAL) == came(2, InboxState.DISCARDED)
        assert await work.waiting_count("lpbso", REFERRAL) == 2


async def test_two_that_claim_one_place_both_wait_and_the_one_that_came_first_goes_first(store):
    await saved(store, parked(3, message_id="one"), parked(3, message_id="two"))
    async with store.begin() as work:
        assert (await work.first_waiting("lpbso", REFERRAL)).message_id == "one"
        await work.save_inbox(came(3, message_id="one"))
        assert (await work.first_waiting("lpbso", REFERRAL)).message_id == "two"
        assert await work.waiting_count("lpbso", REFERRAL) == 1
    async with store.begin() as work:
        assert (await work.first_waiting("lpbso", REFERRAL)).message_id == "two"


async def test_of_a_line_the_parked_messages_of_some_kinds_are_found_by_their_place(store):
    await saved(store, parked(4, kind=WITHDRAWN), parked(3), parked(2, kind=WITHDRAWN), came(1, kind=WITHDRAWN))
    async with store.look() as work:
        found = await work.waiting("lpbso", REFERRAL, {WITHDRAWN})
        assert found == [parked(2, kind=WITHDRAWN), parked(4, kind=WITHDRAWN)]
        assert await work.waiting("lpbso", OTHER, {WITHDRAWN}) == []


async def test_what_is_parked_counts_under_the_ceiling_of_its_sender(store):
    await saved(store, parked(2), parked(9, referral_id=OTHER, body=b"four"), came(5, InboxState.DISCARDED), came(1))
    async with store.begin() as work:
        assert await work.parked_of("lpbso") == Amount(2, 10)
        assert await work.parked_of("nobody") == Amount(0, 0)
        assert await work.parked_digests() == {parked(2).digest, parked(9).digest}
        await work.save_inbox(came(2))
        assert await work.parked_of("lpbso") == Amount(1, 4)


async def test_a_line_is_ready_when_all_before_its_first_are_settled(store):
    await saved(store, came(1), parked(3))
    async with store.look() as work:
        assert await work.ready_lines(10) == []
    await saved(store, came(2, InboxState.REFUSED))
    async with store.look() as work:
        assert await work.ready_lines(10) == [("lpbso", REFERRAL)]
        assert await work.ready_lines(0) == []
    await saved(store, came(3))
    async with store.look() as work:
        assert await work.ready_lines(10) == []


async def test_the_first_of_a_line_that_nobody_knows_is_ready_at_once(store):
    """It was parked, and the process died before it was taken in; or its turn was over when it came."""
    late = parked(1, referral_id=OTHER, message_id="late")
    await saved(store, late, came(2), came(1, InboxState.DISCARDED, message_id="discarded"))
    async with store.look() as work:
        assert await work.ready_lines(10) == [("lpbso", OTHER), ("lpbso", REFERRAL)]


async def test_a_line_is_stale_when_one_has_waited_too_long(store):
    old, young = START - timedelta(days=7), START - timedelta(days=5)
    await saved(store, parked(2, received_at=young), came(1, received_at=old), parked(3, referral_id=OTHER))
    await saved(store, came(4, InboxState.DISCARDED, referral_id=OTHER, received_at=old))
    async with store.look() as work:
        assert await work.stale_lines(START - timedelta(days=6), 10) == [("lpbso", OTHER)]
        assert await work.stale_lines(old, 10) == []


async def test_a_request_is_unanswered_while_fewer_answers_went_than_requests_came(store):
    asked = Kind.INFORMATION_REQUESTED
    first, second = came(1, kind=asked), came(2, kind=asked, received_at=START + timedelta(days=1))
    elsewhere = came(1, kind=asked, referral_id=OTHER, message_id="elsewhere")
    refused = came(1, InboxState.REFUSED, kind=asked, referral_id="a third", message_id="refused")
    await saved(store, first, second, elsewhere, refused, came(3))
    async with store.begin() as work:
        assert await work.unanswered(START) == [first, second, elsewhere]
        assert await work.unanswered(START + timedelta(days=1)) == [second]
        given = outgoing(1, sequence=1, referral_id=REFERRAL, kind=Kind.INFORMATION_PROVIDED)
        await work.enqueue(given)
        assert await work.unanswered(START) == [first, second, elsewhere], "one of two has an answer"
        await work.enqueue(outgoing(2, sequence=2, referral_id=REFERRAL, kind=Kind.INFORMATION_DECLINED))
        assert await work.unanswered(START) == [elsewhere]
        await work.update_outbox(replace(given, state=OutboxState.DROPPED))
        assert await work.unanswered(START) == [first, second, elsewhere], "what was dropped answers nothing"


async def test_a_question_is_open_until_it_is_answered_or_too_old(store):
    asked = Kind.AVAILABILITY_ASKED
    old = START - timedelta(days=31)
    await saved(
        store,
        came(1, kind=asked, referral_id="one"),
        came(1, kind=asked, referral_id="two", message_id="second"),
        came(1, kind=asked, referral_id="three", message_id="third", state=InboxState.REFUSED),
        came(1, kind=asked, referral_id="four", message_id="fourth", received_at=old),
        came(2, referral_id="five", message_id="fifth"),
    )
    since = START - timedelta(days=30)
    async with store.begin() as work:
        assert await work.open_questions("lpbso", since) == 2
        assert await work.open_questions("other", since) == 0
        answer = outgoing(1, kind=Kind.AVAILABILITY_ANSWERED, sequence=1, referral_id="one")
        await work.enqueue(answer)
        assert await work.open_questions("lpbso", since) == 1
