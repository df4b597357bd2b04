"""Write the receipts of one unit of work: one for each refusal, one for up to 32 acceptances of a sender (ADR 55).

A message alone is answered at once: its receipt stands in the outbox before what it leads to, a shared one behind it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.application.compose_message import Draft, compose
from gateway.domain.messages import Acknowledged, Receipt, ReceiptVerdict
from gateway.domain.receipts import ACCEPTED, NOT_OPENED, place_of_refusal
from gateway.domain.steps import Actor, ActorRole
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, InboxItem, UnitOfWork
from gateway.ports.transport import Lane


@dataclass(frozen=True, slots=True)
class _Shared:
    """A receipt to be written, and the messages of one sender that it accepts."""

    receipt_id: str
    items: list[InboxItem] = field(default_factory=list)


class Acknowledgements:
    """The receipts of one unit of work; those that are shared are written at its end.

    Args:
        services: Ours.
        work: The unit of work.
        note: Our journal's checkpoint for the receipts; None when there will be none.
        together: How many accepted messages share a receipt at most.
    """

    def __init__(self, services: Services, work: UnitOfWork, note: str | None, together: int) -> None:
        self._services = services
        self._work = work
        self._note = note
        self._together = together
        self._accepted: dict[tuple[str, Lane], list[_Shared]] = defaultdict(list)

    async def accept(self, item: InboxItem, lane: Lane) -> str:
        """Accept a message, with others of its sender that this unit of work accepts; returns the receipt's id."""
        receipts = self._accepted[item.sender, lane]
        if not receipts or len(receipts[-1].items) >= self._together:
            receipts.append(_Shared(self._services.new_id()))
        receipts[-1].items.append(item)
        receipt_id = receipts[-1].receipt_id
        if self._together == 1:
            await self.write()
        return receipt_id

    async def refuse(self, item: InboxItem, code: str, lane: Lane) -> str:
        """Refuse a message with a code, and a place once its signature was verified; returns the receipt's id."""
        where = "" if code == NOT_OPENED else place_of_refusal(code)
        verdict = ReceiptVerdict.FATAL_ERROR
        content = Receipt(item.message_id, item.digest, verdict, code, item.received_at, self._note, where)
        draft = Draft(content, item.sender, item.case_id or GATEWAY_CASE, self._by, lane=lane, is_brief=True)
        return (await compose(self._services, self._work, draft)).message_id

    def will_write(self, receipt_id: str) -> bool:
        """Tell whether a receipt is one that this unit of work has yet to write."""
        return any(shared.receipt_id == receipt_id for receipts in self._accepted.values() for shared in receipts)

    async def write(self) -> None:
        """Write the receipts that accept."""
        for (sender, lane), receipts in self._accepted.items():
            for shared in receipts:
                await self._write(shared, sender, lane)
        self._accepted.clear()

    async def _write(self, shared: _Shared, sender: str, lane: Lane) -> None:
        first, *others = shared.items
        also = tuple(Acknowledged(item.message_id, item.digest) for item in others)
        at, verdict = max(item.received_at for item in shared.items), ReceiptVerdict.OK
        content = Receipt(first.message_id, first.digest, verdict, ACCEPTED, at, self._note, also=also)
        case_id = common_case([item.case_id or GATEWAY_CASE for item in shared.items])
        draft = Draft(content, sender, case_id, self._by, lane=lane, message_id=shared.receipt_id)
        await compose(self._services, self._work, draft)

    @property
    def _by(self) -> Actor:
        return Actor(ActorRole.SYSTEM, self._services.party.party_id)


def common_case(case_ids: Sequence[str]) -> str:
    """Name the one case of all of them; the gateway's own when they are of several."""
    return case_ids[0] if len(set(case_ids)) == 1 else GATEWAY_CASE
