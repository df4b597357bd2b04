"""The ledger that every fault is judged by: it balances after an honest exchange, and each wrong shows under its name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.ports.store import GATEWAY_CASE, InboxState, OutboxState
from tests.support.ledger import Book, balance, balanced, book_of
from tests.support.world import EMPLOYEE, OHS, POOL, SECOND, SECOND_PHYSICIAN, World, accepted_case, consent

CASE = "SO-2026-0001"


@pytest.fixture
async def books(world: World) -> dict[str, Book]:
    """A referral whose report came back, and then its consents were taken back."""
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    referral = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    world.clock.forward(minutes=1)
    await pool.discuss_draft(world.pool, referral, SECOND_PHYSICIAN)
    world.clock.forward(minutes=1)
    outcome = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral, SECOND_PHYSICIAN, outcome)
    await pool.release_report(world.pool, referral, SECOND_PHYSICIAN, "Verslag.")
    await world.settle()
    world.clock.forward(minutes=1)
    await withdraw_consent(world.ohs, CASE, f"T-{Purpose.FEEDBACK_TO_SO.value}-{POOL.party_id}", EMPLOYEE)
    await world.settle()
    return {services.party.party_id: await book_of(services) for services in (world.ohs, world.pool)}


@pytest.mark.usefixtures("books")
async def test_after_an_honest_exchange_the_books_balance(world: World):
    ledger = await balanced(world.ohs, world.pool)
    assert ledger.counts == {"delivered": 6}
    assert (ledger.sent, ledger.resent) == (6, 0)


def sent(book: Book, **changes) -> Book:
    """The book with its first message changed."""
    first = next(book.messages)
    return replace(book, outbox={**book.outbox, first.message_id: replace(first, **changes)})


def taken(book: Book, **changes) -> Book:
    """The book with its first incoming message changed."""
    (key, first), *_ = book.inbox.items()
    return replace(book, inbox={**book.inbox, key: replace(first, **changes)})


def told(book: Book, change) -> Book:
    """The book with the journal of its case rewritten."""
    journals = {key: change(list(steps)) for key, steps in book.journals.items()}
    entries = [(step.code, step.message_id) for steps in journals.values() for step in steps]
    return replace(book, journals=journals, entries=entries)


def without(*kinds):
    return lambda steps: [step for step in steps if not isinstance(step, kinds)]


def repeated(kind):
    return lambda steps: [step for one in steps for step in ([one, one] if isinstance(one, kind) else [one])]


def early(kind):
    """Steps of one kind before all others."""
    return lambda steps: sorted(steps, key=lambda step: not isinstance(step, kind))


def swapped(*kinds):
    """Steps of these kinds change places among themselves."""

    def change(steps):
        some = [index for index, step in enumerate(steps) if isinstance(step, kinds)]
        moved = {index: steps[other] for index, other in zip(some, reversed(some), strict=True)}
        return [moved.get(index, step) for index, step in enumerate(steps)]

    return change


def later_decided(steps):
    """Consents that were given after what they permitted."""
    late = timedelta(days=1)
    return [
        replace(step, consent=replace(step.consent, decided_at=step.consent.decided_at + late))
        if isinstance(step, s.ConsentGiven)
        else step
        for step in steps
    ]


WRONGS = {
    "a message without receipt": (OHS, "under way", lambda book: sent(book, state=OutboxState.SENT)),
    "a message given up": (OHS, "under way", lambda book: sent(book, state=OutboxState.UNDELIVERABLE)),
    "a gap": (POOL, "under way", lambda book: taken(book, state=InboxState.PARKED)),
    "a delivered message without a row": (POOL, "lost", lambda book: replace(book, inbox={})),
    "other bytes under the same id": (POOL, "lost", lambda book: taken(book, digest="0" * 64)),
    "an accepted message without effect": (POOL, "lost", lambda book: told(book, without(s.ReferralRequested))),
    "a step without its message": (POOL, "lost", lambda book: replace(book, outbox={})),
    "a message nobody said": (OHS, "from nowhere", lambda book: replace(book, outbox={})),
    "an effect twice": (POOL, "double effects", lambda book: told(book, repeated(s.ReferralRequested))),
    "a number missing in the line": (OHS, "out of order", lambda book: taken(book, sequence=9)),
    "effects in another order": (
        OHS,
        "out of order",
        lambda book: told(book, swapped(s.ReferralAccepted, s.MilestoneReached)),
    ),
    "a referral before its consents": (OHS, "consent violations", lambda book: told(book, early(s.ReferralRequested))),
    "a consent given afterwards": (OHS, "consent violations", lambda book: told(book, later_decided)),
    "an effect after a withdrawal": (
        POOL,
        "consent violations",
        lambda book: told(book, lambda steps: early((s.ReferralRequested, s.ConsentWithdrawn))(steps)[::-1]),
    ),
    "dropped unsent, and arrived": (
        OHS,
        "consent violations",
        lambda book: sent(book, state=OutboxState.DROPPED, attempts=1),
    ),
    "a withdrawal that was not told": (POOL, "not told", lambda book: told(book, without(s.ConsentWithdrawn))),
    "a delivery that is not journalled": (
        OHS,
        "not journalled",
        lambda book: told(book, without(s.MessageDelivered)),
    ),
    "a drop that is not journalled": (OHS, "not journalled", lambda book: sent(book, state=OutboxState.DROPPED)),
    "a journal that is not whole": (OHS, "not journalled", lambda book: replace(book, flaws=["journal-changed"])),
    "two states of one referral": (OHS, "disagreements", lambda book: told(book, without(s.ReportReleased))),
}


@pytest.mark.parametrize("wrong", WRONGS)
async def test_each_wrong_shows_under_its_name(wrong, books: dict[str, Book]):
    party, name, change = WRONGS[wrong]
    changed = {**books, party.party_id: change(books[party.party_id])}
    ledger = balance(changed.values())
    assert ledger.findings[name]
    with pytest.raises(AssertionError, match=name):
        ledger.holds()


async def test_what_was_only_replayed_and_refused_was_not_taken_in(books: dict[str, Book]):
    """A note in the gateway's own journal names the message too; it is neither an effect nor a disclosure."""
    referral = next(books[OHS.party_id].messages)
    refused = told(books[POOL.party_id], lambda _: [])
    note = s.MessageReplayed(at=referral.created_at, by=EMPLOYEE, message_id=referral.message_id, reason="held")
    refused = replace(refused, journals={GATEWAY_CASE: [note]})
    findings = balance([books[OHS.party_id], refused]).findings
    assert not findings["not told"]
