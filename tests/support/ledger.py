"""The ledger: the books of all sides laid side by side once everything has come to rest, whatever happened before.

One reading for every fault: each case is at both sides in one state, nothing was lost, nothing had its effect twice,
order was kept, nothing was disclosed without consent, and the journals tell what happened.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.application.read_journal import leaves
from gateway.application.resend_withdrawal import RESENT
from gateway.application.verify_journal import verify_journal
from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.consent import Standing
from gateway.domain.messages import Kind
from gateway.ports.services import Services
from gateway.ports.store import (
    FINAL_OUTBOX_STATES,
    GATEWAY_CASE,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    QuarantineItem,
)
from tests.support.disclosures import concerning, gone_since, rests_on

_BOOKKEEPING = (s.MessageDelivered, s.MessageDropped)
_EFFECTS = frozenset({step.code for step in s.ReferralStep.__subclasses__()} | {s.PoolInvoiceReceived.code}) - {
    step.code for step in _BOOKKEEPING
}

_REPEATED = frozenset({Kind.REPORT_WITHHELD, Kind.MILESTONE_REACHED, Kind.CONTACT_CORRECTED, Kind.CONSENT_WITHDRAWN})
"""Kinds that change nothing when they say what was said before (ADR 63)."""


@dataclass(frozen=True)
class Book:
    """What one side has on record.

    Attributes:
        party_id: Whose.
        outbox, inbox, held: By message id, by sender and message id, in order of arrival.
        journals: The steps of each case that was not erased.
        entries: Code and message of every entry of the journal: what stays of a case that was erased.
        flaws: What the verification of the journal found.
    """

    party_id: str
    outbox: Mapping[str, OutboxItem]
    inbox: Mapping[tuple[str, str], InboxItem]
    held: Sequence[QuarantineItem]
    journals: Mapping[str, Sequence[s.Step]]
    entries: Sequence[tuple[str, str | None]]
    flaws: Sequence[str] = ()

    def case_of(self, message_id: str) -> tuple[str, Sequence[s.Step]]:
        """The journal that holds the effect of a message; empty when there is none (any more)."""
        for case_id, steps in self.journals.items():
            if any(step.message_id == message_id and step.code in _EFFECTS for step in steps):
                return case_id, steps
        return "", ()

    def knows(self, item: OutboxItem) -> bool:
        """Whether the journal holds the effect of a message, or held one like it, which it only repeats."""
        steps = self.journals.get(self.inbox_case(item), ())
        is_like = (step.code == item.kind for step in steps)
        return bool(self.case_of(item.message_id)[1]) or (item.kind in _REPEATED and any(is_like))

    def inbox_case(self, item: OutboxItem) -> str:
        """The case that a message of another side belongs to here."""
        cases = {row.case_id for (_, message_id), row in self.inbox.items() if message_id == item.message_id}
        return next(iter(cases)) or ""

    @property
    def referrals(self) -> dict[str, str]:
        """The state of every referral."""
        cases = (fold(case_id, steps) for case_id, steps in self.journals.items() if case_id != GATEWAY_CASE)
        return {referral.referral_id: str(referral.state) for case in cases for referral in case.referrals}

    @property
    def messages(self) -> Iterator[OutboxItem]:
        """What was said, without the receipts."""
        return (item for item in self.outbox.values() if item.kind is not Kind.RECEIPT)


Books = Mapping[str, Book]


@dataclass
class Ledger:
    """The balance.

    Attributes:
        counts: Messages by outbox state, over all sides.
        findings: What is wrong, by what it is called; empty when the books balance.
        resent: Messages, receipts included, that were claimed more often than once.
    """

    counts: Counter[str] = field(default_factory=Counter)
    findings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    resent: int = 0

    @property
    def sent(self) -> int:
        return sum(self.counts.values())

    def holds(self) -> "Ledger":
        """Itself, when the books balance; an AssertionError that says what does not otherwise."""
        assert not self.findings, dict(self.findings)
        return self


async def book_of(services: Services) -> Book:
    """Read one side's book, and verify its journal."""
    async with services.store.look() as work:
        case_ids = [*await work.case_ids(), GATEWAY_CASE]
        outbox = {item.message_id: item for item in await work.outbox()}
        inbox = {(item.sender, item.message_id): item for item in await work.inbox()}
        held = await work.quarantine()
        journals = {case_id: await work.steps(case_id) for case_id in case_ids}
        size = (await work.checkpoint()).size
    entries = [(leaf.entry.code, leaf.entry.message_id) async for leaf in leaves(services, size)]
    flaws = [f"{found.code}: {found.words}" for found in (await verify_journal(services)).findings]
    return Book(services.party.party_id, outbox, inbox, held, journals, entries, flaws)


async def balanced(*sides: Services) -> Ledger:
    """Read the books of all sides and hold them to everything that was promised."""
    return balance([await book_of(services) for services in sides]).holds()


def balance(books: Collection[Book]) -> Ledger:
    """Lay the books side by side."""
    by_party = {book.party_id: book for book in books}
    ledger = Ledger()
    for book in books:
        ledger.counts.update(item.state.value for item in book.messages)
        ledger.resent += sum(item.attempts > 1 for item in book.outbox.values())
        for name, check in CHECKS.items():
            found = [f"{book.party_id}: {finding}" for finding in check(book, by_party)]
            if found:
                ledger.findings[name] += found
    return ledger


# Each check says what is wrong in one book, seen beside the others. Of a partner that shows no book, only what one's own
# book can tell counts.


def _under_way(book: Book, books: Books) -> Iterator[str]:
    for item in book.outbox.values():
        is_open = item.state not in FINAL_OUTBOX_STATES or item.state is OutboxState.UNDELIVERABLE
        if is_open and item.recipient in books:
            yield f"{item.kind} {item.message_id} is {item.state} ({item.reason})"
    for row in book.inbox.values():
        if row.sender in books and row.state is InboxState.PARKED:
            yield f"{row.kind} {row.message_id} is parked"


def _lost(book: Book, books: Books) -> Iterator[str]:
    for item, theirs in _to_partners_with_books(book, books):
        row = theirs.inbox.get((book.party_id, item.message_id))
        if item.state is OutboxState.DELIVERED:
            yield from _not_there(item, row, theirs)
    known = {*book.outbox, *(message_id for _, message_id in book.inbox)}
    for code, message_id in book.entries:
        if code in _EFFECTS and message_id and message_id not in known:
            yield f"the message of a step {code} {message_id} is nowhere"


def _to_partners_with_books(book: Book, books: Books) -> Iterator[tuple[OutboxItem, Book]]:
    return ((item, books[item.recipient]) for item in book.messages if item.recipient in books)


def _not_there(item: OutboxItem, row: InboxItem | None, recipient: Book) -> Iterator[str]:
    if row is None or row.digest != item.digest or row.state is not InboxState.PROCESSED:
        yield f"{item.kind} {item.message_id} counts as delivered and is not on record there"
    elif row.case_id in recipient.journals and not recipient.knows(item):
        yield f"{item.kind} {item.message_id} was accepted and had no effect"


def _from_nowhere(book: Book, books: Books) -> Iterator[str]:
    """Receipts apart: one that refuses is made anew when its message comes again, and the earlier one is forgotten."""
    for (sender, message_id), row in book.inbox.items():
        if row.kind is not Kind.RECEIPT and sender in books and message_id not in books[sender].outbox:
            yield f"{row.kind} {message_id} of {sender} was never said"


def _twice(book: Book, _: Books) -> Iterator[str]:
    times = Counter((code, message_id) for code, message_id in book.entries if code in _EFFECTS and message_id)
    yield from (f"{code} {message_id}, {count} times" for (code, message_id), count in times.items() if count > 1)


def _out_of_order(book: Book, books: Books) -> Iterator[str]:
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in book.inbox.values():
        if row.sender in books and row.sequence is not None and row.reason != "sequence-used":
            lines[row.sender, row.referral_id or ""].append(row.sequence)
    for (sender, referral_id), numbers in lines.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the line of {sender} in {referral_id} is {sorted(numbers)}"
    place = {message_id: row.sequence for (_, message_id), row in book.inbox.items()}
    for case_id, steps in book.journals.items():
        yield from (f"{found} in {case_id}" for found in _disorder(steps, place))


def _disorder(steps: Sequence[s.Step], place: Mapping[str, int | None]) -> Iterator[str]:
    """Effects in a journal whose places in their line do not ascend."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    for step in steps:
        number = place.get(step.message_id or "")
        if number is None or not isinstance(step, s.ReferralStep) or isinstance(step, _BOOKKEEPING):
            continue
        line = step.partner or "", step.referral_id
        if number < last[line]:
            yield f"{step.code} has place {number} and comes after {last[line]}"
        last[line] = max(last[line], number)


def _without_consent(book: Book, books: Books) -> Iterator[str]:
    for case_id, steps in book.journals.items():
        for index, step in enumerate(steps):
            if not rests_on(step):
                continue
            if step.message_id in book.outbox:
                yield from _not_permitted(fold(case_id, steps[:index]), step)
            else:
                yield from _known_to_be_gone(fold(case_id, steps[: index + 1]), step)
    for item, theirs in _to_partners_with_books(book, books):
        row = theirs.inbox.get((book.party_id, item.message_id))
        is_dropped = item.state is OutboxState.DROPPED and item.reason != RESENT
        if is_dropped and item.attempts == 1 and row is not None:
            yield f"{item.kind} {item.message_id} was dropped before any attempt, and arrived"


def _not_permitted(case: Case, step: s.Step) -> Iterator[str]:
    """Who discloses needs an active consent, on record before."""
    for purpose in rests_on(step):
        if Standing.ACTIVE not in {consent.standing(step.at) for consent in concerning(case, step, purpose)}:
            yield f"{step.code} {step.message_id} was made without {purpose}"


def _known_to_be_gone(case: Case, step: s.Step) -> Iterator[str]:
    """Who takes in a disclosure, consents included, must not know by then that they are gone."""
    for purpose in rests_on(step):
        decided = concerning(case, step, purpose)
        if decided and all(consent.withdrawn_at is not None for consent in decided):
            yield f"{step.code} {step.message_id} had its effect after {purpose} was withdrawn"


def _not_told(book: Book, books: Books) -> Iterator[str]:
    """Who took in a disclosure knows when its consent is gone."""
    for steps in book.journals.values():
        for step in (step for step in steps if rests_on(step) and step.message_id in book.outbox):
            gone = gone_since(steps, step)
            partner = step.partner if isinstance(step, s.ReferralStep) else None
            if gone and partner in books:
                _, held = books[partner].case_of(step.message_id or "")
                told = {other.consent_id for other in held if isinstance(other, s.ConsentWithdrawn)}
                if held and not gone <= told:
                    yield f"{partner} does not know that {sorted(gone - told)} is gone"


def _not_journalled(book: Book, _: Books) -> Iterator[str]:
    yield from book.flaws
    told = set(book.entries)
    for item in book.messages:
        word = s.MessageDelivered.code if item.reason == RESENT else _WORD.get(item.state)
        if word is not None and (word, item.message_id) not in told:
            yield f"no word that {item.kind} {item.message_id} is {item.state}"
    held = sum(code == s.MessageQuarantined.code for code, _ in book.entries)
    if held != len(book.held):
        yield f"{len(book.held)} deliveries were held and the journal tells of {held}"


_WORD = {
    OutboxState.DELIVERED: s.MessageDelivered.code,
    OutboxState.REFUSED: s.MessageDelivered.code,
    OutboxState.DROPPED: s.MessageDropped.code,
}


def _disagreeing(book: Book, books: Books) -> Iterator[str]:
    for other in books.values():
        if book.party_id < other.party_id:
            theirs = other.referrals
            for referral_id, state in book.referrals.items():
                if theirs.get(referral_id, state) != state:
                    both = f"{referral_id} is {state}, and at {other.party_id} {theirs[referral_id]}"
                    yield "; ".join((both, *story_of(referral_id, books)))


def story_of(referral_id: str, books: Books) -> Iterator[str]:
    """What each side said in a referral, by its place in the line, and what became of it."""
    for book in books.values():
        said = sorted(
            (item for item in book.messages if item.referral_id == referral_id), key=lambda i: i.sequence or 0
        )
        for item in said:
            yield f"{book.party_id} {item.sequence} {item.kind} {item.state} {item.reason or ''}".strip()


CHECKS: dict[str, Callable[[Book, Books], Iterator[str]]] = {
    "under way": _under_way,
    "lost": _lost,
    "from nowhere": _from_nowhere,
    "double effects": _twice,
    "out of order": _out_of_order,
    "consent violations": _without_consent,
    "not told": _not_told,
    "not journalled": _not_journalled,
    "disagreements": _disagreeing,
}
"""What is held of every book; the names are those of the soak's table."""
