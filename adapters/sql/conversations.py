"""Conversations: which case and which partner a referral belongs to."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, insert, select
from typing_extensions import override

from adapters.sql.tables import referrals
from adapters.sql.transaction import CaseKey, Transaction
from gateway.domain.errors import RefusedError
from gateway.ports.store import Conversations


class ConversationPart(Conversations):
    """What a unit of work does with conversations; what is bound is written in bulk at the end.

    Of one that begins in this unit of work nothing can have been sent before it.
    """

    _transaction: Transaction
    _bindings: dict[str, tuple[str, str] | None]
    _bound_anew: dict[str, tuple[str, str]]
    _begun: set[str]

    @override
    async def bind_referral(self, referral_id: str, case_id: str, partner: str, *, is_new: bool = False) -> None:
        if is_new:
            self._begun.add(referral_id)
        bound = self._bindings.get(referral_id) if is_new else await self._bound(referral_id)
        if bound is None:
            self._transaction.expect_to_write()
            self._bindings[referral_id] = self._bound_anew[referral_id] = (case_id, partner)
        elif bound != (case_id, partner):
            raise RefusedError(
                "referral-bound",
                "This referral already belongs to another case or another partner.",
                remedy="Use a new referral id.",
            )

    async def write_conversations(self) -> None:
        """Write what was bound."""
        if not self._bound_anew:
            return
        bound_anew, self._bound_anew = self._bound_anew, {}
        key = await self._transaction.ledger_key()
        await self._transaction.execute(_BIND, [self._row(key, *bound) for bound in bound_anew.items()])

    def _row(self, key: CaseKey, referral_id: str, bound: tuple[str, str]) -> dict[str, Any]:
        case_id, partner = bound
        index = self._transaction.referral_index(referral_id)
        sealed = self._transaction.seal_values(key, [referral_id, case_id], "referrals", str(index))
        return {"referral_index": index, "partner": partner, "sealed": sealed}

    @override
    async def case_of_referral(self, referral_id: str) -> str | None:
        return (await self.cases_of_referrals([referral_id])).get(referral_id)

    @override
    async def cases_of_referrals(self, referral_ids: Collection[str]) -> dict[str, str]:
        await self._look_up(referral_ids)
        bound = ((referral_id, self._bindings[referral_id]) for referral_id in referral_ids)
        return {referral_id: case[0] for referral_id, case in bound if case is not None}

    @override
    async def partner_of_referral(self, referral_id: str) -> str | None:
        bound = await self._bound(referral_id)
        return bound[1] if bound else None

    async def _bound(self, referral_id: str) -> tuple[str, str] | None:
        """Case and partner."""
        await self._look_up([referral_id])
        return self._bindings[referral_id]

    async def _look_up(self, referral_ids: Collection[str]) -> None:
        """Once each, for what was bound stays so."""
        unknown = [referral_id for referral_id in referral_ids if referral_id not in self._bindings]
        if not unknown:
            return
        self._bindings.update(dict.fromkeys(unknown))
        indexes = [self._transaction.referral_index(referral_id) for referral_id in unknown]
        for row in await self._transaction.rows(_BOUND, {"indexes": indexes}):
            key = await self._transaction.ledger_key()
            referral_id, case_id = self._transaction.open_values(key, row.sealed, "referrals", row.referral_index)
            self._bindings[referral_id] = (case_id, row.partner)


_BOUND = select(referrals).where(referrals.c.referral_index.in_(bindparam("indexes", expanding=True)))
_BIND = insert(referrals)
