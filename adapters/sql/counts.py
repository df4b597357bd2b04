"""What a partner said, counted for its ceilings; partial indexes hold no more than is counted."""

from datetime import datetime

from sqlalchemy import bindparam, func, literal_column, select
from typing_extensions import override

from adapters.sql.tables import IS_COUNTED, IS_REFUSED, inbox, outbox
from adapters.sql.transaction import Transaction
from gateway.domain.messages import Kind
from gateway.domain.protocol import ENDINGS
from gateway.ports.store import CountedMessages, InboxState, OutboxState

_OF_SENDER = (inbox.c.sender == bindparam("sender"), inbox.c.received_at >= bindparam("since"))
_TAKEN_IN = (
    select(func.count())
    .select_from(inbox)
    .where(
        literal_column(f"inbox.{IS_COUNTED}"),
        inbox.c.kind == bindparam("kind"),
        inbox.c.state == InboxState.PROCESSED.value,
        *_OF_SENDER,
    )
)
_REFUSED = select(func.count()).select_from(inbox).where(literal_column(f"inbox.{IS_REFUSED}"), *_OF_SENDER)
_ENDINGS = sorted(kind.value for kind in ENDINGS)
_LATER = inbox.alias("later")
_OPEN = _TAKEN_IN.where(
    ~select(outbox.c.position)
    .where(
        outbox.c.referral_index == inbox.c.referral_index,
        outbox.c.kind.in_(_ENDINGS),
        outbox.c.state != OutboxState.DROPPED.value,
    )
    .exists(),
    ~select(_LATER.c.position)
    .where(
        _LATER.c.referral_index == inbox.c.referral_index,
        _LATER.c.kind.in_(_ENDINGS),
        _LATER.c.state == InboxState.PROCESSED.value,
    )
    .exists(),
)


class CountsPart(CountedMessages):
    """What a unit of work counts of a partner's messages."""

    _transaction: Transaction

    @override
    async def taken_in_since(self, sender: str, kind: Kind, since: datetime) -> int:
        values = {"sender": sender, "kind": kind.value, "since": since}
        return int((await self._transaction.execute(_TAKEN_IN, values)).scalar_one())

    @override
    async def refused_since(self, sender: str, since: datetime) -> int:
        return int((await self._transaction.execute(_REFUSED, {"sender": sender, "since": since})).scalar_one())

    @override
    async def open_referrals(self, sender: str, since: datetime) -> int:
        values = {"sender": sender, "kind": Kind.REFERRAL_REQUESTED.value, "since": since}
        return int((await self._transaction.execute(_OPEN, values)).scalar_one())
