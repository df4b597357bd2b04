"""Conversations: which case and which partner a referral belongs to."""

from sqlalchemy import insert, select

from adapters.sql.tables import referrals
from adapters.sql.transaction import Transaction
from gateway.domain.errors import RefusedError


class ConversationPart:
    """What a unit of work does with conversations."""

    _transaction: Transaction
    _bindings: dict[str, tuple[str, str] | None]

    async def bind_referral(self, referral_id: str, case_id: str, partner: str) -> None:
        """As the port says.

        Raises:
            RefusedError: ``referral-bound``: it belongs to another case or partner.
        """
        bound = await self._bound(referral_id)
        if bound is None:
            await self._bind(referral_id, case_id, partner)
        elif bound != (case_id, partner):
            raise RefusedError(
                "referral-bound",
                "This referral already belongs to another case or another partner.",
                remedy="Use a new referral id.",
            )

    async def _bind(self, referral_id: str, case_id: str, partner: str) -> None:
        key = await self._transaction.ledger_key()
        index = self._transaction.referral_index(referral_id)
        sealed = self._transaction.seal_values(key, [referral_id, case_id], "referrals", str(index))
        row = {"referral_index": index, "partner": partner, "sealed": sealed}
        await self._transaction.execute(insert(referrals), [row])
        self._bindings[referral_id] = (case_id, partner)

    async def case_of_referral(self, referral_id: str) -> str | None:
        """As the port says."""
        bound = await self._bound(referral_id)
        return bound[0] if bound else None

    async def partner_of_referral(self, referral_id: str) -> str | None:
        """As the port says."""
        bound = await self._bound(referral_id)
        return bound[1] if bound else None

    async def _bound(self, referral_id: str) -> tuple[str, str] | None:
        """Case and partner; looked up once, for what was bound stays so."""
        if referral_id not in self._bindings:
            self._bindings[referral_id] = await self._look_up(referral_id)
        return self._bindings[referral_id]

    async def _look_up(self, referral_id: str) -> tuple[str, str] | None:
        index = self._transaction.referral_index(referral_id)
        row = await self._transaction.row(
            select(referrals.c.partner, referrals.c.sealed).where(referrals.c.referral_index == index)
        )
        if row is None:
            return None
        key = await self._transaction.ledger_key()
        _, case_id = self._transaction.open_values(key, row.sealed, "referrals", str(index))
        return case_id, row.partner
